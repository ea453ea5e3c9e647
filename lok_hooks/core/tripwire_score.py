"""Sentences that decide their own review, told by what they are about and not by how they put it.

A line's words are weighed by sense; the heaviest of a sense counts, and one more for a second one. What is said has to
wish or to claim something, and the better it says who is meant the less else it needs. Every step is a look-up of a
word or of a few in a row, so the time is linear in the text, and the words that were counted are the explanation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import chain
from operator import or_
from typing import Final, NamedTuple

from lok_hooks.core.tripwire_scripts import in_scripts
from lok_hooks.core.tripwire_senses import Sense, Weighed, entries

# Sums that a line must reach, by how well it names its reader or a review; set on our own phrasings and on
# 1.1 million lines of installed packages.
_NAMED, _MEANT, _VAGUE = 6, 6, 7
_STRONG: Final = 3  # a word that hardly means anything else
_MORE_WHEN_JOINED: Final = 2  # what lines of a paragraph must reach together beyond what one must
_JOINED: Final = 3  # lines of a paragraph that are weighed together
_NEVER: Final = 99
_WINDOW, _STEP = 40, 20  # words of a long line that are weighed together
# Bits of a hint, by sense and least weight; `_WANTS` is what wishes or claims.
_REVIEW, _REVIEW_2, _READER, _READER_2, _READER_3, _YOU, _YOU_2, _WANTS = (1 << bit for bit in range(8))
_NAMES: Final = _REVIEW | _READER_3
_LEADER: Final = re.compile(r"\s*(#|//|/\*|\*|--|;|%|>|)")
_PROSE: Final = re.compile(r"""\s*\w[^=(){}\[\]<>|_]*""")
_PROSE_WORDS: Final = 4
# What may be a sentence in a line of code: a comment, a text in quotes, words between marks.
_PARTS: Final = re.compile(r"""(?:\#|//|/\*|--).*|(?:"[^"]*"\s*:\s*)?"[^"]*"?|'[^']*'?|[^"'()=\[\]{}<>.]+""")
_NO_LETTER: Final = re.compile(r"[\W_]+")
# Behind these a claim belongs to a description: "files that were reviewed before".
_RELATIVE: Final = frozenset("that which what who if when whether where until once nothing everything".split())


class _Entry(NamedTuple):
    """What follows the first word of an entry of the table, and what the entry weighs."""

    rest: tuple[str, ...]
    is_stem: bool
    weighed: Weighed


def _indexed() -> tuple[Mapping[str, Sequence[_Entry]], Mapping[str, Sequence[_Entry]]]:
    words: dict[str, list[_Entry]] = {}
    stems: dict[str, list[_Entry]] = {}
    for parts, weighed in entries():
        is_stem = parts[-1].endswith("*")
        first, *rest = (*parts[:-1], parts[-1].removesuffix("*"))
        table = stems if is_stem and not rest else words
        table.setdefault(first, []).append(_Entry(rest=tuple(rest), is_stem=is_stem, weighed=weighed))
    return words, stems


_WORDS, _STEMS = _indexed()
_STEM_LENGTHS: Final = sorted({len(stem) for stem in _STEMS})


@lru_cache(maxsize=16384)
def _looked_up(word: str) -> tuple[_Entry, ...]:
    """The entries that begin with the word, long ones first."""
    found = [*_WORDS.get(word, ())]
    for length in _STEM_LENGTHS:
        if length > len(word):
            break
        found += _STEMS.get(word[:length], ())
    return tuple(sorted(found, key=lambda entry: -len(entry.rest)))


@lru_cache(maxsize=32768)
def _entries_at(word: str, following: str) -> tuple[_Entry, ...]:
    """The entries that begin with the two words, and those of the first alone."""
    return tuple(
        entry
        for entry in _looked_up(word)
        if not entry.rest or _continues((following,), entry.rest[:1], is_stem=entry.is_stem and len(entry.rest) == 1)
    )


def _hints() -> tuple[Mapping[str, int], Mapping[str, int]]:
    """What a text may be about that has a word, or one that begins so: of each entry the longest word."""
    words: dict[str, int] = {}
    stems: dict[str, int] = {}
    for parts, (sense, weight) in entries():
        longest = max(parts, key=len)
        bits = _REVIEW * (sense == "review") | _REVIEW_2 * (sense == "review" and weight > 1)
        bits |= _READER * (sense == "reader") | _READER_2 * (sense == "reader" and weight > 1)
        bits |= _READER_3 * (sense == "reader" and weight >= _STRONG)
        bits |= _YOU * (sense == "you") | _YOU_2 * (sense == "you" and weight > 1)
        bits |= _WANTS * ((sense in ("wish", "claim") and weight > 1) or (sense == "review" and weight >= _STRONG))
        table = stems if longest.endswith("*") else words
        table[longest.removesuffix("*")] = table.get(longest.removesuffix("*"), 0) | bits
    return words, stems


def _may_be_heavy(bits: int) -> bool:
    """False when `_sum_and_least` can let nothing pass that has these hints and no others."""
    who = bits & (_READER_2 | _YOU_2) or (bits & _READER and bits & _YOU)
    return bool(bits & _WANTS and (bits & (_READER_3 | _REVIEW_2) or (bits & _REVIEW and who)))


_MAY_BE_HEAVY: Final = tuple(_may_be_heavy(bits) for bits in range(1 << 8))
_HINTS, _STEM_HINTS = _hints()
_STEM_HINT_LENGTHS: Final = sorted({len(stem) for stem in _STEM_HINTS})


@lru_cache(maxsize=16384)
def _hint(word: str) -> int:
    bits = _HINTS.get(word, 0)
    for length in _STEM_HINT_LENGTHS:
        bits |= _STEM_HINTS.get(word[:length], 0)
    return bits


def scored_in(text: str, said: Sequence[Sequence[str]], distinct: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Index of each line that decides its own review, and the words that say so.

    `said` are the words of each line of the text, which is in small letters, `distinct` those of all lines.
    """
    hints = {word: bits for word in distinct if (bits := _hint(word))}
    is_ascii = text.isascii()
    if is_ascii and not _MAY_BE_HEAVY[reduce(or_, hints.values(), 0)]:
        return
    lines = text.split("\n")
    about = _about(said, hints)
    together = map(or_, map(or_, about, [*about[1:], 0]), [*about[2:], 0, 0])  # of each line and the two behind it
    done = -1
    for index, bits in enumerate(together):
        if index <= done or (is_ascii and not _MAY_BE_HEAVY[bits]):
            continue
        scripts = () if is_ascii or lines[index].isascii() else in_scripts(lines[index].lower())
        if (_MAY_BE_HEAVY[about[index]] or scripts) and (
            found := _heaviest_sentence(lines[index], said[index], scripts)
        ):
            yield index, found
            done = index
        elif about[index] & (_NAMES | _WANTS) and bits & _READER_2 and _MAY_BE_HEAVY[bits]:
            count = _joined_lines(lines, said, index)
            if count > 1 and (found := _heaviest(list(chain(*said[index : index + count])), (), _MORE_WHEN_JOINED)):
                yield index, found
                done = index + count - 1


def _about(said: Sequence[Sequence[str]], hints: Mapping[str, int]) -> list[int]:
    """The hints of each line's words together; written for speed."""
    about = []
    says_nothing = hints.keys().isdisjoint
    for words in said:
        bits = 0
        if not says_nothing(words):
            for word in words:
                if word in hints:
                    bits |= hints[word]
        about.append(bits)
    return about


def _joined_lines(lines: Sequence[str], said: Sequence[Sequence[str]], first: int) -> int:
    """How many lines from the first on are one paragraph: comments that begin alike, or prose."""
    leader = _leader(lines[first])
    count = 1
    while leader is not None and count < _JOINED and first + count < len(lines):
        if not said[first + count] or _leader(lines[first + count]) != leader:
            break
        count += 1
    return count


def _leader(line: str) -> str | None:
    """The mark of a comment that begins the line, "" for prose, None for code."""
    match = _LEADER.match(line)
    mark = match[1] if match else ""
    if mark or (_PROSE.fullmatch(line) and line.count(" ") >= _PROSE_WORDS):
        return mark
    return None


def _heaviest_sentence(line: str, words: Sequence[str], scripts: Sequence[tuple[str, Weighed]]) -> str:
    """`_heaviest` of a line. Words of code that marks of code part are no sentence: there what stands between
    the marks, in quotes or in a comment is weighed by itself."""
    found = _heaviest(words, scripts)
    if not found or scripts or _leader(line) is not None:
        return found
    return next(
        filter(None, (_heaviest(_NO_LETTER.sub(" ", part[0]).split(), ()) for part in _PARTS.finditer(line))), ""
    )


def _heaviest(words: Sequence[str], scripts: Sequence[tuple[str, Weighed]], more: int = 0) -> str:
    """The words that made a piece of the text heavy enough, or ""."""
    more += len(words) > _WINDOW
    for start in range(0, max(1, len(words) - _STEP), _STEP):
        if found := _telling(words[start : start + _WINDOW], scripts, more):
            return found
    return ""


def _telling(words: Sequence[str], scripts: Sequence[tuple[str, Weighed]], more: int) -> str:
    """The words that were counted, the most telling first, where their senses are together heavy enough, or ""."""
    best: dict[Sense, tuple[int, str]] = {}
    second: set[Sense] = set()
    for text, (sense, weight) in (*_counted(words), *scripts):
        before = best.get(sense)
        if before is None or weight > before[0]:
            best[sense] = weight, text
        if before is not None and weight > 1 and before[0] > 1:
            second.add(sense)
    total, least = _sum_and_least({sense: weight + (sense in second) for sense, (weight, _) in best.items()}, best)
    if total < least + more:
        return ""
    heaviest = sorted(best.values(), key=lambda item: -item[0])
    return ", ".join(dict.fromkeys(text for weight, text in heaviest if weight > 1))


def _sum_and_least(sums: Mapping[Sense, int], best: Mapping[Sense, tuple[int, str]]) -> tuple[int, int]:
    """What the senses weigh together, and what they would have to."""
    reader, you, review = sums.get("reader", 0), sums.get("you", 0), sums.get("review", 0)
    wish, claim = sums.get("wish", 0), sums.get("claim", 0)
    who = max(reader, you) + (reader > 0 and you > 0)
    total = who + review + wish + claim + sums.get("here", 0)
    if max(wish, claim) <= 1 and not (review >= _STRONG and who and wish):
        return total, _NEVER
    if "reader" in best and best["reader"][0] >= _STRONG:
        return total, _NAMED
    if who and review > 1:
        return total, _MEANT
    return total, _VAGUE if review > 1 or (who > 1 and review) else _NEVER


def _counted(words: Sequence[str]) -> Iterator[tuple[str, Weighed]]:
    """The entries of the table that stand in the words; in each sense a word counts once, with its neighbours first."""
    behind: dict[Sense, int] = {}
    for index, word in enumerate(words):
        if not _looked_up(word):
            continue
        for entry in _entries_at(word, words[index + 1] if index + 1 < len(words) else ""):
            rest, _, weighed = entry
            if index < behind.get(weighed[0], 0):
                continue
            if weighed[0] == "claim" and index and words[index - 1] in _RELATIVE:
                continue
            if not rest:
                behind[weighed[0]] = index + 1
                yield word, weighed
                continue
            end = index + 1 + len(rest)
            if len(rest) > 1 and not _continues(words[index + 1 : end], rest, is_stem=entry.is_stem):
                continue
            behind[weighed[0]] = end
            yield " ".join(words[index:end]), weighed


def _continues(words: Sequence[str], rest: Sequence[str], *, is_stem: bool) -> bool:
    if not is_stem or len(words) != len(rest):
        return tuple(words) == tuple(rest)
    return tuple(words[:-1]) == tuple(rest[:-1]) and words[-1].startswith(rest[-1])
