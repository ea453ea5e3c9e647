"""GitHub Actions workflow commands."""

from __future__ import annotations

import pytest

from lok_hooks.core.review import Disposition
from lok_hooks.report.all import render
from lok_hooks.report.github import command
from tests.report import builders


def test_a_refused_commit() -> None:
    assert render(builders.refused(), "github") == (
        "::error file=app/db.py,line=42,endLine=42,title=high%3A SQL built from user input [7f3a91c2]::"
        "a quote in `name` (from the request) ends the string%0A"
        'fix: db.execute("select * from users where name = ?", (name,))%0A'
        "raised by codex, gemini · confirmed: raised independently by 2\n"
        "::warning file=app/cache.py,line=17,endLine=19,title=high%3A possible stale entry [c01d5e2f]::"
        "a quote in `name` (from the request) ends the string%0A"
        'fix: db.execute("select * from users where name = ?", (name,))%0A'
        "raised by codex · unconfirmed: raised by 1 of 2 reviewers, 2 are needed\n"
        "lok-hunt · 3 files, 41 changed lines · codex 6.2 s, gemini 4.1 s · 1 confirmed\n"
        "asked: codex, listed for hunt; gemini, listed for audit\n"
        "1 confirmed, 1 advisory (unconfirmed)\n"
        "left out: package-lock.json (lock file)\n"
        'Commit refused. Wrong? lok dismiss 7f3a91c2 --because "…"\n'
    )


def test_a_clean_review_is_no_annotation() -> None:
    assert render(builders.clean(), "github") == (
        "lok-hunt · 3 files, 41 changed lines · codex 6.2 s · nothing found\nasked: codex, listed for hunt\n"
    )


@pytest.mark.parametrize(
    ("disposition", "level"),
    [
        (Disposition.CONFIRMED, "error"),
        (Disposition.UNCONFIRMED, "warning"),
        (Disposition.REFUTED, "notice"),
        (Disposition.OUTSIDE, "notice"),
        (Disposition.BELOW, "notice"),
        (Disposition.SUPPRESSED, "notice"),
    ],
)
def test_the_level_of_each_disposition(disposition: Disposition, level: str) -> None:
    text = render(builders.review(builders.judged(builders.finding(), disposition)), "github")
    assert text.startswith(f"::{level} file=app/db.py,")


@pytest.mark.parametrize(("build", "level"), [("incomplete_allowed", "warning"), ("incomplete_blocked", "error")])
def test_an_incomplete_review_is_annotated(build: str, level: str) -> None:
    review = getattr(builders, build)()
    missing, failed, *_ = render(review, "github").splitlines()
    assert missing == (
        f"::{level} title={review.command}%3A incomplete::incomplete: 2 of 3 files were not reviewed in full"
        "%0Ahunt: app/cache.py, app/db.py — codex: timed out"
    )
    assert failed.startswith("::warning title=backend failed::codex: timed out: no answer within 60 s")


def test_a_note_is_a_notice() -> None:
    assert render(builders.static_only(), "github").splitlines()[0] == (
        f"::notice title=lok-hunt::note: {builders.STATIC_NOTE}"
    )


def test_a_finding_without_a_line_has_none() -> None:
    text = render(builders.review(builders.judged(builders.finding(line=0, end_line=0, code=()))), "github")
    assert text.startswith("::error file=app/db.py,title=")


@pytest.mark.parametrize(
    ("title", "message", "line"),
    [
        ("a:b,c", "x:y,z", "::error title=a%3Ab%2Cc::x:y,z"),
        ("50%", "50%\nnext\r\nthird", "::error title=50%25::50%25%0Anext%0Athird"),
        ("new\nline", "\x1b[31m", "::error title=new\\nline::\\x1b[31m"),
        ("%0A", "::error::x", "::error title=%250A::::error::x"),
    ],
)
def test_the_escapes_of_the_toolkit(title: str, message: str, line: str) -> None:
    assert command("error", {"title": title}, message) == line
