"""Nothing is asked twice: what a backend said about a piece of a change holds wherever the same piece comes again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from lok_hooks.core.chunk import fill
from lok_hooks.core.finding import Claim
from lok_hooks.core.ports import Answer, Listener, Memory, Reply, Request
from lok_hooks.core.prompts import Redact
from lok_hooks.core.reading import Unreadable
from lok_hooks.core.remember import piece_key, read_claims, write_claims
from lok_hooks.core.task import Chunk, Piece, Prompt, Task
from lok_hooks.flows.planning import Draft, room
from lok_hooks.flows.screening import Discretion, Screen, with_unshown

REMEMBERED: Final = "remembered"  # stands in place of a part's number where nobody is asked


@dataclass(frozen=True, kw_only=True)
class Open:
    """What is left to ask: a request to come, and for each of its pieces the name its answer is kept under (None:
    not kept)."""

    draft: Draft
    keys: tuple[str | None, ...]


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """What is left to ask, and what is known already: for each known piece the request that would have shown it
    alone, with the claims made about it."""

    left: tuple[Open, ...]
    known: tuple[tuple[Request, tuple[Claim, ...]], ...]

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The requests to come."""
        return tuple(each.draft for each in self.left)


def recall(drafts: Sequence[Draft], memory: Memory, redact: Redact) -> Recalled:
    """Takes the known pieces out of `drafts`; what is left of a backend's task is packed again, into as few requests
    as it needs. Analysers are always asked: they cost nothing but time."""
    left: list[Open] = []
    known: list[tuple[Request, tuple[Claim, ...]]] = []
    for (_, task), group in groupby(drafts, key=lambda draft: (draft.backend.name, draft.task)):
        asked = tuple(group)
        if task is None:
            left += [Open(draft=draft, keys=(None,) * len(draft.chunk.pieces)) for draft in asked]
            continue
        unknown: list[tuple[Piece, str | None]] = []
        for piece in (piece for draft in asked for piece in draft.chunk.pieces):
            key = piece_key(asked[0].backend, task, piece, redact)
            claims = _claims(memory, key, asked[0], task)
            if claims is None:
                unknown.append((piece, key))
            else:
                prompt = Prompt(task=task.name, text="", receipt="", chunk=Chunk(pieces=(piece,)))
                known.append(
                    (Request(backend=asked[0].backend, prompt=prompt, part=REMEMBERED), _named(claims, piece, redact))
                )
        left += _packed_again(asked, unknown, room(asked[0].backend, task))
    return Recalled(left=tuple(left), known=tuple(known))


class Keeping:
    """A Listener around a Listener that keeps each readable answer as it arrives: not even Ctrl-C loses one that was
    paid for."""

    def __init__(
        self,
        listener: Listener,
        asked: Iterable[tuple[Open, Request]],
        memory: Memory,
        discretion: Discretion,
        screen: Screen,
    ) -> None:
        self._listener = listener
        self._asked = {(r.backend.name, r.prompt.task, r.part): (each, r) for each, r in asked}
        self._memory = memory
        self._discretion = discretion
        self._screen = screen

    def asked(self, backend: str, task: str, part: str) -> None:
        """Passed on."""
        self._listener.asked(backend, task, part)

    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
        """Passed on, and kept where it can be read as a review."""
        if isinstance(answer, Reply) and (known := self._asked.get((backend, task, part))):
            from lok_hooks.core.answers import read_review  # pydantic: not before there is an answer

            claims = read_review(answer.text, known[1].prompt, backend)
            if not isinstance(claims, Unreadable):
                _keep(known[0], claims, self._memory, self._having_heard(claims, known[1].prompt.text))
        self._listener.answered(backend, task, part, answer)

    def noted(self, text: str) -> None:
        """Passed on."""
        self._listener.noted(text)

    def _having_heard(self, claims: Sequence[Claim], shown: str) -> Discretion:
        """The discretion that knows the secrets too which only the claims say."""
        texts = [text for claim in claims for text in (claim.title, claim.why, claim.fix, claim.quote)]
        screening = with_unshown(self._discretion.screening, self._screen, texts, shown)
        return replace(self._discretion, screening=screening)


def _keep(asked: Open, claims: Sequence[Claim], memory: Memory, discretion: Discretion) -> None:
    """Keeps what an answer said, piece by piece. A claim about none of the pieces that were shown stays with the first
    one, so that the same review says the same again."""
    shown = set(asked.draft.chunk.paths)
    for number, (piece, key) in enumerate(zip(asked.draft.chunk.pieces, asked.keys, strict=True)):
        if key is not None:
            mine = [c for c in claims if c.file == piece.file.path or (number == 0 and c.file not in shown)]
            memory.keep(key, write_claims(map(discretion.claim, mine), discretion.screening.redact))


def _claims(memory: Memory, key: str | None, draft: Draft, task: Task) -> tuple[Claim, ...] | None:
    text = memory.recall(key) if key else None
    return None if text is None else read_claims(text, draft.backend.name, task.name)


def _named(claims: Iterable[Claim], piece: Piece, redact: Redact) -> tuple[Claim, ...]:
    """The claims about the piece's file under its own name, which was kept without the secrets in it."""
    path = piece.file.path
    return tuple(replace(claim, file=path) if claim.file == redact(path) else claim for claim in claims)


def _packed_again(drafts: Sequence[Draft], unknown: Sequence[tuple[Piece, str | None]], budget: int) -> list[Open]:
    """The same requests with the unknown pieces only, each at most `budget` bytes of code."""
    chunks = tuple(fill([piece for piece, _ in unknown], budget))
    keys = iter([key for _, key in unknown])
    return [
        Open(
            draft=replace(drafts[0], chunk=chunk, part=f"{number}/{len(chunks)}"),
            keys=tuple(next(keys) for _ in chunk.pieces),
        )
        for number, chunk in enumerate(chunks, 1)
    ]
