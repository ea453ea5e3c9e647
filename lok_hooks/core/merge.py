"""Making one finding out of the claims that say the same thing about the same place."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from lok_hooks.core.family import family
from lok_hooks.core.finding import Finding, Grounded

NEAR: Final = 3  # lines; same file and family within 3 lines: pair F .86 on realvuln, by line alone .41
SAME_WORDING: Final = 62.0  # token-set ratio (0-100) of title and why from which two families may still be one thing
SAME_FAMILY: Final = 45.0  # the same for two claims of one author, which means two things until shown otherwise


def merge(grounded: Sequence[Grounded]) -> tuple[Finding, ...]:
    """One Finding for each group of claims, in report order: by file, line, identity.

    The result does not depend on the order of the claims. Claims outside the diff merge only among themselves.
    """
    by_file: dict[tuple[str, str, bool], list[list[Grounded]]] = {}
    for item in sorted(grounded, key=_canonical):
        groups = by_file.setdefault((item.place.path, item.place.ref, bool(item.problem)), [])
        home = next((group for group in groups if all(_same(item, other) for other in group)), None)
        if home is None:
            groups.append([item])
        else:
            home.append(item)
    findings = [_finding(group) for groups in by_file.values() for group in groups]
    return tuple(sorted(findings, key=lambda f: (f.place.path, f.place.ref, f.place.line, f.identity, f.title)))


def identity(path: str, quote: str, category: str, cwe: str) -> str:
    """A finding's name: hex digest of path, quoted code without white space, and category family. Neither the
    model's wording nor a line number goes in, so the next run's finding has the same name."""
    code = "".join(quote.split())
    return blake2b(f"{path}\0{code}\0{family(category, cwe)}".encode(), digest_size=16).hexdigest()


def _canonical(item: Grounded) -> tuple[object, ...]:
    claim, place = item.claim, item.place
    return (
        place.path, place.ref, place.line, place.end_line, bool(item.problem), -claim.severity.order,
        not claim.is_proof, claim.backend, claim.task, claim.category, claim.cwe, claim.title, claim.why, claim.quote,
    )  # fmt: skip


def _same(one: Grounded, other: Grounded) -> bool:
    """Whether two claims about one file are about the same thing."""
    gap = max(one.place.line, other.place.line) - min(one.place.end_line, other.place.end_line)
    if gap > NEAR:
        return False
    if family(one.claim.category, one.claim.cwe) == family(other.claim.category, other.claim.cwe):
        return one.claim.backend != other.claim.backend or _wording(one, other) >= SAME_FAMILY
    return _wording(one, other) >= SAME_WORDING


def _wording(one: Grounded, other: Grounded) -> float:
    from rapidfuzz import fuzz  # most reviews have no two claims to compare

    texts = [f"{item.claim.title} {item.claim.why}".lower() for item in (one, other)]
    return fuzz.token_set_ratio(*texts)


def _finding(group: Sequence[Grounded]) -> Finding:
    """The group's spokesman is its first claim in canonical order among the gravest; authors are counted once."""
    ranked = sorted(
        group, key=lambda g: (-g.claim.severity.order, bool(g.problem), not g.claim.is_proof, _canonical(g))
    )
    best, claim = ranked[0], ranked[0].claim
    return Finding(
        identity=identity(best.place.path, claim.quote, claim.category, claim.cwe),
        place=best.place,
        severity=claim.severity,
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
    )
