"""`--show-payload`: what would be sent, to whom, and nothing is sent."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lok_hooks.cli import keeping, output, wiring
from lok_hooks.core.remember import Forgetting
from lok_hooks.errors import EXIT_CLEAN, UsageError

if TYPE_CHECKING:
    from lok_hooks.core.settings import BackendSettings, Settings
    from lok_hooks.flows.review import Order
    from lok_hooks.repo.snapshot import Snapshot


def show_payload(
    order: Order, settings: Settings, snapshot: Snapshot, entry: keeping.EntryName, arguments: argparse.Namespace
) -> int:
    """Prints every request of the review of `order` as if nothing of it were remembered, what earlier commits left
    open too, and returns the exit code."""
    from lok_hooks.flows.payload import payload
    from lok_hooks.report.payload import Unsent, as_lines, as_values

    if arguments.output or arguments.transcript:
        given = "-o" if arguments.output else "--transcript"
        raise UsageError(f"--show-payload and {given} exclude each other", advice="Nothing is reviewed: leave one out.")
    with (
        keeping.prepared(order, settings, snapshot, entry, arguments, lambda _: None) as (whole, known, _, _),
        wiring.means(known, snapshot, whole.policy, verbose=False, memory=Forgetting()) as means,
    ):
        found = payload(whole, means)
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
