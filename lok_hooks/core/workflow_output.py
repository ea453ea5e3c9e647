"""What a step's output means as a value: JSON, JSON lines, lines; and which of several answers wins a vote."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from lok_hooks.core.workflow import OutputFormat

_LARGEST: Final = 4_000_000  # characters that are looked at as JSON
_STARTS: Final = 20  # places where JSON may begin in prose


class NotInFormatError(ValueError):
    """The output is not in the form that its step promises; the text says what was expected."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The answer that won, who gave it, and whether others had as much weight."""

    answer: str
    voters: tuple[str, ...]
    is_tie: bool


def parsed(output: str, form: OutputFormat) -> Any:
    """The value of an output; for "text" the JSON object it holds, None without one. Raises NotInFormatError."""
    match form:
        case "lines":
            return [line for line in output.splitlines() if line.strip()]
        case "jsonl":
            return [
                _json(line, dict | list, "a JSON value on each line") for line in output.splitlines() if line.strip()
            ]
        case "json":
            return _json(output, dict | list, "JSON")
        case "json_array":
            return _json(output, list, "a JSON array")
        case "text":
            try:
                return _json(output, dict, "a JSON object")
            except NotInFormatError:
                return None


def _json(text: str, kind: Any, expected: str) -> Any:
    decoder = json.JSONDecoder()
    body = text.strip()
    starts = [0, *(index for index, letter in enumerate(body[:_LARGEST]) if letter in "{[")]
    for start in starts[: _STARTS + 1]:
        try:
            value, end = decoder.raw_decode(body[:_LARGEST], start)
        except (ValueError, RecursionError):
            continue
        # In the middle of prose, "[1]" is a footnote: only the whole text may be a plain value.
        if isinstance(value, kind) and (end == len(body) or value):
            return value
    raise NotInFormatError(f"its output is not {expected}")


def vote(answers: Mapping[str, str], weights: Mapping[str, float], form: OutputFormat) -> Verdict:
    """The answer with the most weight behind it, in the words of its first voter; a tie goes to the first answer.

    Answers agree when they are the same JSON value, or the same words but for case, spaces and a final stop.
    """
    groups: dict[str, list[str]] = {}
    for name, answer in answers.items():
        groups.setdefault(_ballot(answer, form), []).append(name)
    totals = {key: sum(weights.get(name, 1.0) for name in names) for key, names in groups.items()}
    best = max(totals.values())
    winners = [key for key, total in totals.items() if total == best]
    voters = tuple(groups[winners[0]])
    return Verdict(answer=answers[voters[0]], voters=voters, is_tie=len(winners) > 1)


def _ballot(answer: str, form: OutputFormat) -> str:
    if form != "text":
        with suppress(NotInFormatError):  # an answer in no form votes with its words
            return json.dumps(parsed(answer, form), sort_keys=True)
    return " ".join(answer.casefold().split()).rstrip(".!")


def items_of(value: Any) -> Sequence[Any] | None:
    """What a for_each goes through: a list as it is, a JSON array in a text, None for anything else."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, str):
        try:
            found: list[Any] = _json(value, list, "a JSON array")
        except NotInFormatError:
            return None
        return found
    return None
