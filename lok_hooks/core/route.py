"""Routing: which backends review for a task, and the reason in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lok_hooks.core.ports import Traits
from lok_hooks.core.reliability import PRIOR, Precision
from lok_hooks.core.task import Task

CHOSEN: Final = "named by --backend"
_LISTED: Final = "listed for "
RANK_SHARE: Final = 0.15
"""Measured precision that is worth one rank: what lies between a good and a middling reviewer in public benchmarks."""

INSTALL: Final = (
    "npm install -g @openai/codex (or @google/gemini-cli, @anthropic-ai/claude-code), or ollama from ollama.com; "
    "`lok doctor` says what else is missing"
)
"""What to do where no model is at hand: what can be had on every system with npm, or without any account."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A backend that is switched on. `missing` says why it cannot be asked, "" when it can. `precision` is measured
    in this repository, None where nothing was."""

    name: str
    traits: Traits
    missing: str = ""
    precision: Precision | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """The models that review for one task (empty: no model is at hand), and why they."""

    task: str
    backends: tuple[str, ...]
    why: Mapping[str, str]
    passed_over: Mapping[str, str]


def route(task: Task, candidates: Sequence[Candidate], chosen: Sequence[str]) -> Route:
    """The models for `task`, the user's choice first, then the task's own list, then the best one at hand.

    `chosen` is what `--backend` named; then only those are asked. Analysers are not routed: they run always.
    All available backends of the task's list review, as in Lok; if none of them is there, the one that is
    strongest at the task takes over: models that may block first, by rank in `strengths`, then file order. A backend
    with enough measured findings moves one rank for each `RANK_SHARE` that its precision differs from the prior.
    If those of the list that are there have no login, the strongest that has one is asked besides.
    """
    models = [c for c in candidates if c.traits.role == "model"]
    available = {c.name: c for c in models if not c.missing}
    wanted = chosen or task.backends
    passed_over = {c.name: c.missing for c in models if c.missing and c.name in wanted}
    if chosen:
        named = tuple(name for name in chosen if name in available)
        return Route(
            task=task.name,
            backends=named,
            why=dict.fromkeys(named, CHOSEN),
            passed_over=passed_over,
        )
    listed = tuple(name for name in task.backends if name in available)
    if listed:
        absent = f" ({', '.join(passed_over)} not at hand)" if passed_over else ""
        why = dict.fromkeys(listed, f"{_LISTED}{task.name}{absent}") | _stand_in(task, candidates, listed)
        return Route(task=task.name, backends=tuple(why), why=why, passed_over=passed_over)
    best = best_of(task, candidates)
    if best is None:
        return Route(task=task.name, backends=(), why={}, passed_over=passed_over)
    reason = (
        next_best(task, best, f"{', '.join(task.backends)} not at hand")
        if task.backends
        else f"best for {task.name}{_record(best)}"
    )
    return Route(task=task.name, backends=(best.name,), why={best.name: reason}, passed_over=passed_over)


def best_of(task: Task, candidates: Sequence[Candidate], without: Collection[str] = ()) -> Candidate | None:
    """The model at hand that is strongest at the task, leaving out some by name; None when none is left."""
    left = [c for c in candidates if c.traits.role == "model" and not c.missing and c.name not in without]
    return min(left, key=lambda c: (not c.traits.has_login, not c.traits.may_block, _rank(c, task.name)), default=None)


def _stand_in(task: Task, candidates: Sequence[Candidate], listed: Sequence[str]) -> dict[str, str]:
    """Who is asked besides those of the list, and why: nobody, unless it is known that none of these has a login."""
    if any(c.traits.has_login for c in candidates if c.name in listed):
        return {}
    best = best_of(task, candidates, without=listed)
    if best is None or not best.traits.has_login:
        return {}
    return {best.name: next_best(task, best, f"no login for {', '.join(listed)}")}


def next_best(task: Task, candidate: Candidate, problem: str) -> str:
    """Why `candidate` is asked where others were meant to be: "next best for hunt: codex not at hand"."""
    return f"next best for {task.name}{_record(candidate)}: {problem}"


def reasons(routes: Sequence[Route]) -> dict[str, str]:
    """Why each model is asked, over all tasks: "listed for hunt and audit"."""
    found: dict[str, dict[str, None]] = {}
    for way in routes:
        for name, reason in way.why.items():
            found.setdefault(name, {})[reason] = None
    return {name: _together(tuple(given)) for name, given in found.items()}


def _together(given: Sequence[str]) -> str:
    listed = [reason.removeprefix(_LISTED) for reason in given if reason.startswith(_LISTED)]
    others = [reason for reason in given if not reason.startswith(_LISTED)]
    return ", ".join(([f"{_LISTED}{' and '.join(listed)}"] if listed else []) + others)


def why_alone(routes: Sequence[Route], chosen: Sequence[str], *, has_models: bool) -> str:
    """Why analysers review without any model; "" where a model is asked, or none was wanted. `has_models`: some are
    switched on."""
    if chosen or not routes or any(way.backends for way in routes):
        return ""
    return "no LLM at hand (lok doctor says why)" if has_models else "no LLM is switched on"


def _rank(candidate: Candidate, task: str) -> int:
    strengths, precision = candidate.traits.strengths, candidate.precision
    rank = strengths.index(task) if task in strengths else len(strengths) + 100
    return rank - (round((precision.share - PRIOR) / RANK_SHARE) if precision and precision.is_enough else 0)


def _record(candidate: Candidate) -> str:
    """ " (right in 80 % of 40 findings)"; "" where there are too few."""
    precision = candidate.precision
    if precision is None or not precision.is_enough:
        return ""
    return f" (right in {precision.share:.0%} of {precision.count} findings)".replace("%", " %")
