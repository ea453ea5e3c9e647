"""The report as GitHub Actions workflow commands: annotations on the lines of a pull request.

Format and escapes are those of the actions toolkit (packages/core/src/command.ts): `%`, carriage return and line
feed in messages, `:` and `,` too in properties. GitHub shows ten annotations of each level for a step, so the
confirmed findings come first, worst first.
"""

from __future__ import annotations

from typing import Final

from lok_hooks.core.finding import Place
from lok_hooks.core.review import Disposition, Judged, Review
from lok_hooks.errors import EXIT_INCOMPLETE
from lok_hooks.report import words
from lok_hooks.report.options import Options
from lok_hooks.report.visible import visible, visible_lines

_LEVELS: Final = {Disposition.CONFIRMED: "error", Disposition.UNCONFIRMED: "warning"}


def report(review: Review, options: Options) -> str:
    """One command for each finding, for what is incomplete, each failure and note; last, as text, the headline, who was
    asked and why, and every file left out."""
    lines = [_annotation(judged) for judged in words.ordered(review)]
    missing = words.incomplete(review, None)
    if missing:
        level = "error" if review.exit_code == EXIT_INCOMPLETE else "warning"
        lines.append(command(level, {"title": f"{review.command}: incomplete"}, "\n".join(missing)))
    lines += [command("warning", {"title": "backend failed"}, text) for text in words.failures(review)]
    lines += [command("notice", {"title": review.command}, text) for text in words.notes(review)]
    files = [f"left out: {file}" for file in words.left_out(review)]
    ending = (words.headline(review), words.asked(review), words.totals(review), *files, words.verdict(review))
    lines += [line for line in ending if line]
    return "".join(f"{line}\n" for line in lines)


def command(level: str, properties: dict[str, str], message: str) -> str:
    """One workflow command. `message` may have several lines; everything else is made visible and escaped."""
    shown = ",".join(f"{key}={_property(visible(value))}" for key, value in properties.items())
    text = _data("\n".join(visible_lines(message)))
    return f"::{level} {shown}::{text}"


def _annotation(judged: Judged) -> str:
    finding = judged.finding
    why, fix = "\n".join(words.prose(finding.why)), "\n".join(words.prose(finding.fix))
    facts = f"raised {words.authors(finding)} · {words.reason(judged)}"
    parts = [why, f"fix: {fix}" if fix else "", facts, words.refutation(judged)]
    title = f"{finding.severity}: {words.title(finding)} [{finding.short_identity}]"
    properties = {**_position(finding.place), "title": title}
    return command(_LEVELS.get(judged.disposition, "notice"), properties, "\n".join(part for part in parts if part))


def _position(place: Place) -> dict[str, str]:
    if place.line < 1:
        return {"file": place.path}
    return {"file": place.path, "line": str(place.line), "endLine": str(max(place.line, place.end_line))}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
