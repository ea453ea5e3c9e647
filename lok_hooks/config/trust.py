"""What a repository's own lok.toml may say before its user trusts it.

A cloned repository must not start programs, choose servers, name credentials or lift a protection. These keys of an
untrusted file are left out:

* `backends.NAME.command`, `args`, `url`, `env.*`, `api_key_env`, `kind`, and `defaults.command_wrapper`;
* `backends.NAME.may_block`, `local = true` (it would send secrets unredacted) and `enabled = true` over a backend
  that is switched off (it would send text where the user said no);
* everything about a backend that the user does not know, or that runs a scanner (kind "sarif").

Trust is given to the digest of what is `covered`: all keys of this kind, whatever the user's own file says, so that
it is the same digest on every machine, and changes when any of them does.

A key that says what holds anyway is left out without a word, so the stock lines that the original Lok writes make
no noise. `npx @google/gemini-cli` does: it starts whatever the network delivers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from lok_hooks.config.build import kind_of
from lok_hooks.config.defaults import KIND_DEFAULTS, stays_local
from lok_hooks.config.layers import Key, Values
from lok_hooks.config.messages import shown_path

_COMMAND_WRAPPER: Final[Key] = ("defaults", "command_wrapper")
_NEEDS_TRUST: Final = frozenset({"command", "args", "url", "env", "api_key_env", "kind", "may_block"})
_NEEDS_TRUST_TO_BE_TRUE: Final = frozenset({"enabled", "local"})
_MOST_NAMED: Final = 12
_DIGEST_BYTES: Final = 16  # of what a stranger would have to find a second text for


@dataclass(frozen=True, kw_only=True, slots=True)
class Sifted:
    """The values that count, the keys that were ignored although they would change something, and the names of
    backends that nobody but this file knows."""

    values: Values
    ignored: tuple[Key, ...]
    foreign: frozenset[str]


def sift(values: Mapping[Key, Any], below: Mapping[Key, Any], built_in: Mapping[Key, Any]) -> Sifted:
    """Sift an untrusted file's values. `below` is what holds without it; `built_in` the stock values.

    A backend that only the untrusted file knows stays known by name but switched off, so that tasks may name it.
    """
    kept: Values = {}
    ignored: dict[Key, None] = {}
    for path, value in values.items():
        if _is_foreign(path, below):
            section = path[:2]
            kept[section] = True
            kept[(*section, "enabled")] = False
            if values.get((*section, "enabled"), True):
                ignored[section] = None
        elif not _needs_trust(path, value, below):
            kept[path] = value
        elif not _says_nothing_new(path, value, below, built_in):
            ignored[path] = None
    foreign = frozenset(path[1] for path in values if _is_foreign(path, below))
    return Sifted(values=kept, ignored=tuple(ignored), foreign=foreign)


def covered(values: Mapping[Key, Any], built_in: Mapping[Key, Any]) -> Values:
    """The values of a file that trust is about: those that need it, and all about backends that are not built in."""
    return {
        path: value
        for path, value in values.items()
        if _is_foreign(path, built_in) or _needs_trust(path, value, built_in)
    }


def digest(covered: Mapping[Key, Any]) -> str:
    """What trust is given to, as 32 hexadecimal digits; any change of a key or a value makes another."""
    said = json.dumps(sorted((list(path), value) for path, value in covered.items()))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES, person=b"lok.toml").hexdigest()


def note(label: str, ignored: tuple[Key, ...], place: str = "") -> str:
    """The one line about the ignored keys; `place` is the revision that the file stands in, "" for the one at hand."""
    names = [shown_path(path) for path in ignored[:_MOST_NAMED]]
    if len(ignored) > _MOST_NAMED:
        names.append(f"{len(ignored) - _MOST_NAMED} more")
    how = "lok trust" if place in ("", "HEAD") else f"lok trust --at {place}"
    return f"{label}: ignored until you trust it (see them with `{how}`): {', '.join(names)}"


def _is_foreign(path: Key, below: Mapping[Key, Any]) -> bool:
    return path[0] == "backends" and path[:2] not in below


def _needs_trust(path: Key, value: Any, below: Mapping[Key, Any]) -> bool:
    if path == _COMMAND_WRAPPER:
        return True
    if path[0] != "backends" or len(path) == 2:
        return False
    if path[1] == "sarif" or below.get((*path[:2], "kind")) == "sarif":
        return True
    return path[2] in _NEEDS_TRUST or (path[2] in _NEEDS_TRUST_TO_BE_TRUE and value is True)


def _says_nothing_new(path: Key, value: Any, below: Mapping[Key, Any], built_in: Mapping[Key, Any]) -> bool:
    is_stock = path in built_in and value == built_in[path] and path[2:] != ("enabled",)
    return is_stock or bool(value == _in_effect(path, below))


def _in_effect(path: Key, below: Mapping[Key, Any]) -> Any:
    """The value that holds without the untrusted file."""
    if path in below or path == _COMMAND_WRAPPER:
        return below.get(path, "")
    kind = kind_of(path[1], below)
    match path[2]:
        case "kind":
            return kind
        case "may_block":
            return KIND_DEFAULTS[kind].may_block
        case "local":
            return stays_local(kind, below.get((*path[:2], "url"), ""), below.get((*path[:2], "model"), ""))
        case "enabled":
            return True
        case "args":
            return ()
        case _:
            return None
