"""A model for everything: it reviews, looks around, argues, concludes and conducts, whatever it is asked for.

Arguments: a file for the logs of the programs it hands a prompt on to, and its name. That it was asked, and which files
it sees, it appends to FILE.who as a JSON line. Run as a program; it must not import anything of the package it is asked
by.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# What is asked for, by words of the prompt, and the fields that answer it.
FIELDS = (
    ("You conduct several backends", {"done": True, "ask": [], "disagreements": [], "synthesis": "The parser."}),
    ("You write the conclusion", {"synthesis": "Processes.", "settled": [], "disagreements": ["the cost"]}),
    ("You and others answered", {"response": "Processes.", "agrees": False, "disagreements": ["the cost"]}),
    ("You review what a colleague", {"response": "It holds.", "agrees": True, "disagreements": []}),
)


def table(log: Path, name: str) -> str:
    """A `command` backend of this name, as a table of TOML."""
    arguments = json.dumps([__file__, str(log), name])
    return f'{{ kind = "command", command = {json.dumps(sys.executable)}, args = {arguments} }}'


def main() -> int:
    """Reads the prompt on standard input, prints the answer."""
    log, name = sys.argv[1:]
    prompt = sys.stdin.read()
    with Path(f"{log}.who").open("a", encoding="utf-8") as file:
        files = sorted(str(path) for path in Path().rglob("*") if path.is_file())
        file.write(json.dumps({"name": name, "files": files}) + "\n")
    if re.search(r"(?m)^receipt: ", prompt):
        program = "reviewer.py" if re.search(r"(?m)^file: ", prompt) else "explorer.py"
        command = [sys.executable, str(HERE / program), log, "reviews"]
        return subprocess.run(command, input=prompt, text=True, check=False).returncode
    fields = next((fields for words, fields in FIELDS if words in prompt), None)
    print("Locks are needed here." if fields is None else json.dumps(fields))
    return 0


if __name__ == "__main__":
    sys.exit(main())
