"""A review as styled lines for a terminal: what plain prints and console colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lok_hooks.core.finding import Finding, Severity
from lok_hooks.core.review import Disposition, Judged, Review
from lok_hooks.report import words
from lok_hooks.report.options import Options
from lok_hooks.report.visible import visible
from lok_hooks.report.wrap import MIN_WIDTH, Line, Role, Span, cells, cropped, filled, with_tail

CODE_LINES: Final = 9  # lines of code shown for one finding
REMOVED_LINES: Final = 4  # of which removed ones at most
PROSE_LINES: Final = 12  # lines of one "why" or "fix" as its author broke them
ADVISORIES: Final = 30  # listed one by one; more are counted, the json report has them all
_INDENT: Final = "    "
_BLANK: Final[Line] = ()
ROLES: Final[dict[Severity, Role]] = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "high",
    Severity.MEDIUM: "medium",
    Severity.LOW: "low",
}


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One line of code to show: its number (None for a removed line), its text, whether the finding is about it."""

    number: int | None
    text: str
    is_marked: bool


def lay_out(review: Review, options: Options) -> list[Line]:
    """The whole report, line by line, at most `options.width` columns wide. A clean review is two lines."""
    width = max(options.width, MIN_WIDTH)
    lines = _headline(review, width)
    who = words.routing(review) if options.verbose else (words.asked(review),)
    lines += _texts(who, width, indent="  ", role="quiet")
    for judged in words.confirmed(review):
        lines += [_BLANK, *_confirmed(judged, width)]
    lines += _advisories(words.advisory(review), width)
    if review.judged:
        lines.append(_BLANK)
    return lines + _ending(review, options, width)


def _headline(review: Review, width: int) -> list[Line]:
    command, *rest = words.subject_of(review)
    outcome = words.outcome(review)
    is_clean = not review.judged and not review.is_incomplete and bool(review.coverage.reviewed)
    quiet = Span("".join(f" · {part}" for part in rest) + " · ", "quiet")
    return filled([Span(command, "strong"), quiet, Span(outcome, "good" if is_clean else "plain")], width, hanging="  ")


def _confirmed(judged: Judged, width: int) -> list[Line]:
    finding = judged.finding
    role = ROLES[finding.severity]
    head = [
        Span(f"✗ {finding.severity}", role),
        Span(f"  {words.where(finding.place)}  "),
        Span(words.title(finding), "strong"),
        Span(f"  {words.weakness(finding)}", "quiet"),
    ]
    lines = filled(head, width, hanging="  ")
    lines += code_lines(code_rows(finding), width, role)
    lines += prose_lines("why", finding.why, width)
    lines += prose_lines("fix", finding.fix, width)
    facts = Span(f"raised {words.authors(finding)} · {words.reason(judged)}", "quiet")
    return lines + with_tail([facts], _identity(finding), width, indent=_INDENT, hanging=_INDENT)


def _advisories(items: tuple[Judged, ...], width: int) -> list[Line]:
    lines: list[Line] = []
    shown = words.listed(items, ADVISORIES)
    for judged in shown:
        finding = judged.finding
        head = [Span("· advisory", "quiet"), Span(f"  {words.where(finding.place)}  {words.title(finding)}")]
        refutation = words.refutation(judged)
        # Who refuted it stands in the line below, with the reason.
        reason = "" if refutation and judged.disposition is Disposition.REFUTED else f" · {words.reason(judged)}"
        facts = [
            Span(str(finding.severity), ROLES[finding.severity]),
            Span(f", {words.authors(finding)}{reason}", "quiet"),
        ]
        lines += [_BLANK, *with_tail(head, _identity(finding), width, hanging=_INDENT)]
        lines += filled(facts, width, indent=_INDENT, hanging=_INDENT)
        lines += [(Span(_INDENT), Span(cropped(refutation, width - cells(_INDENT)), "quiet"))] if refutation else []
    if more := words.unlisted(items, shown):
        lines += [_BLANK, *filled([Span(f"· {more}, all of them in --format json", "quiet")], width, hanging="  ")]
    return lines


def _ending(review: Review, options: Options, width: int) -> list[Line]:
    lines: list[Line] = []
    sentence, *groups = words.incomplete(review, None if options.verbose else words.LISTED) or ("",)
    if sentence:
        lines += [_BLANK] if not review.judged else []
        lines += filled([Span(f"! {sentence}", "warn")], width, hanging="  ")
        lines += _texts(tuple(groups), width, indent=_INDENT)
    lines += _texts(words.failures(review), width, indent="  ")
    lines += _texts(words.notes(review), width, indent="  ")
    lines += _counts(review, options, width)
    verdict = words.verdict(review)
    return lines + filled([Span(verdict, "strong")], width) if verdict else lines


def _counts(review: Review, options: Options, width: int) -> list[Line]:
    """How many findings of each kind, and what was left out: in one line where both fit."""
    indent = "" if review.judged else "  "
    totals, files = words.totals(review), words.left_out(review)
    if options.verbose and files:
        lines = _texts((totals, "left out:"), width, indent=indent)
        return lines + _texts(files, width, indent=indent + "  ")
    counts = tuple(part for part in (totals, words.left_out_in_short(review)) if part)
    together = " · ".join(counts)
    return _texts((together,) if cells(together) <= width else counts, width, indent=indent)


def _texts(texts: tuple[str, ...], width: int, *, indent: str, role: Role = "plain") -> list[Line]:
    """The texts that say something, each beginning a line."""
    return [
        line
        for text in texts
        if text
        for line in filled([Span(text, role)], width, indent=indent, hanging=indent + "  ")
    ]


def _identity(finding: Finding) -> Span:
    return Span(f"[{visible(finding.short_identity)}]", "quiet")


def prose_lines(label: str, text: str, width: int) -> list[Line]:
    """`text` behind its label, its own line breaks and indentation kept."""
    lines: list[Line] = []
    given = words.prose(text)
    if len(given) > PROSE_LINES:
        given = [*given[: PROSE_LINES - 1], "…"]
    for number, line in enumerate(given):
        opening = f"{_INDENT}{label if number == 0 else ' ' * len(label)}  "
        body = line.lstrip(" ")
        # Deep indentation would leave no room for the words on a narrow terminal.
        deep = " " * min(len(line) - len(body), width // 4)
        lines += filled([Span(opening + deep, "quiet"), Span(body)], width, hanging=" " * len(opening) + deep)
    return lines


def code_rows(finding: Finding) -> tuple[CodeRow, ...]:
    """The code to show: removed lines that the finding quotes where they stood, and the lines around its place.

    At most `CODE_LINES` rows, the marked ones preferred; of a deleted file there are removed lines only.
    """
    place = finding.place
    removed = [CodeRow(None, _code_text(text), True) for text in place.removed[:REMOVED_LINES]]
    rows: list[CodeRow] = []
    for number, text in enumerate(place.code, place.first):
        if number == place.line:
            rows += removed
        is_marked = not removed and place.line <= number <= place.end_line
        rows.append(CodeRow(number, _code_text(text), is_marked))
    if removed and not any(row.number is None for row in rows):
        rows += removed
    start = next((index for index, row in enumerate(rows) if row.is_marked), 0)
    start = max(0, min(start - 2, len(rows) - CODE_LINES))
    return tuple(rows[start : start + CODE_LINES])


def _code_text(text: str) -> str:
    return visible(text.rstrip("\r").expandtabs(4))


def code_lines(rows: tuple[CodeRow, ...], width: int, role: Role) -> list[Line]:
    """`rows` with their numbers, the marked ones in `role`."""
    gutter = max((len(str(row.number)) for row in rows if row.number is not None), default=1)
    lines: list[Line] = []
    for row in rows:
        number = f"{'-' if row.number is None else row.number:>{gutter}}"
        mark = Span("  ▸ ", role) if row.is_marked else Span(_INDENT)
        bar = Span(f"{number} │ ", "quiet")
        text = cropped(row.text, width - cells(mark.text) - cells(bar.text))
        lines.append((mark, bar, Span(text, "plain" if row.is_marked else "quiet")))
    return lines
