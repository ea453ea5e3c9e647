"""`lok pr N`: a pull request's diff, taken through gh, reviewed as any other."""

from __future__ import annotations

import argparse
from typing import Final

from lok_hooks.cli.arguments import add_place_flags, add_review_flags, enter_place
from lok_hooks.cli.boundary import UNDECIDED

EXAMPLE: Final = "lok pr 31 --format markdown"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    add_review_flags(parser)
    add_place_flags(parser)
    parser.set_defaults(if_interrupted=UNDECIDED)
    parser.add_argument("number", metavar="N", type=_number, help="the pull request's number")


def run(arguments: argparse.Namespace) -> int:
    """Reviews, and returns the exit code."""
    from pathlib import Path

    from lok_hooks.backends.deadline import Until
    from lok_hooks.backends.issues import run_forge_program
    from lok_hooks.cli.run import run_on_patch

    enter_place(arguments)
    number: int = arguments.number
    diff = run_forge_program("gh", ("pr", "diff", str(number), "--color=never"), Path(), b"", Until.after(None))
    return run_on_patch("lok pr", arguments, diff, f"pull request #{number}")


def _number(text: str) -> int:
    digits = text.removeprefix("#")
    if not (digits.isascii() and digits.isdigit()) or not int(digits[:12]):
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a pull request")
    return int(digits)
