"""The report for programs: its keys are a contract."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from lok_hooks.core.review import Disposition, Review
from lok_hooks.report.all import render
from tests.report import builders
from tests.report.strategies import reviews

ASKED = {
    "backend",
    "tasks",
    "why",
    "requests",
    "answered",
    "seconds",
    "model",
    "tokens_in",
    "tokens_out",
    "remembered",
}
KEYS = {
    "": {
        "schema",
        "command",
        "label",
        "findings",
        "coverage",
        "asked",
        "examined",
        "failures",
        "notes",
        "timing",
        "policy",
        "incomplete",
        "exit_code",
    },
    "findings": {
        "id",
        "path",
        "ref",
        "line",
        "end_line",
        "severity",
        "category",
        "cwe",
        "title",
        "why",
        "fix",
        "quote",
        "disposition",
        "reason",
        "raised_by",
        "tasks",
        "evidence",
    },
    "coverage": {"reviewed", "skipped", "unreviewed", "changed_lines"},
    "asked": ASKED,
    "examined": ASKED,
    "failures": {"backend", "kind", "reason", "advice", "seconds"},
    "timing": {"seconds", "backends"},
    "policy": {
        "fail_on",
        "quorum",
        "debate",
        "on_incomplete",
        "budget",
        "examination",
        "confirm",
        "threshold",
    },
}


def values_of(review: Review) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render(review, "json"))
    return loaded


@pytest.mark.parametrize(
    "build", [builders.refused, builders.debated, builders.incomplete_blocked, builders.nothing_staged]
)
def test_the_keys_are_the_contract(build: Any) -> None:
    values = values_of(build())
    assert values["schema"] == "lok-hooks/review/1"
    assert set(values) == KEYS[""]
    for key in KEYS.keys() - {""}:
        parts = values[key] if isinstance(values[key], list) else [values[key]]
        assert all(set(part) == KEYS[key] for part in parts)


def test_a_finding_in_full() -> None:
    first, second = values_of(builders.refused())["findings"]
    assert first == {
        "id": "7f3a91c2d4e5f607",
        "path": "app/db.py",
        "ref": "",
        "line": 42,
        "end_line": 42,
        "severity": "high",
        "category": "sql-injection",
        "cwe": "CWE-89",
        "title": "SQL built from user input",
        "why": "a quote in `name` (from the request) ends the string",
        "fix": 'db.execute("select * from users where name = ?", (name,))',
        "quote": "return db.execute(f\"select * from users where name = '{name}'\")",
        "disposition": "confirmed",
        "reason": "raised independently by 2",
        "raised_by": ["codex", "gemini"],
        "tasks": ["hunt"],
        "evidence": {"proof": False, "votes": [], "problem": ""},
    }
    assert (second["path"], second["disposition"]) == ("app/cache.py", "unconfirmed")


def test_the_votes_are_evidence() -> None:
    values = values_of(builders.debated())
    _, refuted = values["findings"]
    assert [asked["backend"] for asked in values["examined"]] == ["claude", "gemini"]
    assert refuted["evidence"]["votes"][1] == {
        "round": "cross-examination",
        "voter": "gemini",
        "stance": "refute",
        "ground": "handled elsewhere",
        "reason": "invalidated on write, line 23",
        "quote": "cache.drop(key)",
        "is_self": False,
        "is_weak": False,
        "doubt": "",
    }
    assert [vote["doubt"] for vote in refuted["evidence"]["votes"]] == ["", "", "", "the code is not there"]


def test_what_was_not_reviewed_and_who_failed() -> None:
    values = values_of(builders.incomplete_blocked())
    assert values["incomplete"] is True
    assert values["exit_code"] == 4
    assert values["coverage"]["reviewed"] == ["app/views.py"]
    assert values["coverage"]["unreviewed"] == [
        {"path": "app/cache.py", "task": "hunt", "reason": "codex: timed out"},
        {"path": "app/db.py", "task": "hunt", "reason": "codex: timed out"},
    ]
    assert values["failures"] == [
        {
            "backend": "codex",
            "kind": "timed out",
            "reason": "no answer within 60 s",
            "advice": "raise the budget (--budget SECONDS) or see [backends.codex] timeout",
            "seconds": 60.0,
        }
    ]
    assert values["timing"] == {"seconds": 6.4, "backends": {"codex": 60.0}}
    assert values["policy"] == {
        "fail_on": "high",
        "quorum": 2,
        "debate": False,
        "on_incomplete": "block",
        "budget": 300.0,
        "examination": {"rounds": 2, "reviewers": 0, "min_severity": "low", "judge": ""},
        "confirm": "rule",
        "threshold": 0.5,
    }
    assert values["asked"][0]["why"] == "listed for hunt"


def test_left_out_files_have_their_reason() -> None:
    skipped = values_of(builders.all_left_out())["coverage"]["skipped"]
    assert skipped == [
        {"path": "package-lock.json", "reason": "lock file", "detail": ""},
        {"path": "logo.png", "reason": "binary", "detail": "2.1 MB"},
    ]


def test_the_order_of_findings_does_not_depend_on_the_order_of_answers() -> None:
    review = builders.refused()
    turned = replace(review, judged=review.judged[::-1])
    assert render(turned, "json") == render(review, "json")


def test_code_keeps_its_lines_and_tabs() -> None:
    found = builders.finding(quote="if x:\r\n\treturn\x1b", why="one\ntwo")
    (value,) = values_of(builders.review(builders.judged(found)))["findings"]
    assert value["quote"] == "if x:\n\treturn\\x1b"
    assert value["why"] == "one\ntwo"


@settings(deadline=None, max_examples=60)
@given(reviews)
def test_any_review_is_valid_json_and_nothing_is_dropped(review: Review) -> None:
    values = values_of(review)
    assert values["exit_code"] == review.exit_code
    assert len(values["findings"]) == len(review.judged)
    confirmed = [value for value in values["findings"] if value["disposition"] == Disposition.CONFIRMED]
    assert len(confirmed) == len(review.blocking)
    assert values["findings"][: len(confirmed)] == confirmed
