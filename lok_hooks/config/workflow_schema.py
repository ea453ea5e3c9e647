"""What may stand in a workflow file: the original Lok's keys, but for those that edit files; and `weights`."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from lok_hooks.config.schema import LONGEST_SECONDS, Section, Words, key

EDITING: Final = frozenset({"apply_edits", "verify", "fix_retries"})
_DURATION: Final = re.compile(r"(\d{1,9})\s*(ms|s|m|min|h)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_SHORTEST: Final = 1.0  # seconds; the original's unit is the millisecond, so 300 is hardly meant


def _seconds(value: object) -> object:
    """Seconds out of milliseconds (a number) or a text like "30s", "5m", "1h"."""
    if isinstance(value, str):
        found = _DURATION.fullmatch(value.strip())
        if not found:
            raise PydanticCustomError("duration", 'not a duration like "30s", "5m" or "1h"')
        return int(found[1]) * _SECONDS[found[2]]
    return value / 1000 if isinstance(value, int | float) and not isinstance(value, bool) else value


def _patient(seconds: float) -> float:
    if 0 < seconds < _SHORTEST:
        text = 'less than a second; numbers are milliseconds here, so write "300s" for 300 seconds'
        raise PydanticCustomError("duration", text)
    return seconds


Duration = Annotated[
    Annotated[float, Field(ge=0, le=LONGEST_SECONDS), AfterValidator(_patient)], BeforeValidator(_seconds)
]
Delay = Annotated[Annotated[float, Field(ge=0, le=3600)], BeforeValidator(_seconds)]
StepName = Annotated[str, Field(pattern=r"^[A-Za-z_][\w-]{0,99}$")]
Prose = Annotated[str, Field(min_length=1, max_length=200_000)]
Expression = Annotated[str, Field(min_length=1, max_length=2_000)]


class StepSection(Section):
    """One `[[steps]]` entry."""

    name: StepName = Field(description="the step's name: letters, digits, _ and -, beginning with a letter")
    backend: str | None = key("the name of the backend that is asked; none named: all at hand")
    backends: Words | None = key("names of several backends, joined by `consensus`")
    consensus: Literal["first", "synthesis", "vote", "weighted_vote"] | None = key("how several answers become one")
    weights: dict[str, Annotated[float, Field(gt=0, le=1000, strict=False)]] | None = key(
        "for weighted_vote: backend = its weight, 1 unless given"
    )
    prompt: Prose | None = key("what the backend is asked")
    shell: Prose | None = key("what a shell runs")
    depends_on: Words | None = key("names of the steps that must end before")
    min_deps_success: Annotated[int, Field(ge=0, le=1000)] | None = key("how many of them must succeed; without it all")
    condition: Expression | None = key("an expression; the step is skipped where it does not hold", alias="if")
    when: Expression | None = key("another word for `if`")
    for_each: Expression | Words | None = key("an expression that gives a list, or a list of texts")
    retries: Annotated[int, Field(ge=0, le=20)] | None = key("how often it is tried again")
    retry_delay: Delay | None = key('how long to wait before that, in milliseconds or as "2s"; doubled each time')
    timeout: Duration | None = key('how long it may take, in milliseconds or as "30s"; 0 for no limit')
    continue_on_error: bool | None = key("true lets the workflow go on when it fails")
    output_format: Literal["text", "json", "json_array", "jsonl", "lines"] | None = key("what its output is")


class WorkflowSection(Section):
    """A whole workflow file."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = key("the workflow's name; without it the file's")
    description: Annotated[str, Field(max_length=2_000)] | None = key("what it is for, in a line")
    continue_on_error: bool | None = key("the same for every step that does not say")
    timeout: Duration | None = key("the same for every step that does not say")
    steps: Annotated[tuple[StepSection, ...], Field(strict=False, min_length=1, max_length=200)] = Field(
        description="a table [[steps]] for each step, at least one"
    )
