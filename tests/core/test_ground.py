from __future__ import annotations

import time

import pytest

from lok_hooks.core.ground import ground
from lok_hooks.core.merge import merge
from tests.core.builders import chunk, claim, file_diff

OLD = "".join(f"line {n}\n" for n in range(1, 41))
ADDED = OLD.replace("line 20\n", "line 20\n    total = price * count\n    return total\n")
REMOVED = OLD.replace("line 20\nline 21\n", "")
REPLACED = OLD.replace("line 20\n", "line twenty\n")
LAST = OLD.replace("line 40\n", "row forty\n")
REPEATED = OLD.replace("line 5\n", "line 5\nclose(it)\n").replace("line 30\n", "line 30\nclose(it)\n")


@pytest.mark.parametrize(
    ("new", "line", "end_line", "quote", "expected_line", "problem"),
    [
        pytest.param(ADDED, 21, 0, "total = price * count", 21, "", id="exact"),
        pytest.param(ADDED, 3, 0, "total = price * count", 21, "", id="the quote mends the line"),
        pytest.param(ADDED, 21, 0, "   total   =  price * count", 21, "", id="white space does not matter"),
        pytest.param(ADDED, 21, 0, "   21 +     total = price * count", 21, "", id="number and sign copied along"),
        pytest.param(ADDED, 21, 0, "+    total = price * count", 21, "", id="sign copied along"),
        pytest.param(ADDED, 21, 0, "price * count", 21, "", id="part of a line"),
        pytest.param(LAST, 40, 0, "w fort", 40, "", id="part of the last line"),
        pytest.param(ADDED, 21, 0, "total = price * count\nreturn total", 21, "", id="two lines"),
        pytest.param(ADDED, 21, 0, "total = price * count\nline 21", 0, "does not stand", id="two lines, not together"),
        pytest.param(ADDED, 20, 0, "line 20", 20, "was not changed", id="context line"),
        pytest.param(ADDED, 20, 22, "line 20", 20, "", id="context line, the range reaches the change"),
        pytest.param(ADDED, 21, 0, "total = price + count", 21, "does not stand", id="made up"),
        pytest.param(ADDED, 21, 0, "", 21, "quotes no code", id="no quote"),
        pytest.param(ADDED, 99, 0, "line 39", 99, "does not stand", id="code that was not shown"),
        pytest.param(REMOVED, 20, 0, "line 20", 20, "", id="a removed line, named by the line after the gap"),
        pytest.param(REMOVED, 20, 0, "line 22", 20, "", id="the line after a pure removal"),
        pytest.param(REMOVED, 19, 0, "line 19", 19, "", id="the line before a pure removal"),
        pytest.param(REMOVED, 18, 0, "line 18", 18, "was not changed", id="two lines before a removal"),
        pytest.param(REPLACED, 20, 0, "line 20", 20, "", id="the old text of a replaced line"),
        pytest.param(REPLACED, 21, 0, "line 21", 21, "was not changed", id="next to a replaced line"),
        pytest.param(REPLACED, 19, 0, "line 19", 19, "was not changed", id="before a replaced line"),
        pytest.param(REPEATED, 32, 0, "close(it)", 32, "", id="repeated code: the named one"),
        pytest.param(REPEATED, 28, 0, "close(it)", 32, "", id="repeated code: the nearest one"),
    ],
)
def test_the_quote_decides_where_a_claim_stands(
    new: str, line: int, end_line: int, quote: str, expected_line: int, problem: str
) -> None:
    found = ground(claim("a.py", line, quote, end_line=end_line), chunk(file_diff("a.py", OLD, new)))
    assert problem in found.problem
    assert bool(found.problem) == bool(problem)
    if not problem:
        assert found.place.line == expected_line
        assert found.place.touches_change


@pytest.mark.parametrize("quote", ["   21 +     total = price * count", "+    total = price * count"])
def test_what_was_copied_along_is_no_part_of_a_findings_name(quote: str) -> None:
    shown = chunk(file_diff("a.py", OLD, ADDED))
    found = [ground(claim("a.py", 21, text), shown) for text in (quote, "total = price * count")]
    assert merge(found[:1])[0].identity == merge(found[1:])[0].identity


def test_many_claims_about_many_lines_take_no_time_by_the_square() -> None:
    def seconds(count: int) -> float:
        lines = [f"value_{n} = {n}" for n in range(count)]
        shown = chunk(file_diff("a.py", "", "\n".join(lines)))
        started = time.process_time()
        for number, line in enumerate(lines, 1):
            assert not ground(claim(line=number, quote=line), shown).problem
        return time.process_time() - started

    # Sixteen times as many; with a look at every line for each they take 200 times as long.
    assert min(seconds(8_000) for _ in range(4)) < 100 * min(seconds(500) for _ in range(4))


def test_a_file_that_was_not_shown_is_outside() -> None:
    found = ground(claim("b.py", 21, "total = price * count"), chunk(file_diff("a.py", OLD, ADDED)))
    assert found.problem == "it names a file that is not part of the change"


@pytest.mark.parametrize(("line", "problem"), [(21, ""), (9, "does not stand")])
def test_a_quote_that_stands_everywhere_proves_only_the_line_it_names(line: int, problem: str) -> None:
    new = OLD.replace("line 20\n", "line 20\n}\n").replace("line 30\n", "line 30\n}\n")
    found = ground(claim("a.py", line, "}"), chunk(file_diff("a.py", OLD, new)))
    assert problem in found.problem
    assert bool(found.problem) == bool(problem)


@pytest.mark.parametrize(
    ("line", "expected", "problem"),
    [
        pytest.param(2, 2, "was not changed", id="the named one, although it was not changed"),
        pytest.param(3, 5, "", id="a changed one before a nearer one"),
        pytest.param(5, 5, "", id="the named one"),
    ],
)
def test_of_equal_lines_the_named_one_counts_then_a_changed_one(line: int, expected: int, problem: str) -> None:
    old = "open(it)\nclose(it)\nopen(other)\nread(other)\nend\n"
    changed = chunk(file_diff("a.py", old, old.replace("end\n", "close(it)\nend\n")))
    found = ground(claim("a.py", line, "close(it)"), changed)
    assert (found.place.line, problem in found.problem, bool(problem)) == (expected, True, bool(found.problem))


def test_the_place_carries_the_code_around_it_with_its_indentation() -> None:
    found = ground(claim("a.py", 21, "total = price * count"), chunk(file_diff("a.py", OLD, ADDED)))
    assert found.place.first == 19
    assert found.place.code == ("line 19", "line 20", "    total = price * count", "    return total", "line 21")


def test_a_whole_deleted_file_can_be_quoted() -> None:
    found = ground(claim("a.py", 1, "line 7\nline 8"), chunk(file_diff("a.py", OLD, "")))
    assert found.problem == ""
    assert (found.place.line, found.place.code, found.place.removed) == (1, (), ("line 7", "line 8"))


@pytest.mark.parametrize(
    ("new", "quote", "removed"),
    [
        pytest.param(REMOVED, "line 20\nline 21", ("line 20", "line 21"), id="all of it"),
        pytest.param(REMOVED, "- line 20", ("line 20",), id="a sign copied along"),
        pytest.param(REMOVED, "ine 20", ("line 20",), id="part of a line"),
        pytest.param(REMOVED, "line 19\nline 20", ("line 20",), id="with what stood before it"),
        pytest.param(REMOVED, "line 19\nline 22", (), id="what stands around it now"),
        pytest.param(REPLACED, "line 20", ("line 20",), id="the old text of a line"),
        pytest.param(REPLACED, "line twenty", (), id="the new text of a line"),
        pytest.param(REPLACED, "line 19\nline twenty", (), id="new text with what stands before it"),
        pytest.param(ADDED, "total = price * count", (), id="nothing was removed"),
    ],
)
def test_the_place_carries_the_removed_lines_that_are_quoted(new: str, quote: str, removed: tuple[str, ...]) -> None:
    found = ground(claim("a.py", 20, quote), chunk(file_diff("a.py", OLD, new)))
    assert found.problem == ""
    assert found.place.removed == removed
