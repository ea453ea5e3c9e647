"""`lok tasks`: the tasks of lok.toml."""

from __future__ import annotations

import argparse
from typing import Final

from lok_hooks.cli.arguments import add_output_flags, add_settings_flags

EXAMPLE: Final = "lok tasks --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    add_settings_flags(parser)
    add_output_flags(parser, "show every question in full")


def run(arguments: argparse.Namespace) -> int:
    """Lists them, and returns the exit code."""
    from lok_hooks.cli import output
    from lok_hooks.cli.sweep import directory_of, settings_of
    from lok_hooks.report.tasks import as_values, lines

    tasks = settings_of(directory_of(arguments), arguments).tasks
    if arguments.json:
        output.print_json(as_values(tasks))
    else:
        output.print_lines(lines(tasks, output.width(), verbose=arguments.verbose), arguments)
    return 0
