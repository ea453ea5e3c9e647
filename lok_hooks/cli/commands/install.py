"""`lok install`: plain git hooks beside foreign ones."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lok_hooks.errors import EXIT_CLEAN, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.hook_files import HookName

EXAMPLE: Final = "lok install pre-commit"
_SAID: Final = {
    "made": "made",
    "put beside": "our block stands before what was there",
    "chained": "made; what was there runs behind it",
    "renewed": "our block was renewed",
    "there": "is there already",
}
_PRE_COMMIT: Final = ".pre-commit-config.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    add_hook_flags(parser, "the hooks ask exactly these backends, whatever lok.toml lists")


def add_hook_flags(parser: argparse.ArgumentParser, backends: str) -> None:
    """Adds what install and uninstall share; `backends` says what -b means."""
    from lok_hooks.cli.arguments import add_backend_flag, add_directory_flag, add_plain_output_flags

    hooks = ("pre-commit", "pre-push")
    parser.add_argument("hooks", nargs="*", metavar="HOOK", help="pre-commit, pre-push (default: both)", default=hooks)
    add_directory_flag(parser)
    add_backend_flag(parser, backends)
    add_plain_output_flags(parser, "show every file looked at and what became of it, on stderr")


def run(arguments: argparse.Namespace) -> int:
    """Puts our block into the hook files and says what became of each."""
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.cli.output import print_json, say
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.hook_files import hooks_folder, install, look
    from lok_hooks.report.visible import visible

    repository = Repository.open(existing_directory(arguments.dir))
    folder = hooks_folder(repository)
    backends = _known(arguments.backend, repository)
    names = chosen(arguments.hooks)
    before = {name: look(folder, name, sys.executable).backends for name in names}
    with Watch(folder, names, arguments) as watch:
        done = {name: install(folder, name, sys.executable, backends) for name in names}
        notes = [
            f"{name} asked {', '.join(asked)} alone before"
            for name, asked in before.items()
            if asked not in ((), backends)
        ]
        notes += _notes(repository, folder, watch)
    if arguments.json:
        told = {"folder": str(folder), "hooks": done, "backends": list(backends), "notes": notes}
        print_json({"schema": "lok-hooks/install/1", **told})
        return EXIT_CLEAN
    asks = f", asking {', '.join(backends)} alone" if backends else ""
    for name, outcome in done.items():
        say(visible(f"{name}: {_SAID[outcome]}{asks} ({folder / name})"))
    for note in notes:
        say(visible(f"  note: {note}"))
    return EXIT_CLEAN


def chosen(names: Sequence[str]) -> tuple[HookName, ...]:
    """The hooks named, each once. Raises UsageError for one that is none of ours."""
    from lok_hooks.repo.hook_files import HOOKS

    unknown = [name for name in names if name not in HOOKS]
    if unknown:
        raise UsageError(f"no hook of ours is called {unknown[0]!r}", advice=f"Name {' or '.join(HOOKS)}.")
    return tuple(name for name in HOOKS if name in names)


class Watch:
    """While it is open hook files may change; at its end it tells, under -v, what became of each file looked at."""

    def __init__(self, folder: Path, names: Sequence[HookName], arguments: argparse.Namespace) -> None:
        self._folder = folder
        self._names = names
        self._is_told = arguments.verbose
        self._before = self._seen() if self._is_told else {}
        self._others: list[Path] = []

    def read(self, path: Path) -> Path:
        """The path of a file that is read and never changed."""
        self._others.append(path)
        return path

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_told:
            lines = [f"looked for hooks in {self._folder}"]
            for path, now in self._seen().items():
                before = self._before[path]
                lines.append(f"{path}: {before}{f', now {now}' if now != before else '; left as it is'}")
            lines += [f"{path}: {'read' if path.is_file() else 'nothing'}" for path in self._others]
            from lok_hooks.cli.output import say
            from lok_hooks.report.visible import visible

            say("\n".join(map(visible, lines)), sys.stderr)

    def _seen(self) -> dict[Path, str]:
        from lok_hooks.repo.hook_files import seen

        return {path: what for name in self._names for path, what in seen(self._folder, name).items()}


def _known(names: Sequence[str] | None, repository: Repository) -> tuple[str, ...]:
    """The backends that -b names. Raises ConfigError for one that a hook could not ask here."""
    from lok_hooks.cli import wiring

    if not names:
        return ()
    return wiring.settings(repository.top, argparse.Namespace(backend=names, config=None)).chosen


def _notes(repository: Repository, folder: Path, watch: Watch) -> Iterator[str]:
    """What the user may not expect of this place."""
    top, common = repository.top.resolve(), repository.common_dir.resolve()
    place = folder.resolve()
    if place.is_relative_to(common):
        listed = watch.read(top / _PRE_COMMIT)
        if listed.is_file() and b"lok-hunt" in listed.read_bytes():
            yield f"{_PRE_COMMIT} names lok-hunt as well; keep one of the two, or it reviews twice"
    elif place.name == "_" and place.parent.name == ".husky":
        yield f"husky writes {place} anew whenever it is installed; put `lok-hunt` into .husky/pre-commit to keep it"
    elif place.is_relative_to(top):
        yield f"core.hooksPath leads into the work tree ({place}): do not commit our block, its path is this machine's"
    else:
        yield f"core.hooksPath leads to {place}: the hooks there run in every repository that uses it"
