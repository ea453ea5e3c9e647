"""`lok cache`: what is remembered here, and forgetting it."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Final

from lok_hooks.core.state import NOWHERE
from lok_hooks.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lok_hooks.store.memory import Stats

EXAMPLE: Final = "lok cache stats"
_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_directory_flag, add_plain_output_flags

    parser.add_argument("action", choices=("stats", "clear"), help="show how much is kept, or forget all of it")
    add_directory_flag(parser)
    add_plain_output_flags(parser, "show every file that is kept here, and the limits of [cache] in lok.toml")


def run(arguments: argparse.Namespace) -> int:
    """Shows what is remembered in this repository (outside one: for your questions everywhere), or forgets it."""
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.cli.keeping import place_at
    from lok_hooks.cli.output import print_json, say
    from lok_hooks.report.visible import visible
    from lok_hooks.store.database import Database
    from lok_hooks.store.memory import StoredMemory

    problems: list[str] = []
    directory = existing_directory(arguments.dir)
    folder = place_at(directory).folder
    if folder is None:
        raise UserError(f"nothing is remembered: {NOWHERE}", advice="set HOME, or XDG_STATE_HOME")
    database = Database(folder, problems.append)
    memory = StoredMemory(database, ttl_seconds=float("inf"), max_bytes=0, now=time.time)
    try:
        if arguments.action == "clear" and database.exists():
            memory.clear()
        stats = memory.stats() if database.exists() else None
    finally:
        database.close()
    if problems:
        raise UserError("; ".join(problems), advice="mend or remove that file; reviews go on without it")
    if arguments.json:
        print_json(
            {
                "schema": "lok-hooks/cache/1",
                "file": visible(str(database.path)),
                **(stats._asdict() if stats else {"texts": 0, "deferred": 0}),
            }
        )
    else:
        say(f"{_told(stats)}\n{visible(str(database.path))}")
        if arguments.verbose:
            say("\n".join(map(visible, _details(directory, folder))))
    return 0


def _details(directory: Path, folder: Path) -> Iterator[str]:
    """The limits that lok.toml sets, and every file in the folder. Raises ConfigError for a lok.toml that is wrong."""
    from lok_hooks.cli.sweep import settings_of

    cache = settings_of(directory, argparse.Namespace(backend=None, config=None)).cache
    limits = f"kept for {cache.ttl_hours:,} hours, at most {cache.max_megabytes:,} MB"
    yield f"[cache]: {limits if cache.enabled else 'switched off'}"
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        yield f"{path.name}: {path.lstat().st_size:,} bytes"


def _told(stats: Stats | None) -> str:
    if stats is None or not (stats.texts or stats.deferred):
        return "nothing is remembered"
    age = f", the oldest {_age(stats.oldest_seconds)} old" if stats.oldest_seconds is not None else ""
    lines = [f"{stats.texts:,} remembered answers and verdicts, {stats.text_bytes:,} bytes{age}"]
    if stats.deferred:
        lines.append(f"{stats.deferred:,} left open by commits, to be asked at push")
    return "\n".join([*lines, f"{stats.file_bytes:,} bytes on disk"])


def _age(seconds: float) -> str:
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), _UNITS[-1])
    number = int(seconds // size)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
