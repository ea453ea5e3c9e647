from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.chunk import pack, whole_files
from lok_hooks.core.diff import FileDiff, Hunk, Line
from tests.core.builders import file_diff


def nothing(file: FileDiff, hunk: Hunk) -> str:
    return ""


def many_hunks(path: str, count: int) -> FileDiff:
    old = "".join(f"line {n}\n" for n in range(count * 20))
    new = "".join(f"line {n}\n" if n % 20 != 10 else f"changed {n} {'x' * 100}\n" for n in range(count * 20))
    return file_diff(path, old, new)


def shown(files: tuple[FileDiff, ...] | list[FileDiff], budget: int) -> list[tuple[str, Line]]:
    packed = pack(files, budget, nothing)
    return [(p.file.path, line) for c in packed.chunks for p in c.pieces for h in p.hunks for line in h.lines()]


def test_small_files_share_a_request() -> None:
    files = [file_diff(f"{n}.py", "a\n", "b\n") for n in range(5)]
    packed = pack(files, 100_000, nothing)
    assert [c.paths for c in packed.chunks] == [("0.py", "1.py", "2.py", "3.py", "4.py")]


def test_a_file_is_split_only_at_hunks() -> None:
    file = many_hunks("a.py", 12)
    packed = pack([file], 3_000, nothing)
    assert len(packed.chunks) > 1
    assert tuple(h for c in packed.chunks for p in c.pieces for h in p.hunks) == file.hunks
    parts = [(p.part, p.parts) for c in packed.chunks for p in c.pieces]
    assert parts == [(n, len(parts)) for n in range(1, len(parts) + 1)]


LONG = "".join(f"line {n}\n" for n in range(1_000))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", LONG),
        (LONG, ""),
        (LONG, LONG.replace("line", "row")),
        (f"a\n{LONG}b\n", f"a\n{LONG.replace('li', 'x')}b\n"),
    ],
    ids=["new", "deleted", "rewritten", "with context"],
)
def test_a_hunk_larger_than_the_budget_is_cut_between_lines_and_keeps_its_numbers(old: str, new: str) -> None:
    file = file_diff("a.py", old, new)
    packed = pack([file], 5_000, nothing)
    assert len(packed.chunks) > 4
    assert shown([file], 5_000) == [("a.py", line) for line in file.hunks[0].lines()]
    assert packed.too_large == ()
    hunks = [h for c in packed.chunks for p in c.pieces for h in p.hunks]
    for hunk in hunks:
        lines = list(hunk.lines())
        assert hunk.old_count == sum(line.old is not None for line in lines)
        assert hunk.new_count == sum(line.new is not None for line in lines)


def test_a_single_line_larger_than_the_budget_is_named_not_dropped() -> None:
    big, small = file_diff("big.js", "", "x" * 50_000 + "\n"), file_diff("small.py", "", "y\n")
    packed = pack([big, small], 10_000, nothing)
    assert packed.too_large == (big,)
    assert [c.paths for c in packed.chunks] == [("small.py",)]


def test_headings_take_room_too() -> None:
    files = [file_diff(f"{n}.py", "", "x\n") for n in range(6)]
    packed = pack(files, 2_000, lambda file, hunk: "\n".join(["class Long:"] * 40))
    assert [len(chunk.pieces) for chunk in packed.chunks] == [2, 2, 2]


def test_one_request_never_shows_two_versions_of_a_path() -> None:
    one, other = file_diff("a.py", "", "1\n"), file_diff("a.py", "", "2\n")
    assert [c.paths for c in pack([one, other], 100_000, nothing).chunks] == [("a.py",), ("a.py",)]


def test_who_looks_at_everything_at_once_sees_each_version_of_a_path_apart() -> None:
    files = [file_diff(path, "", f"{n}\n") for n, path in enumerate(("a.py", "b.py", "a.py", "c.py", "a.py"))]
    chunks = whole_files(files)
    assert [chunk.paths for chunk in chunks] == [("a.py", "b.py", "c.py"), ("a.py",), ("a.py",)]
    assert [p.file for chunk in chunks for p in chunk.pieces] == [files[n] for n in (0, 1, 3, 2, 4)]
    assert all(len(piece.hunks) == len(piece.enclosing) for chunk in chunks for piece in chunk.pieces)


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 200)), min_size=1, max_size=6),
    st.integers(1_500, 20_000),
)
def test_every_line_is_shown_exactly_once_within_the_budget(shapes: list[tuple[int, int]], budget: int) -> None:
    files = [file_diff(f"{n}.py", "", f"{'x' * width}\n" * lines) for n, (lines, width) in enumerate(shapes)]
    assert shown(files, budget) == [(f.path, line) for f in files for h in f.hunks for line in h.lines()]
    for packed in pack(files, budget, nothing).chunks:
        assert sum(len(h.body) for p in packed.pieces for h in p.hunks) <= budget
