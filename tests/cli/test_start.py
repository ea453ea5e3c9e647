"""What starting `lok-hunt` loads, and what its end looks through: both are felt on each commit."""

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
    code = "from lok_hooks.cli.main import main\nmain(sys.argv[1:])\nprint(*sys.modules, file=sys.stderr)"
    return set(ran(code, *words).split())


def ran(code: str, *words: str) -> str:
    """What a Python program says that has our package and no other."""
    # Without site, whose path files (an editable install has one) import what they like.
    argv = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {ROOT!r})\n{code}", *words]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stderr


def test_help_loads_the_names_of_the_commands_alone() -> None:
    modules = modules_of("--help")
    assert [name for name in modules if name.startswith(("lok_hooks.cli.commands", "lok_hooks.core"))] == []
    # What argparse would load to look for the terminal's width, and what only a review needs.
    assert modules & {"shutil", "zlib", "bz2", "lzma", "subprocess", "dataclasses", "rich", "pydantic", "git"} == set()
    assert "lok_hooks.cli.table" in modules


def test_a_command_loads_no_other() -> None:
    named = {name for name in modules_of("diff", "--help") if name.startswith("lok_hooks.cli.commands.")}
    assert named == {"lok_hooks.cli.commands.diff"}


def test_nothing_that_only_answers_need_is_loaded_before_models_are_asked() -> None:
    code = (
        "from lok_hooks.cli import run\nfrom lok_hooks.flows import review\nfrom lok_hooks.repo import snapshot\n"
        "from lok_hooks.backends import command, fanout, secrets\nprint(*sys.modules, file=sys.stderr)"
    )
    answers = {"core.answers", "core.ground", "core.judge", "core.sighting", "core.suppress", "flows.verdict"}
    others = {"backends.static_secrets", "repo.foreign"}
    assert set(ran(code).split()) & {f"lok_hooks.{name}" for name in answers | others} == set()


def test_vendors_words_are_no_patterns_before_something_goes_wrong() -> None:
    code = (
        "import json, re\nfrom lok_hooks.core import ports\nbuilt = []\nbefore = re._compiler.compile\n"
        "re._compiler.compile = lambda *words: built.append(words) or before(*words)\n"
        "from lok_hooks.backends import complaints\nprint(built, file=sys.stderr)"
    )
    assert ran(code).strip() == "[]"


def test_a_process_that_ends_does_not_look_through_all_it_has() -> None:
    code = (
        "import gc\nfrom lok_hooks.cli.streams import standing\n"
        "standing('lok', lambda: 0)\nprint(len(gc.get_objects()), file=sys.stderr)"
    )
    assert int(ran(code)) < 100
