"""`lok suggest`: who would be asked, and why; asks nobody."""

from __future__ import annotations

import argparse
from typing import Final

EXAMPLE: Final = 'lok suggest "Find SQL injection"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_prompt_flags

    add_prompt_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Shows the ranking; exit code 4 when nobody could be asked."""
    from lok_hooks.cli.talk import suggest

    return suggest(arguments)
