"""Which files of a directory a sweep may read, and what it may not reach."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lok_hooks.core.diff import SkipReason, Status
from lok_hooks.core.select import Selection
from lok_hooks.errors import UsageError
from lok_hooks.repo.listing import MOST_BYTES, MOST_FILES, MOST_LENT_FILES, files_to_lend, list_files


def git(directory: Path, *argv: str) -> None:
    subprocess.run(["git", *argv], cwd=directory, check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    (made / "src").mkdir(parents=True)
    (made / "src" / "a.py").write_text("x = 1\ny = 2")
    return made


def test_a_file_is_shown_as_if_all_of_it_were_new(folder: Path) -> None:
    listing = list_files(folder, Selection())
    file = listing.file("src/a.py")
    assert file is not None
    assert file.status is Status.ADDED
    assert [(line.new, line.text) for hunk in file.hunks for line in hunk.lines()] == [(1, "x = 1"), (2, "y = 2")]
    assert listing.new(file) == b"x = 1\ny = 2"
    git(folder, "init", "-q")
    hashed = subprocess.run(["git", "hash-object", "src/a.py"], cwd=folder, capture_output=True, text=True, check=True)
    assert file.new_blob == hashed.stdout.strip()


def test_what_git_ignores_is_not_listed_and_what_is_untracked_is(folder: Path) -> None:
    git(folder, "init", "-q")
    (folder / ".gitignore").write_text("*.log\n")
    (folder / "debug.log").write_text("x")
    (folder / "new.py").write_text("x")
    assert list_files(folder, Selection()).paths == (".gitignore", "new.py", "src/a.py")
    assert list_files(folder / "src", Selection()).paths == ("a.py",)
    (folder / ".gitignore").write_text("src\n")
    assert list_files(folder / "src", Selection()).paths == ("a.py",)


def test_links_lead_nowhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.py").write_text("secret")
    (folder / "file.py").symlink_to(tmp_path / "outside" / "secret.py")
    (folder / "linked").symlink_to(tmp_path / "outside")
    listing = list_files(folder, Selection())
    assert (listing.paths, listing.skipped) == (("src/a.py",), ())
    assert listing.file("file.py") is None
    assert listing.file("../outside/secret.py") is None
    assert listing.file("linked/secret.py") is None
    # A link that comes in the place of a listed file leads nowhere either.
    (folder / "src" / "a.py").unlink()
    (folder / "src" / "a.py").symlink_to(tmp_path / "outside" / "secret.py")
    assert listing.file("src/a.py") is None


def test_a_tracked_file_whose_folder_became_a_link_leads_nowhere(folder: Path, tmp_path: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", "src/a.py")
    (folder / "src").rename(tmp_path / "outside")
    (folder / "src").symlink_to(tmp_path / "outside")
    assert list_files(folder, Selection()).paths == ()
    assert lent(folder) == []


def test_what_is_left_out_says_why(folder: Path) -> None:
    (folder / "package-lock.json").write_text("{}")
    (folder / ".env").write_text("KEY=value")
    (folder / "big.py").write_text("x" * 200)
    (folder / "image.dat").write_bytes(b"\0\1")
    (folder / "empty.py").write_text("")
    listing = list_files(folder, Selection(max_file_bytes=100))
    shown = listing.diff()
    assert [file.path for file in shown.files] == ["src/a.py"]
    assert {item.path: item.reason for item in shown.skipped} == {
        "package-lock.json": SkipReason.LOCK_FILE,
        ".env": SkipReason.CREDENTIALS,
        "big.py": SkipReason.TOO_LARGE,
        "image.dat": SkipReason.BINARY,
        "empty.py": SkipReason.NO_TEXT_CHANGE,
    }


def test_names_of_any_bytes(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9.py")).write_text("x = 1\n")
    (folder / "two\nlines.py").write_text("x = 1\n")
    listing = list_files(folder, Selection())
    assert set(listing.paths) == {"caf\\xe9.py", "two\nlines.py", "src/a.py"}
    assert listing.file("caf\\xe9.py") is not None


def test_no_directory(folder: Path) -> None:
    with pytest.raises(UsageError, match="not a directory"):
        list_files(folder / "src" / "a.py", Selection())
    with pytest.raises(UsageError, match="No such file"):
        list_files(folder / "nowhere", Selection())


def test_more_files_than_one_project_has_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x\n")
    for number in range(MOST_FILES):
        os.link(tmp_path / "a.py", tmp_path / f"{number}.py")
    with pytest.raises(UsageError, match="more than 50,000 files"):
        list_files(tmp_path, Selection())


def test_more_text_than_one_sweep_shows_is_left_out_aloud(tmp_path: Path) -> None:
    (tmp_path / "0.py").write_text(f"{'x' * 95}\n" * 10_000)
    for number in range(1, 80):
        (tmp_path / f"{number}.py").hardlink_to(tmp_path / "0.py")
    diff = list_files(tmp_path, Selection()).diff()
    shown = sum(len(file.hunks[0].body) for file in diff.files)
    assert MOST_BYTES - 2_000_000 < shown <= MOST_BYTES
    assert len(diff.files) + len(diff.skipped) == 80
    assert {(left_out.reason, left_out.detail) for left_out in diff.skipped} == {
        (SkipReason.TOO_LARGE, "the directory has more than 64 MiB of text")
    }


def lent(folder: Path, max_file_bytes: int = 1_000_000) -> list[str]:
    found = files_to_lend(folder, max_file_bytes)
    assert found.beyond == ""
    return [file.path for file in found.diff.files]


def test_what_is_lent_is_all_text_but_credential_files_and_large_ones(folder: Path) -> None:
    git(folder, "init", "-q")
    for name in ("package-lock.json", "vendor/v.py", "bundle.min.js", ".env", "id_rsa", "empty.py", ".gitignore"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("")
    (folder / ".gitignore").write_text("*.log\n")
    (folder / "debug.log").write_text("x")
    (folder / "big.py").write_text("x" * 101)
    (folder / "image.dat").write_bytes(b"\0\1")
    (folder / "link.py").symlink_to("src/a.py")
    names = [".gitignore", "bundle.min.js", "empty.py", "package-lock.json", "src/a.py", "vendor/v.py"]
    assert lent(folder, 100) == names
    assert {item.path: item.reason for item in files_to_lend(folder, 100).diff.skipped} == {
        ".env": SkipReason.CREDENTIALS,
        "id_rsa": SkipReason.CREDENTIALS,
        "big.py": SkipReason.TOO_LARGE,
        "image.dat": SkipReason.BINARY,
    }


def test_outside_a_repository_neither_gits_own_files_nor_vendored_ones_are_lent(folder: Path) -> None:
    for name in (".git/config", "src/.git/config", "node_modules/m.js", "src/Vendor/v.py"):
        (folder / name).parent.mkdir()
        (folder / name).write_text("x\n")
    assert lent(folder) == ["src/a.py"]


def test_a_folder_of_credentials_lends_and_lists_nothing_even_by_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("region = x\n")
    assert lent(folder) == []
    assert list_files(folder, Selection()).paths == ()


def test_beyond_the_bounds_what_lies_deepest_is_not_lent(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    deep = tmp_path / "0" / "deep.py"
    deep.write_text(f"{'x' * 95}\n" * 10_000)
    for number in range(1, 40):
        (tmp_path / f"{number}.py").hardlink_to(deep)
    found = files_to_lend(tmp_path, 1_000_000)
    assert found.beyond == "the directory has more than 32 MiB of text"
    assert 30 < len(found.diff.files) < 40
    assert "0/deep.py" not in [file.path for file in found.diff.files]
    deep.write_text("short\n")
    assert "0/deep.py" in lent(tmp_path)


def test_more_files_than_are_lent_are_told_of(tmp_path: Path) -> None:
    deep = tmp_path / "0" / "deep.py"
    deep.parent.mkdir()
    deep.write_text("x\n")
    for number in range(MOST_LENT_FILES):
        os.link(deep, tmp_path / f"{number}.py")
    found = files_to_lend(tmp_path, 1_000_000)
    paths = {file.path for file in found.diff.files}
    assert (found.beyond, len(paths)) == ("the directory has more than 20,000 files", MOST_LENT_FILES)
    assert "0/deep.py" not in paths
