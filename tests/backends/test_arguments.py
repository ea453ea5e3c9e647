"""What a user may write into `command` and `args`, for each CLI: stock arguments mean nothing new, locks stay shut."""

from __future__ import annotations

import pytest

from lok_hooks.backends.claude import Claude
from lok_hooks.backends.codex import Codex
from lok_hooks.backends.environment import wrapped
from lok_hooks.backends.gemini import Gemini
from lok_hooks.core.settings import BackendSettings
from lok_hooks.errors import ConfigError
from tests.backends.cli_helpers import CLASSES, Kind


def made(kind: Kind, *args: str, command: str = "", model: str = "") -> Codex | Gemini | Claude:
    """A backend of this kind with these arguments."""
    backend = CLASSES[kind](BackendSettings(name=kind, kind=kind, command=command, args=args, model=model))
    assert isinstance(backend, (Codex, Gemini, Claude))
    return backend


@pytest.mark.parametrize(
    ("kind", "command", "args", "program", "model"),
    [
        ("codex", "", (), ("codex",), ""),
        ("codex", "codex", ("exec", "--json", "-s", "read-only"), ("codex",), ""),
        ("codex", "/opt/codex", ("exec", "--sandbox=read-only", "-m", "gpt-x"), ("/opt/codex",), "gpt-x"),
        ("codex", "npx", ("-y", "@openai/codex", "exec", "--model=gpt-x"), ("npx", "-y", "@openai/codex"), "gpt-x"),
        ("gemini", "npx", ("@google/gemini-cli",), ("npx", "@google/gemini-cli"), ""),
        ("gemini", "npx", ("@google/gemini-cli", "-m", "g"), ("npx", "@google/gemini-cli"), "g"),
        ("gemini", "npx", ("-p", "@google/gemini-cli@0.61.0", "gemini"), None, ""),
        ("gemini", "", ("-o", "text", "--approval-mode", "plan"), ("gemini",), ""),
        ("claude", "", ("-p", "--output-format", "json", "--model", "opus"), ("claude",), "opus"),
        ("claude", "", ("--print", "--permission-mode=plan", "--bare"), ("claude",), ""),
    ],
)
def test_stock_arguments_are_understood(
    kind: Kind, command: str, args: tuple[str, ...], program: tuple[str, ...] | None, model: str
) -> None:
    backend = made(kind, *args, command=command)
    assert backend.program == (program or (command, *args))
    assert backend.model == backend.traits.model == model


@pytest.mark.parametrize("kind", ["codex", "gemini", "claude"])
def test_the_model_setting_wins_over_the_argument(kind: Kind) -> None:
    assert made(kind, "-m", "of-the-arguments", model="of-the-setting").model == "of-the-setting"


@pytest.mark.parametrize(
    ("kind", "args", "named"),
    [
        ("codex", ("--dangerously-bypass-approvals-and-sandbox",), "--dangerously-bypass-approvals-and-sandbox"),
        ("codex", ("exec", "-s", "danger-full-access"), "-s danger-full-access"),
        ("codex", ("--sandbox=workspace-write",), "--sandbox=workspace-write"),
        ("codex", ("--full-auto",), "--full-auto"),
        ("codex", ("--yolo",), "--yolo"),
        ("codex", ("--enable", "shell_tool"), "--enable"),
        ("codex", ("-c", "project_doc_max_bytes=32768"), "-c project_doc_max_bytes=32768"),
        ("codex", ("--config=web_search=live",), "--config=web_search=live"),
        ("codex", ("-c", "features.shell_tool=true"), "-c features.shell_tool=true"),
        ("codex", ("-c", " sandbox_mode=danger-full-access"), "-c  sandbox_mode=danger-full-access"),
        ("codex", ("-c", "model_instructions_file=x.md"), "-c model_instructions_file=x.md"),
        ("codex", ("-c", "mcp_servers.x.command=sh"), "-c mcp_servers.x.command=sh"),
        ("codex", ("--add-dir", "/"), "--add-dir"),
        ("codex", ("-C", "/home"), "-C"),
        ("codex", ("--trust",), "--trust"),
        ("codex", ("resume",), "resume"),
        ("codex", ("-p", "mine"), "-p"),
        ("gemini", ("--yolo",), "--yolo"),
        ("gemini", ("-y",), "-y"),
        ("gemini", ("--approval-mode", "yolo"), "--approval-mode yolo"),
        ("gemini", ("--approval-mode=auto_edit",), "--approval-mode=auto_edit"),
        ("gemini", ("--approvalMode=yolo",), "--approvalMode=yolo"),
        ("gemini", ("-e", "evil"), "-e evil"),
        ("gemini", ("--allowed-tools", "ShellTool"), "--allowed-tools"),
        ("gemini", ("--include-directories", "/"), "--include-directories"),
        ("gemini", ("say hello",), "say hello"),
        ("claude", ("--dangerously-skip-permissions",), "--dangerously-skip-permissions"),
        ("claude", ("--allowedTools", "Bash"), "--allowedTools"),
        ("claude", ("--tools", "Bash"), "--tools"),
        ("claude", ("--mcp-config", "x.json"), "--mcp-config"),
        ("claude", ("--settings", "x.json"), "--settings"),
        ("claude", ("--setting-sources", "project"), "--setting-sources"),
        ("claude", ("--permission-mode", "bypassPermissions"), "--permission-mode bypassPermissions"),
        ("claude", ("--add-dir", "/"), "--add-dir"),
        ("claude", ("--plugin-dir", "x"), "--plugin-dir"),
    ],
)
def test_an_argument_that_opens_a_lock_is_an_error_that_names_it(kind: Kind, args: tuple[str, ...], named: str) -> None:
    with pytest.raises(ConfigError) as caught:
        made(kind, *args)
    assert f"backends.{kind}.args: {named!r} may not stand here" in caught.value.message
    assert "--model" in caught.value.advice


def test_every_argument_that_may_not_stand_there_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        made("codex", "--yolo", "-m", "fine", "--trust")
    assert caught.value.message.splitlines() == [
        "backends.codex.args: '--yolo' may not stand here",
        "backends.codex.args: '--trust' may not stand here",
    ]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("", ["x", "it's a", "$b"]),
        ("nice -n 5 {cmd}", ["nice", "-n", "5", "x", "it's a", "$b"]),
        ("nix-shell --run '{cmd}'", ["nix-shell", "--run", """x 'it'"'"'s a' '$b'"""]),
        ('nix-shell --run "{cmd}"', ["nix-shell", "--run", """x 'it'"'"'s a' '$b'"""]),
        ("sh -c 'cd /tmp && {cmd}'", ["sh", "-c", """cd /tmp && x 'it'"'"'s a' '$b'"""]),
    ],
)
def test_a_wrapper_gets_the_command_as_words_or_as_one_quoted_line(template: str, expected: list[str]) -> None:
    assert wrapped(template, ["x", "it's a", "$b"], "backends.codex") == expected


@pytest.mark.parametrize(("template", "word"), [("nix-shell --run", "{cmd}"), ("sh -c '{cmd}", "closing quotation")])
@pytest.mark.parametrize("kind", ["codex", "gemini", "claude", "command"])
def test_a_wrapper_that_cannot_work_is_an_error_at_once(kind: Kind, template: str, word: str) -> None:
    settings = BackendSettings(name="mine", kind=kind, command="x", command_wrapper=template)
    with pytest.raises(ConfigError, match=r"backends\.mine\.command_wrapper") as caught:
        CLASSES[kind](settings)
    assert word in caught.value.message
