"""One further request when an answer has the wrong form."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from lok_hooks.backends.reformatting import Reformatting
from lok_hooks.core.debate import Round
from lok_hooks.core.examination import Batch, Dossier, examination_prompt
from lok_hooks.core.ports import Answer, Deadline, Failure, FailureKind, Reply, Traits
from lok_hooks.core.prompts import review_prompt
from lok_hooks.core.task import Aspect, Prompt, Task, plain_prompt
from tests.backends.conftest import Seconds
from tests.core.builders import chunk, file_diff, finding

TASK = Task(name="hunt", description="find bugs", aspects=(Aspect(name="bugs", text="Find bugs."),))
PROMPT = review_prompt(TASK, chunk(file_diff("a.py", "", "x = 1\n")), lambda text: text)
GOOD = json.dumps({"receipt": PROMPT.receipt, "files": ["a.py"], "findings": []})
PROSE = "I see no problem in x = 1."
FOREIGN = json.dumps({"receipt": "other", "files": ["a.py"], "findings": []})
FAILURE = Failure(backend="model", kind=FailureKind.CRASHED, reason="gone", advice="", seconds=1)


@dataclass
class Scripted:
    """Gives its answers one after the other."""

    answers: list[str | Failure]
    prompts: list[Prompt] = field(default_factory=list)
    name: str = "model"
    traits: Traits = Traits(role="model", kind="command", may_block=True, is_local=False, max_prompt_bytes=1000)  # noqa: RUF009 - frozen

    def missing(self) -> Failure | None:
        return None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        self.prompts.append(prompt)
        answer = self.answers[len(self.prompts) - 1]
        return answer if isinstance(answer, Failure) else Reply(backend=self.name, text=answer, seconds=1.0)


@pytest.mark.parametrize(
    ("answers", "seconds", "text", "requests"),
    [
        pytest.param([GOOD], 60, GOOD, 1, id="readable at once"),
        pytest.param([PROSE, GOOD], 60, GOOD, 2, id="mended"),
        pytest.param([PROSE, PROSE], 60, PROSE, 2, id="asked once, not for ever"),
        pytest.param([PROSE, FAILURE], 60, PROSE, 2, id="the second request fails: nothing paid for is lost"),
        pytest.param([PROSE, FOREIGN], 60, PROSE, 2, id="the second answer is for something else"),
        pytest.param([FOREIGN], 60, FOREIGN, 1, id="no rewording makes a review of it"),
        pytest.param([""], 60, "", 1, id="an empty answer"),
        pytest.param([PROSE], 0, PROSE, 1, id="no time left"),
    ],
)
def test_it_asks_once_more_where_that_can_help(
    answers: list[str | Failure], seconds: float, text: str, requests: int
) -> None:
    inside = Scripted(answers)
    answer = Reformatting(inside).ask(PROMPT, Seconds(seconds=seconds))
    assert isinstance(answer, Reply)
    assert (answer.text, len(inside.prompts)) == (text, requests)


def test_the_second_request_shows_the_change_and_the_answer_again() -> None:
    inside = Scripted([PROSE, GOOD])
    answer = Reformatting(inside).ask(PROMPT, Seconds(seconds=60))
    assert isinstance(answer, Reply)
    assert answer.seconds == 2.0
    assert inside.prompts[1].text.startswith(PROMPT.text)
    assert PROSE in inside.prompts[1].text


VOTES = examination_prompt(
    Batch(
        round=Round.CROSS_EXAMINATION,
        chunk=PROMPT.chunk,
        dossiers=(Dossier(number=0, finding=finding()),),
    ),
    str,
)
BALLOT = json.dumps({"receipt": VOTES.receipt, "votes": [{"claim": "C1", "stance": "confirm"}]})


@pytest.mark.parametrize(
    ("prompt", "answers", "text", "requests"),
    [
        pytest.param(VOTES, [BALLOT], BALLOT, 1, id="votes are no review and need not be one"),
        pytest.param(VOTES, [PROSE, BALLOT], BALLOT, 2, id="mended votes"),
        pytest.param(VOTES, [GOOD, BALLOT], BALLOT, 2, id="a review is no vote"),
        pytest.param(plain_prompt("ask", "What is x?"), [PROSE], PROSE, 1, id="words are always right"),
    ],
)
def test_it_reads_what_the_prompt_asks_for(prompt: Prompt, answers: list[str], text: str, requests: int) -> None:
    inside = Scripted([*answers])
    answer = Reformatting(inside).ask(prompt, Seconds(seconds=60))
    assert isinstance(answer, Reply)
    assert (answer.text, len(inside.prompts)) == (text, requests)


def test_a_failure_is_passed_on() -> None:
    assert Reformatting(Scripted([FAILURE])).ask(PROMPT, Seconds(seconds=60)) is FAILURE


ASKED = """
import sys
from lok_hooks.backends.reformatting import Reformatting
from lok_hooks.core.ports import Failure, FailureKind, Traits
from lok_hooks.core.task import Chunk, Prompt

class Model:
    name = "model"
    traits = Traits(role="model", kind="command", may_block=True, is_local=False, max_prompt_bytes=1)
    def missing(self): return None
    def ask(self, prompt, deadline):
        print("pydantic" in sys.modules)
        return Failure(backend="model", kind=FailureKind.CRASHED, reason="", advice="")

Reformatting(Model()).ask(Prompt(task="t", text="", receipt="", chunk=Chunk(pieces=())), None)
"""


def test_what_reads_answers_is_not_waited_for_before_the_model_is_asked() -> None:
    asked = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)

    assert asked.stdout == "False\n"
