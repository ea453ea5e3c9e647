"""Where a byte order mark hides something, and how long the search for what hides takes."""

from __future__ import annotations

import pytest

from lok_hooks.core.tripwire import trips_in
from tests.core.builders import file_diff

MARK = "\ufeff"


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        pytest.param("", f"{MARK}import os\nx = 1\n", [], id="a new file"),
        pytest.param(f"{MARK}import os\n", f"{MARK}import sys\n", [], id="its first line changes"),
        pytest.param("import os\n", f"{MARK}import os\n", [], id="it is put there"),
        pytest.param("", f"{MARK}{MARK}import os\n", [1], id="twice"),
        pytest.param("", f"im{MARK}port os\n", [1], id="inside a word"),
        pytest.param("", f"x = 1\n{MARK}import os\n", [2], id="another line"),
        pytest.param("", f"{MARK}pass\u200bword = 1\n", [1], id="something else behind it"),
    ],
)
def test_a_byte_order_mark(old: str, new: str, lines: list[int]) -> None:
    assert [trip.number for trip in trips_in(file_diff("a.py", old, new)) if trip.kind == "invisible"] == lines


@pytest.mark.timeout(20)
@pytest.mark.parametrize("line", ["a" * 100_000 + " \u2192", "-" * 100_000 + " a", "\u200b" * 300_000])
def test_no_line_makes_the_search_slow(line: str) -> None:
    assert [trip.kind for trip in trips_in(file_diff("a.py", "", f"{line}\n"))] == ["long line"]
