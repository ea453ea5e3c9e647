"""What a review leaves in the ledger."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lok_hooks.core.finding import Finding, Place, Severity
from lok_hooks.core.reliability import Outcome
from lok_hooks.core.review import Coverage, Disposition, Judged, Policy, Review
from lok_hooks.core.sighting import is_gone, sightings


@pytest.mark.parametrize(
    ("quote", "content", "gone"),
    [
        ("x = f(y)", "a\n    x =  f(y)\n", False),
        ("x = f(y)", "a\nx = g(y)\n", True),
        ("f(y)", "x = f(y)\n", False),
        ("x = 1\ny = 2", "y = 2\n", False),
        ("", "x", False),
        ('key = "<SECRET:aws-key:1>"', 'a\nkey =  "AKIA-and-more"\n', False),
        ('key = "<SECRET:aws-key:1>"', 'key = os.environ["KEY"]\n', True),
        ('key = "<SECRET:aws-key:1>"', 'key = ""\n', True),
        ('f("<SECRET:key:1>", "<SECRET:key:2>")', 'f("one", "other")\n', False),
        ('f("<SECRET:key:1>", "<SECRET:key:2>")', 'f("one")\n', True),
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


def test_hallucinations_are_left_out() -> None:
    assert sightings(review(judged(Disposition.OUTSIDE))) == ()


def test_what_a_rule_proved_is_known_and_speaks_for_nobody() -> None:
    (found,) = sightings(review(judged(Disposition.CONFIRMED, is_proof=True)))
    assert (found.identity, found.backend) == ("ab" * 16, "")


def test_what_a_change_removed_is_not_mended_by_staying_away() -> None:
    found = judged(Disposition.CONFIRMED)
    gone = replace(found.finding, place=replace(found.finding.place, removed=("q",)))
    assert {s.quote for s in sightings(review(found))} == {"q"}
    assert {s.quote for s in sightings(review(replace(found, finding=gone)))} == {""}


def review(*found: Judged) -> Review:
    return Review(
        command="lok-hunt", label="", judged=found, coverage=Coverage(), asked=(), failures=(), policy=Policy()
    )
