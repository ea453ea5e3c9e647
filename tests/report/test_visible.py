"""Hidden characters become escapes, everything else stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.report.visible import visible, visible_lines, visible_sentence
from tests.report.nasty import NASTY

JOINER = "\u200d"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 日本 🚀 ~", "plain ü 日本 🚀 ~"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb\rc\td", r"a\nb\rc\td"),
        ("\x00\x7f\x9b", r"\x00\x7f\x9b"),
        ("\u202e\u200b\u2028", r"\u202e\u200b\u2028"),
        ("\U000e0041", r"\U000e0041"),
        ("caf\udce9.py", r"caf\xe9.py"),
        ("\ud83d", r"\ud83d"),
        ("👨‍👩", "👨‍👩"),
        ("a\u200db", r"a\u200db"),
        ("##[error] ## [x] ##vso[y", r"#\x23[error] ## [x] #\x23vso[y"),
    ],
)
def test_hidden_characters_are_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_hidden_is_left_and_all_can_be_encoded(text: str) -> None:
    shown = visible(text)
    hidden = [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != JOINER]
    assert not hidden
    assert shown.encode().decode() == shown
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        (" \n\t\n", []),
        ("one\r\ntwo\rthree\n", ["one", "two", "three"]),
        ("\n\n  if x:\n\treturn\n\n", ["  if x:", "    return"]),
        ("a\x0bb", [r"a\x0bb"]),
    ],
)
def test_lines_keep_their_indentation(text: str, lines: list[str]) -> None:
    assert visible_lines(text) == lines


def test_a_sentence_has_one_line_and_a_limit() -> None:
    assert visible_sentence("  two\n  words\x1b ", 50) == r"two words\x1b"
    assert visible_sentence("x" * 100, 10) == "xxxxxxxxx…"


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_a_sentence_never_breaks_the_line(text: str) -> None:
    assert "\n" not in visible_sentence(text, 200)
    assert len(visible_sentence(text, 200)) <= 200
