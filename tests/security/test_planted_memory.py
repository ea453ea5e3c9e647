"""A repository packed with its .git by somebody who lets it judge itself: answers, verdicts, dismissals, measured
precision, open pieces and the key of the marks come along, made with our own commands, and count for nobody else.

Unpacking makes the files the victim's own. The packer is the worst there is: on the same image of the same machine,
with the same paths, so that every key of what was kept is the victim's key too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lok_hooks.core.deferral import Deferred
from lok_hooks.core.reliability import Outcome
from lok_hooks.core.sighting import Sighting
from lok_hooks.store.database import Database
from lok_hooks.store.deferred import defer
from lok_hooks.store.ledger import LAYOUT, Ledger
from lok_hooks.store.memory import StoredMemory
from tests.end_to_end.conftest import Machine, Project, Reviewer, clean_environment, configure, machine, project
from tests.end_to_end.test_debate import Convene, convene
from tests.end_to_end.test_memory import BAD, mood, notes, with_remote
from tests.end_to_end.test_real_clis import FOUND, model_server
from tests.fake_model_server import Server

__all__ = ["configure", "convene", "machine", "model_server", "mood", "project"]
Configure = Callable[..., Reviewer]
Handed = Callable[[], Project]


@pytest.fixture(params=["to a machine with the same paths", "to another home and directory"])
def handed(request: pytest.FixtureRequest, project: Project, tmp_path: Path) -> Handed:
    """Packs the project with everything that was kept about it, and unpacks it where nobody reviewed anything yet."""

    def hand_over() -> Project:
        # Where a copy of what was kept would have to lie to be found again: in the repository itself.
        packed = project.path / ".git" / "lok"
        if not packed.exists():
            shutil.copytree(project.kept, packed)
        archive = tmp_path / "project.tar"
        subprocess.run(["tar", "-C", project.path.parent, "-cf", archive, project.path.name], check=True)
        to, there = project.machine, tmp_path
        if request.param == "to another home and directory":
            there, home = tmp_path / "victim", tmp_path / "victim" / "home"
            home.mkdir(parents=True)
            shutil.copy(to.home / ".gitconfig", home)
            own = {name: value for name, value in to.environment.items() if name.startswith("LOK_")}
            to = Machine(home=home, environment=clean_environment(home) | own)
        else:
            shutil.rmtree(project.path)
            shutil.rmtree(to.home / ".state")
        subprocess.run(["tar", "-C", there, "-xf", archive], check=True)
        return Project(machine=to, path=there / project.path.name)

    return hand_over


@pytest.mark.parametrize("behaviour", ["overlooks", "refutes when examining"])
def test_a_clean_verdict_that_came_along_is_asked_for_again(
    project: Project, configure: Configure, mood: Path, handed: Handed, behaviour: str
) -> None:
    reviewer = configure(command=str(mood.with_name("moody")))
    project.stage("shop.py", BAD)
    mood.write_text(behaviour)
    first, second = project.run("lok-hunt"), project.run("lok-hunt")
    assert (first.code, second.code, "scripted remembered" in second.said) == (0, 0, True)
    asked = len(reviewer.requests())
    mood.write_text("reviews")
    victim = handed()
    victim.plain_hook("pre-commit", "lok-hunt")
    before = victim.head()
    done = victim.commit()
    assert (done.code, victim.head()) == (1, before)
    assert "remembered" not in done.said
    assert len(reviewer.requests()) == asked + 2
    # What this user's own review says is remembered as ever.
    assert "remembered" in victim.commit().said
    assert len(reviewer.requests()) == asked + 2


def forge(folder: Path) -> None:
    """Makes of everything that somebody found, in every memory below a folder, that nothing was found."""
    for path in folder.rglob("memory.sqlite"):
        database = Database(path.parent, pytest.fail)
        memory = StoredMemory(database, ttl_seconds=float("inf"), max_bytes=10**6, now=time.time)
        for key, text in database.rows("SELECT key, text FROM memory"):
            if text.startswith('[{"'):
                memory.keep(key, "[]")
        database.close()


@pytest.mark.parametrize("is_removed_before", [True, False])
def test_a_repository_that_comes_back_changed_is_not_believed_either(
    project: Project, configure: Configure, tmp_path: Path, is_removed_before: bool
) -> None:
    """Whoever had it saw every name in it; where it is unpacked, the file system may give the old inodes again."""
    configure()
    project.stage("shop.py", BAD)
    assert project.run("lok-hunt").code == 1
    changed = tmp_path / "elsewhere" / project.path.name
    shutil.copytree(project.path, changed)
    shutil.copytree(project.kept, changed / ".git" / "lok" / project.kept.name, dirs_exist_ok=True)
    forge(changed)
    if is_removed_before:
        shutil.rmtree(project.path)
    subprocess.run(["cp", "-a", changed, project.path.parent], check=True)
    for command in (["lok-hunt"], ["lok-hunt", "-v"], ["lok-review", "--staged", "--task", "hunt"]):
        assert project.run(*command).code == 1


def test_a_dismissal_that_came_along_does_not_count(project: Project, configure: Configure, handed: Handed) -> None:
    configure()
    project.stage("shop.py", BAD)
    (finding,) = json.loads(project.run("lok-hunt", "--format", "json").said)["findings"]
    assert project.run("lok", "dismiss", finding["id"], "--because", "it is nothing").code == 0
    shutil.rmtree(project.path / ".lok")
    assert project.run("lok-hunt").code == 0
    victim = handed()
    assert victim.run("lok-hunt").code == 1
    assert "nothing is dismissed" in victim.run("lok", "dismiss", "--list").said


def plant_record(project: Project, outcomes: Mapping[str, Outcome]) -> None:
    """Sixty findings of each backend, and what is said to have become of them."""
    database = Database(project.kept, pytest.fail, LAYOUT)
    for backend, outcome in outcomes.items():
        seen = (
            Sighting(
                identity=f"{backend} {number}",
                backend=backend,
                family="logic",
                path="x.py",
                title="t",
                quote="q",
                outcome=outcome,
            )
            for number in range(60)
        )
        Ledger(database).record(seen, time.time())
    database.close()


def test_a_record_that_came_along_takes_no_weight_from_a_voice(
    project: Project, convene: Convene, handed: Handed
) -> None:
    convene({"one": "reviews", "two": "reviews", "three": "refutes when examining"})
    project.stage("shop.py", BAD)
    plant_record(project, {"one": Outcome.REFUTED, "two": Outcome.REFUTED, "three": Outcome.CONFIRMED})
    assert project.run("lok-hunt").code == 0  # the honest two are outweighed
    victim = handed()
    done = victim.run("lok-hunt")
    assert done.code == 1
    assert "confirmed by two" in done.said
    rows = json.loads(victim.run("lok", "backends", "--json").said)["backends"]
    measured = {row["name"]: (row["measured"] or {}).get("count", 0) for row in rows}
    assert [measured[name] < 5 for name in ("one", "two", "three")] == [True] * 3


def test_a_record_that_came_along_lets_no_backend_refuse_alone(
    project: Project, configure: Configure, model_server: Server, handed: Handed
) -> None:
    def reported(at: Project) -> tuple[int, list[str]]:
        """Exit code and dispositions when the server, which may not refuse alone, raises the bug."""
        at.run("lok-hunt", "--fresh", "--no-debate", "--backend", "scripted")
        receipt = re.findall(r"(?m)^receipt: (\S+)$", reviewer.requests()[-1]["prompt"])[0]
        found = FOUND | {"line": 1, "quote": BAD.strip()}
        answer = {"receipt": receipt, "files": ["shop.py"], "findings": [found]}
        model_server.rules = [{"answer_json": answer}]
        done = at.run("lok-hunt", "--fresh", "--no-debate", "--backend", "house", "--format", "json")
        return done.code, [finding["disposition"] for finding in json.loads(done.said)["findings"]]

    url = f"http://127.0.0.1:{model_server.server_port}/v1"
    reviewer = configure(more=f'[backends.house]\nkind = "openai"\nurl = "{url}"\nmodel = "large"\n')
    project.stage("shop.py", BAD)
    plant_record(project, {"house": Outcome.CONFIRMED})
    assert reported(project) == (1, ["confirmed"])
    assert reported(handed()) == (0, ["unconfirmed"])


def test_nothing_is_left_open_for_others(
    project: Project, configure: Configure, handed: Handed, tmp_path: Path
) -> None:
    reviewer = configure()
    with_remote(project, tmp_path)
    project.git("checkout", "-q", "-b", "feature")
    project.seed({"late.py": "total = 1\n"})
    database = Database(project.kept, pytest.fail)
    assert defer(database, [Deferred(path="late.py", blob="0" * 40, task="hunt")], time.time())
    database.close()
    victim = handed()
    done = victim.run("git", "push", "origin", "feature")
    assert done.code == 0, done.said
    assert "left open" not in done.said
    assert len(reviewer.requests()) == 1


def test_who_packs_a_key_does_not_know_the_marks(project: Project, configure: Configure, handed: Handed) -> None:
    reviewer = configure()
    project.stage("shop.py", BAD)
    project.run("lok-hunt", "--no-debate")
    packed = reviewer.requests()[-1]["prompt"]
    victim = handed()
    for _ in range(2):
        victim.run("lok-hunt", "--no-debate", "--fresh")
    one, two = (request["prompt"] for request in reviewer.requests()[-2:])
    assert one == two
    for pattern in (r"receipt: (\S+)", r"BEGIN DATA (\S+)"):
        assert set(re.findall(pattern, packed)).isdisjoint(re.findall(pattern, one))
        assert re.findall(pattern, one)


def garbage(folder: Path) -> None:
    for name in ("memory.sqlite", "ledger.sqlite", "key"):
        (folder / name).write_bytes(b"SQLite format 3\0" + b"\xff" * 100_000)


def pipes(folder: Path) -> None:
    for name in ("memory.sqlite", "ledger.sqlite", "key", "memory.sqlite-journal"):
        os.mkfifo(folder / name)


def huge(folder: Path) -> None:
    for name in ("memory.sqlite", "ledger.sqlite", "key"):
        (folder / name).touch()
        os.truncate(folder / name, 1 << 36)


def links(folder: Path) -> None:
    for name in ("memory.sqlite", "ledger.sqlite", "key"):
        (folder / name).symlink_to("/dev/zero")


def views(folder: Path) -> None:
    for name in ("memory.sqlite", "ledger.sqlite"):
        with sqlite3.connect(folder / name) as raw:
            forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
            for table in ("memory", "deferred", "findings", "dismissed"):
                raw.execute(f"CREATE VIEW {table} AS {forever}")
            raw.execute("PRAGMA user_version = 1")
        raw.close()


def itself(folder: Path) -> None:
    folder.rmdir()
    folder.symlink_to(folder)


@pytest.mark.parametrize("plant", [garbage, pipes, huge, links, views, itself])
def test_files_of_strangers_are_not_even_opened(
    project: Project, configure: Configure, plant: Callable[[Path], None]
) -> None:
    reviewer = configure()
    folder = project.path / ".git" / "lok"
    folder.mkdir()
    plant(folder)
    before = {path: path.lstat() for path in (folder, *folder.parent.glob("lok/*"))}
    project.stage("shop.py", BAD)
    first, second = project.run("lok-hunt"), project.run("lok-hunt")
    assert (first.code, second.code, len(reviewer.requests())) == (1, 1, 2)
    assert "scripted remembered" in second.said
    assert not re.search("set aside|nothing is remembered|lok/", first.said + second.said)
    for command in (("cache", "stats"), ("cache", "clear"), ("backends",), ("dismiss", "--list")):
        assert project.run("lok", *command).code == 0
    assert "memory" in project.run("lok", "doctor").said
    after = {path: path.lstat() for path in (folder, *folder.parent.glob("lok/*"))}
    assert [(s.st_size, s.st_mtime_ns, s.st_ino) for s in before.values()] == [
        (s.st_size, s.st_mtime_ns, s.st_ino) for s in after.values()
    ]


def test_nothing_is_written_into_the_repository(project: Project, configure: Configure) -> None:
    configure()
    project.stage("shop.py", BAD)
    before = {path for path in project.path.rglob("*") if ".git/objects" not in str(path)}
    (finding,) = json.loads(project.run("lok-hunt", "--format", "json").said)["findings"]
    project.run("lok-review", "--staged")
    project.run("lok", "ask", "Why?")
    project.run("lok", "hunt", ".")
    assert {path for path in project.path.rglob("*") if ".git/objects" not in str(path)} == before
    assert project.run("lok", "dismiss", finding["id"], "--because", "it is nothing").code == 0
    added = {path for path in project.path.rglob("*") if ".git/objects" not in str(path)} - before
    assert {path.name for path in added} == {".lok", "dismissed.json"}


@pytest.mark.parametrize(("home", "state"), [("", ""), ("~", ""), (".", "state"), ("", ".")])
def test_without_a_home_no_folder_of_the_tree_is_taken_for_one(
    project: Project, configure: Configure, mood: Path, home: str, state: str
) -> None:
    reviewer = configure(command=str(mood.with_name("moody")))
    project.stage("shop.py", BAD)
    mood.write_text("overlooks")
    assert project.run("lok-hunt").code == 0
    for place in (".local/state/lok", "~/.local/state/lok", "state/lok", "lok"):
        shutil.copytree(project.kept.parents[1], project.path / place)
    mood.write_text("reviews")
    for _ in range(2):
        asked = len(reviewer.requests())
        done = project.run("lok-hunt", env={"HOME": home, "XDG_STATE_HOME": state})
        assert done.code == 1
        assert notes(done).count("nothing is remembered: neither XDG_STATE_HOME nor HOME names a folder") == 1
        assert len(reviewer.requests()) == asked + 2
