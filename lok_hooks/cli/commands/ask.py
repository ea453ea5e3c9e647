"""`lok ask`: every backend at hand, side by side."""

from __future__ import annotations

import argparse
from typing import Final

EXAMPLE: Final = 'lok ask "Find N+1 queries"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_prompt_flags

    add_prompt_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Asks, shows the answers, and returns the exit code."""
    from lok_hooks.cli.talk import converse
    from lok_hooks.flows.ask import ask

    return converse("ask", arguments, lambda session, _: ask(session)).exit_code
