"""The runner of programs against real ones: slow, deaf, loud, stubborn, and with children of their own."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lok_hooks.backends import process
from lok_hooks.backends.process import Finished, ProgramError, private_directory
from tests.backends.conftest import Seconds, nothing_left_behind, processes_with

MARK = "LOK_TEST_MARK"
Run = Callable[..., Finished]


@pytest.fixture
def mark() -> str:
    """A value that only this test's processes have in their environment."""
    return uuid.uuid4().hex


@pytest.fixture
def run_python(tmp_path: Path, mark: str) -> Run:
    """`run_python(code, stdin=..., seconds=..., deadline=...)` in a marked environment."""

    def run(
        code: str,
        *,
        stdin: bytes = b"",
        seconds: float = 10.0,
        deadline: Seconds | None = None,
        output_limit: int = process.OUTPUT_LIMIT,
    ) -> Finished:
        return process.run(
            [sys.executable, "-I", "-S", "-c", code],
            stdin=stdin,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], MARK: mark},
            deadline=deadline or Seconds(seconds=seconds),
            output_limit=output_limit,
        )

    return run


def test_input_goes_in_whole_and_both_outputs_come_back_apart(run_python: Run) -> None:
    text = os.urandom(5_000_000)
    finished = run_python(
        "import sys; data = sys.stdin.buffer.read(); sys.stderr.write(str(len(data))); sys.stdout.buffer.write(data)",
        stdin=text,
    )
    assert (finished.returncode, finished.ended) == (0, "exited")
    assert finished.stdout == text
    assert finished.stderr == b"5000000"


def test_the_environment_is_exactly_what_was_given(tmp_path: Path) -> None:
    finished = process.run(["/usr/bin/env"], stdin=b"", cwd=tmp_path, env={"A": "1"}, deadline=Seconds(seconds=10))
    names = {line.partition(b"=")[0] for line in finished.stdout.splitlines()}
    assert b"A" in names
    assert names - {b"A"} == {b"LOKHOOKS_CHILD"}


def test_a_program_that_never_reads_does_not_block(run_python: Run) -> None:
    finished = run_python("print('done')", stdin=b"x" * 10_000_000)
    assert (finished.returncode, finished.stdout) == (0, b"done\n")


def test_a_program_that_waits_for_more_input_meets_its_end(run_python: Run) -> None:
    finished = run_python("import sys; sys.stdin.read(); sys.stdin.read(); print('end of file')", seconds=4)
    assert finished.stdout == b"end of file\n"


@pytest.mark.parametrize(("code", "expected"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", -9)])
def test_the_return_code_is_the_programs_own(run_python: Run, code: str, expected: int) -> None:
    finished = run_python(code)
    assert (finished.returncode, finished.ended) == (expected, "exited")


def test_only_the_end_of_standard_error_is_kept_and_no_part_of_a_word(run_python: Run) -> None:
    finished = run_python("import sys; sys.stderr.write('abc ' * 999_999 + 'the reason'); raise SystemExit(1)")
    assert process.STDERR_TAIL - len("abc ") <= len(finished.stderr) < process.STDERR_TAIL
    assert set(finished.stderr.split()) == {b"abc", b"the", b"reason"}
    finished = run_python("import sys; sys.stderr.write('x' * 3_000_000 + ' the reason'); raise SystemExit(1)")
    assert finished.stderr == b"the reason"


def test_too_much_output_ends_the_program(run_python: Run, mark: str) -> None:
    with nothing_left_behind(MARK, mark):
        flood = "import time\nfor _ in range(400): print('x' * 100_000)\ntime.sleep(5)"
        finished = run_python(flood, output_limit=1_000_000, seconds=20)
    assert finished.ended == "too much output"
    assert len(finished.stdout) == 1_000_000
    assert finished.seconds < 5


class Slow:
    """A deadline that takes a moment to look at, in which a quick program writes all it has and exits."""

    def remaining(self) -> float:
        """Seconds left."""
        time.sleep(0.2)
        return 10.0

    def is_cancelled(self) -> bool:
        """Never."""
        return False

    def at_most(self, seconds: float) -> Slow:
        """Itself: it is the shorter one."""
        return self


def test_too_much_output_is_noticed_in_a_program_that_has_exited_too(tmp_path: Path) -> None:
    finished = process.run(
        ["head", "-c", "50000", "/dev/zero"],
        stdin=b"",
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        deadline=Slow(),
        output_limit=1_000,
    )
    assert (finished.ended, len(finished.stdout)) == ("too much output", 1_000)


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(4)",
        "import time; print('half', flush=True); time.sleep(60)",
        "import os, time; os.close(1); os.close(2); time.sleep(60)",
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
        "import time\nwhile True:\n    print('x', flush=True); time.sleep(0.01)",
    ],
    ids=["silent", "half an answer", "closed its pipes", "ignores TERM", "drips"],
)
def test_a_deadline_ends_whatever_the_program_does(run_python: Run, mark: str, code: str) -> None:
    started = time.monotonic()
    with nothing_left_behind(MARK, mark):
        finished = run_python(code, seconds=0.7)
    assert finished.ended == "timed out"
    assert 0.7 <= finished.seconds < 1.7
    assert time.monotonic() - started < 2.5


def test_a_program_that_reads_a_little_and_never_ends_has_a_deadline_too(run_python: Run) -> None:
    finished = run_python("import os, time; os.read(0, 5000); time.sleep(6)", stdin=b"x" * 10_000_000, seconds=0.7)
    assert finished.ended == "timed out"
    assert finished.seconds < 2


def test_a_program_may_tidy_up_when_its_time_is_over(run_python: Run, tmp_path: Path) -> None:
    code = """
import signal, sys, time
def tidy(*_):
    open("tidied", "w").close()
    sys.exit()
signal.signal(signal.SIGTERM, tidy)
time.sleep(60)
"""
    finished = run_python(code, seconds=1)
    assert finished.ended == "timed out"
    assert (tmp_path / "tidied").exists()


def test_cancelling_is_noticed_within_a_tenth_of_a_second(run_python: Run, mark: str) -> None:
    deadline = Seconds(seconds=60)
    cancelled_at: list[float] = []

    def cancel() -> None:
        cancelled_at.append(time.monotonic())
        deadline.cancel()

    threading.Timer(0.5, cancel).start()
    with nothing_left_behind(MARK, mark):
        finished = run_python("import time; time.sleep(60)", deadline=deadline)
        late = time.monotonic() - cancelled_at[0]
    assert finished.ended == "cancelled"
    # A tenth to notice; the rest is the end of the process and one look through /proc on a busy machine.
    assert late < 0.4


def test_after_the_deadline_nothing_is_started(run_python: Run, tmp_path: Path) -> None:
    finished = run_python(f"open({str(tmp_path / 'started')!r}, 'w')", seconds=0)
    assert (finished.returncode, finished.ended) == (None, "timed out")
    assert not (tmp_path / "started").exists()


GRANDCHILD = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-I", "-S", "-c", "{ignore}import time; time.sleep(60) # {mark}"]{options})
print("answer", flush=True)
os._exit(0)
"""
IGNORE = "import signal; signal.signal(15, 1); "


@pytest.mark.parametrize(
    ("options", "ignore"),
    [
        ("", ""),
        (", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL", ""),
        (", start_new_session=True", ""),
        (", process_group=0", ""),
        (", process_group=0, env={}", ""),
        (", start_new_session=True", IGNORE),
    ],
    ids=["holds the pipes", "quiet", "own session", "own group", "own group and environment", "own session, no TERM"],
)
def test_children_of_a_program_that_exited_well_are_ended(
    run_python: Run, mark: str, options: str, ignore: str
) -> None:
    finished = run_python(GRANDCHILD.format(options=options, ignore=ignore, mark=mark))
    assert (finished.returncode, finished.stdout, finished.ended) == (0, b"answer\n", "exited")
    assert finished.seconds < 2
    assert [line for line in command_lines() if mark in line] == []


def command_lines() -> list[str]:
    """The command lines of all processes; a zombie has none."""
    lines = []
    for entry in Path("/proc").iterdir():
        # Processes come and go while we look.
        with contextlib.suppress(OSError):
            lines.append((entry / "cmdline").read_text(errors="replace") if entry.name.isdigit() else "")
    return lines


def test_a_whole_tree_ends_at_the_deadline(run_python: Run, mark: str) -> None:
    code = """
import os, subprocess, sys, time
for _ in range(3):
    subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 60 & sleep 60; sleep 60"], start_new_session=True)
time.sleep(60)
"""
    with nothing_left_behind(MARK, mark):
        finished = run_python(code, seconds=1)
    assert finished.ended == "timed out"
    assert finished.seconds < 2


@pytest.mark.parametrize(
    ("content", "mode"),
    [(None, 0), ("#!/bin/sh\nexit 0\n", 0o600), ("no program at all", 0o700), ("#!/no/such/shell\n", 0o700)],
    ids=["missing", "not executable", "not a program", "no interpreter"],
)
def test_what_cannot_be_started_is_missing(tmp_path: Path, content: str | None, mode: int) -> None:
    program = tmp_path / "program"
    if content is not None:
        program.write_text(content)
        program.chmod(mode)
    with pytest.raises(ProgramError) as caught:
        process.run([str(program)], stdin=b"", cwd=tmp_path, env={}, deadline=Seconds(seconds=5))
    assert caught.value.is_missing
    assert caught.value.filename == str(program)


@pytest.mark.parametrize("argument", ["x" * 200_000, "nul\0byte"])
def test_arguments_that_no_program_can_take_are_no_missing_program(tmp_path: Path, argument: str) -> None:
    with pytest.raises(ProgramError) as caught:
        process.run(["/bin/true", argument], stdin=b"", cwd=tmp_path, env={}, deadline=Seconds(seconds=5))
    assert not caught.value.is_missing


def test_many_threads_run_programs_at_once(run_python: Run, mark: str) -> None:
    code = "import sys, time; time.sleep(0.5); sys.stdout.write(sys.stdin.read())"
    started = time.monotonic()
    with nothing_left_behind(MARK, mark), ThreadPoolExecutor(8) as pool:
        texts = [f"number {number}".encode() for number in range(8)]
        finished = list(pool.map(lambda text: run_python(code, stdin=text), texts))
    assert [one.stdout for one in finished] == texts
    assert time.monotonic() - started < 3


def test_kill_all_ends_the_programs_of_every_thread(run_python: Run, mark: str) -> None:
    sleepers = ["import time; time.sleep(60)", f"{IGNORE}import time; time.sleep(60)"]
    with nothing_left_behind(MARK, mark), ThreadPoolExecutor(2) as pool:
        running = [pool.submit(run_python, code, seconds=60) for code in sleepers]
        end = time.monotonic() + 5
        while len(processes_with(MARK, mark)) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        # The second one needs a moment to set TERM aside.
        time.sleep(0.3)
        started = time.monotonic()
        process.kill_all()
        assert time.monotonic() - started < 1.5
        assert [future.result(timeout=5).ended for future in running] == ["cancelled", "cancelled"]


def test_kill_all_with_nothing_running_returns_at_once() -> None:
    started = time.monotonic()
    process.kill_all()
    assert time.monotonic() - started < 0.2


NESTED = """
import os, signal, sys, threading
from pathlib import Path
from lok_hooks.backends import process
from tests.backends.conftest import Seconds
PREPARE
sleeper = [sys.executable, "-IS", "-c", "import signal, time; signal.signal(15, 1); time.sleep(60)"]
try:
    process.run(sleeper, stdin=b"", cwd=Path("/"), env={"LOK_TEST_MARK": "VALUE"}, deadline=Seconds(seconds=60))
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def run_nested(prepare: str, mark: str, deadline: Seconds) -> Finished:
    """A Python program that is itself running a program."""
    return process.run(
        [sys.executable, "-c", NESTED.replace("PREPARE", prepare).replace("VALUE", mark)],
        stdin=b"",
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ["PATH"]},
        deadline=deadline,
    )


def test_an_interrupt_ends_the_program_that_is_running(mark: str) -> None:
    with nothing_left_behind(MARK, mark):
        interrupt = "threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()"
        finished = run_nested(interrupt, mark, Seconds(seconds=30))
    assert (finished.stdout, finished.returncode) == (b"interrupted\n", 0)


def test_what_a_stubborn_program_runs_under_our_own_rules_ends_with_it(mark: str) -> None:
    deadline = Seconds(seconds=30)

    def cancel_once_both_run() -> None:
        while deadline.remaining() and not processes_with(MARK, mark):
            time.sleep(0.05)
        # The inner one needs a moment to set TERM aside.
        time.sleep(0.5)
        deadline.cancel()

    threading.Thread(target=cancel_once_both_run).start()
    with nothing_left_behind(MARK, mark):
        finished = run_nested("signal.signal(signal.SIGTERM, signal.SIG_IGN)", mark, deadline)
    assert (finished.ended, finished.returncode) == ("cancelled", -9)


LEAVING = """
import sys, threading, time
from pathlib import Path
from lok_hooks.backends import process
from tests.backends.conftest import Seconds

def review():
    with process.private_directory() as folder:
        Path(folder, "login").write_text("secret")
        program = [sys.executable, "-IS", "-c", "import signal, time; signal.signal(15, 1); time.sleep(60)"]
        process.run(program, stdin=b"", cwd=folder, env={"LOK_TEST_MARK": "VALUE"}, deadline=Seconds(seconds=60))

threading.Thread(target=review, daemon=True).start()
time.sleep(1.5)
print(list(Path(TMP).glob("*/login")) != [])
"""


def test_a_process_that_ends_leaves_neither_programs_nor_private_directories(mark: str, tmp_path: Path) -> None:
    with nothing_left_behind(MARK, mark):
        finished = process.run(
            [sys.executable, "-c", LEAVING.replace("VALUE", mark).replace("TMP", repr(str(tmp_path)))],
            stdin=b"",
            cwd=Path(__file__).parents[2],
            env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
            deadline=Seconds(seconds=30),
        )
    assert (finished.stdout, finished.returncode) == (b"True\n", 0)
    assert list(tmp_path.iterdir()) == []


def test_a_private_directory_is_empty_private_and_removed() -> None:
    with private_directory() as folder:
        assert list(folder.iterdir()) == []
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert not any((parent / ".git").exists() for parent in folder.parents)
        (folder / "deep").mkdir(mode=0o500)
        (folder / "secret").write_text("x")
    assert not folder.exists()


def test_a_private_directory_is_removed_when_its_user_fails() -> None:
    seen: list[Path] = []

    def use() -> None:
        with private_directory() as folder:
            seen.append(folder)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        use()
    assert not seen[0].exists()


@pytest.mark.parametrize("is_file", [False, True], ids=["repository", "linked worktree"])
def test_a_private_directory_never_lies_in_a_repository(tmp_path: Path, is_file: bool) -> None:
    inside = tmp_path / "repo" / "deep" / "tmp"
    inside.mkdir(parents=True)
    git = tmp_path / "repo" / ".git"
    git.write_text("gitdir: elsewhere\n") if is_file else git.mkdir()
    code = "from lok_hooks.backends.process import private_directory\nwith private_directory() as folder: print(folder)"
    environment = {**os.environ, "TMPDIR": str(inside)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    folder = Path(done.stdout.strip())
    assert folder.is_absolute()
    assert not folder.is_relative_to(tmp_path)
