"""What a child may know, and where programs come from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lok_hooks.backends.environment import child_environment, find_program


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
