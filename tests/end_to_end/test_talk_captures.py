"""The captures of debate, team and conduct in examples/ are what these commands show."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from tests.end_to_end.captures import check_capture
from tests.end_to_end.talk_helpers import Script, Talkers, talkers
from tests.end_to_end.talker import FIRST_ORDER, ORDER, POSITION, RESPONSE, REVIEW, REVISION, SYNTHESIS

__all__ = ["talkers"]

Make = Callable[..., Talkers]


def opinion(response: str, *disagreements: str) -> dict[str, Any]:
    return {"json": {"response": response, "agrees": not disagreements, "disagreements": list(disagreements)}}


def synthesis(text: str, *settled: str) -> dict[str, Any]:
    return {"json": {"synthesis": text, "settled": list(settled), "disagreements": []}}


def orders(**prompts: str) -> dict[str, Any]:
    ask = [{"backend": backend, "prompt": prompt} for backend, prompt in prompts.items()]
    return {"json": {"done": False, "ask": ask, "synthesis": None, "disagreements": []}}


def in_order(scripts: dict[str, list[tuple[str, Any]]]) -> dict[str, Script]:
    """The scripts, each backend a second later than the one before, so that answers arrive in one order."""
    made: dict[str, Script] = {}
    for number, (name, script) in enumerate(scripts.items()):
        actions = [(pattern, act if isinstance(act, dict) else {"text": act}) for pattern, act in script]
        made[name] = [(pattern, {"delay": 1.2 * number, **act}) for pattern, act in actions]
    return made


def capture(made: Talkers, name: str, *argv: str) -> None:
    done = made.project.run("lok", *argv)
    assert done.code == 0, done.said
    check_capture(name, shlex.join(["lok", *argv]), done.said)


def test_debate(talkers: Make) -> None:
    codex = [
        (POSITION, "Split it: the importer's load spikes take the checkout down with them.\nSure: 70 %."),
        (
            RESPONSE,
            opinion(
                "Split the importer only. The rest shares too much state to be worth a network hop.",
                "whether the importer may read the orders table directly",
            ),
        ),
        (
            SYNTHESIS,
            synthesis(
                "Move the importer into a process of its own, with a queue in between, and leave the rest whole:\n\n"
                "1. The spikes come from the importer alone, so this ends the outages.\n"
                "2. No other boundary is crossed less than ten times a request.\n"
                "3. Look again when a second team works on it.",
                "D2",
            ),
        ),
    ]
    gemini = [
        (POSITION, "Keep it whole: one team, one database, and every call would become a network call.\nSure: 60 %."),
        (RESPONSE, opinion("Keep it whole, but run the importer as a separate process.", "a queue is not needed yet")),
    ]
    claude = [(POSITION, {"crash": "API Error: 529 overloaded"})]
    made = talkers(**in_order({"codex": codex, "gemini": gemini, "claude": claude}))
    capture(made, "debate", "debate", "Should we split the shop into services?")


def test_team(talkers: Make) -> None:
    gemini = [
        (REVISION, "1. app/db.py:42 find_user(): name is put into the statement; pass it as a parameter.\n"
                   "2. app/report.py:17 order_by comes from the request; allow known columns only."),
        ("", "1. app/db.py:42 find_user(): name is put into the statement; pass it as a parameter."),
    ]  # fmt: skip
    codex = [
        (REVIEW + r"[\s\S]*app/report", opinion("Both hold; checked against the code.")),
        (REVIEW, opinion("The finding holds. One is missing.", "app/report.py:17 builds ORDER BY from the request")),
    ]  # fmt: skip
    claude = [
        (REVIEW + r"[\s\S]*app/report", opinion("Both hold, but see below.", "app/db.py:57 escapes by hand, once")),
        (REVIEW, opinion("It holds.")),
        (SYNTHESIS, synthesis("Two places build SQL from input:\n\n"
                              "1. app/db.py:42: pass name as a parameter.\n"
                              "2. app/report.py:17: choose the column from a fixed list.")),
    ]  # fmt: skip
    made = talkers(**in_order({"codex": codex, "gemini": gemini, "claude": claude}))
    capture(made, "team", "team", "Find SQL injection", "--debate")


def test_conduct(talkers: Make) -> None:
    claude = [
        (FIRST_ORDER, orders(codex="List every place that opens a connection.", gpt="Which of them leak?")),
        (r"round 2 of", orders(codex="List every place that opens a connection.", gemini="Which of them leak?")),
        (ORDER, {"json": {"done": True, "ask": [], "disagreements": [], "synthesis":
                          "Two of five connections leak: jobs/sync.py:31 and cli/export.py:12, both on an early return."
                          }}),
    ]  # fmt: skip
    codex = [("connection", "app/db.py:9, app/db.py:30, jobs/sync.py:31, cli/export.py:12, cli/import.py:8")]
    gemini = [("leak", "jobs/sync.py:31 and cli/export.py:12 return before close().")]
    more = '[conductor]\nbackend = "claude"\n'
    made = talkers(more=more, **in_order({"codex": codex, "gemini": gemini, "claude": claude}))
    capture(made, "conduct", "conduct", "Do we leak database connections?")
