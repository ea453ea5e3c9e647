"""The file that remembers: a sqlite database in a repository's place (`store.place`), for its user's eyes only.

Losing it costs money, never truth. So nothing here raises for what the disk, another process or a killed one has
done: a corrupt file is set aside and begun again, and where nothing can be kept the work goes on without.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from lok_hooks.core.state import NOWHERE


class Layout(NamedTuple):
    """A database file: its name, and the statements that make its tables. `version` changes with every change of
    them; a file of another version is set aside. A named tuple, since this is loaded by every remembered commit."""

    file_name: str
    version: int
    statements: tuple[str, ...]


MEMORY: Final = Layout(
    file_name="memory.sqlite",
    version=1,
    statements=(
        "CREATE TABLE memory (key TEXT PRIMARY KEY, text TEXT NOT NULL, digest TEXT NOT NULL, kept_at REAL NOT NULL)",
        "CREATE INDEX memory_by_age ON memory (kept_at)",
        "CREATE TABLE deferred (path TEXT, blob TEXT, task TEXT, kept_at REAL NOT NULL, "
        "PRIMARY KEY (path, blob, task))",
    ),
)
BUSY_SECONDS: Final = 2.0  # another commit's write takes milliseconds; one that takes longer is not worth waiting for
_JOURNAL: Final = "-journal"
_CORRUPT: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_MOST_SET_ASIDE: Final = 3  # files kept for a look at what happened

T = TypeVar("T")


class _UnfitError(Exception):
    """The file was not written by this version of ours; its text labels the file that is set aside."""


class Database:
    """The database in `folder` (None: nothing can be kept), opened at the first use and safe to use from several
    threads and processes.

    `noted` is told, once, why nothing can be remembered, and of every file that was set aside.
    """

    def __init__(self, folder: Path | None, noted: Callable[[str], None], layout: Layout = MEMORY) -> None:
        self.path = folder / layout.file_name if folder else None
        self._layout = layout
        self._noted = noted
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._is_given_up = False

    def exists(self) -> bool:
        """Whether there is a file, of whatever kind."""
        return self.path is not None and self.path.exists()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a SELECT finds; nothing when the database cannot be read."""
        return self._attempt(lambda connection: connection.execute(query, values).fetchall()) or []

    def change(self, *statements: tuple[str, tuple[object, ...]]) -> bool:
        """Carry out all statements or none; False when they could not be."""

        def carry_out(connection: sqlite3.Connection) -> bool:
            with _transaction(connection):
                for statement, values in statements:
                    connection.execute(statement, values)
            return True

        return bool(self._attempt(carry_out))

    def vacuum(self) -> None:
        """Give the room of what was removed back to the disk."""
        self._attempt(lambda connection: connection.execute("VACUUM"))

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._lock:
            self._disconnect()

    def _attempt(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """The action's result. A file that cannot be used is set aside, once, and the action done on a new one."""
        with self._lock:
            path = self.path
            if path is None:
                self._give_up(NOWHERE)
                return None
            for _ in range(2):
                if self._is_given_up:
                    return None
                try:
                    return action(self._connection or self._connect(path))
                except _UnfitError as unfit:
                    self._set_aside(path, str(unfit))
                except sqlite3.Error as error:
                    if error.sqlite_errorcode & 0xFF in _CORRUPT:
                        self._set_aside(path, "corrupt")
                    else:
                        self._give_up(str(error))
                except OSError as error:
                    self._give_up(error.strerror or str(error))
            return None

    def _connect(self, path: Path) -> sqlite3.Connection:
        make_private(path.parent)
        self._opened = _own_file(path)
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=16
        )
        self._connection = connection
        _prepare(connection, self._layout)
        return connection

    def _set_aside(self, path: Path, label: str) -> None:
        self._disconnect()
        try:
            with _locked(path.parent):
                # Another process may have met the same trouble and begun a new file meanwhile.
                if _identity(path) == self._opened:
                    self._noted(f"what was remembered is set aside as {_renamed(path, label)}, and begun again")
        except OSError as error:
            self._give_up(error.strerror or str(error))

    def _give_up(self, reason: str) -> None:
        if self._is_given_up:
            return
        self._disconnect()
        self._is_given_up = True
        # The folder alone is named, so that two files in it with the same trouble make one line.
        where = f"{self.path.parent}: " if self.path else ""
        self._noted(f"nothing is remembered: {where}{reason}")

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def make_private(folder: Path) -> None:
    """The folder, made if need be, for this user alone. Raises OSError for a link and for what is another's."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{folder.name} is a link, no folder, or another user's")
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def _own_file(path: Path) -> tuple[int, int]:
    """The file's identity, the file made if need be. Raises OSError for a link and for what is another's."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{path.name} is a link, no file, or another user's")
    if found.st_mode & 0o077:
        path.chmod(0o600)
    return found.st_dev, found.st_ino


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _prepare(connection: sqlite3.Connection, layout: Layout) -> None:
    # Without waiting for the disk: a process may be killed at any time, and what a power cut takes is asked again.
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        with _transaction(connection):
            # Whoever came first while this one waited has made the tables.
            if not _statements(connection):
                for statement in layout.statements:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {layout.version}")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != layout.version:
        raise _UnfitError(f"version-{version}")
    # A file brought by somebody else could hold triggers and views.
    if _statements(connection) != frozenset(layout.statements):
        raise _UnfitError("foreign")


def _statements(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk rolls back by itself.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _renamed(path: Path, label: str) -> str:
    """The name that `path` has now. Its journal goes with it: sqlite would apply it to the next file."""
    names = [path.with_name(f"{path.name}.{label}-{number}") for number in range(1, _MOST_SET_ASIDE + 1)]
    free = next((name for name in names if not name.exists()), names[-1])
    path.replace(free)
    with suppress(FileNotFoundError):
        path.with_name(path.name + _JOURNAL).replace(free.with_name(free.name + _JOURNAL))
    return free.name
