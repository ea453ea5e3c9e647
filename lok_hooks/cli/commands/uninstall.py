"""`lok uninstall`: our git hooks out again, foreign ones byte for byte as they were."""

from __future__ import annotations

import argparse
from typing import Final

from lok_hooks.cli.commands.install import add_hook_flags, chosen
from lok_hooks.errors import EXIT_CLEAN

EXAMPLE: Final = "lok uninstall"
_SAID: Final = {"removed": "our block is out again", "not there": "our block is not there"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    add_hook_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Takes our block out of the hook files and says what became of each."""
    from lok_hooks.cli.output import print_json, print_text
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.hook_files import hooks_folder, uninstall
    from lok_hooks.report.visible import visible

    folder = hooks_folder(Repository.open(arguments.dir))
    done = {name: uninstall(folder, name) for name in chosen(arguments.hooks)}
    if arguments.json:
        print_json({"schema": "lok-hooks/uninstall/1", "folder": str(folder), "hooks": done})
        return EXIT_CLEAN
    for name, outcome in done.items():
        print_text(visible(f"{name}: {_SAID[outcome]} ({folder / name})"))
    return EXIT_CLEAN
