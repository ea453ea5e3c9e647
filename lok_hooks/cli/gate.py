"""lok-hunt, lok-audit, lok-review and `lok diff`: arguments to a source of the diff, then the shared run."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lok_hooks.cli.arguments import add_review_flags, parser, refuse, to_text
from lok_hooks.cli.boundary import guarded
from lok_hooks.errors import UsageError

if TYPE_CHECKING:
    from lok_hooks.cli.remembered import Ticket
    from lok_hooks.cli.run import Scope, Source
    from lok_hooks.core.select import Selection
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.snapshot import Snapshot

MAX_INPUT: Final = 200 * 2**20  # bytes read from --diff-file or of git's lines
PATIENCE: Final = 10.0  # seconds without a byte of git's lines, where no budget is given


def hunt(argv: Sequence[str], ticket: Ticket | None = None) -> int:
    """Runs `lok-hunt` and returns its exit code. The report is kept for this ticket."""
    program = parser("lok-hunt", "Review what is staged, as a pre-commit hook does.", "lok-hunt --budget 30")
    add_review_flags(program)
    # Some hook runners pass file names whatever they were told; the index says better what is staged.
    program.add_argument("files", nargs="*", help=argparse.SUPPRESS)
    program.set_defaults(argv=argv, ticket=ticket)
    return guarded("lok-hunt", lambda: _hunt(_parsed(program, argv)))


def audit(argv: Sequence[str]) -> int:
    """Runs `lok-audit` and returns its exit code."""
    program = parser("lok-audit", "Review what is being pushed, as a pre-push hook does.", "lok-audit --budget 120")
    add_review_flags(program)
    program.add_argument("remote", nargs="?", type=to_text, help="name of the remote, as git passes it")
    program.add_argument("url", nargs="*", type=to_text, help="its URL, as git passes it")
    return guarded("lok-audit", lambda: _audit(_parsed(program, argv)))


def review(argv: Sequence[str]) -> int:
    """Runs `lok-review` and returns its exit code."""
    program = parser("lok-review", "Review a branch, by hand or in CI.", "lok-review main...feature --format sarif")
    add_review_flags(program)
    add_source_flags(program)
    return guarded("lok-review", lambda: _review("lok-review", _parsed(program, argv)))


def _parsed(program: argparse.ArgumentParser, argv: Sequence[str]) -> argparse.Namespace:
    arguments, unknown = program.parse_known_args(argv)
    refuse(program, unknown)
    return arguments


def diff(arguments: argparse.Namespace) -> int:
    """Runs `lok diff`: lok-review with Lok's arguments; without SPEC what is staged."""
    if arguments.unstaged and arguments.range is not None:
        raise UsageError("SPEC and --unstaged exclude each other", advice="Say which of the two you mean.")
    arguments.staged = not arguments.unstaged and arguments.range is None
    arguments.working_tree = arguments.unstaged
    arguments.commit = arguments.diff_file = None
    return _review("lok diff", arguments)


def add_source_flags(program: argparse.ArgumentParser) -> None:
    """Adds what lok-review can look at; one of them at a time."""
    source = program.add_argument_group("what to review (default: this branch since it left its upstream)")
    one = source.add_mutually_exclusive_group()
    one.add_argument(
        "range",
        nargs="?",
        metavar="BASE[...TIP]",
        type=to_text,
        help="a branch since its merge-base with BASE",
    )
    one.add_argument("--staged", action="store_true", help="the index against HEAD")
    one.add_argument("--working-tree", action="store_true", help="tracked files as they are on disk, against HEAD")
    one.add_argument("--commit", metavar="REV", type=to_text, help="one commit against its first parent")
    one.add_argument(
        "--diff-file", metavar="FILE", type=to_text, help="a unified diff from a file, - for standard input"
    )


def _hunt(arguments: argparse.Namespace) -> int:
    from lok_hooks.cli.run import run

    return run("lok-hunt", "hunt", arguments, _staged)


def _staged(repository: Repository) -> Scope:
    from lok_hooks.cli.run import Scope
    from lok_hooks.repo.rules import INDEX, Sides
    from lok_hooks.repo.snapshot import staged

    return Scope((Sides(old=repository.head, new=INDEX),), partial(staged, repository))


def _audit(arguments: argparse.Namespace) -> int:
    from lok_hooks.cli.run import run

    return run("lok-audit", "audit", arguments, _push_source(arguments.remote or "", arguments.budget or PATIENCE))


def _push_source(remote: str, patience: float) -> Source:
    """The ranges of a push: from pre-commit's variables, from git's lines on stdin (waited for as long as `patience`
    says), or, where git says nothing at all, what this branch has that its upstream lacks."""
    from lok_hooks.cli.run import Scope
    from lok_hooks.repo import ranges
    from lok_hooks.repo.rules import Sides
    from lok_hooks.repo.snapshot import between, combine

    under_pre_commit = any(name in os.environ for name in ("PRE_COMMIT", "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"))
    told = b"" if under_pre_commit or (not remote and sys.stdin.isatty()) else _git_lines(patience)
    # It is typed by hand, or a hook runner keeps git's words to itself: that must not make a push look empty.
    by_hand = not (under_pre_commit or remote or told)
    # Names of refs are bytes, and "\n" alone ends a line.
    lines = os.fsdecode(told).split("\n")

    def source(repository: Repository) -> Scope:
        if by_hand:
            found = ranges.Pushed(ranges=(ranges.branch(repository, None),))
        elif under_pre_commit:
            found = ranges.from_pre_commit(repository, os.environ)
        else:
            found = ranges.pushed(repository, lines, remote)
        several = len(found.ranges) > 1

        def take(selection: Selection) -> Snapshot:
            parts = [
                between(repository, r.base, r.tip, selection, label=r.label, ref=r.ref if several else "")
                for r in found.ranges
            ]
            return combine(parts, ", ".join(r.label for r in found.ranges) or "nothing to push")

        return Scope([Sides(old=r.base, new=r.tip) for r in found.ranges], take, found.notes)

    return source


def _git_lines(patience: float) -> bytes:
    """What git writes to a pre-push hook, to its end. Raises UsageError when nothing comes for `patience` seconds:
    git tells everything at once, so nobody is there."""
    import select

    data = bytearray()
    try:
        while select.select([sys.stdin], [], [], patience)[0]:
            piece = os.read(sys.stdin.fileno(), 1 << 16)
            if not piece:
                return bytes(data)
            data += piece
            if len(data) > MAX_INPUT:
                raise UsageError(f"standard input: larger than {MAX_INPUT:,} bytes", advice="Push fewer refs at once.")
    except OSError as error:
        raise UsageError(f"standard input: {error.strerror}", advice="Run it as a pre-push hook.") from error
    raise UsageError(
        f"standard input: git's lines about the push were awaited, and nothing came for {patience:g} s",
        advice="Run it as a pre-push hook; by hand, on a terminal without arguments, or use lok-review BASE...TIP.",
    )


def _review(command: str, arguments: argparse.Namespace) -> int:
    from lok_hooks.cli.run import run, run_on_patch

    if arguments.diff_file is not None:
        label = "standard input" if arguments.diff_file == "-" else arguments.diff_file
        return run_on_patch(command, arguments, _diff_bytes(arguments.diff_file), label)
    return run(command, "by_hand", arguments, _review_source(arguments))


def _review_source(arguments: argparse.Namespace) -> Source:
    if arguments.staged:
        return _staged
    if arguments.working_tree:
        return _working_tree
    if arguments.commit is not None:
        return partial(_commit, arguments.commit)
    return partial(_branch, arguments.range)


def _working_tree(repository: Repository) -> Scope:
    from lok_hooks.cli.run import Scope
    from lok_hooks.repo.rules import WORK_TREE, Sides
    from lok_hooks.repo.snapshot import working_tree

    return Scope((Sides(old=repository.head, new=WORK_TREE),), partial(working_tree, repository))


def _commit(revision: str, repository: Repository) -> Scope:
    from lok_hooks.cli.run import Scope
    from lok_hooks.repo.rules import Sides
    from lok_hooks.repo.snapshot import commit

    tip = repository.resolve(revision)
    parent = repository.ask("rev-parse", "--verify", "--quiet", f"{tip}^1")
    sides = Sides(old=parent.decode().strip() if parent else None, new=tip)
    return Scope((sides,), partial(commit, repository, revision))


def _branch(spec: str | None, repository: Repository) -> Scope:
    from lok_hooks.cli.run import Scope
    from lok_hooks.repo import ranges
    from lok_hooks.repo.rules import Sides
    from lok_hooks.repo.snapshot import between

    found = ranges.branch(repository, spec)
    take = partial(between, repository, found.base, found.tip, label=found.label)
    return Scope((Sides(old=found.base, new=found.tip),), take)


def _diff_bytes(name: str) -> bytes:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_INPUT + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MAX_INPUT + 1)
    except OSError as error:
        raise UsageError(
            f"--diff-file {name}: {error.strerror}", advice="Name a readable file, or - for standard input."
        ) from error
    if len(data) > MAX_INPUT:
        raise UsageError(f"--diff-file {name}: larger than {MAX_INPUT:,} bytes", advice="Split the diff.")
    return data
