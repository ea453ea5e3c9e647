"""Every row of README's comparison with the original Lok is run as it stands there."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from typing import Final

import pytest

from lok_hooks.cli.table import COMMANDS
from tests.end_to_end.conftest import CHECKOUT, Project
from tests.end_to_end.kinds import OTHERS, Place, place, real_cli

__all__ = ["place", "real_cli"]

TABLE = re.search(r"<!-- parity -->\n(.*?)\n\n", (CHECKOUT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
ROWS = re.findall(r"^\| `(lok [^`]+)`", TABLE[1], re.MULTILINE) if TABLE else []
# What each command must show, by its first word; a refused review is the outcome of a planted bug.
SHOWS = {
    "ask": (0, "3rd was asked: Is a lock needed here?"), "smart": (0, "2nd was asked: Find N+1 queries"),
    "suggest": (0, "lok smart would ask second: at hand; strong at performance"),
    "hunt": (0, "raised by second, third"), "audit": (0, "raised by second, third"),
    "run": (0, "raised by second, third"), "tasks": (0, "release"),
    "debate": (0, "still disputed"), "team": (0, "still disputed"), "conduct": (0, "3rd was asked: Look for it."),
    "diff": (1, "a planted bug"), "explain": (0, "2nd says tauqmuk"), "pr": (1, "new.py:1  a planted bug"),
    "doctor": (0, "2 of 2 models can be asked"), "backends": (0, "kinds.toml"), "init": (0, "wrote "),
    "workflow": (0, "built-in"), "install": (0, "pre-push: made"),
    "uninstall": (0, "pre-commit: our block is out again"),
    "trust": (0, "our-reviewer"), "dismiss": (0, "it is planted"), "baseline": (0, "app/shop.py:2  Undefined name"),
    "cache": (0, "2 remembered answers"), "completion": (0, "complete"),
}  # fmt: skip
# A shell's, one without a line break at its end, one that is no text, and one in another language.
FOREIGN: Final = (
    b"#!/bin/sh\necho theirs\n",
    b"#!/bin/sh\n\n\necho theirs",
    b"#!/bin/sh\necho \xff\r\nexit 0",
    b"#!/usr/bin/env python3\nprint('theirs')\n",
)


def beside_a_foreign_hook(project: Project, foreign: bytes = FOREIGN[0]) -> None:
    """Our hooks are installed beside one that somebody else wrote."""
    hook = project.path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(foreign)
    hook.chmod(0o750)
    assert project.run("lok", "install").code == 0
    assert hook.read_bytes() != foreign


def with_a_program_of_its_own(project: Project) -> None:
    """The repository's lok.toml names a program."""
    project.write("lok.toml", '[backends.theirs]\nkind = "command"\ncommand = "our-reviewer"\n')


def with_an_answer_for_a_finding(project: Project) -> None:
    """Somebody has said that a finding is wrong."""
    (finding,) = json.loads(project.run("lok", "diff", "--json").said)["findings"]
    assert project.run("lok", "dismiss", finding["id"], "--because", "it is planted").code == 0


def with_the_embedded_reviewer(project: Project) -> None:
    """The embedded reviewer is on, so that the planted bug, a name that nothing defines, is proved."""
    settings = project.machine.environment["LOK_CONFIG"]
    project.run("sed", "-i", "/backends.static/,/enabled/s/false/true/", settings)


def with_answers_in_memory(project: Project) -> None:
    """Two backends were asked."""
    assert project.run("lok", "ask", "Is a lock needed here?").code == 0


# What has to be there before a row's command has anything to show.
BEFORE: Final[dict[str, Callable[[Project], None]]] = {
    "uninstall": beside_a_foreign_hook,
    "trust": with_a_program_of_its_own,
    "dismiss": with_an_answer_for_a_finding,
    "baseline": with_the_embedded_reviewer,
    "cache": with_answers_in_memory,
}


@pytest.fixture
def shop(place: Place) -> Project:
    """A repository with a planted bug, committed and staged, two models that can do everything, and a gh."""
    place.configure(OTHERS, OTHERS, strong="second", conductor="second")
    return place.project


def test_the_table_has_every_command() -> None:
    assert {row.split()[1] for row in ROWS} == {command.name for command in COMMANDS}


@pytest.mark.parametrize(
    "line",
    ["extends = 'hunt'", "model = 'm'", "sandbox = 'x'", "validate = 'x'", "verify = 'x'", "apply_edits = true",
     "if = 'env.HOME'", "shell = 'echo {{ env.HOME }}'"],
)  # fmt: skip
def test_what_differs_in_workflows_is_refused_before_anything_runs(shop: Project, line: str) -> None:
    key = line.partition(" ")[0]
    above, step = (f"{line}\n", "") if key == "extends" else ("", f"{line}\n")
    shell = "" if key == "shell" else "shell = 'touch ran'\n"
    shop.write("w.toml", f"{above}[[steps]]\nname = 'a'\n{shell}{step}")
    done = shop.run("lok", "run", "./w.toml", "--trust-tree")
    assert (done.code, "env" in done.said if "env." in line else key in done.said) == (2, True), done.said
    assert not (shop.path / "ran").exists()


@pytest.mark.parametrize("command", ["spawn", "context"])
def test_what_is_left_out_of_the_original_is_no_command(shop: Project, command: str) -> None:
    assert shop.run("lok", command, "x").code == 2


@pytest.mark.parametrize("row", ROWS)
def test_the_row_works_as_it_stands(shop: Project, row: str) -> None:
    words = shlex.split(row)
    code, shown = SHOWS[words[1]]
    if words[1] in BEFORE:
        BEFORE[words[1]](shop)
    done = shop.run(*words)
    # A long path may be broken over two lines, wherever the tests run.
    assert (done.code, "".join(shown.split()) in "".join(done.said.split())) == (code, True), done.said


@pytest.mark.parametrize("foreign", FOREIGN)
def test_uninstall_leaves_the_foreign_hook_byte_for_byte(shop: Project, foreign: bytes) -> None:
    beside_a_foreign_hook(shop, foreign)
    assert shop.run("lok", "uninstall").code == 0
    hooks = shop.path / ".git" / "hooks"
    assert (hooks / "pre-commit").read_bytes() == foreign
    assert (hooks / "pre-commit").stat().st_mode & 0o777 == 0o750
    assert not (hooks / "pre-push").exists()
