"""What a commit leaves to the push, and what the push takes over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lok_hooks.core.deferral import Deferred, left_open, note, settled, taken_over
from lok_hooks.core.diff import Diff
from lok_hooks.core.review import Coverage, Policy, Review, Unreviewed
from tests.core.builders import file_diff

A, B = (replace(file_diff(name, "", "x = 1\n"), new_blob=digit * 40) for name, digit in (("a.py", "a"), ("b.py", "b")))
DIFF = Diff(label="", files=(A, B))


def review(*missed: tuple[str, str]) -> Review:
    unreviewed = tuple(Unreviewed(path=path, task=task, reason="codex: timed out") for path, task in missed)
    coverage = Coverage(unreviewed=unreviewed)
    return Review(command="lok-hunt", label="", judged=(), coverage=coverage, asked=(), failures=(), policy=Policy())


def test_a_file_that_a_task_did_not_get_through_is_left_open() -> None:
    found = left_open(review(("a.py", "hunt"), ("b.py", "hunt"), ("a.py", "analysis")), DIFF, ["hunt"])
    assert found == (
        Deferred(path="a.py", blob="a" * 40, task="hunt"),
        Deferred(path="b.py", blob="b" * 40, task="hunt"),
    )


def test_a_whole_review_leaves_nothing_open() -> None:
    assert left_open(review(), DIFF, ["hunt"]) == ()


def test_what_a_task_got_through_is_settled() -> None:
    found = settled(review(("a.py", "hunt")), DIFF, ["hunt", "audit", "team"], {"team": {"b.py", "elsewhere.py"}})
    assert [(item.path, item.task) for item in found] == [
        ("a.py", "audit"), ("b.py", "audit"), ("b.py", "hunt"), ("b.py", "team"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"hunt": {"a.py"}}, {"hunt": frozenset({"a.py"})}),
        ({"hunt": set()}, {}),
        ({"audit": {"a.py"}}, {}),
        ({"gone": {"a.py"}}, {}),
    ],
)
def test_a_push_takes_over_what_its_own_tasks_do_not_do_and_lok_toml_still_knows(
    found: dict[str, set[str]], expected: dict[str, frozenset[str]]
) -> None:
    assert taken_over(found, known=["hunt", "audit"], asked=["audit"]) == expected


def test_the_note_names_a_few_and_counts_the_rest() -> None:
    assert note("hunt", {"b.py", "a.py"}) == "hunt: left open by a commit, asked now: a.py, b.py"
    assert note("hunt", [f"{n}.py" for n in range(8)]).endswith("4.py, and 3 more")
