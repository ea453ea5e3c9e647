"""A parsed lok.toml against the schema: what is right of it as a layer, what is wrong as mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from lok_hooks.config.defaults import PromptEntry
from lok_hooks.config.layers import DEBATE, DEBATE_SECTION, Key, Layer
from lok_hooks.config.messages import KeyPath, Mistake
from lok_hooks.config.mistakes import mistakes_in
from lok_hooks.config.schema import Document, Prompt


def checked(raw: dict[str, Any], *, label: str, origin: str) -> Layer:
    """The layer that this parsed TOML makes. Faulty keys are left out and told as mistakes, the rest counts, so
    that everything wrong can be told at once. `raw` is used up."""
    names = frozenset(name for key in ("backends", "tasks") if isinstance(raw.get(key), dict) for name in raw[key])
    document, mistakes = _validated(raw)
    values = dict(_flat(document, ()))
    if values.get(DEBATE, values.get(DEBATE_SECTION)) != values.get(DEBATE_SECTION, values.get(DEBATE)):
        mistakes.append(Mistake(path=DEBATE_SECTION, text="contradicts review.debate; keep one of the two"))
    return Layer(label=label, origin=origin, values=values, mistakes=tuple(mistakes), names=names)


def _flat(node: Any, path: Key) -> Iterator[tuple[Key, Any]]:
    if isinstance(node, BaseModel):
        for name, info in type(node).model_fields.items():
            if name in node.model_fields_set:
                yield from _flat(getattr(node, name), (*path, info.alias or name))
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, BaseModel):
                yield (*path, key), True
            yield from _flat(value, (*path, key))
    elif isinstance(node, tuple):
        yield path, tuple(PromptEntry(name=e.name, prompt=e.prompt) if isinstance(e, Prompt) else e for e in node)
    else:
        yield path, node


def _validated(raw: dict[str, Any]) -> tuple[Document, list[Mistake]]:
    """What is right of it, and what is not."""
    mistakes: list[Mistake] = []
    while True:
        try:
            return Document.model_validate(raw), mistakes
        except ValidationError as error:
            found = mistakes_in(error)
            mistakes += found
            for mistake in found:
                _remove(raw, mistake.path)


def _remove(raw: dict[str, Any], path: KeyPath) -> None:
    """Take out the innermost table entry on the path (a list goes as a whole)."""
    table = raw
    for part in path[:-1]:
        key = str(part)
        inner = table.get(key)
        if not isinstance(inner, dict):
            table.pop(key, None)
            return
        table = inner
    table.pop(str(path[-1]), None)
