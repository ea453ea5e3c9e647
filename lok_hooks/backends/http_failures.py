"""What a model server's response amounts to: its JSON object, or the Failure that says what to do. Pure functions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

from lok_hooks.core.ports import Failure, FailureKind
from lok_hooks.core.shorten import beginning, shortened

ANSWER_LIMIT: Final = 16 * 1024 * 1024  # bytes; a review's answer is a few kilobytes
_MESSAGE_LIMIT: Final = 300  # characters of a vendor's message that are shown
_FEWEST_TOKENS_JUDGED: Final = 1500  # no model's window is smaller, so a shorter prompt cannot have been cut
_COUNT_MARGIN: Final = 0.9  # a tokenizer may join a few of the pieces counted here

_LOOPBACK: Final = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_TOO_LONG: Final = re.compile(
    r"context[ _](length|window|size)|maximum context|prompt is too long|too many tokens|input length|exceed_context",
    re.IGNORECASE,
)
_SPENT: Final = re.compile(r"insufficient[ _](quota|balance|credit|funds)|exceeded your current quota", re.IGNORECASE)
_PIECE: Final = re.compile(r"(?:[^\w\r\n]|_)?[^\W\d_]+|\d+| ?(?:[^\s\w]|_)+")
_PERMANENT_SERVER_ERRORS: Final = frozenset({501, 505})


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A model server and the advice that only its kind knows.

    `url` is the base, without a slash at the end. `key_env` names the environment variable with the API key, "" for
    none. `start` says how to start it when nobody listens, `no_model` what to do when it does not know the model.
    """

    backend: str
    url: str
    key_env: str
    start: str
    no_model: str

    @property
    def is_loopback(self) -> bool:
        """True when it runs on this machine."""
        return _LOOPBACK.fullmatch(self.parts.hostname or "") is not None

    @property
    def parts(self) -> SplitResult:
        """The URL taken apart; empty when it is none at all ("http://[")."""
        try:
            return urlsplit(self.url)
        except ValueError:
            return urlsplit("")

    @property
    def place(self) -> str:
        """Host and port for messages: a URL may hold a password."""
        return self.parts.netloc.rpartition("@")[2]

    @property
    def check_url(self) -> str:
        """The advice when the address may be wrong."""
        return f"check url of backend {self.backend} in lok.toml"

    def bad_address(self) -> Failure | None:
        """The Failure for an address that cannot be one of a server."""
        try:
            is_good = self.parts.scheme in ("http", "https") and bool(self.parts.hostname) and self.parts.port != 0
        except ValueError:
            # A port that is no number, or too large a one.
            is_good = False
        if is_good:
            return None
        shown = self.url.rpartition("@")[2]
        return self.failure(FailureKind.MISSING, f"{shown!r} is no server's address", self.check_url)

    def failure(
        self, kind: FailureKind, reason: str, advice: str, *, wait: float | None = None, is_transient: bool = False
    ) -> Failure:
        """A Failure of this backend; `wait` is what the server asked for, in seconds."""
        return Failure(
            backend=self.backend, kind=kind, reason=reason, advice=advice, retry_after=wait, is_transient=is_transient
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A response as it came. `headers` have lower-case names; `is_cut` when `body` passed ANSWER_LIMIT."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool = False


def read(server: Server, received: Received, now: datetime) -> Mapping[str, Any] | Failure:
    """The JSON object of a response, or the Failure that its status, headers and body amount to. Pure; `now` is
    what a Retry-After date is counted from."""
    if 300 <= received.status < 400:
        return _redirected(server, received)
    if received.is_cut:
        reason = f"{server.place} sent more than {ANSWER_LIMIT // 1024**2} MiB"
        return server.failure(FailureKind.UNREADABLE, reason, "it is not a model's answer: check the server")
    try:
        value = json.loads(received.body)
    except (ValueError, RecursionError):
        value = None
    error = value.get("error") if isinstance(value, dict) else None
    if received.status < 300 and isinstance(value, dict) and not error:
        return value
    message = vendor_message(value, received.body)
    if received.status < 300 and not error:
        reason = f"{server.place} answered HTTP {received.status}, but not with a JSON object: {message or 'nothing'}"
        return server.failure(FailureKind.UNREADABLE, reason, f"is a model server really there? {server.check_url}")
    inside = error.get("code") if received.status < 300 and isinstance(error, dict) else None
    status = inside if isinstance(inside, int) and 400 <= inside < 600 else received.status
    return judge(server, status, message, retry_after(received.headers, now))


def judge(server: Server, status: int, message: str, wait: float | None) -> Failure:
    """The Failure behind an error status (below 300: an error inside a success) and the vendor's message."""
    reason = f"{server.place} answered HTTP {status}" + (f": {message}" if message else "")
    if status == 413 or (status not in (401, 403, 429) and _TOO_LONG.search(message)):
        return server.failure(FailureKind.TOO_LARGE, reason, smaller_prompts(server))
    if status in (401, 403):
        return server.failure(FailureKind.NOT_LOGGED_IN, reason, _login(server))
    # Some vendors say "exceeded your current quota" for a minute's limit too, but then with a time to wait.
    if status == 402 or (status == 429 and wait is None and _SPENT.search(message)):
        advice = f"the account behind backend {server.backend} has nothing left: top it up, or use another backend"
        return server.failure(FailureKind.RATE_LIMITED, reason, advice, wait=wait)
    if status == 429:
        advice = f"wait{f' {wait:.0f} s' if wait else ''}, or lower max_parallel of backend {server.backend}"
        return server.failure(FailureKind.RATE_LIMITED, reason, advice, wait=wait, is_transient=True)
    if status in (404, 405):
        return server.failure(FailureKind.REFUSED, reason, server.no_model)
    if status >= 500 or status == 408:
        is_transient = status not in _PERMANENT_SERVER_ERRORS
        return server.failure(
            FailureKind.CRASHED, reason, "look into the server's log", wait=wait, is_transient=is_transient
        )
    if status < 300:
        return server.failure(FailureKind.CRASHED, reason, "look into the server's log")
    return server.failure(FailureKind.REFUSED, reason, f"check url, model and args of backend {server.backend}")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds the server asks to wait: from Retry-After as a number or an HTTP date; None when it says nothing."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
        return float(text)
    from email.utils import parsedate_to_datetime  # brings sockets with it

    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def vendor_message(value: object, body: bytes) -> str:
    """The server's own words on one line, without control characters, shortened. The known shapes are
    {"error": TEXT | {"message"}}, {"message"} and {"detail"}; anything else is shown as it came."""
    found: object = value
    for name in ("error", "message", "detail", "msg"):
        if isinstance(found, list) and found:
            found = found[0]
        if isinstance(found, dict) and name in found:
            found = found[name]
    text = found if isinstance(found, str) else beginning(body.decode("utf-8", "replace"), 4 * _MESSAGE_LIMIT)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return shortened(line, _MESSAGE_LIMIT)


def fewest_tokens(text: str) -> int:
    """A number of tokens that no common tokenizer stays below: words, numbers and runs of punctuation, since
    tokenizers do not join across those (measured on code and diffs: 0.65 to 0.8 of what a small vocabulary needs)."""
    return sum(1 for _ in _PIECE.finditer(text))


def was_cut(text: str, counted: int | None) -> bool:
    """True when a server that counted `counted` prompt tokens cannot have read the whole of `text`. None and 0
    (some servers do not count) prove nothing."""
    fewest = fewest_tokens(text)
    return fewest > _FEWEST_TOKENS_JUDGED and 0 < (counted or fewest) < fewest * _COUNT_MARGIN


def cut_failure(server: Server, text: str, counted: int | None, seconds: float, answer: str) -> Failure:
    """Not reviewed, although the server answered: it dropped the front of the prompt without a word."""
    reason = (
        f"not reviewed: the model's window cut the prompt ({counted} of at least {fewest_tokens(text)} tokens read)"
    )
    failure = server.failure(FailureKind.TOO_LARGE, reason, smaller_prompts(server))
    return replace(failure, seconds=seconds, answer=answer)


def smaller_prompts(server: Server) -> str:
    """What to do about a prompt that does not fit."""
    return f"lower max_prompt_bytes of backend {server.backend}, or use a model with a larger window"


def _redirected(server: Server, received: Received) -> Failure:
    target = urlsplit(urljoin(server.url, received.headers.get("location", ""))).netloc.rpartition("@")[2]
    reason = (
        f"{server.place} redirects to {vendor_message(target, b'')} (HTTP {received.status}), which was not followed"
    )
    advice = f"if that is where code and key may go, put the final address into url of backend {server.backend}"
    return server.failure(FailureKind.REFUSED, reason, advice)


def _login(server: Server) -> str:
    if server.key_env:
        return f"check the API key in the environment variable {server.key_env}"
    return f"name the environment variable that holds the API key: api_key_env of backend {server.backend}"
