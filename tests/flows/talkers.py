"""Backends that talk by a script, and a session that remembers what it told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.core.ports import Answer, Deadline, Failure, FailureKind, Listener, Reply, Request, Traits
from lok_hooks.core.talk import Turn
from lok_hooks.core.task import Prompt
from lok_hooks.flows.asking import Session
from lok_hooks.flows.crew import Crew
from tests.ports import Silent

Saying = str | Mapping[str, Any] | Failure


def failed(name: str, kind: FailureKind = FailureKind.TIMED_OUT, reason: str = "too slow") -> Failure:
    """A failure of the backend `name`."""
    return Failure(backend=name, kind=kind, reason=reason, advice="wait")


@dataclass
class Talker:
    """A model that says, for each step, what it is told to: a text, fields, a failure, or a list of these, one for
    each time it is asked; asked for anything else it says its own name."""

    name: str
    says: Mapping[str, Saying | list[Saying]] = field(default_factory=dict)
    strengths: tuple[str, ...] = ()
    absent: bool = False
    max_prompt_bytes: int = 200_000
    prompts: list[Prompt] = field(default_factory=list)

    @property
    def traits(self) -> Traits:
        return Traits(
            role="model",
            kind="command",
            may_block=True,
            is_local=False,
            max_prompt_bytes=self.max_prompt_bytes,
            strengths=self.strengths,
        )

    def missing(self) -> Failure | None:
        return failed(self.name, FailureKind.MISSING, "not on PATH") if self.absent else None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        before = sum(earlier.task == prompt.task for earlier in self.prompts)
        self.prompts.append(prompt)
        saying = self.says.get(prompt.task, f"{self.name} says so")
        if isinstance(saying, list):
            saying = saying[min(before, len(saying) - 1)]
        if isinstance(saying, Failure):
            return saying
        text = saying if isinstance(saying, str) else json.dumps(saying)
        return Reply(backend=self.name, text=text, seconds=1.0)

    def asked(self, step: str) -> list[str]:
        """The prompts it got for a step."""
        return [prompt.text for prompt in self.prompts if prompt.task == step]


@dataclass
class Heard:
    """A teller and a deadline: what was told, in order, and for how many rounds of asking there is time."""

    rounds: float = 1e9
    turns: list[Turn] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def turn(self, turn: Turn) -> None:
        self.turns.append(turn)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def remaining(self) -> float:
        return self.rounds

    def is_cancelled(self) -> bool:
        return False

    def at_most(self, seconds: float) -> Deadline:
        return self

    def ask_all(self, requests: Sequence[Request], deadline: Deadline, listener: Listener) -> list[Answer]:
        """Last first, so that the order of arrival is not the order of asking; late when the time is over."""
        answers: dict[int, Answer] = {}
        for index, request in reversed(list(enumerate(requests))):
            listener.asked(request.backend.name, request.prompt.task, request.part)
            late = failed(request.backend.name, reason="not answered when the time was over")
            answers[index] = request.backend.ask(request.prompt, deadline) if self.rounds > 0 else late
            listener.answered(request.backend.name, request.prompt.task, request.part, answers[index])
        self.rounds = max(0, self.rounds - 1)
        return [answers[index] for index in range(len(requests))]


def session(
    *talkers: Talker, question: str = "Why?", named: Sequence[str] = (), rounds: float = 1e9
) -> tuple[Session, Heard]:
    """A session of these talkers, and what it tells. `rounds` of asking until the time is over."""
    heard = Heard(rounds=rounds)
    crew = Crew(
        backends=talkers,
        ask_all=heard.ask_all,
        listener=Silent(),
        deadline=heard,
        redactor=KnownSecrets(),
        now=lambda: 0.0,
    )
    return Session("test", question, crew, heard, named=named), heard


def opinion(text: str, *disagreements: str, agrees: bool | None = None) -> dict[str, Any]:
    """The fields of an opinion; it agrees when it leaves nothing open, unless told otherwise."""
    return {
        "response": text,
        "agrees": not disagreements if agrees is None else agrees,
        "disagreements": list(disagreements),
    }


def synthesis(text: str, *disagreements: str, settled: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of a synthesis."""
    return {"synthesis": text, "settled": list(settled), "disagreements": list(disagreements)}
