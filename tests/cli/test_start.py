"""What starting `lok-hunt` loads: it is felt on each commit."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(sys.executable).parent / "lok-hunt"


def loaded(argv: list[str], cwd: Path) -> set[str]:
    """The modules that a Python process imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *argv], cwd=cwd, capture_output=True, text=True, check=True
    )
    return set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))


def test_an_empty_commit_loads_next_to_nothing(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    added = loaded([str(SCRIPT)], tmp_path) - loaded(["-c", "pass"], tmp_path)
    # An editable installation loads `__future__` for its own sake.
    assert added - {"__future__"} == {
        "lok_hooks", "lok_hooks.cli", "lok_hooks.cli.hooks", "lok_hooks.repo", "lok_hooks.repo.probe",
    }  # fmt: skip
