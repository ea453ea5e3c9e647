"""`lok`: the parser made from the table of commands, inside the error boundary."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from lok_hooks import __version__
from lok_hooks.cli.arguments import Layout, parser
from lok_hooks.cli.boundary import guarded
from lok_hooks.cli.commands import COMMANDS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `lok ARGV` (default: the process's arguments) and returns the exit code."""
    program = _program()
    arguments = program.parse_args(sys.argv[1:] if argv is None else argv)
    return guarded(f"lok {arguments.command}", lambda: int(arguments.run(arguments)))


def _program() -> argparse.ArgumentParser:
    program = parser("lok", "A local control plane over the LLM CLIs you already have.", "lok diff main..HEAD")
    program.add_argument("--version", action="version", version=f"lok-hooks {__version__}")
    commands = program.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        added = commands.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            epilog=f"example: {command.example}",
            formatter_class=Layout,
            allow_abbrev=False,
        )
        command.add_arguments(added)
        added.set_defaults(run=command.run)
    return program
