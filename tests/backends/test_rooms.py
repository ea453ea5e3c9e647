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

from lok_hooks.backends.rooms import PREFIX, remove_abandoned

LIVING = """
import sys
from lok_hooks.backends.rooms import room
with room() as path:
    (path / "auth.json").write_text("{}")
    (path / "deep").mkdir()
    print(path, flush=True)
    sys.stdin.read()
"""


def old(path: Path) -> Path:
    """The same directory, last touched a minute ago."""
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path


def start(folder: Path, code: str = LIVING) -> tuple[subprocess.Popen[str], Path]:
    """Another process with a room in `folder`, which ends when nothing more is told to it; and that room."""
    other = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert other.stdout is not None
    return other, Path(other.stdout.readline().strip())


def kill(other: subprocess.Popen[str]) -> None:
    """Kill the other process and wait for its end."""
    other.kill()
    other.communicate()


def test_a_killed_process_leaves_a_room_that_the_next_run_removes(tmp_path: Path) -> None:
    other, left = start(tmp_path)
    kill(other)
    assert (old(left) / "auth.json").exists()
    other, path = start(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    other.communicate()
    assert list(tmp_path.iterdir()) == []


def test_a_room_in_use_stays(tmp_path: Path) -> None:
    other, used = start(tmp_path)
    old(used)
    remove_abandoned(tmp_path)
    assert (used / "auth.json").exists()
    kill(other)
    remove_abandoned(tmp_path)
    assert not used.exists()


def test_a_program_that_outlives_its_run_does_not_keep_the_room(tmp_path: Path) -> None:
    program = "    import subprocess; subprocess.Popen(['sleep', '20'], stdout=subprocess.DEVNULL)\n"
    other, left = start(tmp_path, LIVING.replace("    print(", f"{program}    print("))
    kill(other)
    remove_abandoned(old(left).parent)
    assert not left.exists()
    os.killpg(other.pid, signal.SIGKILL)


def test_a_room_that_is_just_being_made_stays(tmp_path: Path) -> None:
    new = tmp_path / f"{PREFIX}new"
    new.mkdir(mode=0o700)
    remove_abandoned(tmp_path)
    assert new.exists()


@pytest.mark.parametrize("mode", [0o755, 0o500])
def test_what_we_did_not_make_like_that_stays(tmp_path: Path, mode: int) -> None:
    foreign = tmp_path / f"{PREFIX}foreign"
    foreign.mkdir()
    foreign.chmod(mode)
    remove_abandoned(old(foreign).parent)
    assert foreign.exists()


def test_neither_a_link_nor_a_file_nor_another_name_is_touched(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (elsewhere / "mine").touch()
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    (tmp_path / f"{PREFIX}file").touch()
    old(elsewhere)
    remove_abandoned(tmp_path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["elsewhere", f"{PREFIX}file", f"{PREFIX}link"]
    assert (elsewhere / "mine").exists()


def test_a_room_of_another_user_stays(tmp_path: Path) -> None:
    if os.getuid() == 0:
        foreign = tmp_path / f"{PREFIX}foreign"
        foreign.mkdir(mode=0o700)
        os.chown(foreign, 65534, 65534)
        remove_abandoned(old(foreign).parent)
        assert foreign.exists()
    else:
        remove_abandoned(Path("/"))
        assert Path("/").stat().st_uid != os.getuid()


def test_links_inside_an_abandoned_room_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    left = tmp_path / f"{PREFIX}left"
    left.mkdir(mode=0o700)
    (left / "link").symlink_to(tmp_path / "mine")
    remove_abandoned(old(left).parent)
    assert not left.exists()
    assert (tmp_path / "mine" / "file").exists()


def test_a_room_is_for_this_user_alone(tmp_path: Path) -> None:
    other, path = start(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert path.parent == tmp_path
    other.communicate()
    assert list(tmp_path.iterdir()) == []
