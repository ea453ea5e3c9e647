"""`lok debate`: positions, responses, a synthesis."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE: Final = 'lok debate "Should we split this service?" -o debate.md'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_prompt_flags, to_file

    add_prompt_flags(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE.md",
        type=to_file,
        help="write the whole debate to FILE.md; - writes nothing else to standard output",
    )


def run(arguments: argparse.Namespace) -> int:
    """Debates, shows how it went, and returns the exit code."""
    from lok_hooks.cli.arguments import STANDARD_OUTPUT
    from lok_hooks.cli.output import print_text
    from lok_hooks.cli.talk import Printer, Silent, converse
    from lok_hooks.errors import UsageError
    from lok_hooks.flows.debate import debate
    from lok_hooks.report.talk_markdown import transcript

    to_output = arguments.output == STANDARD_OUTPUT
    if to_output and arguments.json:
        raise UsageError("--json and -o - both want standard output", advice="Name a file, or leave one of them out.")
    if arguments.output is not None and not to_output:
        _check(arguments.output)
    talk = converse("debate", arguments, lambda session, _: debate(session), Silent if to_output else Printer)
    if to_output:
        print_text(transcript(talk))
    elif arguments.output is not None:
        _write(arguments.output, transcript(talk))
    return talk.exit_code


def _check(path: Path) -> None:
    """Raises UsageError where no file can be made, before anybody is asked: a debate is not cheap."""
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.errors import UsageError

    existing_directory(path.parent, flag="-o: ")
    if os.path.isdir(path):  # noqa: PTH112 - Path's own raises for a name that is too long
        raise UsageError(f"-o: {path}: is a directory", advice="Name a file.")


def _write(path: Path, text: str) -> None:
    from lok_hooks import files
    from lok_hooks.errors import OutputError

    try:
        files.write_over(path, text.encode(), files.PRIVATE)
    except OSError as error:
        raise OutputError(
            f"the debate could not be written to {path}: {error.strerror}",
            advice="it stands above; name another file with -o",
        ) from error
