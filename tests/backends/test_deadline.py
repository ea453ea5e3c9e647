from __future__ import annotations

import math
import threading
import time

import pytest

from lok_hooks.backends.deadline import Until, pause
from lok_hooks.core.ports import Deadline


def test_without_a_limit_it_never_passes() -> None:
    deadline: Deadline = Until.after(None)

    assert deadline.remaining() == math.inf
    assert not deadline.is_cancelled()


def test_remaining_shrinks_and_never_gets_negative() -> None:
    deadline = Until.after(0.02)
    assert 0 < deadline.remaining() <= 0.02

    time.sleep(0.03)

    assert deadline.remaining() == 0.0
    assert not deadline.is_cancelled()


def test_a_passed_moment_has_nothing_left() -> None:
    assert Until.after(-5).remaining() == 0.0


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [(100.0, 10.0, 10.0), (10.0, 100.0, 10.0), (None, 10.0, 10.0)],
    ids=["shortened", "never lengthened", "limited"],
)
def test_at_most_is_the_earlier_of_both(outer: float | None, inner: float, expected: float) -> None:
    assert Until.after(outer).at_most(inner).remaining() == pytest.approx(expected, abs=1)


def test_at_most_is_cancelled_together_in_both_directions() -> None:
    first = Until.after(100)
    first.at_most(10).at_most(5).cancel()
    second = Until.after(100)
    shorter = second.at_most(10)
    second.cancel()

    assert first.is_cancelled()
    assert first.remaining() == 0.0
    assert shorter.is_cancelled()


def test_within_passes_a_cancellation_down_and_never_up() -> None:
    outer = Until.after(100)
    scope = Until.within(outer)
    sibling = Until.within(outer)

    scope.cancel()

    assert scope.at_most(5).is_cancelled()
    assert scope.remaining() == 0.0
    assert not outer.is_cancelled()
    assert sibling.remaining() == pytest.approx(100, abs=1)

    outer.cancel()

    assert sibling.is_cancelled()
    assert sibling.remaining() == 0.0


def test_within_ends_when_the_outer_ends() -> None:
    assert Until.within(Until.after(7)).remaining() == pytest.approx(7, abs=1)
    assert Until.within(Until.after(7)).at_most(100).remaining() == pytest.approx(7, abs=1)


def test_a_pause_lasts_as_long_as_asked() -> None:
    started = time.monotonic()

    assert pause(0.12, Until.after(30))
    assert time.monotonic() - started >= 0.12


def test_a_pause_ends_with_the_deadline() -> None:
    started = time.monotonic()

    assert not pause(30, Until.after(0.1))
    assert time.monotonic() - started < 2


def test_a_pause_ends_when_called_off_from_another_thread() -> None:
    deadline = Until.after(None)
    threading.Timer(0.1, deadline.cancel).start()
    started = time.monotonic()

    assert not pause(30, deadline)
    assert time.monotonic() - started < 2
