"""SARIF 2.1.0, checked by the official schema."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from lok_hooks import __version__
from lok_hooks.core.finding import Severity
from lok_hooks.core.review import Disposition, Review
from lok_hooks.report.all import render
from lok_hooks.report.sarif import uri
from tests.report import builders
from tests.report.nasty import NASTY
from tests.report.strategies import reviews

SCHEMA = Path(__file__).parent / "data" / "sarif-schema-2.1.0.json"
VALIDATOR = Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def run_of(review: Review) -> dict[str, Any]:
    log = json.loads(render(review, "sarif"))
    VALIDATOR.validate(log)
    assert log["version"] == "2.1.0"
    run: dict[str, Any] = log["runs"][0]
    return run


def test_the_schema_is_the_official_text() -> None:
    digest = hashlib.sha256(SCHEMA.read_bytes()).hexdigest()
    assert digest in (SCHEMA.parent / "README.md").read_text(encoding="utf-8")
    assert not VALIDATOR.is_valid({"version": "2.1.0", "runs": [{"tool": {}}]})


@settings(deadline=None, max_examples=60)
@given(reviews)
def test_any_review_is_valid(review: Review) -> None:
    run = run_of(review)
    assert len(run["results"]) == len(review.judged)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


def test_a_confirmed_finding() -> None:
    run = run_of(builders.refused())
    assert run["tool"]["driver"]["name"] == "lok-hooks"
    assert run["tool"]["driver"]["version"] == __version__
    first, second = run["results"]
    assert first["ruleId"] == "sql-injection"
    assert first["level"] == "error"
    assert first["message"]["text"].startswith("SQL built from user input\n\na quote in")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "app/db.py", "uriBaseId": "SRCROOT"},
        "region": {
            "startLine": 42,
            "endLine": 42,
            "snippet": {"text": "    return db.execute(f\"select * from users where name = '{name}'\")"},
        },
    }
    assert first["partialFingerprints"] == {"lokFinding/v1": "7f3a91c2d4e5f607"}
    assert first["properties"]["disposition"] == "confirmed"
    assert (second["level"], second["properties"]["disposition"]) == ("note", "unconfirmed")
    assert "SRCROOT" in run["originalUriBaseIds"]
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["invocations"][0]["exitCode"] == 1


@pytest.mark.parametrize("disposition", Disposition)
@pytest.mark.parametrize(
    ("severity", "level"),
    [("low", "note"), ("medium", "warning"), ("high", "error"), ("critical", "error")],
)
def test_only_confirmed_findings_are_more_than_notes(disposition: Disposition, severity: str, level: str) -> None:
    found = builders.finding(severity=Severity(severity))
    (result,) = run_of(builders.review(builders.judged(found, disposition)))["results"]
    assert result["level"] == (level if disposition is Disposition.CONFIRMED else "note")
    assert result["properties"]["disposition"] == disposition
    # Any other kind than "fail" (the default) would demand level "none".
    assert "kind" not in result


def test_a_suppressed_finding_carries_its_justification() -> None:
    found = replace(builders.finding(), suppression="only used by the test server")
    suppressed = builders.judged(found, Disposition.SUPPRESSED, "only used by the test server")
    first, second = run_of(builders.review(suppressed, builders.stale_entry()))["results"]
    assert first["suppressions"] == []
    assert second["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "only used by the test server"}
    ]


def test_an_incomplete_review_did_not_succeed() -> None:
    (invocation,) = run_of(builders.incomplete_blocked())["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 4
    told = [
        (note["level"], note["descriptor"]["id"], note["message"]["text"], len(note.get("locations", [])))
        for note in invocation["toolExecutionNotifications"]
    ]
    advice = "raise the budget (--budget SECONDS) or see [backends.codex] timeout"
    assert told == [
        ("error", "backend-failed", f"codex: timed out: no answer within 60 s — {advice}", 0),
        ("error", "incomplete", "incomplete: hunt: codex: timed out", 1),
        ("error", "incomplete", "incomplete: hunt: codex: timed out", 1),
        ("note", "asked", "asked: codex, listed for hunt", 0),
    ]


def test_left_out_files_and_notes_are_told() -> None:
    (left_out,) = run_of(builders.all_left_out())["invocations"]
    assert [note["message"]["text"] for note in left_out["toolExecutionNotifications"]] == [
        "left out: lock file",
        "left out: binary 2.1 MB",
    ]
    (noted,) = run_of(builders.static_only())["invocations"]
    assert [note["message"]["text"] for note in noted["toolExecutionNotifications"]] == [builders.STATIC_NOTE]


@pytest.mark.parametrize(
    ("path", "encoded"),
    [
        ("app/db.py", "app/db.py"),
        ("a b/ü#?.py", "a%20b/%C3%BC%23%3F.py"),
        ("c:/x", "c%3A/x"),
        ("//host/x", "%2F/host/x"),
        ("/etc/passwd", "%2Fetc/passwd"),
        ("100%.py", "100%25.py"),
        ("new\nline", "new%5Cnline"),
    ],
)
def test_paths_are_percent_encoded(path: str, encoded: str) -> None:
    assert uri(path) == encoded


@pytest.mark.parametrize("path", [text for text in NASTY.values() if text], ids=[key for key in NASTY if NASTY[key]])
def test_no_path_names_a_scheme_or_a_host(path: str) -> None:
    parts = urlsplit(uri(path))
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert uri(path).isascii()
    assert "\x1b" not in unquote(uri(path))


def test_messages_bring_no_links() -> None:
    found = builders.finding("[a](1) [b](https://evil.example)", category="[c](2)")
    run = run_of(builders.review(builders.judged(found)))
    assert "](" not in run["results"][0]["message"]["text"]
    assert "](" not in run["tool"]["driver"]["rules"][0]["shortDescription"]["text"]
