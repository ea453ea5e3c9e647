"""A sweep with reviewers that implement the port: those that look around, those that are shown the files, analysers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.backends.secrets import screen
from lok_hooks.core.diff import Diff, FileDiff, Skipped, SkipReason
from lok_hooks.core.ports import Analysis, Answer, Failure, FailureKind, Listener, Reply
from lok_hooks.core.route import INSTALL
from lok_hooks.core.screen import Screening, Secret, Strength, screening_of
from lok_hooks.core.sweep import Sweep
from lok_hooks.core.task import Aspect, Prompt, Task
from lok_hooks.flows.crew import Crew
from lok_hooks.flows.sweep import sweep
from lok_hooks.flows.sweep_planning import SweepMeans, SweepOrder
from tests.core.builders import claim, file_diff
from tests.flows.reviewers import Reviewer, failed, says
from tests.ports import Forever, Silent, one_after_the_other
from tests.security.panel import Heard

TASK = Task(
    name="hunt",
    description="bugs",
    aspects=(Aspect(name="errors", text="Lost errors."), Aspect(name="speed", text="Slow code.")),
)
BUG = {
    "file": "a.py", "line": 9, "severity": "high", "category": "logic", "title": "one too many", "why": "twice",
    "quote": "count = len(items) + 1",
}  # fmt: skip


@dataclass(frozen=True)
class Folder:
    """Files in memory."""

    texts: dict[str, str]
    skipped: tuple[Skipped, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(self.texts)

    def file(self, path: str) -> FileDiff | None:
        return file_diff(path, "", self.texts[path]) if path in self.texts else None

    def new(self, file: FileDiff) -> bytes | None:
        return self.texts[file.path].encode()

    def diff(self) -> Diff:
        files = tuple(file_diff(path, "", text) for path, text in self.texts.items())
        return Diff(label="", files=files, skipped=self.skipped)


FOLDER = Folder({"a.py": "items = []\ncount = len(items) + 1\n", "b.py": "y = 2\n"})


def run(
    *models: Reviewer,
    analysers: tuple[Reviewer, ...] = (),
    folder: Folder = FOLDER,
    chosen: tuple[str, ...] | None = None,
    screen: Callable[[Diff, Sequence[str]], Screening] = lambda *_: Screening(),
    task: Task = TASK,
    listener: Listener | None = None,
    label: str = ".",
    spares_local: bool = False,
) -> Sweep:
    crew = Crew(
        backends=models,
        ask_all=one_after_the_other,
        listener=listener or Silent(),
        deadline=Forever(),
        redactor=KnownSecrets(),
        now=lambda: 0.0,
    )
    chosen = tuple(model.name for model in models) if chosen is None else chosen
    order = SweepOrder(command="lok hunt", label=label, root="/root", task=task, chosen=chosen)
    means = SweepMeans(crew=crew, analysers=analysers, files=folder, screen=screen, spares_local=spares_local)
    return sweep(order, means)


def test_who_can_look_around_is_asked_each_question_and_shown_nothing() -> None:
    codex = Reviewer("codex", says("codex", BUG, files=("/root/a.py", "made-up.py")))
    found = run(codex)
    assert [prompt.chunk.pieces for prompt in codex.prompts] == [(), ()]
    assert ["Lost errors." in codex.prompts[0].text, "Slow code." in codex.prompts[1].text] == [True, True]
    # The same finding for both questions is one; its line is the one where the quote stands.
    assert [(f.place.path, f.place.line, f.raised_by) for f in found.found] == [("a.py", 2, ("codex",))]
    assert found.read == ("a.py",)


@pytest.mark.parametrize("names", [(), ("made-up.py",), ("/elsewhere/a",)])
def test_who_read_none_of_the_files_has_not_looked(names: tuple[str, ...]) -> None:
    found = run(Reviewer("codex", says("codex", files=names)))
    assert {each.reason for each in found.unanswered} == {"codex: unreadable"}
    assert (len(found.unanswered), found.is_unseen, found.exit_code) == (2, True, 4)
    (failure,) = found.failures
    assert failure.reason == "it names no file of the directory that it has read"
    assert '"findings": []' in failure.answer
    # What it left open goes to the next best, as from anybody who failed.
    other = Reviewer("gemini", says("gemini", files=("a.py",)))
    assert run(Reviewer("codex", says("codex", files=names)), other, chosen=()).unanswered == ()


@pytest.mark.parametrize("finding", [(), (BUG,)])
def test_who_names_a_file_has_looked(finding: tuple[dict[str, object], ...]) -> None:
    names = () if finding else ("/root/a.py",)
    assert run(Reviewer("codex", says("codex", *finding, files=names))).unanswered == ()


def test_where_there_is_no_file_none_need_be_read() -> None:
    assert run(Reviewer("codex", says("codex", files=())), folder=Folder({})).exit_code == 0


def test_who_cannot_look_around_is_shown_the_files() -> None:
    ollama = Reviewer("ollama", says("ollama", BUG), kind="ollama")
    found = run(ollama)
    (prompt,) = ollama.prompts
    assert prompt.chunk.paths == ("a.py", "b.py")
    assert "count = len(items) + 1" in prompt.text
    assert [f.place.line for f in found.found] == [2]
    assert found.read == ("a.py", "b.py")
    assert found.unanswered == ()
    assert found.notes == ("ollama cannot look around by itself: it was shown the files as if all of them were new",)


def test_two_authors_of_different_kinds_make_one_finding() -> None:
    found = run(
        Reviewer("codex", says("codex", BUG, files=("a.py",))), Reviewer("ollama", says("ollama", BUG), kind="ollama")
    )
    assert [f.raised_by for f in found.found] == [("codex", "ollama")]


def test_a_part_without_an_answer_leaves_every_question_open() -> None:
    big = Folder({"a.py": "x = 1\n" * 400, "b.py": "y = 2\n" * 400})

    def script(prompt: Prompt) -> Answer:
        if "b.py" in prompt.chunk.paths:
            return failed("ollama", FailureKind.TIMED_OUT)
        return says("ollama")(prompt)

    found = run(Reviewer("ollama", script, kind="ollama", max_prompt_bytes=18_000), folder=big)
    assert [(each.question, each.reason) for each in found.unanswered] == [
        ("errors", "ollama: timed out"),
        ("speed", "ollama: timed out"),
    ]
    assert found.exit_code == 4


def test_an_analyser_looks_at_every_file_once_and_alone_answers_no_question() -> None:
    rule = claim("a.py", 2, "count = len(items) + 1", backend="static", task="analysis", title="rule", is_proof=True)
    static = Reviewer("static", lambda prompt: Analysis(backend="static", claims=(rule,), seconds=0.1), role="analyser")
    found = run(Reviewer("gone", says("gone"), absent=True), analysers=(static,), chosen=())
    assert [prompt.chunk.paths for prompt in static.prompts] == [("a.py", "b.py")]
    assert [f.is_proof for f in found.found] == [True]
    assert {each.reason for each in found.unanswered} == {"gone: missing"}
    assert found.notes == ("no LLM at hand (lok doctor says why): static looked alone", f"install a model: {INSTALL}")
    assert [asked.why for asked in found.asked] == ["no LLM at hand (lok doctor says why)"]


def test_a_secret_is_neither_shown_nor_reported() -> None:
    value = "hunter2-hunter2"
    folder = Folder({"a.py": f'key = "{value}"\n'})
    secret = Secret(kind="keyword", value=value, line=0, start=7, strength=Strength.LIKELY)
    quoted = {**BUG, "quote": 'key = "<SECRET:keyword:1>"', "why": f"{value} is a key", "title": "hard-coded key"}
    ollama = Reviewer("ollama", says("ollama", quoted), kind="ollama")
    found = run(ollama, folder=folder, screen=lambda *_: screening_of([secret]))
    assert value not in ollama.prompts[0].text
    assert [(f.place.line, f.why) for f in found.found] == [(1, "<SECRET:keyword:1> is a key")]
    assert value not in repr(found)


def test_who_is_shown_the_files_must_answer_for_each() -> None:
    found = run(Reviewer("ollama", says("ollama", BUG, files=("a.py",)), kind="ollama"))
    assert [(failure.kind, failure.reason) for failure in found.failures] == [
        (FailureKind.UNREADABLE, "the answer does not list 'b.py' among the files it reviewed")
    ]
    assert (found.found, found.read) == ((), ())


def test_what_a_model_says_of_a_placeholder_is_no_finding() -> None:
    folder = Folder({"a.py": 'key = "hunter2-hunter2"\n'})
    secret = Secret(kind="keyword", value="hunter2-hunter2", line=0, start=7, strength=Strength.LIKELY)
    title, quote = "<SECRET:keyword:1> is not defined", 'key = "<SECRET:keyword:1>"'
    ollama = Reviewer("ollama", says("ollama", {**BUG, "line": 1, "quote": quote, "title": title}), kind="ollama")
    rule = claim("a.py", 1, 'key = "hunter2-hunter2"', backend="static", task="analysis", title=title, is_proof=True)
    static = Reviewer("static", lambda prompt: Analysis(backend="static", claims=(rule,), seconds=0.1), role="analyser")
    found = run(ollama, analysers=(static,), folder=folder, screen=lambda *_: screening_of([secret]))
    assert [f.raised_by for f in found.found] == [("static",)]
    assert [(f.raised_by, "placeholder" in f.problem) for f in found.ungrounded] == [(("ollama",), True)]


def test_only_who_stays_on_this_machine_and_is_spared_sees_a_secret() -> None:
    folder = Folder({"a.py": 'password = "hunter2-hunter2"\n'})
    for is_local, spares_local in ((True, True), (True, False), (False, True)):
        ollama = Reviewer("ollama", says("ollama"), kind="ollama", is_local=is_local)
        run(ollama, folder=folder, screen=KnownSecrets().screen, spares_local=spares_local)
        assert ("hunter2-hunter2" in ollama.prompts[0].text) == (is_local and spares_local)


def test_an_answer_in_the_wrong_form_is_shown_again_without_its_secrets() -> None:
    codex = Reviewer("codex", lambda _: Reply(backend="codex", text=f'{{"findings": the token is {TOKEN}', seconds=1.0))
    run(codex, screen=KnownSecrets().screen)
    again = [prompt.text for prompt in codex.prompts if "You answered this request once" in prompt.text]
    assert again
    assert all("the token is <SECRET:github-token:1>" in text and TOKEN not in text for text in again)


def test_questions_of_one_name_are_told_apart() -> None:
    def script(prompt: Prompt) -> Answer:
        answers = says("codex", files=("a.py",))
        return answers(prompt) if "Lost errors." in prompt.text else failed("codex", FailureKind.CRASHED)

    twice = replace(TASK, aspects=tuple(replace(aspect, name="a") for aspect in TASK.aspects))
    found = run(Reviewer("codex", script), task=twice)
    assert [(each.question, each.reason) for each in found.unanswered] == [("a", "codex: crashed")]
    assert found.exit_code == 4


def test_what_was_left_unanswered_goes_to_one_who_must_be_shown_the_files() -> None:
    codex = Reviewer("codex", lambda _: failed("codex", FailureKind.CRASHED))
    ollama = Reviewer("ollama", says("ollama", BUG), kind="ollama")
    found = run(codex, ollama, task=replace(TASK, backends=("codex",)), chosen=())
    assert [prompt.chunk.paths for prompt in ollama.prompts] == [("a.py", "b.py")]
    assert (found.unanswered, [f.raised_by for f in found.found]) == ((), [("ollama",)])
    assert found.asked[1].why == "next best for hunt: codex: crashed"


def test_who_answered_nothing_is_asked_once() -> None:
    both = [Reviewer(name, lambda _, name=name: failed(name, FailureKind.CRASHED)) for name in ("codex", "gemini")]  # type: ignore[misc]
    found = run(*both, task=replace(TASK, backends=("codex",)), chosen=())
    assert [len(model.prompts) for model in both] == [2, 2]
    assert {each.reason for each in found.unanswered} == {"codex: crashed; gemini: crashed"}


@pytest.mark.parametrize(("quote", "told"), [("login()", "login()"), ('"swordfish"', '"<SECRET:password:1>"')])
def test_who_looks_around_says_no_word_that_is_a_secret_there(quote: str, told: str) -> None:
    folder = Folder({"a.py": 'password = "swordfish"\nlogin()\n'})
    said = {"why": "swordfish is in it", "title": "the password swordfish", "fix": "rename swordfish", "quote": quote}
    found = run(Reviewer("codex", says("codex", BUG | said)), folder=folder, screen=screen)
    (finding,) = found.found
    assert (finding.why, finding.quote) == ("<SECRET:password:1> is in it", told)
    assert "swordfish" not in repr(found)


TOKEN = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"


def test_no_name_and_no_failure_brings_a_secret_into_the_report_or_the_progress() -> None:
    path = f"keys/{TOKEN}.py"
    skipped = Skipped(path=f"{TOKEN}.png", reason=SkipReason.BINARY)
    folder = Folder({path: "x = 1\npassword = 'swordfish'\n"}, (skipped,))
    broken = Failure(backend="gemini", kind=FailureKind.CRASHED, reason=f"key {TOKEN} refused", advice="")
    lost = BUG | {"file": f"other/{TOKEN}.py", "quote": "nowhere"}
    listener = Heard()
    found = run(
        Reviewer("codex", says("codex", BUG | {"file": path, "line": 1, "quote": "x = 1"}, lost, files=(path,))),
        Reviewer("gemini", lambda prompt: broken),
        Reviewer("ollama", says("ollama"), kind="ollama"),
        folder=folder,
        screen=screen,
        listener=listener,
        label=f"work/{TOKEN}",
    )
    assert {finding.place.path for finding in found.found} == {"keys/<SECRET:github-token:1>.py"}
    assert found.read == ("keys/<SECRET:github-token:1>.py",)
    assert found.ungrounded
    assert found.skipped
    assert found.failures
    assert any("password = '<SECRET:password:1>'" in said for said in listener.words)
    assert not [secret for secret in (TOKEN, "swordfish") if secret in repr(found) + repr(listener.words)]


def test_nobody_at_all() -> None:
    found = run()
    assert [each.reason for each in found.unanswered] == ["no model at hand", "no model at hand"]
    assert found.notes == ("no LLM is switched on: nobody was asked", f"install a model: {INSTALL}")
