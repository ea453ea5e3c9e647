"""ollama's own API, because only there the window can be set.

Its default window cuts the front of a long prompt and still answers HTTP 200. So every request sets the window
from the prompt's size, asks for an error instead of a cut (`truncate` and `shift`, understood since 2025), and
compares the number of tokens read with what the prompt must have. Checked against the API of ollama 0.33.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from lok_hooks.backends.http import Answered, base_url, post_json, unavailable
from lok_hooks.backends.http_failures import Server, cut_failure, was_cut
from lok_hooks.backends.traits import traits_of
from lok_hooks.core.ports import Answer, Deadline, Failure, FailureKind, Reply, Traits
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.task import CUT_ADVICE, Prompt

DEFAULT_URL: Final = "http://localhost:11434"
_BYTES_PER_TOKEN: Final = 2  # measured on code and diffs: 2.7 to 4.3, so the window is generous
_TEMPLATE_TOKENS: Final = 512  # what a model's chat template adds
_ANSWER_TOKENS: Final = 8192  # thinking included; ends a model that repeats itself for ever
_WINDOW_STEP: Final = 8192  # ollama loads the model anew for every other window, so few sizes are used
_SEED: Final = 1


class Ollama:
    """A model served by ollama, on this machine unless `url` says otherwise."""

    def __init__(self, settings: BackendSettings) -> None:
        self._settings = settings
        self._server = Server(
            backend=settings.name,
            url=base_url(settings, DEFAULT_URL),
            key_env=settings.api_key_env,
            start="ollama is not running: start it with `ollama serve`",
            no_model=f"fetch the model with `ollama pull {settings.model}`, or name another one in lok.toml",
        )

    @property
    def name(self) -> str:
        """Its name in lok.toml."""
        return self._settings.name

    @cached_property
    def traits(self) -> Traits:
        """What lok.toml says of it."""
        return traits_of(self._settings, "model")

    def missing(self) -> Failure | None:
        """None when a model is named and, on this machine, somebody listens at its address."""
        if not self._settings.model:
            advice = f'set model of backend {self.name} in lok.toml, for example "qwen2.5-coder:7b"'
            return self._server.failure(FailureKind.MISSING, "no model is named", advice)
        return unavailable(self._server)

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """The model's answer; a Failure TOO_LARGE when it cannot have read the whole prompt."""
        body = request_body(prompt, self._settings.model)
        answered = post_json(
            self._server, f"{self._server.url}/api/chat", body, deadline.at_most(self._settings.timeout)
        )
        if isinstance(answered, Failure):
            return answered
        return self._reply(prompt, body["options"]["num_ctx"], answered)

    def _reply(self, prompt: Prompt, window: int, answered: Answered) -> Reply | Failure:
        value = answered.value
        message = value.get("message")
        text = message.get("content") if isinstance(message, Mapping) else None
        text = text if isinstance(text, str) else ""
        read, written = _count(value.get("prompt_eval_count")), _count(value.get("eval_count"))
        if was_cut(prompt.text, read) or (read or 0) >= window:
            return cut_failure(self._server, prompt.text, read, answered.seconds, text)
        problem = ""
        if value.get("done") is not True:
            problem = f"{self._server.place} did not finish its answer"
        elif value.get("done_reason") == "length":
            problem = f"the answer was cut after {written} tokens"
        elif not text.strip():
            problem = "the answer is empty"
        if problem:
            is_limited = prompt.max_tokens is not None and value.get("done_reason") == "length"
            advice = CUT_ADVICE if is_limited else f"ask again, or use another model for backend {self.name}"
            failure = self._server.failure(FailureKind.UNREADABLE, problem, advice)
            return replace(failure, seconds=answered.seconds, answer=text)
        return Reply(
            backend=self.name,
            text=text,
            seconds=answered.seconds,
            model=self._settings.model,
            tokens_in=read,
            tokens_out=written,
        )


def request_body(prompt: Prompt, model: str) -> dict[str, Any]:
    """What is sent to /api/chat: one message, the answer's schema, a window that holds both, no randomness."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": prompt.text}],
        "stream": False,
        "truncate": False,
        "shift": False,
        "options": {
            "num_ctx": window_for(prompt.text, prompt.max_tokens or _ANSWER_TOKENS),
            "num_predict": prompt.max_tokens or _ANSWER_TOKENS,
            "temperature": 0,
            "seed": _SEED,
        },
    }
    if prompt.schema:
        body["format"] = dict(prompt.schema)
    return body


def window_for(text: str, answer: int = _ANSWER_TOKENS) -> int:
    """The context window in tokens that surely holds `text` and an answer of so many; room for a usual one is there
    in any case, since the model would be loaded anew for a smaller window."""
    tokens = max(answer, _ANSWER_TOKENS) + _TEMPLATE_TOKENS
    needed = len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN + tokens
    return -(-needed // _WINDOW_STEP) * _WINDOW_STEP


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
