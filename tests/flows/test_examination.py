"""The debate inside the flow: who is asked in which round, and what a failure, a budget or an order changes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lok_hooks.backends.secrets import screen
from lok_hooks.core.diff import Diff
from lok_hooks.core.ports import Answer, Deadline, FailureKind, Listener, Reply, Request
from lok_hooks.core.review import Disposition, Policy, Review
from lok_hooks.core.screen import Screening, Secret, Strength, screening_of
from lok_hooks.core.settings import DebateSettings
from lok_hooks.core.task import Prompt
from lok_hooks.flows.review import Means, Order, review
from lok_hooks.flows.screening import Screen
from tests.core.builders import file_diff
from tests.flows.reviewers import Reviewer, Script, Texts, analyses, fails, says
from tests.flows.test_review import BUG, DIFF, HUNT
from tests.ports import Forever, Silent, one_after_the_other

LINE = "count = len(items) + 1"
C, U, R = Disposition.CONFIRMED, Disposition.UNCONFIRMED, Disposition.REFUTED
# A finding about the same line that nobody would merge with BUG.
LEAK = BUG | {"category": "resource-leak", "title": "the file stays open", "why": "nobody closes what was opened"}


def labels(prompt: Prompt) -> list[str]:
    return re.findall(r"(?m)^claim: (C\d+)$", prompt.text)


def round_of(prompt: Prompt) -> str:
    return prompt.task if prompt.asks == "votes" else ""


def ballot(name: str, prompt: Prompt, stance: str, reason: str = "", quote: str = LINE) -> Answer:
    votes = [
        {"claim": label, "stance": stance, "reason": reason or f"I {stance}", "quote": quote}
        for label in labels(prompt)
    ]
    return Reply(backend=name, text=json.dumps({"receipt": prompt.receipt, "votes": votes}), seconds=2.0)


def votes(name: str, *stances: str, raises: Sequence[dict[str, object]] = ()) -> Script:
    """Reviews as told; in the rounds it says the stances one after the other, the last one ever after. "fails",
    "prose" and "forged" are no stances."""
    left = list(stances)

    def script(prompt: Prompt) -> Answer:
        if not round_of(prompt):
            return says(name, *raises)(prompt)
        stance = left.pop(0) if len(left) > 1 else left[0]
        if stance == "fails":
            return fails(name, FailureKind.TIMED_OUT)(prompt)
        if stance == "prose":
            return Reply(backend=name, text="I agree with all of it.", seconds=1.0)
        if stance == "forged":
            return ballot(name, replace(prompt, receipt="forged"), "refute")
        return ballot(name, prompt, stance)

    return script


def author(*raises: dict[str, object], stance: str = "confirm") -> Reviewer:
    return Reviewer("codex", votes("codex", stance, raises=raises or (BUG,)))


def examiner(name: str, *stances: str, may_block: bool = True) -> Reviewer:
    return Reviewer(name, votes(name, *stances), may_block=may_block)


def debate(
    *reviewers: Reviewer,
    diff: Diff = DIFF,
    examination: DebateSettings | None = None,
    policy: Policy | None = None,
    chosen: tuple[str, ...] = (),
    screening: Screening | None = None,
    deadline: Deadline | None = None,
    screen: Screen | None = None,
) -> Review:
    order = Order(
        command="lok-hunt",
        diff=diff,
        tasks=(HUNT,),
        policy=policy or Policy(examination=examination or DebateSettings()),
        chosen=chosen,
    )
    means = Means(
        backends=reviewers,
        contents=Texts(),
        screen=screen or (lambda *_: screening or Screening()),
        ask_all=one_after_the_other,
        listener=Silent(),
        deadline=deadline or Forever(),
        now=lambda: 0.0,
    )
    return review(order, means)


def rounds(reviewer: Reviewer) -> list[str]:
    return [round_of(prompt) for prompt in reviewer.prompts if round_of(prompt)]


def told(found: Review) -> list[tuple[str, str, str]]:
    return [(vote.round, vote.voter, vote.stance) for judged in found.judged for vote in judged.votes]


@pytest.mark.parametrize(
    ("stances", "expected"),
    [
        (("confirm", "confirm"), C),
        (("refute", "refute"), R),
        (("unsure", "unsure"), U),
        (("confirm", "unsure"), C),
        (("refute", "unsure"), U),
        (("confirm", "fails"), C),
        (("refute", "fails"), U),
        (("unsure", "fails"), U),
        (("confirm", "prose"), C),
        (("confirm", "forged"), C),
        (("fails", "forged"), C),  # nobody examined it: the only model that reviewed it is enough
    ],
)
def test_what_others_say_of_a_finding(stances: tuple[str, str], expected: Disposition) -> None:
    names = ("gemini", "claude")
    found = debate(author(), *(examiner(name, stance) for name, stance in zip(names, stances, strict=True)))
    assert [judged.disposition for judged in found.judged] == [expected]
    assert found.exit_code == (expected is C)
    assert found.is_incomplete is False


def test_nothing_is_asked_when_nothing_could_block() -> None:
    small, elsewhere = BUG | {"severity": "medium"}, BUG | {"quote": "made up"}
    other = examiner("gemini", "confirm")
    found = debate(author(small, elsewhere), other)
    assert (other.prompts, found.examined) == ([], ())


def test_what_is_proved_is_not_debated() -> None:
    static = Reviewer("static", analyses("static", is_proof=True), role="analyser")
    other = examiner("gemini", "refute")
    assert debate(Reviewer("codex", says("codex")), static, other).exit_code == 1
    assert other.prompts == []


def test_the_suspicion_of_an_analyser_is_debated() -> None:
    static = Reviewer("static", analyses("static"), role="analyser")
    found = debate(Reviewer("codex", votes("codex", "refute")), examiner("gemini", "refute"), static)
    assert [judged.disposition for judged in found.judged] == [R]


def test_the_author_is_not_asked_while_anybody_else_is_at_hand() -> None:
    codex, gemini = author(), examiner("gemini", "confirm")
    debate(codex, gemini)
    assert (rounds(codex), rounds(gemini)) == ([], ["cross-examination"])


@pytest.mark.parametrize(("stance", "expected"), [("confirm", C), ("unsure", U), ("refute", R)])
def test_with_one_backend_a_fresh_context_examines(stance: str, expected: Disposition) -> None:
    absent = replace(examiner("claude", "confirm"), absent=True)
    found = debate(author(stance=stance), absent)
    (judged,) = found.judged
    assert (judged.disposition, [vote.is_self for vote in judged.votes]) == (expected, [True])
    assert judged.reason.startswith("self-examined; ")
    assert found.examined[0].why == "to examine itself (alone at hand)"


def test_only_chosen_backends_examine() -> None:
    codex, gemini = author(), examiner("gemini", "refute")
    found = debate(codex, gemini, chosen=("codex",))
    assert (gemini.prompts, rounds(codex), found.exit_code) == ([], ["cross-examination"], 1)


def test_one_batch_holds_all_claims_but_the_examiners_own() -> None:
    task = replace(HUNT, backends=("codex", "gemini"))
    codex = author(BUG, LEAK)
    gemini = Reviewer("gemini", votes("gemini", "confirm", raises=(BUG,)))
    claude = examiner("claude", "confirm")
    order = Order(command="lok-hunt", diff=DIFF, tasks=(task,), policy=Policy())
    means = Means(
        backends=(codex, gemini, claude),
        contents=Texts(),
        screen=lambda *_: Screening(),
        ask_all=one_after_the_other,
        listener=Silent(),
        deadline=Forever(),
        now=lambda: 0.0,
    )
    found = review(order, means)
    asked = {r.name: [len(labels(p)) for p in r.prompts if round_of(p)] for r in (codex, gemini, claude)}
    assert asked == {"codex": [], "gemini": [1], "claude": [2]}
    assert [judged.disposition for judged in found.judged] == [C, C]


def test_at_most_so_many_examine() -> None:
    claude, gemini = examiner("claude", "confirm"), examiner("gemini", "confirm")
    found = debate(author(), gemini, claude, examination=DebateSettings(reviewers=1))
    assert ([asked.backend for asked in found.examined], gemini.prompts) == (["claude"], [])


def test_examiners_who_disagree_are_asked_once_more() -> None:
    gemini, claude = examiner("gemini", "confirm", "confirm"), examiner("claude", "refute", "confirm")
    found = debate(author(), gemini, claude)
    assert rounds(gemini) == rounds(claude) == ["cross-examination", "rebuttal"]
    assert told(found) == [
        ("cross-examination", "claude", "refute"),
        ("cross-examination", "gemini", "confirm"),
        ("rebuttal", "claude", "confirm"),
        ("rebuttal", "gemini", "confirm"),
    ]
    assert found.judged[0].reason == "confirmed by claude, gemini"
    assert [(asked.backend, asked.tasks, asked.seconds) for asked in found.examined] == [
        ("claude", ("cross-examination", "rebuttal"), 4.0),
        ("gemini", ("cross-examination", "rebuttal"), 4.0),
    ]


def test_a_rebuttal_shows_the_other_side_alone() -> None:
    said = {"a": "confirm", "b": "confirm", "c": "refute", "d": "unsure"}
    panel = [examiner(name, stance) for name, stance in said.items()]
    debate(author(), *panel)
    shown = {
        each.name: re.findall(r"(?m)^  (?:Reviewer [A-Z]|you) voted: (\w+)", each.prompts[1].text) for each in panel
    }
    assert {name: (votes[0], sorted(votes[1:])) for name, votes in shown.items()} == {
        "a": ("confirm", ["refute"]),
        "b": ("confirm", ["refute"]),
        "c": ("refute", ["confirm", "confirm"]),
        "d": ("unsure", ["confirm", "confirm", "refute"]),
    }


@pytest.mark.parametrize("failure", ["fails", "prose", "forged"])
def test_who_fails_in_the_rebuttal_keeps_its_vote(failure: str) -> None:
    found = debate(author(), examiner("gemini", "confirm", failure), examiner("claude", "refute", "refute"))
    assert found.judged[0].reason == "confirmed by gemini; refuted by claude"
    assert [failure.backend for failure in found.failures] == ["gemini"]


def test_who_leaves_a_claim_out_of_the_rebuttal_keeps_its_vote() -> None:
    def silent_later(prompt: Prompt) -> Answer:
        if round_of(prompt) == "rebuttal":
            return Reply(backend="gemini", text=json.dumps({"receipt": prompt.receipt, "votes": []}), seconds=1.0)
        return ballot("gemini", prompt, "confirm")

    found = debate(author(), Reviewer("gemini", silent_later), examiner("claude", "refute", "refute"))
    assert found.judged[0].reason == "confirmed by gemini; refuted by claude"


def test_who_leaves_a_claim_out_at_first_is_unsure() -> None:
    def silent(prompt: Prompt) -> Answer:
        return Reply(backend="gemini", text=json.dumps({"receipt": prompt.receipt, "votes": []}), seconds=1.0)

    (judged,) = debate(author(), Reviewer("gemini", silent)).judged
    assert (judged.disposition, judged.votes[0].doubt) == (U, "it did not vote on it")


def test_what_is_agreed_gets_no_rebuttal() -> None:
    gemini, claude = examiner("gemini", "refute"), examiner("claude", "refute")
    debate(author(), gemini, claude)
    assert rounds(gemini) == rounds(claude) == ["cross-examination"]


def test_one_round_is_one_round() -> None:
    gemini, claude = examiner("gemini", "confirm"), examiner("claude", "refute")
    debate(author(), gemini, claude, examination=DebateSettings(rounds=1))
    assert rounds(gemini) == rounds(claude) == ["cross-examination"]


@pytest.mark.parametrize(("stances", "expected"), [(("confirm", "confirm"), C), (("refute", "refute"), R)])
def test_a_judge_ends_what_stays_disputed(stances: tuple[str, str], expected: Disposition) -> None:
    judge = examiner("ollama", *stances)
    found = debate(
        author(),
        examiner("gemini", "confirm"),
        examiner("claude", "refute"),
        judge,
        examination=DebateSettings(judge="ollama", reviewers=2),
    )
    assert rounds(judge) == ["judge"]
    assert found.judged[0].disposition is expected


def test_a_judge_is_not_asked_about_what_it_raised_or_what_is_settled() -> None:
    settled = examiner("ollama", "refute")
    options = DebateSettings(judge="ollama", reviewers=1)
    debate(author(), examiner("gemini", "confirm"), settled, examination=options)
    own = author()
    examiners = (examiner("gemini", "confirm"), examiner("claude", "refute"))
    debate(own, *examiners, examination=DebateSettings(judge="codex"))
    assert rounds(settled) == rounds(own) == []


def test_a_judge_who_is_not_there_is_missed_only_when_needed() -> None:
    options = DebateSettings(judge="ollama")
    gemini = examiner("gemini", "confirm")
    disputed = debate(author(), gemini, examiner("claude", "refute"), examination=options)
    settled = debate(author(), gemini, examiner("claude", "confirm"), examination=options)
    assert disputed.notes == ("ollama is not at hand to judge what is disputed",)
    assert settled.notes == ()
    assert debate(author(), gemini, examiner("claude", "refute")).notes == ()


def test_a_credential_file_is_not_debated() -> None:
    held = file_diff("a.py", "items = []\n", f"items = []\n{LINE}\n", held_back="it holds credentials")
    static = Reviewer("static", analyses("static"), role="analyser")
    codex = Reviewer("codex", votes("codex", "refute"))
    found = debate(codex, static, diff=Diff(label="staged changes", files=(held,)))
    assert (codex.prompts, [judged.votes for judged in found.judged]) == ([], [()])
    assert not any("examined" in note for note in found.notes)


def test_if_nobody_examines_it_the_report_says_so() -> None:
    found = debate(author(), examiner("gemini", "fails"), examiner("claude", "prose"))
    assert found.notes == (
        "no one examined 1 finding that could block (claude: unreadable; gemini: timed out): judged as without debate",
    )
    assert {failure.backend for failure in found.failures} == {"gemini", "claude"}
    assert (found.exit_code, found.is_incomplete) == (1, False)
    assert [(asked.backend, asked.requests, asked.answered) for asked in found.examined] == [
        ("claude", 1, 0),
        ("gemini", 1, 0),
    ]


def test_a_finding_that_no_request_can_show_is_named_as_such() -> None:
    small = replace(examiner("gemini", "refute"), max_prompt_bytes=8_100)
    found = debate(author(), small)
    assert found.notes == (
        "no one examined 1 finding that could block (no request can show it): judged as without debate",
    )
    assert (small.prompts, found.exit_code) == ([], 1)


@dataclass
class Waning:
    """A deadline that is over after so many looks at it."""

    looks: int = 0
    cancelled: bool = field(default=False)

    def remaining(self) -> float:
        self.looks -= 1
        return 1.0 if self.looks >= 0 else 0.0

    def is_cancelled(self) -> bool:
        return self.cancelled

    def at_most(self, seconds: float) -> Deadline:
        return self


def test_no_round_is_begun_when_the_time_is_over() -> None:
    gemini, claude = examiner("gemini", "confirm"), examiner("claude", "refute")
    late = debate(author(), gemini, claude, deadline=Waning(0))
    assert (gemini.prompts, late.exit_code) == ([], 1)
    assert late.notes == ("no one examined 1 finding that could block (the time was over): judged as without debate",)
    half = debate(author(), gemini, claude, deadline=Waning(1))
    assert rounds(gemini) == ["cross-examination"]
    assert half.judged[0].reason == "confirmed by gemini; refuted by claude"
    cut = ("the time was over before 1 disputed finding could be debated to the end: judged by the votes so far",)
    assert half.notes == cut
    ollama, options = examiner("ollama", "refute"), DebateSettings(judge="ollama", rounds=1, reviewers=2)
    unjudged = debate(author(), gemini, claude, ollama, examination=options, deadline=Waning(1))
    assert (rounds(ollama), unjudged.notes) == ([], cut)
    judged = debate(author(), gemini, claude, ollama, examination=options, deadline=Waning(2))
    assert (rounds(ollama), judged.notes) == (["judge"], ())


def test_a_weak_model_neither_confirms_nor_refutes_alone() -> None:
    for stance in ("confirm", "refute"):
        weak = examiner("ollama", stance, may_block=False)
        by_itself = debate(author(stance="unsure"), weak)
        assert [judged.disposition for judged in by_itself.judged] == [U]
        beside = debate(author(), examiner("gemini", "confirm"), weak)
        assert [judged.disposition for judged in beside.judged] == [C]


def test_secrets_leave_neither_in_prompts_nor_in_votes() -> None:
    line = 'connect(host, password="Tr0ub4dor&3x")'
    secret = Secret(kind="password", value="Tr0ub4dor&3x", line=0, start=24, strength=Strength.LIKELY)
    diff = Diff(label="staged changes", files=(file_diff("a.py", "", f"{line}\n"),))
    shown = 'connect(host, password="<SECRET:password:1>")'

    def leaks(prompt: Prompt) -> Answer:
        return ballot("gemini", prompt, "refute", reason='the password "Tr0ub4dor&3x" is fine', quote=shown)

    said = BUG | {"line": 1, "quote": shown, "title": "no timeout", "why": "a dead host hangs it"}
    gemini = Reviewer("gemini", leaks)
    found = debate(author(said), gemini, diff=diff, screening=screening_of([secret]))
    (judged,) = found.judged
    assert judged.votes[0].doubt == ""
    assert "Tr0ub4dor" not in repr(found) + "".join(prompt.text for prompt in gemini.prompts)


def test_a_refutation_may_quote_a_placeholder() -> None:
    line = 'token = "Tr0ub4dor&3x"'
    secret = Secret(kind="password", value="Tr0ub4dor&3x", line=0, start=9, strength=Strength.LIKELY)
    diff = Diff(label="staged changes", files=(file_diff("a.py", "", f"{line}\n"),))
    shown = 'token = "<SECRET:password:1>"'
    said = BUG | {"line": 1, "quote": shown}
    gemini = Reviewer("gemini", lambda prompt: ballot("gemini", prompt, "refute", quote=shown))
    found = debate(author(said), gemini, diff=diff, screening=screening_of([secret]))
    assert [vote.stance for vote in found.judged[0].votes] == ["refute"]


def shuffled(order: Sequence[int]) -> object:
    """Asks in another order than it was told; the answers come back in the order told."""

    def ask(requests: Sequence[Request], deadline: Deadline, listener: Listener) -> list[Answer]:
        ranked = sorted(range(len(requests)), key=lambda index: (order[index % len(order)], index))
        answers = {index: requests[index].backend.ask(requests[index].prompt, deadline) for index in ranked}
        return [answers[index] for index in range(len(requests))]

    return ask


SAID = st.sampled_from(["confirm", "refute", "unsure", "fails", "prose"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(SAID, SAID), min_size=3, max_size=3),
    st.permutations(range(4)),
    st.booleans(),
)
def test_the_order_of_backends_and_answers_changes_no_review(
    said: list[tuple[str, str]], order: list[int], may_block: bool
) -> None:
    def panel() -> list[Reviewer]:
        named = zip(("claude", "gemini", "ollama"), said, strict=True)
        others = [examiner(name, *stances, may_block=may_block or name != "ollama") for name, stances in named]
        return [author(BUG, LEAK), *others]

    def held(reviewers: Sequence[Reviewer]) -> Review:
        order_ = Order(command="lok-hunt", diff=DIFF, tasks=(HUNT,), policy=Policy())
        means = Means(
            backends=reviewers,
            contents=Texts(),
            screen=lambda *_: Screening(),
            ask_all=shuffled(order),  # type: ignore[arg-type]
            listener=Silent(),
            deadline=Forever(),
            now=lambda: 0.0,
        )
        return review(order_, means)

    plain = held(panel())
    reviewers = panel()
    assert held([reviewers[index] for index in order]) == plain


@pytest.mark.parametrize(("first", "second"), list(product(["confirm", "refute", "unsure"], repeat=2)))
def test_every_order_of_examiners_gives_the_same_verdict(first: str, second: str) -> None:
    results = []
    for order in permutations(("gemini", "claude", "codex")):
        made = {"gemini": examiner("gemini", first), "claude": examiner("claude", second), "codex": author()}
        results.append(debate(*(made[name] for name in order)))
    assert all(result.judged == results[0].judged for result in results)


def test_a_secret_that_only_a_vote_says_reaches_no_other_examiner_and_no_report() -> None:
    value = "AK" + "IAZ7QW3ERT9YUP2LKJ"

    def leaking(name: str, stance: str, quote: str) -> Reviewer:
        def script(prompt: Prompt) -> Answer:
            said = f"decoded it is {value}"
            return ballot(name, prompt, stance, said, quote) if round_of(prompt) else says(name)(prompt)

        return Reviewer(name, script)

    claude, gemini = leaking("claude", "refute", LINE), leaking("gemini", "confirm", f"key = '{value}'")
    sure = examiner("house", "confirm")
    found = debate(author(), claude, gemini, sure, screen=screen)
    assert rounds(claude) == rounds(sure) == ["cross-examination", "rebuttal"]
    prompts = [prompt.text for one in (claude, gemini, sure) for prompt in one.prompts]
    assert value not in repr(prompts) + repr(found)
    assert "decoded it is <SECRET:aws-key:1>" in repr(prompts)
    assert "decoded it is <SECRET:aws-key:1>" in repr(found)


def test_a_line_that_a_vote_quotes_is_looked_for_as_it_was_shown() -> None:
    line = "password = swordfish9"  # a name in Python, in words a password
    diff = Diff(label="staged changes", files=(file_diff("a.py", "", f"{line}\n"),))
    raised = BUG | {"line": 1, "quote": line}
    refuting = Reviewer(
        "claude", lambda p: ballot("claude", p, "refute", "", line) if round_of(p) else says("claude")(p)
    )
    assert told(debate(author(raised), refuting, diff=diff, screen=screen)) == [
        ("cross-examination", "claude", "refute")
    ]
