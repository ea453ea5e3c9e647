"""Text that speaks to the reviewer, under the disguises that models read through."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, Literal

from lok_hooks.core.tripwire_score import scored_in
from lok_hooks.core.tripwire_words import POSE_STEMS, POSES, ROLE_STEMS, ROLES, SPEECH

Spoken = Literal["speech", "role", "mark", "encoded"]

_BEFORE, _BEHIND = 200, 300  # characters around a stem in which its sentence stands
_SEARCHED_WHOLE: Final = 4_000  # characters of a text that is searched as a whole before place by place
_MOST_TRIED: Final = 2_000  # places of one word in one passage; each costs microseconds
_BLANKS: Final = {code: " " for code in range(128) if not chr(code).isalnum() and code != 10}
_NO_WORD: Final = re.compile("[^\\w\n\u0900-\u0dff\u0e00-\u0eff]|_")  # Indic vowels are no \\w
_VOCABULARY: Final = frozenset[str]().union(*(speech.words for speech in SPEECH))
_BY_WORD: Final = {word: [n for n, speech in enumerate(SPEECH) if word in speech.words] for word in _VOCABULARY}
_BY_PARTS: Final = [n for n, speech in enumerate(SPEECH) if speech.parts]
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_TAGS: Final = {code: chr(code - 0xE0000) for code in range(0xE0020, 0xE007F)}
_LOOK_ALIKES: Final = str.maketrans(
    "аеорсухіјѕһԁԛԝӏкмтвнгΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαενιρυ", "aeopcyxijshdqwlkmtbhrABEZHIKMNOPTYXoaeviru"
)
_FOREIGN_WORD: Final = re.compile(r"(?<!\w)\w*[^\x00-\x7f]\w*")
_LEET: Final = str.maketrans("01345$7@!", "oieasstai")
_LEET_INSIDE: Final = re.compile(r"[01345$7@!](?=[a-z])(?<=[a-z].)")  # the rarest character first, for speed
# Words that digits in names do not make by chance.
_RARE: Final = frozenset("ignore ignoring disregard instructions approve findings reviewer assistant".split())
_GLUED: Final = ("previousinstructions", "priorinstructions", "allinstructions", "approvethis", "notreport", "reviewer")
_LEAST_SPACED: Final = 9  # letters that stand alone, in a row
_SPACED_OUT: Final = re.compile(rf"(?: [^\W\d_]){{{_LEAST_SPACED}}} ")
_SPACED: Final = re.compile(r"(?<![^\W_])(?:[^\W_][ .*_|/-]{1,3}){9,}[^\W_](?![^\W_])")
_LEAST_ENCODED: Final = 24  # characters in a row
_BASE64: Final = re.compile(rf"[A-Za-z0-9+/_-]{{{_LEAST_ENCODED},}}")
_RUN: Final = "x" * _LEAST_ENCODED
_AS_RUNS: Final = {code: "x" if _BASE64.fullmatch(chr(code) * _LEAST_ENCODED) else " " for code in range(128)}
_ESCAPES: Final = re.compile(r"(?:\\x[0-9a-fA-F]{2}|\\u00[0-9a-fA-F]{2}|&#x?[0-9a-fA-F]{2,3};|%[0-9a-fA-F]{2}){12,}")
_ONE_ESCAPE: Final = re.compile(r"\\x(..)|\\u00(..)|&#x(\w+);|&#(\d+);|%(..)")
_MARKS: Final[tuple[tuple[Spoken, tuple[str, ...], re.Pattern[str]], ...]] = (
    ("role", ROLE_STEMS, ROLES),
    ("mark", POSE_STEMS, POSES),
)
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2}){20,}")


def spoken_in(lines: Sequence[str]) -> Iterator[tuple[int, Spoken, str]]:
    """Index of a line, how it speaks to a reviewer, and the words that were weighed ("" for a known phrase), for
    consecutive lines."""
    text = "\n".join(lines)
    for index, weighed in _speech_in(text):
        yield index, "speech", weighed
    folded = text.casefold()
    for kind, stems, pattern in _MARKS:
        if present := [stem for stem in stems if stem in folded]:
            for index, line in enumerate(lines):
                if _has_any(line.casefold(), present) and pattern.search(line):
                    yield index, kind, ""
    for start, decoded in _decoded(text):
        if decoded and any(True for _ in _speech_in(decoded)):
            yield text.count("\n", 0, start), "encoded", ""


def _has_any(text: str, parts: Sequence[str]) -> bool:
    # A plain loop takes a third of the time of `any` over a generator, for each line of the text.
    for part in parts:  # noqa: SIM110
        if part in text:
            return True
    return False


def _speech_in(text: str) -> Iterator[tuple[int, str]]:
    """The lines in which a sentence to a reviewer stands, under whatever disguise is seen through first, with the
    words that were weighed."""
    plain = text.lower() if text.isascii() else _unmasked(text).lower()
    words = _words(plain)
    lines = [line.split() for line in words.split("\n")]
    said = list(chain.from_iterable(lines))
    distinct = frozenset(said)
    known = _VOCABULARY & distinct
    found = set(_said(plain, words, said, known)) if known or not plain.isascii() else set[int]()
    if not found and _has_any(words, _GLUED):
        found = set(_said_anywhere(_CAMEL.sub(" ", text).lower()))
    if not found and _LEET_INSIDE.search(plain):
        turned = plain.translate(_LEET)
        turned_words = _words(turned).split()
        rare = _RARE.intersection(turned_words)
        found = set(_said(turned, _words(turned), turned_words, rare)) if rare else found
    if not found and _is_spaced_out(said, distinct):
        found = set(_said_anywhere(_SPACED.sub(lambda match: _together(match[0]), plain)))
    weighed = dict(scored_in(plain, lines, distinct))
    yield from sorted((weighed | dict.fromkeys(found, "")).items())


def _is_spaced_out(said: Sequence[str], distinct: frozenset[str]) -> bool:
    """Whether letters stand alone in a row; the first two conditions are for speed."""
    return (
        1 in map(len, distinct)
        and list(map(len, said)).count(1) >= _LEAST_SPACED
        and _SPACED_OUT.search(" ".join(said)) is not None
    )


def _said_anywhere(text: str) -> Iterator[int]:
    """`_said` of a text whose words were taken apart or put together; known words may stand inside of others."""
    words = _words(text)
    yield from _said(text, words, words.split(), _VOCABULARY)


def _said(text: str, words: str, said: Sequence[str], known: frozenset[str]) -> Iterator[int]:
    """The lines of `text` where a sentence begins that has one of the known words; `words` is the text, place by
    place, without punctuation, `said` its words."""
    present = known.intersection(said) if known is _VOCABULARY else known
    numbers = {number for word in present for number in _BY_WORD.get(word, ())}
    numbers.update(() if words.isascii() else _BY_PARTS)  # no part is ASCII
    whole = f" {' '.join(said)}" if numbers and len(words) <= _SEARCHED_WHOLE else ""
    for speech in map(SPEECH.__getitem__, numbers):
        if whole and not speech.parts and not speech.pattern.search(whole):
            continue
        for part in (*speech.words.intersection(known), *speech.parts):
            start = words.find(part)
            for _ in range(_MOST_TRIED):
                if start < 0:
                    break
                around = f" {' '.join(words[max(0, start - _BEFORE) : start + _BEHIND].split())}"
                if speech.pattern.search(around):
                    yield text.count("\n", 0, start)
                    break
                start = words.find(part, start + 1)


def _words(text: str) -> str:
    """The text with blanks for all that is no letter, digit or end of a line, each at its place."""
    return text.translate(_BLANKS) if text.isascii() else _NO_WORD.sub(" ", text)


def _together(text: str) -> str:
    """Letters that were spaced out, as words: between words the gap is wider, where there is any difference."""
    return " ".join(re.sub(r"[ .*_|/-]", "", word) for word in re.split(r"[ .*_|/-]{2,}", text))


def _unmasked(text: str) -> str:
    """The text with compatibility forms, invisible characters and look-alike letters undone. Words that belong to
    another script stay as they are."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text.translate(_TAGS)))
    return _FOREIGN_WORD.sub(lambda match: _latin(match[0]), plain)


def _latin(word: str) -> str:
    turned = word.translate(_LOOK_ALIKES)
    return turned if turned.isascii() else word


def _decoded(text: str) -> Iterator[tuple[int, str]]:
    """What the text holds in another notation, with the place where it stands."""
    # Looking for a run of one letter takes a fifth of the time of the pattern.
    letters = text.translate(_AS_RUNS)
    start = letters.find(_RUN)
    while start >= 0 and (match := _BASE64.match(text, start)):
        yield start, _from_base64(match[0])
        if _HEX.fullmatch(match[0]):
            yield start, _printable(bytes.fromhex(match[0]))
        start = letters.find(_RUN, match.end())
    if "%" in text or "\\" in text or "&#" in text:
        for match in _ESCAPES.finditer(text):
            yield match.start(), _ONE_ESCAPE.sub(_character, match[0])


def _character(match: re.Match[str]) -> str:
    number = next(group for group in match.groups() if group)
    return chr(int(number, 10 if match[4] else 16) % 0x110000)


def _from_base64(text: str) -> str:
    body = text.replace("-", "+").replace("_", "/")
    try:
        return _printable(b64decode(body[: len(body) - (len(body) % 4 == 1)] + "=" * (-len(body) % 4)))
    except (Error, ValueError):
        return ""


def _printable(data: bytes) -> str:
    """The bytes as text, "" when they are none."""
    text = data.decode("utf-8", "replace")
    odd = sum(character == "\ufffd" or (character < " " and character not in "\t\r\n") for character in text)
    return text if odd * 20 <= len(text) else ""
