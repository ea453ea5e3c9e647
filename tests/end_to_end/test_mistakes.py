"""What is typed wrong, for every command that asks a model: told in a sentence, with exit code 2 (4 where no model can
be asked), nothing on standard output, and nobody is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final

import pytest

from tests.end_to_end.talk_helpers import Talkers, talkers
from tests.end_to_end.talker import FIRST_ORDER, ORDER, RESPONSE, REVIEW, SYNTHESIS

__all__ = ["talkers"]

Make = Callable[..., Talkers]
TALKING: Final = ("ask", "smart", "suggest", "debate", "team", "conduct")
LOOKING: Final = {"explain": ["explain"], "hunt": ["hunt"], "audit": ["audit"], "run TASK": ["run", "hunt"]}
WHOLE: Final[dict[str, Sequence[str]]] = {
    **{command: (command, "Why?") for command in TALKING},
    **LOOKING,
    "run WORKFLOW": ["run", "w.toml"],
}
WORKFLOW: Final = '[[steps]]\nname = "ask"\nprompt = "What of {{ arg.1 }}?"\n'
GONE: Final = '[backends.gone]\nkind = "command"\ncommand = "not-there"\n'


@pytest.fixture
def made(talkers: Make) -> Talkers:
    """One model, the embedded reviewer, and a workflow."""
    found = talkers(more="[backends.static]\nenabled = true\n", a=[])
    found.project.write("w.toml", WORKFLOW)
    return found


def refused(made: Talkers, argv: Sequence[str], words: str, stdin: bytes = b"") -> None:
    said = made.lok(*argv, stdin=stdin)
    assert (said.code, said.out) == (2, ""), said
    assert words in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert made.requests() == []


@pytest.mark.parametrize(
    ("argv", "stdin", "words"),
    [
        ([""], b"", "the prompt is empty"),
        (["", " "], b"", "the prompt is empty"),
        (["-"], b" \n", "the prompt is empty"),
        (["-"], b"caf\xe9", "not UTF-8 text (byte 3)"),
        (["-"], b"a\0b", "zero byte"),
        ([], b"", "PROMPT"),
        (["x", "-b", "static"], b"", "answers no questions"),
    ],
)
@pytest.mark.parametrize("command", TALKING)
def test_a_prompt_that_is_none(made: Talkers, command: str, argv: list[str], stdin: bytes, words: str) -> None:
    refused(made, [command, *argv], words, stdin)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["-b", "aa"], 'no backend is called "aa"; did you mean "a"?'),
        (["-b", ","], "expected names separated by commas"),
        (["--dir", "nowhere"], "nowhere: No such file or directory"),
        (["--dir", "n" * 300], "File name too long"),
        (["--dir", "README/x"], "Not a directory"),
        (["--dir", "README"], "README: not a directory"),
        (["--config", "nowhere.toml"], "nowhere.toml"),
    ],
)
@pytest.mark.parametrize("command", WHOLE)
def test_a_flag_that_means_nothing(made: Talkers, command: str, flags: list[str], words: str) -> None:
    refused(made, [*WHOLE[command], *flags], words)


@pytest.mark.parametrize("command", [command for command in WHOLE if command != "suggest"])
def test_a_budget_that_is_none(made: Talkers, command: str) -> None:
    refused(made, [*WHOLE[command], "--budget", "soon"], "not a number of seconds")


@pytest.mark.parametrize(
    ("directory", "words"),
    [("nowhere", "nowhere: No such file or directory"), ("README", "README: not a directory")],
)
@pytest.mark.parametrize("command", LOOKING)
def test_a_directory_that_is_none(made: Talkers, command: str, directory: str, words: str) -> None:
    refused(made, [*LOOKING[command], directory], words)


@pytest.mark.parametrize("command", [command for command in WHOLE if command != "suggest"])
def test_without_any_backend_it_says_what_to_install(talkers: Make, command: str) -> None:
    made = talkers(more=GONE)
    made.project.write("w.toml", WORKFLOW)
    said = made.lok(*WHOLE[command])
    assert said.code == 4
    told = " ".join(f"{said.out} {said.err}".split())
    assert "no program 'not-there' on PATH" in told
    assert "npm install -g @openai/codex" in told
    value = json.loads(made.lok(*WHOLE[command], "--json").out)
    assert value["exit_code"] == 4
    assert "gone" in json.dumps(value)


def test_suggest_without_any_backend_suggests_nobody(talkers: Make) -> None:
    said = talkers(more=GONE).lok("suggest", "Why?", "--json")
    assert (said.code, json.loads(said.out)["best"]) == (4, None)


@pytest.mark.parametrize("command", TALKING)
def test_a_closed_standard_input_holds_no_prompt(made: Talkers, command: str) -> None:
    done = made.project.run("sh", "-c", f"lok {command} - <&-")
    assert (done.code, "the prompt is empty" in done.said, made.requests()) == (2, True, [])


# Answers to whatever the commands ask for.
ABLE: Final = (
    (RESPONSE, {"json": {"response": "Yes.", "agrees": False, "disagreements": ["the cost"]}}),
    (REVIEW, {"json": {"response": "Yes.", "agrees": False, "disagreements": ["the cost"]}}),
    (SYNTHESIS, {"json": {"synthesis": "Yes.", "settled": [], "disagreements": []}}),
    (FIRST_ORDER, {"json": {"done": False, "ask": [{"backend": "b", "prompt": "Count."}], "synthesis": None}}),
    (ORDER, {"json": {"done": True, "ask": [], "synthesis": "Yes.", "disagreements": []}}),
    ("", "Yes."),
)


@pytest.mark.parametrize("command", [command for command in TALKING if command != "suggest"])
def test_a_huge_prompt_goes_to_those_who_take_it_and_to_no_other(talkers: Make, command: str) -> None:
    huge = b"word " * 1_000_000
    refused = talkers(a=ABLE).lok(command, "-", stdin=huge)
    assert (refused.code, refused.out) == (4, "")
    assert "a did not answer: too large: the prompt has 5," in refused.err
    made = talkers(more="max_prompt_bytes = 6_000_000\n", a=ABLE, b=ABLE)
    said = made.lok(command, "-", stdin=huge)
    assert said.code == 0
    assert "Yes." in said.out
    assert {request["name"] for request in made.requests()} == {"b"}
    assert max(len(request["prompt"]) for request in made.requests()) >= len(huge)
    assert "a did not answer: too large" in said.err


def test_a_huge_prompt_of_a_workflow(talkers: Make) -> None:
    made = talkers(more="max_prompt_bytes = 6_000_000\n", a=[], b=[])
    made.project.write("huge.txt", "word " * 1_000_000)
    text = '[[steps]]\nname = "read"\nshell = "cat huge.txt"\n'
    text += '[[steps]]\nname = "ask"\nprompt = "{{ steps.read.output }}"\n'
    made.project.write("w.toml", text)
    said = made.lok("run", "w.toml", "--trust-tree")
    assert (said.code, said.out) == (0, "b says so\n")
    assert [(request["name"], len(request["prompt"])) for request in made.requests()] == [("b", 5_000_000)]
    assert "without a: too large" in said.err
