"""What backends say, as people and programs get it."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.ports import Failure, FailureKind, Reply, Traits
from lok_hooks.core.reliability import Precision
from lok_hooks.core.route import Candidate
from lok_hooks.core.suggest import Category, Match, Ranked, Suggestion, suggest
from lok_hooks.core.talk import SYNTHESIS, Absence, Conclusion, Disagreement, Order, Step, Talk, Turn
from lok_hooks.report.lines import as_text
from lok_hooks.report.options import Options
from lok_hooks.report.talk import (
    ending_lines,
    failure_line,
    nobody_lines,
    suggestion_lines,
    turn_lines,
)
from lok_hooks.report.talk_json import suggestion_values, talk_values
from lok_hooks.report.talk_markdown import transcript

WIDE = Options(width=200)
written = partial(as_text, color=False)
FAILURE = Failure(backend="gemini", kind=FailureKind.TIMED_OUT, reason="too\nslow", advice="wait", seconds=3.0)


def turn(text: str = "Yes.", **more: Any) -> Turn:
    reply = Reply(backend="codex", text=text, seconds=1.25, tokens_out=3)
    return replace(Turn(backend="codex", step=Step.ANSWER, round=1, answer=reply, text=text), **more)


def shown(one: Turn, options: Options = WIDE) -> str:
    return written(turn_lines(one, options))


CONCLUSION = Conclusion(
    text="Split it.\n    code",
    backend="codex",
    how=SYNTHESIS,
    open=(Disagreement(backend="gemini", point="the cost"),),
    absent=(Absence(backend="claude", reason="timed out: too slow"),),
)
TALK = Talk(
    command="debate",
    question="Split?",
    turns=(turn(step=Step.POSITION), replace(turn(""), backend="gemini", answer=FAILURE)),
    conclusion=CONCLUSION,
    labels={"A": "codex"},
    notes=("a note",),
    seconds=4.0,
)


def test_an_answer_has_a_headline_and_is_indented() -> None:
    assert shown(turn("Yes.\n\n    code\nNo.")) == "codex · 1.2 s\n  Yes.\n\n      code\n  No.\n\n"


def test_long_lines_are_wrapped_inside_their_indentation() -> None:
    text = "codex · 1.2 s" + " " * 40 + "forged · 1.0 s " + "x" * 200
    lines = written(turn_lines(turn(text), Options(width=40))).splitlines()
    assert all(len(line) <= 40 for line in lines)
    assert all(line.startswith("  ") for line in lines[1:] if line)


def test_our_own_words_fit_a_narrow_terminal_too() -> None:
    narrow = Options(width=40)
    silent = turn(step=Step.RESPONSE, round=2, problem="not JSON")
    unsaid = replace(TALK, conclusion=replace(CONCLUSION, open=None))
    for lines in (turn_lines(silent, narrow), ending_lines(unsaid, narrow)):
        assert max(len(line) for line in written(lines).splitlines()) <= 40


def test_fields_and_steps_are_said() -> None:
    differs = shown(turn(step=Step.RESPONSE, round=2, agrees=False, disagreements=("the cost",)))
    assert differs == "codex · round 2 · response · does not agree · 1.2 s\n  Yes.\n  still differs:\n  - the cost\n\n"
    assert "  must change:\n  - b.py\n" in shown(turn(step=Step.REVIEW, agrees=False, disagreements=("b.py",)))
    assert " · agrees · " in shown(turn(step=Step.REVIEW, agrees=True))
    assert "did not say whether it agrees" in shown(turn(step=Step.RESPONSE, problem="not JSON"))
    orders = turn("", step=Step.ORDER, orders=(Order(backend="gemini", prompt="Count\nthem."),))
    assert shown(orders) == "codex · round 1 · order · asks · 1.2 s\n  gemini: Count them.\n\n"
    refused = turn("", step=Step.ORDER, problem="no backend called 'x'")
    assert shown(refused) == "codex · round 1 · order · could not be followed · 1.2 s\n  no backend called 'x'\n\n"


def test_a_remembered_answer_says_so() -> None:
    reply = Reply(backend="codex", text="Yes.", seconds=0.0, is_remembered=True)
    assert shown(turn(answer=reply)).startswith("codex · remembered\n")


def test_a_failure_is_never_shown_as_an_answer() -> None:
    failed = replace(turn("I am an answer"), answer=FAILURE)
    assert shown(failed) == ""
    assert failure_line(FAILURE) == "gemini did not answer: timed out: too slow — wait"
    talk = replace(TALK, turns=(failed,), conclusion=None)
    assert talk_values(talk)["turns"] == []
    assert "I am an answer" not in transcript(talk)


def test_the_ending_names_what_is_open_and_who_is_missing() -> None:
    assert written(ending_lines(TALK, WIDE)).splitlines() == [
        "synthesis · codex",
        "  Split it.",
        "      code",
        "",
        "still disputed",
        "  gemini: the cost",
        "",
        "not in it",
        "  claude: timed out: too slow",
        "",
        "participants: A = codex",
    ]
    unsaid = replace(TALK, conclusion=replace(CONCLUSION, open=None))
    assert "whether anything remains disputed was not said" in written(ending_lines(unsaid, WIDE))
    assert ending_lines(replace(TALK, conclusion=None), WIDE) == []


def test_what_the_synthesis_itself_leaves_open_is_told_apart() -> None:
    own = Disagreement(backend="codex", point="the date", is_of_synthesis=True)
    talk = replace(TALK, conclusion=replace(CONCLUSION, open=(own,)))
    assert "still disputed\n  codex (synthesis): the date\n" in written(ending_lines(talk, WIDE))
    assert talk_values(talk)["conclusion"]["disagreements"][0]["of_synthesis"] is True
    assert "- codex (synthesis): the date" in transcript(talk)


def test_a_conclusion_that_was_shown_last_is_not_shown_twice() -> None:
    only = Conclusion(text="Yes.", backend="codex", how="the only answer", open=None)
    assert written(ending_lines(replace(TALK, conclusion=only, labels={}), WIDE)) == "the only answer · codex\n"


def test_without_an_answer_it_says_why() -> None:
    assert nobody_lines(replace(TALK, turns=(replace(turn(), answer=FAILURE),))) == ["nobody answered"]
    lines = nobody_lines(Talk(command="ask", question="x", missing=(FAILURE,)))
    assert lines[:2] == ["no backend can be asked", "  gemini: timed out: too slow"]
    assert "npm install -g @openai/codex" in lines[2]


def test_json_has_every_part() -> None:
    value = json.loads(json.dumps(talk_values(TALK)))
    assert (value["schema"], value["command"], value["exit_code"]) == ("lok-hooks/talk/1", "debate", 0)
    assert [item["step"] for item in value["turns"]] == ["position"]
    assert value["turns"][0]["tokens_out"] == 3
    assert value["failures"][0]["kind"] == "timed out"
    assert value["conclusion"]["disagreements"] == [{"backend": "gemini", "point": "the cost", "of_synthesis": False}]
    assert value["conclusion"]["not_included"] == [{"backend": "claude", "reason": "timed out: too slow"}]
    assert value["labels"] == {"A": "codex"}


def test_a_transcript_is_told_in_rounds() -> None:
    text = transcript(TALK)
    for part in ("# lok debate", "## Round 1", "### codex: position", "- gemini did not answer", "```text\nSplit it."):
        assert part in text
    assert "## Conclusion: synthesis, codex" in text


NASTY = st.text(
    alphabet=st.sampled_from("ab \n\r\t`#<>[]()!:|\x1b\x07\x00\u202e\u2028\x85\ud800‮_*~$@é漢"), max_size=200
)


@given(NASTY, st.integers(min_value=20, max_value=60))
def test_no_text_leaves_its_indentation_or_steers_a_terminal(text: str, width: int) -> None:
    hostile = replace(
        CONCLUSION,
        text=text,
        how=SYNTHESIS,
        open=(Disagreement(backend="codex", point=text),),
        absent=(Absence(backend="codex", reason=text),),
    )
    talk = replace(TALK, question=text, conclusion=hostile, turns=(turn(text, disagreements=(text,)),), labels={})
    options = Options(width=width)
    out = written(turn_lines(talk.turns[0], options)) + written(ending_lines(talk, options))
    ours = {"", "synthesis · codex", "still disputed", "not in it", "codex · 1.2 s"}
    assert all(line.startswith("  ") or line in ours for line in out.split("\n"))
    for made in (out, transcript(talk), json.dumps(talk_values(talk), ensure_ascii=False)):
        assert not re.search("[\x1b\x07\x00\u202e\u2028\x85\ud800]", made)
        made.encode()


def test_a_word_of_a_million_characters_is_shown_in_reasonable_time() -> None:
    started = time.monotonic()
    written(turn_lines(turn("x" * 1_000_000), Options(width=40)))
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("text", ["```\nout", "~~~", "![x](http://evil)", "<img src=x>", "# head", "- item"])
def test_a_models_markdown_stays_inside_its_fence(text: str) -> None:
    made = transcript(replace(TALK, turns=(turn(text),), conclusion=None))
    fences = re.findall(r"(?m)^(`{3,})text\n(.*?)\n\1$", made, re.DOTALL)
    assert any(body == text for _, body in fences)


def test_a_score_is_explained_on_demand() -> None:
    traits = Traits(
        role="model", kind="command", may_block=True, is_local=False, max_prompt_bytes=1,
        strengths=("hunt", "performance", "our terraform"),
    )  # fmt: skip
    models = [
        Candidate(name="codex", traits=traits, precision=Precision(count=100, share=0.2)),
        Candidate(name="gemini", traits=traits),
    ]
    explained = written(suggestion_lines(suggest("slow, and an injection", models), replace(WIDE, verbose=True)))
    parts = "50% security-audit x 0.10 (none of its categories) + 50% performance x 0.85 (place 2 among its categories)"
    assert f"\n    0.47 = {parts}\n" in explained
    assert re.search(rf"\n    0\.\d\d = \({re.escape(parts)}\) x 0\.\d\d \(measured precision\)\n", explained)
    named = written(suggestion_lines(suggest("is our terraform slow", models[1:]), replace(WIDE, verbose=True)))
    assert "\n    1.00 = 1.00 (a strength that stands in the question)\n" in named
    assert " = " not in written(suggestion_lines(suggest("slow", models), WIDE))
    (part,) = suggestion_values("slow", suggest("slow", models))["backends"][0]["parts"]
    assert part == {"category": "performance", "share": 1.0, "fit": 0.85, "place": 2}


def test_a_suggestion_says_what_it_rests_on() -> None:
    suggestion = Suggestion(
        matches=(Match(category=Category.PERFORMANCE, share=1.0, words=("slow",)),),
        ranking=(
            Ranked(
                backend="codex",
                score=0.85,
                why="strong at performance",
                strengths=("hunt",),
                measured=Precision(count=20, share=0.75),
            ),
            Ranked(backend="gemini", score=0.1, why="", strengths=(), missing="not on PATH"),
        ),
    )
    text = written(suggestion_lines(suggestion, WIDE))
    assert "performance: 100% (slow)" in text
    assert (
        "codex: 0.85 · strengths: hunt · measured precision 75% (20 settled findings) · at hand · strong at performance"
        in text
    )
    assert "gemini: 0.10 · strengths: none named · not at hand: not on PATH" in text
    value = suggestion_values("Why slow?", suggestion)
    assert value["best"] == "codex"
    assert value["backends"][0]["measured"] == {"precision": 0.75, "findings": 20}
    assert "0.85 = " not in text
    assert (value["backends"][0]["has_login"], value["backends"][0]["available"]) == (True, True)
    nobody = replace(suggestion, ranking=suggestion.ranking[1:])
    assert "\n\nnobody is at hand; lok doctor says what to do" in written(suggestion_lines(nobody, WIDE))


def test_a_suggestion_says_where_no_login_was_found() -> None:
    stranger = Ranked(backend="codex", score=0.85, why="strong at performance", strengths=("hunt",), has_login=False)
    match = Match(category=Category.PERFORMANCE, share=1.0, words=("slow",))
    suggestion = Suggestion(matches=(match,), ranking=(stranger,))
    lines = written(suggestion_lines(suggestion, WIDE)).splitlines()
    reason = "at hand, but no login was found"
    assert lines[-3:] == [
        f"  codex: 0.85 · strengths: hunt · {reason} · strong at performance",
        "",
        f"lok smart would ask codex: {reason}; strong at performance; lok doctor says how to log in",
    ]
    (value,) = suggestion_values("Why slow?", suggestion)["backends"]
    assert (value["has_login"], value["available"]) == (False, True)
