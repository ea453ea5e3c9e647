"""A review without processes: a reviewer that does what it is told, and every port around it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lok_hooks.backends.secrets import screen
from lok_hooks.backends.static_secrets import secret_claims
from lok_hooks.core.diff import Diff, FileDiff
from lok_hooks.core.ports import Answer, Deadline, Failure, Listener, Reply, Traits
from lok_hooks.core.review import Policy, Review
from lok_hooks.core.task import Aspect, Prompt, Task
from lok_hooks.flows.review import Means, Order, review
from tests.ports import Forever, NoContents, one_after_the_other

TASK = Task(name="hunt", description="find bugs", aspects=(Aspect(name="errors", text="Lost errors."),))
KEY = "5" * 64
MARKER = "PLANTED_BUG"
_SHOWN = re.compile(r" *\d+ [+] (?P<text>.*)")


@dataclass
class Scripted:
    """A model that answers by a script and keeps what it was sent."""

    script: Callable[[Prompt], str]
    name: str = "scripted"
    is_local: bool = False
    kind: str = "command"
    prompts: list[Prompt] = field(default_factory=list)

    @property
    def traits(self) -> Traits:
        return Traits(role="model", kind=self.kind, may_block=True, is_local=self.is_local, max_prompt_bytes=200_000)

    def missing(self) -> Failure | None:
        return None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        self.prompts.append(prompt)
        return Reply(backend=self.name, text=self.script(prompt), seconds=0.1)


@dataclass
class Heard:
    """A listener that keeps every word."""

    words: list[str] = field(default_factory=list)

    def asked(self, backend: str, task: str, part: str) -> None:
        self.words.append(backend)

    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
        self.words.append(repr(answer) if isinstance(answer, Failure) else backend)

    def noted(self, text: str) -> None:
        self.words.append(text)


def honest(prompt: Prompt) -> str:
    """Finds the marker on added lines, by what it was shown alone; in a debate it stands by every claim."""
    if prompt.asks == "votes":
        claims = re.findall(r"(?m)^claim: (C\d+)$", prompt.text)
        return json.dumps({"receipt": prompt.receipt, "votes": [{"claim": c, "stance": "confirm"} for c in claims]})
    (receipt,) = re.findall(r"(?m)^receipt: (.+)$", prompt.text)
    findings = []
    file = ""
    for line in prompt.text.split("\n"):
        file = line.removeprefix("file: ") if line.startswith("file: ") else file
        if (shown := _SHOWN.fullmatch(line)) and MARKER in shown["text"]:
            findings.append({"file": file, "line": 1, "severity": "high", "category": "planted",
                             "title": "a planted bug", "why": "it was planted", "quote": shown["text"]})  # fmt: skip
    files = [line.removeprefix("file: ") for line in prompt.text.split("\n") if line.startswith("file: ")]
    return json.dumps({"receipt": receipt, "files": files, "findings": findings})


def means(*backends: Scripted, listener: Listener | None = None, spares_local: bool = False) -> Means:
    """The ports around some reviewers."""
    return Means(
        backends=backends,
        contents=NoContents(),
        screen=screen,
        ask_all=one_after_the_other,
        listener=listener or Heard(),
        deadline=Forever(),
        now=lambda: 0.0,
        secrets=lambda author, prompt: secret_claims(author, prompt, {}),
        key=KEY,
        spares_local=spares_local,
    )


def order(*files: FileDiff) -> Order:
    """A review of some files by one task, that blocks when it is left unfinished."""
    return Order(
        command="lok-review",
        diff=Diff(label="staged changes", files=files),
        tasks=(TASK,),
        policy=Policy(on_incomplete="block"),
    )


def reviewed(script: Callable[[Prompt], str], *files: FileDiff) -> tuple[Review, Scripted]:
    """The review by one scripted reviewer, and the reviewer."""
    backend = Scripted(script)
    return review(order(*files), means(backend)), backend
