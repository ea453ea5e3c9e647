"""`--issues`: findings become issues, each once, after the user agreed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lok_hooks.cli.output import say
from lok_hooks.errors import InterruptedReview, InterruptedWork, RepositoryError, UsageError, UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lok_hooks.backends.issues import Forge, Program
    from lok_hooks.core.finding import Finding
    from lok_hooks.core.sweep import Sweep


def forge_for(directory: Path, arguments: argparse.Namespace) -> Forge:
    """Where issues about the directory go. Asked before any model is, since looking is paid for. Raises UsageError when
    there is no remote or nobody who could agree, UserError when gh or glab is not installed."""
    from lok_hooks.backends.issues import Forge, installed

    if not (arguments.yes or arguments.dry_run or sys.stdin.isatty()):
        raise UsageError(
            "--issues: nobody is there to be asked, nothing was opened", advice="open them with -y, or see --dry-run"
        )
    program = _program(directory)
    installed(program)
    return Forge(program=program, directory=directory)


def open_issues(found: Sweep, forge: Forge, arguments: argparse.Namespace) -> None:
    """Opens an issue for each finding that has none yet. Raises UserError when gh or glab cannot."""
    from lok_hooks.backends.deadline import Until
    from lok_hooks.report import issue
    from lok_hooks.report.visible import visible

    deadline = Until.after(None)
    new: list[Finding] = []
    for finding in {finding.identity: finding for finding in found.found}.values():
        if known := forge.find(issue.mark(finding), deadline):
            _say(f"known already: {visible(known)}: {issue.line(finding)}", arguments)
        else:
            new.append(finding)
    for finding in new:
        _say(f"to open: {issue.line(finding)}", arguments)
    if not new or arguments.dry_run:
        _say(f"{len(new)} to open with {forge.program}, nothing was opened", arguments)
    elif _is_wanted(len(new), forge.program, arguments):
        _open(forge, new, found.command, arguments)
    else:
        _say("nothing was opened", arguments)


def _open(forge: Forge, new: Sequence[Finding], command: str, arguments: argparse.Namespace) -> None:
    """Opens one after the other. Raises InterruptedWork, which says what was opened until then."""
    from lok_hooks.report import issue

    opened: list[str] = []
    try:
        for number, finding in enumerate(new):
            opened.append(_opened(forge, finding, command, len(new) - number))
            _say(f"opened {opened[-1]}", arguments)
    except (KeyboardInterrupt, InterruptedReview) as interruption:
        told = [f"opened: {', '.join(opened) or 'nothing'}"]
        for finding in new[len(opened) : len(opened) + 1]:
            told.append(f"opened perhaps: {issue.line(finding)}")
        left = max(0, len(new) - len(opened) - 1)
        raise InterruptedWork("; ".join([*told, f"{left} not opened"])) from interruption


def _opened(forge: Forge, finding: Finding, command: str, left: int) -> str:
    from lok_hooks.backends.deadline import Until
    from lok_hooks.report import issue
    from lok_hooks.report.visible import visible

    try:
        return visible(forge.create(issue.title(finding), issue.body(finding, command), Until.after(None)))
    except UserError as error:
        raise UserError(f"{error.message} ({left} not opened)", advice=error.advice) from error


def _program(directory: Path) -> Program:
    """gh or glab, by the address of the repository's remote; where that says nothing, the one that is installed."""
    from lok_hooks.backends.environment import find_program
    from lok_hooks.repo.git import Repository

    try:
        address = Repository.open(directory).run("remote", "get-url", "origin").decode(errors="replace")
    except RepositoryError as error:
        raise UsageError(
            "--issues: this repository has no remote called origin", advice="add one: git remote add origin ADDRESS"
        ) from error
    if "gitlab" in address.lower():
        return "glab"
    if "github" in address.lower() or find_program("gh") or not find_program("glab"):
        return "gh"
    return "glab"


def _is_wanted(number: int, program: str, arguments: argparse.Namespace) -> bool:
    if arguments.yes:
        return True
    print(f"Open {number} with {program}? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _say(text: str, arguments: argparse.Namespace) -> None:
    """To standard output, unless that is to be one JSON document."""
    is_document = arguments.json or arguments.format in ("json", "sarif")
    say(text, sys.stderr if is_document else sys.stdout)
