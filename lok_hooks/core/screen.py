"""Secrets as values, and the placeholders that stand for them in every text that leaves this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
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
    is where `value` begins in it. `is_allowed`: a `pragma: allowlist secret` comment stands there."""

    kind: str
    value: str
    line: int
    start: int
    strength: Strength
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
    """`needle` is replaced by `shown`. They are `value` and `placeholder` themselves, except for ordinary words:
    those are replaced only behind the text that made them a secret, or every `admin` of the code would go."""

    needle: str
    shown: str
    value: str
    placeholder: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Screening:
    """What must not leave this machine, and what stands for it. The same value has the same placeholder in every
    text of a review; the order is that of first appearance."""

    replacements: tuple[Replacement, ...] = ()

    @property
    def placeholders(self) -> frozenset[str]:
        """Every placeholder that was given out."""
        return frozenset(each.placeholder for each in self.replacements)

    def redact(self, text: str) -> str:
        """`text` with placeholders in place of secrets; itself when it holds none."""
        present = {each.needle: each.shown for each in self.replacements if each.needle in text}
        if not present:
            return text
        # One pass, longest first: a second pass could find a short secret inside a placeholder.
        pattern = "|".join(re.escape(needle) for needle in sorted(present, key=len, reverse=True))
        return re.sub(pattern, lambda match: present[match[0]], text)

    def restore(self, text: str) -> str:
        """The original of a redacted `text`; placeholders that we did not give out are left alone."""
        values = {each.placeholder: each.value for each in self.replacements}
        return PLACEHOLDER.sub(lambda match: values.get(match[0], match[0]), text)

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


def screening_of(sightings: Iterable[tuple[str, Secret]], texts: Iterable[str] = ()) -> Screening:
    """The screening for secrets with the lines they stand in, in order of appearance.

    `texts` is everything that will be sent: placeholders already written there by the diff's author are not
    given out, so that `restore(redact(text)) == text`.
    """
    taken = {mark for text in texts if "<SECRET:" in text for mark in PLACEHOLDER.findall(text)}
    seen = list(sightings)
    numbers: dict[str, int] = {}
    placeholders: dict[str, str] = {}
    for _, secret in seen:
        if secret.value not in placeholders:
            placeholders[secret.value] = _next_placeholder(secret.kind, numbers, taken)
    replacements: dict[str, Replacement] = {}
    for line, secret in seen:
        placeholder = placeholders[secret.value]
        before, after = ("", "") if is_unmistakable(secret.value) else _surroundings(line, secret, placeholders)
        needle = before + secret.value + after
        shown = before + placeholder + after
        replacements.setdefault(
            needle, Replacement(needle=needle, shown=shown, value=secret.value, placeholder=placeholder)
        )
    return Screening(replacements=tuple(replacements.values()))


def is_unmistakable(value: str) -> bool:
    """True when the value can hardly mean anything else, so that it may be replaced wherever it stands."""
    return len(value) >= _SHORTEST_EVERYWHERE and not _WORDS.fullmatch(value)


def _surroundings(line: str, secret: Secret, values: Iterable[str]) -> tuple[str, str]:
    before = line[: secret.start].lstrip()
    # What stands before must not carry another secret into the shown text.
    before = before[max((before.rfind(value) + len(value) for value in values if value in before), default=0) :]
    return (before, "") if before else ("", line[secret.end :].rstrip("\r"))


def _next_placeholder(kind: str, numbers: dict[str, int], taken: set[str]) -> str:
    while True:
        numbers[kind] = numbers.get(kind, 0) + 1
        placeholder = f"<SECRET:{kind}:{numbers[kind]}>"
        if placeholder not in taken:
            return placeholder
