"""Small values for tests of the core: a file diff from two texts, a chunk, a claim, a finding."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from lok_hooks.core.diff import FileDiff, Hunk, Status
from lok_hooks.core.finding import Claim, Finding, Place, Severity
from lok_hooks.core.task import Chunk, Piece

_HEADER = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def hunks_between(old: str, new: str, context: int = 3) -> Iterator[Hunk]:
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=context))[2:]
    body: list[str] = []
    numbers: Sequence[int] = ()
    for line in [*lines, "@@ -0,0 +0,0 @@"]:
        found = _HEADER.match(line)
        if not found:
            body.append(line + "\n")
            continue
        if body:
            old_start, old_count, new_start, new_count = numbers
            yield Hunk(
                old_start=old_start,
                old_count=old_count,
                new_start=new_start,
                new_count=new_count,
                section="",
                body="".join(body),
            )
        numbers = [int(group) if group else 1 for group in found.groups()]
        body = []


def file_diff(path: str, old: str, new: str, context: int = 3, held_back: str = "") -> FileDiff:
    return FileDiff(
        path=path,
        old_path=path,
        status=Status.MODIFIED,
        old_mode="100644",
        new_mode="100644",
        old_blob="1" * 40,
        new_blob="2" * 40,
        hunks=tuple(hunks_between(old, new, context)),
        held_back=held_back,
    )


def chunk(*files: FileDiff) -> Chunk:
    return Chunk(pieces=tuple(Piece(file=f, hunks=f.hunks, enclosing=("",) * len(f.hunks)) for f in files))


def claim(
    file: str = "a.py",
    line: int = 1,
    quote: str = "",
    *,
    end_line: int = 0,
    backend: str = "codex",
    task: str = "hunt",
    severity: Severity = Severity.HIGH,
    category: str = "logic",
    cwe: str = "",
    title: str = "wrong result",
    why: str = "because",
    is_proof: bool = False,
) -> Claim:
    return Claim(
        backend=backend,
        task=task,
        file=file,
        line=line,
        end_line=max(line, end_line),
        severity=severity,
        category=category,
        cwe=cwe,
        title=title,
        why=why,
        fix="",
        quote=quote,
        is_proof=is_proof,
    )


def finding(
    *,
    severity: Severity = Severity.HIGH,
    is_proof: bool = False,
    problem: str = "",
    suppression: str = "",
    raised_by: tuple[str, ...] = ("codex",),
) -> Finding:
    return Finding(
        identity="ab" * 16,
        place=Place(path="a.py", ref="", line=1, end_line=1, touches_change=True),
        severity=severity,
        category="logic",
        cwe="",
        title="wrong result",
        why="because",
        fix="",
        quote="x = 1",
        tasks=("hunt",),
        raised_by=raised_by,
        is_proof=is_proof,
        problem=problem,
        suppression=suppression,
    )
