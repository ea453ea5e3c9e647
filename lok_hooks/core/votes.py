"""Reading the votes that a model answered, and what our code makes of each.

Only our code says who voted and on what; a vote that is missing, doubled or not grounded is unsure, and an answer
without its receipt is no vote at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lok_hooks.core.debate import Ground, Stance, Vote
from lok_hooks.core.examination import Batch
from lok_hooks.core.ground import stands_in
from lok_hooks.core.reading import AmbiguousError, Unreadable, objects_with, refusal, whole, without
from lok_hooks.core.shorten import beginning
from lok_hooks.core.task import Prompt

MAX_VOTES: Final = 1_000
MISSING: Final = "it did not vote on it"
_STANCES: Final[Mapping[str, Stance]] = {
    "confirm": Stance.CONFIRM, "confirmed": Stance.CONFIRM,
    "refute": Stance.REFUTE, "refuted": Stance.REFUTE,
    "unsure": Stance.UNSURE,
}  # fmt: skip
_TEXT_LIMIT: Final = 2_000  # characters kept of a reason or quote


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballot:
    """One entry of an answer, not yet judged. `stance` is None where it is none of ours."""

    claim: str
    stance: Stance | None
    ground: Ground | None
    reason: str
    quote: str


def read_ballots(text: str, prompt: Prompt) -> tuple[Ballot, ...] | Unreadable:
    """The entries of an answer to `prompt`, or why the answer does not count."""
    if refused := refusal(text):
        return refused
    problem = ""
    try:
        for value in objects_with(text, "votes"):
            if not isinstance(value["votes"], list) or not all(isinstance(entry, dict) for entry in value["votes"]):
                problem = "votes: a list of objects was asked for"
                continue
            if str(value.get("receipt", "")).strip() != prompt.receipt:
                return Unreadable(reason="the answer lacks this request's receipt", mendable=False)
            if len(value["votes"]) > MAX_VOTES:
                return Unreadable(reason=f"the answer lists more than {MAX_VOTES:,} votes", mendable=False)
            return tuple(_ballot(entry) for entry in value["votes"])
    except AmbiguousError:
        problem = "a key stands twice in one object"
    if not problem:
        return without(text, "votes")
    return Unreadable(reason=f"the answer could not be read: {problem}", mendable=True)


def _ballot(entry: Mapping[str, Any]) -> Ballot:
    ground = _word(entry.get("ground")).replace("-", " ")
    return Ballot(
        claim=_word(entry.get("claim")).upper(),
        stance=_STANCES.get(_word(entry.get("stance"))),
        ground=next((each for each in Ground if ground.startswith(each)), None),
        # Words are searched for secrets later, and half of one would not be found.
        reason=beginning(_text(entry.get("reason")), _TEXT_LIMIT).strip(),
        quote=_text(entry.get("quote"))[:_TEXT_LIMIT],
    )


def _word(value: object) -> str:
    return " ".join(_text(value).lower().split())


def _text(value: object) -> str:
    return whole(str(value)) if isinstance(value, str | int | float) else ""


def votes_of(ballots: Sequence[Ballot], batch: Batch, voter: str, *, is_weak: bool) -> dict[int, Vote]:
    """The vote of `voter` on each finding of the batch, by the finding's number. Other entries are ignored."""
    made = {}
    for label, dossier in zip(batch.labels, batch.dossiers, strict=True):
        mine = [ballot for ballot in ballots if ballot.claim == label]
        ballot = mine[0] if mine else Ballot(claim=label, stance=None, ground=None, reason="", quote="")
        doubt = _doubt(mine, batch)
        made[dossier.number] = Vote(
            voter=voter,
            stance=Stance.UNSURE if doubt or ballot.stance is None else ballot.stance,
            reason=ballot.reason,
            quote=ballot.quote,
            ground=ballot.ground if ballot.stance is Stance.REFUTE else None,
            round=batch.round,
            is_self=voter in dossier.finding.raised_by,
            is_weak=is_weak,
            doubt=doubt,
        )
    return made


def _doubt(ballots: Sequence[Ballot], batch: Batch) -> str:
    """Why our code takes the entries on one claim for unsure, "" when it does not.

    A refutation must quote what shows it. A confirmation need not, since the claim's own quote stands in the code
    already; but one that quotes code which is not there is about something else.
    """
    if not ballots:
        return MISSING
    if len(ballots) > 1:
        return "it voted on it more than once"
    (ballot,) = ballots
    if ballot.stance is None:
        return "its vote is none of confirm, refute and unsure"
    if ballot.stance is Stance.UNSURE or (ballot.stance is Stance.CONFIRM and not ballot.quote.strip()):
        return ""
    if not ballot.quote.strip():
        return "its refutation quotes no code"
    return "" if stands_in(ballot.quote, batch.chunk) else "the code it quotes does not stand in what was shown"
