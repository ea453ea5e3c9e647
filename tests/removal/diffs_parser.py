"""The parser: patches of any origin are read as git reads them, with their numbers, or refused aloud."""

from __future__ import annotations

from typing import Final

from tests.removal.places import DIFF, PATCH, TEST_SNAPSHOT
from tests.removal.row import Removal, row

_FOREIGN: Final = "lok_hooks/repo/foreign.py"
_NAMES: Final = "lok_hooks/repo/names.py"
_FIXTURES: Final = "tests/repo/test_fixtures.py"
_AS_GIT: Final = f"{_FIXTURES}::test_as_git_apply_reads_it"
_REVIEWDOG: Final = f"{_FIXTURES}::test_the_numbers_reviewdog_expects"
_PARSEPATCH: Final = f"{_FIXTURES}::test_the_numbers_rust_parsepatch_expects"
_KINDS: Final = f"{TEST_SNAPSHOT}::test_a_bare_patch_tells_of_every_kind_of_change_what_git_does"
_PLAIN: Final = f"{TEST_SNAPSHOT}::test_a_plain_header_tells_the_status"
_REFUSED: Final = f"{TEST_SNAPSHOT}::test_a_patch_that_cannot_be_read_whole_is_an_error"


def _patch(name: str, file: str, old: str, new: str, *tests: str, says: str = "") -> Removal:
    return row(f"patch: {name}", "a diff of any origin", file, old, new, *tests, says=says)


_COUNTS: Final = (
    _patch(
        "every hunk",
        _FOREIGN,
        "while head := HUNK.match(self._line()):",
        "if head := HUNK.match(self._line()):",
        f"{_AS_GIT}[sample_file.diff]",
        says="DiffError",
    ),
    _patch(
        "counts left out",
        _FOREIGN,
        'int(head[2] or b"1"), int(head[4] or b"1")',
        'int(head[2] or b"0"), int(head[4] or b"1")',
        f"{_AS_GIT}[diff-unified2.diff]",
        says="DiffError",
    ),
    _patch(
        "new name of a rename",
        _FOREIGN,
        'case b"rename to" | b"rename new" | b"copy to":',
        'case b"rename new":',
        f"{_AS_GIT}[D174915.patch]",
        says="Error",
    ),
    _patch(
        "inline binary",
        _FOREIGN,
        '(b"Binary files ", b"GIT binary patch")',
        'b"Binary files "',
        f"{_AS_GIT}[sample_binary_inline.diff]",
    ),
    _patch(
        "binary",
        _FOREIGN,
        '(b"Binary files ", b"GIT binary patch")',
        'b"GIT binary patch"',
        f"{_AS_GIT}[sample_file_extended_empty_binary.diff]",
    ),
    _patch(
        "binary by diff -r",
        _FOREIGN,
        "elif bare := _BARE_BINARY.fullmatch(line):",
        'elif bare := _BARE_BINARY.fullmatch(b""):',
        f"{_FIXTURES}::test_binary_files_that_diff_mentions_are_on_the_list",
    ),
    _patch(
        "empty lines without a sign",
        _FOREIGN,
        'if sign in (b" ", b""):',
        'if sign == b" ":',
        f"{_AS_GIT}[issue68.patch]",
        says="DiffError",
    ),
    _patch(
        "a sign for every line",
        _FOREIGN,
        '(line or b" " for line in',
        "(line for line in",
        f"{_FIXTURES}::test_every_line_of_a_hunk_has_its_sign",
    ),
    _patch(
        "mark of a missing newline",
        _FOREIGN,
        'elif sign != b"\\\\":',
        "else:",
        f"{_AS_GIT}[nonewline.diff]",
        says="DiffError",
    ),
    _patch(
        "mark of a missing newline at the end",
        _FOREIGN,
        '        if self._line().startswith(b"\\\\ "):\n            self.at += 1\n',
        "",
        _KINDS,
    ),
    _patch(
        "date behind a name",
        _NAMES,
        'return _STAMP.sub(b"", words.partition(b"\\t")[0])',
        'return words.partition(b"\\t")[0]',
        f"{_AS_GIT}[mozilla-527452-5.comment]",
    ),
    _patch(
        "tab behind a name",
        _NAMES,
        'return _STAMP.sub(b"", words.partition(b"\\t")[0])',
        'return _STAMP.sub(b"", words)',
        f"{_AS_GIT}[hg.diff]",
    ),
    _patch(
        "names with blanks",
        _NAMES,
        'if words[middle : middle + 1] == b" " and',
        "if words.count(b' ') == 1 and",
        f"{_AS_GIT}[empty_space.diff]",
        says="DiffError",
    ),
    _patch(
        "quoted names",
        _NAMES,
        "    if quoted := _QUOTED.match(words):\n        return unquote(quoted[0])\n    return _STAMP",
        "    return _STAMP",
        'tests/repo/test_patch.py::test_names_of_a_plain_header["b/t\\tb"-b/t\\tb]',
    ),
    _patch(
        "quoted names in git's header",
        _NAMES,
        "if quoted := _QUOTED.match(words):\n        return unquote(quoted[0]), unquote(words[quoted.end() + 1 :])\n",
        "if not words:\n        return None\n",
        f"{_REVIEWDOG}[\\u65e5\\u672c\\u8a9e.diff]",
        says="Error",
    ),
    _patch(
        "octal digits in quoted names",
        _NAMES,
        "return bytes([int(code, 8) & 0xFF])",
        "return code",
        f"{_REVIEWDOG}[\\u65e5\\u672c\\u8a9e.diff]",
    ),
    _patch(
        "directories that look like prefixes",
        _NAMES,
        "and old[:1] != new[:1]:",
        ":",
        "tests/repo/test_patch.py::test_prefixes[a/f-a/f-stripped3]",
    ),
    _patch(
        "other prefixes",
        _NAMES,
        're.compile(rb"[abciow12]/")',
        're.compile(rb"[ab]/")',
        "tests/repo/test_patch.py::test_prefixes[i/f-w/f-stripped1]",
    ),
    _patch(
        "names in git's header count",
        _FOREIGN,
        "        if found.old is None or found.new is None:\n            old, new = strip",
        "        if found:\n            old, new = strip",
        f"{_AS_GIT}[sample_file_extended.diff]",
    ),
)

_STATUSES: Final = (
    *(
        _patch(name, _FOREIGN, old, new, _KINDS)
        for name, old, new in (
            ("renamed", "unquote(value), Status.RENAMED", "unquote(value), Status.MODIFIED"),
            ("copied", "unquote(value), Status.COPIED", "unquote(value), Status.MODIFIED"),
            ("added", 'found.new_mode, found.status = value.decode("ascii", errors="replace"), Status.ADDED', "pass"),
            (
                "deleted",
                'found.old_mode, found.status = value.decode("ascii", errors="replace"), Status.DELETED',
                "pass",
            ),
            (
                "old mode",
                'found.old_mode = value.decode("ascii", errors="replace")\n                case b"new',
                'pass\n                case b"new',
            ),
            ("mode of an edited file", "            if index[3]:\n", "            if not index:\n"),
            ("blobs", "    return blob if _FULL_ID", "    return _NO_BLOB if _FULL_ID"),
        )
    ),
    *(
        _patch(name, _FOREIGN, old, new, *(f"{_PLAIN}[{test}]" for test in tests))
        for name, old, new, tests in (
            ("added to nothing", "if old == _NOTHING and found.status", 'if old == b"" and found.status', ("LF-null",)),
            (
                "deleted to nothing",
                "elif new == _NOTHING and found.status",
                'elif new == b"" and found.status',
                ("LF-to null",),
            ),
            (
                "added since the epoch",
                "and _EPOCH.search(old_line)",
                'and _EPOCH.search(b"")',
                ("LF-epoch", "LF-subversion's new"),
            ),
            ("deleted to the epoch", "and _EPOCH.search(new_line)", 'and _EPOCH.search(b"")', ("LF-to epoch",)),
            ("old files of the epoch", 'b"\\n-" not in found.hunks:', "found.hunks:", ("LF-old file",)),
            ("old files dated to the epoch", 'b"\\n+" not in found.hunks:', "found.hunks:", ("LF-to an old file",)),
        )
    ),
    _patch(
        "CRLF in headers",
        _FOREIGN,
        'self.lines[at].removesuffix(b"\\r") if',
        "self.lines[at] if",
        f"{_PLAIN}[CRLF-to null]",
        says="Error",
    ),
)

_SUBMODULE: Final = (
    _patch(
        "submodule bump",
        _FOREIGN,
        "old_blob=found.old_blob or _NO_BLOB,",
        "old_blob=_NO_BLOB,",
        f"{TEST_SNAPSHOT}::test_a_bare_patch_tells_of_a_submodule_bump",
    ),
)

_NUMBERED: Final = (
    _patch("numbers of reviewdog", DIFF, 'old += kind != "added"', "old += 1", f"{_REVIEWDOG}[gofmt.diff]"),
    _patch("numbers of rust-parsepatch", DIFF, 'new += kind != "removed"', "new += 1", f"{_PARSEPATCH}[basic.patch]"),
    _patch(
        "texts of rust-parsepatch",
        DIFF,
        "text=raw[1:],",
        "text=raw[1:].strip(),",
        f"{_PARSEPATCH}[7e60ad275b73.patch]",
    ),
    _patch("headings of reviewdog", PATCH, "section=hunk.section_header,", 'section="",', f"{_REVIEWDOG}[golint.diff]"),
    _patch(
        "random repositories",
        PATCH,
        "return tuple(read)",
        "return tuple(read[:-1])",
        "tests/repo/test_property.py::test_ours_is_git_s",
        says="assert",
    ),
)

_REFUSING: Final = (
    *(
        _patch(f"refused: {name}", _FOREIGN, old, new, *(f"{_REFUSED}[{test}]" for test in tests))
        for name, old, new, tests in (
            (
                "nothing in it",
                "    if not found:\n        raise DiffError",
                "    if found is None:\n        raise DiffError",
                ("prose", "colours"),
            ),
            ("no header", "        if HUNK.match(line):\n", "        if not HUNK:\n", ("no header", "no header later")),
            (
                "half a header",
                '        if not self._line().startswith(b"+++ "):\n            raise',
                "        if not self.lines:\n            raise",
                ("half a header",),
            ),
            (
                "no hunk",
                "        if HUNK.match(self._line()) is None:\n            raise",
                "        if not HUNK:\n            raise",
                ("no hunk",),
            ),
            (
                "names",
                "        if found.old is None or found.new is None:\n            raise",
                "        if not found:\n            raise",
                ("names",),
            ),
            ("combined", "        if line.startswith(_COMBINED):\n", "        if not _COMBINED:\n", ("combined",)),
            ("context", "        if _CONTEXT_DIFF.fullmatch(line):\n", "        if not _CONTEXT_DIFF:\n", ("context",)),
            ("longer", "        if old_left or new_left:\n", "        if not start:\n", ("longer",)),
            ("nothing changes", "        if not is_change:\n", "        if not start:\n", ("nothing changes",)),
        )
    ),
    _patch(
        "refused: cut off",
        _FOREIGN,
        '                raise DiffError(f"line {start}: this hunk is cut off by the end of the input")\n',
        "                break\n",
        f"{_REFUSED}[cut off]",
    ),
    _patch(
        "refused: shorter",
        _FOREIGN,
        '                raise DiffError(f"line {self.at + 1}: the hunk of line {start} is shorter than it says")\n',
        "                old_left -= 1\n",
        f"{_REFUSED}[shorter]",
    ),
    *(
        _patch(
            f"refused with the line: {name}",
            _FOREIGN,
            old,
            new,
            f"{_FIXTURES}::test_what_git_refuses_is_refused_with_the_line_and_the_reason[{test}]",
        )
        for name, old, new, test in (
            (
                "within a line",
                "if self.at == len(self.lines) - 1 and not self._is_ended:",
                "if not self.lines:",
                "git-oneline-add.diff-line 7: the input ends within this line",
            ),
            (
                "lost blank",
                'elif sign == b"\\r":',
                'elif sign == b"\\v":',
                "sample5.diff-line 11: this line lost the blank that it began with",
            ),
        )
    ),
)

ROWS: Final = (*_COUNTS, *_STATUSES, *_SUBMODULE, *_NUMBERED, *_REFUSING)
