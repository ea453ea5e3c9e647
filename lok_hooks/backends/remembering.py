"""A wrapper that does not ask the same question twice."""

from __future__ import annotations

from collections.abc import Callable

from lok_hooks.backends.wrapper import Wrapper
from lok_hooks.core.ports import Answer, Backend, Deadline, Memory, Reply
from lok_hooks.core.remember import answer_key, read_reply, write_reply
from lok_hooks.core.task import Prompt


class Remembering(Wrapper):
    """A Backend around a Backend: votes and words come from `memory` where this very prompt was answered before.

    `surroundings` is a digest of everything the backend may look at besides the prompt. Only answers that can be read
    are kept, never a failure, and none of which `says_secret` is true, given the answer and the prompt's text: a
    workflow gets the same answer whether it is remembered or not. Reviews are not remembered here but piece by piece
    (flows/recall.py), so that one changed file does not make the others be asked for again.
    """

    def __init__(
        self, backend: Backend, memory: Memory, says_secret: Callable[[str, str], bool], surroundings: str = ""
    ) -> None:
        super().__init__(backend)
        self._says_secret = says_secret
        self._memory = memory
        self._surroundings = surroundings

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """The remembered answer, else the wrapped backend's."""
        key = None if prompt.asks == "findings" else answer_key(self._backend, prompt, self._surroundings)
        if key is None:
            return self._backend.ask(prompt, deadline)
        kept = self._memory.recall(key)
        known = None if kept is None else read_reply(kept, self.name)
        if known is not None:
            return known
        answer = self._backend.ask(prompt, deadline)
        if (
            isinstance(answer, Reply)
            and _is_readable(answer, prompt)
            and not self._says_secret(answer.text, prompt.text)
        ):
            self._memory.keep(key, write_reply(answer))
        return answer


def _is_readable(reply: Reply, prompt: Prompt) -> bool:
    from lok_hooks.core.answers import problem_with  # pydantic: not before there is an answer

    return problem_with(reply.text, prompt) is None
