"""`lok audit`: the task "audit" over a directory."""

from __future__ import annotations

import argparse
from typing import Final

from lok_hooks.cli.arguments import add_exploring_flags
from lok_hooks.cli.sweep import add_directory, add_sweep_flags

EXAMPLE: Final = "lok audit --issues --dry-run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    add_directory(parser)
    add_exploring_flags(parser)
    add_sweep_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Looks through the directory, and returns the exit code."""
    from lok_hooks.cli.sweep import run_task

    return run_task("lok audit", "audit", arguments)
