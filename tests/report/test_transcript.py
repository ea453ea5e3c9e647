"""The debate as a person reads it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from lok_hooks.core.debate import Stance
from lok_hooks.core.review import Review
from lok_hooks.report.transcript import transcript
from tests.report import builders
from tests.report.nasty import NASTY
from tests.report.strategies import reviews

DATA = Path(__file__).parent / "data"


def test_the_whole_text() -> None:
    assert transcript(builders.debated()) == (DATA / "debate.md").read_text(encoding="utf-8")


def test_a_review_without_a_debate_says_so() -> None:
    text = transcript(builders.clean())
    assert "Nothing was debated" in text
    assert "## " not in text


def test_what_was_not_examined_is_listed_with_its_reason() -> None:
    text = transcript(builders.advisory())
    assert "## Not examined\n\n- high · `app/cache.py:17-19`" in text
    assert "below the threshold" in text


def test_a_vote_says_what_it_is_worth() -> None:
    cast = builders.vote("ollama", Stance.CONFIRM, is_weak=True, is_self=True)
    text = transcript(builders.review(replace(builders.stale_entry(), votes=(cast,))))
    assert "**ollama** (on its own finding, its word does not block): confirm" in text


def debate_of(nasty: str) -> Review:
    cast = builders.vote(nasty, Stance.REFUTE, nasty, nasty, doubt=nasty)
    found = replace(builders.finding(nasty, why=nasty, path=nasty or "x", quote=nasty), raised_by=(nasty,))
    place = replace(found.place, code=(nasty,), ref=nasty)
    judged = replace(builders.judged(replace(found, place=place), reason=nasty), votes=(cast, cast))
    return replace(builders.review(judged, notes=(nasty,)), label=nasty, command="lok-review")


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY.keys())
def test_no_words_of_models_become_markup(nasty: str) -> None:
    text = transcript(debate_of(nasty))
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\n\u200d"]
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    assert not {token.type for token in every} & {"link_open", "image", "html_block", "s_open", "em_open", "table_open"}
    assert {token.content for token in every if token.type == "html_inline"} <= {"<!-- -->"}
    headings = [token.tag for token in tokens if token.type == "heading_open"]
    assert headings == ["h1", "h2", "h3"]


@settings(deadline=None, max_examples=60)
@given(reviews)
def test_any_review_has_a_transcript(review: Review) -> None:
    text = transcript(review)
    assert text.encode().decode() == text
    assert text.count("\n## ") >= any(judged.votes for judged in review.judged)
