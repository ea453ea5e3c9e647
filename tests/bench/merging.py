"""How well claims are merged: pairs of comments put together against pairs that are about one thing.

A pair is two comments of different reviewers on one change. It is *one thing* when both are about the same known
defect, and *two things* when they are about different ones. Precision is the share of merged pairs that are one thing,
recall the share of such pairs that were merged, pair F their harmonic mean, over the pairs of all changes together.
Two measures are taken: over pairs of comments that are both about known defects, and, stricter, also over pairs of
which only one is (they count as two things, although the source calls a comment unmatched for a line or CWE that is a
little off). Where neither is, nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from lok_hooks.core.finding import Grounded
from lok_hooks.core.merge import NEAR, canonical, groups
from tests.bench.rows import Change, Comment


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairs:
    """Counted pairs: rightly merged, wrongly merged, wrongly kept apart."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """0 to 1; 1 when nothing was merged."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """0 to 1; 1 when there was nothing to merge."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f(self) -> float:
        """Their harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """Comments at most `NEAR` lines apart whose labels are opposite, and how many of these pairs were merged."""

    pairs: int
    merged: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.merged / self.pairs if self.pairs else 0.0


def merged(change: Change) -> list[list[Comment]]:
    """The change's comments in the groups that the product makes of them."""
    by_file: dict[str, list[Grounded]] = {}
    for item in sorted((said.grounded(n) for n, said in enumerate(change.comments)), key=canonical):
        by_file.setdefault(item.place.path, []).append(item)
    return [
        [change.comments[int(item.claim.quote)] for item in group]
        for items in by_file.values()
        for group in groups(items)
    ]


def same_defect(changes: Iterable[Change], *, unmatched: bool) -> Pairs:
    """Pairs over all changes; with those of which only one comment is about a known defect when `unmatched`."""
    right = wrong = missed = 0
    for one, other, is_merged in _pairs(changes):
        if one.author == other.author or not (one.golden or other.golden):
            continue
        if not unmatched and not (one.golden and other.golden):
            continue
        is_one = bool(one.golden & other.golden)
        right += is_one and is_merged
        wrong += is_merged and not is_one
        missed += is_one and not is_merged
    return Pairs(right=right, wrong=wrong, missed=missed)


def opposite_neighbours(changes: Iterable[Change]) -> Neighbours:
    """Neighbours of which one is true and one is false."""
    found = [
        is_merged
        for one, other, is_merged in _pairs(changes)
        if one.is_true != other.is_true and one.file == other.file and _gap(one, other) <= NEAR
    ]
    return Neighbours(pairs=len(found), merged=sum(found))


def _gap(one: Comment, other: Comment) -> int:
    return max(one.line, other.line) - min(one.end_line, other.end_line)


def _pairs(changes: Iterable[Change]) -> Iterator[tuple[Comment, Comment, bool]]:
    for change in changes:
        made: Sequence[tuple[int, Comment]] = [
            (number, said) for number, group in enumerate(merged(change)) for said in group
        ]
        for (home, one), (other_home, other) in combinations(made, 2):
            yield one, other, home == other_home
