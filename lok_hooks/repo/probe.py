"""What is staged, and where? Asked before anything heavy is imported, so that an empty commit costs one git call and a
remembered one three, two of them at once.

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
    return _answers(_STAGED)[0]


def place_and_rules() -> tuple[str, str, bytes] | None:
    """The directory all linked work trees share and the top of this one, absolute, and the index's entries for lok.toml
    and below .lok; None when git cannot tell."""
    place, rules = _answers(_PLACE, _RULES)
    lines = [] if place is None else os.fsdecode(place).removesuffix("\n").split("\n")
    return (lines[0], lines[1], rules) if len(lines) == 2 and rules is not None else None


def records_and_rules() -> tuple[bytes, bytes] | None:
    """What `staged_records` gives, and the index's entries for lok.toml and below .lok; None when git cannot tell."""
    records, rules = _answers(_STAGED, _RULES)
    return None if records is None or rules is None else (records, rules)


def object_id(name: str) -> str:
    """The full id of an object by any name git knows ("origin/main:lok.toml"), "" when there is none."""
    return os.fsdecode(_answers((*_OBJECT, name))[0] or b"").strip()


def _answers(*commands: tuple[str, ...]) -> list[bytes | None]:
    """What git prints for each, all at work at once; None for one that fails or cannot be started."""
    environment = {name: value for name, value in os.environ.items() if name not in _DROPPED} | _ADDED
    return [_answer(running) for running in [_started(command, environment) for command in commands]]


def _started(command: tuple[str, ...], environment: dict[str, str]) -> tuple[int, int] | None:
    """The process and the end of the pipe that it writes to; None when it cannot be started."""
    read, write = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, write, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        return os.posix_spawnp("git", command, environment, file_actions=actions), read
    except OSError:
        os.close(read)
        return None
    finally:
        os.close(write)


def _answer(running: tuple[int, int] | None) -> bytes | None:
    """What is read to the end of the pipe; None unless the process ends well."""
    if running is None:
        return None
    child, read = running
    pieces = []
    try:
        while piece := os.read(read, _PIECE):
            pieces.append(piece)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except OSError:
        return None
    finally:
        os.close(read)
    return b"".join(pieces) if status == 0 else None
