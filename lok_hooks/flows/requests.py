"""What every flow says of a request, and of an answer it cannot use."""

from __future__ import annotations

from lok_hooks.core.ports import Failure, FailureKind, Reply, Request


def told(request: Request) -> str:
    """The request for verbose readers: whom it goes to, how large it is, and its text."""
    prompt = request.prompt
    size = len(prompt.text.encode("utf-8", "replace"))
    title = f"{request.backend.name} · {prompt.task} {request.part} · {size:,} bytes"
    return f"{title}\n{prompt.text}" if prompt.text else title


def unusable(reply: Reply, reason: str) -> Failure:
    """The failure of a backend whose answer came and does not count; the answer is kept."""
    return Failure(
        backend=reply.backend,
        kind=FailureKind.UNREADABLE,
        reason=reason,
        advice="ask again, or choose a stronger model for this backend in lok.toml",
        seconds=reply.seconds,
        answer=reply.text,
    )
