"""Hunks: read, counted twice, applied; names in headers."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from lok_hooks.errors import DiffError, InternalError
from lok_hooks.repo.names import git_names, plain_name, strip_prefixes, unquote
from lok_hooks.repo.patch import apply_hunks, parse_hunks, split_header, split_patches

HUNKS = (
    b"@@ -1,3 +1,3 @@ def f():\n one\n-two\n+zwei\n three\n@@ -9 +9,2 @@\n nine\n+ten\n\\ No newline at end of file\n"
)

CUT = b'@@ -1 +1 @@ connect(token="ghp_half\n-one\n+two\n'


def test_hunks_are_read() -> None:
    first, second = parse_hunks(HUNKS)
    assert (first.old_start, first.old_count, first.new_start, first.new_count) == (1, 3, 1, 3)
    assert first.section == "def f():"
    assert first.body == " one\n-two\n+zwei\n three\n"
    assert [(line.kind, line.old, line.new, line.text) for line in second.lines()] == [
        ("context", 9, 9, "nine"),
        ("added", None, 10, "ten"),
    ]


def test_text_that_is_no_utf8_is_replaced_and_no_other_line_end_counts() -> None:
    [hunk] = parse_hunks("@@ -0,0 +1,2 @@\n+a\x0cb\rc\u2028d\x85e\x1c\n".encode() + b"+caf\xe9\r\n")
    assert [line.text for line in hunk.lines()] == ["a\x0cb\rc\u2028d\x85e\x1c", "caf\ufffd\r"]


@pytest.mark.parametrize(
    "hunks",
    [
        b"@@ -1,2 +1,2 @@\n one\n-two\n",
        b"@@ -1,1 +1,1 @@\n-one\n+two\n+three\n",
        b"@@ -1,1 +1,1 @@\n-one\n+two\nnot a hunk line\n",
        b"@@ -1,1 +1,1 @@\n-one\n\x1b[32m+two\n",
        b"@@ broken @@\n-one\n+two\n",
    ],
)
def test_hunks_that_do_not_add_up_are_refused(hunks: bytes) -> None:
    with pytest.raises(DiffError):
        parse_hunks(hunks)


def test_no_hunks() -> None:
    assert parse_hunks(b"") == ()


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_patches_are_split_at_their_headers_only(size: int) -> None:
    one = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-diff --git a/x b/x\n+diff --git a/y b/y\n"
    two = b"diff --git a/g b/g\nold mode 100644\nnew mode 100755\n"
    output = one + two + one
    assert list(split_patches(output[at : at + size] for at in range(0, len(output), size))) == [one, two, one]
    assert list(split_patches([])) == []
    assert list(split_patches([b"", b""])) == []
    assert split_header(one) == (one[: one.index(b"@@")], one[one.index(b"@@") :])
    assert split_header(two) == (two, b"")


def test_what_is_no_patch_is_refused() -> None:
    with pytest.raises(InternalError):
        list(split_patches([b"* Unmerged path f\ndiff --git a/f b/f\n"]))


@pytest.mark.parametrize(
    ("old", "hunks", "new"),
    [
        (b"one\ntwo\nthree\n", b"@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n", b"one\nzwei\nthree\n"),
        (b"", b"@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n", b"a\nb"),
        (b"a\nb", b"@@ -1,2 +0,0 @@\n-a\n-b\n\\ No newline at end of file\n", b""),
        (
            b"a",
            b"@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n",
            b"a\n",
        ),
        (b"1\n2\n3\n4\n5\n", b"@@ -1,0 +2 @@\n+x\n@@ -4 +4,0 @@\n-4\n", b"1\nx\n2\n3\n5\n"),
        (b"a\rb\r\n\xff\n", b"@@ -2 +2 @@\n-\xff\n+\xfe\r\n", b"a\rb\r\n\xfe\r\n"),
    ],
)
def test_hunks_are_applied_byte_for_byte(old: bytes, hunks: bytes, new: bytes) -> None:
    assert apply_hunks(old, hunks) == new


def test_hunks_of_another_file_are_refused() -> None:
    with pytest.raises(DiffError):
        apply_hunks(b"something else\n", b"@@ -1 +1 @@\n-one\n+two\n")


@pytest.mark.parametrize(
    "read",
    [
        lambda hunks: apply_hunks(b"something else\n", hunks),
        lambda hunks: parse_hunks(hunks.replace(b"-1 ", b"-1,3 ")),
        lambda hunks: parse_hunks(hunks + b"*no sign\n"),
        lambda hunks: parse_hunks(b"@@ -1,3 +1,3 @@\n a\n" + hunks),
        lambda hunks: list(split_patches([hunks])),
    ],
)
def test_no_message_quotes_a_heading_that_git_has_cut(read: Callable[[bytes], object]) -> None:
    with pytest.raises((DiffError, InternalError)) as refused:
        read(CUT)
    assert "ghp_half" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    ("quoted", "name"),
    [
        (b'"caf\\303\\251.py"', "café.py".encode()),
        (b'"tab\\tnew\\nline\\"q\\\\"', b'tab\tnew\nline"q\\'),
        (b"plain.py", b"plain.py"),
        (b'"open', b'"open'),
    ],
)
def test_quoted_names(quoted: bytes, name: bytes) -> None:
    assert unquote(quoted) == name


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (b"a/f.py b/f.py", (b"a/f.py", b"b/f.py")),
        (b"a/x b/y.py b/x b/y.py", (b"a/x b/y.py", b"b/x b/y.py")),
        (b"a/old b/new", (b"a/old", b"b/new")),
        (b"f g f g", (b"f g", b"f g")),
        (b'"a/t\\tb" "b/t\\tb"', (b"a/t\tb", b"b/t\tb")),
        (b'a/plain "b/t\\tb"', (b"a/plain", b"b/t\tb")),
        (b"a/one two b/three four", None),
    ],
)
def test_names_of_a_git_header(words: bytes, names: tuple[bytes, bytes] | None) -> None:
    assert git_names(words) == names


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (b"a/f.py", b"a/f.py"),
        (b"a/x b/y.py\t", b"a/x b/y.py"),
        (b"f\t2009-10-11 15:12:20.000000000 +0000", b"f"),
        (b"some file 2009-10-11 15:12:20 +0000", b"some file"),
        (b"f.java(revision 5547)", b"f.java"),
        (b"f.java\t(working copy)", b"f.java"),
        (b'"b/t\\tb"', b"b/t\tb"),
    ],
)
def test_names_of_a_plain_header(words: bytes, name: bytes) -> None:
    assert plain_name(words) == name


@pytest.mark.parametrize(
    ("old", "new", "stripped"),
    [
        (b"a/f", b"b/f", (b"f", b"f")),
        (b"i/f", b"w/f", (b"f", b"f")),
        (b"b/f", b"a/f", (b"f", b"f")),
        (b"a/f", b"a/f", (b"a/f", b"a/f")),
        (b"/dev/null", b"b/f", (b"/dev/null", b"f")),
        (b"a/f", b"/dev/null", (b"f", b"/dev/null")),
        (b"gfx/f", b"gfx/f", (b"gfx/f", b"gfx/f")),
    ],
)
def test_prefixes(old: bytes, new: bytes, stripped: tuple[bytes, bytes]) -> None:
    assert strip_prefixes(old, new) == stripped
