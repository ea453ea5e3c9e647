"""Every format by name, rich only where it is drawn."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lok_hooks.errors import UsageError
from lok_hooks.report.all import REPORTS, render
from tests.report import builders

QUIET_FORMATS = ("plain", "json", "sarif", "github", "markdown")


def test_the_formats() -> None:
    assert list(REPORTS) == ["console", *QUIET_FORMATS]


@pytest.mark.parametrize("format", REPORTS)
def test_a_report_ends_with_one_newline(format: str) -> None:
    text = render(builders.refused(), format)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="'yaml'") as caught:
        render(builders.clean(), "yaml")
    assert "console, plain, json, sarif, github, markdown" in caught.value.advice


def _modules_after(statement: str) -> set[str]:
    code = f"import sys\nfrom lok_hooks.report.all import render\nfrom tests.report import builders\n{statement}\n"
    code += "print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("format", [*QUIET_FORMATS, "console"])
def test_reports_without_colour_do_not_load_rich(format: str) -> None:
    modules = _modules_after(f"render(builders.refused(), {format!r})")
    assert f"lok_hooks.report.{format}" in modules
    assert not [name for name in modules if name.split(".")[0] == "rich"]


def test_the_coloured_console_is_drawn_by_rich() -> None:
    assert "rich.console" in _modules_after("render(builders.refused(), 'console', color=True)")


def test_listeners_load_rich_only_to_draw() -> None:
    modules = _modules_after("import lok_hooks.report.live")
    assert not [name for name in modules if name.split(".")[0] == "rich"]
