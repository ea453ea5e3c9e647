"""Private keys, which stand on many lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from lok_hooks.backends.secret_patterns import looks_random
from lok_hooks.core.screen import Secret, Strength

_KEY_MARK: Final = "PRIVATE KEY"
_PUTTY_MARK: Final = "PuTTY-User-Key"
_KEY_HEADER: Final = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-[0-9]+:")
_KEY_END: Final = re.compile(r"-----END |Private-MAC:")
# Each header begins a key of its own, so that no line is read for more than one.
_KEY_OVER: Final = re.compile(f"{_KEY_END.pattern}|{_KEY_HEADER.pattern}")
_KEY_BODY: Final = re.compile(r"(?:\\[nrt])?([A-Za-z0-9+/]{16,}={0,2})")
# Possessive (*+) here and below: a line may be of any length, and to try every split of it takes time by the cube.
_KEY_FILLER: Final = re.compile(
    r"""[\s#/*+"'`,;\\n-]*+(?:[A-Za-z-]+:\s.*|[\s"'`,;\\n+=-]*+(?:[A-Za-z0-9+/]{1,15}={0,2}|=[A-Za-z0-9+/]{4})?\W*+)"""
)
_KEY_LEAST: Final = 40
_KEY_MOST_LINES: Final = 400
# A line inside a key, in whatever comment or string it stands: PEM has 64 characters, OpenSSH 70, OpenPGP 64 to 76.
_KEY_LINE: Final = re.compile(r"""[\s#/*"'`+,\\-]*+([A-Za-z0-9+/]{60,80})(?:\\[nrt])*+[\s"'`,;+\\]*+""")
_KEY_LAST_LINE: Final = re.compile(
    r"""(?:[\s#/*"'`+,\\-]*[\s#*"'`,\\-])?+([A-Za-z0-9+/]{4,79}={0,2})(?:\\[nrt])*+[\s"'`,;+\\]*+"""
)


def private_keys(lines: Sequence[str]) -> Iterator[Secret]:
    """The base64 lines of private keys: a header alone (in a parser, in prose) is none."""
    marked = [index for index, line in enumerate(lines) if _KEY_MARK in line or _PUTTY_MARK in line]
    for index in marked:
        for header in _KEY_HEADER.finditer(lines[index]):
            body = _key_body(lines, index, header.end())
            if sum(len(secret.value) for secret in body) >= _KEY_LEAST:
                yield from body


def _key_body(lines: Sequence[str], first: int, start: int) -> list[Secret]:
    body: list[Secret] = []
    for index in range(first, min(first + _KEY_MOST_LINES, len(lines))):
        line = lines[index]
        over = _KEY_OVER.search(line, start)
        parts = list(_KEY_BODY.finditer(line, start, over.start() if over else len(line)))
        for match in parts:
            if looks_random(match[1]):
                body.append(_secret(match[1], index, match.start(1), Strength.STRUCTURAL))
        if over or (index > first and not parts and not _KEY_FILLER.fullmatch(line)):
            break
        start = 0
    return body


def keys_cut_off(lines: Sequence[str]) -> Iterator[Secret]:
    """The lines of what may be a private key whose header stands above the first of `lines`, as in a hunk that begins
    inside one. What is shown to be public (a certificate's end stands below) is none; the rest may be."""
    count = next((index for index, line in enumerate(lines) if not _KEY_LINE.fullmatch(line)), len(lines))
    below = lines[count : count + 2]
    end = next((line for line in below if _KEY_END.search(line)), "")
    is_key = _KEY_MARK in end or "Private-MAC:" in end
    if count > _KEY_MOST_LINES or (end and not is_key):
        return
    # The last line may be of any length; only the end below tells that it is one.
    for index, line in enumerate(lines[: count + (is_key and end != below[0])]):
        if found := _KEY_LINE.fullmatch(line) or _KEY_LAST_LINE.fullmatch(line):
            yield _secret(found[1], index, found.start(1), Strength.GUESS)


def _secret(value: str, line: int, start: int, strength: Strength) -> Secret:
    return Secret(kind="private-key", value=value, line=line, start=start, strength=strength)
