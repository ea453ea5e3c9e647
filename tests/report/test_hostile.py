"""Whatever outsiders write, in whatever field: no format lets it steer a terminal, a log, a page or a parser."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lok_hooks.core.debate import Round, Stance, Vote
from lok_hooks.core.diff import Skipped, SkipReason
from lok_hooks.core.ports import Failure, FailureKind
from lok_hooks.core.review import Asked, Coverage, Disposition, Review, Unreviewed
from lok_hooks.report.all import REPORTS, render
from lok_hooks.report.lines import as_text
from lok_hooks.report.live import Verbose
from lok_hooks.report.markdown import fence
from lok_hooks.report.workflow import prose
from lok_hooks.report.wrap import Span
from tests.report import builders
from tests.report.nasty import NASTY
from tests.report.strategies import reviews

OURS = re.compile(r"\x1b\[[0-9;]*m")  # the colours that the console puts there itself
HTML = {"<details>", "</details>", "<summary>", "</summary>", "<!-- -->"}
every_nasty = pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY.keys())
every_format = pytest.mark.parametrize("format", REPORTS)


def review_of(nasty: str) -> Review:
    """`nasty` wherever an outsider could put it: findings, paths, names, vendor messages, notes."""
    found = replace(
        builders.finding(nasty, why=nasty, fix=nasty, quote=nasty, category=nasty, cwe=nasty, path=nasty or "x"),
        raised_by=(nasty,),
        tasks=(nasty,),
    )
    place = replace(found.place, code=(nasty, nasty), first=41, ref=nasty)
    found = replace(found, place=place)
    outside = replace(found, problem=nasty, identity=nasty or "0")
    votes = (
        Vote(voter=nasty, stance=Stance.REFUTE, reason=nasty, quote=nasty, doubt=nasty),
        Vote(voter="x", stance=Stance.CONFIRM, reason=nasty, quote=f"a\n{nasty}", round=Round.REBUTTAL),
    )
    return replace(
        builders.review(
            replace(builders.judged(found, reason=nasty), votes=votes),
            replace(builders.judged(found, Disposition.UNCONFIRMED, nasty), votes=votes),
            builders.judged(outside, Disposition.OUTSIDE, nasty),
            builders.judged(replace(found, suppression=nasty or "x"), Disposition.SUPPRESSED, nasty),
        ),
        label=nasty,
        coverage=Coverage(
            reviewed=("a.py", nasty),
            skipped=(Skipped(path=nasty, reason=SkipReason.EXCLUDED, detail=nasty),),
            unreviewed=(Unreviewed(path=nasty or "x", task=nasty, reason=nasty),),
            changed_lines=1,
        ),
        asked=(Asked(backend=nasty, tasks=(nasty,), why=nasty, requests=2, answered=1, seconds=1.0, model=nasty),),
        failures=(Failure(backend=nasty, kind=FailureKind.REFUSED, reason=nasty, advice=nasty),),
        notes=(nasty,),
        examined=(Asked(backend=nasty, tasks=(nasty,), why=nasty, requests=1, answered=1, seconds=1.0),),
    )


def hidden_in(text: str) -> list[str]:
    """Characters that cannot be seen, other than line breaks and the joiner inside an emoji."""
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return [c for c in text if unicodedata.category(c) in kinds and c not in "\n\u200d"]


@every_format
@every_nasty
def test_nothing_hidden_comes_through(nasty: str, format: str) -> None:
    text = render(review_of(nasty), format, width=80, verbose=True)
    assert text.encode().decode() == text
    assert hidden_in(text) == []


@settings(deadline=None, max_examples=60)
@given(reviews)
def test_nothing_hidden_comes_through_any_review(review: Review) -> None:
    for format in REPORTS:
        assert hidden_in(render(review, format, verbose=True)) == []


@every_nasty
def test_the_console_adds_colours_and_nothing_else(nasty: str) -> None:
    coloured = render(review_of(nasty), "console", width=80, color=True, verbose=True)
    assert hidden_in(OURS.sub("", coloured)) == []
    bare = [line.rstrip() for line in OURS.sub("", coloured).splitlines()]
    assert bare == render(review_of(nasty), "plain", width=80, verbose=True).splitlines()


def strings_in(value: Any) -> Iterator[str]:
    """Every string of a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from strings_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings_in(part)


@pytest.mark.parametrize("format", ["json", "sarif"])
@every_nasty
def test_decoded_values_hide_nothing_either(nasty: str, format: str) -> None:
    for text in strings_in(json.loads(render(review_of(nasty), format))):
        assert hidden_in(text.replace("\t", " ")) == []


@every_nasty
def test_rich_markup_and_emoji_codes_are_shown_as_written(nasty: str) -> None:
    text = render(builders.review(builders.judged(builders.finding("x", why=nasty))), "console", color=True, width=120)
    for written in ("[bold red]", "[link=https://evil.example]", ":smile:"):
        assert (written in nasty) == (written in text)


COMMAND = re.compile(r"^::(error|warning|notice) ((?:\w+=[^,:\n\r]*)(?:,\w+=[^,:\n\r]*)*)::[^\n\r]*$")


@every_format
@every_nasty
def test_a_runner_reads_only_our_commands(nasty: str, format: str) -> None:
    for line in render(review_of(nasty), format, width=40, verbose=True).split("\n"):
        assert not re.search(r"##\w*\[", line)
        if format == "github" and line.startswith("::"):
            assert COMMAND.match(line)
        else:
            assert not line.lstrip().startswith("::")


def test_a_runner_reads_no_command_out_of_what_is_printed_as_it_is() -> None:
    said = "first\n::error::second\n  ::stop-commands::third"
    log = StringIO()
    Verbose(log).noted(said)
    colored = as_text([(Span(line),) for line in said.split("\n")], color=True)
    for printed in (prose(said), log.getvalue(), colored, fence(said.split("\n"))):
        assert [line.strip() for line in printed.splitlines() if "third" in line] == ["\\x3a:stop-commands::third"]
        assert not re.search(r"(?m)^\s*::", printed)


@every_nasty
def test_github_gets_one_command_for_each_thing(nasty: str) -> None:
    lines = render(review_of(nasty), "github").splitlines()
    levels = [line.split(" ")[0] for line in lines if line.startswith("::")]
    assert levels == ["::error", "::warning", "::notice", "::notice", "::warning", "::warning", "::notice"]


def tokens_in(text: str) -> Iterator[Token]:
    """Every token of GitHub-flavoured Markdown, inline ones too."""
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text):
        yield token
        yield from token.children or ()


def shape_of(review: Review) -> list[str]:
    """The blocks of the Markdown report, without what they say; text broken in two or fenced is no difference."""
    shape = (token.type for token in tokens_in(render(review, "markdown")) if token.block)
    return [kind for kind in shape if kind != "inline"]


@every_nasty
def test_markdown_brings_no_link_no_html_and_no_emphasis_of_theirs(nasty: str) -> None:
    strong = []
    for token in tokens_in(render(review_of(nasty), "markdown")):
        assert token.type not in ("link_open", "image", "s_open", "em_open")
        if token.type == "html_inline":
            assert token.content in HTML
        if token.type == "html_block":
            assert token.content.strip() in ("<details><summary>3 advisory</summary>", "</details>")
        strong.append(token.type == "strong_open")
    # The severity in the table, "why", "fix" and the verdict; the two in the middle only where there is text.
    assert sum(strong) == (4 if nasty.strip() else 2)


def one_line(text: str) -> str:
    return " ".join(re.split(r"[\r\n]+", text))


@every_nasty
def test_markdown_keeps_its_structure(nasty: str) -> None:
    review = builders.review(
        builders.judged(replace(builders.finding(nasty, why=one_line(nasty) or "x"), raised_by=(nasty,))),
        builders.stale_entry(),
        label=nasty or "x",
        notes=(one_line(nasty),),
    )
    harmless = builders.review(
        builders.judged(replace(builders.finding("t", why="w" if nasty.strip() else ""), raised_by=("n",))),
        builders.stale_entry(),
        label="x",
        notes=("n",),
    )
    if not nasty.strip():
        harmless = replace(harmless, judged=review.judged)
    assert shape_of(review) == shape_of(harmless)


@pytest.mark.parametrize(
    "text",
    ["https://evil.example", "www.evil.example", "@everyone", "#12", "GH-12", "a@evil.example", "HTTP://evil.example"],
)
def test_markdown_breaks_what_github_would_link(text: str) -> None:
    shown = render(builders.review(builders.judged(builders.finding(f"see {text} now"))), "markdown")
    assert text not in shown
    assert "<!-- -->" in shown


@every_nasty
def test_a_fence_holds(nasty: str) -> None:
    found = builders.finding(fix=f"first\n{nasty[:200]}\nlast", code=(nasty, "x"))
    blocks = list(tokens_in(render(builders.review(builders.judged(found)), "markdown")))
    code, fix = (token.content for token in blocks if token.type == "fence")
    assert code.endswith("42 │ x\n")
    assert fix.startswith("first\n")
    assert fix.endswith("last\n")
