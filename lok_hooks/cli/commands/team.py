"""`lok team`: one backend works, the others review, one synthesises."""

from __future__ import annotations

import argparse
from typing import Final

EXAMPLE: Final = 'lok team "Write a migration plan for the users table" --debate'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_prompt_flags

    add_prompt_flags(parser)
    parser.add_argument(
        "--debate", dest="is_debated", action="store_true", help="the author answers the reviews, and is reviewed again"
    )


def run(arguments: argparse.Namespace) -> int:
    """Works, shows the result, and returns the exit code."""
    from lok_hooks.cli.talk import converse
    from lok_hooks.flows.team import debated_team, team

    way = debated_team if arguments.is_debated else team
    return converse("team", arguments, lambda session, _: way(session)).exit_code
