"""The verdict on a commit that was reviewed before, without asking anybody: same bytes, same rules, same backends.

Loaded by every commit that has something staged, so nothing here imports GitPython, pydantic or rich. What cannot be
known so cheaply (which programs the settings name, what trust and suppressions hang on) was written down with the
verdict as witnesses: each must still say what it said then.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

import lok_hooks
from lok_hooks.repo import probe
from lok_hooks.store.memory import peek
from lok_hooks.store.place import Place, place_of

LARGEST_FILE: Final = 1 << 20  # bytes of a file of rules; lok.toml may have a quarter of that
# What writes elsewhere, says more, or asks anew is no mere repetition.
_NEVER: Final = ("-o", "--output", "--transcript", "--show-payload", "-v", "--verbose", "-h", "--help")
_FRESH: Final = "--fresh"
# What decides how the report looks, or where the rules lie. LOK_* variables come on top.
_ENVIRONMENT: Final = (
    *("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"),
    *("PRE_COMMIT", "NO_COLOR", "TERM", "COLUMNS"),
)


class Witness(NamedTuple):
    """Something that a verdict hangs on besides its key: how to look at it (a key of `_LOOKS`), what, and what was
    seen."""

    kind: str
    name: str
    seen: str


class Ticket(NamedTuple):
    """Under which `key` in which `place` the verdict on what is staged now is kept. `top` is the work tree's.
    `is_fresh`: it shall be asked for again."""

    place: Place
    top: Path
    key: str
    is_fresh: bool


def ticket(argv: Sequence[str], records: bytes | None) -> Ticket | None:
    """The ticket for `lok-hunt ARGV` with these staged records; None where nothing may be recalled or kept."""
    if not records or any(word.startswith(_NEVER) for word in argv):
        return None
    found = probe.place_and_rules()
    if found is None:
        return None
    common_dir, top, rules = found
    return Ticket(
        place=place_of(Path(common_dir), os.environ),
        top=Path(top),
        key=_key(top, argv, records, rules),
        is_fresh=_FRESH in argv,
    )


def still_holds(ticket: Ticket, argv: Sequence[str]) -> bool:
    """Whether what is staged, and whatever else this ticket for `lok-hunt ARGV` hangs on, is as it was."""
    found = probe.records_and_rules()
    return found is not None and _key(str(ticket.top), argv, *found) == ticket.key


def recalled(ticket: Ticket) -> int | None:
    """Prints the report kept for this ticket and returns its exit code; None when there is none that holds."""
    if ticket.is_fresh or ticket.place.folder is None:
        return None
    kept = peek(ticket.place.folder, ticket.key)
    if kept is None:
        return None
    try:
        record = json.loads(kept)
        until, code, text = float(record["until"]), int(record["code"]), str(record["text"])
        witnesses = [Witness(*map(str, witness)) for witness in record["witnesses"]]
    except (ValueError, TypeError, KeyError):
        return None
    if time.time() >= until or not all(look(w.kind, w.name) == w.seen for w in witnesses):
        return None
    from lok_hooks.cli.output import print_text

    print_text(text)
    return code


def record(code: int, text: str, witnesses: Iterable[Witness], until: float) -> str:
    """What `recalled` reads: an exit code with its report, valid `until` a time in seconds since 1970."""
    return json.dumps({"until": until, "code": code, "text": text, "witnesses": list(witnesses)})


def witness(kind: str, name: str) -> Witness:
    """What is there to be seen now."""
    return Witness(kind=kind, name=name, seen=look(kind, name))


def look(kind: str, name: str) -> str:
    """What can be seen of `name` now; "" when there is nothing, or nothing that this version knows how to look at."""
    return _LOOKS[kind](name) if kind in _LOOKS else ""


def _key(top: str, argv: Sequence[str], records: bytes, rules: bytes) -> str:
    digest = blake2b(digest_size=20, person=b"lok-hunt")
    for part in (records, rules, *_parts(top, [word for word in argv if word != _FRESH])):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _parts(top: str, words: Sequence[str]) -> Iterator[bytes]:
    """Everything else that the verdict and its look hang on."""
    yield _own_code().encode()
    yield repr((list(words), os.getcwd(), sys.version_info[:3], _screen())).encode("utf-8", "surrogateescape")  # noqa: PTH109
    for name in sorted(os.environ):
        if name.startswith("LOK_") or name in _ENVIRONMENT:
            yield os.fsencode(f"{name}={os.environ[name]}")
    for path in _rule_files(top, words):
        yield _content(path).encode()


def _rule_files(top: str, words: Sequence[str]) -> Iterator[str]:
    """Every lok.toml that may count."""
    yield str(Path(top, "lok.toml"))
    for base in (os.environ.get("XDG_CONFIG_HOME", ""), str(Path(os.environ.get("HOME", ""), ".config"))):
        yield str(Path(base, "lok", "lok.toml"))
    yield os.environ.get("LOK_CONFIG", "")
    for index, word in enumerate(words):
        if word.startswith("--config"):
            yield word.partition("=")[2] or "".join(words[index + 1 : index + 2])


def _screen() -> tuple[bool, int]:
    """Whether a person reads along, and how many columns there are."""
    try:
        return os.isatty(1), os.get_terminal_size(1).columns
    except OSError:
        return False, 0


@cache
def _own_code() -> str:
    """A digest of names, sizes and dates of our own files: another version may judge otherwise."""
    digest = blake2b(digest_size=16)
    folders = [os.path.dirname(lok_hooks.__file__)]  # noqa: PTH120
    while folders:
        with os.scandir(folders.pop()) as found:
            for entry in sorted(found, key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        folders.append(entry.path)
                elif entry.name.endswith((".py", ".toml")):
                    seen = entry.stat()
                    digest.update(
                        f"{entry.path}\0{seen.st_size}\0{seen.st_mtime_ns}\n".encode(errors="surrogateescape")
                    )
    return digest.hexdigest()


def _content(name: str) -> str:
    """A digest of a file's bytes."""
    try:
        with open(name, "rb") as file:  # noqa: PTH123
            return blake2b(file.read(LARGEST_FILE), digest_size=16).hexdigest()
    except (OSError, ValueError):
        return ""


def _date(name: str) -> str:
    """Size and date of a file."""
    try:
        seen = os.stat(name)  # noqa: PTH116
    except (OSError, ValueError):
        return ""
    return f"{seen.st_size} {seen.st_mtime_ns}"


def _listing(name: str) -> str:
    """A digest of names, sizes and dates in a directory."""
    try:
        with os.scandir(name) as found:
            entries = sorted((entry.name, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in found)
    except (OSError, ValueError):
        return ""
    return blake2b(repr(entries).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _program(name: str) -> str:
    """Where a program lies, as the backends look for it."""
    if os.sep in name:
        places = [os.path.expanduser(name)]  # noqa: PTH111
    else:
        entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
        places = [f"{entry}{os.sep}{name}" for entry in entries if entry.startswith(os.sep)]
    return next((p for p in places if os.path.isfile(p) and os.access(p, os.X_OK)), "")  # noqa: PTH113


def _variable(name: str) -> str:
    """Whether an environment variable is set."""
    return "set" if os.environ.get(name) else ""


_LOOKS: Final = {
    "content": _content,
    "date": _date,
    "listing": _listing,
    "object": probe.object_id,
    "program": _program,
    "variable": _variable,
}
