"""Workflows with backends and a shell that implement the ports: order, consensus, failures, what templates see."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.config.workflow_read import read_workflow
from lok_hooks.core.ports import Answer, Deadline, Failure, FailureKind, Reply, Traits
from lok_hooks.core.task import Prompt
from lok_hooks.core.workflow import State, StepResult, WorkflowResult
from lok_hooks.flows.crew import Crew
from lok_hooks.flows.workflow import WorkflowOrder, run_workflow
from lok_hooks.flows.workflow_asking import Consent, RunShell, WorkflowMeans
from tests.ports import Forever, Silent, one_after_the_other

NAMES = ("codex", "gemini", "claude")
Script = Callable[[str], str]


class NoLuck(Exception):
    """What a script raises to fail."""


@dataclass
class Model:
    """A model that answers by a script and remembers what it was asked; NoLuck is a failure."""

    name: str
    script: Script
    kind: FailureKind = FailureKind.CRASHED
    absent: bool = False
    prompts: list[str] = field(default_factory=list)

    @property
    def traits(self) -> Traits:
        return Traits(role="model", kind="command", may_block=True, is_local=False, max_prompt_bytes=10_000)

    def missing(self) -> Failure | None:
        return self._failed("not installed", FailureKind.MISSING) if self.absent else None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        self.prompts.append(prompt.text)
        try:
            return Reply(backend=self.name, text=self.script(prompt.text), seconds=0.1)
        except NoLuck as problem:
            return self._failed(str(problem), self.kind)

    def _failed(self, reason: str, kind: FailureKind) -> Failure:
        return Failure(backend=self.name, kind=kind, reason=reason, advice="")


def says(text: str) -> Script:
    return lambda _: text


def fails(reason: str = "no luck") -> Script:
    def script(_: str) -> str:
        raise NoLuck(reason)

    return script


def shell(script: str, values: Sequence[bytes], deadline: Deadline) -> Reply | Failure:
    """Prints what follows "print ", with its values; fails on "fail"."""
    last = script.split("\n")[-1]
    if last.startswith("fail"):
        return Failure(backend="shell", kind=FailureKind.CRASHED, reason="exit code 1", advice="")
    text = last.removeprefix("print ")
    return Reply(backend="shell", text=" ".join([text, *(value.decode() for value in values)]), seconds=0.0)


def run(
    text: str,
    *models: Model,
    chosen: tuple[str, ...] = (),
    arguments: Mapping[str, str] | None = None,
    consent: Consent = lambda *_: "not allowed",
    limits: Mapping[str, int] | None = None,
    parallel: bool = True,
    waited: list[float] | None = None,
    run_shell: RunShell = shell,
) -> WorkflowResult:
    crew = Crew(
        backends=models,
        ask_all=one_after_the_other,
        listener=Silent(),
        deadline=Forever(),
        redactor=KnownSecrets(),
        now=time.monotonic,
    )

    def wait(seconds: float, deadline: Deadline) -> bool:
        (waited if waited is not None else []).append(seconds)
        return True

    means = WorkflowMeans(
        crew=crew, shell=run_shell, limits=limits or {}, parallel=parallel, wait=wait, consent=consent
    )
    workflow = read_workflow(text.encode(), "w.toml", "w", NAMES)
    order = WorkflowOrder(workflow=workflow, arguments=arguments or {}, chosen=chosen)
    return run_workflow(order, means)


def by_name(result: WorkflowResult) -> dict[str, StepResult]:
    return {step.name: step for step in result.steps}


def step(name: str, more: str) -> str:
    return f'[[steps]]\nname = "{name}"\n{more}\n'


def test_outputs_flow_down_and_steps_come_back_in_the_files_order() -> None:
    text = step("last", 'backend = "codex"\nprompt = "sum up {{ steps.first-one.output }} for {{ arg.1 }}"')
    text += step("first-one", 'shell = "print it {{ arg.1 }}"')
    codex = Model("codex", says("  done\n"))
    result = run(text, codex, arguments={"1": "me"})
    assert codex.prompts == ['sum up it ${LOK_1:+"$LOK_1"} me for me']
    assert [(each.name, each.state, each.output) for each in result.steps] == [
        ("last", State.DONE, "done"),
        ("first-one", State.DONE, 'it ${LOK_1:+"$LOK_1"} me'),
    ]
    assert result.exit_code == 0


def test_independent_steps_run_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=20)

    def meets(_: str) -> str:
        return str(both.wait() >= 0)

    text = step("a", 'backend = "codex"\nprompt = "x"') + step("b", 'backend = "claude"\nprompt = "y"')
    # Either alone would wait for the other for ever.
    assert run(text, Model("codex", meets), Model("claude", meets)).exit_code == 0


def test_a_step_does_not_wait_for_its_neighbours() -> None:
    released = threading.Event()

    def waits(_: str) -> str:
        assert released.wait(20)
        return "slow"

    def releases(_: str) -> str:
        released.set()
        return "quick"

    text = step("slow", 'backend = "codex"\nprompt = "x"')
    text += step("quick", 'shell = "print 1"') + step("next", 'backend = "claude"\nprompt = "{{ steps.quick.output }}"')
    assert run(text, Model("codex", waits), Model("claude", releases)).exit_code == 0


@pytest.mark.parametrize(("limits", "parallel", "most"), [({"codex": 2}, True, 2), ({"codex": 5}, False, 1)])
def test_a_backends_limit_holds_for_the_whole_workflow(limits: dict[str, int], parallel: bool, most: int) -> None:
    under_way = peak = 0
    lock = threading.Lock()

    def counts(_: str) -> str:
        nonlocal under_way, peak
        with lock:
            under_way += 1
            peak = max(peak, under_way)
        time.sleep(0.05)
        with lock:
            under_way -= 1
        return "x"

    text = "".join(step(f"s{number}", 'backend = "codex"\nprompt = "x"') for number in range(5))
    assert run(text, Model("codex", counts), limits=limits, parallel=parallel).exit_code == 0
    assert peak == most


def test_a_failed_step_holds_up_only_those_that_wait_for_it() -> None:
    text = step("broken", 'shell = "fail"') + step("after", 'prompt = "{{ steps.broken.output }}"')
    text += step("beside", 'shell = "print ok"')
    codex = Model("codex", says("x"))
    result = by_name(run(text, codex))
    assert (result["broken"].state, result["broken"].reason) == (State.FAILED, "shell: crashed: exit code 1")
    assert (result["after"].state, result["after"].reason) == (State.NOT_RUN, "broken failed")
    assert result["beside"].state is State.DONE
    assert codex.prompts == []
    assert run(text, codex).exit_code == 4


def test_an_allowed_failure_is_told_to_the_next_step_as_one() -> None:
    text = step("weak", 'backend = "codex"\nprompt = "x"\ncontinue_on_error = true')
    text += step("next", 'backend = "claude"\nprompt = "{{ steps.weak.success }}: {{ steps.weak.output }}"')
    claude = Model("claude", says("fine"))
    result = run(text, Model("codex", fails()), claude)
    assert claude.prompts == ["false: [weak failed: codex: crashed: no luck]"]
    assert result.exit_code == 0
    assert by_name(result)["weak"].output == ""


@pytest.mark.parametrize(("needed", "state"), [(0, State.DONE), (1, State.DONE), (2, State.NOT_RUN)])
def test_enough_predecessors(needed: int, state: State) -> None:
    text = step("a", 'shell = "print 1"') + step("b", 'shell = "fail"')
    text += step("c", f'shell = "print 2"\ndepends_on = ["a", "b"]\nmin_deps_success = {needed}')
    assert by_name(run(text))["c"].state is state


def test_conditions_skip_and_skipping_holds_nothing_up() -> None:
    text = step("check", 'shell = "print FOUND"')
    text += step("yes", 'shell = "print y"\ndepends_on = ["check"]\nif = "contains(check.output, \'FOUND\')"')
    text += step("no", 'shell = "print n"\nwhen = "not(contains(check.output, \'FOUND\'))"')
    text += step("after", 'shell = "print after"\ndepends_on = ["no"]\nif = "not no.success"')
    states = {name: each.state for name, each in by_name(run(text)).items()}
    assert states == {"check": State.DONE, "yes": State.DONE, "no": State.SKIPPED, "after": State.DONE}


def test_retries_wait_twice_as_long_each_time() -> None:
    answers: Iterator[NoLuck | str] = iter([NoLuck("one"), NoLuck("two"), "three"])

    def third_time(_: str) -> str:
        answer = next(answers)
        if isinstance(answer, NoLuck):
            raise answer
        return answer

    waited: list[float] = []
    text = step("a", 'backend = "codex"\nprompt = "x"\nretries = 3\nretry_delay = 500')
    result = by_name(run(text, Model("codex", third_time), waited=waited))["a"]
    assert (result.output, result.attempts, waited) == ("three", 3, [0.5, 1.0])


def test_what_no_try_mends_is_not_tried_again() -> None:
    waited: list[float] = []
    text = step("a", 'backend = "codex"\nprompt = "x"\nretries = 3')
    result = by_name(run(text, Model("codex", says("x"), absent=True), waited=waited))["a"]
    assert (result.state, result.reason, waited) == (State.FAILED, "codex: missing: not installed", [])


def test_for_each_gives_a_list_with_each_outcome() -> None:
    def picky(prompt: str) -> str:
        if "bad" in prompt:
            raise NoLuck("did not like it")
        return prompt.upper()

    text = step(
        "each",
        'backend = "codex"\nprompt = "{{ index }} {{ item.n }}"\nfor_each = \'[{"n": "a"}, {"n": "bad"}]\'\n'
        "continue_on_error = true",
    )
    text += step(
        "after",
        'backend = "claude"\nprompt = "{% for x in steps.each.output %}{{ x.output }}{{ x.success }};{% endfor %}"\n'
        'depends_on = ["each"]\nmin_deps_success = 0',
    )
    claude = Model("claude", says("x"))
    result = by_name(run(text, Model("codex", picky), claude))
    assert result["each"].state is State.FAILED
    assert result["each"].reason == "item 1: codex: crashed: did not like it"
    assert claude.prompts == ["0 Atrue;false;"]


def test_a_template_names_the_backends_that_are_at_hand() -> None:
    text = step("a", 'backends = ["codex", "gemini"]\nprompt = "{{ workflow.backends }}"')
    codex = Model("codex", says("x"))
    run(text, codex, Model("gemini", says("y"), absent=True))
    assert codex.prompts == ["Codex"]


@pytest.mark.parametrize(("items", "end"), [(3, "item 2: codex: crashed: no"), (5, "crashed: no and 2 more")])
def test_of_many_failures_three_are_told_and_the_rest_is_counted(items: int, end: str) -> None:
    def failing(prompt: str) -> str:
        raise NoLuck("no")

    text = step("each", f'backend = "codex"\nprompt = "x"\nfor_each = {[str(n) for n in range(items)]}')
    reason = by_name(run(text, Model("codex", failing)))["each"].reason
    assert (reason.count("crashed: no"), reason.endswith(end)) == (3, True)


@pytest.mark.parametrize(
    ("source", "prompts"),
    [
        ('for_each = ["x", "y"]', ["x", "y"]),
        ('for_each = "steps.list.output"', ["1", "2"]),
        ('for_each = "{{ list.output.names }}"', None),
        ('for_each = "list.value"', ["1", "2"]),
    ],
)
def test_where_for_each_takes_its_items_from(source: str, prompts: list[str] | None) -> None:
    text = step("list", "shell = 'print [1, 2]'\noutput_format = \"json\"")
    codex = Model("codex", says("x"))
    result = by_name(run(text + step("each", f'backend = "codex"\nprompt = "{{{{ item }}}}"\n{source}'), codex))
    if prompts is None:
        assert result["each"].state is State.FAILED
        assert "no such value" in result["each"].reason
    else:
        assert sorted(codex.prompts) == prompts


def test_an_output_that_is_not_in_its_form_fails() -> None:
    text = step("a", 'backend = "codex"\nprompt = "x"\noutput_format = "json"')
    assert by_name(run(text, Model("codex", says("I think so"))))["a"].reason == "its output is not JSON"
    fenced = 'Here:\n```json\n{"verdict": "NO"}\n```\n'
    text += step("b", 'backend = "claude"\nprompt = "{{ steps.a.verdict }} {{ steps.a.output.verdict }}"')
    claude = Model("claude", says("x"))
    assert run(text, Model("codex", says(fenced)), claude).exit_code == 0
    assert claude.prompts == ["NO NO"]


def several(consensus: str, more: str = "") -> str:
    return step("a", f'backends = ["codex", "gemini", "claude"]\nconsensus = "{consensus}"\nprompt = "what?"\n{more}')


def test_first_asks_one_after_the_other() -> None:
    claude = Model("claude", says("third"))
    result = by_name(run(several("first"), Model("codex", fails()), Model("gemini", says("second")), claude))["a"]
    assert (result.output, result.backends) == ("second", ("gemini",))
    assert result.notes == ("without codex: crashed: no luck",)
    assert claude.prompts == []


def test_synthesis_joins_what_there_is_and_names_what_is_missing() -> None:
    def joins(prompt: str) -> str:
        return "both" if "Join their answers" in prompt else "one"

    codex = Model("codex", joins)
    result = by_name(run(several("synthesis"), codex, Model("gemini", fails()), Model("claude", says("two"))))["a"]
    assert result.output == "both"
    assert result.backends == ("codex", "claude")
    assert result.notes == ("without gemini: crashed: no luck", "joined by codex")
    assert "The answer of codex:\n\none\n\nThe answer of claude:\n\ntwo" in codex.prompts[1]
    assert "no luck" not in codex.prompts[1]


def test_a_synthesis_that_fails_leaves_every_answer() -> None:
    def only_once(name: str) -> Script:
        def script(prompt: str) -> str:
            if "Join their answers" in prompt:
                raise NoLuck("too long")
            return f"{name} says"

        return script

    result = by_name(run(several("synthesis"), *(Model(name, only_once(name)) for name in NAMES)))["a"]
    assert all(f"The answer of {name}:\n\n{name} says" in result.output for name in NAMES)
    assert result.notes[-1] == "not joined: every answer stands by itself"


@pytest.mark.parametrize(
    ("consensus", "more", "answers", "expected", "note"),
    [
        ("vote", "", ("Yes.", "no", " yes "), "Yes.", "2 of 3 gave this answer: codex, claude"),
        ("vote", "", ("a", "b", "c"), "a", "a tie, no answer has more weight than the others; taken: that of codex"),
        ("vote", 'output_format = "json"', ('{"a": 1, "b": 2}', "[]", '{"b":2,"a":1}'), '{"a": 1, "b": 2}', "2 of 3"),
        ("weighted_vote", "weights = { gemini = 3 }", ("yes", "no", "yes"), "no", "1 of 3 gave this answer: gemini"),
        ("weighted_vote", "", ("yes", "no", "yes"), "yes", "2 of 3"),
    ],
)
def test_votes(consensus: str, more: str, answers: tuple[str, ...], expected: str, note: str) -> None:
    models = [Model(name, says(answer)) for name, answer in zip(NAMES, answers, strict=True)]
    result = by_name(run(several(consensus, more), *models))["a"]
    assert result.output == expected
    assert any(each.startswith(note) for each in result.notes)


def test_a_failure_has_no_vote_and_all_failures_are_no_answer() -> None:
    result = by_name(
        run(several("vote"), Model("codex", fails()), Model("gemini", says("x")), Model("claude", fails()))
    )
    assert (result["a"].output, result["a"].backends) == ("x", ("gemini",))
    result = by_name(run(several("vote"), *(Model(name, fails()) for name in NAMES)))
    assert result["a"].state is State.FAILED
    assert result["a"].output == ""


def test_without_a_name_all_at_hand_are_asked_and_a_choice_stands_over_all() -> None:
    def models() -> list[Model]:
        return [Model("codex", says("x")), Model("gemini", says("x"), absent=True), Model("claude", says("x"))]

    unnamed = step("a", 'prompt = "x"\nconsensus = "vote"')
    assert by_name(run(unnamed, *models()))["a"].backends == ("codex", "claude")
    named = step("a", 'backend = "gemini"\nprompt = "x"')
    assert by_name(run(named, *models()))["a"].reason == "gemini: missing: not installed"
    assert by_name(run(named, *models(), chosen=("claude", "codex")))["a"].backends == ("claude",)
    assert by_name(run(unnamed))["a"].reason.startswith("no backend is at hand; install one: npm install -g")


def test_a_step_that_is_nothing_but_an_answer_needs_leave() -> None:
    text = step("write", 'backend = "codex"\nprompt = "x"') + step("do", 'shell = "{{ steps.write.output }}"')
    asked: list[tuple[str, list[str]]] = []

    def allows(name: str, commands: Sequence[str], deadline: Deadline) -> str:
        asked.append((name, list(commands)))
        return ""

    result = run(text, Model("codex", says("rm -rf /")))
    assert (by_name(result)["do"].state, by_name(result)["do"].reason) == (State.NOT_RUN, "not allowed")
    assert result.exit_code == 4
    allowed = run(text, Model("codex", says("rm -rf /")), consent=allows)
    assert by_name(allowed)["do"].output == 'eval "$LOK_1" rm -rf /'
    assert asked == [("do", ["rm -rf /"])]
    run(text + "for_each = ['a', 'b']\n", Model("codex", says("ls")), consent=allows)
    assert asked[1:] == [("do", ["ls", "ls"])]
    skipped = run(text + 'if = "false"\n', Model("codex", says("ls")), consent=allows)
    assert by_name(skipped)["do"].state is State.SKIPPED
    assert len(asked) == 2


def test_the_result_holds_no_secret_and_the_next_command_gets_it_as_it_was() -> None:
    token = "gh" + "p_" + "a1B2c3D4e5F6" * 3
    text = step("read", f'shell = "print {token}"') + step("use", 'shell = "print {{ steps.read.output }}"')
    text += step("fails", "shell = 'fail {{ steps.read.output }}'\ncontinue_on_error = true")
    handed: list[bytes] = []

    def hears(script: str, values: Sequence[bytes], deadline: Deadline) -> Reply | Failure:
        handed.extend(values)
        answer = shell(script, values, deadline)
        return replace(answer, reason=f"exit code 1: {values[0].decode()}") if isinstance(answer, Failure) else answer

    result = run(text, run_shell=hears)
    assert handed == [token.encode()] * 2
    assert by_name(result)["read"].output == "<SECRET:github-token:1>"
    assert by_name(result)["fails"].reason.endswith("exit code 1: <SECRET:github-token:1>")
    assert token not in repr(result)
    assert [note for note in result.notes if note.startswith("1 secret was replaced")]


def test_an_argument_that_nobody_gave_is_empty_and_told_of_where_it_is_printed() -> None:
    text = step("a", "shell = 'print [{{ arg.2 }}] {{ arg.name }} {{ arg.1 }} {{ arg.2 }}'")
    text += step("b", "shell = 'print {% if arg.3 %}{{ arg.3 }}{% endif %}{{ arg.4 | default(1, true) }}'")
    result = run(text + 'if = "not arg.5"\n', arguments={"1": "given"})
    assert result.notes == ("workflow w: not given, so empty: arg.2, arg.name",)
    assert by_name(result)["b"].state is State.DONE
    assert run(step("a", "shell = 'print {{ arg.1 }}'"), arguments={"1": ""}).notes == ()


def test_a_prompt_that_is_too_large_or_empty_is_not_sent() -> None:
    codex = Model("codex", says("x"))
    text = step("a", 'backend = "codex"\nprompt = "{{ arg.1 }}"\nretries = 2')
    assert "it takes 10,000" in by_name(run(text, codex, arguments={"1": "x" * 20_000}))["a"].reason
    assert by_name(run(text, codex))["a"].reason == "its prompt is empty"
    assert codex.prompts == []


def test_a_bug_in_a_backend_is_raised() -> None:
    def broken(_: str) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(step("a", 'backend = "codex"\nprompt = "x"'), Model("codex", broken))
