"""`.lok/dismissed.json`: the findings a team has answered for. It is a file of the repository, one entry a line and
sorted, so that it is reviewed and merged like code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from lok_hooks import files
from lok_hooks.core.dismissal import DISMISSALS, Dismissal
from lok_hooks.errors import ConfigError, OutputError

SCHEMA: Final = "lok-hooks/dismissed/1"
_LINK: Final = f"{DISMISSALS}: a symbolic link stands in its place"
_ADVICE: Final = "mend it, or take the file back from git"
_KEYS: Final = {"identity": "id"} | {
    name: name for name in (field.name for field in fields(Dismissal)) if name != "identity"
}


def read_dismissals(content: bytes, place: str) -> dict[str, Dismissal]:
    """The dismissals in a file's bytes, by identity. `place` begins messages.

    Raises ConfigError when it is not such a file: a suppression that nobody can read must not be guessed.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{place}: not JSON: {error}", advice=_ADVICE) from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ConfigError(f'{place}: its "schema" is not "{SCHEMA}"', advice="update lok-hooks, or " + _ADVICE)
    entries = document.get("findings")
    if not isinstance(entries, list):
        raise ConfigError(f'{place}: "findings" is not a list', advice=_ADVICE)
    return {made.identity: made for made in (_entry(raw, f"{place}: findings[{n}]") for n, raw in enumerate(entries))}


def _entry(raw: Any, place: str) -> Dismissal:
    if not isinstance(raw, dict):
        raise ConfigError(f"{place}: not an object", advice=_ADVICE)
    values = {name: raw.get(key, "") for name, key in _KEYS.items()}
    if not all(isinstance(value, str) for value in values.values()):
        raise ConfigError(f"{place}: every value must be a text", advice=_ADVICE)
    if not values["identity"] or not values["because"].strip():
        raise ConfigError(f'{place}: "id" and "because" are needed', advice=_ADVICE)
    return Dismissal(**values)


def dismissals_in(top: Path) -> dict[str, Dismissal]:
    """The dismissals in the work tree below `top`, as they will be committed. Raises ConfigError when they cannot be
    read."""
    path = top / DISMISSALS
    try:
        if path.is_symlink():  # it could lead to what never ends
            raise ConfigError(_LINK, advice="remove the link")
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ConfigError(f"{DISMISSALS}: cannot be read ({error.strerror})", advice=_ADVICE) from error
    return read_dismissals(content, DISMISSALS)


def write_dismissals(top: Path, dismissals: Iterable[Dismissal]) -> Path:
    """Writes the file below `top`, whole or not at all, and returns its path. Raises OutputError when it cannot be
    written, or when a symbolic link would lead the text elsewhere."""
    path = top / DISMISSALS
    rows = sorted(dismissals, key=lambda d: (d.path, d.category, d.identity))
    entries = [{key: getattr(row, name) for name, key in _KEYS.items()} for row in rows]
    lines = ",\n".join("    " + json.dumps(entry, ensure_ascii=False) for entry in entries)
    text = f'{{\n  "schema": "{SCHEMA}",\n  "findings": [\n{lines}\n  ]\n}}\n'
    try:
        path.parent.mkdir(exist_ok=True)
        if path.parent.is_symlink() or path.is_symlink():
            raise OutputError(_LINK, advice="remove the link")
        files.write_over(path, text.encode(), files.SHARED)
    except OSError as error:
        raise OutputError(
            f"{DISMISSALS}: cannot be written: {error.strerror}", advice="nothing was dismissed"
        ) from error
    return path
