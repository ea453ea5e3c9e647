"""What we offer to pre-commit and prek."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

TOP = Path(__file__).resolve().parents[2]
OFFERED: list[dict[str, Any]] = YAML(typ="safe").load((TOP / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
STAGES = {"lok-hunt": ["pre-commit"], "lok-audit": ["pre-push"], "lok-review": ["manual"]}


def test_each_at_its_stage() -> None:
    assert {hook["id"]: hook["stages"] for hook in OFFERED} == STAGES


@pytest.mark.parametrize("hook", OFFERED, ids=lambda hook: str(hook["id"]))
def test_one_run_for_the_whole_change_whatever_files_it_has(hook: dict[str, Any]) -> None:
    # The index says what is staged: file names would be split over several runs, and leave deleted files out.
    assert (hook["pass_filenames"], hook["require_serial"], hook["always_run"]) == (False, True, True)
    # A passing hook's one line, and above all "incomplete", has to be seen.
    assert hook["verbose"] is True


@pytest.mark.parametrize("hook", OFFERED, ids=lambda hook: str(hook["id"]))
def test_each_is_a_script_of_ours(hook: dict[str, Any]) -> None:
    package = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    files = {Path(file).name for file in package["tool"]["setuptools"]["script-files"]}
    assert hook["entry"] == hook["id"]
    assert hook["entry"] in files | set(package["project"]["scripts"])
    assert hook["language"] == "python"
