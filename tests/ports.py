"""The ports of a flow where nothing but its decisions is under test: no threads, no clock, no file, no listener."""

from __future__ import annotations

from collections.abc import Sequence

from lok_hooks.core.diff import FileDiff
from lok_hooks.core.ports import Answer, Deadline, Listener, Request


class Forever:
    """A deadline that never comes."""

    def remaining(self) -> float:
        return 1e9

    def is_cancelled(self) -> bool:
        return False

    def at_most(self, seconds: float) -> Deadline:
        return self


class Silent:
    """A listener that says nothing."""

    def asked(self, backend: str, task: str, part: str) -> None: ...
    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None: ...
    def noted(self, text: str) -> None: ...


class NoContents:
    """Nothing is known of any file besides its hunks."""

    def new(self, file: FileDiff) -> bytes | None:
        return None


def one_after_the_other(requests: Sequence[Request], deadline: Deadline, listener: Listener) -> list[Answer]:
    """Asks in the order of the requests."""
    answers = []
    for request in requests:
        answers.append(request.backend.ask(request.prompt, deadline))
        listener.answered(request.backend.name, request.prompt.task, request.part, answers[-1])
    return answers
