"""What an answer says that is something else than what was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.reading import own_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"error": {"message": "no quota for acme,\\nresets at 18:00"}}', "no quota for acme, resets at 18:00"),
        (' {"error": "no credit", "code": 7}\n', "no credit"),
        ('{"error": ""}', '{"error": ""}'),
        ('{"error": [1]}', '{"error": [1]}'),
        ("Error: You are not logged in.\nRun acme login.\n", "Error: You are not logged in. Run acme login."),
        ("\x1b[31mred\x1b[0m \x1b]8;;http://evil\x07link\x1b]8;;\x07 \u202eend", "red link end"),
        ('{"error": "\\u001b[31mred \\ud800"}', "red ?"),
        ("null", "null"),
        ("word " * 50, "word " * 19 + "word…"),
        (" " * 10_000 + "late", ""),
    ],
)  # fmt: skip
def test_an_answers_own_words(text: str, words: str) -> None:
    assert own_words(text) == words


@given(st.text(alphabet=st.sampled_from('{}[]":error message\\u001b\x1b\n1'), max_size=300))
def test_they_are_one_short_line(text: str) -> None:
    words = own_words(text)
    assert len(words) <= 101
    assert words.isprintable()
