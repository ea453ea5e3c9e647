"""Conducting: one backend decides in rounds whom to ask what, sees the answers, and ends with a synthesis."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lok_hooks.core.opinions import read_orders
from lok_hooks.core.ports import Backend, Failure
from lok_hooks.core.settings import ConductorSettings
from lok_hooks.core.talk import SYNTHESIS, Absence, Conclusion, Order, Step, Talk, Turn
from lok_hooks.core.talk_prompts import ORDERS_SCHEMA, Said, conductor_prompt
from lok_hooks.flows.asking import Put, Session, reason_of
from lok_hooks.flows.conclude import left_open_by

CHARACTERS_PER_TOKEN: Final = 4  # a rough measure; what the vendors count differs, and a reasoning model's is hidden


def conduct(session: Session, settings: ConductorSettings) -> Talk:
    """Rounds of orders until the conductor ends, at most `max_rounds`.

    Orders that cannot be carried out are answered with what is wrong with them, and cost a round. A conductor that
    fails is followed by the next best. Without an end, what was answered stands, and the result says so.
    """
    if not session.backends:
        return session.talk()
    conductors = _conductors(session, settings)
    history: list[Said] = []
    for round_ in range(1, settings.max_rounds + 1):
        if not conductors:
            _end_without_synthesis(session, "no conductor is left")
            break
        turn = _decided(session, conductors[0], history, settings, round_)
        if turn.text and not turn.orders and not turn.problem:
            return session.talk(_conclusion(session, turn))
        if isinstance(turn.answer, Failure):
            failed = conductors.pop(0)
            if conductors and session.crew.deadline.remaining() > 0:
                session.note(f"{failed.name} did not answer; {conductors[0].name} conducts from here")
        elif turn.problem:
            history.append(Said(heading=f"Round {round_}: your answer was not carried out", text=turn.problem))
        elif round_ < settings.max_rounds:
            history += _carried_out(session, turn.orders, round_)
        if session.crew.deadline.remaining() <= 0:
            _end_without_synthesis(session, "the time was over before the conductor ended")
            break
    else:
        _end_without_synthesis(session, f"no end after {settings.max_rounds} rounds")
    return session.talk()


def _end_without_synthesis(session: Session, why: str) -> None:
    is_answered = any(turn.is_answered for turn in session.turns)
    session.note(f"{why}; what was answered stands for itself" if is_answered else why)


def _conductors(session: Session, settings: ConductorSettings) -> list[Backend]:
    """The one that lok.toml names, else the strongest; the others behind it, in case it fails."""
    ranked = session.ranked
    if settings.backend in session.backends:
        session.note(f"{settings.backend} conducts: conductor.backend in lok.toml")
        return sorted(ranked, key=lambda backend: backend.name != settings.backend)
    why = session.crew.left_out.get(settings.backend, "not at hand")
    absent = f"; {settings.backend} (conductor.backend) is {why}" if settings.backend else ""
    session.note(f"{ranked[0].name} conducts: {session.suggestion.available[0].reason}{absent}")
    return ranked


def _decided(
    session: Session, conductor: Backend, history: list[Said], settings: ConductorSettings, round_: int
) -> Turn:
    names = list(session.backends)
    longest = settings.max_tokens * CHARACTERS_PER_TOKEN

    def read(turn: Turn) -> Turn:
        orders = read_orders(turn.text, names)
        if isinstance(orders, str):
            return replace(turn, text="", problem=orders)
        if orders.synthesis:
            return replace(turn, text=orders.synthesis, disagreements=orders.disagreements)
        if len(turn.text) > longest:
            problem = f"the orders have {len(turn.text):,} characters; about {longest:,} are allowed (max_tokens)"
            return replace(turn, text="", problem=problem)
        if round_ >= settings.max_rounds:
            return replace(turn, text="", problem="orders in the last round, in which only a synthesis counts")
        return replace(turn, text="", orders=orders.ask)

    text = conductor_prompt(
        session.question,
        {name: backend.traits.strengths for name, backend in session.backends.items()},
        history,
        round_=round_,
        last=settings.max_rounds,
        tokens=settings.max_tokens,
        room=session.room(conductor),
    )
    put = Put(backend=conductor, text=text, schema=ORDERS_SCHEMA, max_tokens=settings.max_tokens)
    (turn,) = session.ask([put], Step.ORDER, round_=round_, read=read)
    return turn


def _carried_out(session: Session, orders: tuple[Order, ...], round_: int) -> list[Said]:
    """What was asked and what came of it, as the conductor will read it."""
    puts = [Put(backend=session.backends[o.backend], text=o.prompt, shown=o.prompt) for o in orders]
    turns = session.ask(puts, Step.ANSWER, round_=round_)
    return [Said(heading=f"Round {round_}: you asked {turn.backend}", text=_heard(turn)) for turn in turns]


def _heard(turn: Turn) -> str:
    answer = f"It did not answer: {reason_of(turn.answer)}" if isinstance(turn.answer, Failure) else turn.text
    return f"Your prompt:\n{turn.prompt}\n\nThe answer:\n{answer}"


def _conclusion(session: Session, turn: Turn) -> Conclusion:
    return Conclusion(
        text=turn.text,
        backend=turn.backend,
        how=SYNTHESIS,
        open=tuple(left_open_by(turn)),
        absent=(*session.absent(), *_lost(session)),
    )


def _lost(session: Session) -> list[Absence]:
    """The orders that failed, of backends that answered others."""
    silent = {absence.backend for absence in session.absent()}
    return [
        Absence(backend=turn.backend, reason=f"its answer of round {turn.round} is not: {reason_of(turn.answer)}")
        for turn in session.turns
        if turn.step is Step.ANSWER and isinstance(turn.answer, Failure) and turn.backend not in silent
    ]
