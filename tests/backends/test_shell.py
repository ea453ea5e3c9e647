"""Shell steps: what they print, how they fail, and that nothing of them is left behind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lok_hooks.backends.deadline import Until
from lok_hooks.backends.shell import Shell
from lok_hooks.core.ports import Failure, FailureKind, Reply


def run(folder: Path, script: str, *values: bytes, seconds: float | None = None) -> Reply | Failure:
    return Shell(directory=folder).run(script, values, Until.after(seconds))


def test_it_runs_in_the_directory_and_ends_its_output_at_the_last_word(tmp_path: Path) -> None:
    answer = run(tmp_path, "pwd; echo; echo")
    assert isinstance(answer, Reply)
    assert answer.text == str(tmp_path)


def test_values_are_files_that_nobody_else_reads_and_that_are_gone_afterwards(tmp_path: Path) -> None:
    answer = run(
        tmp_path,
        'cat "$LOK_VALUES/1" "$LOK_VALUES/2"; echo; stat -c %a "$LOK_VALUES"; echo "$LOK_VALUES"',
        b"a'",
        b'"b',
    )
    assert isinstance(answer, Reply)
    values, mode, folder = answer.text.split("\n")
    assert (values, mode) == ("a'\"b", "700")
    assert not Path(folder).exists()


def test_a_large_value_arrives_whole(tmp_path: Path) -> None:
    answer = run(tmp_path, 'wc -c < "$LOK_VALUES/1"', b"x" * 3_000_000)
    assert isinstance(answer, Reply)
    assert answer.text.strip() == "3000000"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo out; echo wrong >&2; exit 3", "exit code 3: wrong"),
        ("echo out; exit 3", "exit code 3: out"),
        ("exit 3", "exit code 3"),
        ("if", "exit code 2: "),
    ],
)
def test_another_exit_code_than_0_is_a_failure_in_its_own_words(tmp_path: Path, script: str, reason: str) -> None:
    answer = run(tmp_path, script)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.CRASHED
    assert answer.reason.startswith(reason)


def test_it_ends_in_time_with_all_that_it_started(tmp_path: Path) -> None:
    answer = run(tmp_path, "(sleep 3; touch late) & sleep 60", seconds=0.5)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.seconds < 3) == (FailureKind.TIMED_OUT, True)
    time.sleep(3.5)
    assert not (tmp_path / "late").exists()


def test_a_flood_is_stopped(tmp_path: Path) -> None:
    answer = run(tmp_path, "yes", seconds=60)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.TOO_LARGE


def test_nobody_waits_for_input(tmp_path: Path) -> None:
    answer = run(tmp_path, "cat; echo done", seconds=20)
    assert isinstance(answer, Reply)
    assert answer.text == "done"
