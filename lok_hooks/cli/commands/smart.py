"""`lok smart`: the backend that suits the question best."""

from __future__ import annotations

import argparse
from typing import Final

EXAMPLE: Final = 'lok smart "Is the login safe against timing attacks?"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_prompt_flags

    add_prompt_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Asks, shows the answers, and returns the exit code."""
    from lok_hooks.cli.talk import Bare, converse
    from lok_hooks.flows.ask import smart

    return converse("smart", arguments, lambda session, _: smart(session), Bare).exit_code
