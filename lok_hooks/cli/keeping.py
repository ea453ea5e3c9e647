"""A review with memory: what was answered is recalled, what a commit leaves open goes to the push, and a verdict that
changes when asked again is said to."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from lok_hooks.cli import ledgers, remembered, wiring
from lok_hooks.core import deferral
from lok_hooks.core.ports import Memory
from lok_hooks.core.remember import Forgetting, Fresh, difference, verdict_key, write_verdict
from lok_hooks.core.review import Review
from lok_hooks.errors import RepositoryError
from lok_hooks.store import deferred as store
from lok_hooks.store.database import Database
from lok_hooks.store.memory import StoredMemory
from lok_hooks.store.place import Place, place_of, ready

if TYPE_CHECKING:
    from lok_hooks.core.settings import BackendSettings, CacheSettings, Settings
    from lok_hooks.flows.review import Means, Order
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.snapshot import Snapshot
    from lok_hooks.store.ledger import Ledger

_SERVERS: Final = frozenset({"ollama", "openai"})
_LEFT_OPEN: Final = "what stayed open is asked again at push, by lok-audit"
_MEGABYTE: Final = 1_000_000
_HOUR: Final = 3600.0

EntryName = Literal["hunt", "audit", "by_hand"]


class Keeping(NamedTuple):
    """`database` is None where nothing is kept. `memory` is for asking: with `--fresh` it recalls nothing; `lasting`
    recalls all the same."""

    database: Database | None
    memory: Memory
    lasting: Memory


def place_for(repository: Repository | None) -> Place:
    """Where things are kept: for all work trees of a repository, or for what is asked outside of any."""
    return place_of(repository.common_dir if repository else None, os.environ)


def place_at(directory: Path) -> Place:
    """The same for the repository that `directory` lies in, if any."""
    from lok_hooks.repo.git import Repository

    try:
        return place_for(Repository.open(directory))
    except RepositoryError:
        return place_for(None)


@contextmanager
def keeping(cache: CacheSettings, place: Place, noted: Callable[[str], None], *, fresh: bool) -> Iterator[Keeping]:
    """The memory in `place`, closed at the end; one that forgets when `[cache]` says so. `noted` is told when
    nothing can be kept."""
    if not cache.enabled:
        yield Keeping(database=None, memory=Forgetting(), lasting=Forgetting())
        return
    database = Database(ready(place, time.time()), noted)
    lasting = StoredMemory(
        database, ttl_seconds=cache.ttl_hours * _HOUR, max_bytes=cache.max_megabytes * _MEGABYTE, now=time.time
    )
    try:
        yield Keeping(database=database, memory=Fresh(lasting) if fresh else lasting, lasting=lasting)
    finally:
        database.close()


@contextmanager
def remembering_in(
    directory: Path, cache: CacheSettings, noted: Callable[[str], None], *, fresh: bool
) -> Iterator[tuple[Memory, str]]:
    """The memory for questions about `directory`, and the digest of what can be seen there. In a directory that is
    too large to look through nothing is remembered."""
    from lok_hooks.store.surroundings import surroundings

    seen = surroundings(directory) if cache.enabled else None
    with keeping(cache, place_at(directory), noted, fresh=fresh) as kept:
        yield (kept.memory, seen) if seen is not None else (Forgetting(), "")


class Prepared(NamedTuple):
    """What a review begins with: `order` and `settings` with what the ledger and earlier commits add to them."""

    order: Order
    settings: Settings
    kept: Keeping
    ledger: Ledger | None


@contextmanager
def prepared(
    order: Order,
    settings: Settings,
    snapshot: Snapshot,
    entry: EntryName,
    arguments: argparse.Namespace,
    noted: Callable[[str], None],
) -> Iterator[Prepared]:
    """`order` as it will be carried out; its memory and ledger are closed at the end."""
    place = place_for(snapshot.repository)
    with (
        keeping(settings.cache, place, noted, fresh=arguments.fresh) as kept,
        ledgers.ledger_in(place, noted) if snapshot.repository else nullcontext() as ledger,
    ):
        settings, order = ledgers.brought_in(ledger, settings, order, kept.lasting)
        if entry == "audit" and kept.database is not None and not _are_tasks_chosen(arguments):
            order = _with_deferred(order, settings, kept.database)
        yield Prepared(order, settings, kept, ledger)


def reviewed(
    order: Order, settings: Settings, snapshot: Snapshot, entry: EntryName, arguments: argparse.Namespace
) -> tuple[Review, tuple[str, ...]]:
    """The review of what `order` says, remembering; and lines that concern this run alone."""
    from lok_hooks.flows.review import review

    said: list[str] = []
    with prepared(order, settings, snapshot, entry, arguments, said.append) as (whole, known, kept, ledger):
        with wiring.means(known, snapshot, whole.policy, verbose=arguments.verbose, memory=kept.memory) as means:
            outcome = review(whole, means)
            said += _verdict(whole, means, outcome, kept.lasting, fresh=arguments.fresh)
        ledgers.record(ledger, outcome, snapshot)
        if kept.database is not None:
            said += _afterwards(whole, outcome, entry, kept.database)
    return outcome, tuple(dict.fromkeys(said))


def is_worth_keeping(outcome: Review, settings: Settings, arguments: argparse.Namespace) -> bool:
    """Whether the report may be shown again for the same bytes: nothing was left open, and a model reviewed, or none
    can have come to hand meanwhile without its program appearing."""
    if getattr(arguments, "ticket", None) is None or not settings.cache.enabled:
        return False
    models = {backend.name for backend in settings.backends if backend.enabled and not backend.is_analyser}
    has_model = any(asked.backend in models for asked in outcome.asked)
    is_whole = not outcome.is_incomplete and not outcome.failures
    return is_whole and (has_model or not any(map(_may_come_up, settings.backends)))


def _may_come_up(backend: BackendSettings) -> bool:
    """Whether it is a server that can be asked as soon as somebody starts it; ollama needs a model named as well."""
    return backend.enabled and backend.kind in _SERVERS and (backend.kind == "openai" or bool(backend.model))


def keep_report(code: int, text: str, settings: Settings, arguments: argparse.Namespace) -> None:
    """Keeps a report with its exit code for the next `lok-hunt` on the same bytes, unless they have changed since."""
    ticket: remembered.Ticket = arguments.ticket
    if not remembered.still_holds(ticket, arguments.argv):
        return
    until = time.time() + settings.cache.ttl_hours * _HOUR
    kept = remembered.record(code, text, _witnesses(settings, ticket), until)
    with keeping(settings.cache, ticket.place, lambda _: None, fresh=False) as opened:
        opened.lasting.keep(ticket.key, kept)


def _witnesses(settings: Settings, ticket: remembered.Ticket) -> list[remembered.Witness]:
    """What the verdict hangs on that the bytes under review do not say."""
    from lok_hooks.config.load import FILE_NAME
    from lok_hooks.config.trusted import record_path
    from lok_hooks.store.ledger import LAYOUT

    found = [("listing", str(ticket.top / ".lok"))]
    if ticket.place.repository:
        found.append(("content", str(record_path(ticket.place.repository) or "")))
    if ticket.place.folder:
        found.append(("date", str(ticket.place.folder / LAYOUT.file_name)))
    if any(backend.enabled and backend.kind == "static" for backend in settings.backends):
        from lok_hooks.backends.static import ruff_program

        found.append(("date", str(ruff_program())))
    for backend in (each for each in settings.backends if each.enabled):
        words = (backend.command, *backend.command_wrapper.split()[:1])
        found += [("program", word) for word in words if word and backend.kind not in _SERVERS]
        found += [("variable", backend.api_key_env)] if backend.api_key_env else []
    if settings.review.config_from:
        found.append(("object", f"{settings.review.config_from}:{FILE_NAME}"))
    return [remembered.witness(kind, name) for kind, name in dict.fromkeys(found)]


def _are_tasks_chosen(arguments: argparse.Namespace) -> bool:
    return bool(arguments.task or os.environ.get("LOK_TASK"))


def _with_deferred(order: Order, settings: Settings, database: Database) -> Order:
    """The order with what commits left open of the pushed files."""
    found = store.deferred(database, {file.path for file in order.diff.files}, time.time())
    known = {task.name for task in settings.tasks}
    more = deferral.taken_over(found, known, {task.name for task in order.tasks})
    return replace(
        order,
        tasks=order.tasks + wiring.tasks(settings, tuple(more)),
        only={**order.only, **more},
        notes=order.notes + tuple(deferral.note(task, paths) for task, paths in more.items()),
    )


def _afterwards(order: Order, outcome: Review, entry: EntryName, database: Database) -> list[str]:
    """Keeps what a commit left open, and drops what the push got through."""
    tasks = [task.name for task in order.tasks]
    if entry == "audit":
        store.settle(database, deferral.settled(outcome, order.diff, tasks, order.only))
    if entry != "hunt":
        return []
    left = deferral.left_open(outcome, order.diff, tasks)
    return [_LEFT_OPEN] if left and store.defer(database, left, time.time()) else []


def _verdict(order: Order, means: Means, outcome: Review, memory: Memory, *, fresh: bool) -> list[str]:
    """Keeps the verdict of a whole review; when everything was asked again, says what differs from the last one."""
    if outcome.is_incomplete or outcome.failures:
        return []
    rest = (order.tasks, order.chosen, sorted(order.only.items()))
    key = verdict_key(order.command, order.diff, order.policy, means.backends, rest)
    before = memory.recall(key) if fresh else None
    memory.keep(key, write_verdict(outcome))
    return [told] if before and (told := difference(before, outcome)) else []
