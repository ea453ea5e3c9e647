"""What the schema finds wrong, as mistakes in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from lok_hooks.config.messages import KeyPath, Mistake, nearest, shown
from lok_hooks.config.schema import Document

_LARGEST_SHOWN: Final = 10**15
# Here a wrong value may well be a credential that slipped into the file.
_NEVER_SHOWN: Final = frozenset({"api_key_env", "env", "url", "args"})
_EXPECTED: Final = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "string_type": "a text in quotes",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "string_too_short": "a text that is not empty",
    "too_short": "at least one entry",
}


def mistakes_in(error: ValidationError) -> list[Mistake]:
    """Every mistake that the schema found, in its order."""
    # A list whose entries are all faulty is also called too short: one mistake, told once.
    return [
        _mistake(details)
        for details in error.errors(include_url=False)
        if not (details["type"] == "too_short" and details["input"])
    ]


def _mistake(details: ErrorDetails) -> Mistake:
    path = details["loc"]
    if path[-1] == "[key]":
        return Mistake(path=path[:-1], text=_bad_key(path[:-1]))
    if details["type"] == "extra_forbidden":
        return Mistake(path=path, text="unknown key" + nearest(str(path[-1]), _known_keys(path[:-1])))
    advice = _description(path)
    if details["type"] == "missing":
        return Mistake(path=path, text=f"missing; write {advice}")
    given = _given(path, details["input"])
    if details["type"] in {"string_pattern_mismatch", "server_address"}:
        return Mistake(path=path, text=f"{given} cannot be used; write {advice}")
    return Mistake(path=path, text=f"expected {expected(details) or details['msg']}, got {given}; {advice}")


def _bad_key(path: KeyPath) -> str:
    if "env" in path[2:]:
        return "cannot name an environment variable; use letters, digits and underscores, no digit in front"
    return "cannot be used as a name; use letters, digits and . _ + -, beginning with a letter or digit"


def _suggestion(given: object, words: str) -> str:
    import difflib

    known = re.findall(r'"([^"]+)"', words)
    close = difflib.get_close_matches(given, known, n=1) if isinstance(given, str) else []
    return f' (did you mean "{close[0]}"?)' if close else ""


def expected(details: ErrorDetails) -> str:
    """What the schema wants instead, with the nearest word where it wants one of several; "" where only the words of
    the check itself say it."""
    context = details.get("ctx", {})
    match details["type"]:
        case "literal_error":
            words = str(context["expected"]).replace("'", '"')
            return words + _suggestion(details["input"], words)
        case "greater_than":
            return f"a number above {context['gt']:g}"
        case "greater_than_equal":
            return f"{context['ge']:g} or more"
        case "less_than_equal":
            return f"at most {context['le']:.0f}"
        case kind:
            return _EXPECTED.get(kind, "")


def _given(path: KeyPath, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() if abs(value) >= _LARGEST_SHOWN:
            return "a very large number"
        case int() | float():
            return f"{value}"
        case str() if _NEVER_SHOWN.isdisjoint(path) and "://" not in value:
            return f'the text "{shown(value)}"'
        case str():
            return "a text (not shown, it may be a secret)"
        case list() | tuple():
            return "a list" if value else "an empty list"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def _description(path: KeyPath) -> str:
    """The description of the innermost described key on the path."""
    described = [field.description for field in _fields_along(path) if field.description]
    return described[-1] if described else ""


def _known_keys(path: KeyPath) -> list[str]:
    """The keys that may stand in the table at this path."""
    model: type[BaseModel] = Document
    for field in _fields_along(path):
        model = _inner_model(field.annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _fields_along(path: KeyPath) -> Iterator[FieldInfo]:
    """The schema's fields that the path walks through; names of user-named tables and list places are stepped over."""
    model: type[BaseModel] | None = Document
    parts = iter(path)
    for part in parts:
        field = _field(model, part) if model else None
        if field is None:
            return
        yield field
        model = _inner_model(field.annotation)
        if model is not field.annotation:
            next(parts, None)


def _field(model: type[BaseModel], key: str | int) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if key == (field.alias or name)), None)


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    """The model inside `Model`, `dict[str, Model]`, `tuple[Model, ...]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _inner_model(inner))), None)
