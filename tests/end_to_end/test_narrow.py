"""Terminals of 20 to 120 columns: no line is wider, and no word that fits is broken."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.end_to_end import versatile
from tests.end_to_end.conftest import Machine, Project
from tests.end_to_end.terminal import Terminal

SETTINGS = """\
[backends]
codex = {{ enabled = false }}
gemini = {{ enabled = false }}
claude = {{ enabled = false }}
ollama = {{ enabled = false }}
one = {one}
two = {two}
gone = {{ kind = "command", command = "absent-program" }}
[tasks.hunt]
backends = ["one", "two"]
"""
COMMANDS = (
    "lok ask Why? --no-cache", "lok hunt", "lok doctor", "lok debate 'Threads or processes?' --no-cache", "git commit",
    "lok ask Why? -b gone", "lok run nowhere", "lok aks", "lok backends -v", "lok suggest -v 'slow queries'",
    "lok workflow list -v", "lok install -v", "lok cache stats -v", "lok trust",
)  # fmt: skip


@pytest.fixture
def shop(machine: Machine, project: Project, tmp_path: Path) -> Project:
    settings = tmp_path / "lok.toml"
    one, two = (versatile.table(tmp_path / "log.jsonl", name) for name in ("one", "two"))
    settings.write_text(SETTINGS.format(one=one, two=two), encoding="utf-8")
    assert isinstance(machine.environment, dict)
    machine.environment.update(LOK_CONFIG=str(settings), NO_COLOR="1", GIT_EDITOR="true", CI="1")  # no live line
    machine.environment.pop("COLUMNS", None)
    project.stage("cart.py", "value = PLANTED_BUG\n")
    project.plain_hook("pre-commit", "lok-hunt")
    return project


def shown(project: Project, command: str, columns: int) -> list[str]:
    """What is left on a terminal of that width, the live line erased."""
    terminal = Terminal(shlex.split(command), project.path, project.machine.environment, columns)
    try:
        terminal.wait()
        text = terminal.shown()
    finally:
        terminal.close()
    lines = text.replace("\r\n", "\n").split("\n")
    return [re.sub(r"\x1b\[[?\d;]*[A-Za-z]|\x1b[78D]", "", line.split("\x1b[2K")[-1]) for line in lines]


def words(lines: list[str]) -> set[str]:
    """The words, without code (which is cut to fit) and what differs from run to run."""
    prose = " ".join(line for line in lines if "│" not in line)
    return {word for word in prose.split() if not re.search(r"\d|remembered", word)}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_word_that_fits_is_broken(shop: Project, command: str) -> None:
    shop.run(*shlex.split(command))  # what it does the first time is done
    wide = words(shown(shop, command, 120))
    for columns in (20, 30, 40, 80):
        lines = shown(shop, command, columns)
        # git's and argparse's own lines are not ours: usage is laid out by the standard library.
        ours = [line for line in lines if not re.match(r"usage: | {11}|\[main|hint: ", line)]
        assert max(map(len, ours)) <= columns
        fitting = {word for word in wide if len(word) <= columns - 2}
        missing = fitting - words(lines)
        assert missing == set(), f"broken at {columns} columns: {os.linesep.join(lines)}"
