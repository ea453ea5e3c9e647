"""Marks around text of outsiders that the text itself cannot contain."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import count
from typing import Final

_KEY_BYTES: Final = 64  # what blake2b takes


def digest(text: str, key: str, purpose: str) -> str:
    """Sixteen hex digits of `text` under a repository's `key`, different for each `purpose` (at most 16 bytes).

    The same text in the same repository gives the same digits, so answers can be remembered; whoever writes the text
    cannot compute them without the key, nor put them into the text that they are computed from.
    """
    made = blake2b(
        text.encode("utf-8", "surrogatepass"),
        digest_size=8,
        key=key.encode()[:_KEY_BYTES],
        person=purpose.encode(),
    )
    return made.hexdigest()


def mark_for(text: str, key: str) -> str:
    """The mark that bounds `text`: a digest that does not stand in it."""
    return next(mark for mark in _marks(text, key) if mark not in text)


def enclosed(text: str, mark: str) -> str:
    """`text` between the two lines that carry its mark."""
    return f"===== BEGIN DATA {mark} =====\n{text}\n===== END DATA {mark} ====="


def _marks(text: str, key: str) -> Iterator[str]:
    for number in count():
        yield digest(text, key, f"mark {number % 10**9}")
