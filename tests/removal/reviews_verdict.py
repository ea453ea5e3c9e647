"""What becomes of the whole review: exit codes, budget, and the policies of the entry points."""

from __future__ import annotations

from typing import Final

from tests.removal.row import Change, Removal

_REVIEW: Final = "lok_hooks/core/review.py"
_FLOW: Final = "lok_hooks/flows/review.py"
_FANOUT: Final = "lok_hooks/backends/fanout.py"
_BUILT_IN: Final = "lok_hooks/config/default.toml"
_IN_REVIEW: Final = "tests/flows/test_review.py"
_DEFAULTS: Final = "tests/config/test_defaults.py::test_built_in_rules"


def _row(group: str, name: str, promise: str, file: str, old: str, new: str, *tests: str) -> Removal:
    return Removal(name=f"{group}: {name}", promise=promise, changes=(Change(file, old, new),), tests=tests)


_ENDS: Final = (
    _row(
        "exit code",
        "1 for confirmed findings",
        "1 confirmed findings",
        _REVIEW,
        "        if self.blocking:\n            return EXIT_CONFIRMED\n",
        "",
        f"{_IN_REVIEW}::test_a_confirmed_finding_refuses_and_a_clean_answer_does_not",
    ),
    _row(
        "exit code",
        "only confirmed findings block",
        "0 nothing blocks",
        _REVIEW,
        "if j.disposition is Disposition.CONFIRMED)",
        "if j.disposition)",
        f"{_IN_REVIEW}::test_a_hallucinated_finding_is_shown_and_does_not_refuse",
    ),
    _row(
        "exit code",
        "4 for an incomplete review",
        "4 the review is incomplete and the policy says block",
        _REVIEW,
        '        if self.is_incomplete and self.policy.on_incomplete == "block":\n            return EXIT_INCOMPLETE\n',
        "",
        f"{_IN_REVIEW}::test_with_nobody_at_all_nothing_was_reviewed",
    ),
    _row(
        "exit code",
        "0 where the policy allows",
        "incomplete review: allow",
        _REVIEW,
        '        if self.is_incomplete and self.policy.on_incomplete == "block":\n',
        "        if self.is_incomplete:\n",
        f"{_IN_REVIEW}::test_an_unfinished_review_is_never_clean[allow-0-timed out]",
    ),
    _row(
        "exit code",
        "confirmed before incomplete",
        "1 confirmed findings",
        _REVIEW,
        "        if self.blocking:\n            return EXIT_CONFIRMED\n",
        "        if self.blocking and not self.is_incomplete:\n            return EXIT_CONFIRMED\n",
        f"{_IN_REVIEW}::test_what_is_confirmed_refuses_an_unfinished_review",
    ),
    _row(
        "exit code",
        "2 for the user's mistakes",
        "2 user's mistake (usage, lok.toml, not a repository)",
        "lok_hooks/errors.py",
        '    """The user can mend it."""\n\n    exit_code = EXIT_USER\n',
        '    """The user can mend it."""\n',
        "tests/cli/test_boundary.py::test_every_error_has_its_exit_code_and_says_what_and_what_next",
    ),
    _row(
        "exit code",
        "findings in order",
        "confirmed first, gravest first",
        _FLOW,
        "        judged=tuple(sorted(judged, key=_report_order)),\n",
        "        judged=tuple(judged),\n",
        f"{_IN_REVIEW}::test_findings_come_confirmed_first_and_gravest_first",
    ),
)

_TIME: Final = (
    _row(
        "budget",
        "nobody is asked behind it",
        "at the budget's end the hook stops asking",
        _FANOUT,
        "        while self._scope.remaining() > 0:\n",
        "        while lane:\n",
        "tests/backends/test_fanout.py::test_after_the_deadline_nobody_is_asked_any_more",
    ),
    _row(
        "budget",
        "those who answered count",
        "judges what it has, says what is missing",
        _FANOUT,
        "                last_moment = min(last_moment, time.monotonic() + GRACE_SECONDS)\n",
        "                return\n",
        "tests/backends/test_fanout.py::test_a_backend_that_keeps_the_deadline_gives_its_own_answer",
    ),
    _row(
        "budget",
        "no debate behind it",
        "at the budget's end the hook stops asking",
        "lok_hooks/flows/examination.py",
        "    if not dossiers or panel.deadline.remaining() <= 0:\n",
        "    if not dossiers:\n",
        "tests/flows/test_examination.py::test_no_round_is_begun_when_the_time_is_over",
    ),
    _row(
        "budget",
        "left to the push",
        "what is missing is deferred to the push gate",
        "lok_hooks/core/deferral.py",
        "    missed = {(item.path, item.task) for item in review.coverage.unreviewed if item.task in tasks}\n",
        "    missed = set[tuple[str, str]]()\n",
        "tests/core/test_deferral.py::test_a_file_that_a_task_did_not_get_through_is_left_open",
    ),
    _row(
        "budget",
        "of a commit",
        "lok-hunt: budget 60 s",
        _BUILT_IN,
        "budget = 60\n",
        "budget = 600\n",
        _DEFAULTS,
    ),
    _row(
        "budget",
        "of a push",
        "lok-audit: budget 300 s",
        _BUILT_IN,
        "budget = 300\n",
        "budget = 60\n",
        _DEFAULTS,
    ),
    _row(
        "budget",
        "of a review by hand",
        "lok-review: no budget",
        _BUILT_IN,
        'budget = "none"\n',
        "budget = 300\n",
        _DEFAULTS,
    ),
    _row(
        "policy",
        "an incomplete commit goes through",
        "lok-hunt: incomplete review: allow, loudly",
        _BUILT_IN,
        'on_incomplete = "allow"\n',
        'on_incomplete = "block"\n',
        _DEFAULTS,
    ),
    _row(
        "policy",
        "an incomplete push is blocked",
        "lok-audit: incomplete: block",
        _BUILT_IN,
        'budget = 300\non_incomplete = "block"\n',
        'budget = 300\non_incomplete = "allow"\n',
        _DEFAULTS,
    ),
    _row(
        "policy",
        "an incomplete review by hand is exit 4",
        "lok-review: incomplete: exit 4",
        _BUILT_IN,
        'budget = "none"\non_incomplete = "block"\n',
        'budget = "none"\non_incomplete = "allow"\n',
        _DEFAULTS,
    ),
    _row(
        "policy",
        "a commit hunts",
        "lok-hunt: task hunt",
        _BUILT_IN,
        'tasks = ["hunt"]\n',
        'tasks = ["audit", "hunt"]\n',
        _DEFAULTS,
    ),
    _row(
        "policy",
        "a push audits",
        "lok-audit: task audit",
        _BUILT_IN,
        'tasks = ["audit"]\n',
        'tasks = ["hunt"]\n',
        _DEFAULTS,
    ),
    _row(
        "policy",
        "a review by hand does both",
        "lok-review: tasks hunt and audit",
        _BUILT_IN,
        'tasks = ["hunt", "audit"]\n',
        'tasks = ["hunt"]\n',
        _DEFAULTS,
    ),
    _row(
        "policy",
        "fail_on is high",
        "fail_on is high unless set",
        _BUILT_IN,
        'fail_on = "high"\n',
        'fail_on = "medium"\n',
        _DEFAULTS,
    ),
    _row("policy", "quorum is 2", "quorum = 2", _BUILT_IN, "quorum = 2\n", "quorum = 1\n", _DEFAULTS),
    _row(
        "policy",
        "small servers' models do not block",
        "the default for ollama and OpenAI-compatible servers",
        "lok_hooks/config/defaults.py",
        '    "ollama": KindDefaults(may_block=False,',
        '    "ollama": KindDefaults(may_block=True,',
        "tests/config/test_defaults.py::test_built_in_backends[ollama]",
    ),
    _row(
        "policy",
        "unknown servers' models do not block",
        "the default for ollama and OpenAI-compatible servers",
        "lok_hooks/config/defaults.py",
        '    "openai": KindDefaults(may_block=False,',
        '    "openai": KindDefaults(may_block=True,',
        "tests/config/test_defaults.py::test_kind_and_what_hangs_on_it",
    ),
)

ROWS: Final = (*_ENDS, *_TIME)
