from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.finding import Severity
from lok_hooks.core.judge import Evidence, decide
from lok_hooks.core.review import Disposition, Policy
from tests.core.builders import finding

HIGH, LOW = Severity.HIGH, Severity.LOW
counts = st.integers(min_value=0, max_value=4)
evidences = st.builds(Evidence, models=counts, weak=counts, analysers=counts, reviewers=counts)
findings = st.builds(
    finding,
    severity=st.sampled_from(Severity),
    is_proof=st.booleans(),
    problem=st.sampled_from(["", "not there"]),
    suppression=st.sampled_from(["", "known"]),
)
policies = st.builds(Policy, fail_on=st.sampled_from(Severity), quorum=st.integers(1, 4))


@pytest.mark.parametrize(
    ("suppression", "problem", "severity", "is_proof", "expected"),
    [
        (
            suppression,
            problem,
            severity,
            is_proof,
            Disposition.SUPPRESSED
            if suppression
            else Disposition.OUTSIDE
            if problem
            else Disposition.BELOW
            if severity is LOW
            else Disposition.CONFIRMED
            if is_proof
            else Disposition.UNCONFIRMED,
        )
        for suppression, problem, severity, is_proof in itertools.product(
            ["", "known"], ["", "not there"], [HIGH, LOW], [False, True]
        )
    ],
)
def test_the_rules_apply_in_their_order(
    suppression: str, problem: str, severity: Severity, is_proof: bool, expected: Disposition
) -> None:
    subject = finding(suppression=suppression, problem=problem, severity=severity, is_proof=is_proof)
    lonely = Evidence(models=1, reviewers=2)
    assert decide(subject, lonely, Policy()).disposition is expected


@pytest.mark.parametrize(
    ("models", "weak", "analysers", "reviewers", "is_confirmed"),
    [
        pytest.param(1, 0, 0, 1, True, id="the only model"),
        pytest.param(1, 0, 0, 2, False, id="one of two models"),
        pytest.param(2, 0, 0, 2, True, id="both models"),
        pytest.param(2, 0, 0, 3, True, id="two of three"),
        pytest.param(1, 0, 1, 2, True, id="a model and an analyser"),
        pytest.param(0, 0, 1, 0, True, id="an analyser where no model is at hand"),
        pytest.param(0, 0, 1, 1, True, id="an analyser beside one model"),
        pytest.param(0, 0, 1, 2, False, id="an analyser that two models do not back"),
        pytest.param(0, 0, 2, 2, True, id="two analysers"),
        pytest.param(0, 1, 0, 0, False, id="a weak model alone"),
        pytest.param(0, 3, 0, 0, False, id="three weak models"),
        pytest.param(1, 1, 0, 2, True, id="a weak model backs a strong one"),
        pytest.param(0, 1, 1, 2, True, id="a weak model backs an analyser"),
    ],
)
def test_the_quorum(models: int, weak: int, analysers: int, reviewers: int, is_confirmed: bool) -> None:
    evidence = Evidence(models=models, weak=weak, analysers=analysers, reviewers=reviewers)
    expected = Disposition.CONFIRMED if is_confirmed else Disposition.UNCONFIRMED
    assert decide(finding(), evidence, Policy()).disposition is expected


@given(findings, evidences, policies)
def test_every_finding_has_one_disposition_and_a_reason(subject: object, evidence: Evidence, policy: Policy) -> None:
    judged = decide(subject, evidence, policy)  # type: ignore[arg-type]
    assert judged.disposition in Disposition
    assert judged.reason


@given(findings, evidences, policies, st.sampled_from(["models", "weak", "analysers"]))
def test_one_more_author_never_makes_a_finding_block_less(
    subject: object, evidence: Evidence, policy: Policy, kind: str
) -> None:
    more = Evidence(
        models=evidence.models + (kind == "models"),
        weak=evidence.weak + (kind == "weak"),
        analysers=evidence.analysers + (kind == "analysers"),
        reviewers=evidence.reviewers,
    )
    before = decide(subject, evidence, policy).disposition  # type: ignore[arg-type]
    after = decide(subject, more, policy).disposition  # type: ignore[arg-type]
    assert before is not Disposition.CONFIRMED or after is Disposition.CONFIRMED
