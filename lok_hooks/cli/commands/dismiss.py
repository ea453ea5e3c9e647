"""`lok dismiss`: say that a finding is wrong, or right and accepted, and why."""

from __future__ import annotations

import argparse
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from lok_hooks.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from lok_hooks.core.dismissal import Dismissal
    from lok_hooks.repo.git import Repository
    from lok_hooks.store.ledger import Known, Ledger

EXAMPLE: Final = 'lok dismiss 7f3a01cc --because "ids are integers, checked in parse()"'
SHORTEST_PREFIX: Final = 4  # hex digits; fewer are a slip
_BEGINS: Final = {"list": "", "dismiss": "dismissed ", "undo": "taken back: "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds its flags."""
    from lok_hooks.cli.arguments import add_directory_flag, add_plain_output_flags

    parser.add_argument("ids", nargs="*", metavar="ID", help="what the report shows in brackets, or its beginning")
    parser.add_argument("--because", metavar="REASON", help="why; whoever reads the file next must understand it")
    parser.add_argument("--accept", action="store_true", help="the finding is right and you live with it")
    parser.add_argument("--undo", action="store_true", help="take dismissals back")
    parser.add_argument("--list", action="store_true", help="show what is dismissed")
    add_directory_flag(parser)
    add_plain_output_flags(parser, "show whole ids, categories and who raised a finding")


def run(arguments: argparse.Namespace) -> int:
    """Writes .lok/dismissed.json and returns the exit code."""
    from lok_hooks.cli.arguments import existing_directory
    from lok_hooks.cli.keeping import place_for
    from lok_hooks.cli.ledgers import ledger_in
    from lok_hooks.cli.output import print_json, warn
    from lok_hooks.repo.git import Repository

    repository = Repository.open(existing_directory(arguments.dir))
    with ledger_in(place_for(repository), warn) as ledger:
        told = _done(repository, ledger, arguments)
    if arguments.json:
        findings = [_values(entry, told) for entry in told.entries]
        print_json({"schema": "lok-hooks/dismiss/1", "action": told.action, "findings": findings})
        return 0
    for line in told.lines(is_verbose=arguments.verbose):
        _say(line)
    return 0


class _Told(NamedTuple):
    """What was done with which dismissals. `only_here` are not in .lok/dismissed.json; `raised_by` by identity;
    `ending` is said behind them."""

    action: Literal["list", "dismiss", "undo"]
    entries: Sequence[Dismissal]
    only_here: Collection[str] = ()
    raised_by: Mapping[str, Sequence[str]] = MappingProxyType({})
    ending: str = ""

    def lines(self, *, is_verbose: bool) -> Iterator[str]:
        """For a person."""
        for entry in self.entries:
            short = entry.identity if is_verbose else entry.identity[:8]
            where = f"{entry.path}: {entry.title or entry.category}"
            yield f"{_BEGINS[self.action]}[{short}] {where}"
            if self.action == "list":
                who = ", ".join(part for part in (entry.by, entry.date) if part)
                here = " · only here" if entry.identity in self.only_here else ""
                yield f"    {entry.because}{f' ({who})' if who else ''}{here}"
            if is_verbose:
                raised = ", ".join(self.raised_by.get(entry.identity, ()))
                who = f"raised by {raised}" if raised else "no record here of a model that raised it"
                yield f"    {entry.category or 'no category'} · {who}"
        if self.ending:
            yield self.ending


def _done(repository: Repository, ledger: Ledger, arguments: argparse.Namespace) -> _Told:
    if arguments.list:
        return _list(repository, ledger)
    if not arguments.ids:
        raise UsageError("no finding is named", advice=f"example: {EXAMPLE}")
    if arguments.undo:
        return _undo(repository, ledger, arguments.ids)
    if not (arguments.because or "").strip():
        raise UsageError("--because is missing: a dismissal without a reason helps nobody", advice=EXAMPLE)
    return _dismiss(repository, ledger, arguments)


def _dismiss(repository: Repository, ledger: Ledger, arguments: argparse.Namespace) -> _Told:
    from lok_hooks.core.reliability import Outcome
    from lok_hooks.store.dismissals import dismissals_in

    found = [_one(identity, ledger.find(_prefix(identity))) for identity in arguments.ids]
    made = [_dismissal(repository, known, arguments.because.strip()) for known in found]
    outcome = None if arguments.accept else Outcome.DISMISSED
    path = _write(repository, {**dismissals_in(repository.top), **{d.identity: d for d in made}})
    is_kept = ledger.dismiss(made, outcome)
    begins = "It holds here from now on; commit" if is_kept else "It holds nowhere yet; commit"
    return _Told(
        "dismiss",
        made,
        raised_by={known.identity: known.backends for known in found},
        ending=f"{begins} {path} and it holds for everyone.",
    )


def _undo(repository: Repository, ledger: Ledger, ids: Sequence[str]) -> _Told:
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
    chosen = list(dict.fromkeys(chosen))
    for identity in chosen:
        ledger.take_back(identity)
    return _Told("undo", [known[identity] for identity in chosen], raised_by=_raised(ledger, chosen))


def _list(repository: Repository, ledger: Ledger) -> _Told:
    from lok_hooks.store.dismissals import dismissals_in

    entries = dismissals_in(repository.top)
    own = {identity: entry for identity, entry in ledger.dismissed().items() if identity not in entries}
    found = (*entries.values(), *own.values())
    raised = _raised(ledger, [entry.identity for entry in found])
    return _Told("list", found, own, raised, ending="" if found else "nothing is dismissed")


def _raised(ledger: Ledger, identities: Sequence[str]) -> dict[str, Sequence[str]]:
    """Who raised these findings, as far as this repository's ledger knows."""
    return {known.identity: known.backends for identity in identities for known in ledger.find(identity)}


def _values(entry: Dismissal, told: _Told) -> dict[str, object]:
    from lok_hooks.report.visible import visible

    return {
        "id": entry.identity,
        "path": visible(entry.path),
        "category": visible(entry.category),
        "title": visible(entry.title),
        "because": visible(entry.because),
        "by": visible(entry.by),
        "date": visible(entry.date),
        "raised_by": [visible(name) for name in told.raised_by.get(entry.identity, ())],
        "only_here": entry.identity in told.only_here,
    }


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

    from lok_hooks.core.dismissal import Dismissal

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
    from lok_hooks.core.dismissal import DISMISSALS
    from lok_hooks.store.dismissals import write_dismissals

    write_dismissals(repository.top, entries.values())
    return DISMISSALS


def _say(text: str) -> None:
    from lok_hooks.cli.output import say
    from lok_hooks.report.visible import visible

    say(visible(text))
