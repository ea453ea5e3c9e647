"""The table of removals speaks of code and tests that are there, and leaves no promise of README out."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.removal import DEFENCES, REMOVALS
from tests.removal.__main__ import TOP
from tests.removal.row import Change, Removal, Stale, changed

README = (TOP / "README.md").read_text(encoding="utf-8")


def promises() -> list[str]:
    """Every promise and every row of the attack table, as they begin in README."""
    security = README.split("## SECURITY")[1].split("## Reports")[0]
    promised = re.findall(r"^\* (\*[^*]+\*)", security.split("**Not promised.**")[0], re.MULTILINE)
    table = security.split("| attack | who is known")[1].split("\n\n")[0]
    return [*promised, *re.findall(r"^\| (?!---)(.+?) \|", table.partition("\n")[2], re.MULTILINE)]


@pytest.mark.parametrize("row", REMOVALS, ids=lambda row: row.name)
def test_every_row_can_be_tried(row: Removal) -> None:
    assert changed(row, TOP)
    for test in row.tests:
        file, _, name = test.partition("::")
        found = re.search(
            rf"^(?:    )?def {name.partition('[')[0].rpartition('::')[2]}\(", (TOP / file).read_text(), re.M
        )
        assert found, test


def test_rows_have_names_of_their_own() -> None:
    assert [name for name, times in Counter(row.name for row in REMOVALS).items() if times > 1] == []


def test_every_promise_has_a_row_and_every_defence_a_promise() -> None:
    assert len(promises()) == 24
    begun = {row.promise.strip("*") for row in DEFENCES}
    said = [promise.strip("*") for promise in promises()]
    assert [promise for promise in said if not any(promise.startswith(each) for each in begun)] == []
    assert [each for each in begun if not any(promise.startswith(each) for promise in said)] == []


def test_text_that_is_gone_makes_a_row_stale(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    for old, new in (("y = 1", ""), ("x", "x = (")):
        row = Removal(name="n", promise="p", changes=(Change("a.py", old, new),), tests=())
        with pytest.raises(Stale):
            changed(row, tmp_path)
