"""Which backend suits a question, by its words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.ports import Traits
from lok_hooks.core.reliability import Precision
from lok_hooks.core.route import Candidate
from lok_hooks.core.suggest import Category, categories, suggest

CODE, SECURITY, DEAD = Category.CODE_ANALYSIS, Category.SECURITY_AUDIT, Category.DEAD_CODE
FAST, SHAPE, GENERAL = Category.PERFORMANCE, Category.ARCHITECTURE, Category.GENERAL

PHRASINGS = [
    ("Find N+1 queries", FAST, "codex"),
    ("are there n+1 selects in the order list?", FAST, "codex"),
    ("N + 1 queries", FAST, "codex"),
    ("does the loader run an N +1 select", FAST, "codex"),
    ("Why is the start page so slow?", FAST, "codex"),
    ("make the import faster", FAST, "codex"),
    ("Optimize this loop", FAST, "codex"),
    ("where could we optimise memory usage", FAST, "codex"),
    ("find the bottlenecks in the build", FAST, "codex"),
    ("profiling shows 80 % in json.loads", FAST, "codex"),
    ("O(n^2) behaviour in the scheduler", FAST, "codex"),
    ("is there a memory leak in the worker", FAST, "codex"),
    ("reduce the latency of /search", FAST, "codex"),
    ("Find performance problems", FAST, "codex"),
    ("Find SQL injection", SECURITY, "gemini"),
    ("Security audit", SECURITY, "gemini"),
    ("audit this repository", SECURITY, "gemini"),
    ("is this secure?", SECURITY, "gemini"),
    ("Look for vulnerabilities", SECURITY, "gemini"),
    ("what could an attacker do with this endpoint", SECURITY, "gemini"),
    ("check the authentication", SECURITY, "gemini"),
    ("who authenticates the caller?", SECURITY, "gemini"),
    ("does every route check authorization", SECURITY, "gemini"),
    ("review the auth flow", SECURITY, "gemini"),
    ("are passwords hashed?", SECURITY, "gemini"),
    ("XSS in the comment form?", SECURITY, "gemini"),
    ("can a path traversal happen in unzip()", SECURITY, "gemini"),
    ("hard to say whether credentials are logged", SECURITY, "gemini"),
    ("Find dead code", DEAD, "codex"),
    ("dead-code in utils", DEAD, "codex"),
    ("list unused functions", DEAD, "codex"),
    ("which branches are unreachable", DEAD, "codex"),
    ("which of these files is safe to delete", DEAD, "codex"),
    ("functions that are never called", DEAD, "codex"),
    ("Explain the architecture", SHAPE, "gemini"),
    ("architectural weaknesses of the plugin system", SHAPE, "gemini"),
    ("How should we restructure the billing package?", SHAPE, "gemini"),
    ("Should we split the monolith into microservices", SHAPE, "gemini"),
    ("is dependency injection worth it here", SHAPE, "gemini"),
    ("refactor the design of the event bus", SHAPE, "gemini"),
    ("circular dependencies between packages", SHAPE, "gemini"),
    ("Find bugs", CODE, "codex"),
    ("code review of my last commit", CODE, "codex"),
    ("is there a race condition in cache.py", CODE, "codex"),
    ("debug this traceback", CODE, "codex"),
    ("which edge cases does parse() miss", CODE, "codex"),
    ("where do we swallow exceptions", CODE, "codex"),
    ("who is the author of this module?", GENERAL, "codex"),
    ("who is the author?", GENERAL, "codex"),
    ("list all authors and their mails", GENERAL, "codex"),
    ("call the secretary", GENERAL, "codex"),
    ("a couple of thoughts on naming", GENERAL, "codex"),
    ("write an optimistic haiku", GENERAL, "codex"),
    ("perform the migration of the docs", GENERAL, "codex"),
    ("how do I use fastapi", GENERAL, "codex"),
    ("What does this project do?", GENERAL, "codex"),
    ("Wie spät ist es?", GENERAL, "codex"),
    ("where is the auditorium?", GENERAL, "codex"),
    ("plan a hackathon for the summer", GENERAL, "codex"),
    ("an auditory signal at n + 10 seconds", GENERAL, "codex"),
    ("name an orphanage, and an exceptional swallowtail", GENERAL, "codex"),
    ("???", GENERAL, "codex"),
]  # fmt: skip


def candidate(name: str, *strengths: str, missing: str = "", may_block: bool = True) -> Candidate:
    traits = Traits(
        role="model", kind="command", may_block=may_block, is_local=False, max_prompt_bytes=1, strengths=strengths
    )
    return Candidate(name=name, traits=traits, missing=missing)


# As built in: tests/config/test_defaults.py holds the same lists.
CODEX = candidate("codex", "hunt", "code-analysis", "performance", "dead-code", "audit")
GEMINI = candidate("gemini", "audit", "security-audit", "architecture", "hunt")
CLAUDE = candidate("claude", "audit", "architecture", "code-analysis", "hunt")


@pytest.mark.parametrize(("question", "category", "backend"), PHRASINGS)
def test_what_a_question_is_about_and_who_is_best_at_it(question: str, category: Category, backend: str) -> None:
    found = suggest(question, (CODEX, GEMINI, CLAUDE))
    assert (found.matches[0].category, found.ranking[0].backend) == (category, backend)


@pytest.mark.parametrize(
    ("category", "words"),
    [
        (SECURITY, "secure secured securing securely security insecure insecurity vulnerable vulnerability exploits"),
        (SECURITY, "vulnerabilities exploited exploitable exploitation injections authenticate authenticated"),
        (SECURITY, "authentication authenticator unauthenticated authorize authorisation unauthorized unauthorised"),
        (SECURITY, "credentials passwords passwordless encrypted encryption decrypting cryptography cryptographic"),
        (SECURITY, "privileges privileged sanitize sanitizer sanitised sanitization backdoors deserialization"),
        (SECURITY, "audit audits audited auditing auditor auditors attack attacks attackers spoofing permissions"),
        (FAST, "slowdowns optimize optimized optimizes optimizer optimisations bottlenecks profilers benchmarks"),
        (FAST, "benchmarking speedups hotspots scalable scalability allocations"),
        (SHAPE, "architect architecture architectures architectural architecturally restructure restructured modular"),
        (
            SHAPE,
            "modularity modularize modularisation decouple decoupled decoupling microservices monoliths monolithic",
        ),
        (SHAPE, "refactors refactored refactoring redesigned abstractions tradeoffs"),
        (CODE, "debugs debugger debugging debugged deadlocks deadlocked segfaults tracebacks crashes crashing crashed"),
        (CODE, "exceptions concurrent concurrency concurrently regression regressions swallowed linters linting"),
        (DEAD, "orphans orphaned leftovers"),
    ],
)
def test_a_stem_takes_the_endings_of_its_words(category: Category, words: str) -> None:
    for word in words.split():
        assert [match.category for match in categories(word)][:1] == [category], word


def test_a_question_may_be_about_several_things() -> None:
    found = categories("Is the slow login query vulnerable to injection, or is it only the design?")
    assert [match.category for match in found] == [SECURITY, FAST, SHAPE]
    assert sum(match.share for match in found) == pytest.approx(1.0)
    assert found[1].words == ("slow", "query")


def test_a_longer_phrase_hides_the_words_inside_it() -> None:
    assert [match.words for match in categories("dependency injection")] == [("dependency injection",)]
    assert [match.category for match in categories("injection")] == [SECURITY]


def test_saying_a_word_again_makes_the_question_no_more_about_it() -> None:
    once, often = categories("slow, and a bug"), categories("slow slow SLOW slow, and a bug")
    assert often == once


def test_those_that_cannot_be_asked_come_last_and_are_not_available() -> None:
    gone = candidate("gemini", "audit", missing="no program 'gemini' on PATH")
    found = suggest("Find SQL injection", (gone, CODEX))
    assert [(r.backend, r.missing != "") for r in found.ranking] == [("codex", False), ("gemini", True)]
    assert [r.backend for r in found.available] == ["codex"]
    assert found.ranking[1].score > found.ranking[0].score


def test_those_without_a_login_come_last_of_those_at_hand() -> None:
    stranger = replace(GEMINI, traits=replace(GEMINI.traits, has_login=False))
    gone = candidate("claude", missing="not on PATH")
    found = suggest("Find SQL injection", (gone, stranger, CODEX))
    assert [(r.backend, r.reason) for r in found.ranking] == [
        ("codex", "at hand; strong at security-audit"),
        ("gemini", "at hand, but no login was found; strong at security-audit"),
        ("claude", "not at hand: not on PATH; security-audit is none of its strengths"),
    ]
    assert [r.backend for r in found.available] == ["codex", "gemini"]


def test_a_general_question_goes_to_whoever_is_there_and_first_to_who_says_it_is_good_at_them() -> None:
    assert suggest("What is this?", (candidate("a"), candidate("b"))).ranking[0].backend == "a"
    assert suggest("What is this?", (candidate("a"), candidate("b", "general"))).ranking[0].backend == "b"
    weak = candidate("weak", may_block=False)
    assert suggest("What is this?", (weak, candidate("b"))).ranking[0].backend == "b"


def test_an_earlier_strength_is_a_greater_one() -> None:
    first, second = candidate("first", "audit", "performance"), candidate("second", "performance")
    assert [r.backend for r in suggest("too slow", (first, second)).ranking] == ["second", "first"]


def test_a_strength_of_ones_own_counts_when_the_question_names_it() -> None:
    own = candidate("house", "Terraform modules")
    assert suggest("Are our terraform modules secure?", (GEMINI, own)).ranking[0].backend == "house"
    assert suggest("Is our terraform secure?", (GEMINI, own)).ranking[0].backend == "gemini"


def test_what_was_measured_moves_the_ranking_once_it_is_enough() -> None:
    bad, few = Precision(count=100, share=0.2), Precision(count=3, share=0.2)
    found = suggest("Find SQL injection", (replace(GEMINI, precision=bad), CLAUDE))
    assert [r.backend for r in found.ranking] == ["claude", "gemini"]
    found = suggest("Find SQL injection", (replace(GEMINI, precision=few), CLAUDE))
    assert [(r.backend, r.measured) for r in found.ranking] == [("gemini", few), ("claude", None)]


def test_analysers_answer_no_questions() -> None:
    static = Candidate(
        name="static",
        traits=Traits(role="analyser", kind="static", may_block=True, is_local=True, max_prompt_bytes=1),
    )
    assert [r.backend for r in suggest("Find bugs", (static, CODEX)).ranking] == ["codex"]


def test_the_reason_names_what_a_backend_is_strong_at() -> None:
    reasons = {r.backend: r.why for r in suggest("slow, and an injection", (CODEX, GEMINI, candidate("c"))).ranking}
    assert reasons == {
        "codex": "strong at security-audit, performance",
        "gemini": "strong at security-audit",
        "c": "security-audit is none of its strengths",
    }


@given(st.text(max_size=300))
def test_every_question_has_a_category_and_shares_that_make_one(question: str) -> None:
    found = suggest(question, (CODEX, GEMINI))
    assert sum(match.share for match in found.matches) == pytest.approx(1.0)
    assert {r.backend for r in found.ranking} == {"codex", "gemini"}
    for ranked in found.ranking:
        assert ranked.score == pytest.approx(sum(part.share * part.fit for part in ranked.parts) * ranked.weight)
