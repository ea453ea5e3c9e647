"""What is known of a repository lies in it, under a name that nobody else can know."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lok_hooks.core.state import state_folder
from lok_hooks.store.place import Place, place_of
from tests.repo.git_helpers import new


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"HOME": "/home/ada"}, "/home/ada/.local/state/lok"),
        ({"HOME": "/home/ada", "XDG_STATE_HOME": "/state"}, "/state/lok"),
        ({"XDG_STATE_HOME": "/state"}, "/state/lok"),
        ({"HOME": "/home/ada", "XDG_STATE_HOME": ""}, "/home/ada/.local/state/lok"),
        # From here on: inside whatever is reviewed.
        ({"HOME": "/home/ada", "XDG_STATE_HOME": "state"}, "/home/ada/.local/state/lok"),
        ({"HOME": "~", "XDG_STATE_HOME": "./state"}, ""),
        ({"HOME": ""}, ""),
        ({}, ""),
    ],
)
def test_the_state_folder_is_the_users(environ: dict[str, str], folder: str) -> None:
    assert state_folder(environ) == folder


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home")}


def git_dir(path: Path) -> Path:
    return new(path).path / ".git"


def test_a_repository_has_a_folder_of_its_own_in_it(tmp_path: Path, home: dict[str, str]) -> None:
    one, other = git_dir(tmp_path / "one"), git_dir(tmp_path / "other")
    folder = place_of(one, home).folder
    assert folder is not None
    assert folder.parent == one / "lok"
    assert place_of(one, home) == Place(folder, one)
    assert place_of(other, home).folder != other / "lok" / folder.name
    assert not folder.parent.exists()


def test_another_user_has_another_name(tmp_path: Path, home: dict[str, str]) -> None:
    repository = git_dir(tmp_path / "one")
    names = {place_of(repository, {"HOME": str(tmp_path / user)}).folder for user in ("ada", "bob", "eve")}
    assert len(names) == 3
    assert None not in names


def test_a_copy_has_another_name_also_in_the_place_of_the_original(tmp_path: Path, home: dict[str, str]) -> None:
    repository = git_dir(tmp_path / "one")
    before = place_of(repository, home).folder
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    (tmp_path / "one").rename(tmp_path / "aside")
    (tmp_path / "copy").rename(tmp_path / "one")
    assert place_of(repository, home).folder != before


def test_by_whatever_path_it_is_reached(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "one")
    one, other = place_of(git_dir(tmp_path / "one"), home).folder, place_of(tmp_path / "link" / ".git", home).folder
    assert one is not None
    assert other is not None
    assert one.name == other.name


def test_what_is_asked_outside_of_any_repository_has_one_for_all(tmp_path: Path, home: dict[str, str]) -> None:
    assert place_of(None, home) == Place(tmp_path / "home" / ".local" / "state" / "lok" / "elsewhere", None)


def test_without_a_secret_there_is_none(tmp_path: Path, home: dict[str, str]) -> None:
    repository = git_dir(tmp_path / "one")
    assert place_of(repository, {}) == Place(None, repository)
    (tmp_path / "home").write_text("in the way")
    assert place_of(repository, home) == Place(None, repository)


def test_a_link_in_the_place_of_the_secret_gives_none(tmp_path: Path, home: dict[str, str]) -> None:
    repository = git_dir(tmp_path / "one")
    state = tmp_path / "home" / ".local" / "state" / "lok"
    state.mkdir(parents=True)
    (tmp_path / "known").write_text("0" * 64)
    (state / "key").symlink_to(tmp_path / "known")
    assert place_of(repository, home) == Place(None, repository)
    assert (state / "key").readlink() == tmp_path / "known"
