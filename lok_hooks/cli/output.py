"""The standard streams as commands write to them: how wide, and in colour or not."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    import argparse

    from lok_hooks.report.options import Options
    from lok_hooks.report.wrap import Line

DEFAULT_WIDTH: Final = 80
WIDEST: Final = 120  # columns; longer lines are not read
NARROWEST: Final = 20  # columns; what is narrower wraps by itself
UNWRAPPED: Final = 1_000_000  # columns: a pipe's reader breaks lines as it likes


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
    # A hook runner's pseudo-terminal has a size of its own making.
    return columns_of(sys.stdout) if is_terminal() else DEFAULT_WIDTH


def options(arguments: argparse.Namespace) -> Options:
    """How a report for people looks here, by its `--color` and `-v`."""
    from lok_hooks.report.options import Options

    return Options(width=width(), color=wants_color(arguments.color), verbose=arguments.verbose)


def print_text(text: str) -> None:
    """Prints text, ended by one newline, at once."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def say(text: str, stream: TextIO | None = None) -> None:
    """Prints our own sentences on `stream` (default: standard output), broken at words where that is a terminal."""
    stream = stream or sys.stdout
    print(fitted(text, stream), file=stream, flush=True)


def warn(text: str) -> None:
    """Says on standard error what is never among what programs read; made visible, since it may quote anything."""
    from lok_hooks.report.visible import visible

    say(visible(text), sys.stderr)


def fitted(text: str, stream: TextIO) -> str:
    """The text as it fits the terminal that `stream` is; for anything else as it is."""
    if not stream.isatty():
        return text
    from lok_hooks.report.wrap import Span, filled

    lines = []
    for line in text.split("\n"):
        body = line.lstrip(" ")
        indent = line[: len(line) - len(body)]
        lines += filled([Span(body)], columns_of(stream), indent=indent, hanging=f"{indent}  ")
    return "\n".join("".join(span.text for span in line) for line in lines)


def columns_of(stream: TextIO) -> int:
    """Columns to fill on this stream; without limit where it is no terminal. COLUMNS counts before its own width, as
    everywhere."""
    if not stream.isatty():
        return UNWRAPPED
    given = os.environ.get("COLUMNS", "")
    try:
        columns = int(given) if given.isdecimal() else 0
        columns = columns or os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return max(NARROWEST, min(columns or DEFAULT_WIDTH, WIDEST))


def print_lines(lines: Sequence[Line], arguments: argparse.Namespace) -> None:
    """Prints styled lines, in colour where the terminal and `--color` have it; nothing where there are none."""
    from lok_hooks.report.lines import as_text

    if lines:
        print_text(as_text(lines, color=wants_color(arguments.color)))


def print_json(value: object) -> None:
    """Prints one JSON document. Escapes what is not ASCII, so that it cannot steer a terminal."""
    import json

    print_text(json.dumps(value, indent=2))
