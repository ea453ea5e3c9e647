"""Where workflows are: the project's (`.lok/workflows/`), the user's (`~/.config/lok/workflows/`), the built-in ones;
the first that has the name counts."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from lok_hooks.config.load import LARGEST_BYTES, user_folder
from lok_hooks.errors import ConfigError

Origin = Literal["project", "user", "built-in", "file"]
PROJECT_FOLDER: Final = Path(".lok", "workflows")
BUILT_IN: Final = Path(__file__).parents[1] / "workflows"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A workflow file: its name, where it comes from, its content, and how messages call it."""

    name: str
    origin: Origin
    path: Path
    label: str
    content: bytes


def named_file(path: Path) -> Found:
    """The workflow in a file that the user named. Raises ConfigError when it cannot be read."""
    return _read(path, "file", str(path))


def all_workflows(top: Path, environ: Mapping[str, str]) -> Iterator[Found]:
    """Every workflow in search order, those too that an earlier one of the same name hides. Raises ConfigError for a
    file that cannot be read."""
    for folder in _folders(top, environ):
        yield from _all_in(*folder)


def project_workflows(top: Path) -> Iterator[Found]:
    """Those that came with the repository; a label is the path below its top, with slashes. Raises ConfigError for a
    file that cannot be read."""
    return _all_in(*_project_folder(top))


def _all_in(folder: Path, origin: Origin, prefix: str) -> Iterator[Found]:
    for name in _names_in(folder):
        yield _read(folder / name, origin, f"{prefix}{name}")


def find(name: str, top: Path, environ: Mapping[str, str]) -> Found | None:
    """The first workflow of this name in search order; no other file is read. Raises ConfigError when it cannot be."""
    for folder, origin, prefix in _folders(top, environ):
        if f"{name}.toml" in _names_in(folder):
            return _read(folder / f"{name}.toml", origin, f"{prefix}{name}.toml")
    return None


def names(top: Path, environ: Mapping[str, str]) -> frozenset[str]:
    """The names of all workflows."""
    return frozenset(name.removesuffix(".toml") for folder, *_ in _folders(top, environ) for name in _names_in(folder))


def _project_folder(top: Path) -> tuple[Path, Origin, str]:
    return top / PROJECT_FOLDER, "project", f"{PROJECT_FOLDER.as_posix()}/"


def _folders(top: Path, environ: Mapping[str, str]) -> list[tuple[Path, Origin, str]]:
    """Where to look, in order, with how messages call what lies there."""
    folders = [_project_folder(top)]
    if settings := user_folder(environ):
        user = settings / "workflows"
        folders.append((user, "user", f"{user}/"))
    return [*folders, (BUILT_IN, "built-in", "built-in ")]


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(".toml"))
    except OSError:  # no such folder, or none that may be looked into
        return []


def _read(path: Path, origin: Origin, label: str) -> Found:
    try:
        if origin != "file" and not stat.S_ISREG(path.stat().st_mode):
            raise ConfigError(f"{label}: not a regular file; remove it")
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ConfigError(f"{label}: there is no such file", advice="lok workflow list shows what there is") from error
    except OSError as error:
        advice = "name a workflow's file" if origin == "file" else "mend it or remove it"
        raise ConfigError(f"{label}: cannot be read ({error.strerror})", advice=advice) from error
    return Found(name=path.stem, origin=origin, path=path, label=label, content=content)
