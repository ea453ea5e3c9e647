"""What backends say to questions put by hand, for people: each turn as it arrives, then what came out.

Our own words begin at the left margin; whatever a model wrote is indented, wrapped lines too, so that no answer can
pose as another backend's, or as ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lok_hooks.core.ports import Failure, Reply
from lok_hooks.core.route import INSTALL
from lok_hooks.core.suggest import Category, Ranked, Suggestion
from lok_hooks.core.talk import SYNTHESIS, Conclusion, Disagreement, Step, Talk, Turn
from lok_hooks.report import words
from lok_hooks.report.backends import precision_words
from lok_hooks.report.options import Options
from lok_hooks.report.visible import visible, visible_lines, visible_sentence
from lok_hooks.report.wrap import Line, Role, Span, filled

_INDENT: Final = "  "
_PIECE: Final = 2_000  # characters of a line that are wrapped in one go: wrapping is quadratic in a word's length


def turn_lines(turn: Turn, options: Options) -> list[Line]:
    """A turn that was answered: a headline and what was said; nothing for a failure, nor for a text that the
    conclusion will show."""
    if isinstance(turn.answer, Failure):
        return []
    if turn.orders:
        return [*_headline(turn, options, "asks"), *_orders(turn, options), ()]
    if turn.step in (Step.SYNTHESIS, Step.ORDER) and not turn.problem:
        return []
    if turn.step is Step.ORDER:
        return [*_headline(turn, options, "could not be followed"), *_told(turn.problem, options, "quiet"), ()]
    if turn.step is Step.SYNTHESIS:
        return [*_headline(turn, options, "without the fields that were asked for"), ()]
    return [*_headline(turn, options, _stance(turn)), *_told(turn.text, options), *_points(turn, options), ()]


def bare_lines(turn: Turn) -> list[Line]:
    """The text of an answer and nothing else."""
    return [(Span(line),) for line in visible_lines(turn.text)]


def failure_line(failure: Failure) -> str:
    """ "gemini did not answer: timed out: … — what to do"."""
    told = visible_sentence(failure.reason, words.MESSAGE_LIMIT)
    advice = visible_sentence(failure.advice, words.MESSAGE_LIMIT)
    line = f"{visible(failure.backend)} did not answer: {failure.kind}"
    return f"{line}{f': {told}' if told else ''}{f' — {advice}' if advice else ''}"


def note_line(text: str) -> str:
    """A note on one line."""
    return visible_sentence(text, words.MESSAGE_LIMIT)


def ending_lines(talk: Talk, options: Options) -> list[Line]:
    """The conclusion, what remains open, and whose word is not in it; nothing where there is none."""
    conclusion = talk.conclusion
    if conclusion is None:
        return []
    lines: list[Line] = [(Span(f"{visible(conclusion.how)} · {visible(conclusion.backend)}", "strong"),)]
    if not _stands_above(talk, conclusion):
        lines += _told(conclusion.text, options)
    lines += _open(conclusion, options)
    if conclusion.absent:
        lines += [(), (Span("not in it", "warn"),)]
        lines += [line for absence in conclusion.absent for line in _item(absence.backend, absence.reason, options)]
    if talk.labels:
        names = ", ".join(f"{letter} = {visible(name)}" for letter, name in talk.labels.items())
        lines += [(), *filled([Span(f"participants: {names}", "quiet")], options.width)]
    return lines


def nobody_lines(talk: Talk) -> list[str]:
    """Why there is no answer at all, and what to do."""
    if talk.failures:
        return ["nobody answered"]
    if talk.turns:
        return ["there is no answer: whoever conducted gave no order that can be carried out, and no end"]
    lines = ["no backend can be asked"]
    lines += [f"  {visible(f.backend)}: {f.kind}: {visible_sentence(f.reason, 200)}" for f in talk.missing]
    return [*lines, f"  install one: {INSTALL}"]


def suggestion_lines(suggestion: Suggestion, options: Options) -> list[Line]:
    """The categories found and the ranking."""
    found = [match for match in suggestion.matches if match.category is not Category.GENERAL]
    lines: list[Line] = [(Span("about", "strong"),)]
    lines += [
        line
        for match in found
        for line in _item(
            match.category, f"{match.share:.0%} ({visible_sentence(', '.join(match.words), 200)})", options
        )
    ] or _item(Category.GENERAL, "no word points to a category", options)
    lines += [(), (Span("backends, best first", "strong"),)]
    for ranked in suggestion.ranking:
        lines += _ranked(ranked, options)
        if options.verbose:
            lines += filled([Span(_sum(ranked), "quiet")], options.width, indent=_INDENT * 2, hanging=_INDENT * 3)
    return [*lines, (), *filled([_verdict(suggestion)], options.width)]


def _verdict(suggestion: Suggestion) -> Span:
    if not suggestion.available:
        return Span("nobody is at hand; lok doctor says what to do", "warn")
    best = suggestion.available[0]
    advice = "" if best.has_login else "; lok doctor says how to log in"
    text = f"lok smart would ask {visible(best.backend)}: {visible(best.reason)}{advice}"
    return Span(text, "good" if best.has_login else "warn")


def _ranked(ranked: Ranked, options: Options) -> list[Line]:
    said = [f"{ranked.score:.2f}", f"strengths: {', '.join(map(visible, ranked.strengths)) or 'none named'}"]
    if ranked.measured is not None:
        said.append(precision_words(ranked.measured))
    said.append(visible_sentence(ranked.availability, 200))
    said += [] if ranked.missing else [visible(ranked.why)]
    return _item(ranked.backend, " · ".join(said), options, "quiet" if ranked.missing else "plain")


def _sum(ranked: Ranked) -> str:
    """ "0.85 = 100% performance x 0.85 (place 2 among its categories)"."""
    parts = [
        f"{part.share:.0%} {part.category} x {part.fit:.2f} "
        f"({f'place {part.place} among' if part.place else 'none of'} its categories)"
        for part in ranked.parts
    ]
    total = " + ".join(parts) or "1.00 (a strength that stands in the question)"
    if ranked.weight != 1:
        total = f"{f'({total})' if len(parts) > 1 else total} x {ranked.weight:.2f} (measured precision)"
    return f"{ranked.score:.2f} = {total}"


def _headline(turn: Turn, options: Options, what: str) -> list[Line]:
    parts = [visible(turn.backend), f"round {turn.round}" if turn.round > 1 or turn.step is not Step.ANSWER else ""]
    parts += ["" if turn.step is Step.ANSWER else turn.step, what, _time(turn.answer)]
    head, *rest = [part for part in parts if part]
    return filled([Span(head, "strong"), Span(f" · {' · '.join(rest)}", "quiet")], options.width)


def _time(answer: Reply | Failure) -> str:
    is_remembered = isinstance(answer, Reply) and answer.is_remembered
    return "remembered" if is_remembered else words.duration(answer.seconds)


def _stance(turn: Turn) -> str:
    if turn.problem:
        return "did not say whether it agrees"
    return "" if turn.agrees is None else "agrees" if turn.agrees else "does not agree"


def _orders(turn: Turn, options: Options) -> Iterator[Line]:
    for order in turn.orders:
        yield from _item(order.backend, visible_sentence(order.prompt, words.MESSAGE_LIMIT), options)


def _points(turn: Turn, options: Options) -> list[Line]:
    if not turn.disagreements:
        return []
    label = "must change:" if turn.step is Step.REVIEW else "still differs:"
    points = (line for point in turn.disagreements for line in _item("-", point, options))
    return [(Span(f"{_INDENT}{label}", "quiet"),), *points]


def _stands_above(talk: Talk, conclusion: Conclusion) -> bool:
    """True when the conclusion is what was shown last."""
    shown = [turn for turn in talk.turns if turn.is_answered and turn.step not in (Step.SYNTHESIS, Step.ORDER)]
    return conclusion.how != SYNTHESIS and bool(shown) and shown[-1].text == conclusion.text


def _open(conclusion: Conclusion, options: Options) -> list[Line]:
    if conclusion.open is None and conclusion.how == SYNTHESIS:
        return [(), *filled([Span("whether anything remains disputed was not said", "quiet")], options.width)]
    if not conclusion.open:
        return []
    lines: list[Line] = [(), (Span("still disputed", "warn"),)]
    return lines + [line for item in conclusion.open for line in _item(author(item), item.point, options)]


def author(item: Disagreement) -> str:
    """Whose point it is: "codex", or "codex (synthesis)" for what the author of the conclusion adds."""
    return f"{item.backend} ({SYNTHESIS})" if item.is_of_synthesis else item.backend


def _item(name: str, text: str, options: Options, role: Role = "plain") -> list[Line]:
    label = visible(name) if name == "-" else f"{visible(name)}:"
    spans = [Span(label, "strong" if role == "plain" else role), Span(f" {visible_sentence(text, 1_000)}", role)]
    return filled(spans, options.width, indent=_INDENT, hanging=_INDENT * 2)


def _told(text: str, options: Options, role: Role = "plain") -> list[Line]:
    """A model's text, its own lines and indentation kept, everything indented."""
    lines: list[Line] = []
    for line in visible_lines(text):
        body = line.lstrip(" ")
        deep = _INDENT + " " * min(len(line) - len(body), options.width // 4)
        pieces: Sequence[str] = [body[start : start + _PIECE] for start in range(0, len(body), _PIECE)]
        for piece in pieces:
            lines += filled([Span(piece, role)], options.width, indent=deep, hanging=deep)
        if not pieces:
            lines.append(())
    return lines
