"""Every `lok` command as a value. A new one is one entry in COMMANDS."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final, NamedTuple

from lok_hooks.cli.arguments import add_review_flags


class Command(NamedTuple):
    """A sub-command: its flags, and what runs it (arguments in, exit code out). A named tuple, since importing
    dataclasses alone would cost `lok --help` another Python start."""

    name: str
    help: str
    example: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _add_diff(parser: argparse.ArgumentParser) -> None:
    add_review_flags(parser)
    parser.add_argument("range", nargs="?", metavar="SPEC", help="BASE, BASE...TIP or BASE..TIP (default: staged)")
    parser.add_argument("--unstaged", action="store_true", help="the working tree against HEAD")


def _diff(arguments: argparse.Namespace) -> int:
    from lok_hooks.cli.gate import diff

    return diff(arguments)


COMMANDS: Final = (
    Command(
        name="diff",
        help="review what is staged, a range, or the working tree",
        example="lok diff main..HEAD",
        add_arguments=_add_diff,
        run=_diff,
    ),
)
