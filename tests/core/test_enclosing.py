from __future__ import annotations

import pytest

from lok_hooks.core.diff import Hunk
from lok_hooks.core.enclosing import enclosing_definition, heading

PYTHON = """\
import os


class Store:
    limit = 3

    @property
    def user(self, name):
        if name:
            for x in name:
                print(x)
        return None

    async def other(self):
        pass
""".split("\n")
JAVASCRIPT = """\
export class Store {
  async load(name) {
    const a = 1;
    return a;
  }
}
function top() {
  return 1;
}
""".split("\n")
GO = """\
func (s *Store) Load(name string) error {
\tif name == "" {
\t\treturn nil
\t}
\treturn err
}
""".split("\n")


@pytest.mark.parametrize(
    ("lines", "number", "expected"),
    [
        (PYTHON, 1, ""),
        (PYTHON, 2, ""),
        (PYTHON, 5, "class Store:"),
        (PYTHON, 11, "class Store:\ndef user(self, name):"),
        (PYTHON, 15, "class Store:\nasync def other(self):"),
        (PYTHON, 500, ""),
        (JAVASCRIPT, 4, "export class Store {\nasync load(name) {"),
        (JAVASCRIPT, 8, "function top() {"),
        (GO, 3, "func (s *Store) Load(name string) error {"),
        (["def f():", "    return 1"], 2, "def f():"),
        (["def f():", "    return 1"], 3, ""),
        ([], 1, ""),
        ([""], 2, ""),
    ],
)
def test_the_definitions_around_a_line(lines: list[str], number: int, expected: str) -> None:
    assert enclosing_definition(lines, number) == expected


TOKEN = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
LONG = f'int connect_server_now_and_here(char *tok = "{TOKEN}", int port)'


def hunk(section: str, start: int = 30) -> Hunk:
    return Hunk(old_start=start, old_count=1, new_start=start, new_count=1, section=section, body="-a\n+b\n")


def cut(line: str, size: int = 80) -> str:
    """As git cuts a heading, by bytes."""
    return line.encode()[:size].decode("utf-8", "replace").rstrip()


@pytest.mark.parametrize(
    ("line", "section", "expected"),
    [
        (LONG, cut(LONG), LONG),
        ("static int f(void)", "static int f(void)", "static int f(void)"),
        ("  " + LONG + "  ", cut(LONG), LONG),
        ("sub " + "\u00e9" * 50 + " {", cut("sub " + "\u00e9" * 50 + " {"), "sub " + "\u00e9" * 50 + " {"),
        ("x" + "\u5bc6" * 40, cut("x" + "\u5bc6" * 40), "x" + "\u5bc6" * 40),
        ("another line", cut(LONG), ""),
        ("anything", "", ""),
    ],
)
def test_a_heading_is_the_whole_line_that_it_was_cut_from(line: str, section: str, expected: str) -> None:
    lines = ["", line, *["\tstep();"] * 40]
    assert heading(lines, hunk(section)) == expected


def test_of_several_lines_the_nearest_that_is_the_heading_counts() -> None:
    lines = ["main = f", "main", "x = main", *["\ty"] * 20]
    assert heading(lines, hunk("main", start=20)) == "main"
    assert heading(lines[:1] + lines[2:], hunk("main", start=20)) == "x = main"
    assert heading(lines, hunk("main", start=1)) == ""


def test_a_definition_around_the_hunk_counts_before_what_git_names() -> None:
    assert heading(PYTHON, hunk("import os", start=11)) == "class Store:\ndef user(self, name):"


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (cut(LONG), "int connect_server_now_and_here(char *tok ="),
        ("static int f(void)", "static int f(void)"),
        ("def login(user, password=swordfish, x)", "def login(user, password=swordfish, x)"),
        ("def login(name, user, password=swordfish", "def login(name, user,"),
        ("x" * 80, ""),
        ("sub \ufffd", ""),
        ("short but cut sw\ufffd", "short but cut"),
        ("", ""),
    ],
)
def test_where_only_a_patch_is_known_no_word_is_shown_that_may_be_cut(section: str, expected: str) -> None:
    assert heading(None, hunk(section)) == expected
