"""What is happening while a review runs: one live line on the terminal, or nothing, or every event as a line."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import IO, TYPE_CHECKING, Final, Literal

from lok_hooks.core.ports import Analysis, Answer, Failure, Listener, Reply
from lok_hooks.report import words
from lok_hooks.report.visible import harmless_line, visible, visible_lines, visible_sentence
from lok_hooks.report.wrap import MIN_WIDTH, cropped

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
    from rich.live import Live
    from rich.text import Text

Outlet = Literal["nothing", "lines", "stream", "terminal"]
REFRESHES: Final = 8  # of the live line in a second
PATIENCE: Final = 0.3  # seconds; what is over by then needs no progress
# Save and restore the cursor (DECSC, DECRC). Going down two lines and up again first makes the terminal scroll now,
# if it must: the live line and the line break behind it need that room, and the saved place has to stay right.
_BELOW: Final = b"\x1bD\x1bD\x1b[2A\x1b7\n"
_BACK: Final = b"\x1b8"
_ERASED: Final = b"\r\x1b[2K"


class Quiet:
    """A listener that says nothing."""

    def asked(self, backend: str, task: str, part: str) -> None:
        """Ignored."""

    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
        """Ignored."""

    def noted(self, text: str) -> None:
        """Ignored."""


class Verbose:
    """A listener that writes every event as a line with the seconds since it was made."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._start = time.monotonic()
        self._lock = threading.Lock()

    def asked(self, backend: str, task: str, part: str) -> None:
        """ "  0.1 s  asked codex: hunt 1/3"."""
        self._write([f"asked {visible(backend)}: {visible(task)} {visible(part)}"])

    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
        """ "  6.2 s  codex answered hunt 1/3 after 6.1 s", or how it failed."""
        self._write([f"{visible(backend)} {_ending(answer)} {visible(task)} {visible(part)}{_facts(answer)}"])

    def noted(self, text: str) -> None:
        """Every line of `text`, further ones indented under the first."""
        self._write(visible_lines(text))

    def _write(self, lines: list[str]) -> None:
        stamp = f"{time.monotonic() - self._start:6.1f} s  "
        indent = " " * len(stamp)
        shown = "".join(f"{indent if number else stamp}{harmless_line(line)}\n" for number, line in enumerate(lines))
        with self._lock:
            self._stream.write(shown)
            self._stream.flush()


class Progress:
    """A listener that keeps one line on a terminal: who is asked, how long, how much of the budget is gone.

    Drawing starts `PATIENCE` seconds after the first request, in a thread of its own, so that neither rich's import
    nor a slow terminal delays a review, and a quick one draws nothing. `close` erases the line.
    """

    def __init__(self, descriptor: int, *, budget: float | None, is_shared: bool, idle: str) -> None:
        self._terminal = _Terminal(descriptor)
        self._idle = idle
        self._budget = budget
        self._is_shared = is_shared
        self._start = time.monotonic()
        self._lock = threading.Lock()
        self._shares: dict[tuple[str, str], tuple[int, int]] = {}
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._drawing = threading.Lock()
        self._is_drawn = False

    def asked(self, backend: str, task: str, part: str) -> None:
        """One more request under way."""
        self._count(backend, task, done=0, sent=1)

    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
        """One request less."""
        self._count(backend, task, done=1, sent=0)

    def noted(self, text: str) -> None:
        """Ignored: the live line has no room for it."""

    def close(self) -> None:
        """The line is erased; on a shared terminal the cursor goes back to where it was."""
        self._ended.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()
        self._is_drawn = False

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """No line while the block writes to the same terminal; it comes back below what was written."""
        with self._drawing:
            if self._is_drawn:
                self._terminal.write(_ERASED + (_BACK if self._is_shared else b""))
            yield
            if self._is_drawn:
                self._terminal.write(_BELOW if self._is_shared else b"")

    def _count(self, backend: str, task: str, *, done: int, sent: int) -> None:
        with self._lock:
            before = self._shares.get((backend, task), (0, 0))
            self._shares[backend, task] = (before[0] + done, before[1] + sent)
            if self._thread is None and not self._ended.is_set():
                self._thread = threading.Thread(target=self._draw, name="lok-progress", daemon=True)
                self._thread.start()

    def _draw(self) -> None:
        if self._ended.wait(PATIENCE):
            return
        from rich.console import Console
        from rich.live import Live

        file = io.TextIOWrapper(io.BufferedWriter(self._terminal), encoding="utf-8", errors="replace")
        console = Console(file=file, width=self._terminal.columns(), force_terminal=True, color_system="standard")
        with self._drawing:
            self._terminal.write(_BELOW if self._is_shared else b"")
            self._is_drawn = True
        with Live(
            console=console,
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
            get_renderable=self._line,
        ) as live:
            self._refresh(live)
            while not self._ended.wait(1 / REFRESHES):
                self._refresh(live)
        self._terminal.write(_BACK if self._is_shared else b"")

    def _refresh(self, live: Live) -> None:
        with self._drawing:
            live.refresh()

    def _line(self) -> Text:
        from rich.text import Text

        with self._lock:
            shares = dict(self._shares)
        line = progress_line(shares, time.monotonic() - self._start, self._budget, self._idle)
        return Text(cropped(line, self._terminal.columns() - 1), style="dim", no_wrap=True, end="")


def progress_line(
    shares: Mapping[tuple[str, str], tuple[int, int]], seconds: float, budget: float | None, idle: str
) -> str:
    """ "asking codex (hunt 1/3), gemini (audit) … 4 s of 60 s".

    `shares` maps a backend and a task to how many requests were answered and how many sent; what is answered whole
    is left out. `seconds` since the start; `budget` in seconds, None for none. `idle` is said where nobody is asked.
    """
    waiting: dict[str, list[str]] = {}
    for (backend, task), (done, sent) in shares.items():
        if done < sent:
            count = f" {done}/{sent}" if sent > 1 else ""
            waiting.setdefault(visible(backend), []).append(f"{visible(task)}{count}")
    asking = ", ".join(f"{backend} ({', '.join(tasks)})" for backend, tasks in waiting.items())
    limit = f" of {budget:.0f} s" if budget is not None else ""
    return f"{f'asking {asking}' if asking else idle} … {seconds:.0f} s{limit}"


def outlet_for(environ: Mapping[str, str], *, is_terminal: bool, verbose: bool) -> Outlet:
    """Where progress belongs: verbose text on the stream; nothing in CI and on terminals that cannot move the cursor;
    the terminal itself where the stream is captured (under a hook runner its escapes would be replayed later)."""
    if verbose:
        return "lines"
    if environ.get("CI", "").lower() not in ("", "0", "false") or environ.get("TERM", "dumb") == "dumb":
        return "nothing"
    return "stream" if is_terminal and "PRE_COMMIT" not in environ else "terminal"


def aside(listener: Listener) -> AbstractContextManager[None]:
    """A block in which text may be written to the terminal: the live line, if there is one, makes way for it."""
    return listener.hidden() if isinstance(listener, Progress) else nullcontext()


@contextmanager
def open_listener(
    *, environ: Mapping[str, str], budget: float | None, verbose: bool, stream: IO[str], idle: str = "judging"
) -> Iterator[Listener]:
    """The listener for one review: live progress where a person watches, else a quiet one.

    `stream` is where messages go (stderr), `budget` in seconds, `idle` what goes on while nobody is asked. Under a hook
    runner, or when `stream` is no terminal, the live line goes to /dev/tty; where that cannot be opened there is none.
    Whatever was drawn is erased at the end.
    """
    outlet = outlet_for(environ, is_terminal=stream.isatty(), verbose=verbose)
    with ExitStack() as stack:
        if outlet == "lines":
            yield Verbose(stream)
            return
        terminal = _opened(outlet, stream, stack)
        if terminal is None:
            yield Quiet()
            return
        progress = Progress(terminal, budget=budget, is_shared=outlet == "terminal", idle=idle)
        stack.callback(progress.close)
        yield progress


def _opened(outlet: Outlet, stream: IO[str], stack: ExitStack) -> int | None:
    """The file descriptor of the terminal to draw on, None for none."""
    if outlet == "nothing":
        return None
    if outlet == "stream":
        return stream.fileno()
    try:
        terminal = os.open("/dev/tty", os.O_WRONLY | os.O_NOCTTY)
        stack.callback(os.close, terminal)
        # A background job that writes to its terminal disturbs what runs in front, or is stopped (SIGTTOU).
        return terminal if os.tcgetpgrp(terminal) == os.getpgrp() else None
    except OSError:
        # No controlling terminal (a server, a container, setsid): nobody watches.
        return None


class _Terminal(io.RawIOBase):
    """A terminal that may go away (a closed window, a lost connection) without the review being lost with it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._is_gone = False

    def writable(self) -> bool:
        """True: it can only be written to."""
        return True

    def write(self, data: ReadableBuffer) -> int:
        """Written at once; nothing more after the first failure."""
        raw = bytes(data)
        if not self._is_gone:
            try:
                return os.write(self._descriptor, raw)
            except OSError:
                self._is_gone = True
        return len(raw)

    def columns(self) -> int:
        """The width now, 80 where it is unknown: pseudo-terminals that hook runners make are often 0 wide."""
        try:
            columns = os.get_terminal_size(self._descriptor).columns
        except OSError:
            columns = 0
        return max(columns or 80, MIN_WIDTH)


def _ending(answer: Answer) -> str:
    return "did not answer" if isinstance(answer, Failure) else "answered"


def _facts(answer: Answer) -> str:
    match answer:
        case Reply():
            tokens = [
                f"{number:,} tokens {side}"
                for side, number in (("in", answer.tokens_in), ("out", answer.tokens_out))
                if number is not None
            ]
            model = [visible(answer.model)] if answer.model else []
            return f" after {', '.join([words.duration(answer.seconds), *model, *tokens])}"
        case Analysis():
            return f" after {words.duration(answer.seconds)}, {words.counted(len(answer.claims), 'claim')}"
        case Failure():
            told = visible_sentence(f"{answer.kind}: {answer.reason}", words.MESSAGE_LIMIT)
            advice = f" — {visible_sentence(answer.advice, words.MESSAGE_LIMIT)}" if answer.advice else ""
            return f" after {words.duration(answer.seconds)}: {told}{advice}"
