"""What a commit's unfinished review leaves to the push, and what the push takes over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from lok_hooks.core.diff import Diff
from lok_hooks.core.review import Review

NOTED_PATHS: Final = 5  # named in a note before the rest is only counted


class Deferred(NamedTuple):
    """A file by its path and the full id of its new content (zeros for a deletion), and the task that did not get
    through it."""

    path: str
    blob: str
    task: str


def left_open(review: Review, diff: Diff, tasks: Collection[str]) -> tuple[Deferred, ...]:
    """What `review` of `diff` did not get through, for those of its `tasks` that a model does."""
    missed = {(item.path, item.task) for item in review.coverage.unreviewed if item.task in tasks}
    return _of(diff, missed)


def settled(
    review: Review, diff: Diff, tasks: Collection[str], only: Mapping[str, Collection[str]]
) -> tuple[Deferred, ...]:
    """What `review` of `diff` did get through; `only` limits tasks to some paths."""
    missed = {(item.path, item.task) for item in review.coverage.unreviewed}
    paths = {file.path for file in diff.files}
    return _of(diff, {(path, task) for task in tasks for path in paths.intersection(only.get(task, paths))} - missed)


def taken_over(
    found: Mapping[str, Collection[str]], known: Collection[str], asked: Collection[str]
) -> dict[str, frozenset[str]]:
    """The tasks that commits left open (with the paths in question) and that a push has to ask besides those it asks
    of every file; tasks that lok.toml no longer has are left out."""
    return {task: frozenset(paths) for task, paths in found.items() if paths and task in known and task not in asked}


def note(task: str, paths: Collection[str]) -> str:
    """The line that says what the push asks besides its own tasks."""
    named = sorted(paths)
    more = f", and {len(named) - NOTED_PATHS:,} more" if len(named) > NOTED_PATHS else ""
    return f"{task}: left open by a commit, asked now: {', '.join(named[:NOTED_PATHS])}{more}"


def _of(diff: Diff, wanted: Collection[tuple[str, str]]) -> tuple[Deferred, ...]:
    blobs = {(file.path, file.new_blob) for file in diff.files}
    return tuple(
        sorted(
            Deferred(path=path, blob=blob, task=task) for path, task in wanted for name, blob in blobs if name == path
        )
    )
