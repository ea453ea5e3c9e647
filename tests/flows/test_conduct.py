"""A conductor: orders carried out, mistakes answered, an end in any case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lok_hooks.core.settings import ConductorSettings
from lok_hooks.core.talk import Absence, Disagreement, Order, Step, Talk
from lok_hooks.flows.conduct import conduct
from tests.flows.talkers import Heard, Saying, Talker, failed, session

DONE = {"done": True, "ask": [], "synthesis": "Three tables.", "disagreements": ["the name"]}


def ask(*orders: tuple[str, str]) -> dict[str, Any]:
    return {
        "done": False,
        "ask": [{"backend": backend, "prompt": prompt} for backend, prompt in orders],
        "synthesis": None,
        "disagreements": [],
    }


def conductor(*orders: Saying, name: str = "claude") -> Talker:
    return Talker(name, {"order": list(orders)}, strengths=("general",))


def run(*talkers: Talker, rounds: float = 1e9, **settings: Any) -> tuple[Talk, Heard]:
    asked, heard = session(*talkers, rounds=rounds)
    return conduct(asked, ConductorSettings(**settings)), heard


def steps(talk: Talk) -> list[tuple[str, Step, int]]:
    return [(turn.backend, turn.step, turn.round) for turn in talk.turns]


def test_it_asks_sees_the_answers_and_ends_with_a_synthesis() -> None:
    claude = conductor(ask(("codex", "Count."), ("gemini", "List."), ("codex", "Name.")), DONE)
    codex = Talker("codex")
    talk, heard = run(claude, codex, Talker("gemini"))
    assert steps(talk) == [
        ("claude", Step.ORDER, 1),
        ("codex", Step.ANSWER, 1),
        ("gemini", Step.ANSWER, 1),
        ("codex", Step.ANSWER, 1),
        ("claude", Step.ORDER, 2),
    ]
    assert sorted(codex.asked("answer")) == ["Count.", "Name."]
    assert [turn.prompt for turn in talk.turns[1:4]] == ["Count.", "List.", "Name."]
    assert talk.turns[0].orders[0] == Order(backend="codex", prompt="Count.")
    shown = claude.asked("order")[1]
    for text in ("Count.", "codex says so", "gemini says so", "Round 1: you asked gemini"):
        assert text in shown
    assert talk.conclusion is not None
    assert (talk.conclusion.text, talk.conclusion.backend) == ("Three tables.", "claude")
    assert talk.conclusion.open == (Disagreement(backend="claude", point="the name", is_of_synthesis=True),)
    assert heard.notes == ["claude conducts: at hand; good at general questions"]


def test_the_conductor_of_lok_toml_conducts_if_it_is_there() -> None:
    codex, claude = conductor(DONE, name="codex"), conductor(DONE)
    codex.strengths = ()
    named, heard = run(claude, codex, backend="codex")
    assert steps(named) == [("codex", Step.ORDER, 1)]
    assert heard.notes == ["codex conducts: conductor.backend in lok.toml"]
    absent, heard = run(claude, Talker("codex", absent=True), backend="codex")
    assert steps(absent) == [("claude", Step.ORDER, 1)]
    assert heard.notes[0].endswith("codex (conductor.backend) is not at hand")
    asked, heard = session(claude)
    asked.crew = replace(asked.crew, left_out={"codex": "not among -b"})
    conduct(asked, ConductorSettings(backend="codex"))
    assert heard.notes[0].endswith("codex (conductor.backend) is not among -b")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("Let us ask codex first!", "not the JSON object"),
        ("", "empty"),
        (ask(("gpt", "x")), "no backend called 'gpt' is at hand; there are: claude, codex"),
        (ask(), "nor is"),
        ({"done": True, "synthesis": ""}, "is not a text"),
        ('{"ask": [{"backend": "codex", "prompt": "x"', "not the JSON object"),
        ("[" * 100_000, "not the JSON object"),
    ],
    ids=["prose", "empty", "unknown", "nothing", "no synthesis", "cut", "nested"],
)
def test_orders_that_cannot_be_carried_out_are_answered_with_the_mistake(wrong: Any, words: str) -> None:
    claude = conductor(wrong, ask(("codex", "Count.")), DONE)
    codex = Talker("codex", {"order": DONE})
    talk, _ = run(claude, codex)
    assert talk.conclusion is not None
    assert talk.exit_code == 0
    if wrong:
        assert words in claude.asked("order")[1]
        assert talk.turns[0].problem
        assert codex.asked("answer") == ["Count."]


def test_orders_longer_than_max_tokens_are_not_carried_out() -> None:
    claude, codex = conductor(ask(("codex", "word " * 400)), DONE), Talker("codex")
    run(claude, codex, max_tokens=100)
    assert codex.prompts == []
    assert "about 400 are allowed (max_tokens)" in claude.asked("order")[1]


def test_without_an_end_what_was_answered_stands_and_it_is_said() -> None:
    claude, codex = conductor(ask(("codex", "More?"))), Talker("codex")
    talk, heard = run(claude, codex, max_rounds=3)
    assert [turn.round for turn in talk.turns if turn.step is Step.ORDER] == [1, 2, 3]
    assert len(codex.asked("answer")) == 2  # orders of the last round would be answered to nobody
    assert talk.conclusion is None
    assert heard.notes[-1] == "no end after 3 rounds; what was answered stands for itself"
    assert talk.exit_code == 0
    assert "last round" in claude.asked("order")[2]


def test_a_conductor_that_only_makes_mistakes_ends_without_any_answer() -> None:
    talk, heard = run(conductor("nonsense"), max_rounds=4)
    assert len(talk.turns) == 4
    assert heard.notes[-1] == "no end after 4 rounds"
    assert talk.exit_code == 4


def test_another_conducts_when_the_conductor_fails() -> None:
    claude = conductor(ask(("codex", "Count.")), failed("claude"))
    codex = Talker("codex", {"order": DONE})
    talk, heard = run(claude, codex)
    assert heard.notes[-1] == "claude did not answer; codex conducts from here"
    assert "codex says so" in codex.asked("order")[0]
    assert talk.conclusion is not None
    assert talk.conclusion.backend == "codex"


def test_without_any_conductor_what_was_answered_stands() -> None:
    claude = conductor(ask(("claude", "Count.")), failed("claude"))
    talk, heard = run(claude)
    assert heard.notes[-1] == "no conductor is left; what was answered stands for itself"
    assert (talk.conclusion, talk.exit_code) == (None, 0)


def test_failed_orders_are_told_to_the_conductor_and_named_in_the_end() -> None:
    claude = conductor(ask(("codex", "a"), ("gemini", "b")), ask(("codex", "c")), DONE)
    codex = Talker("codex", {"answer": ["First.", failed("codex")]})
    talk, _ = run(claude, codex, Talker("gemini", {"answer": failed("gemini")}))
    assert "It did not answer: timed out: too slow" in claude.asked("order")[1]
    assert talk.conclusion is not None
    assert talk.conclusion.absent == (
        Absence(backend="gemini", reason="timed out: too slow"),
        Absence(backend="codex", reason="its answer of round 2 is not: timed out: too slow"),
    )


def test_the_end_of_the_time_ends_it() -> None:
    talk, heard = run(conductor(ask(("codex", "a"))), Talker("codex"), rounds=2)
    assert steps(talk) == [("claude", Step.ORDER, 1), ("codex", Step.ANSWER, 1)]
    assert heard.notes[-1] == "the time was over before the conductor ended; what was answered stands for itself"
    assert talk.exit_code == 0


def test_answers_that_would_not_fit_are_cut_for_the_conductor() -> None:
    claude = conductor(ask(("codex", "a")), DONE)
    claude.max_prompt_bytes = 12_000
    talk, _ = run(claude, Talker("codex", {"answer": "long " * 10_000}))
    assert all(len(text.encode()) <= 12_000 for text in claude.asked("order"))
    assert talk.conclusion is not None


def test_nobody_at_hand_is_exit_code_4() -> None:
    talk, _ = run(Talker("codex", absent=True))
    assert (talk.turns, talk.exit_code) == ((), 4)
