"""What backends said, for programs: one JSON object whose keys are the contracts `lok-hooks/talk/1` and
`lok-hooks/suggest/1`. A key is never renamed or removed within version 1; new ones may be added. Texts are made
visible: no value holds a control character other than line breaks and tabs in texts of several lines."""

from __future__ import annotations

from typing import Any, Final

from lok_hooks.core.ports import Failure, Reply
from lok_hooks.core.suggest import Ranked, Suggestion
from lok_hooks.core.talk import Conclusion, Talk, Turn
from lok_hooks.report.visible import visible, visible_text

TALK: Final = "lok-hooks/talk/1"
SUGGEST: Final = "lok-hooks/suggest/1"


def talk_values(talk: Talk) -> dict[str, Any]:
    """The talk as plain lists, mappings, strings and numbers. `turns` holds answers only; who failed is in
    `failures`."""
    return {
        "schema": TALK,
        "command": talk.command,
        "question": visible_text(talk.question),
        "turns": [_turn(turn, turn.answer) for turn in talk.turns if isinstance(turn.answer, Reply)],
        "conclusion": None if talk.conclusion is None else _conclusion(talk.conclusion),
        "failures": [_failure(failure) for failure in talk.failures],
        "missing": [_failure(failure) for failure in talk.missing],
        "labels": {letter: visible(name) for letter, name in talk.labels.items()},
        "notes": [visible(note) for note in talk.notes],
        "seconds": round(talk.seconds, 3),
        "exit_code": talk.exit_code,
    }


def suggestion_values(question: str, suggestion: Suggestion) -> dict[str, Any]:
    """The suggestion as plain lists, mappings, strings and numbers."""
    available = suggestion.available
    return {
        "schema": SUGGEST,
        "question": visible_text(question),
        "categories": [
            {"category": match.category, "share": round(match.share, 3), "words": [visible(w) for w in match.words]}
            for match in suggestion.matches
        ],
        "backends": [_ranked(ranked) for ranked in suggestion.ranking],
        "best": visible(available[0].backend) if available else None,
    }


def _turn(turn: Turn, reply: Reply) -> dict[str, Any]:
    return {
        "backend": visible(turn.backend),
        "step": turn.step,
        "round": turn.round,
        "prompt": visible_text(turn.prompt),
        "text": visible_text(turn.text),
        "agrees": turn.agrees,
        "disagreements": [visible(point) for point in turn.disagreements],
        "orders": [{"backend": visible(o.backend), "prompt": visible_text(o.prompt)} for o in turn.orders],
        "problem": visible(turn.problem),
        "model": visible(reply.model),
        "seconds": round(reply.seconds, 3),
        "tokens_in": reply.tokens_in,
        "tokens_out": reply.tokens_out,
        "remembered": reply.is_remembered,
    }


def _conclusion(conclusion: Conclusion) -> dict[str, Any]:
    still_open = conclusion.open
    return {
        "text": visible_text(conclusion.text),
        "backend": visible(conclusion.backend),
        "how": visible(conclusion.how),
        "disagreements": None
        if still_open is None
        else [
            {"backend": visible(item.backend), "point": visible(item.point), "of_synthesis": item.is_of_synthesis}
            for item in still_open
        ],
        "not_included": [
            {"backend": visible(item.backend), "reason": visible(item.reason)} for item in conclusion.absent
        ],
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "backend": visible(failure.backend),
        "kind": str(failure.kind),
        "reason": visible(failure.reason),
        "advice": visible(failure.advice),
        "seconds": round(failure.seconds, 3),
    }


def _ranked(ranked: Ranked) -> dict[str, Any]:
    measured = ranked.measured
    return {
        "backend": visible(ranked.backend),
        "score": round(ranked.score, 3),
        "parts": [
            {"category": part.category, "share": round(part.share, 3), "fit": round(part.fit, 3), "place": part.place}
            for part in ranked.parts
        ],
        "weight": round(ranked.weight, 3),
        "why": visible(ranked.why),
        "strengths": [visible(name) for name in ranked.strengths],
        "available": not ranked.missing,
        "has_login": ranked.has_login,
        "missing": visible(ranked.missing),
        "measured": None if measured is None else {"precision": round(measured.share, 3), "findings": measured.count},
    }
