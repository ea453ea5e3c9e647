"""The ticket to a remembered verdict: what it hangs on, and what its witnesses see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lok_hooks.cli import remembered
from lok_hooks.cli.remembered import Witness, record, witness
from lok_hooks.store.database import Database
from lok_hooks.store.memory import StoredMemory
from tests.repo.git_helpers import Scratch, clean_environment, new

PRINT_KEY = """
import sys
from lok_hooks.cli import remembered
from lok_hooks.repo.probe import staged_records
ticket = remembered.ticket(sys.argv[1:], staged_records())
print(ticket and ticket.key)
"""
PRINT_RECALLED = """
import sys
from pathlib import Path
from lok_hooks.cli.remembered import Ticket, recalled
from lok_hooks.store.place import Place
place = Place(folder=Path(sys.argv[1]), repository=None)
print(recalled(Ticket(place=place, top=Path(), key="key", is_fresh=len(sys.argv) > 2)))
"""


@pytest.fixture
def work(tmp_path: Path) -> Scratch:
    scratch = new(tmp_path / "work")
    scratch.commit("root.txt")
    scratch.write("a.py", "x = 1\n")
    scratch.git("add", "a.py")
    return scratch


def key(work: Scratch, *argv: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """The key that a process of its own has here; "None" for none."""
    done = subprocess.run(
        [sys.executable, "-c", PRINT_KEY, *argv],
        cwd=cwd or work.path,
        env=clean_environment(work.path) | {"HOME": str(work.path.parent)} | (env or {}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def edit_staged(work: Scratch) -> None:
    work.write("a.py", "x = 2\n")
    work.git("add", "a.py")


def stage_mode(work: Scratch) -> None:
    work.git("update-index", "--chmod=+x", "a.py")


def stage_another(work: Scratch) -> None:
    work.write("b.py", "")
    work.git("add", "b.py")


def own_rules(work: Scratch) -> None:
    work.write("lok.toml", "[review]\n")


def staged_rules(work: Scratch) -> None:
    # As committed: the change under review leaves them alone.
    work.write("lok.toml", "[review]\n")
    work.git("add", "lok.toml")
    work.git("commit", "-q", "-m", "rules", "lok.toml")
    (work.path / "lok.toml").unlink()


def dismissals(work: Scratch) -> None:
    work.write(".lok/dismissed.json", "{}")
    work.git("add", "-f", ".lok")


def user_rules(work: Scratch) -> None:
    folder = work.path.parent / ".config" / "lok"
    folder.mkdir(parents=True)
    (folder / "lok.toml").write_text("[review]\n")


CHANGES = [edit_staged, stage_mode, stage_another, own_rules, staged_rules, dismissals, user_rules]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_the_verdict_hangs_on_makes_another_key(work: Scratch, change: Callable[[Scratch], None]) -> None:
    before = key(work)
    assert len(before) == 40
    change(work)
    assert key(work) not in (before, "None")


@pytest.mark.parametrize(
    ("argv", "env"),
    [
        (["--fail-on", "low"], {}),
        (["--format", "json"], {}),
        ([], {"LOK_FAIL_ON": "low"}),
        ([], {"LOK_ANYTHING": "1"}),
        ([], {"PRE_COMMIT": "1"}),
        ([], {"XDG_CONFIG_HOME": "/nowhere"}),
    ],
)
def test_flags_and_variables_make_another_key(work: Scratch, argv: list[str], env: dict[str, str]) -> None:
    assert key(work, *argv, env=env) not in (key(work), "None")


def test_a_file_named_by_a_flag_or_variable_is_looked_at(work: Scratch, tmp_path: Path) -> None:
    named = tmp_path / "named.toml"
    named.write_text("[review]\n")
    ways: list[tuple[list[str], dict[str, str]]] = [
        (["--config", str(named)], {}),
        ([f"--config={named}"], {}),
        ([], {"LOK_CONFIG": str(named)}),
    ]
    before = [key(work, *argv, env=env) for argv, env in ways]
    named.write_text("[review]\nquorum = 1\n")
    after = [key(work, *argv, env=env) for argv, env in ways]
    assert set(before).isdisjoint(after)


def test_what_is_not_reviewed_makes_no_other_key(work: Scratch) -> None:
    before = key(work)
    work.write("root.txt", "changed in the work tree only\n")
    work.write("untracked.txt", "new\n")
    work.git("commit", "-q", "--allow-empty", "--only", "-m", "elsewhere")
    assert key(work, env={"EDITOR": "vi"}) == before


def test_asking_afresh_has_the_same_key(work: Scratch) -> None:
    assert key(work, "--fresh") == key(work)


@pytest.mark.parametrize(
    "argv",
    [*(["-o", "x"], ["-ox"], ["--output=x"], ["-v"], ["--transcript", "x"]), ["--show-payload"], ["--help"]],
)
def test_what_does_more_than_print_a_report_has_no_ticket(work: Scratch, argv: list[str]) -> None:
    assert key(work, *argv) == "None"


def test_nothing_staged_or_no_repository_has_no_ticket(work: Scratch, tmp_path: Path) -> None:
    work.git("reset", "-q")
    assert key(work) == "None"
    assert key(work, cwd=tmp_path) == "None"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lok"


def keep(folder: Path, text: str) -> None:
    database = Database(folder, pytest.fail)
    StoredMemory(database, ttl_seconds=60, max_bytes=10**6, now=time.time).keep("key", text)
    database.close()


def said(folder: Path, *words: str) -> list[str]:
    """The report that is recalled, and the exit code behind it."""
    done = subprocess.run(
        [sys.executable, "-c", PRINT_RECALLED, str(folder), *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines()


def test_a_report_is_recalled_with_its_exit_code(folder: Path, tmp_path: Path) -> None:
    keep(folder, record(1, "refused\n", [witness("content", str(tmp_path / "rules"))], time.time() + 60))
    assert said(folder) == ["refused", "1"]
    assert said(folder, "--fresh") == ["None"]


def test_a_report_is_forgotten_in_time(folder: Path) -> None:
    keep(folder, record(1, "refused\n", [], time.time() - 1))
    assert said(folder) == ["None"]


def test_a_report_falls_with_any_of_its_witnesses(folder: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    keep(folder, record(0, "ok\n", [witness("variable", "PATH"), witness("content", str(rules))], time.time() + 60))
    assert said(folder) == ["ok", "0"]
    rules.write_text("new")
    assert said(folder) == ["None"]


def test_a_witness_of_a_later_version_is_not_believed(folder: Path) -> None:
    keep(folder, record(0, "ok\n", [Witness("horoscope", "lion", "good")], time.time() + 60))
    assert said(folder) == ["None"]


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"until": "x", "code": 0, "text": "", "witnesses": []})])
def test_what_is_no_report_is_not_recalled(folder: Path, text: str) -> None:
    keep(folder, text)
    assert said(folder) == ["None"]


def write(path: Path, text: str) -> None:
    path.write_text(text)


@pytest.mark.parametrize("kind", ["content", "date"])
def test_a_file_that_changes_is_seen(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file"
    seen = [remembered.look(kind, str(path))]
    for text in ("one", "three"):
        path.write_text(text)
        seen.append(remembered.look(kind, str(path)))
    path.unlink()
    assert len(set(seen)) == 3
    assert remembered.look(kind, str(path)) == seen[0] == ""


def test_a_folder_that_changes_is_seen(tmp_path: Path) -> None:
    seen = [remembered.look("listing", str(tmp_path))]
    (tmp_path / "a").write_text("")
    seen.append(remembered.look("listing", str(tmp_path)))
    (tmp_path / "a").write_text("x")
    seen.append(remembered.look("listing", str(tmp_path)))
    assert len(set(seen)) == 3
    assert remembered.look("listing", str(tmp_path / "nowhere")) == ""


def test_a_program_is_looked_for_as_backends_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    monkeypatch.setenv("PATH", os.pathsep.join((".", str(first), str(second))))
    monkeypatch.chdir(first)
    seen = []
    for place, mode in ((second, 0o755), (first, 0o644), (first, 0o755)):
        (place / "tool").write_text("#!/bin/sh\n")
        (place / "tool").chmod(mode)
        seen.append(remembered.look("program", "tool"))
    assert seen == [str(second / "tool"), str(second / "tool"), str(first / "tool")]
    assert remembered.look("program", str(second / "tool")) == str(second / "tool")
    assert remembered.look("program", "no-such-tool") == ""


def test_an_object_of_the_repository_is_seen(work: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(work.path)
    seen = remembered.look("object", "HEAD:root.txt")
    assert len(seen) == 40
    work.write("root.txt", "other\n")
    work.git("commit", "-q", "-m", "other", "root.txt")
    assert remembered.look("object", "HEAD:root.txt") not in (seen, "")
    assert remembered.look("object", "--help") == remembered.look("object", "HEAD:nowhere") == ""


def test_whether_a_variable_is_set_is_seen_and_its_value_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "s3cret")
    assert remembered.look("variable", "SOME_KEY") == "set"
    monkeypatch.delenv("SOME_KEY")
    assert remembered.look("variable", "SOME_KEY") == ""
