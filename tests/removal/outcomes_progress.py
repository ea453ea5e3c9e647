"""What is seen while a review runs."""

from __future__ import annotations

from typing import Final

from tests.removal.row import Removal, row

_LIVE: Final = "Live progress on the terminal even under pre-commit"
_PROGRESS: Final = "lok_hooks/report/live.py"
_DRAWN: Final = "tests/report/test_live.py"


def _live(name: str, old: str, new: str, test: str, says: str = "") -> Removal:
    return row(name, _LIVE, _PROGRESS, old, new, test, says=says)


ROWS: Final[tuple[Removal, ...]] = (
    _live(
        "progress under a hook runner",
        'return "stream" if is_terminal and "PRE_COMMIT" not in environ else "terminal"',
        'return "stream" if is_terminal else "terminal"',
        f"{_DRAWN}::test_where_progress_belongs",
    ),
    _live(
        "progress where the stream is captured",
        'return "stream" if is_terminal and "PRE_COMMIT" not in environ else "terminal"',
        'return "stream" if is_terminal and "PRE_COMMIT" not in environ else "nothing"',
        f"{_DRAWN}::test_where_progress_belongs",
    ),
    _live(
        "progress: silence without a terminal",
        "    except OSError:\n        # No controlling terminal",
        "    except KeyError:\n        # No controlling terminal",
        f"{_DRAWN}::test_without_a_terminal_it_is_silent",
        says="No such device",
    ),
    _live(
        "progress: silence in the background",
        "return terminal if os.tcgetpgrp(terminal) == os.getpgrp() else None",
        "return terminal",
        f"{_DRAWN}::test_in_the_background_it_is_silent",
    ),
    _live(
        "progress: silence in CI",
        'environ.get("CI", "").lower() not in ("", "0", "false") or ',
        "",
        f"{_DRAWN}::test_where_progress_belongs",
    ),
    _live(
        "progress: silence on dumb terminals",
        ' or environ.get("TERM", "dumb") == "dumb"',
        "",
        f"{_DRAWN}::test_where_progress_belongs",
    ),
    _live(
        "progress: silence of what is over at once",
        "        if self._ended.wait(PATIENCE):\n            return\n",
        "",
        f"{_DRAWN}::test_nothing_is_drawn_when_it_is_over_at_once",
    ),
    _live(
        "progress: the line is erased",
        "            transient=True,\n",
        "            transient=False,\n",
        f"{_DRAWN}::test_the_line_is_erased_and_the_cursor_comes_back",
    ),
    _live(
        "progress: the cursor comes back",
        '                self._refresh(live)\n        self._terminal.write(_BACK if self._is_shared else b"")\n',
        "                self._refresh(live)\n",
        f"{_DRAWN}::test_the_line_is_erased_and_the_cursor_comes_back",
    ),
    _live(
        "progress: the end is waited for",
        "        stack.callback(progress.close)\n",
        "",
        f"{_DRAWN}::test_the_line_is_erased_and_the_cursor_comes_back",
    ),
    _live(
        "progress: a terminal that goes away",
        "            except OSError:\n                self._is_gone = True\n",
        "            except KeyError:\n                self._is_gone = True\n",
        f"{_DRAWN}::test_a_terminal_that_goes_away_takes_nothing_with_it",
    ),
    _live(
        "progress: the budget",
        'limit = f" of {budget:.0f} s" if budget is not None else ""',
        'limit = ""',
        f"{_DRAWN}::test_the_line",
    ),
    _live(
        "progress: who is asked",
        "        if done < sent:\n",
        "        if done > sent:\n",
        f"{_DRAWN}::test_the_line",
    ),
    _live(
        "progress: one line",
        "return Text(cropped(line, self._terminal.columns() - 1)",
        "return Text(line",
        f"{_DRAWN}::test_one_line_on_the_terminal",
    ),
    _live(
        "progress: room for other text",
        '                self._terminal.write(_ERASED + (_BACK if self._is_shared else b""))\n',
        "                pass\n",
        "tests/report/test_aside.py::test_text_stands_whole_where_the_line_was",
    ),
    _live(
        "progress: lines with -v",
        '    if verbose:\n        return "lines"\n',
        "",
        f"{_DRAWN}::test_where_progress_belongs",
    ),
)
