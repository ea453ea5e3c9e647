"""What comes back: receipts, the answer's shape, grounding, and claims that become one finding."""

from __future__ import annotations

from typing import Final

from tests.removal.places import (
    ANSWERS,
    GROUND,
    READING,
    SWEEP_FLOW,
    TEST_ANSWERS,
    TEST_REVIEW,
    TEST_SWEEP,
    VERDICT_FLOW,
)
from tests.removal.row import Removal, row

_MERGE: Final = "lok_hooks/core/merge.py"
_IN_GROUND: Final = "tests/core/test_ground.py::test_the_quote_decides_where_a_claim_stands"
_EQUAL: Final = "tests/core/test_ground.py::test_of_equal_lines_the_named_one_counts_then_a_changed_one"
_IN_MERGE: Final = "tests/core/test_merge.py"

_NOT_REVIEWED: Final = "a chunk whose answer does not count was not reviewed"
_SHAPE: Final = "the answer's JSON says what stands in the report"
_QUOTED: Final = "the quoted code must stand in what was shown, on a changed line"
_ONE: Final = "findings on the same place about the same thing become one"


def _covered(name: str, old: str, new: str, *tests: str) -> Removal:
    return row(
        f"coverage: {name}", _NOT_REVIEWED, VERDICT_FLOW, old, new, *(f"{TEST_REVIEW}::{test}" for test in tests)
    )


def _key(key: str, old: str, new: str, test: str = "test_every_key_of_an_answer_arrives") -> Removal:
    return row(f"answer: {key}", _SHAPE, ANSWERS, old, new, f"{TEST_ANSWERS}::{test}")


def _read(name: str, file: str, old: str, new: str, case: str) -> Removal:
    return row(f"answer: {name}", "answers are read strictly, then repaired", file, old, new, f"{TEST_ANSWERS}::{case}")


def _grounded(name: str, old: str, new: str, case: str) -> Removal:
    return row(f"grounding: {name}", _QUOTED, GROUND, old, new, case)


def _merged(name: str, old: str, new: str, test: str) -> Removal:
    return row(f"merging: {name}", _ONE, _MERGE, old, new, f"{_IN_MERGE}::{test}")


_COVERAGE: Final = (
    row(
        "coverage: who read none of the files has not looked",
        _NOT_REVIEWED,
        SWEEP_FLOW,
        "        explored = Unreadable(reason=_LOOKED_AT_NOTHING, mendable=False)\n",
        "        pass\n",
        f"{TEST_SWEEP}::test_who_read_none_of_the_files_has_not_looked",
    ),
    row(
        "coverage: in an empty directory nothing need be read",
        _NOT_REVIEWED,
        SWEEP_FLOW,
        "isinstance(explored, Explored) and files.paths and not",
        "isinstance(explored, Explored) and not",
        f"{TEST_SWEEP}::test_where_there_is_no_file_none_need_be_read",
    ),
    row(
        "coverage: a file in a finding was looked at",
        _NOT_REVIEWED,
        SWEEP_FLOW,
        "(*explored.files, *(claim.file for claim in explored.claims))",
        "explored.files",
        f"{TEST_SWEEP}::test_who_names_a_file_has_looked",
    ),
    _covered(
        "unreadable answers",
        "            failure = unusable(answer, claims, redact)\n"
        "            return _Outcome(request=request, answer=answer, claims=(), failure=failure)\n",
        "            return _Outcome(request=request, answer=answer, claims=(), failure=None)\n",
        "test_an_unfinished_review_is_never_clean[allow-0-prose]",
    ),
    _covered(
        "failed backends",
        "answer=answer, claims=(), failure=answer)\n",
        "answer=answer, claims=(), failure=None)\n",
        "test_an_unfinished_review_is_never_clean[allow-0-timed out]",
    ),
    _covered(
        "each part of a file",
        "            by_backend[name] = by_backend.get(name) or problem\n",
        "            by_backend[name] = problem\n",
        "test_a_file_in_several_parts_needs_an_answer_for_each",
    ),
    _covered(
        "each task",
        "            unreviewed += _unreviewed(way.task, outcomes)\n",
        "            unreviewed = _unreviewed(way.task, outcomes) if way is planned.routes[0] else unreviewed\n",
        "test_each_task_must_be_answered",
    ),
    _covered(
        "another backend's answer",
        "    is_covered = all if task == ANALYSIS else any\n",
        "    is_covered = all\n",
        "test_a_reviewer_that_failed_is_not_counted_among_those_that_could_have_agreed",
    ),
    _covered(
        "each analyser",
        "    is_covered = all if task == ANALYSIS else any\n",
        "    is_covered = any\n",
        "test_every_analyser_must_answer",
    ),
    _covered(
        "analysers",
        "    unreviewed += _unreviewed(ANALYSIS, outcomes)\n",
        "",
        "test_an_analyser_that_fails_leaves_the_review_unfinished",
    ),
    _covered(
        "nobody at all",
        "    if order.chosen or not planned.drafts:\n        unreviewed += _unasked(order, planned)\n",
        "    if order.chosen:\n        unreviewed += _unasked(order, planned)\n",
        "test_with_nobody_at_all_nothing_was_reviewed",
    ),
    _covered(
        "chosen and missing",
        "    if order.chosen or not planned.drafts:\n        unreviewed += _unasked(order, planned)\n",
        "    if not planned.drafts:\n        unreviewed += _unasked(order, planned)\n",
        "test_a_chosen_backend_that_is_missing_is_not_replaced",
    ),
    _covered(
        "reviewed files",
        "if f.path in shown - missed)),",
        "if f.path in shown)),",
        "test_each_task_must_be_answered",
    ),
    _covered(
        "failures are named",
        "    return each_once([*missing, *(o.failure for o in outcomes if o.failure), *examined.failures])\n",
        "    return each_once([*missing, *examined.failures])\n",
        "test_an_unfinished_review_is_never_clean[allow-0-timed out]",
    ),
    row(
        "coverage: the answer that does not count is kept",
        _NOT_REVIEWED,
        "lok_hooks/flows/requests.py",
        "        answer=reply.text,\n",
        "",
        f"{TEST_REVIEW}::test_an_answer_that_does_not_count_is_kept",
    ),
)

_KEYS: Final = (
    _key("file", "        file=beginning(paths.get(finding.file, finding.file), 4096),\n", '        file="",\n'),
    _key(
        "files as the prompt shows them",
        "        file=beginning(paths.get(finding.file, finding.file), 4096),\n",
        "        file=beginning(finding.file, 4096),\n",
        "test_a_file_may_be_named_as_the_prompt_shows_it",
    ),
    _key("line", "        line=line,\n", "        line=0,\n"),
    _key("end_line", "        end_line=max(line, min(finding.end_line, 2**31)),\n", "        end_line=line,\n"),
    _key("severity", "        severity=finding.severity,\n", "        severity=Severity.HIGH,\n"),
    _key(
        "severity in other words",
        "    return _SEVERITIES.get(word, word)\n",
        "    return word\n",
        "test_a_finding_is_made_harmless_and_kept",
    ),
    _key("category", "finding.category.lower())", "finding.category.lower()[:0])"),
    _key("cwe", '        cwe=f"CWE-{cwe[1]}" if cwe else "",\n', '        cwe="",\n'),
    _key("title", '        title=" ".join(finding.title.split()) or "untitled finding",\n', '        title="",\n'),
    _key("why", "        why=finding.why.strip(),\n", '        why="",\n'),
    _key("fix", "        fix=finding.fix.strip(),\n", '        fix="",\n'),
    _key("quote", "        quote=finding.quote,\n", '        quote="",\n'),
    _key(
        "end_line may be missing",
        "    end_line: Number = 0\n",
        "    end_line: Number\n",
        "test_what_an_answer_may_leave_out",
    ),
    _key("fix may be missing", '    fix: Text = ""\n', "    fix: Text\n", "test_what_an_answer_may_leave_out"),
    _key("cwe may be missing", '    cwe: Short = ""\n', "    cwe: Short\n", "test_what_an_answer_may_leave_out"),
    _key(
        "unknown keys do no harm",
        '    model_config = ConfigDict(extra="ignore", frozen=True)\n',
        '    model_config = ConfigDict(extra="forbid", frozen=True)\n',
        "test_an_answer_is_read_whatever_is_wrapped_around_it",
    ),
    _read(
        "in a fence",
        READING,
        "    for body in _fenced(text):\n        yield from _loads(body.strip(), 0)\n",
        "",
        "test_a_fence_counts_before_what_else_is_in_braces",
    ),
    _read(
        "in prose",
        READING,
        "        yield from _loads(text, start)\n    yield from _repaired",
        "        start = len(text)\n    yield from _repaired",
        "test_an_answer_is_read_whatever_is_wrapped_around_it[much of it in prose]",
    ),
    _read(
        "repaired",
        READING,
        "    yield from _repaired(text, key)\n",
        "",
        "test_an_answer_is_read_whatever_is_wrapped_around_it",
    ),
)

_PLACES: Final = (
    _grounded(
        "no quote, no finding",
        '    if not quote:\n        return _outside(claim, "it quotes no code")\n',
        "    quote = quote or [shown[0].text]\n",
        f"{_IN_GROUND}[no quote]",
    ),
    _grounded(
        "white space",
        '    return " ".join(text.split())\n',
        "    return text\n",
        f"{_IN_GROUND}[white space does not matter]",
    ),
    _grounded(
        "numbers and signs copied along",
        '    bare = [_normal(_PREFIX.sub("", line)) for line in quote]\n',
        "    bare = quote\n",
        f"{_IN_GROUND}[number and sign copied along]",
    ),
    _grounded(
        "parts of a line",
        "    return [n for n in starts if quote[0] and all(q in shown[n + k].text for k, q in enumerate(quote))]\n",
        "    return [n for n in starts if n < 0]\n",
        f"{_IN_GROUND}[part of a line]",
    ),
    _grounded(
        "the quote mends the line",
        "removed=_removed(shown, best.first, quote))\n",
        "removed=_removed(shown, best.first, quote), line=claim.line)\n",
        f"{_IN_GROUND}[the quote mends the line]",
    ),
    _grounded(
        "the named one of several",
        "            shown[span.first].line != claim.line,\n            not span.touches,\n",
        "            not span.touches,\n",
        _EQUAL,
    ),
    _grounded("the changed one of several", "            not span.touches,\n", "", _EQUAL),
    _grounded(
        "the nearest of several",
        "            abs(shown[span.first].line - claim.line),\n",
        "",
        f"{_IN_GROUND}[repeated code: the nearest one]",
    ),
    _grounded(
        "short quotes",
        "    if sum(len(line) for line in quote) < MIN_QUOTE:\n        starts = ",
        "    if not quote:\n        starts = ",
        "tests/core/test_ground.py::test_a_quote_that_stands_everywhere_proves_only_the_line_it_names",
    ),
    _grounded(
        "the range that a claim names",
        "    length = max(count, min(claim.end_line - claim.line + 1, MAX_SPAN))\n",
        "    length = count\n",
        f"{_IN_GROUND}[context line, the range reaches the change]",
    ),
    _grounded(
        "removed lines",
        "    if any(line.is_added or line.is_removed for line in shown[first : last + 1]):\n",
        "    if any(line.is_added for line in shown[first : last + 1]):\n",
        f"{_IN_GROUND}[a removed line, named by the line after the gap]",
    ),
    _grounded(
        "the gap that a deletion left",
        "    return _is_pure_removal(shown, first - 1, -1) or _is_pure_removal(shown, last + 1, 1)\n",
        "    return False\n",
        f"{_IN_GROUND}[the line after a pure removal]",
    ),
    _grounded(
        "no gap where something came instead",
        "    return seen and not (0 <= index < len(shown) and shown[index].is_added)\n",
        "    return seen\n",
        f"{_IN_GROUND}[before a replaced line]",
    ),
    _grounded(
        "what was removed is shown",
        ", removed=_removed(shown, best.first, quote))\n",
        ")\n",
        "tests/core/test_ground.py::test_the_place_carries_the_removed_lines_that_are_quoted",
    ),
)

_FINDINGS: Final = (
    _merged(
        "claims of two backends",
        "        if one == other or shared[one][other] < ENOUGH * len(members[one]) * len(members[other]):\n",
        "        if links:\n",
        "test_claims_merge_by_place_and_meaning[same line and family]",
    ),
    _merged(
        "the same place",
        " or later.place.line - items[a].place.end_line <= NEAR\n",
        " or later.place.line\n",
        "test_claims_merge_by_place_and_meaning[too far apart]",
    ),
    _merged(
        "the same thing",
        "    wording = fuzz.token_set_ratio(texts[a], texts[b])\n",
        "    wording = 100.0\n",
        "test_claims_merge_by_place_and_meaning[same line, another thing]",
    ),
    _merged(
        "one file",
        "key = (item.place.path, item.place.ref, bool(item.problem)",
        'key = ("", item.place.ref, bool(item.problem)',
        "test_claims_merge_by_place_and_meaning[another file]",
    ),
    _merged(
        "the mark of a secret is no word",
        'PLACEHOLDER.sub(" ", f"{item.claim.title} {item.claim.why}"[:_COMPARED])',
        'f"{item.claim.title} {item.claim.why}"[:_COMPARED]',
        "test_claims_merge_by_place_and_meaning[the mark of a secret is no word about it]",
    ),
    _merged(
        "all who raised it",
        "        raised_by=tuple(sorted({g.claim.backend for g in group})),\n",
        "        raised_by=(claim.backend,),\n",
        "test_a_merged_finding_has_all_authors_once_and_the_gravest_severity",
    ),
    _merged(
        "the gravest severity",
        "        severity=max((g.claim.severity for g in group), key=lambda severity: severity.order),\n",
        "        severity=claim.severity,\n",
        "test_a_neighbours_claim_does_not_move_what_others_agree_on",
    ),
    _merged(
        "outside stays outside",
        "item.place.ref, bool(item.problem), item.claim.ignored_by is not None)\n",
        "item.place.ref, False, item.claim.ignored_by is not None)\n",
        "test_claims_outside_the_diff_never_join_those_inside",
    ),
    _merged(
        "proof for its group",
        "        is_proof=any(g.claim.is_proof for g in group),\n",
        "        is_proof=False,\n",
        "test_what_a_rule_proved_stands_for_its_group",
    ),
    _merged(
        "no proof of anything graver",
        "    graver = [] if proved is None else ",
        "    graver = [] if proved is None or group else ",
        "test_a_proof_proves_nothing_graver_than_itself",
    ),
    _merged(
        "identity without line numbers and wording",
        '    code = "".join(quote.split())\n',
        "    code = quote\n",
        "test_identity_survives_rewording_line_shifts_and_white_space",
    ),
    _merged(
        "identity by family",
        "{family(category, cwe)}",
        "{category}",
        "test_identity_survives_rewording_line_shifts_and_white_space",
    ),
    _merged(
        "any order of claims",
        "    for item in sorted(grounded, key=canonical):\n",
        "    for item in grounded:\n",
        "test_the_order_of_claims_changes_nothing",
    ),
)

_INVENTED: Final = row(
    "grounding: what a real model makes up",
    "a real model's made-up findings are caught",
    GROUND,
    "    return Grounded(claim=claim, place=place, problem=problem)\n\n\ndef _normal",
    '    return Grounded(claim=claim, place=place, problem="")\n\n\ndef _normal',
    "tests/end_to_end/test_real_model.py::test_what_a_real_model_makes_up_is_caught_by_grounding",
)

ROWS: Final = (*_COVERAGE, *_KEYS, *_PLACES, _INVENTED, *_FINDINGS)
