"""The records of `git diff --raw -z`: the only place names, modes and object ids are taken from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lok_hooks.core.diff import Status
from lok_hooks.errors import InternalError

# ":100644 100755 <old id> <new id> R087"; ids are 40 or 64 digits because of --no-abbrev.
_META: Final = re.compile(rb":(\d{6}) (\d{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([A-Z])(\d*)")
_TWO_NAMES: Final = frozenset({b"R", b"C"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One changed path as git tells it. Names are bytes, exactly as git stores them; `old_name` equals `name`
    unless renamed or copied. `status` is None for an unmerged path."""

    name: bytes
    old_name: bytes
    status: Status | None
    old_mode: str
    new_mode: str
    old_blob: str
    new_blob: str

    @property
    def path(self) -> str:
        """`name` as people read it."""
        return readable(self.name)

    @property
    def old_path(self) -> str:
        """`old_name` as people read it."""
        return readable(self.old_name)

    @property
    def patch_count(self) -> int:
        """How many patches git prints for it: a type change is a deletion and an addition, an unmerged path none."""
        if self.status is None:
            return 0
        return 2 if self.status is Status.TYPE_CHANGED else 1


def readable(name: bytes) -> str:
    """A path as text: UTF-8, with undecodable bytes as `\\xNN`."""
    return name.decode("utf-8", errors="backslashreplace")


def parse_records(output: bytes) -> tuple[tuple[Record, ...], int]:
    """The records at the start of what `git diff --raw -z [-p]` printed, and where the patches behind them begin
    (the length of `output` when there are none).

    Raises InternalError when it does not read like records.
    """
    records: list[Record] = []
    position = 0
    while output[position : position + 1] == b":":
        meta, position = _field(output, position)
        found = _META.fullmatch(meta)
        if found is None:
            raise InternalError(f"git printed a record that cannot be read: {meta!r}")
        old_mode, new_mode, old_blob, new_blob, letter, _ = found.groups()
        old_name, position = _field(output, position)
        name = old_name
        if letter in _TWO_NAMES:
            name, position = _field(output, position)
        records.append(
            Record(
                name=name,
                old_name=old_name,
                status=_status(letter, meta),
                old_mode=old_mode.decode(),
                new_mode=new_mode.decode(),
                old_blob=old_blob.decode(),
                new_blob=new_blob.decode(),
            )
        )
    # An empty field stands between records and patches.
    if output[position : position + 1] == b"\0":
        position += 1
    elif position != len(output):
        raise InternalError("git printed something else than records")
    return tuple(records), position


def _field(output: bytes, position: int) -> tuple[bytes, int]:
    end = output.find(b"\0", position)
    if end < 0:
        raise InternalError("git printed a record that ends too early")
    return output[position:end], end + 1


def _status(letter: bytes, meta: bytes) -> Status | None:
    if letter == b"U":
        return None
    try:
        return Status(letter.decode())
    except ValueError as error:
        raise InternalError(f"git printed a status that is not known: {meta!r}") from error
