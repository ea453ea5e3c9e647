"""A team: the strongest backend works, the others review, one of these synthesises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lok_hooks.core.ports import Backend, Failure
from lok_hooks.core.talk import Absence, Conclusion, Step, Talk, Turn
from lok_hooks.core.talk_prompts import OPINION_SCHEMA, Said, letters, review_prompt, revision_prompt
from lok_hooks.flows.ask import ask_in_turn
from lok_hooks.flows.asking import Put, Session, reason_of
from lok_hooks.flows.conclude import objections_of, synthesise, with_opinion

NOT_REVIEWED: Final = "the work; nobody reviewed it"
NOT_CONCLUDED: Final = "the work; nobody wrote a synthesis"


def team(session: Session) -> Talk:
    """The work, its reviews, and a synthesis that names what remains disputed."""
    work = ask_in_turn(session, Step.WORK)
    if work is None:
        return session.talk()
    reviews = _reviews(session, work, _colleagues(session, work), round_=1)
    return _ended(session, work, reviews)


def debated_team(session: Session) -> Talk:
    """The same with one round more, unless all reviewers agree: the author answers the reviews with a revision, and
    the reviewers look again."""
    work = ask_in_turn(session, Step.WORK)
    if work is None:
        return session.talk()
    reviews = _reviews(session, work, _colleagues(session, work), round_=1)
    if reviews and not all(review.agrees for review in reviews.values()):
        revised = _revised(session, work, reviews)
        if revised is not None:
            work = revised
            reviews |= _reviews(session, work, [session.backends[name] for name in reviews], round_=2)
    return _ended(session, work, reviews)


def _colleagues(session: Session, work: Turn) -> list[Backend]:
    """Everyone who has neither done the work nor failed at it."""
    silent = {absence.backend for absence in session.absent()}
    return [backend for backend in session.ranked if backend.name not in {work.backend, *silent}]


def _reviews(session: Session, work: Turn, reviewers: Sequence[Backend], *, round_: int) -> dict[str, Turn]:
    """The reviews that came, by reviewer."""
    puts = [
        Put(
            backend=backend,
            text=review_prompt(session.question, work.text, session.room(backend)),
            schema=OPINION_SCHEMA,
        )
        for backend in reviewers
    ]
    turns = session.ask(puts, Step.REVIEW, round_=round_, read=with_opinion)
    return {turn.backend: turn for turn in turns if turn.is_answered}


def _revised(session: Session, work: Turn, reviews: Mapping[str, Turn]) -> Turn | None:
    """The author's revision; None when none came, and the first version stands."""
    author = session.backends[work.backend]
    text = revision_prompt(session.question, work.text, _said(reviews), session.room(author))
    (turn,) = session.ask([Put(backend=author, text=text)], Step.REVISION, round_=2)
    if turn.is_answered:
        return turn
    session.note(f"{work.backend} did not answer the reviews; its first version stands")
    return None


def _ended(session: Session, work: Turn, reviews: Mapping[str, Turn]) -> Talk:
    if not reviews:
        session.note("nobody reviewed the work")
        return session.talk(
            Conclusion(text=work.text, backend=work.backend, how=NOT_REVIEWED, open=None, absent=session.absent())
        )
    absent = (*session.absent(), *_looked_once(session, work, reviews))
    objections = objections_of(list(reviews.values()))
    # A synthesis by the author alone would be judging its own work.
    writers = [backend for backend in session.ranked if backend.name in reviews] + [session.backends[work.backend]]
    said = (Said(heading="The work", text=work.text), *_said(reviews))
    conclusion = synthesise(session, said, writers, objections, absent, round_=work.round + 1)
    if conclusion is None:
        conclusion = Conclusion(
            text=work.text, backend=work.backend, how=NOT_CONCLUDED, open=tuple(objections), absent=absent
        )
    return session.talk(conclusion, _letters(reviews))


def _said(reviews: Mapping[str, Turn]) -> list[Said]:
    """The reviews under letters, each with the points its author leaves open."""
    said = []
    for name, letter in sorted(_letters(reviews).items(), key=lambda item: item[1]):
        points = "".join(f"\n- {point}" for point in reviews[name].disagreements)
        text = f"{reviews[name].text}\n\nMust change:{points}" if points else reviews[name].text
        said.append(Said(heading=f"Review by participant {letter}", text=text))
    return said


def _letters(reviews: Mapping[str, Turn]) -> dict[str, str]:
    return letters({name: turn.text for name, turn in reviews.items()})


def _looked_once(session: Session, work: Turn, reviews: Mapping[str, Turn]) -> list[Absence]:
    """The reviewers who did not come to the revised work."""
    if work.step is not Step.REVISION:
        return []
    failures = {failure.backend: failure for failure in session.failures}
    return [
        Absence(backend=name, reason=f"its review is of the first version: {_why(failures.get(name))}")
        for name, turn in reviews.items()
        if turn.round < work.round
    ]


def _why(failure: Failure | None) -> str:
    return reason_of(failure) if failure is not None else "the revised one was not reviewed"
