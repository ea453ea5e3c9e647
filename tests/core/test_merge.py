from __future__ import annotations

from itertools import permutations

import pytest

from lok_hooks.core.finding import Claim, Grounded, Severity
from lok_hooks.core.ground import ground
from lok_hooks.core.merge import identity, merge
from tests.core.builders import chunk, claim, file_diff

NEW = "".join(f"value_{n} = compute({n})\n" for n in range(1, 31))
CHUNK = chunk(file_diff("a.py", "", NEW), file_diff("b.py", "", NEW))


def grounded(*claims: Claim) -> list[Grounded]:
    return [ground(item, CHUNK) for item in claims]


def at(line: int, **keys: object) -> Claim:
    return claim(line=line, quote=f"value_{line} = compute({line})", **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "is_one_thing"),
    [
        pytest.param(at(5), at(5, backend="claude", title="off by one"), True, id="same line and family"),
        pytest.param(
            at(5, category="sql-injection"),
            at(6, backend="claude", category="x", cwe="CWE-89"),
            True,
            id="same CWE family",
        ),
        pytest.param(at(5), at(9, backend="claude"), False, id="too far apart"),
        pytest.param(
            at(5, category="xss", title="unescaped name", why="html is built from the name"),
            at(5, backend="claude", category="race", title="two threads meet", why="no lock is held"),
            False,
            id="same line, another thing",
        ),
        pytest.param(
            at(5, category="foo", title="connection is never closed", why="the pool runs dry"),
            at(5, backend="claude", category="bar", title="connection never closed on error", why="pool runs dry"),
            True,
            id="unknown families, same words",
        ),
        pytest.param(
            at(5, category="null", title="name may be None", why="strip fails"),
            at(6, category="null", title="request.user has no such attribute", why="anonymous visitors"),
            False,
            id="one author means two things by two claims",
        ),
        pytest.param(at(5), claim("b.py", 5, "value_5 = compute(5)", backend="claude"), False, id="another file"),
    ],
)
def test_claims_merge_by_place_and_meaning(one: Claim, other: Claim, is_one_thing: bool) -> None:
    assert len(merge(grounded(one, other))) == (1 if is_one_thing else 2)


def test_a_merged_finding_has_all_authors_once_and_the_gravest_severity() -> None:
    claims = [
        at(5, severity=Severity.MEDIUM),
        at(5, backend="claude", cwe="CWE-682"),
        at(5, backend="claude", task="audit"),
    ]
    (found,) = merge(grounded(*claims))
    assert found.raised_by == ("claude", "codex")
    assert found.tasks == ("audit", "hunt")
    assert found.severity is Severity.HIGH
    assert found.cwe == "CWE-682"


def test_the_order_of_claims_changes_nothing() -> None:
    claims = [
        at(5),
        at(6, backend="claude", title="same thing"),
        at(8, backend="gemini"),
        at(11, backend="ollama", title="late"),
        at(5, category="race", title="two threads"),
    ]
    results = {merge(grounded(*order)) for order in permutations(claims)}
    assert len(results) == 1


def test_claims_outside_the_diff_never_join_those_inside() -> None:
    findings = merge(grounded(at(5), claim(line=5, quote="made_up()", backend="claude")))
    assert sorted((bool(f.problem), f.raised_by) for f in findings) == [(False, ("codex",)), (True, ("claude",))]


def test_identity_survives_rewording_line_shifts_and_white_space() -> None:
    name = identity("a.py", "x = eval(y)", "eval", "")
    assert name == identity("a.py", "x  =  eval( y )", "code-injection", "")
    assert name == identity("a.py", "x = eval(y)", "anything", "CWE-95")
    assert name != identity("b.py", "x = eval(y)", "eval", "")
    assert name != identity("a.py", "x = eval(z)", "eval", "")
    assert name != identity("a.py", "x = eval(y)", "race", "")
