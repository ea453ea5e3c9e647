"""What all wrappers share: a Backend around a Backend."""

from __future__ import annotations

from abc import ABC, abstractmethod

from lok_hooks.core.ports import Answer, Backend, Deadline, Failure, Traits
from lok_hooks.core.task import Prompt


class Wrapper(ABC):
    """Speaks for the backend inside, but for how it is asked."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @property
    def name(self) -> str:
        """The wrapped backend's name."""
        return self._backend.name

    @property
    def traits(self) -> Traits:
        """The wrapped backend's traits."""
        return self._backend.traits

    def missing(self) -> Failure | None:
        """As the wrapped backend says."""
        return self._backend.missing()

    @abstractmethod
    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """An answer of the wrapped backend."""
