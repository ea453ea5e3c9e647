"""Names for what may be answered again, and answers as text: the same name only where nothing that matters differs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from hashlib import blake2b
from typing import Any, Final

from lok_hooks.core.diff import Diff, FileDiff
from lok_hooks.core.finding import Claim, Severity
from lok_hooks.core.ports import Backend, Memory, Reply
from lok_hooks.core.prompts import REVIEW_VERSION, Redact, shown_piece
from lok_hooks.core.review import Asked, Policy, Review
from lok_hooks.core.task import Piece, Prompt, Task

_VERSION: Final = "1"  # of what is kept under a name
_NUMBERS: Final = ("line", "end_line")
_STAMPED: Final = frozenset({"backend", "task", "severity", "is_proof", "ignored_by"})  # by our code, whatever was kept
_TEXTS: Final = tuple(f.name for f in fields(Claim) if f.name not in {*_STAMPED, *_NUMBERS})


class Forgetting:
    """A Memory without any: `[cache] enabled = false`, or nowhere to keep it."""

    def recall(self, key: str) -> str | None:
        """Nothing."""
        return None

    def keep(self, key: str, text: str) -> None:
        """Not kept."""


class Fresh:
    """A Memory that recalls nothing and still keeps: `--fresh` asks again, and the next run has the new answers."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def recall(self, key: str) -> str | None:
        """Nothing."""
        return None

    def keep(self, key: str, text: str) -> None:
        """Keep it over the old answer."""
        self._memory.keep(key, text)


def name_of(kind: str, *parts: str) -> str:
    """A key of 40 hex digits for `parts` in their order; no two lists of parts are written the same way."""
    digest = blake2b(digest_size=20, person=kind.encode())
    for part in (_VERSION, *parts):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def piece_key(backend: Backend, task: Task, piece: Piece, redact: Redact) -> str | None:
    """The name of what `backend` says about `piece` under `task`; None for a backend that does not say who it is.

    Everything the prompt would show of the piece goes in, secrets replaced, and nothing about its neighbours: the
    same change in another commit has the same name.
    """
    if not backend.traits.identity:
        return None
    aspects = [text for aspect in task.aspects for text in (aspect.name, aspect.text)]
    return name_of(
        "piece",
        *(backend.name, backend.traits.identity, backend.traits.model),
        *(str(REVIEW_VERSION), task.name, task.description, str(len(aspects)), *aspects),
        *(shown_piece(piece, redact), str(piece.part), str(piece.parts)),
    )


def answer_key(backend: Backend, prompt: Prompt, surroundings: str) -> str | None:
    """The name of what `backend` answers to `prompt`; None for a backend that does not say who it is. `surroundings`
    is a digest of what it may look at besides the prompt, "" for nothing."""
    if not backend.traits.identity:
        return None
    schema = json.dumps(prompt.schema, sort_keys=True, default=dict)
    return name_of(
        "answer", backend.name, backend.traits.identity, backend.traits.model, prompt.task, prompt.text, schema,
        surroundings,
    )  # fmt: skip


def write_claims(claims: Iterable[Claim], redact: Redact) -> str:
    """The claims as text, without any secret that a model may have been shown."""
    return json.dumps([
        {name: redact(value) if isinstance(value, str) else value for name, value in asdict(claim).items()}
        for claim in claims
    ])  # fmt: skip


def read_claims(text: str, backend: str, task: str) -> tuple[Claim, ...] | None:
    """The claims in a kept text, raised by `backend` for `task`; None when it is not such a text."""
    try:
        rows = json.loads(text)
        return tuple(_claim(row, backend, task) for row in rows)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _claim(row: Mapping[str, Any], backend: str, task: str) -> Claim:
    texts = {name: row[name] for name in _TEXTS}
    numbers = {name: row[name] for name in _NUMBERS}
    if not all(isinstance(value, str) for value in texts.values()):
        raise TypeError("a text is none")
    if not all(type(value) is int for value in numbers.values()):
        raise TypeError("a line is no number")
    return Claim(backend=backend, task=task, severity=Severity(row["severity"]), **texts, **numbers)


def verdict_key(command: str, diff: Diff, policy: Policy, asked: Iterable[Backend], rest: object) -> str:
    """The name of the verdict on `diff` by a policy and backends; `rest` is all else that decides, as a value."""
    files = [
        (
            f.path,
            f.old_path,
            f.ref,
            f.old_mode,
            f.new_mode,
            f.old_blob,
            f.new_blob,
            f.held_back,
            name_of("hunks", *_bodies(f)),
        )
        for f in diff.files
    ]
    identities = [(backend.name, backend.traits.identity) for backend in asked]
    return name_of("verdict", command, repr(files), repr(diff.skipped), repr(policy), repr(identities), repr(rest))


def _bodies(file: FileDiff) -> Iterable[str]:
    return (text for hunk in file.hunks for text in (f"{hunk.old_start} {hunk.new_start}", hunk.body))


def write_verdict(review: Review) -> str:
    """The verdict of a review as text."""
    return json.dumps([review.exit_code, sorted(judged.finding.identity for judged in review.blocking)])


def difference(kept: str, review: Review) -> str:
    """What is different in a new review of what had the `kept` verdict, in a sentence; "" when nothing is."""
    now = write_verdict(review)
    if now == kept:
        return ""
    try:
        code, before = json.loads(kept)
        gone, added = set(before) - set(json.loads(now)[1]), set(json.loads(now)[1]) - set(before)
    except (ValueError, TypeError):
        return ""
    words = [f"exit code {review.exit_code}, not {code}"] if code != review.exit_code else []
    words += [f"{len(added)} newly confirmed"] if added else []
    words += [f"{len(gone)} no longer confirmed"] if gone else []
    return f"asked again, the verdict differs from the remembered one: {', '.join(words)}"


def as_remembered(review: Review) -> Review:
    """The same review as a report shows it when nobody was asked for it."""
    files = len(review.coverage.reviewed)
    return replace(
        review,
        asked=tuple(_not_asked(each, files) for each in review.asked),
        examined=tuple(replace(each, seconds=0.0, remembered=max(each.remembered, 1)) for each in review.examined),
        seconds=0.0,
    )


def _not_asked(asked: Asked, files: int) -> Asked:
    remembered = max(asked.remembered, files)
    return replace(asked, requests=0, answered=0, seconds=0.0, tokens_in=None, tokens_out=None, remembered=remembered)


def write_reply(reply: Reply) -> str:
    """A reply as text."""
    return json.dumps([reply.text, reply.model, reply.tokens_in, reply.tokens_out])


def read_reply(text: str, backend: str) -> Reply | None:
    """The reply in a kept text, as `backend`'s, marked as remembered; None when it is not such a text."""
    try:
        said, model, tokens_in, tokens_out = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None
    if not (isinstance(said, str) and isinstance(model, str) and _are_counts((tokens_in, tokens_out))):
        return None
    return Reply(
        backend=backend,
        text=said,
        seconds=0.0,
        model=model,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        is_remembered=True,
    )


def _are_counts(values: Sequence[object]) -> bool:
    return all(value is None or type(value) is int for value in values)
