"""A lok.toml to begin with: few keys, each with a comment, fitted to this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tomlkit.items import Table

_HEAD: Final = """\
How lok-hooks reviews this repository. Everything here is optional: what is left out has a built-in value.
`lok backends --explain` shows every value and where it comes from; `lok doctor` shows who can be asked."""
_TASKS: Final = "Who looks for what: all that are named and at hand review."
_CAREFUL: Final = """\
Keys that start programs, choose servers or name credentials count only after `lok trust`, on each machine."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Starter:
    """What to write: for each task the backends to name, the quorum, and a remark on each backend."""

    tasks: Mapping[str, tuple[str, ...]]
    quorum: int
    remarks: Mapping[str, str]


def starter_text(starter: Starter) -> str:
    """The whole file as text."""
    import tomlkit

    document = tomlkit.document()
    _comment(document, _HEAD)
    document.add(tomlkit.nl())
    review = tomlkit.table()
    _put(review, "fail_on", "high", "mildest severity that refuses: low, medium, high, critical")
    _put(review, "quorum", starter.quorum, "reviewers that must raise a finding to confirm it without debate")
    _put(review, "exclude", [], "files to leave out, in gitignore syntax")
    document.add("review", review)
    hooks = tomlkit.table(is_super_table=True)
    for name, budget, policy in (("pre-commit", 60, "allow"), ("pre-push", 300, "block")):
        entry = tomlkit.table()
        _put(entry, "budget", budget, "seconds for the whole review")
        _put(entry, "on_incomplete", policy, 'an unfinished review: "allow" or "block"')
        hooks.add(name, entry)
    document.add("hooks", hooks)
    tasks = tomlkit.table(is_super_table=True)
    for name, backends in starter.tasks.items():
        task = tomlkit.table()
        task.comment(_TASKS) if name == next(iter(starter.tasks)) else None
        task.add("backends", list(backends))
        tasks.add(name, task)
    document.add("tasks", tasks)
    document.add(tomlkit.nl())
    _comment(document, "\n".join(("Backends, as `lok init` found them:", *_remarks(starter.remarks), "", _CAREFUL)))
    return tomlkit.dumps(document)


def _remarks(remarks: Mapping[str, str]) -> list[str]:
    column = max((len(name) for name in remarks), default=0) + 2
    return [f"  {name.ljust(column)}{remark}" for name, remark in remarks.items()]


def _comment(container: object, text: str) -> None:
    from tomlkit import comment
    from tomlkit.container import Container

    if isinstance(container, Container):
        for line in text.splitlines():
            container.add(comment(line))


def _put(table: Table, key: str, value: object, meaning: str) -> None:
    from tomlkit import item

    made = item(value)
    made.comment(meaning)
    table.add(key, made)
