"""Who examines what, and which votes stand."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.debate import Round, Stance, Vote, examiners, is_disputed, shuffle_key, standing
from lok_hooks.core.ports import Traits
from lok_hooks.core.route import Candidate
from tests.core.builders import finding

STANCES = {"c": Stance.CONFIRM, "r": Stance.REFUTE, "u": Stance.UNSURE}


def model(name: str, *, may_block: bool = True, strengths: tuple[str, ...] = ()) -> Candidate:
    traits = Traits(
        role="model",
        kind="command",
        may_block=may_block,
        is_local=False,
        max_prompt_bytes=200_000,
        strengths=strengths,
    )
    return Candidate(name=name, traits=traits)


CODEX, GEMINI, CLAUDE = model("codex"), model("gemini"), model("claude", strengths=("hunt",))
OLLAMA = model("ollama", may_block=False, strengths=("hunt",))


@pytest.mark.parametrize(
    ("raised_by", "models", "limit", "expected"),
    [
        pytest.param(("codex",), (CODEX, GEMINI, CLAUDE), 0, ("claude", "gemini"), id="others, strongest first"),
        pytest.param(("codex",), (CODEX, GEMINI, CLAUDE), 1, ("claude",), id="at most so many"),
        pytest.param(("codex",), (OLLAMA, CODEX, GEMINI), 0, ("gemini", "ollama"), id="weak ones last"),
        pytest.param(("codex",), (CODEX,), 0, ("codex",), id="nobody else: itself"),
        pytest.param(("codex",), (OLLAMA, CODEX), 0, ("codex", "ollama"), id="only weak others: itself too"),
        pytest.param(("claude", "codex"), (CODEX, CLAUDE), 0, ("claude", "codex"), id="all raised it: all examine it"),
        pytest.param(("static",), (CODEX,), 0, ("codex",), id="an analyser's finding"),
        pytest.param(("static",), (OLLAMA,), 0, (), id="nobody strong at hand"),
        pytest.param(("ollama",), (OLLAMA,), 0, (), id="a weak author is not heard about itself"),
        pytest.param(("static",), (), 0, (), id="no model at hand"),
    ],
)
def test_who_examines(
    raised_by: tuple[str, ...], models: tuple[Candidate, ...], limit: int, expected: tuple[str, ...]
) -> None:
    for order in permutations(models):
        assert examiners(finding(raised_by=raised_by), order, limit) == expected


def vote(voter: str, stance: str, round_: Round = Round.CROSS_EXAMINATION, *, is_weak: bool = False) -> Vote:
    return Vote(voter=voter, stance=STANCES[stance], round=round_, is_weak=is_weak)


def test_the_latest_vote_of_each_voter_stands() -> None:
    first, second, last = vote("a", "r"), vote("b", "c"), vote("a", "c", Round.REBUTTAL)
    for order in permutations((first, second, last)):
        assert standing(order) == (last, second)


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ((vote("a", "c"), vote("b", "r")), True),
        ((vote("a", "c"), vote("b", "u")), False),
        ((vote("a", "r"), vote("b", "r")), False),
        ((vote("a", "c"), vote("b", "r", is_weak=True)), False),
        ((vote("a", "c"), vote("b", "r"), vote("b", "c", Round.REBUTTAL)), False),
        ((), False),
    ],
)
def test_a_finding_is_disputed_when_strong_voters_disagree(votes: tuple[Vote, ...], expected: bool) -> None:
    assert is_disputed(votes) is expected


votes = st.lists(
    st.builds(
        Vote,
        voter=st.sampled_from("abc"),
        stance=st.sampled_from(Stance),
        round=st.sampled_from(Round),
        reason=st.sampled_from(["", "x"]),
    ),
    max_size=6,
)


@given(votes, st.data())
def test_the_order_in_which_votes_come_changes_nothing(given_: list[Vote], data: st.DataObject) -> None:
    assert standing(data.draw(st.permutations(given_))) == standing(given_)


@given(votes)
def test_each_voter_has_one_vote(given_: list[Vote]) -> None:
    assert [v.voter for v in standing(given_)] == sorted({v.voter for v in given_})


def test_a_shuffle_depends_on_the_content_alone() -> None:
    texts = [f"claim {n}" for n in range(12)]
    one = sorted(texts, key=lambda text: shuffle_key("salt", text))
    backwards = list(reversed(texts))
    assert one == sorted(backwards, key=lambda text: shuffle_key("salt", text)) != texts
    assert one != sorted(texts, key=lambda text: shuffle_key("other", text))


def test_a_doubted_vote_says_so() -> None:
    (one,) = standing([vote("a", "c"), replace(vote("a", "r"), reason="no")])
    assert (one.stance, one.doubt) == (Stance.UNSURE, "it gave two different votes")
