from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.shorten import beginning, ending, shortened

TEXTS = st.text(alphabet="ab_-\u00e9 \t\n\u2028", max_size=60)
LIMITS = st.integers(-1, 70)


@given(TEXTS, LIMITS)
def test_what_is_left_are_whole_words_and_as_many_as_fit(text: str, limit: int) -> None:
    for part, whole in ((beginning(text, limit), text), (ending(text, limit)[::-1], text[::-1])):
        left, words = part.split(), whole.split()
        assert len(part) <= max(0, limit)
        assert left == words[: len(left)]
        if len(text) > limit and len(left) < len(words):
            more = whole.find(words[len(left)], len(part))
            assert more + len(words[len(left)]) > max(0, limit)
    assert beginning(text, len(text)) == ending(text, len(text)) == text


@pytest.mark.parametrize(
    ("text", "limit", "first", "last"),
    [
        ("a token_1234 here", 6, "a", "here"),
        ("a token_1234 here", 12, "a token_1234", "here"),
        ("token_1234567890", 8, "", ""),
        ("\u5bc6\u7801\u662f\u5bc6\u7801", 3, "\u5bc6\u7801\u662f", "\u662f\u5bc6\u7801"),
        ("\u5bc6\u7801token_12\u5bc6\u7801", 5, "\u5bc6\u7801", "\u5bc6\u7801"),
        ("", 0, "", ""),
    ],
)
def test_no_token_is_cut_and_scripts_without_spaces_are(text: str, limit: int, first: str, last: str) -> None:
    assert (beginning(text, limit), ending(text, limit)) == (first, last)


def test_a_shortened_text_says_so_and_stays_within_its_limit() -> None:
    assert shortened("four words and more", 11) == "four words\u2026"
    assert shortened("four words", 10) == "four words"
    assert shortened("x" * 50, 10) == "\u2026"
