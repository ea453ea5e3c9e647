"""A debate: who agrees says so in a field, who drops out is named, nobody learns who said what."""

from __future__ import annotations

import re

import pytest

from lok_hooks.core.talk import Absence, Disagreement, Step
from lok_hooks.flows.debate import debate
from tests.flows.talkers import Talker, failed, opinion, session, synthesis

YES = "Split it."
NO = "Keep it."


def talker(name: str, position: str, *disagreements: str, **more: object) -> Talker:
    says = {"position": position, "response": opinion(f"{position} Still.", *disagreements), **more}
    return Talker(name, says, strengths=("architecture",))  # type: ignore[arg-type]


def test_positions_responses_and_a_synthesis_by_the_strongest() -> None:
    codex = talker("codex", YES, "the cost", synthesis=synthesis("Split it later."))
    claude = Talker("claude", {"position": NO, "response": opinion(NO, "the risk"), "synthesis": synthesis("No.")})
    asked, _ = session(claude, codex, question="Which architecture?")
    talk = debate(asked)
    assert [(turn.backend, turn.step, turn.round) for turn in talk.turns] == [
        ("claude", Step.POSITION, 1),
        ("codex", Step.POSITION, 1),
        ("claude", Step.RESPONSE, 2),
        ("codex", Step.RESPONSE, 2),
        ("codex", Step.SYNTHESIS, 3),
    ]
    assert talk.conclusion is not None
    assert (talk.conclusion.text, talk.conclusion.backend, talk.conclusion.how) == (
        "Split it later.",
        "codex",
        "synthesis",
    )
    assert talk.conclusion.open == (
        Disagreement(backend="claude", point="the risk"),
        Disagreement(backend="codex", point="the cost"),
    )
    assert sorted(talk.labels.values()) == ["claude", "codex"]


def test_each_sees_its_own_answer_and_the_others_without_names() -> None:
    codex, gemini = talker("codex", YES, "x"), talker("gemini", NO, "y")
    asked, _ = session(codex, gemini)
    debate(asked)
    (shown,) = codex.asked("response")
    own, other = shown.split("Your own answer:")[1].split("Participant ")
    assert YES in own
    assert NO in other
    assert NO not in own
    assert not re.search("codex|gemini", shown + "".join(gemini.asked("synthesis") + codex.asked("synthesis")))


def test_it_ends_early_when_all_say_that_all_agree() -> None:
    codex, gemini = talker("codex", YES), talker("gemini", YES + " Yes.")
    asked, heard = session(codex, gemini)
    talk = debate(asked)
    assert [turn.step for turn in talk.turns].count(Step.SYNTHESIS) == 0
    assert talk.conclusion is not None
    assert (talk.conclusion.how, talk.conclusion.text) == ("agreed by codex, gemini", "Split it. Still.")
    assert talk.conclusion.open == ()
    assert heard.notes == ["all agree; no synthesis is needed"]


def test_who_had_no_position_is_not_needed_for_agreement() -> None:
    claude = Talker("claude", {"position": failed("claude")}, strengths=("architecture",))
    asked, _ = session(claude, talker("codex", YES), talker("gemini", YES), question="Which architecture?")
    conclusion = debate(asked).conclusion
    assert conclusion is not None
    assert conclusion.how == "agreed by codex, gemini"
    assert [absence.backend for absence in conclusion.absent] == ["claude"]


@pytest.mark.parametrize(
    "response",
    [
        "I fully agree with everyone, we have consensus!",
        {"response": "I agree.", "agrees": "yes", "disagreements": []},
        {"response": "I agree.", "agrees": False, "disagreements": []},
        {"response": "I agree.", "agrees": True, "disagreements": ["the cost"]},
        failed("gemini"),
    ],
    ids=["words", "no boolean", "no", "an open point", "silence"],
)
def test_anything_but_everyones_own_word_is_no_agreement(response: object) -> None:
    gemini = talker("gemini", YES, response=response)
    codex = talker("codex", YES, synthesis=synthesis("So be it."))
    asked, _ = session(codex, gemini)
    talk = debate(asked)
    assert talk.conclusion is not None
    assert (talk.conclusion.how, talk.conclusion.text) == ("synthesis", "So be it.")


def test_an_answer_without_its_fields_still_counts_as_words() -> None:
    gemini = talker("gemini", NO, response="Keep it, I say.")
    codex = talker("codex", YES, "x", synthesis=synthesis("Perhaps."))
    asked, _ = session(codex, gemini)
    talk = debate(asked)
    (turn,) = [t for t in talk.turns if t.backend == "gemini" and t.step is Step.RESPONSE]
    assert (turn.text, turn.agrees) == ("Keep it, I say.", None)
    assert "not the JSON object" in turn.problem
    assert "Keep it, I say." in codex.asked("synthesis")[0]


def test_one_that_drops_out_leaves_the_debate_going_and_is_named() -> None:
    gone = Talker("gone", {"position": failed("gone")})
    mute = talker("mute", "Wait.", response=failed("mute"))
    codex = talker("codex", YES, "x", synthesis=synthesis("Split."))
    asked, _ = session(gone, mute, codex, talker("gemini", NO, "y"))
    talk = debate(asked)
    assert gone.asked("response") == []
    assert "Wait." in codex.asked("synthesis")[0]
    assert talk.conclusion is not None
    assert talk.conclusion.absent == (
        Absence(backend="gone", reason="timed out: too slow"),
        Absence(backend="mute", reason="its position is in it, a response is not: timed out: too slow"),
    )


def test_a_backend_named_by_the_user_and_missing_is_named_in_the_end() -> None:
    missing = Talker("gemini", absent=True)
    talkers = (talker("codex", YES, "x"), talker("claude", NO, "y"), missing)
    for named, wanted in (((), ()), (("gemini",), (Absence(backend="gemini", reason="missing: not on PATH"),))):
        asked, _ = session(*talkers, named=named)
        talk = debate(asked)
        assert talk.conclusion is not None
        assert talk.conclusion.absent == wanted


def test_with_one_participant_left_there_is_no_debate_and_its_answer_stands() -> None:
    asked, heard = session(Talker("gone", {"position": failed("gone")}), talker("codex", YES))
    talk = debate(asked)
    assert talk.conclusion is not None
    assert (talk.conclusion.text, talk.conclusion.how, talk.conclusion.open) == (YES, "the only answer", None)
    assert [absence.backend for absence in talk.conclusion.absent] == ["gone"]
    assert heard.notes == ["no debate: codex alone answered"]
    assert talk.exit_code == 0


def test_without_any_answer_there_is_no_conclusion() -> None:
    asked, _ = session(Talker("a", {"position": failed("a")}), Talker("b", {"position": failed("b")}))
    talk = debate(asked)
    assert (talk.conclusion, talk.exit_code) == (None, 4)


def test_a_disagreement_is_settled_only_where_the_synthesis_says_so() -> None:
    codex = talker("codex", YES, "the cost", "the risk")
    codex.says = {**codex.says, "synthesis": synthesis("Split.", "the name", settled=["D1", "D9", "the date"])}
    asked, _ = session(codex, talker("gemini", NO, "the date"))
    talk = debate(asked)
    assert talk.conclusion is not None
    assert talk.conclusion.open == (
        Disagreement(backend="codex", point="the risk"),
        Disagreement(backend="gemini", point="the date"),
        Disagreement(backend="codex", point="the name", is_of_synthesis=True),
    )


def test_a_point_is_told_once_and_the_synthesis_adds_only_what_is_new() -> None:
    codex = talker("codex", YES, "the cost", "the  cost")
    codex.says = {**codex.says, "synthesis": synthesis("Split.", "the cost", "the name", "the name")}
    asked, _ = session(codex, talker("gemini", NO, "the cost"))
    talk = debate(asked)
    assert talk.conclusion is not None
    assert talk.conclusion.open == (
        Disagreement(backend="codex", point="the cost"),
        Disagreement(backend="gemini", point="the cost"),
        Disagreement(backend="codex", point="the name", is_of_synthesis=True),
    )
    (shown,) = codex.asked("synthesis")
    assert "D2: the cost\n" in shown
    assert "D3" not in shown
    codex.says = {**codex.says, "synthesis": synthesis("Split.", "the cost", settled=["D1", "D2"])}
    asked, _ = session(codex, talker("gemini", NO, "the cost"))
    talk = debate(asked)
    assert talk.conclusion is not None
    assert talk.conclusion.open == (Disagreement(backend="codex", point="the cost", is_of_synthesis=True),)


def test_a_synthesis_without_fields_settles_nothing() -> None:
    codex = talker("codex", YES, "the cost", synthesis="Split it, everything is settled.")
    asked, _ = session(codex, talker("gemini", NO, response="No fields."))
    talk = debate(asked)
    assert talk.conclusion is not None
    assert talk.conclusion.text == "Split it, everything is settled."
    assert talk.conclusion.open == (Disagreement(backend="codex", point="the cost"),)
    mute = talker("codex", YES, response="No fields.", synthesis="Split it.")
    asked, _ = session(mute, talker("gemini", NO, response="No fields."))
    talk = debate(asked)
    assert talk.conclusion is not None
    assert talk.conclusion.open is None


def test_the_next_best_writes_the_synthesis_and_without_one_the_answers_stand() -> None:
    codex = talker("codex", YES, "x", synthesis=failed("codex"))
    gemini = talker("gemini", NO, "y", synthesis=synthesis("Later."))
    asked, _ = session(codex, gemini)
    talk = debate(asked)
    assert talk.conclusion is not None
    assert talk.conclusion.backend == "gemini"
    gemini.says = {**gemini.says, "synthesis": failed("gemini")}
    asked, heard = session(codex, gemini)
    talk = debate(asked)
    assert (talk.conclusion, talk.exit_code) == (None, 0)
    assert heard.notes[-1] == "nobody wrote a synthesis; what was said stands for itself"


def test_at_the_end_of_the_time_the_positions_stand() -> None:
    asked, _ = session(talker("codex", YES), talker("gemini", NO), rounds=1)
    talk = debate(asked)
    assert [turn.text for turn in talk.turns if turn.is_answered] == [YES, NO]
    assert (talk.conclusion, talk.exit_code) == (None, 0)


def test_long_answers_are_cut_to_what_the_reader_takes() -> None:
    small = talker("small", YES, "x")
    small.max_prompt_bytes = 12_000
    asked, _ = session(small, talker("codex", "long " * 20_000, "y"))
    debate(asked)
    (shown,) = small.asked("response")
    assert len(shown.encode()) <= 12_000
    assert "[cut here: 100,000 characters in all]" in shown


TOKEN = "gh" + "p_" + "a1B2c3D4e5F6" * 3


def test_what_one_has_read_reaches_the_others_as_a_mark() -> None:
    codex, claude = talker("codex", f"It is {TOKEN}.", "the cost"), talker("claude", NO)
    asked, heard = session(codex, claude, question="What is the token?")
    talk = debate(asked)
    assert "It is <SECRET:github-token:1>." in claude.asked("response")[0]
    assert TOKEN not in repr((talk, heard.turns, heard.notes, claude.prompts))
    assert heard.notes[-1].startswith("1 secret was replaced")
    assert talk.notes == tuple(heard.notes)


def test_a_point_is_cut_after_its_secrets_are_taken_out() -> None:
    point = f"{'so ' * 190}and {TOKEN} too"
    asked, heard = session(talker("codex", YES, point), talker("claude", NO))
    debate(asked)
    (cut,) = [turn.disagreements[0] for turn in heard.turns if turn.disagreements and turn.step is Step.RESPONSE]
    assert "<SECRET:github-token:1>"[:8] in cut
    assert TOKEN[:10] not in repr(heard.turns)


def test_a_secret_that_only_the_mending_of_an_answer_brings_to_light() -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in TOKEN)
    broken = f'{{"response": "It is {escaped}, \\d", "agrees": false, "disagreements": ["cost"],}}'
    codex = Talker("codex", {"position": YES, "response": broken, "synthesis": synthesis("Later.")})
    asked, heard = session(codex, talker("claude", NO))
    debate(asked)
    (turn,) = [turn for turn in heard.turns if turn.backend == "codex" and turn.step is Step.RESPONSE]
    assert "It is <SECRET:github-token:1>" in turn.text
