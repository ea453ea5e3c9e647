"""Text written to the terminal while the live line is there: seen on the screen as it would be without the line."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.report.test_live import STEPS, Terminal

_TOKEN = re.compile(
    r"\x1b\[(?P<number>\d*)(?P<command>[A-Z])|\x1b\[[?0-9;]*[a-z]|\x1b(?P<short>[78D])|(?P<text>.)", re.DOTALL
)


class Screen:
    """What is seen after these bytes, as far as our own escapes go."""

    def __init__(self, shown: str) -> None:
        self.rows: dict[int, str] = {}
        self.row = self.column = 0
        self.saved = (0, 0)
        for token in _TOKEN.finditer(shown):
            self._apply(token)

    def lines(self) -> list[str]:
        """The rows that are not blank."""
        return [text.rstrip() for _, text in sorted(self.rows.items()) if text.strip()]

    def _apply(self, token: re.Match[str]) -> None:
        number = int(token["number"] or 1)
        if token["command"] == "A":
            self.row -= number
        elif token["command"] == "K":
            self.rows[self.row] = ""
        elif token["short"] == "7":
            self.saved = (self.row, self.column)
        elif token["short"] == "8":
            self.row, self.column = self.saved
        elif token["short"] == "D" or token["text"] == "\n":
            self.row += 1
        elif token["text"] == "\r":
            self.column = 0
        elif token["text"]:
            text = self.rows.get(self.row, "").ljust(self.column)
            self.rows[self.row] = text[: self.column] + token["text"] + text[self.column + 1 :]
            self.column += 1


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.close()


@pytest.mark.parametrize("is_shared", [False, True], ids=["own", "shared"])
def test_text_stands_whole_where_the_line_was(terminal: Terminal, is_shared: bool) -> None:
    stderr = subprocess.PIPE if is_shared else terminal.slave
    shown, _, _ = terminal.run("aside", *STEPS, "of two lines", stderr=stderr)
    screen = Screen(shown)
    assert screen.lines() == ["an answer", "of two lines"]
    assert (screen.row, screen.column) == (2, 0)  # where whatever is written next goes on
    before = shown[: shown.index("an answer")]
    assert Screen(before).lines() == []
    assert "asking" in before
