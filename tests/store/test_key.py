from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lok_hooks.store.key import key_in

FORM = "[0-9a-f]{64}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lok" / "repositories" / "one"


def test_a_folder_has_a_key_of_its_own_and_keeps_it(folder: Path) -> None:
    made = key_in(folder)
    assert re.fullmatch(FORM, made)
    assert key_in(folder) == made == (folder / "key").read_text()
    assert key_in(folder.with_name("other")) != made
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == ["key"]


def test_threads_that_make_it_at_once_agree(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: key_in(folder), range(16)))) == 1


@pytest.mark.parametrize("content", ["", "short", "G" * 64, "a" * 65])
def test_what_cannot_be_a_key_is_replaced(folder: Path, content: str) -> None:
    folder.mkdir(parents=True)
    (folder / "key").write_text(content)
    made = key_in(folder)
    assert re.fullmatch(FORM, made)
    assert key_in(folder) == made


def new_each_time(folder: Path | None) -> bool:
    """Whether there is always a key, and never the same."""
    made = [key_in(folder) for _ in range(3)]
    return len(set(made)) == 3 and all(re.fullmatch(FORM, key) for key in made)


def test_where_none_can_be_kept_nobody_can_foretell_it(folder: Path) -> None:
    assert new_each_time(None)
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    assert new_each_time(folder)
    folder.unlink()
    if os.geteuid() == 0:  # who may give files away
        folder.mkdir()
        (folder / "key").write_text("a" * 64)
        os.chown(folder, 12345, 12345)
        assert new_each_time(folder)
        os.chown(folder, 0, 0)
        os.chown(folder / "key", 12345, 12345)
        assert key_in(folder) == key_in(folder) != "a" * 64


def test_a_folder_or_key_that_is_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "key").write_text("a" * 64)
    folder.parent.mkdir(parents=True)
    folder.symlink_to(elsewhere)
    assert new_each_time(folder)
    folder.unlink()
    folder.mkdir()
    (folder / "key").symlink_to(elsewhere / "key")
    assert new_each_time(folder)
    assert (elsewhere / "key").read_text() == "a" * 64


def test_a_pipe_in_its_place_is_not_waited_for(folder: Path) -> None:
    folder.mkdir(parents=True)
    os.mkfifo(folder / "key")
    assert re.fullmatch(FORM, key_in(folder))
