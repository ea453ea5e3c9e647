"""A debate as a Markdown file: our words as Markdown, a model's inside a fence, where it can bring neither markup nor
links nor pictures that tell somebody who reads it."""

from __future__ import annotations

from lok_hooks.core.ports import Failure
from lok_hooks.core.talk import Conclusion, Talk, Turn
from lok_hooks.report.markdown import escaped, fence
from lok_hooks.report.talk import author, failure_line
from lok_hooks.report.visible import visible_lines


def transcript(talk: Talk) -> str:
    """The whole talk: the question, every turn, the conclusion."""
    parts = [f"# lok {escaped(talk.command)}", "## Question", fence(visible_lines(talk.question))]
    round_ = 0
    for turn in talk.turns:
        if turn.round != round_:
            round_ = turn.round
            parts.append(f"## Round {round_}")
        parts += _turn(turn)
    parts += _conclusion(talk.conclusion) if talk.conclusion is not None else []
    if talk.labels:
        parts.append(_items([f"participant {letter}: {name}" for letter, name in talk.labels.items()]))
    parts += [_items([f"note: {note}" for note in talk.notes])] if talk.notes else []
    return "\n\n".join(parts) + "\n"


def _turn(turn: Turn) -> list[str]:
    if isinstance(turn.answer, Failure):
        return [_items([failure_line(turn.answer)])]
    title = f"### {escaped(turn.backend)}: {turn.step}"
    if turn.agrees is not None:
        title += " (agrees)" if turn.agrees else " (does not agree)"
    parts = [title, fence(visible_lines(turn.text))] if turn.text else [title]
    parts += [_items([f"asks {order.backend}: {order.prompt}" for order in turn.orders])] if turn.orders else []
    parts += [_items([f"still differs: {point}" for point in turn.disagreements])] if turn.disagreements else []
    return [*parts, _items([turn.problem])] if turn.problem else parts


def _conclusion(conclusion: Conclusion) -> list[str]:
    parts = [f"## Conclusion: {escaped(conclusion.how)}, {escaped(conclusion.backend)}"]
    parts.append(fence(visible_lines(conclusion.text)))
    if conclusion.open is None:
        parts.append("Whether anything remains disputed was not said.")
    elif conclusion.open:
        parts += ["Still disputed:", _items([f"{author(item)}: {item.point}" for item in conclusion.open])]
    if conclusion.absent:
        parts += ["Not in it:", _items([f"{item.backend}: {item.reason}" for item in conclusion.absent])]
    return parts


def _items(texts: list[str]) -> str:
    return "\n".join(f"- {escaped(' '.join(text.split()))}" for text in texts)
