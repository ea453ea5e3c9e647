"""The ledger: what became of each backend's findings, and what this user dismissed, in the repository's place
(`store.place`). Unlike remembered answers it is not made again by asking, so `lok cache clear` leaves it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lok_hooks.core.dismissal import Dismissal
from lok_hooks.core.reliability import Observation, Outcome, Precision, measured
from lok_hooks.store.database import Database, Layout

if TYPE_CHECKING:
    from lok_hooks.core.sighting import Sighting

LAYOUT: Final = Layout(
    file_name="ledger.sqlite",
    version=1,
    statements=(
        "CREATE TABLE findings (identity TEXT, backend TEXT, family TEXT, path TEXT, title TEXT, quote TEXT, "
        "outcome TEXT, seen_at REAL NOT NULL, PRIMARY KEY (identity, backend))",
        "CREATE INDEX findings_by_path ON findings (path)",
        "CREATE TABLE dismissed (identity TEXT PRIMARY KEY, because TEXT NOT NULL, by TEXT, date TEXT, path TEXT, "
        "category TEXT, title TEXT)",
    ),
)
# A dismissal and a mended line are a person's word; a later debate does not take it back.
_SEEN: Final = """
INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (identity, backend) DO UPDATE SET
path = excluded.path, title = excluded.title, quote = excluded.quote, seen_at = excluded.seen_at,
outcome = CASE WHEN outcome IN ('dismissed', 'fixed') THEN outcome ELSE coalesce(excluded.outcome, outcome) END
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A finding that some review of this repository reported."""

    identity: str
    path: str
    family: str
    title: str
    backends: tuple[str, ...]


class Ledger:
    """Never raises for a database that cannot be used: it then knows nothing and keeps nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, seen: Iterable[Sighting], now: float) -> None:
        """Keep what a review reported. `now` in seconds since 1970."""
        rows = [(s.identity, s.backend, s.family, s.path, s.title, s.quote, s.outcome, now) for s in seen]
        if rows:
            self._database.change(*((_SEEN, row) for row in rows))

    def settle(self, contents: Mapping[str, Callable[[], str]]) -> None:
        """Findings whose code is gone from the new content of their file were mended: they were right. Those that
        were refuted or dismissed before stay what they are. `contents` gives a path's text when it is asked for."""
        from lok_hooks.core.sighting import is_gone

        for path, content in contents.items():
            rows = self._database.rows(
                "SELECT DISTINCT identity, quote FROM findings WHERE path = ? AND (outcome IS NULL OR outcome = ?)",
                *(path, Outcome.CONFIRMED),
            )
            text = content() if rows else ""
            gone = [identity for identity, quote in rows if is_gone(quote, text)]
            if gone:
                update = "UPDATE findings SET outcome = ? WHERE identity = ?"
                self._database.change(*((update, (Outcome.FIXED, identity)) for identity in gone))

    def precision(self) -> dict[str, Precision]:
        """Each backend's measured precision."""
        rows = self._database.rows(
            "SELECT backend, family, outcome FROM findings WHERE outcome IS NOT NULL AND backend != ''"
        )
        return measured(
            Observation(backend=backend, family=family, outcome=Outcome(outcome)) for backend, family, outcome in rows
        )

    def find(self, prefix: str) -> tuple[Known, ...]:
        """The findings whose identity begins with `prefix` (hex digits), latest first."""
        rows = self._database.rows(
            "SELECT identity, path, family, title, group_concat(backend, ' ') FROM findings "
            "WHERE substr(identity, 1, ?) = ? GROUP BY identity ORDER BY max(seen_at) DESC",
            *(len(prefix), prefix.lower()),
        )
        return tuple(
            Known(identity=identity, path=path, family=family, title=title, backends=tuple(sorted(backends.split())))
            for identity, path, family, title, backends in rows
        )

    def dismiss(self, dismissals: Iterable[Dismissal], outcome: Outcome | None) -> bool:
        """Keep dismissals of this user's. `outcome` is DISMISSED where the findings were wrong, None where they were
        right and accepted. False when they could not be kept."""
        statements: list[tuple[str, tuple[object, ...]]] = []
        for d in dismissals:
            values = (d.identity, d.because, d.by, d.date, d.path, d.category, d.title)
            statements.append(("INSERT OR REPLACE INTO dismissed VALUES (?, ?, ?, ?, ?, ?, ?)", values))
            if outcome is not None:
                statements.append(("UPDATE findings SET outcome = ? WHERE identity = ?", (outcome, d.identity)))
        return self._database.change(*statements)

    def take_back(self, identity: str) -> None:
        """A dismissal that was a mistake."""
        self._database.change(
            ("DELETE FROM dismissed WHERE identity = ?", (identity,)),
            ("UPDATE findings SET outcome = NULL WHERE identity = ? AND outcome = 'dismissed'", (identity,)),
        )

    def dismissed(self) -> dict[str, Dismissal]:
        """What this user dismissed in this repository, by identity."""
        rows = self._database.rows("SELECT identity, because, by, date, path, category, title FROM dismissed")
        names = ("identity", "because", "by", "date", "path", "category", "title")
        return {row[0]: Dismissal(**dict(zip(names, row, strict=True))) for row in rows}
