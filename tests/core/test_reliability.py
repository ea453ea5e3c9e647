"""What follows from what became of findings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.finding import Finding, Place, Severity
from lok_hooks.core.reliability import (
    ENOUGH,
    PRIOR,
    Observation,
    Outcome,
    Precision,
    has_earned_to_block,
    is_gone,
    measured,
    sightings,
    weights,
)
from lok_hooks.core.review import Coverage, Disposition, Judged, Policy, Review


def observed(right: int, wrong: int, backend: str = "codex") -> list[Observation]:
    outcomes = [Outcome.CONFIRMED] * right + [Outcome.DISMISSED] * wrong
    return [Observation(backend=backend, family="logic", outcome=outcome) for outcome in outcomes]


@pytest.mark.parametrize(("right", "wrong", "share"), [(0, 0, None), (1, 0, 0.591), (0, 1, 0.5), (90, 0, 0.955)])
def test_a_share_of_few_findings_stays_near_the_prior(right: int, wrong: int, share: float | None) -> None:
    found = measured(observed(right, wrong)).get("codex")
    assert (None if found is None else round(found.share, 3)) == share


@given(st.integers(0, 500), st.integers(0, 500))
def test_another_right_finding_never_lowers_the_share(right: int, wrong: int) -> None:
    more = measured(observed(right + 1, wrong))["codex"]
    fewer = measured(observed(right, wrong)).get("codex", Precision(count=0, share=PRIOR))
    assert more.share > fewer.share
    assert 0 < more.share < 1


def test_each_outcome_speaks_for_or_against() -> None:
    assert {outcome: outcome.is_right for outcome in Outcome} == {
        Outcome.CONFIRMED: True, Outcome.FIXED: True, Outcome.REFUTED: False, Outcome.DISMISSED: False,
    }  # fmt: skip


def test_nobody_listens_before_there_is_enough() -> None:
    few, enough = measured(observed(0, ENOUGH - 1)), measured(observed(0, ENOUGH))
    assert (weights(few), list(weights(enough))) == ({}, ["codex"])


@pytest.mark.parametrize(("right", "wrong", "weight"), [(500, 0, 1.5), (0, 500, 0.5), (55, 45, 1.0)])
def test_a_voice_weighs_by_its_record_within_limits(right: int, wrong: int, weight: float) -> None:
    assert weights(measured(observed(right, wrong)))["codex"] == pytest.approx(weight)


@pytest.mark.parametrize(
    ("right", "wrong", "earned"), [(49, 0, False), (50, 0, True), (40, 10, False), (100, 10, True), (0, 0, False)]
)
def test_the_right_to_block_is_earned(right: int, wrong: int, earned: bool) -> None:
    assert has_earned_to_block(measured(observed(right, wrong)).get("codex")) is earned


@pytest.mark.parametrize(
    ("quote", "content", "gone"),
    [
        ("x = f(y)", "a\n    x =  f(y)\n", False),
        ("x = f(y)", "a\nx = g(y)\n", True),
        ("f(y)", "x = f(y)\n", False),
        ("x = 1\ny = 2", "y = 2\n", False),
        ("", "x", False),
    ],
)
def test_code_is_gone_when_no_line_of_it_is_left(quote: str, content: str, gone: bool) -> None:
    assert is_gone(quote, content) is gone


def judged(disposition: Disposition, *, is_proof: bool = False) -> Judged:
    finding = Finding(
        identity="ab" * 16, place=Place(path="a.py", ref="", line=1, end_line=1, touches_change=True),
        severity=Severity.HIGH, category="sqli", cwe="", title="t", why="w", fix="", quote="q",
        tasks=("hunt",), raised_by=("claude", "codex"), is_proof=is_proof,
    )  # fmt: skip
    return Judged(finding=finding, disposition=disposition, reason="")


@pytest.mark.parametrize(
    ("disposition", "outcome"),
    [
        (Disposition.CONFIRMED, Outcome.CONFIRMED),
        (Disposition.REFUTED, Outcome.REFUTED),
        (Disposition.UNCONFIRMED, None),
        (Disposition.BELOW, None),
        (Disposition.SUPPRESSED, None),
    ],
)
def test_every_author_of_a_finding_is_observed(disposition: Disposition, outcome: Outcome | None) -> None:
    found = sightings(review(judged(disposition)))
    assert [(s.backend, s.family, s.outcome) for s in found] == [
        ("claude", "sql-injection", outcome),
        ("codex", "sql-injection", outcome),
    ]


def test_proofs_and_hallucinations_are_not_measured() -> None:
    assert sightings(review(judged(Disposition.CONFIRMED, is_proof=True), judged(Disposition.OUTSIDE))) == ()


def review(*found: Judged) -> Review:
    return Review(
        command="lok-hunt", label="", judged=found, coverage=Coverage(), asked=(), failures=(), policy=Policy()
    )
