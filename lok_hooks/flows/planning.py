"""Who is asked what: routes and requests for a diff, before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lok_hooks.core.chunk import pack, whole_files
from lok_hooks.core.diff import Diff, FileDiff, Hunk, Status
from lok_hooks.core.enclosing import heading
from lok_hooks.core.ports import Backend, Contents, Failure, Request
from lok_hooks.core.prompts import Redact, review_prompt, task_words
from lok_hooks.core.reliability import Precision
from lok_hooks.core.review import Unreviewed
from lok_hooks.core.route import Candidate, Route, route
from lok_hooks.core.task import Chunk, Prompt, Task

_INSTRUCTIONS: Final = 8_000  # bytes kept for our own words around the code
ANALYSIS: Final = "analysis"  # the task name of analysers, which look at everything once


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A request before its text is written: nothing may be written before the secrets are known."""

    backend: Backend
    task: Task | None
    chunk: Chunk
    part: str

    def request(self, redact: Redact, key: str = "") -> Request:
        """The request; `redact` replaces secrets in everything a model reads, `key` is the repository's own. An
        analyser reads no text."""
        if self.task is None:
            prompt = Prompt(task=ANALYSIS, text="", receipt="", chunk=self.chunk)
        else:
            prompt = review_prompt(self.task, self.chunk, redact, key)
        return Request(backend=self.backend, prompt=prompt, part=self.part)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Every request to come, the routes behind them, and the files that no request to some backend can hold. `missing`
    are backends that had to be asked and cannot be; `absent_models` all models that cannot, wanted or not."""

    drafts: tuple[Draft, ...]
    routes: tuple[Route, ...]
    analysers: tuple[str, ...]
    missing: tuple[Failure, ...]
    absent_models: tuple[Failure, ...]
    too_large: tuple[tuple[FileDiff, Unreviewed], ...]


def plan(
    diff: Diff,
    tasks: Sequence[Task],
    backends: Sequence[Backend],
    chosen: Sequence[str],
    contents: Contents,
    only: Mapping[str, frozenset[str]] | None = None,
    precision: Mapping[str, Precision] | None = None,
) -> Plan:
    """The requests for `diff`: each task's prompts as one request per routed model and chunk, and one request per
    analyser, or as many as one path has files. `chosen` (from `--backend`) limits both kinds of backend; empty means
    all that are switched on. `only` limits a task by its name to some paths; `precision` is what was measured of each
    backend."""
    absent = {backend.name: failure for backend in backends if (failure := backend.missing())}
    candidates = [
        Candidate(
            name=b.name,
            traits=b.traits,
            missing=absent[b.name].reason if b.name in absent else "",
            precision=(precision or {}).get(b.name),
        )
        for b in backends
    ]
    routes = tuple(route(task, candidates, chosen) for task in tasks)
    by_name = {backend.name: backend for backend in backends}
    enclosing = Headings(contents)
    drafts: list[Draft] = []
    too_large: list[tuple[FileDiff, Unreviewed]] = []
    for task, way in zip(tasks, routes, strict=True):
        for name in way.backends:
            sent, left = _model_drafts(files_for(task.name, diff, only or {}), task, by_name[name], enclosing)
            drafts += sent
            too_large += left
    analysers = [b for b in backends if b.traits.role == "analyser" and (not chosen or b.name in chosen)]
    drafts += [draft for b in analysers if b.name not in absent for draft in _analyser_drafts(b, diff)]
    wanted = {*chosen, *(b.name for b in analysers)}
    return Plan(
        drafts=tuple(drafts),
        routes=routes,
        analysers=tuple(b.name for b in analysers),
        missing=tuple(failure for name, failure in absent.items() if name in wanted),
        absent_models=tuple(absent[b.name] for b in backends if b.name in absent and b.traits.role == "model"),
        too_large=tuple(too_large),
    )


def headings(plan: Plan) -> Iterator[tuple[FileDiff, str]]:
    """The lines that requests show besides those of the diff, with the files they stand in."""
    for draft in plan.drafts:
        for piece in draft.chunk.pieces:
            yield from ((piece.file, text) for text in piece.enclosing if text)


def with_headings(diff: Diff, plan: Plan) -> Diff:
    """The diff with `headings` as context of their files: they are searched for secrets like every line."""
    shown: dict[str, dict[str, None]] = {}
    for file, text in headings(plan):
        shown.setdefault(file.path, {})[text] = None
    return replace(diff, files=(*diff.files, *(as_context(path, list(texts)) for path, texts in shown.items())))


def as_context(path: str, texts: Sequence[str]) -> FileDiff:
    """Lines that are to be searched like those of the file `path`: each text as a hunk that changes none of them."""
    return FileDiff(
        path=path,
        old_path=path,
        status=Status.MODIFIED,
        old_mode="",
        new_mode="",
        old_blob="",
        new_blob="",
        hunks=tuple(map(_context, texts)),
    )


def _context(text: str) -> Hunk:
    lines = text.split("\n")
    body = "".join(f" {line}\n" for line in lines)
    return Hunk(old_start=1, old_count=len(lines), new_start=1, new_count=len(lines), section="", body=body)


def files_for(task: str, diff: Diff, only: Mapping[str, frozenset[str]]) -> list[FileDiff]:
    """The files that models look at for a task."""
    return [file for file in diff.files if not file.held_back and (task not in only or file.path in only[task])]


def room(backend: Backend, task: Task) -> int:
    """Bytes of code that one request to `backend` has room for, next to what it says of `task`."""
    return backend.traits.max_prompt_bytes - _INSTRUCTIONS - len(task_words(task).encode("utf-8", "replace"))


def _model_drafts(
    files: Sequence[FileDiff], task: Task, backend: Backend, enclosing: Headings
) -> tuple[list[Draft], list[tuple[FileDiff, Unreviewed]]]:
    budget = room(backend, task)
    packed = pack(files, budget, enclosing)
    drafts = [
        Draft(backend=backend, task=task, chunk=chunk, part=f"{number}/{len(packed.chunks)}")
        for number, chunk in enumerate(packed.chunks, 1)
    ]
    what = "one line alone" if budget > 0 else f"what {task.name} asks"
    reason = f"{what} is larger than a prompt to {backend.name} may be"
    left = [(file, Unreviewed(path=file.path, task=task.name, reason=reason)) for file in packed.too_large]
    return drafts, left


def _analyser_drafts(backend: Backend, diff: Diff) -> list[Draft]:
    chunks = whole_files(diff.files)
    return [
        Draft(backend=backend, task=None, chunk=chunk, part=f"{number}/{len(chunks)}")
        for number, chunk in enumerate(chunks, 1)
    ]


class Headings:
    """Says where a hunk stands, from the file's full new text; each file's text is read and split once."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._lines: dict[tuple[str, str], list[str] | None] = {}

    def __call__(self, file: FileDiff, hunk: Hunk) -> str:
        key = (file.path, file.new_blob)
        if key not in self._lines:
            text = self._contents.new(file)
            self._lines[key] = None if text is None else text.decode("utf-8", "replace").split("\n")
        return heading(self._lines[key], hunk)
