"""`lok workflow`: listing and checking workflows."""

from __future__ import annotations

import argparse
from typing import Final

from lok_hooks.cli.arguments import add_output_flags, add_settings_flags

EXAMPLE: Final = "lok workflow validate .lok/workflows/release.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    parser.add_argument("action", choices=("list", "validate"), help="show them all, or say what is wrong with them")
    parser.add_argument("workflows", metavar="NAME|FILE", nargs="*", help="validate these (default: all)")
    add_settings_flags(parser)
    add_output_flags(parser, "show every step: whom it asks or what it runs, and what it waits for")


def run(arguments: argparse.Namespace) -> int:
    """Lists or checks, and returns the exit code."""
    from lok_hooks.cli.sweep import directory_of, settings_of
    from lok_hooks.cli.workflow import list_workflows, validate

    place = directory_of(arguments)
    settings = settings_of(place, arguments)
    return (list_workflows if arguments.action == "list" else validate)(arguments, settings, place)
