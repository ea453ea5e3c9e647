"""`[review] confirm = "probability"` from lok.toml down to the exit code of a commit."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.end_to_end import reviewer
from tests.end_to_end.conftest import Machine, Project

OFF = "".join(f"[backends.{name}]\nenabled = false\n" for name in ("codex", "gemini", "claude", "ollama", "static"))


@pytest.mark.parametrize(
    ("section", "code", "said"),
    [
        pytest.param("", 1, "1 confirmed", id="by the rule, the only reviewer's word is enough"),
        pytest.param('confirm = "probability"\n', 0, "15 % likely", id="one author of a hunt is seldom right"),
        pytest.param('confirm = "probability"\nthreshold = 0.1\n', 1, "1 confirmed", id="a low threshold"),
    ],
)
def test_the_calibrated_probability_decides_where_lok_toml_says_so(
    project: Project, machine: Machine, tmp_path: Path, section: str, code: int, said: str
) -> None:
    arguments = [reviewer.__file__, str(tmp_path / "log.jsonl"), "reviews"]
    settings = tmp_path / "lok.toml"
    settings.write_text(
        f'{OFF}[backends.one]\nkind = "command"\ncommand = {json.dumps(sys.executable)}\n'
        f"args = {json.dumps(arguments)}\n"
        '[tasks.hunt]\ndescription = "Bugs"\nbackends = ["one"]\n'
        'prompts = [{ name = "bugs", prompt = "Find bugs." }]\n'
        f"[review]\n{section}",
        encoding="utf-8",
    )
    assert isinstance(machine.environment, dict)
    machine.environment["LOK_CONFIG"] = str(settings)
    project.plain_hook("pre-commit", "lok-hunt")
    project.stage("shop.py", "total = 1  # PLANTED_BUG\n")
    done = project.commit()
    assert (done.code, said in done.said) == (code, True), done.said
