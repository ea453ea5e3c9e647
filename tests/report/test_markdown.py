"""A comment on a pull request, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from lok_hooks.report.all import render
from lok_hooks.report.markdown import code_span, escaped, fence
from tests.report import builders

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("name", ["refused", "incomplete"])
def test_the_whole_comment(name: str) -> None:
    review = {"refused": builders.refused, "incomplete": builders.incomplete_blocked}[name]()
    assert render(review, "markdown") == (DATA / f"{name}.md").read_text(encoding="utf-8")


def test_a_clean_review() -> None:
    assert render(builders.clean(), "markdown") == (
        "### lok-hunt: nothing found\n\n"
        "3 files, 41 changed lines · codex 6.2 s\n\n"
        "- codex: hunt — listed for hunt (1 of 1 request answered, 6.2 s, gpt-5, 1,200 tokens in, 300 tokens out)\n"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, (with) 1.5 s - and more.", "plain words, (with) 1.5 s - and more."),
        ("*a* _b_ `c` ~d~ $e$", r"\*a\* \_b\_ \`c\` \~d\~ \$e\$"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("[x](y) ![z](w)", r"\[x\](y) \!\[z\](w)"),
        ("a | b \\| c", r"a \| b \\\| c"),
        ("# one", r"\#<!-- --> one"),
        ("1. one", "1<!-- -->. one"),
        ("- one", r"\- one"),
        ("@you #1", r"@<!-- -->you \#<!-- -->1"),
        ("https://x www.x", r"https<!-- -->\://x www<!-- -->.x"),
        (":boom: x", r"\:boom: x"),
        ("two\nlines", r"two\\nlines"),
    ],
)
def test_text_is_shown_as_it_is(text: str, shown: str) -> None:
    # A line break becomes a visible escape, whose backslash is then escaped for Markdown.
    assert escaped(text) == shown


@pytest.mark.parametrize(
    ("text", "span"),
    [("a.py:1", "`a.py:1`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("``a`", "``` ``a` ```"), ("", "` `")],
)
def test_code_spans_hold_backticks(text: str, span: str) -> None:
    assert code_span(text) == span


def test_fences_are_longer_than_what_they_hold() -> None:
    assert fence(["x"]) == "```text\nx\n```"
    assert fence(["````", "x"]) == "`````text\n````\nx\n`````"


def test_many_confirmed_findings_stay_in_the_table() -> None:
    many = [builders.judged(builders.finding(identity=f"{number:016x}")) for number in range(33)]
    text = render(builders.review(*many), "markdown")
    assert text.count("| **high** |") == 33
    assert text.count("#### ") == 30
    assert "3 more confirmed findings are in the table only." in text
