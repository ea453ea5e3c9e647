"""What commits leave to the push."""

from __future__ import annotations

from pathlib import Path

import pytest

from lok_hooks.core.deferral import Deferred
from lok_hooks.store.database import Database
from lok_hooks.store.deferred import KEPT_SECONDS, defer, deferred, settle
from tests.store.support import opened

ONE = Deferred(path="a.py", blob="1" * 40, task="hunt")
TWO = Deferred(path="b/ü.py", blob="2" * 40, task="hunt")
NOW = 1_000_000.0


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return opened(tmp_path / "lok", pytest.fail)


def test_what_was_left_open_is_found_by_its_path_whatever_became_of_the_file(database: Database) -> None:
    assert defer(database, [ONE, TWO, ONE._replace(task="audit")], NOW)
    assert deferred(database, ["a.py", "b/ü.py", "c.py"], NOW) == {
        "audit": frozenset({"a.py"}),
        "hunt": frozenset({"a.py", "b/ü.py"}),
    }
    assert deferred(database, ["c.py"], NOW) == {}


def test_a_push_of_thousands_of_files(database: Database) -> None:
    defer(database, [ONE], NOW)
    assert deferred(database, [f"f{n}.py" for n in range(3000)] + ["a.py"], NOW) == {"hunt": frozenset({"a.py"})}


def test_a_month_later_it_is_forgotten(database: Database) -> None:
    defer(database, [ONE], NOW)
    assert deferred(database, ["a.py"], NOW + KEPT_SECONDS) != {}
    assert deferred(database, ["a.py"], NOW + KEPT_SECONDS + 1) == {}
    defer(database, [TWO], NOW + KEPT_SECONDS + 1)
    assert database.rows("SELECT path FROM deferred") == [("b/ü.py",)]


def test_what_the_push_got_through_is_open_no_more_and_other_content_of_the_file_is(database: Database) -> None:
    later = ONE._replace(blob="3" * 40)
    defer(database, [ONE, later, TWO], NOW)
    settle(database, [ONE, TWO])
    assert deferred(database, ["a.py", "b/ü.py"], NOW) == {"hunt": frozenset({"a.py"})}
    settle(database, [later])
    assert deferred(database, ["a.py"], NOW) == {}
