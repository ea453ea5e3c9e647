"""A model that looks around asks for everything that must not leave: credential files, secrets in code, by every tool
the real CLIs have for reading, in the copy that it is lent and in the directory itself."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.repo.listing import MOST_LENT_BYTES
from tests.backends.cli_helpers import CLI_KINDS, KEY, KEY_NAME, Kind
from tests.backends.conftest import real_cli
from tests.end_to_end.conftest import Done, Machine, Project, machine
from tests.fake_model_server import strings
from tests.security.hostile_tree import Range, at, section

__all__ = ["at", "machine", "real_cli"]
RealCli = Callable[[str], Path]
TOKEN = "gh" + "p_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
HARMLESS = "needle-in-the-tree"
# What stands in files that no model may see.
HELD_BACK = {
    ".env": "held-back-by-its-name-1",
    "deploy/id_rsa": "held-back-by-its-name-2",
    "secrets.yaml": "held-back-by-its-name-3",
    ".aws/config": "held-back-by-its-name-4",
}
PLANTED = (TOKEN, *HELD_BACK.values(), "ignored-by-git")
LINE = f"TOKEN = '{TOKEN}'  # {HARMLESS}"
MARKED = f"TOKEN = '<SECRET:github-token:1>'  # {HARMLESS}"
NAMES = ("lib/app.py", *HELD_BACK, "debug.log")
Tool = tuple[str, dict[str, str]]
# How each reads a file {0}, and how it looks through a directory {1}.
READS: Mapping[Kind, Tool] = {
    "codex": ("exec_command", {"cmd": "cat {0}"}),
    "gemini": ("read_file", {"file_path": "{0}"}),
    "claude": ("Read", {"file_path": "{0}"}),
}
SEARCHES: Mapping[Kind, Sequence[Tool]] = {
    "codex": (("exec_command", {"cmd": "rg --hidden --no-ignore -e . {1}; ls -aR {1}"}),),
    "gemini": (
        ("grep_search", {"pattern": ".", "dir_path": "{1}"}),
        ("glob", {"pattern": "**/*", "dir_path": "{1}"}),
    ),
    "claude": (
        ("Grep", {"pattern": ".", "path": "{1}", "output_mode": "content"}),
        ("Glob", {"pattern": "**/*", "path": "{1}"}),
    ),
}


@pytest.fixture
def project(machine: Machine, tmp_path: Path) -> Project:
    """A repository with secrets of all kinds, committed and not."""
    path = tmp_path / "project"
    path.mkdir()
    made = Project(machine=machine, path=path)
    made.git("init", "-q")
    made.seed({"lib/app.py": f"import os\n\n{LINE}\n", ".gitignore": "*.log\n", **HELD_BACK})
    made.write("debug.log", "ignored-by-git\n")
    return made


class Curious:
    """A model that calls one tool after the other, then answers. `place` is where it was told to look."""

    def __init__(self, kind: Kind, tree: Path, answer: Callable[[str], dict[str, Any]]) -> None:
        self.place = ""
        self._answer = answer
        self._calls = [
            (tool, directory, file)
            for directory in ("{place}", str(tree))
            for tool, files in ((READS[kind], NAMES), *((each, ("",)) for each in SEARCHES[kind]))
            for file in files
        ]

    def think(self, model: str, body: Mapping[str, Any]) -> dict[str, Any]:
        text = "\n".join(strings(body))
        if found := re.search(r"the code in the directory (\S+)\. You may", text):
            self.place = found[1]
        if not self._calls:
            return self._answer(text)
        (name, given), directory, file = self._calls.pop(0)
        where = directory.replace("{place}", self.place)
        filled = {key: value.replace("{0}", f"{where}/{file}").replace("{1}", where) for key, value in given.items()}
        return {"tool": {"name": name, "input": filled}}


def lok(project: Project, kind: Kind, program: Path, at: Range, *argv: str) -> Done:
    """`lok` in the project, with the real CLI as the only backend."""
    config = project.machine.home / "lok.toml"
    config.write_text(section(kind, program, at.server.url))
    flags = ("--config", str(config), "--backend", kind, "--trust-tree")
    return project.machine.run("lok", *argv, *flags, cwd=project.path, env={KEY_NAME: KEY})


def sent(at: Range) -> str:
    """Everything that reached the vendor."""
    return at.server.log.read_text()


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_no_credential_file_and_no_secret_leaves_however_a_model_looks_for_it(
    kind: Kind, project: Project, real_cli: RealCli, at: Range
) -> None:
    curious = Curious(kind, project.path, lambda text: {"answer": f"See {curious.place}/lib/app.py:3."})
    at.server.server.rules = [{"match": "", "think": curious.think}]
    done = lok(project, kind, real_cli(kind), at, "ask", "--no-cache", "What is secret here?")
    assert (done.code, "See lib/app.py:3." in done.said) == (0, True)
    log = sent(at)
    assert [value for value in PLANTED if value in log] == []
    # It did read what it may, and was told what the marks are.
    assert MARKED in log
    assert "stands for a secret value" in log
    assert Path(curious.place).name == "project"
    assert not Path(curious.place).exists()


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_a_finding_that_quotes_a_mark_stands_in_the_file(
    kind: Kind, project: Project, real_cli: RealCli, at: Range
) -> None:
    def answer(text: str) -> dict[str, Any]:
        (receipt, *_) = re.findall(r"^receipt: (\S+)$", text, re.MULTILINE)
        finding = {
            "file": f"{curious.place}/lib/app.py", "line": 3, "end_line": None, "severity": "high",
            "category": "hard-coded-credential", "cwe": None, "title": "a token in the code", "why": "anybody reads it",
            "fix": None, "quote": MARKED,
        }  # fmt: skip
        return {"answer_json": {"receipt": receipt, "files": ["lib/app.py"], "findings": [finding]}}

    curious = Curious(kind, project.path, answer)
    at.server.server.rules = [{"match": "", "think": curious.think}]
    done = lok(project, kind, real_cli(kind), at, "hunt", "--format", "json")
    report = json.loads(done.said[done.said.index("{\n") :])
    (finding,) = [each for each in report["findings"] if each["raised_by"] == [kind]]
    assert (finding["path"], finding["line"]) == ("lib/app.py", 3)
    assert [value for value in PLANTED if value in sent(at)] == []
    assert TOKEN not in done.said


READER = """
import pathlib, sys
sys.stdin.read()
with open(sys.argv[1], "a") as log:
    for path in sorted(pathlib.Path().rglob("*")):
        if path.is_file() and ".git" not in path.parts:
            print(path, path.read_text(), file=log)
print("I read all of it.")
"""


def ask(project: Project, args: Sequence[str], *flags: str, local: bool = False, review: str = "") -> Done:
    """`lok ask` with a program of the user's, in Python, as the only backend; `review` is a line of lok.toml."""
    config = project.machine.home / "lok.toml"
    own = {"kind": "command", "command": sys.executable, "args": args, "local": local}
    lines = [f"{key} = {json.dumps(value)}" for key, value in own.items()]
    config.write_text("\n".join([review, "[backends.own]", *lines]))
    argv = ("lok", "ask", "What?", "--config", str(config), "--backend", "own", "--trust-tree", *flags)
    return project.machine.run(*argv, cwd=project.path)


@pytest.fixture
def reader(machine: Machine) -> tuple[str, str]:
    """The arguments of a program that writes into the file named last what it finds."""
    program = machine.home / "reader.py"
    program.write_text(READER)
    return str(program), str(machine.home / "seen")


@pytest.mark.parametrize(("is_local", "redact_local"), [(False, False), (True, True), (True, False)])
def test_a_program_of_the_users_looks_at_the_copy_unless_it_is_local_and_shown_everything(
    is_local: bool, redact_local: bool, project: Project, reader: tuple[str, str]
) -> None:
    review = f"review.redact_local = {json.dumps(redact_local)}"
    done = ask(project, reader, "--no-cache", local=is_local, review=review)
    assert (done.code, "I read all of it." in done.said) == (0, True)
    seen = Path(reader[-1]).read_text()
    is_shown = is_local and not redact_local
    assert {value for value in PLANTED if value in seen} == (set(PLANTED) if is_shown else set())
    assert (MARKED in seen, LINE in seen) == (not is_shown, is_shown)


def test_what_models_do_not_see_for_its_size_is_told(project: Project) -> None:
    project.write("lib/z.txt", "x" * MOST_LENT_BYTES)
    review = f"review.max_file_bytes = {2 * MOST_LENT_BYTES}"
    done = ask(project, ("-c", "print('It is there.')"), "--no-cache", review=review)
    assert (done.code, "It is there." in done.said) == (0, True)
    told = "the directory has more than 32 MiB of text: models see the nearest alone (2). Name a smaller"
    assert told in done.said


def test_an_answer_is_remembered_for_the_files_that_were_looked_at_alone(
    project: Project, reader: tuple[str, str]
) -> None:
    said = [ask(project, reader).said for _ in range(2)]
    project.write("lib/app.py", "x = 2\n")
    said.append(ask(project, reader).said)
    assert ["remembered" in each for each in said] == [False, True, False]
    assert "x = 2" in Path(reader[-1]).read_text()
