"""The hook entry points. Nothing is imported here that an empty commit does not need, and little that a remembered
one does not."""

from __future__ import annotations

import os
import sys

_NOTHING = b"lok-hunt: nothing staged, nothing to review\n"


def hunt() -> int:
    """`lok-hunt`: reviews what is staged. Returns the exit code."""
    from lok_hooks.repo.probe import staged_records

    argv = sys.argv[1:]
    records = staged_records()
    if records == b"" and not argv and _is_written(_NOTHING):
        return 0
    from lok_hooks.cli.boundary import guarded
    from lok_hooks.cli.streams import standing

    return standing("lok-hunt", lambda: guarded("lok-hunt", lambda: _hunt(argv, records)))


def _is_written(text: bytes) -> bool:
    """Whether standard output took it. Where it is closed or full, the long way knows what to do."""
    try:
        return sys.stdout is not None and os.write(1, text) == len(text)
    except OSError:
        return False


def _hunt(argv: list[str], records: bytes | None) -> int:
    from lok_hooks.cli import remembered

    ticket = remembered.ticket(argv, records)
    code = remembered.recalled(ticket) if ticket else None
    if code is not None:
        return code
    from lok_hooks.cli.gate import hunt as run

    return run(argv, ticket)


def audit() -> int:
    """`lok-audit`: reviews what is being pushed. Returns the exit code."""
    from lok_hooks.cli.gate import audit as run
    from lok_hooks.cli.streams import standing

    return standing("lok-audit", lambda: run(sys.argv[1:]))


def review() -> int:
    """`lok-review`: reviews a branch, a commit, the index, the working tree or a diff file. Returns the exit code."""
    from lok_hooks.cli.gate import review as run
    from lok_hooks.cli.streams import standing

    return standing("lok-review", lambda: run(sys.argv[1:]))
