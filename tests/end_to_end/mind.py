"""What a model would answer to each request of ours, worked out from the request alone: it says a word of the question
backwards (without one it repeats what it was asked last), looks around with the tools that it is offered, reviews,
votes, argues, concludes and conducts.

A rule of the fake model server (`{"think": mind.answer}`). It must not import anything of the package that asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.end_to_end import reviewer
from tests.end_to_end.talker import ORDER, RESPONSE, REVIEW, REVISION, SYNTHESIS
from tests.fake_model_server import strings, tool_names

JOINING = "Join their answers into one"
_WORD = re.compile(r"\bword-([a-z]+)")
_SAID = re.compile(r"(\S+) says [a-z]+ for word-")
_DIRECTORY = re.compile(r"in the directory (.+?)\. You may read")
_LISTED = re.compile(r"(?m)^(D\d+): ")
_ORDERED = re.compile(r"Round \d+: you asked")
_AT_HAND = re.compile(r'(?m)^- "([^"]+)"')
# A line that a searching tool found, in the words of grep, and in gemini's: a heading for the file, then its lines.
_FOUND = re.compile(
    r"(?m)^(?:File: (?P<heading>.+)|(?:(?P<file>[^:\n]+\.py):)?L?(?P<line>\d+):(?P<text>.*PLANTED_BUG.*))$"
)


def saying(model: str, word: str) -> str:
    """What this model says to a question with `word-WORD` in it: nobody else says it, to no other question."""
    return f"{model} says {word[::-1]} for word-{word}"


def answer(model: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The rule that answers a request to `model`."""
    turns = body.get("input") or body.get("contents") or body.get("messages") or []
    prompt = "\n".join(strings([turn for turn in turns if turn.get("role") == "user"]))
    if re.search(r"(?m)^receipt: ", prompt):
        if re.search(r"(?m)^file: |^round: ", prompt):
            return {"answer": reviewer.answer(prompt, "reviews")}
        return _looked_around(prompt, body, turns)
    said = _spoken(model, prompt)
    return {"answer": said} if isinstance(said, str) else {"answer_json": said}


def _spoken(model: str, prompt: str) -> str | dict[str, Any]:
    """The answer to a question, or to one of the talks' requests."""
    found = _WORD.search(prompt)
    asked = prompt.strip().splitlines()[-1:]
    said = saying(model, found[1]) if found else f"{model} was asked: {''.join(asked)}"
    voices = sorted(set(_SAID.findall(prompt)))
    heard = f"{said}, having heard {', '.join(voices)}"
    doubt = f"{model} doubts it"
    if re.search(f"{RESPONSE}|{REVIEW}", prompt):
        return {"response": heard, "agrees": False, "disagreements": [doubt]}
    if SYNTHESIS in prompt:
        return {"synthesis": heard, "settled": _LISTED.findall(prompt)[1:], "disagreements": []}
    if ORDER in prompt and not _ORDERED.search(prompt):
        order = f"Look for {found[0] if found else 'it'}."
        orders = [{"backend": name, "prompt": order} for name in _AT_HAND.findall(prompt)]
        return {"done": False, "ask": orders, "synthesis": None, "disagreements": []}
    if ORDER in prompt:
        return {"done": True, "ask": [], "synthesis": heard, "disagreements": []}
    return heard if REVISION in prompt or JOINING in prompt else said


def _looked_around(prompt: str, body: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A search with the tool at hand first, then a review of what it found."""
    seen = "\n".join(strings(turns))
    search, places = _search(body), _places(seen)
    if search["name"] not in seen.split():
        return {"tool": search}
    findings = [
        {
            "file": file, "line": line, "end_line": None, "severity": "high", "category": "planted", "cwe": None,
            "title": "a planted bug", "why": "it was planted", "fix": None, "quote": text,
        }
        for file, line, text in places
    ]  # fmt: skip
    receipt = re.findall(r"(?m)^receipt: (\S+)$", prompt)[0]
    return {"answer_json": {"receipt": receipt, "files": [file for file, _, _ in places], "findings": findings}}


def _places(said: str) -> list[tuple[str, int, str]]:
    file, found = "", []
    for match in _FOUND.finditer(said):
        file = match["heading"] or match["file"] or file
        if match["text"]:
            found.append((file, int(match["line"]), match["text"].strip()))
    return found


def _search(body: Mapping[str, Any]) -> dict[str, Any]:
    """A call of whichever searching tool the request offers."""
    directory = next(iter(_DIRECTORY.findall("\n".join(strings(body)))), ".")
    calls: dict[str, dict[str, Any]] = {
        "exec_command": {"cmd": f"grep -rn PLANTED_BUG {directory}"},
        "grep_search": {"pattern": "PLANTED_BUG", "dir_path": directory},
        "Grep": {"pattern": "PLANTED_BUG", "path": directory, "output_mode": "content", "-n": True},
        "search": {"pattern": "PLANTED_BUG"},
    }
    name = next(name for name in tool_names(body) if name in calls)
    return {"name": name, "input": calls[name]}
