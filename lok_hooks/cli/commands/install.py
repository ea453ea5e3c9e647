"""`lok install`: plain git hooks beside foreign ones."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lok_hooks.errors import EXIT_CLEAN, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.hook_files import HookName

EXAMPLE: Final = "lok install pre-commit"
_SAID: Final = {
    "made": "made",
    "put beside": "our block stands before what was there",
    "chained": "made; what was there runs behind it",
    "renewed": "our block was renewed",
    "there": "is there already",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    add_hook_flags(parser)


def add_hook_flags(parser: argparse.ArgumentParser) -> None:
    """Adds what install and uninstall share."""
    from lok_hooks.cli.arguments import to_path

    hooks = ("pre-commit", "pre-push")
    parser.add_argument("hooks", nargs="*", metavar="HOOK", help="pre-commit, pre-push (default: both)", default=hooks)
    parser.add_argument("--dir", metavar="DIR", type=to_path, default=Path(), help="the repository (default: here)")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Puts our block into the hook files and says what became of each."""
    from lok_hooks.cli.output import print_json, print_text
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.hook_files import hooks_folder, install
    from lok_hooks.report.visible import visible

    repository = Repository.open(arguments.dir)
    folder = hooks_folder(repository)
    done = {name: install(folder, name, sys.executable) for name in chosen(arguments.hooks)}
    notes = list(_notes(repository, folder))
    if arguments.json:
        print_json({"schema": "lok-hooks/install/1", "folder": str(folder), "hooks": done, "notes": notes})
        return EXIT_CLEAN
    for name, outcome in done.items():
        print_text(visible(f"{name}: {_SAID[outcome]} ({folder / name})"))
    for note in notes:
        print_text(visible(f"  note: {note}"))
    return EXIT_CLEAN


def chosen(names: Sequence[str]) -> tuple[HookName, ...]:
    """The hooks named, each once. Raises UsageError for one that is none of ours."""
    from lok_hooks.repo.hook_files import HOOKS

    unknown = [name for name in names if name not in HOOKS]
    if unknown:
        raise UsageError(f"no hook of ours is called {unknown[0]!r}", advice=f"Name {' or '.join(HOOKS)}.")
    return tuple(name for name in HOOKS if name in names)


def _notes(repository: Repository, folder: Path) -> Iterator[str]:
    """What the user may not expect of this place."""
    top, common = repository.top.resolve(), repository.common_dir.resolve()
    place = folder.resolve()
    if place.is_relative_to(common):
        if (top / ".pre-commit-config.yaml").is_file() and b"lok-hunt" in (
            top / ".pre-commit-config.yaml"
        ).read_bytes():
            yield ".pre-commit-config.yaml names lok-hunt as well; keep one of the two, or it reviews twice"
    elif place.name == "_" and place.parent.name == ".husky":
        yield f"husky writes {place} anew whenever it is installed; put `lok-hunt` into .husky/pre-commit to keep it"
    elif place.is_relative_to(top):
        yield f"core.hooksPath leads into the work tree ({place}): do not commit our block, its path is this machine's"
    else:
        yield f"core.hooksPath leads to {place}: the hooks there run in every repository that uses it"
