"""`lok backends`: who is configured, and where each value comes from."""

from __future__ import annotations

import argparse
from typing import Final

from lok_hooks.errors import EXIT_CLEAN

EXAMPLE: Final = "lok backends --explain"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_output_flags, add_settings_flags

    add_settings_flags(parser)
    add_output_flags(parser, "the same as --explain")
    parser.add_argument("--explain", action="store_true", help="show every value and the file or variable it is from")


def run(arguments: argparse.Namespace) -> int:
    """Shows the backends; starts nothing."""
    from lok_hooks.cli import output
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.cli.ledgers import precision_in
    from lok_hooks.cli.sweep import settings_of
    from lok_hooks.report.backends import as_json, explained, lay_out
    from lok_hooks.report.visible import visible

    directory = existing_directory(arguments.dir)
    settings = settings_of(directory, arguments)
    precision = precision_in(directory)
    if arguments.json:
        output.print_json(as_json(settings.backends, settings.origins, precision))
        return EXIT_CLEAN
    lines = lay_out(settings.backends, precision, output.width())
    if arguments.explain or arguments.verbose:
        lines += explained(settings.backends, settings.origins, output.width())
    output.print_lines(lines, arguments)
    for note in settings.notes:
        output.say(f"note: {visible(note)}")
    return EXIT_CLEAN
