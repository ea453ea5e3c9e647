"""What a repository would start, as a person is shown it before trusting it: file by file, with its digest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from lok_hooks.config import trust
from lok_hooks.config.checking import checked
from lok_hooks.config.defaults import built_in_layer
from lok_hooks.config.layers import Key
from lok_hooks.config.load import read_toml
from lok_hooks.config.messages import shown_path
from lok_hooks.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A file that needs trust: its name, the digest that trust is given to, line by line what it would do, and the
    words among that which may name programs. Lines and words are outsiders' text."""

    name: str
    digest: str
    lines: tuple[str, ...]
    words: tuple[str, ...] = ()


def of_settings(content: bytes, name: str) -> Item | None:
    """What a lok.toml asks for; None when it starts nothing. Raises ConfigError when it cannot be read."""
    layer = checked(read_toml(content, name), label=name, origin=name)
    if layer.mistakes:
        raise ConfigError("\n".join(mistake.line(name) for mistake in layer.mistakes))
    covered = trust.covered(layer.values, built_in_layer().values)
    if not covered:
        return None
    lines = [
        f"[{shown_path(path)}]" if _is_section(path) else f"{shown_path(path)} = {json.dumps(value)}"
        for path, value in covered.items()
        # The name of a section alone says no more than the keys in it, unless there are none.
        if not _is_section(path) or not any(other[:2] == path != other for other in covered)
    ]
    texts = [text for value in covered.values() for text in (value if isinstance(value, tuple) else (value,))]
    words = [word for text in texts if isinstance(text, str) for word in text.split()]
    return Item(name=name, digest=trust.digest(covered), lines=tuple(lines), words=tuple(words))


def _is_section(path: Key) -> bool:
    return path[0] == "backends" and len(path) == 2


def of_workflow(content: bytes, name: str) -> Item | None:
    """What a workflow's shell steps would run; None when it has none. Raises ConfigError when it cannot be read.

    The digest is of the whole file: what its prompts bring forth may be put into its shell steps.
    """
    steps = read_toml(content, name).get("steps")
    lines: list[str] = []
    words: list[str] = []
    for number, step in enumerate(steps if isinstance(steps, list) else [], 1):
        if isinstance(step, dict) and "shell" in step:
            text = str(step["shell"]).strip("\n")
            lines += [f"step {step.get('name', number)} runs:", *(f"  {line}" for line in text.split("\n"))]
            words += text.split()
    if not lines:
        return None
    return Item(name=name, digest=workflow_digest(content, name), lines=tuple(lines), words=tuple(words))


def workflow_digest(content: bytes, name: str) -> str:
    """What trust in a workflow is given to. `name` is its path below the repository's top, with slashes."""
    words = name.encode("utf-8", "surrogateescape") + b"\0" + content
    return blake2b(words, digest_size=16, person=b"workflow").hexdigest()


def own_programs(item: Item, top: Path) -> tuple[str, ...]:
    """The words of `item` that name a file inside the repository: trusted by name, whatever it will hold later."""
    return tuple(dict.fromkeys(word for word in item.words if _is_inside(word, top)))


def _is_inside(word: str, top: Path) -> bool:
    try:
        return (top / word).is_file() and (top / word).resolve().is_relative_to(top.resolve())
    except (OSError, ValueError):
        return False
