"""What a child may know, and where programs come from."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lok_hooks.backends.environment import child_environment, find_program
from lok_hooks.core.ports import Failure
from lok_hooks.core.task import Prompt
from tests.backends.cli_helpers import KEY, KEY_NAME, Kind, User, ask, read_report, spy, user

__all__ = ["user"]
MakePrompt = Callable[..., Prompt]


def test_only_allowed_names_pass() -> None:
    parent = {
        "PATH": "/usr/bin:.::bin:/bin",
        "HOME": "/home/me",
        "LC_ALL": "C.UTF-8",
        "XDG_CONFIG_HOME": "/home/me/.config",
        "https_proxy": "http://proxy",
        "NODE_EXTRA_CA_CERTS": "/ca.pem",
        "SSL_CERT_FILE": "/ca.pem",
        "GEMINI_API_KEY": "g",
        "GOOGLE_CLOUD_PROJECT": "p",
        "TERM": "xterm",
        "TMPDIR": "/shared",
        "OPENAI_API_KEY": "o",
        "GIT_INDEX_FILE": ".git/index.lock",
        "GIT_DIR": "/repo/.git",
        "CLAUDECODE": "1",
        "NODE_OPTIONS": "--require /evil.js",
        "LD_PRELOAD": "/evil.so",
        "PYTHONPATH": "/evil",
    }
    assert child_environment(parent, Path("/private/tmp"), ("GEMINI_API_KEY", "GOOGLE_CLOUD_*"), {"MINE": "1"}) == {
        "PATH": "/usr/bin:/bin",
        "HOME": "/home/me",
        "LC_ALL": "C.UTF-8",
        "XDG_CONFIG_HOME": "/home/me/.config",
        "https_proxy": "http://proxy",
        "NODE_EXTRA_CA_CERTS": "/ca.pem",
        "SSL_CERT_FILE": "/ca.pem",
        "GEMINI_API_KEY": "g",
        "GOOGLE_CLOUD_PROJECT": "p",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "TMPDIR": "/private/tmp",
        "MINE": "1",
    }


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_INDEX_FILE", "CLAUDECODE"])
def test_some_names_pass_in_no_way(name: str) -> None:
    environment = child_environment({name: "x"}, Path("/tmp"), (name, "*"), {name: "x"})
    assert name not in environment


AMAZON = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
GOOGLE = {"GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT"}
CLOUDS = {*AMAZON, *GOOGLE, "GOOGLE_API_KEY", "GOOGLE_CLOUD_ACCESS_TOKEN", "CLOUD_ML_REGION"}
OF_VERTEX = {*GOOGLE, "GOOGLE_API_KEY", "GOOGLE_CLOUD_ACCESS_TOKEN"}


@pytest.mark.parametrize(
    ("kind", "switches", "passed"),
    [
        ("claude", {}, set()),
        ("claude", {"CLAUDE_CODE_USE_BEDROCK": "0", "CLAUDE_CODE_USE_VERTEX": ""}, set()),
        ("claude", {"CLAUDE_CODE_USE_BEDROCK": "1"}, AMAZON),
        ("claude", {"CLAUDE_CODE_USE_BEDROCK": "True"}, AMAZON),
        ("claude", {"CLAUDE_CODE_USE_VERTEX": "1"}, {*GOOGLE, "CLOUD_ML_REGION"}),
        ("gemini", {"GEMINI_API_KEY": "x"}, set()),
        ("gemini", {"GEMINI_API_KEY": "x", "GOOGLE_GENAI_USE_VERTEXAI": "false"}, set()),
        ("gemini", {"GOOGLE_GENAI_USE_VERTEXAI": "true"}, OF_VERTEX),
        ("gemini", {"GOOGLE_GENAI_USE_GCA": "true"}, {*GOOGLE, "GOOGLE_CLOUD_ACCESS_TOKEN"}),
        ("codex", {"CLAUDE_CODE_USE_BEDROCK": "1", "GOOGLE_GENAI_USE_VERTEXAI": "true"}, set()),
    ],
)
@pytest.mark.parametrize("is_in_settings", [False, True])
def test_a_clouds_credentials_pass_only_to_who_is_told_to_use_that_cloud(
    kind: Kind,
    switches: dict[str, str],
    passed: set[str],
    is_in_settings: bool,
    user: User,
    make_prompt: MakePrompt,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {**dict.fromkeys(CLOUDS, "x"), **({} if is_in_settings else switches)}.items():
        monkeypatch.setenv(name, value)
    report = spy(user, kind)
    backend = user.backend(
        kind,
        env=switches if is_in_settings else {},
        api_key_env=KEY_NAME if kind == "codex" else "",
    )
    ask(backend, make_prompt(), 10)
    assert CLOUDS & {*read_report(report)["env"]} == passed


def test_a_login_with_google_takes_no_file_of_a_clouds(
    user: User, make_prompt: MakePrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [user.home / ".gemini", user.home / ".config" / "gcloud"]
    for folder, name in zip(folders, ("oauth_creds.json", "application_default_credentials.json"), strict=True):
        folder.mkdir(parents=True)
        (folder / name).write_text("{}")
    report = spy(user, "gemini")
    ask(user.backend("gemini"), make_prompt(), 10)
    assert "GOOGLE_APPLICATION_CREDENTIALS" not in read_report(report)["env"]
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/file.json")
    ask(user.backend("gemini"), make_prompt(), 10)
    assert "GOOGLE_APPLICATION_CREDENTIALS" not in read_report(report)["env"]


def test_a_clouds_key_that_was_passed_stands_in_no_message(
    user: User, make_prompt: MakePrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    monkeypatch.setenv("CLAUDE_CODE_USE_BEDROCK", "1")
    user.program("claude", "import os, sys\nsys.exit('bad key ' + os.environ['AWS_SECRET_ACCESS_KEY'])")
    answer = ask(user.backend("claude"), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert "bad key …" in answer.reason


def test_a_program_of_the_current_directory_is_never_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = tmp_path / "codex"
    hostile.write_text("#!/bin/sh\n")
    hostile.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}/nowhere")
    assert find_program("codex") is None
    monkeypatch.setenv("PATH", f".{os.pathsep}{tmp_path}")
    assert find_program("codex") == str(hostile)


def test_a_path_is_taken_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tools" / "review"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert find_program("tools/review") is None
    program.chmod(0o755)
    assert find_program("tools/review") == find_program("~/tools/review") == find_program(str(program)) == str(program)
