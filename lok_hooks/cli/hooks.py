"""The hook entry points. Nothing is imported here that an empty commit does not need, and little that a remembered
one does not."""

from __future__ import annotations

import sys


def hunt() -> int:
    """`lok-hunt`: reviews what is staged. Returns the exit code."""
    from lok_hooks.repo.probe import staged_records

    argv = sys.argv[1:]
    records = staged_records()
    if records == b"" and not argv:
        sys.stdout.write("lok-hunt: nothing staged, nothing to review\n")
        return 0
    from lok_hooks.cli.boundary import guarded

    return guarded("lok-hunt", lambda: _hunt(argv, records))


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

    return run(sys.argv[1:])


def review() -> int:
    """`lok-review`: reviews a branch, a commit, the index, the working tree or a diff file. Returns the exit code."""
    from lok_hooks.cli.gate import review as run

    return run(sys.argv[1:])
