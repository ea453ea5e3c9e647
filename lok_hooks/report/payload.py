"""What would be sent, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lok_hooks.core.diff import Skipped
from lok_hooks.core.ports import Failure, Request
from lok_hooks.report.visible import harmless_line, visible

SCHEMA: Final = "lok-hooks/payload/1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsent:
    """`requests` with what would not go out: files (`withheld`) and models that cannot be asked (`absent`).
    `recipients` says of each backend's name where its text would go."""

    label: str
    requests: Sequence[Request]
    withheld: Sequence[Skipped]
    absent: Sequence[Failure]
    recipients: Mapping[str, str]


def as_lines(unsent: Unsent) -> Iterator[str]:
    """The texts line by line as they would leave, hidden characters as escapes, each behind a line: to whom."""
    for request in unsent.requests:
        yield f"── {_title(request)}"
        yield f"── to {visible(unsent.recipients.get(request.backend.name, request.backend.traits.kind))}"
        yield from (harmless_line(visible(line)) for line in request.prompt.text.split("\n"))
    for item in unsent.withheld:
        detail = f" ({visible(item.detail)})" if item.detail else ""
        yield f"── not sent: {visible(item.path)}: {item.reason}{detail}"
    for failure in unsent.absent:
        yield f"── not asked: {visible(failure.backend)}: {visible(failure.reason)}"
    size = sum(len(request.prompt.text.encode("utf-8", "replace")) for request in unsent.requests)
    yield f"── {visible(unsent.label)}: {len(unsent.requests)} requests, {size:,} bytes; nothing was sent"


def as_values(unsent: Unsent) -> dict[str, Any]:
    """The same as plain values, the texts exactly as they would leave."""
    return {
        "schema": SCHEMA,
        "label": unsent.label,
        "requests": [
            {
                "backend": request.backend.name,
                "to": unsent.recipients.get(request.backend.name, ""),
                "local": request.backend.traits.is_local,
                "task": request.prompt.task,
                "part": request.part,
                "answer_schema": dict(request.prompt.schema),
                "text": request.prompt.text,
            }
            for request in unsent.requests
        ],
        "withheld": [
            {"path": item.path, "reason": str(item.reason), "detail": item.detail} for item in unsent.withheld
        ],
        "absent": [{"backend": failure.backend, "reason": failure.reason} for failure in unsent.absent],
    }


def _title(request: Request) -> str:
    size = len(request.prompt.text.encode("utf-8", "replace"))
    local = ", stays on this machine" if request.backend.traits.is_local else ""
    return f"{visible(request.backend.name)} · {visible(request.prompt.task)} {request.part} · {size:,} bytes{local}"
