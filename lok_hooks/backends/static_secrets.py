"""Secrets on added lines as claims of the embedded reviewer. No claim's words hold the secret; its quote is the
line as it stands, which grounding needs and reports redact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lok_hooks.backends.secrets import find_secrets
from lok_hooks.backends.static_proof import is_test
from lok_hooks.core.diff import Line
from lok_hooks.core.finding import Claim, Severity
from lok_hooks.core.screen import Secret, Strength, masked
from lok_hooks.core.task import Piece, Prompt

_Found = tuple[Line, Secret]
_FEW: Final = 10  # random strings in one file; more are data, and one claim says so
_SEVERITIES: Final = {
    Strength.STRUCTURAL: Severity.CRITICAL,
    Strength.LIKELY: Severity.HIGH,
    Strength.GUESS: Severity.MEDIUM,
}
_IN_TESTS: Final = {
    Strength.STRUCTURAL: Severity.CRITICAL,
    Strength.LIKELY: Severity.MEDIUM,
    Strength.GUESS: Severity.LOW,
}
_FIX: Final = (
    "revoke it, then load the new one from the environment or a secret store; "
    "a value that opens nothing is allowed by the comment `pragma: allowlist secret`"
)


def secret_claims(backend: str, prompt: Prompt, rules: Mapping[str, str]) -> list[Claim]:
    """One claim per secret on an added line of the prompt's chunk, whatever the language. `rules` maps "secret" or
    "secret:KIND" to its weight."""
    return [
        _claim(backend, prompt.task, piece, group, more, weight)
        for piece in prompt.chunk.pieces
        for group, more in _groups(piece)
        if (weight := _weight(group[0][1], rules)) != "off"
    ]


def _groups(piece: Piece) -> Iterator[tuple[list[_Found], int]]:
    """What belongs in one claim, and how many more of its kind it stands for."""
    found = list(_on_added_lines(piece))
    random = [each for each in found if each[1].kind == "high-entropy"]
    if len(random) > _FEW:
        found = [each for each in found if each not in random[1:]]
    group: list[_Found] = []
    for line, secret in found:
        if (
            group
            and secret.kind == "private-key" == group[-1][1].kind
            and (line.new or 0) - (group[-1][0].new or 0) < 3
        ):
            group.append((line, secret))
            continue
        if group:
            yield group, _more(group, random)
        group = [(line, secret)]
    if group:
        yield group, _more(group, random)


def _more(group: Sequence[_Found], random: Sequence[_Found]) -> int:
    return len(random) - 1 if len(random) > _FEW and group[0] == random[0] else 0


def _on_added_lines(piece: Piece) -> Iterator[_Found]:
    for hunk in piece.hunks:
        lines = [line for line in hunk.lines() if line.kind != "removed"]
        for secret in find_secrets(piece.file.path, [line.text for line in lines]):
            if lines[secret.line].kind == "added":
                yield lines[secret.line], secret


def _weight(secret: Secret, rules: Mapping[str, str]) -> str:
    rule = f"secret:{secret.kind}"
    named = max((key for key in rules if rule.startswith(key)), key=len, default=None)
    if named is not None:
        return rules[named]
    return "proof" if secret.is_structural else "suspicion"


def _claim(backend: str, task: str, piece: Piece, group: Sequence[_Found], more: int, weight: str) -> Claim:
    path = piece.file.path
    line, secret = group[0]
    # Test suites need private keys that open nothing; other formats are given out by their vendor only.
    is_test_key = secret.kind == "private-key" and is_test(path)
    severity = (_IN_TESTS if is_test(path) else _SEVERITIES)[secret.strength]
    if is_test_key:
        severity = Severity.MEDIUM
    if secret.is_allowed:
        severity = Severity.LOW
    note = " (allowed by a comment)" if secret.is_allowed else ""
    rest = f", and {more} more random strings in this file" if more else ""
    return Claim(
        backend=backend,
        task=task,
        file=path,
        line=line.new or 0,
        end_line=group[-1][0].new or 0,
        severity=severity,
        category="secret",
        cwe="CWE-798",
        title=f"Secret in the code: {secret.kind}{note}",
        why=f"{masked(secret.value)}{rest}; it stays in the history for everyone who can read the repository",
        fix=_FIX,
        quote=line.text,
        is_proof=weight == "proof" and not is_test_key and not secret.is_allowed,
    )
