"""A model that looks around: it searches the directory it is started in for PLANTED_BUG.

Arguments: a file to which it appends a JSON line for each request, and how it behaves. Run as a program; it must not
import anything of the package it is asked by.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

MARKER = "PLANTED_BUG"


def _found() -> list[dict[str, Any]]:
    return [
        {
            "file": str(path), "line": number + 7, "end_line": None, "severity": "high", "category": "planted",
            "cwe": None, "title": "a planted bug", "why": "it was planted", "fix": None, "quote": line,
        }
        for path in sorted(Path().rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if MARKER in line
    ]  # fmt: skip


def _invented(file: str, quote: str) -> dict[str, Any]:
    return {
        "file": file, "line": 1, "end_line": None, "severity": "critical", "category": "invented", "cwe": None,
        "title": f"invented in {file}", "why": "it was invented", "fix": None, "quote": quote,
    }  # fmt: skip


def answer(prompt: str, behaviour: str) -> str:
    """What it says."""
    if behaviour == "prose":
        return "I looked everywhere and all is well."
    if behaviour == "mends its form" and "You answered this request once" not in prompt:
        return "{findings: a planted bug"
    if behaviour == "leaks in prose":
        return " ".join(["I found this:", "." * 60, *(found["quote"] for found in _found())])
    receipt = re.findall(r"(?m)^receipt: (\S+)$", prompt)[0]
    findings = _found()
    if behaviour == "invents":
        findings += [
            _invented("nowhere.py", "x = 1"),
            _invented("../outside.py", "secret"),
            _invented("link.py", "far"),
        ]
    if behaviour == "leaks":
        for finding in findings:
            finding["why"] = f"the line is {finding['quote']}"
    files = [finding["file"] for finding in findings] or [str(path) for path in Path().rglob("*") if path.is_file()]
    return json.dumps({"receipt": receipt, "files": files, "findings": findings})


def main() -> int:
    """Reads the prompt on standard input, prints the answer; exit code 7 when it is to crash."""
    log, behaviour = sys.argv[1:]
    prompt = sys.stdin.read()
    with Path(log).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"directory": str(Path.cwd()), "behaviour": behaviour, "prompt": prompt}) + "\n")
    if behaviour == "crashes" or (behaviour == "crashes on holes" and "Find holes" in prompt):
        print("cache is stale, come back tomorrow", file=sys.stderr)
        return 7
    print(answer(prompt, behaviour))
    return 0


if __name__ == "__main__":
    sys.exit(main())
