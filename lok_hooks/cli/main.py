"""`lok`: the parser made from the table of commands, inside the error boundary."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from lok_hooks.cli.arguments import Layout, Version, parser, refuse, with_closest
from lok_hooks.cli.boundary import guarded
from lok_hooks.cli.streams import standing
from lok_hooks.cli.table import COMMANDS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `lok ARGV` (default: the process's arguments) and returns the exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    name = words[0] if words and not words[0].startswith("-") else ""
    return standing(f"lok {name}".rstrip(), lambda: _run(words))


def _run(words: Sequence[str]) -> int:
    program = make_parser(words[:1])
    names = [command.name for command in COMMANDS]
    if words and not words[0].startswith("-") and words[0] not in names:
        program.error(f"no command is called {with_closest(words[0], names)}")
    arguments, unknown = program.parse_known_args(words)
    refuse(arguments.parser, _left_over(arguments, unknown))
    if arguments.command is None:
        program.error("a command is missing; lok --help lists them")
    return guarded(f"lok {arguments.command}", lambda: int(arguments.run(arguments)), arguments.if_interrupted)


def _left_over(arguments: argparse.Namespace, unknown: Sequence[str]) -> Sequence[str]:
    """The words that belong nowhere. argparse takes those of a list up to the first flag only; the rest is put behind
    them here."""
    positional = [action for action in arguments.parser._actions if not action.option_strings]
    name = next((action.dest for action in positional if action.nargs in ("*", "+")), "")
    if not (name and unknown) or any(word.startswith("-") for word in unknown):
        return unknown
    setattr(arguments, name, [*getattr(arguments, name), *unknown])
    return []


def make_parser(loaded: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of `lok`, with the flags of the commands named in `loaded`; the others are known by name only, since
    each one's module costs start-up."""
    program = parser("lok", "A local control plane over the LLM CLIs you already have.", "lok diff main..HEAD")
    program.add_argument("--version", action=Version, nargs=0, help="our version and those of the parts")
    commands = program.add_subparsers(dest="command", metavar="COMMAND")
    program.set_defaults(parser=program, if_interrupted="")
    for command in COMMANDS:
        if command.name not in loaded:
            commands.add_parser(command.name, help=command.help, formatter_class=Layout)
            continue
        module = import_module(command.module)
        added = commands.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            epilog=f"example: {module.EXAMPLE}",
            formatter_class=Layout,
            allow_abbrev=False,
        )
        module.add_arguments(added)
        added.set_defaults(run=module.run, parser=added)
    return program
