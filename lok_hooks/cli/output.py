"""Standard output as commands write to it: how wide, and in colour or not."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from lok_hooks.report.options import Options
    from lok_hooks.report.wrap import Line

DEFAULT_WIDTH: Final = 80
WIDEST: Final = 120  # columns; longer lines are not read


def is_terminal() -> bool:
    """Whether a person reads along; a hook runner's pseudo-terminal is none."""
    return sys.stdout.isatty() and not os.environ.get("PRE_COMMIT")


def wants_color(choice: str, stream: TextIO | None = None) -> bool:
    """Whether `--color CHOICE` means colours on `stream` (default: standard output)."""
    if choice != "auto":
        return choice == "always"
    is_watched = (stream or sys.stdout).isatty() and not os.environ.get("PRE_COMMIT")
    return is_watched and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def usual_format(color: str) -> str:
    """The format of a report where none is named, under `--color COLOR`."""
    return "console" if is_terminal() or color == "always" else "plain"


def width() -> int:
    """Columns to fill."""
    import shutil  # brings the compression modules along, and a remembered commit prints what it has

    # A hook runner's pseudo-terminal has a size of its own making.
    columns = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns if is_terminal() else DEFAULT_WIDTH
    return max(40, min(columns, WIDEST))


def options(arguments: argparse.Namespace) -> Options:
    """How a report for people looks here, by its `--color` and `-v`."""
    from lok_hooks.report.options import Options

    return Options(width=width(), color=wants_color(arguments.color), verbose=arguments.verbose)


def print_text(text: str) -> None:
    """Prints text, ended by one newline, at once."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def print_lines(lines: Sequence[Line], arguments: argparse.Namespace) -> None:
    """Prints styled lines, in colour where the terminal and `--color` have it."""
    from lok_hooks.report.lines import as_text

    print_text(as_text(lines, color=wants_color(arguments.color)))


def print_json(value: object) -> None:
    """Prints one JSON document. Escapes what is not ASCII, so that it cannot steer a terminal."""
    import json

    print_text(json.dumps(value, indent=2))


def write_whole(path: Path, text: str) -> None:
    """Writes a file whole or not at all: a reader never meets half of one. It holds code, so a new file is its owner's
    alone; one that is there keeps its permissions. OSError when it cannot be written."""
    import shutil

    target = path.resolve()
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(text)
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(target, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
