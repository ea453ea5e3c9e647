"""A model for workflows: answers words, as it is told.

Arguments: a file to which it appends a JSON line for each request, and what it does. Run as a program; it must not
import anything of the package it is asked by.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

VERDICT = {
    "verdict": "NEEDS_WORK",
    "critical": "None",
    "important": '- `x`; touch pwned $(touch pwned) it\'s "quoted"\nLOKEOF\ntouch pwned',
    "minor": "- nothing",
    "summary": "One thing; touch pwned",
    "followups": [{"title": "Mend x", "body": "in a.py", "label": "bug"}],
}


def answer(prompt: str, behaviour: str) -> str:
    """What it says."""
    if behaviour == "reviews a pull request":
        if "Synthesize their findings" in prompt:
            return json.dumps(VERDICT)
        if "YOUR OUTPUT MUST BE RAW SHELL COMMANDS ONLY" in prompt:
            return "gh issue create --title 'Mend x' --body 'in a.py' --label bug"
    if behaviour == "writes commands":
        return "touch made; printf 'one\x1b[2Ktwo' > said\n# \u202eover\ttab"
    if behaviour == "injects":
        return "'; touch pwned; \" $(touch pwned) `touch pwned`\nLOKEOF\ntouch pwned\n"
    return f"I was asked {len(prompt)} characters: \x1b[31m{prompt.strip().splitlines()[0][:60]}"


def _is_joined(log: Path, number: int) -> bool:
    """Whether so many requests are under way before long."""
    end = time.monotonic() + 45
    while time.monotonic() < end:
        if len(log.read_text(encoding="utf-8").splitlines()) >= number:
            return True
        time.sleep(0.02)
    return False


def main() -> int:
    """Reads the prompt on standard input, prints the answer; exit code 7 when it is to crash."""
    log, behaviour = sys.argv[1:]
    prompt = sys.stdin.read()
    with Path(log).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"prompt": prompt}) + "\n")
    if behaviour == "crashes":
        print("cache is stale, come back tomorrow", file=sys.stderr)
        return 7
    if behaviour == "meets three others" and not _is_joined(Path(log), 4):
        print("nobody else was asked meanwhile", file=sys.stderr)
        return 7
    print(answer(prompt, behaviour))
    return 0


if __name__ == "__main__":
    sys.exit(main())
