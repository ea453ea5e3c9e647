"""A question to all, or to the best backend at hand."""

from __future__ import annotations

from lok_hooks.core.talk import Step, Talk, Turn
from lok_hooks.flows.asking import Put, Session


def ask(session: Session) -> Talk:
    """Every backend at hand gets the question; each answer stands for itself."""
    session.ask([Put(backend=backend, text=session.question) for backend in session.backends.values()], Step.ANSWER)
    return session.talk()


def smart(session: Session) -> Talk:
    """The strongest backend at hand gets the question, and the next one where it fails."""
    ask_in_turn(session, Step.ANSWER)
    return session.talk()


def ask_in_turn(session: Session, step: Step) -> Turn | None:
    """The answer of the strongest backend at hand that gives one; None when none does. Says who was chosen, why, and
    who took over."""
    failed = ""
    for ranked in session.suggestion.available:
        session.note(f"{failed}{ranked.backend}: {ranked.reason}")
        (turn,) = session.ask([Put(backend=session.backends[ranked.backend], text=session.question)], step)
        if turn.is_answered:
            return turn
        if session.crew.deadline.remaining() <= 0:
            return None
        failed = f"{ranked.backend} did not answer; next is "
    return None
