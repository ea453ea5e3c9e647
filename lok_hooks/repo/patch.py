"""The hunks of one file's patch: read, checked against unidiff, applied.

unidiff reads the patch of one file alone, so one strange file cannot hide the others, and behind neutral names,
so no name can confuse it. The text of each hunk is a slice of what git printed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

from lok_hooks.core.diff import Hunk
from lok_hooks.errors import DiffError, InternalError

HUNK: Final = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@.*$", re.MULTILINE)
_PATCH: Final = b"diff --git "
_MARK: Final = b"\n@@ -"
_UNSIGNED: Final = re.compile(rb"\n[^-+ \\\n]")
_NEUTRAL_NAMES: Final = ("--- a/file", "+++ b/file")


def split_patches(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each file's patch in the order git printed them, from its output in pieces of any size. No line of a hunk can
    start with "diff --git ", because each begins with its sign.

    Raises InternalError when something else stands before the first.
    """
    pending = b""
    for piece in pieces:
        pending += piece
        start = 0
        # The newline before it belongs to the patch that it ends.
        while end := pending.find(b"\n" + _PATCH, start) + 1:
            yield _checked(pending[start:end])
            start = end
        pending = pending[start:]
    if pending:
        yield _checked(pending)


def _checked(patch: bytes) -> bytes:
    if not patch.startswith(_PATCH):
        raise InternalError("git printed something else than a patch")
    return patch


def split_header(patch: bytes) -> tuple[bytes, bytes]:
    """The lines before the first hunk, and the hunks (b"" when there are none)."""
    at = patch.find(_MARK) + 1 or len(patch)
    return patch[:at], patch[at:]


def parse_hunks(hunks: bytes) -> tuple[Hunk, ...]:
    """The hunks of one file, from the first `@@` on; decoded as UTF-8, undecodable bytes replaced.

    Raises DiffError when a hunk is longer or shorter than its header says, or when unidiff counts otherwise.
    """
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    if not hunks:
        return ()
    # Lines end at a newline and nowhere else; unidiff's own way of splitting a string takes half as long again.
    lines = [*_NEUTRAL_NAMES, *_text(hunks).removesuffix("\n").split("\n")]
    try:
        files = PatchSet(lines, metadata_only=True)
    except UnidiffParseError as error:
        # Behind the colon it quotes a line, which may be a head with its heading.
        raise DiffError(f"the hunks cannot be read: {str(error).partition(':')[0]}") from None
    slices = list(_slices(hunks))
    if len(files) != 1 or len(files[0]) != len(slices):
        raise DiffError(f"{len(slices)} hunks are announced, {sum(map(len, files))} can be read")
    read = []
    for hunk, (head, body) in zip(files[0], slices, strict=True):
        if _UNSIGNED.search(b"\n" + body):
            raise DiffError(f"{_place(head)}: a line below it has no sign")
        added, removed, marks = (_count(body, sign) for sign in (b"+", b"-", b"\\"))
        context = body.count(b"\n") - added - removed - marks
        if (added, removed) != (hunk.added, hunk.removed) or (context + removed, context + added) != (
            hunk.source_length,
            hunk.target_length,
        ):
            raise DiffError(f"{_place(head)}: the lines do not add up to what this says")
        read.append(
            Hunk(
                old_start=hunk.source_start,
                old_count=hunk.source_length,
                new_start=hunk.target_start,
                new_count=hunk.target_length,
                section=hunk.section_header,
                body=_text(body),
            )
        )
    return tuple(read)


def apply_hunks(old: bytes, hunks: bytes) -> bytes:
    """The new side of a file from its old side and the hunks between them, byte for byte.

    Raises DiffError when the hunks were not made from `old`.
    """
    before = io.BytesIO(old).readlines()
    after: list[bytes] = []
    position = 0
    for head, body in _slices(hunks):
        found = HUNK.match(head)
        if found is None:
            raise DiffError("a line that begins with @@ is not the head of a hunk")
        old_start, old_count = int(found[1]), int(found[2] or b"1")
        start = old_start - (old_count != 0)
        after += before[position:start]
        lines = _signed_lines(body)
        if [text for sign, text in lines if sign != b"+"] != before[start : start + old_count]:
            raise DiffError(f"{_place(head)} was not made from this file")
        after += [text for sign, text in lines if sign != b"-"]
        position = start + old_count
    return b"".join(after + before[position:])


def _slices(hunks: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Head and body of each hunk. A line that starts with `@@` is a head: every other line starts with its sign."""
    start = 0
    while start < len(hunks):
        end = hunks.find(_MARK, start) + 1 or len(hunks)
        head, _, body = hunks[start:end].partition(b"\n")
        yield head, body
        start = end


def _place(head: bytes) -> str:
    """The head of a hunk without its heading, which git has cut."""
    return _text(head[: head.find(b"@@", 2) + 2])


def _signed_lines(body: bytes) -> list[tuple[bytes, bytes]]:
    lines: list[tuple[bytes, bytes]] = []
    for line in io.BytesIO(body).readlines():
        if line.startswith(b"\\"):
            sign, text = lines.pop()
            lines.append((sign, text.removesuffix(b"\n")))
        elif line == b"\n":
            lines.append((b" ", line))
        else:
            lines.append((line[:1], line[1:]))
    return lines


def _count(body: bytes, sign: bytes) -> int:
    return body.count(b"\n" + sign) + body.startswith(sign)


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")
