"""Added text that speaks to the reviewer, poses as our own marks, or hides from people: findings of our own.

Nothing here decides what a model is shown, and nothing rests on it: phrases are recognised, persuasion in free words
is not. Suspicion alone is medium; only text that is displayed in another order than it is compiled in is proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from lok_hooks.core.diff import Diff, FileDiff, Hunk
from lok_hooks.core.finding import TRIPWIRE, Claim, Grounded, Place, Severity
from lok_hooks.core.tripwire_hidden import hidden_in, hides_something
from lok_hooks.core.tripwire_speech import spoken_in

CATEGORY: Final = "prompt-injection"

Kind = Literal[
    "speech", "role", "mark", "encoded", "reordered", "bidi", "invisible", "smuggled", "look-alike", "escape", "far "
    "right",
    "long line",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What a kind of trip means to a reader of the report."""

    severity: Severity
    cwe: str
    title: str
    why: str
    is_proof: bool = False


_SPEAKS: Final = "a change that talks to its reviewer tries to decide its own review; our rules do not listen to it"
_HIDES: Final = "people who read this line see something else than what is stored"
RULES: Final[Mapping[Kind, Rule]] = {
    "speech": Rule(severity=Severity.MEDIUM, cwe="CWE-1427", title="Text that instructs the reviewer", why=_SPEAKS),
    "role": Rule(severity=Severity.MEDIUM, cwe="CWE-1427", title="Text that poses as a chat's own marks", why=_SPEAKS),
    "mark": Rule(
        severity=Severity.MEDIUM, cwe="CWE-1427", title="Text that poses as a boundary, receipt or answer", why=_SPEAKS
    ),
    "encoded": Rule(
        severity=Severity.MEDIUM, cwe="CWE-1427", title="Encoded text that instructs the reviewer", why=_SPEAKS
    ),
    "reordered": Rule(
        severity=Severity.HIGH,
        cwe="CWE-451",
        title="Code that is shown in another order than it runs",
        why="a bidirectional control overrides the order or is left open, so editors show other code (Trojan Source)",
        is_proof=True,
    ),
    "bidi": Rule(severity=Severity.MEDIUM, cwe="CWE-451", title="Bidirectional control characters", why=_HIDES),
    "invisible": Rule(severity=Severity.MEDIUM, cwe="CWE-451", title="Invisible characters in a word", why=_HIDES),
    "smuggled": Rule(
        severity=Severity.MEDIUM,
        cwe="CWE-451",
        title="Text in characters that nobody sees",
        why="models read these characters as letters, people see nothing",
    ),
    "look-alike": Rule(
        severity=Severity.MEDIUM,
        cwe="CWE-1007",
        title="A name with letters of another script",
        why="it looks like another name and is a different one",
    ),
    "escape": Rule(
        severity=Severity.MEDIUM,
        cwe="CWE-150",
        title="Control characters that steer a terminal",
        why="whoever prints this file in a terminal sees what these characters want",
    ),
    "far right": Rule(severity=Severity.MEDIUM, cwe="CWE-451", title="Code far right of the screen", why=_HIDES),
    "long line": Rule(
        severity=Severity.LOW, cwe="", title="A line too long to be read", why="no person reads what stands in it"
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Trip:
    """Something noticed in the added line `number` (None: in the file's name), with what makes it concrete."""

    kind: Kind
    number: int | None
    text: str
    detail: str = ""


def tripped(diff: Diff, task: str) -> tuple[Grounded, ...]:
    """One grounded claim for each kind and file, under `task`; files whose text goes to nobody are left out."""
    return tuple(
        _grounded(file, group, task) for file in diff.files if not file.held_back for group in _grouped(trips_in(file))
    )


def trips_in(file: FileDiff) -> Iterator[Trip]:
    """Everything noticed in the file's name and on its added lines."""
    for _, spoken, words in spoken_in([file.path]):
        yield Trip(kind=spoken, number=None, text=file.path, detail=_counted(words))
    for hidden, detail in hidden_in(file.path, ""):
        yield Trip(kind=hidden, number=None, text=file.path, detail=detail)
    for hunk in file.hunks:
        may_hide = hides_something(hunk.body)
        for first, texts in _runs(hunk):
            for index, spoken, words in spoken_in(texts):
                yield Trip(kind=spoken, number=first + index, text=texts[index], detail=_counted(words))
            for index, text in enumerate(texts if may_hide else ()):
                # A byte order mark is what some editors begin a file with.
                shown = text.removeprefix("\ufeff") if first + index == 1 else text
                for hidden, detail in hidden_in(shown, file.path):
                    yield Trip(kind=hidden, number=first + index, text=text, detail=detail)


def _counted(words: str) -> str:
    return f"the words {words}" if words else ""


def _runs(hunk: Hunk) -> Iterator[tuple[int, list[str]]]:
    """Added lines that follow one another, with the number of the first."""
    number = hunk.new_start + (hunk.new_count == 0)
    run: list[str] = []
    for raw in hunk.body.removesuffix("\n").split("\n"):
        sign = raw[:1]
        if sign == "+":
            run.append(raw[1:])
        elif sign in {" ", ""}:
            if run:
                yield number, run
            number += len(run) + 1
            run = []
    if run:
        yield number, run


def _grouped(trips: Iterable[Trip]) -> list[list[Trip]]:
    groups: dict[Kind, list[Trip]] = {}
    for trip in trips:
        groups.setdefault(trip.kind, []).append(trip)
    return list(groups.values())


def _grounded(file: FileDiff, group: Sequence[Trip], task: str) -> Grounded:
    first = group[0]
    rule = RULES[first.kind]
    number = first.number or max(1, min((hunk.new_start for hunk in file.hunks), default=1))
    where = " (in the file's name)" if first.number is None else ""
    more = f"; so do {len(group) - 1} more places in this file" if len(group) > 1 else ""
    claim = Claim(
        backend=TRIPWIRE,
        task=task,
        file=file.path,
        line=number,
        end_line=number,
        severity=rule.severity,
        category=CATEGORY,
        cwe=rule.cwe,
        title=f"{rule.title}{where}",
        why=f"{first.detail + ': ' if first.detail else ''}{rule.why}{more}",
        fix="",
        quote=first.text,
        is_proof=rule.is_proof,
    )
    place = Place(
        path=file.path,
        ref=file.ref,
        line=number,
        end_line=number,
        touches_change=True,
        first=number if first.number else 0,
        code=(first.text,) if first.number else (),
    )
    return Grounded(claim=claim, place=place)
