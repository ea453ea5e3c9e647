"""Any program as a reviewer: the prompt on its standard input, the answer on its standard output."""

from __future__ import annotations

from dataclasses import replace

from lok_hooks.backends.complaints import is_error, without_frames
from lok_hooks.backends.process import Finished
from lok_hooks.backends.sealed import Call, Room, SealedProgram, text
from lok_hooks.core.message import readable
from lok_hooks.core.ports import Failure, FailureKind, Reply
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.task import Prompt
from lok_hooks.errors import ConfigError


class Command(SealedProgram):
    """`kind = "command"`. Its arguments are the user's alone; `skip_lines` first lines of output are dropped."""

    def __init__(self, settings: BackendSettings) -> None:
        super().__init__(settings)
        if not settings.command:
            raise ConfigError(
                f"backends.{settings.name}.command: missing, and a backend of kind 'command' is nothing without it",
                advice="name a program that reads the prompt from standard input and prints its answer",
            )

    @property
    def program(self) -> tuple[str, ...]:
        """The user's program with its arguments."""
        return (self.settings.command, *self.settings.args)

    @property
    def model(self) -> str:
        """What the settings call its model, for the reports."""
        return self.settings.model

    def prepare(self, room: Room, prompt: Prompt) -> Call | Failure:
        """Nothing to prepare."""
        return Call(argv=())

    def read(self, finished: Finished) -> Reply | Failure:
        """Standard output, where the exit code is 0 and it is neither empty nor an API's error."""
        output = text(finished.stdout)
        if finished.returncode:
            return self._failed(finished, output)
        answer = "\n".join(output.split("\n")[self.settings.skip_lines :])
        if not answer.strip():
            words = readable(text(finished.stderr))
            return replace(self.empty(), reason=f"empty answer: {words}") if words else self.empty()
        if is_error(answer):
            return self._complaint(answer, output)
        return Reply(backend=self.name, text=answer, seconds=finished.seconds, model=self.model)

    def _failed(self, finished: Finished, output: str) -> Failure:
        """What a program says that did not end well: an API's error that it prints, else its standard error."""
        code = finished.returncode or 0
        ended = f"exit code {code}" if code > 0 else f"signal {-code}"
        stderr = text(finished.stderr)
        told = next((each for each in (output, stderr) if is_error(each)), "") or without_frames(stderr) or output
        if not told.strip():
            return self.failure(FailureKind.CRASHED, ended, self.otherwise, answer=output)
        failure = self._complaint(told, output)
        return replace(failure, reason=f"{ended}: {failure.reason}")

    def _complaint(self, words: str, output: str) -> Failure:
        failure = self.complaint(words)
        if failure.kind is FailureKind.NOT_LOGGED_IN:
            # It runs with few of the user's variables.
            advice = f"log in to {self.settings.command}, or name its key's variable: backends.{self.name}.api_key_env"
            failure = replace(failure, advice=advice)
        return replace(failure, answer=output)

    @property
    def otherwise(self) -> str:
        """To see for oneself."""
        return f"run {self.settings.command} by hand with a prompt on its standard input"
