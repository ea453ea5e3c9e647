"""The digest of what an exploring model can see."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lok_hooks.store import surroundings as module
from lok_hooks.store.surroundings import surroundings


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (root / "sub" / "a.py").write_text("x = 1\n")
    return root


def edit(root: Path) -> None:
    (root / "sub" / "a.py").write_text("x = 22\n")


def touch(root: Path) -> None:
    os.utime(root / "sub" / "a.py", ns=(5, 5))


def add(root: Path) -> None:
    (root / "sub" / "b.py").write_text("")


def rename(root: Path) -> None:
    (root / "sub" / "a.py").rename(root / "sub" / "c.py")


def switch(root: Path) -> None:
    (root / ".git" / "HEAD").write_text("ref: refs/heads/other\n")


def forbid(root: Path) -> None:
    (root / "sub" / "a.py").chmod(0o600 if (root / "sub" / "a.py").stat().st_mode & 0o077 else 0o644)


@pytest.mark.parametrize("change", [edit, touch, add, rename, switch, forbid])
def test_every_change_shows(tree: Path, change: Callable[[Path], None]) -> None:
    before = surroundings(tree)
    change(tree)
    assert before is not None
    assert surroundings(tree) not in (before, None)


def test_no_change_is_the_same(tree: Path) -> None:
    (tree / ".git" / "index").write_text("git's own business")
    before = surroundings(tree)
    (tree / ".git" / "index").write_text("changes all the time")
    assert surroundings(tree) == before


def test_the_same_tree_elsewhere_is_another(tree: Path, tmp_path: Path) -> None:
    before = surroundings(tree)
    assert surroundings(tree.rename(tmp_path / "moved")) != before


def test_a_link_to_a_folder_is_not_followed(tree: Path) -> None:
    (tree / "sub" / "loop").symlink_to(tree)
    assert surroundings(tree) is not None


def test_too_large_a_tree_has_none(tree: Path) -> None:
    folders = [tree / f"d{n}" for n in range(25)]
    for folder in folders:
        folder.mkdir()
        for number in range(module.MOST_ENTRIES // 25):
            os.symlink("nowhere", folder / str(number))  # noqa: PTH211 - fifty thousand of them
    assert surroundings(tree) is None


def test_what_is_no_directory_has_none(tree: Path) -> None:
    assert surroundings(tree / "nowhere") is None
