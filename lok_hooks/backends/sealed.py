"""A review by a program that may see the prompt and nothing else.

It runs in a new empty directory outside any repository, with an environment by allow-list, the prompt on its
standard input, until it exits or its time is over. What each CLI needs besides is in that CLI's file.
"""

from __future__ import annotations

import os
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from lok_hooks.backends import process
from lok_hooks.backends.arguments import Allowed, read_arguments
from lok_hooks.backends.complaints import innermost, judge
from lok_hooks.backends.environment import child_environment, find_program, without_keys, wrapped
from lok_hooks.backends.logins import Lent, give_back
from lok_hooks.backends.process import Finished, ProgramError
from lok_hooks.backends.traits import traits_of
from lok_hooks.core.message import readable
from lok_hooks.core.ports import Deadline, Failure, FailureKind, Reply, Traits
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.shorten import shortened
from lok_hooks.core.task import Prompt

SYSTEM_PROMPT: Final = (
    "You review code changes. Everything you may know is in the user's message. "
    "Follow it, and answer in exactly the form it asks for."
)
"""Replaces the agents' own system prompts, which speak of tools that are switched off here."""

_UNKNOWN_FLAG: Final = re.compile(
    r"^.*(?:(?:unknown|unexpected|unrecognized) (?:option|argument|feature flag)|invalid values?(?::| .* for '--)).*$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """The private directory of one run. `work` is the program's empty working directory, `tmp` is for its temporary
    files, `root` for whatever else it needs."""

    root: Path
    work: Path
    tmp: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One command line, what to add to the environment, and the logins lent to it."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    lent: tuple[Lent, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """What is known of a CLI: the npm package, the version its flags were checked against, the environment variables
    that it may always know of its login ("*" ends a prefix), the most it reads (characters), and how to log in."""

    package: str
    known_version: str
    credentials: tuple[str, ...]
    input_limit: int
    login: str


class SealedProgram(ABC):
    """What all programs have in common; a subclass says how it is called and how its output is read."""

    product: Product | None = None

    def __init__(self, settings: BackendSettings) -> None:
        """Raises ConfigError for settings that this kind of backend cannot have."""
        self.settings = settings
        wrapped(settings.command_wrapper, (), f"backends.{settings.name}")

    @property
    @abstractmethod
    def program(self) -> tuple[str, ...]:
        """The program with what must stand before our own arguments."""

    @property
    @abstractmethod
    def model(self) -> str:
        """The model the user chose, "" for the program's own default."""

    @abstractmethod
    def prepare(self, room: Room, prompt: Prompt) -> Call | Failure:
        """The call for one prompt, its files written into the room; a Failure when it is known to fail."""

    @abstractmethod
    def read(self, finished: Finished) -> Reply | Failure:
        """The answer in the output of a program that exited by itself."""

    @property
    def name(self) -> str:
        """Its name in lok.toml."""
        return self.settings.name

    @cached_property
    def traits(self) -> Traits:
        """What the rules need to know of it."""
        return traits_of(self.settings, "model", self.model)

    @property
    def otherwise(self) -> str:
        """What to do about a failure when nothing better is known."""
        return "ask again later, or use another backend (--backend)"

    def credentials(self) -> tuple[str, ...]:
        """The environment variables that this run may know of its login ("*" ends a prefix)."""
        return self.product.credentials if self.product else ()

    def missing(self) -> Failure | None:
        """None when the program is there; starts nothing."""
        # A wrapper (nix-shell) may be what brings the program, so only the outermost word can be looked for.
        outermost = self._command_line(())[0]
        if find_program(outermost):
            return None
        return self.failure(FailureKind.MISSING, f"no program {outermost!r} on PATH", self._install_advice())

    def ask(self, prompt: Prompt, deadline: Deadline) -> Reply | Failure:
        """One answer, at most `timeout` seconds from now. Never raises for what the program or the machine does."""
        started = time.monotonic()
        answer = self.missing() or self._too_large(prompt) or self._ask(prompt, deadline.at_most(self.settings.timeout))
        return replace(answer, seconds=time.monotonic() - started)

    def _ask(self, prompt: Prompt, deadline: Deadline) -> Reply | Failure:
        try:
            with process.private_directory() as root:
                room = Room(root=root, work=root / "work", tmp=root / "tmp")
                room.work.mkdir()
                room.tmp.mkdir()
                call = self.prepare(room, prompt)
                if isinstance(call, Failure):
                    return call
                finished = self._run(call, room, prompt, deadline)
        except ProgramError as error:
            kind = FailureKind.MISSING if error.is_missing else FailureKind.CRASHED
            reason = f"{error.filename} cannot be started: {error.strerror}"
            return self.failure(kind, reason, self._install_advice() if error.is_missing else self.otherwise)
        except OSError as error:
            reason = f"no private directory to run it in: {error.strerror or error}"
            return self.failure(FailureKind.CRASHED, reason, "free some disk space, or set TMPDIR to a writable folder")
        return self._judged(self._without_keys(finished))

    def _run(self, call: Call, room: Room, prompt: Prompt, deadline: Deadline) -> Finished:
        kept = (*self.credentials(), self.settings.api_key_env)
        environment = child_environment(os.environ, room.tmp, kept, {**self.settings.env, **call.env})
        try:
            return process.run(
                self._command_line(call.argv),
                stdin=self.input_text(prompt).encode("utf-8", "replace"),
                cwd=self.workplace(room),
                env=environment,
                deadline=deadline,
            )
        finally:
            for lent in call.lent:
                give_back(lent)

    def _command_line(self, argv: Sequence[str]) -> list[str]:
        program = (find_program(self.program[0]) or self.program[0], *self.program[1:])
        return wrapped(self.settings.command_wrapper, (*program, *argv), f"backends.{self.name}")

    def workplace(self, room: Room) -> Path:
        """The directory the program runs in: the room's empty one."""
        return room.work

    def input_text(self, prompt: Prompt) -> str:
        """What stands on the program's standard input: the prompt as it is."""
        return prompt.text

    def _too_large(self, prompt: Prompt) -> Failure | None:
        limit = self.product.input_limit if self.product else None
        if limit is None or len(prompt.text) <= limit:
            return None
        reason = f"the prompt has {len(prompt.text):,} characters; {self.name} takes {limit:,}"
        return self.failure(FailureKind.TOO_LARGE, reason, f"lower backends.{self.name}.max_prompt_bytes")

    def _judged(self, finished: Finished) -> Reply | Failure:
        if finished.ended == "cancelled":
            return self.failure(FailureKind.CANCELLED, "called off", "")
        if finished.ended == "timed out":
            advice = f"raise timeout of backend {self.name} or the budget, or use a faster model"
            return self.failure(FailureKind.TIMED_OUT, f"no answer within {finished.seconds:.0f} s", advice)
        if finished.ended == "too much output":
            reason = f"more than {process.OUTPUT_LIMIT // 2**20} MiB of output"
            return self.failure(FailureKind.UNREADABLE, reason, self.otherwise)
        if finished.returncode and self.product and (line := unknown_flag(text(finished.stderr))):
            known = self.product.known_version
            reason = f"this {self.program[0]}'s version is not supported, known: {known}: {readable(line)}"
            return self.failure(FailureKind.CRASHED, reason, f"npm i -g {self.product.package}@{known}")
        return self.read(finished)

    def _install_advice(self) -> str:
        if self.settings.command_wrapper:
            return "check defaults.command_wrapper in lok.toml"
        # The stock name of the program is nothing that the user could have got wrong.
        if self.product is None or self.settings.command not in ("", self.settings.kind):
            return f"check backends.{self.name}.command in lok.toml (arguments belong in args)"
        return f"npm i -g {self.product.package}"

    def failure(self, kind: FailureKind, reason: str, advice: str, answer: str = "") -> Failure:
        """A Failure of this backend that no other try will mend."""
        return Failure(backend=self.name, kind=kind, reason=reason, advice=advice, answer=answer)

    def complaint(self, message: str, status: int | None = None) -> Failure:
        """A Failure in the vendor's own words, with the advice that fits its kind."""
        shown, inner_status = innermost({"message": message})
        # Of the whole text: what is unpacked from it lost the vendor's name for the kind of error.
        judgement = judge(message, status or inner_status)
        advice = {
            FailureKind.NOT_LOGGED_IN: self.product.login if self.product else "",
            FailureKind.RATE_LIMITED: "wait, or use another backend (--backend)",
            FailureKind.TOO_LARGE: f"lower backends.{self.name}.max_prompt_bytes",
        }.get(judgement.kind, self.otherwise)
        if judgement.status == 404 and judgement.kind is FailureKind.REFUSED:
            advice = f"check backends.{self.name}.model"
        return replace(
            self.failure(judgement.kind, readable(shown) or "no message", advice),
            is_transient=judgement.is_transient,
            retry_after=judgement.retry_after,
        )

    def empty(self) -> Failure:
        """The program ended well and said nothing."""
        return self.failure(FailureKind.UNREADABLE, "empty answer", "ask again, or use another model")

    def unexpected(self, output: str) -> Failure:
        """Output that is not in the form this program is known to write; kept, since it was paid for."""
        known, advice = "", self.otherwise
        if self.product:
            known = f" (known version: {self.product.known_version})"
            advice = f"npm i -g {self.product.package}@{self.product.known_version}"
        reason = f"output in an unknown form{known}: {shortened(readable(output), 200) or 'none'}"
        return self.failure(FailureKind.UNREADABLE, reason, advice, answer=output)

    def value_of(self, variable: str) -> str:
        """An environment variable as the program would see it, "" when unset."""
        return self.settings.env.get(variable) or (os.environ.get(variable, "") if variable else "")

    def _without_keys(self, finished: Finished) -> Finished:
        """The same with the user's keys taken out of the output, before anything is read in it or cut off."""
        stdout, stderr = (
            without_keys(output, self.settings, self.credentials()) for output in (finished.stdout, finished.stderr)
        )
        return replace(finished, stdout=stdout, stderr=stderr)


class SealedCli(SealedProgram):
    """What the LLM vendors' own CLIs have in common on top. `allowed` are the arguments that lok.toml may add."""

    product: Product
    allowed: Allowed
    system_prompt: str = SYSTEM_PROMPT

    def __init__(self, settings: BackendSettings) -> None:
        super().__init__(settings)
        self._given = read_arguments(settings, settings.kind, self.allowed)

    @property
    def program(self) -> tuple[str, ...]:
        """The vendor's program, called like its kind unless lok.toml names another, or npx with the package."""
        return self._given.program

    @property
    def model(self) -> str:
        """The model the user chose."""
        return self._given.model

    def input_text(self, prompt: Prompt) -> str:
        """The prompt, made to begin with a letter: a leading "/" would be a command of the CLI's own."""
        return prompt.text if prompt.text[:1].isalpha() else f"Request:\n{prompt.text}"


def unknown_flag(stderr: str) -> str:
    """The line in which a CLI says that it does not know one of its arguments, "" when it does not say so."""
    found = _UNKNOWN_FLAG.search(stderr)
    return found[0].strip() if found else ""


def text(output: bytes) -> str:
    """Output as text; bytes that are no UTF-8 are replaced."""
    return output.decode("utf-8", "replace")
