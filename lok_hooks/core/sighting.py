"""What a review adds to the ledger, and when a finding's code was mended."""

from __future__ import annotations

from dataclasses import dataclass

from lok_hooks.core.family import family
from lok_hooks.core.ground import quoted_lines
from lok_hooks.core.reliability import Outcome
from lok_hooks.core.review import Disposition, Judged, Review
from lok_hooks.core.screen import PLACEHOLDER


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A finding of a review as the ledger keeps it, one for each author. `backend` is "" for what a rule proved: it can
    be dismissed like any other, but says nothing about anybody. `quote` is the code that goes when it is mended, "" for
    lines that the change removed. `outcome` is None where nobody has had the last word yet."""

    identity: str
    backend: str
    family: str
    path: str
    title: str
    quote: str
    outcome: Outcome | None


def sightings(review: Review) -> tuple[Sighting, ...]:
    """What a review adds to the ledger: the findings on the change, whatever their severity. A fixed rule needs no
    measuring."""
    return tuple(
        Sighting(
            identity=judged.finding.identity,
            backend=backend,
            family=family(judged.finding.category, judged.finding.cwe),
            path=judged.finding.place.path,
            title=judged.finding.title,
            quote="" if judged.finding.place.removed else judged.finding.quote,
            outcome=_outcome(judged),
        )
        for judged in review.judged
        if judged.disposition is not Disposition.OUTSIDE
        for backend in (("",) if judged.finding.is_proof else judged.finding.raised_by)
    )


def _outcome(judged: Judged) -> Outcome | None:
    return {Disposition.CONFIRMED: Outcome.CONFIRMED, Disposition.REFUTED: Outcome.REFUTED}.get(judged.disposition)


def is_gone(quote: str, content: str) -> bool:
    """True when no line of the quoted code stands in `content` any more, white space aside: it was mended. Where a
    secret was taken out of the quote, whatever stands there counts as the secret."""
    code = set(quoted_lines(content))
    quoted = quoted_lines(quote)
    return bool(quoted) and not any(_stands_in(line, shown) for line in quoted for shown in code)


def _stands_in(quoted: str, line: str) -> bool:
    at = 0
    for number, part in enumerate(PLACEHOLDER.split(quoted)):
        at = line.find(part, at + (number > 0))  # a placeholder stands for one character at least
        if at < 0:
            return False
        at += len(part)
    return True
