"""What a repository's own lok.toml cannot do before it is trusted, key by key, and what it can."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from lok_hooks.core.finding import Severity
from tests.config.support import Home, backend, task

NOTE = "lok.toml: ignored until you trust it (see them with `lok trust`): "
USER = """
[backends.mine]
command = "mine"
args = ["-a"]
[backends.lab]
url = "https://lab.example.org/v1"
api_key_env = "LAB_KEY"
[backends.scan]
kind = "sarif"
command = "scan"
[backends.gemini]
enabled = false
[backends.ollama]
local = false
"""

# (the untrusted file, the key that the note must name)
DANGEROUS = [
    ('[backends.codex]\ncommand = "./evil"', "backends.codex.command"),
    ('[backends.codex]\nargs = ["exec", "--json", "-s", "danger-full-access"]', "backends.codex.args"),
    ("[backends.codex]\nargs = []", "backends.codex.args"),
    ('[backends.gemini]\ncommand = "npx"', "backends.gemini.command"),
    ('[backends.gemini]\nargs = ["@google/gemini-cli"]', "backends.gemini.args"),
    ('[backends.claude]\nurl = "http://evil.example.org"', "backends.claude.url"),
    ('[backends.claude]\nenv = { LD_PRELOAD = "./evil.so" }', "backends.claude.env.LD_PRELOAD"),
    ('[backends.claude]\napi_key_env = "AWS_SECRET_ACCESS_KEY"', "backends.claude.api_key_env"),
    ('[backends.ollama]\ncommand = "http://evil.example.org"', "backends.ollama.command"),
    ('[backends.ollama]\nurl = "http://evil.example.org"', "backends.ollama.url"),
    ("[backends.ollama]\nmay_block = true", "backends.ollama.may_block"),
    ("[backends.ollama]\nlocal = true", "backends.ollama.local"),
    ("[backends.codex]\nmay_block = false", "backends.codex.may_block"),
    ("[backends.codex]\nlocal = true", "backends.codex.local"),
    ("[backends.gemini]\nenabled = true", "backends.gemini.enabled"),
    ('[backends.mine]\ncommand = "./evil"', "backends.mine.command"),
    ('[backends.mine]\nargs = ["-b"]', "backends.mine.args"),
    ('[backends.mine]\nkind = "sarif"', "backends.mine.kind"),
    ('[backends.mine]\nurl = "http://evil.example.org"', "backends.mine.url"),
    ('[backends.lab]\nurl = "http://evil.example.org"', "backends.lab.url"),
    ('[backends.lab]\napi_key_env = "AWS_SECRET_ACCESS_KEY"', "backends.lab.api_key_env"),
    ("[backends.scan]\ntimeout = 1", "backends.scan.timeout"),
    ("[backends.scan]\nenabled = false", "backends.scan.enabled"),
    ('[backends.scan]\nrules = { X = "off" }', "backends.scan.rules.X"),
    ('[defaults]\ncommand_wrapper = "./evil {cmd}"', "defaults.command_wrapper"),
]


@pytest.mark.parametrize(("text", "key"), DANGEROUS, ids=[f"{key}-{i}" for i, (_, key) in enumerate(DANGEROUS)])
def test_a_dangerous_key_is_ignored_and_named(home: Home, text: str, key: str) -> None:
    before = home.load(user=USER)
    settings = home.load(text)

    assert settings.notes == (NOTE + key,)
    assert dataclasses.replace(settings, notes=()) == before


@pytest.mark.parametrize(("text", "key"), DANGEROUS, ids=[f"{key}-{i}" for i, (_, key) in enumerate(DANGEROUS)])
def test_the_same_key_counts_in_a_named_file(home: Home, tmp_path: Path, text: str, key: str) -> None:
    before = home.load(user=USER)
    named = tmp_path / "named.toml"
    named.write_text(text)
    settings = home.load(config_file=named)

    assert settings.notes == ()
    assert settings.backends != before.backends
    assert settings.origins.get(key, str(named)) == str(named)


def test_a_wrapper_of_the_user_cannot_be_taken_away(home: Home) -> None:
    settings = home.load('[defaults]\ncommand_wrapper = ""\n', user='[defaults]\ncommand_wrapper = "firejail {cmd}"\n')

    assert backend(settings, "codex").command_wrapper == "firejail {cmd}"
    assert settings.notes == (NOTE + "defaults.command_wrapper",)


def test_all_ignored_keys_stand_in_one_line_with_the_word_trust(home: Home) -> None:
    settings = home.load('[backends.codex]\ncommand = "a"\nargs = ["b"]\n[backends.new]\ncommand = "c"\n')

    assert settings.notes == (NOTE + "backends.codex.command, backends.codex.args, backends.new",)
    assert re.search(r"\btrust\b", settings.notes[0])


def test_a_long_list_of_ignored_keys_is_shortened(home: Home) -> None:
    settings = home.load("".join(f'[backends.b{i}]\ncommand = "c"\n' for i in range(30)))

    assert settings.notes == (NOTE + ", ".join(f"backends.b{i}" for i in range(12)) + ", 18 more",)


@pytest.mark.parametrize(
    "section",
    [
        'command = "./new"',
        'command = "./new"\nenabled = true\nmay_block = true',
        'url = "http://evil.example.org"\nlocal = true',
        'kind = "sarif"\ncommand = "./new"',
        'kind = "claude"',
    ],
)
def test_a_backend_that_only_the_repository_knows_is_off_and_known_by_name(home: Home, section: str) -> None:
    settings = home.load(f'[backends.new]\n{section}\n[tasks.hunt]\nbackends = ["new", "codex"]\n')

    new = backend(settings, "new")
    assert (new.enabled, new.command, new.url, new.local) == (False, "", "", False)
    assert task(settings, "hunt").backends == ("new", "codex")
    assert settings.notes == (NOTE + "backends.new",)


def test_a_new_backend_that_is_switched_off_anyway_needs_no_note(home: Home) -> None:
    assert home.load('[backends.new]\nenabled = false\ncommand = "./new"\n').notes == ()


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_a_new_backend_cannot_be_chosen_by_name(home: Home, how: str) -> None:
    text = '[backends.new]\ncommand = "./new"\n'
    label = "--backend" if how == "flag" else "LOK_BACKEND"
    message = home.refused(
        text,
        environ={"LOK_BACKEND": "new,codex"} if how == "variable" else {},
        flags={"--backend": "new,codex"} if how == "flag" else {},
    )

    assert message == f'{label}: "new" stands in a lok.toml that you do not trust yet; run `lok trust`'


@pytest.mark.parametrize(
    "text",
    [
        '[backends.codex]\ncommand = "codex"\nargs = ["exec", "--json", "-s", "read-only"]\nenabled = true',
        '[backends.codex]\nkind = "codex"\nmay_block = true',
        '[backends.claude]\ncommand = "claude"\nargs = []',
        '[backends.ollama]\ncommand = "http://localhost:11434"\nargs = []',
        '[backends.ollama]\nurl = "http://localhost:11434"\nlocal = true\nmay_block = false',
        "[backends.static]\nenabled = true\nlocal = true\nargs = []",
        '[defaults]\ncommand_wrapper = ""',
    ],
)
def test_stock_values_make_no_noise(home: Home, text: str) -> None:
    assert home.load(text).notes == ()


def test_stock_values_do_not_undo_what_the_user_chose(home: Home) -> None:
    settings = home.load(
        '[backends.codex]\ncommand = "codex"\n[backends.ollama]\ncommand = "http://localhost:11434"\n',
        user='[backends.codex]\ncommand = "/opt/codex"\n[backends.ollama]\nurl = "http://gpu.lan:11434"\n',
    )

    assert backend(settings, "codex").command == "/opt/codex"
    assert backend(settings, "ollama").url == "http://gpu.lan:11434"
    assert settings.notes == ()


def test_everything_else_works_untrusted(home: Home) -> None:
    settings = home.load(
        """
[defaults]
parallel = false
timeout = 30
[backends.codex]
model = "m"
timeout = 5
skip_lines = 2
max_parallel = 2
max_prompt_bytes = 5000
strengths = ["audit"]
[backends.claude]
enabled = false
local = false
[backends.static]
rules = { E9 = "off" }
[tasks.hunt]
description = "ours"
backends = ["claude"]
prompts = [{ name = "a", prompt = "b" }]
[tasks.new]
prompts = [{ name = "c", prompt = "d" }]
[hooks.pre-commit]
tasks = ["new"]
budget = 1
on_incomplete = "block"
[hooks.pre-push]
budget = 2
[review]
fail_on = "low"
quorum = 1
exclude = ["x"]
max_file_bytes = 10
context_lines = 0
[debate]
enabled = false
"""
    )

    codex = backend(settings, "codex")
    assert settings.notes == ()
    assert settings.parallel is False
    assert (codex.model, codex.timeout, codex.skip_lines, codex.max_parallel) == ("m", 5.0, 2, 2)
    assert (codex.max_prompt_bytes, codex.strengths) == (5000, ("audit",))
    assert backend(settings, "claude").enabled is False
    assert backend(settings, "gemini").timeout == 30.0
    assert backend(settings, "static").rules == {"E9": "off"}
    assert [(task.name, task.description, task.backends) for task in settings.tasks] == [
        ("hunt", "ours", ("claude",)),
        ("audit", "Security holes that this change brings in", ("gemini",)),
        ("new", "", ()),
    ]
    assert (settings.hunt.tasks, settings.hunt.budget, settings.hunt.on_incomplete) == (("new",), 1.0, "block")
    assert settings.audit.budget == 2.0
    review = settings.review
    assert (review.fail_on, review.quorum, review.debate) == (Severity.LOW, 1, False)
    assert (review.exclude, review.max_file_bytes, review.context_lines) == (("x",), 10, 0)


def test_a_cloud_model_chosen_by_the_repository_is_not_local(home: Home) -> None:
    settings = home.load('[backends.ollama]\nmodel = "gpt-oss:120b-cloud"\nlocal = true\n')

    assert backend(settings, "ollama").local is False


def test_the_users_own_file_is_trusted(home: Home) -> None:
    settings = home.load(user='[backends.codex]\ncommand = "/opt/codex"\nenv = { A = "b" }\n')

    assert (backend(settings, "codex").command, settings.notes) == ("/opt/codex", ())
