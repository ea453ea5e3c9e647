"""What a repository's ledger brings into a review, and what the review leaves in it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lok_hooks.config.defaults import BUILT_IN
from lok_hooks.core.dismissal import DISMISSALS, Dismissal
from lok_hooks.core.ports import Memory
from lok_hooks.core.reliability import Precision, has_earned_to_block, weights
from lok_hooks.core.remember import verdict_key
from lok_hooks.core.review import Review
from lok_hooks.store.database import Database
from lok_hooks.store.dismissals import dismissals_in, read_dismissals
from lok_hooks.store.ledger import LAYOUT, Ledger
from lok_hooks.store.place import Place, ready

if TYPE_CHECKING:
    from lok_hooks.core.diff import FileDiff
    from lok_hooks.core.settings import Settings
    from lok_hooks.flows.review import Order
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.rules import RuleFile
    from lok_hooks.repo.snapshot import Snapshot


@contextmanager
def ledger_in(place: Place, noted: Callable[[str], None]) -> Iterator[Ledger]:
    """The ledger in `place`, closed at the end; `noted` is told when nothing can be kept."""
    database = Database(ready(place, time.time()), noted, LAYOUT)
    try:
        yield Ledger(database)
    finally:
        database.close()


def precision_in(directory: Path) -> Mapping[str, Precision]:
    """How often each backend was right here, as far as that was measured."""
    from lok_hooks.cli.keeping import place_at

    problems: list[str] = []
    database = Database(place_at(directory).folder, problems.append, LAYOUT)
    if not database.exists():
        return {}
    try:
        return Ledger(database).precision()
    finally:
        database.close()


def committed_dismissals(found: RuleFile) -> tuple[dict[str, Dismissal], list[str]]:
    """The repository's own list as it counts for a review, and a line where the review's change edits it.

    Raises ConfigError for a list that cannot be read.
    """
    from lok_hooks.cli.rules import EDITED

    notes = [f"{EDITED} ({DISMISSALS}): what it adds counts once it is merged"] if found.is_edited else []
    if found.content is None:
        return {}, notes
    place = f"{found.place}:{DISMISSALS}" if found.place else DISMISSALS
    return read_dismissals(found.content, place), notes


def dismissed_in(repository: Repository) -> dict[str, Dismissal]:
    """What is dismissed in the repository, by this user and in the file as it is on disk. Raises ConfigError for a list
    that cannot be read."""
    from lok_hooks.cli.keeping import place_for

    with ledger_in(place_for(repository), lambda _: None) as ledger:
        return {**ledger.dismissed(), **dismissals_in(repository.top)}


def brought_in(ledger: Ledger | None, settings: Settings, order: Order, memory: Memory) -> tuple[Settings, Order]:
    """The settings and the order with what the ledger knows: dismissals, and how often each backend was right."""
    if ledger is None:
        return settings, order
    precision = _precision(ledger, memory, verdict_key(order.command, order.diff, order.policy, (), ()))
    known = replace(
        order,
        dismissed={**ledger.dismissed(), **order.dismissed},
        precision=precision,
        voices=weights(precision),
    )
    return _with_earned_rights(settings, precision), known


def _with_earned_rights(settings: Settings, precision: Mapping[str, Precision]) -> Settings:
    """The settings in which a backend's word may block that has shown it should, unless lok.toml says otherwise."""
    backends = tuple(
        replace(backend, may_block=True)
        if not backend.may_block
        and settings.origins.get(f"backends.{backend.name}.may_block") == BUILT_IN
        and has_earned_to_block(precision.get(backend.name))
        else backend
        for backend in settings.backends
    )
    return replace(settings, backends=backends)


def _precision(ledger: Ledger, memory: Memory, key: str) -> dict[str, Precision]:
    """How often each backend was right. A diff that was reviewed before keeps what was known then, which decides who
    is asked, whose word may block and what a vote weighs: the same bytes get the same verdict, whatever was measured
    since."""
    name = f"precision {key}"
    before = memory.recall(name)
    if before is not None:
        return {backend: Precision(count=count, share=share) for backend, count, share in json.loads(before)}
    found = ledger.precision()
    memory.keep(name, json.dumps([(backend, each.count, each.share) for backend, each in sorted(found.items())]))
    return found


def record(ledger: Ledger | None, review: Review, snapshot: Snapshot) -> None:
    """Leaves in the ledger what was found, and which earlier findings are mended now."""
    if ledger is None:
        return
    from lok_hooks.core.sighting import sightings

    by_path: dict[str, list[FileDiff]] = {}
    for file in snapshot.diff.files:
        by_path.setdefault(file.path, []).append(file)
    ledger.settle({path: partial(_text, snapshot, versions) for path, versions in by_path.items()})
    ledger.record(sightings(review), time.time())


def _text(snapshot: Snapshot, versions: Sequence[FileDiff]) -> str:
    """What stands in a file, in whichever of several pushed refs, and in the index: an older state or another branch
    that lacks a finding's code says nothing about the one it was found in."""
    from lok_hooks.repo.rules import file_in_index

    contents = [snapshot.new(file) for file in versions]
    if snapshot.repository is not None:
        contents.append(file_in_index(snapshot.repository, versions[0].path))
    return "\n".join((content or b"").decode("utf-8", "replace") for content in contents)
