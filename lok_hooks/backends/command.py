"""Any program as a reviewer: the prompt on its standard input, the answer on its standard output."""

from __future__ import annotations

from lok_hooks.backends.complaints import readable
from lok_hooks.backends.process import Finished
from lok_hooks.backends.sealed import Call, Room, SealedProgram, text
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
        """Standard output, where the exit code is 0 and there is any."""
        output = text(finished.stdout)
        if finished.returncode:
            words = readable(text(finished.stderr)) or readable(output)
            ended = f"exit code {finished.returncode}" if finished.returncode > 0 else f"signal {-finished.returncode}"
            advice = f"run {self.settings.command} by hand with a prompt on its standard input"
            return self.failure(FailureKind.CRASHED, f"{ended}: {words}" if words else ended, advice, answer=output)
        answer = "\n".join(output.split("\n")[self.settings.skip_lines :])
        if not answer.strip():
            return self.empty()
        return Reply(backend=self.name, text=answer, seconds=finished.seconds, model=self.model)
