"""Raw records: every status, every kind of name, and what is refused."""

from __future__ import annotations

import pytest

from lok_hooks.core.diff import Status
from lok_hooks.errors import InternalError
from lok_hooks.repo.records import Record, parse_records, readable

OLD, NEW = b"1" * 40, b"2" * 40


def one(meta: bytes, *names: bytes, length: int = 40) -> Record:
    records, end = parse_records(
        b":100644 100755 %b %b %b\0" % (b"1" * length, b"2" * length, meta) + b"\0".join(names) + b"\0"
    )
    assert end
    [record] = records
    return record


@pytest.mark.parametrize("status", [s for s in Status if s not in (Status.RENAMED, Status.COPIED)])
def test_statuses_with_one_name(status: Status) -> None:
    record = one(status.value.encode(), b'a b\n\t"c')
    assert record == Record(
        name=b'a b\n\t"c',
        old_name=b'a b\n\t"c',
        status=status,
        old_mode="100644",
        new_mode="100755",
        old_blob="1" * 40,
        new_blob="2" * 40,
    )
    assert record.patch_count == (2 if status is Status.TYPE_CHANGED else 1)


@pytest.mark.parametrize("letter", ["R", "C"])
def test_statuses_with_two_names(letter: str) -> None:
    record = one(letter.encode() + b"087", b"old", b"new", length=64)
    assert (record.old_path, record.path, record.status, len(record.new_blob)) == ("old", "new", Status(letter), 64)


def test_an_unmerged_path_has_no_status_and_no_patch() -> None:
    record = one(b"U", b"f")
    assert (record.status, record.patch_count) == (None, 0)


def test_the_patches_begin_behind_an_empty_field() -> None:
    output = b":100644 100644 %b %b M\0f\0\0diff --git a/f b/f\n" % (OLD, NEW)
    records, start = parse_records(output)
    assert len(records) == 1
    assert output[start:].startswith(b"diff --git ")


def test_nothing_changed() -> None:
    assert parse_records(b"") == ((), 0)


@pytest.mark.parametrize(
    "output",
    [
        b"\x1b[1mdiff --git",
        b":100644 100644 abc def M\0f\0",
        b":100644 100644 %b %b M\0f" % (OLD, NEW),
        b":100644 100644 %b %b R100\0f\0" % (OLD, NEW),
        b":100644 100644 %b %b X\0f\0" % (OLD, NEW),
        b"usage: git diff",
    ],
)
def test_anything_else_is_an_error_never_no_changes(output: bytes) -> None:
    with pytest.raises(InternalError):
        parse_records(output)


def test_names_are_readable_text() -> None:
    assert readable("café".encode()) == "café"
    assert readable(b"caf\xe9") == "caf\\xe9"
