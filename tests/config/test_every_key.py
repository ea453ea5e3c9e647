"""Every key that a lok.toml may hold arrives in the settings: none is read and forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from lok_hooks.config.schema import Document
from lok_hooks.core.finding import Severity
from lok_hooks.core.settings import Settings
from lok_hooks.core.task import Aspect
from tests.config.support import Home, backend, task

Read = Callable[[Settings], object]


def of_codex(key: str) -> Read:
    return lambda settings: getattr(backend(settings, "codex"), key)


def of_mine(key: str) -> Read:
    return lambda settings: getattr(backend(settings, "mine"), key)


def of_task(key: str) -> Read:
    return lambda settings: getattr(task(settings, "mine"), key)


def of_entry(entry: str, key: str) -> Read:
    return lambda settings: getattr(getattr(settings, entry), key)


MINE = '[backends.mine]\nkind = "sarif"\ncommand = "scan"\n'
TASK = '[tasks.mine]\nprompts = [{ name = "one", prompt = "First." }]\n'

# What a user writes beside what the key needs, where to read it, and what it must be, which is never the default.
KEYS: dict[str, tuple[str, Read, object]] = {
    "defaults.parallel": ("[defaults]\nparallel = false", lambda s: s.parallel, False),
    "defaults.timeout": ("[defaults]\ntimeout = 7", of_codex("timeout"), 7.0),
    "defaults.command_wrapper": (
        '[defaults]\ncommand_wrapper = "nice {cmd}"',
        of_codex("command_wrapper"),
        "nice {cmd}",
    ),
    "backends.enabled": ("[backends.codex]\nenabled = false", of_codex("enabled"), False),
    "backends.kind": (MINE, of_mine("kind"), "sarif"),
    "backends.command": (MINE, of_mine("command"), "scan"),
    "backends.args": (f'{MINE}args = ["-x", ""]', of_mine("args"), ("-x", "")),
    "backends.skip_lines": (f"{MINE}skip_lines = 3", of_mine("skip_lines"), 3),
    "backends.api_key_env": (f'{MINE}api_key_env = "A_KEY"', of_mine("api_key_env"), "A_KEY"),
    "backends.model": (f'{MINE}model = "m"', of_mine("model"), "m"),
    "backends.timeout": (f"{MINE}timeout = 9", of_mine("timeout"), 9.0),
    "backends.url": ('[backends.codex]\nurl = "http://h/v1"', of_codex("url"), "http://h/v1"),
    "backends.env": (f'{MINE}env = {{ A = "1" }}', of_mine("env"), {"A": "1"}),
    "backends.may_block": (f"{MINE}may_block = false", of_mine("may_block"), False),
    "backends.local": (f"{MINE}local = true", of_mine("local"), True),
    "backends.max_prompt_bytes": (f"{MINE}max_prompt_bytes = 70", of_mine("max_prompt_bytes"), 70),
    "backends.max_parallel": (f"{MINE}max_parallel = 9", of_mine("max_parallel"), 9),
    "backends.strengths": (f'{MINE}strengths = ["audit"]', of_mine("strengths"), ("audit",)),
    "backends.rules": (f'{MINE}rules = {{ E9 = "off" }}', of_mine("rules"), {"E9": "off"}),
    "tasks.description": (f'{TASK}description = "d"', of_task("description"), "d"),
    "tasks.backends": (f'{TASK}backends = ["claude", "codex"]', of_task("backends"), ("claude", "codex")),
    "tasks.prompts": (TASK, of_task("aspects"), (Aspect(name="one", text="First."),)),
    "tasks.prompts.name": (TASK, lambda s: task(s, "mine").aspects[0].name, "one"),
    "tasks.prompts.prompt": (TASK, lambda s: task(s, "mine").aspects[0].text, "First."),
    "hooks.pre-commit.tasks": ('[hooks.pre-commit]\ntasks = ["audit"]', of_entry("hunt", "tasks"), ("audit",)),
    "hooks.pre-commit.budget": ("[hooks.pre-commit]\nbudget = 5", of_entry("hunt", "budget"), 5.0),
    "hooks.pre-commit.on_incomplete": (
        '[hooks.pre-commit]\non_incomplete = "block"',
        of_entry("hunt", "on_incomplete"),
        "block",
    ),
    "hooks.pre-push.tasks": ('[hooks.pre-push]\ntasks = ["hunt"]', of_entry("audit", "tasks"), ("hunt",)),
    "hooks.pre-push.budget": ("[hooks.pre-push]\nbudget = 5", of_entry("audit", "budget"), 5.0),
    "hooks.pre-push.on_incomplete": (
        '[hooks.pre-push]\non_incomplete = "allow"',
        of_entry("audit", "on_incomplete"),
        "allow",
    ),
    "review.tasks": ('[review]\ntasks = ["audit"]', of_entry("by_hand", "tasks"), ("audit",)),
    "review.budget": ("[review]\nbudget = 5", of_entry("by_hand", "budget"), 5.0),
    "review.on_incomplete": ('[review]\non_incomplete = "allow"', of_entry("by_hand", "on_incomplete"), "allow"),
    "review.fail_on": ('[review]\nfail_on = "low"', lambda s: s.review.fail_on, Severity.LOW),
    "review.quorum": ("[review]\nquorum = 3", lambda s: s.review.quorum, 3),
    "review.debate": ("[review]\ndebate = false", lambda s: s.review.debate, False),
    "review.exclude": ('[review]\nexclude = ["docs/"]', lambda s: s.review.exclude, ("docs/",)),
    "review.max_file_bytes": ("[review]\nmax_file_bytes = 5", lambda s: s.review.max_file_bytes, 5),
    "review.context_lines": ("[review]\ncontext_lines = 3", lambda s: s.review.context_lines, 3),
    "review.confirm": ('[review]\nconfirm = "probability"', lambda s: s.review.confirm, "probability"),
    "review.threshold": ("[review]\nthreshold = 0.7", lambda s: s.review.threshold, 0.7),
    "review.config_from": ('[review]\nconfig_from = "origin/main"', lambda s: s.review.config_from, "origin/main"),
    "review.redact_local": ("[review]\nredact_local = false", lambda s: s.review.redact_local, False),
    "debate.enabled": ("[debate]\nenabled = false", lambda s: s.review.debate, False),
    "debate.rounds": ("[debate]\nrounds = 1", lambda s: s.debate.rounds, 1),
    "debate.reviewers": ("[debate]\nreviewers = 2", lambda s: s.debate.reviewers, 2),
    "debate.min_severity": ('[debate]\nmin_severity = "high"', lambda s: s.debate.min_severity, Severity.HIGH),
    "debate.judge": ('[debate]\njudge = "claude"', lambda s: s.debate.judge, "claude"),
    "cache.enabled": ("[cache]\nenabled = false", lambda s: s.cache.enabled, False),
    "cache.ttl_hours": ("[cache]\nttl_hours = 1", lambda s: s.cache.ttl_hours, 1),
    "cache.max_megabytes": ("[cache]\nmax_megabytes = 1", lambda s: s.cache.max_megabytes, 1),
    "conductor.max_rounds": ("[conductor]\nmax_rounds = 2", lambda s: s.conductor.max_rounds, 2),
    "conductor.max_tokens": ("[conductor]\nmax_tokens = 9", lambda s: s.conductor.max_tokens, 9),
    "conductor.backend": ('[conductor]\nbackend = "codex"', lambda s: s.conductor.backend, "codex"),
}


@pytest.mark.parametrize(("text", "read", "expected"), KEYS.values(), ids=KEYS)
def test_a_key_arrives(home: Home, text: str, read: Read, expected: object) -> None:
    assert read(home.load(user=text)) == expected


def keys_of(model: type[BaseModel], path: str) -> Iterator[str]:
    """The key paths that a file may have, without the names that its user chooses."""
    for name, field in model.model_fields.items():
        here = f"{path}{field.alias or name}"
        inner = [each for each in _inside(field.annotation) if issubclass(each, BaseModel)]
        if not inner or here == "tasks.prompts":
            yield here
        for each in inner:
            yield from keys_of(each, f"{here}.")


def _inside(annotation: Any) -> Iterator[type]:
    if get_args(annotation):
        for each in get_args(annotation):
            yield from _inside(each)
    elif isinstance(annotation, type):
        yield annotation


def test_no_key_is_left_out() -> None:
    assert set(keys_of(Document, "")) == set(KEYS)
