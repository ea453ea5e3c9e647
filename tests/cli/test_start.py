"""What starting `lok-hunt` loads: it is felt on each commit."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(sys.executable).parent / "lok-hunt"
ROOT = str(Path(__file__).resolve().parents[2])


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


def modules_of(*words: str) -> set[str]:
    """What a process has loaded that runs `lok WORDS` and nothing besides."""
    code = "import sys\nfrom lok_hooks.cli.main import main\nmain(sys.argv[1:])\nprint(*sys.modules, file=sys.stderr)"
    # Without site, whose path files (an editable install has one) import what they like.
    argv = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {ROOT!r})\n{code}", *words]
    return set(subprocess.run(argv, capture_output=True, text=True, check=True).stderr.split())


def test_help_loads_the_names_of_the_commands_alone() -> None:
    modules = modules_of("--help")
    assert [name for name in modules if name.startswith(("lok_hooks.cli.commands", "lok_hooks.core"))] == []
    # What argparse would load to look for the terminal's width, and what only a review needs.
    assert modules & {"shutil", "zlib", "bz2", "lzma", "subprocess", "dataclasses", "rich", "pydantic", "git"} == set()
    assert "lok_hooks.cli.table" in modules


def test_a_command_loads_no_other() -> None:
    named = {name for name in modules_of("diff", "--help") if name.startswith("lok_hooks.cli.commands.")}
    assert named == {"lok_hooks.cli.commands.diff"}
