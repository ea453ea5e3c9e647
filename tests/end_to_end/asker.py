"""A program that a user might write: it asks a chat server, searches the directory it stands in when the model wants
that, prints the answer, and dies of any error.

Arguments: the server's address, and the model's name. Run as a program; it must not import anything of the package it
is asked by.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

SEARCH = {"type": "function", "function": {"name": "search", "parameters": {"type": "object"}}}


def _asked(url: str, model: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
    body = json.dumps({"model": model, "messages": messages, "tools": [SEARCH]}).encode()
    request = urllib.request.Request(f"{url}/v1/chat/completions", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        message: dict[str, Any] = json.load(reply)["choices"][0]["message"]
    return message


def main() -> int:
    """Reads the prompt on standard input, prints the answer; exit code 1 when the server has an error."""
    url, model = sys.argv[1:]
    messages: list[dict[str, Any]] = [{"role": "user", "content": sys.stdin.read()}]
    try:
        message = _asked(url, model, messages)
        while calls := message.get("tool_calls"):
            messages.append(message)
            for call in calls:
                pattern = json.loads(call["function"]["arguments"])["pattern"]
                found = subprocess.run(["grep", "-rn", pattern, "."], capture_output=True, text=True, check=False)
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": found.stdout})
            message = _asked(url, model, messages)
    except urllib.error.HTTPError as error:
        print(json.load(error)["error"]["message"], file=sys.stderr)
        return 1
    print(message["content"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
