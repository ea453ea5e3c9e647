"""Asking many at once.

Plain daemon threads: the work is waiting, a ThreadPoolExecutor would hold Ctrl-C back until its threads had ended,
and asyncio costs 35 ms of import for nothing here.
"""

from __future__ import annotations

import contextlib
import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Final

from lok_hooks.backends import process
from lok_hooks.backends.deadline import STEP_SECONDS, Until
from lok_hooks.core.ports import Answer, Deadline, Failure, FailureKind, Listener, Request, Result

# Longer than ending a program takes (half a second until KILL, and the wait for it), so that a backend can tell what
# happened; shorter than the second by which a deadline may be passed.
GRACE_SECONDS: Final = 0.85
HEAD_START_SECONDS: Final = 0.05  # in which a dozen programs are started
_DEFAULT_LIMIT: Final = 4


def ask_all(
    requests: Sequence[Request],
    deadline: Deadline,
    listener: Listener,
    *,
    limits: Mapping[str, int],
    parallel: bool,
) -> list[Answer]:
    """One answer for each request, in the order asked.

    At most `limits[name]` requests of a backend are under way at once (4 where none is given); without `parallel`
    one at all, in the order asked. What has not answered soon after the deadline is a Failure. An exception in a
    backend, a bug of ours, is raised here once the others were called off; so is Ctrl-C, with all programs ended.
    """
    scope = Until.within(deadline)
    round_ = _Round(requests, scope, listener)
    threads = [
        threading.Thread(target=round_.work, args=(lane,), name=f"lane {number}", daemon=True)
        for number, lane in enumerate(_lanes(requests, limits, parallel))
    ]
    try:
        for thread in threads:
            thread.start()
        round_.collect()
    finally:
        if not round_.is_whole:
            scope.cancel()
            process.kill_all()
            _join(threads, STEP_SECONDS * 2)
    return round_.answers(was_cancelled=deadline.is_cancelled())


def beside(work: Callable[[], Result], head_start: float = HEAD_START_SECONDS) -> Callable[[], Result]:
    """Starts `work` in a thread of its own (see `core.ports.Beside`): `head_start` seconds later, when the requests
    have gone out, since Python runs one thread at a time; or as soon as its result is wanted."""
    done: Future[Result] = Future()
    wanted = threading.Event()

    def run() -> None:
        wanted.wait(head_start)
        try:
            done.set_result(work())
        except BaseException as error:  # raised again by whoever wants the result
            done.set_exception(error)

    threading.Thread(target=run, name="beside", daemon=True).start()

    def result() -> Result:
        wanted.set()
        return done.result()

    return result


class _Round:
    """The requests under way. Lanes put what ends into a queue; only the waiting thread takes it out and tells the
    listener of it, so that each request gets one answer and no more."""

    def __init__(self, requests: Sequence[Request], scope: Until, listener: Listener) -> None:
        self._requests = requests
        self._scope = scope
        self._listener = listener
        self._ended: queue.SimpleQueue[tuple[int, Answer | BaseException]] = queue.SimpleQueue()
        self._answers: dict[int, Answer] = {}

    @property
    def is_whole(self) -> bool:
        """True when every request has its answer."""
        return len(self._answers) == len(self._requests)

    def work(self, lane: deque[int]) -> None:
        """Ask the requests of a lane one after the other until none is left or the time is over."""
        while self._scope.remaining() > 0:
            try:
                index = lane.popleft()
            except IndexError:
                return
            request = self._requests[index]
            try:
                self._listener.asked(request.backend.name, request.prompt.task, request.part)
                self._ended.put((index, request.backend.ask(request.prompt, self._scope)))
            except BaseException as error:  # raised again by the thread that waits
                self._ended.put((index, error))
                return

    def collect(self) -> None:
        """Take answers until all are there or the time, and the grace after it, is over."""
        last_moment = math.inf
        while not self.is_whole and time.monotonic() < last_moment:
            if self._scope.remaining() <= 0:
                last_moment = min(last_moment, time.monotonic() + GRACE_SECONDS)
            with contextlib.suppress(queue.Empty):
                self._take(*self._ended.get(timeout=STEP_SECONDS))

    def answers(self, *, was_cancelled: bool) -> list[Answer]:
        """All answers in the order asked; a Failure for each request that has none."""
        with contextlib.suppress(queue.Empty):
            while True:
                index, outcome = self._ended.get_nowait()
                # At the end of the time it was this round that called off, not the user.
                if was_cancelled or not (isinstance(outcome, Failure) and outcome.kind is FailureKind.CANCELLED):
                    self._take(index, outcome)
        for index, request in enumerate(self._requests):
            if index not in self._answers:
                self._take(index, _late(request, was_cancelled=was_cancelled))
        return [self._answers[index] for index in range(len(self._requests))]

    def _take(self, index: int, outcome: Answer | BaseException) -> None:
        if isinstance(outcome, BaseException):
            raise outcome
        self._answers[index] = outcome
        request = self._requests[index]
        self._listener.answered(request.backend.name, request.prompt.task, request.part, outcome)


def _lanes(requests: Sequence[Request], limits: Mapping[str, int], parallel: bool) -> list[deque[int]]:
    """One queue of request numbers for each thread; threads of the same backend share theirs."""
    if not parallel:
        return [deque(range(len(requests)))] if requests else []
    by_backend: dict[str, deque[int]] = {}
    for index, request in enumerate(requests):
        by_backend.setdefault(request.backend.name, deque()).append(index)
    return [
        numbers
        for name, numbers in by_backend.items()
        for _ in range(min(len(numbers), max(1, limits.get(name, _DEFAULT_LIMIT))))
    ]


def _join(threads: Sequence[threading.Thread], seconds: float) -> None:
    """Let the threads clean up, for at most so long altogether."""
    end = time.monotonic() + seconds
    for thread in threads:
        if thread.is_alive():
            thread.join(max(0.0, end - time.monotonic()))


def _late(request: Request, *, was_cancelled: bool) -> Failure:
    """The failure of a request that did not end, or was never begun, in time."""
    return Failure(
        backend=request.backend.name,
        kind=FailureKind.CANCELLED if was_cancelled else FailureKind.TIMED_OUT,
        reason="called off" if was_cancelled else "not answered when the time was over",
        advice="" if was_cancelled else "raise the budget, or ask fewer or faster backends",
    )
