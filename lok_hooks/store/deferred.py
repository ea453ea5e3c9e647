"""What commits left open: files that a task could not review in time, for the push to ask again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from lok_hooks.core.deferral import Deferred
from lok_hooks.store.database import Database

KEPT_SECONDS: Final = 30 * 24 * 3600.0  # a branch that was not pushed for a month is reviewed by hand
_KEEP: Final = "INSERT OR REPLACE INTO deferred VALUES (?, ?, ?, ?)"
_AT_ONCE: Final = 500  # values of one query


def defer(database: Database, open_: Iterable[Deferred], now: float) -> bool:
    """Leave `open_` to the push; what is older than a month is dropped. `now` in seconds since 1970. False when it
    could not be kept."""
    return database.change(
        ("DELETE FROM deferred WHERE kept_at < ?", (now - KEPT_SECONDS,)), *((_KEEP, (*item, now)) for item in open_)
    )


def deferred(database: Database, paths: Collection[str], now: float) -> Mapping[str, frozenset[str]]:
    """For each task that commits left open somewhere in `paths`: the paths in question."""
    found: dict[str, set[str]] = {}
    wanted = sorted(set(paths))
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        query = f"SELECT DISTINCT task, path FROM deferred WHERE kept_at >= ? AND path IN ({','.join('?' * len(some))})"  # noqa: S608 - marks only
        for task, path in database.rows(query, now - KEPT_SECONDS, *some):
            found.setdefault(task, set()).add(path)
    return {task: frozenset(among) for task, among in sorted(found.items())}


def settle(database: Database, done: Iterable[Deferred]) -> None:
    """The push has reviewed exactly this content for this task: it is open no more."""
    rows = [("DELETE FROM deferred WHERE path = ? AND blob = ? AND task = ?", tuple(item)) for item in done]
    if rows:
        database.change(*rows)
