"""A scanner's SARIF 2.1.0 log as claims. Pure: bytes in, claims out, nothing in it believed beyond its type.

What the standard lets a producer leave out is filled with its defaults; a log that does not say that the scan
succeeded and what it found is unreadable, never "nothing found".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeGuard
from urllib.parse import unquote, urlsplit

from lok_hooks.core.finding import Claim, Severity
from lok_hooks.core.shorten import beginning, shortened

Weight = Literal["proof", "suspicion", "off"]

_TITLE_LIMIT: Final = 200  # characters
_WHY_LIMIT: Final = 1000  # characters; scanners' help texts are whole web pages
_LEVELS: Final[Mapping[str, Severity]] = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "note": Severity.LOW,
    "none": Severity.LOW,
}
# GitHub's reading of the "security-severity" property, a CVSS score.
_SCORES: Final = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.0, Severity.LOW))
_PAGE: Final = 20_000  # characters of a description that are looked at
_HEADING: Final = re.compile(r" {0,3}#{1,6}[ \t]+(.*)")
_REFERENCE: Final = re.compile(r"\s*(?:[-*][ \t]+)?\[[^\]]*\](?:\(|:)")
_CWE: Final = re.compile(r"\bcwe[-_/: ]*0*(\d{1,5})\b", re.IGNORECASE)
_NO_PROBLEM: Final = frozenset({"pass", "notApplicable", "informational"})
_PLACEHOLDER: Final = re.compile(r"\{(\d{1,9})\}")


class UnreadableLog(ValueError):
    """The log says nothing that could be relied on; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What turns results into claims. `path_of` gives the reviewed path for a result's URI, None for a file that was
    not handed to the scanner; `lines_of` the lines of a reviewed path; `rules` maps rule ids or prefixes of them to
    their weight."""

    backend: str
    task: str
    path_of: Callable[[str], str | None]
    lines_of: Callable[[str], Sequence[str]]
    rules: Mapping[str, str]


def read_log(data: bytes, reading: Reading) -> tuple[Claim, ...]:
    """The claims in a log, in its order. Raises UnreadableLog."""
    try:
        log = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableLog(f"it is not JSON ({type(error).__name__})" if data.strip() else "it is empty") from error
    runs = _objects(_get(log, "runs"))
    if not runs:
        raise UnreadableLog("it is not SARIF: there is no run in it")
    return tuple(claim for run in runs for claim in _read_run(run, reading))


def weight_of(rule: str, rules: Mapping[str, str]) -> Weight:
    """How much a rule's word counts: by its id, else by the longest prefix named; a suspicion where none is."""
    named = max((key for key in rules if rule.startswith(key)), key=len, default=None)
    weight = rules[named] if named is not None else "suspicion"
    return "proof" if weight == "proof" else "off" if weight == "off" else "suspicion"


def _read_run(run: Mapping[str, Any], reading: Reading) -> Iterator[Claim]:
    for invocation in _objects(run.get("invocations")):
        if invocation.get("executionSuccessful") is False:
            notes = _objects(invocation.get("toolExecutionNotifications"))
            words = "; ".join(filter(None, (_message(note.get("message"), {}) for note in notes)))
            raise UnreadableLog(
                f"the scanner says that it failed: {shortened(words, _WHY_LIMIT) or 'without a reason'}"
            )
    if not isinstance(run.get("results"), list):
        raise UnreadableLog("a run has no list of results, which means that nothing was scanned")
    for result in _objects(run["results"]):
        if _counts(result):
            yield from _read_result(result, run, reading)


def _counts(result: Mapping[str, Any]) -> bool:
    """False for what is no problem, no longer there, or suppressed (a suppression holds unless it was rejected or
    is still under review)."""
    suppressions = _objects(result.get("suppressions"))
    is_suppressed = any(one.get("status", "accepted") == "accepted" for one in suppressions)
    return not is_suppressed and result.get("kind") not in _NO_PROBLEM and result.get("baselineState") != "absent"


def _read_result(result: Mapping[str, Any], run: Mapping[str, Any], reading: Reading) -> Iterator[Claim]:
    rule = _rule(result, run)
    rule_id = _text(result.get("ruleId")) or _text(_get(result, "rule", "id")) or _text(rule.get("id")) or "unnamed"
    weight = weight_of(rule_id, reading.rules)
    if weight == "off":
        return
    file, line, end_line = _place(result, run, reading)
    lines = reading.lines_of(file)
    title, _, rest = _message(result.get("message"), rule).strip().partition("\n")
    title = title or _message(rule.get("shortDescription"), {}) or rule_id
    why = rest.strip() or _reason(rule, title)
    fixes = _objects(result.get("fixes"))
    yield Claim(
        backend=reading.backend,
        task=reading.task,
        file=file,
        line=line,
        end_line=end_line,
        severity=_severity(result, rule),
        category=rule_id,
        cwe=_cwe(result, rule),
        title=shortened(" ".join(title.split()), _TITLE_LIMIT),
        why=shortened(why, _WHY_LIMIT),
        fix=shortened(_message(fixes[0].get("description"), {}) if fixes else "", _WHY_LIMIT),
        quote=lines[line - 1] if 0 < line <= len(lines) else "",
        is_proof=weight == "proof",
    )


def _reason(rule: Mapping[str, Any], title: str) -> str:
    """Why a rule matters: the paragraph of its description that says so, else the first; "" where there is none that
    says more than the title. Descriptions are whole pages of markdown."""
    for name in ("fullDescription", "shortDescription", "help"):
        paragraphs = [each for each in _paragraphs(_message(rule.get(name), {})) if each[1] != title]
        reasons = [text for heading, text in paragraphs if heading.lower().startswith("why")]
        if paragraphs:
            return (reasons or [paragraphs[0][1]])[0]
    return ""


def _paragraphs(markdown: str) -> Iterator[tuple[str, str]]:
    """The paragraphs of prose, each in one line behind its heading; no code, no lists of links."""
    heading, is_code = "", False
    for block in re.split(r"\n[ \t]*\n", beginning(markdown.replace("\r\n", "\n"), _PAGE)):
        lines: list[str] = []
        for line in block.split("\n"):
            if line.lstrip().startswith(("```", "~~~")):
                is_code = not is_code
            elif found := _HEADING.match(line):
                heading = found[1].rstrip(" \t#")
            elif not is_code and not _REFERENCE.match(line):
                lines.append(line)
        if text := " ".join(" ".join(lines).split()):
            yield heading, text


def _rule(result: Mapping[str, Any], run: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rule's description: by index, else by id, in the driver or the extension that the result names."""
    tool = _object(run.get("tool"))
    extension = _get(result, "rule", "toolComponent", "index")
    extensions = _objects(tool.get("extensions"))
    component = extensions[extension] if _is_index(extension, extensions) else _object(tool.get("driver"))
    rules = _objects(component.get("rules"))
    index = result.get("ruleIndex", _get(result, "rule", "index"))
    if _is_index(index, rules):
        return rules[index]
    wanted = result.get("ruleId", _get(result, "rule", "id"))
    every = rules + [rule for one in extensions for rule in _objects(one.get("rules"))]
    return next((rule for rule in every if wanted and rule.get("id") == wanted), {})


def _place(result: Mapping[str, Any], run: Mapping[str, Any], reading: Reading) -> tuple[str, int, int]:
    """Path, first and last line of the first location; line 0 for a result about a whole file, "" for no file."""
    locations = _objects(result.get("locations"))
    physical = _object(locations[0].get("physicalLocation")) if locations else {}
    artifact = _object(physical.get("artifactLocation"))
    index, artifacts = artifact.get("index"), _objects(run.get("artifacts"))
    if "uri" not in artifact and _is_index(index, artifacts):
        artifact = _object(artifacts[index].get("location"))
    uri = _resolved(artifact, _object(run.get("originalUriBaseIds")))
    region = _object(physical.get("region"))
    first = _number(region.get("startLine"))
    return reading.path_of(uri) or uri, first, max(first, _number(region.get("endLine")))


def _resolved(artifact: Mapping[str, Any], bases: Mapping[str, Any]) -> str:
    """The artifact's path, base ids resolved, percent signs decoded, without "file:"."""
    uri = _text(artifact.get("uri"))
    base = _text(artifact.get("uriBaseId"))
    for _ in range(len(bases)):
        if not base or _has_root(uri):
            break
        above = _object(bases.get(base))
        prefix = _text(above.get("uri"))
        uri = f"{prefix.rstrip('/')}/{uri}" if prefix else uri
        base = _text(above.get("uriBaseId"))
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri
    return unquote(parts.path if parts.scheme == "file" else uri)


def _has_root(uri: str) -> bool:
    return uri.startswith("/") or uri.startswith("file:")


def _severity(result: Mapping[str, Any], rule: Mapping[str, Any]) -> Severity:
    """By the score of result or rule, else by the level of result or rule; SARIF's default level is "warning"."""
    for holder in (result, rule):
        score = _get(holder, "properties", "security-severity")
        if re.fullmatch(r"\d{1,2}(\.\d+)?", str(score)):
            return next(severity for least, severity in _SCORES if float(str(score)) >= least)
    level = _text(result.get("level")) or _text(_get(rule, "defaultConfiguration", "level"))
    return _LEVELS.get(level, Severity.MEDIUM)


def _cwe(result: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    """ "CWE-n" from the tags, the cwe property or the taxonomy of result or rule; "" when none is named."""
    for holder in (result, rule):
        properties = _object(holder.get("properties"))
        relations = [_object(one.get("target")) for one in _objects(holder.get("relationships"))]
        relations += _objects(holder.get("taxa"))
        named = [f"cwe-{one.get('id')}" for one in relations if _get(one, "toolComponent", "name") == "CWE"]
        for value in (properties.get("cwe"), properties.get("tags"), named):
            for text in value if isinstance(value, list) else [value]:
                if found := _CWE.search(str(text)):
                    return f"CWE-{found[1]}"
    return ""


def _message(message: object, rule: Mapping[str, Any]) -> str:
    """A message's words: its text, else the rule's message of that id, with its arguments filled in."""
    text = _text(_get(message, "text")) or _text(_get(message, "markdown"))
    named = _get(rule, "messageStrings", _text(_get(message, "id")))
    text = text or _text(_get(named, "text"))
    arguments = _get(message, "arguments")
    if not isinstance(arguments, list):
        return text

    def filled(found: re.Match[str]) -> str:
        number = int(found[1])
        return str(arguments[number]) if number < len(arguments) else found[0]

    return _PLACEHOLDER.sub(filled, text)


def _get(value: object, *names: str) -> Any:
    """The value at the end of a path of names, None where a step is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _is_index(value: object, within: Sequence[object]) -> TypeGuard[int]:
    return isinstance(value, int) and 0 <= value < len(within)
