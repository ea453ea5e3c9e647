"""`lok init`: a lok.toml to begin with, and our hooks in a .pre-commit-config.yaml."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from lok_hooks.errors import EXIT_CLEAN, ConfigError, OutputError, UsageError

EXAMPLE: Final = "lok init --pre-commit"
_THEN: Final = "pre-commit install --hook-type pre-commit --hook-type pre-push"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_plain_output_flags, add_settings_flags

    add_settings_flags(parser)
    add_plain_output_flags(parser, "show what is started to see what is there, on stderr")
    parser.add_argument("--pre-commit", action="store_true", help="add our hooks to .pre-commit-config.yaml as well")


def run(arguments: argparse.Namespace) -> int:
    """Writes what is not there yet; never overwrites a lok.toml."""
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.cli.output import print_json, say
    from lok_hooks.cli.wiring import top_of
    from lok_hooks.config.load import FILE_NAME
    from lok_hooks.config.pre_commit_file import FILE_NAME as PRE_COMMIT
    from lok_hooks.report.visible import visible

    top = top_of(existing_directory(arguments.dir))
    target = top / FILE_NAME
    # Read before anything is written: where that is refused, nothing is half done.
    listed = _with_hooks(top / PRE_COMMIT) if arguments.pre_commit else None
    done = _Done()
    if target.exists() or target.is_symlink():
        if not arguments.pre_commit:
            raise UsageError(f"{target} is there already", advice="edit it; lok backends --explain shows what counts")
        done.keep(target, f"{target} is there already and stays as it is")
    else:
        _write_new(target, _starter(top, arguments))
        done.write(target, f"wrote {target}\n  it counts once it is committed, or at once while git does not track it")
    if arguments.pre_commit:
        _add_hooks(top / PRE_COMMIT, listed, done)
    if arguments.json:
        print_json({"schema": "lok-hooks/init/1", "written": done.written, "kept": done.kept, "hooks": done.hooks})
    else:
        say("\n".join("\n".join(map(visible, told.split("\n"))) for told in done.told))
    return EXIT_CLEAN


@dataclass(kw_only=True, slots=True)
class _Done:
    """What became of which file, as paths, and in words. `hooks`: whether they were added to pre-commit's file, None
    where nobody asked for that."""

    written: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    hooks: Literal["added", "there"] | None = None
    told: list[str] = field(default_factory=list)

    def write(self, path: Path, told: str) -> None:
        """The file was written, or changed."""
        self.written.append(str(path))
        self.told.append(told)

    def keep(self, path: Path, told: str) -> None:
        """The file stays as it is."""
        self.kept.append(str(path))
        self.told.append(told)


def _starter(top: Path, arguments: argparse.Namespace) -> str:
    from lok_hooks.cli import wiring
    from lok_hooks.cli.commands.doctor import examined
    from lok_hooks.config.write import starter_text
    from lok_hooks.flows.setup import starter_for

    arguments.probe, arguments.budget = False, None
    settings = wiring.settings(top, arguments)
    return starter_text(starter_for(examined(arguments), settings))


def _write_new(path: Path, text: str) -> None:
    from lok_hooks import files

    try:
        files.write_new(path, text.encode(), files.SHARED)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror})", advice="make its folder writable") from error


def _with_hooks(path: Path) -> str | None:
    """What pre-commit's file shall hold; None when it names our hooks already."""
    from lok_hooks.config.pre_commit_file import with_our_hooks

    if path.is_symlink():  # it could lead to what never ends
        raise UsageError(f"{path}: a symbolic link stands in its place", advice="edit the file that it leads to")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            before = file.read()
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such file", advice="use plain hooks instead: lok install") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})", advice="mend it, then try again") from error
    return with_our_hooks(before)


def _add_hooks(path: Path, text: str | None, done: _Done) -> None:
    if text is None:
        done.hooks = "there"
        done.keep(path, f"{path} names our hooks already")
        return
    _replace(path, text)
    done.hooks = "added"
    done.write(path, f"added lok-hunt and lok-audit to {path}\n  then: {_THEN}")


def _replace(path: Path, text: str) -> None:
    from lok_hooks import files

    try:
        files.write_over(path, text.encode(), files.SHARED)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror})", advice="make it writable") from error
