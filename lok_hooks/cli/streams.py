"""Standard streams that cannot fail a review: a closed one leads nowhere, and one that takes no more is told of once.

Loaded by every commit that has something staged, so nothing is imported that Python has not loaded anyway.
"""

from __future__ import annotations

import gc
import io
import os
import sys

TYPE_CHECKING = False  # instead of typing's, which would have to be loaded
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from _typeshed import ReadableBuffer

_HOOKS = ("lok-hunt", "lok-audit")


class _Unfailing(io.FileIO):
    """A file that takes whatever is written. The first failure is kept, and nothing follows it."""

    failure: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        """Bytes taken: written, or dropped since the failure."""
        try:
            while self.failure is None:
                written: int | None = super().write(data)
                if written is not None:
                    return written
                self._wait()
        except OSError as error:
            self.failure = error
        return memoryview(data).nbytes

    def _wait(self) -> None:
        """Until a pipe that its owner made non-blocking has room again."""
        import select

        select.select([], [self], [])


def standing(command: str, run: Callable[[], int]) -> int:
    """Calls `run` with standard streams that raise nothing, and returns its exit code.

    A closed stream is /dev/null. Where standard output did not take everything, standard error says so and the code is
    2 instead of 0; a reader that went away (`| head`) is no failure. Made for a process that ends then.
    """
    output = _opened()
    try:
        code = run()
    except SystemExit as ended:  # argparse's way to end
        code = ended.code if isinstance(ended.code, int) else 0
    # Python would look for cycles among all there is, several times, before it gives the memory back anyway.
    gc.freeze()
    sys.stdout.flush()
    failure = output.failure
    # To a hook, git gives one stream for both. A verdict that nobody can read is still the verdict.
    if failure is None or isinstance(failure, ConnectionError) or (command in _HOOKS and os.path.sameopenfile(1, 2)):
        return code
    from lok_hooks.errors import EXIT_USER

    sys.stderr.write(f"{command}: the report could not be written to standard output: {failure.strerror}\n")
    return code or EXIT_USER


def _opened() -> _Unfailing:
    """Puts the streams in place of Python's own; returns what is behind standard output."""
    if sys.stdin is None:
        sys.stdin = open(_nowhere(), closefd=False)  # noqa: SIM115
    output = _Unfailing(1 if sys.stdout is not None else _nowhere(), "w", closefd=False)
    sys.stdout = _text(output, sys.stdout, is_at_once=output.isatty())
    error = _Unfailing(2 if sys.stderr is not None else _nowhere(), "w", closefd=False)
    sys.stderr = _text(error, sys.stderr, is_at_once=True)
    return output


def _text(raw: _Unfailing, replaced: TextIO | None, *, is_at_once: bool) -> io.TextIOWrapper:
    encoding = "utf-8" if replaced is None else replaced.encoding
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=encoding, errors="backslashreplace", line_buffering=is_at_once
    )


def _nowhere() -> int:
    """Opens /dev/null under the lowest free number, which is the closed stream's: else the next file would get it, and
    with it what others write there."""
    descriptor = os.open(os.devnull, os.O_RDWR)
    os.set_inheritable(descriptor, True)
    return descriptor
