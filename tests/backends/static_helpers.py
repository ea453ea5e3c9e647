"""Diffs made from two texts, and the embedded reviewer asked about them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from lok_hooks.backends.deadline import Until
from lok_hooks.backends.static import Static
from lok_hooks.core.diff import Diff, FileDiff, Hunk, Status
from lok_hooks.core.finding import Claim
from lok_hooks.core.ports import Analysis, Answer
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.task import Chunk, Piece, Prompt

ZEROS = "0" * 40
Texts = tuple[str | None, str | None]


class Blobs:
    """Contents by path; None for what is known as a patch only."""

    def __init__(self, contents: Mapping[str, bytes | None]) -> None:
        self._contents = contents

    def new(self, file: FileDiff) -> bytes | None:
        return self._contents.get(file.path)


def file_diff(path: str, old: str | None, new: str | None, context: int = 3) -> FileDiff:
    """What git would say of `old` becoming `new` (None: no such file); lines end at "\\n" only."""
    before, after = _lines(old), _lines(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    hunks = tuple(_hunk(before, after, group) for group in matcher.get_grouped_opcodes(context))
    status = Status.ADDED if old is None else Status.DELETED if new is None else Status.MODIFIED
    return FileDiff(
        path=path,
        old_path=path,
        status=status,
        old_mode="100644",
        new_mode="100644",
        old_blob=ZEROS,
        new_blob=ZEROS,
        hunks=hunks,
    )


def diff_of(files: Mapping[str, Texts]) -> Diff:
    return Diff(label="test", files=tuple(file_diff(path, *texts) for path, texts in files.items()))


def prompt_for(*files: FileDiff) -> Prompt:
    pieces = tuple(Piece(file=file, hunks=file.hunks, enclosing=("",) * len(file.hunks)) for file in files)
    return Prompt(task="analysis", text="", receipt="", chunk=Chunk(pieces=pieces))


def static(contents: Mapping[str, bytes | None], rules: Mapping[str, str] | None = None) -> Static:
    return Static(BackendSettings(name="static", kind="static", local=True, rules=rules or {}), Blobs(contents))


def answer(files: Mapping[str, Texts], rules: Mapping[str, str] | None = None, seconds: float | None = 60.0) -> Answer:
    contents = {path: None if new is None else new.encode() for path, (_, new) in files.items()}
    prompt = prompt_for(*diff_of(files).files)
    return static(contents, rules).ask(prompt, Until.after(seconds))


def claims(files: Mapping[str, Texts], rules: Mapping[str, str] | None = None) -> tuple[Claim, ...]:
    found = answer(files, rules)
    assert isinstance(found, Analysis), found
    return found.claims


def added(text: str, path: str = "app/module.py", rules: Mapping[str, str] | None = None) -> tuple[Claim, ...]:
    """The claims about a new file."""
    return claims({path: (None, text)}, rules)


def codes(found: tuple[Claim, ...]) -> list[str]:
    """The rule ids in the claims' titles."""
    return [claim.title.rpartition("(")[2].rstrip(")") for claim in found]


def _lines(text: str | None) -> list[str]:
    return [] if not text else text.removesuffix("\n").split("\n")


def _hunk(before: list[str], after: list[str], group: list[tuple[str, int, int, int, int]]) -> Hunk:
    body = []
    for tag, old_from, old_to, new_from, new_to in group:
        if tag == "equal":
            body += [f" {line}" for line in before[old_from:old_to]]
            continue
        body += [f"-{line}" for line in before[old_from:old_to]]
        body += [f"+{line}" for line in after[new_from:new_to]]
    old_start, old_end, new_start, new_end = group[0][1], group[-1][2], group[0][3], group[-1][4]
    return Hunk(
        old_start=old_start + (old_end > old_start),
        old_count=old_end - old_start,
        new_start=new_start + (new_end > new_start),
        new_count=new_end - new_start,
        section="",
        body="\n".join(body) + "\n",
    )
