"""Lines fit the width, lose no word and keep their roles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.report.visible import visible
from lok_hooks.report.wrap import LEAST_INDENT, MIN_WIDTH, Line, Span, cells, cropped, filled, line_cells, with_tail

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


def test_a_number_and_its_unit_stay_together() -> None:
    lines = filled([Span("examined in 3.0 s, 2 see it")], 20)
    assert [text_of(line) for line in lines] == ["examined in 3.0 s, 2", "see it"]
    lines = filled([Span("self-examined in 3.0 s")], 20)
    assert [text_of(line) for line in lines] == ["self-examined in", "3.0 s"]


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


@given(
    st.lists(st.text(alphabet="abc-/日", min_size=1, max_size=30), min_size=1, max_size=12),
    st.integers(min_value=MIN_WIDTH, max_value=80),
    st.integers(min_value=0, max_value=30),
    st.integers(min_value=0, max_value=30),
)
def test_a_word_that_fits_is_never_broken(words: list[str], width: int, indent: int, hanging: int) -> None:
    # The roles change within words, too.
    spans = [Span(part, "strong" if n % 2 else "plain") for n, part in enumerate(" ".join(words).partition("a"))]
    lines = filled(spans, width, indent=" " * indent, hanging=" " * hanging)
    shown = [word for line in lines for word in text_of(line).split()]
    for word in words:
        assert cells(word) > width - LEAST_INDENT or word in shown
    assert all(line_cells(line) <= width for line in lines)
    assert all(text_of(line).startswith(" " * min(hanging, LEAST_INDENT)) for line in lines[1:])


def test_a_word_without_room_behind_the_indentation_takes_of_it_and_no_line_of_its_own() -> None:
    long = "x" * 17
    blank = filled([Span(f"{long} rest")], 20, indent=" " * 6, hanging=" " * 6)
    assert [text_of(line) for line in blank] == [f"   {long}", "      rest"]
    none = filled([Span("y" * 20)], 20, hanging="")
    assert [text_of(line) for line in none] == ["y" * 20]
    # What stands in front of the words is not overwritten.
    label = filled([Span(f"{long} rest")], 20, indent="label ", hanging=" " * 6)
    assert [text_of(line).rstrip() for line in label] == ["label", f"   {long}", "      rest"]


def test_an_indentation_leaves_room_on_a_narrow_terminal() -> None:
    lines = filled([Span("one two three")], 20, indent=" " * 15, hanging=" " * 15)
    assert [text_of(line) for line in lines] == ["      one two three"]
    lines = filled([Span("why  " + "x" * 17 + " short")], 20, indent="    ", hanging=" " * 9)
    assert [text_of(line) for line in lines] == ["    why", "   " + "x" * 17, "      short"]


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
