"""Reading the review that a model answered, or why the answer does not count.

Everything here is hostile until validated: an answer's size is capped, unknown keys are ignored, and only our code says
who raised a claim. Texts are cut later, behind the search for secrets (`flows.screening.Discretion`): half of one would
not be found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from lok_hooks.core.finding import Claim, Severity
from lok_hooks.core.reading import AmbiguousError, Unreadable, objects_with, refusal, whole, without
from lok_hooks.core.shorten import beginning, shortened
from lok_hooks.core.task import Prompt
from lok_hooks.core.votes import read_ballots

MAX_FINDINGS: Final = 200
MAX_FILES: Final = 10_000  # names of files read that are kept of one exploration
_SEVERITIES: Final = {
    "info": "low", "note": "low", "minor": "low", "style": "low",
    "moderate": "medium", "warning": "medium",
    "major": "high", "error": "high", "severe": "high",
    "blocker": "critical",
}  # fmt: skip


def _text(value: object) -> object:
    if isinstance(value, str):
        return whole(value)
    return "" if value is None else value


def _number(value: object) -> object:
    """A line number out of 42, "42", "42-45", "L42" or None."""
    if isinstance(value, str):
        found = re.search(r"\d{1,9}", value)
        return int(found[0]) if found else 0
    return 0 if value is None or isinstance(value, bool) else value


def _severity(value: object) -> object:
    word = str(value).strip().lower()
    return _SEVERITIES.get(word, word)


Short = Annotated[str, BeforeValidator(_text), StringConstraints(strip_whitespace=True)]
Text = Annotated[str, BeforeValidator(_text)]
Number = Annotated[int, BeforeValidator(_number)]


class _Finding(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    file: Short = ""
    line: Number = 0
    end_line: Number = 0
    severity: Annotated[Severity, BeforeValidator(_severity)]
    category: Short = ""
    cwe: Short = ""
    title: Short = ""
    why: Text = ""
    fix: Text = ""
    quote: Text = ""


class _Review(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    receipt: str
    files: tuple[str, ...]
    findings: tuple[_Finding, ...]


def read_review(text: str, prompt: Prompt, backend: str) -> tuple[Claim, ...] | Unreadable:
    """The claims that `backend` makes in its answer to `prompt`, or why the answer does not count.

    An answer without the prompt's receipt, or that lists other files than the prompt shows, says nothing about
    this change: it is not mendable, since no rewording makes it a review.
    """
    review = _received(text, prompt)
    if isinstance(review, Unreadable):
        return review
    paths = _paths(prompt)
    if problem := _file_problem(review.files, paths):
        return Unreadable(reason=problem, mendable=False)
    return tuple(_claim(finding, paths, prompt.task, backend) for finding in review.findings)


@dataclass(frozen=True, kw_only=True, slots=True)
class Explored:
    """What a model brought back that looked around by itself. `files` are those it says it read, true or not."""

    claims: tuple[Claim, ...]
    files: tuple[str, ...]


def read_exploration(text: str, prompt: Prompt, backend: str) -> Explored | Unreadable:
    """As `read_review`, for a prompt that shows no code: the answer may name whatever files it read."""
    review = _received(text, prompt)
    if isinstance(review, Unreadable):
        return review
    claims = tuple(_claim(finding, {}, prompt.task, backend) for finding in review.findings)
    return Explored(claims=claims, files=tuple(beginning(name, 4096) for name in review.files[:MAX_FILES]))


def _received(text: str, prompt: Prompt) -> _Review | Unreadable:
    """The answer, if it is one to this very prompt."""
    if refused := refusal(text):
        return refused
    review = _parse(text)
    if isinstance(review, Unreadable):
        return review
    if review.receipt.strip() != prompt.receipt:
        return Unreadable(reason="the answer lacks this request's receipt", mendable=False)
    if len(review.findings) > MAX_FINDINGS:
        return Unreadable(reason=f"the answer lists more than {MAX_FINDINGS} findings", mendable=False)
    return review


def problem_with(text: str, prompt: Prompt) -> Unreadable | None:
    """Why `text` does not give what `prompt` asks for, findings, votes or words; None when it does."""
    if prompt.asks == "words":
        return refusal(text) or _without_fields(text, prompt)
    read = read_ballots(text, prompt) if prompt.asks == "votes" else read_review(text, prompt, "")
    return read if isinstance(read, Unreadable) else None


def _without_fields(text: str, prompt: Prompt) -> Unreadable | None:
    """Why words that were asked for in fields are not in any; what the fields hold is for the asker to judge."""
    required = prompt.schema.get("required", ())
    try:
        if not required or next(objects_with(text, required[0]), None) is not None:
            return None
    except AmbiguousError:
        return Unreadable(reason="a key stands twice in one object", mendable=True)
    return Unreadable(reason=f'the answer is not the JSON object with "{required[0]}"', mendable=True)


def _paths(prompt: Prompt) -> Mapping[str, str]:
    """The chunk's paths by every name an answer may use for them: as they are, and as the prompt shows them."""
    paths = prompt.chunk.paths
    return dict(zip((*prompt.names, *paths), (*paths[: len(prompt.names)], *paths), strict=True))


def _file_problem(listed: Sequence[str], paths: Mapping[str, str]) -> str:
    """What is wrong with the list of files an answer returns, "" if nothing."""
    foreign = sorted({name for name in listed if name not in paths})
    if foreign:
        return f"the answer names a file that was not shown: {shortened(foreign[0], 100)!r}"
    unseen = sorted(set(paths.values()) - {paths[name] for name in listed})
    return f"the answer does not list {unseen[0]!r} among the files it reviewed" if unseen else ""


def _claim(finding: _Finding, paths: Mapping[str, str], task: str, backend: str) -> Claim:
    cwe = re.search(r"(?i)\bCWE-?(\d{1,5})\b", finding.cwe)
    line = max(0, min(finding.line, 2**31))
    return Claim(
        backend=backend,
        task=task,
        file=beginning(paths.get(finding.file, finding.file), 4096),
        line=line,
        end_line=max(line, min(finding.end_line, 2**31)),
        severity=finding.severity,
        category=re.sub(r"[^\w-]+", "-", finding.category.lower()).strip("-")[:60] or "defect",
        cwe=f"CWE-{cwe[1]}" if cwe else "",
        title=" ".join(finding.title.split()) or "untitled finding",
        why=finding.why.strip(),
        fix=finding.fix.strip(),
        quote=finding.quote,
    )


def _parse(text: str) -> _Review | Unreadable:
    problem = ""
    try:
        for value in objects_with(text, "findings"):
            if "receipt" not in value:
                return Unreadable(reason="the answer lacks this request's receipt", mendable=False)
            try:
                return _Review.model_validate(value)
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(str(part) for part in first["loc"]) or "the answer"
                problem = f"{place}: {first['msg']}"
    except AmbiguousError:
        problem = "a key stands twice in one object"
    if not problem:
        return without(text, "findings")
    return Unreadable(reason=f"the answer could not be read: {problem}", mendable=True)
