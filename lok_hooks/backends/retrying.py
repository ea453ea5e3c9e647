"""A wrapper that asks again when a failure was a passing one.

Written here rather than taken from tenacity or stamina: both sleep through a cancellation (their sleep is handed a
number, not a deadline) and importing them brings asyncio, for a loop of ten lines.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from lok_hooks.backends.deadline import pause
from lok_hooks.backends.wrapper import Wrapper
from lok_hooks.core.ports import Answer, Backend, Deadline, Failure
from lok_hooks.core.task import Prompt

WAITS: Final = (1.0, 2.0)  # seconds before the first and the second retry, when the server names no time itself
_LEAST_WAIT: Final = 0.1  # even when a server says "at once"


class Retrying(Wrapper):
    """A Backend around a Backend: up to two further requests after failures marked as transient, as long as the
    wait ends before the deadline. `noted` is told about each retry."""

    def __init__(self, backend: Backend, noted: Callable[[str], None] | None = None) -> None:
        super().__init__(backend)
        self._noted = noted

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """The first answer that is no transient failure, else the last failure; `seconds` counts all of it."""
        started = time.monotonic()
        answer = self._backend.ask(prompt, deadline)
        for usual in WAITS:
            seconds = wait_before_retry(answer, usual, deadline.remaining())
            if seconds is None or not isinstance(answer, Failure):
                break
            if self._noted is not None:
                self._noted(f"{self.name}: {answer.kind}; asking again in {seconds:g} s")
            if not pause(seconds, deadline):
                break
            answer = self._backend.ask(prompt, deadline)
        return replace(answer, seconds=time.monotonic() - started)


def wait_before_retry(answer: Answer, usual: float, remaining: float) -> float | None:
    """Seconds to wait before asking again, or None when that is of no use: an answer, a lasting failure, or a wait
    (the server's wish, else `usual`) that does not end within the `remaining` seconds."""
    if not isinstance(answer, Failure) or not answer.is_transient:
        return None
    seconds = usual if answer.retry_after is None else max(answer.retry_after, _LEAST_WAIT)
    return seconds if seconds < remaining else None
