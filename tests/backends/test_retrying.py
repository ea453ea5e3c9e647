from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from lok_hooks.backends.deadline import Until
from lok_hooks.backends.retrying import WAITS, Retrying, wait_before_retry
from lok_hooks.core.ports import Answer, Backend, Deadline, Failure, FailureKind, Reply, Traits
from lok_hooks.core.task import Prompt
from tests.backends.http_helpers import prompt

REPLY = Reply(backend="b", text="{}", seconds=0.01)
LASTING = Failure(backend="b", kind=FailureKind.REFUSED, reason="no", advice="")


def passing(retry_after: float | None = None, reason: str = "busy") -> Failure:
    return Failure(
        backend="b",
        kind=FailureKind.RATE_LIMITED,
        reason=reason,
        advice="",
        is_transient=True,
        retry_after=retry_after,
    )


class Scripted:
    """Gives these answers, one each time it is asked."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked_at: list[float] = []

    @property
    def name(self) -> str:
        return "b"

    @property
    def traits(self) -> Traits:
        return Traits(role="model", kind="command", may_block=True, is_local=False, max_prompt_bytes=7)

    def missing(self) -> Failure | None:
        return LASTING

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        self.asked_at.append(time.monotonic())
        return self._answers.pop(0)


@pytest.mark.parametrize(
    ("answer", "remaining", "expected"),
    [
        (REPLY, 100, None),
        (LASTING, 100, None),
        (passing(), 100, 1.0),
        (passing(), 1.0, None),
        (passing(7.0), 100, 7.0),
        (passing(7.0), 7.0, None),
        (passing(3600.0), 60, None),
        (passing(0.0), 100, 0.1),
    ],
    ids=["answer", "lasting", "usual", "no time", "wish", "no time for the wish", "an hour", "at once"],
)
def test_when_it_pays_to_ask_again(answer: Answer, remaining: float, expected: float | None) -> None:
    assert wait_before_retry(answer, 1.0, remaining) == expected


def test_an_answer_comes_through_untouched() -> None:
    asked: Backend = Retrying(Scripted(REPLY))

    answer = asked.ask(prompt(), Until.after(10))

    assert replace(answer, seconds=REPLY.seconds) == REPLY
    assert (asked.name, asked.traits.max_prompt_bytes, asked.missing()) == ("b", 7, LASTING)


def test_a_lasting_failure_is_not_asked_again() -> None:
    scripted = Scripted(LASTING)

    answer = Retrying(scripted).ask(prompt(), Until.after(10))

    assert replace(answer, seconds=0) == LASTING
    assert len(scripted.asked_at) == 1


def test_a_passing_failure_is_asked_again_after_the_servers_time_and_said_without_its_words() -> None:
    scripted = Scripted(passing(0.3), REPLY)
    lines: list[str] = []

    answer = Retrying(scripted, lines.append).ask(prompt(), Until.after(10))

    assert isinstance(answer, Reply)
    assert answer.text == REPLY.text
    assert scripted.asked_at[1] - scripted.asked_at[0] >= 0.3
    assert answer.seconds >= 0.3
    assert lines == ["b: rate limited; asking again in 0.3 s"]


def test_it_gives_up_after_two_retries_with_the_last_failure() -> None:
    scripted = Scripted(passing(0.1, "first"), passing(0.1, "second"), passing(0.1, "third"), REPLY)

    answer = Retrying(scripted).ask(prompt(), Until.after(10))

    assert isinstance(answer, Failure)
    assert answer.reason == "third"
    assert len(scripted.asked_at) == 1 + len(WAITS) == 3


def test_without_a_wish_it_waits_longer_each_time() -> None:
    scripted = Scripted(passing(), passing(), REPLY)

    Retrying(scripted).ask(prompt(), Until.after(30))

    first, second, third = scripted.asked_at
    assert second - first == pytest.approx(1.0, abs=0.5)
    assert third - second == pytest.approx(2.0, abs=0.5)


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    scripted = Scripted(passing(60.0), REPLY)
    started = time.monotonic()

    answer = Retrying(scripted).ask(prompt(), Until.after(5))

    assert isinstance(answer, Failure)
    assert answer.retry_after == 60.0
    assert time.monotonic() - started < 1


def test_calling_it_off_ends_the_wait() -> None:
    deadline = Until.after(60)
    scripted = Scripted(passing(30.0), REPLY)
    threading.Timer(0.2, deadline.cancel).start()
    started = time.monotonic()

    answer = Retrying(scripted).ask(prompt(), deadline)

    assert isinstance(answer, Failure)
    assert time.monotonic() - started < 2
    assert len(scripted.asked_at) == 1
