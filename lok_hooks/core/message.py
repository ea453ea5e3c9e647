"""Outsiders' words for what went wrong, made fit for one line of a person's terminal."""

from __future__ import annotations

import re
from typing import Final

from lok_hooks.core.shorten import ending

MESSAGE_LIMIT: Final = 600
"""Characters of a vendor's message that a report shows."""

_ESCAPE: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """The text on one line: no escapes or controls, runs of blanks as one."""
    return " ".join(_CONTROL.sub(" ", _ESCAPE.sub("", text)).split())


def readable(text: str) -> str:
    """A vendor's message made harmless, at most 600 characters, the last words kept where it must be cut."""
    plain = harmless(text)
    return plain if len(plain) <= MESSAGE_LIMIT else f"… {ending(plain, MESSAGE_LIMIT)}"
