"""`lok explain`: what a code base is, by the backend that suits the question best."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from lok_hooks.cli.arguments import add_common_flags, to_text

if TYPE_CHECKING:
    from pathlib import Path

    from lok_hooks.core.settings import Settings

EXAMPLE: Final = "lok explain src --focus authentication"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.sweep import add_directory

    add_directory(parser)
    parser.add_argument("--focus", metavar="X", type=to_text, help="what to dwell on")
    add_common_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Asks, shows the answer, and returns the exit code."""
    from lok_hooks.cli.sweep import directory_of, settings_of
    from lok_hooks.cli.talk import Bare, converse
    from lok_hooks.flows.ask import smart

    arguments.dir = directory_of(arguments)
    arguments.prompt = [_prompt(arguments.dir, arguments.focus or "", settings_of(arguments.dir, arguments))]
    return converse("explain", arguments, lambda session, _: smart(session), Bare).exit_code


def _prompt(directory: Path, focus: str, settings: Settings) -> str:
    """The question about what is in the directory."""
    from lok_hooks.cli import wiring
    from lok_hooks.core.explain import READ_FIRST, explain_prompt
    from lok_hooks.repo.listing import list_files

    listing = list_files(directory, wiring.selection(settings))
    files = [file for name in READ_FIRST if (file := listing.file(name))]
    texts = {file.path: (listing.new(file) or b"").decode("utf-8", "replace") for file in files}
    # As with every question, its secrets are taken out for each backend that must not see them.
    return explain_prompt(focus, listing.paths, texts, str)
