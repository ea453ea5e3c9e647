"""A wrapper that lets no secret out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from lok_hooks.backends.wrapper import Wrapper
from lok_hooks.core.ports import Answer, Backend, Deadline
from lok_hooks.core.screen import PLACEHOLDER
from lok_hooks.core.task import Prompt

_SHAPE: Final = "<SECRET:kind:n>"
EXPLAINED: Final = (
    f"In this message {_SHAPE} stands for a secret value that was taken out before sending; the same mark is the same "
    "value. It is not a mistake of the text: write the mark where you mean the value.\n\n"
)


class Redacting(Wrapper):
    """A Backend around a Backend: no words with a secret in them reach it, and a prompt says what stands in the place
    of one. What is behind it, such as a memory, knows the prompt as it was sent.

    Prompts that ask for findings come without secrets from the flow that makes them: the code in them has to be
    searched as its files are read, and their receipts look like secrets.
    """

    def __init__(self, backend: Backend, redact: Callable[[str], str]) -> None:
        super().__init__(backend)
        self._redact = redact

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """The wrapped backend's answer to the prompt without secrets."""
        text = prompt.text if prompt.asks == "findings" else self._redact(prompt.text)
        if PLACEHOLDER.search(text) and _SHAPE not in text:
            text = EXPLAINED + text
        return self._backend.ask(replace(prompt, text=text), deadline)
