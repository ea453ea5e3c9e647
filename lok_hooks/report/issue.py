"""A finding as the title and the text of an issue. Models' words bring no markup, mention or link into it."""

from __future__ import annotations

from typing import Final

from lok_hooks.core.finding import Finding
from lok_hooks.report import words
from lok_hooks.report.layout import code_rows
from lok_hooks.report.markdown import code_span, escaped, fence
from lok_hooks.report.visible import visible

LONGEST_TITLE: Final = 120  # characters; forges cut at 256


def mark(finding: Finding) -> str:
    """What stands in the issue's text so that the same finding is not opened twice."""
    return f"lok-finding-{finding.identity}"


def title(finding: Finding) -> str:
    """One line: severity, place, what is wrong."""
    text = f"[{finding.severity}] {words.where(finding.place)}: {words.title(finding)}"
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1].rstrip() + "…"


def body(finding: Finding, command: str) -> str:
    """Markdown: what goes wrong, the code, the fix, who raised it, and the mark."""
    rows = code_rows(finding)
    code = [f"{'>' if row.is_marked else ' '} {row.number or '-':>5} {row.text}" for row in rows]
    parts = [
        f"**{escaped(words.title(finding))}**",
        f"{code_span(words.where(finding.place))} · {finding.severity} · {escaped(finding.category)} "
        f"{escaped(words.weakness(finding))}".rstrip(),
        fence(code) if code else "",
        "\n\n".join(map(escaped, words.prose(finding.why))),
        f"Possible fix:\n\n{fence(words.prose(finding.fix))}" if finding.fix.strip() else "",
        f"Raised {escaped(words.authors(finding))}, found by {escaped(command)}.",
        f"<!-- {mark(finding)} -->",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def line(finding: Finding) -> str:
    """The issue in one line, for asking whether to open it."""
    return visible(title(finding))
