"""Which git there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from lok_hooks.repo.version import git_version


def test_the_real_git_tells_its_version() -> None:
    numbers = git_version().split(".")
    assert len(numbers) >= 2
    assert numbers[0].isdigit()


@pytest.mark.parametrize(
    ("script", "version"),
    [
        ("echo git version 2.39.5 '(Apple Git-154)'", "2.39.5"),
        ("echo git version 2.47.1.windows.2", "2.47.1.windows.2"),
        ("echo no number", ""),
        ("exit 3", ""),
    ],
)
def test_what_git_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, version: str) -> None:
    (tmp_path / "git").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_version() == version


def test_no_git_is_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_version() == ""
