"""What is staged, and where? Asked before anything heavy is imported, so that an empty commit costs one git call and a
remembered one three.

Imports nothing but `os`, which Python has loaded anyway: `subprocess` alone would double the start-up.
"""

from __future__ import annotations

import os

_GIT = ("git", "-c", "core.fsmonitor=false")
# The index that git uses for this commit (GIT_INDEX_FILE) is kept; what could run a program is not.
_STAGED = (
    *_GIT,
    "diff",
    "--cached",
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--ita-invisible-in-index",
    "--ignore-submodules=none",
)
_PLACE = (*_GIT, "rev-parse", "--path-format=absolute", "--git-common-dir", "--show-toplevel")
_RULES = (*_GIT, "ls-files", "--stage", "-z", "--", ":(top,literal)lok.toml", ":(top,literal).lok")
_OBJECT = (*_GIT, "rev-parse", "--verify", "--quiet", "--end-of-options")
_DROPPED = (
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_PAGER_IN_USE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
)
# A missing object of a partial clone would be fetched by a program that the repository's config names. Git older
# than 2.45 does not know GIT_NO_LAZY_FETCH, but finds no protocol allowed; no config key overrides either.
# A replace ref could show another HEAD than the one the commit will have as its parent.
_ADDED = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}
_PIECE = 1 << 16  # bytes read at once


def staged_records() -> bytes | None:
    """Git's raw records of what this commit would change, with full ids: the same records, the same change. Empty
    when nothing is staged; None when git cannot tell (not a repository, corrupt index, no git at all): then the long
    way will say why. Prints nothing and runs nothing but git."""
    return _answer(_STAGED)


def place() -> tuple[str, str] | None:
    """The directory all linked work trees share and the top of this one, absolute; None when git cannot tell."""
    answer = _answer(_PLACE)
    lines = [] if answer is None else os.fsdecode(answer).removesuffix("\n").split("\n")
    return (lines[0], lines[1]) if len(lines) == 2 else None


def staged_rules() -> bytes | None:
    """The index's entries for lok.toml and below .lok; None when git cannot tell."""
    return _answer(_RULES)


def object_id(name: str) -> str:
    """The full id of an object by any name git knows ("origin/main:lok.toml"), "" when there is none."""
    return os.fsdecode(_answer((*_OBJECT, name)) or b"").strip()


def _answer(command: tuple[str, ...]) -> bytes | None:
    """What git prints; None when it fails or cannot be started."""
    environment = {name: value for name, value in os.environ.items() if name not in _DROPPED} | _ADDED
    read, write = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, write, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    pieces = []
    try:
        try:
            child = os.posix_spawnp("git", command, environment, file_actions=actions)
        finally:
            os.close(write)
        while piece := os.read(read, _PIECE):
            pieces.append(piece)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except OSError:
        return None
    finally:
        os.close(read)
    return b"".join(pieces) if status == 0 else None
