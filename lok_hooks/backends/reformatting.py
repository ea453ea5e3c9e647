"""A wrapper that asks a model once more when its answer cannot be read."""

from __future__ import annotations

from dataclasses import replace

from lok_hooks.backends.wrapper import Wrapper
from lok_hooks.core.ports import Answer, Deadline, Reply
from lok_hooks.core.prompts import reformat_prompt
from lok_hooks.core.task import Prompt


class Reformatting(Wrapper):
    """A Backend around a Backend: one further request when the first answer has the wrong form, within the same
    deadline. When that fails too, the first answer stands as it is, to be reported as unreadable."""

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """The wrapped backend's answer, reformatted by itself if that is what it takes to read it."""
        first = self._backend.ask(prompt, deadline)
        if not isinstance(first, Reply):
            return first
        from lok_hooks.core.answers import problem_with  # pydantic: not before there is an answer

        problem = problem_with(first.text, prompt)
        if problem is None or not problem.mendable or deadline.remaining() <= 0:
            return first
        second = self._backend.ask(reformat_prompt(prompt, first.text, problem.reason), deadline)
        if not isinstance(second, Reply) or problem_with(second.text, prompt):
            return first
        return replace(second, seconds=first.seconds + second.seconds)
