"""Looks for agents' settings in a directory and above it, without starting anything."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from lok_hooks.core.tree_danger import FILES, FOLDERS, INSTRUCTIONS, MAX_SIZE, Danger, judge_file


def dangers(directory: Path) -> tuple[Danger, ...]:
    """What an agent started in `directory` would obey to the user's harm: settings in it and in its parents up to
    the top of its work tree. Folders below do not count, since agents take no settings from there; nor does the
    user's home, whose settings are the user's own. Raises nothing: what cannot be read is a danger."""
    found = []
    for folder, seen in _folders(directory):
        found += [Danger(path=f"{seen}{name}", why=why) for name in FILES if (why := _judged(folder / name, name))]
        found += [Danger(path=f"{seen}{name}/", why=why) for name, why in FOLDERS.items() if _holds_any(folder / name)]
    return tuple(found)


def instructions(directory: Path) -> tuple[str, ...]:
    """The instructions for agents in the same places, as paths seen from `directory`."""
    return tuple(
        f"{seen}{name}" for folder, seen in _folders(directory) for name in INSTRUCTIONS if _is_there(folder / name)
    )


def _folders(directory: Path) -> Iterator[tuple[Path, str]]:
    """The directory and its parents up to the work tree's top, each with how it is seen from the directory."""
    here = directory.resolve()
    line = (here, *here.parents)
    depth = next((depth for depth, folder in enumerate(line) if _is_there(folder / ".git")), 0)
    home = Path.home().resolve()
    for steps, folder in enumerate(line[: depth + 1]):
        if folder != home:
            yield folder, "../" * steps


def _is_there(path: Path) -> bool:
    return os.path.lexists(path)


def _judged(path: Path, name: str) -> str:
    """Why the file is dangerous, "" when it is not, or not there."""
    try:
        content = _content(path)
    except (FileNotFoundError, NotADirectoryError):
        return "it is a link that leads nowhere yet" if path.is_symlink() else ""
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    if content is None:
        return "it is no ordinary file"
    return judge_file(name, content) if len(content) <= MAX_SIZE else f"it is larger than {MAX_SIZE:,} bytes"


def _content(path: Path) -> bytes | None:
    """The file's bytes, few more than MAX_SIZE at most; None for what is no file."""
    # Opening a named pipe would wait for ever.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return None
        with os.fdopen(file, "rb", closefd=False) as opened:
            return opened.read(MAX_SIZE + 1)
    finally:
        os.close(file)


def _holds_any(folder: Path) -> bool:
    """Whether a folder is there and not empty; one that cannot be read counts as full."""
    try:
        with os.scandir(folder) as entries:
            return any(True for _ in entries)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
