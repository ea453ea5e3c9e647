"""Programs under control: the only place that starts one.

A program runs in its own session, gets its input and nothing more, may write so much and live so long, and leaves
no process behind: at the end of every path all that it started is asked to end (TERM) and, half a second later,
made to (KILL).

The limit of that promise: on Linux, whatever stayed in the program's group or session or kept its environment is
found through /proc; only a process that left all three lives on. Without /proc it is the group alone. If this very
process is killed with SIGKILL, nobody is left to end the programs.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import secrets
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal, TypeVar

from lok_hooks.backends.rooms import room
from lok_hooks.core.ports import Deadline

Ended = Literal["exited", "timed out", "cancelled", "too much output"]

OUTPUT_LIMIT: Final = 16 * 2**20
"""Bytes of standard output that an answer may have."""

STDERR_TAIL: Final = 64 * 2**10
"""Bytes of standard error that are kept, the last ones: that is where programs say what went wrong."""

GRACE: Final = 0.5
"""Seconds between TERM and KILL."""

_KILL_WAIT: Final = 0.3
"""Seconds to watch KILL take effect; longer only for a process stuck in the kernel, which nothing can end."""

_TICK: Final = 0.05
"""Seconds between two looks at the deadline while the program's pipes are silent."""

_FIRST_TICK: Final = 0.0005
_LAST_TICK: Final = 0.04
"""Seconds between two looks at a program that has closed its pipes, or was told to end: soon at first."""

_DRAIN: Final = 0.25
"""Seconds to read what is still in the pipes of a program that has exited; matters only if a child goes on writing."""

_T = TypeVar("_T")
_PIECE: Final = 2**16
_MARK: Final = "LOKHOOKS_CHILD"
_PROC: Final = Path("/proc")


class ProgramError(OSError):
    """A program could not be started; `errno` and `strerror` are the system's, `filename` is the program."""

    @property
    def is_missing(self) -> bool:
        """True when there is no such program, or the file is none; False when the machine could not start it."""
        return self.errno in {errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.ENOTDIR, errno.ELOOP}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """How a program ended. `returncode` is None when it never started or could not be reaped, negative for a signal.
    `stdout` holds at most the limit, `stderr` its last 64 KiB. `seconds` is wall time."""

    returncode: int | None
    stdout: bytes
    stderr: bytes
    seconds: float
    ended: Ended


def run(
    argv: Sequence[str],
    *,
    stdin: bytes,
    cwd: Path,
    env: Mapping[str, str],
    deadline: Deadline,
    output_limit: int = OUTPUT_LIMIT,
) -> Finished:
    """Run `argv` in `cwd` with exactly `env`, `stdin` (then end of file) as its input, until it exits, the deadline
    passes or is cancelled, or it writes more than `output_limit` bytes. Returns at most a second after the deadline.
    Callable from any thread. Raises ProgramError when it cannot be started."""
    started = time.monotonic()
    if deadline.remaining() <= 0:
        ended: Ended = "cancelled" if deadline.is_cancelled() else "timed out"
        return Finished(returncode=None, stdout=b"", stderr=b"", seconds=0.0, ended=ended)
    running = _Running(argv, cwd, env)
    with _registered(_LIVE, running):
        try:
            with _Pipes(running.popen, stdin, output_limit) as pipes:
                ended = _watch(running, pipes, deadline)
        finally:
            running.end()
    return Finished(
        returncode=running.popen.returncode,
        stdout=bytes(pipes.stdout[:output_limit]),
        stderr=_whole_words(bytes(pipes.stderr)),
        seconds=time.monotonic() - started,
        ended=ended,
    )


def _whole_words(tail: bytes) -> bytes:
    """A tail without what may be the rest of a word: half a secret is not recognised as one."""
    return tail if len(tail) < STDERR_TAIL else (tail.split(maxsplit=1)[1:] or [b""])[0]


def kill_all() -> None:
    """End every program that any thread is running, within about a second, and see their private directories
    removed. For the main thread once it was interrupted, and run at exit, where threads would be stopped in the
    middle of it. Waits for no process itself, so it cannot deadlock with the threads that do."""
    with _LIVE_LOCK:
        live = list(_LIVE)
    for running in live:
        running.stop()
    if not _is_all_over(GRACE + _KILL_WAIT):
        for running in live:
            running.signal_all(signal.SIGKILL)
        _is_all_over(_KILL_WAIT)


def _is_all_over(seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with _LIVE_LOCK:
            if not _LIVE and not _FOLDERS:
                return True
        time.sleep(_LAST_TICK / 4)
    return False


atexit.register(kill_all)


@contextlib.contextmanager
def private_directory() -> Iterator[Path]:
    """A room of its own (see `rooms`), waited for by `kill_all`. Raises OSError when none can be made."""
    with _registered(_FOLDERS, object()), room() as path:
        yield path


class _Running:
    """A started program with everything it has started in turn."""

    def __init__(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        mark = secrets.token_hex(16)
        self._mark = mark.encode()
        # Behind the marks of runs that this very process is part of, so that those find its children as well.
        marks = f"{os.environ.get(_MARK, '')}/{mark}"
        self.is_stopped = threading.Event()
        try:
            self.popen = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env={**env, _MARK: marks},
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise ProgramError(error.errno, error.strerror, argv[0]) from error
        except ValueError as error:
            raise ProgramError(errno.EINVAL, str(error), argv[0]) from error
        self._name = str(self.popen.pid).encode()
        self._start = _start_time(self.popen.pid)

    def stop(self) -> None:
        """Ask it to end and let its own thread see to it."""
        self.is_stopped.set()
        self.signal_all(signal.SIGTERM)

    def signal_all(self, number: int) -> list[int]:
        """Signal all that is alive of it (0 only looks); the targets as `os.kill` takes them, none when all is gone."""
        targets = self._targets()
        for target in targets:
            # It may be gone by now, or have become another user's.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(target, number)
        return targets

    def end(self) -> None:
        """TERM, half a second, KILL, for all that is alive; reaps the program."""
        self.popen.poll()
        if self.signal_all(signal.SIGTERM) and not self._is_gone_after(GRACE, 0):
            self._is_gone_after(_KILL_WAIT, signal.SIGKILL)
        self.popen.poll()

    def _is_gone_after(self, seconds: float, number: int) -> bool:
        end = time.monotonic() + seconds
        tick = _FIRST_TICK
        while True:
            # Again and again: what was started between the look and the signal is caught by the next round.
            left = self.signal_all(number)
            self.popen.poll()
            if not left or time.monotonic() >= end:
                return not left
            time.sleep(tick)
            tick = min(2 * tick, _LAST_TICK)

    def _targets(self) -> list[int]:
        if not _PROC.is_dir():
            return [-self.popen.pid] if _is_group_alive(self.popen.pid) else []
        with os.scandir(_PROC) as entries:
            return [int(entry.name) for entry in entries if entry.name.isdigit() and self._owns(entry.path)]

    def _owns(self, process: str) -> bool:
        """Whether this folder of /proc is a live process in the program's group or session, or carries its mark."""
        try:
            fields = _read(f"{process}/stat").rpartition(b")")[2].split()
            state, group, session, threads, start = fields[0], fields[2], fields[3], fields[17], fields[19]
            # A zombie that still counts threads is a process whose other threads have not ended.
            if state in b"ZX" and int(threads) <= 1:
                return False
            if self._name in (group, session):
                return True
            # The environment is the costly part; what is older than the program is none of its own.
            return int(start) >= self._start and self._mark in _read(f"{process}/environ")
        except OSError:
            # Gone while we looked, or another user's.
            return False


def _read(path: str) -> bytes:
    """A file of /proc: pathlib and buffering would double the cost of reading hundreds of them."""
    content = b""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while piece := os.read(file, _PIECE):
            content += piece
    finally:
        os.close(file)
    return content


def _start_time(pid: int) -> int:
    """When a process was started, in the kernel's ticks since boot; 0 where that cannot be known."""
    try:
        return int(_read(f"{_PROC}/{pid}/stat").rpartition(b")")[2].split()[19])
    except OSError:
        return 0


def _is_group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # macOS says so of a group that has only zombies left.
        return False
    return True


_LIVE: Final[set[_Running]] = set()
_FOLDERS: Final[set[object]] = set()
_LIVE_LOCK: Final = threading.Lock()


@contextlib.contextmanager
def _registered(register: set[_T], entry: _T) -> Iterator[None]:
    with _LIVE_LOCK:
        register.add(entry)
    try:
        yield
    finally:
        with _LIVE_LOCK:
            register.discard(entry)


class _Pipes:
    """A program's three pipes, none of which can block us."""

    def __init__(self, popen: subprocess.Popen[bytes], stdin: bytes, output_limit: int) -> None:
        self.stdout = bytearray()
        self.stderr = bytearray()
        self._input = memoryview(stdin)
        self._limit = output_limit
        self._selector = selectors.DefaultSelector()
        self._in, self._out, self._err = _files(popen)
        for file, event in ((self._in, "w"), (self._out, "r"), (self._err, "r")):
            os.set_blocking(file.fileno(), False)
            self._selector.register(file, selectors.EVENT_WRITE if event == "w" else selectors.EVENT_READ)

    def __enter__(self) -> _Pipes:
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        for file in (self._in, self._out, self._err):
            file.close()

    @property
    def is_overfull(self) -> bool:
        """True once the program has written more than it may."""
        return len(self.stdout) > self._limit

    @property
    def are_closed(self) -> bool:
        """True once the program can write no more."""
        return self._out.closed and self._err.closed

    def move(self, seconds: float) -> bool:
        """Write and read what is possible, waiting at most `seconds` for it; whether something was read."""
        has_read = False
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._in:
                self._write()
            else:
                self._read(self._out if key.fileobj is self._out else self._err)
                has_read = True
        return has_read

    def _write(self) -> None:
        try:
            if self._input:
                self._input = self._input[os.write(self._in.fileno(), self._input[:_PIECE]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            # It does not want the rest; its exit code will say whether that was well.
            self._input = memoryview(b"")
        if not self._input:
            self._close(self._in)

    def _read(self, file: IO[bytes]) -> None:
        try:
            piece = os.read(file.fileno(), _PIECE)
        except BlockingIOError:
            return
        if not piece:
            self._close(file)
        elif file is self._out:
            self.stdout += piece
        else:
            self.stderr += piece
            del self.stderr[:-STDERR_TAIL]

    def _close(self, file: IO[bytes]) -> None:
        self._selector.unregister(file)
        file.close()


def _files(popen: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    files = (popen.stdin, popen.stdout, popen.stderr)
    if files[0] is None or files[1] is None or files[2] is None:
        raise ProgramError(errno.EPIPE, "started without pipes", str(popen.args))
    return files[0], files[1], files[2]


def _watch(running: _Running, pipes: _Pipes, deadline: Deadline) -> Ended:
    """Move the program's bytes until something ends it."""
    tick = _TICK
    while running.popen.poll() is None:
        if ended := _interrupted(running, pipes, deadline):
            return ended
        if pipes.are_closed:
            # It is about to exit, most likely.
            tick = _FIRST_TICK if tick == _TICK else min(2 * tick, _LAST_TICK)
        pipes.move(min(tick, deadline.remaining()))
    end = time.monotonic() + min(_DRAIN, deadline.remaining())
    while pipes.move(0) and time.monotonic() < end and not pipes.is_overfull:
        pass
    if running.is_stopped.is_set():
        return "cancelled"
    return "too much output" if pipes.is_overfull else "exited"


def _interrupted(running: _Running, pipes: _Pipes, deadline: Deadline) -> Ended | None:
    if running.is_stopped.is_set() or deadline.is_cancelled():
        return "cancelled"
    if pipes.is_overfull:
        return "too much output"
    return "timed out" if deadline.remaining() <= 0 else None
