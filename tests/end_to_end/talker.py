"""A program that answers prompts by a script, in the words of `command` backends or of the vendors' own CLIs.

Arguments: its name ("codex", "gemini" and "claude" speak as those CLIs do), a JSON file with its script, a file to
which it appends each prompt as a JSON line; more arguments are ignored. The script is a list of [pattern, action];
the first pattern found in the prompt decides. An action is a text to answer, or an object: "json" (fields to answer),
"delay" (seconds before), "crash" (words on standard error, exit code 7), "child" (it starts a process that sleeps).
Run as a program; it must not import anything of the package it is asked by.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

# How to recognise what is asked for.
POSITION = "Several of you answer"
RESPONSE = "You and others answered the same question"
REVIEW = "You review what a colleague"
REVISION = "colleagues reviewed your work"
SYNTHESIS = "You write the conclusion"
FIRST_ORDER = "round 1 of"
ORDER = "You conduct several backends"


def spoken(name: str, answer: str) -> str:
    """The answer as this program prints it."""
    if name == "codex":
        item = {"type": "item.completed", "item": {"type": "agent_message", "text": answer}}
        end = {"type": "turn.completed", "usage": {"input_tokens": 3, "output_tokens": 2}}
        return f"{json.dumps(item)}\n{json.dumps(end)}"
    if name == "gemini":
        return json.dumps({"response": answer, "stats": {}})
    if name == "claude":
        return json.dumps({"type": "result", "is_error": False, "result": answer})
    return answer


def main() -> int:
    """Reads the prompt on standard input, prints the answer."""
    name, script, log = sys.argv[1:4]
    prompt = sys.stdin.read()
    action: Any = f"{name} says so"
    for pattern, wanted in json.loads(Path(script).read_text(encoding="utf-8")):
        if re.search(pattern, prompt):
            action = wanted
            break
    action = action if isinstance(action, dict) else {"text": action}
    pids = [os.getpid()]
    if "child" in action:
        pids.append(subprocess.Popen(["sleep", "600"]).pid)
    with Path(log).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"name": name, "pids": pids, "prompt": prompt}) + "\n")
    time.sleep(action.get("delay", 0))
    if "crash" in action:
        print(action["crash"], file=sys.stderr)
        return 7
    print(spoken(name, json.dumps(action["json"]) if "json" in action else action["text"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
