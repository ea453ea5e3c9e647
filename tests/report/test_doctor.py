"""The doctor's page and the list of backends: within the width, and unable to be steered by what they show."""

from __future__ import annotations

import json
import re

import pytest

from lok_hooks.core.checkup import BackendCheck, Check, Checkup
from lok_hooks.core.reliability import Precision
from lok_hooks.core.settings import BackendSettings
from lok_hooks.report import backends as listing
from lok_hooks.report.doctor import lay_out
from lok_hooks.report.lines import as_text
from lok_hooks.report.trust import item_lines
from lok_hooks.report.wrap import cells

NASTY = "\x1b[31mred\x1b[0m \u202eback\u202c ::set-output [bold]x[/bold] \udcff\r\n"
CHECKUP = Checkup(
    backends=(
        BackendCheck(
            name="codex",
            kind="codex",
            role="model",
            state="good",
            is_usable=True,
            found="/usr/bin/codex",
            version="0.169.0",
            login="~/.codex/auth.json",
            start_seconds=0.24,
            answered_seconds=3.5,
        ),
        BackendCheck(
            name="gemini", kind="gemini", role="model", state="bad", problem="not installed", advice="npm i -g x"
        ),
        BackendCheck(name="lab", kind="openai", role="model", state="off", problem="switched off in lok.toml"),
        BackendCheck(name="static", kind="static", role="analyser", state="good", is_usable=True, version="ruff 1"),
    ),
    checks=(
        Check(name="git", state="good", text="2.39.5"),
        Check(name="pre-commit hook", state="off", text="not installed", advice="lok install pre-commit"),
    ),
    notes=("lok.toml: ignored until you trust it",),
)
PAGE = """\
lok doctor · lok-hooks 1

models
  ✓ codex            0.169.0 · starts in 0.2 s · logs in with ~/.codex/auth.json
                     · answered in 3.5 s
                     /usr/bin/codex
  ✗ gemini           not installed
                     → npm i -g x
  · lab              switched off in lok.toml

analysers
  ✓ static           ruff 1

here
  ✓ git              2.39.5
  · pre-commit hook  not installed
                     → lok install pre-commit

note: lok.toml: ignored until you trust it

1 of 2 models can be asked: codex.
"""


def test_the_page_at_80_columns() -> None:
    assert as_text(lay_out(CHECKUP, "lok-hooks 1", 80), color=False) == PAGE


def test_on_a_narrow_terminal_what_is_told_stands_below_the_name() -> None:
    text = as_text(lay_out(CHECKUP, "lok-hooks 1", 30), color=False)
    assert "  ✗ gemini\n    not installed\n" in text


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80, 120])
def test_no_line_is_wider_than_asked(width: int) -> None:
    text = as_text(lay_out(CHECKUP, "lok-hooks 1 · Python 3.13.1", width), color=False)
    assert max(cells(line) for line in text.splitlines()) <= width


def test_colours_change_no_word() -> None:
    coloured = as_text(lay_out(CHECKUP, "x", 80), color=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == as_text(lay_out(CHECKUP, "x", 80), color=False)


def test_without_a_model_the_last_line_says_what_to_do() -> None:
    text = as_text(lay_out(Checkup(backends=CHECKUP.backends[1:], checks=()), "x", 80), color=False)
    assert "No model can be asked" in text.splitlines()[-2]


def is_harmless(text: str) -> bool:
    return all(c.isprintable() or c == "\n" for c in text) and text.encode("utf-8") != b""


def test_what_programs_and_files_say_steers_nothing() -> None:
    nasty = BackendCheck(
        name=NASTY, kind="command", role="model", state="bad", found=NASTY, problem=NASTY, advice=NASTY, login=NASTY
    )
    checkup = Checkup(backends=(nasty,), checks=(Check(name="git", state="bad", text=NASTY),), notes=(NASTY,))
    assert is_harmless(as_text(lay_out(checkup, "x", 80), color=False))
    assert is_harmless(as_text(item_lines(NASTY, NASTY, "trusted", [NASTY], [NASTY], 80), color=False))
    backend = BackendSettings(
        name=NASTY, kind="command", command=NASTY, args=(NASTY,), model=NASTY, strengths=(NASTY,), env={NASTY: "x"}
    )
    shown = as_text(listing.lay_out([backend], {}, 80), color=False)
    explained = as_text(listing.explained([backend], {f"backends.{NASTY}.command": NASTY}, 80), color=False)
    assert is_harmless(shown)
    assert is_harmless(explained)


def test_what_needs_trust_fits_a_narrow_terminal() -> None:
    lines = item_lines(".lok/workflows/a.toml", "d" * 20, "not trusted: these keys and steps are ignored", [], [], 20)
    assert max(len(line) for line in as_text(lines, color=False).splitlines()) <= 20


BACKENDS = [
    BackendSettings(
        name="codex", kind="codex", command="codex", args=("exec",), model="m", strengths=("hunt",), timeout=7.0
    ),
    BackendSettings(
        name="lab",
        kind="openai",
        enabled=False,
        off="not trusted (lok trust)",
        url="https://x.example.org/v1",
        may_block=False,
        local=True,
        env={"TOKEN": "a-secret-value"},
    ),
]
LISTED = """\
✓ codex  codex · codex exec · model m
         strengths: hunt
         may refuse alone · text leaves here · 200 kB · 4 at once · 7 s
         measured precision 82% (41 settled findings)
· lab    openai · https://x.example.org/v1 · not trusted (lok trust)
         only adds weight · text stays here · 200 kB · 4 at once · 300 s
"""


def test_the_list_of_backends() -> None:
    precision = {"codex": Precision(count=41, share=0.82)}
    assert as_text(listing.lay_out(BACKENDS, precision, 80), color=False) == LISTED


def test_a_share_of_few_findings_says_that_nothing_follows_from_it() -> None:
    assert listing.precision_words(Precision(count=1, share=0.59)) == (
        "measured precision 59% (1 settled finding, too few to weigh)"
    )


def test_every_value_is_explained_and_values_of_env_are_not_shown() -> None:
    origins = {"backends.codex.timeout": "/home/me/lok.toml", "backends.lab.env.TOKEN": "flag --x"}
    text = as_text(listing.explained(BACKENDS, origins, 80), color=False)

    assert re.search(r"timeout +7 +/home/me/lok.toml\n", text)
    assert re.search(r"command +codex +built-in\n", text)
    assert re.search(r"env +TOKEN +flag --x\n", text)
    long = BackendSettings(name="long", kind="command", command="tool", args=tuple(f"--word-{n}" for n in range(30)))
    for width in (40, 80):
        narrow = as_text(listing.explained([long], {}, width), color=False)
        assert "--word-29" in narrow
        assert max(map(len, narrow.splitlines())) <= width
    assert "a-secret-value" not in text
    assert "a-secret-value" not in json.dumps(listing.as_json(BACKENDS, origins, {}))


def test_the_list_as_json() -> None:
    precision = {"codex": Precision(count=41, share=0.82)}
    (codex, lab) = json.loads(json.dumps(listing.as_json(BACKENDS, {}, precision)))["backends"]

    assert (codex["name"], codex["timeout"], codex["measured"]) == ("codex", 7.0, {"share": 0.82, "count": 41})
    assert (lab["enabled"], lab["measured"], lab["env"]) == (False, None, ["TOKEN"])
    assert (codex["off"], lab["off"]) == ("", "not trusted (lok trust)")
    assert codex["origins"]["command"] == "built-in"
