"""Files are made whole, for whom they are meant, and never where a link leads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lok_hooks import files

Write = Callable[[Path, bytes, int], None]
REPLACING: tuple[Write, ...] = (files.write_whole, files.write_over)
ALL: tuple[Write, ...] = (files.write_new, *REPLACING)


def appended(path: Path, content: bytes, _: int) -> None:
    files.append(path, content.decode())


@pytest.fixture(autouse=True)
def _usual_umask() -> None:
    os.umask(0o022)


@pytest.mark.parametrize("write", ALL)
@pytest.mark.parametrize(("mode", "made"), [(files.PRIVATE, 0o600), (files.SHARED, 0o644), (files.PROGRAM, 0o755)])
def test_a_new_file_has_the_permissions_it_is_meant_to_have(write: Write, mode: int, made: int, tmp_path: Path) -> None:
    write(tmp_path / "file", b"text", mode)
    assert (tmp_path / "file").read_bytes() == b"text"
    assert (tmp_path / "file").stat().st_mode & 0o777 == made
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("write", ALL)
def test_the_umask_counts(write: Write, tmp_path: Path) -> None:
    os.umask(0o077)
    write(tmp_path / "file", b"text", files.SHARED)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        files.write_new(tmp_path / "file", b"new", files.PRIVATE)
    assert (tmp_path / "file").read_bytes() == b"old"


def test_permissions_are_kept_or_given(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o666)
    files.write_over(path, b"newer", files.PRIVATE)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"newer", 0o666)
    files.write_whole(path, b"newest", files.PRIVATE)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"newest", 0o600)


def test_text_is_added_to_a_file_of_its_owners(tmp_path: Path) -> None:
    files.append(tmp_path / "log", "one\n")
    files.append(tmp_path / "log", "zwölf\n")
    assert (tmp_path / "log").read_text(encoding="utf-8") == "one\nzwölf\n"
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("is_dead", [False, True])
@pytest.mark.parametrize("write", [*ALL, appended])
def test_nothing_is_written_where_a_link_leads(write: Write, is_dead: bool, tmp_path: Path) -> None:
    victim, link = tmp_path / "victim", tmp_path / "link"
    if not is_dead:
        victim.write_bytes(b"precious")
    link.symlink_to(victim)
    if write is files.write_whole:
        write(link, b"ours", files.PRIVATE)
        assert (link.is_symlink(), link.read_bytes()) == (False, b"ours")
    else:
        with pytest.raises(OSError):
            write(link, b"ours", files.PRIVATE)
        assert link.is_symlink()
    assert (victim.read_bytes() if victim.exists() else None) == (None if is_dead else b"precious")
    assert {path.name for path in tmp_path.iterdir()} <= {"victim", "link"}


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(OSError, match="not a regular file"):
            files.write_over(tmp_path / name, b"ours", files.PRIVATE)
    assert (tmp_path / "pipe").is_fifo()


LIMITED = """
import resource, signal, sys
from pathlib import Path
from lok_hooks import files

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    getattr(files, sys.argv[1])(Path(sys.argv[2]), b"x" * 100_000, files.PRIVATE)
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.parametrize("write", ALL)
def test_half_a_file_is_not_left(write: Write, tmp_path: Path) -> None:
    if write in REPLACING:
        (tmp_path / "file").write_bytes(b"old")
    argv = [sys.executable, "-c", LIMITED, write.__name__, str(tmp_path / "file")]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout == "File too large\n"
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert left == ({"file": b"old"} if write in REPLACING else {})


WATCHED = """
import json, os, sys
from pathlib import Path
from lok_hooks import files

seen = []
sys.addaudithook(lambda event, given: event == "open" and seen.append(given))
files.write_whole(Path("whole"), b"", files.PRIVATE)
files.write_over(Path("over"), b"", files.PRIVATE)
files.write_new(Path("new"), b"", files.PRIVATE)
files.append(Path("log"), "")
# Without a mode: opened by os.open, by name.
print(json.dumps([(str(name), flags) for name, mode, flags in seen if mode is None and flags & os.O_CREAT]))
"""


def test_files_are_opened_as_new_ones_under_names_that_nobody_can_know(tmp_path: Path) -> None:
    names = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-B", "-c", WATCHED], cwd=folder, capture_output=True, text=True, check=True
        )
        opened: list[tuple[str, int]] = json.loads(done.stdout)
        assert [flags & os.O_EXCL == os.O_EXCL for _, flags in opened] == [True, True, True, False]
        assert all(flags & os.O_NOFOLLOW for _, flags in opened)
        names.append([name for name, _ in opened])
    assert {*names[0]} & {*names[1]} == {"new", "log"}
