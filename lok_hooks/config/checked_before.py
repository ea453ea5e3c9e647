"""The layer that parsed TOML makes, checked by the schema once: building it and loading pydantic costs each commit
five Python starts, and lok.toml changes seldom.

That a file was found right is kept in the user's state folder, never in a repository, whose author could say there what
somebody else's file means. No text of the file is kept, which may be a key for some backend: a digest, and the numbers
that the schema reads in another way (30 as 30.0, a budget of 0 as none). A record that cannot be used means that the
schema is asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Protocol

from lok_hooks.config.defaults import flat
from lok_hooks.config.layers import Layer, Values
from lok_hooks.config.own_files import read_own, write_own
from lok_hooks.core.state import state_folder

_MOST_KEPT: Final = 20  # files and flags; the oldest go first
_LARGEST_BYTES: Final = 256 * 1024
_WHAT_CHECKS: Final = ("checking.py", "mistakes.py", "schema.py", "defaults.py", "checked_before.py")


class Check(Protocol):
    """Makes a layer of parsed TOML, as `checking.checked` does."""

    def __call__(self, raw: dict[str, Any], *, label: str, origin: str) -> Layer: ...


def by_schema(raw: dict[str, Any], *, label: str, origin: str) -> Layer:
    """What `checking.checked` makes of it, loaded only where there is something to check."""
    from lok_hooks.config.checking import checked

    return checked(raw, label=label, origin=origin)


def record_path(environ: Mapping[str, str]) -> Path | None:
    """Where the record of this user lies, whether it exists or not; None where none can be."""
    state = state_folder(environ)
    return Path(state, "checked.json") if state else None


@dataclass(frozen=True, slots=True)
class CheckedBefore:
    """A `Check` that remembers in the file `path` what the schema found right."""

    path: Path

    def __call__(self, raw: dict[str, Any], *, label: str, origin: str) -> Layer:
        """The layer that this parsed TOML makes; `raw` is used up."""
        key, written = _key(raw), _written(raw)
        record = self._record()
        values = _restored(written, record.get(key))
        if values is not None:
            return Layer(label=label, origin=origin, values=values, names=_names(values))
        layer = by_schema(raw, label=label, origin=origin)
        made = [[list(path), value] for path, value in layer.values.items() if not _is_same(value, written.get(path))]
        if not layer.mistakes and _restored(written, made) == layer.values:
            self._keep({**record, key: made})
        return layer

    def _record(self) -> dict[str, Any]:
        try:
            found = json.loads(read_own(self.path, _LARGEST_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _keep(self, record: dict[str, Any]) -> None:
        text = json.dumps(dict(list(record.items())[-_MOST_KEPT:]))
        if len(text) > _LARGEST_BYTES:
            return
        try:
            write_own(self.path, text.encode())
        except OSError:
            return  # the next run asks the schema again


def _key(raw: dict[str, Any]) -> str:
    """A digest of what was parsed, types and all, and of the code that would check it."""
    digest = blake2b(digest_size=16)
    for name in _WHAT_CHECKS:
        digest.update(Path(__file__).with_name(name).read_bytes())
    digest.update(repr(raw).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _names(values: Values) -> frozenset[str]:
    return frozenset(path[1] for path in values if len(path) == 2 and path[0] in ("backends", "tasks"))


def _written(raw: dict[str, Any]) -> Values:
    """The values as they stand there; none where that is clearly no lok.toml."""
    try:
        return dict(flat(raw, ()))
    except TypeError:
        return {}


def _is_same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and value == other


def _restored(written: Values, made: Any) -> Values | None:
    """What stands there, but for the values that the schema `made`; None where these are nothing that was kept."""
    try:
        numbers = {tuple(map(str, path)): value for path, value in made}
    except (TypeError, ValueError):
        return None
    is_known = all(value is None or type(value) is float for value in numbers.values())
    return {**written, **numbers} if is_known and numbers.keys() <= written.keys() else None
