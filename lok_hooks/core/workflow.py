"""Workflows as values: what a step is, what became of it, and in which order steps run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import Final, Literal

from lok_hooks.errors import EXIT_CLEAN, EXIT_INCOMPLETE

Consensus = Literal["first", "synthesis", "vote", "weighted_vote"]
OutputFormat = Literal["text", "json", "json_array", "jsonl", "lines"]
MOST_ITEMS: Final = 200  # of one for_each; each is a request or a process


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One `[[steps]]` entry: a `prompt` for `backends` (none named: all at hand) or a `shell` text.

    `waits_for` holds `depends_on` and every step that its texts mention. `min_successes` of `depends_on` must have
    succeeded, None for all that it waits for. `retry_delay` (doubled with each try) and `timeout` in seconds, None for
    no limit. `weights` count in a weighted vote. `for_each` is an expression, a list of texts, or None.
    """

    name: str
    prompt: str = ""
    shell: str = ""
    backends: tuple[str, ...] = ()
    consensus: Consensus = "synthesis"
    weights: Mapping[str, float] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    min_successes: int | None = None
    condition: str = ""
    for_each: str | tuple[str, ...] | None = None
    retries: int = 0
    retry_delay: float = 1.0
    timeout: float | None = None
    continue_on_error: bool = False
    output_format: OutputFormat = "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class Workflow:
    """A whole workflow. `label` begins messages about it (a path, or "built-in audit")."""

    name: str
    description: str
    label: str
    steps: tuple[Step, ...]

    @property
    def last_steps(self) -> tuple[str, ...]:
        """The steps that no other waits for: what a workflow is run for."""
        waited_for = {name for step in self.steps for name in step.waits_for}
        return tuple(step.name for step in self.steps if step.name not in waited_for)


class State(StrEnum):
    """What became of a step; the value is what reports print."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_RUN = "not run"


@dataclass(frozen=True, kw_only=True, slots=True)
class StepResult:
    """A step that ended. `output` is what it brought, "" unless DONE (a for_each keeps what its items brought);
    `reason` says why it is not done. `backends`
    answered; `notes` say what an answer lacks. `is_forgiven`: its failure does not count (`continue_on_error`)."""

    name: str
    state: State
    output: str = ""
    reason: str = ""
    seconds: float = 0.0
    backends: tuple[str, ...] = ()
    attempts: int = 0
    notes: tuple[str, ...] = ()
    is_forgiven: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkflowResult:
    """A workflow that ended; `steps` in the order of the file; `notes` are lines that the reader must see."""

    workflow: Workflow
    steps: tuple[StepResult, ...]
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """4 when a step failed that counts, or was not run for such a reason; else 0."""
        is_broken = any(step.state in (State.FAILED, State.NOT_RUN) and not step.is_forgiven for step in self.steps)
        return EXIT_INCOMPLETE if is_broken else EXIT_CLEAN


def whom_to_ask(step: Step, chosen: Sequence[str], at_hand: Sequence[str]) -> tuple[str, ...]:
    """The backends a step asks: those that `--backend` names, else its own, else all `at_hand`."""
    if chosen:
        kept = tuple(name for name in step.backends if name in chosen)
        return kept or (tuple(chosen[:1]) if len(step.backends) == 1 else tuple(chosen))
    return step.backends or tuple(at_hand)


def stages(workflow: Workflow) -> tuple[tuple[Step, ...], ...]:
    """The steps in the order they run; those of one stage run side by side. The workflow must have no cycle."""
    steps = {step.name: step for step in workflow.steps}
    order = TopologicalSorter({step.name: step.waits_for for step in workflow.steps})
    order.prepare()
    found = []
    while order.is_active():
        names = order.get_ready()
        found.append(tuple(steps[name] for name in steps if name in names))
        order.done(*names)
    return tuple(found)


def circles_in(waits_for: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Circles of steps that wait for each other: each from its first step in the order of `waits_for` on to that step
    again. No two have a step in common, and without their steps there is none left."""
    left = {name: list(dict.fromkeys(names)) for name, names in waits_for.items()}
    place = {name: number for number, name in enumerate(left)}
    while circle := _circle_in(left):
        first = circle.index(min(circle, key=place.__getitem__))
        yield (*circle[first:], *circle[:first], circle[first])
        left = {name: [other for other in left[name] if other not in circle] for name in left if name not in circle}


def _circle_in(waits_for: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The steps of one circle, each once; () when there is none."""
    try:
        TopologicalSorter(waits_for).prepare()
    except CycleError as error:
        # graphlib tells it from the waited-for to the waiting; people read "a waits for b".
        return tuple(reversed(error.args[1][1:]))
    return ()


def why_blocked(step: Step, results: Mapping[str, StepResult]) -> str:
    """Why a step whose predecessors have ended cannot run, "" when it can.

    A skipped predecessor and one whose failure is forgiven hold nothing up, unless `min_successes` counts.
    """
    if step.min_successes is not None:
        succeeded = sum(results[name].state is State.DONE for name in step.depends_on)
        if succeeded >= step.min_successes:
            return ""
        return f"only {succeeded} of {len(step.depends_on)} steps before it succeeded, {step.min_successes} are needed"
    ended = [results[name] for name in step.waits_for]
    failed = [r for r in ended if r.state in (State.FAILED, State.NOT_RUN) and not r.is_forgiven]
    return f"{failed[0].name} {'failed' if failed[0].state is State.FAILED else 'was not run'}" if failed else ""
