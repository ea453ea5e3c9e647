from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import pytest

from lok_hooks.core.redaction import in_escaped_strings, without_secrets


class Word(StrEnum):
    SECRET = "hunter2"


@dataclass(frozen=True)
class Inner:
    text: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outer:
    inner: Inner
    table: Mapping[str, Inner]
    word: Word = Word.SECRET
    number: int = 1
    nothing: None = None


def hide(text: str) -> str:
    return text.replace("hunter2", "<SECRET:password:1>")


def test_every_text_of_a_value_is_cleaned() -> None:
    value = Outer(inner=Inner("a hunter2", ("b", "hunter2")), table={"hunter2": Inner("hunter2")})
    clean = without_secrets(value, hide)
    mark = "<SECRET:password:1>"
    assert clean.inner == Inner(f"a {mark}", ("b", mark))
    assert clean.table == {mark: Inner(mark)}
    assert (clean.word, clean.number, clean.nothing) == (Word.SECRET, 1, None)


def test_a_value_without_secrets_stays_as_it_is() -> None:
    value = Outer(inner=Inner("a"), table={})
    assert without_secrets(value, hide) == replace(value)
    assert without_secrets((1, "a", None), hide) == (1, "a", None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a": "say \\"hunter2\\""}', '{"a": "say \\"<SECRET:password:1>\\""}'),
        ('{"a": "\\u0068unter2"} and more', '{"a": "<SECRET:password:1>"} and more'),
        ('{"a": "x\\nhunter2", "a": "kept\\/as it is"}', '{"a": "x\\n<SECRET:password:1>", "a": "kept\\/as it is"}'),
        ('"hunter2" has no escape', '"hunter2" has no escape'),
        ('a sign \\ and "hunter2" too', 'a sign \\ and "hunter2" too'),
        (r're.compile("hunter2\d+")', r're.compile("hunter2\d+")'),
        ('one "quote and \\ hunter2', 'one "quote and \\ hunter2'),
        ("", ""),
    ],
)
def test_what_stands_behind_escapes_is_cleaned_and_json_stays_json(text: str, shown: str) -> None:
    assert in_escaped_strings(text, hide) == shown


@pytest.mark.parametrize("end", ["", "\\", '"'])
def test_quotation_marks_without_end_cost_no_time(end: str) -> None:
    text = '\\"' * 400_000 + end
    assert in_escaped_strings(text, hide) == text
