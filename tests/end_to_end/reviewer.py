"""A reviewer that follows the contract of `command` backends: it finds PLANTED_BUG on changed lines, and when it
examines the claims of others it confirms those that quote it and refutes the rest.

Arguments: a file to which it appends a JSON line for each request (its process id and the prompt), and how it
behaves; "… when examining" behaves so in the rounds of a debate only. Run as a program; it must not import anything
of the package it is asked by.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MARKER = "PLANTED_BUG"
# What it says instead of an answer.
_WORDS = {
    "empty": "",
    "prose": "Looks good to me, no issues found!",
    "is not logged in": "Error: \x1b[31mYou are not logged in.\x1b[0m\nRun acme login.",
    "prints an error": json.dumps({"error": {"message": "invalid api key for team acme"}}),
    "forgets its findings": json.dumps({"receipt": "?", "files": []}),
}
_SHOWN = re.compile(r"(?P<number>[ \d]{5,}) (?P<sign>[+ -]) (?P<text>.*)")


def _receipt(prompt: str) -> str:
    return next(line.removeprefix("receipt: ") for line in prompt.split("\n") if line.startswith("receipt: "))


def _files(prompt: str) -> list[str]:
    return [line.removeprefix("file: ") for line in prompt.split("\n") if line.startswith("file: ")]


def _changed(prompt: str) -> Iterator[tuple[str, int, str]]:
    """File, new-side line (for a removal the one that follows it) and text of every changed line."""
    file, latest = "", 0
    for line in prompt.split("\n"):
        if line.startswith("file: "):
            file, latest = line.removeprefix("file: "), 0
        elif shown := _SHOWN.fullmatch(line):
            latest = int(shown["number"]) if shown["number"].strip() else latest
            if shown["sign"] != " ":
                yield file, latest + (shown["sign"] == "-"), shown["text"]


def _finding(file: str, line: int, text: str) -> dict[str, Any]:
    return {
        "file": file,
        "line": line,
        "end_line": line,
        "severity": "high",
        "category": "planted",
        "cwe": None,
        "title": "a planted bug",
        "why": "it was planted",
        "fix": None,
        "quote": text,
    }


def _round(prompt: str) -> str:
    """The round of a debate that the prompt belongs to, "" for a review."""
    return next((line.removeprefix("round: ") for line in prompt.split("\n") if line.startswith("round: ")), "")


def _votes(prompt: str, behaviour: str) -> list[dict[str, Any]]:
    """Honest votes, or as stubborn as it is told to be."""
    votes: list[dict[str, Any]] = []
    for line in prompt.split("\n"):
        if line.startswith("claim: "):
            votes.append({"claim": line.removeprefix("claim: "), "stance": "refute", "quote": ""})
        elif votes and line.startswith("  quote: "):
            votes[-1]["quote"] = line.removeprefix("  quote: ")
    for vote in votes:
        if behaviour in ("cries wolf", "confirms") or MARKER in vote["quote"]:
            vote["stance"] = "confirm"
        if behaviour == "refutes":
            vote["stance"] = "refute"
        if behaviour == "unsure":
            vote["stance"] = "unsure"
        if behaviour == "refutes with a made-up quote":
            vote |= {"stance": "refute", "quote": "if nobody_wrote_this(): return"}
        vote["ground"] = "misread code" if vote["stance"] == "refute" else None
        vote["reason"] = f"I {vote['stance']} it: {vote['quote']}"
    return votes


def answer(prompt: str, behaviour: str) -> str:
    """What it says."""
    if behaviour in _WORDS:
        return _WORDS[behaviour]
    if _round(prompt):
        receipt = "forged" if behaviour == "loses the receipt" else _receipt(prompt)
        return json.dumps({"receipt": receipt, "votes": _votes(prompt, behaviour)})
    findings = [_finding(*place) for place in _changed(prompt) if MARKER in place[2] or behaviour == "cries wolf"]
    if behaviour == "overlooks":
        findings = []
    if behaviour == "invents a file":
        findings = [_finding("elsewhere.py", 3, f"x = {MARKER}")]
    if behaviour == "invents a line":
        findings = [_finding(_files(prompt)[0], 4000, f"not_there = {MARKER}")]
    review = json.dumps({"receipt": _receipt(prompt), "files": _files(prompt), "findings": findings})
    quoted = "\n".join(text for _, _, text in _changed(prompt))
    if behaviour == "stops halfway":
        return review[: len(review) // 2]
    return f"I read:\n{quoted}\nand this is my verdict:\n{review}" if behaviour == "quotes the code" else review


def main() -> int:
    """Reads the prompt on standard input, prints the answer; exit code 7 when it is to crash."""
    log, behaviour = sys.argv[1:]
    prompt = sys.stdin.read()
    if behaviour.endswith(" when examining"):
        behaviour = behaviour.removesuffix(" when examining") if _round(prompt) else "reviews"
    children: list[int] = []
    if behaviour == "hangs":
        children.append(subprocess.Popen(["sleep", "600"]).pid)
    with Path(log).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"pids": [*children, os.getpid()], "prompt": prompt}) + "\n")
    if behaviour == "hangs":
        time.sleep(600)
    if behaviour == "takes a second":
        time.sleep(1.0)
    if behaviour == "crashes":
        print("cache is stale, come back tomorrow", file=sys.stderr)
        return 7
    print(answer(prompt, behaviour))
    return 0


if __name__ == "__main__":
    sys.exit(main())
