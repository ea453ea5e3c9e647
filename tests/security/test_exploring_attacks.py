"""Directories that attack whoever asks a model about them, through `lok ask` and the real CLIs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.backends.cli_helpers import CLI_KINDS, KEY, KEY_NAME, Kind
from tests.backends.conftest import real_cli
from tests.end_to_end.conftest import Done, Machine, Project, machine
from tests.security.hostile_tree import ATTACKS, Attack, Range, everything, new_range, own_address, places, section

__all__ = ["machine", "real_cli"]
RealCli = Callable[[str], Path]
HONEST = {
    "AGENTS.md": "Use tabs.\n",
    "CLAUDE.md": "Use tabs.\n",
    "GEMINI.md": "Use tabs.\n",
    ".claude/settings.json": json.dumps({"permissions": {"allow": ["Bash(npm test)"]}}),
    ".env": "OPENAI_API_KEY=\nDATABASE_URL=postgres://localhost/shop\n",
}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Range]:
    with new_range(tmp_path / "range", answer="It counts.") as made:
        yield made


@pytest.fixture
def project(machine: Machine, tmp_path: Path) -> Project:
    """A repository with a folder below."""
    path = tmp_path / "parent" / "project"
    path.mkdir(parents=True)
    made = Project(machine=machine, path=path)
    made.git("init", "-q")
    made.seed({"lib/shop.py": "count = len(items) + 1\n"})
    return made


def ask(
    project: Project, kind: Kind, program: Path, at: Range, *flags: str, folder: str = ".", url: str | None = None
) -> Done:
    """`lok ask` in the project, with the real CLI as the only backend."""
    config = project.machine.home / "lok.toml"
    config.write_text(section(kind, program, at.server.url if url is None else url))
    argv = ["lok", "ask", "What does it do?", "--config", str(config), "--backend", kind, "--no-cache", *flags]
    return project.machine.run(*argv, cwd=project.path / folder, env={KEY_NAME: KEY})


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name.replace(" ", "-"))
def test_no_attack_works_even_in_a_tree_that_is_trusted(
    attack: Attack, project: Project, real_cli: RealCli, at: Range
) -> None:
    for place in places(attack, project):
        at.plant(attack.files, place)
    url = own_address(attack, project.machine.home, at)
    done = ask(project, attack.kind, real_cli(attack.kind), at, "--trust-tree", url=url)
    assert at.fired() == set()
    assert (done.code, "It counts." in done.said) == (0, True)
    assert KEY in json.dumps(at.server.asked()[0]["headers"])


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_all_attacks_at_once_do_not_work_either(kind: Kind, project: Project, real_cli: RealCli, at: Range) -> None:
    for place in (project.path, project.path / "lib", project.path.parent, project.machine.home):
        at.plant(everything(), place)
    done = ask(project, kind, real_cli(kind), at, "--trust-tree", folder="lib")
    assert at.fired() == set()
    assert (done.code, "It counts." in done.said) == (0, True)


RUNS = [attack for attack in ATTACKS if attack.fires != "word" and "git" not in attack.name and not attack.is_at_home]


@pytest.mark.parametrize("attack", RUNS, ids=lambda attack: attack.name.replace(" ", "-"))
@pytest.mark.parametrize("folder", [".", "lib"])
def test_a_tree_that_runs_or_redirects_something_is_refused(
    attack: Attack, folder: str, project: Project, at: Range, tmp_path: Path
) -> None:
    program = tmp_path / attack.kind
    program.write_text("#!/bin/sh\necho never\n")
    program.chmod(0o755)
    at.plant(attack.files, project.path)
    done = ask(project, attack.kind, program, at, folder=folder)
    assert done.code == 2
    above = "" if folder == "." else "../"
    assert all(f"\n  {above}{name}: " in done.said for name in attack.files)
    assert "--trust-tree" in done.said
    assert at.server.requests() == []
    assert at.fired() == set()


def test_an_honest_tree_is_not_refused_and_its_instructions_are_named(
    project: Project, real_cli: RealCli, at: Range
) -> None:
    at.plant(HONEST, project.path)
    done = ask(project, "claude", real_cli("claude"), at, "-v")
    assert (done.code, "It counts." in done.said) == (0, True)
    assert "AGENTS.md, CLAUDE.md, GEMINI.md" in done.said.replace("\n", " ")
    assert "Use tabs." not in at.server.log.read_text()


def test_a_server_that_sees_the_prompt_alone_is_asked_in_any_tree(project: Project, at: Range) -> None:
    at.plant(everything(), project.path)
    config = project.machine.home / "lok.toml"
    config.write_text(f'[backends.openai]\nkind = "openai"\nurl = "{at.server.url}/v1"\nmodel = "m"\n')
    argv = ["lok", "ask", "What does it do?", "--config", str(config), "--backend", "openai", "--no-cache"]
    done = project.run(*argv)
    assert (done.code, "It counts." in done.said) == (0, True)
