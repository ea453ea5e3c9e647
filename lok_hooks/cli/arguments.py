"""The flags that lok-hunt, lok-audit, lok-review and `lok diff` share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

FORMATS: Final = ("console", "plain", "json", "sarif", "github", "markdown")
EXIT_CODES: Final = (
    "exit codes: 0 nothing blocks, 1 confirmed findings, 2 your mistake, 3 our bug, "
    "4 incomplete review that the policy blocks, 130 interrupted"
)


def parser(program: str, description: str, example: str) -> argparse.ArgumentParser:
    """A parser with the house's help layout."""
    return argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=f"example: {example}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_review_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of a review."""
    choose = parser.add_argument_group("what decides")
    choose.add_argument("--config", metavar="FILE", type=Path, help="use this lok.toml instead of the repository's")
    choose.add_argument("--backend", metavar="A,B", type=_names, help="ask exactly these backends")
    choose.add_argument("--task", metavar="A,B", type=_names, help="run exactly these tasks of lok.toml")
    choose.add_argument(
        "--fail-on", choices=("low", "medium", "high", "critical"), help="mildest severity that blocks (default: high)"
    )
    choose.add_argument("--budget", metavar="SECONDS", type=_seconds, help="stop asking after this long (0: no limit)")
    choose.add_argument(
        "--debate", action=argparse.BooleanOptionalAction, default=None, help="cross-examine what could block"
    )
    choose.add_argument("--fresh", action="store_true", help="ask again, whatever is remembered")
    show = parser.add_argument_group("what you see")
    show.add_argument("--format", choices=FORMATS, help="default: console on a terminal, else plain")
    show.add_argument("-o", "--output", metavar="FILE", type=Path, help="write the report to FILE too, in --format")
    show.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    show.add_argument("-v", "--verbose", action="store_true", help="show prompts, routing and timing on stderr")


def _names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise argparse.ArgumentTypeError("expected names separated by commas")
    return names


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds
