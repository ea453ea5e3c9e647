"""Secrets as values, and the placeholders that stand for them in every text that leaves this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import Final

from lok_hooks.core.finding import Claim

PLACEHOLDER: Final = re.compile(r"<SECRET:[a-z0-9-]+:[0-9]+>")
# What a model says when it takes the marker for code ("<SECRET:key:1> is not defined"), not about the line itself.
_COMPLAINT: Final = re.compile(
    r"placeholder|redact|undefined|not defined|unsubstituted|never replaced|template marker|dummy|"
    r"(?:syntax|token|parse|parsing) error|(?:invalid|malformed|not a valid|not valid) ?(?:syntax|token|identifier|key|"
    r"value|credential|expression|python|json|yaml)?",
    re.IGNORECASE,
)
_SHOWN_CHARACTERS: Final = 4
_SHORTEST_EVERYWHERE: Final = 6
_FEW: Final = 64  # values that are looked for one by one
_WORDS: Final = re.compile(r"[^\W\d_]{1,11}(?:[-_./ ][^\W\d_]{1,11})*")


class Strength(IntEnum):
    """How sure it is that a value is a secret. GUESS: looks random or has a telling name; LIKELY: both, or a
    vendor's loose pattern; STRUCTURAL: a vendor's published format, complete and well formed."""

    GUESS = 1
    LIKELY = 2
    STRUCTURAL = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """A secret in a line. `kind` like "aws-key"; `line` is the index into the lines that were searched; `start`
    is where `value` begins in it. `value` has no white space. `before` and `after` stand around it and made it a
    secret: its name, an equals sign, quotes. `is_allowed`: a `pragma: allowlist secret` comment stands there."""

    kind: str
    value: str
    line: int
    start: int
    strength: Strength
    before: str = ""
    after: str = ""
    is_allowed: bool = False

    @property
    def end(self) -> int:
        """Where the value ends in its line."""
        return self.start + len(self.value)

    @property
    def is_structural(self) -> bool:
        """True when its format alone proves it."""
        return self.strength is Strength.STRUCTURAL


@dataclass(frozen=True, kw_only=True, slots=True)
class Replacement:
    """`placeholder` stands for `value`, wherever it is; for an ordinary word only between `before` and `after`, or
    every `admin` of the code would go. These two are only looked at, and white space in them counts as white space of
    any kind and length: who folds it, or takes line breaks out of it, cannot hide the value by that."""

    value: str
    placeholder: str
    before: str = ""
    after: str = ""

    @property
    def stands_alone(self) -> bool:
        """True when every place where the value stands is one where it is to be replaced."""
        return not self.before and not self.after and is_unmistakable(self.value)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of the value wherever it is to be replaced in `text`; they may overlap."""
        if self.stands_alone:
            start = text.find(self.value)
            while start >= 0:
                yield start, start + len(self.value)
                start = text.find(self.value, start + 1)
            return
        pattern = _pattern(self.value, self.before, self.after)
        found = pattern.search(text)
        while found:
            yield found.span(1)
            found = pattern.search(text, found.start() + 1)


class _Index:
    """Many replacements by what their values begin with. To look for one after the other takes time by the square where
    a text is made of secrets."""

    def __init__(self, replacements: Iterable[Replacement]) -> None:
        self._by_value: dict[str, list[Replacement]] = {}
        for each in replacements:
            self._by_value.setdefault(each.value, []).append(each)
        self._width = min((len(value) for value in self._by_value), default=1)
        self._lengths: dict[str, set[int]] = {}
        for value in self._by_value:
            self._lengths.setdefault(value[: self._width], set()).add(len(value))

    def places(self, text: str) -> Iterator[tuple[tuple[int, int], str]]:
        """Start and end of each value to be replaced in `text`, with its placeholder."""
        others: dict[Replacement, None] = {}
        lengths, width = self._lengths, self._width
        for start in range(len(text) - width + 1):
            for length in lengths.get(text[start : start + width], ()):
                for each in self._by_value.get(text[start : start + length], ()):
                    if each.stands_alone:
                        yield (start, start + len(each.value)), each.placeholder
                    else:
                        others[each] = None
        for each in others:
            yield from ((place, each.placeholder) for place in each.places(text))


@dataclass(frozen=True, kw_only=True)
class Screening:
    """What must not leave this machine, and what stands for it. The same value has the same placeholder in every
    text of a review; the order is that of first appearance."""

    replacements: tuple[Replacement, ...] = ()

    @cached_property
    def placeholders(self) -> frozenset[str]:
        """Every placeholder that was given out."""
        return frozenset(each.placeholder for each in self.replacements)

    @cached_property
    def anywhere(self) -> Screening:
        """The same for words about the code, where a value stands without what made it a secret: ordinary words are
        replaced wherever they stand by themselves."""
        return Screening(replacements=tuple(replace(each, before="", after="") for each in self.replacements))

    def extended(self, more: Screening) -> Screening:
        """This one and what `more` knows besides; a value that both know keeps its placeholder."""
        known = {each.value: each.placeholder for each in self.replacements}
        added = (replace(each, placeholder=known.get(each.value, each.placeholder)) for each in more.replacements)
        return Screening(replacements=tuple(dict.fromkeys((*self.replacements, *added))))

    def redact(self, text: str) -> str:
        """`text` with placeholders in place of secrets; itself when it holds none."""
        places = dict(self._places(text))
        if not places:
            return text
        parts: list[str] = []
        done = 0
        # The longest of those that begin together; one that begins inside another hides what sticks out of it.
        for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
            if end > done:
                parts += [text[done:start], places[start, end]]
                done = end
        return "".join([*parts, text[done:]])

    def _places(self, text: str) -> Iterator[tuple[tuple[int, int], str]]:
        """Start and end of each value to be replaced, with its placeholder."""
        if len(self.replacements) > _FEW:
            yield from self._index.places(text)
            return
        for each in self.replacements:
            if each.value in text:
                yield from ((place, each.placeholder) for place in each.places(text))

    @cached_property
    def _index(self) -> _Index:
        return _Index(self.replacements)

    def restore(self, text: str) -> str:
        """The original of a redacted `text`; placeholders that we did not give out are left alone."""
        values = self._values
        return PLACEHOLDER.sub(lambda match: values.get(match[0], match[0]), text)

    @cached_property
    def _values(self) -> dict[str, str]:
        return {each.placeholder: each.value for each in self.replacements}

    def mentions_placeholder(self, claim: Claim) -> bool:
        """True when the claim complains about a placeholder of ours as if it were code. A claim about the line
        around it (injection, a hard-coded password) is not one, nor is one about a marker the diff's author wrote."""
        ours = self.placeholders
        said = f"{claim.title}\n{claim.why}"
        return any(mark in ours for mark in PLACEHOLDER.findall(f"{said}\n{claim.quote}")) and bool(
            _COMPLAINT.search(said)
            and (any(mark in ours for mark in PLACEHOLDER.findall(said)) or "placeholder" in said.casefold())
        )


def masked(value: str) -> str:
    """How a report may show a secret: at most its first four characters (fewer when it is short) and its length."""
    return f"{value[: min(_SHOWN_CHARACTERS, len(value) // 5)]}… ({len(value)} characters)"


def screening_of(secrets: Iterable[Secret], texts: Iterable[str] = ()) -> Screening:
    """The screening for secrets in order of appearance.

    `texts` is everything that will be sent: placeholders already written there by the diff's author are not
    given out, so that `restore(redact(text)) == text`.
    """
    taken = {mark for text in texts if "<SECRET:" in text for mark in PLACEHOLDER.findall(text)}
    numbers: dict[str, int] = {}
    placeholders: dict[str, str] = {}
    replacements: dict[Replacement, None] = {}
    for secret in secrets:
        if secret.value not in placeholders:
            placeholders[secret.value] = _next_placeholder(secret.kind, numbers, taken)
        before, after = ("", "") if is_unmistakable(secret.value) else _surroundings(secret)
        one = Replacement(value=secret.value, placeholder=placeholders[secret.value], before=before, after=after)
        replacements[one] = None
    return Screening(replacements=tuple(replacements))


def is_unmistakable(value: str) -> bool:
    """True when the value can hardly mean anything else, so that it may be replaced wherever it stands."""
    return len(value) >= _SHORTEST_EVERYWHERE and not _WORDS.fullmatch(value)


def _surroundings(secret: Secret) -> tuple[str, str]:
    """What has to stand around the value: the name before it is enough, and what comes behind may have been cut."""
    if any(character.isalnum() for character in secret.before):
        return secret.before.lstrip(), ""
    return secret.before.lstrip(), secret.after.rstrip()


@lru_cache(maxsize=1024)
def _pattern(value: str, before: str, after: str) -> re.Pattern[str]:
    """The value as group 1 between its surroundings; where it has none, standing by itself."""
    middle = f"({re.escape(value)})"
    if not before and not after:
        return re.compile(rf"(?<!\w){middle}(?!\w)")
    first, last = (r"\s+".join(map(re.escape, text.split())) for text in (before, after))
    return re.compile((rf"{first}\s*" if first else "") + middle + (rf"\s*{last}" if last else ""))


def _next_placeholder(kind: str, numbers: dict[str, int], taken: set[str]) -> str:
    while True:
        numbers[kind] = numbers.get(kind, 0) + 1
        placeholder = f"<SECRET:{kind}:{numbers[kind]}>"
        if placeholder not in taken:
            return placeholder
