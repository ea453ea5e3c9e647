"""Layers of settings as flat values by key path, and what they make together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lok_hooks.config.messages import Mistake

Key = tuple[str, ...]
Values = dict[Key, Any]

DEBATE: Final[Key] = ("review", "debate")
DEBATE_SECTION: Final[Key] = ("debate", "enabled")


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


def with_aliases(values: Mapping[Key, Any]) -> Values:
    """The same values under one key each: `[debate] enabled` is `review.debate`, and the original Lok's way of
    writing a server (`command = "http://…"`) also sets `url`."""
    result: Values = {}
    for path, value in values.items():
        result[DEBATE if path == DEBATE_SECTION else path] = value
        if path[0] == "backends" and path[-1] == "command" and is_url(value):
            result.setdefault((*path[:2], "url"), value)
    return result


def is_url(command: object) -> bool:
    """True for what starts no program but names an HTTP server."""
    return isinstance(command, str) and command.lower().startswith(("http://", "https://"))
