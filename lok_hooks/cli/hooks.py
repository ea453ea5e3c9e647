"""The hook entry points. Nothing is imported here that an empty commit does not need."""

from __future__ import annotations

import sys


def hunt() -> int:
    """`lok-hunt`: reviews what is staged. Returns the exit code."""
    if len(sys.argv) == 1:
        from lok_hooks.repo.probe import is_anything_staged

        if is_anything_staged() is False:
            sys.stdout.write("lok-hunt: nothing staged, nothing to review\n")
            return 0
    from lok_hooks.cli.gate import hunt as run

    return run(sys.argv[1:])


def audit() -> int:
    """`lok-audit`: reviews what is being pushed. Returns the exit code."""
    from lok_hooks.cli.gate import audit as run

    return run(sys.argv[1:])


def review() -> int:
    """`lok-review`: reviews a branch, a commit, the index, the working tree or a diff file. Returns the exit code."""
    from lok_hooks.cli.gate import review as run

    return run(sys.argv[1:])
