"""What the files around the package promise to those who install it, hook it in, check it and read it."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, TOOL = PYPROJECT["project"], PYPROJECT["tool"]
BESIDE = Path(sys.executable).parent
SCREEN = 40  # lines

# Contract | module | what it may not import.
BROKEN = [
    ("imports point down", "errors", "lok_hooks.core.diff"),
    ("imports point down", "core/diff", "lok_hooks.repo.git"),
    ("imports point down", "files", "lok_hooks.store.database"),
    ("imports point down", "repo/git", "lok_hooks.config.load"),
    ("imports point down", "report/plain", "lok_hooks.flows.review"),
    ("imports point down", "flows/review", "lok_hooks.cli.run"),
    ("rich is drawn in report", "cli/run", "rich"),
    ("GitPython and unidiff live in repo", "flows/review", "git"),
    ("GitPython and unidiff live in repo", "flows/review", "unidiff"),
    ("processes are started in backends.process only", "backends/codex", "subprocess"),
    ("processes are started in backends.process only", "repo/git", "subprocess"),
    ("the network is reached from backends only", "flows/review", "httpx"),
    ("the network is reached from backends only", "report/plain", "socket"),
    ("outsiders' data enters through config and core.answers", "flows/review", "pydantic"),
    ("core decides with values: no file, clock, process, environment", "core/judge", "pathlib"),
    ("core decides with values: no file, clock, process, environment", "core/judge", "time"),
    ("core decides with values: no file, clock, process, environment", "core/judge", "os"),
    ("sqlite is opened in store", "repo/git", "sqlite3"),
]


@pytest.mark.parametrize(
    ("contract", "module", "imported"), BROKEN, ids=[f"{module} imports {imported}" for _, module, imported in BROKEN]
)
def test_an_import_past_a_layer_or_a_door_breaks_its_contract(
    contract: str, module: str, imported: str, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "lok_hooks", tmp_path / "lok_hooks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "lok_hooks" / f"{module}.py").open("a") as file:
        file.write(f"\nimport {imported}\n")
    done = subprocess.run(
        [BESIDE / "lint-imports", "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert re.findall(r"(?m)^(.+) BROKEN", done.stdout) == [contract], done.stdout + done.stderr


@pytest.mark.parametrize("line", ["def f(x): return x\n", "x: list = []\n"], ids=["function", "list"])
def test_code_without_types_is_refused(line: str, tmp_path: Path) -> None:
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "untyped.py").write_text(line)
    done = subprocess.run([BESIDE / "mypy", "untyped.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "untyped.py:" in done.stdout) == (1, True), done.stdout + done.stderr


# Correctness, style, security, imports: one of each.
@pytest.mark.parametrize(
    ("rule", "line"),
    [("F821", "f(x)\n"), ("E501", f"x = {'1' * 130}\n"), ("S307", "x = eval('1')\n"), ("TID252", "from . import x\n")],
    ids=["name", "length", "security", "import"],
)
def test_code_that_ruff_would_mend_is_refused(rule: str, line: str) -> None:
    argv = [str(BESIDE / "ruff"), "check", "--no-cache", "--config", str(ROOT / "pyproject.toml"), "-"]
    done = subprocess.run(argv, input=line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, rule in done.stdout) == (1, True), done.stdout + done.stderr


def test_the_oldest_python_is_the_one_that_code_is_checked_for() -> None:
    assert PROJECT["requires-python"] == ">=3.11"
    assert TOOL["ruff"]["target-version"] == "py311"
    assert "Programming Language :: Python :: 3.11" in PROJECT["classifiers"]


def scripts() -> dict[str, str]:
    """What is installed to be typed, and what it starts."""
    found: dict[str, str] = dict(PROJECT["scripts"])
    for path in TOOL["setuptools"]["script-files"]:
        (start,) = re.findall(r"(?m)^from (\S+) import (\S+)$", (ROOT / path).read_text())
        found[Path(path).name] = ":".join(start)
    return found


@pytest.mark.parametrize("name", ["lok", "lok-hunt", "lok-audit", "lok-review"])
def test_what_users_type_is_installed(name: str) -> None:
    assert name in scripts()
    module, _, function = scripts()[name].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_everything_in_the_package_is_installed_with_it() -> None:
    brought = [f"lok_hooks/{pattern}" for pattern in TOOL["setuptools"]["package-data"]["lok_hooks"]]
    brought += TOOL["setuptools"]["script-files"]
    there = [str(path.relative_to(ROOT)) for path in (ROOT / "lok_hooks").rglob("*") if path.is_file()]
    data = [name for name in there if not name.endswith((".py", ".pyc"))]
    assert "lok_hooks/py.typed" in data
    assert [name for name in data if not any(fnmatchcase(name, pattern) for pattern in brought)] == []


def test_the_licence_is_the_one_that_is_named() -> None:
    assert (PROJECT["license"], PROJECT["license-files"]) == ("MIT", ["LICENSE"])
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License\n")
    assert "Permission is hereby granted, free of charge" in text


def read_yaml(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((ROOT / name).read_text(encoding="utf-8"))


# A whole change is one review: no file names, never two at a time, and also where no file is left to name.
@pytest.mark.parametrize(
    ("name", "stage"), [("lok-hunt", "pre-commit"), ("lok-audit", "pre-push"), ("lok-review", "manual")]
)
def test_a_hook_reviews_a_whole_change_at_its_own_stage(name: str, stage: str) -> None:
    (hook,) = [hook for hook in read_yaml(".pre-commit-hooks.yaml") if hook["id"] == name]
    wanted = {
        "language": "python",
        "entry": name,
        "stages": [stage],
        "pass_filenames": False,
        "require_serial": True,
        "always_run": True,
        "verbose": True,
    }
    assert {key: hook.get(key) for key in wanted} == wanted
    assert hook["entry"] in scripts()


def test_our_own_commits_and_pushes_go_through_our_hooks() -> None:
    config = read_yaml(".pre-commit-config.yaml")
    hooks = {hook["id"]: hook for repository in config["repos"] for hook in repository["hooks"]}
    for name, stage in (("lok-hunt", "pre-commit"), ("lok-audit", "pre-push")):
        assert name in hooks
        assert (hooks[name]["entry"], hooks[name]["stages"]) == (f".venv/bin/{name}", [stage])
        assert stage in config["default_install_hook_types"]


def test_the_first_screen_of_readme_has_both_commands() -> None:
    screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:SCREEN])
    for mark, program in (("demo", "python3 examples/demo.py"), ("test", "python3 -m venv .venv && ")):
        (line,) = re.findall(rf"<!-- {mark} command -->\n```sh\n(.+)\n```", screen)
        assert line.startswith(program)
    assert (ROOT / "examples" / "demo.py").exists()
