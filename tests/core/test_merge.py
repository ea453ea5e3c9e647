from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from time import perf_counter

import pytest

from lok_hooks.core.family import family, is_telling
from lok_hooks.core.finding import Claim, Grounded, Remark, Severity
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
            at(5, category="secret", title="Secret in the code: github-token", why="ghp_… (40 characters)"),
            at(5, backend="claude", category="foo", title="it is sent twice", why="see '<SECRET:github-token:1>'"),
            False,
            id="the mark of a secret is no word about it",
        ),
        pytest.param(
            at(5, category="null", title="name may be None", why="strip fails"),
            at(6, category="null", title="request.user has no such attribute", why="anonymous visitors"),
            False,
            id="one author means two things by two claims",
        ),
        pytest.param(
            at(5, category="lost-mask", title="masks are dropped when cloning", why="compute_mask is skipped"),
            at(5, backend="claude", category="lost-mask", title="padding leaks", why="call() gets no argument"),
            False,
            id="a category of the models' own says little",
        ),
        pytest.param(
            at(5, category="x", cwe="CWE-306", title="anybody may delete", why="no login is asked for"),
            at(
                6,
                backend="claude",
                category="y",
                cwe="CWE-862",
                title="missing check",
                why="users reach the admin page",
            ),
            True,
            id="missing authentication is taken for missing authorization",
        ),
        pytest.param(
            at(5, cwe="CWE-1007", title="look-alike letters", why="names deceive"),
            at(5, backend="claude", cwe="CWE-1007", title="homoglyphs", why="two users look the same"),
            True,
            id="a CWE that is in no family",
        ),
        pytest.param(
            at(5, task="analysis", title="json imported but unused", why="nothing uses it"),
            at(6, task="analysis", title="json imported but unused", why="nothing uses it"),
            False,
            id="one answer means two things on two lines, whatever the words",
        ),
        pytest.param(
            at(5, task="hunt", title="the last item is left out", why="the range ends too early"),
            at(6, task="audit", title="the last item is left out", why="the range ends early"),
            True,
            id="one backend says it for two tasks",
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


LEAK = {"category": "foo", "title": "connection is never closed", "why": "the pool runs dry"}
RACE = {"category": "bar", "title": "two threads meet in the counter", "why": "no lock is held"}


def test_a_neighbours_claim_does_not_move_what_others_agree_on() -> None:
    said = {"title": "a planted bug", "why": "it was planted"}
    alone = [at(5, severity=Severity.CRITICAL, **said), at(7, **said)]
    agreed = [at(7, backend=backend, **said) for backend in ("claude", "gemini")]
    (merged,) = merge(grounded(*alone, *agreed))
    (expected,) = merge(grounded(*agreed))
    assert (merged.identity, merged.place) == (expected.identity, expected.place)
    assert merged.severity is Severity.CRITICAL


def test_what_a_rule_proved_stands_for_its_group() -> None:
    said = {"title": "undefined name", "why": "it fails when the line runs"}
    models = [at(6, backend=backend, severity=Severity.HIGH, **said) for backend in ("claude", "gemini")]
    (merged,) = merge(grounded(*models, at(5, backend="static", severity=Severity.HIGH, is_proof=True, **said)))
    assert (merged.place.line, merged.is_proof, merged.raised_by) == (5, True, ("claude", "gemini", "static"))


def test_a_proof_proves_nothing_graver_than_itself() -> None:
    said = {"title": "useless expression", "why": "it has no effect"}
    mild = at(5, backend="static", severity=Severity.MEDIUM, is_proof=True, **said)
    low, grave = (
        at(5, backend=backend, severity=severity, **said)
        for backend, severity in (("claude", Severity.LOW), ("gemini", Severity.CRITICAL))
    )
    found = {finding.severity: finding for finding in merge(grounded(mild, low, grave))}
    assert {severity: (f.is_proof, f.raised_by) for severity, f in found.items()} == {
        Severity.MEDIUM: (True, ("claude", "static")),
        Severity.CRITICAL: (False, ("gemini",)),
    }


def test_neighbours_do_not_chain_from_one_defect_to_another() -> None:
    between = {"category": "baz", "title": "connection is never closed, two threads meet", "why": "no lock, pool dry"}
    found = merge(grounded(at(5, **LEAK), at(6, backend="claude", **between), at(7, backend="gemini", **RACE)))
    assert not any({"codex", "gemini"} <= set(finding.raised_by) for finding in found)


def test_a_claim_joins_the_group_it_has_most_in_common_with() -> None:
    found = merge(grounded(at(5, **RACE), at(5, backend="claude", **LEAK), at(6, backend="gemini", **LEAK)))
    assert sorted(finding.raised_by for finding in found) == [("claude", "gemini"), ("codex",)]


@pytest.mark.parametrize("cwe", ["", "CWE-89"])
def test_a_claim_joins_the_nearer_of_two_that_say_the_same(cwe: str) -> None:
    claims = [at(5, **LEAK, cwe=cwe), at(7, **LEAK, cwe=cwe), at(7, backend="claude", **LEAK, cwe=cwe)]
    found = merge(grounded(*claims))
    assert [(finding.place.line, finding.raised_by) for finding in found] == [(5, ("codex",)), (7, ("claude", "codex"))]


def test_claims_without_a_line_merge_by_words_alone() -> None:
    def said(backend: str, words: dict[str, str]) -> Grounded:
        return ground(claim("gone.py", 0, "made_up()", backend=backend, **words), CHUNK)  # type: ignore[arg-type]

    found = merge([said("codex", LEAK), said("claude", LEAK), said("gemini", RACE)])
    assert sorted(finding.raised_by for finding in found) == [("claude", "codex"), ("gemini",)]


def test_an_answer_that_floods_a_place_hides_nobody_elses_claims() -> None:
    flood = [at(5, backend="b", category="foo", title=f"claim {n}", why=f"reason number {n}") for n in range(100)]
    found = merge(grounded(at(5, backend="a", **LEAK), *flood, at(5, backend="c", **LEAK)))
    assert ("a", "c") in {finding.raised_by for finding in found}


def test_thousands_of_claims_are_merged_in_time() -> None:
    there = grounded(at(5))[0]
    claims = [
        replace(
            there,
            claim=replace(there.claim, backend="static", title=f"rule {n}"),
            place=replace(there.place, line=n, end_line=n),
        )
        for n in range(1, 5001)
    ]
    start = perf_counter()
    assert len(merge(claims)) == 5000
    assert perf_counter() - start < 5


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


def test_what_a_remark_silences_never_joins_what_others_say() -> None:
    remark = Remark(line=5, comment="# noqa")
    quiet = replace(at(5, backend="static", is_proof=True), ignored_by=remark)
    found = merge(grounded(quiet, replace(quiet, task="audit"), at(5)))
    assert {(f.raised_by, f.is_proof, f.ignored_by) for f in found} == {
        (("codex",), False, None),
        (("static",), True, remark),
    }


def test_identity_survives_rewording_line_shifts_and_white_space() -> None:
    name = identity("a.py", "x = eval(y)", "eval", "")
    assert name == identity("a.py", "x  =  eval( y )", "code-injection", "")
    assert name == identity("a.py", "x = eval(y)", "anything", "CWE-95")
    assert name != identity("b.py", "x = eval(y)", "eval", "")
    assert name != identity("a.py", "x = eval(z)", "eval", "")
    assert name != identity("a.py", "x = eval(y)", "race", "")


@pytest.mark.parametrize(
    ("category", "cwe", "expected"),
    [
        ("anything", "CWE-89", "sql-injection"),
        ("sql-injection", "", "sql-injection"),
        ("second-order-sqli", "", "sql-injection"),
        ("debug-mode-enabled", "CWE-16", "debug"),
        ("debug-mode-enabled", "CWE-489", "debug"),
        ("odd", "CWE-1007", "CWE-1007"),
        ("odd", "CWE-16", "odd"),
        ("odd", "", "odd"),
    ],
)
def test_a_family_stands_for_many_words(category: str, cwe: str, expected: str) -> None:
    assert family(category, cwe) == expected


@pytest.mark.parametrize(("kind", "expected"), [("xss", True), ("CWE-1007", True), ("odd", False), ("defect", False)])
def test_only_families_and_cwes_tell_much(kind: str, expected: bool) -> None:
    assert is_telling(kind) is expected
