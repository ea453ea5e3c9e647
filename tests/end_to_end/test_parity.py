"""Every row of README's comparison with the original Lok is run as it stands there."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from lok_hooks.cli.table import COMMANDS
from tests.end_to_end import versatile
from tests.end_to_end.conftest import CHECKOUT, Machine, Project

TABLE = re.search(r"<!-- parity -->\n(.*?)\n\n", (CHECKOUT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
ROWS = re.findall(r"^\| `(lok [^`]+)`", TABLE[1], re.MULTILINE) if TABLE else []
# What each command must show, by its first word; a refused review is the outcome of a planted bug.
SHOWS = {
    "ask": (0, "Locks are needed here."), "smart": (0, "Locks are needed here."), "suggest": (0, "performance"),
    "hunt": (0, "a planted bug"), "audit": (0, "a planted bug"), "run": (0, "a planted bug"),
    "tasks": (0, "hunt"), "debate": (0, "the cost"), "team": (0, "Locks are needed here."),
    "conduct": (0, "The parser."), "diff": (1, "a planted bug"), "explain": (0, "Locks are needed here."),
    "pr": (1, "a planted bug"), "doctor": (0, "one"), "backends": (0, "lok.toml"), "init": (0, "lok.toml"),
    "workflow": (0, "hunt"), "install": (0, "pre-commit"), "uninstall": (0, "hook"),
    "trust": (0, "Nothing here needs your trust"),
    "dismiss": (0, "nothing is dismissed"), "baseline": (0, "finding"), "cache": (0, "nothing is remembered"),
    "completion": (0, "complete"),
}  # fmt: skip
SETTINGS = """\
[backends]
codex = {{ enabled = false }}
gemini = {{ enabled = false }}
claude = {{ enabled = false }}
ollama = {{ enabled = false }}
static = {{ enabled = false }}
one = {one}
two = {two}
[tasks.hunt]
backends = ["one", "two"]
[tasks.audit]
backends = ["two"]
"""
GH = """\
#!/bin/sh
test "$1 $2 $3" = "pr diff 7" || exit 9
printf '%s\\n' 'diff --git a/new.py b/new.py' 'new file mode 100644' '--- /dev/null' '+++ b/new.py' \\
    '@@ -0,0 +1 @@' '+value = PLANTED_BUG'
"""


@pytest.fixture
def shop(machine: Machine, project: Project, tmp_path: Path) -> Project:
    """A repository with a planted bug, committed and staged, two models that can do everything, and a gh."""
    settings = tmp_path / "lok.toml"
    one, two = (versatile.table(tmp_path / "log.jsonl", name) for name in ("one", "two"))
    settings.write_text(SETTINGS.format(one=one, two=two), encoding="utf-8")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "gh").write_text(GH)
    (programs / "gh").chmod(0o755)
    assert isinstance(machine.environment, dict)
    machine.environment["LOK_CONFIG"] = str(settings)
    machine.environment["PATH"] = os.pathsep.join((str(programs), machine.environment["PATH"]))
    project.git("checkout", "-q", "-b", "feature")
    project.seed({"shop.py": "value = PLANTED_BUG\n"})
    project.stage("more.py", "other = PLANTED_BUG\n")
    return project


def test_the_table_has_every_command() -> None:
    assert {row.split()[1] for row in ROWS} == {command.name for command in COMMANDS}


@pytest.mark.parametrize("row", ROWS)
def test_the_row_works_as_it_stands(shop: Project, row: str) -> None:
    words = shlex.split(row)
    code, shown = SHOWS[words[1]]
    done = shop.run(*words)
    assert (done.code, shown in done.said) == (code, True), done.said
