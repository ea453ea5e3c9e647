"""The shell steps of workflows: the user's own commands, run by /bin/sh in the directory, with the user's environment.

Values come in files that the script reads, never in its text (see core/workflow_shell.py).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lok_hooks import files
from lok_hooks.backends import process
from lok_hooks.backends.process import Finished, ProgramError
from lok_hooks.core.ports import Deadline, Failure, FailureKind, Reply
from lok_hooks.core.shorten import ending

NAME: Final = "shell"
_SHELL: Final = "/bin/sh"
_LONGEST_COMPLAINT: Final = 2_000  # characters of standard error that are told, the last ones


@dataclass(frozen=True, kw_only=True)
class Shell:
    """Runs scripts in `directory`."""

    directory: Path

    def run(self, script: str, values: Sequence[bytes], deadline: Deadline) -> Reply | Failure:
        """What the script printed, without the line breaks at its end; a Failure when it ended with another code than
        0 or did not end in time. Leaves no process behind."""
        with process.private_directory() as private:
            for number, value in enumerate(values, 1):
                files.write_new(private / str(number), value, files.PRIVATE)
            try:
                finished = process.run(
                    [_SHELL, "-c", script],
                    stdin=b"",
                    cwd=self.directory,
                    env={**os.environ, "LOK_VALUES": str(private)},
                    deadline=deadline,
                )
            except ProgramError as error:
                return _failure(FailureKind.CRASHED, f"{_SHELL} could not be started: {error.strerror}", 0.0)
        return _judged(finished)


def _judged(finished: Finished) -> Reply | Failure:
    match finished.ended:
        case "timed out":
            return _failure(FailureKind.TIMED_OUT, f"not ended within {finished.seconds:.0f} s", finished.seconds)
        case "cancelled":
            return _failure(FailureKind.CANCELLED, "called off", finished.seconds)
        case "too much output":
            limit = f"more than {process.OUTPUT_LIMIT // 2**20} MiB of output"
            return _failure(FailureKind.TOO_LARGE, limit, finished.seconds)
        case "exited":
            said = finished.stdout.decode("utf-8", "replace").rstrip("\n")
            if not finished.returncode:
                return Reply(backend=NAME, text=said, seconds=finished.seconds)
            complaint = finished.stderr.decode("utf-8", "replace").strip() or said
            reason = f"exit code {finished.returncode}: {ending(complaint, _LONGEST_COMPLAINT)}".rstrip(": ")
            return _failure(FailureKind.CRASHED, reason, finished.seconds)


def _failure(kind: FailureKind, reason: str, seconds: float) -> Failure:
    return Failure(backend=NAME, kind=kind, reason=reason, advice="", seconds=seconds)
