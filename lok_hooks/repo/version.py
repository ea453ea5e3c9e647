"""Which git there is, asked with the standard library alone: `lok --version` shall not wait for GitPython."""

from __future__ import annotations

import os


def git_version() -> str:
    """The version of git, like "2.39.5"; "" when there is none that answers."""
    reading, writing = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writing, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_CLOSE, reading),
    ]
    try:
        child = os.posix_spawnp("git", ("git", "--version"), os.environ, file_actions=actions)
    except OSError:
        os.close(reading)
        return ""
    finally:
        os.close(writing)
    with os.fdopen(reading, "rb") as output:
        words = output.read().decode(errors="replace").split()
    os.waitpid(child, 0)
    return next((word for word in words if word[:1].isdigit()), "")
