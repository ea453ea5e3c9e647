"""What becomes of a finding and of the whole review: the decision in its order, quorum, votes, exit codes, budget."""

from __future__ import annotations

from typing import Final

from tests.removal.row import Change, Removal

_JUDGE: Final = "lok_hooks/core/judge.py"
_REVIEW: Final = "lok_hooks/core/review.py"
_FLOW: Final = "lok_hooks/flows/review.py"
_FANOUT: Final = "lok_hooks/backends/fanout.py"
_BUILT_IN: Final = "lok_hooks/config/default.toml"
_COMBINED: Final = "test_every_combination"
_QUORUM: Final = "test_the_quorum"
_VOICE: Final = "test_what_a_voice_is_worth"
_IN_REVIEW: Final = "tests/flows/test_review.py"
_DEFAULTS: Final = "tests/config/test_defaults.py::test_built_in_rules"

_ORDER: Final = "suppressed, outside, below the threshold, proved, then votes or quorum"
_AGREED: Final = "without debate `quorum` reviewers must have raised it independently"
_EXAMINED: Final = "more against than for: refuted; more for than against, and somebody besides the author: confirmed"


def _row(group: str, name: str, promise: str, file: str, old: str, new: str, *tests: str) -> Removal:
    return Removal(name=f"{group}: {name}", promise=promise, changes=(Change(file, old, new),), tests=tests)


def _judged(name: str, promise: str, old: str, new: str, test: str) -> Removal:
    return _row("decision", name, promise, _JUDGE, old, new, f"tests/core/test_judge.py::{test}")


def _counted(name: str, old: str, new: str, test: str) -> Removal:
    return _row("quorum", name, _AGREED, _FLOW, old, new, f"{_IN_REVIEW}::{test}")


_DECIDED: Final = (
    _judged(
        "suppressed",
        _ORDER,
        "    if finding.suppression:\n        return",
        "    if not finding:\n        return",
        f"{_COMBINED}[-1-U-False-high--known]",
    ),
    _judged(
        "suppressed before outside",
        _ORDER,
        "    if finding.suppression:\n        return",
        "    if finding.suppression and not finding.problem:\n        return",
        f"{_COMBINED}[-1-U-False-high-not there-known]",
    ),
    _judged(
        "outside the diff",
        _ORDER,
        "    if finding.problem:\n        return",
        "    if not finding:\n        return",
        f"{_COMBINED}[-1-U-False-high-not there-]",
    ),
    _judged(
        "outside before below",
        _ORDER,
        "    if finding.problem:\n        return",
        "    if finding.problem and finding.severity.order >= policy.fail_on.order:\n        return",
        f"{_COMBINED}[-1-U-False-low-not there-]",
    ),
    _judged(
        "below fail_on",
        _ORDER,
        "    if finding.severity.order < policy.fail_on.order:\n",
        "    if not policy:\n",
        f"{_COMBINED}[-2-C-False-low--]",
    ),
    _judged(
        "as grave as fail_on",
        _ORDER,
        "    if finding.severity.order < policy.fail_on.order:\n",
        "    if finding.severity.order <= policy.fail_on.order:\n",
        f"{_COMBINED}[-2-C-False-high--]",
    ),
    _judged(
        "below before proved",
        _ORDER,
        "    if finding.severity.order < policy.fail_on.order:\n",
        "    if finding.severity.order < policy.fail_on.order and not finding.is_proof:\n",
        f"{_COMBINED}[-1-U-True-low--]",
    ),
    _judged(
        "proved",
        _ORDER,
        "    if finding.is_proof:\n",
        "    if not finding:\n",
        f"{_COMBINED}[-1-U-True-high--]",
    ),
    _judged(
        "proof is not voted about",
        _ORDER,
        "    if finding.is_proof:\n",
        "    if finding.is_proof and not votes:\n",
        f"{_COMBINED}[rr-1-R-True-high--]",
    ),
    _judged(
        "votes where there are any",
        _ORDER,
        "    if any(not vote.is_weak for vote in counted):\n",
        "    if not policy:\n",
        f"{_COMBINED}[c-1-C-False-high--]",
    ),
    _judged(
        "no votes without debate",
        _ORDER,
        "    counted = standing(votes) if policy.debate else ()\n",
        "    counted = standing(votes)\n",
        "test_without_debate_votes_decide_nothing",
    ),
    _judged(
        "only what could block is examined",
        "only for what could block",
        "        and finding.severity.order >= max(policy.fail_on.order, policy.examination.min_severity.order)\n",
        "",
        "test_only_what_could_block_is_examined",
    ),
    _judged(
        "what is settled is not examined",
        "not suppressed, not outside, not proved by an analyser",
        "        and not (finding.suppression or finding.problem or finding.is_proof)\n",
        "",
        "test_only_what_could_block_is_examined",
    ),
)

_BY_QUORUM: Final = (
    _judged(
        "as many as the quorum",
        _AGREED,
        "    if authors >= needed:\n",
        "    if authors:\n",
        f"{_QUORUM}[one of two models]",
    ),
    _judged(
        "no more than could have raised it",
        "min(quorum, the number of LLM backends that reviewed that place for that task)",
        "    return max(1, min(policy.quorum, evidence.reviewers))\n",
        "    return max(1, policy.quorum)\n",
        f"{_QUORUM}[the only model]",
    ),
    _judged(
        "no more than the quorum",
        "min(quorum, the number of LLM backends that reviewed that place for that task)",
        "    return max(1, min(policy.quorum, evidence.reviewers))\n",
        "    return max(1, evidence.reviewers)\n",
        f"{_QUORUM}[two of three]",
    ),
    _judged(
        "one analyser where no model is",
        "with no LLM at all one analyser is enough",
        "    return max(1, min(policy.quorum, evidence.reviewers))\n",
        "    return max(2, min(policy.quorum, evidence.reviewers))\n",
        f"{_QUORUM}[an analyser where no model is at hand]",
    ),
    _judged(
        "analysers are authors",
        "analysers count as authors",
        "    authors, needed = len(evidence.authors), _needed(evidence, policy)\n",
        "    authors, needed = evidence.models + evidence.weak, _needed(evidence, policy)\n",
        f"{_QUORUM}[a model and an analyser]",
    ),
    _judged(
        "weak models add to what another raised",
        "may_block = false adds weight",
        "    authors, needed = len(evidence.authors), _needed(evidence, policy)\n",
        "    authors, needed = evidence.strong, _needed(evidence, policy)\n",
        f"{_QUORUM}[a weak model backs a strong one]",
    ),
    _judged(
        "weak models confirm nothing alone",
        "may_block = false neither blocks nor confirms alone",
        "    if not evidence.strong:\n",
        "    if not evidence.authors:\n",
        f"{_QUORUM}[three weak models]",
    ),
    _counted(
        "analysers are no reviewers",
        '        and outcome.request.backend.traits.role == "model"\n',
        "",
        "test_what_an_analysers_word_is_worth[False-1-1]",
    ),
    _counted(
        "weak models are no reviewers",
        "        and outcome.request.backend.traits.may_block\n",
        "",
        "test_a_weak_model_neither_blocks_nor_raises_the_quorum",
    ),
    _counted(
        "who failed is no reviewer",
        "        if outcome.failure is None\n        and outcome",
        "        if outcome\n        and outcome",
        "test_a_reviewer_that_failed_is_not_counted_among_those_that_could_have_agreed",
    ),
    _counted(
        "for that task",
        "        and (not tasks or outcome.request.prompt.task in tasks)\n",
        "",
        "test_reviewers_of_another_task_do_not_raise_the_quorum",
    ),
    _counted(
        "of that place",
        "        and shows(outcome.request.prompt.chunk, finding)\n",
        "",
        "test_who_did_not_see_the_place_does_not_raise_the_quorum",
    ),
    _counted(
        "of that part of the file",
        "        and shows(outcome.request.prompt.chunk, finding)\n",
        "        and finding.place.path in outcome.request.prompt.chunk.paths\n",
        "test_who_did_not_see_the_place_does_not_raise_the_quorum",
    ),
    _counted(
        "what models may block",
        '    return "model" if traits.may_block else "weak model"\n',
        '    return "model"\n',
        "test_a_weak_model_neither_blocks_nor_raises_the_quorum",
    ),
    _counted(
        "what analysers are",
        '    if traits.role == "analyser":\n        return "analyser"\n',
        "",
        "test_a_weak_analyser_is_an_analyser",
    ),
)

_BY_VOTES: Final = (
    _judged(
        "refuted",
        _EXAMINED,
        "    if against > for_:\n        return Disposition.REFUTED, reason\n",
        "",
        f"{_COMBINED}[rr-1-R-False-high--]",
    ),
    _judged(
        "even votes refute nothing",
        _EXAMINED,
        "    if against > for_:\n        return Disposition.REFUTED, reason\n",
        "    if against >= for_:\n        return Disposition.REFUTED, reason\n",
        f"{_COMBINED}[r-1-U-False-high--]",
    ),
    _judged(
        "even votes confirm nothing",
        _EXAMINED,
        "    if for_ > against and _is_backed",
        "    if for_ >= against and _is_backed",
        f"{_VOICE}[two authors, one gives way]",
    ),
    _judged(
        "somebody besides the author",
        _EXAMINED,
        " and _is_backed(evidence, policy, votes, kept):\n",
        ":\n",
        f"{_COMBINED}[u-1-U-False-high--]",
    ),
    _judged(
        "an author is no second voice",
        _EXAMINED,
        "if vote.stance is Stance.CONFIRM and vote.voter not in names]\n",
        "if vote.stance is Stance.CONFIRM]\n",
        f"{_VOICE}[an author is no second voice]",
    ),
    _judged(
        "an author may take its word back",
        _EXAMINED,
        "if author.name not in {vote.voter for vote in refuters}]\n",
        "]\n",
        f"{_VOICE}[an author takes its word back]",
    ),
    _judged(
        "self-examination where nobody else is",
        _EXAMINED,
        "(among_themselves or vote.voter not in names)",
        "vote.voter not in names",
        f"{_VOICE}[self-examined and confirmed]",
    ),
    _judged(
        "no self-examination beside others",
        _EXAMINED,
        "(among_themselves or vote.voter not in names)",
        "(strong or among_themselves)",
        f"{_VOICE}[an author does not confirm beside others]",
    ),
    _judged(
        "weak voices alone weigh nothing",
        _EXAMINED,
        "    if all(is_weak for _, _, is_weak in voices):\n        return 0.0\n",
        "",
        f"{_VOICE}[weak authors alone weigh nothing]",
    ),
    _judged(
        "weak examiners confirm nothing",
        _EXAMINED,
        "    strong = [vote for vote in votes if not vote.is_weak]\n",
        "    strong = list(votes)\n",
        f"{_VOICE}[nor beside an unsure one]",
    ),
    _judged(
        "agreement as the quorum wants",
        _EXAMINED,
        "    return len(kept) >= max(2, _needed(evidence, policy))\n",
        "    return len(kept) >= 2\n",
        "test_agreement_is_as_many_as_the_quorum_wants",
    ),
    _judged(
        "the judge weighs two",
        _EXAMINED,
        '    return vote.voter, "judge" if vote.round is Round.JUDGE else "examiner", vote.is_weak\n',
        '    return vote.voter, "examiner", vote.is_weak\n',
        "test_the_judge_weighs_two[r-R]",
    ),
    _judged(
        "reliability weighs",
        "weights by backend from the ledger",
        " * reliability.get(name, 1.0) for",
        " for",
        "test_reliability_weighs_a_voice",
    ),
    _judged(
        "who said what",
        "the report shows what was demoted and why",
        "        said += [f\"{words} {', '.join(names)}\"] if names else []\n",
        "        said += [words] if names else []\n",
        "test_the_reason_names_who_said_what",
    ),
    _row(
        "decision",
        "a later vote replaces an earlier one",
        "a disputed finding gets one rebuttal round, then the votes stand",
        "lok_hooks/core/debate.py",
        "        latest[vote.voter] = vote\n",
        "        latest.setdefault(vote.voter, vote)\n",
        "tests/core/test_judge.py::test_a_vote_of_a_later_round_replaces_the_earlier_one",
    ),
)

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

ROWS: Final = (*_DECIDED, *_BY_QUORUM, *_BY_VOTES, *_ENDS, *_TIME)
