"""The error boundary: whatever happens becomes one clear message and one documented exit code."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Final, NoReturn

from lok_hooks.errors import EXIT_BUG, EXIT_INTERRUPTED, EXIT_USER, InterruptedReview, InterruptedWork, LokError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


EXTRAS: Final = {"jinja2": "workflows", "tomlkit": "setup", "ruamel": "setup", "shtab": "setup"}
"""The packages that only some commands need, each with the extra of pyproject.toml that brings it."""

UNDECIDED: Final = "nothing was decided and nothing was changed"
"""What is true of every interrupted review."""


def guarded(command: str, run: Callable[[], int], if_interrupted: str = UNDECIDED) -> int:
    """Calls `run` and returns its exit code, or the one of whatever it raised, after saying on stderr what went
    wrong and what to do. A bug's traceback goes to a log file whose path is shown. Messages quote what they are
    about, so secrets are taken out of them and of the log. `if_interrupted` is what is true then of everything that
    `run` does, "" where that depends on how far it came."""
    # Pydantic would load, from whatever lies beside us in the environment, code that sees what is checked; the search
    # alone costs half a Python start.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    # Whoever started us may ignore the ends of children, and then nobody learns that a git or a model failed.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        return run()
    except (KeyboardInterrupt, InterruptedReview) as error:
        told = error.message if isinstance(error, InterruptedWork) else if_interrupted
        tell(f"{command}: interrupted{f'; {told}' if told else ''}")
        return EXIT_INTERRUPTED
    except LokError as error:
        tell(f"{command}: {error.message}", *([f"  {error.advice}"] if error.advice else []))
        if error.exit_code == EXIT_BUG:
            _log(command)
        return error.exit_code
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            return _bug(command, error)
        _print(f"{command}: {error.name} is not installed; hooks do not need it, this command does")
        _print(f"  pip install 'lok-hooks[{extra}]'")
        return EXIT_USER
    except Exception as error:  # the boundary itself: a bug must still end with a message and code 3
        return _bug(command, error)


def _bug(command: str, error: Exception) -> int:
    tell(f"{command}: a bug in lok-hooks: {type(error).__name__}: {error}")
    _log(command)
    return EXIT_BUG


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    # Raising lets every `finally` on the way up end its children; waiting for them here would deadlock.
    raise InterruptedReview(f"signal {number}")


def tell(*lines: str) -> None:
    """Says on stderr what went wrong, without the secrets in it."""
    _print(_without_secrets("\n".join(lines)))


def _without_secrets(text: str) -> str:
    """What may be said of a text that quotes files, names and other programs. Where the search itself is what fails,
    nothing of it."""
    try:
        from lok_hooks.backends.secrets import redacted

        return redacted(text)
    except Exception as error:  # a message must come out whatever is broken, and never unsearched
        return f"{text.partition(':')[0]}: the message is withheld: no search for secrets ({type(error).__name__})"


def _print(text: str) -> None:
    from lok_hooks.cli.output import say
    from lok_hooks.report.visible import harmless_line, visible

    say("\n".join(harmless_line(visible(line)) for line in text.split("\n")), sys.stderr)


def _log(command: str) -> None:
    """Appends the traceback to the log file and shows its path; prints it when no file can be written."""
    import platform
    import traceback
    from pathlib import Path

    from lok_hooks import __version__, files
    from lok_hooks.core.state import NOWHERE, state_folder

    text = (
        f"## {command} {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
        f"```\n{_without_secrets(traceback.format_exc())}```\n\n"
    )
    try:
        state = state_folder(os.environ)
        if not state:
            raise FileNotFoundError(NOWHERE)
        path = Path(state, "log", "lok.log")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.append(path, text)
    except OSError as error:
        _print(f"  the traceback could not be saved ({error.strerror or error}):\n{text}")
        return
    _print(f"  the traceback is in {path}; please report it")
