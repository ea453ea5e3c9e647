"""The doors that flows see: a backend, its answer, a deadline, the staged content, a listener."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol, TypeVar

from lok_hooks.core.diff import FileDiff
from lok_hooks.core.finding import Claim
from lok_hooks.core.task import Prompt

Result = TypeVar("Result")


class FailureKind(StrEnum):
    """Why no answer came; the value is what the reports print."""

    MISSING = "missing"
    NOT_LOGGED_IN = "not logged in"
    RATE_LIMITED = "rate limited"
    TIMED_OUT = "timed out"
    CRASHED = "crashed"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too large"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A model's answer as text, not yet read. `seconds` is wall time; token counts are None where unknown.
    `is_remembered`: it was given before, and nobody was asked now."""

    backend: str
    text: str
    seconds: float
    model: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    is_remembered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Analysis:
    """A deterministic analyser's answer: claims made by our own code, over every file of the prompt."""

    backend: str
    claims: tuple[Claim, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """No answer. `reason` holds the vendor's own message, `advice` the next step for the user.
    `retry_after` is the server's wish in seconds, None when it gave none. `answer` keeps what was answered
    but could not be used, so that nothing paid for is lost. `is_transient` marks what a retry may mend."""

    backend: str
    kind: FailureKind
    reason: str
    advice: str
    seconds: float = 0.0
    retry_after: float | None = None
    is_transient: bool = False
    answer: str = ""


Answer = Reply | Analysis | Failure


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """What the rules need to know of a backend.

    `role`: a "model" reads prompts, an "analyser" runs fixed rules over file content. `may_block`: its word
    alone can confirm. `is_local`: text sent to it stays on this machine. `max_prompt_bytes`: the budget for
    one prompt, UTF-8 bytes. `strengths`: tasks and kinds of question it is good at, best first. `identity`: a digest
    of the settings that decide its answers (kind, program, arguments, server, model, environment names), so that an
    answer is never remembered for another reviewer. `has_login`: False where it is known that there is none; what a
    login is worth only an answer shows.
    """

    role: Literal["model", "analyser"]
    kind: str
    may_block: bool
    is_local: bool
    max_prompt_bytes: int
    model: str = ""
    strengths: tuple[str, ...] = ()
    identity: str = ""
    has_login: bool = True


class Deadline(Protocol):
    """An absolute point in time, passed down; nothing else has its own timer."""

    def remaining(self) -> float:
        """Seconds left, never negative; 0 once cancelled."""
        ...

    def is_cancelled(self) -> bool:
        """True after Ctrl-C or once the review no longer wants the answer."""
        ...

    def at_most(self, seconds: float) -> Deadline:
        """The earlier of this deadline and `seconds` from now; cancelled together with this one."""
        ...


class Backend(Protocol):
    """Anything that reviews. `ask` never raises for a failing backend: it returns a Failure."""

    @property
    def name(self) -> str:
        """Its name in lok.toml."""
        ...

    @property
    def traits(self) -> Traits:
        """What the rules need to know of it."""
        ...

    def missing(self) -> Failure | None:
        """None when it can be asked; cheap (no process, no network beyond loopback)."""
        ...

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        """One answer, before the deadline or a Failure TIMED_OUT; leaves no process behind."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One prompt for one backend; `part` ("2/3") names it in progress and reports."""

    backend: Backend
    prompt: Prompt
    part: str


class Contents(Protocol):
    """The full text behind a FileDiff, from the objects the diff was made of (never the working tree)."""

    def new(self, file: FileDiff) -> bytes | None:
        """The new side's bytes; None when there is none (deleted, or only a patch is known)."""
        ...


class AskAll(Protocol):
    """Asks every request at once, within each backend's own limit; answers come in the order asked."""

    def __call__(self, requests: Sequence[Request], deadline: Deadline, listener: Listener) -> list[Answer]:
        """One answer for each request; those not answered at the deadline are Failures TIMED_OUT."""
        ...


class Beside(Protocol):
    """Starts work that needs no answers, so that it is done while they are waited for."""

    def __call__(self, work: Callable[[], Result], /) -> Callable[[], Result]:
        """Starts `work`. What comes back waits for its end, and gives its result or raises what it raised."""
        ...


def at_once(work: Callable[[], Result], /) -> Callable[[], Result]:
    """A `Beside` that does the work before it returns."""
    result = work()
    return lambda: result


class Memory(Protocol):
    """What was answered before, by content: a text under a key that names everything it depends on.

    Remembering is a convenience: neither method raises, and a store that cannot be used forgets.
    """

    def recall(self, key: str) -> str | None:
        """The text kept under `key`, None when there is none or it has expired."""
        ...

    def keep(self, key: str, text: str) -> None:
        """Keep `text` under `key`, over whatever stood there."""
        ...


class Listener(Protocol):
    """Told what happens while a review runs. Called from several threads."""

    def asked(self, backend: str, task: str, part: str) -> None:
        """A request was sent. `part` reads like "1/3"."""
        ...

    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
        """A request ended, well or not."""
        ...

    def noted(self, text: str) -> None:
        """A line for verbose readers (prompts, routing, retries)."""
        ...
