"""The flags that README promises of every command, each used: --help, --dir, -b, --json, -v."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.cli.table import COMMANDS
from tests.end_to_end import versatile
from tests.end_to_end.conftest import CHECKOUT, Project
from tests.end_to_end.kinds import GH

NAMES = [command.name for command in COMMANDS]
# Every command as it is typed here, and what -v adds to what it says otherwise.
USES = {
    "ask": ("ask Why?", "asked two: answer"), "smart": ("smart Why?", "answered answer"),
    "suggest": ("suggest 'Find N+1 queries'", "of its categories)"),
    "hunt": ("hunt", "Look from this angle"), "audit": ("audit", "Look from this angle"),
    "run": ("run hunt", "Look from this angle"), "tasks": ("tasks", "bugs: Find bugs."),
    "debate": ("debate Why?", "answered response"), "team": ("team Why?", "answered review"),
    "conduct": ("conduct Why?", "answered order"), "diff": ("diff", "receipt: "), "explain": ("explain", "more.py"),
    "pr": ("pr 7", "receipt: "), "doctor": ("doctor --probe", "Reply with one word: ready"),
    "backends": ("backends", "[backends.one]"), "init": ("init", "codex: codex, not found"),
    "install": ("install", "looked for hooks in"), "uninstall": ("uninstall", "looked for hooks in"),
    "workflow": ("workflow list", "1. change · runs "), "trust": ("trust --show", "index:lok.toml: asks for the same"),
    "dismiss": ("dismiss --list", "wrong · no record here of a model that raised it"),
    "baseline": ("baseline --dry-run", "asked static: analysis"), "completion": ("completion bash", ""),
    "cache": ("cache stats", "[cache]: kept for 24 hours"),
}  # fmt: skip
LACKS = {"trust": {"-b"}, "dismiss": {"-b"}, "cache": {"-b"}, "completion": {"-b", "-v"}}
README = (
    "`trust`, `dismiss` and `cache`, which concern no single backend, have no `-b`, `completion` neither `-b` nor `-v`"
)
ASKING = ("ask", "smart", "hunt", "audit", "run", "debate", "team", "conduct", "explain", "diff", "pr", "baseline")
EXPLORING = ("ask", "smart", "hunt", "audit", "run", "debate", "team", "conduct", "explain")
SETTINGS = """\
[backends]
codex = {{ enabled = false }}
gemini = {{ enabled = false }}
claude = {{ enabled = false }}
ollama = {{ enabled = false }}
one = {one}
two = {two}
[tasks.hunt]
backends = ["one", "two"]
prompts = [{{ name = "bugs", prompt = "Find bugs." }}]
[tasks.audit]
backends = ["two"]
prompts = [{{ name = "holes", prompt = "Find holes." }}]
"""
DISMISSED = {"id": "ab" * 16, "because": "it is right", "category": "wrong", "path": "a.py", "title": "a title"}
# What differs from run to run, also because answers are remembered.
PASSING = ("seconds", "start_seconds", "answered_seconds", "timing", "directory", "label")
REMEMBERED = ("requests", "answered", "remembered")


@dataclass(frozen=True, kw_only=True)
class Said:
    """A finished command, its streams apart."""

    code: int
    out: str
    err: str

    def document(self) -> dict[str, Any]:
        """What it printed as one JSON document."""
        value: dict[str, Any] = json.loads(self.out)
        return value


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A repository with trusted settings of its own, a dismissal, a planted bug, and `elsewhere`, where nothing is."""

    project: Project
    elsewhere: Path
    log: Path

    def lok(self, *argv: str | Path, cwd: Path | None = None) -> Said:
        """`lok ARGV`, in the project unless told otherwise."""
        done = subprocess.run(
            ["lok", *argv],
            cwd=cwd or self.project.path,
            env=self.project.machine.environment,
            input=b"",
            capture_output=True,
            check=False,
            timeout=120,
        )
        return Said(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    def asked(self) -> tuple[set[str], set[tuple[str, ...]]]:
        """The backends that were asked since the last call, and the files they saw where they were started."""
        who = Path(f"{self.log}.who")
        rows = [json.loads(line) for line in who.read_text().splitlines()] if who.exists() else []
        who.unlink(missing_ok=True)
        return {row["name"] for row in rows}, {tuple(row["files"]) for row in rows}


@pytest.fixture
def shop(project: Project, tmp_path: Path) -> Shop:
    log, programs, elsewhere = tmp_path / "log.jsonl", tmp_path / "programs", tmp_path / "elsewhere"
    programs.mkdir()
    elsewhere.mkdir()
    (programs / "gh").write_text(GH)
    (programs / "gh").chmod(0o755)
    assert isinstance(project.machine.environment, dict)
    project.machine.environment["PATH"] = os.pathsep.join((str(programs), project.machine.environment["PATH"]))
    one, two = (versatile.table(log, name) for name in ("one", "two"))
    dismissed = {"schema": "lok-hooks/dismissed/1", "findings": [DISMISSED]}
    settings = SETTINGS.format(one=one, two=two)
    project.seed({"lok.toml": settings, ".lok/dismissed.json": json.dumps(dismissed), "shop.py": "a = PLANTED_BUG\n"})
    project.stage("more.py", "other = PLANTED_BUG\n")
    assert project.run("lok", "trust", "-y").code == 0
    return Shop(project=project, elsewhere=elsewhere, log=log)


def words_of(command: str) -> list[str]:
    return shlex.split(USES[command][0])


def begun(shop: Shop, command: str) -> None:
    """Puts the project where the command has something to do."""
    if command == "init":
        shop.project.git("rm", "-q", "--cached", "lok.toml")
        (shop.project.path / "lok.toml").rename(shop.elsewhere / "lok.toml")
    if command == "uninstall":
        assert shop.lok("install", "-b", "two").code == 0


def lasting(value: Any) -> Any:
    """A document without what differs from run to run."""
    if isinstance(value, dict):
        return {key: lasting(inner) for key, inner in value.items() if key not in PASSING + REMEMBERED}
    return [lasting(inner) for inner in value] if isinstance(value, list) else value


def test_every_command_is_used() -> None:
    assert set(USES) == set(NAMES)
    readme = " ".join((CHECKOUT / "README.md").read_text(encoding="utf-8").split())
    assert f"Every command has `--help` with an example, `--dir`, `-b a,b`, `--json` and `-v` ({README})" in readme


@pytest.mark.parametrize("command", NAMES)
def test_help_has_an_example(project: Project, command: str) -> None:
    done = project.run("lok", command, "--help")
    assert done.code == 0
    assert re.search(rf"(?m)^example: lok {command}\b", done.said)


@pytest.mark.parametrize("command", NAMES)
def test_json_is_one_document_with_its_schema(shop: Shop, command: str) -> None:
    begun(shop, command)
    said = shop.lok(*words_of(command), "--json")
    assert re.fullmatch(r"lok-hooks/[\w-]+/1", said.document()["schema"])


@pytest.mark.parametrize("command", NAMES)
def test_dir_is_where_it_happens(shop: Shop, command: str) -> None:
    begun(shop, command)
    words = [*words_of(command), "--json"]
    there = shop.lok(*words, "--dir", shop.project.path, cwd=shop.elsewhere)
    if command in EXPLORING:
        files = tuple(sorted(shop.project.git("ls-files").splitlines()))
        assert (there.code, shop.asked()[1]) == (0, {files})
        return
    if command in ("init", "install", "uninstall"):
        written = {"init": ".", "install": ".git/hooks", "uninstall": ".git/hooks"}[command]
        assert str((shop.project.path / written).resolve()) in there.out
        assert (shop.project.path / "lok.toml").exists()
        assert (shop.project.path / ".git/hooks/pre-push").exists() == (command == "install")
        return
    if command == "completion":
        assert there.document()["names"]["backends"][-2:] == ["one", "two"]
        assert shop.lok(*words).document()["names"]["backends"] == []
        return
    inside, outside = shop.lok(*words), shop.lok(*words, cwd=shop.elsewhere)
    assert (there.code, lasting(there.document())) == (inside.code, lasting(inside.document()))
    assert (outside.code, outside.out and lasting(outside.document())) != (there.code, lasting(there.document()))


@pytest.mark.parametrize("command", [name for name in NAMES if "-b" not in LACKS.get(name, ())])
def test_b_leaves_the_named_backends_alone(shop: Shop, command: str) -> None:
    begun(shop, command)
    config = ("--config", shop.elsewhere / "lok.toml") if command == "init" else ()
    said = shop.lok(*words_of(command), "--json", "-b", "two", *config)
    value = said.document()
    match command:
        case _ if command in ASKING:
            assert shop.asked()[0] == {"two"}
        case "suggest":
            assert [ranked["backend"] for ranked in value["backends"]] == ["two"]
        case "tasks":
            assert {tuple(task["backends"]) for task in value["tasks"]} == {("two",)}
        case "doctor":
            assert value["usable"] == ["two"]
            assert {b["problem"] for b in value["backends"] if b["name"] == "one"} == {"not among -b"}
        case "backends":
            assert [b["name"] for b in value["backends"] if b["enabled"]] == ["two"]
        case "init":
            assert 'backends = ["two"]' in shop.project.read("lok.toml")
            assert '"one"' not in shop.project.read("lok.toml")
        case "install":
            assert "--backend two" in shop.project.read(".git/hooks/pre-commit")
        case "uninstall":
            assert set(value["hooks"].values()) == {"removed"}
            shop.lok("install")
            left = shop.lok("uninstall", "--json", "-b", "two").document()
            assert set(left["hooks"].values()) == {"left"}
        case "workflow":
            asked = [step["backends"] for row in value["workflows"] for step in row["steps"] if not step["shell"]]
            assert {tuple(names) for names in asked} == {("two",)}
        case _:
            pytest.fail(f"nothing is known of {command} -b")


@pytest.mark.parametrize("command", [name for name in NAMES if "-v" not in LACKS.get(name, ())])
def test_v_says_more(shop: Shop, command: str) -> None:
    begun(shop, command)
    words, more = words_of(command), USES[command][1]
    verbose = shop.lok(*words, "-v")
    assert more in verbose.out + verbose.err
    if command == "init":
        (shop.project.path / "lok.toml").unlink()
    brief = shop.lok(*words)
    assert brief.code == verbose.code
    assert more not in brief.out + brief.err


@pytest.mark.parametrize(("command", "flag"), [(name, flag) for name, flags in LACKS.items() for flag in sorted(flags)])
def test_what_a_command_lacks_it_refuses(shop: Shop, command: str, flag: str) -> None:
    said = shop.lok(*words_of(command), flag)
    assert (said.code, f'no flag is called "{flag}"' in said.err) == (2, True)
