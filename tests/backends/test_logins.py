"""Lending a login and taking it back."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from lok_hooks.backends.logins import give_back, lend


def mode(path: Path) -> int:
    """The permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A login file that everybody can read."""
    path = tmp_path / "auth.json"
    path.write_text('{"token": 1}')
    path.chmod(0o644)
    return path


def test_a_copy_is_for_this_user_only(source: Path, tmp_path: Path) -> None:
    lent = lend(source, tmp_path / "new" / "auth.json")
    assert lent is not None
    assert lent.copy.read_bytes() == source.read_bytes()
    assert (mode(lent.copy), mode(lent.copy.parent)) == (0o600, 0o700)


def test_what_is_not_there_is_not_lent(tmp_path: Path) -> None:
    assert lend(tmp_path / "none.json", tmp_path / "copy.json") is None
    assert not (tmp_path / "copy.json").exists()


def test_a_renewed_login_is_kept_even_through_a_link(source: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(source)
    lent = lend(link, tmp_path / "copy.json")
    assert lent is not None
    lent.copy.write_text('{"token": 2}')
    give_back(lent)
    assert link.is_symlink()
    assert source.read_text() == '{"token": 2}'
    assert mode(source) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["auth.json", "copy.json", "link.json"]


@pytest.mark.parametrize("broken", ["", '{"token": 2', "[]"])
def test_a_half_written_login_is_not_kept(source: Path, tmp_path: Path, broken: str) -> None:
    lent = lend(source, tmp_path / "copy.json")
    assert lent is not None
    lent.copy.write_text(broken)
    give_back(lent)
    assert source.read_text() == '{"token": 1}'


def test_a_login_that_changed_meanwhile_is_left_alone(source: Path, tmp_path: Path) -> None:
    lent = lend(source, tmp_path / "copy.json")
    assert lent is not None
    lent.copy.write_text('{"token": 2}')
    source.write_text('{"token": 3}')
    give_back(lent)
    assert source.read_text() == '{"token": 3}'


def test_an_unchanged_login_is_not_touched_and_a_removed_copy_does_no_harm(source: Path, tmp_path: Path) -> None:
    lent = lend(source, tmp_path / "copy.json")
    assert lent is not None
    before = source.stat().st_mtime_ns, source.stat().st_ino
    give_back(lent)
    lent.copy.unlink()
    give_back(lent)
    assert (source.stat().st_mtime_ns, source.stat().st_ino) == before
    assert mode(source) == 0o644
