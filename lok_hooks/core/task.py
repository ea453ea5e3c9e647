"""What reviewers are asked to look for, and the part of the diff one request shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from lok_hooks.core.diff import FileDiff, Hunk

HEADER_CHARACTERS: Final = 120
"""How much of one definition's header a request shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Aspect:
    """One `prompts` entry of a task in lok.toml: a name and the team's words."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task of lok.toml. All of `backends` that are at hand review; where none is, or none is named, the router
    takes the best one at hand."""

    name: str
    description: str
    aspects: tuple[Aspect, ...]
    backends: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Some hunks of one file. `enclosing` has, hunk by hunk, the whole lines that say where it stands, outermost first,
    one on each line ("" if none). `part`/`parts` count from 1 when a file had to be split."""

    file: FileDiff
    hunks: tuple[Hunk, ...]
    enclosing: tuple[str, ...]
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """What one request shows: pieces of distinct paths."""

    pieces: tuple[Piece, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths shown, in order."""
        return tuple(piece.file.path for piece in self.pieces)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """One request to one backend.

    `text` is what a model reads. `chunk` is what the text shows, for analysers, which read the files' content
    instead of the text. `names` are the chunk's paths as the text shows them. `receipt` is the token the answer must
    return. `schema` is the JSON schema of the
    answer for backends that can enforce one. `asks` says what kind of answer that is. `max_tokens`: the most that an
    answer may have, its author's thinking included, for backends that can be told; None for their own limit.
    """

    task: str
    text: str
    receipt: str
    chunk: Chunk
    names: tuple[str, ...] = ()
    schema: Mapping[str, Any] = field(default_factory=dict)
    asks: Literal["findings", "votes", "words"] = "findings"
    max_tokens: int | None = None


CUT_ADVICE: Final = "raise max_tokens of [conductor], or use another model"
"""What to do about an answer that ended at the `max_tokens` of its prompt."""


def plain_prompt(task: str, text: str) -> Prompt:
    """A prompt that asks for words: no diff, no receipt, no schema. `task` names it in progress and reports."""
    return Prompt(task=task, text=text, receipt="", chunk=Chunk(pieces=()), asks="words")
