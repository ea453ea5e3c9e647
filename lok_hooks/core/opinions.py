"""Reading the fields that debates, teams and conductors are asked for. What cannot be read is never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lok_hooks.core.reading import AmbiguousError, objects_with, refusal
from lok_hooks.core.shorten import shortened
from lok_hooks.core.talk import Order

MAX_POINTS: Final = 20  # of a list of disagreements
MAX_POINT: Final = 600  # characters of one
MAX_ORDERS: Final = 8  # requests in one round of a conductor


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """A participant's word on the others'. It agrees only when it says so and leaves no point open."""

    text: str
    agrees: bool
    disagreements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Synthesis:
    """A synthesis: `settled` are the numbers of the listed disagreements that it resolves, `disagreements` are
    further points that it leaves open."""

    text: str
    settled: tuple[str, ...]
    disagreements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Orders:
    """A conductor's decision: whom to ask what, or, with `synthesis`, the end."""

    ask: tuple[Order, ...] = ()
    synthesis: str = ""
    disagreements: tuple[str, ...] = ()


def read_opinion(text: str) -> Opinion | str:
    """The fields of an opinion, or what is wrong with their form."""
    value = _object(text, "response")
    if isinstance(value, str):
        return value
    response, agrees, points = value["response"], value.get("agrees"), _points(value.get("disagreements"))
    if not isinstance(response, str) or not response.strip():
        return "response: not a text"
    if not isinstance(agrees, bool):
        return "agrees: neither true nor false"
    if points is None:
        return "disagreements: not a list of texts"
    return Opinion(text=response, agrees=agrees and not points, disagreements=points)


def read_synthesis(text: str) -> Synthesis | str:
    """The fields of a synthesis, or what is wrong with their form."""
    value = _object(text, "synthesis")
    if isinstance(value, str):
        return value
    synthesis, settled, points = value["synthesis"], _points(value.get("settled")), _points(value.get("disagreements"))
    if not isinstance(synthesis, str) or not synthesis.strip():
        return "synthesis: not a text"
    if settled is None:
        return "settled: not a list of texts"
    if points is None:
        return "disagreements: not a list of texts"
    return Synthesis(text=synthesis, settled=settled, disagreements=points)


def read_orders(text: str, backends: Sequence[str]) -> Orders | str:
    """A conductor's decision, or, in words for the conductor, what is wrong with it. `backends` can be asked."""
    value = _object(text, "done", "ask")
    if isinstance(value, str):
        return value
    if value.get("done") is True:
        synthesis, points = value.get("synthesis"), _points(value.get("disagreements"))
        if not isinstance(synthesis, str) or not synthesis.strip():
            return '"done" is true, but "synthesis" is not a text'
        return Orders(synthesis=synthesis, disagreements=points or ())
    ask = value.get("ask")
    if not isinstance(ask, list) or not ask:
        return 'neither "done" is true nor is "ask" a list with at least one order'
    if len(ask) > MAX_ORDERS:
        return f'"ask" lists {len(ask)} orders; at most {MAX_ORDERS} are carried out in one round'
    orders: list[Order] = []
    for number, item in enumerate(ask, 1):
        order = _order(item, backends)
        if isinstance(order, str):
            return f'order {number} of "ask": {order}'
        orders.append(order)
    return Orders(ask=tuple(orders))


def _order(item: Any, backends: Sequence[str]) -> Order | str:
    if not isinstance(item, dict):
        return 'not an object with "backend" and "prompt"'
    backend, prompt = item.get("backend"), item.get("prompt")
    if not isinstance(backend, str) or backend not in backends:
        return f"no backend called {shortened(str(backend), 60)!r} is at hand; there are: {', '.join(backends)}"
    if not isinstance(prompt, str) or not prompt.strip():
        return '"prompt" is not a text'
    return Order(backend=backend, prompt=prompt)


def _object(text: str, *keys: str) -> dict[str, Any] | str:
    """The likeliest object in the text that has one of `keys`, the first key first, or why there is none."""
    if refused := refusal(text):
        return refused.reason
    try:
        for key in keys:
            for value in objects_with(text, key):
                return value
    except AmbiguousError:
        return "a key stands twice in one object of the answer"
    return f'the answer is not the JSON object with "{keys[0]}" that was asked for'


def _points(value: object) -> tuple[str, ...] | None:
    """A list of texts, each once, blank ones dropped, each cut to its limit; None for anything else. A missing list
    is empty."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    points = dict.fromkeys(" ".join(item.split()) for item in value if item.strip())
    return tuple(shortened(point, MAX_POINT) for point in list(points)[:MAX_POINTS])
