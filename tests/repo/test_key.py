from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lok_hooks.repo.git import Repository
from lok_hooks.repo.key import repository_key
from tests.repo.git_helpers import Scratch, new


def key(scratch: Scratch) -> str:
    return repository_key(Repository.open(scratch.path))


def place(scratch: Scratch) -> Path:
    return scratch.path / ".git" / "lok" / "key"


def test_a_repository_has_a_key_of_its_own_and_keeps_it(scratch: Scratch, tmp_path: Path) -> None:
    made = key(scratch)
    assert re.fullmatch("[0-9a-f]{64}", made)
    assert key(scratch) == made == place(scratch).read_text()
    assert key(new(tmp_path / "other")) != made
    assert place(scratch).stat().st_mode & 0o777 == 0o600
    assert place(scratch).parent.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in place(scratch).parent.iterdir()) == ["key"]


def test_linked_work_trees_share_it(scratch: Scratch, tmp_path: Path) -> None:
    scratch.commit("f")
    scratch.git("worktree", "add", "-q", str(tmp_path / "linked"))
    assert key(Scratch(path=tmp_path / "linked")) == key(scratch)


def test_processes_that_make_it_at_once_agree(scratch: Scratch) -> None:
    repository = Repository.open(scratch.path)
    repository.common_dir.joinpath("x").touch()
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: repository_key(repository), range(16)))) == 1


@pytest.mark.parametrize("content", ["", "short", "G" * 64, "a" * 65])
def test_what_cannot_be_a_key_is_replaced(scratch: Scratch, content: str) -> None:
    place(scratch).parent.mkdir()
    place(scratch).write_text(content)
    made = key(scratch)
    assert re.fullmatch("[0-9a-f]{64}", made)
    assert key(scratch) == made


def test_a_folder_or_key_that_is_a_link_is_not_followed(scratch: Scratch, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "key").write_text("a" * 64)
    place(scratch).parent.symlink_to(elsewhere)
    assert key(scratch) == ""
    place(scratch).parent.unlink()
    place(scratch).parent.mkdir()
    place(scratch).symlink_to(elsewhere / "key")
    assert key(scratch) == ""
    assert (elsewhere / "key").read_text() == "a" * 64


def test_a_folder_that_is_a_file_or_somebody_elses_gives_none(scratch: Scratch) -> None:
    place(scratch).parent.write_text("")
    assert key(scratch) == ""
    place(scratch).parent.unlink()
    place(scratch).parent.mkdir()
    if os.geteuid() == 0:  # who may give files away
        os.chown(place(scratch).parent, 12345, 12345)
        assert key(scratch) == ""
