"""A debate: positions, responses to the others' answers, and a synthesis, or an agreement that makes it needless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lok_hooks.core.ports import Backend, Failure
from lok_hooks.core.talk import Absence, Conclusion, Step, Talk, Turn
from lok_hooks.core.talk_prompts import OPINION_SCHEMA, Said, letters, position_prompt, response_prompt
from lok_hooks.flows.asking import Put, Session, reason_of
from lok_hooks.flows.conclude import ONLY_ANSWER, objections_of, synthesise, with_opinion

_POSITIONS, _RESPONSES, _SYNTHESIS = range(1, 4)
_FEWEST: Final = 2  # who make a debate


def debate(session: Session) -> Talk:
    """Lets all backends at hand argue the question. Who drops out leaves the debate going and is named; with one
    participant left there is no debate, and its answer stands."""
    text = position_prompt(session.question)
    puts = [Put(backend=backend, text=text) for backend in session.backends.values()]
    positions = {t.backend: t for t in session.ask(puts, Step.POSITION, round_=_POSITIONS) if t.is_answered}
    if len(positions) < _FEWEST:
        return _without_debate(session, positions)
    labels = letters({name: turn.text for name, turn in positions.items()})
    responses = _respond(session, positions, labels)
    if all(turn.agrees for turn in responses):
        return session.talk(_agreement(session, responses), labels)
    answered = {turn.backend: turn for turn in responses if turn.is_answered}
    said = [
        Said(heading=f"Participant {letter}", text=answered.get(name, positions[name]).text)
        for name, letter in _by_letter(labels)
    ]
    conclusion = synthesise(
        session,
        said,
        _writers(session, positions, answered),
        objections_of([turn for turn in responses if turn.is_answered]),
        (*session.absent(), *_fell_silent(responses)),
        round_=_SYNTHESIS,
    )
    return session.talk(conclusion, labels)


def _respond(session: Session, positions: Mapping[str, Turn], labels: Mapping[str, str]) -> list[Turn]:
    puts = []
    for name, position in positions.items():
        backend = session.backends[name]
        others = [
            Said(heading=f"Participant {letter}", text=positions[other].text)
            for other, letter in _by_letter(labels)
            if other != name
        ]
        text = response_prompt(session.question, position.text, others, session.room(backend))
        puts.append(Put(backend=backend, text=text, schema=OPINION_SCHEMA))
    return session.ask(puts, Step.RESPONSE, round_=_RESPONSES, read=with_opinion)


def _by_letter(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(labels.items(), key=lambda item: item[1])


def _writers(session: Session, positions: Mapping[str, Turn], answered: Mapping[str, Turn]) -> list[Backend]:
    """Who may write the synthesis, the strongest first; those who fell silent last."""
    writers = [backend for backend in session.ranked if backend.name in positions]
    return sorted(writers, key=lambda backend: backend.name not in answered)


def _without_debate(session: Session, positions: Mapping[str, Turn]) -> Talk:
    for name, turn in positions.items():
        session.note(f"no debate: {name} alone answered")
        return session.talk(
            Conclusion(text=turn.text, backend=name, how=ONLY_ANSWER, open=None, absent=session.absent())
        )
    return session.talk()


def _agreement(session: Session, responses: Sequence[Turn]) -> Conclusion:
    """Everyone said in so many words that all agree: the strongest one's answer stands for all."""
    by_name = {turn.backend: turn for turn in responses}
    best = next(by_name[backend.name] for backend in session.ranked if backend.name in by_name)
    session.note("all agree; no synthesis is needed")
    names = ", ".join(by_name)
    return Conclusion(text=best.text, backend=best.backend, how=f"agreed by {names}", absent=session.absent())


def _fell_silent(responses: Sequence[Turn]) -> list[Absence]:
    """Who took a position and did not respond to the others."""
    return [
        Absence(backend=turn.backend, reason=f"its position is in it, a response is not: {reason_of(turn.answer)}")
        for turn in responses
        if isinstance(turn.answer, Failure)
    ]
