"""The report on a terminal, word for word."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lok_hooks.core.diff import Skipped, SkipReason
from lok_hooks.core.finding import TRIPWIRE, Severity
from lok_hooks.core.review import Coverage, Disposition, Review, Unreviewed
from lok_hooks.report.all import render
from lok_hooks.report.wrap import cells
from tests.report import builders
from tests.report.strategies import reviews

COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
EXPECTED: Final[dict[tuple[int, str], str]] = {
    (80, "clean"): """\
lok-hunt · 3 files, 41 changed lines · codex 6.2 s · nothing found
  asked: codex, listed for hunt
""",
    (80, "refused"): """\
lok-hunt · 3 files, 41 changed lines · codex 6.2 s, gemini 4.1 s · 1 confirmed
  asked: codex, listed for hunt; gemini, listed for audit

✗ high  app/db.py:42  SQL built from user input  CWE-89
    41 │ def user(name):
  ▸ 42 │     return db.execute(f"select * from users where name = '{name}'")
    why  a quote in `name` (from the request) ends the string
    fix  db.execute("select * from users where name = ?", (name,))
    raised by codex, gemini · confirmed: raised independently by 2    [7f3a91c2]

· advisory  app/cache.py:17-19  possible stale entry                  [c01d5e2f]
    high, by codex · unconfirmed: raised by 1 of 2 reviewers, 2 are needed

1 confirmed, 1 advisory (unconfirmed) · left out: package-lock.json (lock file)
Commit refused. Wrong? lok dismiss 7f3a91c2 --because "…"
""",
    (80, "advisory"): """\
lok-hunt · 3 files, 41 changed lines · codex 6.2 s · nothing confirmed
  asked: codex, listed for hunt

· advisory  app/cache.py:17-19  possible stale entry                  [c01d5e2f]
    high, by codex · unconfirmed: raised by 1 of 2 reviewers, 2 are needed

· advisory  app/views.py:3  name shadows a builtin                    [00aa11bb]
    low, by static · below the threshold: low, and only high or worse blocks

2 advisory (1 unconfirmed, 1 below the threshold)
""",
    (80, "debated"): """\
lok-hunt · 3 files, 41 changed lines · codex 6.2 s · examined by claude, gemini
  6.0 s · 1 confirmed
  asked: codex, listed for hunt; claude and gemini, to cross-examine

✗ high  app/db.py:42  SQL built from user input  CWE-89
    41 │ def user(name):
  ▸ 42 │     return db.execute(f"select * from users where name = '{name}'")
    why  a quote in `name` (from the request) ends the string
    fix  db.execute("select * from users where name = ?", (name,))
    raised by codex · confirmed by claude, gemini                     [7f3a91c2]

· advisory  app/cache.py:17-19  possible stale entry                  [c01d5e2f]
    high, by codex
    refuted by claude: “the other is right: it is dropped before the next read …

1 confirmed, 1 advisory (refuted)
Commit refused. Wrong? lok dismiss 7f3a91c2 --because "…"
""",
    (80, "self_examined"): """\
lok-hunt · 3 files, 41 changed lines · codex 6.2 s · self-examined by codex
  3.0 s · 1 confirmed
  asked: codex, listed for hunt; codex, to examine itself (alone at hand)

✗ high  app/db.py:42  SQL built from user input  CWE-89
    41 │ def user(name):
  ▸ 42 │     return db.execute(f"select * from users where name = '{name}'")
    why  a quote in `name` (from the request) ends the string
    fix  db.execute("select * from users where name = ?", (name,))
    raised by codex · confirmed: self-examined; confirmed by codex    [7f3a91c2]

1 confirmed
Commit refused. Wrong? lok dismiss 7f3a91c2 --because "…"
""",
    (80, "incomplete_allowed"): """\
lok-hunt · 3 files, 41 changed lines · codex 60.0 s (1 of 2 answered) · nothing
  found in what was reviewed
  asked: codex, listed for hunt

! incomplete: 2 of 3 files were not reviewed in full
    hunt: app/cache.py, app/db.py — codex: timed out
  codex: timed out: no answer within 60 s — raise the budget (--budget SECONDS)
    or see [backends.codex] timeout
Commit allowed, though the review is incomplete. Again: lok-review --commit HEAD
""",
    (80, "incomplete_blocked"): """\
lok-audit · feature to origin · 3 files, 41 changed lines · codex 60.0 s (1 of 2
  answered) · nothing found in what was reviewed
  asked: codex, listed for hunt

! incomplete: 2 of 3 files were not reviewed in full
    hunt: app/cache.py, app/db.py — codex: timed out
  codex: timed out: no answer within 60 s — raise the budget (--budget SECONDS)
    or see [backends.codex] timeout
Push blocked (exit 4): the review is incomplete.
""",
    (80, "nothing_staged"): """\
lok-hunt · staged changes · nothing reviewed: no changes
""",
    (80, "all_left_out"): """\
lok-hunt · staged changes · nothing reviewed: all 2 changed files were left out
  left out: package-lock.json (lock file), logo.png (binary, 2.1 MB)
""",
    (80, "static_only"): """\
lok-hunt · 3 files, 41 changed lines · static 0.2 s · nothing found
  note: no LLM at hand (lok doctor says why): reviewed by static alone
""",
    (120, "refused"): """\
lok-hunt · 3 files, 41 changed lines · codex 6.2 s, gemini 4.1 s · 1 confirmed
  asked: codex, listed for hunt; gemini, listed for audit

✗ high  app/db.py:42  SQL built from user input  CWE-89
    41 │ def user(name):
  ▸ 42 │     return db.execute(f"select * from users where name = '{name}'")
    why  a quote in `name` (from the request) ends the string
    fix  db.execute("select * from users where name = ?", (name,))
    raised by codex, gemini · confirmed: raised independently by 2                                            [7f3a91c2]

· advisory  app/cache.py:17-19  possible stale entry                                                          [c01d5e2f]
    high, by codex · unconfirmed: raised by 1 of 2 reviewers, 2 are needed

1 confirmed, 1 advisory (unconfirmed) · left out: package-lock.json (lock file)
Commit refused. Wrong? lok dismiss 7f3a91c2 --because "…"
""",
    (120, "advisory"): """\
lok-hunt · 3 files, 41 changed lines · codex 6.2 s · nothing confirmed
  asked: codex, listed for hunt

· advisory  app/cache.py:17-19  possible stale entry                                                          [c01d5e2f]
    high, by codex · unconfirmed: raised by 1 of 2 reviewers, 2 are needed

· advisory  app/views.py:3  name shadows a builtin                                                            [00aa11bb]
    low, by static · below the threshold: low, and only high or worse blocks

2 advisory (1 unconfirmed, 1 below the threshold)
""",
    (120, "incomplete_allowed"): """\
lok-hunt · 3 files, 41 changed lines · codex 60.0 s (1 of 2 answered) · nothing found in what was reviewed
  asked: codex, listed for hunt

! incomplete: 2 of 3 files were not reviewed in full
    hunt: app/cache.py, app/db.py — codex: timed out
  codex: timed out: no answer within 60 s — raise the budget (--budget SECONDS) or see [backends.codex] timeout
Commit allowed, though the review is incomplete. Again: lok-review --commit HEAD
""",
    (120, "incomplete_blocked"): """\
lok-audit · feature to origin · 3 files, 41 changed lines · codex 60.0 s (1 of 2 answered) · nothing found in what was
  reviewed
  asked: codex, listed for hunt

! incomplete: 2 of 3 files were not reviewed in full
    hunt: app/cache.py, app/db.py — codex: timed out
  codex: timed out: no answer within 60 s — raise the budget (--budget SECONDS) or see [backends.codex] timeout
Push blocked (exit 4): the review is incomplete.
""",
    (120, "static_only"): """\
lok-hunt · 3 files, 41 changed lines · static 0.2 s · nothing found
  note: no LLM at hand (lok doctor says why): reviewed by static alone
""",
}


def build(name: str) -> Review:
    made: Review = getattr(builders, name)()
    return made


@pytest.mark.parametrize("format", ["plain", "console"])
@pytest.mark.parametrize(("width", "name"), EXPECTED)
def test_the_whole_text(width: int, name: str, format: str) -> None:
    assert render(build(name), format, width=width) == EXPECTED[width, name]


@pytest.mark.parametrize(("width", "name"), EXPECTED)
def test_colour_changes_no_word(width: int, name: str) -> None:
    coloured = render(build(name), "console", width=width, color=True)
    assert COLOURS.sub("", coloured) == EXPECTED[width, name]
    assert coloured != EXPECTED[width, name]


def test_a_clean_review_is_two_lines() -> None:
    assert render(builders.clean(), "plain").count("\n") == 2


@pytest.mark.parametrize(
    ("severity", "code"), [("critical", "1;35"), ("high", "1;31"), ("medium", "1;33"), ("low", "1;36")]
)
def test_severity_has_its_colour(severity: str, code: str) -> None:
    found = builders.finding(severity=Severity(severity))
    text = render(builders.review(builders.judged(found)), "console", color=True)
    assert f"\x1b[{code}m✗ {severity}\x1b[0m" in text
    assert f"\x1b[{code}m  ▸ \x1b[0m" in text


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("clean", "\x1b[32mnothing found\x1b[0m"),
        ("static_only", "\x1b[32mnothing found\x1b[0m"),
        ("advisory", "nothing confirmed"),
        ("refused", "1 confirmed"),
        ("nothing_staged", "nothing reviewed: no changes"),
        ("all_left_out", "nothing reviewed: all 2 changed files were left out"),
    ],
)
def test_only_a_clean_review_ends_green(name: str, ending: str) -> None:
    headline = render(build(name), "console", width=120, color=True).splitlines()[0]
    assert headline.endswith(ending)
    assert ("\x1b[32m" in headline) == ("\x1b[32m" in ending)
    assert "\x1b[32m" not in render(builders.incomplete_allowed(), "console", width=120, color=True)


def test_verbose_says_why_each_backend_was_asked() -> None:
    text = render(builders.clean(), "plain", width=140, verbose=True)
    facts = "1 of 1 request answered, 6.2 s, gpt-5, 1,200 tokens in, 300 tokens out"
    assert f"\n  codex: hunt — listed for hunt ({facts})\n" in text
    assert "asked: " not in text


def test_verbose_lists_every_file() -> None:
    skipped = tuple(Skipped(path=f"f{number}", reason=SkipReason.TOO_LARGE, detail="2 MB") for number in range(7))
    missing = tuple(Unreviewed(path=f"g{number}", task="hunt", reason="codex: timed out") for number in range(7))
    review = builders.review(coverage=Coverage(skipped=skipped, unreviewed=missing))
    text = render(review, "plain", verbose=True)
    assert "\n  left out:\n    f0 (too large, 2 MB)\n    f1 (too large, 2 MB)\n" in text
    assert "\n    f6 (too large, 2 MB)\n" in text
    assert "\n    hunt: g0, g1, g2, g3, g4, g5, g6 — codex: timed out\n" in text
    assert "more" not in text
    short = " ".join(render(review, "plain").split())
    assert "f4 (too large, 2 MB), and 2 more (-v lists them)" in short
    assert "g4, and 2 more (-v lists them) — codex: timed out" in short


@settings(deadline=None, max_examples=60)
@given(reviews, st.integers(min_value=-5, max_value=140))
def test_any_review_fits_any_width(review: Review, width: int) -> None:
    for line in render(review, "plain", width=width, verbose=True).splitlines():
        # The command of a CI runner at a line's start is escaped after wrapping: three columns more.
        assert cells(line) <= max(width, 20) + 3 * line.lstrip().startswith("\\x3a")


def test_forty_columns() -> None:
    assert (
        render(builders.refused(), "plain", width=40)
        == """\
lok-hunt · 3 files, 41 changed lines ·
  codex 6.2 s, gemini 4.1 s · 1
  confirmed
  asked: codex, listed for hunt; gemini,
    listed for audit

✗ high  app/db.py:42  SQL built from
  user input  CWE-89
    41 │ def user(name):
  ▸ 42 │     return db.execute(f"select…
    why  a quote in `name` (from the
         request) ends the string
    fix  db.execute("select * from users
         where name = ?", (name,))
    raised by codex, gemini
    · confirmed: raised
    independently by 2        [7f3a91c2]

· advisory  app/cache.py:17-19  possible
    stale entry               [c01d5e2f]
    high, by codex · unconfirmed: raised
    by 1 of 2 reviewers, 2 are needed

1 confirmed, 1 advisory (unconfirmed)
left out: package-lock.json (lock file)
Commit refused. Wrong? lok dismiss
7f3a91c2 --because "…"
"""
    )


def test_wide_characters_keep_the_identity_flush_right() -> None:
    found = builders.finding("データベース接続の漏れ 🚀", why="接続" * 60, code=("値 = 🚀", "x" * 200), quote="x" * 200)
    lines = render(builders.review(builders.judged(found)), "plain", width=60).splitlines()
    assert cells(next(line for line in lines if line.endswith("[7f3a91c2]"))) == 60
    assert max(cells(line) for line in lines) == 60
    assert [line for line in lines if line.endswith("x…")] == ["  ▸ 42 │ " + "x" * 50 + "…"]


def test_lines_of_a_fix_keep_their_indentation() -> None:
    text = render(
        builders.review(builders.judged(builders.finding(fix="if name:\n    go()\n\nelse:\n\tstop()"))), "plain"
    )
    assert "\n    fix  if name:\n             go()\n\n         else:\n             stop()\n" in text


def test_removed_code_is_shown_where_it_stood() -> None:
    found = builders.finding(
        "the check is gone",
        removed=("if not allowed(user):", "    raise Forbidden"),
        line=11,
        end_line=11,
        first=10,
        code=("def delete(user):", "    store.drop(user)"),
    )
    assert (
        "    10 │ def delete(user):\n"
        "  ▸  - │ if not allowed(user):\n"
        "  ▸  - │     raise Forbidden\n"
        "    11 │     store.drop(user)\n"
    ) in render(builders.review(builders.judged(found)), "plain")


def test_of_a_deleted_file_the_removed_lines_are_shown() -> None:
    removed = tuple(f"line {number}" for number in range(1, 9))
    found = builders.finding(line=1, end_line=1, first=0, code=(), removed=removed)
    text = render(builders.review(builders.judged(found)), "plain")
    assert "  ▸ - │ line 1\n  ▸ - │ line 2\n  ▸ - │ line 3\n  ▸ - │ line 4\n    why" in text


def test_long_code_is_cut_around_the_marked_line() -> None:
    code = tuple(f"line {number}" for number in range(1, 31))
    found = builders.finding(first=1, line=20, end_line=20, code=code, quote="line 20")
    rows = [line for line in render(builders.review(builders.judged(found)), "plain").splitlines() if " │ " in line]
    assert rows[0] == "    18 │ line 18"
    assert "  ▸ 20 │ line 20" in rows
    assert len(rows) == 9


@pytest.mark.parametrize("format", ["plain", "markdown"])
def test_what_the_tripwire_saw_is_not_pushed_off_a_long_list(format: str) -> None:
    others = (builders.finding(identity=f"{number:016x}", title="something else") for number in range(45))
    seen = builders.finding(identity="f" * 16, title="Text that steers", severity=Severity.LOW, raised_by=(TRIPWIRE,))
    judged = [builders.judged(one, Disposition.REFUTED) for one in others]
    text = render(builders.review(*judged, builders.judged(seen, Disposition.BELOW)), format)
    assert text.count("Text that steers") == 1
    assert text.count("something else") == 29
    assert "16 more advisory, all of them in" in text


@pytest.mark.parametrize("format", ["plain", "markdown"])
def test_what_the_tripwire_saw_beyond_a_long_list_is_counted_apart(format: str) -> None:
    many = [builders.finding(identity=f"{number:016x}", raised_by=(TRIPWIRE,)) for number in range(41)]
    other = builders.judged(builders.finding(identity="f" * 16), Disposition.REFUTED)
    text = render(builders.review(other, *(builders.judged(one, Disposition.BELOW) for one in many)), format)
    assert "12 more advisory (11 of them text that steers a review or" in text


def test_code_before_a_marked_last_line_fills_the_room() -> None:
    code = tuple(f"line {number}" for number in range(1, 31))
    found = builders.finding(first=1, line=30, end_line=30, code=code, quote="line 30")
    rows = [line for line in render(builders.review(builders.judged(found)), "plain").splitlines() if " │ " in line]
    assert (rows[0], rows[-1], len(rows)) == ("    22 │ line 22", "  ▸ 30 │ line 30", 9)


def test_many_advisories_are_counted() -> None:
    many = tuple(replace(builders.stale_entry().finding, identity=f"{number:016x}") for number in range(45))
    text = render(builders.review(*(builders.judged(one, Disposition.REFUTED) for one in many)), "plain")
    assert text.count("· advisory  ") == 30
    assert "· 15 more advisory, all of them in --format json\n" in text
    assert "45 advisory (refuted)" in text
