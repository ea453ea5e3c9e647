"""Which backends are asked for a task, and what the report says of the reason."""

from __future__ import annotations

from typing import Final

from tests.removal.places import BUILT_IN, PLANNING, TEST_REVIEW, VERDICT_FLOW
from tests.removal.row import row

_ROUTE: Final = "lok_hooks/core/route.py"
_IN_ROUTE: Final = "tests/core/test_route.py"


ROWS: Final = (
    row(
        "routing: hunt goes to codex",
        "hunts go to codex",
        BUILT_IN,
        'backends = ["codex"]',
        'backends = ["claude"]',
        "tests/config/test_defaults.py::test_hunts_go_to_codex_and_audits_to_gemini",
    ),
    row(
        "routing: audit goes to gemini",
        "audits go to gemini first",
        BUILT_IN,
        'backends = ["gemini"]',
        'backends = ["claude"]',
        "tests/config/test_defaults.py::test_hunts_go_to_codex_and_audits_to_gemini",
    ),
    row(
        "routing: the task's list comes first",
        "the backends of the task's list review",
        _ROUTE,
        "    listed = tuple(name for name in task.backends if name in available)\n",
        "    listed = ()\n",
        f"{_IN_ROUTE}::test_routes",
    ),
    row(
        "routing: all of the list",
        "all available backends of the task's list review",
        _ROUTE,
        "    listed = tuple(name for name in task.backends if name in available)\n",
        "    listed = tuple(name for name in task.backends if name in available)[:1]\n",
        f"{_IN_ROUTE}::test_routes",
    ),
    row(
        "routing: only those at hand",
        "a backend that is missing is not asked",
        _ROUTE,
        "    available = {c.name: c for c in models if not c.missing}\n",
        "    available = {c.name: c for c in models}\n",
        f"{_IN_ROUTE}::test_routes",
    ),
    row(
        "routing: the next best",
        "else the next suitable one that is available",
        _ROUTE,
        "    best = best_of(task, candidates)\n    if best is None:",
        "    best = None\n    if best is None:",
        f"{_IN_ROUTE}::test_routes",
    ),
    row(
        "routing: strengths",
        "the next best is the one that is strongest at the task",
        _ROUTE,
        "    rank = strengths.index(task) if task in strengths else len(strengths) + 100\n",
        "    rank = 0\n",
        f"{_IN_ROUTE}::test_routes",
    ),
    row(
        "routing: weak ones last",
        "models that may block come first",
        _ROUTE,
        "(not c.traits.has_login, not c.traits.may_block, _rank(c, task.name))",
        "(not c.traits.has_login, _rank(c, task.name))",
        f"{_IN_ROUTE}::test_routes",
    ),
    row(
        "routing: a login before strength",
        "the next best is one that has a login",
        _ROUTE,
        "(not c.traits.has_login, not c.traits.may_block, _rank(c, task.name))",
        "(not c.traits.may_block, _rank(c, task.name))",
        f"{_IN_ROUTE}::test_routes",
    ),
    row(
        "routing: measured reliability",
        "measured findings move a backend",
        _ROUTE,
        "if precision and precision.is_enough else 0)",
        "if precision and not precision.is_enough else 0)",
        f"{_IN_ROUTE}::test_enough_measured_findings_move_a_backend",
    ),
    row(
        "routing: who stands in for those without a login",
        "where no listed one has a login the next best is asked besides",
        _ROUTE,
        " | _stand_in(task, candidates, listed)\n",
        "\n",
        f"{_IN_ROUTE}::test_the_next_best_is_asked_besides_those_of_the_list_that_have_no_login",
    ),
    row(
        "routing: no analyser for a model",
        "analysers are not routed",
        _ROUTE,
        '    models = [c for c in candidates if c.traits.role == "model"]\n    available',
        "    models = list(candidates)\n    available",
        f"{_IN_ROUTE}::test_routes",
    ),
    row(
        "routing: the user's choice",
        "`--backend` names who is asked",
        _ROUTE,
        "    if chosen:\n        named = ",
        "    if not models:\n        named = ",
        f"{_IN_ROUTE}::test_routes",
    ),
    row(
        "routing: the user's choice of analysers",
        "`--backend` names who is asked",
        PLANNING,
        'if b.traits.role == "analyser" and (not chosen or b.name in chosen)]',
        'if b.traits.role == "analyser"]',
        f"{TEST_REVIEW}::test_only_chosen_backends_are_asked",
    ),
    row(
        "routing: analysers on every review",
        "analysers run always",
        PLANNING,
        "    drafts += [draft for b in analysers if b.name not in absent for draft in _analyser_drafts(b, diff)]\n",
        "",
        f"{TEST_REVIEW}::test_without_a_model_the_analysers_review_and_the_report_says_so",
    ),
    row(
        "routing: the report says why",
        "the report says who was asked and why",
        VERDICT_FLOW,
        "                why=why.get(name, always),\n",
        "                why=always,\n",
        f"{TEST_REVIEW}::test_the_report_says_who_was_asked_and_why",
    ),
    row(
        "routing: the reason over all tasks",
        "the report says who was asked and why",
        _ROUTE,
        "            found.setdefault(name, {})[reason] = None\n",
        "            found[name] = {reason: None}\n",
        f"{_IN_ROUTE}::test_a_reason_over_all_tasks",
    ),
    row(
        "routing: the reason for analysers",
        "the report says who was asked and why",
        VERDICT_FLOW,
        "    always = CHOSEN if order.chosen else _alone(order, planned) or ",
        "    always = ",
        f"{TEST_REVIEW}::test_the_reason_covers_every_task_and_analysers_too",
    ),
    row(
        "routing: who was passed over",
        "the report says who was asked and why",
        _ROUTE,
        '        absent = f" ({\', \'.join(passed_over)} not at hand)" if passed_over else ""\n',
        '        absent = ""\n',
        f"{_IN_ROUTE}::test_who_is_listed_and_missing_is_named_beside_those_at_hand",
    ),
    row(
        "routing: no model at hand",
        "with no model at hand the analysers work alone and say so",
        VERDICT_FLOW,
        '    return (f"{why}: reviewed by',
        '    return () if answered else (f"{why}: reviewed by',
        f"{TEST_REVIEW}::test_without_a_model_the_analysers_review_and_the_report_says_so",
    ),
)
