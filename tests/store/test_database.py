"""The file on a real disk: shared, private, mended, and never in the way."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lok_hooks.store.database import MEMORY, Database
from tests.store.support import opened

PUT = "INSERT OR REPLACE INTO memory VALUES (?, ?, ?, ?)"
PR_CAPBSET_DROP = 24
ROW = ("k", "text", "digest", 1.0)
WRITER = """
import sys, time
from pathlib import Path
from lok_hooks.store.database import Database
database = Database(Path(sys.argv[1]), print)
print("ready", flush=True)
number = 0
while True:
    number += 1
    put = "INSERT OR REPLACE INTO memory VALUES (?, ?, ?, ?)"
    rows = [(put, (f"{sys.argv[2]} {n}", str(number) * 2000, "", 1.0)) for n in range(40)]
    if not database.change(*rows):
        sys.exit("not written")
    if len(sys.argv) > 3 and number == int(sys.argv[3]):
        break
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "common" / "lok"


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def database(folder: Path, notes: list[str]) -> Database:
    return opened(folder, notes.append)


def put(database: Database, key: str = "k") -> bool:
    return database.change((PUT, (key, *ROW[1:])))


def keys(database: Database) -> list[str]:
    return [key for (key,) in database.rows("SELECT key FROM memory ORDER BY key")]


def writer(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_what_is_written_is_there_for_the_next_who_opens(folder: Path, database: Database, notes: list[str]) -> None:
    assert put(database)
    database.close()
    assert keys(opened(folder, notes.append)) == ["k"]
    assert notes == []


def test_all_statements_or_none(folder: Path, database: Database) -> None:
    assert not database.change((PUT, ROW), ("INSERT INTO nowhere VALUES (1)", ()))
    assert keys(opened(folder, lambda _: None)) == []


def test_only_its_user_may_look(folder: Path, database: Database) -> None:
    folder.mkdir(parents=True, mode=0o755)
    (folder / MEMORY.file_name).touch(mode=0o644)
    put(database)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / MEMORY.file_name).stat().st_mode) == 0o600


def link(path: Path, target: Path) -> None:
    path.symlink_to(target)


def occupy(path: Path, _: Path) -> None:
    path.write_text("in the way")


@pytest.mark.parametrize("obstacle", [link, occupy])
def test_a_folder_that_is_none_is_not_written_to(
    tmp_path: Path, folder: Path, notes: list[str], obstacle: Callable[[Path, Path], None]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.parent.mkdir()
    obstacle(folder, elsewhere)
    database = opened(folder, notes.append)
    assert not put(database)
    assert keys(database) == []
    assert list(elsewhere.iterdir()) == []
    assert len(notes) == 1
    assert str(folder) in notes[0]


def test_a_file_that_is_a_link_is_not_written_to(tmp_path: Path, folder: Path, notes: list[str]) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    folder.mkdir(parents=True)
    (folder / MEMORY.file_name).symlink_to(victim)
    assert not put(opened(folder, notes.append))
    assert victim.read_bytes() == b""
    assert "nothing is remembered" in notes[0]


def test_another_users_folder_is_left_alone(folder: Path, notes: list[str]) -> None:
    foreign = folder if os.geteuid() == 0 else Path("/usr")
    if foreign == folder:
        folder.mkdir(parents=True)
        os.chown(folder, 12345, 12345)
    assert not put(opened(foreign, notes.append))
    assert not (foreign / MEMORY.file_name).exists()
    assert "another user's" in notes[0]


@pytest.mark.parametrize("damage", [b"not a database" * 500, b"SQLite format 3\0" + bytes(range(256)) * 40])
def test_a_corrupt_file_is_set_aside_and_begun_again(folder: Path, notes: list[str], damage: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / MEMORY.file_name).write_bytes(damage)
    database = opened(folder, notes.append)
    assert put(database)
    assert keys(database) == ["k"]
    assert (folder / f"{MEMORY.file_name}.corrupt-1").read_bytes() == damage
    assert notes == ["what was remembered is set aside as memory.sqlite.corrupt-1, and begun again"]


def test_damage_in_the_middle_is_found_when_it_is_read(folder: Path, notes: list[str], database: Database) -> None:
    for number in range(200):
        database.change((PUT, (f"key {number:03}", "x" * 1000, "", 1.0)))
    database.close()
    path = folder / MEMORY.file_name
    whole = bytearray(path.read_bytes())
    whole[3 * 4096 : -4096] = b"\xff" * (len(whole) - 4 * 4096)
    path.write_bytes(whole)
    assert opened(folder, notes.append).rows("SELECT key, text FROM memory") == []
    assert "corrupt-1" in notes[0]


def test_a_journal_goes_aside_with_its_file(folder: Path, notes: list[str]) -> None:
    put(opened(folder, notes.append), "old")
    newer = sqlite3.connect(folder / MEMORY.file_name, isolation_level=None)
    newer.execute("PRAGMA user_version = 99")
    newer.execute("BEGIN IMMEDIATE")
    newer.execute("UPDATE memory SET text = 'changed'")
    journal = folder / f"{MEMORY.file_name}-journal"
    assert journal.exists()
    database = opened(folder, notes.append)
    assert put(database, "new")
    newer.close()
    assert keys(database) == ["new"]
    aside = folder / f"{MEMORY.file_name}.version-99-1"
    assert aside.with_name(f"{aside.name}-journal").exists()
    assert not journal.exists()


def test_not_more_than_three_files_are_kept_for_a_look(folder: Path) -> None:
    for _ in range(5):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MEMORY.file_name).write_bytes(b"not a database" * 500)
        assert put(opened(folder, lambda _: None))
    assert len(list(folder.glob("*.corrupt-*"))) == 3


@pytest.mark.parametrize("version", [MEMORY.version + 1, 99])
def test_another_versions_file_is_set_aside(folder: Path, notes: list[str], version: int) -> None:
    put(opened(folder, notes.append))
    with sqlite3.connect(folder / MEMORY.file_name) as raw:
        raw.execute(f"PRAGMA user_version = {version}")
    raw.close()
    database = opened(folder, notes.append)
    assert keys(database) == []
    assert (folder / f"{MEMORY.file_name}.version-{version}-1").exists()
    assert len(notes) == 1


TRIGGER = "CREATE TRIGGER t AFTER INSERT ON memory BEGIN DELETE FROM memory; END"
VIEW = "DROP TABLE memory; CREATE VIEW memory AS SELECT 'k' AS key, 'planted' AS text, '' AS digest, 1.0 AS kept_at"
OTHER_TABLE = "DROP TABLE memory; CREATE TABLE memory (key TEXT, text TEXT)"


@pytest.mark.parametrize("script", [TRIGGER, VIEW, OTHER_TABLE], ids=["trigger", "view", "other table"])
def test_a_file_with_something_else_in_it_is_not_used(folder: Path, notes: list[str], script: str) -> None:
    put(opened(folder, notes.append))
    with sqlite3.connect(folder / MEMORY.file_name) as raw:
        raw.executescript(script)
    raw.close()
    database = opened(folder, notes.append)
    assert put(database, "new")
    assert keys(database) == ["new"]


def test_a_writer_killed_in_the_middle_leaves_whole_transactions(folder: Path, notes: list[str]) -> None:
    for pause in (0.0, 0.004, 0.011, 0.023, 0.05):
        process = writer(folder, "killed")
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        database = opened(folder, notes.append)
        texts = {text for (text,) in database.rows("SELECT text FROM memory")}
        database.close()
        assert len(texts) <= 1, "half a transaction"
    assert put(opened(folder, notes.append))
    assert notes == []


def test_many_processes_write_at_once(folder: Path, notes: list[str]) -> None:
    processes = [writer(folder, str(number), "10") for number in range(4)]
    ends = [(process.communicate(timeout=60), process.returncode) for process in processes]
    assert [code for _, code in ends] == [0] * 4, ends
    assert len(opened(folder, notes.append).rows("SELECT key FROM memory")) == 160


def test_two_that_meet_the_same_corrupt_file_begin_one_new_one(folder: Path, notes: list[str]) -> None:
    first = opened(folder, notes.append)
    second = opened(folder, notes.append)
    put(first)
    put(second)
    (folder / MEMORY.file_name).write_bytes(b"not a database" * 5000)
    first.rows("SELECT * FROM memory")
    put(first, "new")
    second.rows("SELECT * FROM memory")
    assert keys(second) == ["new"]
    assert len(list(folder.glob("*.corrupt-*"))) == 1


def test_a_writer_that_does_not_end_is_not_waited_for_long(folder: Path, notes: list[str]) -> None:
    put(opened(folder, notes.append))
    blocker = sqlite3.connect(folder / MEMORY.file_name, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    database = opened(folder, notes.append)
    assert not put(database)
    assert not put(database)
    assert time.monotonic() - started < 5
    assert len(notes) == 1
    assert "locked" in notes[0]
    blocker.close()


def in_a_process(folder: Path, program: str, limit: Callable[[], None]) -> str:
    """What a program with a `database` in `folder` prints, under a limit."""
    head = "import sys\nfrom pathlib import Path\nfrom lok_hooks.store.database import Database\n"
    head += "database = Database(Path(sys.argv[1]), print)\n"
    done = subprocess.run(
        [sys.executable, "-c", head + textwrap.dedent(program), str(folder)],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=limit,
        timeout=60,
    )
    return done.stdout


def test_a_full_disk_is_told_once_and_what_was_kept_stays(folder: Path, notes: list[str]) -> None:
    put(opened(folder, notes.append))
    said = in_a_process(
        folder,
        f"""
        put = {PUT!r}
        print(database.change((put, ("big", "x" * 500_000, "", 1.0))))
        print(database.change((put, ("small", "x", "", 1.0))))
        """,
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    told, *answers = said.splitlines()
    assert told.startswith(f"nothing is remembered: {folder}: ")
    assert answers == ["False", "False"]
    assert keys(opened(folder, notes.append)) == ["k"]
    assert notes == []


def test_a_disk_full_from_the_start(folder: Path) -> None:
    said = in_a_process(
        folder,
        f"print(database.change(({PUT!r}, {ROW!r})))",
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )
    assert said.startswith("nothing is remembered")
    assert said.endswith("False\n")


def obey_permissions() -> None:
    """Even root, from the next program on: Linux asks for CAP_DAC_OVERRIDE (1) where a mode forbids writing."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, 1)


@pytest.fixture
def read_only(folder: Path, notes: list[str]) -> Iterator[Path]:
    put(opened(folder, notes.append))
    (folder / MEMORY.file_name).chmod(0o400)
    folder.chmod(0o500)
    yield folder
    folder.chmod(0o700)


def test_a_file_that_may_only_be_read_is_read(read_only: Path) -> None:
    program = """
        print(database.rows("SELECT key FROM memory"))
        print(database.change(("DELETE FROM memory", ())))
    """
    found, told, changed = in_a_process(read_only, program, obey_permissions).splitlines()
    assert (found, changed) == ("[('k',)]", "False")
    assert "readonly" in told


def test_a_folder_that_cannot_be_written_to(read_only: Path) -> None:
    (read_only / MEMORY.file_name).unlink()
    said = in_a_process(read_only, f"print(database.change(({PUT!r}, {ROW!r})))", obey_permissions)
    assert "Permission denied" in said
    assert said.endswith("False\n")


def test_without_any_folder_nothing_is_kept_and_that_is_told_once(notes: list[str]) -> None:
    database = opened(None, notes.append)
    assert not put(database)
    assert keys(database) == []
    assert not database.exists()
    assert notes == ["nothing is remembered: neither XDG_STATE_HOME nor HOME names a folder"]


def test_it_serves_several_threads(database: Database) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda number: put(database, str(number)), range(64)))
    assert len(keys(database)) == 64
