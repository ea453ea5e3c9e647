"""The flow with reviewers that implement the port: who is asked, what counts, what a failure does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from lok_hooks.core.diff import Diff
from lok_hooks.core.finding import Claim, Severity
from lok_hooks.core.ports import Analysis, Answer, FailureKind, Reply
from lok_hooks.core.reliability import Precision
from lok_hooks.core.review import Disposition, Policy, Review, Unreviewed
from lok_hooks.core.screen import Screening, Secret, Strength, screening_of
from lok_hooks.core.task import Aspect, Prompt, Task
from lok_hooks.flows.review import Means, Order, review
from lok_hooks.flows.screening import Secrets, no_secrets
from tests.core.builders import claim, file_diff
from tests.flows.reviewers import Reviewer, Script, Texts, analyses, fails, says
from tests.ports import Forever, Silent, one_after_the_other

HUNT = Task(
    name="hunt", description="find bugs", aspects=(Aspect(name="errors", text="Lost errors."),), backends=("codex",)
)
AUDIT = Task(
    name="audit", description="find holes", aspects=(Aspect(name="injection", text="SQL."),), backends=("gemini",)
)
BUG = {
    "file": "a.py", "line": 2, "severity": "high", "category": "logic", "title": "one too many",
    "why": "the last is read twice", "quote": "count = len(items) + 1",
}  # fmt: skip
DIFF = Diff(label="staged changes", files=(file_diff("a.py", "items = []\n", "items = []\ncount = len(items) + 1\n"),))
TWO_FILES = replace(DIFF, files=(*DIFF.files, file_diff("b.py", "", "y = 2\n")))


def run(
    *reviewers: Reviewer,
    diff: Diff = DIFF,
    tasks: tuple[Task, ...] = (HUNT,),
    policy: Policy | None = None,
    chosen: tuple[str, ...] = (),
    screening: Callable[[Diff, Sequence[str]], Screening] = lambda *_: Screening(),
    contents: Texts | None = None,
    secrets: Secrets = no_secrets,
    precision: Mapping[str, Precision] | None = None,
) -> Review:
    order = Order(
        command="lok-hunt",
        diff=diff,
        tasks=tasks,
        policy=policy or Policy(debate=False),
        chosen=chosen,
        precision=precision or {},
    )
    means = Means(
        backends=reviewers,
        contents=contents or Texts(),
        screen=screening,
        secrets=secrets,
        ask_all=one_after_the_other,
        listener=Silent(),
        deadline=Forever(),
        now=lambda: 0.0,
    )
    return review(order, means)


def dispositions(found: Review) -> list[Disposition]:
    return [judged.disposition for judged in found.judged]


def test_a_confirmed_finding_refuses_and_a_clean_answer_does_not() -> None:
    refused = run(Reviewer("codex", says("codex", BUG)))
    passed = run(Reviewer("codex", says("codex")))
    assert (refused.exit_code, dispositions(refused)) == (1, [Disposition.CONFIRMED])
    assert (passed.exit_code, passed.judged, passed.coverage.reviewed) == (0, (), ("a.py",))


def test_a_hallucinated_finding_is_shown_and_does_not_refuse() -> None:
    found = run(Reviewer("codex", says("codex", BUG | {"quote": "os.system(name)"})))
    assert (found.exit_code, dispositions(found)) == (0, [Disposition.OUTSIDE])


def test_two_reviewers_of_a_task_must_agree() -> None:
    task = replace(HUNT, backends=("codex", "claude"))
    alone = run(Reviewer("codex", says("codex", BUG)), Reviewer("claude", says("claude")), tasks=(task,))
    both = run(Reviewer("codex", says("codex", BUG)), Reviewer("claude", says("claude", BUG)), tasks=(task,))
    assert (alone.exit_code, dispositions(alone)) == (0, [Disposition.UNCONFIRMED])
    assert (both.exit_code, both.judged[0].finding.raised_by) == (1, ("claude", "codex"))


def test_a_reviewer_that_failed_is_not_counted_among_those_that_could_have_agreed() -> None:
    task = replace(HUNT, backends=("codex", "claude"))
    found = run(Reviewer("codex", says("codex", BUG)), Reviewer("claude", fails("claude")), tasks=(task,))
    assert (found.exit_code, found.is_incomplete) == (1, False)
    assert [failure.backend for failure in found.failures] == ["claude"]


def test_reviewers_of_another_task_do_not_raise_the_quorum() -> None:
    found = run(Reviewer("codex", says("codex", BUG)), Reviewer("gemini", says("gemini")), tasks=(HUNT, AUDIT))
    assert found.exit_code == 1


def test_who_did_not_see_the_place_does_not_raise_the_quorum() -> None:
    lines = "".join(f"value_{n} = compute_something({n})\n" for n in range(600))
    diff = Diff(label="staged changes", files=(file_diff("a.py", "", f"items = []\ncount = len(items) + 1\n{lines}"),))
    task = replace(HUNT, backends=("codex", "claude"))
    codex = Reviewer("codex", says("codex", BUG))
    claude = Reviewer("claude", lambda prompt: script(prompt), max_prompt_bytes=18_000)

    def script(prompt: Prompt) -> Answer:
        return (fails if "len(items)" in prompt.text else says)("claude")(prompt)

    found = run(codex, claude, diff=diff, tasks=(task,))
    assert len(claude.prompts) > 1
    assert (found.exit_code, found.judged[0].reason) == (1, "raised by the only model that reviewed it")


def test_a_weak_analyser_is_an_analyser() -> None:
    static = Reviewer("static", analyses("static"), role="analyser", may_block=False)
    assert dispositions(run(static)) == [Disposition.CONFIRMED]


def test_a_weak_model_neither_blocks_nor_raises_the_quorum() -> None:
    task = replace(HUNT, backends=("codex", "ollama"))
    weak = Reviewer("ollama", says("ollama", BUG), may_block=False)
    assert run(Reviewer("codex", says("codex")), weak, tasks=(task,)).exit_code == 0
    assert (
        run(Reviewer("codex", says("codex", BUG)), replace(weak, script=says("ollama")), tasks=(task,)).exit_code == 1
    )


@pytest.mark.parametrize(
    ("is_proof", "with_models", "exit_code"), [(True, 2, 1), (False, 2, 0), (False, 1, 1), (False, 0, 1)]
)
def test_what_an_analysers_word_is_worth(is_proof: bool, with_models: int, exit_code: int) -> None:
    models = [Reviewer(name, says(name)) for name in ("codex", "claude")[:with_models]]
    task = replace(HUNT, backends=("codex", "claude"))
    static = Reviewer("static", analyses("static", is_proof=is_proof), role="analyser")
    assert run(*models, static, tasks=(task,)).exit_code == exit_code


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        pytest.param(fails("codex", FailureKind.TIMED_OUT), FailureKind.TIMED_OUT, id="timed out"),
        pytest.param(says("codex", BUG, receipt="forged"), FailureKind.UNREADABLE, id="no receipt"),
        pytest.param(says("codex", BUG, files=[]), FailureKind.UNREADABLE, id="not the files that were shown"),
        pytest.param(says("codex", BUG, files=["a.py", "z.py"]), FailureKind.UNREADABLE, id="other files"),
        pytest.param(lambda _: Reply(backend="codex", text="Fine.", seconds=1), FailureKind.UNREADABLE, id="prose"),
    ],
)
@pytest.mark.parametrize(("on_incomplete", "exit_code"), [("allow", 0), ("block", 4)])
def test_an_unfinished_review_is_never_clean(
    script: Script, kind: FailureKind, on_incomplete: str, exit_code: int
) -> None:
    policy = Policy(on_incomplete=on_incomplete, debate=False)  # type: ignore[arg-type]
    found = run(Reviewer("codex", script), policy=policy)
    assert found.is_incomplete
    assert (found.exit_code, found.judged, found.coverage.reviewed) == (exit_code, (), ())
    assert [failure.kind for failure in found.failures] == [kind]
    assert found.coverage.unreviewed == (Unreviewed(path="a.py", task="hunt", reason=f"codex: {kind}"),)


def test_an_answer_that_does_not_count_is_kept() -> None:
    found = run(Reviewer("codex", says("codex", BUG, receipt="forged")))
    assert "one too many" in found.failures[0].answer


def test_an_answers_own_words_are_told_without_secrets() -> None:
    # Half of it would be left where the words are cut.
    words = f"Error: {'x' * 70} {'hidden-by-nobody' * 4}"
    secret = Secret(kind="key", value="hidden-by-nobody" * 4, line=0, start=0, strength=Strength.STRUCTURAL)
    codex = Reviewer("codex", lambda _: Reply(backend="codex", text=words, seconds=1))
    (failure,) = run(codex, screening=lambda *_: screening_of([secret])).failures
    assert failure.reason == f"the answer could not be read: it is not JSON: Error: {'x' * 70} <SECRET:key:1>"


def test_each_task_must_be_answered() -> None:
    found = run(Reviewer("codex", says("codex")), Reviewer("gemini", fails("gemini")), tasks=(HUNT, AUDIT))
    assert [(item.path, item.task) for item in found.coverage.unreviewed] == [("a.py", "audit")]
    assert found.coverage.reviewed == ()


def test_without_a_model_the_analysers_review_and_the_report_says_so() -> None:
    static = Reviewer("static", lambda _: Analysis(backend="static", claims=(), seconds=0.1), role="analyser")
    found = run(Reviewer("codex", fails("codex"), absent=True), static)
    assert (found.exit_code, found.is_incomplete, found.coverage.reviewed) == (0, False, ("a.py",))
    assert found.notes == ("no LLM at hand (lok doctor says why): reviewed by static alone",)
    assert [asked.why for asked in found.asked] == ["no LLM at hand (lok doctor says why)"]
    assert run(static).notes == ("no LLM is switched on: reviewed by static alone",)


def test_an_analyser_that_did_not_answer_has_not_reviewed() -> None:
    scan, bad = Reviewer("scan", analyses("scan"), role="analyser"), Reviewer("bad", fails("bad"), role="analyser")
    assert run(scan, bad).notes == ("no LLM is switched on: reviewed by scan alone",)
    assert run(bad).notes == ("no LLM is switched on",)


def test_who_asks_no_model_is_not_told_that_none_is_there() -> None:
    static = Reviewer("static", analyses("static"), role="analyser")
    for more in ({"tasks": ()}, {"chosen": ("static",)}):
        assert run(Reviewer("codex", fails("codex"), absent=True), static, **more).notes == ()


def test_with_nobody_at_all_nothing_was_reviewed() -> None:
    found = run(Reviewer("codex", fails("codex"), absent=True))
    assert (found.is_incomplete, found.coverage.reviewed, found.exit_code) == (True, (), 4)


def test_a_chosen_backend_that_is_missing_is_not_replaced() -> None:
    static = Reviewer("static", lambda _: Analysis(backend="static", claims=(), seconds=0.1), role="analyser")
    codex, claude = Reviewer("codex", fails("codex"), absent=True), Reviewer("claude", says("claude"))
    found = run(codex, claude, static, chosen=("codex", "static"))
    assert (found.exit_code, claude.prompts) == (4, [])
    assert [(item.task, item.reason) for item in found.coverage.unreviewed] == [("hunt", "codex: missing")]


def test_only_chosen_backends_are_asked() -> None:
    codex, static = Reviewer("codex", says("codex")), Reviewer("static", analyses("static"), role="analyser")
    run(codex, static, chosen=("codex",))
    assert (len(codex.prompts), len(static.prompts)) == (1, 0)


def test_an_analyser_that_fails_leaves_the_review_unfinished() -> None:
    static = Reviewer("static", fails("static"), role="analyser")
    found = run(Reviewer("codex", says("codex")), static)
    assert [(item.path, item.task) for item in found.coverage.unreviewed] == [("a.py", "analysis")]


def test_every_analyser_must_answer() -> None:
    scan, bad = Reviewer("scan", analyses("scan"), role="analyser"), Reviewer("bad", fails("bad"), role="analyser")
    found = run(Reviewer("codex", says("codex")), scan, bad)
    assert [(item.task, item.reason) for item in found.coverage.unreviewed] == [("analysis", "bad: crashed")]


def test_all_prompts_of_a_task_are_one_request() -> None:
    task = replace(HUNT, aspects=(*HUNT.aspects, Aspect(name="speed", text="Slow loops.")))
    codex = Reviewer("codex", says("codex"))
    run(codex, diff=TWO_FILES, tasks=(task,))
    (prompt,) = codex.prompts
    assert prompt.chunk.paths == ("a.py", "b.py")
    assert all(aspect.text in prompt.text for aspect in task.aspects)


DEEP = "".join(
    "".join(f"{'    ' * depth}class {'Nested' * 15}{depth}In{n}:\n" for depth in range(8))
    + f"{' ' * 32}value_{n} = 1\n"
    for n in range(60)
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("", "".join(f"value_{n} = '{'long ' * 40}'\n" for n in range(300)), id="a new file"),
        pytest.param(DEEP, DEEP.replace("= 1\n", "= 2\n"), id="many hunks with long headings"),
    ],
)
@pytest.mark.parametrize("words", [20, 10_000])
def test_no_prompt_is_larger_than_its_backend_takes(old: str, new: str, words: int) -> None:
    task = replace(HUNT, aspects=(Aspect(name="errors", text="lost " * (words // 5)),))
    codex = Reviewer("codex", says("codex"), max_prompt_bytes=24_000)
    diff = Diff(label="staged changes", files=(file_diff("a.py", old, new, context=0),))
    found = run(codex, diff=diff, tasks=(task,), contents=Texts({"a.py": new}))
    assert found.coverage.reviewed == ("a.py",)
    assert len(codex.prompts) > 1
    assert max(len(prompt.text.encode()) for prompt in codex.prompts) <= 24_000


def test_a_file_in_several_parts_needs_an_answer_for_each() -> None:
    lines = "".join(f"value_{n} = compute_something({n})\n" for n in range(600))
    diff = Diff(label="staged changes", files=(file_diff("a.py", "", lines),))
    answers = iter([says("codex"), fails("codex"), *[says("codex")] * 9])
    codex = Reviewer("codex", lambda prompt: next(answers)(prompt), max_prompt_bytes=18_000)
    found = run(codex, diff=diff)
    assert len(codex.prompts) > 2
    assert [item.path for item in found.coverage.unreviewed] == ["a.py"]


@pytest.mark.parametrize(
    ("others", "reasons"),
    [
        ((), ["one line alone is larger than a prompt to codex may be"]),
        ((says("claude"),), []),
        ((fails("claude"),), ["claude: crashed"]),
    ],
)
def test_a_line_too_long_for_one_model_may_be_reviewed_by_another(
    others: tuple[Script, ...], reasons: list[str]
) -> None:
    diff = Diff(label="staged changes", files=(file_diff("a.py", "", f"x = '{'a ' * 20_000}'\n"),))
    small = Reviewer("codex", says("codex"), max_prompt_bytes=20_000)
    task = replace(HUNT, backends=("codex", "claude"))
    found = run(small, *(Reviewer("claude", script) for script in others), diff=diff, tasks=(task,))
    assert small.prompts == []
    assert [left.reason for left in found.coverage.unreviewed] == reasons
    assert found.is_incomplete is bool(reasons)


def test_a_task_that_fits_into_no_prompt_is_named() -> None:
    task = replace(HUNT, aspects=(Aspect(name="errors", text="lost " * 5_000),))
    codex = Reviewer("codex", says("codex"), max_prompt_bytes=24_000)
    found = run(codex, tasks=(task,))
    assert codex.prompts == []
    assert [left.reason for left in found.coverage.unreviewed] == [
        "what hunt asks is larger than a prompt to codex may be"
    ]


def test_a_credential_file_is_shown_to_no_model() -> None:
    held = file_diff(".env", "", "TOKEN=abc\n", held_back="its name says it holds credentials")
    codex = Reviewer("codex", says("codex"))
    static = Reviewer("static", lambda _: Analysis(backend="static", claims=(), seconds=0.1), role="analyser")
    found = run(codex, static, diff=replace(DIFF, files=(*DIFF.files, held)))
    assert "TOKEN" not in codex.prompts[0].text
    assert static.prompts[0].chunk.paths == ("a.py", ".env")
    assert (found.is_incomplete, [item.path for item in found.coverage.skipped]) == (False, [".env"])


def test_the_order_of_backends_changes_no_verdict() -> None:
    task = replace(HUNT, backends=("codex", "claude", "gemini"))
    scripts = {
        "codex": says("codex", BUG),
        "claude": says("claude", BUG | {"title": "count is one too many", "line": 3}),
        "gemini": says("gemini", BUG | {"quote": "made up"}),
    }
    results = {
        run(*(Reviewer(name, scripts[name]) for name in order), tasks=(task,)).judged for order in permutations(scripts)
    }
    assert len(results) == 1
    assert next(iter(results))[0].finding.raised_by == ("claude", "codex")


def test_findings_come_confirmed_first_and_gravest_first() -> None:
    other = BUG | {
        "title": "two things at once",
        "category": "race",
        "severity": "critical",
        "quote": "y = 2",
        "file": "b.py",
    }
    small = BUG | {
        "title": "slow",
        "why": "quadratic",
        "category": "performance",
        "severity": "low",
        "quote": "y = 2",
        "file": "b.py",
    }
    found = run(Reviewer("codex", says("codex", small, BUG, other)), diff=TWO_FILES)
    assert [j.finding.severity for j in found.judged] == [Severity.CRITICAL, Severity.HIGH, Severity.LOW]


def test_the_report_says_who_was_asked_and_why() -> None:
    found = run(Reviewer("codex", fails("codex"), absent=True), Reviewer("claude", says("claude")))
    (asked,) = found.asked
    assert (asked.backend, asked.tasks, asked.requests, asked.answered) == ("claude", ("hunt",), 1, 1)
    assert asked.why == "next best for hunt: codex not at hand"


@pytest.mark.parametrize(("said", "told"), [(("", "m-2"), "m-2"), (("m-1", "m-2"), "m-1"), (("", ""), "of lok.toml")])
def test_the_model_in_the_report_is_one_that_answered(said: tuple[str, str], told: str) -> None:
    names = iter(said)

    def script(prompt: Prompt) -> Answer:
        answer = says("codex")(prompt)
        assert isinstance(answer, Reply)
        return replace(answer, model=next(names))

    found = run(Reviewer("codex", script, model="of lok.toml"), diff=refs(GOOD, WRONG))
    assert [asked.model for asked in found.asked] == [told]


@pytest.mark.parametrize(
    ("chosen", "whys"),
    [
        ((), {"codex": "listed for hunt and audit", "static": "on every review"}),
        (("codex", "static"), {"codex": "named by --backend", "static": "named by --backend"}),
    ],
)
def test_the_reason_covers_every_task_and_analysers_too(chosen: tuple[str, ...], whys: dict[str, str]) -> None:
    static = Reviewer("static", analyses("static"), role="analyser")
    tasks = (HUNT, replace(AUDIT, backends=("codex",)))
    found = run(Reviewer("codex", says("codex")), static, tasks=tasks, chosen=chosen)
    assert {asked.backend: asked.why for asked in found.asked} == whys


LONG_METHOD = "class Shop:\n    def total(self, items):\n" + "".join(f"        step_{n}()\n" for n in range(30))


@pytest.mark.parametrize(("share", "asked"), [(0.9, "codex"), (0.2, "claude")])
def test_what_was_measured_here_counts_in_the_choice(share: float, asked: str) -> None:
    task, precision = replace(HUNT, backends=()), {"codex": Precision(count=40, share=share)}
    found = run(
        Reviewer("codex", says("codex")), Reviewer("claude", says("claude")), tasks=(task,), precision=precision
    )
    assert [each.backend for each in found.asked] == [asked]


def test_a_prompt_names_the_definition_around_a_hunk() -> None:
    changed = LONG_METHOD.replace("step_25()", "other()")
    codex = Reviewer("codex", says("codex"))
    diff = Diff(label="staged changes", files=(file_diff("a.py", LONG_METHOD, changed),))
    run(codex, diff=diff, contents=Texts({"a.py": changed}))
    assert "@@ class Shop: > def total(self, items):\n" in codex.prompts[0].text


def test_a_secret_reaches_no_model_and_no_report_and_what_is_said_of_its_line_still_counts() -> None:
    line = 'connect(host, password="Tr0ub4dor&3x")'
    secret = Secret(kind="password", value="Tr0ub4dor&3x", line=0, start=24, strength=Strength.LIKELY)
    diff = Diff(label="staged changes", files=(file_diff("a.py", "", f"{line}\n"),))
    shown = 'connect(host, password="<SECRET:password:1>")'
    said = BUG | {"line": 1, "quote": shown, "title": "no timeout", "why": "a dead host hangs it"}
    about = BUG | {"line": 1, "quote": shown, "title": "<SECRET:password:1> is not defined", "category": "null"}
    codex = Reviewer("codex", says("codex", said, about))
    found = run(codex, diff=diff, screening=lambda *_: screening_of([secret]))
    assert "Tr0ub4dor" not in codex.prompts[0].text + repr(found)
    assert shown in codex.prompts[0].text
    assert {j.finding.title: j.disposition for j in found.judged} == {
        "no timeout": Disposition.CONFIRMED,
        "<SECRET:password:1> is not defined": Disposition.OUTSIDE,
    }


def test_what_stands_around_the_diff_is_screened_too() -> None:
    screened: list[tuple[str, str]] = []

    def screening(diff: Diff, more: Sequence[str]) -> Screening:
        screened.extend((file.path, hunk.body) for file in diff.files for hunk in file.hunks)
        return Screening()

    changed = LONG_METHOD.replace("step_25()", "other()")
    diff = Diff(label="staged changes", files=(file_diff("a.py", LONG_METHOD, changed),))
    run(Reviewer("codex", says("codex")), diff=diff, contents=Texts({"a.py": changed}), screening=screening)
    assert ("a.py", " class Shop:\n     def total(self, items):\n") not in screened
    assert ("a.py", " class Shop:\n def total(self, items):\n") in screened


def refs(*versions: str) -> Diff:
    """One file as each of several pushed refs changes it."""
    files = (replace(file_diff("a.py", "items = []\n", text), ref=f"refs/heads/{n}") for n, text in enumerate(versions))
    return Diff(label="push", files=tuple(files))


GOOD, WRONG = "items = [1]\n", "items = []\ncount = len(items) + 1\n"


def proves(quote: str) -> Script:
    """An analyser that reads the files of its request."""

    def script(prompt: Prompt) -> Answer:
        claims = [
            claim(piece.file.path, 2, quote, backend="static", task="analysis", is_proof=True)
            for piece in prompt.chunk.pieces
            if any(quote in hunk.body for hunk in piece.hunks)
        ]
        return Analysis(backend="static", claims=tuple(claims), seconds=0.1)

    return script


@pytest.mark.parametrize("versions", [(GOOD, WRONG), (WRONG, GOOD)])
def test_what_an_analyser_proves_about_one_pushed_ref_is_looked_for_in_that_ref(versions: tuple[str, str]) -> None:
    found = run(Reviewer("static", proves("count = len(items) + 1"), role="analyser"), diff=refs(*versions))
    assert dispositions(found) == [Disposition.CONFIRMED]
    assert found.judged[0].finding.place.ref == f"refs/heads/{versions.index(WRONG)}"


def test_secrets_are_looked_for_where_the_embedded_reviewer_answered_for_one_ref_alone() -> None:
    answers = [fails("static"), analyses("static", quote="items = [1]")]
    static = Reviewer("static", lambda prompt: answers.pop()(prompt), role="analyser", kind="static")
    asked: list[Prompt] = []

    def secrets(author: str, prompt: Prompt) -> tuple[Claim, ...]:
        asked.append(prompt)
        return ()

    run(static, diff=refs(GOOD, WRONG), secrets=secrets)
    assert len(asked) == 2


def test_a_comment_that_a_patch_removes_ignores_nothing() -> None:
    was = "items = []\ncount = 1  # lok: ignore[logic] wanted\n"
    diff = Diff(label="a patch", files=(file_diff("a.py", was, WRONG),))
    assert dispositions(run(Reviewer("codex", says("codex", BUG)), diff=diff)) == [Disposition.CONFIRMED]
    kept = file_diff("a.py", "", f"items = []\n{BUG['quote']}  # lok: ignore[logic] wanted\n")
    found = run(Reviewer("codex", says("codex", BUG)), diff=Diff(label="a patch", files=(kept,)))
    assert dispositions(found) == [Disposition.SUPPRESSED]


def test_a_comment_in_one_pushed_ref_ignores_nothing_in_another() -> None:
    ignoring = "items = []\ncount = 1  # lok: ignore[logic] wanted\n"
    found = run(Reviewer("static", proves("count = len(items) + 1"), role="analyser"), diff=refs(ignoring, WRONG))
    assert dispositions(found) == [Disposition.CONFIRMED]
