"""`lok uninstall`: our git hooks out again, foreign ones byte for byte as they were."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from lok_hooks.cli.commands.install import Watch, add_hook_flags, chosen
from lok_hooks.errors import EXIT_CLEAN

if TYPE_CHECKING:
    from pathlib import Path

    from lok_hooks.repo.hook_files import HookName

EXAMPLE: Final = "lok uninstall"
_SAID: Final = {
    "removed": "our block is out again",
    "not there": "our block is not there",
    "left": "our block stays; it was not installed with these backends",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    add_hook_flags(parser, "only hooks that were installed with exactly these")


def run(arguments: argparse.Namespace) -> int:
    """Takes our block out of the hook files and says what became of each."""
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.cli.output import print_json, say
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.hook_files import hooks_folder
    from lok_hooks.report.visible import visible

    folder = hooks_folder(Repository.open(existing_directory(arguments.dir)))
    names = chosen(arguments.hooks)
    with Watch(folder, names, arguments):
        done = {name: _taken_out(folder, name, arguments.backend) for name in names}
    if arguments.json:
        print_json({"schema": "lok-hooks/uninstall/1", "folder": str(folder), "hooks": done})
        return EXIT_CLEAN
    for name, outcome in done.items():
        say(visible(f"{name}: {_SAID[outcome]} ({folder / name})"))
    return EXIT_CLEAN


def _taken_out(folder: Path, name: HookName, backends: tuple[str, ...] | None) -> str:
    from lok_hooks.repo.hook_files import look, uninstall

    hook = look(folder, name, "")
    if backends and hook.state in ("current", "outdated") and set(hook.backends) != set(backends):
        return "left"
    return uninstall(folder, name)
