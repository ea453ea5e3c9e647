"""A git that answers wrongly: an error each time, never a file missing in silence."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from lok_hooks.core.select import Selection
from lok_hooks.errors import InternalError, RepositoryError
from lok_hooks.repo import snapshot
from lok_hooks.repo.git import Repository
from tests.repo.git_helpers import Scratch

# Stands for git on the PATH: asks the real one and, for patches, tampers with its answer.
FAKE = """#!{python}
import subprocess, sys
done = subprocess.run([{git!r}, *sys.argv[1:]], stdout=subprocess.PIPE)
output = done.stdout
if "-p" in sys.argv:
    records, _, patches = output.partition(b"\\0\\0")
    parts = [b"diff --git " + part for part in patches.split(b"diff --git ")[1:]]
    {tamper}
sys.stdout.buffer.write(output)
sys.exit(done.returncode)
"""


def tampered(scratch: Scratch, folder: Path, monkeypatch: pytest.MonkeyPatch, tamper: str) -> Repository:
    for name in ("a.py", "b.py"):
        scratch.write(name, f"{name}\n")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "1")
    for name in ("a.py", "b.py"):
        scratch.write(name, f"{name} changed\n")
    scratch.git("add", "-A")
    real = shutil.which("git")
    assert real
    folder.mkdir()
    (folder / "git").write_text(FAKE.format(python=sys.executable, git=real, tamper=tamper))
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return Repository.open(scratch.path)


@pytest.mark.parametrize(
    "tamper",
    [
        "output = records + b'\\0\\0' + b''.join(reversed(parts))",
        "output = records + b'\\0\\0' + parts[0]",
        "output = records + b'\\0\\0' + b''.join(parts + parts[:1])",
        "output = output[:-9]",
        "output = output.replace(b'+a.py', b'a.py')",
        "output = output.replace(b'@@ -1 +1 @@', b'@@ -1 +1,2 @@')",
        "output = b''",
        "output = records.split(b':')[0] + b''",
        "output = b'\\x1b[1m' + output",
    ],
)
def test_a_wrong_answer_is_an_error(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tamper: str
) -> None:
    repository = tampered(scratch, tmp_path / "bin", monkeypatch, tamper)
    with pytest.raises(InternalError):
        snapshot.staged(repository, Selection())


def test_an_answer_that_breaks_off_with_an_error(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper = "output = output[:-9]; print('fatal: the disk is on fire', file=sys.stderr); done.returncode = 128"
    repository = tampered(scratch, tmp_path / "bin", monkeypatch, tamper)
    with pytest.raises(RepositoryError, match="the disk is on fire"):
        snapshot.staged(repository, Selection())


def test_an_honest_answer_passes(scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = tampered(scratch, tmp_path / "bin", monkeypatch, "pass")
    assert [file.path for file in snapshot.staged(repository, Selection()).diff.files] == ["a.py", "b.py"]


def test_the_index_moves_on_while_it_is_read(scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the records and the patches somebody takes one change back."""
    undo = f"subprocess.run([{shutil.which('git')!r}, '-C', {str(scratch.path)!r}, 'reset', '-q', '--', 'b.py'])"
    tamper = f"{undo}; output = subprocess.run([{shutil.which('git')!r}, *sys.argv[1:]], stdout=subprocess.PIPE).stdout"
    repository = tampered(scratch, tmp_path / "bin", monkeypatch, tamper)
    with pytest.raises(RepositoryError, match=r"b\.py changed while the diff was read") as caught:
        snapshot.staged(repository, Selection())
    assert caught.value.advice
