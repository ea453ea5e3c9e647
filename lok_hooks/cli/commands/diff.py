"""`lok diff`: lok-review with Lok's arguments."""

from __future__ import annotations

import argparse
from typing import Final

from lok_hooks.cli.arguments import add_place_flags, add_review_flags, enter_place, to_text
from lok_hooks.cli.boundary import UNDECIDED

EXAMPLE: Final = "lok diff main..HEAD"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    add_review_flags(parser)
    add_place_flags(parser)
    parser.set_defaults(if_interrupted=UNDECIDED)
    parser.add_argument(
        "range", nargs="?", metavar="SPEC", type=to_text, help="BASE, BASE...TIP or BASE..TIP (default: staged)"
    )
    parser.add_argument("--unstaged", action="store_true", help="the working tree against HEAD")


def run(arguments: argparse.Namespace) -> int:
    """Reviews, and returns the exit code."""
    from lok_hooks.cli.gate import diff

    enter_place(arguments)
    return diff(arguments)
