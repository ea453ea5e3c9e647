"""`lok completion`: the completion script for a shell, made from the parsers themselves."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Final, NamedTuple

from lok_hooks.errors import EXIT_CLEAN

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE: Final = "lok completion bash > ~/.local/share/bash-completion/completions/lok"
SHELLS: Final = ("bash", "zsh", "fish")


class Names(NamedTuple):
    """What is called by name in a directory."""

    backends: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_directory_flag

    parser.add_argument("shell", choices=SHELLS, help="the shell the script is for")
    add_directory_flag(parser, "offer the backends, tasks and workflows of this directory too")
    parser.add_argument("--json", action="store_true", help="the script in one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Prints the script; where to put it stands in the shell's manual, and for bash in the example."""
    import shtab

    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.cli.main import make_parser
    from lok_hooks.cli.output import print_json, print_text
    from lok_hooks.cli.table import COMMANDS

    names = _names_in(existing_directory(arguments.dir)) if arguments.dir else Names()
    program = make_parser([command.name for command in COMMANDS])
    _say_what_can_stand(program, names)
    script = shtab.complete(program, arguments.shell)
    if arguments.json:
        told = {name: list(values) for name, values in names._asdict().items()}
        print_json({"schema": "lok-hooks/completion/1", "shell": arguments.shell, "names": told, "script": script})
    else:
        print_text(script)
    return EXIT_CLEAN


def _names_in(directory: Path) -> Names:
    from lok_hooks.cli.sweep import settings_of
    from lok_hooks.cli.wiring import top_of
    from lok_hooks.config import workflow_find

    settings = settings_of(directory, argparse.Namespace(backend=None, config=None))
    return Names(
        backends=tuple(backend.name for backend in settings.backends),
        tasks=tuple(task.name for task in settings.tasks),
        workflows=tuple(sorted(workflow_find.names(top_of(directory), os.environ))),
    )


def _say_what_can_stand(parser: argparse.ArgumentParser, names: Names) -> None:
    """Marks the arguments that the shell itself completes, by the name their help gives them, and those whose values
    are known, by what they mean."""
    import shtab

    known = {
        "backend": names.backends,
        "task": names.tasks,
        "name": (*names.tasks, *names.workflows),
        "workflows": names.workflows,
        "hooks": ("pre-commit", "pre-push"),
    }
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _say_what_can_stand(inner, names)
        elif kind := {"FILE": shtab.FILE, "FILE.md": shtab.FILE, "DIR": shtab.DIRECTORY}.get(str(action.metavar)):
            setattr(action, "complete", kind)  # noqa: B010 - shtab's way of asking; argparse knows no such field
        elif values := known.get(action.dest):
            action.choices = tuple(dict.fromkeys(values))
