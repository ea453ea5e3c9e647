"""What a review would send, and to whom, without sending it."""

from __future__ import annotations

from dataclasses import dataclass

from lok_hooks.core.diff import Skipped, SkipReason
from lok_hooks.core.ports import Failure, Request
from lok_hooks.core.redaction import without_secrets
from lok_hooks.flows.planning import plan, with_headings
from lok_hooks.flows.review import Means, Order, requests_for


@dataclass(frozen=True, kw_only=True, slots=True)
class Payload:
    """`requests` are those of the review itself, as nothing remembered would leave them; the debate that may follow
    depends on what is answered, and shows no other code. `withheld` are files whose text goes to nobody; `absent` are
    models that cannot be asked."""

    label: str
    requests: tuple[Request, ...]
    withheld: tuple[Skipped, ...]
    absent: tuple[Failure, ...]


def payload(order: Order, means: Means) -> Payload:
    """The requests that a review of `order` would begin with."""
    planned = plan(order.diff, order.tasks, means.backends, order.chosen, means.contents, order.only, order.precision)
    screening = means.screen(with_headings(order.diff, planned), ())
    drafts = [draft for draft in planned.drafts if draft.task is not None]
    withheld = [
        Skipped(path=file.path, reason=SkipReason.CREDENTIALS, detail=file.held_back)
        for file in order.diff.files
        if file.held_back
    ]
    return Payload(
        label=screening.redact(order.diff.label),
        requests=requests_for(drafts, means, screening),
        withheld=without_secrets((*order.diff.skipped, *withheld), screening.redact),
        absent=without_secrets(planned.absent_models, screening.redact),
    )
