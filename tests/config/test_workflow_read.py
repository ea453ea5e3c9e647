"""Workflow files: the original Lok's mean what they meant there; every mistake is told with its place."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path

import pytest

from lok_hooks.config.workflow_find import BUILT_IN, all_workflows, find, named_file
from lok_hooks.config.workflow_read import read_workflow
from lok_hooks.core.workflow import Workflow
from lok_hooks.errors import ConfigError

DATA = Path(__file__).parent / "data" / "lok"
BACKENDS = ("codex", "gemini", "claude", "ollama")


def read(text: str) -> Workflow:
    return read_workflow(text.encode(), "w.toml", "w", BACKENDS)


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return caught.value.message.split("\n")


def step(more: str, name: str = "a") -> str:
    return f'[[steps]]\nname = "{name}"\n{more}\n'


@pytest.mark.parametrize(
    ("name", "order", "last"),
    [
        ("diff", {"get-diff": (), "review": ("get-diff",)}, ("review",)),
        (
            "hunt",
            {
                "hunt-errors": (),
                "hunt-perf": (),
                "hunt-dead-code": (),
                "synthesize": ("hunt-errors", "hunt-perf", "hunt-dead-code"),
            },
            ("synthesize",),
        ),
        (
            "fix",
            {
                "fetch": (),
                "propose_claude": ("fetch",),
                "propose_codex": ("fetch",),
                "debate": ("propose_claude", "propose_codex", "fetch"),
                "comment": ("debate",),
            },
            ("comment",),
        ),
    ],
)
def test_the_originals_files(name: str, order: dict[str, tuple[str, ...]], last: tuple[str, ...]) -> None:
    found = named_file(DATA / f"workflow-{name}.toml")
    workflow = read_workflow(found.content, found.label, found.name, BACKENDS)
    assert workflow.name == name
    assert {each.name: each.waits_for for each in workflow.steps} == order
    assert workflow.last_steps == last


@pytest.mark.parametrize(
    "path", sorted([*DATA.glob("workflow-*.toml"), *BUILT_IN.glob("*.toml")]), ids=lambda p: p.name
)
def test_every_file_of_the_original_and_of_ours_can_be_read(path: Path) -> None:
    found = named_file(path)
    assert read_workflow(found.content, found.label, found.name, BACKENDS).steps


def test_what_every_key_means() -> None:
    workflow = read(
        'name = "all"\ndescription = "every key"\ncontinue_on_error = true\ntimeout = "5m"\n'
        + step('shell = "true"', "first")
        + step(
            'prompt = "x {{ item }} {{ index }}"\nbackends = ["codex", "claude"]\nconsensus = "weighted_vote"\n'
            'weights = { codex = 2 }\ndepends_on = ["first"]\nmin_deps_success = 1\nif = "first.success"\n'
            'for_each = ["a", "b"]\nretries = 3\nretry_delay = 2000\ntimeout = 60000\ncontinue_on_error = false\n'
            'output_format = "json"',
            "second",
        )
        + step('prompt = "{{ steps.second.output }}"\nbackend = "gemini"\ntimeout = 0\nwhen = "arg.1"', "third")
    )
    first, second, third = workflow.steps
    assert (first.timeout, first.continue_on_error) == (300.0, True)
    assert (second.backends, second.consensus, second.weights) == (("codex", "claude"), "weighted_vote", {"codex": 2.0})
    assert (second.min_successes, second.condition, second.for_each) == (1, "first.success", ("a", "b"))
    assert (second.retries, second.retry_delay, second.timeout) == (3, 2.0, 60.0)
    assert (second.continue_on_error, second.output_format) == (False, "json")
    assert (third.backends, third.timeout, third.condition, third.waits_for) == (
        ("gemini",),
        None,
        "arg.1",
        ("second",),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "w.toml: steps: missing"),
        ('naem = "x"\n' + step('shell = "x"'), 'w.toml:1: naem: unknown key; did you mean "name"?'),
        (step('shel = "x"'), 'w.toml:3: step "a": shel: unknown key; did you mean "shell"?'),
        (
            step('prompt = "x"\napply_edits = true'),
            'w.toml:4: step "a": apply_edits: steps that edit files are not run',
        ),
        (step('prompt = "x"\nverify = "make"'), 'step "a": verify: steps that edit files are not run'),
        (step(""), 'w.toml:1: step "a": has to have either prompt or shell'),
        (step('prompt = "x"\nshell = "y"'), "has to have either prompt or shell"),
        (step('shell = "x"\nbackend = "codex"'), 'step "a": backend: a shell step asks no backend'),
        (step('prompt = "x"\nbackend = "codx"'), 'backend: no backend is called "codx"; did you mean "codex"?'),
        (step('prompt = "x"\nbackends = ["claude", "none"]'), 'backends: no backend is called "none"'),
        (step('prompt = "x"\nbackend = "codex"\nbackends = ["claude"]'), "contradicts backend"),
        (step('shell = "x"\ndepends_on = ["b"]'), 'depends_on: no step is called "b"; known: a'),
        (step('shell = "x"') + step('shell = "y"'), 'step "a": name: two steps have this name'),
        (step('shell = "x"\nmin_deps_success = 1'), "min_deps_success: 1 of only 0 steps in depends_on"),
        (step('prompt = "{{ steps.b.output }}"'), 'step "a": prompt: no step is called "b"'),
        (step('prompt = "{{ steps.a.output }}"'), "prompt: refers to its own output"),
        (step('prompt = "{{ stps.a }}"'), 'prompt: there is nothing called stps; did you mean "steps"?'),
        (step('prompt = "{{ env.HOME }}"'), "prompt: there is nothing called env"),
        (step('prompt = "{{ item }}"'), "prompt: there is nothing called item"),
        (step('prompt = "x\\n{% if %}"'), 'w.toml:3: step "a": prompt: not a template: Expected an expression, got'),
        (step('prompt = "x"\nif = "contains(b.output, 1)"'), "if: there is nothing called b"),
        (step('prompt = "x"\nif = "contains("'), "if: not a template"),
        (step('prompt = "x"\nif = "arg.1"\nwhen = "arg.1"'), "when: the same as `if`"),
        (
            step('prompt = "x"\nconsensus = "majority"'),
            'consensus: expected "first", "synthesis", "vote" or "weighted_vote"; how',
        ),
        (step('prompt = "x"\ntimeout = 300'), "timeout: less than a second; numbers are milliseconds here"),
        (step('prompt = "x"\ntimeout = "soon"'), 'timeout: not a duration like "30s"'),
        (step('prompt = "x"\nretries = -1'), "retries: expected 0 or more; how often it is tried again"),
        (step('shell = "eval {{ arg.1 }}"'), 'step "a": shell: a value inside what eval reads as code'),
        (step('shell = "x"', name="1a"), 'step "1a": name: '),
        ("[[steps]]\nshell = 'x'\n", 'step "#1": name: missing'),
        ("steps = 3", "w.toml:1: steps: expected a list; a table [[steps]] for each step"),
        ("steps = []", "w.toml:1: steps: expected at least one entry"),
        (step('prompt = "x"\nweights = { codex = "a" }'), "weights: expected a number; for weighted_vote"),
        (step('prompt = "x"\nconsensus = "vot"'), 'or "weighted_vote" (did you mean "vote"?)'),
        ("\n[steps]\nname = 'a'", "w.toml:2: steps: "),
        (step('prompt = "x"') + "[weights]\ncodex = 2", "w.toml:4: weights: unknown key"),
        ("[[steps]", "w.toml:1:"),
    ],
)
def test_mistakes_have_a_place(text: str, said: str) -> None:
    assert any(said in line for line in mistakes(text)), mistakes(text)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        """\
naem = "x"

[[steps]]
name = "a"
prompt = '''
First {{ steps.nowhere.output }},
then {% if %}
and {{ itme }}.'''
backnd = "codex"
retries = "often"
backends = [
    "claude",
    "gemni",
]

[[steps]]  # the second
name = "1b"
shell = """
        + '"""'
        + r"""
echo one \
    two
eval {{ arg.1 }} `{{ steps.a.output }}`"""
        + '"""'
        + """
depends_on = ["c"]
[steps.weights]
codex = 0

[[steps]]
name = "a"
if = "contains("
depends_on = ["a"]
shell = "true"
timeout = 300
"""
    )
    assert [line.removeprefix("w.toml:") for line in mistakes(text)] == [
        '1: naem: unknown key; did you mean "name"?',
        '4: step "a": name: two steps have this name',
        '6: step "a": prompt: no step is called "nowhere"; known: 1b, a',
        """7: step "a": prompt: not a template: Expected an expression, got 'end of statement block'""",
        '8: step "a": prompt: there is nothing called itme; known: arg, steps, workflow',
        '9: step "a": backnd: unknown key; did you mean "backend"?',
        '10: step "a": retries: expected a whole number; how often it is tried again',
        '11: step "a": backends: no backend is called "gemni"; did you mean "gemini"?',
        """17: step "1b": name: cannot be used; write the step's name: letters, digits, _ and -, beginning with a """
        "letter",
        '21: step "1b": shell: a value inside what eval reads as code; hand it over as an argument or input',
        '21: step "1b": shell: a value inside back-quotes (write $(…)), where a shell would read it as more than data',
        '22: step "1b": depends_on: no step is called "c"; known: 1b, a',
        '23: step "1b": weights: expected a number above 0; for weighted_vote: backend = its weight, 1 unless given',
        '27: step "a": name: two steps have this name',
        """28: step "a": if: not a template: unexpected 'end of template'""",
        '29: step "a": depends_on: a circle: a waits for a',
        '31: step "a": timeout: less than a second; numbers are milliseconds here, so write "300s" for 300 seconds; '
        'how long it may take, in milliseconds or as "30s"; 0 for no limit',
    ]


def test_steps_that_are_written_inline_have_lines_too() -> None:
    text = '''\
steps = [
  { name = "a", shell = "echo } ] {{ arg.1 }}" },  # { name = "x" }
  { name = "a", prompt = """
Of {{ steps.nowhere.output }}
and {{ itme }}""", retries = "often" },
  3, { name = "b", bakend = "codex", prompt = "x", weights = { codex = 0 } }, { name = "c" },
]
'''
    assert [line.removeprefix("w.toml:").partition("; ")[0] for line in mistakes(text)] == [
        '2: step "a": name: two steps have this name',
        '3: step "a": name: two steps have this name',
        '4: step "a": prompt: no step is called "nowhere"',
        '5: step "a": retries: expected a whole number',
        '5: step "a": prompt: there is nothing called itme',
        '6: step "#3": expected a table',
        '6: step "b": weights: expected a number above 0',
        '6: step "b": bakend: unknown key',
        '6: step "c": has to have either prompt or shell',
    ]


def test_every_reference_to_nothing_is_told_on_each_of_its_lines() -> None:
    text = step('''if = "one | nope and steps.b.output and (c.output or one"
prompt = """
{{ steps.b.output }} {{ itme }} {{ item }} {{ x( }}
{{ steps.c.output and itme | nope }}
{{ steps.b.output }}{{ steps.a.output }}"""
for_each = "steps.c.output + one + steps.d.output | nope"''')
    assert [line.removeprefix("w.toml:").replace(' step "a": ', "").partition(";")[0] for line in mistakes(text)] == [
        "3:if: not a template: unexpected end of template, expected ')'.",
        "3:if: not a template: No filter named 'nope'.",
        '3:if: no step is called "b"',
        "3:if: there is nothing called one",
        "5:prompt: not a template: unexpected '}', expected ')'",
        '5:prompt: no step is called "b"',
        "5:prompt: there is nothing called itme",
        "6:prompt: not a template: No filter named 'nope'.",
        '6:prompt: no step is called "c"',
        "6:prompt: there is nothing called itme",
        '7:prompt: no step is called "b"',
        "7:prompt: refers to its own output",
        "8:for_each: not a template: No filter named 'nope'.",
        '8:for_each: no step is called "c"',
        '8:for_each: no step is called "d"',
        "8:for_each: there is nothing called one",
    ]


def test_a_text_that_is_too_long_is_told_where_it_becomes_so() -> None:
    (told,) = mistakes(step('prompt = """\n' + "{{ arg.1 }}\n" * 501 + '"""'))
    assert told == 'w.toml:504: step "a": prompt: not a template: more than 500 values and tags'


def test_what_follows_from_another_mistake_is_not_told() -> None:
    for text in (
        'prompt = "x"\nbakend = "y"',
        'promt = "x"',
        "shell = 3",
        'shell = "x"\ndepends_on = 1\nmin_deps_success = 1',
        'shell = "x"\nfor_each = 3',
        'shell = "x"\nfor_each = ""',
        'shell = "x"\nfor_each = ["a", 3]',
    ):
        assert len(mistakes(step(text))) == 1, mistakes(step(text))
    assert len(mistakes(step('shell = "x"', "1a") + step('shell = "x"\ndepends_on = ["1a"]', "b"))) == 1
    assert len(mistakes(step('prompt = "{{ steps.a.output }}"'))) == 1, "not a circle too"
    assert mistakes("steps = [3]") == ['w.toml:1: step "#1": expected a table']


def test_the_same_name_twice_is_told_at_both_places() -> None:
    told = mistakes(step('shell = "x"') + step('shell = "y"'))
    assert told == [f'w.toml:{line}: step "a": name: two steps have this name' for line in (2, 5)]


def test_a_mistake_in_a_template_is_told_whole() -> None:
    (told,) = mistakes(step('prompt = "{% for x in arg.l %}{% endif %}"'))
    assert told.endswith("The innermost block that needs to be closed is 'for'.")


@pytest.mark.parametrize(
    ("waits", "told"),
    [
        ({"a": "b", "b": "a"}, ['4: step "a": depends_on: a circle: a waits for b waits for a']),
        ({"a": "a"}, ['4: step "a": depends_on: a circle: a waits for a']),
        (
            {"e": "e", "d": "b", "c": "b", "b": "a", "a": "c"},
            [
                '4: step "e": depends_on: a circle: e waits for e',
                '12: step "c": depends_on: a circle: c waits for b waits for a waits for c',
            ],
        ),
    ],
)
def test_every_circle_is_told_at_its_first_step(waits: dict[str, str], told: list[str]) -> None:
    text = "".join(step(f'shell = "x"\ndepends_on = ["{other}"]', name).strip() + "\n" for name, other in waits.items())
    assert [line.removeprefix("w.toml:") for line in mistakes(text)] == told


def test_a_circle_of_mentions_is_told_where_the_first_one_stands() -> None:
    text = step('prompt = """\nOf\n{{ steps.b.output }}"""') + step('shell = "x"\nif = "c.success"', "b")
    assert mistakes(text + step('shell = "x"\nfor_each = "steps.a.output"', "c")) == [
        'w.toml:5: step "a": prompt: a circle: a waits for b waits for c waits for a'
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 90_000,
        "{{ a " * 30_000,
        "{% x {{ y " * 15_000,
        "{{ steps." + "a-" * 90_000 + " }}",
        "'" * 150_000,
        "$(" * 90_000,
        "<<a " * 40_000,
        "{{ arg.1 }} " * 15_000,
        "eval {{ arg.1 }}\n" * 190 + "x" * 190_000,
        "{{ " + "(" * 90_000 + " }}",
        "{{ " + "a and " * 30_000 + "( }}",
        ("{{ " + "a and " * 60 + "( }}") * 500,
        "{{ '" * 45_000,
        '{{ "' + '\\"' * 90_000,
        "{# " * 60_000,
        "{% raw %}" * 20_000,
        "{{ " + "-" * 150_000 + "1 }}",
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.parametrize("key", ["prompt", "shell"])
def test_a_hostile_text_takes_no_longer_than_an_honest_one(text: str, key: str) -> None:
    started = time.process_time()
    with contextlib.suppress(ConfigError):
        read(step(f"{key} = {json.dumps(text)}"))
    assert time.process_time() - started < 10


def test_steps_that_all_wait_for_all_take_no_longer_than_honest_ones() -> None:
    names = [first + second for first in "abcdefghijklmnopqrs" for second in "0123456789"]
    waits = f"shell = 'x'\ndepends_on = {json.dumps(names)}"
    started = time.process_time()
    told = mistakes("".join(step(waits, name) for name in names))
    assert time.process_time() - started < 10
    assert len(told) >= len(names) / 2


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A project and a user's folder."""
    (tmp_path / "project" / ".lok" / "workflows").mkdir(parents=True)
    (tmp_path / "config" / "lok" / "workflows").mkdir(parents=True)
    return tmp_path / "project", {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def test_the_project_comes_first_then_the_user_then_ours(places: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    project, environ = places
    assert getattr(find("hunt", project, environ), "origin", "") == "built-in"
    (tmp_path / "config" / "lok" / "workflows" / "hunt.toml").write_text("")
    assert getattr(find("hunt", project, environ), "origin", "") == "user"
    (project / ".lok" / "workflows" / "hunt.toml").write_text("")
    assert getattr(find("hunt", project, environ), "origin", "") == "project"
    assert [each.origin for each in all_workflows(project, environ) if each.name == "hunt"] == [
        "project",
        "user",
        "built-in",
    ]
    assert find("nowhere", project, environ) is None


def test_files_that_cannot_be_read_are_named(places: tuple[Path, dict[str, str]]) -> None:
    project, environ = places
    os.mkfifo(project / ".lok" / "workflows" / "pipe.toml")
    with pytest.raises(ConfigError, match="not a regular file"):
        find("pipe", project, environ)
    # A broken neighbour holds nothing up.
    assert find("hunt", project, environ)
    with pytest.raises(ConfigError, match="there is no such file"):
        named_file(project / "nowhere.toml")
