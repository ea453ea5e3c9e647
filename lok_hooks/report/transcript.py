"""The debate as a person reads it: Markdown, one section for each finding that was examined, round by round."""

from __future__ import annotations

from itertools import groupby

from lok_hooks.core.debate import Vote
from lok_hooks.core.review import Judged, Review
from lok_hooks.report import words
from lok_hooks.report.layout import code_rows
from lok_hooks.report.markdown import code_lines, code_span, escaped, fence
from lok_hooks.report.visible import visible_lines


def transcript(review: Review) -> str:
    """The whole debate of a review, ended by a newline. Models' words can bring neither markup nor links into it."""
    examined = [judged for judged in words.ordered(review) if judged.votes]
    parts = [f"# Debate: {escaped(review.command)}, {escaped(review.label)}", escaped(words.headline(review))]
    if not examined:
        parts.append("Nothing was debated: no finding could block, or no one examined it.")
    parts += [_section(judged) for judged in examined]
    others = [judged for judged in words.ordered(review) if not judged.votes]
    if others:
        parts.append("## Not examined")
        parts.append("\n".join(f"- {_head(judged)} · {escaped(words.reason(judged))}" for judged in others))
    parts += [_items(words.failures(review)), _items(words.notes(review))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(judged: Judged) -> str:
    finding = judged.finding
    where, identity = code_span(words.where(finding.place)), code_span(finding.short_identity)
    return f"{finding.severity} · {where} · {escaped(words.title(finding))} · {identity}"


def _section(judged: Judged) -> str:
    finding = judged.finding
    rows = code_lines(code_rows(finding))
    parts = [
        f"## {_head(judged)}",
        f"Raised {escaped(words.authors(finding))}. Outcome: **{escaped(words.reason(judged))}**",
        fence(rows) if rows else "",
        _labelled("claim", words.prose(finding.why)),
    ]
    for round_, votes in groupby(judged.votes, key=lambda vote: vote.round):
        parts += [f"### {str(round_).capitalize()}", *(_vote(vote) for vote in votes)]
    return "\n\n".join(part for part in parts if part)


def _vote(vote: Vote) -> str:
    facts = (("on its own finding", vote.is_self), ("its word does not block", vote.is_weak))
    marks = [mark for mark, holds in facts if holds]
    aside = f" ({', '.join(marks)})" if marks else ""
    parts = [f"**{escaped(vote.voter)}**{aside}: {escaped(words.stance(vote))}"]
    parts += [_labelled("reason", words.prose(vote.reason))]
    quote = visible_lines(vote.quote)
    parts += [fence(quote)] if quote else []
    return "\n\n".join(part for part in parts if part)


def _labelled(label: str, lines: list[str]) -> str:
    if len(lines) <= 1:
        return f"{label}: {escaped(lines[0].strip())}" if lines else ""
    return f"{label}:\n\n{fence(lines)}"


def _items(texts: tuple[str, ...]) -> str:
    return "\n".join(f"- {escaped(text)}" for text in texts)
