"""What a sweep asks of whom: requests for a directory, before anything is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from lok_hooks.core.chunk import pack, whole
from lok_hooks.core.diff import NO_FILES, Diff, FileDiff, Skipped
from lok_hooks.core.dismissal import Dismissal
from lok_hooks.core.finding import Severity
from lok_hooks.core.ports import Backend, Contents, Failure, Request
from lok_hooks.core.prompts import Redact, review_prompt
from lok_hooks.core.redaction import without_secrets
from lok_hooks.core.route import CHOSEN, INSTALL, Candidate, Route, best_of, next_best, route, why_alone
from lok_hooks.core.screen import Screening
from lok_hooks.core.sweep import exploring_prompt
from lok_hooks.core.task import Chunk, Prompt, Task
from lok_hooks.flows.crew import Crew
from lok_hooks.flows.planning import ANALYSIS, room
from lok_hooks.flows.screening import redactor

CANNOT_LOOK: Final = frozenset({"ollama", "openai"})  # kinds that know only what a prompt shows


class Files(Contents, Protocol):
    """The files of the directory. `paths` are relative to it; `skipped` was left out."""

    @property
    def paths(self) -> Sequence[str]:
        """Every file that counts."""
        ...

    @property
    def skipped(self) -> Sequence[Skipped]:
        """What was left out, with the reasons."""
        ...

    def file(self, path: str) -> FileDiff | None:
        """One of them as a diff that adds all of it, None when there is no such text file."""
        ...

    def diff(self) -> Diff:
        """All of them, as far as they can be shown."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepOrder:
    """What the user asked for. `root` is the directory's absolute path, as models may write it, `below` its path from
    the repository's top ("app/", "" for the top). `dismissed`: findings somebody has answered for, by identity."""

    command: str
    label: str
    root: str
    task: Task
    chosen: tuple[str, ...] = ()
    fail_on: Severity | None = None
    notes: tuple[str, ...] = ()
    below: str = ""
    dismissed: Mapping[str, Dismissal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SweepMeans:
    """What the flow works with: the crew, the analysers, the files, and what finds secrets in a diff and texts.
    `spares_local`: backends whose text stays on this machine are shown the files with their secrets."""

    crew: Crew
    analysers: Sequence[Backend]
    files: Files
    screen: Callable[[Diff, Sequence[str]], Screening]
    spares_local: bool = False


Asking = tuple[int | None, Request]
"""A request, and the place of its question in the task (two may have one name); None for all of them at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepPlan:
    """Every request that is to be put, the route behind them, who cannot be asked, what was shown to those who cannot
    look around (None when there are none), the secrets that were kept out of it, and why analysers were asked."""

    asked: tuple[Asking, ...]
    way: Route
    missing: tuple[Failure, ...]
    notes: tuple[str, ...]
    shown: Diff | None
    screening: Screening
    why_analysers: str


def plan_sweep(order: SweepOrder, means: SweepMeans) -> SweepPlan:
    """The requests for a sweep: one for each question and model that can look around, the files in parts for each
    model that cannot, and the files once for each analyser."""
    absent = {backend.name: failure for backend in means.crew.backends if (failure := backend.missing())}
    way = route(order.task, _candidates(means), order.chosen)
    models = [backend for backend in means.crew.backends if backend.name in way.backends]
    blind = [backend for backend in models if backend.traits.kind in CANNOT_LOOK]
    analysers = [analyser for analyser in means.analysers if not analyser.missing()]
    shown = means.files.diff() if blind or analysers else None
    screening = means.screen(shown if shown and blind else NO_FILES, _words(order.task))
    own = {b.name: redactor(b, screening.redact, spares_local=means.spares_local) for b in models}
    every = range(len(order.task.aspects))
    asked = [pair for b in models if b not in blind for pair in _exploring(order, b, every, own[b.name])]
    notes: list[str] = []
    if shown is not None:
        for backend in blind:
            requests, note = _showing(order, backend, shown, own[backend.name])
            asked += requests
            notes.append(note)
        asked += [(None, _analysis(analyser, shown)) for analyser in analysers]
    alone = why_alone([way], order.chosen, has_models=bool(means.crew.backends))
    if alone:
        names = " and ".join(analyser.name for analyser in analysers)
        notes.append(f"{alone}: {names} looked alone" if names else f"{alone}: nobody was asked")
        notes.append(f"install a model: {INSTALL}")
    wanted = {name for name in absent if name in way.passed_over or not models}
    return SweepPlan(
        asked=tuple(asked),
        way=way,
        missing=tuple(failure for name, failure in absent.items() if name in wanted),
        notes=tuple(notes),
        why_analysers=CHOSEN if order.chosen else alone or "on every sweep",
        shown=shown,
        screening=screening,
    )


def taken_over(
    order: SweepOrder, means: SweepMeans, planned: SweepPlan, questions: Sequence[int], problem: str
) -> SweepPlan | None:
    """The plan once more, with requests for the questions at these places alone, to the next best model that is at
    hand and was not asked yet; None when there is none. `problem` says who did not answer them."""
    best = best_of(order.task, _candidates(means), without=planned.way.backends)
    if best is None:
        return None
    backend = next(one for one in means.crew.backends if one.name == best.name)
    names = ", ".join(order.task.aspects[place].name for place in questions)
    is_all = len(questions) == len(order.task.aspects)
    why = next_best(order.task, best, problem if is_all else f"{problem} on {names}")
    way = planned.way
    own = redactor(backend, planned.screening.redact, spares_local=means.spares_local)
    more = replace(
        planned,
        asked=tuple(_exploring(order, backend, questions, own)),
        way=replace(way, backends=(*way.backends, best.name), why={**way.why, best.name: why}),
    )
    if backend.traits.kind not in CANNOT_LOOK:
        return more
    shown = planned.shown or means.files.diff()
    screening = means.screen(shown, _words(order.task))
    own = redactor(backend, screening.redact, spares_local=means.spares_local)
    requests, note = _showing(order, backend, shown, own)
    return replace(more, asked=tuple(requests), notes=(*more.notes, note), shown=shown, screening=screening)


def _candidates(means: SweepMeans) -> list[Candidate]:
    missing = {backend.name: failure.reason for backend in means.crew.backends if (failure := backend.missing())}
    return [Candidate(name=b.name, traits=b.traits, missing=missing.get(b.name, "")) for b in means.crew.backends]


def _words(task: Task) -> list[str]:
    return [task.description, *(text for aspect in task.aspects for text in (aspect.name, aspect.text))]


def _exploring(order: SweepOrder, backend: Backend, questions: Sequence[int], redact: Redact) -> list[Asking]:
    task = without_secrets(order.task, redact)
    aspects = task.aspects
    return [
        (
            place,
            Request(
                backend=backend,
                prompt=exploring_prompt(task, aspects[place]),
                part=f"{place + 1}/{len(aspects)}",
            ),
        )
        for place in questions
    ]


def _showing(order: SweepOrder, backend: Backend, shown: Diff, redact: Redact) -> tuple[list[Asking], str]:
    """The files in parts that fit the backend's prompts, and the line that says how it came to see them."""
    packed = pack(shown.files, room(backend, order.task), lambda file, hunk: "")
    total = len(packed.chunks)
    requests: list[Asking] = [
        (None, Request(backend=backend, prompt=review_prompt(order.task, chunk, redact), part=f"{number}/{total}"))
        for number, chunk in enumerate(packed.chunks, 1)
    ]
    note = f"{backend.name} cannot look around by itself: it was shown the files as if all of them were new"
    left = ", ".join(file.path for file in packed.too_large)
    return requests, f"{note}, but not {left} (one line alone is larger than a prompt to it may be)" if left else note


def _analysis(analyser: Backend, shown: Diff) -> Request:
    chunk = Chunk(pieces=tuple(whole(file) for file in shown.files))
    return Request(backend=analyser, prompt=Prompt(task=ANALYSIS, text="", receipt="", chunk=chunk), part="1/1")
