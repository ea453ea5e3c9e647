"""The flow with a memory: what is asked again, what is not, and that the verdict is the same either way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from lok_hooks.backends.secrets import screen
from lok_hooks.core.diff import Diff, FileDiff
from lok_hooks.core.ports import Answer, AskAll, Deadline, FailureKind, Listener, Request, Traits
from lok_hooks.core.review import Policy, Review
from lok_hooks.core.screen import Screening, Secret, Strength, screening_of
from lok_hooks.core.task import Prompt, Task
from lok_hooks.flows.review import Means, Order, review
from lok_hooks.flows.screening import Screen
from tests.core.builders import file_diff
from tests.flows.reviewers import Reviewer, Texts, analyses, fails, says
from tests.flows.test_review import AUDIT, BUG, DIFF, HUNT
from tests.ports import Forever, Silent, one_after_the_other

POLICY = Policy(debate=False)
NOTHING_SECRET = Screening()


@dataclass
class Known(Reviewer):
    """A reviewer that says who it is."""

    identity: str = "i"

    @property
    def traits(self) -> Traits:
        return replace(super().traits, identity=self.identity)


@dataclass
class Kept:
    texts: dict[str, str] = field(default_factory=dict)

    def recall(self, key: str) -> str | None:
        return self.texts.get(key)

    def keep(self, key: str, text: str) -> None:
        self.texts[key] = text


def run(
    memory: Kept,
    *reviewers: Reviewer,
    diff: Diff = DIFF,
    tasks: tuple[Task, ...] = (HUNT,),
    screening: Screening = NOTHING_SECRET,
    only: dict[str, frozenset[str]] | None = None,
    ask_all: AskAll = one_after_the_other,
    spares_local: bool = False,
    screen: Screen | None = None,
) -> Review:
    order = Order(command="lok-hunt", diff=diff, tasks=tasks, policy=POLICY, only=only or {})
    means = Means(
        backends=reviewers,
        contents=Texts(),
        screen=screen or (lambda *_: screening),
        ask_all=ask_all,
        listener=Silent(),
        deadline=Forever(),
        now=lambda: 0.0,
        memory=memory,
        spares_local=spares_local,
    )
    return review(order, means)


def files(*names: str, text: str = "x = 1\n") -> Diff:
    return Diff(label="staged changes", files=tuple(file_diff(name, "", text) for name in names))


def reviewed(found: Review) -> tuple[object, ...]:
    return found.judged, found.coverage, found.exit_code, found.failures, found.notes


def test_the_same_review_asks_nobody_and_says_the_same() -> None:
    memory = Kept()
    first, second = Known("codex", says("codex", BUG)), Known("codex", fails("codex"))
    before, after = run(memory, first), run(memory, second)
    assert (len(first.prompts), len(second.prompts)) == (1, 0)
    assert reviewed(after) == reviewed(before)
    (asked,) = after.asked
    assert (asked.requests, asked.answered, asked.seconds, asked.remembered) == (0, 0, 0.0, 1)
    assert asked.tasks == ("hunt",)


def test_only_the_changed_file_is_asked_for_and_the_rest_is_packed_again() -> None:
    memory = Kept()
    names = [f"f{n}.py" for n in range(10)]
    run(memory, Known("codex", says("codex")), diff=files(*names))
    changed = files(*names)
    changed = replace(changed, files=(*changed.files[:9], file_diff("f9.py", "", "x = 2\n")))
    codex = Known("codex", says("codex"))
    found = run(memory, codex, diff=changed)
    assert [prompt.chunk.paths for prompt in codex.prompts] == [("f9.py",)]
    assert set(found.coverage.reviewed) == set(names)
    (asked,) = found.asked
    assert (asked.requests, asked.remembered) == (1, 9)


def test_what_is_left_takes_as_few_requests_as_it_needs() -> None:
    memory = Kept()
    lines = "".join(f"value_{n} = compute_something({n})\n" for n in range(120))
    size = 8_000 + 3 * 6_200
    names = [f"f{n}.py" for n in range(6)]
    first = Known("codex", says("codex"), max_prompt_bytes=size)
    run(memory, first, diff=files(*names, text=lines))
    assert [len(prompt.chunk.paths) for prompt in first.prompts] == [3, 3]
    again = files(*names, text=lines)
    other = [file_diff(name, "", lines.replace("compute", "other")) for name in ("f0.py", "f5.py")]
    codex = Known("codex", says("codex"), max_prompt_bytes=size)
    run(memory, codex, diff=replace(again, files=(other[0], *again.files[1:5], other[1])))
    assert [prompt.chunk.paths for prompt in codex.prompts] == [("f0.py", "f5.py")]


def test_a_remembered_reviewer_counts_among_those_that_could_have_agreed() -> None:
    memory = Kept()
    task = replace(HUNT, backends=("codex", "claude"))
    run(memory, Known("codex", says("codex")), tasks=(HUNT,))
    found = run(memory, Known("codex", fails("codex")), Known("claude", says("claude", BUG)), tasks=(task,))
    assert (found.exit_code, found.judged[0].reason) == (0, "raised by 1 of 2 reviewers, 2 are needed")


@pytest.mark.parametrize(
    "script", [fails("codex", FailureKind.TIMED_OUT), says("codex", BUG, receipt="forged"), says("codex", files=[])]
)
def test_what_does_not_count_is_not_remembered(script: object) -> None:
    memory = Kept()
    run(memory, Known("codex", script))  # type: ignore[arg-type]
    assert memory.texts == {}


def test_another_backend_another_task_and_other_settings_are_asked() -> None:
    memory = Kept()
    run(memory, Known("codex", says("codex")))
    for reviewer, task in (
        (Known("claude", says("claude")), replace(HUNT, backends=("claude",))),
        (Known("codex", says("codex")), replace(AUDIT, backends=("codex",))),
        (Known("codex", says("codex"), identity="j"), HUNT),
    ):
        run(memory, reviewer, tasks=(task,))
        assert len(reviewer.prompts) == 1


def test_one_backend_failing_leaves_the_others_answer_known() -> None:
    memory = Kept()
    task = replace(HUNT, backends=("codex", "claude"))
    run(memory, Known("codex", says("codex")), Known("claude", fails("claude")), tasks=(task,))
    codex, claude = Known("codex", says("codex")), Known("claude", says("claude"))
    run(memory, codex, claude, tasks=(task,))
    assert (len(codex.prompts), len(claude.prompts)) == (0, 1)


def test_analysers_are_always_asked() -> None:
    memory = Kept()
    for _ in range(2):
        static = Reviewer("static", analyses("static"), role="analyser")
        run(memory, Known("codex", says("codex")), static)
        assert len(static.prompts) == 1


def test_a_claim_about_no_file_at_all_is_shown_again() -> None:
    memory = Kept()
    lost = BUG | {"file": "elsewhere.py"}
    first = run(memory, Known("codex", says("codex", lost, files=["a.py"])))
    second = run(memory, Known("codex", fails("codex")))
    assert reviewed(first) == reviewed(second)
    assert [judged.finding.place.path for judged in second.judged] == ["elsewhere.py"]


def test_what_is_kept_holds_no_secret_and_the_quote_is_found_again() -> None:
    value = "Tr0ub4dor&3x"
    line = f'connect(host, password="{value}")'
    secret = Secret(kind="password", value=value, line=0, start=24, strength=Strength.LIKELY)
    screening = screening_of([secret])
    diff = Diff(label="staged changes", files=(file_diff("a.py", "", f"{line}\n"),))
    # A model that is asked unredacted may say the value; one that is not says the placeholder.
    said = BUG | {"line": 1, "quote": line, "why": f"{value} is sent in the clear"}
    memory = Kept()
    first = run(memory, Known("codex", says("codex", said)), diff=diff, screening=screening)
    second = run(memory, Known("codex", fails("codex")), diff=diff, screening=screening)
    assert memory.texts
    assert value not in repr(memory.texts)
    assert (first.exit_code, second.exit_code) == (1, 1)
    assert reviewed(first) == reviewed(second)


def test_what_is_kept_about_a_file_with_a_secret_in_its_name_is_about_that_file_again() -> None:
    value = "Tr0ub4dor-3x"
    name = f"keys/{value}.py"
    screening = screening_of([Secret(kind="key", value=value, line=0, start=0, strength=Strength.LIKELY)])
    diff = Diff(label="staged changes", files=(replace(DIFF.files[0], path=name, old_path=name),))
    memory = Kept()
    said = BUG | {"file": "keys/<SECRET:key:1>.py"}
    first = run(memory, Known("codex", says("codex", said)), diff=diff, screening=screening)
    second = run(memory, Known("codex", fails("codex")), diff=diff, screening=screening)
    assert value not in repr(memory.texts)
    assert (first.exit_code, second.exit_code) == (1, 1)
    assert reviewed(first) == reviewed(second)


def test_what_is_kept_holds_no_secret_that_only_the_answer_says() -> None:
    value = "AK" + "IAZ7QW3ERT9YUP2LKJ"
    made_up = BUG | {"title": f"{value} again", "quote": f"key = '{value}'"}
    said = [BUG | {"why": f"decoded it is {value}", "fix": f"revoke {value}"}, made_up]
    memory = Kept()
    first = run(memory, Known("codex", says("codex", *said)), screen=screen)
    second = run(memory, Known("codex", fails("codex")), screen=screen)
    assert memory.texts
    assert value not in repr(memory.texts) + repr(first) + repr(second)
    assert (first.exit_code, [j.disposition for j in first.judged]) == (1, [j.disposition for j in second.judged])


def test_what_is_quoted_as_it_was_shown_is_kept_as_it_is() -> None:
    line = "password = swordfish9"  # a name in Python, in words a password
    diff = Diff(label="staged changes", files=(file_diff("a.py", "", f"{line}\n"),))
    said = BUG | {"line": 1, "quote": line, "why": f"{line} is never read"}
    memory = Kept()
    first = run(memory, Known("codex", says("codex", said)), diff=diff, screen=screen)
    second = run(memory, Known("codex", fails("codex")), diff=diff, screen=screen)
    assert (first.exit_code, second.exit_code) == (1, 1)
    assert reviewed(first) == reviewed(second)


def test_what_is_kept_of_a_spared_model_holds_no_word_that_is_a_secret() -> None:
    line = 'password = "swordfish"'
    diff = Diff(label="staged changes", files=(file_diff("a.py", "", f"{line}\n"),))
    said = BUG | {"line": 1, "quote": '"swordfish"', "why": "swordfish is easily guessed"}
    memory = Kept()
    local = Known("codex", says("codex", said), is_local=True)
    first = run(memory, local, diff=diff, screening=screen(diff), spares_local=True)
    assert "swordfish" in local.prompts[0].text
    assert memory.texts
    assert "swordfish" not in repr(memory.texts) + repr(first)
    again = Known("codex", fails("codex"), is_local=True)
    assert reviewed(run(memory, again, diff=diff, screening=screen(diff), spares_local=True)) == reviewed(first)


def test_a_file_in_several_parts_is_known_part_by_part() -> None:
    memory = Kept()
    lines = "".join(f"value_{n} = compute_something({n})\n" for n in range(600))
    diff = files("a.py", text=lines)
    answers = iter([says("codex"), fails("codex"), *[says("codex")] * 9])

    def next_(prompt: Prompt) -> Answer:
        return next(answers)(prompt)

    first = Known("codex", next_, max_prompt_bytes=18_000)
    run(memory, first, diff=diff)
    second = Known("codex", says("codex"), max_prompt_bytes=18_000)
    found = run(memory, second, diff=diff)
    assert len(first.prompts) > 2
    assert [prompt.chunk.pieces[0].part for prompt in second.prompts] == [2]
    assert found.coverage.reviewed == ("a.py",)


def test_the_same_content_pushed_to_another_ref_is_known() -> None:
    memory = Kept()
    run(memory, Known("codex", says("codex", BUG)))
    (file,) = DIFF.files
    pushed: FileDiff = replace(file, ref="refs/heads/other")
    found = run(memory, Known("codex", fails("codex")), diff=replace(DIFF, files=(pushed,)))
    assert [judged.finding.place.ref for judged in found.judged] == ["refs/heads/other"]


def test_a_task_may_be_limited_to_some_files() -> None:
    codex, gemini = Known("codex", says("codex")), Known("gemini", says("gemini"))
    found = run(
        Kept(), codex, gemini, diff=files("a.py", "b.py"), tasks=(AUDIT, HUNT), only={"hunt": frozenset({"b.py"})}
    )
    assert [prompt.chunk.paths for prompt in codex.prompts] == [("b.py",)]
    assert [prompt.chunk.paths for prompt in gemini.prompts] == [("a.py", "b.py")]
    assert found.coverage.reviewed == ("a.py", "b.py")


def test_a_limited_task_that_nobody_can_do_leaves_only_its_files_open() -> None:
    codex = Known("codex", fails("codex"))
    found = run(Kept(), codex, diff=files("a.py", "b.py"), only={"hunt": frozenset({"b.py"})})
    assert [(item.path, item.task) for item in found.coverage.unreviewed] == [("b.py", "hunt")]
    nobody = run(Kept(), diff=files("a.py", "b.py"), only={"hunt": frozenset({"b.py"})})
    assert [(item.path, item.task) for item in nobody.coverage.unreviewed] == [("b.py", "hunt")]


def test_an_answer_is_kept_when_the_wait_for_the_others_is_interrupted() -> None:
    def interrupted(requests: Sequence[Request], deadline: Deadline, listener: Listener) -> list[Answer]:
        one_after_the_other(requests[:1], deadline, listener)
        raise KeyboardInterrupt

    memory, task = Kept(), replace(HUNT, backends=("codex", "claude"))
    codex, claude = Known("codex", says("codex", BUG)), Known("claude", says("claude"), identity="j")
    with pytest.raises(KeyboardInterrupt):
        run(memory, codex, claude, tasks=(task,), ask_all=interrupted)
    found = run(memory, codex, claude, tasks=(task,))
    assert (len(codex.prompts), len(claude.prompts)) == (1, 1)
    assert [judged.finding.raised_by for judged in found.judged] == [("codex",)]
