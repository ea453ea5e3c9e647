"""Finding the JSON in what a model answered: the whole of it, in a fence, inside prose, or repaired.

Everything here is hostile until validated: sizes are capped, and an object that could be read in two ways is not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lok_hooks.core.message import harmless
from lok_hooks.core.shorten import beginning, shortened

MAX_ANSWER: Final = 4_000_000  # characters; no honest answer to one chunk is larger
# What json-repair is given: it takes cubic time over quotation marks that neither open nor close anything (20 s for
# 10,000 of them) and seconds over brackets that only open. An honest answer has a handful of either.
MAX_REPAIRED: Final = 40_000  # characters
_MAX_LOOSE_QUOTES: Final = 200
_MAX_BRACKETS: Final = 1_000
_LOOSE_QUOTE: Final = re.compile(r"""[^\s\[{,:\\]\s*+"\s*+[^\s\]},:]""")
_WORDS_SHOWN: Final = 100  # characters of an answer's own words
_WORDS_LOOKED_AT: Final = 2_000  # characters, of which escapes and blanks go
_MAX_CANDIDATES: Final = 50  # places where JSON may begin in prose
# How the object of an answer ends behind its last list. Possessive throughout: a hostile answer must not make the
# matcher try every way to read it.
_ENDING: Final = re.compile(r"""\]\s*+,?+\s*+(?:"\w++"\s*+:\s*+(?:"[^"]*+"|[^",{}\[\]\s]++)\s*+,?+\s*+)*+\}""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """The answer does not count. `mendable` when asking the backend to reformat it may help. `is_foreign`: it is
    something else than what was asked for, so that its own words say more than the reason."""

    reason: str
    mendable: bool
    is_foreign: bool = False


def whole(text: str) -> str:
    """The text with "?" for halves of characters, which JSON can write and nothing can encode."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


class AmbiguousError(ValueError):
    """One object has two values for a key, so it could be read either way; guessing would be judging."""


def refusal(text: str) -> Unreadable | None:
    """Why a text is not even looked at: it is empty or larger than any honest answer; None when it is."""
    if not text.strip():
        return Unreadable(reason="the answer is empty", mendable=False)
    if len(text) > MAX_ANSWER:
        return Unreadable(reason=f"the answer is larger than {MAX_ANSWER:,} characters", mendable=False)
    return None


def objects_with(text: str, key: str) -> Iterator[dict[str, Any]]:
    """Every JSON object with the list `key` that the text may mean, likeliest first. AmbiguousError when one of them
    has a key twice."""
    return (value for value in _json_values(text, key) if isinstance(value, dict) and key in value)


def without(text: str, key: str) -> Unreadable:
    """Why a text in which `objects_with` finds nothing that could be read does not count."""
    problem = f"the answer could not be read: {_lacking(text, key)}"
    return Unreadable(reason=problem, mendable=True, is_foreign=True)


def _lacking(text: str, key: str) -> str:
    for body in (text, *_fenced(text)):
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            continue
        return f'it has no "{key}"' if isinstance(value, dict) else "it is no JSON object"
    return "it is not JSON"


def own_words(text: str) -> str:
    """What an answer says that is something else than was asked for: the message of the error that it holds, else its
    beginning. One harmless line of at most 100 characters."""
    words = harmless(_error_in(text) or beginning(text, _WORDS_LOOKED_AT))
    return shortened(words, _WORDS_SHOWN + 1)


def _error_in(text: str) -> str:
    """`error.message` or `error` of the JSON object that the text is, "" when there is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    error = value.get("error") if isinstance(value, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return whole(message) if isinstance(message, str) else ""


def _json_values(text: str, key: str) -> Iterator[Any]:
    """Every JSON value the text may mean, likeliest first: the whole, fenced, embedded in prose, repaired."""
    yield from _loads(text.strip(), 0)
    for body in _fenced(text):
        yield from _loads(body.strip(), 0)
    start = -1
    for _ in range(_MAX_CANDIDATES):
        start = text.find("{", start + 1)
        if start < 0:
            break
        yield from _loads(text, start)
    yield from _repaired(text, key)


def _fenced(text: str) -> Iterator[str]:
    """What stands between lines that begin with three backticks."""
    inside: list[str] | None = None
    for line in text.split("\n"):
        if not line.lstrip().startswith("```"):
            if inside is not None:
                inside.append(line)
        elif inside is None:
            inside = []
        else:
            yield "\n".join(inside)
            inside = None


def _loads(text: str, start: int) -> Iterator[Any]:
    """The JSON value that begins at `start`, whatever follows it; nothing when none does."""
    decoder = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_unique)
    try:
        yield decoder.raw_decode(text, start)[0]
    except AmbiguousError:
        raise
    except (ValueError, RecursionError):
        return


def _repaired(text: str, key: str) -> Iterator[Any]:
    """The text through json-repair. Not for an answer that stops in the middle: repairing would make a complete
    review out of the entries that happened to arrive."""
    start, end = text.find("{"), text.rfind("}")
    tail = text[end + 1 :].strip().strip("`")
    body = text[start : end + 1]
    if start < 0 or end < start or f'"{key}"' not in body or tail.startswith((",", "]")):
        return
    if not _is_closed(body) or not _is_worth_repairing(body):
        return
    import json_repair  # slow to import, rarely needed

    try:
        yield json_repair.loads(body, skip_json_loads=True)
    except (ValueError, RecursionError):
        return


def _is_worth_repairing(body: str) -> bool:
    """False for what would take longer to repair than to ask for again."""
    if len(body) > MAX_REPAIRED or body.count("{") + body.count("[") > _MAX_BRACKETS:
        return False
    return len(_LOOSE_QUOTE.findall(body)) <= _MAX_LOOSE_QUOTES


def _is_closed(body: str) -> bool:
    """True when the text ends as the object of an answer ends: a list closed, then the object. More brackets opened
    than closed mean that something is missing (or stands in a quote: then it is asked for again, which is safe)."""
    if body.count("[") > body.count("]") or body.count("{") > body.count("}"):
        return False
    return _ENDING.fullmatch(body, body.rfind("]")) is not None if "]" in body else False


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise AmbiguousError
    return made
