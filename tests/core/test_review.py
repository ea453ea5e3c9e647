"""The exit code of a review."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from lok_hooks.core.review import Review
from tests.report import builders


@pytest.mark.parametrize(("on_incomplete", "code"), [("allow", 0), ("block", 4)])
def test_what_is_missing_blocks_where_the_policy_says_so(on_incomplete: Literal["allow", "block"], code: int) -> None:
    review = builders.incomplete_blocked()
    assert replace(review, policy=replace(review.policy, on_incomplete=on_incomplete)).exit_code == code
    assert replace(builders.clean(), policy=replace(review.policy, on_incomplete=on_incomplete)).exit_code == 0


@pytest.mark.parametrize("review", [builders.incomplete_allowed(), builders.incomplete_blocked(), builders.clean()])
def test_what_is_confirmed_goes_before_what_is_missing(review: Review) -> None:
    assert replace(review, judged=(builders.judged(builders.finding()), builders.stale_entry())).exit_code == 1
    assert replace(review, judged=(builders.stale_entry(),)).exit_code == review.exit_code
