"""`python -m tests.bench.startup`: the figures of README's "Speed", measured now, on this machine.

Whole processes take turns with their baseline. Nothing fails here: a benchmark informs, it does not judge.
"""

from __future__ import annotations

import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.measure import SCRIPTS, git, seconds, side_by_side, table

# Run in a process of its own: seconds and memory of extraction alone, over what the imports already cost.
EXTRACT = """
import json, re, sys, time
from pathlib import Path
from lok_hooks.core.select import Selection
from lok_hooks.repo.git import Repository
from lok_hooks.repo.snapshot import staged
import git, unidiff
def peak():
    # Not getrusage: its maximum is inherited from the process that started this one.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
before = peak()
start = time.perf_counter()
snapshot = staged(Repository.open("."), Selection(context_lines=3, max_file_bytes=int(sys.argv[1])))
print(json.dumps({
    "seconds": time.perf_counter() - start,
    "grown": peak() - before,
    "peak": peak(),
    "files": len(snapshot.diff.files),
    "skipped": [f"{item.path}: {item.reason} {item.detail}".strip() for item in snapshot.diff.skipped],
}))
"""
MIB = 2**20
# In sh, so that four starting interpreters on two cores are not what is measured.
SLOW_REVIEWER = """#!/bin/sh
prompt=$(cat)
sleep 1
receipt=$(printf '%s\\n' "$prompt" | sed -n 's/^receipt: //p')
printf '{"receipt": "%s", "files": ["a.py"], "findings": []}' "$receipt"
"""


def main() -> None:
    """Prints every figure as Markdown."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}\n")
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        os.environ["XDG_STATE_HOME"] = str(place / "state")
        print(start_up(place / "empty"))
        print(second_commit(place / "second"))
        print(large_diff(place / "large"))
        print(lock_file(place / "lock"))
        print(four_reviewers(place / "four"))
        print(embedded(place / "embedded"))


def start_up(repository: Path) -> str:
    """Whole processes with nothing to review, against `python -c pass`."""
    new_repository(repository, {"a.py": "x = 1\n"})
    commands = {
        "`python -c pass`": [sys.executable, "-c", "pass"],
        "`lok-hunt`, nothing staged": [str(SCRIPTS / "lok-hunt")],
        "`lok --help`": [str(SCRIPTS / "lok"), "--help"],
    }
    return table("start-up", side_by_side(commands, repository, rounds=25), "`python -c pass`")


def second_commit(repository: Path) -> str:
    """A commit that was reviewed before: nobody is asked."""
    new_repository(repository, {"a.py": "x = 1\n"})
    reviewer = repository.parent / "second-reviewer.sh"
    reviewer.write_text(SLOW_REVIEWER)
    reviewer.chmod(0o755)
    config = repository.parent / "second.toml"
    sections = [f"[backends.{name}]\nenabled = false\n" for name in ("codex", "gemini", "claude", "ollama")]
    sections += [f'[backends.one]\nkind = "command"\ncommand = "{reviewer}"\n[tasks.hunt]\nbackends = ["one"]\n']
    config.write_text("\n".join(sections))
    (repository / "a.py").write_text("x = 2\n")
    git(repository, "add", "-A")
    hunt = [str(SCRIPTS / "lok-hunt"), "--config", str(config)]
    again = [subprocess.run(hunt, cwd=repository, capture_output=True, check=True).stdout for _ in range(2)][1]
    if b"one remembered" not in again:
        return f"| the second commit was not remembered | |\n| --- | --- |\n| {again.decode().splitlines()[0]} | |\n"
    commands = {
        "`python -c pass`": [sys.executable, "-c", "pass"],
        "`lok-hunt`, second commit of the same content": hunt,
        "the same, files and answers known but the verdict not": [*hunt, "-v"],
    }
    return table("remembered", side_by_side(commands, repository, rounds=25), "`python -c pass`")


def large_diff(repository: Path) -> str:
    """7.5 MB of diff: our extraction against git's own."""
    maker = random.Random(7)
    old = {f"pkg/m{n}.py": "".join(line(maker) for _ in range(620)) for n in range(324)}
    new_repository(repository, old)
    for name, text in old.items():
        (repository / name).write_text(
            "".join(line(maker) if n % 2 else kept for n, kept in enumerate(text.splitlines(True)))
        )
    git(repository, "add", "-A")
    raw = ["git", "diff", "--cached", "--no-color", "--no-ext-diff"]
    size = len(subprocess.run(raw, cwd=repository, capture_output=True, check=True).stdout)
    runs = [(seconds(raw, repository), extract(repository)) for _ in range(5)]
    git_seconds, ours = (sorted(values)[2] for values in ([g for g, _ in runs], [o["seconds"] for _, o in runs]))
    grown = max(o["grown"] for _, o in runs)
    return "\n".join((
        f"| {size / 1e6:.1f} MB diff | |",
        "| --- | --- |",
        f"| `git diff --cached` | {git_seconds * 1000:.0f} ms |",
        f"| extraction | {ours * 1000:.0f} ms = {ours / git_seconds:.2f} x git |",
        f"| memory on top | {grown / MIB:.0f} MiB = {grown / size:.1f} x the diff |",
        "",
    ))  # fmt: skip


def lock_file(repository: Path) -> str:
    """A 103 MB lock file is left out before any patch is made."""
    new_repository(repository, {"a.py": "x = 1\n"})
    with (repository / "package-lock.json").open("w") as file:
        for n in range(3_050_000):
            file.write(f'    "package-{n:07}": "^{n % 97}.0.0",\n')
    git(repository, "add", "-A")
    found = sorted((extract(repository, 1_000_000) for _ in range(5)), key=lambda run: run["seconds"])[2]
    size = (repository / "package-lock.json").stat().st_size
    return "\n".join((
        f"| {size / 1e6:.0f} MB lock file | |",
        "| --- | --- |",
        f"| left out in | {found['seconds'] * 1000:.0f} ms |",
        f"| peak of the whole process | {found['peak'] / MIB:.0f} MiB |",
        f"| reason | {'; '.join(found['skipped'])} |",
        "",
    ))  # fmt: skip


def four_reviewers(repository: Path) -> str:
    """Four backends that each take a second, one task each: the whole `lok-hunt`."""
    new_repository(repository, {"a.py": "x = 1\n"})
    reviewer = repository.parent / "reviewer.py"
    reviewer.write_text(SLOW_REVIEWER)
    reviewer.chmod(0o755)
    names = ["one", "two", "three", "four"]
    sections = ["[backends.static]\nenabled = false\n"]
    sections += [f'[backends.{name}]\nkind = "command"\ncommand = "{reviewer}"\n' for name in names]
    sections += [f"[tasks.hunt]\nbackends = {json.dumps(names)}\n"]
    config = repository.parent / "lok.toml"
    config.write_text("\n".join(sections))
    (repository / "a.py").write_text("x = 2\n")
    git(repository, "add", "-A")
    hunt = [str(SCRIPTS / "lok-hunt"), "--config", str(config), "--fresh"]
    commands = {
        "one reviewer by itself": ["sh", "-c", f"printf 'receipt: x\\n' | {reviewer}"],
        "`lok-hunt` with four of them, whole process": hunt,
    }
    times = side_by_side(commands, repository, rounds=5)
    said = subprocess.run([*hunt, "--format", "json"], cwd=repository, capture_output=True, check=True).stdout
    times["the review in it"] = json.loads(said)["timing"]["seconds"]
    return table("four reviewers of 1 s", times, "one reviewer by itself")


def embedded(repository: Path) -> str:
    """A commit of 100 files by the embedded reviewer, whole process, against ruff on the same files."""
    maker = random.Random(11)
    new_repository(repository, {"a.py": "x = 1\n"})
    for number in range(100):
        body = "".join(line(maker) for _ in range(28))
        (repository / f"m{number}.py").write_text(f"def f{number}() -> None:\n{body}")
    git(repository, "add", "-A")
    commands = {
        "`ruff check` on the same files": [str(SCRIPTS / "ruff"), "check", "--no-cache", "--isolated", "."],
        "`lok-hunt --backend static`, 100 files": [str(SCRIPTS / "lok-hunt"), "--backend", "static", "--fresh"],
    }
    return table("embedded reviewer", side_by_side(commands, repository, rounds=7), "`ruff check` on the same files")


def new_repository(path: Path, files: dict[str, str]) -> None:
    """A repository with one commit."""
    path.mkdir()
    git(path, "init", "-q")
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    git(path, "add", "-A")
    git(path, "commit", "-qm", "first")


def extract(repository: Path, largest: int = 10**9) -> dict[str, Any]:
    """One extraction in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", EXTRACT, str(largest)], cwd=repository, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def line(maker: random.Random) -> str:
    """One line of code-like text, about 32 characters."""
    return f"    value_{maker.randrange(10**6):06} = {maker.randrange(10**9)}\n"


if __name__ == "__main__":
    main()
