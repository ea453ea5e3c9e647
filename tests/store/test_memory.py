"""What is remembered, for how long, and in how much room."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from lok_hooks.store.database import MEMORY
from lok_hooks.store.memory import Stats, StoredMemory, peek
from tests.store.support import opened

TTL = 3600.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lok"


def memory(folder: Path, clock: Clock, max_bytes: int = 1_000_000) -> StoredMemory:
    return StoredMemory(opened(folder, pytest.fail), ttl_seconds=TTL, max_bytes=max_bytes, now=clock)


def test_a_text_is_recalled_by_its_key_alone(folder: Path, clock: Clock) -> None:
    kept = memory(folder, clock)
    kept.keep("one", "1")
    kept.keep("one", "first")
    kept.keep("two", "second ☃")
    assert [memory(folder, clock).recall(key) for key in ("one", "two", "three")] == ["first", "second ☃", None]


@pytest.mark.parametrize(("later", "is_known"), [(0, True), (TTL - 1, True), (TTL, False), (-60, False)])
def test_a_text_is_forgotten_in_time(folder: Path, clock: Clock, later: float, is_known: bool) -> None:
    kept = memory(folder, clock)
    kept.keep("key", "text")
    clock.now += later
    assert (kept.recall("key") is not None) is is_known


def test_a_text_that_the_disk_has_changed_is_forgotten(folder: Path, clock: Clock) -> None:
    kept = memory(folder, clock)
    kept.keep("key", "refused")
    kept.keep("other", "passed")
    with sqlite3.connect(folder / MEMORY.file_name) as raw:
        raw.execute("UPDATE memory SET text = 'allowed' WHERE key = 'key'")
        raw.execute("UPDATE memory SET key = 'moved' WHERE key = 'other'")
    raw.close()
    assert [kept.recall(key) for key in ("key", "moved")] == [None, None]
    assert [peek(folder, key) for key in ("key", "moved")] == [None, None]


def test_the_oldest_go_when_there_is_no_room(folder: Path, clock: Clock) -> None:
    kept = memory(folder, clock, max_bytes=400_000)
    for number in range(100):
        clock.now += 1
        kept.keep(str(number), f"{number:05}" * 2000)
    known = [number for number in range(100) if kept.recall(str(number)) is not None]
    assert known == list(range(known[0], 100))
    assert 10 <= len(known) <= 40
    assert (folder / MEMORY.file_name).stat().st_size <= 500_000


def test_what_has_expired_goes_first(folder: Path, clock: Clock) -> None:
    kept = memory(folder, clock, max_bytes=300_000)
    kept.keep("expired", "x" * 70_000)
    clock.now += TTL
    for number in range(5):
        kept.keep(str(number), "y" * 50_000)
    assert kept.stats().texts == 5


def test_one_text_does_not_take_all_the_room(folder: Path, clock: Clock) -> None:
    kept = memory(folder, clock, max_bytes=100_000)
    kept.keep("small", "x")
    kept.keep("large", "y" * 30_000)
    assert (kept.recall("small"), kept.recall("large")) == ("x", None)


def test_half_a_character_is_not_kept(folder: Path, clock: Clock) -> None:
    kept = memory(folder, clock)
    kept.keep("key", "\ud800")
    assert kept.recall("key") is None


def test_clearing_forgets_everything_and_gives_the_room_back(folder: Path, clock: Clock) -> None:
    kept = memory(folder, clock)
    for number in range(50):
        kept.keep(str(number), "x" * 10_000)
    before = kept.stats()
    kept.clear()
    after = kept.stats()
    assert (before.texts, before.text_bytes, after.texts, after.oldest_seconds) == (50, 500_000, 0, None)
    assert after.file_bytes < before.file_bytes / 10


def test_the_age_of_the_oldest(folder: Path, clock: Clock) -> None:
    kept = memory(folder, clock)
    kept.keep("key", "text")
    clock.now += 90
    kept.keep("other", "text")
    assert kept.stats().oldest_seconds == 90


@pytest.mark.parametrize("place", [None, "in the way"])
def test_where_nothing_can_be_kept_nothing_is_there(tmp_path: Path, clock: Clock, place: str | None) -> None:
    folder = tmp_path / place if place else None
    if folder:
        folder.write_text("no folder")
    notes: list[str] = []
    nowhere = StoredMemory(opened(folder, notes.append), ttl_seconds=TTL, max_bytes=1_000_000, now=clock)
    nowhere.keep("key", "text")
    nowhere.clear()
    assert (nowhere.recall("key"), nowhere.stats()) == (None, Stats(0, 0, 0, None, 0))
    assert len(notes) == 1


def test_a_peek_finds_what_is_kept_and_makes_nothing(folder: Path, clock: Clock) -> None:
    assert peek(folder, "key") is None
    assert not folder.exists()
    memory(folder, clock).keep("key", "text")
    assert (peek(folder, "key"), peek(folder, "other")) == ("text", None)


def test_a_peek_leaves_a_corrupt_file_as_it_is(folder: Path) -> None:
    folder.mkdir()
    (folder / MEMORY.file_name).write_bytes(b"not a database" * 500)
    assert peek(folder, "key") is None
    assert [path.name for path in folder.iterdir()] == [MEMORY.file_name]


def test_a_peek_follows_no_link(folder: Path, clock: Clock, tmp_path: Path) -> None:
    memory(folder, clock).keep("key", "text")
    (tmp_path / "link").symlink_to(folder)
    assert peek(tmp_path / "link", "key") is None


def test_a_peek_believes_nobody_else(folder: Path, clock: Clock) -> None:
    memory(folder, clock).keep("key", "text")
    assert peek(folder, "key") == "text"
    if os.geteuid() == 0:  # who may give files away
        for foreign in (folder / MEMORY.file_name, folder):
            os.chown(foreign, 12345, 12345)
            assert peek(folder, "key") is None
            os.chown(foreign, 0, 0)
