"""Lines of keys and texts in TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lok_hooks.config.toml_places import Key, places
from lok_hooks.config.workflow_find import BUILT_IN

DATA = Path(__file__).parent / "data" / "lok"
ODD = '''\
name = "x" # [[steps]]
description = """
[[steps]]
prompt = 1
"""
[[steps]] # first
name = "a"
prompt = """
one
two \\
   still two
three\\nfour
five"""
backends = [ "a", # ] [
  "b" ]
"weights" = { a = 1 }
[[ "steps" ]]
shell = \'\'\'
x \\
y\'\'\'
[steps.weights]
codex = 2
[other]
name = 3
[[steps]]
when.never = 1979-05-27 07:32:00
name = """a""""
'''
INLINE = '''\
steps = [ # [{
  { name = "}, {", "prompt" = '{ a = "', weights = { name = 1, if = [{ name = 2 }] } },
  3.5, # {
  { name = "b", prompt = """
{{ one }}
{{ two }}""", backends = [ # ]
    "a", # {
    "b" ] },
  [ { name = "c" }, "name" ],
  {}, { if.when = 1 }, { shell = 'x' }]
name = "x"
[other]
steps = [{ name = "d" }]
'''


def test_where_things_stand() -> None:
    tomllib.loads(ODD)
    found = places(ODD, "steps")
    assert found.entries == [6, 17, 25]
    assert found.keys == {
        (None, "name"): 1, (None, "description"): 2, (None, "steps"): 6, (None, "other"): 23, (0, "name"): 7,
        (0, "prompt"): 8, (0, "backends"): 14, (0, "weights"): 16,
        (1, "shell"): 18, (1, "weights"): 21, (2, "when"): 26, (2, "name"): 27,
    }  # fmt: skip
    assert [found.line_in(0, "prompt", number) for number in range(6)] == [8, 9, 10, 12, 12, 13]
    assert [found.line_in(1, "shell", number) for number in range(3)] == [18, 19, 20]
    assert [found.line_in(2, "name", number) for number in range(2)] == [27, 27]
    assert found.line_in(0, "backends", 2) == 14, "no text, so the key"


def test_what_is_not_there_stands_at_its_entry_or_nowhere() -> None:
    found = places(ODD, "steps")
    assert (found.line(1, "prompt"), found.line(7, "prompt"), found.line(None, "timeout")) == (17, 0, 0)
    assert places("[steps.a]\nname = 1", "steps").line(None, "steps") == 1


def test_where_inline_entries_stand() -> None:
    tomllib.loads(INLINE)
    found = places(INLINE, "steps")
    assert found.entries == [2, 3, 4, 9, 10, 10, 10]
    assert found.keys == {
        (None, "steps"): 1, (None, "name"): 11, (None, "other"): 12, (0, "name"): 2, (0, "prompt"): 2,
        (0, "weights"): 2, (2, "name"): 4, (2, "prompt"): 4, (2, "backends"): 6, (5, "if"): 10, (6, "shell"): 10,
    }  # fmt: skip
    assert [found.line_in(2, "prompt", number) for number in range(3)] == [4, 5, 6]
    assert found.line_in(6, "shell", 1) == 10


SPACES = st.sampled_from(["", " ", "\t"])
GAPS = st.sampled_from(["", " ", "\n", "\r\n", " # ]}, { a = [\n", '# """\n\n', "#'\n"])
KEYS = ["name", "prompt", '"shell"', "'if'", "weights . codex", 'weights."]"', "for_each"]
LETTERS = ["a", "{", "}", "[", "]", ",", "=", "#", ".", "\\\\", '\\"', "\\u007b", "é"]


@st.composite
def toml_texts(draw: st.DrawFn) -> str:
    """A text in any of the four notations."""
    quote = draw(st.sampled_from(['"', "'", '"""', "'''"]))
    letters = LETTERS if quote[0] == '"' else [letter for letter in LETTERS if "\\" not in letter]
    if len(quote) == 3:
        letters = [*letters, "\n", "\r\n", {'"': "'", "'": '"'}[quote[0]], f" {quote[0]} ", f" {quote[:2]} "]
    if quote == '"""':
        letters = [*letters, "\\\n  "]
    ending = draw(st.sampled_from(["", quote[0], quote[:2]])) if len(quote) == 3 else ""
    return quote + "".join(draw(st.lists(st.sampled_from(letters), max_size=6))) + ending + quote


@st.composite
def toml_values(draw: st.DrawFn, depth: int = 2) -> str:
    """Any value, nested so deep."""
    kinds = [toml_texts(), st.sampled_from(["1", "-1.5", "true", "1979-05-27 07:32:00"])]
    kind = draw(st.integers(0, 3 if depth else 1))
    if kind < 2:
        return draw(kinds[kind])
    inner = draw(st.lists(toml_values(depth - 1), max_size=2))
    if kind == 2:
        gaps = [draw(GAPS) for _ in range(2 * len(inner) + 1)]
        return "[" + "".join(f"{gaps.pop()}{each}{gaps.pop()}," for each in inner) + gaps.pop() + "]"
    return "{" + ",".join(f"{draw(SPACES)}{key}.b ={each}" for key, each in zip("ac", inner, strict=False)) + "}"


@st.composite
def inline_steps(draw: st.DrawFn) -> tuple[str, list[int], dict[Key, int]]:
    """A file with steps that are written inline, the line of each one, and that of each of its keys."""
    content = draw(st.sampled_from(["", 'a = "steps = ["\n', "# steps = [{}]\n", 'a = """\nsteps = [{}]\n"""\n']))
    content += draw(st.sampled_from(["steps = [", "'steps'=[", '"steps" =\t[']))
    entries: list[int] = []
    keys: dict[Key, int] = {}
    for entry in range(draw(st.integers(0, 4))):
        content += ("," if entry else "") + draw(GAPS)
        entries.append(content.count("\n") + 1)
        if draw(st.integers(0, 4)) == 0:
            content += draw(toml_values().filter(lambda value: value[0] != "{")) + draw(GAPS)
            continue
        content += "{"
        for number, key in enumerate(draw(st.lists(st.sampled_from(KEYS), max_size=4, unique=True))):
            content += ("," if number else "") + draw(SPACES)
            keys.setdefault((entry, key.split(" .")[0].split('."')[0].strip("\"'")), content.count("\n") + 1)
            content += f"{key}{draw(SPACES)}={draw(SPACES)}{draw(toml_values())}{draw(SPACES)}"
        content += "}" + draw(GAPS)
    content += draw(st.sampled_from(["]\n", ",\n]\n", "] # [\n"])) if entries else "]\n"
    return content + draw(st.sampled_from(["", "[other]\nsteps = [{ name = 1 }]\n", "name = 'x'\n"])), entries, keys


@given(inline_steps())
@settings(max_examples=200)
def test_nothing_inside_of_inline_entries_leads_astray(made: tuple[str, list[int], dict[Key, int]]) -> None:
    content, entries, keys = made
    steps = tomllib.loads(content)["steps"]
    found = places(content, "steps")
    assert (len(steps), found.entries) == (len(entries), entries)
    assert {key: line for key, line in found.keys.items() if key[0] is not None} == keys
    for entry, step in enumerate(steps):
        for key, value in step.items() if isinstance(step, dict) else ():
            if isinstance(value, str):
                start, end = found.texts[entry, key]
                assert tomllib.loads(f"text = {content[start:end]}") == {"text": value}


@pytest.mark.parametrize(
    "path", sorted([*DATA.glob("workflow-*.toml"), *BUILT_IN.glob("*.toml")]), ids=lambda path: path.name
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_every_line_of_every_text_stands_where_it_is_said_to(path: Path, line_break: str) -> None:
    content = path.read_text(encoding="utf-8").replace("\n", line_break)
    lines, found = content.split(line_break), places(content, "steps")
    steps = tomllib.loads(content)["steps"]
    assert len(found.entries) == len(steps)
    for entry, step in enumerate(steps):
        for key, value in step.items():
            assert lines[found.line(entry, key) - 1].startswith(f"{key} =")
            if isinstance(value, str):
                for number, text in enumerate(value.split("\n"), 1):
                    # The end of a line may go on in the next one.
                    start = text.strip()[:20]
                    assert start in lines[found.line_in(entry, key, number) - 1].replace('\\"', '"')


@given(
    st.lists(st.sampled_from(["[", "]", '"', '"""', "'", "'''", "#", "=", "\\", "\n", "a", " ", "{", ","]), max_size=60)
)
def test_it_ends_whatever_it_reads(pieces: list[str]) -> None:
    content = "".join(pieces)
    found = places(content, "a")
    assert all(0 < line <= content.count("\n") + 1 for line in [*found.entries, *found.keys.values()])
