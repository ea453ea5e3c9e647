"""`lok dismiss`: say that a finding is wrong, or right and accepted, and why."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from lok_hooks.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lok_hooks.core.suppress import Dismissal
    from lok_hooks.repo.git import Repository
    from lok_hooks.store.ledger import Known, Ledger

EXAMPLE: Final = 'lok dismiss 7f3a01cc --because "ids are integers, checked in parse()"'
SHORTEST_PREFIX: Final = 4  # hex digits; fewer are a slip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="what the report shows in brackets, or its beginning")
    parser.add_argument("--because", metavar="REASON", help="why; whoever reads the file next must understand it")
    parser.add_argument("--accept", action="store_true", help="the finding is right and you live with it")
    parser.add_argument("--undo", action="store_true", help="take dismissals back")
    parser.add_argument("--list", action="store_true", help="show what is dismissed")


def run(arguments: argparse.Namespace) -> int:
    """Writes .lok/dismissed.json and returns the exit code."""
    from lok_hooks.cli.keeping import place_for
    from lok_hooks.cli.ledgers import ledger_in
    from lok_hooks.repo.git import Repository

    repository = Repository.open()
    with ledger_in(place_for(repository), _say) as ledger:
        if arguments.list:
            return _list(repository, ledger)
        if not arguments.ids:
            raise UsageError("no finding is named", advice=f"example: {EXAMPLE}")
        if arguments.undo:
            return _undo(repository, ledger, arguments.ids)
        if not (arguments.because or "").strip():
            raise UsageError("--because is missing: a dismissal without a reason helps nobody", advice=EXAMPLE)
        return _dismiss(repository, ledger, arguments)


def _dismiss(repository: Repository, ledger: Ledger, arguments: argparse.Namespace) -> int:
    from lok_hooks.core.reliability import Outcome
    from lok_hooks.store.dismissals import dismissals_in

    found = [_one(identity, ledger.find(_prefix(identity))) for identity in arguments.ids]
    made = [_dismissal(repository, known, arguments.because.strip()) for known in found]
    outcome = None if arguments.accept else Outcome.DISMISSED
    path = _write(repository, {**dismissals_in(repository.top), **{d.identity: d for d in made}})
    is_kept = ledger.dismiss(made, outcome)
    for dismissal in made:
        _say(f"dismissed [{dismissal.identity[:8]}] {dismissal.path}: {dismissal.title}")
    begins = "It holds here from now on; commit" if is_kept else "It holds nowhere yet; commit"
    _say(f"{begins} {path} and it holds for everyone.")
    return 0


def _undo(repository: Repository, ledger: Ledger, ids: Sequence[str]) -> int:
    from lok_hooks.store.dismissals import dismissals_in

    entries = dismissals_in(repository.top)
    known = {**entries, **ledger.dismissed()}
    chosen = []
    for prefix in map(_prefix, ids):
        found = [identity for identity in known if identity.startswith(prefix)]
        if len(found) != 1:
            raise UsageError(
                f"{prefix}: {len(found) or 'no'} dismissed findings begin so", advice="see: lok dismiss --list"
            )
        chosen += found
    if not entries.keys().isdisjoint(chosen):
        _write(repository, {identity: entry for identity, entry in entries.items() if identity not in chosen})
    for identity in dict.fromkeys(chosen):
        ledger.take_back(identity)
        _say(f"taken back: {identity[:8]}")
    return 0


def _list(repository: Repository, ledger: Ledger) -> int:
    from lok_hooks.store.dismissals import dismissals_in

    entries = dismissals_in(repository.top)
    own = {identity: entry for identity, entry in ledger.dismissed().items() if identity not in entries}
    for entry in (*entries.values(), *own.values()):
        who = ", ".join(part for part in (entry.by, entry.date) if part)
        _say(f"[{entry.identity[:8]}] {entry.path}: {entry.title or entry.category}")
        _say(f"    {entry.because}{f' ({who})' if who else ''}{' · only here' if entry.identity in own else ''}")
    if not entries and not own:
        _say("nothing is dismissed")
    return 0


def _prefix(identity: str) -> str:
    prefix = identity.strip("[] ").lower()
    if len(prefix) < SHORTEST_PREFIX or set(prefix) - set("0123456789abcdef"):
        raise UsageError(
            f"{identity!r} is no finding's id", advice="copy what the report shows in brackets: [7f3a01cc]"
        )
    return prefix


def _one(identity: str, found: Sequence[Known]) -> Known:
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            f"no finding {identity} was reported in this repository", advice="copy the id of a report: [7f3a01cc]"
        )
    listed = ", ".join(known.identity[: len(identity) + 4] for known in found[:5])
    raise UsageError(f"{len(found)} findings begin with {identity}: {listed}", advice="write more digits")


def _dismissal(repository: Repository, known: Known, because: str) -> Dismissal:
    from datetime import date

    from lok_hooks.core.suppress import Dismissal

    name = repository.ask("config", "--get", "user.name") or b""
    return Dismissal(
        identity=known.identity,
        because=because,
        by=name.decode("utf-8", "replace").strip(),
        date=date.today().isoformat(),
        path=known.path,
        category=known.family,
        title=known.title,
    )


def _write(repository: Repository, entries: dict[str, Dismissal]) -> str:
    from lok_hooks.store.dismissals import FILE_NAME, write_dismissals

    write_dismissals(repository.top, entries.values())
    return FILE_NAME


def _say(text: str) -> None:
    from lok_hooks.report.visible import visible

    print(visible(text))
