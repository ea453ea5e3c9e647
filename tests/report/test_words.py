"""The sentences that console, plain and markdown share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lok_hooks.core.debate import Ground, Stance
from lok_hooks.core.diff import Skipped, SkipReason
from lok_hooks.core.finding import Place
from lok_hooks.core.ports import Failure, FailureKind
from lok_hooks.core.review import Coverage, Disposition, Review, Unreviewed
from lok_hooks.report import words
from lok_hooks.report.all import render
from tests.report import builders

MISSING = (Unreviewed(path="a.py", task="hunt", reason="codex: timed out"),)


@pytest.mark.parametrize(
    ("review", "outcome"),
    [
        (builders.nothing_staged(), "nothing reviewed: no changes"),
        (builders.all_left_out(), "nothing reviewed: all 2 changed files were left out"),
        (
            builders.review(coverage=Coverage(skipped=(builders.LOCK_FILE,))),
            "nothing reviewed: the only changed file was left out",
        ),
        (builders.review(coverage=Coverage(unreviewed=MISSING)), "nothing reviewed"),
        (builders.clean(), "nothing found"),
        (builders.incomplete_allowed(), "nothing found in what was reviewed"),
        (builders.advisory(), "nothing confirmed"),
        (builders.refused(), "1 confirmed"),
    ],
)
def test_every_end_has_its_own_sentence(review: Review, outcome: str) -> None:
    assert words.outcome(review) == outcome
    assert words.headline(review).endswith(f" · {outcome}")


@pytest.mark.parametrize(
    ("requests", "answered", "remembered", "told"),
    [
        (1, 1, 0, "codex 6.2 s"),
        (2, 1, 0, "codex 6.2 s (1 of 2 answered)"),
        (0, 0, 3, "codex remembered"),
        (1, 1, 9, "codex 6.2 s (9 files remembered)"),
        (2, 1, 1, "codex 6.2 s (1 of 2 answered, 1 file remembered)"),
    ],
)
def test_the_headline_says_who_was_not_asked_again(requests: int, answered: int, remembered: int, told: str) -> None:
    review = builders.clean()
    asked = replace(review.asked[0], requests=requests, answered=answered, remembered=remembered, seconds=6.2)
    assert told in words.subject_of(replace(review, asked=(asked,)))


@pytest.mark.parametrize(
    ("command", "on_incomplete", "verdict"),
    [
        (
            "lok-hunt",
            "allow",
            "Commit allowed, though the review is incomplete. Again: lok-review --commit HEAD",
        ),
        ("lok-hunt", "block", "Commit blocked (exit 4): the review is incomplete."),
        ("lok-audit", "allow", "Push allowed, though the review is incomplete."),
        ("lok-audit", "block", "Push blocked (exit 4): the review is incomplete."),
        ("lok-review", "allow", "Not blocked, though the review is incomplete."),
        ("lok-review", "block", "Review blocked (exit 4): the review is incomplete."),
    ],
)
def test_an_incomplete_review_says_what_happens_next(command: str, on_incomplete: str, verdict: str) -> None:
    policy = replace(builders.BLOCK, on_incomplete="allow" if on_incomplete == "allow" else "block")
    review = replace(builders.incomplete_allowed(), command=command, policy=policy)
    assert words.verdict(review) == verdict


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        ("lok-hunt", 'Commit refused. Wrong? lok dismiss 7f3a91c2 --because "…"'),
        ("lok-audit", 'Push refused. Wrong? lok dismiss 7f3a91c2 --because "…"'),
        ("lok-review", "Review failed: 1 confirmed finding."),
        ("lok diff", "Review failed: 1 confirmed finding."),
    ],
)
def test_a_refusal_names_what_is_refused(command: str, verdict: str) -> None:
    assert words.verdict(replace(builders.refused(), command=command)) == verdict


def test_a_refusal_for_several_findings_leaves_open_which_one_is_wrong() -> None:
    judged = builders.judged(builders.finding())
    review = replace(builders.refused(), judged=(judged, judged))
    assert words.verdict(review) == 'Commit refused. Wrong? lok dismiss ID --because "…"'


def test_a_refusal_goes_before_incompleteness() -> None:
    review = replace(builders.incomplete_blocked(), judged=(builders.judged(builders.finding()),))
    assert words.verdict(review).startswith("Push refused.")
    assert words.incomplete(review, None)[0].startswith("incomplete: ")


@pytest.mark.parametrize("review", [builders.clean(), builders.advisory(), builders.nothing_staged()])
def test_nothing_is_said_where_nothing_happens(review: Review) -> None:
    assert words.verdict(review) == ""
    assert words.incomplete(review, None) == ()


@pytest.mark.parametrize("format", ["console", "plain", "markdown", "github", "sarif", "json"])
@pytest.mark.parametrize("review", [builders.incomplete_allowed(), builders.incomplete_blocked()])
def test_every_format_says_incomplete_who_and_why(review: Review, format: str) -> None:
    text = render(review, format, width=120).replace("\\", "")
    for told in ("incomplete", "app/db.py", "codex", "timed out", "no answer within 60 s", "raise the budget"):
        assert told in text


def test_what_was_not_reviewed_is_grouped() -> None:
    missing = tuple(
        Unreviewed(path=f"f{number}.py", task=task, reason="codex: timed out")
        for number in range(7)
        for task in ("hunt", "audit")
    )
    review = builders.review(coverage=Coverage(reviewed=("a.py",), unreviewed=missing))
    assert words.incomplete(review, 5) == (
        "incomplete: 7 of 8 files were not reviewed in full",
        "hunt: f0.py, f1.py, f2.py, f3.py, f4.py, and 2 more (-v lists them) — codex: timed out",
        "audit: f0.py, f1.py, f2.py, f3.py, f4.py, and 2 more (-v lists them) — codex: timed out",
    )
    assert words.incomplete(review, None)[1] == (
        "hunt: f0.py, f1.py, f2.py, f3.py, f4.py, f5.py, f6.py — codex: timed out"
    )
    assert words.incomplete(builders.review(coverage=Coverage(unreviewed=MISSING)), 5) == (
        "incomplete: 1 file was not reviewed in full",
        "hunt: a.py — codex: timed out",
    )


def test_left_out_files_are_capped_with_a_count() -> None:
    skipped = tuple(Skipped(path=f"f{number}", reason=SkipReason.TOO_LARGE, detail="2 MB") for number in range(7))
    shown = ", ".join(f"f{number} (too large, 2 MB)" for number in range(5))
    review = builders.review(coverage=Coverage(skipped=skipped))
    assert words.left_out_in_short(review) == f"left out: {shown}, and 2 more (-v lists them)"
    assert words.left_out_in_short(builders.clean()) == ""


@pytest.mark.parametrize("format", ["markdown", "github", "json", "sarif"])
def test_every_file_left_out_is_told_with_its_reason(format: str) -> None:
    skipped = tuple(
        Skipped(path=f"f{number}", reason=SkipReason.TOO_LARGE, detail=f"{number} MB") for number in "1234567"
    )
    text = render(builders.review(coverage=Coverage(skipped=skipped)), format)
    told = {
        "markdown": "\n- f{0} (too large, {0} MB)\n",
        "github": "\nleft out: f{0} (too large, {0} MB)\n",
        "json": '"path": "f{0}",\n        "reason": "too large",\n        "detail": "{0} MB"',
        "sarif": '"text": "left out: too large {0} MB"',
    }[format]
    for number in "1234567":
        assert told.format(number) in text


@pytest.mark.parametrize(
    ("review", "line"),
    [
        (builders.clean(), "asked: codex, listed for hunt"),
        (builders.refused(), "asked: codex, listed for hunt; gemini, listed for audit"),
        (builders.debated(), "asked: codex, listed for hunt; claude and gemini, to cross-examine"),
        (builders.self_examined(), "asked: codex, listed for hunt; codex, to examine itself (alone at hand)"),
        (
            builders.review(
                asked=tuple(replace(builders.CODEX, backend=name) for name in ("codex", "claude", "gemini"))
            ),
            "asked: codex, claude and gemini, listed for hunt",
        ),
        (builders.nothing_staged(), ""),
        (builders.static_only(), ""),  # the note says it
        (replace(builders.static_only(), notes=()), f"asked: static, {builders.ALONE}"),
        (builders.review(asked=(replace(builders.CODEX, why=""),), notes=("a note",)), "asked: codex"),
    ],
)
def test_who_was_asked_and_why(review: Review, line: str) -> None:
    assert words.asked(review) == line


@pytest.mark.parametrize("format", ["plain", "console", "markdown", "github", "sarif", "json"])
def test_every_report_says_who_was_asked_and_why(format: str) -> None:
    for review in (builders.clean(), builders.debated(), builders.incomplete_blocked()):
        assert "listed for hunt" in render(review, format)
    assert "to cross-examine" in render(builders.debated(), format)
    text = render(builders.static_only(), format)
    assert builders.STATIC_NOTE in text
    assert "no LLM at hand" not in text.replace(builders.STATIC_NOTE, "") or format in ("json", "markdown")


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (
            Failure(backend="gemini", kind=FailureKind.NOT_LOGGED_IN, reason="401 no key", advice="run: gemini"),
            "gemini: not logged in: 401 no key — run: gemini",
        ),
        (Failure(backend="ollama", kind=FailureKind.MISSING, reason="", advice=""), "ollama: missing"),
        (
            Failure(backend="x", kind=FailureKind.CRASHED, reason="line one\n  line two", advice=""),
            "x: crashed: line one line two",
        ),
    ],
)
def test_a_failure_in_one_line(failure: Failure, line: str) -> None:
    assert words.failures(builders.review(failures=(failure,))) == (line,)
    assert words.failures(builders.review(failures=(failure, failure, failure))) == (f"{line} (3 times)",)


def test_notes_are_told_once_each() -> None:
    review = builders.review(notes=("trust: one", "two\nlines", "trust: one"))
    assert words.notes(review) == ("note: trust: one", "note: two lines")


@pytest.mark.parametrize(
    ("line", "end_line", "ref", "where"),
    [
        (42, 42, "", "app/db.py:42"),
        (42, 45, "", "app/db.py:42-45"),
        (42, 1, "", "app/db.py:42"),
        (0, 0, "", "app/db.py"),
        (-1, 5, "", "app/db.py"),
        (3, 3, "refs/heads/x", "app/db.py:3 (refs/heads/x)"),
    ],
)
def test_where_a_finding_stands(line: int, end_line: int, ref: str, where: str) -> None:
    place = Place(path="app/db.py", ref=ref, line=line, end_line=end_line, touches_change=True)
    assert words.where(place) == where


def test_totals_count_by_disposition() -> None:
    found = builders.finding()
    kinds = (Disposition.REFUTED, Disposition.BELOW, Disposition.REFUTED, Disposition.CONFIRMED, Disposition.SUPPRESSED)
    review = builders.review(*(builders.judged(found, kind) for kind in kinds))
    assert words.totals(review) == "1 confirmed, 4 advisory (2 refuted, 1 below the threshold, 1 suppressed)"
    assert words.totals(builders.clean()) == ""


def test_every_advisory_has_its_reason_on_show() -> None:
    found = builders.finding()
    for disposition in Disposition:
        text = render(builders.review(builders.judged(found, disposition, "because of x")), "plain")
        assert f"{disposition}: because of x" in text


def test_the_label_is_shown_unless_it_is_what_the_hook_looks_at_anyway() -> None:
    assert words.headline(builders.review(label="main...x")).startswith("lok-hunt · main...x · 3 files, ")
    assert words.headline(builders.clean()).startswith("lok-hunt · 3 files, 41 changed lines · codex 6.2 s · ")


def test_long_prose_is_cut_and_says_so() -> None:
    assert words.prose("x" * 3_000) == ["x" * 2_000 + " …"]
    assert words.prose("short") == ["short"]
    assert words.prose(" ") == []


def test_an_untitled_finding_shows_its_category() -> None:
    assert words.title(builders.finding(" ")) == "sql-injection"
    assert words.title(builders.finding("", category="")) == "untitled"


@pytest.mark.parametrize(
    ("names", "votes", "expected"),
    [
        ((), (), ""),
        (("claude", "gemini"), (("claude", False), ("gemini", False)), "examined by claude, gemini 4.1 s"),
        (("codex",), (("codex", True),), "self-examined by codex 4.1 s"),
        (
            ("codex", "ollama"),
            (("codex", True), ("ollama", False)),
            "examined by ollama 4.1 s, self-examined by codex 4.1 s",
        ),
    ],
)
def test_who_examined(names: tuple[str, ...], votes: tuple[tuple[str, bool], ...], expected: str) -> None:
    cast = tuple(builders.vote(voter, Stance.CONFIRM, is_self=is_self) for voter, is_self in votes)
    found = replace(builders.judged(builders.finding()), votes=cast)
    review = builders.review(found, examined=tuple(map(builders.examined, names)))
    assert words.examined_by(review) == expected
    assert expected in words.headline(review)


def test_an_examiner_that_did_not_answer_has_not_examined() -> None:
    review = builders.review(examined=(builders.examined("claude", answered=0), builders.examined("gemini")))
    assert words.examined_by(review) == "examined by gemini 4.1 s"


def test_a_refutation_is_told_of_advisories_alone() -> None:
    confirmed, refuted = words.ordered(builders.debated())
    reason = "the other is right: it is dropped before the next read can see it"
    assert words.refutation(refuted) == f"refuted by claude: “{reason}”"
    assert words.refutation(confirmed) == ""
    assert words.refutation(replace(refuted, disposition=Disposition.CONFIRMED)) == ""


def test_the_one_with_a_reason_speaks_for_all_who_refuted() -> None:
    votes = (
        builders.vote("claude", Stance.REFUTE),
        builders.vote("gemini", Stance.REFUTE, "a\nconstant", ground=Ground.MISREAD),
    )
    found = replace(builders.stale_entry(), votes=votes)
    assert words.refutation(found) == "refuted by claude, gemini: “a constant” (misread code)"


@pytest.mark.parametrize("format", ["plain", "markdown", "github"])
def test_reports_for_people_say_who_refuted_it_and_why(format: str) -> None:
    text = render(builders.debated(), format, width=120)
    assert "refuted by claude" in text
    assert "the other is right" in text
    assert "examined by claude, gemini 6.0 s" in text
    assert "confirmed by claude, gemini" in text


def test_routing_tells_what_was_remembered_instead_of_asked() -> None:
    asked = builders.refused().asked[0]
    nobody = replace(asked, requests=0, answered=0, seconds=0.0, remembered=3)
    some = replace(asked, requests=1, answered=1, remembered=2)
    first, second = words.routing(replace(builders.refused(), asked=(nobody, some)))
    assert "(3 files remembered" in first
    assert "requests answered" not in first
    assert "(1 of 1 request answered, 6.2 s, 2 files remembered" in second
