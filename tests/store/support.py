"""Databases that tests open, and who closes them: Python 3.13 warns of a connection that nobody closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from lok_hooks.store.database import MEMORY, Database, Layout

_OPENED: Final[list[Database]] = []


def opened(folder: Path | None, noted: Callable[[str], None], layout: Layout = MEMORY) -> Database:
    """A Database that is closed at the end of the test."""
    _OPENED.append(Database(folder, noted, layout))
    return _OPENED[-1]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Closes what the test opened."""
    yield
    while _OPENED:
        _OPENED.pop().close()
