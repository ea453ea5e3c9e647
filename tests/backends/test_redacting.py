"""What reaches a backend, and what is remembered of its answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import pytest

from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.backends.redacting import EXPLAINED, Redacting
from lok_hooks.backends.remembering import Remembering
from lok_hooks.core.ports import Answer, Deadline, Failure, Reply, Traits
from lok_hooks.core.task import Prompt, plain_prompt
from lok_hooks.flows.screening import redactor
from tests.backends.conftest import Seconds

TOKEN, OTHER = ("gh" + "p_" + letter * 3 + "1B2c3D4e5F6" * 3 for letter in "az")
MARK = "<SECRET:github-token:1>"


@dataclass
class Model:
    """Answers one text and remembers its prompts."""

    text: str = "Because."
    is_local: bool = False
    prompts: list[Prompt] = field(default_factory=list)
    name: str = "model"

    @property
    def traits(self) -> Traits:
        return Traits(
            role="model", kind="command", may_block=True, is_local=self.is_local, max_prompt_bytes=10, identity="same"
        )

    def missing(self) -> Failure | None:
        return None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        self.prompts.append(prompt)
        return Reply(backend=self.name, text=self.text, seconds=0.0)


@dataclass
class Kept:
    """A memory that can be looked into."""

    texts: dict[str, str] = field(default_factory=dict)

    def recall(self, key: str) -> str | None:
        return self.texts.get(key)

    def keep(self, key: str, text: str) -> None:
        self.texts[key] = text


def asked(model: Model, prompt: Prompt, memory: Kept, *, spares_local: bool = False) -> Answer:
    """As `lok ask` wires it."""
    secrets = KnownSecrets()
    known = Remembering(model, memory, lambda said, _: secrets.redact(said) != said)
    return Redacting(known, redactor(known, secrets.redact, spares_local=spares_local)).ask(prompt, Seconds(seconds=5))


def test_words_leave_without_secrets_and_say_what_stands_in_their_place() -> None:
    model = Model()
    asked(model, plain_prompt("answer", f"Why does {TOKEN} fail?"), Kept())
    assert [prompt.text for prompt in model.prompts] == [f"{EXPLAINED}Why does {MARK} fail?"]
    assert "<SECRET:kind:n>" in EXPLAINED
    assert EXPLAINED[0].isalpha()


def test_words_without_secrets_leave_as_they_are() -> None:
    model = Model()
    asked(model, plain_prompt("answer", "Why is the password: str never checked?"), Kept())
    assert [prompt.text for prompt in model.prompts] == ["Why is the password: str never checked?"]


@pytest.mark.parametrize(("is_local", "spares", "sees"), [(True, True, 1), (True, False, 0), (False, True, 0)])
def test_only_who_is_local_and_spared_sees_them(is_local: bool, spares: bool, sees: bool) -> None:
    model = Model(is_local=is_local)
    asked(model, plain_prompt("answer", f"Why does {TOKEN} fail?"), Kept(), spares_local=spares)
    assert (TOKEN in model.prompts[0].text) == sees
    assert model.prompts[0].text.startswith(EXPLAINED) != sees


def test_prompts_for_findings_are_left_to_the_flow_that_makes_them() -> None:
    model = Model()
    prompt = replace(plain_prompt("hunt", 'receipt: "a1b2c3d4e5f6"'), asks="findings")
    asked(model, prompt, Kept())
    assert model.prompts == [prompt]


def test_answers_are_remembered_by_what_was_sent() -> None:
    model, memory = Model(), Kept()
    for question in (f"Why does {TOKEN} fail?", f"Why does {OTHER} fail?", f"Why does {MARK} fail?"):
        asked(model, plain_prompt("answer", question), memory)
    assert len(model.prompts) == 1
    asked(model, plain_prompt("answer", f"Why does {TOKEN} fail twice?"), memory)
    assert len(model.prompts) == 2


@pytest.mark.parametrize(
    "text", [f"It holds {TOKEN}.", json.dumps({"response": f'"{TOKEN}"'}), json.dumps('password = "hunter2-hunter2"')]
)
def test_an_answer_that_says_a_secret_is_not_kept_and_given_on_as_it_is(text: str) -> None:
    model, memory = Model(text), Kept()
    for _ in range(2):
        answer = asked(model, plain_prompt("answer", "What is in .env?"), memory)
        assert isinstance(answer, Reply)
        assert answer.text == text
    assert (len(model.prompts), memory.texts) == (2, {})
