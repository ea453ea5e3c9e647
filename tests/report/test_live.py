"""Live progress on real terminals, and silence where there is none."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

import pytest

from lok_hooks.core.ports import Analysis, Answer, Failure, FailureKind, Reply
from lok_hooks.report.live import PATIENCE, REFRESHES, Outlet, Quiet, Verbose, open_listener, outlet_for, progress_line

DRIVER = Path(__file__).parent / "drive_listener.py"
ESCAPES = re.compile(r"\x1b(?:\[[?0-9;]*[A-Za-z]|[78D])")
BELOW, BACK = "\x1bD\x1bD\x1b[2A\x1b7", "\x1b8"
SHOW_CURSOR = "\x1b[?25h"


class Terminal:
    """A pseudo-terminal of 60 columns and what was written to it."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        self.name = os.ttyname(self.slave)

    def run(
        self, how: str, *awaited: str, is_controlling: bool = True, stderr: int = subprocess.PIPE, **environ: str
    ) -> tuple[str, str, str]:
        """Drives a listener, going on when each of `awaited` is on this terminal.

        What the terminal, stdout and stderr (when it is no terminal) received.
        """
        process = subprocess.Popen(
            [sys.executable, str(DRIVER), how, self.name if is_controlling else "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=environment(environ),
            start_new_session=True,
            text=True,
        )
        assert process.stdin is not None
        shown = ""
        for text in awaited:
            shown += self.read_until(text)
            process.stdin.write("\n")
            process.stdin.flush()
        stdout, told = process.communicate(timeout=30)
        return shown + self.read(0.05).decode(), stdout, told or ""

    def read_until(self, text: str) -> str:
        """What arrives until `text` is there, or thirty seconds are over."""
        shown, end = b"", time.monotonic() + 30
        while text.encode() not in shown and time.monotonic() < end:
            shown += self.read(0.05)
        return shown.decode()

    def read(self, seconds: float) -> bytes:
        """What arrives until nothing does for so long."""
        data = b""
        while select.select([self.master], [], [], seconds)[0]:
            data += os.read(self.master, 65_536)
        return data

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


def environment(changes: Mapping[str, str]) -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return {"PATH": os.environ["PATH"], "PYTHONPATH": root, "TERM": "xterm", **changes}


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.close()


STEPS = ("hunt 0/2", "hunt 1/2")


def test_one_line_on_the_terminal(terminal: Terminal) -> None:
    shown, stdout, _ = terminal.run("ask", *STEPS, stderr=terminal.slave)
    drawn = [ESCAPES.sub("", part) for part in re.split(r"[\r\n]+", shown) if "asking" in part]
    assert re.fullmatch(r"asking codex \(hunt 0/2\), gemini\\x1b\[31m \(audit\) … \d+ s of .*", drawn[0])
    assert re.fullmatch(r"asking codex \(hunt 1/2\), gemini\\x1b\[31m \(audit\) … \d+ s of .*", drawn[-1])
    assert all(len(line) <= 59 for line in drawn)
    assert stdout == "done\n"
    assert BACK not in shown


@pytest.mark.parametrize("how", ["ask", "fail"])
def test_the_line_is_erased_and_the_cursor_comes_back(terminal: Terminal, how: str) -> None:
    shown, _, _ = terminal.run(how, *STEPS, PRE_COMMIT="1")
    assert shown.startswith(f"{BELOW}\r\n")
    last = shown.rindex("asking")
    assert "\x1b[2K" in shown[last:]
    assert SHOW_CURSOR in shown[last:]
    assert shown.endswith(BACK)


def test_under_a_hook_runner_its_captured_output_stays_clean(terminal: Terminal) -> None:
    captured = Terminal()
    shown, _, _ = terminal.run("ask", *STEPS, stderr=captured.slave, PRE_COMMIT="1")
    assert "asking codex" in shown
    assert captured.read(0.05) == b""
    captured.close()


def test_a_redirected_stream_stays_clean_too(terminal: Terminal) -> None:
    shown, _, told = terminal.run("ask", *STEPS)
    assert "asking codex" in shown
    assert told == ""


def test_without_a_terminal_it_is_silent(terminal: Terminal) -> None:
    assert terminal.run("ask", is_controlling=False, PRE_COMMIT="1") == ("", "done\n", "")


def test_in_the_background_it_is_silent(terminal: Terminal) -> None:
    leader = (
        "import os, subprocess, sys\n"
        "os.close(os.open(sys.argv[1], os.O_RDWR))\n"
        "raise SystemExit(subprocess.call(sys.argv[2:], process_group=0))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", leader, terminal.name, sys.executable, str(DRIVER), "ask", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment({}),
        start_new_session=True,
        text=True,
    )
    time.sleep(4 * PATIENCE)
    assert process.communicate("\n\n", timeout=30) == ("done\n", "")
    assert terminal.read(0.05) == b""


@pytest.mark.parametrize("environ", [{"CI": "true"}, {"CI": "1"}, {"TERM": "dumb"}])
def test_nothing_is_drawn_in_ci_and_on_dumb_terminals(terminal: Terminal, environ: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), "ask", terminal.name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=terminal.slave,
        env=environment(environ),
        start_new_session=True,
        text=True,
    )
    time.sleep(2 * PATIENCE)
    stdout, _ = process.communicate("\n\n", timeout=30)
    assert (terminal.read(0.05), stdout) == (b"", "done\n")


@pytest.mark.parametrize("how", ["brief", "ask"])
def test_nothing_is_drawn_when_it_is_over_at_once(terminal: Terminal, how: str) -> None:
    assert terminal.run(how, PRE_COMMIT="1") == ("", "done\n", "")


def test_verbose_lines_go_to_the_stream_and_nothing_to_the_terminal(terminal: Terminal) -> None:
    shown, _, told = terminal.run("verbose")
    assert shown == ""
    assert re.sub(r"^ +[0-9.]+ s  ", "", told, flags=re.MULTILINE).splitlines() == [
        "first line",
        "          second\\x1b line",
        "asked codex: hunt 1/2",
        "asked codex: hunt 2/2",
        "asked gemini\\x1b[31m: audit 1/1",
        "codex answered hunt 1/2 after 0.4 s, 1,200 tokens in",
    ]


def test_a_terminal_that_goes_away_takes_nothing_with_it() -> None:
    lost = Terminal()
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), "ask", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=lost.slave,
        env=environment({}),
        start_new_session=True,
        text=True,
    )
    assert "asking" in lost.read_until("asking")
    lost.close()
    time.sleep(3 / REFRESHES)
    stdout, _ = process.communicate("\n\n", timeout=30)
    assert (stdout, process.returncode) == ("done\n", 0)


@pytest.mark.parametrize(
    ("environ", "is_terminal", "verbose", "outlet"),
    [
        ({"TERM": "xterm"}, True, False, "stream"),
        ({"TERM": "xterm"}, False, False, "terminal"),
        ({"TERM": "xterm", "PRE_COMMIT": "1"}, True, False, "terminal"),
        ({"TERM": "xterm", "CI": ""}, True, False, "stream"),
        ({"TERM": "xterm", "CI": "false"}, True, False, "stream"),
        ({"TERM": "xterm", "CI": "true"}, True, False, "nothing"),
        ({"TERM": "dumb"}, True, False, "nothing"),
        ({}, True, False, "nothing"),
        ({"TERM": "xterm", "CI": "true"}, False, True, "lines"),
    ],
)
def test_where_progress_belongs(environ: dict[str, str], is_terminal: bool, verbose: bool, outlet: Outlet) -> None:
    assert outlet_for(environ, is_terminal=is_terminal, verbose=verbose) == outlet


@pytest.mark.parametrize(
    ("shares", "seconds", "budget", "line"),
    [
        ({}, 0.0, None, "judging … 0 s"),
        ({("codex", "hunt"): (0, 1)}, 4.2, None, "asking codex (hunt) … 4 s"),
        (
            {("codex", "hunt"): (1, 3), ("gemini", "audit"): (0, 1)},
            4.0,
            60.0,
            "asking codex (hunt 1/3), gemini (audit) … 4 s of 60 s",
        ),
        ({("codex", "hunt"): (0, 1), ("codex", "audit"): (0, 2)}, 1.0, None, "asking codex (hunt, audit 0/2) … 1 s"),
        ({("codex", "hunt"): (3, 3), ("gemini", "audit"): (0, 1)}, 9.0, None, "asking gemini (audit) … 9 s"),
        ({("codex", "hunt"): (1, 1)}, 61.0, 60.0, "judging … 61 s of 60 s"),
    ],
)
def test_the_line(
    shares: dict[tuple[str, str], tuple[int, int]], seconds: float, budget: float | None, line: str
) -> None:
    assert progress_line(shares, seconds, budget, "judging") == line


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            Reply(backend="codex", text="", seconds=6.25, model="gpt-5", tokens_in=1200, tokens_out=30),
            "codex answered hunt 1/1 after 6.2 s, gpt-5, 1,200 tokens in, 30 tokens out",
        ),
        (Analysis(backend="codex", claims=(), seconds=0.2), "codex answered hunt 1/1 after 0.2 s, 0 claims"),
        (
            Failure(
                backend="codex", kind=FailureKind.RATE_LIMITED, reason="429\nslow down", advice="wait", seconds=1.0
            ),
            "codex did not answer hunt 1/1 after 1.0 s: rate limited: 429 slow down — wait",
        ),
        (
            Failure(backend="codex", kind=FailureKind.MISSING, reason="not found", advice=""),
            "codex did not answer hunt 1/1 after 0.0 s: missing: not found",
        ),
    ],
)
def test_how_a_request_ended(answer: Answer, told: str) -> None:
    stream = StringIO()
    Verbose(stream).answered("codex", "hunt", "1/1", answer)
    assert stream.getvalue().endswith(f" s  {told}\n")


def test_lines_of_many_threads_stay_whole() -> None:
    stream = StringIO()
    listener = Verbose(stream)

    def ask(backend: str) -> None:
        for part in range(50):
            listener.asked(backend, "hunt", f"{part}/50")

    threads = [threading.Thread(target=ask, args=(f"b{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 400
    assert all(re.fullmatch(r" +[0-9.]+ s  asked b\d: hunt \d+/50", line) for line in lines)


def test_a_stream_that_is_no_terminal_gets_no_live_line() -> None:
    stream = StringIO()
    with open_listener(environ={"TERM": "xterm", "CI": "1"}, budget=None, verbose=False, stream=stream) as listener:
        assert isinstance(listener, Quiet)
        listener.asked("codex", "hunt", "1/1")
        time.sleep(0.2)
    assert stream.getvalue() == ""
