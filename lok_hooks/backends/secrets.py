"""The door to detect-secrets: which values in some lines are secrets.

Nothing is verified over the network, no file or baseline is read, and the same lines give the same secrets. Public
functions may be called from any thread.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any, Final

from lok_hooks.backends.secret_keys import keys_cut_off, private_keys
from lok_hooks.backends.secret_patterns import (
    asks_elsewhere,
    detectors,
    has_letters_and_digits,
    looks_random,
    squeezed,
    without_endless_names,
)
from lok_hooks.core.diff import NO_FILES, Diff, FileDiff, Hunk
from lok_hooks.core.redaction import said_in
from lok_hooks.core.screen import PLACEHOLDER, Screening, Secret, Strength, is_unmistakable, screening_of

_SHORTEST_LINE: Final = 8
_SHORTEST_VALUE: Final = 4
_SHORTEST_RANDOM: Final = 11
# A longer random string is data (an image, a fixture), not something a person would keep as a secret.
_LONGEST_RANDOM: Final = 512
_BARE: Final = " (values without quotes)"
_PROSE: Final = f"file{_BARE}"  # the family of text that is no file's: a question, an answer, what a command printed
_CLOSING: Final = "\"'`)}]>\\.?!:"  # what may follow a value there and belongs to the sentence
# Lines longer than this are searched in overlapping windows: several patterns take quadratic time on one line.
_WINDOW: Final = 4096
_OVERLAP: Final = 512

# A line that passes none of these gates cannot match a detector (the tests prove it with generated matches of every
# pattern), so that the slow search runs on two lines in a hundred only. First words that a keyword detector or a
# readable format needs, then runs of characters: what a token takes, and quoted what the entropy limits need at
# least (eleven hexadecimal digits; more than 2**4.5 different base64 characters).
_NAMES: Final = re.compile(
    r"pass(?:w|p|\b)|_pass|pwd|secret|(?:api|auth|service|account|db|database|priv|private|client)_?key|key_?pass"
    r"|(?:db|database)_?pass|contrase|token|credential|bearer\s|xox[apbosr]-|softlayer|hooks\.slack|aws.{0,20}(?:key|pw)"
    r"|://[^\s/@]*:[^\s/]*@|(?:key|pwd|pw|password|pass|sl|cl|clou)[\w-]{0,9}[\"'\]]{0,3}\ *[=:\ ].{0,5}[a-z0-9_-]{24}"
)
_RUN: Final = re.compile(r"[A-Za-z0-9+/=_-]{11}")
_TOKENS: Final = re.compile(
    r"""["'](?:[0-9a-fA-F]{11,}|[A-Za-z0-9+/=_-]{23,})["']"""
    r"|A(?:KIA|BIA|CCA|SIA|3T|KC|P[0-9A-F]|Iza|ccountKey|GE-SECRET)|[AS][CK][a-z0-9]{32}"
    r"|g(?:h[pousr]_|ithub_pat_|l[a-z]{2,5}-|loas-)|GR1348941|eyJ|-us[0-9]|_authToken|npm_|T3BlbkFJ"
    r"|sk-(?:ant|or|proj|svcacct|admin)-|pypi-Ag|SG\.|xapp-|sq0csp-|[rs]k_(?:live|test)_|[0-9]:[0-9A-Za-z_-]{35}"
    r"|\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}|hf_|do[opr]_v1_|shp(?:at|ca|pa|ss)_|hv[sb]\.|dapi[a-f0-9]"
    r"|[A-Za-z0-9]{64}"
)
# Files whose values stand without quotes.
_UNQUOTED: Final = frozenset(
    ".env .envrc .ini .cfg .cnf .conf .cf .config .properties .toml .yaml .yml .eyaml .sh .bash .zsh .npmrc .pypirc "
    ".netrc .tfvars .service .secret .credentials credentials config .dockerfile".split()
)
_ASSIGNED: Final = re.compile(
    r"""^\s*(?:-\s+)?(?:export\s+|ENV\s+|ARG\s+|set\s+)?["']?[\w.-]+["']?\s*(?::=?|=)\s*([^\s"'#;,<>(){}\[\]$]{9,})\s*(?:[#;].*)?$"""
)
_ENVIRONMENT: Final = re.compile(r"[+-]?\s*(?:export\s+|ENV\s+)?[A-Z][A-Z0-9_]*=\S")
_STAND_IN: Final = re.compile(
    r"(.)\1{5,}|x{4,}|\*{3,}|\.{3,}|example|your[-_ .]|change[-_ ]?me|replace[-_ ]?me|insert[-_ ]|placeholder|redacted"
    r"|dummy|^(?:none|null|nil|true|false|undefined|string|str|todo|tbd|n/a|foo|bar|foobar|test|testing|fake|mock"
    r"|pass|user|unset|required|optional|password|passwd|pwd|secret|token|key|value)$"
    r"|^/[\w./-]+$|^!(?:vault|secret|ref|sub|env)|\$\{|\{\{|%\(|<[\w -]+>",
    re.IGNORECASE,
)
# "client_secret", "apiKey", "X-Auth-Token": what a secret is called, not a secret.
_NAME_OF_SECRET: Final = re.compile(
    r"(?i:[a-z]+[-_. ])*(?i:[a-z]*)(?i:password|passwd|pwd|secret|key|token|credentials?)s?(?:[-_. ][a-zA-Z]+)*"
)
_DIGEST_NAME: Final = re.compile(
    r"sha-?[0-9]*|md5|hash|digest|checksum|integrity|commit|revision|\brev\b|etag|fingerprint|blob", re.I
)
_CODE_VALUE: Final = re.compile(
    r"^[\w.]+\(|^(?:self|this|os|env|config|settings|process|secrets?|vault)[.:]|^[A-Z]+(?:_[A-Z0-9]+)+$|\s"
)
_LIKELY_LENGTH: Final = 16
# Files whose rules together want quotes behind a colon and none behind an equals sign.
_WAYS_TO_QUOTE: Final = ("message.txt", "message.go")

# "pass" alone, which detect-secrets does not know, where values stand without quotes.
_PASS: Final = re.compile(r"(?i:(?<![a-z])pass)[\"']?\s*[:=]\s*([^\s\"'`;,#<>(){}\[\]$]{8,})(?=[\s`]|$)")


def find_secrets(path: str, lines: Sequence[str]) -> tuple[Secret, ...]:
    """The secrets in consecutive lines of the file `path`, by line and place; `path` is only looked at for its kind.

    Values that a `pragma: allowlist secret` comment stands at are found too and say so.
    """
    family = _family(path)
    is_bare = family.endswith(_BARE)
    found = [
        secret
        for index, line in enumerate(lines)
        if len(line) >= _SHORTEST_LINE and (is_bare or len(line) > _WINDOW or may_match(line))
        for secret in _in_line(line, index, family, is_bare=is_bare)
    ]
    found += private_keys(lines)
    if not found:
        return ()  # nothing below is needed, and importing detect-secrets would cost ten Python starts
    kept = _without_overlaps(found)
    if _is_lock_file(path):
        kept = [secret for secret in kept if secret.strength > Strength.GUESS]
    allowed = _allowed_lines(path, lines, (secret.line for secret in kept))
    return tuple(replace(secret, is_allowed=True) if secret.line in allowed else secret for secret in kept)


def screen(diff: Diff, more: Iterable[str] = ()) -> Screening:
    """The screening for all that a prompt may show of a diff: added, context and removed lines, hunk headings and
    file names, and `more` (texts taken from elsewhere, such as enclosing definitions)."""
    extra = list(more)
    return screening_of(secrets_in(diff, extra), [*texts_of(diff), *extra])


def secrets_in(diff: Diff, more: Iterable[str]) -> Iterator[Secret]:
    """The same secrets one by one."""
    for file in diff.files:
        yield from _in_file(file)
    yield from find_secrets("", list(_names(diff)))
    for text in more:
        yield from find_secrets("", text.split("\n"))


def redacted(text: str) -> str:
    """A message or log, which may quote any file, without the secrets in it. What stands behind a name and an equals
    sign is a value; behind a colon a message goes on in words, which are none unless they stand in quotes."""
    lines = text.split("\n")
    found = [secret for secret in find_secrets("", lines) if is_unmistakable(secret.value)]
    found += [secret for path in _WAYS_TO_QUOTE for secret in find_secrets(path, lines)]
    return screening_of(found, [text]).redact(text)


def says_unshown_secret(said: str, shown: str) -> bool:
    """Whether an answer says a secret that does not stand in what its author was shown."""
    return any(secret.value not in shown for secret in secrets_in(NO_FILES, said_in(said)))


def _names(diff: Diff) -> Iterator[str]:
    """What is shown of a diff besides its lines."""
    yield diff.label
    yield from dict.fromkeys(file.ref for file in diff.files)
    for file in diff.files:
        yield file.path
        yield file.old_path
    for item in diff.skipped:
        yield item.path
        yield item.detail


def texts_of(diff: Diff) -> Iterator[str]:
    """Every text of a diff that a prompt may show."""
    yield from _names(diff)
    for file in diff.files:
        for hunk in file.hunks:
            yield hunk.section
            yield hunk.body


def _in_file(file: FileDiff) -> Iterator[Secret]:
    for hunk in file.hunks:
        for lines in _sides(hunk):
            yield from find_secrets(file.path, lines)
            yield from keys_cut_off(lines)


def _sides(hunk: Hunk) -> tuple[list[str], ...]:
    raw = hunk.body.split("\n")
    new = [line[1:] for line in raw if line[:1] in {"+", " "}]
    if not any(line.startswith("-") for line in raw):
        return (new,)
    return new, [line[1:] for line in raw if line[:1] in {"-", " "}]


def _in_line(line: str, index: int, family: str, *, is_bare: bool) -> Iterator[Secret]:
    text, place = squeezed(line)
    for offset in range(0, max(1, len(text) - _OVERLAP), _WINDOW - _OVERLAP):
        piece = text[offset : offset + _WINDOW]
        if not may_match(piece) and not (is_bare and _ASSIGNED.match(piece)):
            continue
        for kind, *places, strength in _search(piece, family):
            first, start, end, last = (place(offset + at) for at in places)
            yield Secret(
                kind=kind, value=line[start:end], line=index, start=start, strength=strength,
                before=line[first:start], after=line[end:last],
            )  # fmt: skip


def may_match(line: str) -> bool:
    """False when no detector can match the line; about 5 µs."""
    folded = line.casefold()
    if _has_word(folded) and _NAMES.search(folded):
        return True
    return bool(_RUN.search(line) and _TOKENS.search(line))


def _has_word(line: str) -> bool:
    # A chain of `in` takes a fifth of the time of the pattern that it spares, and half of that of `any`.
    return (
        ("pass" in line or "secret" in line or "key" in line or "token" in line or "pw" in line)
        or ("credential" in line or "://" in line or "bearer" in line or "xox" in line or "contras" in line)
        or "softlayer" in line
    )


_Hit = tuple[str, int, int, int, int, Strength]  # kind, then the places as `Detector.spans` gives them


# A hunk's context stands on both its sides, and a review looks at its lines twice: to screen and to report.
@lru_cache(maxsize=4096)
def _search(line: str, family: str) -> tuple[_Hit, ...]:
    hits: list[_Hit] = [
        (detector.kind, first, start, end, last, detector.strength)
        for detector in detectors()
        for first, start, end, last in detector.spans(line)
        if not _STAND_IN.search(line[start:end]) and not _is_sequential(line[start:end])
    ]
    hits += _random_strings(line, family)
    hits += _named(line, family)
    marks = [mark.span() for mark in PLACEHOLDER.finditer(line)] if "<SECRET:" in line else []
    return tuple(hit for hit in hits if not any(hit[2] < end and start < hit[3] for start, end in marks))


def _random_strings(line: str, family: str) -> Iterator[_Hit]:
    """Quoted strings, and bare values of files that need no quotes, that look random."""
    quoted = (match.span(2) for kind in ("base64", "hexadecimal") for match in _entropy(kind).regex.finditer(line))
    spans = set(quoted)
    if family.endswith(_BARE) and (assigned := _ASSIGNED.match(line)):
        spans.add(assigned.span(1))
    for start, end in sorted(spans):
        if _is_random(line[start:end]) and not _is_digest(line, start, end):
            yield "high-entropy", start, start, end, end, Strength.GUESS


def _named(line: str, family: str) -> Iterator[_Hit]:
    """Values whose variable, key or option is called like a secret."""
    if asks_elsewhere(line):
        return
    if family.endswith(_BARE) and (found := _PASS.search(line)) and looks_random(found[1]) and _is_plausible(found[1]):
        yield "password", found.start(), *found.span(1), found.end(1), Strength.GUESS
    named = without_endless_names(line)
    for pattern, group in _keyword_patterns(family).items():
        for match in pattern.finditer(named):
            start, end = match.span(group)
            if not match[group - 1]:
                # Without quotes the pattern takes the rest of the line.
                end = start + len(re.match(r"[^\s;,#]*", line[start:end])[0])  # type: ignore[index]
                if family == _PROSE:
                    end = start + len(line[start:end].partition('"')[0].rstrip(_CLOSING))
                    if not (has_letters_and_digits(line[start:end]) or _ENVIRONMENT.match(line)):
                        continue  # "password: str", "the secret: missing"
            if _is_plausible(line[start:end]):
                strength = _strength_of(line[start:end])
                yield _kind_of(match[0]), match.start(), start, end, match.end(), strength


def _kind_of(text: str) -> str:
    lowered = text.casefold()
    if any(word in lowered for word in ("pass", "pwd", "contrase")):
        return "password"
    return "key" if "key" in lowered else "secret"


def _strength_of(value: str) -> Strength:
    if len(value) < _LIKELY_LENGTH or not looks_random(value):
        return Strength.GUESS
    is_hex = all(character in "0123456789abcdefABCDEF" for character in value)
    least = 3.0 if is_hex else 3.5
    return Strength.LIKELY if _entropy("base64").calculate_shannon_entropy(value) >= least else Strength.GUESS


def _is_plausible(value: str) -> bool:
    from detect_secrets.filters import heuristic

    return (
        len(value) >= _SHORTEST_VALUE
        and not _STAND_IN.search(value)
        and not _CODE_VALUE.search(value)
        and not _NAME_OF_SECRET.fullmatch(value)
        and not _is_sequential(value)
        and not heuristic.is_templated_secret(value)
        and not heuristic.is_prefixed_with_dollar_sign(value)
        and not heuristic.is_not_alphanumeric_string(value)
    )


def _is_random(value: str) -> bool:
    from detect_secrets.filters import heuristic

    if (
        not looks_random(value)
        or not _SHORTEST_RANDOM <= len(value) <= _LONGEST_RANDOM
        or heuristic.is_potential_uuid(value)
    ):
        return False
    if _STAND_IN.search(value) or _is_sequential(value) or _is_alphabet(value):
        return False
    if all(character in "0123456789abcdefABCDEF" for character in value):
        return bool(_entropy("hexadecimal").calculate_shannon_entropy(value) > 3.0)
    # Paths, slugs and identifiers are words and numbers with something between; random text mixes them.
    longest = max((part for part in re.split(r"[-_/.+=:@]", value) if looks_random(part)), key=len, default="")
    return len(longest) >= 12 and bool(_entropy("base64").calculate_shannon_entropy(value) > 4.5)


def _is_sequential(value: str) -> bool:
    from detect_secrets.filters import heuristic

    return bool(heuristic.is_sequential_string(value))


def _is_alphabet(value: str) -> bool:
    steps = sum(ord(after) - ord(before) == 1 for before, after in pairwise(value))
    return steps > len(value) / 2


def _is_digest(line: str, start: int, end: int) -> bool:
    from detect_secrets.filters import heuristic

    before = line[:start]
    is_hex = all(character in "0123456789abcdefABCDEF" for character in line[start:end])
    if is_hex and _DIGEST_NAME.search(before[-60:]):
        return True
    return bool(
        re.match(r"sha(?:256|384|512)-", line[start:end]) or heuristic.is_likely_id_string(line[start:end], line)
    )


@lru_cache(maxsize=2)
def _entropy(kind: str) -> Any:
    from detect_secrets.plugins import high_entropy_strings

    if kind == "base64":
        return high_entropy_strings.Base64HighEntropyString()
    return high_entropy_strings.HexHighEntropyString()


@lru_cache(maxsize=64)
def _keyword_patterns(family: str) -> dict[re.Pattern[str], int]:
    from detect_secrets.plugins import keyword
    from detect_secrets.util.filetype import FileType, determine_file_type

    default = keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP
    kind = FileType.CONFIG if family.endswith(_BARE) else determine_file_type(family)
    patterns: dict[re.Pattern[str], int] = keyword.REGEX_BY_FILETYPE.get(kind, default)
    return patterns


# The names, headings and both sides of each hunk of a file ask for it.
@lru_cache(maxsize=1024)
def _family(path: str) -> str:
    """A name that stands for all files read in the same way."""
    name = PurePosixPath(path).name.casefold()
    suffix = PurePosixPath(name).suffix or name
    is_bare = suffix in _UNQUOTED or name in _UNQUOTED or name.startswith((".env", "dockerfile")) or not path
    return f"file{suffix}{_BARE}" if is_bare else f"file{suffix}"


def _is_lock_file(path: str) -> bool:
    from detect_secrets.filters import heuristic

    return bool(heuristic.is_lock_file(path))


def _without_overlaps(found: Sequence[Secret]) -> list[Secret]:
    """The strongest of those that overlap, then the longest."""
    kept: dict[int, list[Secret]] = {}
    for secret in sorted(found, key=lambda each: (-each.strength, each.start - each.end, each.start, each.kind)):
        others = kept.setdefault(secret.line, [])
        place = bisect_left(others, secret.start, key=lambda each: each.start)
        is_free_before = place == 0 or others[place - 1].end <= secret.start
        is_free_behind = place == len(others) or secret.end <= others[place].start
        if is_free_before and is_free_behind:
            others.insert(place, secret)
    return [secret for line in sorted(kept) for secret in kept[line]]


def _allowed_lines(path: str, lines: Sequence[str], indices: Iterable[int]) -> frozenset[int]:
    """Those of `indices` where a `pragma: allowlist secret` comment allows what stands in the line."""
    from detect_secrets.filters.allowlist import is_line_allowlisted
    from detect_secrets.util.code_snippet import get_code_snippet

    return frozenset(
        index
        for index in set(indices)
        if any("pragma" in line for line in lines[max(0, index - 1) : index + 1])
        and is_line_allowlisted(path, lines[index], get_code_snippet(list(lines[: index + 1]), index + 1))
    )
