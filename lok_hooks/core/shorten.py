"""Texts cut to a length, never inside a word.

Half a token matches no pattern and is most of the token all the same: what is cut before it was searched for secrets
loses the word at the cut as a whole. No value that the search finds has white space in it. Scripts that write without
spaces may be cut between any two of their characters.
"""

from __future__ import annotations

from unicodedata import east_asian_width


def beginning(text: str, limit: int) -> str:
    """The first words of `text` that fit into `limit` characters; "" when not even one does."""
    end = max(0, limit)
    if len(text) <= end:
        return text
    if _is_in_word(text[end]):
        while end and _is_in_word(text[end - 1]):
            end -= 1
    return text[:end].rstrip()


def ending(text: str, limit: int) -> str:
    """The last words of `text` that fit into `limit` characters; "" when not even one does."""
    start = len(text) - max(0, limit)
    if start <= 0:
        return text
    if _is_in_word(text[start - 1]):
        while start < len(text) and _is_in_word(text[start]):
            start += 1
    return text[start:].lstrip()


def shortened(text: str, limit: int) -> str:
    """`text`, or its first words and "…" in at most `limit` characters."""
    return text if len(text) <= limit else f"{beginning(text, limit - 1)}…"


def _is_in_word(character: str) -> bool:
    return not character.isspace() and east_asian_width(character) not in ("W", "F")
