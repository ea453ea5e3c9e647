from __future__ import annotations

from dataclasses import replace

import pytest

from lok_hooks.core.ports import Traits
from lok_hooks.core.reliability import Precision
from lok_hooks.core.route import Candidate, Route, reasons, route, why_alone
from lok_hooks.core.task import Task


def candidate(
    name: str,
    *strengths: str,
    missing: str = "",
    may_block: bool = True,
    role: str = "model",
    has_login: bool = True,
) -> Candidate:
    traits = Traits(
        role=role,  # type: ignore[arg-type]
        kind=name,
        may_block=may_block,
        is_local=False,
        max_prompt_bytes=1000,
        strengths=strengths,
        has_login=has_login,
    )
    return Candidate(name=name, traits=traits, missing=missing)


CODEX = candidate("codex", "hunt", "audit")
GEMINI = candidate("gemini", "audit", "hunt")
CLAUDE = candidate("claude", "hunt", "audit")
OLLAMA = candidate("ollama", "audit", may_block=False)
STATIC = candidate("static", role="analyser")
NO_CODEX = candidate("codex", "hunt", missing="codex is not installed")
NO_GEMINI = candidate("gemini", "audit", missing="gemini is not installed")


CLOSED_CODEX = candidate("codex", "hunt", "audit", has_login=False)
CLOSED_CLAUDE = candidate("claude", "hunt", "audit", has_login=False)


@pytest.mark.parametrize(
    ("task", "candidates", "chosen", "expected", "why"),
    [
        pytest.param(("hunt", ("codex",)), [CODEX, GEMINI], (), ("codex",), "listed for hunt", id="hunt to codex"),
        pytest.param(
            ("audit", ("gemini",)), [CODEX, GEMINI], (), ("gemini",), "listed for audit", id="audit to gemini"
        ),
        pytest.param(
            ("hunt", ("codex", "claude")), [CODEX, CLAUDE], (), ("codex", "claude"), "listed", id="all listed"
        ),
        pytest.param(
            ("hunt", ("codex", "claude")), [NO_CODEX, CLAUDE], (), ("claude",), "listed", id="the listed at hand"
        ),
        pytest.param(("hunt", ("codex",)), [NO_CODEX, GEMINI, CLAUDE], (), ("claude",), "next best", id="next best"),
        pytest.param(("audit", ("gemini",)), [OLLAMA, NO_GEMINI, CODEX], (), ("codex",), "codex", id="weak ones last"),
        pytest.param(("audit", ("gemini",)), [OLLAMA, NO_GEMINI], (), ("ollama",), "next best", id="weak if need be"),
        pytest.param(("mine", ()), [GEMINI, CLAUDE], (), ("gemini",), "best for mine", id="a task that lists nobody"),
        pytest.param(("hunt", ("codex",)), [NO_CODEX, STATIC], (), (), "", id="no model at hand"),
        pytest.param(
            ("hunt", ("codex",)), [CLOSED_CODEX, CLOSED_CLAUDE], (), ("codex",), "listed", id="nobody has a login"
        ),
        pytest.param(
            ("hunt", ("codex", "claude")),
            [CLOSED_CODEX, CLAUDE, GEMINI],
            (),
            ("codex", "claude"),
            "listed for hunt",
            id="one of the listed has a login",
        ),
        pytest.param(
            ("hunt", ()), [CLOSED_CODEX, OLLAMA], (), ("ollama",), "best for hunt", id="no login comes after a weak one"
        ),
        pytest.param(
            ("hunt", ("codex",)), [CLOSED_CODEX, CLAUDE], ("codex",), ("codex",), "named by", id="chosen without login"
        ),
        pytest.param(
            ("hunt", ("codex",)), [CODEX, CLAUDE], ("claude",), ("claude",), "named by --backend", id="chosen"
        ),
        pytest.param(
            ("hunt", ("codex",)), [NO_CODEX, CLAUDE], ("codex",), (), "", id="chosen and missing: nobody else"
        ),
        pytest.param(("hunt", ("codex",)), [CODEX, STATIC], ("static",), (), "", id="chosen analyser: no model"),
    ],
)
def test_routes(
    task: tuple[str, tuple[str, ...]],
    candidates: list[Candidate],
    chosen: tuple[str, ...],
    expected: tuple[str, ...],
    why: str,
) -> None:
    name, backends = task
    found = route(Task(name=name, description="", aspects=(), backends=backends), candidates, chosen)
    assert found.backends == expected
    assert set(found.why) == set(expected)
    assert all(why in reason or why in backend for backend, reason in found.why.items())


def test_the_next_best_is_asked_besides_those_of_the_list_that_have_no_login() -> None:
    task = Task(name="hunt", description="", aspects=(), backends=("codex", "claude"))
    found = route(task, [CLOSED_CODEX, CLOSED_CLAUDE, OLLAMA, GEMINI], ())
    assert found.backends == ("codex", "claude", "gemini")
    assert found.why["gemini"] == "next best for hunt: no login for codex, claude"


def test_who_was_wanted_and_missing_is_named() -> None:
    found = route(Task(name="hunt", description="", aspects=(), backends=("codex",)), [NO_CODEX, CLAUDE], ())
    assert found.passed_over == {"codex": "codex is not installed"}


def test_who_is_listed_and_missing_is_named_beside_those_at_hand() -> None:
    task = Task(name="hunt", description="", aspects=(), backends=("codex", "claude"))
    assert route(task, [NO_CODEX, CLAUDE], ()).why == {"claude": "listed for hunt (codex not at hand)"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["listed for hunt"], "listed for hunt"),
        (["listed for hunt", "listed for audit"], "listed for hunt and audit"),
        (["named by --backend", "named by --backend"], "named by --backend"),
        (
            ["next best for hunt: codex not at hand", "listed for audit", "listed for mine"],
            "listed for audit and mine, next best for hunt: codex not at hand",
        ),
    ],
)
def test_a_reason_over_all_tasks(given: list[str], told: str) -> None:
    routes = [Route(task="", backends=("one",), why={"one": reason}, passed_over={}) for reason in given]
    assert reasons([*routes, Route(task="", backends=("two",), why={"two": "best for x"}, passed_over={})]) == {
        "one": told,
        "two": "best for x",
    }


NOBODY = Route(task="hunt", backends=(), why={}, passed_over={})


@pytest.mark.parametrize(
    ("routes", "chosen", "has_models", "why"),
    [
        ([NOBODY], (), True, "no LLM at hand (lok doctor says why)"),
        ([NOBODY], (), False, "no LLM is switched on"),
        ([NOBODY], ("static",), True, ""),
        ([NOBODY, replace(NOBODY, backends=("codex",))], (), True, ""),
        ([], (), True, ""),
    ],
)
def test_why_analysers_are_alone(routes: list[Route], chosen: tuple[str, ...], has_models: bool, why: str) -> None:
    assert why_alone(routes, chosen, has_models=has_models) == why


@pytest.mark.parametrize(
    ("codex", "claude", "expected"),
    [
        (None, None, "codex"),
        (Precision(count=40, share=0.30), None, "claude"),
        (Precision(count=19, share=0.30), None, "codex"),
        (Precision(count=40, share=0.50), Precision(count=40, share=0.60), "codex"),
        (None, Precision(count=40, share=0.90), "claude"),
    ],
)
def test_enough_measured_findings_move_a_backend(
    codex: Precision | None, claude: Precision | None, expected: str
) -> None:
    first = replace(candidate("codex", "mine"), precision=codex)
    second = replace(candidate("claude", "other", "mine"), precision=claude)
    task = Task(name="mine", description="", aspects=(), backends=())
    found = route(task, [first, second], ())
    assert found.backends == (expected,)
    record = {"codex": codex, "claude": claude}[expected]
    assert ("of 40 findings" in found.why[expected]) is (record is not None and record.is_enough)
