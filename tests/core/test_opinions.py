"""Reading the fields of debates and orders: what is not said in the right form is never guessed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lok_hooks.core.opinions import (
    MAX_ORDERS,
    MAX_POINT,
    MAX_POINTS,
    Opinion,
    Orders,
    Synthesis,
    read_opinion,
    read_orders,
    read_synthesis,
)
from lok_hooks.core.talk import Order

BACKENDS = ("codex", "gemini")


def test_an_opinion_is_read_whole_or_out_of_prose_and_fences() -> None:
    value = {"response": "Keep it.", "agrees": True, "disagreements": []}
    wanted = Opinion(text="Keep it.", agrees=True, disagreements=())
    for text in (json.dumps(value), f"Here:\n```json\n{json.dumps(value)}\n```", f"I think {json.dumps(value)} so."):
        assert read_opinion(text) == wanted


def test_who_agrees_and_names_a_disagreement_does_not_agree() -> None:
    read = read_opinion(json.dumps({"response": "Yes", "agrees": True, "disagreements": [" the  cost "]}))
    assert read == Opinion(text="Yes", agrees=False, disagreements=("the cost",))


@pytest.mark.parametrize(
    "value",
    [
        {"response": "I fully agree with everyone."},
        {"response": "I agree.", "agrees": "true", "disagreements": []},
        {"response": "I agree.", "agrees": 1, "disagreements": []},
        {"response": "I agree.", "agrees": None},
        {"response": "", "agrees": True, "disagreements": []},
        {"response": ["I agree"], "agrees": True, "disagreements": []},
        {"response": "I agree.", "agrees": True, "disagreements": "none"},
        {"response": "I agree.", "agrees": True, "disagreements": [1]},
        {"answer": "I agree.", "agrees": True},
        ["I agree."],
    ],
)
def test_agreement_is_never_guessed(value: Any) -> None:
    assert isinstance(read_opinion(json.dumps(value)), str)


@pytest.mark.parametrize(
    "text", ["I agree!", "", '{"response": "x", "agrees": true', '{"agrees": true, "agrees": false, "response": "x"}']
)
def test_what_is_no_such_object_is_no_opinion(text: str) -> None:
    assert isinstance(read_opinion(text), str)


def test_lists_of_points_are_bounded() -> None:
    points = [f"{number:03}{'x' * (MAX_POINT - 4)} and more" for number in range(500)]
    read = read_opinion(json.dumps({"response": "No", "agrees": False, "disagreements": points}))
    assert isinstance(read, Opinion)
    assert (len(read.disagreements), len(read.disagreements[0])) == (MAX_POINTS, MAX_POINT)


def test_a_synthesis_says_what_it_settles() -> None:
    value = {"synthesis": "Split it.", "settled": ["D1"], "disagreements": ["when"]}
    assert read_synthesis(json.dumps(value)) == Synthesis(text="Split it.", settled=("D1",), disagreements=("when",))
    mistakes: tuple[dict[str, Any], ...] = (
        {"synthesis": ""},
        {"synthesis": 3},
        {"settled": []},
        value | {"settled": 1},
    )
    for wrong in mistakes:
        assert isinstance(read_synthesis(json.dumps(wrong)), str)


def test_orders_and_the_end_are_read() -> None:
    ask = [{"backend": "codex", "prompt": "Count the files."}, {"backend": "codex", "prompt": "List them."}]
    assert read_orders(json.dumps({"ask": ask}), BACKENDS) == Orders(
        ask=(Order(backend="codex", prompt="Count the files."), Order(backend="codex", prompt="List them."))
    )
    done = {"done": True, "synthesis": "Five files.", "disagreements": ["hidden ones"]}
    assert read_orders(json.dumps(done), BACKENDS) == Orders(synthesis="Five files.", disagreements=("hidden ones",))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"ask": [{"backend": "gpt", "prompt": "x"}]}, "order 1 of \"ask\": no backend called 'gpt' is at hand"),
        ({"ask": [{"backend": ["codex"], "prompt": "x"}]}, "no backend called"),
        ({"ask": [{"backend": "codex", "prompt": " "}]}, '"prompt" is not a text'),
        ({"ask": [{"backend": "codex"}]}, '"prompt" is not a text'),
        ({"ask": ["codex"]}, "not an object"),
        ({"ask": []}, "nor is"),
        ({"ask": "codex"}, "nor is"),
        ({"done": "true", "synthesis": "x"}, "neither"),
        ({"done": True, "synthesis": None}, '"synthesis" is not a text'),
        ({"done": True}, '"synthesis" is not a text'),
        ({"ask": [{"backend": "codex", "prompt": "x"}] * (MAX_ORDERS + 1)}, f"at most {MAX_ORDERS}"),
        ({"order": "codex"}, "not the JSON object"),
    ],
)
def test_what_is_wrong_with_orders_is_said_in_words_for_the_conductor(value: Any, words: str) -> None:
    read = read_orders(json.dumps(value), BACKENDS)
    assert isinstance(read, str)
    assert words in read
