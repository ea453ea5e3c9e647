"""Files on disk and a load of them, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from lok_hooks.config.load import load
from lok_hooks.core.settings import BackendSettings, Settings
from lok_hooks.core.task import Task
from lok_hooks.errors import ConfigError


class Home:
    """A repository folder and a user's home folder, both empty at first."""

    def __init__(self, root: Path) -> None:
        self.repository = root / "repository"
        self.user_file = root / "home" / ".config" / "lok" / "lok.toml"
        self.repository.mkdir()
        self.user_file.parent.mkdir(parents=True)
        self.environ = {"HOME": str(root / "home")}

    @property
    def repository_file(self) -> Path:
        return self.repository / "lok.toml"

    def load(
        self,
        repository: str | None = None,
        *,
        user: str | None = None,
        environ: Mapping[str, str] | None = None,
        config_file: Path | None = None,
        flags: Mapping[str, str | None] | None = None,
    ) -> Settings:
        """Write the files that are given and load everything."""
        if repository is not None:
            self.repository_file.write_text(repository, encoding="utf-8")
        if user is not None:
            self.user_file.write_text(user, encoding="utf-8")
        everything = {**self.environ, **(environ or {})}
        return load(directory=self.repository, environ=everything, config_file=config_file, flags=flags)

    def refused(
        self,
        repository: str | None = None,
        *,
        user: str | None = None,
        environ: Mapping[str, str] | None = None,
        config_file: Path | None = None,
        flags: Mapping[str, str | None] | None = None,
    ) -> str:
        """The message of the ConfigError that this load must raise, the user's file named USER."""
        with pytest.raises(ConfigError) as caught:
            self.load(repository, user=user, environ=environ, config_file=config_file, flags=flags)
        assert caught.value.exit_code == 2
        return caught.value.message.replace(str(self.user_file), "USER")


def backend(settings: Settings, name: str) -> BackendSettings:
    """The backend of that name."""
    return next(backend for backend in settings.backends if backend.name == name)


def task(settings: Settings, name: str) -> Task:
    """The task of that name."""
    return next(task for task in settings.tasks if task.name == name)
