"""What every flow says of a request, of an answer it cannot use, and of all that came."""

from __future__ import annotations

from collections.abc import Iterable

from lok_hooks.core.ports import Failure, FailureKind, Reply, Request
from lok_hooks.core.prompts import Redact
from lok_hooks.core.reading import Unreadable, own_words


def told(request: Request) -> str:
    """The request for verbose readers: whom it goes to, how large it is, and its text."""
    prompt = request.prompt
    size = len(prompt.text.encode("utf-8", "replace"))
    title = f"{request.backend.name} · {prompt.task} {request.part} · {size:,} bytes"
    return f"{title}\n{prompt.text}" if prompt.text else title


def total(counts: Iterable[int | None]) -> int | None:
    """The sum of the counts that are known, None where none is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def each_once(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """Each failure once, however many requests met it."""
    found: dict[tuple[str, str, str], Failure] = {}
    for failure in failures:
        found.setdefault((failure.backend, failure.kind, failure.reason), failure)
    return tuple(found.values())


def unusable(reply: Reply, problem: Unreadable, redact: Redact) -> Failure:
    """The failure of a backend whose answer came and does not count, in the answer's own words where these say what
    went wrong; `redact` replaces the secrets in them. The answer is kept."""
    told = f": {own_words(redact(reply.text))}" if problem.is_foreign else ""
    return Failure(
        backend=reply.backend,
        kind=FailureKind.UNREADABLE,
        reason=f"{problem.reason}{told}",
        advice="ask again, or choose a stronger model for this backend in lok.toml",
        seconds=reply.seconds,
        answer=reply.text,
    )
