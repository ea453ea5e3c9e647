"""The order in which findings are told, how a path is meant, and how a sweep ends."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from lok_hooks.core.finding import Finding, Severity
from lok_hooks.core.review import Disposition
from lok_hooks.core.sweep import Sweep, Unanswered, as_review, exploring_prompt, named_path, names_any, ranked
from lok_hooks.core.task import Aspect, Task
from tests.core.builders import finding

HIGH, LOW = Severity.HIGH, Severity.LOW
TASK = Task(
    name="hunt", description="Find {braces}", aspects=(Aspect(name="errors", text="Lost errors.\nAll of them."),)
)


def at(path: str, subject: Finding) -> Finding:
    return replace(subject, place=replace(subject.place, path=path))


def swept(*found: Finding, fail_on: Severity | None = None, unanswered: tuple[Unanswered, ...] = ()) -> Sweep:
    return Sweep(
        command="lok hunt",
        label=".",
        found=found,
        ungrounded=(finding(problem="not there"),),
        files=3,
        read=("a.py",),
        skipped=(),
        asked=(),
        failures=(),
        unanswered=unanswered,
        fail_on=fail_on,
    )


def test_the_gravest_first_then_the_proved_then_what_more_raised_then_by_place() -> None:
    expected = (
        at("z.py", finding(severity=Severity.CRITICAL)),
        at("y.py", finding(is_proof=True)),
        at("x.py", finding(raised_by=("codex", "gemini"))),
        at("a.py", finding()),
        at("b.py", finding()),
        at("a.py", finding(severity=LOW, raised_by=("a", "b", "c"))),
    )
    assert all(ranked(order) == expected for order in permutations(expected))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a.py", "a.py"),
        ("./a.py", "a.py"),
        ("././src/a.py", "src/a.py"),
        ("/root/project/src/a.py", "src/a.py"),
        ("/root/projects/a.py", "/root/projects/a.py"),
        ("a.py:12", "a.py"),
        ("`a.py`", "a.py"),
        ("a:b.py", "a:b.py"),
        ("../a.py", "../a.py"),
    ],
)
def test_a_path_as_models_write_it(written: str, meant: str) -> None:
    assert named_path(written, "/root/project") == meant


@pytest.mark.parametrize(
    ("name", "is_there"),
    [
        ("lib/shop/price.py", True),
        ("price.py", True),
        ("shop/price.py", True),
        ("lib", True),
        ("lib/shop/", True),
        ("ice.py", False),
        ("shop", False),
        ("lib/other.py", False),
        (".", False),
        ("", False),
    ],
)
def test_what_a_name_may_mean(name: str, is_there: bool) -> None:
    assert names_any(["elsewhere.py", name], ["README", "lib/shop/price.py"]) == is_there


@pytest.mark.parametrize(
    ("severity", "fail_on", "is_unanswered", "code"),
    [
        (HIGH, None, False, 0),
        (HIGH, HIGH, False, 1),
        (LOW, HIGH, False, 0),
        (HIGH, None, True, 4),
        (HIGH, LOW, True, 1),
    ],
)
def test_how_it_ends(severity: Severity, fail_on: Severity | None, is_unanswered: bool, code: int) -> None:
    unanswered = (Unanswered(question="errors", reason="codex: timed out"),) if is_unanswered else ()
    assert swept(finding(severity=severity), fail_on=fail_on, unanswered=unanswered).exit_code == code


def test_as_a_review_what_stands_there_is_confirmed() -> None:
    judged = as_review(swept(finding())).judged
    assert [item.disposition for item in judged] == [Disposition.CONFIRMED, Disposition.OUTSIDE]


def test_the_request_asks_one_question_and_hands_out_a_receipt() -> None:
    prompt = exploring_prompt(TASK, TASK.aspects[0])
    assert "Your task: Find {braces}. Look from this angle:\n\n- errors: Lost errors.\n  All of them." in prompt.text
    assert f"\nreceipt: {prompt.receipt}\n" in prompt.text
    assert prompt.text[0].isalpha()
    assert "There is no change here" not in prompt.text
    assert (
        "There is no change here"
        in exploring_prompt(replace(TASK, description="what this change broke"), TASK.aspects[0]).text
    )
    other = exploring_prompt(replace(TASK, description="another"), TASK.aspects[0])
    assert other.receipt != prompt.receipt
