"""Layers of settings as flat values by key path, and what they make together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from lok_hooks.config.messages import KeyPath, Mistake, mistakes_in
from lok_hooks.config.schema import Document

Key = tuple[str, ...]
Values = dict[Key, Any]

DEBATE: Final[Key] = ("review", "debate")
_DEBATE_SECTION: Final[Key] = ("debate", "enabled")


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One source of settings. `label` begins its messages, `origin` is what `--explain` prints. `names` are the
    backend and task names it mentions, also those whose sections are faulty (so that one mistake is told once)."""

    label: str
    origin: str
    values: Values
    mistakes: tuple[Mistake, ...] = ()
    names: frozenset[str] = frozenset()


@dataclass(kw_only=True, slots=True)
class Merged:
    """All layers put together: tables key by key, lists as a whole, the later layer wins. `sources` says for each
    key path which layer gave the value."""

    values: Values = field(default_factory=dict)
    sources: dict[Key, Layer] = field(default_factory=dict)

    def put(self, layer: Layer, values: Mapping[Key, Any]) -> None:
        """Lay these values of the layer over what is there."""
        for path, value in with_aliases(values).items():
            self.values[path] = value
            self.sources[path] = layer

    def names(self, section: str) -> list[str]:
        """The user-given names in `backends` or `tasks`, in the order they came up."""
        return [path[1] for path in self.values if len(path) == 2 and path[0] == section]


def checked(raw: dict[str, Any], *, label: str, origin: str) -> Layer:
    """The layer that this parsed TOML makes. Faulty keys are left out and told as mistakes, the rest counts, so
    that everything wrong can be told at once. `raw` is used up."""
    names = frozenset(name for key in ("backends", "tasks") if isinstance(raw.get(key), dict) for name in raw[key])
    document, mistakes = _validated(raw)
    values = dict(_flat(document, ()))
    if values.get(DEBATE, values.get(_DEBATE_SECTION)) != values.get(_DEBATE_SECTION, values.get(DEBATE)):
        mistakes.append(Mistake(path=_DEBATE_SECTION, text="contradicts review.debate; keep one of the two"))
    return Layer(label=label, origin=origin, values=values, mistakes=tuple(mistakes), names=names)


def with_aliases(values: Mapping[Key, Any]) -> Values:
    """The same values under one key each: `[debate] enabled` is `review.debate`, and the original Lok's way of
    writing a server (`command = "http://…"`) also sets `url`."""
    result: Values = {}
    for path, value in values.items():
        result[DEBATE if path == _DEBATE_SECTION else path] = value
        if path[0] == "backends" and path[-1] == "command" and is_url(value):
            result.setdefault((*path[:2], "url"), value)
    return result


def is_url(command: object) -> bool:
    """True for what starts no program but names an HTTP server."""
    return isinstance(command, str) and command.lower().startswith(("http://", "https://"))


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
