"""What the doctor's facts mean, and what init makes of them."""

from __future__ import annotations

import dataclasses
import tomllib

import pytest

from lok_hooks.config.write import starter_text
from lok_hooks.core.checkup import BackendCheck, Check, Checkup, State
from lok_hooks.core.settings import Settings
from lok_hooks.flows.doctor import as_json, exit_code, git_check, hook_check, memory_check, trust_check
from lok_hooks.flows.setup import starter_for
from tests.config.conftest import home
from tests.config.support import Home

__all__ = ["home"]


def model(name: str, *, is_usable: bool, state: State = "good", problem: str = "") -> BackendCheck:
    return BackendCheck(name=name, kind=name, role="model", state=state, is_usable=is_usable, problem=problem)


STATIC = BackendCheck(name="static", kind="static", role="analyser", state="good", is_usable=True)


@pytest.mark.parametrize(
    ("backends", "code"),
    [
        ((), 4),
        ((STATIC,), 4),
        ((STATIC, model("codex", is_usable=False)), 4),
        ((model("codex", is_usable=False), model("claude", is_usable=True)), 0),
    ],
)
def test_without_a_model_the_exit_code_is_4(backends: tuple[BackendCheck, ...], code: int) -> None:
    checkup = Checkup(backends=backends, checks=())

    assert exit_code(checkup) == code
    assert as_json(checkup)["usable"] == list(checkup.usable)


@pytest.mark.parametrize(
    ("version", "problem", "state", "advice"),
    [
        ("", "git is not installed", "bad", "install git and put it on the PATH"),
        ("2.30.9", "", "bad", "update it; 2.31 is the oldest that will do"),
        ("2.31.0", "", "good", ""),
        ("3.0", "", "good", ""),
        ("2.39.5", "it is a bare one", "warn", "clone it"),
    ],
)
def test_git(version: str, problem: str, state: State, advice: str) -> None:
    check = git_check(version, problem, "clone it")
    assert (check.state, check.advice if state != "good" else "") == (state, advice)
    assert (problem in check.text) or not version


@pytest.mark.parametrize(
    ("state", "is_run_by", "expected", "advice"),
    [
        ("current", "", "good", ""),
        ("outdated", "", "warn", "lok install pre-push"),
        ("absent", "", "off", "lok install pre-push"),
        ("foreign", "", "off", "lok install pre-push"),
        ("foreign", "prek", "good", ""),
        ("absent", "pre-commit", "warn", "pre-commit install --hook-type pre-push"),
    ],
)
def test_hooks(state: str, is_run_by: str, expected: State, advice: str) -> None:
    check = hook_check("pre-push", state, is_run_by)
    assert (check.state, check.advice) == (expected, advice)


def test_trust() -> None:
    assert trust_check([], []).state == "good"
    assert trust_check(["lok.toml"], []).state == "good"
    missing = trust_check(["a"], ["lok.toml", "w.toml"])
    assert (missing.state, missing.advice) == ("warn", "lok trust")
    assert "lok.toml, w.toml" in missing.text


def test_memory() -> None:
    assert memory_check(None, 0, is_enabled=True).text == "empty"
    assert memory_check(1200, 3 * 2**20, is_enabled=True).text == "1,200 answers, 3.0 MB"
    assert memory_check(1, 2**20, is_enabled=True).text == "1 answer, 1.0 MB"
    assert memory_check(5, 1, is_enabled=False).state == "off"
    assert memory_check(5, 1, is_enabled=True, problem="no room").state == "warn"


@pytest.fixture
def settings(home: Home) -> Settings:
    return home.load()


@pytest.mark.parametrize(
    ("usable", "hunt", "audit", "quorum"),
    [
        ((), ["codex"], ["gemini"], 1),
        (("claude",), ["claude"], ["claude"], 1),
        (("codex", "gemini"), ["codex", "gemini"], ["gemini", "codex"], 2),
        (("codex", "gemini", "claude", "ollama"), ["codex", "gemini"], ["gemini", "claude"], 2),
        (("ollama", "claude"), ["claude", "ollama"], ["claude", "ollama"], 2),
    ],
)
def test_what_init_writes_fits_who_is_at_hand(
    home: Home, settings: Settings, usable: tuple[str, ...], hunt: list[str], audit: list[str], quorum: int
) -> None:
    names = ("codex", "gemini", "claude", "ollama")
    checkup = Checkup(backends=(*(model(name, is_usable=name in usable) for name in names), STATIC), checks=())
    text = starter_text(starter_for(checkup, settings))
    written = tomllib.loads(text)

    assert written["tasks"] == {"hunt": {"backends": hunt}, "audit": {"backends": audit}}
    assert written["review"]["quorum"] == quorum
    # It loads as an untrusted file without a word, and changes nothing but what it says.
    loaded = home.load(text)
    assert loaded.notes == ()
    assert [dataclasses.replace(task, backends=()) for task in loaded.tasks] == [
        dataclasses.replace(task, backends=()) for task in settings.tasks
    ]
    assert loaded.review == dataclasses.replace(settings.review, quorum=quorum)
    assert (loaded.backends, loaded.by_hand) == (settings.backends, settings.by_hand)
    assert all("#" in line for line in text.splitlines() if line.startswith(("fail_on", "quorum", "budget", "on_")))


def test_init_remarks_on_every_backend_without_telling_of_this_machine(settings: Settings) -> None:
    codex = BackendCheck(
        name="codex", kind="codex", role="model", state="good", is_usable=True, version="1.2.3", found="/home/me/codex"
    )
    gemini = BackendCheck(
        name="gemini", kind="gemini", role="model", state="bad", problem="not installed", advice="npm i -g x"
    )
    claude = model("claude", is_usable=False, state="warn", problem="not logged in: MY_KEY is not set")
    text = starter_text(starter_for(Checkup(backends=(codex, gemini, claude), checks=()), settings))

    for line in ("codex   at hand, version 1.2.3", "gemini  not installed (npm i -g x)", "claude  not logged in\n"):
        assert f"#   {line}" in text
    assert "/home/me" not in text


def test_a_check_is_a_value() -> None:
    assert as_json(Checkup(backends=(STATIC,), checks=(Check(name="git", state="good", text="2"),)))["checks"] == (
        {"name": "git", "state": "good", "text": "2", "advice": ""},
    )
