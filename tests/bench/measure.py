"""Timing whole processes side by side."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

SCRIPTS = Path(sys.executable).parent


def seconds(argv: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> float:
    """Wall seconds of one run; output is thrown away."""
    start = time.perf_counter()
    subprocess.run(argv, cwd=cwd, env=dict(env or os.environ), capture_output=True, check=False)
    return time.perf_counter() - start


def side_by_side(
    commands: Mapping[str, Sequence[str]], cwd: Path, rounds: int, env: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Median wall seconds of each command; they take turns, so that a busy moment meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, argv in commands.items():
            times[name].append(seconds(argv, cwd, env))
    return {name: statistics.median(values) for name, values in times.items()}


def git(cwd: Path, *args: str) -> None:
    """Runs git as a person who never configured anything."""
    subprocess.run(
        ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", *args], cwd=cwd, check=True, capture_output=True
    )


def table(title: str, times: Mapping[str, float], baseline: str) -> str:
    """The figures as lines of a Markdown table, with ratios to `baseline`."""
    rows = [f"| {title} | ms | ratio |", "| --- | --- | --- |"]
    rows += [f"| {name} | {value * 1000:.0f} | {value / times[baseline]:.2f} |" for name, value in times.items()]
    return "\n".join([*rows, ""])
