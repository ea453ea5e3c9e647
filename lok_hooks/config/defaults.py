"""The built-in layer and what holds for each kind of backend."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lok_hooks.config.layers import Key, Layer
from lok_hooks.core.settings import BackendKind

BUILT_IN: Final = "built-in"
_NAMED: Final = ("backends", "tasks")  # sections whose keys the user chooses

_LOOPBACK: Final = re.compile(r"https?://(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?(/.*)?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class KindDefaults:
    """Defaults that hang on a backend's kind; fields as in `BackendSettings`."""

    may_block: bool
    max_prompt_bytes: int
    max_parallel: int


# 200 kB are some 60 000 tokens, which every model behind the three CLIs takes. Models on small servers commonly have
# windows of 16 000 to 32 000 tokens, hence 48 kB; they see defects everywhere, hence no block of their own, and one
# machine answers one request at a time best. Analysers read files, not prompts: no need to split.
KIND_DEFAULTS: Final[dict[BackendKind, KindDefaults]] = {
    "codex": KindDefaults(may_block=True, max_prompt_bytes=200_000, max_parallel=4),
    "gemini": KindDefaults(may_block=True, max_prompt_bytes=200_000, max_parallel=4),
    "claude": KindDefaults(may_block=True, max_prompt_bytes=200_000, max_parallel=4),
    "ollama": KindDefaults(may_block=False, max_prompt_bytes=48_000, max_parallel=1),
    "openai": KindDefaults(may_block=False, max_prompt_bytes=48_000, max_parallel=4),
    "command": KindDefaults(may_block=True, max_prompt_bytes=200_000, max_parallel=4),
    "sarif": KindDefaults(may_block=True, max_prompt_bytes=10_000_000, max_parallel=1),
    "static": KindDefaults(may_block=True, max_prompt_bytes=10_000_000, max_parallel=1),
}


def stays_local(kind: BackendKind, url: str, model: str) -> bool:
    """Whether text sent to such a backend stays on this machine, unless the user says otherwise.

    True for the embedded analyser, and for ollama on a loopback address unless the model's name ends in "cloud":
    ollama passes those on to its makers' servers. An OpenAI-compatible server on loopback may be a mere relay.
    """
    if kind == "ollama":
        return bool(_LOOPBACK.fullmatch(url)) and not model.lower().endswith("cloud")
    return kind == "static"


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptEntry:
    """One `prompts` entry of a built-in task, as the schema has those of others."""

    name: str
    prompt: str


def built_in_layer() -> Layer:
    """default.toml. It is ours, and a test holds it against the schema: who has no lok.toml does without loading
    that on each commit."""
    text = Path(__file__).with_name("default.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    names = frozenset(name for section in _NAMED for name in raw[section])
    return Layer(label="default.toml", origin=BUILT_IN, values=dict(flat(raw, ())), names=names)


def flat(node: Any, path: Key) -> Iterator[tuple[Key, Any]]:
    """Every value of parsed TOML by its key path; a section that a user names counts as a value too. Raises TypeError
    where a list holds tables that are no prompts."""
    if isinstance(node, dict):
        for key, value in node.items():
            if path and path[0] in _NAMED and len(path) == 1:
                yield (*path, key), True
            yield from flat(value, (*path, key))
    elif isinstance(node, list):
        yield path, tuple(PromptEntry(**entry) if isinstance(entry, dict) else entry for entry in node)
    else:
        yield path, None if node == "none" else node
