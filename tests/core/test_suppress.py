"""Which finding a comment or a dismissal speaks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lok_hooks.core.dismissal import Dismissal
from lok_hooks.core.finding import Finding, Place, Remark, Severity
from lok_hooks.core.suppress import (
    IgnoreComment,
    brought_in,
    ignore_comments,
    misnamed,
    remarks_brought_in,
    suppress,
    unexplained,
)
from tests.core.builders import file_diff

FINDING = Finding(
    identity="ab" * 16, place=Place(path="a.py", ref="", line=10, end_line=12, touches_change=True),
    severity=Severity.HIGH, category="sql", cwe="CWE-89", title="t", why="w", fix="", quote="q",
    tasks=("hunt",), raised_by=("codex",),
)  # fmt: skip


def comment(**changes: object) -> IgnoreComment:
    made = IgnoreComment(path="a.py", line=10, categories=(), reason="checked", is_alone=False, is_added=False)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "categories", "reason", "is_alone"),
    [
        ("x = 1  # lok: ignore[sql] ids are integers", ("sql",), "ids are integers", False),
        ("# lok: ignore[sql, xss] both escaped", ("sql", "xss"), "both escaped", True),
        ("// lok: ignore checked by hand", (), "checked by hand", True),
        ("    /* lok: ignore[race] one thread only */", ("race",), "one thread only", True),
        ("<!-- lok: ignore[xss] static text -->", ("xss",), "static text", True),
        ("SELECT 1 -- lok: ignore[sql]: constant", ("sql",), "constant", False),
        ("(* lok: ignore proved *)", (), "proved", True),
        ("; LOK: Ignore old lisp", (), "old lisp", True),
        ("% lok: ignore TeX", (), "TeX", True),
        ("{- lok: ignore total -}", (), "total", True),
        ("REM lok: ignore batch", (), "batch", True),
        ("''' lok: ignore basic", (), "basic", True),
        ("x()  # lok: ignore [sql] ids are integers", ("sql",), "ids are integers", False),
        ("x()  # lok: ignore[sql] ids are integers\r", ("sql",), "ids are integers", False),
        ("x()  # lok: ignore\r", (), "", False),
        ("x()  # lok: ignore", (), "", False),
        ("x()  # lok: ignore[sql]", ("sql",), "", False),
    ],
)
def test_comments_of_any_language_are_read(text: str, categories: tuple[str, ...], reason: str, is_alone: bool) -> None:
    (found,) = ignore_comments(file_diff("a.py", "", f"{text}\n"), [(1, text)])
    assert (found.categories, found.reason, found.is_alone, found.is_added) == (categories, reason, is_alone, True)


@pytest.mark.parametrize(
    "text",
    [
        *("lok: ignore this", "unlok: ignored", "# lok: ignored", "x = lok.ignore", "# ignore"),
        *("# lok: ignore[sql half a list", "# lok: ignore [sql"),
    ],
)
def test_other_text_is_no_suppression(text: str) -> None:
    assert ignore_comments(file_diff("a.py", "", f"{text}\n"), [(1, text)]) == ()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["#" * 100_000 + " lok: x", "# lok: ignore a" + " " * 100_000 + "b"])
def test_no_line_makes_the_search_for_comments_slow(text: str) -> None:
    assert len(ignore_comments(file_diff("a.py", "", f"{text}\n"), [(1, text)])) == ("ignore" in text)


@pytest.mark.parametrize(
    ("given", "suppressed"),
    [
        pytest.param(comment(), True, id="on its first line"),
        pytest.param(comment(line=12), True, id="on its last line"),
        pytest.param(comment(line=13), False, id="below it"),
        pytest.param(comment(line=9, is_alone=True), True, id="alone on the line above"),
        pytest.param(comment(line=9), False, id="behind the code above"),
        pytest.param(comment(line=8, is_alone=True), False, id="two lines above"),
        pytest.param(comment(reason=""), False, id="without a reason"),
        pytest.param(comment(categories=("sql",)), True, id="same category"),
        pytest.param(comment(categories=("sql-injection",)), True, id="same family"),
        pytest.param(comment(categories=("cwe-89",)), True, id="same weakness"),
        pytest.param(comment(categories=("cwe-564",)), True, id="weakness of the same family"),
        pytest.param(comment(categories=("xss",)), False, id="another category"),
        pytest.param(comment(categories=("xss", "sqli")), True, id="one of several"),
    ],
)
def test_a_comment_speaks_for_its_line_and_category(given: IgnoreComment, suppressed: bool) -> None:
    (found,) = suppress([FINDING], {("a.py", ""): [given]}, {})
    assert bool(found.suppression) is suppressed
    assert ("checked" in found.suppression) is suppressed


@pytest.mark.parametrize(
    ("given", "finding", "told"),
    [
        pytest.param(comment(categories=("xss",), is_added=True), FINDING, True, id="another category"),
        pytest.param(comment(categories=("xss",), is_added=True), replace(FINDING, problem="x"), False, id="made up"),
        pytest.param(comment(categories=("xss",)), FINDING, False, id="an old one"),
        pytest.param(comment(categories=("xss",), is_added=True, line=13), FINDING, False, id="elsewhere"),
        pytest.param(comment(categories=("xss",), is_added=True, reason=""), FINDING, False, id="told otherwise"),
        pytest.param(comment(categories=("sql",), is_added=True), FINDING, False, id="it speaks for it"),
    ],
)
def test_a_comment_that_names_another_category_is_told(given: IgnoreComment, finding: Finding, told: bool) -> None:
    comments = {("a.py", ""): [given]}
    said = "a.py:10: `lok: ignore[xss]` is not about what was found there: sql-injection"
    assert misnamed(suppress([finding, finding], comments, {}), comments) == ((said,) if told else ())


def test_a_comment_of_another_file_says_nothing() -> None:
    assert suppress([FINDING], {("b.py", ""): [comment(path="b.py")]}, {}) == (FINDING,)


def test_a_comment_of_another_pushed_ref_says_nothing() -> None:
    assert suppress([FINDING], {("a.py", "refs/heads/other"): [comment()]}, {}) == (FINDING,)


def test_a_dismissal_is_found_by_identity_alone() -> None:
    dismissal = Dismissal(identity=FINDING.identity, because="ids are integers", by="Ada")
    (found,) = suppress([FINDING], {}, {FINDING.identity: dismissal})
    (other,) = suppress([replace(FINDING, identity="cd" * 16)], {}, {FINDING.identity: dismissal})
    assert (found.suppression, other.suppression) == ("dismissed by Ada: ids are integers", "")


def test_what_the_change_itself_adds_is_told_and_what_gives_no_reason_too() -> None:
    given = [comment(is_added=True, categories=("sql",)), comment(line=3), comment(line=4, reason="", is_added=True)]
    assert brought_in(given) == ("a.py:10: this change adds a suppression of sql: checked",)
    assert len(unexplained(given)) == 1
    assert "a.py:4" in unexplained(given)[0]


def remarked(path: str = "a.py", line: int = 10) -> Finding:
    return replace(
        FINDING,
        place=replace(FINDING.place, path=path),
        ignored_by=Remark(line=line, comment="# noqa: F821"),
        is_proof=True,
    )


def test_a_remark_to_the_analyser_is_the_reason() -> None:
    (judged,) = suppress([remarked()], {}, {})
    assert judged.suppression == "ignored at a.py:10: # noqa: F821"


def test_a_remark_that_the_change_brings_in_is_told_once() -> None:
    file = file_diff("a.py", "", "x = 1\n" * 9 + "print(missing)  # noqa: F821\n")
    old = file_diff("b.py", "# noqa\n", "# noqa\nprint(missing)\n")
    found = remarks_brought_in([remarked(), remarked(), remarked("b.py", 1), FINDING], [file, old])
    assert found == ("a.py:10: this change adds a suppression: # noqa: F821",)
