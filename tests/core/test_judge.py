"""The decision: a table over every combination, and what must hold for any input."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.debate import Round, Stance, Vote
from lok_hooks.core.finding import Finding, Severity
from lok_hooks.core.judge import WEIGHTS, Author, AuthorKind, Evidence, decide, is_candidate
from lok_hooks.core.review import Disposition, Policy
from lok_hooks.core.settings import DebateSettings
from tests.core.builders import finding

HIGH, LOW = Severity.HIGH, Severity.LOW
STANCES = {"c": Stance.CONFIRM, "r": Stance.REFUTE, "u": Stance.UNSURE}
KINDS: Mapping[str, AuthorKind] = {"m": "model", "w": "weak model", "a": "analyser"}
OUTCOMES = {"C": Disposition.CONFIRMED, "U": Disposition.UNCONFIRMED, "R": Disposition.REFUTED}
NO_DEBATE = Policy(debate=False)

# What examiners who are no authors said (c confirm, r refute, u unsure), and what becomes of a finding that 1, 2 and 3
# of 3 reviewers raised.
TABLE = {
    "": "UCC",  # nobody examined it: the quorum of 2
    "c": "CCC",
    "r": "UCC",
    "u": "UCC",
    "cc": "CCC",
    "cr": "CCC",
    "cu": "CCC",
    "rr": "RUC",
    "ru": "UCC",
    "uu": "UCC",
}


def authors(kinds: str) -> tuple[Author, ...]:
    return tuple(Author(name=f"author {n}", kind=KINDS[kind]) for n, kind in enumerate(kinds))


def evidence(models: int = 0, weak: int = 0, analysers: int = 0, reviewers: int = 0) -> Evidence:
    return Evidence(authors=authors("m" * models + "w" * weak + "a" * analysers), reviewers=reviewers)


def vote(stance: str, voter: str = "examiner 0", *, is_weak: bool = False, round_: Round | None = None) -> Vote:
    is_self = voter.startswith("author")
    return Vote(
        voter=voter,
        stance=STANCES[stance],
        is_weak=is_weak,
        is_self=is_self,
        round=round_ or Round.CROSS_EXAMINATION,
    )


def said(stances: str) -> tuple[Vote, ...]:
    return tuple(vote(stance, f"examiner {n}") for n, stance in enumerate(stances))


@pytest.mark.parametrize("suppression", ["", "known"])
@pytest.mark.parametrize("problem", ["", "not there"])
@pytest.mark.parametrize("severity", [HIGH, LOW])
@pytest.mark.parametrize("is_proof", [False, True])
@pytest.mark.parametrize(
    ("votes", "count", "outcome"),
    [(votes, count, outcomes[count - 1]) for votes, outcomes in TABLE.items() for count in (1, 2, 3)],
)
def test_every_combination(
    votes: str, count: int, outcome: str, is_proof: bool, severity: Severity, problem: str, suppression: str
) -> None:
    subject = finding(suppression=suppression, problem=problem, severity=severity, is_proof=is_proof)
    if suppression:
        expected = Disposition.SUPPRESSED
    elif problem:
        expected = Disposition.OUTSIDE
    elif severity is LOW:
        expected = Disposition.BELOW
    elif is_proof:
        expected = Disposition.CONFIRMED
    else:
        expected = OUTCOMES[outcome]
    judged = decide(subject, evidence(models=count, reviewers=3), Policy(), said(votes))
    assert (judged.disposition, judged.votes) == (expected, said(votes))


@pytest.mark.parametrize(
    ("models", "weak", "analysers", "reviewers", "is_confirmed"),
    [
        pytest.param(1, 0, 0, 1, True, id="the only model"),
        pytest.param(1, 0, 0, 2, False, id="one of two models"),
        pytest.param(2, 0, 0, 2, True, id="both models"),
        pytest.param(2, 0, 0, 3, True, id="two of three"),
        pytest.param(1, 0, 1, 2, True, id="a model and an analyser"),
        pytest.param(0, 0, 1, 0, True, id="an analyser where no model is at hand"),
        pytest.param(0, 0, 1, 1, True, id="an analyser beside one model"),
        pytest.param(0, 0, 1, 2, False, id="an analyser that two models do not back"),
        pytest.param(0, 0, 2, 2, True, id="two analysers"),
        pytest.param(0, 1, 0, 0, False, id="a weak model alone"),
        pytest.param(0, 3, 0, 0, False, id="three weak models"),
        pytest.param(1, 1, 0, 2, True, id="a weak model backs a strong one"),
        pytest.param(0, 1, 1, 2, True, id="a weak model backs an analyser"),
    ],
)
def test_the_quorum(models: int, weak: int, analysers: int, reviewers: int, is_confirmed: bool) -> None:
    expected = Disposition.CONFIRMED if is_confirmed else Disposition.UNCONFIRMED
    given_ = evidence(models=models, weak=weak, analysers=analysers, reviewers=reviewers)
    assert decide(finding(), given_, Policy()).disposition is expected


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        (evidence(models=1, reviewers=1), "raised by the only model that reviewed it"),
        (evidence(models=2, reviewers=3), "raised independently by 2"),
        (evidence(models=1, weak=1, reviewers=1), "raised independently by 2"),
        (evidence(analysers=1), "raised by an analyser, no second reviewer at hand"),
        (evidence(analysers=1, reviewers=1), "raised by an analyser"),
        (evidence(models=1, reviewers=2), "raised by 1 of 2 reviewers, 2 are needed"),
        (evidence(weak=2, reviewers=1), "raised only by a model whose word does not block"),
    ],
)
def test_the_reason_says_how_many_raised_it(given_: Evidence, reason: str) -> None:
    assert decide(finding(), given_, Policy()).reason == reason


@pytest.mark.parametrize(
    ("kinds", "votes", "outcome"),
    [
        pytest.param("m", [vote("c", "author 0")], "C", id="self-examined and confirmed"),
        pytest.param("m", [vote("u", "author 0")], "U", id="self-examined and unsure"),
        pytest.param("m", [vote("r", "author 0")], "R", id="an author takes its word back"),
        pytest.param("m", [vote("c", "author 0"), vote("u")], "U", id="an author does not confirm beside others"),
        pytest.param("m", [vote("c", "author 0"), vote("r")], "U", id="an author counts once"),
        pytest.param(
            "mm", [vote("c", "author 0"), vote("r", "b"), vote("r", "c")], "U", id="an author is no second voice"
        ),
        pytest.param("mm", [vote("c", "author 0"), vote("r", "author 1")], "U", id="two authors, one gives way"),
        pytest.param("m", [vote("c", is_weak=True)], "U", id="a weak examiner does not confirm"),
        pytest.param("m", [vote("c", is_weak=True), vote("u", "b")], "U", id="nor beside an unsure one"),
        pytest.param("m", [vote("c", "author 0"), vote("r", is_weak=True)], "C", id="a weak examiner does not refute"),
        pytest.param("m", [vote("r", "b"), vote("r", is_weak=True)], "R", id="a weak one adds to a refutation"),
        pytest.param("m", [vote("r", "b"), vote("c", is_weak=True)], "U", id="weak and author are no confirmation"),
        pytest.param(
            "m", [vote("c", "b"), vote("r", "c"), vote("r", "d"), vote("c", is_weak=True)], "C", id="it tips the scales"
        ),
        pytest.param("w", [vote("c", "b")], "C", id="a strong examiner confirms a weak author"),
        pytest.param("w", [vote("c", "author 0", is_weak=True)], "U", id="a weak author does not confirm itself"),
        pytest.param("w", [vote("u", "b")], "U", id="a weak author and an unsure examiner"),
        pytest.param("ww", [vote("r", "b")], "R", id="weak authors alone weigh nothing"),
        pytest.param("a", [vote("c", "b")], "C", id="a model confirms an analyser"),
        pytest.param("a", [vote("r", "b"), vote("r", "c")], "R", id="two models refute an analyser"),
        pytest.param("aw", [vote("u", "b")], "C", id="an analyser and a weak model agree, nobody objects"),
    ],
)
def test_what_a_voice_is_worth(kinds: str, votes: Sequence[Vote], outcome: str) -> None:
    subject = finding(raised_by=tuple(author.name for author in authors(kinds)))
    judged = decide(subject, Evidence(authors=authors(kinds), reviewers=2), Policy(), votes)
    assert judged.disposition is OUTCOMES[outcome]


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [("cr", "c-", "C"), ("cr", "-c", "C"), ("cr", "rr", "R"), ("rr", "c-", "C"), ("cc", "-r", "C")],
)
def test_a_vote_of_a_later_round_replaces_the_earlier_one(first: str, second: str, outcome: str) -> None:
    later = [vote(s, f"examiner {n}", round_=Round.REBUTTAL) for n, s in enumerate(second) if s != "-"]
    judged = decide(finding(), evidence(models=1, reviewers=1), Policy(), [*later, *said(first)])
    assert judged.disposition is OUTCOMES[outcome]
    assert [v.round for v in judged.votes] == [Round.CROSS_EXAMINATION] * 2 + [Round.REBUTTAL] * len(later)


@pytest.mark.parametrize(("stance", "outcome"), [("c", "C"), ("r", "R"), ("u", "C")])
def test_the_judge_weighs_two(stance: str, outcome: str) -> None:
    judge = vote(stance, "judge", round_=Round.JUDGE)
    judged = decide(finding(), evidence(models=1, reviewers=1), Policy(), [*said("cr"), judge])
    assert judged.disposition is OUTCOMES[outcome]


def test_two_votes_of_one_voter_in_one_round_are_unsure() -> None:
    twice = [vote("c"), vote("r")]
    for votes in (twice, twice[::-1]):
        judged = decide(finding(), evidence(models=1, reviewers=1), Policy(), votes)
        assert (judged.disposition, judged.reason) == (Disposition.UNCONFIRMED, "unsure: examiner 0")


def test_reliability_weighs_a_voice() -> None:
    votes = said("cr")
    for reliability, outcome in (({}, "C"), ({"examiner 1": 2.5}, "R"), ({"author 0": 0.5, "examiner 0": 0.5}, "U")):
        judged = decide(finding(), evidence(models=1, reviewers=1), Policy(), votes, reliability)
        assert judged.disposition is OUTCOMES[outcome]


def test_agreement_is_as_many_as_the_quorum_wants() -> None:
    three = Policy(quorum=3)
    for count, outcome in ((2, "U"), (3, "C")):
        assert decide(finding(), evidence(models=count, reviewers=3), three, said("u")).disposition is OUTCOMES[outcome]


def test_without_debate_votes_decide_nothing() -> None:
    judged = decide(finding(), evidence(models=1, reviewers=1), NO_DEBATE, said("rr"))
    assert judged.disposition is Disposition.CONFIRMED


@pytest.mark.parametrize(
    ("votes", "reason"),
    [
        (said("c"), "confirmed by examiner 0"),
        (said("crr"), "confirmed by examiner 0; refuted by examiner 1, examiner 2"),
        ([vote("c", "author 0")], "self-examined; confirmed by author 0"),
        ([vote("c", "author 0"), vote("u")], "confirmed by author 0 itself; unsure: examiner 0"),
    ],
)
def test_the_reason_names_who_said_what(votes: Sequence[Vote], reason: str) -> None:
    assert decide(finding(), evidence(models=1, reviewers=1), Policy(), votes).reason == reason


@pytest.mark.parametrize(
    ("subject", "policy", "expected"),
    [
        (finding(), Policy(), True),
        (finding(raised_by=("codex", "gemini")), Policy(), True),
        (finding(), NO_DEBATE, False),
        (finding(severity=LOW), Policy(), False),
        (finding(severity=LOW), Policy(fail_on=LOW), True),
        (finding(), Policy(examination=DebateSettings(min_severity=Severity.CRITICAL)), False),
        (finding(is_proof=True), Policy(), False),
        (finding(problem="not there"), Policy(), False),
        (finding(suppression="known"), Policy(), False),
    ],
)
def test_only_what_could_block_is_examined(subject: Finding, policy: Policy, expected: bool) -> None:
    assert is_candidate(subject, policy) is expected


@pytest.mark.parametrize(
    ("kinds", "votes", "threshold", "outcome"),
    [
        pytest.param("m", "", 0.5, "U", id="one model alone is right too seldom"),
        pytest.param("mm", "", 0.4, "C", id="two models reach a low threshold"),
        pytest.param("mm", "", 0.5, "U", id="and not a higher one"),
        pytest.param("mmm", "", 0.5, "C", id="three reach it"),
        pytest.param("m", "cc", 0.5, "C", id="one whom two confirm"),
        pytest.param("mmm", "rr", 0.5, "U", id="three whom two refute"),
        pytest.param("m", "rr", 0.5, "R", id="one whom two refute"),
        pytest.param("mw", "c", 0.5, "C", id="a weak author adds to it"),
        pytest.param("w", "", 0.01, "U", id="a weak author alone never blocks, however low the threshold"),
        pytest.param("a", "", 0.01, "C", id="an analyser may"),
    ],
)
def test_the_calibrated_probability(kinds: str, votes: str, threshold: float, outcome: str) -> None:
    policy = Policy(confirm="probability", threshold=threshold)
    judged = decide(finding(), Evidence(authors=authors(kinds), reviewers=3), policy, said(votes))
    assert judged.disposition is OUTCOMES[outcome]
    rule, _, said_of_it = judged.reason.partition("; ")
    assert rule.endswith(f"{threshold:.0%} confirms".replace("%", " %"))
    assert bool(said_of_it) is bool(votes)


def test_the_probability_starts_from_the_task_and_kind_of_the_finding() -> None:
    policy = Policy(confirm="probability", threshold=0.6)
    hunted = finding()
    audited = replace(hunted, tasks=("audit", "hunt"), category="sql-injection")
    demand = replace(audited, category="authorization")
    lonely = evidence(models=1, reviewers=2)
    outcomes = [decide(subject, lonely, policy).disposition for subject in (hunted, audited, demand)]
    assert outcomes == [Disposition.UNCONFIRMED, Disposition.CONFIRMED, Disposition.UNCONFIRMED]


def test_without_debate_the_probability_hears_no_votes() -> None:
    policy = Policy(confirm="probability", debate=False)
    assert decide(finding(), evidence(models=1), policy, said("ccc")).disposition is Disposition.UNCONFIRMED


def test_weak_voices_weigh_less() -> None:
    for part in ("author", "examiner", "judge"):
        assert 0 < WEIGHTS[f"weak {part}"] < WEIGHTS[part]


kinds = st.text("mwa", max_size=4)
evidences = st.builds(
    lambda kinds, reviewers: Evidence(authors=authors(kinds), reviewers=reviewers), kinds, st.integers(0, 4)
)
findings = st.builds(
    finding,
    severity=st.sampled_from(Severity),
    is_proof=st.booleans(),
    problem=st.sampled_from(["", "not there"]),
    suppression=st.sampled_from(["", "known"]),
)
policies = st.builds(
    Policy,
    fail_on=st.sampled_from(Severity),
    quorum=st.integers(1, 4),
    debate=st.sampled_from([True, True, False]),
    confirm=st.sampled_from(["rule", "rule", "probability"]),
    threshold=st.sampled_from([0.1, 0.3, 0.5, 0.67, 0.9, 1.0]),
)
voters = st.sampled_from([*(f"author {n}" for n in range(4)), *(f"examiner {n}" for n in range(4))])


@st.composite
def votes_on(draw: st.DrawFn, given_: Evidence) -> Vote:
    """A vote as the flow makes it: an author's is marked as such, and a weak author is a weak voter."""
    voter = draw(voters)
    weak = {author.name for author in given_.authors if author.kind == "weak model"}
    names = {author.name for author in given_.authors}
    is_weak = voter in weak or (voter not in names and voter in ("examiner 2", "examiner 3"))
    made = vote(draw(st.sampled_from("cru")), voter, is_weak=is_weak, round_=draw(st.sampled_from(Round)))
    return replace(made, is_self=voter in names)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Finding, Evidence, Policy, list[Vote], dict[str, float]]:
    given_ = draw(evidences)
    votes = draw(st.lists(votes_on(given_), max_size=6))
    weights = st.dictionaries(voters, st.sampled_from([0.5, 0.7, 1.0, 1.3, 1.5]), max_size=4)
    return draw(findings), given_, draw(policies), votes, draw(weights)


Case = tuple[Finding, Evidence, Policy, list[Vote], dict[str, float]]
RANKS = {Disposition.REFUTED: 0, Disposition.UNCONFIRMED: 1, Disposition.CONFIRMED: 2}


@given(cases())
def test_every_finding_has_one_disposition_and_a_reason(case: Case) -> None:
    judged = decide(*case)
    assert judged.disposition in Disposition
    assert judged.reason


@given(cases(), st.data())
def test_the_order_of_votes_and_authors_changes_nothing(case: Case, data: st.DataObject) -> None:
    subject, given_, policy, votes, weights = case
    shuffled = replace(given_, authors=tuple(data.draw(st.permutations(given_.authors))))
    assert decide(subject, shuffled, policy, data.draw(st.permutations(votes)), weights) == decide(*case)


@given(cases(), st.data())
def test_one_more_refutation_never_makes_it_more_blocking(case: Case, data: st.DataObject) -> None:
    subject, given_, policy, votes, weights = case
    more = replace(data.draw(votes_on(given_)), stance=Stance.REFUTE)
    before = decide(*case).disposition
    after = decide(subject, given_, policy, [*votes, more], weights).disposition
    assert RANKS.get(after, 1) <= RANKS.get(before, 1)


@given(cases(), st.data())
def test_one_more_confirmation_never_makes_it_less_blocking(case: Case, data: st.DataObject) -> None:
    subject, given_, policy, votes, weights = case
    more = replace(data.draw(votes_on(given_)), stance=Stance.CONFIRM)
    before = decide(*case).disposition
    after = decide(subject, given_, policy, [*votes, more], weights).disposition
    assert RANKS.get(after, 1) >= RANKS.get(before, 1)


@given(findings, evidences, policies, st.sampled_from("mwa"))
def test_one_more_author_never_makes_a_finding_block_less(
    subject: Finding, given_: Evidence, policy: Policy, kind: str
) -> None:
    more = replace(given_, authors=(*given_.authors, Author(name="one more", kind=KINDS[kind])))
    before = decide(subject, given_, policy).disposition
    assert before is not Disposition.CONFIRMED or decide(subject, more, policy).disposition is Disposition.CONFIRMED


def test_the_table_is_whole() -> None:
    multisets = {"".join(c) for size in (0, 1, 2) for c in itertools.combinations_with_replacement("cru", size)}
    assert set(TABLE) == multisets
