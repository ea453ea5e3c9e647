"""Who is at hand for work by hand, and how they are asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lok_hooks.core.diff import Diff
from lok_hooks.core.ports import AskAll, Backend, Deadline, Listener
from lok_hooks.core.screen import Screening


class Redactor(Protocol):
    """Knows the secrets of one run: the same value has the same placeholder in all its texts."""

    def redact(self, text: str) -> str:
        """`text` with placeholders for the secrets in it and for all that are known."""
        ...

    def screen(self, diff: Diff, more: Sequence[str]) -> Screening:
        """Adds the secrets in a diff and in further texts; returns all that are known."""
        ...

    def note(self) -> str:
        """One line about what was replaced so far, no value in it; "" for nothing."""
        ...


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Every model that is switched on, in the order of lok.toml (those that cannot be asked too: `missing()` says
    why), and the ports to ask them. They are sent no secret; `redactor` is for what a flow shows and keeps. `now` gives
    monotonic seconds. `left_out` are the other backends of lok.toml by name, each with the reason: "switched off",
    "not among -b"."""

    backends: Sequence[Backend]
    ask_all: AskAll
    listener: Listener
    deadline: Deadline
    redactor: Redactor
    now: Callable[[], float]
    left_out: Mapping[str, str] = field(default_factory=dict)
