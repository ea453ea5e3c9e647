"""Lines of keys and texts in TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.config.toml_places import places
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


def test_where_things_stand() -> None:
    tomllib.loads(ODD)
    found = places(ODD, "steps")
    assert found.entries == [6, 17, 25]
    assert found.keys == {
        (None, "name"): 1, (None, "description"): 2, (0, "name"): 7, (0, "prompt"): 8, (0, "backends"): 14,
        (0, "weights"): 16, (1, "shell"): 18, (1, "weights"): 21, (2, "when"): 26, (2, "name"): 27,
    }  # fmt: skip
    assert [found.line_in(0, "prompt", number) for number in range(6)] == [8, 9, 10, 12, 12, 13]
    assert [found.line_in(1, "shell", number) for number in range(3)] == [18, 19, 20]
    assert [found.line_in(2, "name", number) for number in range(2)] == [27, 27]
    assert found.line_in(0, "backends", 2) == 14, "no text, so the key"


def test_what_is_not_there_stands_at_its_entry_or_nowhere() -> None:
    found = places(ODD, "steps")
    assert (found.line(1, "prompt"), found.line(7, "prompt"), found.line(None, "timeout")) == (17, 0, 0)
    assert places('steps = [{ name = "a" }]', "steps").line(0, "name") == 0


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
