"""Putting questions to several backends, turn by turn: what every command by hand is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from lok_hooks.core.ports import Analysis, Answer, Backend, Failure, FailureKind, Listener, Reply, Request
from lok_hooks.core.redaction import without_secrets
from lok_hooks.core.reliability import Precision
from lok_hooks.core.route import Candidate
from lok_hooks.core.suggest import Suggestion, suggest
from lok_hooks.core.talk import Absence, Conclusion, Step, Talk, Turn
from lok_hooks.core.talk_prompts import OVERHEAD
from lok_hooks.core.task import plain_prompt
from lok_hooks.errors import InternalError
from lok_hooks.flows.crew import Crew

_REASON_LIMIT: Final = 120  # characters of a failure's reason in a sentence about somebody's absence


class Teller(Protocol):
    """Told what happens while backends talk, so that it can be shown at once."""

    def turn(self, turn: Turn) -> None:
        """A request ended, well or not."""
        ...

    def note(self, text: str) -> None:
        """A line the reader must see: who was chosen and why, who took over."""
        ...


@dataclass(frozen=True, kw_only=True)
class Put:
    """One question to one backend. `schema` where fields are asked for; `shown` is a conductor's prompt; `max_tokens`
    as in `Prompt`."""

    backend: Backend
    text: str
    schema: Mapping[str, Any] = field(default_factory=dict)
    shown: str = ""
    max_tokens: int | None = None


Read = Callable[[Turn], Turn]


class Session:
    """One talk while it runs: who is at hand, the turns so far, and the notes. `named` are the backends that the user
    asked for by name, whose absence is told."""

    def __init__(
        self,
        command: str,
        question: str,
        crew: Crew,
        teller: Teller,
        *,
        named: Sequence[str] = (),
        measured: Mapping[str, Precision] | None = None,
    ) -> None:
        self.question = question
        self.crew = crew
        self._command = command
        self._teller = teller
        self._named = named
        self._started = crew.now()
        self._missing = {b.name: failure for b in crew.backends if (failure := b.missing()) is not None}
        self._turns: list[Turn] = []
        self._notes: list[str] = []
        self.backends = {b.name: b for b in crew.backends if b.name not in self._missing}
        self.suggestion = suggestion_of(question, crew.backends, self._missing, measured)

    @property
    def ranked(self) -> list[Backend]:
        """The backends at hand, the strongest at this question first."""
        return [self.backends[ranked.backend] for ranked in self.suggestion.available]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every failure so far, in order."""
        return tuple(turn.answer for turn in self._turns if isinstance(turn.answer, Failure))

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn so far, in order."""
        return tuple(self._turns)

    def note(self, text: str) -> None:
        """Tells the user a line, now and in the result."""
        self._notes.append(text)
        self._teller.note(text)

    def room(self, backend: Backend) -> int:
        """Bytes that one prompt to `backend` has for others' texts, next to the question."""
        return max(0, backend.traits.max_prompt_bytes - OVERHEAD - len(_bytes(self.question)))

    def ask(self, puts: Sequence[Put], step: Step, *, round_: int = 1, read: Read | None = None) -> list[Turn]:
        """Asks all at once; the turns in the order asked, each told as it arrives and without secrets. `read` makes a
        turn's fields out of its text; a question too large for its backend is not sent."""
        turns: dict[int, Turn] = {}

        def ended(index: int, answer: Answer) -> None:
            turn = _turn(puts[index], step, round_, without_secrets(answer, self.crew.redactor.redact))
            turn = read(turn) if read is not None and turn.text else turn
            # Reading repairs what is broken, and what an answer said comes to light.
            turns[index] = without_secrets(turn, self.crew.redactor.redact)
            self._teller.turn(turns[index])

        requests: dict[tuple[str, str], tuple[int, Request]] = {}
        for index, put in enumerate(puts):
            if failure := _too_large(put):
                ended(index, failure)
                continue
            prompt = replace(plain_prompt(step, put.text), schema=put.schema, max_tokens=put.max_tokens)
            request = Request(backend=put.backend, prompt=prompt, part=f"{index + 1}/{len(puts)}")
            requests[put.backend.name, request.part] = (index, request)
            title = f"{put.backend.name} · {step} · {len(_bytes(put.text)):,} bytes"
            self.crew.listener.noted(f"{title}\n{put.text}")
        listener = _Arrivals(self.crew.listener, lambda key, answer: ended(requests[key][0], answer))
        answers = self.crew.ask_all([request for _, request in requests.values()], self.crew.deadline, listener)
        for (index, _), answer in zip(requests.values(), answers, strict=True):
            if index not in turns:
                ended(index, answer)
        made = [turns[index] for index in range(len(puts))]
        self._turns += made
        return made

    def absent(self) -> tuple[Absence, ...]:
        """Everyone who has said nothing, with the reason, as a conclusion must name them."""
        heard = {turn.backend for turn in self._turns if turn.is_answered}
        silent = {
            turn.backend: turn.answer
            for turn in self._turns
            if isinstance(turn.answer, Failure) and turn.backend not in heard
        }
        named = {name: failure for name, failure in self._missing.items() if name in self._named}
        return tuple(Absence(backend=name, reason=reason_of(failure)) for name, failure in {**named, **silent}.items())

    def talk(self, conclusion: Conclusion | None = None, labels: Mapping[str, str] | None = None) -> Talk:
        """The result, without secrets and with a note of how many there were. `labels` maps names to the letters by
        which others saw them."""
        redactor = self.crew.redactor
        found = Talk(
            command=self._command,
            question=self.question,
            turns=tuple(self._turns),
            conclusion=conclusion,
            missing=tuple(self._missing.values()),
            labels={letter: name for name, letter in sorted((labels or {}).items(), key=lambda item: item[1])},
            notes=tuple(self._notes),
            seconds=self.crew.now() - self._started,
        )
        found = without_secrets(found, redactor.redact)
        if note := redactor.note():
            self._teller.note(note)
        return replace(found, notes=(*found.notes, *([note] if note else [])))


def suggestion_of(
    question: str,
    backends: Sequence[Backend],
    missing: Mapping[str, Failure],
    measured: Mapping[str, Precision] | None = None,
) -> Suggestion:
    """The ranking of `backends` for `question`; `missing` and `measured` by name."""
    known = measured or {}
    candidates = [
        Candidate(
            name=backend.name,
            traits=backend.traits,
            missing=missing[backend.name].reason if backend.name in missing else "",
            precision=known.get(backend.name),
        )
        for backend in backends
    ]
    return suggest(question, candidates)


def reason_of(failure: Failure) -> str:
    """A failure in a few words: "timed out: not answered when the time was over"."""
    words = " ".join(failure.reason.split())
    words = words if len(words) <= _REASON_LIMIT else f"{words[: _REASON_LIMIT - 1]}…"
    return f"{failure.kind}: {words}" if words else str(failure.kind)


class _Arrivals:
    """A listener that passes everything on, and each answer to `arrived` too, by backend and part."""

    def __init__(self, listener: Listener, arrived: Callable[[tuple[str, str], Answer], None]) -> None:
        self._listener = listener
        self._arrived = arrived

    def asked(self, backend: str, task: str, part: str) -> None:
        """Passed on."""
        self._listener.asked(backend, task, part)

    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
        """Passed on, then told."""
        self._listener.answered(backend, task, part, answer)
        self._arrived((backend, part), answer)

    def noted(self, text: str) -> None:
        """Passed on."""
        self._listener.noted(text)


def _turn(put: Put, step: Step, round_: int, answer: Answer) -> Turn:
    if isinstance(answer, Analysis):
        raise InternalError(f"{answer.backend} is an analyser and was asked a question")
    if isinstance(answer, Reply) and not answer.text.strip():
        answer = Failure(
            backend=answer.backend,
            kind=FailureKind.UNREADABLE,
            reason="the answer is empty",
            advice="ask again, or use another model",
            seconds=answer.seconds,
        )
    text = answer.text if isinstance(answer, Reply) else ""
    return Turn(backend=put.backend.name, step=step, round=round_, answer=answer, prompt=put.shown, text=text)


def _too_large(put: Put) -> Failure | None:
    size, limit = len(_bytes(put.text)), put.backend.traits.max_prompt_bytes
    if size <= limit:
        return None
    name = put.backend.name
    return Failure(
        backend=name,
        kind=FailureKind.TOO_LARGE,
        reason=f"the prompt has {size:,} bytes, {name} takes {limit:,}",
        advice=f"ask for less, name files instead of pasting them, or raise backends.{name}.max_prompt_bytes",
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
