from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.evidence import DEMANDS, WEIGHTS, Features, probability, terms
from lok_hooks.core.family import family
from lok_hooks.core.finding import Severity

ONE_MODEL = Features(severity=Severity.HIGH, kind="sql-injection", is_audit=True, models=1)
votes = st.floats(min_value=0, max_value=6)
features = st.builds(
    Features,
    severity=st.sampled_from(Severity),
    kind=st.sampled_from(["logic", "xss", "authorization"]),
    is_audit=st.booleans(),
    models=st.integers(0, 5),
    weak=st.integers(0, 3),
    analysers=st.integers(0, 3),
    confirms=votes,
    refutes=votes,
    is_proof=st.booleans(),
)


def test_every_term_has_a_weight() -> None:
    assert set(terms(ONE_MODEL)) == set(WEIGHTS)


# What was seen in the rows the table was fitted on: the share of true findings among those of 1, 2, 3 authors
# (realvuln: audit; martian: not audit), give or take what severity and kind explain.
@pytest.mark.parametrize(
    ("changes", "low", "high"),
    [
        ({}, 0.6, 0.75),
        ({"models": 2}, 0.85, 0.95),
        ({"models": 3}, 0.95, 0.99),
        ({"kind": "authorization"}, 0.3, 0.5),
        ({"severity": Severity.LOW}, 0.4, 0.55),
        ({"is_audit": False, "severity": Severity.MEDIUM}, 0.05, 0.15),
        ({"is_audit": False, "severity": Severity.MEDIUM, "models": 2}, 0.25, 0.4),
        ({"is_audit": False, "models": 1, "confirms": 2.0}, 0.7, 0.9),
        ({"refutes": 2.0}, 0.05, 0.15),
        ({"models": 0, "analysers": 1}, 0.2, 0.35),
        ({"models": 0, "weak": 1}, 0.2, 0.45),
        ({"models": 0, "is_proof": True}, 1.0, 1.0),
    ],
)
def test_the_table_says_what_was_seen(changes: dict[str, object], low: float, high: float) -> None:
    assert low <= probability(replace(ONE_MODEL, **changes)) <= high  # type: ignore[arg-type]


@given(features)
def test_it_is_a_probability(some: Features) -> None:
    assert 0 < probability(some) <= 1


@given(features, st.sampled_from(["models", "weak", "analysers", "confirms"]))
def test_more_for_it_never_makes_it_less_likely(some: Features, what: str) -> None:
    assert probability(replace(some, **{what: getattr(some, what) + 1})) >= probability(some)


@given(features)
def test_more_against_it_never_makes_it_likelier(some: Features) -> None:
    assert probability(replace(some, refutes=some.refutes + 1)) <= probability(some)


def test_demands_are_families() -> None:
    assert {family(kind, "") for kind in DEMANDS} == DEMANDS
