"""`lok suggest`: who would be asked, and why; asks nobody."""

from __future__ import annotations

import argparse
from typing import Final

EXAMPLE: Final = 'lok suggest "Find SQL injection"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_output_flags, add_prompt, add_settings_flags

    add_prompt(parser)
    add_settings_flags(parser)
    add_output_flags(parser, "show how each score came about")


def run(arguments: argparse.Namespace) -> int:
    """Shows the ranking; exit code 4 when nobody could be asked."""
    from lok_hooks.cli.talk import suggest

    return suggest(arguments)
