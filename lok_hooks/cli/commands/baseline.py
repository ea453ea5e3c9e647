"""`lok baseline`: what is there today is accepted, so that a first run on old code refuses only what is new."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lok_hooks.core.dismissal import Dismissal
    from lok_hooks.core.review import Judged, Review
    from lok_hooks.repo.git import Repository

EXAMPLE: Final = "lok baseline && git add .lok/dismissed.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_asking_flags, add_directory_flag, add_plain_output_flags

    add_directory_flag(parser)
    add_asking_flags(parser)
    add_plain_output_flags(parser, "show prompts, routing and timing on stderr")
    parser.add_argument("--dry-run", action="store_true", help="show what would be accepted, write nothing")


def run(arguments: argparse.Namespace) -> int:
    """Reviews everything committed, writes .lok/dismissed.json and returns the exit code."""
    from lok_hooks.cli import output
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.core.review import Disposition
    from lok_hooks.errors import IncompleteReviewError
    from lok_hooks.repo.git import Repository

    repository = Repository.open(existing_directory(arguments.dir))
    outcome = _review(repository, arguments)
    if outcome.is_incomplete:
        missing = ", ".join(dict.fromkeys(item.reason for item in outcome.coverage.unreviewed))
        raise IncompleteReviewError(f"the review is incomplete ({missing}), so nothing was accepted")
    left_alone = (Disposition.OUTSIDE, Disposition.SUPPRESSED)
    found = [judged for judged in outcome.judged if judged.disposition not in left_alone]
    is_written = bool(found) and not arguments.dry_run
    if is_written:
        _accept(repository, found)
    if arguments.json:
        output.print_json(_values(found, outcome, is_written=is_written))
    else:
        output.say(_told(found, outcome, is_written=not arguments.dry_run))
    return 0


def _review(repository: Repository, arguments: argparse.Namespace) -> Review:
    """The review of every committed file; by the fixed rules alone unless `--backend` names models."""
    from lok_hooks.cli import keeping, ledgers, wiring
    from lok_hooks.core.dismissal import DISMISSALS
    from lok_hooks.core.review import Policy
    from lok_hooks.errors import RepositoryError
    from lok_hooks.flows.review import Order
    from lok_hooks.repo.rules import Sides, rule_file
    from lok_hooks.repo.snapshot import between

    if repository.head is None:
        raise RepositoryError("nothing is committed yet", advice="a baseline is for code that is there already")
    settings = wiring.settings(repository.top, arguments)
    chosen = settings.chosen or tuple(b.name for b in settings.backends if b.enabled and b.is_analyser)
    as_committed = (Sides(old=repository.head, new=repository.head),)
    dismissed, _ = ledgers.committed_dismissals(rule_file(repository, as_committed, DISMISSALS))
    snapshot = between(repository, None, repository.head, wiring.selection(settings), label="all of HEAD")
    order = Order(
        command="lok baseline",
        diff=snapshot.diff,
        tasks=wiring.tasks(settings, settings.by_hand.tasks) if settings.chosen else (),
        policy=Policy(
            fail_on=settings.review.fail_on,
            quorum=settings.review.quorum,
            debate=False,
            budget=settings.by_hand.budget,
        ),
        chosen=chosen,
        dismissed=dismissed,
    )
    outcome, said = keeping.reviewed(order, settings, snapshot, "by_hand", arguments)
    return replace(outcome, notes=outcome.notes + said)


def _accept(repository: Repository, found: list[Judged]) -> None:
    from datetime import date

    from lok_hooks.core.dismissal import Dismissal
    from lok_hooks.store.dismissals import dismissals_in, write_dismissals

    known = dismissals_in(repository.top)
    today = date.today().isoformat()
    made: dict[str, Dismissal] = {}
    for judged in found:
        finding = judged.finding
        made[finding.identity] = Dismissal(
            identity=finding.identity,
            because="baseline",
            date=today,
            path=finding.place.path,
            category=finding.category,
            title=finding.title,
        )
    write_dismissals(repository.top, {**made, **known}.values())


def _values(found: list[Judged], outcome: Review, *, is_written: bool) -> dict[str, object]:
    from lok_hooks.core.dismissal import DISMISSALS
    from lok_hooks.report.json import as_values

    values = as_values(replace(outcome, judged=tuple(found)))
    return {
        "schema": "lok-hooks/baseline/1",
        "file": DISMISSALS,
        "written": is_written,
        "files": len(outcome.coverage.reviewed),
        "findings": values["findings"],
        "notes": values["notes"],
    }


def _told(found: list[Judged], outcome: Review, *, is_written: bool) -> str:
    from lok_hooks.core.dismissal import DISMISSALS
    from lok_hooks.report import words
    from lok_hooks.report.visible import visible

    lines = [
        f"· {judged.finding.severity}  {words.where(judged.finding.place)}  {words.title(judged.finding)}"
        for judged in found
    ]
    lines += [visible(note) for note in outcome.notes]
    files = words.counted(len(outcome.coverage.reviewed), "file")
    ending = f"accepted in {DISMISSALS}; commit it" if is_written else "would be accepted"
    ending = ending if found else "to accept; nothing was written"
    return "\n".join((*lines, f"lok baseline · {files} · {words.counted(len(found), 'finding')} {ending}"))
