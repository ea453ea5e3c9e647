"""A program that reports progress, run by the tests under a real pseudo-terminal.

Arguments: how (see `main`), then the name of a terminal to make the controlling one, or "-" for none.
"""

from __future__ import annotations

import os
import sys

from lok_hooks.core.ports import Reply
from lok_hooks.report.live import aside, open_listener


def main(how: str, terminal: str) -> int:
    """`brief` asks nothing, `verbose` writes lines, `fail` ends by Ctrl-C, `aside` writes text of its own to the
    terminal; anything else asks two backends.

    Goes on with a line on stdin: once while nothing is answered, once while something is.
    """
    if terminal != "-":
        # A session leader's first terminal becomes its controlling one.
        os.close(os.open(terminal, os.O_RDWR))
    with open_listener(environ=os.environ, budget=60.0, verbose=how == "verbose", stream=sys.stderr) as listener:
        listener.noted("first line\nsecond\x1b line")
        if how == "brief":
            return 0
        for part in ("1/2", "2/2"):
            listener.asked("codex", "hunt", part)
        listener.asked("gemini\x1b[31m", "audit", "1/1")
        sys.stdin.readline()
        listener.answered("codex", "hunt", "1/2", Reply(backend="codex", text="", seconds=0.4, tokens_in=1200))
        sys.stdin.readline()
        if how == "aside":
            with aside(listener), open(terminal, "w", encoding="utf-8") as screen:  # noqa: PTH123
                screen.write("an answer\nof two lines\n")
            sys.stdin.readline()
        if how == "fail":
            raise KeyboardInterrupt
    return 0


if __name__ == "__main__":
    print("done" if main(sys.argv[1], sys.argv[2]) == 0 else "failed", flush=True)
