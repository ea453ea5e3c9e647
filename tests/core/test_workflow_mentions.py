"""What templates refer to, and that everything wrong in them is told, each thing with its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lok_hooks.core.workflow_mentions import Mentioned, mentioned, mentioned_in_expression, misplaced_values
from lok_hooks.core.workflow_text import Sandbox, expression_of, shown

STEPS = ("scan", "gather-code", "gather")


def told(found: Mentioned) -> list[tuple[int, str]]:
    return [(mistake.line, str(mistake)) for mistake in found.mistakes]


def test_what_a_template_mentions() -> None:
    found = mentioned("{{ steps.gather-code.output }}\n{{ steps['x'].output }} {{ env.HOME }}\n{{ arg.1 }}", STEPS)
    assert found.steps == {"gather-code": [1], "x": [2]}
    assert found.names == {"arg": [3], "env": [2], "steps": [1, 2]}
    assert found.mistakes == ()
    assert list(mentioned("{{ steps.gather-cod.output }}", STEPS[:2]).steps) == ["gather-cod"]
    assert list(mentioned_in_expression("contains(scan.output, 'x') and other.output", STEPS).steps) == ["scan"]
    assert list(mentioned_in_expression("other.output", STEPS).names) == ["other"]


def test_everything_that_is_wrong_in_a_text_is_told_with_its_line() -> None:
    text = "one {{ x( }}\ntwo {% if %}\n{{ steps.nowhere.output }}\n{{ foo(1) }} {{ steps[x] }} {{ a b }}\n{{ x( }}"
    found = mentioned(text, STEPS)
    assert [(mistake.line, str(mistake)) for mistake in found.mistakes] == [
        (1, "unexpected '}', expected ')'"),
        (2, "Expected an expression, got 'end of statement block'"),
        (4, "only contains, equals and range can be called"),
        (4, "a step is named by a text: steps.NAME or steps['NAME']"),
        (4, "expected token 'end of print statement', got 'b'"),
        (5, "unexpected '}', expected ')'"),
    ]
    assert found.steps == {"nowhere": [3]}
    (mistake,) = mentioned("one\ntwo {% if %}", STEPS).mistakes
    assert mistake.line == 2
    loops = mentioned("{% for x in arg.l %}{{ x }}{% include 'a' %}\n{% include 'b' %}{% endfor %}", STEPS)
    assert [mistake.line for mistake in loops.mistakes] == [1, 2]
    assert list(loops.names) == ["arg"]


@pytest.mark.parametrize(
    ("text", "steps", "names", "mistakes"),
    [
        (
            "{% for x in one.l %}{{ x + two }}\n{% if steps.a.output %}{% elif three %}\n{% set y = four %}{{ y }}{{ z",
            {"a": [2]},
            {"one": [1], "two": [1], "three": [2], "four": [3]},
            ["unexpected end of template"],
        ),
        ("{% for x in arg.l %}{{ loop.index }}{{ x( }}{% endfor %}", {}, {}, ["unexpected '}', expected ')'"]),
        ("{% for x in arg.l %}" * 25 + "{% endfor %}" * 25, {}, {}, ["nested too deeply"]),
        ("{% for x i arg.l %}{{ x }}", {}, {}, ["expected token 'in', got 'i'"]),
        ("{% if x( %}{% endif %}{% if y( %}{% endif %}", {}, {}, ["unexpected '%'"]),
        ("{# {{ one }} #}{% raw %}{{ two }}{{ a b }}{% endraw %}{{ x( }}", {}, {}, ["unexpected '}', expected ')'"]),
        (
            "{{ one and\nsteps.a.output or c d and ( }}",
            {"a": [2]},
            {"one": [1]},
            ["got 'd'", "unexpected 'end of template'"],
        ),
    ],
)
def test_a_broken_text_tells_what_all_its_parts_refer_to(
    text: str, steps: dict[str, list[int]], names: dict[str, list[int]], mistakes: list[str]
) -> None:
    found = mentioned(text, STEPS)
    assert (found.steps, {name: lines for name, lines in found.names.items() if name not in ("arg", "steps")}) == (
        steps,
        names,
    )
    assert len(found.mistakes) == len(mistakes), told(found)
    assert all(part in said for part, (_, said) in zip(mistakes, told(found), strict=True)), told(found)


@pytest.mark.parametrize(
    ("text", "steps", "names", "mistakes"),
    [
        ("one and\none or steps.a.output", {"a": [2]}, ["one"], []),
        ("one and a b and\nsteps.a.output or c d", {"a": [2]}, ["one"], [(1, "'b'"), (2, "'d'")]),
        ("scan.output and (one and two", {"scan": [1]}, [], [(1, "expected ')'")]),
        ("a b if one and two else c d and e", {}, [], [(1, "'b'")]),
        ("max(one and two", {}, [], [(1, "expected ','")]),
        ("contains(x, ' and ') and y z", {}, ["x"], [(1, "'z'")]),
        (
            "one | no and two is odder and three | never",
            {},
            ["one", "two", "three"],
            [(1, "'no'"), (1, "'odder'"), (1, "'never'")],
        ),
        ("\n{{\n scan.output and one }}", {"scan": [3]}, ["one"], []),
        ("arg.1 }} {{ arg.2", {}, [], [(1, "'}}' behind")]),
        ("arg.1, arg.2", {}, [], [(1, "',' behind")]),
        ("   ", {}, [], [(1, "unexpected 'end of template'")]),
    ],
)
def test_a_broken_condition_tells_what_all_its_operands_refer_to(
    text: str, steps: dict[str, list[int]], names: list[str], mistakes: list[tuple[int, str]]
) -> None:
    found = mentioned_in_expression(text, STEPS)
    assert found.steps == steps
    assert [name for name in found.names if name not in ("arg", "steps")] == names
    assert [line for line, _ in told(found)] == [line for line, _ in mistakes], told(found)
    assert all(part in said for (_, part), (_, said) in zip(mistakes, told(found), strict=True)), told(found)


def test_a_step_that_is_called_like_a_value_is_no_bare_name() -> None:
    found = mentioned_in_expression("arg.1 and workflow.backends", ("arg", "workflow"))
    assert (found.steps, list(found.names)) == ({}, ["arg", "workflow"])


def test_filters_and_tests_that_there_are_not_are_told_inside_of_conditions_too() -> None:
    found = mentioned(
        "{% if arg.1 %}{{ arg.1 | no | never }}\n{% endif %}{{ one if two is odd or three is odder }}", ()
    )
    assert sorted(told(found)) == [
        (1, "No filter named 'never'."),
        (1, "No filter named 'no'."),
        (2, "No test named 'odder'."),
    ]
    assert list(found.names) == ["arg", "two", "three", "one"]


def test_a_value_in_a_comment_or_in_a_raw_block_is_none() -> None:
    assert not list(misplaced_values("{# `{{ arg.1 }}` #}echo"))
    (mistake,) = misplaced_values("{# `{{ arg.1 }}` #}echo {% raw %}{{ a }}\n`{% endraw %}{{ arg.1 }}`")
    assert mistake.line == 2


WORDS = (
    "arg.1 scan.output gather-code.output steps item and or not if else ( ) , ' \" }} {{ {% | upper is defined [ ] == ~"
).split()


@given(st.lists(st.sampled_from([*WORDS, "\n"]), max_size=8).map(" ".join))
@settings(max_examples=300)
def test_a_condition_without_a_mistake_is_one_when_it_is_run(text: str) -> None:
    if not mentioned_in_expression(text, STEPS).mistakes:
        assert callable(Sandbox(shown).compile_expression(expression_of(text, STEPS)))
