"""What is known of a repository lies in its user's state folder, and goes when the repository has gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lok_hooks.core.state import state_folder
from lok_hooks.store.database import make_private
from lok_hooks.store.place import KEPT_SECONDS, Place, place_of, ready
from tests.repo.git_helpers import new

NOW = 2_000_000_000.0


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


def folder_of(repository: Path, home: dict[str, str], now: float = NOW) -> Path:
    """The folder made for a repository."""
    folder = ready(place_of(repository, home), now)
    assert folder is not None
    return folder


def test_a_repository_has_a_folder_of_its_own_outside_of_it(tmp_path: Path, home: dict[str, str]) -> None:
    one, other = new(tmp_path / "one").path / ".git", new(tmp_path / "other").path / ".git"
    before = sorted(one.iterdir())
    folder = folder_of(one, home)
    assert folder.is_relative_to(tmp_path / "home" / ".local" / "state" / "lok")
    assert folder_of(other, home) != folder == folder_of(one, home)
    assert [each.stat().st_mode & 0o777 for each in (folder, folder.parent)] == [0o700] * 2
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]
    assert sorted(one.iterdir()) == before


def test_by_whatever_path_it_is_reached(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "one")
    repository = new(tmp_path / "one").path / ".git"
    assert place_of(tmp_path / "link" / ".git", home).folder == place_of(repository, home).folder


def test_the_folders_of_others_stay_as_they_are_and_may_be_links(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk").chmod(0o755)
    (tmp_path / "home" / ".local").mkdir(parents=True)
    (tmp_path / "home" / ".local" / "state").symlink_to(tmp_path / "disk")
    assert folder_of(new(tmp_path / "one").path / ".git", home).exists()
    elsewhere = place_of(None, home).folder
    assert elsewhere is not None
    make_private(elsewhere)
    assert (tmp_path / "disk" / "lok" / "elsewhere").exists()
    assert (tmp_path / "disk").stat().st_mode & 0o777 == 0o755


def test_what_is_asked_outside_of_any_repository_has_one_for_all(tmp_path: Path, home: dict[str, str]) -> None:
    folder = place_of(None, home).folder
    assert folder == tmp_path / "home" / ".local" / "state" / "lok" / "elsewhere"
    assert ready(Place(folder, None), NOW) == folder


def test_without_a_state_folder_there_is_none(tmp_path: Path) -> None:
    assert ready(place_of(tmp_path, {}), NOW) is None


def test_a_folder_that_cannot_be_made_is_told_by_whoever_opens_a_file_there(
    tmp_path: Path, home: dict[str, str]
) -> None:
    (tmp_path / "home").write_text("in the way")
    place = place_of(tmp_path, home)
    assert ready(place, NOW) == place.folder
    assert place.folder is not None
    assert not place.folder.exists()


def dated(folder: Path, time: float) -> None:
    (folder / "memory.sqlite").touch()
    for path in (*folder.iterdir(), folder):
        os.utime(path, (time, time))


def test_what_is_kept_goes_a_month_after_its_repository_has_gone(tmp_path: Path, home: dict[str, str]) -> None:
    fates = {"there": NOW - 2 * KEPT_SECONDS, "gone": NOW - KEPT_SECONDS - 1, "gone lately": NOW - KEPT_SECONDS + 1}
    folders = {}
    for name, time in fates.items():
        (tmp_path / name).mkdir()
        folders[name] = folder_of(tmp_path / name, home, time)
        dated(folders[name], time)
        if name != "there":
            (tmp_path / name).rmdir()
    folder_of(tmp_path / "there", home)
    assert all(folder.exists() for folder in folders.values())  # none is new
    (tmp_path / "another").mkdir()
    folder_of(tmp_path / "another", home)
    assert [name for name, folder in folders.items() if folder.exists()] == ["there", "gone lately"]


def test_a_repository_that_cannot_be_looked_at_has_not_gone(tmp_path: Path, home: dict[str, str]) -> None:
    repository = tmp_path / "one"
    repository.mkdir()
    folder = folder_of(repository, home, 0.0)
    repository.rmdir()
    repository.symlink_to(repository)
    (folder / "repository").write_bytes(os.fsencode(repository / "below a link to itself"))
    dated(folder, 0.0)
    (tmp_path / "another").mkdir()
    folder_of(tmp_path / "another", home)
    assert folder.exists()


def test_nothing_but_our_own_folders_is_removed(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").touch()
    (tmp_path / "one").mkdir()
    folders = folder_of(tmp_path / "one", home).parent
    (folders / "link").symlink_to(tmp_path / "elsewhere")
    dated(tmp_path / "elsewhere", 0.0)
    (tmp_path / "another").mkdir()
    folder_of(tmp_path / "another", home)
    assert (tmp_path / "elsewhere" / "file").exists()
    assert (folders / "link").is_symlink()
