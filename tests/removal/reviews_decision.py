"""What becomes of a finding: the decision in its order, the quorum, the votes."""

from __future__ import annotations

from typing import Final

from tests.removal.places import TEST_REVIEW, VERDICT_FLOW
from tests.removal.row import Removal, row

_JUDGE: Final = "lok_hooks/core/judge.py"
_COMBINED: Final = "test_every_combination"
_QUORUM: Final = "test_the_quorum"
_VOICE: Final = "test_what_a_voice_is_worth"

_ORDER: Final = "suppressed, outside, below the threshold, proved, then votes or quorum"
_AGREED: Final = "without debate `quorum` reviewers must have raised it independently"
_EXAMINED: Final = "more against than for: refuted; more for than against, and somebody besides the author: confirmed"


def _judged(name: str, promise: str, old: str, new: str, test: str) -> Removal:
    return row(f"decision: {name}", promise, _JUDGE, old, new, f"tests/core/test_judge.py::{test}")


def _counted(name: str, old: str, new: str, test: str) -> Removal:
    return row(f"quorum: {name}", _AGREED, VERDICT_FLOW, old, new, f"{TEST_REVIEW}::{test}")


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
    _judged("proved", _ORDER, "    if finding.is_proof:\n", "    if not finding:\n", f"{_COMBINED}[-1-U-True-high--]"),
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
    row(
        "decision: a later vote replaces an earlier one",
        "a disputed finding gets one rebuttal round, then the votes stand",
        "lok_hooks/core/debate.py",
        "        latest[vote.voter] = vote\n",
        "        latest.setdefault(vote.voter, vote)\n",
        "tests/core/test_judge.py::test_a_vote_of_a_later_round_replaces_the_earlier_one",
    ),
)

ROWS: Final = (*_DECIDED, *_BY_QUORUM, *_BY_VOTES)
