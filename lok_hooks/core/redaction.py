"""Taking secrets out of whole values, whatever they are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, Final, TypeVar, cast

Value = TypeVar("Value")
# To the end where nothing closes it: looked for again from each mark, that would take time by the square.
_JSON_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)


def without_secrets(value: Value, redact: Callable[[str], str]) -> Value:
    """The same value with `redact` done to every text in it: in the fields of dataclasses, in tuples, in mappings.

    Whatever field somebody adds to a report later is covered too.
    """
    return cast(Value, _clean(value, cache(redact)))


def in_escaped_strings(text: str, change: Callable[[str], str]) -> str:
    """The same text with `change` done to what those JSON strings in it say that have escapes, behind which a secret
    is not seen; what was JSON stays JSON."""

    def changed(found: re.Match[str]) -> str:
        if "\\" not in found[0]:
            return found[0]
        try:
            said = json.loads(found[0], strict=False)
        except ValueError:
            return found[0]
        after = change(said)
        return found[0] if after == said else json.dumps(after, ensure_ascii=False)

    return _JSON_STRING.sub(changed, text) if "\\" in text else text


def said_in(text: str) -> list[str]:
    """The text, and what the JSON strings in it say whose escapes may hide something."""
    texts = [text]

    def heard(said: str) -> str:
        texts.extend(said_in(said))
        return said

    in_escaped_strings(text, heard)
    return texts


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
