"""Circles of steps that wait for each other: all that can be mended apart are told, and nothing else."""

from __future__ import annotations

from graphlib import TopologicalSorter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.workflow import circles_in

NAMES = "abcdefg"
GRAPHS = st.fixed_dictionaries({name: st.lists(st.sampled_from(NAMES), max_size=3) for name in NAMES})


@pytest.mark.parametrize(
    ("waits_for", "circles"),
    [
        ({"a": [], "b": ["a"], "c": ["a", "b"]}, []),
        ({"a": ["a"]}, ["aa"]),
        ({"c": ["b"], "b": ["a"], "a": ["c"]}, ["cbac"]),
        ({"a": ["b"], "b": ["a"], "c": ["a", "d"], "d": ["c", "c"], "e": ["e"]}, ["aba", "cdc", "ee"]),
        # All four wait for each other, in two circles that have to be opened one by one.
        ({"a": ["b"], "b": ["a", "c"], "c": ["d"], "d": ["c", "a"]}, ["aba", "cdc"]),
    ],
)
def test_every_circle_is_told_once_from_its_first_step_on(waits_for: dict[str, list[str]], circles: list[str]) -> None:
    assert sorted("".join(circle) for circle in circles_in(waits_for)) == circles


@given(GRAPHS)
def test_what_is_told_are_circles_without_a_common_step_and_nothing_is_left(waits_for: dict[str, list[str]]) -> None:
    circles = list(circles_in(waits_for))
    assert all(other in waits_for[name] for circle in circles for name, other in pairwise(circle))
    assert all(circle[0] == circle[-1] == min(circle, key=list(waits_for).index) for circle in circles)
    steps = [name for circle in circles for name in circle[1:]]
    assert len(steps) == len(set(steps))
    rest = {name: set(names) - set(steps) for name, names in waits_for.items() if name not in steps}
    assert set(TopologicalSorter(rest).static_order()) == set(rest)
