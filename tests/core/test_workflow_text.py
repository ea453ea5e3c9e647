"""Templates: what they see, how conditions read, and what a hostile one cannot do."""

from __future__ import annotations

from typing import Any

import pytest

from lok_hooks.core.workflow_mentions import mentioned
from lok_hooks.core.workflow_text import (
    Arguments,
    Output,
    TemplateMistakeError,
    evaluated,
    is_nothing_but_a_value,
    rendered,
    why_not,
)

STEPS = ("scan", "gather-code", "gather")


def output(text: str, value: Any = None) -> Output:
    made = Output(text)
    made.value = value
    return made


VALUES: dict[str, Any] = {
    "steps": {
        "scan": {"output": output("STATUS: FOUND", {"items": ["a", "b"], "n": 3}), "success": True, "verdict": "NO"},
        "gather-code": {"output": output("files\n"), "success": True},
        "gather": {"output": output("")},
    },
    "arg": Arguments({"1": "main..HEAD", "unstaged": "true"}),
    "workflow": {"backends": "Claude + Codex"},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ steps.scan.output }}", "STATUS: FOUND"),
        ("{{steps.gather-code.output}}!", "files\n!"),
        ("{{ steps['gather-code'].output }}", "files\n"),
        ("{{ steps.scan.verdict }} {{ steps.scan.output.n }} {{ steps.scan.output.items }}", 'NO 3 ["a", "b"]'),
        ("{{ steps.scan.success }}", "true"),
        ("{{ arg.1 }}|{{ arg.2 }}|{{ arg.unstaged }}", "main..HEAD||true"),
        ("{{ workflow.backends }}", "Claude + Codex"),
        ("{% if steps.gather-code.success %}yes{% endif %}", "yes"),
        ("{% for item in steps.scan.output.items %}{{ loop.index }}{{ item }}{% endfor %}", "1a2b"),
        ("{{ steps.scan.output | upper | replace('STATUS', 'S') }}", "S: FOUND"),
        ("plain { text } with }} braces", "plain { text } with }} braces"),
        ("{% raw %}{{ steps.gather-code.output }}{% endraw %}", "{{ steps.gather-code.output }}"),
        ("a{# {{ steps.gather-code.output }} #}b", "ab"),
        ("{{ arg.2 | default('steps.scan', true) }}", "steps.scan"),
    ],
)
def test_values_in_texts(text: str, expected: str) -> None:
    assert rendered(text, VALUES, STEPS) == expected


def test_an_output_is_never_a_template() -> None:
    values = {**VALUES, "steps": {"scan": {"output": output("{{ arg.1 }}{% for %}")}}}
    assert rendered("{{ steps.scan.output }}", values, STEPS) == "{{ arg.1 }}{% for %}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("contains(scan.output, 'FOUND')", True),
        ("contains(scan.output, 'LOST')", False),
        ("not(contains(scan.output, 'LOST'))", True),
        ("equals(scan.verdict, 'NO')", True),
        ("steps.scan.output contains 'FOUND'", True),
        ('steps.gather-code.output contains "nothing"', False),
        ("contains(gather-code.output, 'files')", True),
        ("{{ steps.scan.success }}", True),
        ("steps.gather.output", False),
        ("arg.unstaged", True),
        ("arg.2", False),
        ("scan.verdict == 'NO' and not arg.2", True),
        ("scan.output.n > 2", True),
        ("equals('gather-code.py', 'gather' ~ '-code.py')", True),
        ("equals('steps.scan', 'steps' ~ '.scan')", True),
        ("\n{{\n scan.success }}\n", True),
        ("false", False),
        ("'no'", False),
    ],
)
def test_conditions(text: str, expected: bool) -> None:
    assert (why_not(text, VALUES, STEPS) == "") is expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps.gather.output", "step gather brought nothing"),
        ("{{ gather.output }}", "step gather brought nothing"),
        ("arg.2", "arg.2 is empty"),
        ("'no'", "'no' is no"),
        ("contains(scan.output,\n  'LOST')", "this is not so: contains(scan.output, 'LOST')"),
    ],
)
def test_why_a_condition_does_not_hold(text: str, said: str) -> None:
    assert why_not(text, VALUES, STEPS) == said


def test_values_of_expressions() -> None:
    assert evaluated("steps.scan.output.items", VALUES, STEPS) == ["a", "b"]
    assert evaluated("{{ scan.output }}", VALUES, STEPS) == "STATUS: FOUND"
    with pytest.raises(TemplateMistakeError, match="no 'nothing' in it"):
        rendered("{{ steps.scan.nothing }}", VALUES, STEPS)
    with pytest.raises(TemplateMistakeError, match="no such value"):
        evaluated("steps.scan.nothing", VALUES, STEPS)


def used(text: str) -> str:
    """The template as a workflow's step goes: looked at first, then rendered."""
    for mistake in mentioned(text, STEPS).mistakes:
        raise mistake
    return rendered(text, VALUES, STEPS)


@pytest.mark.parametrize(
    "text",
    [
        "{{ steps.scan.output.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ steps.__init__.__globals__ }}",
        "{{ arg.items() }}",
        "{{ 'x'.ljust(1000000000) }}",
        "{{ 'x' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 9 ** 99999999 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 'x' | center(1000000000) }}",
        "{{ '%s' | format(1) }}",
        "{{ steps | attr('keys') }}",
        "{% for i in range(100000000) %}x{% endfor %}",
        "{% include 'lok.toml' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ cycler(1) }}",
        "{{ namespace() }}",
        "{{ self }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{% for x in arg %}" * 25 + "{% endfor %}" * 25,
        "{% if arg %}" * 120 + "{% endif %}" * 120,
    ],
)
def test_a_hostile_template_gets_nothing(text: str) -> None:
    with pytest.raises(TemplateMistakeError):
        used(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("{{ steps.x.output }}", True), ("\n {{ arg.1 }}\n", True), ("{{ a }} {{ b }}", False), ("echo {{ a }}", False)],
)
def test_a_text_that_is_nothing_but_a_value(text: str, expected: bool) -> None:
    assert is_nothing_but_a_value(text) is expected
