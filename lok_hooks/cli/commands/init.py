"""`lok init`: a lok.toml to begin with, and our hooks in a .pre-commit-config.yaml."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from lok_hooks.errors import EXIT_CLEAN, ConfigError, OutputError, RepositoryError, UsageError

EXAMPLE: Final = "lok init --pre-commit"
_THEN: Final = "pre-commit install --hook-type pre-commit --hook-type pre-push"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_common_flags

    add_common_flags(parser)
    parser.add_argument("--pre-commit", action="store_true", help="add our hooks to .pre-commit-config.yaml as well")


def run(arguments: argparse.Namespace) -> int:
    """Writes what is not there yet; never overwrites a lok.toml."""
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.cli.output import print_text
    from lok_hooks.config.load import FILE_NAME

    top = _top(existing_directory(arguments.dir))
    target = top / FILE_NAME
    if target.exists() or target.is_symlink():
        if not arguments.pre_commit:
            raise UsageError(f"{target} is there already", advice="edit it; lok backends --explain shows what counts")
        print_text(f"{target} is there already and stays as it is")
    else:
        _write_new(target, _starter(arguments))
        print_text(f"wrote {target}\n  it counts once it is committed, or at once while git does not track it")
    if arguments.pre_commit:
        print_text(_add_hooks(top))
    return EXIT_CLEAN


def _top(directory: Path) -> Path:
    from lok_hooks.repo.git import Repository

    try:
        return Repository.open(directory).top
    except RepositoryError:
        return directory.absolute()


def _starter(arguments: argparse.Namespace) -> str:
    from lok_hooks.cli import wiring
    from lok_hooks.cli.commands.doctor import examined
    from lok_hooks.config.write import starter_text
    from lok_hooks.flows.setup import starter_for

    arguments.probe = False
    settings = wiring.settings(arguments.dir or Path(), arguments)
    return starter_text(starter_for(examined(arguments), settings))


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror})", advice="make its folder writable") from error


def _add_hooks(top: Path) -> str:
    from lok_hooks.config.pre_commit_file import FILE_NAME, with_our_hooks

    path = top / FILE_NAME
    try:
        with path.open(encoding="utf-8", newline="") as file:
            before = file.read()
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such file", advice="use plain hooks instead: lok install") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})", advice="mend it, then try again") from error
    after = with_our_hooks(before)
    if after is None:
        return f"{path} names our hooks already"
    _replace(path, after)
    return f"added lok-hunt and lok-audit to {path}\n  then: {_THEN}"


def _replace(path: Path, text: str) -> None:
    from lok_hooks.cli.output import write_whole

    try:
        write_whole(path, text)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror})", advice="make it writable") from error
