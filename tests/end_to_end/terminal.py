"""A terminal: a command in front of a pseudo-terminal, whose keys can be pressed and whose window can be closed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pyte

_COLUMNS: Final = 80
_LINES: Final = 300  # so many that nothing is scrolled away
# Stands for the shell: leads the session, takes no notice of Ctrl-C, and stays when the command has ended (a leader
# that goes away takes with it all that still runs in front).
_SHELL = """
import fcntl, os, signal, subprocess, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.SIG_IGN)
code = subprocess.call(sys.argv[2:], preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
os.write(int(sys.argv[1]), b"%d" % (code if code >= 0 else 128 - code))
for number in (0, 1, 2):
    os.close(number)
signal.pause()
"""


class Terminal:
    """Runs `argv`; everything it shows is kept. `columns` wide, 0 for a terminal that does not say. `close` when
    done."""

    def __init__(self, argv: Sequence[str], cwd: Path, environment: Mapping[str, str], columns: int = 0) -> None:
        self._keyboard, screen = pty.openpty()
        fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self._code, told = os.pipe()
        self._shell = subprocess.Popen(
            [sys.executable, "-c", _SHELL, str(told), *argv],
            cwd=cwd,
            env=environment,
            stdin=screen,
            stdout=screen,
            stderr=screen,
            pass_fds=(told,),
            start_new_session=True,
        )
        os.close(screen)
        os.close(told)
        self._is_closed = False
        self._shown = bytearray()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def press(self, keys: bytes) -> None:
        """Types; b"\\x03" is Ctrl-C, which the terminal turns into SIGINT for all that runs in front."""
        os.write(self._keyboard, keys)

    def wait(self, seconds: float = 60) -> int:
        """The command's exit code, as a shell reports it (128 + n for signal n)."""
        ready, _, _ = select.select([self._code], [], [], seconds)
        assert ready, f"no end after {seconds} seconds"
        return int(os.read(self._code, 16))

    def await_words(self, words: str, seconds: float = 60) -> None:
        """Waits until these words are shown."""
        end = time.monotonic() + seconds
        while words.encode() not in self._shown:
            assert time.monotonic() < end, f"never shown: {words!r}"
            time.sleep(0.02)

    def shown(self) -> str:
        """Everything shown, once nothing has the terminal open any more."""
        self._reader.join(timeout=30)
        assert not self._reader.is_alive(), "some process still has the terminal open"
        return self._shown.decode(errors="replace")

    def screen(self) -> list[str]:
        """The lines that a person is left with, once nothing has the terminal open any more: what was drawn over or
        erased is gone."""
        screen = pyte.Screen(_COLUMNS, _LINES)
        pyte.Stream(screen).feed(self.shown())
        return [line.rstrip() for line in screen.display]

    def hang_up(self) -> None:
        """Closes the window: the kernel sends SIGHUP to all that runs in front."""
        if not self._is_closed:
            self._is_closed = True
            os.close(self._keyboard)

    def close(self) -> None:
        """Ends what still runs and hangs up."""
        self._shell.kill()
        self._shell.wait()
        os.close(self._code)
        self.hang_up()

    def _read(self) -> None:
        # Linux answers EIO once the last process has closed the terminal.
        with contextlib.suppress(OSError):
            while chunk := os.read(self._keyboard, 65536):
                self._shown += chunk
