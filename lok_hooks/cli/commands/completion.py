"""`lok completion`: the completion script for a shell, made from the parsers themselves."""

from __future__ import annotations

import argparse
from typing import Final

from lok_hooks.errors import EXIT_CLEAN

EXAMPLE: Final = "lok completion bash > ~/.local/share/bash-completion/completions/lok"
SHELLS: Final = ("bash", "zsh", "fish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    parser.add_argument("shell", choices=SHELLS, help="the shell the script is for")


def run(arguments: argparse.Namespace) -> int:
    """Prints the script; where to put it stands in the shell's manual, and for bash in the example."""
    import shtab

    from lok_hooks.cli.main import make_parser
    from lok_hooks.cli.output import print_text
    from lok_hooks.cli.table import COMMANDS

    program = make_parser([command.name for command in COMMANDS])
    _say_what_is_a_path(program)
    print_text(shtab.complete(program, arguments.shell))
    return EXIT_CLEAN


def _say_what_is_a_path(parser: argparse.ArgumentParser) -> None:
    """Marks the arguments that the shell itself completes, by the name their help gives them."""
    import shtab

    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _say_what_is_a_path(inner)
        elif kind := {"FILE": shtab.FILE, "FILE.md": shtab.FILE, "DIR": shtab.DIRECTORY}.get(str(action.metavar)):
            setattr(action, "complete", kind)  # noqa: B010 - shtab's way of asking; argparse knows no such field
