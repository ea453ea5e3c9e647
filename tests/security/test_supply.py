"""What the package is made of: nothing that runs text as code, files for their owner, dependencies without holes."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "lok_hooks").rglob("*.py"))
FORBIDDEN_CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "os.spawnl", "tempfile.mktemp",
    "subprocess.getoutput", "subprocess.getstatusoutput", "importlib.reload",
}  # fmt: skip
# Readers that build whatever objects a text names (ruamel.yaml, which is used, builds none), and XML with entities.
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "joblib", "jsonpickle", "yaml", "xml", "imp"}
SHARED = {"dismissals.py"}  # a file of the repository, for everyone who has it
STARTERS = {"Popen", "run", "call", "check_call", "check_output", "execute"}
# The first release without any hole that was published: GitPython before it runs submodules' code, Jinja2 lets a
# template out of its sandbox (CVE-2025-27516), httpx mixes up hosts (CVE-2021-41945), pydantic hangs on e-mail
# addresses (CVE-2024-3772).
FLOORS = {"GitPython": (3, 2, 1), "httpx": (0, 23, 0), "pydantic": (2, 4, 0), "Jinja2": (3, 1, 6)}


def called(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the dotted name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_is_run_as_code(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for name, call in called(tree):
        assert name not in FORBIDDEN_CALLS, f"{path}:{call.lineno}"
        for keyword in call.keywords:
            if keyword.arg == "shell" and name.rpartition(".")[2] in STARTERS:
                assert isinstance(keyword.value, ast.Constant), f"{path}:{call.lineno}"
                assert keyword.value.value is False, f"{path}:{call.lineno}"
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert not {name.partition(".")[0] for name in names} & FORBIDDEN_MODULES, path


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_made_for_their_owner_alone(path: Path) -> None:
    """Whatever makes a file says with which permissions, or makes it in a directory that only its owner enters."""
    text = path.read_text(encoding="utf-8")
    if re.search(r"private_directory\(|TemporaryDirectory\(|with Room|room\b", text) or path.name in SHARED:
        return
    for name, call in called(ast.parse(text)):
        assert name.rpartition(".")[2] not in ("write_text", "write_bytes"), f"{path}:{call.lineno}"
        if name == "os.open" and "O_CREAT" in ast.unparse(call):
            assert "384" in ast.unparse(call) or "mode" in ast.unparse(call), f"{path}:{call.lineno}"


def test_dependencies_are_bounded_above_their_known_holes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bounds = {}
    for line in project["dependencies"]:
        found = re.match(r"([\w.-]+)\s*>=\s*([\d.]+)", line)
        assert found, f"{line} has no lower bound"
        bounds[found[1]] = tuple(int(part) for part in found[2].split("."))
    for name, floor in FLOORS.items():
        assert name not in bounds or bounds[name] >= floor, name
    assert "GitPython" in bounds


def test_the_rules_that_look_for_holes_are_switched_on() -> None:
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in ruff["select"]
    assert set(ruff["ignore"]) & {f"S{number}" for number in range(100, 700)} == {"S603", "S607"}
