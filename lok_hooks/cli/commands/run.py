"""`lok run`: a task of lok.toml over a directory, or a workflow."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from lok_hooks.cli.arguments import Parser, add_common_flags, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLE: Final = "lok run diff main..HEAD"
_EXPLAINED: Final = """\
NAME is a workflow's file (a path, or anything that ends in .toml), else a
workflow of this project (.lok/workflows) or of yours
(~/.config/lok/workflows), else a task of lok.toml, else a built-in workflow.
A task takes DIR and the flags of lok hunt. A workflow takes arguments of its
own: words are arg.1, arg.2, ...; --NAME=VALUE (or --NAME VALUE) is arg.NAME,
--NAME alone is true."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    parser.description = f"{parser.description}\n\n{_EXPLAINED}"
    parser.add_argument("name", metavar="NAME", help="a task, a workflow, or a workflow's file")
    rest = parser.add_argument("rest", metavar="ARG", nargs=argparse.REMAINDER, help="what the task or workflow takes")
    rest.required = False  # argparse's messages name it beside NAME otherwise
    _add_own_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Runs it, and returns the exit code."""
    if {"-h", "--help"} & set(arguments.rest):
        arguments.parser.print_help()
        return 0
    from lok_hooks.cli.sweep import directory_of, settings_of
    from lok_hooks.cli.workflow import run_found, search

    given, others = _read(arguments)
    place = directory_of(given)
    settings = settings_of(place, given)
    found = search(given.name, place, settings, is_workflow=given.workflow)
    if found is None:
        return _run_task(arguments)
    return run_found(found, place, settings, _arguments(others), given)


def _add_own_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workflow", action="store_true", help="NAME is a workflow, even where a task has that name")
    parser.add_argument(
        "--run-answers", action="store_true", help="let a shell step that is nothing but an answer run it"
    )
    add_common_flags(parser)


def _read(arguments: argparse.Namespace) -> tuple[argparse.Namespace, list[str]]:
    """Our flags may stand behind NAME too; what is none of ours is the workflow's."""
    again = Parser(prog=f"lok run {arguments.name}", add_help=False, allow_abbrev=False)
    _add_own_flags(again)
    given, others = again.parse_known_args(arguments.rest, argparse.Namespace(**vars(arguments)))
    return given, others


def _run_task(arguments: argparse.Namespace) -> int:
    """NAME is a task, or nothing at all: the words behind it are those of `lok hunt`."""
    from lok_hooks.cli.sweep import add_directory, add_sweep_flags, run_task

    again = Parser(prog=f"lok run {arguments.name}", allow_abbrev=False)
    add_directory(again)
    _add_own_flags(again)
    add_sweep_flags(again)
    given, unknown = again.parse_known_args(arguments.rest, argparse.Namespace(**vars(arguments)))
    refuse(again, unknown)
    return run_task(f"lok run {arguments.name}", arguments.name, given)


def _arguments(words: Sequence[str]) -> dict[str, str]:
    """A workflow's arguments by name, and by number from "1" on."""
    found: dict[str, str] = {}
    number = 0
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            for plain in rest:
                number += 1
                found[str(number)] = plain
            break
        name, has_value, value = word[2:].partition("=")
        if not word.startswith("--"):
            number += 1
            found[str(number)] = word
        elif has_value:
            found[name] = value
        else:
            found[name] = rest.pop(0) if rest and not rest[0].startswith("-") else "true"
    return found
