"""Making one finding out of the claims that say the same thing about the same place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final

from lok_hooks.core.family import family, is_telling
from lok_hooks.core.finding import Finding, Grounded
from lok_hooks.core.screen import PLACEHOLDER

NEAR: Final = 3  # lines; further apart on realvuln, two claims of one family are seven times out of eight two things
# What two groups of claims must have in common (0-100), on average over their pairs, to be one thing: the middle of
# the plateau (50 to 58) that `python -m tests.bench.replay` shows on three sets of recorded reviews.
ENOUGH: Final = 54.0
_SAME_FAMILY: Final = 80.0  # two reviewers who name one kind of defect at one place mean one thing, whatever the words
_OTHER_FAMILY: Final = -8.0  # neighbours of another kind need more words in common than claims without a place
_SAME_ANSWER: Final = -15.0  # one answer means two things by two claims until shown otherwise
_PER_LINE: Final = -2.0  # the nearest of several candidates is taken first
_PER_ANSWER: Final = 16  # claims of one answer around one place that are compared with another claim
_COMPARED: Final = 600  # characters of title and why that are compared: what a finding is about stands in front
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_FILLERS: Final = frozenset(
    "a an and any are as at be been but by can could does for from has have if in instead into is it its may might no "
    "not of on or should so than that the their then there this to was were when which will with without would".split()
)


def merge(grounded: Sequence[Grounded], below: str = "") -> tuple[Finding, ...]:
    """One Finding for each group of claims, in report order: by file, line, identity.

    The result does not depend on the order of the claims. Claims outside the diff merge only among themselves, and so
    do those that a remark speaks for: it silences one analyser and nobody else who says the same. Paths are relative to
    the folder `below` ("app/", "" for the top), which is part of a finding's name.
    """
    by_file: dict[tuple[str, str, bool, bool], list[Grounded]] = {}
    for item in sorted(grounded, key=canonical):
        key = (item.place.path, item.place.ref, bool(item.problem), item.claim.ignored_by is not None)
        by_file.setdefault(key, []).append(item)
    findings = [
        _finding(part, below) for items in by_file.values() for group in groups(items) for part in _parts(group)
    ]
    return tuple(sorted(findings, key=lambda f: (f.place.path, f.place.ref, f.place.line, f.identity, f.title)))


def groups(items: Sequence[Grounded]) -> list[list[Grounded]]:
    """Claims about one file, sorted by `canonical`, put together by average linkage: the likest pair first, two groups
    when their claims are on average `ENOUGH` alike. Chains of neighbours that lead from one defect to another break,
    since claims that have nothing in common count as 0."""
    texts = [_words(item) for item in items]
    links = sorted(
        ((likeness, a, b) for a, b in _neighbours(items) if (likeness := _likeness(items, texts, a, b)) > 0),
        key=lambda link: (-link[0], link[1], link[2]),
    )
    shared: list[dict[int, float]] = [{} for _ in items]
    for likeness, a, b in links:
        shared[a][b] = shared[b][a] = likeness
    members = [[index] for index in range(len(items))]
    home = list(range(len(items)))
    for _, a, b in links:
        one, other = home[a], home[b]
        if one == other or shared[one][other] < ENOUGH * len(members[one]) * len(members[other]):
            continue
        for index in members[other]:
            home[index] = one
        members[one] += members[other]
        members[other] = []
        _join(shared, one, other)
    return [[items[index] for index in sorted(group)] for group in members if group]


def _join(shared: list[dict[int, float]], one: int, other: int) -> None:
    """Adds what `other` has in common with its neighbours to what `one` has."""
    for third, likeness in shared[other].items():
        del shared[third][other]
        if third != one:
            shared[one][third] = shared[third][one] = shared[one].get(third, 0.0) + likeness
    shared[other] = {}


def identity(path: str, quote: str, category: str, cwe: str) -> str:
    """A finding's name: hex digest of path, quoted code without white space, and category family. Neither the
    model's wording nor a line number goes in, so the next run's finding has the same name."""
    code = "".join(quote.split())
    return blake2b(f"{path}\0{code}\0{family(category, cwe)}".encode(), digest_size=16).hexdigest()


def canonical(item: Grounded) -> tuple[object, ...]:
    """What claims are sorted by, so that the order they came in changes nothing."""
    claim, place = item.claim, item.place
    return (
        place.path, place.ref, place.line, place.end_line, bool(item.problem), -claim.severity.order,
        not claim.is_proof, claim.backend, claim.task, claim.category, claim.cwe, claim.title, claim.why, claim.quote,
    )  # fmt: skip


def _neighbours(items: Sequence[Grounded]) -> Iterator[tuple[int, int]]:
    """Index pairs of claims at most `NEAR` lines apart; a claim without a line is every claim's neighbour. Of one
    answer only the last few before a claim are its neighbours, so that an answer which floods a place with claims
    costs little and hides nobody else's."""
    near: dict[tuple[str, str], list[int]] = {}
    for b, later in enumerate(items):
        for answer, indices in near.items():
            near[answer] = [
                a for a in indices if not items[a].place.line or later.place.line - items[a].place.end_line <= NEAR
            ]
            yield from ((a, b) for a in near[answer])
        mine = near.setdefault((later.claim.backend, later.claim.task), [])
        mine.append(b)
        del mine[:-_PER_ANSWER]


def _gap(one: Grounded, other: Grounded) -> int:
    """Lines between two claims, 0 where they overlap."""
    return max(0, max(one.place.line, other.place.line) - min(one.place.end_line, other.place.end_line))


def _likeness(items: Sequence[Grounded], texts: Sequence[str], a: int, b: int) -> float:
    """What two neighbouring claims have in common, 0 to 100: words, kind and place."""
    from rapidfuzz import fuzz  # most reviews have no two claims to compare

    one, other = items[a], items[b]
    is_one_answer = (one.claim.backend, one.claim.task) == (other.claim.backend, other.claim.task)
    gap = _gap(one, other)
    if is_one_answer and gap:
        return 0.0
    wording = fuzz.token_set_ratio(texts[a], texts[b])
    if is_one_answer:
        return wording + _SAME_ANSWER
    if not one.place.line or not other.place.line:
        return wording
    distance = _PER_LINE * gap
    kind = family(one.claim.category, one.claim.cwe)
    if is_telling(kind) and kind == family(other.claim.category, other.claim.cwe):
        return max(wording, _SAME_FAMILY + wording * (100 - _SAME_FAMILY) / 100) + distance
    return wording + _OTHER_FAMILY + distance


def _words(item: Grounded) -> str:
    """Title and why as bare words: identifiers taken apart, fillers left out, and the marks of secrets, whose words are
    ours."""
    text = PLACEHOLDER.sub(" ", f"{item.claim.title} {item.claim.why}"[:_COMPARED])
    words = (word.lower() for word in _WORD.findall(text))
    return " ".join(word for word in words if len(word) > 1 and word not in _FILLERS)


def _parts(group: Sequence[Grounded]) -> Iterator[Sequence[Grounded]]:
    """The group, and by themselves its claims that are graver than what a rule proved: these have to be confirmed."""
    proved = max((g.claim.severity.order for g in group if g.claim.is_proof), default=None)
    graver = [] if proved is None else [g for g in group if g.claim.severity.order > proved]
    yield [g for g in group if g not in graver]
    if graver:
        yield graver


def _finding(group: Sequence[Grounded], below: str) -> Finding:
    """The group's spokesman is what a rule proved, else stands where most authors do, so that one author's claim beside
    it cannot put another place and other code before the examiners; among those it is the gravest, the first in
    canonical order. The severity is the gravest of all; authors are counted once."""
    ranked = sorted(group, key=lambda g: (-g.claim.severity.order, bool(g.problem), canonical(g)))
    ranked.sort(
        key=lambda g: (not g.claim.is_proof, -len({other.claim.backend for other in group if not _gap(g, other)}))
    )
    best, claim = ranked[0], ranked[0].claim
    return Finding(
        identity=identity(f"{below}{best.place.path}", claim.quote, claim.category, claim.cwe),
        place=best.place,
        severity=max((g.claim.severity for g in group), key=lambda severity: severity.order),
        category=claim.category,
        cwe=next((g.claim.cwe for g in ranked if g.claim.cwe), ""),
        title=claim.title,
        why=claim.why,
        fix=next((g.claim.fix for g in ranked if g.claim.fix), ""),
        quote=claim.quote,
        tasks=tuple(sorted({g.claim.task for g in group})),
        raised_by=tuple(sorted({g.claim.backend for g in group})),
        is_proof=any(g.claim.is_proof for g in group),
        problem=best.problem,
        ignored_by=claim.ignored_by,
    )
