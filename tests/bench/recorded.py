"""Recorded answers replayed through the product: reading, grounding, merging, debate and decision as in a hook.

Every change is rebuilt from its recorded prompt. Reviewers are backends that answer with what was recorded; only the
receipt and the list of files are rewritten, since they answer another prompt. Examiners find their recorded vote by the
claim's words, and have none on a claim that was never put to them. Nobody else examines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from rapidfuzz import fuzz

from lok_hooks.backends.secrets import screen
from lok_hooks.core.diff import Diff, FileDiff, Hunk, Status
from lok_hooks.core.finding import Severity
from lok_hooks.core.ports import Answer, Deadline, Failure, FailureKind, Reply, Traits
from lok_hooks.core.prompts import shown_code
from lok_hooks.core.review import Disposition, Judged, Policy, Review
from lok_hooks.core.settings import DebateSettings
from lok_hooks.core.task import Aspect, Chunk, Piece, Prompt, Task
from lok_hooks.flows.review import Means, Order, review
from tests.bench.rows import RECORDED, read
from tests.ports import Forever, NoContents, Silent, one_after_the_other

REVIEWERS: Final = ("A", "B", "C")
EXAMINERS: Final = ("D", "E")
PLANTED: Final = "planted"
WEAK: Final = "weak"
TRUE: Final = frozenset({"known", "real"})
_TASK: Final = Task(name="hunt", description="defects", aspects=(Aspect(name="all", text="Every defect."),))
_SAME_CLAIM: Final = 60.0  # token-set ratio of two wordings of one claim; the next best claim is below 50
_LINE: Final = re.compile(r"^ *(\d+) ([ +])(?: (.*))?$")
_REMOVED: Final = re.compile(r"^ +-(?: (.*))?$")
_CLAIM: Final = re.compile(
    r"^claim: (C\d+)\n  at: (.*):\d+  severity: .*\n  title: (.*)\n  why: (.*)$", re.MULTILINE
)  # as an examination shows it


@dataclass(frozen=True, kw_only=True)
class RecordedReviewer:
    """A model whose answer was recorded; it never saw an examination."""

    name: str
    answer: str
    may_block: bool = True

    @property
    def traits(self) -> Traits:
        """Those of a strong model, unless its word may not block."""
        return Traits(role="model", kind="recorded", may_block=self.may_block, is_local=True, max_prompt_bytes=10**7)

    def missing(self) -> Failure | None:
        """Always at hand."""
        return None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """The recorded answer under this prompt's receipt."""
        if prompt.asks != "findings":
            return _nothing_recorded(self.name)
        answer = json.loads(self.answer) | {"receipt": prompt.receipt, "files": list(prompt.names)}
        return Reply(backend=self.name, text=json.dumps(answer), seconds=0.0)


@dataclass(frozen=True, kw_only=True)
class RecordedExaminer:
    """A model whose votes were recorded. `claims` and `votes` as in the row."""

    name: str
    claims: Sequence[Mapping[str, Any]]
    votes: Mapping[str, Mapping[str, Any]]
    unknown: list[str] = field(default_factory=list)

    @property
    def traits(self) -> Traits:
        """Strong at the task, so that it is asked before the reviewers."""
        return Traits(
            role="model",
            kind="recorded",
            may_block=True,
            is_local=True,
            max_prompt_bytes=10**7,
            strengths=(_TASK.name,),
        )

    def missing(self) -> Failure | None:
        """Always at hand."""
        return None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """The recorded vote on each claim that the prompt shows, under the label that the prompt gives it."""
        if prompt.asks != "votes":
            return _nothing_recorded(self.name)
        votes = []
        for label, file, title, why in _CLAIM.findall(prompt.text):
            claim = _recorded_claim(self.claims, file, title, why)
            if claim is None:
                self.unknown.append(title)
            else:
                votes.append({**self.votes[claim["claim"]], "claim": label})
        return Reply(backend=self.name, text=json.dumps({"receipt": prompt.receipt, "votes": votes}), seconds=0.0)


def _nothing_recorded(name: str) -> Failure:
    return Failure(backend=name, kind=FailureKind.REFUSED, reason="nothing was recorded", advice="")


def _recorded_claim(claims: Sequence[Mapping[str, Any]], file: str, title: str, why: str) -> Mapping[str, Any] | None:
    """The recorded claim with these words, or the one nearest in meaning in the same file."""
    there = [
        (fuzz.token_set_ratio(f"{title} {why}", f"{c['title']} {c['why']}"), c) for c in claims if c["file"] == file
    ]
    likeness, claim = max(there, key=lambda pair: pair[0], default=(0.0, None))
    return claim if likeness >= _SAME_CLAIM else None


def rebuilt(prompt: str) -> tuple[FileDiff, ...]:
    """The changed files that a recorded prompt shows. Old-side numbers are not recorded: they start at 1."""
    body = prompt.split("\nreceipt: ", 1)[1].split("\n\n", 1)[1]
    files = tuple(_file(part) for part in re.split(r"^file: ", body, flags=re.MULTILINE)[1:])
    pieces = tuple(Piece(file=f, hunks=f.hunks, enclosing=tuple(hunk.section for hunk in f.hunks)) for f in files)
    shown = shown_code(Chunk(pieces=pieces), str)
    if shown.strip() != body.strip():
        raise ValueError("the rebuilt change is not the recorded one")
    return files


def _file(text: str) -> FileDiff:
    path, _, rest = text.partition("\n")
    return FileDiff(
        path=path,
        old_path=path,
        status=Status.MODIFIED,
        old_mode="100644",
        new_mode="100644",
        old_blob="1" * 40,
        new_blob="2" * 40,
        hunks=tuple(_hunk(part) for part in re.split(r"^@@", rest, flags=re.MULTILINE)[1:]),
    )


def _hunk(text: str) -> Hunk:
    section, *lines = text.split("\n")
    body, numbers, kept = [], [], 0
    for line in lines:
        if found := _LINE.match(line):
            numbers.append(int(found[1]))
            kept += found[2] == " "
            body.append(found[2] + (found[3] or ""))
        elif found := _REMOVED.match(line):
            body.append("-" + (found[1] or ""))
    removed = sum(line.startswith("-") for line in body)
    return Hunk(
        old_start=1,
        old_count=kept + removed,
        new_start=numbers[0] if numbers else 0,
        new_count=len(numbers),
        section=section.strip(),
        body="".join(f"{line}\n" for line in body),
    )


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """A recorded change with the review that the product made of it."""

    row: Mapping[str, Any]
    review: Review
    unknown: Sequence[str]

    @property
    def is_defective(self) -> bool:
        """True when the change brings in a known defect."""
        return bool(self.row["variant"] == "defective")

    @property
    def is_refused(self) -> bool:
        """True when the gate refuses it."""
        return bool(self.review.blocking)

    def of(self, claim: Mapping[str, Any]) -> Judged:
        """What became of a recorded claim: the finding of its own words, or the one it was merged into."""
        there = [judged for judged in self.review.judged if judged.finding.place.path == claim["file"]]
        words = f"{claim['title']} {claim['why']}"
        return max(there, key=lambda j: fuzz.token_set_ratio(words, f"{j.finding.title} {j.finding.why}"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """Who takes part in a replay: recorded reviewers by name, the planted claims, the weak model, the examiners."""

    reviewers: tuple[str, ...] = REVIEWERS
    planted: bool = False
    weak: bool = False
    examiners: tuple[str, ...] = EXAMINERS
    fail_on: Severity = Severity.HIGH


def replay(folder: Path, cast: Cast) -> Iterator[Replayed]:
    """Every recorded change, reviewed by the cast; with the weak model only those it answered."""
    for row in read(folder / RECORDED):
        if not cast.weak or row.get("weak_answer"):
            yield _replayed(row, cast)


def _replayed(row: Mapping[str, Any], cast: Cast) -> Replayed:
    reviewers = [RecordedReviewer(name=name, answer=json.dumps(row["answers"][name])) for name in cast.reviewers]
    if cast.planted:
        planted = [claim for claim in row["claims"] if claim["planted_false"]]
        reviewers.append(RecordedReviewer(name=PLANTED, answer=json.dumps({"findings": planted})))
    if cast.weak:
        reviewers.append(RecordedReviewer(name=WEAK, answer=_complete(row["weak_answer"]), may_block=False))
    examiners = [
        RecordedExaminer(
            name=name, claims=row["claims"], votes={vote["claim"]: vote for vote in row["votes"][name]["votes"]}
        )
        for name in cast.examiners
    ]
    order = Order(
        command="lok-hunt",
        diff=Diff(label=row["id"], files=rebuilt(row["prompt"])),
        tasks=(replace(_TASK, backends=tuple(reviewer.name for reviewer in reviewers)),),
        policy=Policy(
            fail_on=cast.fail_on,
            debate=bool(examiners),
            examination=DebateSettings(reviewers=max(1, len(examiners)), min_severity=cast.fail_on),
        ),
    )
    means = Means(
        backends=[*reviewers, *examiners],
        contents=NoContents(),
        screen=screen,
        ask_all=one_after_the_other,
        listener=Silent(),
        deadline=Forever(),
        now=lambda: 0.0,
    )
    made = review(order, means)
    return Replayed(row=row, review=made, unknown=[title for examiner in examiners for title in examiner.unknown])


def _complete(weak_answer: str) -> str:
    """The weak model's reply as it is where it is JSON, else an answer without findings: it was cut off."""
    try:
        json.loads(weak_answer)
    except ValueError:
        return '{"findings": []}'
    return weak_answer


def became(replayed: Sequence[Replayed], *, is_true: bool) -> list[tuple[Mapping[str, Any], Judged]]:
    """The recorded claims that are true (or false: planted, or raised and labelled so), each with its outcome."""
    wanted = TRUE if is_true else frozenset({"false"})
    return [(claim, each.of(claim)) for each in replayed for claim in each.row["claims"] if claim["label"] in wanted]


def is_confirmed(judged: Judged) -> bool:
    """True when it blocks."""
    return judged.disposition is Disposition.CONFIRMED
