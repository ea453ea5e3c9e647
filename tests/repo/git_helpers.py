"""Real repositories for tests of ranges and the probe, shut off from the user's own git config."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


def clean_environment(home: Path) -> dict[str, str]:
    """The process's environment without anything that tells git where to look or what to do."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    identity = {
        f"GIT_{role}_{field}": value
        for role in ("AUTHOR", "COMMITTER")
        for field, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
    }
    return kept | identity | {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


@dataclass(frozen=True, kw_only=True)
class Scratch:
    """A repository at `path`; `clock` makes every commit's date differ."""

    path: Path

    def run(self, *args: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """`git ARGS`, whatever its exit code."""
        environment = clean_environment(self.path) | dict(env or {})
        return subprocess.run(
            ["git", *args], cwd=self.path, env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    def git(self, *args: str, env: Mapping[str, str] | None = None) -> str:
        """Standard output of `git ARGS`, which must succeed."""
        done = self.run(*args, env=env)
        assert done.returncode == 0, f"git {args}: {done.stderr}"
        return done.stdout.strip()

    def write(self, name: str, content: str) -> None:
        """A file of the work tree."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)

    def commit(self, name: str) -> str:
        """Commits a new file `name` and returns the commit's id. Dates are a second apart, in order."""
        self.write(name, f"content of {name}\n")
        self.git("add", name)
        number = 1_700_000_000 + int(self.git("rev-list", "--all", "--count"))
        date = f"{number} +0000"
        self.git("commit", "-q", "-m", name, env={"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date})
        return self.head()

    def head(self) -> str:
        """The full id of HEAD."""
        return self.git("rev-parse", "HEAD")

    def files_between(self, base: str | None, tip: str) -> set[str]:
        """The names that differ between two commits; None is the empty tree."""
        start = base or self.git("hash-object", "-t", "tree", os.devnull)
        return set(self.git("diff", "--name-only", start, tip).split())


def new(path: Path, *options: str) -> Scratch:
    """An empty repository on branch main."""
    path.mkdir(parents=True)
    scratch = Scratch(path=path)
    scratch.git("init", "-q", "-b", "main", *options)
    return scratch


def clone(source: Path, path: Path, *options: str) -> Scratch:
    """A clone made by git itself, over the file protocol so that `--depth` counts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["git", "clone", "-q", *options, source.as_uri(), str(path)],
        env=clean_environment(path.parent),
        check=True,
        capture_output=True,
        timeout=60,
    )
    return Scratch(path=path)
