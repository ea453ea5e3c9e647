"""Reading what a model answered: strict JSON, JSON inside prose or a fence, repaired JSON; else unreadable.

Everything here is hostile until validated: sizes are capped, unknown keys ignored, and only our code says who
raised a claim.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from lok_hooks.core.finding import Claim, Severity
from lok_hooks.core.task import Prompt

MAX_ANSWER: Final = 4_000_000  # characters; no honest answer to one chunk is larger
# What json-repair is given: it takes cubic time over quotation marks that neither open nor close anything (20 s for
# 10,000 of them) and seconds over brackets that only open. An honest answer has a handful of either.
MAX_REPAIRED: Final = 40_000  # characters
_MAX_LOOSE_QUOTES: Final = 200
_MAX_BRACKETS: Final = 1_000
_LOOSE_QUOTE: Final = re.compile(r"""[^\s\[{,:\\]\s*+"\s*+[^\s\]},:]""")
MAX_FINDINGS: Final = 200
_MAX_CANDIDATES: Final = 50  # places where JSON may begin in prose
# How the object of an answer ends behind its last list. Possessive throughout: a hostile answer must not make the
# matcher try every way to read it.
_ENDING: Final = re.compile(r"""\]\s*+,?+\s*+(?:"\w++"\s*+:\s*+(?:"[^"]*+"|[^",{}\[\]\s]++)\s*+,?+\s*+)*+\}""")
_SEVERITIES: Final = {
    "info": "low", "note": "low", "minor": "low", "style": "low",
    "moderate": "medium", "warning": "medium",
    "major": "high", "error": "high", "severe": "high",
    "blocker": "critical",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """The answer does not count. `mendable` when asking the backend to reformat it may help."""

    reason: str
    mendable: bool


class _AmbiguousError(ValueError):
    """One object has two values for a key, so it could be read either way; guessing would be judging."""


def _text(value: object) -> object:
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
    if not text.strip():
        return Unreadable(reason="the answer is empty", mendable=False)
    if len(text) > MAX_ANSWER:
        return Unreadable(reason=f"the answer is larger than {MAX_ANSWER:,} characters", mendable=False)
    review = _parse(text)
    if isinstance(review, Unreadable):
        return review
    if review.receipt.strip() != prompt.receipt:
        return Unreadable(reason="the answer lacks this request's receipt", mendable=False)
    paths = _paths(prompt)
    if problem := _file_problem(review.files, paths):
        return Unreadable(reason=problem, mendable=False)
    if len(review.findings) > MAX_FINDINGS:
        return Unreadable(reason=f"the answer lists more than {MAX_FINDINGS} findings", mendable=False)
    return tuple(_claim(finding, paths, prompt.task, backend) for finding in review.findings)


def _paths(prompt: Prompt) -> Mapping[str, str]:
    """The chunk's paths by every name an answer may use for them: as they are, and as the prompt shows them."""
    paths = prompt.chunk.paths
    return dict(zip((*prompt.names, *paths), (*paths[: len(prompt.names)], *paths), strict=True))


def _file_problem(listed: Sequence[str], paths: Mapping[str, str]) -> str:
    """What is wrong with the list of files an answer returns, "" if nothing."""
    foreign = sorted({name for name in listed if name not in paths})
    if foreign:
        return f"the answer names a file that was not shown: {foreign[0][:100]!r}"
    unseen = sorted(set(paths.values()) - {paths[name] for name in listed})
    return f"the answer does not list {unseen[0]!r} among the files it reviewed" if unseen else ""


def _claim(finding: _Finding, paths: Mapping[str, str], task: str, backend: str) -> Claim:
    cwe = re.search(r"(?i)\bCWE-?(\d{1,5})\b", finding.cwe)
    line = max(0, min(finding.line, 2**31))
    return Claim(
        backend=backend,
        task=task,
        file=paths.get(finding.file, finding.file)[:4096],
        line=line,
        end_line=max(line, min(finding.end_line, 2**31)),
        severity=finding.severity,
        category=re.sub(r"[^\w-]+", "-", finding.category.lower()).strip("-")[:60] or "defect",
        cwe=f"CWE-{cwe[1]}" if cwe else "",
        title=" ".join(finding.title.split())[:200] or "untitled finding",
        why=finding.why.strip()[:4000],
        fix=finding.fix.strip()[:4000],
        quote=finding.quote[:4000],
    )


def _parse(text: str) -> _Review | Unreadable:
    problem = "it is not JSON"
    try:
        for value in _json_values(text):
            if not (isinstance(value, dict) and "findings" in value):
                continue
            if "receipt" not in value:
                return Unreadable(reason="the answer lacks this request's receipt", mendable=False)
            try:
                return _Review.model_validate(value)
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(str(part) for part in first["loc"]) or "the answer"
                problem = f"{place}: {first['msg']}"
    except _AmbiguousError:
        problem = "a key stands twice in one object"
    return Unreadable(reason=f"the answer could not be read: {problem}", mendable=True)


def _json_values(text: str) -> Iterator[Any]:
    """Every JSON value the text may mean, likeliest first: the whole, fenced, embedded in prose, repaired."""
    yield from _loads(text.strip(), 0)
    for body in _fenced(text):
        yield from _loads(body.strip(), 0)
    start = -1
    for _ in range(_MAX_CANDIDATES):
        start = text.find("{", start + 1)
        if start < 0:
            break
        yield from _loads(text, start)
    yield from _repaired(text)


def _fenced(text: str) -> Iterator[str]:
    """What stands between lines that begin with three backticks."""
    inside: list[str] | None = None
    for line in text.split("\n"):
        if not line.lstrip().startswith("```"):
            if inside is not None:
                inside.append(line)
        elif inside is None:
            inside = []
        else:
            yield "\n".join(inside)
            inside = None


def _loads(text: str, start: int) -> Iterator[Any]:
    """The JSON value that begins at `start`, whatever follows it; nothing when none does."""
    decoder = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_unique)
    try:
        yield decoder.raw_decode(text, start)[0]
    except _AmbiguousError:
        raise
    except (ValueError, RecursionError):
        return


def _repaired(text: str) -> Iterator[Any]:
    """The text through json-repair. Not for an answer that stops in the middle: repairing would make a complete
    review out of the findings that happened to arrive."""
    start, end = text.find("{"), text.rfind("}")
    tail = text[end + 1 :].strip().strip("`")
    body = text[start : end + 1]
    if start < 0 or end < start or '"findings"' not in body or tail.startswith((",", "]")):
        return
    if not _is_closed(body) or not _is_worth_repairing(body):
        return
    import json_repair  # slow to import, rarely needed

    try:
        yield json_repair.loads(body, skip_json_loads=True)
    except (ValueError, RecursionError):
        return


def _is_worth_repairing(body: str) -> bool:
    """False for what would take longer to repair than to ask for again."""
    if len(body) > MAX_REPAIRED or body.count("{") + body.count("[") > _MAX_BRACKETS:
        return False
    return len(_LOOSE_QUOTE.findall(body)) <= _MAX_LOOSE_QUOTES


def _is_closed(body: str) -> bool:
    """True when the text ends as the object of an answer ends: a list closed, then the object. More brackets opened
    than closed mean that something is missing (or stands in a quote: then it is asked for again, which is safe)."""
    if body.count("[") > body.count("]") or body.count("{") > body.count("}"):
        return False
    return _ENDING.fullmatch(body, body.rfind("]")) is not None if "]" in body else False


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _AmbiguousError
    return made
