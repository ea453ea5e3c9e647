"""`lok conduct`: a conductor decides in rounds whom to ask what."""

from __future__ import annotations

import argparse
from typing import Final

EXAMPLE: Final = 'lok conduct "Plan the move to PostgreSQL"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_prompt_flags

    add_prompt_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Asks, shows the answers, and returns the exit code."""
    from lok_hooks.cli.talk import converse
    from lok_hooks.flows.conduct import conduct

    return converse("conduct", arguments, lambda session, settings: conduct(session, settings.conductor)).exit_code
