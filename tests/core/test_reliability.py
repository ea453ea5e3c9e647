"""What follows from what became of findings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.reliability import (
    ENOUGH,
    PRIOR,
    Observation,
    Outcome,
    Precision,
    has_earned_to_block,
    measured,
    weights,
)


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
