"""`python -m tests.bench.sealing`: what it costs to run a program sealed instead of plainly, in milliseconds a run.

The programs are shell scripts that answer at once, so that what is left is our own part: the private room, the login
that is lent, the settings that are written, the environment, the pipes, the census of what is left behind.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from lok_hooks.backends.all import make, make_exploring
from lok_hooks.backends.deadline import Until
from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.backends.private_copy import PrivateCopy
from lok_hooks.core.ports import Backend, Reply
from lok_hooks.core.settings import BackendKind, BackendSettings
from lok_hooks.core.task import plain_prompt
from lok_hooks.repo.listing import files_to_lend
from lok_hooks.repo.tree_danger import dangers
from tests.ports import NoContents

ROUNDS = 40
COPIES = 3
PROMPT = plain_prompt("bench", "Review this.\n" + "x" * 200_000)
KEY_NAME = "BENCH_KEY"
ANSWERS: dict[BackendKind, str] = {
    "codex": '{"type":"item.completed","item":{"type":"agent_message","text":"OK"}}\n{"type":"turn.completed"}',
    "gemini": '{"response": "OK", "stats": {}}',
    "claude": '{"type": "result", "is_error": false, "result": "OK"}',
    "command": "OK",
}


def main() -> None:
    """Prints the table."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}\n")
    print(
        f"| a run with a prompt of 200 kB, median of {ROUNDS} | plain | sealed | exploring |\n| --- | --- | --- | --- |"
    )
    os.environ[KEY_NAME] = "key-of-the-bench"
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        for kind, answer in ANSWERS.items():
            program = place / kind
            program.write_text(f"#!/bin/sh\ncat >/dev/null\ncat <<'END'\n{answer}\nEND\n")
            program.chmod(0o755)
            print(row(kind, program, place))
        print(f"\nLooking for agents' settings in a directory: {1000 * median(lambda: dangers(place)):.2f} ms\n")
    copy_this_checkout()


def row(kind: BackendKind, program: Path, place: Path) -> str:
    """One line of the table."""
    settings = BackendSettings(name=kind, kind=kind, command=str(program), api_key_env=KEY_NAME)
    ways = {
        "plain": lambda: plain(program, place),
        "sealed": asked(make(settings, NoContents())),
        "exploring": asked(make_exploring(settings, place)),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            times[name].append(taken(way))
    medians = {name: 1000 * statistics.median(values) for name, values in times.items()}
    cells = [f"{medians['plain']:.1f} ms"]
    cells += [f"+ {medians[name] - medians['plain']:.1f} ms" for name in ("sealed", "exploring")]
    return f"| `{kind}` | {' | '.join(cells)} |"


def copy_this_checkout() -> None:
    """Says how long it takes to make the copy that exploring models look at."""
    top = Path(__file__).parents[2]
    for _ in range(COPIES):
        with closing(PrivateCopy(lambda: files_to_lend(top, 1_000_000).diff, KnownSecrets().screen, print)) as copy:
            print(f"made in {taken(lambda: copy.copied(Until.after(None))):.2f} s")


def plain(program: Path, place: Path) -> None:
    """The program as anybody starts one."""
    subprocess.run([str(program)], input=PROMPT.text.encode(), cwd=place, capture_output=True, check=True)


def asked(backend: Backend) -> Callable[[], None]:
    """One question to a backend, which must answer."""

    def ask() -> None:
        answer = backend.ask(PROMPT, Until.after(30))
        if not isinstance(answer, Reply):
            raise SystemExit(f"{backend.name}: {answer}")

    return ask


def taken(way: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    started = time.perf_counter()
    way()
    return time.perf_counter() - started


def median(way: Callable[[], object]) -> float:
    """Median wall seconds of a call."""
    return statistics.median(taken(way) for _ in range(ROUNDS))


if __name__ == "__main__":
    main()
