"""README's commands and the files around the package do what they say."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import CHECKOUT, SCRIPTS, Installed, Project, Reviewer, clean_environment

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def command(mark: str) -> str:
    """The one-line command below a mark of README."""
    (found,) = re.findall(rf"<!-- {mark} command -->\n```sh\n(.+)\n```", README)
    return str(found)


@pytest.mark.timeout(900)
def test_the_demonstration_runs_in_a_fresh_clone(installed: Installed, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(installed.source), str(clone)], check=True, timeout=60)
    # Python as it is without our virtual environment; the user's pip settings, since packages are downloaded.
    environment = {
        **{name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"},
        "PATH": os.pathsep.join((f"{sys.base_prefix}/bin", "/usr/local/bin", "/usr/bin", "/bin")),
        "TMPDIR": str(tmp_path),
    }
    done = subprocess.run(
        ["sh", "-c", command("demo")],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=800,
    )
    assert done.returncode == 0, done.stdout
    refused, accepted = done.stdout.split("$ git commit")[1:]
    assert "prices.py:2" in refused
    assert "storage.py:1" in refused
    assert "Commit refused" in refused
    assert "nothing found" in accepted
    assert list(tmp_path.glob("lok-hooks-demo-*")) == []


def test_the_demonstrations_bug_and_secret_are_refused_and_both_mended_accepted(
    project: Project, configure: Callable[..., Reviewer], tmp_path: Path
) -> None:
    """Without what takes minutes, the installation: pre-commit finds our hook on PATH."""
    model = configure(analysers="true")
    demo = runpy.run_path(str(CHECKOUT / "examples" / "demo.py"))
    source, revision = demo["snapshot"](tmp_path, project.machine.environment)
    config = demo["CONFIG"].format(source=source, revision=revision)
    project.stage(".pre-commit-config.yaml", f"{config}        language: system\n")
    assert project.run("pre-commit", "install").code == 0
    for name, content in demo["BAD"].items():
        project.stage(name, content)
    refused = project.commit()
    assert (refused.code, "2 confirmed" in refused.said) == (1, True), refused.said
    assert [place in refused.said for place in ("prices.py:2", "storage.py:1")] == [True, True], refused.said
    for name, content in demo["MENDED"].items():
        project.stage(name, content)
    accepted = project.commit()
    assert (accepted.code, "nothing found" in accepted.said) == (0, True), accepted.said
    assert model.requests() == []


# Stands for python3, npm, apt-get and everything in .venv/bin: notes how it was called, makes the virtual environment,
# and fails when told so.
FAKE = """#!/bin/sh
echo "$(basename "$0") $* [$LOK_TEST_CLIS|$LOK_TEST_MODEL|$LOK_TEST_SHELLS]" >> "$CALLS"
case "$(basename "$0") $*" in $FAILS) exit 9;; esac
if [ "$1 $2" = "-m venv" ]; then
    for place; do :; done
    mkdir -p "$place/bin"
    for name in pip python ruff mypy lint-imports pytest; do cp "$0" "$place/bin/$name"; done
fi
"""


def ci_run(tmp_path: Path, fails: str) -> tuple[int, list[str], str]:
    """Exit code of .ci/run beside our README, the calls it made, and what it said."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "run").write_text((CHECKOUT / ".ci" / "run").read_text())
    (tmp_path / "README.md").write_text(README)
    (tmp_path / "bin").mkdir()
    for name in ("python3", "npm", "apt-get"):
        (tmp_path / "bin" / name).write_text(FAKE)
        (tmp_path / "bin" / name).chmod(0o755)
    # Neither zsh nor fish, wherever the tests run.
    for name in ("bash", "env", "sh", "dirname", "basename", "sed", "grep", "mktemp", "rm", "cat", "mkdir", "cp"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    environment = {
        **clean_environment(tmp_path),
        "PATH": str(tmp_path / "bin"),
        "CALLS": str(tmp_path / "calls"),
        "FAILS": fails,
    }
    done = subprocess.run(
        ["bash", str(tmp_path / ".ci" / "run")], env=environment, cwd="/", capture_output=True, check=False, timeout=60
    )
    return done.returncode, (tmp_path / "calls").read_text().splitlines(), done.stdout.decode()


def test_ci_runs_readmes_test_command_with_the_real_reviewers(tmp_path: Path) -> None:
    code, calls, _ = ci_run(tmp_path, fails="nothing")
    assert code == 0
    assert [call.split(" [")[0] for call in calls[:2]] == ["python3 -m venv --clear .venv", "pip install -q -e .[dev]"]
    assert command("test") == 'python3 -m venv .venv && .venv/bin/pip install -q -e ".[dev]" && .venv/bin/pytest'
    (npm,) = (call for call in calls if call.startswith("npm "))
    assert re.findall(r"(\S+)@(\d[\d.]+)", npm) == [
        ("@openai/codex", "0.169.0"),
        ("@google/gemini-cli", "0.61.0"),
        ("@anthropic-ai/claude-code", "2.1.197"),
    ]
    (pytest_call,) = (call for call in calls if call.startswith("pytest "))
    assert re.search(r"\[/\S+/node_modules/\.bin\|/\S+\.gguf\|1\]", pytest_call)
    assert [call.split(" [")[0] for call in calls if call.startswith("apt-get")] == [
        "apt-get update -qq",
        "apt-get install -qq -y --no-install-recommends zsh fish",
    ]
    place = calls.index(pytest_call)
    assert [call.split(" [")[0] for call in calls[place - 2 : place]] == [
        "python3 -m venv .venv",
        "pip install -q -e .[dev]",
    ]
    for check in ("ruff check .", "ruff format --check .", "mypy ", "lint-imports ", "python -m tests.bench.startup"):
        assert any(call.startswith(check) for call in calls), check


@pytest.mark.parametrize("step", ["apt-get update*", "apt-get install*"])
def test_shells_that_cannot_be_installed_are_told_and_not_counted_as_tested(tmp_path: Path, step: str) -> None:
    code, calls, said = ci_run(tmp_path, fails=step)
    assert (code, any(call.startswith("pytest ") and call.endswith("|]") for call in calls)) == (0, True)
    assert "NOT TESTED: completion in zsh fish," in said


@pytest.mark.parametrize(
    "step",
    ["ruff check*", "ruff format*", "mypy*", "lint-imports*", "pytest*", "npm*", "python -m tests.removal*"],
)
def test_ci_is_red_when_a_step_fails(tmp_path: Path, step: str) -> None:
    code, calls, _ = ci_run(tmp_path, fails=step)
    assert code != 0
    assert calls[-1].startswith(step.split()[0].rstrip("*"))


@pytest.mark.parametrize(
    ("check", "file"), [("validate-manifest", ".pre-commit-hooks.yaml"), ("validate-config", ".pre-commit-config.yaml")]
)
def test_pre_commit_accepts_our_files(check: str, file: str) -> None:
    done = subprocess.run([str(SCRIPTS / "pre-commit"), check, str(CHECKOUT / file)], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hooks_readme_names_are_the_hooks_we_offer() -> None:
    offered = re.findall(r"(?m)^- id: (\S+)", (CHECKOUT / ".pre-commit-hooks.yaml").read_text())
    assert offered == ["lok-hunt", "lok-audit", "lok-review"]
    assert set(re.findall(r"- id: (lok-\S+)", README)) <= set(offered)
