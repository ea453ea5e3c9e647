"""`python -m tests.bench.debate`: what one round of debate adds to a review, measured now, on this machine.

One backend raises 20 findings at once; three others each take a second to examine all of them. The same review with
and without debate takes turns. Nothing fails here: a benchmark informs, it does not judge.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.measure import SCRIPTS, git, seconds
from tests.bench.startup import new_repository

FINDINGS = 20
ROUNDS = 7
# In sh, so that starting interpreters on few cores are not what is measured.
REVIEWER = """#!/bin/sh
prompt=$(cat)
receipt=$(printf '%s\\n' "$prompt" | sed -n 's/^receipt: //p')
case "$prompt" in
*"
round: "*)
    sleep 1
    votes=$(printf '%s\\n' "$prompt" | sed -n \
's/^claim: \\(.*\\)/,{"claim": "\\1", "stance": "confirm", "reason": "so it is", "quote": ""}/p' | tr -d '\\n')
    printf '{"receipt": "%s", "votes": [%s]}' "$receipt" "${votes#,}"
    ;;
*)
    sed "s/RECEIPT/$receipt/" "$1"
    ;;
esac
"""


def main() -> None:
    """Prints every figure as Markdown."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}\n")
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        os.environ["XDG_STATE_HOME"] = str(place / "state")
        new_repository(place / "project", {"README": "a project\n"})
        config = panel(place)
        (place / "project" / "a.py").write_text("".join(f"value_{n} = {n}\n" for n in range(FINDINGS * 10)))
        git(place / "project", "add", "-A")
        print(one_round(place, config))


def panel(place: Path) -> Path:
    """lok.toml with the author and three examiners."""
    reviewer, said = place / "reviewer.sh", place / "said.json"
    reviewer.write_text(REVIEWER)
    reviewer.chmod(0o755)
    findings = [
        {
            "file": "a.py",
            "line": n * 10 + 1,
            "severity": "high",
            "category": f"kind-{n}",
            "title": f"wrong value {n}",
            "why": f"value {n} is used as an index further down and is one too many",
            "quote": f"value_{n * 10} = {n * 10}",
        }
        for n in range(FINDINGS)
    ]
    said.write_text(json.dumps({"receipt": "RECEIPT", "files": ["a.py"], "findings": findings}))
    sections = ["[backends.static]\nenabled = false\n[cache]\nenabled = false\n"]
    sections += [f"[backends.{name}]\nenabled = false\n" for name in ("codex", "gemini", "claude", "ollama")]
    sections += [
        f'[backends.{name}]\nkind = "command"\ncommand = "{reviewer}"\nargs = ["{said}"]\n'
        for name in ("author", "one", "two", "three")
    ]
    config = place / "lok.toml"
    config.write_text("".join(sections) + '[tasks.hunt]\nbackends = ["author"]\n')
    return config


def one_round(place: Path, config: Path) -> str:
    """The same review with and without debate, and an examiner by itself."""
    examiner = ["sh", "-c", f"printf 'receipt: x\\n\\nround: x\\nclaim: C1\\n' | {place / 'reviewer.sh'}"]
    alone, without, debated = [], [], []
    for _ in range(ROUNDS):
        alone.append(seconds(examiner, place))
        without.append(reviewed(place, config, "--no-debate"))
        debated.append(reviewed(place, config, "--debate"))
    votes = sum(len(finding["evidence"]["votes"]) for finding in debated[0]["findings"])
    slowest = statistics.median(max(row["seconds"] for row in report["examined"]) for report in debated)
    plain, whole = (
        statistics.median(report["timing"]["seconds"] for report in reports) for reports in (without, debated)
    )
    rows = [
        ("an examiner by itself", statistics.median(alone)),
        ("the slowest examiner in the round", slowest),
        ("the review without debate", plain),
        ("the review with it", whole),
        ("what the debate adds to the slowest examiner", whole - plain - slowest),
    ]
    lines = [f"| one round, {FINDINGS} findings, 3 examiners of 1 s, {votes} votes | s |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| {name} | {value:.2f} |" for name, value in rows), ""])


def reviewed(place: Path, config: Path, flag: str) -> dict[str, Any]:
    """One review as its json report."""
    hunt = [str(SCRIPTS / "lok-hunt"), "--config", str(config), "--format", "json", flag]
    done = subprocess.run(hunt, cwd=place / "project", capture_output=True, check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
