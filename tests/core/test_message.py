"""Outsiders' messages for a person's terminal."""

from __future__ import annotations

import pytest

from lok_hooks.core.message import MESSAGE_LIMIT, readable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m \x1b]8;;http://evil\x07link\x1b]8;;\x07", "red link"),
        ("a\r\n\tb\x00\x9bc", "a b c"),
        ("\u202eright to left", "right to left"),
        ("abc " * 10_000 + "the end", "… " + "abc " * ((MESSAGE_LIMIT - 7) // 4) + "the end"),
        ("x" * 10_000 + " the end", "… the end"),
    ],
)
def test_a_message_is_safe_to_show(text: str, shown: str) -> None:
    assert readable(text) == shown
