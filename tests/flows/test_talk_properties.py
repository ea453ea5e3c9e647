"""Whoever fails wherever: no talk breaks, no failure is an answer, nobody who was silent goes unnamed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lok_hooks.core.ports import Failure
from lok_hooks.core.settings import ConductorSettings
from lok_hooks.core.talk import Talk
from lok_hooks.flows.ask import ask, smart
from lok_hooks.flows.asking import Session
from lok_hooks.flows.conduct import conduct
from lok_hooks.flows.debate import debate
from lok_hooks.flows.team import debated_team, team
from tests.flows.talkers import Talker, failed, opinion, session, synthesis

FLOWS: dict[str, Callable[[Session], Talk]] = {
    "ask": ask,
    "smart": smart,
    "debate": debate,
    "team": team,
    "debated team": debated_team,
    "conduct": lambda asked: conduct(asked, ConductorSettings(max_rounds=4)),
}
NAMES = ("a", "b", "c")


def sayings(name: str) -> st.SearchStrategy[Any]:
    """Anything a backend may say to anything it is asked."""
    orders = {"done": False, "ask": [{"backend": other, "prompt": "x"} for other in NAMES], "synthesis": None}
    return st.sampled_from(
        (
            failed(name),
            "",
            f"{name} in prose",
            opinion(f"{name} agrees"),
            opinion(f"{name} differs", f"{name}'s point"),
            synthesis(f"{name} concludes", settled=["D1"]),
            orders,
            orders | {"ask": [{"backend": "nobody", "prompt": "x"}]},
            {"done": True, "ask": [], "synthesis": f"{name} ends", "disagreements": []},
        )
    )


@st.composite
def talkers(draw: st.DrawFn) -> tuple[Talker, ...]:
    steps = ("answer", "position", "response", "work", "review", "revision", "order", "synthesis")
    return tuple(
        Talker(
            name,
            {step: draw(st.lists(sayings(name), min_size=1, max_size=2)) for step in steps},
            strengths=draw(st.sampled_from(((), ("general",)))),
            absent=draw(st.booleans()) and draw(st.booleans()),
        )
        for name in NAMES
    )


@pytest.mark.parametrize("flow", FLOWS)
@settings(max_examples=60, deadline=None)
@given(talkers=talkers(), rounds=st.sampled_from((1e9, 1e9, 0, 1, 2)))
def test_any_mixture_of_answers_and_failures(flow: str, talkers: tuple[Talker, ...], rounds: float) -> None:
    asked, heard = session(*talkers, rounds=rounds)
    talk = FLOWS[flow](asked)
    answered = {turn.backend for turn in talk.turns if turn.is_answered}
    assert all(not turn.text for turn in talk.turns if isinstance(turn.answer, Failure))
    assert sorted(map(repr, heard.turns)) == sorted(map(repr, talk.turns))
    assert (talk.exit_code == 0) == bool(answered)
    if talk.conclusion is not None:
        assert talk.conclusion.text in {turn.text for turn in talk.turns if turn.backend == talk.conclusion.backend}
        silent = {failure.backend for failure in talk.failures} - answered
        assert silent <= {absence.backend for absence in talk.conclusion.absent}
        named = {turn.backend: set(turn.disagreements) for turn in talk.turns}
        assert all(item.backend in named for item in talk.conclusion.open or ())
    again, _ = session(*(Talker(t.name, t.says, t.strengths, t.absent) for t in talkers), rounds=rounds)
    assert FLOWS[flow](again) == talk
