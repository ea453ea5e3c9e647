"""What leaves this machine, and what our own code says about a change before any model does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lok_hooks.core.diff import Diff
from lok_hooks.core.finding import SCREENING, Claim, Grounded
from lok_hooks.core.ground import ground
from lok_hooks.core.ports import Answer, Backend, Failure, Listener
from lok_hooks.core.prompts import Redact
from lok_hooks.core.redaction import without_secrets
from lok_hooks.core.task import Chunk, Piece, Prompt
from lok_hooks.flows.planning import ANALYSIS

Secrets = Callable[[str, Prompt], Sequence[Claim]]
"""Claims in an author's name about the secrets on the added lines that a prompt's chunk shows."""


def no_secrets(author: str, prompt: Prompt) -> Sequence[Claim]:
    """For flows that bring no search of their own."""
    return ()


def hidden_text(diff: Diff) -> Sequence[Grounded]:
    """Added text that speaks to the reviewer or hides from people."""
    from lok_hooks.core.tripwire import tripped  # its hundreds of patterns are built while models are waited for

    return tripped(diff, ANALYSIS)


def secrets_on_added_lines(diff: Diff, secrets: Secrets) -> list[Grounded]:
    """What `secrets` finds on the added lines, as findings in our own name."""
    chunk = Chunk(pieces=tuple(Piece(file=f, hunks=f.hunks, enclosing=("",) * len(f.hunks)) for f in diff.files))
    prompt = Prompt(task=ANALYSIS, text="", receipt="", chunk=chunk)
    return [ground(claim, chunk) for claim in secrets(SCREENING, prompt)]


def redactor(backend: Backend, redact: Redact, *, spares_local: bool) -> Redact:
    """What is done to texts for `backend`. `spares_local`: those that stay on this machine are shown as they are."""
    return str if spares_local and backend.traits.is_local else redact


class Discreet:
    """A Listener around a Listener: it hears no secrets."""

    def __init__(self, listener: Listener, redact: Redact) -> None:
        self._listener = listener
        self._redact = redact

    def asked(self, backend: str, task: str, part: str) -> None:
        """Passed on."""
        self._listener.asked(backend, task, part)

    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
        """Passed on, a failure's words without secrets."""
        told = without_secrets(answer, self._redact) if isinstance(answer, Failure) else answer
        self._listener.answered(backend, task, part, told)

    def noted(self, text: str) -> None:
        """Passed on without secrets."""
        self._listener.noted(self._redact(text))
