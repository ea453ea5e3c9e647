from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lok_hooks.backends.deadline import Until
from lok_hooks.backends.fanout import ask_all, beside
from lok_hooks.core.ports import Answer, AskAll, Deadline, Failure, FailureKind, Reply, Request, Traits
from lok_hooks.core.task import Chunk, Prompt
from tests.backends.conftest import nothing_left_behind


@dataclass
class Recorder:
    """A listener that keeps what it is told."""

    asked_parts: list[str] = field(default_factory=list)
    answers: list[tuple[str, Answer]] = field(default_factory=list)

    def asked(self, backend: str, task: str, part: str) -> None:
        self.asked_parts.append(part)

    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
        self.answers.append((part, answer))

    def noted(self, text: str) -> None:
        raise AssertionError(text)


@dataclass
class Doing:
    """A backend that does as it is told and answers with the prompt's text."""

    name: str
    action: Callable[[Prompt, Deadline], None]
    spans: list[tuple[float, float]] = field(default_factory=list)

    @property
    def traits(self) -> Traits:
        return Traits(role="model", kind="command", may_block=True, is_local=False, max_prompt_bytes=1)

    def missing(self) -> Failure | None:
        return None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        started = time.monotonic()
        self.action(prompt, deadline)
        self.spans.append((started, time.monotonic()))
        return Reply(backend=self.name, text=prompt.text, seconds=0)


def request(backend: Doing, number: int) -> Request:
    prompt = Prompt(task="hunt", text=f"answer {number}", receipt="r", chunk=Chunk(pieces=()))
    return Request(backend=backend, prompt=prompt, part=str(number))


def sleeper(name: str, seconds: float) -> Doing:
    return Doing(name, lambda _prompt, _deadline: time.sleep(seconds))


def stuck(name: str) -> Doing:
    """Ignores its deadline."""
    return Doing(name, lambda _prompt, _deadline: time.sleep(30))


def obedient(name: str) -> Doing:
    """Works until its deadline is over, and then takes a while to end what it started."""

    def work(_prompt: Prompt, deadline: Deadline) -> None:
        while deadline.remaining() > 0:
            time.sleep(0.01)
        time.sleep(0.3)

    return Doing(name, work)


def most_at_once(spans: list[tuple[float, float]]) -> int:
    return max(sum(start <= moment < end for start, end in spans) for moment, _ in spans)


def text_of(answer: Answer) -> str:
    return answer.text if isinstance(answer, Reply) else repr(answer)


def ask(
    requests: list[Request],
    seconds: float | None = 30,
    *,
    limits: dict[str, int] | None = None,
    parallel: bool = True,
    listener: Recorder | None = None,
) -> list[Answer]:
    asked: AskAll = lambda r, d, li: ask_all(r, d, li, limits=limits or {}, parallel=parallel)  # noqa: E731
    return asked(requests, Until.after(seconds), listener or Recorder())


def test_nothing_asked_is_nothing_answered() -> None:
    assert ask([]) == []
    assert ask([], parallel=False) == []


def test_answers_come_in_the_order_asked_whatever_the_order_they_end_in() -> None:
    requests = [request(sleeper(f"b{i}", (5 - i) * 0.05), i) for i in range(5)]
    listener = Recorder()

    answers = ask(requests, listener=listener)

    assert [text_of(answer) for answer in answers] == [f"answer {i}" for i in range(5)]
    assert sorted(listener.asked_parts) == ["0", "1", "2", "3", "4"]
    assert [part for part, _ in listener.answers] == ["4", "3", "2", "1", "0"]


def test_four_backends_of_a_second_each_work_at_the_same_time() -> None:
    doing = [sleeper(f"b{i}", 1.0) for i in range(4)]
    started = time.monotonic()

    answers = ask([request(one, i) for i, one in enumerate(doing)])

    assert all(isinstance(answer, Reply) for answer in answers)
    assert most_at_once([span for one in doing for span in one.spans]) == 4
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(("limit", "at_once"), [(1, 1), (2, 2), (None, 4)])
def test_a_backends_limit_holds(limit: int | None, at_once: int) -> None:
    doing = sleeper("b", 0.15)

    ask([request(doing, i) for i in range(6)], limits={} if limit is None else {"b": limit})

    assert len(doing.spans) == 6
    assert most_at_once(doing.spans) == at_once


def test_one_full_backend_does_not_hold_up_another() -> None:
    slow, quick = sleeper("slow", 0.3), sleeper("quick", 0.01)

    ask([*(request(slow, i) for i in range(3)), request(quick, 3)], limits={"slow": 1, "quick": 1})

    assert quick.spans[0][1] < slow.spans[1][0]


def test_without_parallel_one_is_asked_at_a_time_in_order() -> None:
    first, second = sleeper("first", 0.05), sleeper("second", 0.05)
    listener = Recorder()

    ask([request(first, 0), request(second, 1), request(first, 2)], parallel=False, listener=listener)

    assert listener.asked_parts == ["0", "1", "2"]
    assert most_at_once(first.spans + second.spans) == 1


def test_at_the_deadline_those_who_answered_count_and_the_others_are_failures() -> None:
    quick, hung, queued = sleeper("quick", 0.01), stuck("hung"), stuck("hung")
    listener = Recorder()
    started = time.monotonic()

    answers = ask([request(hung, 0), request(quick, 1), request(queued, 2)], 0.5, limits={"hung": 1}, listener=listener)

    assert time.monotonic() - started < 2.5
    assert text_of(answers[1]) == "answer 1"
    for index in (0, 2):
        failure = answers[index]
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.TIMED_OUT
        assert failure.backend == "hung"
        assert "budget" in failure.advice
    assert sorted(listener.asked_parts) == ["0", "1"]
    assert sorted(part for part, _ in listener.answers) == ["0", "1", "2"]


def test_a_backend_that_keeps_the_deadline_gives_its_own_answer() -> None:
    answers = ask([request(obedient("b"), 0)], 0.3)

    assert text_of(answers[0]) == "answer 0"


def test_after_the_deadline_nobody_is_asked_any_more() -> None:
    quick, listener = sleeper("quick", 0.01), Recorder()

    answers = ask([request(obedient("b"), 0), request(quick, 1)], 0.3, parallel=False, listener=listener)

    assert text_of(answers[0]) == "answer 0"
    assert isinstance(answers[1], Failure)
    assert answers[1].kind is FailureKind.TIMED_OUT
    assert listener.asked_parts == ["0"]
    assert quick.spans == []


def test_called_off_from_outside_it_returns_soon_and_says_so() -> None:
    deadline = Until.after(None)
    threading.Timer(0.2, deadline.cancel).start()
    started = time.monotonic()

    answers = ask_all([request(stuck("b"), 0)], deadline, Recorder(), limits={}, parallel=True)

    assert time.monotonic() - started < 2
    assert isinstance(answers[0], Failure)
    assert answers[0].kind is FailureKind.CANCELLED


def test_a_bug_in_a_backend_is_raised_after_the_others_were_called_off() -> None:
    seen: list[bool] = []

    def watch(_prompt: Prompt, deadline: Deadline) -> None:
        while not deadline.is_cancelled():
            time.sleep(0.01)
        seen.append(True)

    def break_down(_prompt: Prompt, _deadline: Deadline) -> None:
        time.sleep(0.05)
        raise ZeroDivisionError("our bug")

    deadline = Until.after(None)
    requests = [request(Doing("good", watch), 0), request(Doing("bad", break_down), 1)]

    with pytest.raises(ZeroDivisionError, match="our bug"):
        ask_all(requests, deadline, Recorder(), limits={}, parallel=True)

    assert seen == [True]
    assert not deadline.is_cancelled()


@pytest.mark.parametrize("broken", ["asked", "answered"])
def test_a_bug_in_the_listener_is_raised(broken: str) -> None:
    class Broken(Recorder):
        def asked(self, backend: str, task: str, part: str) -> None:
            if broken == "asked":
                raise LookupError(broken)

        def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
            if broken == "answered":
                raise LookupError(broken)

    with pytest.raises(LookupError, match=broken):
        ask([request(sleeper("b", 0.01), 0)], listener=Broken())


INTERRUPTED = """
import sys
from pathlib import Path
from lok_hooks.backends import process
from lok_hooks.backends.deadline import Until
from lok_hooks.backends.fanout import ask_all
from lok_hooks.core.ports import Reply, Request, Traits
from lok_hooks.core.task import Chunk, Prompt

class Program:
    name = "b"
    traits = Traits(role="model", kind="command", may_block=True, is_local=False, max_prompt_bytes=1)
    def missing(self): return None
    def ask(self, prompt, deadline):
        import os
        with process.private_directory() as folder:
            program = "trap '' TERM; echo $$ > $STARTED; sleep 600 & sleep 600"
            process.run(["sh", "-c", program], stdin=b"", cwd=folder, env=dict(os.environ), deadline=deadline)
        return Reply(backend="b", text="", seconds=0)

class Silent:
    def asked(self, *a): pass
    def answered(self, *a): pass
    def noted(self, t): pass

request = Request(backend=Program(), prompt=Prompt(task="t", text="", receipt="", chunk=Chunk(pieces=())), part="1/1")
try:
    ask_all([request, request], Until.after(None), Silent(), limits={}, parallel=True)
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_ctrl_c_ends_the_programs_and_comes_through(tmp_path: Path) -> None:
    started = tmp_path / "started"
    environment = {**os.environ, "STARTED": str(started), "TEST_MARK": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    with nothing_left_behind("TEST_MARK", str(tmp_path)):
        review = subprocess.Popen([sys.executable, "-c", INTERRUPTED], env=environment)
        end = time.monotonic() + 20
        while not started.exists() and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.1)
        review.send_signal(signal.SIGINT)
        interrupted = time.monotonic()
        code = review.wait(timeout=20)
        took = time.monotonic() - interrupted

    assert code == 130
    assert took < 4


def test_work_beside_is_done_while_others_are_waited_for_and_gives_its_result() -> None:
    done = threading.Event()

    def work() -> str:
        done.set()
        return "found"

    result = beside(work)

    assert done.wait(timeout=20), "nobody asked for the result yet"
    assert (result(), result()) == ("found", "found")


def test_work_beside_begins_at_once_when_its_result_is_wanted() -> None:
    assert beside(lambda: "found", head_start=3600)() == "found"


def test_what_work_beside_raises_is_raised_by_who_wants_its_result() -> None:
    def work() -> str:
        raise LookupError("broken")

    result = beside(work)

    with pytest.raises(LookupError, match="broken"):
        result()
