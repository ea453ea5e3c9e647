"""Every command that asks a backend, with every kind of backend: the real codex, gemini and claude, ollama, an
OpenAI-compatible server and a program of the user's own, all of them asking one model server on this machine. A cell
is right when its outcome is one that nobody but this backend could have brought, and when the server saw it asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest

from tests.backends.cli_helpers import CLI_KINDS, KEY_NAME
from tests.end_to_end import mind
from tests.end_to_end.kinds import BUG, KINDS, MODELS, OTHERS, TASKS, WORD, Place, place, real_cli
from tests.end_to_end.terminal import Terminal

__all__ = ["place", "real_cli"]

QUESTION: Final = f"Find N+1 queries near word-{WORD}"  # about performance
REVOKED: Final = "that key was revoked"
# Nobody is named, so all at hand are asked, and their answers joined.
WORKFLOW: Final = """\
[[steps]]
name = "ask"
prompt = "What of {{ arg.1 }}?"
[[steps]]
name = "again"
consensus = "first"
prompt = "Once more: {{ steps.ask.output }}"
"""
SECOND: Final = OTHERS[0]
Value = Mapping[str, Any]
Check = Callable[[Value, str], None]


def said(name: str, *heard: str) -> str:
    """What this backend's model answers, having heard those of others."""
    answer = mind.saying(MODELS[name], WORD)
    return f"{answer}, having heard {', '.join(sorted(MODELS[other] for other in heard))}" if heard else answer


def named(letter: str, kind: str) -> str:
    """The rows below call the backend under test A, and the program beside it B."""
    return {"A": kind, "B": SECOND}[letter]


def talk(*turns: str, end: str = "") -> Check:
    """There are exactly these turns, "WHO STEP" or "WHO STEP HEARD" in letters, and the conclusion is this turn."""

    def turn(text: str, kind: str) -> tuple[str, str, str]:
        who, step, *heard = text.split()
        return named(who, kind), step, said(named(who, kind), *(named(letter, kind) for letter in "".join(heard)))

    def check(value: Value, kind: str) -> None:
        found = [(each["backend"], each["step"], each["text"].strip()) for each in value["turns"] if each["text"]]
        assert sorted(found) == sorted(turn(text, kind) for text in turns)
        if end:
            conclusion = value["conclusion"]
            assert (conclusion["backend"], "synthesis", conclusion["text"]) == turn(
                f"{end[0]} synthesis {end[1:]}", kind
            )

    return check


def sweep(value: Value, kind: str) -> None:
    """The bug is found where it stands, by this backend, which read the file."""
    found = [(item["path"], item["line"], item["quote"], item["raised_by"]) for item in value["findings"]]
    assert found == [("shop.py", 2, f"value = {BUG}", [kind])]
    assert (value["read"], value["ungrounded"], value["unanswered"]) == (["shop.py"], [], [])


def gate(author: str, examiner: str) -> Check:
    """A finding of the one, confirmed by the other."""

    def check(value: Value, kind: str) -> None:
        (finding,) = value["findings"]
        votes = [(vote["voter"], vote["stance"], vote["doubt"]) for vote in finding["evidence"]["votes"]]
        assert (finding["disposition"], finding["raised_by"]) == ("confirmed", [named(author, kind)])
        assert votes == [(named(examiner, kind), "confirm", "")]
        assert not value["incomplete"]

    return check


def workflow(value: Value, kind: str) -> None:
    """Both answers are joined into one, which the next step is given."""
    ask, again = value["steps"]
    assert (ask["output"], ask["backends"]) == (said(kind, kind, SECOND), [kind, SECOND])
    assert (again["output"], again["backends"]) == (said(kind), [kind])


def doctor(value: Value, kind: str) -> None:
    """The backend answered; its version is known where it has one."""
    found = {row["name"]: row for row in value["backends"]}
    assert value["usable"] == [kind, SECOND]
    assert found[kind]["answered_seconds"] > 0
    assert bool(found[kind]["version"]) == (kind in CLI_KINDS)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A command: its words, its exit code, what must be true of its JSON document, what the backend under test must
    have asked its model, and by letter who is strong at the question and who reviews for the tasks."""

    argv: Sequence[str]
    check: Check
    code: int = 0
    asked: str = f"word-{WORD}"
    strong: str = "A"
    reviewer: str = "A"


ROWS: Final[Mapping[str, Row]] = {
    "ask": Row(argv=["ask", QUESTION], check=talk("A answer", "B answer")),
    "smart": Row(argv=["smart", QUESTION], check=talk("A answer")),
    "hunt": Row(argv=["hunt", "app"], check=sweep, asked=TASKS["hunt"]),
    "audit": Row(argv=["audit", "app"], check=sweep, asked=TASKS["audit"]),
    "run TASK": Row(argv=["run", "release", "app"], check=sweep, asked=TASKS["release"]),
    "run WORKFLOW": Row(argv=["run", "w.toml", f"word-{WORD}"], check=workflow),
    "debate": Row(
        argv=["debate", QUESTION],
        check=talk("A position", "B position", "A response AB", "B response AB", "A synthesis AB", end="AAB"),
    ),
    "team": Row(argv=["team", QUESTION], check=talk("A work", "B review A", "B synthesis AB", end="BAB")),
    "team --debate": Row(
        argv=["team", QUESTION, "--debate"],
        check=talk("B work", "A review B", "B revision AB", "A review B", "A synthesis AB", end="AAB"),
        strong="B",
    ),
    "conduct": Row(argv=["conduct", QUESTION], check=talk("A answer", "B answer", "A order AB", end="AAB")),
    "diff": Row(argv=["diff", "--task", "hunt"], check=gate("A", "B"), code=1, asked=f"+ other = {BUG}"),
    "pr": Row(
        argv=["pr", "7", "--task", "audit"], check=gate("B", "A"), code=1, asked=f"quote: value = {BUG}", reviewer="B"
    ),
    "explain": Row(argv=["explain"], check=talk("A answer")),
    "doctor --probe": Row(argv=["doctor", "--probe"], check=doctor, asked="Reply with one word: ready"),
}


@pytest.fixture
def ready(place: Place) -> Place:
    """The place with the workflow in it."""
    place.project.write("w.toml", WORKFLOW)
    return place


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", ROWS)
def test_the_answer_comes_from_this_backend(ready: Place, command: str, kind: str) -> None:
    row = ROWS[command]
    ready.configure([kind, SECOND], [named(row.reviewer, kind)], strong=named(row.strong, kind), conductor=kind)
    done = ready.lok(*row.argv, "--json")
    assert done.code == row.code, done.out + done.err
    value = json.loads(done.out)
    assert value.get("failures", []) == []
    row.check(value, kind)
    assert any(row.asked in text for text in ready.asked_of(kind))


def heard(value: Value) -> dict[str, set[str]]:
    """Who was heard in each step."""
    steps: dict[str, set[str]] = {}
    for turn in value["turns"]:
        steps.setdefault(turn["step"], set()).add(turn["backend"])
    return steps


@pytest.mark.parametrize(
    ("command", "steps"),
    [
        ("ask", {"answer": KINDS}),
        ("debate", {"position": KINDS, "response": KINDS, "synthesis": ["gemini"]}),
        (
            "team --debate",
            {"work": ["gemini"], "review": set(KINDS) - {"gemini"}, "revision": ["gemini"], "synthesis": ["codex"]},
        ),
        ("conduct", {"order": ["claude"], "answer": KINDS}),
    ],
)
def test_all_kinds_talk_with_each_other(ready: Place, command: str, steps: Mapping[str, Sequence[str]]) -> None:
    ready.configure(KINDS, KINDS, strong="gemini", conductor="claude")
    done = ready.lok(*ROWS[command].argv, "--json")
    value = json.loads(done.out)
    assert (done.code, value["failures"]) == (0, [])
    assert heard(value) == {step: set(names) for step, names in steps.items()}
    if command != "ask":
        everybody = ", ".join(sorted(MODELS[kind] for kind in KINDS))
        assert value["conclusion"]["text"].endswith(f"having heard {everybody}")
    if command in ("debate", "team --debate"):
        doubters = set(KINDS) - ({"gemini"} if command != "debate" else set())
        (left,) = value["conclusion"]["disagreements"]  # the synthesis settles all but one
        assert left["backend"] in doubters


def test_all_kinds_find_the_same_bug(ready: Place) -> None:
    ready.configure(KINDS, KINDS, strong="codex", conductor="codex")
    done = ready.lok("hunt", "app", "--json")
    (finding,) = json.loads(done.out)["findings"]
    assert (done.code, finding["raised_by"]) == (0, sorted(KINDS))


def test_what_is_listed_for_one_without_a_login_goes_to_the_next_best_too(ready: Place) -> None:
    ready.configure(["codex", "claude"], ["codex"], strong="codex", conductor="codex")
    settings = ready.settings.read_text()
    ready.settings.write_text(settings.replace(f'api_key_env = "{KEY_NAME}"', 'api_key_env = "NOT_SET"', 1))
    done = ready.lok("diff", "--task", "hunt", "--json")
    value = json.loads(done.out)
    assert {each["backend"]: each["why"] for each in value["asked"]} == {
        "codex": "listed for hunt",
        "claude": "next best for hunt: no login for codex",
    }
    assert {(each["backend"], each["kind"]) for each in value["failures"]} == {("codex", "not logged in")}
    assert [finding["raised_by"] for finding in value["findings"]] == [["claude"]]
    assert (value["incomplete"], bool(ready.asked_of("codex"))) == (False, False)


# Another kind fails in each command.
FAILING: Final = tuple((command, KINDS[number % len(KINDS)]) for number, command in enumerate(ROWS))


def good(value: Value) -> Iterator[str]:
    """The texts of answers, which are right and by the others alone."""
    if value["schema"] == "lok-hooks/workflow/1":
        assert value["outputs"] == {"again": said(SECOND)}
        yield from (step["output"] for step in value["steps"])
    elif value["schema"] == "lok-hooks/doctor/1":
        assert value["usable"] == list(OTHERS)
    elif "findings" in value:
        assert [finding["raised_by"] for finding in value["findings"]] == [list(OTHERS)]
        yield from (str(finding) for finding in value["findings"])
    else:
        assert {turn["backend"] for turn in value["turns"]} <= set(OTHERS)
        answers = [value["conclusion"] or value["turns"][0], *value["turns"]]
        assert said(answers[0]["backend"]) in answers[0]["text"]
        yield from (answer["text"] for answer in answers)


def failed(value: Value) -> Iterator[tuple[str, str]]:
    """Who failed, and why, wherever the document says so."""
    yield from ((failure["backend"], failure["reason"]) for failure in value.get("failures", ()))
    yield from ((row["name"], row["problem"]) for row in value.get("backends", ()) if row["state"] == "bad")
    notes = [note.partition(": ") for step in value.get("steps", ()) for note in step["notes"]]
    yield from ((name.removeprefix("without "), reason) for name, _, reason in notes if name.startswith("without "))
    yield from ((each["backend"], each["reason"]) for each in (value.get("conclusion") or {}).get("not_included", ()))


@pytest.mark.parametrize(("command", "kind"), FAILING)
def test_the_answer_arrives_beside_one_that_fails(ready: Place, command: str, kind: str) -> None:
    row = ROWS[command]
    ready.server.rules.insert(0, {"model": MODELS[kind], "status": 401, "error": REVOKED})
    ready.configure([kind, *OTHERS], [kind, *OTHERS], strong=kind, conductor=kind)
    done, shown = ready.lok(*row.argv, "--json"), ready.lok(*row.argv)
    assert (done.code, shown.code) == (row.code, row.code), done.out + done.err
    value = json.loads(done.out)
    assert not any(REVOKED in text for text in good(value))
    assert any(REVOKED in reason for _, reason in failed(value))
    assert {name for name, _ in failed(value)} == {kind}
    # What a person reads: the server's words stand behind the name of the one who failed, and nowhere else.
    read = " ".join(f"{shown.out} {shown.err}".split())
    others = "|".join(OTHERS)
    told = re.findall(
        rf"\b{kind}\b(?:(?! (?:{others})\b).){{1,160}}?(?:not logged in|crashed): .{{0,60}}?{REVOKED}", read
    )
    assert 1 <= read.count(REVOKED) == len(told), read


@pytest.mark.parametrize("command", ROWS)
def test_on_a_terminal_one_sees_who_is_waited_for_and_in_a_pipe_the_answer_alone(ready: Place, command: str) -> None:
    row = ROWS[command]
    ready.server.rules = [{"think": mind.answer, "delay": 0.7}]
    ready.configure([SECOND], [SECOND], strong=SECOND, conductor=SECOND)
    environment = {**ready.project.machine.environment, "NO_COLOR": "1"}
    terminal = Terminal(["lok", *row.argv], ready.project.path, environment)
    try:
        assert terminal.wait() == row.code
        assert re.search(rf"asking {SECOND} \(.+\) … \d+ s", terminal.shown())
        left = told("\n".join(terminal.screen()))
    finally:
        terminal.close()
    piped = ready.lok(*row.argv, *(["--fresh"] if command in ("diff", "pr") else []))
    assert not re.search(r"asking|\x1b|\r", piped.out + piped.err)
    # On a terminal both streams are seen.
    assert sorted(told(piped.out + piped.err)) == sorted(left)


def told(text: str) -> list[str]:
    """The words, without how long it took, whether it was remembered, and where lines were broken."""
    return re.sub(r"\d+\.\d s\b|\bremembered\b|·", " ", text).split()
