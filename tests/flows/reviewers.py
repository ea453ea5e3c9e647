"""Reviewers that answer by a script."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from lok_hooks.core.diff import FileDiff
from lok_hooks.core.ports import Analysis, Answer, Deadline, Failure, FailureKind, Reply, Traits
from lok_hooks.core.task import Prompt
from tests.core.builders import claim

Script = Callable[[Prompt], Answer]


@dataclass
class Reviewer:
    """A model, or with `role` an analyser, that answers by a script and remembers what it was asked."""

    name: str
    script: Script
    role: Literal["model", "analyser"] = "model"
    may_block: bool = True
    absent: bool = False
    max_prompt_bytes: int = 200_000
    kind: str = "command"
    model: str = ""
    is_local: bool = False
    prompts: list[Prompt] = field(default_factory=list)

    @property
    def traits(self) -> Traits:
        return Traits(
            role=self.role,
            kind=self.kind,
            may_block=self.may_block,
            is_local=self.is_local,
            max_prompt_bytes=self.max_prompt_bytes,
            model=self.model,
        )

    def missing(self) -> Failure | None:
        return failed(self.name, FailureKind.MISSING) if self.absent else None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        self.prompts.append(prompt)
        return self.script(prompt)


@dataclass(frozen=True)
class Texts:
    """The new sides of files; None for a file that is not among them."""

    by_path: dict[str, str] = field(default_factory=dict)

    def new(self, file: FileDiff) -> bytes | None:
        text = self.by_path.get(file.path)
        return None if text is None else text.encode()


def failed(name: str, kind: FailureKind, reason: str = "no luck") -> Failure:
    """A failure of the reviewer `name`."""
    return Failure(backend=name, kind=kind, reason=reason, advice="try again")


def says(name: str, *findings: dict[str, object], **changed: object) -> Script:
    """Answers for all files that were shown, with these findings; `changed` are other keys of the answer."""

    def script(prompt: Prompt) -> Answer:
        answer = {"receipt": prompt.receipt, "files": list(prompt.chunk.paths), "findings": findings} | changed
        return Reply(backend=name, text=json.dumps(answer), seconds=1.0)

    return script


def fails(name: str, kind: FailureKind = FailureKind.CRASHED) -> Script:
    """Fails whatever it is asked."""
    return lambda prompt: failed(name, kind)


def analyses(name: str, *, is_proof: bool = False, quote: str = "count = len(items) + 1") -> Script:
    """An analyser that claims something of the second line of a.py."""
    found = claim("a.py", 2, quote, backend=name, task="analysis", title="rule", is_proof=is_proof)
    return lambda prompt: Analysis(backend=name, claims=(found,), seconds=0.1)
