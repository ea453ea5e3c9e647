"""`lok debate`: positions, responses, a synthesis."""

from __future__ import annotations

import argparse
import os
from typing import Final

EXAMPLE: Final = 'lok debate "Should we split this service?" -o debate.md'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from pathlib import Path

    from lok_hooks.cli.arguments import add_prompt_flags

    add_prompt_flags(parser)
    parser.add_argument("-o", "--output", metavar="FILE.md", type=Path, help="write the whole debate to FILE.md")


def run(arguments: argparse.Namespace) -> int:
    """Debates, shows how it went, and returns the exit code."""
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.cli.output import write_whole
    from lok_hooks.cli.talk import converse
    from lok_hooks.errors import OutputError, UsageError
    from lok_hooks.flows.debate import debate

    if arguments.output is not None:
        # Before anybody is asked: a debate is not cheap.
        existing_directory(arguments.output.parent, flag="-o: ")
        if os.path.isdir(arguments.output):  # noqa: PTH112 - Path's own raises for a name that is too long
            raise UsageError(f"-o: {arguments.output}: is a directory", advice="Name a file.")
    talk = converse("debate", arguments, lambda session, _: debate(session))
    if arguments.output is not None:
        from lok_hooks.report.talk_markdown import transcript

        try:
            write_whole(arguments.output, transcript(talk))
        except OSError as error:
            raise OutputError(
                f"the debate could not be written to {arguments.output}: {error.strerror}",
                advice="it stands above; name another file with -o",
            ) from error
    return talk.exit_code
