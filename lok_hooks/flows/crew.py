"""Who is at hand for work by hand, and how they are asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lok_hooks.core.ports import AskAll, Backend, Deadline, Listener


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Every model that is switched on, in the order of lok.toml (those that cannot be asked too: `missing()` says
    why), and the ports to ask them. `now` gives monotonic seconds. `left_out` are the other backends of lok.toml by
    name, each with the reason: "switched off", "not among -b"."""

    backends: Sequence[Backend]
    ask_all: AskAll
    listener: Listener
    deadline: Deadline
    now: Callable[[], float]
    left_out: Mapping[str, str] = field(default_factory=dict)
