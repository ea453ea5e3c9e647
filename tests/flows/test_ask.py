"""Asking all, and asking the best: failures are never answers."""

from __future__ import annotations

from lok_hooks.core.ports import FailureKind
from lok_hooks.core.talk import Step
from lok_hooks.flows.ask import ask, smart
from tests.flows.talkers import Talker, failed, session


def test_every_backend_at_hand_is_asked_the_question_itself() -> None:
    talkers = [Talker("codex"), Talker("gone", absent=True), Talker("gemini")]
    asked, heard = session(*talkers)
    talk = ask(asked)
    assert [(turn.backend, turn.text) for turn in talk.turns] == [
        ("codex", "codex says so"),
        ("gemini", "gemini says so"),
    ]
    assert [[prompt.text for prompt in talker.prompts] for talker in talkers] == [["Why?"], [], ["Why?"]]
    assert [failure.backend for failure in talk.missing] == ["gone"]
    assert [turn.backend for turn in heard.turns] == ["gemini", "codex"]  # as they arrived
    assert talk.exit_code == 0


def test_a_failure_is_no_answer_and_takes_none_away() -> None:
    asked, _ = session(Talker("codex", {"answer": failed("codex")}), Talker("gemini"))
    talk = ask(asked)
    assert [turn.backend for turn in talk.turns if turn.is_answered] == ["gemini"]
    assert [(f.backend, f.kind) for f in talk.failures] == [("codex", FailureKind.TIMED_OUT)]
    assert talk.exit_code == 0


def test_an_empty_answer_is_a_failure() -> None:
    asked, _ = session(Talker("codex", {"answer": " \n"}))
    talk = ask(asked)
    assert [failure.kind for failure in talk.failures] == [FailureKind.UNREADABLE]
    assert talk.exit_code == 4


def test_nobody_at_hand_and_nobody_who_answers_is_exit_code_4() -> None:
    absent, _ = session(Talker("codex", absent=True))
    silent, _ = session(Talker("codex", {"answer": failed("codex")}))
    for asked in (absent, silent):
        assert ask(asked).exit_code == 4
        assert smart(asked).exit_code == 4


def test_a_question_too_large_for_a_backend_is_not_sent_to_it() -> None:
    small = Talker("small", max_prompt_bytes=1_000)
    asked, heard = session(small, Talker("large"), question="é" * 600)
    talk = ask(asked)
    assert small.prompts == []
    assert [(turn.backend, turn.is_answered) for turn in talk.turns] == [("small", False), ("large", True)]
    assert [(f.kind, f.reason) for f in talk.failures] == [
        (FailureKind.TOO_LARGE, "the prompt has 1,200 bytes, small takes 1,000")
    ]
    assert len(heard.turns) == 2


def test_the_best_backend_alone_is_asked_and_the_reason_told() -> None:
    other = Talker("codex", strengths=("performance",))
    asked, heard = session(other, Talker("gemini", strengths=("audit",)), question="Find SQL injection")
    talk = smart(asked)
    assert [(turn.backend, turn.step) for turn in talk.turns] == [("gemini", Step.ANSWER)]
    assert other.prompts == []
    assert talk.notes == ("gemini: at hand; strong at security-audit",) == tuple(heard.notes)


def test_the_next_best_takes_over_and_it_is_said() -> None:
    broken = Talker("gemini", {"answer": failed("gemini")}, strengths=("audit",))
    asked, heard = session(Talker("codex"), broken, question="Find SQL injection")
    talk = smart(asked)
    assert [(turn.backend, turn.is_answered) for turn in talk.turns] == [("gemini", False), ("codex", True)]
    assert heard.notes[1] == "gemini did not answer; next is codex: at hand; security-audit is none of its strengths"
    assert talk.exit_code == 0


def test_nobody_takes_over_once_the_time_is_over() -> None:
    slow = Talker("gemini", {"answer": failed("gemini")})
    asked, _ = session(slow, Talker("codex"), rounds=1)
    assert [turn.backend for turn in smart(asked).turns] == ["gemini"]
