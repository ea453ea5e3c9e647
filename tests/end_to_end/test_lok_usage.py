"""What `lok` says to words it does not know: the right usage, and what was probably meant."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import Project


@pytest.mark.parametrize(
    ("words", "usage", "said"),
    [
        ("ask --bogus x", "lok ask", 'lok ask: error: no flag is called "--bogus"\n'),
        ("ask --jsn x", "lok ask", 'lok ask: error: no flag is called "--jsn"; did you mean "--json"?\n'),
        ("ask -q x", "lok ask", 'lok ask: error: no flag is called "-q"\n'),
        ("trust --shwo", "lok trust", 'lok trust: error: no flag is called "--shwo"; did you mean "--show"?\n'),
        (
            "run hunt --jsno",
            "lok run hunt",
            'lok run hunt: error: no flag is called "--jsno"; did you mean "--json"?\n',
        ),
        ("diff a b", "lok diff", "lok diff: error: not understood: b\n"),
        ("aks x", "lok", 'lok: error: no command is called "aks"; did you mean "ask"?\n'),
        ("debat x", "lok", 'lok: error: no command is called "debat"; did you mean "debate"?\n'),
        ("xyzzy", "lok", 'lok: error: no command is called "xyzzy"\n'),
        ("--versoin", "lok", 'lok: error: no flag is called "--versoin"; did you mean "--version"?\n'),
        ("", "lok", "lok: error: a command is missing; lok --help lists them\n"),
    ],
)
def test_unknown_words(project: Project, words: str, usage: str, said: str) -> None:
    done = project.run("lok", *words.split())
    assert done.code == 2
    assert done.said.startswith(f"usage: {usage} [-h]")
    assert done.said.endswith(f"\n{said}")


@pytest.mark.parametrize("program", ["lok-hunt", "lok-audit", "lok-review"])
def test_the_gate_says_it_in_the_same_words(project: Project, program: str) -> None:
    done = project.run(program, "--formt", "json")
    assert done.code == 2
    assert done.said.startswith(f"usage: {program} [-h]")
    assert done.said.endswith(f'\n{program}: error: no flag is called "--formt"; did you mean "--format"?\n')


def test_flags_may_stand_among_the_words_of_a_list(project: Project) -> None:
    done = project.run("lok", "workflow", "validate", "hunt", "-v", "audit")
    assert done.code == 0
    assert "built-in hunt.toml: 4 steps" in done.said
    assert "built-in audit.toml: 3 steps" in done.said
    assert project.run("lok", "install", "pre-push", "--json", "pre-commit").said.count('"made"') == 2


@pytest.mark.parametrize(
    "words",
    [
        *(f"{command} {flag}" for command in ("suggest x", "tasks", "backends", "workflow list", "init")
          for flag in ("--no-cache", "--budget=1", "--trust-tree")),
        *("doctor --no-cache", "doctor --trust-tree", "hunt --no-cache", "audit --no-cache"),
    ],
)  # fmt: skip
def test_a_flag_that_would_do_nothing_is_none(project: Project, words: str) -> None:
    done = project.run("lok", *words.split())
    assert (done.code, "no flag is called" in done.said) == (2, True)
    assert not (project.path / "lok.toml").exists()
