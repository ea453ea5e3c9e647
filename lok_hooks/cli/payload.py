"""`lok-review --show-payload`: what would be sent, to whom, and nothing is sent."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lok_hooks.cli import output, wiring
from lok_hooks.core.remember import Forgetting
from lok_hooks.errors import EXIT_CLEAN

if TYPE_CHECKING:
    from lok_hooks.core.settings import BackendSettings, Settings
    from lok_hooks.flows.review import Order
    from lok_hooks.repo.snapshot import Snapshot


def show_payload(order: Order, settings: Settings, snapshot: Snapshot, arguments: argparse.Namespace) -> int:
    """Prints every request of the review of `order`, and returns the exit code."""
    from lok_hooks.flows.payload import payload
    from lok_hooks.report.payload import Unsent, as_lines, as_values

    with wiring.means(settings, snapshot, order.policy, verbose=False, memory=Forgetting()) as means:
        found = payload(order, means)
    unsent = Unsent(
        label=found.label,
        requests=found.requests,
        withheld=found.withheld,
        absent=found.absent,
        recipients={backend.name: _recipient(backend) for backend in settings.backends},
    )
    if arguments.format == "json":
        output.print_json(as_values(unsent))
    else:
        output.print_text("\n".join(as_lines(unsent)))
    return EXIT_CLEAN


def _recipient(backend: BackendSettings) -> str:
    """Where text for the backend goes: a server, or a program and whoever it talks to."""
    where = backend.url or backend.command
    model = f", model {backend.model}" if backend.model else ""
    return f"{backend.kind}: {where}{model}" if where else f"{backend.kind}{model}"
