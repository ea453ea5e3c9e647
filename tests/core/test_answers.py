from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.answers import problem_with, read_review
from lok_hooks.core.finding import Claim, Severity
from lok_hooks.core.reading import MAX_ANSWER, Unreadable
from lok_hooks.core.task import Prompt
from tests.core.builders import chunk, file_diff

PROMPT = Prompt(
    task="hunt",
    text="",
    receipt="c0ffee",
    names=("a.py", '"odd\\nname.py"'),
    chunk=chunk(file_diff("a.py", "", "x = 1\n"), file_diff("odd\nname.py", "", "y = 2\n")),
)
FINDING = {
    "file": "a.py", "line": 1, "end_line": None, "severity": "high", "category": "Off by one", "cwe": "CWE-193",
    "title": "one too many", "why": "the last is read twice", "fix": None, "quote": "x = 1",
}  # fmt: skip
ANSWER: dict[str, Any] = {"receipt": "c0ffee", "files": ["a.py", "odd\nname.py"], "findings": [FINDING]}
TEXT = json.dumps(ANSWER)


def changed(**keys: object) -> str:
    return json.dumps(ANSWER | keys)


def with_finding(**keys: object) -> str:
    return changed(findings=[FINDING | keys])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TEXT, id="plain"),
        pytest.param(f"\n  {TEXT}\n\n", id="white space"),
        pytest.param(f"Here it is:\n```json\n{TEXT}\n```\nAnything else?", id="fence"),
        pytest.param(f"```\n{TEXT}\n```", id="fence without language"),
        pytest.param(f"I looked at {{braces}} first. {TEXT} That is all.", id="prose"),
        pytest.param(f"I looked. {changed(notes='x' * 50_000)} That is all.", id="much of it in prose"),
        pytest.param(TEXT.replace("]}", ",]}"), id="trailing commas"),
        pytest.param(TEXT.replace('"why": "the last is read twice"', "'why': 'the last is read twice'"), id="quotes"),
        pytest.param(json.dumps(ANSWER | {"files": ["a.py", '"odd\\nname.py"']}), id="path as it was shown"),
        pytest.param(changed(confidence=0.9, verdict="block", sources=["gemini"]), id="unknown keys"),
    ],
)
def test_an_answer_is_read_whatever_is_wrapped_around_it(text: str) -> None:
    claims = read_review(text, PROMPT, "codex")
    assert not isinstance(claims, Unreadable), claims.reason
    (claim,) = claims
    assert (claim.backend, claim.task, claim.file, claim.line) == ("codex", "hunt", "a.py", 1)
    assert (claim.severity, claim.category, claim.cwe) == (Severity.HIGH, "off-by-one", "CWE-193")
    assert (claim.title, claim.quote, claim.is_proof) == ("one too many", "x = 1", False)


def read(text: str) -> Claim:
    claims = read_review(text, PROMPT, "codex")
    assert not isinstance(claims, Unreadable), claims.reason
    (claim,) = claims
    return claim


def test_every_key_of_an_answer_arrives() -> None:
    found = read(with_finding(end_line=3, severity="low", fix=" x = 2 \n"))
    assert found == Claim(
        backend="codex",
        task="hunt",
        file="a.py",
        line=1,
        end_line=3,
        severity=Severity.LOW,
        category="off-by-one",
        cwe="CWE-193",
        title="one too many",
        why="the last is read twice",
        fix="x = 2",
        quote="x = 1",
    )


def test_what_an_answer_may_leave_out() -> None:
    left = {key: value for key, value in FINDING.items() if key not in ("end_line", "cwe", "fix")}
    assert read(changed(findings=[left])) == read(with_finding(cwe=None))


def test_a_file_may_be_named_as_the_prompt_shows_it() -> None:
    assert read(with_finding(file='"odd\\nname.py"')).file == "odd\nname.py"


def test_a_fence_counts_before_what_else_is_in_braces() -> None:
    other = changed(findings=[])
    assert read(f"The form is {other}, so:\n```json\n{TEXT}\n```\n").title == "one too many"


@pytest.mark.parametrize(
    ("text", "reason", "mendable"),
    [
        pytest.param("", "empty", False, id="empty"),
        pytest.param(" \n", "empty", False, id="blank"),
        pytest.param("The change looks good to me.", "not JSON", True, id="prose only"),
        pytest.param("[]", "no JSON object", True, id="a list"),
        pytest.param("null", "no JSON object", True, id="null"),
        pytest.param("{}", 'it has no "findings"', True, id="an empty object"),
        pytest.param('{"receipt": "c0ffee", "files": []}', 'it has no "findings"', True, id="no findings"),
        pytest.param('```json\n{"votes": []}\n```', 'it has no "findings"', True, id="votes"),
        pytest.param('{"error": {"message": "out of credit"}}', 'it has no "findings"', True, id="an error"),
        pytest.param("def f(): return {}  # is fine", "not JSON", True, id="prose with braces"),
        pytest.param(TEXT[: len(TEXT) // 2], "could not be read", True, id="cut in the middle"),
        pytest.param(TEXT[:-1], "could not be read", True, id="cut before the last brace"),
        pytest.param(TEXT[:-2], "could not be read", True, id="cut before the list ends"),
        pytest.param(TEXT[: TEXT.rindex("}")], "could not be read", True, id="cut behind a finding"),
        pytest.param(
            TEXT.replace("x = 1", "x = a[0]")[:-2], "could not be read", True, id="cut behind a finding with brackets"
        ),
        pytest.param('{"findings": []}', "receipt", False, id="no receipt"),
        pytest.param(changed(receipt="bad"), "receipt", False, id="another receipt"),
        pytest.param(changed(files=["a.py"]), "does not list", False, id="a file is missing"),
        pytest.param(changed(files=[]), "does not list", False, id="no files"),
        pytest.param(changed(files=["a.py", "odd\nname.py", "z.py"]), "not shown: 'z.py'", False, id="foreign file"),
        pytest.param(changed(findings={}), "findings", True, id="findings of a wrong type"),
        pytest.param(with_finding(severity="terrible"), "severity", True, id="unknown severity"),
        pytest.param(changed(findings=[FINDING] * 201), "more than 200", False, id="too many findings"),
        pytest.param(TEXT.replace('"receipt"', '"receipt": "x", "receipt"'), "twice", True, id="a key twice"),
        pytest.param("[" * 100_000, "not JSON", True, id="deep"),
        pytest.param(" " * 10 + "x" * (MAX_ANSWER + 1), "larger than", False, id="megabytes"),
    ],
)
def test_an_answer_that_proves_nothing_does_not_count(text: str, reason: str, mendable: bool) -> None:
    found = read_review(text, PROMPT, "codex")
    assert isinstance(found, Unreadable)
    assert reason in found.reason
    assert found.mendable is mendable


@pytest.mark.parametrize(
    ("keys", "attribute", "expected"),
    [
        ({"line": "42"}, "line", 42),
        ({"line": "L42-45"}, "line", 42),
        ({"line": None}, "line", 0),
        ({"line": -3}, "line", 0),
        ({"line": float("nan")}, "line", 0),
        ({"line": float("inf")}, "line", 0),
        ({"line": 10, "end_line": 7}, "end_line", 10),
        ({"severity": "HIGH"}, "severity", Severity.HIGH),
        ({"severity": "blocker"}, "severity", Severity.CRITICAL),
        ({"severity": "warning"}, "severity", Severity.MEDIUM),
        ({"cwe": "cwe89: SQL"}, "cwe", "CWE-89"),
        ({"cwe": None}, "cwe", ""),
        ({"cwe": 89}, "cwe", ""),
        ({"title": "two\nlines"}, "title", "two lines"),
        ({"title": ""}, "title", "untitled finding"),
        ({"category": "<script>"}, "category", "script"),
        ({"file": "../../etc/passwd"}, "file", "../../etc/passwd"),
        ({"why": "x" * 10_000}, "why", "x" * 10_000),
        ({"why": "half \ud800 of one"}, "why", "half ? of one"),
    ],
)
def test_a_finding_is_made_harmless_and_kept(keys: dict[str, object], attribute: str, expected: object) -> None:
    claims = read_review(with_finding(**keys), PROMPT, "codex")
    assert not isinstance(claims, Unreadable), claims.reason
    assert getattr(claims[0], attribute) == expected


@pytest.mark.parametrize(("pairs", "is_read"), [(300, True), (600, False)])
def test_an_answer_with_a_thousand_brackets_is_asked_for_again(pairs: int, is_read: bool) -> None:
    faulty = f"{changed(notes=[[{}]] * pairs)[:-1]},}}"
    assert isinstance(read_review(faulty, PROMPT, "codex"), tuple) is is_read


FIELDS = {"required": ["done"]}


@pytest.mark.parametrize(
    ("text", "schema", "reason"),
    [
        ("Some words.", {}, ""),
        ("", {}, "the answer is empty"),
        ("", FIELDS, "the answer is empty"),
        ("Some words.", FIELDS, 'the answer is not the JSON object with "done"'),
        ('{"done": true}', FIELDS, ""),
        ('{"done": true, "done": false}', FIELDS, "a key stands twice in one object"),
    ],
)
def test_words_are_words_or_the_fields_that_were_asked_for(text: str, schema: dict[str, Any], reason: str) -> None:
    problem = problem_with(text, replace(PROMPT, asks="words", schema=schema))
    assert (problem.reason if problem else "") == reason


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_json_crashes_the_reader(value: object) -> None:
    for text in (json.dumps(value), json.dumps({"receipt": "c0ffee", "files": value, "findings": value})):
        assert isinstance(read_review(text, PROMPT, "codex"), Unreadable | tuple)


@given(st.text(alphabet=st.sampled_from('{}[]":,\\ \nabfindingsreceipt01`'), max_size=300))
def test_no_text_crashes_the_reader(text: str) -> None:
    assert isinstance(read_review(text, PROMPT, "codex"), Unreadable | tuple)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "inside",
    [
        pytest.param('"a' * 100_000, id="quotes"),
        pytest.param('" a ' * 100_000, id="quotes and blanks"),
        pytest.param("{" * 200_000, id="braces"),
        pytest.param("[" * 200_000 + "]" * 200_000, id="brackets"),
        pytest.param('"a": "b" c ' * 50_000, id="keys"),
        pytest.param("'a', " * 50_000, id="single quotes"),
        pytest.param("\\" * 200_000, id="backslashes"),
        pytest.param("```\nx" * 100_000, id="fences"),
        pytest.param("```json x " * 100_000, id="fences in a line"),
    ],
)
@pytest.mark.parametrize("end", ["]}", "", '], "files": ["a.py"] , , "a":' + " " * 10_000 + "! }"])
def test_no_answer_takes_long_to_read(inside: str, end: str) -> None:
    answer = f'{{"receipt": "c0ffee", "findings": [{inside}{end}'
    assert isinstance(read_review(answer, PROMPT, "codex"), Unreadable)


@given(st.integers(min_value=0, max_value=len(TEXT) - 1))
def test_no_beginning_of_an_answer_passes_for_the_whole(length: int) -> None:
    assert isinstance(read_review(TEXT[:length], PROMPT, "codex"), Unreadable)
