"""The recorded reviews of the evaluation data as values.

Three sources: `martian` (what four review tools wrote on real pull requests: text without place, a judge's word on
each comment), `aacr` (comments of people and models with file and line, labelled by experts) and `realvuln` (what
models and scanners found in vulnerable applications, with file, line, CWE and severity). See the data's own README.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lok_hooks.core.finding import Claim, Grounded, Place, Severity

PULL_REQUESTS: Final = "replay_dev.jsonl.gz"
APPLICATIONS: Final = "replay_realvuln_dev.jsonl.gz"
RECORDED: Final = "recorded_dev.jsonl.gz"

MARTIAN_PANEL: Final = ("claude", "gemini", "copilot", "bugbot")
REALVULN_MODELS: Final[Mapping[str, tuple[str, ...]]] = {
    "opus": ("claude-opus-4-7-agentic-v1", "claude-opus-4-6-agentic-v1"),  # the newer one, where it ran
    "gpt": ("gpt-5.5-agentic-v1",),
    "gemini": ("gemini-3.1-pro-agentic-v1",),
}
REALVULN_SCANNERS: Final = ("semgrep", "snyk", "sonarqube")
RUNS: Final = (1, 2, 3)
_SEVERITIES: Final = {
    "INFO": Severity.LOW, "LOW": Severity.LOW,
    "WARNING": Severity.MEDIUM, "MEDIUM": Severity.MEDIUM,
    "ERROR": Severity.HIGH, "HIGH": Severity.HIGH,
    "CRITICAL": Severity.CRITICAL,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """What one reviewer said, and what is known about it. `golden`: numbers of the known defects it is about.
    `line` is 0 where the source has no place."""

    author: str
    text: str
    is_true: bool
    golden: frozenset[int]
    file: str = ""
    line: int = 0
    end_line: int = 0
    cwe: str = ""
    category: str = ""
    severity: Severity = Severity.MEDIUM
    is_scanner: bool = False

    def grounded(self, number: int) -> Grounded:
        """The comment as a claim at its place; its quote is `number`, so that it is found again after merging."""
        title, _, why = self.text.partition(". ")
        claim = Claim(
            backend=self.author,
            task="hunt",
            file=self.file,
            line=self.line,
            end_line=self.end_line,
            severity=self.severity,
            category=self.category or "defect",
            cwe=self.cwe,
            title=title[:200],
            why=why or self.text,
            fix="",
            quote=str(number),
        )
        place = Place(path=self.file, ref="", line=self.line, end_line=self.end_line, touches_change=True)
        return Grounded(claim=claim, place=place)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One pull request or application: what reviewers said, and the numbers of its known defects. `group` is the
    repository, which cross-validation never splits. `reviewers` counts the panel, those who found nothing included."""

    name: str
    group: str
    golden: frozenset[int]
    comments: tuple[Comment, ...]
    reviewers: int


def read(path: Path) -> Iterator[Mapping[str, Any]]:
    """The rows of a data file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def martian(folder: Path, panel: Sequence[str] = MARTIAN_PANEL) -> tuple[Change, ...]:
    """The pull requests with text-only comments of `panel`'s tools, every tool's when it is empty."""
    return tuple(
        Change(
            name=row["id"],
            group=row["repo"],
            golden=frozenset(range(len(row["golden"]))),
            comments=tuple(
                Comment(
                    author=tool,
                    text=said["text"],
                    is_true=said["judged_true"],
                    golden=frozenset(said.get("golden") or ()),
                )
                for tool, comments in row["reviews"].items()
                if not panel or tool in panel
                for said in comments
            ),
            reviewers=len(panel) or len(row["reviews"]),
        )
        for row in read(folder / PULL_REQUESTS)
        if row["source"] == "martian"
    )


def aacr(folder: Path) -> tuple[Change, ...]:
    """The pull requests with comments that experts labelled, those without a line left out."""
    return tuple(
        Change(
            name=row["id"],
            group=row["repo"],
            golden=frozenset(range(len(row["golden"]))),
            comments=tuple(
                Comment(
                    author=author,
                    text=said["text"],
                    is_true=said["judged_true"],
                    golden=frozenset(said.get("golden") or ()),
                    file=said["file"],
                    line=said.get("from_line") or said["line"],
                    end_line=said["line"],
                    category="code-defect",
                )
                for author, comments in row["reviews"].items()
                for said in comments
                if said["line"]
            ),
            reviewers=len(row["reviews"]),
        )
        for row in read(folder / PULL_REQUESTS)
        if row["source"] != "martian"
    )


def realvuln(folder: Path, run: int, scanners: Sequence[str] = ()) -> tuple[Change, ...]:
    """The applications as the panel opus, gpt, gemini saw them in one of its `RUNS` (another run where that one is
    missing), with `scanners` beside it."""
    changes = []
    for row in read(folder / APPLICATIONS):
        chosen = {who: tool for who, models in REALVULN_MODELS.items() if (tool := _tool(row["reviews"], models, run))}
        chosen |= {scanner: scanner for scanner in scanners if scanner in row["reviews"]}
        changes.append(
            Change(
                name=f"{row['id']}@{run}",
                group=row["repo"],
                golden=frozenset(n for n, known in enumerate(row["golden"]) if known["vulnerable"]),
                comments=tuple(
                    _vulnerability(who, said) for who, tool in chosen.items() for said in row["reviews"][tool]
                ),
                reviewers=len(chosen),
            )
        )
    return tuple(changes)


def _tool(reviews: Mapping[str, object], models: Sequence[str], run: int) -> str:
    names = (f"{model}@run-{number}" for model in models for number in (run, *RUNS))
    return next((name for name in names if name in reviews), "")


def _vulnerability(who: str, said: Mapping[str, Any]) -> Comment:
    line = said["line"] or 0
    return Comment(
        author=who,
        text=said["text"],
        is_true=said["judged_true"],
        golden=frozenset(said.get("golden") or ()),
        file=said["file"],
        line=line,
        end_line=max(line, said["end_line"] or 0),
        cwe=said["cwe"][0] if said["cwe"] else "",
        category=said["rule"].rpartition(".")[2].replace("_", "-").lower(),
        severity=_SEVERITIES[said["severity"]],
        is_scanner=who in REALVULN_SCANNERS,
    )
