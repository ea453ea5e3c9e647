"""What becomes of the whole review: the end of its time, and the rules that hold unless somebody says otherwise."""

from __future__ import annotations

from typing import Final

from tests.removal.places import BUILT_IN, FANOUT, REVIEW, TEST_BUILT_IN_RULES, TEST_REVIEW, VERDICT_FLOW, WIRING
from tests.removal.row import row

_ENDS: Final = (
    row(
        "verdict: only confirmed findings block",
        "a commit is refused only on confirmed findings",
        REVIEW,
        "if j.disposition is Disposition.CONFIRMED)",
        "if j.disposition)",
        f"{TEST_REVIEW}::test_a_hallucinated_finding_is_shown_and_does_not_refuse",
    ),
    row(
        "verdict: findings in order",
        "confirmed first, gravest first",
        VERDICT_FLOW,
        "        judged=tuple(sorted(judged, key=_report_order)),\n",
        "        judged=tuple(judged),\n",
        f"{TEST_REVIEW}::test_findings_come_confirmed_first_and_gravest_first",
    ),
)

_TIME: Final = (
    row(
        "budget: of a whole review",
        "a commit must not wait for ever",
        WIRING,
        "    deadline = Until.after(policy.budget)\n",
        "    deadline = Until.after(None)\n",
        "tests/end_to_end/test_settings.py::test_each_entry_point_has_its_budget[hooks.pre-commit]",
    ),
    row(
        "budget: nobody is asked behind it",
        "at the budget's end the hook stops asking",
        FANOUT,
        "        while self._scope.remaining() > 0:\n",
        "        while lane:\n",
        "tests/backends/test_fanout.py::test_after_the_deadline_nobody_is_asked_any_more",
    ),
    row(
        "budget: those who answered count",
        "judges what it has, says what is missing",
        FANOUT,
        "                last_moment = min(last_moment, time.monotonic() + GRACE_SECONDS)\n",
        "                return\n",
        "tests/backends/test_fanout.py::test_a_backend_that_keeps_the_deadline_gives_its_own_answer",
    ),
    row(
        "budget: no debate behind it",
        "at the budget's end the hook stops asking",
        "lok_hooks/flows/examination.py",
        "    if not dossiers or panel.deadline.remaining() <= 0:\n",
        "    if not dossiers:\n",
        "tests/flows/test_examination.py::test_no_round_is_begun_when_the_time_is_over",
    ),
    row(
        "budget: the push takes over",
        "the push asks again what commits left open",
        "lok_hooks/core/deferral.py",
        "if paths and task in known and task not in asked}\n",
        "if not paths}\n",
        "tests/core/test_deferral.py::test_a_push_takes_over_what_its_own_tasks_do_not_do_and_lok_toml_still_knows",
    ),
    row(
        "budget: left to the push",
        "what is missing is deferred to the push gate",
        "lok_hooks/core/deferral.py",
        "    missed = {(item.path, item.task) for item in review.coverage.unreviewed if item.task in tasks}\n",
        "    missed = set[tuple[str, str]]()\n",
        "tests/core/test_deferral.py::test_a_file_that_a_task_did_not_get_through_is_left_open",
    ),
    row(
        "policy: a commit hunts",
        "lok-hunt: task hunt",
        BUILT_IN,
        'tasks = ["hunt"]\n',
        'tasks = ["audit", "hunt"]\n',
        TEST_BUILT_IN_RULES,
    ),
    row(
        "policy: a push audits",
        "lok-audit: task audit",
        BUILT_IN,
        'tasks = ["audit"]\n',
        'tasks = ["hunt"]\n',
        TEST_BUILT_IN_RULES,
    ),
    row(
        "policy: a review by hand does both",
        "lok-review: tasks hunt and audit",
        BUILT_IN,
        'tasks = ["hunt", "audit"]\n',
        'tasks = ["hunt"]\n',
        TEST_BUILT_IN_RULES,
    ),
    row(
        "policy: fail_on is high",
        "fail_on is high unless set",
        BUILT_IN,
        'fail_on = "high"\n',
        'fail_on = "medium"\n',
        TEST_BUILT_IN_RULES,
    ),
    row("policy: quorum is 2", "quorum = 2", BUILT_IN, "quorum = 2\n", "quorum = 1\n", TEST_BUILT_IN_RULES),
    row(
        "policy: small servers' models do not block",
        "the default for ollama and OpenAI-compatible servers",
        "lok_hooks/config/defaults.py",
        '    "ollama": KindDefaults(may_block=False,',
        '    "ollama": KindDefaults(may_block=True,',
        "tests/config/test_defaults.py::test_built_in_backends[ollama]",
    ),
    row(
        "policy: unknown servers' models do not block",
        "the default for ollama and OpenAI-compatible servers",
        "lok_hooks/config/defaults.py",
        '    "openai": KindDefaults(may_block=False,',
        '    "openai": KindDefaults(may_block=True,',
        "tests/config/test_defaults.py::test_kind_and_what_hangs_on_it",
    ),
)

ROWS: Final = (*_ENDS, *_TIME)
