"""Rooms whose process was killed: removed by the next run, and no others."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lok_hooks.backends.rooms import PREFIX, remove_abandoned, room

LIVING = """
import sys, tempfile, time
from lok_hooks.backends.rooms import room
with room() as path:
    (path / "auth.json").write_text("{}")
    (path / "deep").mkdir()
    print(path, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where rooms are made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def old(path: Path) -> Path:
    """The same directory, last touched a minute ago."""
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path


def start(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    """Another process with a room, and that room."""
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(folder)}
    other = subprocess.Popen([sys.executable, "-c", LIVING], env=environment, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    return other, Path(other.stdout.readline().strip())


def end(other: subprocess.Popen[str], number: int) -> None:
    """Signal the other process and wait for its end."""
    other.send_signal(number)
    other.wait()
    assert other.stdout is not None
    other.stdout.close()


def test_a_killed_process_leaves_a_room_that_the_next_run_removes(folder: Path) -> None:
    other, left = start(folder)
    end(other, signal.SIGKILL)
    assert (old(left) / "auth.json").exists()
    with room() as path:
        assert [entry.name for entry in folder.iterdir()] == [path.name]
    assert list(folder.iterdir()) == []


def test_a_room_in_use_stays(folder: Path) -> None:
    other, used = start(folder)
    old(used)
    remove_abandoned(folder)
    assert (used / "auth.json").exists()
    end(other, signal.SIGKILL)
    remove_abandoned(folder)
    assert not used.exists()


def test_a_program_that_outlives_its_run_does_not_keep_the_room(folder: Path) -> None:
    code = LIVING.replace("time.sleep(60)", "import subprocess; subprocess.Popen(['sleep', '20']); time.sleep(60)")
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(folder)}
    other = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert other.stdout is not None
    left = Path(other.stdout.readline().strip())
    time.sleep(0.2)
    other.kill()
    other.wait()
    old(left)
    remove_abandoned(folder)
    assert not left.exists()
    os.killpg(other.pid, signal.SIGKILL)
    other.stdout.close()


def test_a_room_that_is_just_being_made_stays(folder: Path) -> None:
    new = folder / f"{PREFIX}new"
    new.mkdir(mode=0o700)
    remove_abandoned(folder)
    assert new.exists()


@pytest.mark.parametrize("mode", [0o755, 0o500])
def test_what_we_did_not_make_like_that_stays(folder: Path, mode: int) -> None:
    foreign = folder / f"{PREFIX}foreign"
    foreign.mkdir()
    foreign.chmod(mode)
    remove_abandoned(old(foreign).parent)
    assert foreign.exists()


def test_neither_a_link_nor_a_file_nor_another_name_is_touched(folder: Path) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (elsewhere / "mine").touch()
    (folder / f"{PREFIX}link").symlink_to(elsewhere)
    (folder / f"{PREFIX}file").touch()
    old(elsewhere)
    remove_abandoned(folder)
    assert sorted(entry.name for entry in folder.iterdir()) == ["elsewhere", f"{PREFIX}file", f"{PREFIX}link"]
    assert (elsewhere / "mine").exists()


def test_a_room_of_another_user_stays(folder: Path) -> None:
    if os.getuid() == 0:
        foreign = folder / f"{PREFIX}foreign"
        foreign.mkdir(mode=0o700)
        os.chown(foreign, 65534, 65534)
        remove_abandoned(old(foreign).parent)
        assert foreign.exists()
    else:
        remove_abandoned(Path("/"))
        assert Path("/").stat().st_uid != os.getuid()


def test_links_inside_an_abandoned_room_are_not_followed(folder: Path) -> None:
    (folder / "mine").mkdir()
    (folder / "mine" / "file").touch()
    left = folder / f"{PREFIX}left"
    left.mkdir(mode=0o700)
    (left / "link").symlink_to(folder / "mine")
    remove_abandoned(old(left).parent)
    assert not left.exists()
    assert (folder / "mine" / "file").exists()


def test_a_room_is_for_this_user_alone(folder: Path) -> None:
    with room() as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert path.parent == folder
    assert list(folder.iterdir()) == []
