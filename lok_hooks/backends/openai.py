"""Any server that speaks OpenAI's chat protocol: OpenAI, OpenRouter, vLLM, llama.cpp, LM Studio and many more.

They differ in what they refuse, so a request starts with everything that helps and drops what the server names
in its refusal: the answer's schema, then JSON mode, then fixed sampling. Streaming is not used: one JSON object
carries the answer, its token counts and why it ended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from lok_hooks.backends.http import Answered, base_url, post_json, unavailable
from lok_hooks.backends.http_failures import Server, cut_failure, was_cut
from lok_hooks.backends.traits import traits_of
from lok_hooks.core.ports import Answer, Deadline, Failure, FailureKind, Reply, Traits
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.shorten import shortened
from lok_hooks.core.task import CUT_ADVICE, Prompt

DEFAULT_URL: Final = "https://api.openai.com/v1"
_FORMAT_REFUSED: Final = re.compile(r"response_format|json_schema|json_object|schema|grammar", re.IGNORECASE)
_SAMPLING_REFUSED: Final = re.compile(r"\b(temperature|seed)\b", re.IGNORECASE)
_LIMIT_REFUSED: Final = re.compile(r"\bmax_(?:completion_)?tokens\b")
_FORMATS: Final = ("json_schema", "json_object", "")
# OpenAI's own reasoning models know the second only, most others the first.
_LIMITS: Final = ("max_tokens", "max_completion_tokens", "")
_SEED: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Extras:
    """What a request has beyond the protocol's core: the `response_format` ("" for none), whether temperature and
    seed are fixed, and the name of the field that limits the answer ("" for none)."""

    format: str = _FORMATS[0]
    is_fixed: bool = True
    limit: str = _LIMITS[0]

    def without(self, refusal: str, *, is_limited: bool = False) -> Extras | None:
        """What to try after the server refused with these words; None when no extra is to blame. `is_limited`: the
        request had a limit for the answer."""
        if self.is_fixed and _SAMPLING_REFUSED.search(refusal):
            return replace(self, is_fixed=False)
        if is_limited and self.limit and _LIMIT_REFUSED.search(refusal):
            return replace(self, limit=_LIMITS[_LIMITS.index(self.limit) + 1])
        if self.format and _FORMAT_REFUSED.search(refusal):
            return replace(self, format=_FORMATS[_FORMATS.index(self.format) + 1])
        return None


class OpenAI:
    """A model behind an OpenAI-compatible server."""

    def __init__(self, settings: BackendSettings) -> None:
        self._settings = settings
        self._extras = Extras()
        base = base_url(settings, DEFAULT_URL)
        self._server = Server(
            backend=settings.name,
            url=base,
            key_env=settings.api_key_env,
            start=f"start the model server, or mend url of backend {settings.name} in lok.toml",
            no_model=f"check model ({settings.model or 'none'}) and url of backend {settings.name} in lok.toml",
        )

    @property
    def name(self) -> str:
        """Its name in lok.toml."""
        return self._settings.name

    @cached_property
    def traits(self) -> Traits:
        """Local only if lok.toml says so: a server on this machine may pass its prompts on."""
        return traits_of(self._settings, "model")

    def missing(self) -> Failure | None:
        """None when its key is set and, on this machine, somebody listens at its address."""
        return unavailable(self._server)

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """The model's answer, asked for with as much of the schema as the server accepts."""
        limited = deadline.at_most(self._settings.timeout)
        url = chat_url(self._server.url)
        extras = self._extras
        while True:
            body = request_body(prompt, self._settings.model, extras)
            answered = post_json(self._server, url, body, limited)
            if isinstance(answered, Answered):
                # The next chunk need not learn it again.
                self._extras = extras
                return self._reply(prompt, answered)
            is_refusal = answered.kind in (FailureKind.REFUSED, FailureKind.CRASHED)
            is_limited = prompt.max_tokens is not None
            fewer = extras.without(answered.reason, is_limited=is_limited) if is_refusal else None
            if fewer is None:
                return answered
            extras = fewer

    def _reply(self, prompt: Prompt, answered: Answered) -> Reply | Failure:
        text, problem = read_choice(answered.value)
        usage = answered.value.get("usage")
        usage = usage if isinstance(usage, Mapping) else {}
        read, written = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
        if was_cut(prompt.text, read):
            return cut_failure(self._server, prompt.text, read, answered.seconds, text)
        if problem is not None:
            is_cut = prompt.max_tokens is not None and problem.is_cut
            advice = CUT_ADVICE if is_cut else f"ask again, or use another model for backend {self.name}"
            return replace(
                self._server.failure(problem.kind, problem.reason, advice), seconds=answered.seconds, answer=text
            )
        return Reply(
            backend=self.name,
            text=text,
            seconds=answered.seconds,
            model=self._settings.model,
            tokens_in=read,
            tokens_out=written,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Why a choice is no answer. `is_cut`: it has the most tokens that it may have."""

    kind: FailureKind
    reason: str
    is_cut: bool = False


def chat_url(base: str) -> str:
    """The address to POST to: servers are named with or without "/v1", some with a path of their own."""
    if base.endswith("/chat/completions"):
        return base
    has_path = "/" in base.partition("://")[2]
    return f"{base}/chat/completions" if has_path else f"{base}/v1/chat/completions"


def request_body(prompt: Prompt, model: str, extras: Extras) -> dict[str, Any]:
    """What is sent: one message and the extras. Without a configured model the server's own choice is asked for."""
    body: dict[str, Any] = {"messages": [{"role": "user", "content": prompt.text}], "stream": False}
    if model:
        body["model"] = model
    if extras.is_fixed:
        body |= {"temperature": 0, "seed": _SEED}
    if extras.limit and prompt.max_tokens is not None:
        body[extras.limit] = prompt.max_tokens
    if extras.format == "json_schema" and prompt.schema:
        schema = {"name": "answer", "strict": is_strict(prompt.schema), "schema": dict(prompt.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif extras.format and prompt.schema:
        body["response_format"] = {"type": "json_object"}
    return body


def is_strict(schema: object) -> bool:
    """True when OpenAI would take the schema as strict: every object closed and all its properties required."""
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            required = schema.get("required")
            is_closed = schema.get("additionalProperties") is False and isinstance(required, list)
            if not is_closed or set(required or ()) != set(properties):
                return False
        return all(is_strict(value) for value in schema.values())
    return all(is_strict(value) for value in schema) if isinstance(schema, list) else True


def read_choice(value: Mapping[str, Any]) -> tuple[str, Problem | None]:
    """The text of the first choice ("" if none), and why it is no answer, if it is none."""
    choices = value.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], Mapping) else {}
    message = choice.get("message")
    message = message if isinstance(message, Mapping) else {}
    text = _text(message.get("content"))
    reason, refusal = choice.get("finish_reason"), message.get("refusal")
    if isinstance(refusal, str) and refusal:
        return text, Problem(kind=FailureKind.REFUSED, reason=f"the model refused: {shortened(refusal, 300)}")
    if reason == "content_filter":
        return text, Problem(kind=FailureKind.REFUSED, reason="the server's content filter withheld the answer")
    if reason == "length":
        reason = "the answer was cut at its token limit"
        return text, Problem(kind=FailureKind.UNREADABLE, reason=reason, is_cut=True)
    if not text.strip():
        return text, Problem(kind=FailureKind.UNREADABLE, reason="the answer is empty")
    return text, None


def _text(content: object) -> str:
    """A message's content: text, or a list of parts of which the text parts count."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, Mapping)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
