"""A real model, too small to review: what it makes up is caught by grounding."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from lok_hooks.backends.deadline import Until
from lok_hooks.core.answers import read_review
from lok_hooks.core.ground import ground
from lok_hooks.core.ports import Reply
from lok_hooks.core.prompts import REVIEW_SCHEMA, review_prompt
from lok_hooks.core.reading import Unreadable
from lok_hooks.core.task import Aspect, Task
from tests.backends.http_helpers import backend
from tests.backends.real_model import RealModel, real_model
from tests.core.builders import chunk, file_diff

__all__ = ["real_model"]

SHOP = "def total(items):\n    result = 0\n    for item in items:\n        result += item.price\n    return result\n"
CHUNK = chunk(file_diff("shop.py", SHOP, SHOP.replace("item.price", "item.price * item.count")))
TASK = Task(name="hunt", description="find bugs", aspects=(Aspect(name="bugs", text="Find bugs."),))


def bounded(receipt: str) -> dict[str, Any]:
    """Our schema, with one finding demanded and every text short: a model of this size never stops by itself, and
    cannot copy a receipt."""
    schema: dict[str, Any] = json.loads(json.dumps(REVIEW_SCHEMA))
    schema["properties"]["receipt"] = {"const": receipt}
    schema["properties"]["files"] = {"type": "array", "items": {"const": "shop.py"}, "minItems": 1, "maxItems": 1}
    findings = schema["properties"]["findings"]
    findings.update(minItems=1, maxItems=2)
    for name, kind in findings["items"]["properties"].items():
        if kind.get("type") == ["string", "null"]:
            findings["items"]["properties"][name] = {"type": "null"}
        elif kind.get("type") == "string" and "enum" not in kind:
            kind["maxLength"] = 60
    return schema


def test_what_a_real_model_makes_up_is_caught_by_grounding(real_model: RealModel) -> None:
    prompt = review_prompt(TASK, CHUNK, lambda text: text)
    answer = backend("openai", real_model.url).ask(replace(prompt, schema=bounded(prompt.receipt)), Until.after(240))
    assert isinstance(answer, Reply), answer

    claims = read_review(answer.text, prompt, "small")
    assert not isinstance(claims, Unreadable), claims.reason
    assert len(claims) >= 1
    problems = [ground(claim, CHUNK).problem for claim in claims]
    assert all(problems), list(zip(claims, problems, strict=True))
