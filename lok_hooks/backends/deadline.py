"""The one clock of a review: an absolute point in time that can also be called off."""

from __future__ import annotations

import math
import threading
import time
from typing import Final

from lok_hooks.core.ports import Deadline

# How soon a wait notices that its deadline was called off: quick for a person at Ctrl-C, idle for a processor.
STEP_SECONDS: Final = 0.05


class Until:
    """A `Deadline` on the monotonic clock, so that neither summer time nor a corrected clock moves it.

    Cancelling one cancels every deadline made from it with `at_most` or `within`, never the one it was made from
    with `within`.
    """

    def __init__(self, moment: float, cancelled: threading.Event, outer: Deadline | None = None) -> None:
        self._moment = moment
        self._cancelled = cancelled
        self._outer = outer

    @classmethod
    def after(cls, seconds: float | None) -> Until:
        """The point `seconds` from now; None for no limit, a negative number for one that has passed."""
        return cls(math.inf if seconds is None else time.monotonic() + seconds, threading.Event())

    @classmethod
    def within(cls, outer: Deadline) -> Until:
        """As late as `outer` and cancelled with it, but can be cancelled without cancelling `outer`."""
        return cls(math.inf, threading.Event(), outer)

    def remaining(self) -> float:
        """Seconds left, never negative; 0 once cancelled, infinity without a limit."""
        if self.is_cancelled():
            return 0.0
        own = max(0.0, self._moment - time.monotonic())
        return own if self._outer is None else min(own, self._outer.remaining())

    def is_cancelled(self) -> bool:
        """True once `cancel` was called here or on a deadline this one was made from."""
        return self._cancelled.is_set() or (self._outer is not None and self._outer.is_cancelled())

    def at_most(self, seconds: float) -> Until:
        """The earlier of this deadline and `seconds` from now; both are cancelled together."""
        return Until(min(self._moment, time.monotonic() + seconds), self._cancelled, self._outer)

    def cancel(self) -> None:
        """Call it off: nobody wants the answer any more. Safe from any thread, any number of times."""
        self._cancelled.set()


def pause(seconds: float, deadline: Deadline) -> bool:
    """Wait for `seconds`. False as soon as the deadline passed or was called off, whichever came first."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        remaining = deadline.remaining()
        if remaining <= 0:
            return False
        time.sleep(min(left, remaining, STEP_SECONDS))
    return deadline.remaining() > 0
