"""Every test of repo/ runs without the git environment and config of whoever started it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repo.git_helpers import Scratch, new


@pytest.fixture(autouse=True, scope="module")
def shut_off() -> Iterator[None]:
    """No GIT_* variable, no system or global git config; also for the fixtures of a whole module."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("GIT_"):
                patch.delenv(name)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        yield


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """An empty repository."""
    return new(tmp_path / "work")
