"""Characters that hide what a line says: invisible ones, look-alike ones, those that reorder or push text away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, Literal

Hidden = Literal["reordered", "bidi", "invisible", "smuggled", "look-alike", "escape", "far right", "long line"]

LONGEST_LINE: Final = 2_000  # characters of a line of code that a person may still be asked to read
FAR_RIGHT: Final = 120  # blanks in a row, behind which nobody looks
_CODE: Final = frozenset(
    "py pyi js mjs cjs jsx ts tsx c h cc cpp cxx hpp hh cs java kt kts scala groovy gradle go rs rb php pl pm lua "
    "sh bash "
    "zsh fish ps1 swift m mm dart ex exs erl hs ml mli fs clj cljs sql vb r jl nim zig d v vue svelte cmake mk tf "
    "hcl yml "
    "yaml toml".split()
)
_STEER: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x84\x86-\x9f]|\r(?!$)")
_BLANK_RUN: Final = " " * FAR_RIGHT
_OPENERS: Final = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c",
                   "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}  # fmt: skip
_OVERRIDES: Final = re.compile("[\u202d\u202e]")
_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_WORD: Final = "[A-Za-z0-9_]"
_ZERO: Final = "[\u00ad\u034f\u115f\u1160\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0]"
_IN_A_WORD: Final = re.compile(f"{_WORD}{_ZERO}|{_ZERO}{_WORD}")
# Tags outside a flag, and runs of variation selectors, carry bytes.
_SMUGGLED: Final = re.compile(
    "(?<!\U0001f3f4)(?<![\U000e0020-\U000e007f])[\U000e0020-\U000e007f]|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3}"
)
# Letters that look like Latin ones: Cyrillic and Greek that most fonts draw alike, full-width and mathematical ones.
_ALIKE: Final = "аеорсухіјѕһԁԛԝӏАВЕЅІЈКМНОРСТХУΑΒΕΖΗΙΚΜΝΟΡΤΥΧο\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d6a5"
_MIXED: Final = re.compile(f"(?<!\\w)(?=\\w*[A-Za-z])(?=\\w*[{_ALIKE}])[A-Za-z0-9_{_ALIKE}]+(?!\\w)")
_CALLED: Final = re.compile(f"(?<!\\w)[{_ALIKE}]{{2,}}(?=\\()")
_PUSHED: Final = re.compile(rf"\S[ \t]{{{FAR_RIGHT},}}\S")


def hides_something(text: str) -> bool:
    """False when `hidden_in` has nothing to say of any line of the text; a hundredth of its cost."""
    return (
        not text.isascii()
        or not text.replace("\r\n", "").replace("\n", "").replace("\t", "").isprintable()
        or _BLANK_RUN in text.replace("\t", " ")
        or (len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE)
    )


def hidden_in(line: str, path: str) -> Iterator[tuple[Hidden, str]]:
    """What hides in a line of the file `path` ("" for a text that is no line of code), with its code points."""
    is_code = path.rpartition(".")[2].lower() in _CODE
    if found := _STEER.search(line):
        yield "escape", _named(found)
    if not line.isascii():
        yield from _beyond_ascii(line, is_code=is_code)
    if is_code and len(line) > FAR_RIGHT and _PUSHED.search(line):
        yield "far right", f"behind {FAR_RIGHT} blanks or more"
    if is_code and len(line) > LONGEST_LINE:
        yield "long line", f"{len(line):,} characters"


def _beyond_ascii(line: str, *, is_code: bool) -> Iterator[tuple[Hidden, str]]:
    if found := _BIDI.search(line):
        yield ("reordered" if is_code and _is_reordered(line) else "bidi"), _named(found)
    if found := _SMUGGLED.search(line):
        yield "smuggled", _named(found)
    elif found := _IN_A_WORD.search(line):
        yield "invisible", _named(re.search(_ZERO, found[0]))
    if found := _MIXED.search(line) or (_CALLED.search(line) if is_code else None):
        yield "look-alike", _named(re.search(f"[{_ALIKE}]", found[0]))


def _is_reordered(line: str) -> bool:
    """True when a control overrides the order or is still open at the end of the line."""
    open_ones: list[str] = []
    for character in _BIDI.findall(line):
        if character in _OPENERS:
            open_ones.append(_OPENERS[character])
        elif open_ones and open_ones[-1] == character:
            open_ones.pop()
    return bool(open_ones or _OVERRIDES.search(line))


def _named(match: re.Match[str] | None) -> str:
    character = match[0][-1] if match else " "
    return f"U+{ord(character):04X} {unicodedata.name(character, 'control character')}"
