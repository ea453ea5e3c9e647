"""Reading votes: what counts, what is unsure, and what is no answer at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.answers import problem_with
from lok_hooks.core.debate import Ground, Round, Stance, Vote
from lok_hooks.core.examination import Batch, Dossier, examination_prompt
from lok_hooks.core.reading import Unreadable
from lok_hooks.core.task import plain_prompt
from lok_hooks.core.votes import MAX_VOTES, MISSING, read_ballots, votes_of
from tests.core.builders import chunk, file_diff, finding

SHOWN = "count = len(items) + 1"
BATCH = Batch(
    round=Round.CROSS_EXAMINATION,
    chunk=chunk(file_diff("a.py", "items = []\nold = 1\n", f"items = []\n{SHOWN}\n")),
    dossiers=(Dossier(number=4, finding=finding()), Dossier(number=7, finding=finding(raised_by=("claude",)))),
)
PROMPT = examination_prompt(BATCH, str)
ENTRY = {"claim": "C1", "stance": "refute", "ground": "misread code", "reason": "it is not", "quote": SHOWN}
OTHER = ENTRY | {"claim": "C2", "stance": "confirm"}


def answer(*entries: object, **changed: object) -> str:
    return json.dumps({"receipt": PROMPT.receipt, "votes": entries} | changed)


def read(*entries: object) -> dict[int, Vote]:
    ballots = read_ballots(answer(*entries), PROMPT)
    assert not isinstance(ballots, Unreadable), ballots.reason
    return votes_of(ballots, BATCH, "claude", is_weak=False)


def test_a_vote_is_stamped_by_our_code() -> None:
    votes = read(ENTRY | {"voter": "gemini", "is_weak": True, "round": "judge", "number": 9}, OTHER)
    assert votes == {
        4: Vote(voter="claude", stance=Stance.REFUTE, reason="it is not", quote=SHOWN, ground=Ground.MISREAD),
        7: Vote(voter="claude", stance=Stance.CONFIRM, reason="it is not", quote=SHOWN, is_self=True),
    }


@pytest.mark.parametrize(
    ("entries", "stance", "doubt"),
    [
        pytest.param([ENTRY], "refute", "", id="a grounded refutation"),
        pytest.param([ENTRY | {"quote": f"   2 + {SHOWN}"}], "refute", "", id="number and sign copied along"),
        pytest.param([ENTRY | {"quote": "old = 1"}], "refute", "", id="a removed line"),
        pytest.param([ENTRY | {"quote": "os.system(x)"}], "unsure", "does not stand", id="a made-up quote"),
        pytest.param([ENTRY | {"quote": ""}], "unsure", "quotes no code", id="no quote"),
        pytest.param([ENTRY | {"quote": None}], "unsure", "quotes no code", id="null for a quote"),
        pytest.param([ENTRY | {"quote": "1"}], "unsure", "does not stand", id="a quote that stands everywhere"),
        pytest.param([ENTRY | {"stance": "CONFIRMED", "quote": ""}], "confirm", "", id="a confirmation needs none"),
        pytest.param(
            [ENTRY | {"stance": "confirm", "quote": "os.system(x)"}], "unsure", "does not stand", id="of something else"
        ),
        pytest.param([ENTRY | {"stance": "unsure", "quote": "os.system(x)"}], "unsure", "", id="unsure"),
        pytest.param([ENTRY | {"stance": "probably"}], "unsure", "none of", id="a stance that is none"),
        pytest.param([ENTRY | {"stance": ["refute"]}], "unsure", "none of", id="a list for a stance"),
        pytest.param([{"claim": "C1"}], "unsure", "none of", id="nothing but the claim"),
        pytest.param([], "unsure", MISSING, id="left out"),
        pytest.param([ENTRY, ENTRY], "unsure", "more than once", id="twice the same"),
        pytest.param([ENTRY, ENTRY | {"stance": "confirm"}], "unsure", "more than once", id="for and against"),
        pytest.param([ENTRY | {"claim": " c1 "}], "refute", "", id="the label in small letters"),
        pytest.param([ENTRY, ENTRY | {"claim": "C17"}], "refute", "", id="an unknown claim is ignored"),
    ],
)
def test_what_a_vote_comes_to(entries: list[object], stance: str, doubt: str) -> None:
    vote = read(*entries)[4]
    assert vote.stance == stance
    assert doubt in vote.doubt
    assert bool(vote.doubt) is bool(doubt)


@pytest.mark.parametrize(
    ("ground", "expected"),
    [
        ("not-reachable", Ground.UNREACHABLE),
        ("Misread code", Ground.MISREAD),
        ("because", None),
        (None, None),
        (3, None),
    ],
)
def test_a_ground_is_one_of_ours_or_none(ground: object, expected: Ground | None) -> None:
    assert read(ENTRY | {"ground": ground})[4].ground is expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"I judged them:\n```json\n{answer(ENTRY)}\n```", id="fence"),
        pytest.param(answer(ENTRY).replace("]}", ",]}"), id="trailing comma"),
        pytest.param(answer(ENTRY, confidence=1), id="unknown keys"),
    ],
)
def test_an_answer_is_read_whatever_is_wrapped_around_it(text: str) -> None:
    ballots = read_ballots(text, PROMPT)
    assert not isinstance(ballots, Unreadable)
    assert [ballot.claim for ballot in ballots] == ["C1"]


@pytest.mark.parametrize(
    ("text", "mendable"),
    [
        pytest.param("", False, id="empty"),
        pytest.param("All claims are wrong.", True, id="prose"),
        pytest.param(answer(ENTRY, receipt="forged"), False, id="another receipt"),
        pytest.param(json.dumps({"votes": [ENTRY]}), False, id="no receipt"),
        pytest.param(answer(ENTRY, votes="refute"), True, id="no list"),
        pytest.param(answer(ENTRY, votes=["refute"]), True, id="no objects"),
        pytest.param(answer(ENTRY)[:-30], True, id="cut short"),
        pytest.param(answer(ENTRY).replace('"stance"', '"stance": "confirm", "stance"'), True, id="a key twice"),
        pytest.param(answer(*[ENTRY] * (MAX_VOTES + 1)), False, id="too many"),
        pytest.param(json.dumps({"receipt": PROMPT.receipt, "files": [], "findings": []}), True, id="a review"),
    ],
)
def test_what_is_no_vote(text: str, mendable: bool) -> None:
    ballots = read_ballots(text, PROMPT)
    assert isinstance(ballots, Unreadable)
    assert ballots.mendable is mendable
    assert problem_with(text, PROMPT) == ballots


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("All claims are wrong.", "it is not JSON"),
        ("null", "it is no JSON object"),
        ("{}", 'it has no "votes"'),
        (json.dumps({"receipt": PROMPT.receipt, "files": [], "findings": []}), 'it has no "votes"'),
    ],
)
def test_it_is_said_what_it_is_instead(text: str, reason: str) -> None:
    ballots = read_ballots(text, PROMPT)
    assert ballots == Unreadable(reason=f"the answer could not be read: {reason}", mendable=True, is_foreign=True)


def test_an_answer_is_read_for_what_its_prompt_asks() -> None:
    assert problem_with(answer(ENTRY), PROMPT) is None
    assert problem_with("Any words.", plain_prompt("ask", "What is it?")) is None
    assert problem_with(" ", plain_prompt("ask", "What is it?")) is not None


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20) | st.sampled_from(["C1", "confirm"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["claim", "stance", "ground", "reason", "quote", "x"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=4) | json_values)
def test_any_json_is_read_or_refused(votes: object) -> None:
    ballots = read_ballots(json.dumps({"receipt": PROMPT.receipt, "votes": votes}), PROMPT)
    if not isinstance(ballots, Unreadable):
        assert set(votes_of(ballots, BATCH, "claude", is_weak=True)) == {4, 7}


def test_a_reason_is_cut_between_words_so_that_no_half_of_a_secret_is_left() -> None:
    secret = "AK" + "IAZ7QW3ERT9YUP2LKJ"
    votes = read(ENTRY | {"reason": f"{'w ' * 995}{secret} and more"}, OTHER)
    assert votes[4].reason == ("w " * 995).strip()
