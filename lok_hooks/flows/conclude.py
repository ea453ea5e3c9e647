"""Bringing a discussion to its end: one backend writes the synthesis, our code says whose word is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from lok_hooks.core.opinions import Synthesis, read_opinion, read_synthesis
from lok_hooks.core.ports import Backend, Reply
from lok_hooks.core.talk import SYNTHESIS, Absence, Conclusion, Disagreement, Step, Turn
from lok_hooks.core.talk_prompts import SYNTHESIS_SCHEMA, Said, synthesis_prompt
from lok_hooks.flows.asking import Put, Session

ONLY_ANSWER: Final = "the only answer"


def with_opinion(turn: Turn) -> Turn:
    """The turn with the fields of its opinion; an answer without them stands as a text that agrees with nobody."""
    opinion = read_opinion(turn.text)
    if isinstance(opinion, str):
        return replace(turn, problem=opinion)
    return replace(turn, text=opinion.text, agrees=opinion.agrees, disagreements=opinion.disagreements)


def objections_of(turns: Sequence[Turn]) -> list[Disagreement]:
    """The points that the turns leave open, stamped with their authors, each once."""
    made = (Disagreement(backend=turn.backend, point=point) for turn in turns for point in turn.disagreements)
    return list(dict.fromkeys(made))


def left_open_by(conclusion: Turn, said: Sequence[Disagreement] = ()) -> list[Disagreement]:
    """What the author of the conclusion leaves open beyond what others `said`."""
    known = {objection.point for objection in said}
    return [replace(own, is_of_synthesis=True) for own in objections_of([conclusion]) if own.point not in known]


def synthesise(
    session: Session,
    said: Sequence[Said],
    writers: Sequence[Backend],
    objections: Sequence[Disagreement],
    absent: Sequence[Absence],
    *,
    round_: int,
) -> Conclusion | None:
    """The conclusion by the first of `writers` that answers; None when none does. A disagreement stays open unless
    the synthesis says that it settles it, and the synthesis cannot say whose it is."""
    numbered = {f"D{number}": objection for number, objection in enumerate(objections, 1)}
    points = {number: objection.point for number, objection in numbered.items()}
    for writer in writers:
        text = synthesis_prompt(session.question, said, points, session.room(writer))
        put = Put(backend=writer, text=text, schema=SYNTHESIS_SCHEMA)
        (turn,) = session.ask([put], Step.SYNTHESIS, round_=round_, read=_with_synthesis)
        if turn.is_answered:
            return _conclusion(turn, numbered, absent)
        if session.crew.deadline.remaining() <= 0:
            break
    session.note("nobody wrote a synthesis; what was said stands for itself")
    return None


def _with_synthesis(turn: Turn) -> Turn:
    read = read_synthesis(turn.text)
    if isinstance(read, str):
        return replace(turn, problem=read)
    return replace(turn, text=read.text, disagreements=read.disagreements)


def _conclusion(turn: Turn, numbered: Mapping[str, Disagreement], absent: Sequence[Absence]) -> Conclusion:
    read = read_synthesis(turn.answer.text) if isinstance(turn.answer, Reply) else ""
    settled = set(read.settled) if isinstance(read, Synthesis) else set()
    still_open = [objection for number, objection in numbered.items() if number not in settled]
    still_open += left_open_by(turn, still_open)
    is_known = isinstance(read, Synthesis) or bool(still_open)
    return Conclusion(
        text=turn.text,
        backend=turn.backend,
        how=SYNTHESIS,
        open=tuple(still_open) if is_known else None,
        absent=tuple(absent),
    )
