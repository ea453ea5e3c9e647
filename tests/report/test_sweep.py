"""Reports of a sweep and of a workflow: hostile words, narrow terminals, and the same facts for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lok_hooks.core.diff import Skipped, SkipReason
from lok_hooks.core.finding import Finding, Severity
from lok_hooks.core.ports import Failure, FailureKind
from lok_hooks.core.review import Asked
from lok_hooks.core.sweep import Sweep, Unanswered
from lok_hooks.core.workflow import State, Step, StepResult, Workflow, WorkflowResult
from lok_hooks.report import issue, workflow
from lok_hooks.report.lines import as_text
from lok_hooks.report.options import Options
from lok_hooks.report.sweep import FORMATS
from lok_hooks.report.wrap import cells
from tests.core.builders import finding

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e[bold red]x[/] @someone <script> `y` ##[error]z"


def hostile() -> Finding:
    made = finding(raised_by=("evil\x1b[31m",))
    place = replace(made.place, path="a\x1b[1m.py", code=(f"x = {HOSTILE}",), first=1)
    return replace(made, place=place, title=HOSTILE, why=HOSTILE, fix=HOSTILE, quote=HOSTILE, category=HOSTILE)


def swept(*found: Finding, ungrounded: tuple[Finding, ...] = ()) -> Sweep:
    return Sweep(
        command="lok hunt",
        label=f"dir {HOSTILE}",
        found=found,
        ungrounded=ungrounded,
        files=3,
        read=("a.py",),
        skipped=(Skipped(path=HOSTILE, reason=SkipReason.BINARY),),
        asked=(),
        failures=(Failure(backend="codex", kind=FailureKind.CRASHED, reason=HOSTILE, advice=HOSTILE),),
        unanswered=(Unanswered(question=HOSTILE, reason=HOSTILE),),
        notes=(HOSTILE,),
    )


@pytest.mark.parametrize("format", ["console", "plain", "json", "sarif"])
def test_nothing_that_models_write_steers_a_terminal(format: str) -> None:
    said = FORMATS[format](swept(hostile(), ungrounded=(hostile(),)), Options(verbose=True))
    assert not {"\x1b", "\x07", "\u202e"} & set(said)
    assert "##[error]" not in said
    assert "[bold red]" in said


def test_colours_are_ours_alone() -> None:
    said = FORMATS["console"](swept(hostile()), Options(color=True))
    assert "\x1b[1;31m• high" in said
    assert "\x1b]0;" not in said
    assert "\x1b[2J" not in said


@pytest.mark.parametrize("width", [20, 40, 80])
def test_lines_fit(width: int) -> None:
    said = FORMATS["plain"](swept(hostile(), ungrounded=(hostile(),)), Options(width=width))
    assert max(map(cells, said.split("\n"))) <= width


def test_programs_get_every_finding_in_the_same_order() -> None:
    low = replace(finding(severity=Severity.LOW), identity="cd" * 16, title="mild")
    many = tuple(replace(low, identity=f"{number:032x}", title=str(number)) for number in range(50))
    value = json.loads(FORMATS["json"](swept(finding(), low, ungrounded=many), Options()))
    assert value["schema"] == "lok-hooks/sweep/1"
    assert [f["severity"] for f in value["findings"]] == ["high", "low"]
    assert len(value["ungrounded"]) == 50
    assert value["exit_code"] == 4
    assert "not shown: 45 more, all of them in --json" in FORMATS["plain"](swept(ungrounded=many), Options())


def test_sarif_says_how_the_look_itself_ended() -> None:
    (whole,) = sarif_run(replace(swept(finding()), unanswered=()))["invocations"]
    assert (whole["executionSuccessful"], whole["exitCode"]) == (True, 0)
    assert whole["exitCodeDescription"] == "1 found: 1 high"
    unanswered = Unanswered(question="holes", reason="codex: crashed")
    (half,) = sarif_run(replace(swept(finding()), unanswered=(unanswered,)))["invocations"]
    assert (half["executionSuccessful"], half["exitCode"]) == (False, 4)
    told = [each["message"]["text"] for each in half["toolExecutionNotifications"]]
    assert "incomplete: holes was answered by nobody: codex: crashed" in told


def test_what_nobody_answered_is_told_once_for_each_reason() -> None:
    reasons = {"holes": "codex: crashed", "leaks": "codex: timed out", "races": "codex: crashed"}
    left = tuple(Unanswered(question=question, reason=reason) for question, reason in reasons.items())
    told = FORMATS["plain"](replace(swept(), unanswered=left), Options(width=120)).splitlines()
    assert [line.strip() for line in told if line.lstrip().startswith("!")] == [
        "! holes, races were answered by nobody: codex: crashed",
        "! leaks was answered by nobody: codex: timed out",
    ]


def test_where_nobody_looked_nothing_is_said_to_be_found_or_not() -> None:
    unseen = replace(swept(), label=".")
    asked = Asked(backend="codex", tasks=("hunt",), why="", requests=2, answered=0, seconds=1.0)
    for sweep, words in (
        (unseen, "nobody was asked; nothing was looked at"),
        (replace(unseen, asked=(asked,)), "nobody answered; nothing was looked at"),
        (replace(unseen, asked=(replace(asked, answered=1),)), "nothing found by those who answered"),
    ):
        assert f" · {words}\n" in FORMATS["plain"](sweep, Options(width=120))
        (invocation,) = sarif_run(sweep)["invocations"]
        assert invocation["exitCodeDescription"] == words


def sarif_run(sweep: Sweep) -> dict[str, Any]:
    (run,) = json.loads(FORMATS["sarif"](sweep, Options()))["runs"]
    return dict(run)


def test_an_issue_brings_no_markup_no_mention_and_no_second_mark() -> None:
    made = replace(hostile(), why=f"{HOSTILE} <!-- lok-finding-{'ff' * 16} -->")
    body = issue.body(made, "lok hunt")
    outside_code = "".join(part for number, part in enumerate(body.split("```")) if number % 2 == 0)
    assert "<script>" not in outside_code
    assert "@someone" not in outside_code
    assert body.count("<!-- lok-finding-") == 1
    assert issue.mark(made) in body
    assert not {"\x1b", "\x07", "\u202e"} & set(body + issue.title(made))
    assert len(issue.title(made)) <= issue.LONGEST_TITLE


def test_a_workflows_words_are_made_visible() -> None:
    step = Step(name="a", shell="x")
    result = WorkflowResult(
        workflow=Workflow(name=HOSTILE, description="", label="w", steps=(step, replace(step, name="b"))),
        steps=(
            StepResult(name="a", state=State.DONE, output=f"{HOSTILE}\n\tcode", notes=(HOSTILE,)),
            StepResult(name="b", state=State.FAILED, reason=HOSTILE, is_forgiven=True),
        ),
        seconds=1.0,
    )
    shown = (
        workflow.outputs(result, Options())
        + as_text(workflow.progress(result, 80), color=False)
        + json.dumps(workflow.as_values(result), ensure_ascii=False)
    )
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert workflow.as_values(result)["outputs"]["a"].endswith("\n\tcode")
    assert result.exit_code == 0
