"""Every error of lok-hooks, each with its exit code and its advice.

Exit codes: 0 nothing blocks, 1 confirmed findings, 2 the user's mistake, 3 our bug, 4 the review is
incomplete and the policy says block, 130 interrupted. 0 and 1 are a review's outcome, never an error.
"""

from __future__ import annotations

from typing import ClassVar, Final

EXIT_CLEAN: Final = 0
EXIT_CONFIRMED: Final = 1
EXIT_USER: Final = 2
EXIT_BUG: Final = 3
EXIT_INCOMPLETE: Final = 4
EXIT_INTERRUPTED: Final = 130


class LokError(Exception):
    """Base of all errors: what went wrong and where (`message`), what to do next (`advice`, may be empty)."""

    exit_code: ClassVar[int] = EXIT_BUG

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UserError(LokError):
    """The user can mend it."""

    exit_code = EXIT_USER


class UsageError(UserError):
    """A flag or argument is wrong, or two of them contradict each other."""


class ConfigError(UserError):
    """lok.toml cannot be used. `message` has one line per mistake, all mistakes at once."""


class RepositoryError(UserError):
    """Git cannot answer: not a repository, unreadable config, corrupt index, dubious ownership, unknown revision."""


class DiffError(UserError):
    """Text given as a diff (`--diff-file`) is not a diff that can be read whole."""


class OutputError(UserError):
    """A report could not be written where the user asked for it. The report itself was still shown."""


class IncompleteReviewError(LokError):
    """Something that had to be reviewed was not, so nothing may be said about it."""

    exit_code = EXIT_INCOMPLETE


class InterruptedReview(LokError):
    """Ctrl-C, SIGTERM or a closed terminal."""

    exit_code = EXIT_INTERRUPTED


class InterruptedWork(InterruptedReview):
    """The same after something was done that stays done; `message` says what."""


class InternalError(LokError):
    """Our bug: an invariant does not hold. The traceback goes to a log file whose path is shown."""

    exit_code = EXIT_BUG
