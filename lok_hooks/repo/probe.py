"""Is anything staged? Asked before anything heavy is imported, so that an empty commit costs one git call.

Imports nothing but `os`, which Python has loaded anyway: `subprocess` alone would double the start-up.
"""

from __future__ import annotations

import os

# The index that git uses for this commit (GIT_INDEX_FILE) is kept; what could run a program is not.
_COMMAND = (
    "git",
    "-c",
    "core.fsmonitor=false",
    "diff",
    "--cached",
    "--quiet",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--ita-invisible-in-index",
    "--ignore-submodules=none",
)
_DROPPED = ("GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_PAGER_IN_USE")
# A missing object of a partial clone would be fetched by a program that the repository's config names. Git older
# than 2.45 does not know GIT_NO_LAZY_FETCH, but finds no protocol allowed; no config key overrides either.
# A replace ref could show another HEAD than the one the commit will have as its parent.
_ADDED = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}
_SAME, _DIFFERENT = 0, 1


def is_anything_staged() -> bool | None:
    """True when the index differs from HEAD, False when it does not, None when git cannot tell (not a repository,
    corrupt index, no git at all): then the long way will say why. Prints nothing and runs nothing but git."""
    environment = {name: value for name, value in os.environ.items() if name not in _DROPPED} | _ADDED
    silence = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        child = os.posix_spawnp("git", _COMMAND, environment, file_actions=silence)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except OSError:
        return None
    return {_SAME: False, _DIFFERENT: True}.get(status)
