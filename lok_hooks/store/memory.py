"""Texts by key in the database: kept for a time, within a size, and only as long as they are what was kept."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from lok_hooks.store.database import MEMORY, Database

_KEPT_WHEN_FULL: Final = 0.7  # of the size, so that not every further text removes another
_LARGEST_SHARE: Final = 0.25  # of the size for one text
_FIND: Final = "SELECT text, digest, kept_at FROM memory WHERE key = ?"


class Stats(NamedTuple):
    """What is there: texts, their size and that of the whole file in bytes, seconds since the oldest was kept (None
    when there is none), and pieces of review that commits left to the push."""

    texts: int
    text_bytes: int
    file_bytes: int
    oldest_seconds: float | None
    deferred: int


class StoredMemory:
    """A `core.ports.Memory` in a database. Texts older than `ttl_seconds` are forgotten; beyond `max_bytes` the
    oldest go first. `now` gives seconds since 1970."""

    def __init__(self, database: Database, *, ttl_seconds: float, max_bytes: int, now: Callable[[], float]) -> None:
        self._database = database
        self._ttl_seconds = ttl_seconds
        self._max_bytes = max_bytes
        self._now = now

    def recall(self, key: str) -> str | None:
        """The text kept under `key`, None when there is none, it has expired, or the disk has changed it."""
        for text, digest, kept_at in self._database.rows(_FIND, key):
            if 0 <= self._now() - kept_at < self._ttl_seconds and digest == _digest(key, text):
                return str(text)
        return None

    def keep(self, key: str, text: str) -> None:
        """Keep `text` under `key`, over whatever stood there; not when it alone would take a quarter of the room."""
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            return  # half a character: nothing that a model answers or we write
        if size > self._max_bytes * _LARGEST_SHARE:
            return
        self._make_room(size)
        row = (key, text, _digest(key, text), self._now())
        self._database.change(("INSERT OR REPLACE INTO memory VALUES (?, ?, ?, ?)", row))

    def clear(self) -> None:
        """Forget everything, what commits left to the push too."""
        self._database.change(("DELETE FROM memory", ()), ("DELETE FROM deferred", ()))
        self._database.vacuum()

    def stats(self) -> Stats:
        """What is there now."""
        found = self._database.rows("SELECT count(*), total(length(CAST(text AS BLOB))), min(kept_at) FROM memory")
        texts, size, oldest = found[0] if found else (0, 0, None)
        deferred = self._database.rows("SELECT count(*) FROM deferred")
        path = self._database.path
        return Stats(
            texts=texts,
            text_bytes=int(size),
            file_bytes=path.stat().st_size if path and path.is_file() else 0,
            oldest_seconds=None if oldest is None else max(0.0, self._now() - oldest),
            deferred=deferred[0][0] if deferred else 0,
        )

    def _make_room(self, size: int) -> None:
        if self._used() + size <= self._max_bytes:
            return
        self._database.change(("DELETE FROM memory WHERE kept_at <= ?", (self._now() - self._ttl_seconds,)))
        if self._used() + size <= self._max_bytes:
            return
        room = self._max_bytes * _KEPT_WHEN_FULL - size
        kept = 0
        doomed = []
        for key, length in self._database.rows(
            "SELECT key, length(CAST(text AS BLOB)) FROM memory ORDER BY kept_at DESC, key"
        ):
            kept += length
            if kept > room:
                doomed.append(("DELETE FROM memory WHERE key = ?", (key,)))
        self._database.change(*doomed)

    def _used(self) -> int:
        """Bytes that pages in use take."""
        found = self._database.rows(
            "SELECT (page_count - freelist_count) * page_size"
            " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        )
        return int(found[0][0]) if found else 0


def peek(folder: Path, key: str) -> str | None:
    """The text kept under `key` in `folder`, whatever its age, without changing or mending anything: for questions
    that come before anything else. None when there is none, or the file cannot be read just so."""
    path = folder / MEMORY.file_name
    try:
        if not (_is_own(folder.lstat(), stat.S_IFDIR) and _is_own(path.lstat(), stat.S_IFREG)):
            return None
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.1)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            row = connection.execute(_FIND, (key,)).fetchone()
    except (OSError, sqlite3.Error):
        return None  # the long way will mend it and say so
    return str(row[0]) if row and row[1] == _digest(key, row[0]) else None


def _is_own(found: os.stat_result, kind: int) -> bool:
    return stat.S_IFMT(found.st_mode) == kind and found.st_uid == os.geteuid()


def _digest(key: str, text: str) -> str:
    # A page that a power cut left half written is no error to sqlite.
    return blake2b(f"{key}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
