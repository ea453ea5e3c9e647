"""What debate costs and gains: examiners of known skill vote on the recorded claims, through the product's own rounds.

An examiner of sensitivity s confirms a true claim with probability s and refutes it else; one of specificity t refutes
a false claim with probability t and confirms it else. Each claim has one author and m examiners who vote independently
of one another. What must come out can be computed: a claim with c of m confirmations blocks when c is at least 1 and
the author and its confirmers outweigh the others. Precision is the share of blocking claims that are true, recall the
share of true claims that block; without debate and quorum all block.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import comb, sqrt
from pathlib import Path
from typing import Any, Final

from lok_hooks.core.diff import FileDiff, Hunk
from lok_hooks.core.finding import Claim, Finding, Severity
from lok_hooks.core.ground import ground
from lok_hooks.core.judge import Author, Evidence, decide
from lok_hooks.core.merge import merge
from lok_hooks.core.ports import Answer, Deadline, Failure, Reply, Traits
from lok_hooks.core.review import Policy
from lok_hooks.core.screen import screening_of
from lok_hooks.core.settings import DebateSettings
from lok_hooks.core.task import Chunk, Piece, Prompt
from lok_hooks.flows.examination import Case, Panel, examine
from tests.bench.recorded import TRUE, is_confirmed, rebuilt
from tests.bench.rows import RECORDED, read
from tests.ports import Forever, Silent, one_after_the_other

SKILLS: Final = (0.6, 0.8, 0.95)
PANELS: Final = (1, 2, 3)
REPETITIONS: Final = 25
TOLERANCE: Final = 0.01
_AUTHOR: Final = "author"
_POLICY: Final = Policy(
    fail_on=Severity.LOW, debate=True, examination=DebateSettings(rounds=1, min_severity=Severity.LOW)
)
_CLAIM: Final = re.compile(r"^claim: (C\d+)\n(?:  .*\n)*?  why: (true|false)\b", re.MULTILINE)
# Draws are points of an additive recurrence, one dimension for each examiner: as even as so many draws can be, hence
# close to their expectation after few repetitions. The steps are square roots of primes, so dimensions are independent.
_STEPS: Final = tuple(sqrt(prime) for prime in (2, 3, 5))


@dataclass(frozen=True, kw_only=True, slots=True)
class Skill:
    """How often an examiner is right about true (`sensitivity`) and false claims (`specificity`), 0 to 1."""

    sensitivity: float
    specificity: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """Precision and recall of what blocks after the debate."""

    precision: float
    recall: float

    def __str__(self) -> str:
        return f"{self.precision:.3f} / {self.recall:.3f}"


@dataclass
class ScriptedExaminer:
    """Votes with the given skill. It knows the truth from the claim's why, which the replay replaces by it."""

    name: str
    skill: Skill
    step: float
    drawn: dict[str, int] = field(default_factory=lambda: {"true": 0, "false": 0})

    @cached_property
    def traits(self) -> Traits:
        """Those of a strong model."""
        return Traits(role="model", kind="scripted", may_block=True, is_local=True, max_prompt_bytes=10**8)

    def missing(self) -> Failure | None:
        """Always at hand."""
        return None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """One vote for each claim; the quote is a line of the shown code, as a refutation needs."""
        quote = next(
            line.text
            for piece in prompt.chunk.pieces
            for hunk in piece.hunks
            for line in hunk.lines()
            if len("".join(line.text.split())) > 10
        )
        votes = [
            {"claim": label, "stance": self._stance(truth), "reason": "as drawn", "quote": quote}
            for label, truth in _CLAIM.findall(prompt.text)
        ]
        return Reply(backend=self.name, text=json.dumps({"receipt": prompt.receipt, "votes": votes}), seconds=0.0)

    def _stance(self, truth: str) -> str:
        self.drawn[truth] += 1
        draw = self.drawn[truth] * self.step % 1
        chance = self.skill.sensitivity if truth == "true" else 1 - self.skill.specificity
        return "confirm" if draw < chance else "refute"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A recorded change with its claims as findings of one author; the why of each is "true" or "false"."""

    files: tuple[FileDiff, ...]
    findings: tuple[Finding, ...]


def scenes(folder: Path) -> tuple[Scene, ...]:
    """All recorded changes with claims on changed lines that are clearly true or false."""
    return tuple(scene for row in read(folder / RECORDED) if (scene := _scene(row)).findings)


def _scene(row: Mapping[str, Any]) -> Scene:
    files = rebuilt(row["prompt"])
    chunk = Chunk(pieces=tuple(Piece(file=f, hunks=f.hunks, enclosing=("",) * len(f.hunks)) for f in files))
    findings = [
        merge([ground(_claim(claim), chunk)])[0]
        for claim in row["claims"]
        if claim["label"] in TRUE or claim["label"] == "false"
    ]
    return Scene(files=files, findings=tuple(finding for finding in findings if not finding.problem))


def _claim(claim: Mapping[str, Any]) -> Claim:
    return Claim(
        backend=_AUTHOR,
        task="hunt",
        file=claim["file"],
        line=claim["line"],
        end_line=claim["line"],
        severity=Severity(claim["severity"]),
        category=claim["category"],
        cwe=claim["cwe"] or "",
        title=claim["title"],
        why="true" if claim["label"] in TRUE else "false",
        fix="",
        quote=claim["quote"],
    )


def replayed(all_: Sequence[Scene], skill: Skill, examiners: int, repetitions: int = REPETITIONS) -> Worth:
    """What comes out when every claim is debated `repetitions` times by so many examiners."""
    outcomes = [
        outcome
        for scene, models in _with_examiners(all_, skill, examiners)
        for outcome in _debated(scene, models, repetitions)
    ]
    blocking = [is_true for is_true, blocks in outcomes if blocks]
    return Worth(
        precision=sum(blocking) / (len(blocking) or 1),
        recall=sum(blocking) / (sum(is_true for is_true, _ in outcomes) or 1),
    )


def _with_examiners(
    all_: Sequence[Scene], skill: Skill, examiners: int
) -> Iterator[tuple[Scene, Sequence[ScriptedExaminer]]]:
    models = [ScriptedExaminer(name=f"examiner {n}", skill=skill, step=_STEPS[n]) for n in range(examiners)]
    for scene in all_:
        yield scene, models


def _debated(scene: Scene, models: Sequence[ScriptedExaminer], repetitions: int) -> Iterator[tuple[bool, bool]]:
    """For each claim and repetition: whether it is true, whether it blocks. All repetitions are one batch."""
    findings = [
        replace(finding, title=f"{finding.title} ({number})")
        for number in range(repetitions)
        for finding in scene.findings
    ]
    case = Case(
        findings=findings,
        files=scene.files,
        policy=_POLICY,
        enclosing=_no_definition,
        screening=screening_of(()),
        screen=lambda *_: screening_of(()),
    )
    panel = Panel(models=models, ask_all=one_after_the_other, listener=Silent(), deadline=Forever())
    votes = examine(case, panel).votes
    evidence = Evidence(authors=(Author(name=_AUTHOR, kind="model"),), reviewers=len(models) + 1)
    for number, finding in enumerate(findings):
        yield finding.why == "true", is_confirmed(decide(finding, evidence, _POLICY, votes[number]))


def _no_definition(file: FileDiff, hunk: Hunk) -> str:
    return ""


def closed_form(all_: Sequence[Scene], skill: Skill, examiners: int) -> Worth:
    """What must come out."""
    truths = [finding.why == "true" for scene in all_ for finding in scene.findings]
    share = sum(truths) / len(truths)
    kept = _blocks(skill.sensitivity, examiners)
    let_through = _blocks(1 - skill.specificity, examiners)
    return Worth(precision=share * kept / (share * kept + (1 - share) * let_through), recall=kept)


def _blocks(chance: float, examiners: int) -> float:
    """The probability that a claim blocks which each examiner confirms with `chance`."""
    return sum(
        comb(examiners, confirms) * chance**confirms * (1 - chance) ** (examiners - confirms)
        for confirms in range(1, examiners + 1)
        if 1 + confirms > examiners - confirms
    )
