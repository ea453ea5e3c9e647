"""The map in README, executed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "lok_hooks").rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50


def test_imports_point_down_and_through_one_door() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE
    long = [
        f"{node.name}: {(node.end_lineno or node.lineno) - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_readme_draws_every_folder() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = {path.parent.name for path in MODULES} - {"lok_hooks"}
    assert {folder for folder in folders if f"`{folder}/`" not in readme} == set()


def test_an_empty_commit_imports_nothing_heavy() -> None:
    program = (
        "import sys, lok_hooks.cli.hooks, lok_hooks.repo.probe\n"
        "lok_hooks.repo.probe.staged_records()\n"
        "print(sorted({'subprocess', 'dataclasses', 'argparse', 're', 'git', 'pydantic', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run(
        # Without site, whose path files (an editable install has one) import what they like.
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
