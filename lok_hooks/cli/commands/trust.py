"""`lok trust`: what this repository would start, and the user's word for it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final

from lok_hooks.errors import EXIT_CLEAN, EXIT_USER, ConfigError, RepositoryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lok_hooks.config.trust_items import Item

EXAMPLE: Final = "lok trust --show"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags; with --json nobody is asked."""
    from lok_hooks.cli.arguments import add_directory_flag, add_output_flags, to_text

    one = parser.add_mutually_exclusive_group()
    one.add_argument("--show", action="store_true", help="show what there is and what is trusted; ask nothing")
    one.add_argument("--revoke", action="store_true", help="trust nothing in this repository any more")
    one.add_argument("-y", "--yes", action="store_true", help="trust what is shown without asking")
    parser.add_argument("--at", metavar="REV", type=to_text, help="the lok.toml of this revision too")
    add_directory_flag(parser)
    add_output_flags(parser, "show every file and revision looked at, on stderr")


def run(arguments: argparse.Namespace) -> int:
    """Shows, asks where it is to, and remembers; returns 0, or 2 when the user said no."""
    from lok_hooks.cli import output
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.cli.wiring import trust_place
    from lok_hooks.config import trusted

    directory = existing_directory(arguments.dir)
    place = trust_place(directory)
    if arguments.revoke:
        is_new = trusted.revoke(place)
        if not arguments.json:
            told = "Nothing in this repository is trusted any more." if is_new else "Nothing was trusted here."
            output.say(told)
            return EXIT_CLEAN
    found = list(items(directory, arguments.at, output.warn if arguments.verbose else _silent))
    if arguments.json and arguments.yes:
        trusted.approve(place, {item.digest: item.name for item in found})
    holds = {item.digest: trusted.is_trusted(item.digest, place, os.environ) for item in found}
    if arguments.json:
        shown = [
            {"name": i.name, "digest": i.digest, "trusted": holds[i.digest], "lines": list(i.lines)} for i in found
        ]
        record = str(trusted.record_path(place) or "")
        output.print_json({"schema": "lok-hooks/trust/1", "record": record, "items": shown})
        return EXIT_CLEAN
    _show(found, holds, directory, arguments)
    wanted = [item for item in found if not holds[item.digest]]
    if arguments.show or not wanted:
        return EXIT_CLEAN
    if not arguments.yes and not _agrees(wanted):
        output.say("lok trust: nothing was trusted", sys.stderr)
        return EXIT_USER
    path = trusted.approve(place, {item.digest: item.name for item in wanted})
    output.say(f"Trusted, until it changes; remembered in {path}")
    return EXIT_CLEAN


def _silent(_: str) -> None:
    """Nobody wants to know."""


def items(directory: Path, revision: str | None, noted: Callable[[str], None] = _silent) -> Iterator[Item]:
    """Everything that needs trust here, each once: lok.toml as it lies in the work tree, as it is staged, as HEAD,
    `[review] config_from` and `revision` have it (a review may go by any of them), and the workflows. `noted` is told
    each place and what stands there."""
    from lok_hooks.cli.wiring import top_of
    from lok_hooks.config import trust_items
    from lok_hooks.config.load import FILE_NAME
    from lok_hooks.config.workflow_find import project_workflows

    top = top_of(directory)
    seen: dict[str, str] = {}
    for name, content in _settings_files(directory, top, revision):
        try:
            item = trust_items.of_settings(content, name) if content is not None else None
        except ConfigError as error:
            # The one at hand must be right; an older one is only looked at in case it counts.
            if name == FILE_NAME:
                raise
            noted(f"{name}: not counted, {error.message}")
            continue
        if item is None:
            noted(f"{name}: {'there is none' if content is None else 'nothing in it needs trust'}")
        elif item.digest in seen:
            noted(f"{name}: asks for the same as {seen[item.digest]}")
        else:
            noted(f"{name}: asks for trust, digest {item.digest}")
            seen[item.digest] = name
            yield item
    for found in project_workflows(top):
        item = trust_items.of_workflow(found.content, found.label)
        noted(f"{found.label}: {f'asks for trust, digest {item.digest}' if item else 'nothing in it needs trust'}")
        if item:
            yield item


def _settings_files(directory: Path, top: Path, revision: str | None) -> Iterator[tuple[str, bytes | None]]:
    """Every place of a lok.toml that may count, with what stands there, None for nothing."""
    from lok_hooks.config.load import FILE_NAME, read_toml
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.rules import file_in_index, rule_file_at

    pins = [revision] if revision else []
    if (top / FILE_NAME).is_file():
        content = _content(top / FILE_NAME)
        pin = read_toml(content, FILE_NAME).get("review", {})
        pins += [pin["config_from"]] if isinstance(pin, dict) and isinstance(pin.get("config_from"), str) else []
        yield FILE_NAME, content
    else:
        yield FILE_NAME, None
    try:
        repository = Repository.open(directory)
    except RepositoryError:
        return
    yield f"index:{FILE_NAME}", file_in_index(repository, FILE_NAME)
    for rev in ["HEAD"] * bool(repository.head) + pins:
        yield f"{rev}:{FILE_NAME}", rule_file_at(repository, rev, FILE_NAME)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); mend it or remove it") from error


def _show(found: list[Item], holds: dict[str, bool], directory: Path, arguments: argparse.Namespace) -> None:
    from lok_hooks.cli import output, wiring
    from lok_hooks.config.trust_items import own_programs
    from lok_hooks.report.trust import item_lines

    if not found:
        output.say("Nothing here needs your trust: no program, server, credential or shell step is named.")
    for item in found:
        state = "trusted" if holds[item.digest] else "not trusted: these keys and steps are ignored"
        inside = own_programs(item, wiring.top_of(directory))
        lines = item_lines(item.name, item.digest, state, item.lines, inside, output.width())
        output.print_lines([*lines, ()], arguments)


def _agrees(wanted: list[Item]) -> bool:
    if not sys.stdin.isatty():
        digests = ",".join(item.digest for item in wanted)
        raise UsageError(
            "there is nobody to ask: standard input is no terminal",
            advice=f"Run it on a terminal, give --yes, or for one run set LOK_TRUST={digests}",
        )
    sys.stdout.write("Start these on this machine, as you? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
