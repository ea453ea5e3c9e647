"""`lok doctor` for a person: one line for each thing, and what to do about it under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lok_hooks.core.checkup import BackendCheck, Check, Checkup, State
from lok_hooks.report.visible import visible, visible_sentence
from lok_hooks.report.wrap import INDENT_SHARE, Line, Role, Span, cells, filled

_SIGNS: Final[dict[State, tuple[str, Role]]] = {
    "good": ("✓", "good"),
    "warn": ("!", "warn"),
    "bad": ("✗", "high"),
    "off": ("·", "quiet"),
}
_LONGEST: Final = 400  # characters of somebody's words
_LEAST_NAME: Final = 9


def lay_out(checkup: Checkup, parts: str, width: int) -> list[Line]:
    """The whole checkup in lines of at most `width` columns; `parts` names us and what we run on."""
    names = [check.name for check in checkup.backends] + [check.name for check in checkup.checks]
    widest = max(_LEAST_NAME, *(cells(visible(name)) for name in names)) + 2
    # Where the names would take too much of a line, what is told stands below them.
    column = widest if (widest + 4) * INDENT_SHARE <= width else 0
    lines: list[Line] = filled([Span("lok doctor", "strong"), Span(f" · {parts}", "quiet")], width, hanging="  ")
    for title, role in (("models", "model"), ("analysers", "analyser")):
        chosen = [check for check in checkup.backends if check.role == role]
        if chosen:
            lines += [(), (Span(title, "strong"),), *(line for one in chosen for line in _backend(one, column, width))]
    lines += [(), (Span("here", "strong"),), *(line for one in checkup.checks for line in _check(one, column, width))]
    if checkup.notes:
        lines.append(())
    lines += [line for note in checkup.notes for line in filled([Span(f"note: {visible(note)}")], width, hanging="  ")]
    return [*lines, (), *_verdict(checkup, width)]


def _backend(check: BackendCheck, column: int, width: int) -> list[Line]:
    facts = [check.version]
    if check.start_seconds is not None:
        facts.append(f"starts in {check.start_seconds:.1f} s")
    if check.login:
        facts.append(f"logs in with {check.login}")
    if check.answered_seconds is not None:
        facts.append(f"answered in {check.answered_seconds:.1f} s")
    told = [fact for fact in facts if fact]
    first = " · ".join(told) or check.problem or "ready"
    lines = _row(check.state, check.name, first, column, width)
    further = [check.found, *([check.problem] if told else [])]
    lines += [line for text in further if text for line in _under(text, "quiet", column, width)]
    return lines + _advice(check.advice, column, width)


def _check(check: Check, column: int, width: int) -> list[Line]:
    return _row(check.state, check.name, check.text, column, width) + _advice(check.advice, column, width)


def _row(state: State, name: str, text: str, column: int, width: int) -> list[Line]:
    sign, role = _SIGNS[state]
    if not column:
        named = filled([Span(f"{sign} ", role), Span(visible(name), "strong")], width, indent="  ", hanging="    ")
        return named + _under(text, "plain", column, width)
    shown = visible(name)
    head = [Span(f"  {sign} ", role), Span(shown, "strong"), Span(" " * (column - cells(shown)))]
    words = filled([Span(visible_sentence(text, _LONGEST))], width - column - 4)
    return [(*head, *words[0]), *((Span(" " * (column + 4)), *line) for line in words[1:])]


def _under(text: str, role: Role, column: int, width: int) -> list[Line]:
    indent = " " * (column + 4)
    return filled([Span(visible_sentence(text, _LONGEST), role)], width, indent=indent, hanging=indent)


def _advice(advice: str, column: int, width: int) -> list[Line]:
    return _under(f"→ {advice}", "plain", column, width) if advice else []


def _verdict(checkup: Checkup, width: int) -> Sequence[Line]:
    models = [check for check in checkup.backends if check.role == "model" and check.state != "off"]
    if not checkup.usable:
        text = "No model can be asked: install and log in to one of those above. Fixed rules work without."
        return filled([Span(text, "warn")], width)
    named = ", ".join(map(visible, checkup.usable))
    return filled([Span(f"{len(checkup.usable)} of {len(models)} models can be asked: {named}.", "strong")], width)
