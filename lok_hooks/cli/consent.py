"""Whether a workflow's step may run commands that its author did not write: a person at the terminal is asked."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lok_hooks.core.ports import Deadline, Listener
    from lok_hooks.flows.workflow_asking import Consent

GENERATED: Final = "it would run an answer as shell commands; --run-answers lets it"
DECLINED: Final = "you did not let it run these commands"
_LOOK: Final = 0.1  # seconds between two looks for the end of the time, which Ctrl-C brings too


def consented(step: str, commands: Sequence[str], deadline: Deadline) -> str:
    """Every step may: `--run-answers` says so."""
    return ""


def consent_of(listener: Listener) -> Consent:
    """What asks the person at the terminal, one question at a time; where nobody can be asked, no step may."""
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return lambda step, commands, deadline: GENERATED
    from lok_hooks.report.live import aside
    from lok_hooks.report.workflow import commands_shown

    asking = Lock()

    def ask(step: str, commands: Sequence[str], deadline: Deadline) -> str:
        with asking, aside(listener):
            print(f"{commands_shown(step, commands)}\nRun them? [y/N] ", end="", file=sys.stderr, flush=True)
            return "" if _is_yes(deadline) else DECLINED

    return ask


def _is_yes(deadline: Deadline) -> bool:
    """Whether the next line typed says yes; what was typed before the question counts for nothing."""
    import termios

    terminal = sys.stdin.fileno()
    termios.tcflush(terminal, termios.TCIFLUSH)
    # Not readline(): a thread that waits in it cannot be ended, and would take the interpreter's end with it.
    while deadline.remaining() > 0:
        if select.select([terminal], [], [], _LOOK)[0]:
            return os.read(terminal, 1024).strip().lower() in (b"y", b"yes")
    return False
