"""Taking secrets out of whole values, whatever they are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

Value = TypeVar("Value")


def without_secrets(value: Value, redact: Callable[[str], str]) -> Value:
    """The same value with `redact` done to every text in it: in the fields of dataclasses, in tuples, in mappings.

    Whatever field somebody adds to a report later is covered too.
    """
    return cast(Value, _clean(value, cache(redact)))


def _clean(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, tuple):
        return tuple(_clean(item, redact) for item in value)
    if isinstance(value, Mapping):
        return {_clean(key, redact): _clean(item, redact) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        before = {field.name: getattr(value, field.name) for field in fields(value)}
        after = {name: _clean(item, redact) for name, item in before.items()}
        return replace(value, **{name: item for name, item in after.items() if item != before[name]})
    return value
