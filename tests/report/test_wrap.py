"""Lines fit the width, lose no word and keep their roles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.report.visible import visible
from lok_hooks.report.wrap import MIN_WIDTH, Line, Span, cells, cropped, filled, line_cells, with_tail

shown = st.text(max_size=80).map(visible)


def text_of(line: Line) -> str:
    return "".join(span.text for span in line)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("日本", 4), ("é", 1), ("e\u0301", 1), ("🚀", 2), ("", 0), ("\uff57", 2)],
)
def test_cells_counts_columns(text: str, columns: int) -> None:
    assert cells(text) == columns


def test_words_wrap_with_a_hanging_indent() -> None:
    lines = filled([Span("one two three four five six")], 20, indent="- ", hanging="  ")
    assert [text_of(line) for line in lines] == ["- one two three four", "  five six"]


def test_a_word_longer_than_the_line_is_cut() -> None:
    lines = filled([Span("日本" * 12)], 20, indent="", hanging="")
    assert [text_of(line) for line in lines] == ["日本日本日本日本日本", "日本日本日本日本日本", "日本日本"]


def test_roles_and_gaps_stay() -> None:
    (line,) = filled([Span("✗ high", "high"), Span("  app/db.py  "), Span("title", "strong")], 40)
    assert text_of(line) == "✗ high  app/db.py  title"
    assert line == (Span("✗ high", "high"), Span("  app/db.py  "), Span("title", "strong"))


@given(shown, st.integers(min_value=1, max_value=120), st.integers(min_value=0, max_value=8))
def test_no_line_is_wider_and_no_word_is_lost(text: str, width: int, hanging: int) -> None:
    lines = filled([Span(text)], width, hanging=" " * hanging)
    assert all(line_cells(line) <= max(width, MIN_WIDTH) for line in lines)
    assert "".join("".join(text_of(line).split()) for line in lines) == "".join(text.split())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("short", ["short                     [id]"]),
        ("just a little too long here", ["just a little too long", "here                      [id]"]),
    ],
)
def test_a_tail_stands_flush_right(words: str, expected: list[str]) -> None:
    lines = with_tail([Span(words)], Span("[id]"), 30)
    assert [text_of(line) for line in lines] == expected


def test_a_tail_without_room_gets_its_own_line() -> None:
    lines = with_tail([Span("twelve words in all")], Span("[7f3a91c2]"), 20)
    assert [text_of(line) for line in lines] == ["twelve words in all", "          [7f3a91c2]"]


@given(shown, st.integers(min_value=1, max_value=60))
def test_cropped_text_fits(text: str, width: int) -> None:
    assert cells(cropped(text, width)) <= width
    assert cropped(text, 10_000) == text
