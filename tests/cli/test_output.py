"""How a report looks by where it is written: on a terminal, under a hook runner's, into a pipe."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from lok_hooks.cli import output
from lok_hooks.report.wrap import Span
from tests.end_to_end.conftest import clean_environment
from tests.end_to_end.terminal import Terminal

LOOK = (
    "from lok_hooks.cli import output\n"
    "print(output.usual_format('auto'), output.width(), output.wants_color('auto'), output.wants_color('always'), "
    "output.wants_color('never'))"
)


def on_a_terminal(environ: dict[str, str], columns: int, home: Path) -> str:
    """What a process says whose terminal is so wide."""
    inherited = clean_environment(home)
    inherited.pop("COLUMNS", None)  # pytest-xdist sets it
    terminal = Terminal([sys.executable, "-c", LOOK], home, {**inherited, **environ}, columns)
    try:
        assert terminal.wait() == 0, terminal.shown()
        return terminal.shown().strip()
    finally:
        terminal.close()


@pytest.mark.parametrize(
    ("environ", "columns", "look"),
    [
        pytest.param({}, 80, "console 80 True", id="80 columns"),
        pytest.param({}, 120, "console 120 True", id="120 columns"),
        pytest.param({}, 200, "console 120 True", id="wider than people read"),
        pytest.param({}, 8, "console 20 True", id="too narrow"),
        pytest.param({}, 0, "console 80 True", id="a terminal that does not say"),
        pytest.param({"COLUMNS": "100"}, 120, "console 100 True", id="COLUMNS"),
        pytest.param({"COLUMNS": "many"}, 90, "console 90 True", id="COLUMNS that is no number"),
        pytest.param({"PRE_COMMIT": "1"}, 120, "plain 80 False", id="a hook runner"),
        pytest.param({"NO_COLOR": "1"}, 120, "console 120 False", id="NO_COLOR"),
        pytest.param({"TERM": "dumb"}, 120, "console 120 False", id="a dumb terminal"),
    ],
)
def test_on_a_terminal(environ: dict[str, str], columns: int, look: str, tmp_path: Path) -> None:
    assert on_a_terminal(environ, columns, tmp_path) == f"{look} True False"


def test_into_a_pipe(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={**clean_environment(tmp_path), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "plain 80 False True False"


def test_colours_that_are_asked_for_come_with_the_console(tmp_path: Path) -> None:
    code = "from lok_hooks.cli import output\nprint(output.usual_format('always'), output.usual_format('never'))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "console plain"


def test_what_is_printed_ends_with_one_newline(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_text("a")
    output.print_text("b\n")
    output.print_json({"c": "ü"})
    output.print_lines([], argparse.Namespace(color="never"))
    output.print_lines([(Span("d"),)], argparse.Namespace(color="never"))
    assert capsys.readouterr().out == 'a\nb\n{\n  "c": "\\u00fc"\n}\nd\n'


def test_our_own_sentences_are_not_broken_for_a_pipe_and_hide_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    output.warn(f"{'word ' * 40}\x1b[31m")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{'word ' * 40}\\x1b[31m\n")
