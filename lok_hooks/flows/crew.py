"""Who is at hand for work by hand, and how they are asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lok_hooks.core.ports import AskAll, Backend, Deadline, Listener


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Every model that is switched on, in the order of lok.toml (those that cannot be asked too: `missing()` says
    why), and the ports to ask them. `now` gives monotonic seconds."""

    backends: Sequence[Backend]
    ask_all: AskAll
    listener: Listener
    deadline: Deadline
    now: Callable[[], float]
