"""The wrapper that does not ask the same question twice."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lok_hooks.backends.deadline import Until
from lok_hooks.backends.remembering import Remembering
from lok_hooks.backends.secrets import says_unshown_secret
from lok_hooks.core.ports import Answer, Deadline, Failure, FailureKind, Reply, Traits
from lok_hooks.core.task import Chunk, Prompt, plain_prompt

QUESTION = plain_prompt("ask", "What is it for?")
VOTES = Prompt(task="cross-examination", text="claim: C1", receipt="r", chunk=Chunk(pieces=()), asks="votes")
AWS = "AK" + "IAZ7QW3ERT9YUP2LKJ"
FINDINGS = replace(VOTES, task="hunt", asks="findings")


class Kept:
    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def recall(self, key: str) -> str | None:
        return self.texts.get(key)

    def keep(self, key: str, text: str) -> None:
        self.texts[key] = text


class Counting:
    """A backend that numbers its answers."""

    name = "codex"
    traits = Traits(
        role="model", kind="command", may_block=True, is_local=False, max_prompt_bytes=9, model="m", identity="i"
    )

    def __init__(self, text: str = "answer {}", failure: Failure | None = None) -> None:
        self.count = 0
        self.text = text
        self.failure = failure

    def missing(self) -> Failure | None:
        return None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        self.count += 1
        text = self.text.replace("{}", str(self.count))
        return self.failure or Reply(backend=self.name, text=text, seconds=2.0, model="m-1", tokens_in=7)


def ask(inner: Counting, memory: Kept, prompt: Prompt = QUESTION, surroundings: str = "") -> Answer:
    return Remembering(inner, memory, says_unshown_secret, surroundings).ask(prompt, Until.after(None))


def test_the_same_question_is_asked_once_and_the_answer_says_so() -> None:
    inner, memory = Counting(), Kept()
    first, second = ask(inner, memory), ask(inner, memory)
    assert first == Reply(backend="codex", text="answer 1", seconds=2.0, model="m-1", tokens_in=7)
    assert second == replace(first, seconds=0.0, is_remembered=True)
    assert inner.count == 1


@pytest.mark.parametrize(
    ("prompt", "surroundings"), [(replace(QUESTION, text="And that?"), ""), (QUESTION, "something changed there")]
)
def test_another_question_or_other_surroundings_are_asked(prompt: Prompt, surroundings: str) -> None:
    inner, memory = Counting(), Kept()
    ask(inner, memory)
    ask(inner, memory, prompt, surroundings)
    assert inner.count == 2


def test_a_failure_is_not_remembered() -> None:
    failure = Failure(backend="codex", kind=FailureKind.TIMED_OUT, reason="late", advice="")
    memory = Kept()
    assert ask(Counting(failure=failure), memory) == failure
    assert memory.texts == {}


@pytest.mark.parametrize(
    ("prompt", "text", "is_kept"),
    [
        (QUESTION, "  ", False),
        (VOTES, "I confirm everything.", False),
        (VOTES, json.dumps({"receipt": "forged", "votes": []}), False),
        (VOTES, json.dumps({"receipt": "r", "votes": []}), True),
        (FINDINGS, json.dumps({"receipt": "r", "files": [], "findings": []}), False),
    ],
)
def test_only_votes_and_words_that_can_be_read_are_kept(prompt: Prompt, text: str, is_kept: bool) -> None:
    memory = Kept()
    ask(Counting(text), memory, prompt)
    assert bool(memory.texts) is is_kept


def test_what_cannot_be_read_back_is_asked_again() -> None:
    inner, memory = Counting(), Kept()
    ask(inner, memory)
    memory.texts = dict.fromkeys(memory.texts, "half of it [")
    assert ask(inner, memory) == Reply(backend="codex", text="answer 2", seconds=2.0, model="m-1", tokens_in=7)


@pytest.mark.parametrize(
    ("shown", "said", "count"),
    [
        ("claim: C1", f"the key {AWS}", 2),
        ("claim: C1", '{"reason": "password = \\"Tr0ub4dor3x\\""}', 2),
        (f"+ key = '{AWS}'", f"the key {AWS}", 1),
        ('+ password = "Tr0ub4dor3x"', '{"reason": "password = \\"Tr0ub4dor3x\\""}', 1),
        ("claim: C1", "the key", 1),
    ],
)
def test_an_answer_with_a_secret_that_nobody_showed_is_not_kept(shown: str, said: str, count: int) -> None:
    inner, memory = Counting(said), Kept()
    for _ in range(2):
        ask(inner, memory, replace(QUESTION, text=shown))
    assert inner.count == count
