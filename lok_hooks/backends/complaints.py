"""A vendor's words for what went wrong, read as one of our kinds. Pure: text and a status in, a judgement out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lok_hooks.core.ports import FailureKind

# Patterns are texts, which `re` compiles when they are first needed: most reviews need none.

# Python's and Node's stack traces: paths and code, in which words mean nothing.
_FRAMES: Final = (
    r"(?m)^Traceback \(most recent call last\):\n|^ +File \"[^\"\n]*\", line \d+.*\n(?:    .*\n)*|^ +at .*(?:\n|\Z)"
)
# What stands beside `error` where that is a text, in the servers' answers.
_BESIDE_ERROR: Final = frozenset(
    {"error", "message", "code", "status", "statusCode", "type", "detail", "details", "error_description", "ok"}
    | {"success", "request_id", "retry_after"}
)
_STATUS: Final = r"(?i)\b(?:status|error|code|HTTP)\W{0,12}([45]\d\d)\b"
_RETRY_AFTER: Final = (
    r"""(?i)(?:retry[-_ ]?after|retry[-_ ]?delay|try[ ]again[ ]in|retry[ ]in|reset[s]?[ ]after)["':=\s]*"""
    r"(?:(\d+)\s*h(?:ours?)?\s*)?(?:(\d+)\s*m(?!s)(?:in(?:utes?)?)?\s*)?(?:(\d+(?:\.\d+)?)\s*(ms|s(?:ec(?:onds?)?)?)?)?"
)

# Words, in this order, for where no status is shown; the CLIs' wording as measured, the APIs' as documented.
_WORDS: Final[tuple[tuple[FailureKind, bool, str], ...]] = (
    (
        FailureKind.TOO_LARGE,
        False,
        r"too (?:long|large)|context[ _](?:length|window)|maximum (?:length|context)|token (?:count|limit)"
        r"|exceeds the (?:maximum|limit)|input exceeds|ran out of room",
    ),
    (
        FailureKind.NOT_LOGGED_IN,
        False,
        r"not (?:logged|signed) in|/login|log ?in (?:again|first)|please (?:log|sign) ?in"
        r"|invalid api key|api key (?:not valid|not found)|incorrect api key"
        r"|unauthori[sz]ed|authentication|missing environment variable|auth method|expired token"
        r"|token (?:has )?expired|refresh token|unauthenticated",
    ),
    (FailureKind.RATE_LIMITED, True, r"rate.?limit|too many requests|quota|usage limit|resource.?exhausted"),
    (
        FailureKind.CRASHED,
        True,
        r"high demand|overloaded|unavailable|server error|stream (?:disconnected|closed|ended)|invalid_stream"
        r"|connection|connect\b|econnre|fetch failed|error sending request|socket|network|timed? ?out"
        r"|enotfound|eai_again|bad gateway",
    ),
    (
        FailureKind.REFUSED,
        False,
        r"policy|safety|blocked|refus|not supported|invalid.?(?:request|argument)|not found",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The kind of a failure, whether another try may mend it, the server's wish in seconds and its HTTP status, if it
    told them."""

    kind: FailureKind
    is_transient: bool
    retry_after: float | None = None
    status: int | None = None


def parsed(output: str) -> Any:
    """The JSON value that a text is; None where it is none, or nested deeper than Python follows."""
    try:
        return json.loads(output)
    except (ValueError, RecursionError):
        return None


def innermost(error: Mapping[str, Any]) -> tuple[str, int | None]:
    """The message and HTTP status of an API's error object; another one may stand as text inside the message,
    again and again. A delay that Google wishes for is kept behind the message."""
    message, code = str(error.get("message") or error), error.get("code")
    while (start := message.find("{")) >= 0:
        inner = parsed(message[start:])
        detail = inner.get("error") if isinstance(inner, dict) else None
        if isinstance(detail, str) and detail:
            return detail, code if _is_status(code) else None
        if not isinstance(detail, dict) or not detail.get("message"):
            break
        code = detail.get("code") or code
        delay = re.search(r'"retryDelay"\s*:\s*"[^"]+"', message)
        message = str(detail["message"]) + (f" ({delay[0]})" if delay else "")
    return message, code if _is_status(code) else None


def _is_status(code: object) -> bool:
    return isinstance(code, int) and 400 <= code < 600


def is_error(output: str) -> bool:
    """True when an output is nothing but an API's error: an object whose `error` is another one with a message, or a
    text with only a status and its like beside it. A review that mentions an error has a receipt."""
    value = parsed(output)
    error = value.get("error") if isinstance(value, dict) else None
    if isinstance(error, dict):
        return bool(error.get("message")) and "receipt" not in value
    return isinstance(error, str) and bool(error) and value.keys() <= _BESIDE_ERROR


def without_frames(stderr: str) -> str:
    """What a program says that died of an exception: its standard error without the stack trace."""
    return re.sub(_FRAMES, "", f"{stderr}\n").strip()


def judge(message: str, status: int | None = None) -> Judgement:
    """What a message means. `status` is the HTTP status where the CLI gives it, else it is looked for in the text."""
    retry_after = shown_delay(message)
    if status is None and (found := re.search(_STATUS, message)):
        status = int(found[1])
    by_status = _of_status(status, message) if status else None
    if by_status:
        return Judgement(kind=by_status[0], is_transient=by_status[1], retry_after=retry_after, status=status)
    for kind, is_transient, words in _WORDS:
        if _says(message, words):
            return Judgement(kind=kind, is_transient=is_transient, retry_after=retry_after)
    return Judgement(kind=FailureKind.CRASHED, is_transient=False, retry_after=retry_after)


def _of_status(status: int, message: str) -> tuple[FailureKind, bool] | None:
    if status == 401:
        return FailureKind.NOT_LOGGED_IN, False
    if status == 413 or (status == 400 and _says(message, _WORDS[0][2])):
        return FailureKind.TOO_LARGE, False
    # Google answers a wrong API key with 400.
    if status == 400 and _says(message, _WORDS[1][2]):
        return FailureKind.NOT_LOGGED_IN, False
    if status == 429:
        return FailureKind.RATE_LIMITED, True
    if status == 408 or status >= 500:
        return FailureKind.CRASHED, True
    return (FailureKind.REFUSED, False) if status >= 400 else None


def _says(message: str, words: str) -> bool:
    return bool(re.search(words, message, re.IGNORECASE))


def shown_delay(message: str) -> float | None:
    """The seconds after which the vendor wants to be asked again, None where the message names none."""
    found = re.search(_RETRY_AFTER, message)
    if not found or not any(found.group(1, 2, 3)):
        return None
    hours, minutes, seconds, unit = found.groups()
    last = float(seconds or 0) / (1000 if (unit or "").lower() == "ms" else 1)
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + last
