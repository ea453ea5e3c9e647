"""The report as Markdown: a comment for a pull request. Outsiders' text can bring neither markup, links, mentions
nor HTML into it: punctuation is escaped, code stands in fences longer than any run of backticks inside."""

from __future__ import annotations

import re
from typing import Final

from lok_hooks.core.finding import Finding
from lok_hooks.core.review import Judged, Review
from lok_hooks.report import words
from lok_hooks.report.layout import ADVISORIES, CodeRow, code_rows
from lok_hooks.report.options import Options
from lok_hooks.report.visible import harmless_line, visible

# Confirmed findings told in full; the table has all of them. GitHub refuses comments over 65,536 characters.
DETAILS: Final = 30
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Beside Markdown's own punctuation: what GitHub links by itself in running text, even where it is escaped (mentions,
# issue numbers, bare addresses). An empty comment inside keeps it from being recognised and is not shown.
_SPECIAL: Final = re.compile(
    r"(?P<entity>[&<>])"
    r"|(?P<linked>[@#]|^\d+(?=[.)])|(?<![a-z0-9])(?:GH(?=-\d)|www(?=\.)|(?:https?|ftp|mailto|xmpp)(?=:)))"
    r"|(?P<mark>[\\`*_{}\[\]|~$!]|:(?=\S)|^[-+=])",
    re.IGNORECASE,
)


def report(review: Review, options: Options) -> str:
    """The review as GitHub-flavoured Markdown: table, details of confirmed findings, advisories and longer lists of
    files left out folded away."""
    headline = " · ".join(words.subject_of(review)[1:])
    parts = [f"### {escaped(review.command)}: {escaped(words.outcome(review))}", escaped(headline)]
    confirmed, advisories = words.confirmed(review), words.advisory(review)
    parts += [_table(confirmed)] if confirmed else []
    parts += [_details(judged) for judged in confirmed[:DETAILS]]
    if len(confirmed) > DETAILS:
        parts.append(f"{len(confirmed) - DETAILS:,} more confirmed findings are in the table only.")
    parts += [_folded(advisories)] if advisories else []
    parts += [_items(words.incomplete(review, None)), _items(words.failures(review)), _items(words.notes(review))]
    parts += [_left_out(words.left_out(review)), _items(words.routing(review))]
    verdict = words.verdict(review)
    parts.append(f"**{escaped(verdict)}**" if verdict else "")
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """`text`, made visible, so that Markdown and GitHub show it as it is."""
    return _SPECIAL.sub(_replacement, visible(text))


def _replacement(match: re.Match[str]) -> str:
    special = match.group()
    if match["entity"]:
        return _ENTITIES[special]
    if match["linked"]:
        return f"{chr(92) if special == '#' else ''}{special}<!-- -->"
    return f"\\{special}"


def code_span(text: str) -> str:
    """`text`, made visible, as inline code; not for tables, where a `|` would end the cell."""
    shown = visible(text) or " "
    ticks = "`" * (_longest_ticks([shown]) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def fence(lines: list[str]) -> str:
    """Visible `lines` as a code block, also where it is printed into a CI runner's log."""
    ticks = "`" * max(3, _longest_ticks(lines) + 1)
    return "\n".join((f"{ticks}text", *map(harmless_line, lines), ticks))


def _longest_ticks(lines: list[str]) -> int:
    return max((len(run) for line in lines for run in re.findall("`+", line)), default=0)


def _table(confirmed: tuple[Judged, ...]) -> str:
    rows = ["| severity | where | what | raised by |", "|---|---|---|---|"]
    for judged in confirmed:
        finding = judged.finding
        by = escaped(", ".join(finding.raised_by))
        where = escaped(words.where(finding.place))
        rows.append(f"| **{finding.severity}** | {where} | {escaped(words.title(finding))} | {by} |")
    return "\n".join(rows)


def _details(judged: Judged) -> str:
    finding = judged.finding
    head = f"#### {finding.severity} · {code_span(words.where(finding.place))} · {escaped(words.title(finding))}"
    head += f" · {escaped(words.weakness(finding))}" if finding.cwe else ""
    facts = escaped(f"raised {words.authors(finding)} · {words.reason(judged)}")
    identity = code_span(finding.short_identity)
    parts = [head, _code(finding), _prose("why", finding.why), _prose("fix", finding.fix), f"{facts} · {identity}"]
    return "\n\n".join(part for part in parts if part)


def _code(finding: Finding) -> str:
    lines = code_lines(code_rows(finding))
    return fence(lines) if lines else ""


def code_lines(rows: tuple[CodeRow, ...]) -> list[str]:
    """Rows of code with their numbers, those that a finding is about marked."""
    width = max((len(str(row.number or "-")) for row in rows), default=1)
    return [
        f"{'▸' if row.is_marked else ' '} {'-' if row.number is None else row.number:>{width}} │ {row.text}"
        for row in rows
    ]


def _prose(label: str, text: str) -> str:
    lines = words.prose(text)
    if len(lines) <= 1:
        return f"**{label}** {escaped(lines[0].strip())}" if lines else ""
    return f"**{label}**\n\n{fence(lines)}"


def _folded(advisories: tuple[Judged, ...]) -> str:
    shown = words.listed(advisories, ADVISORIES)
    items = [_advisory(judged) for judged in shown]
    items += [f"- {more}, all of them in the json report"] if (more := words.unlisted(advisories, shown)) else []
    return _fold(f"{len(advisories):,} advisory", "\n".join(items))


def _left_out(files: tuple[str, ...]) -> str:
    if len(files) <= words.LISTED:
        return escaped(f"left out: {', '.join(files)}") if files else ""
    return _fold(f"{len(files):,} files left out", _items(files))


def _fold(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _advisory(judged: Judged) -> str:
    finding = judged.finding
    facts = escaped(f"raised {words.authors(finding)} · {words.reason(judged)}")
    where, identity = code_span(words.where(finding.place)), code_span(finding.short_identity)
    refutation = escaped(words.refutation(judged))
    why = f"  \n  {refutation}" if refutation else ""
    return f"- {finding.severity} · {where} · {escaped(words.title(finding))} · {facts} · {identity}{why}"


def _items(texts: tuple[str, ...]) -> str:
    return "\n".join(f"- {escaped(text)}" for text in texts)
