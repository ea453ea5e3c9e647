"""Our block in plain hook files, run by git itself, beside foreign hooks of every kind."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lok_hooks.errors import OutputError, RepositoryError
from lok_hooks.repo.git import Repository
from lok_hooks.repo.hook_files import HookName, hooks_folder, install, look, seen, uninstall
from tests.repo.git_helpers import Scratch, clean_environment

PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
LINES = "one line\ntwo $(touch pwned) `touch pwned` \\n\n"

# How a foreign hook looks that writes its arguments, its input and its own name to `foreign.log`, and exits with the
# code in `foreign.code`.
SHELL = """\
# a foreign hook
printf '%s|' "$@" "$(basename "$0")" >foreign.log
cat >>foreign.log
exit $(cat foreign.code 2>/dev/null || echo 0)
"""
PYTHON = f"""\
#!{sys.executable} -IS
import os, pathlib, sys
words = [*sys.argv[1:], os.path.basename(sys.argv[0])]
pathlib.Path("foreign.log").write_text("".join(word + "|" for word in words) + sys.stdin.read())
code = pathlib.Path("foreign.code")
sys.exit(int(code.read_text()) if code.exists() else 0)
"""
FOREIGN = {
    "sh": b"#!/bin/sh\n" + SHELL.encode(),
    "sh -e": b"#! /bin/sh -e\n" + SHELL.encode(),
    "env bash": b"#!/usr/bin/env bash\n" + SHELL.encode(),
    "no first line": SHELL.encode(),
    "no last newline": b"#!/bin/sh\n" + SHELL.encode().rstrip(b"\n"),
    "not UTF-8": b"#!/bin/sh\n# caf\xe9\n" + SHELL.encode(),
    "python": PYTHON.encode(),
    "exec": b'#!/bin/sh\nexec ./real "$@"\n',
}


@pytest.fixture
def interpreter(tmp_path: Path) -> Path:
    """Stands for Python: writes how it was called and what it was given, and exits with the code in `our.code`."""
    program = tmp_path / "it's python"
    program.write_text(
        "#!/bin/sh\nprintf '%s|' \"$@\" >our.log\ncat >>our.log\nexit $(cat our.code 2>/dev/null || echo 0)\n"
    )
    program.chmod(0o755)
    return program


def folder_of(scratch: Scratch) -> Path:
    return hooks_folder(Repository.open(scratch.path))


def put(path: Path, content: bytes, mode: int = 0o755) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def run_hook(scratch: Scratch, name: HookName, stdin: str = LINES) -> int:
    """As git starts it: `git hook run` would not give it an input."""
    environment = clean_environment(scratch.path)
    argv = [f".git/hooks/{name}", "origin", "a url"]
    (scratch.path / "real").write_text(f"#!/bin/sh\n{SHELL}")
    (scratch.path / "real").chmod(0o755)
    try:
        done = subprocess.run(argv, cwd=scratch.path, env=environment, input=stdin.encode(), check=False, timeout=60)
    except OSError:
        # What has no first line git hands to sh.
        done = subprocess.run(
            ["sh", *argv], cwd=scratch.path, env=environment, input=stdin.encode(), check=False, timeout=60
        )
    return done.returncode


def said(scratch: Scratch, whose: str) -> str | None:
    path = scratch.path / f"{whose}.log"
    return path.read_text() if path.exists() else None


@pytest.mark.parametrize("name", ["pre-commit", "pre-push"])
@pytest.mark.parametrize("foreign", [None, FOREIGN["sh"], FOREIGN["python"]])
def test_a_hook_asks_the_backends_it_was_installed_with(
    scratch: Scratch, interpreter: Path, name: HookName, foreign: bytes | None
) -> None:
    folder = folder_of(scratch)
    if foreign:
        put(folder / name, foreign)
    install(folder, name, str(interpreter), ("codex", "größe.1"))
    assert run_hook(scratch, name) == 0
    assert "|--backend|codex,größe.1|origin|a url|" in (said(scratch, "our") or "")
    hook = look(folder, name, str(interpreter))
    assert (hook.state, hook.backends) == ("current", ("codex", "größe.1"))
    assert install(folder, name, str(interpreter), ("codex", "größe.1")) == "there"
    assert install(folder, name, str(interpreter)) == "renewed"
    assert run_hook(scratch, name) == 0
    assert "--backend" not in (said(scratch, "our") or "")
    assert look(folder, name, str(interpreter)).backends == ()
    assert uninstall(folder, name) == "removed"
    assert ((folder / name).read_bytes() if foreign else None) == foreign


def test_what_stands_where_hooks_are_looked_for(scratch: Scratch, interpreter: Path) -> None:
    folder = folder_of(scratch)
    put(folder / "pre-commit", FOREIGN["python"])
    assert list(seen(folder, "pre-commit").values()) == ["somebody else's", "nothing", "nothing"]
    install(folder, "pre-commit", str(interpreter))
    assert {path.name: what for path, what in seen(folder, "pre-commit").items()} == {
        "pre-commit": "ours",
        "pre-commit.legacy": "nothing",
        "pre-commit.before-lok": "somebody else's",
    }


@pytest.mark.parametrize("kind", [*FOREIGN, "symbolic link"])
@pytest.mark.parametrize("name", ["pre-commit", "pre-push"])
def test_both_run_and_the_foreign_hook_comes_back_byte_for_byte(
    scratch: Scratch, tmp_path: Path, interpreter: Path, name: HookName, kind: str
) -> None:
    folder = folder_of(scratch)
    path = folder / name
    if kind == "symbolic link":
        put(tmp_path / "elsewhere", FOREIGN["sh"])
        path.symlink_to("../../../elsewhere")
    else:
        put(path, FOREIGN[kind], 0o750)
    before, mode, is_link = path.read_bytes(), path.stat().st_mode, path.is_symlink()

    how = install(folder, name, str(interpreter))
    assert how == ("chained" if kind in ("symbolic link", "python", "no last newline") else "put beside")
    assert run_hook(scratch, name) == 0
    ours, theirs = said(scratch, "our"), said(scratch, "foreign")
    assert ours is not None
    assert theirs is not None
    assert "-P|-c|" in ours
    assert ours.endswith("|origin|a url|" + LINES)
    assert theirs.startswith("origin|a url|")
    # A pre-commit hook of git's has no input to share.
    assert theirs.endswith(LINES) or name == "pre-commit"
    assert not (scratch.path / "pwned").exists()

    (scratch.path / "foreign.code").write_text("7")
    assert run_hook(scratch, name) == 7
    (scratch.path / "our.code").write_text("1")
    (scratch.path / "foreign.log").unlink()
    assert run_hook(scratch, name) == 1
    assert said(scratch, "foreign") is None

    assert uninstall(folder, name) == "removed"
    assert (path.read_bytes(), path.stat().st_mode, path.is_symlink()) == (before, mode, is_link)
    assert sorted(entry.name for entry in folder.iterdir() if not entry.name.endswith(".sample")) == [name]


def test_a_binary_runs_behind_ours_and_comes_back(scratch: Scratch, interpreter: Path) -> None:
    folder = folder_of(scratch)
    tee = shutil.which("tee")
    assert tee
    shutil.copy(tee, folder / "pre-push")
    before = (folder / "pre-push").read_bytes()
    assert install(folder, "pre-push", str(interpreter)) == "chained"

    assert run_hook(scratch, "pre-push") == 0
    # What tee does with a hook's arguments: it writes its input to files of these names.
    assert (scratch.path / "origin").read_text() == (scratch.path / "a url").read_text() == LINES
    assert (said(scratch, "our") or "").endswith(LINES)
    uninstall(folder, "pre-push")
    assert (folder / "pre-push").read_bytes() == before


@pytest.mark.parametrize("stdin", ["", "a line\n", "x " * 200_000 + "\n"], ids=["empty", "line", "400 kB"])
def test_a_push_tells_both_hooks_the_same(scratch: Scratch, interpreter: Path, stdin: str) -> None:
    folder = folder_of(scratch)
    put(folder / "pre-push", FOREIGN["sh"])
    install(folder, "pre-push", str(interpreter))

    assert run_hook(scratch, "pre-push", stdin) == 0
    assert (said(scratch, "foreign") or "").partition("pre-push|")[2] == stdin
    assert (said(scratch, "our") or "").partition("a url|")[2] == stdin


def test_without_a_foreign_hook_the_file_is_ours_and_goes_again(scratch: Scratch, interpreter: Path) -> None:
    folder = folder_of(scratch)
    shutil.rmtree(folder)
    assert install(folder, "pre-commit", str(interpreter)) == "made"
    assert run_hook(scratch, "pre-commit") == 0
    assert said(scratch, "our") is not None
    (scratch.path / "our.code").write_text("1")
    scratch.write("a", "a")
    scratch.git("add", "a")
    assert scratch.run("commit", "-m", "refused").returncode == 1

    assert uninstall(folder, "pre-commit") == "removed"
    assert list(folder.iterdir()) == []
    assert uninstall(folder, "pre-commit") == "not there"


def test_installing_twice_changes_nothing_and_another_interpreter_is_renewed(
    scratch: Scratch, interpreter: Path
) -> None:
    folder = folder_of(scratch)
    put(folder / "pre-commit", FOREIGN["sh"])
    install(folder, "pre-commit", str(interpreter))
    first = (folder / "pre-commit").read_bytes()

    assert install(folder, "pre-commit", str(interpreter)) == "there"
    assert (folder / "pre-commit").read_bytes() == first
    assert look(folder, "pre-commit", "/other/python").state == "outdated"
    assert install(folder, "pre-commit", "/other/python") == "renewed"
    renewed = (folder / "pre-commit").read_bytes()
    assert renewed.count(b">>> lok-hooks") == 1
    assert b"/other/python" in renewed
    assert uninstall(folder, "pre-commit") == "removed"
    assert (folder / "pre-commit").read_bytes() == FOREIGN["sh"]


def test_a_hook_that_git_does_not_run_stays_silent(scratch: Scratch, interpreter: Path) -> None:
    folder = folder_of(scratch)
    put(folder / "pre-commit", FOREIGN["sh"], 0o644)
    install(folder, "pre-commit", str(interpreter))

    assert run_hook(scratch, "pre-commit") == 0
    assert said(scratch, "foreign") is None
    uninstall(folder, "pre-commit")
    assert stat.S_IMODE((folder / "pre-commit").stat().st_mode) == 0o644


@pytest.mark.parametrize(("name", "code"), [("pre-commit", 0), ("pre-push", 4)])
def test_an_interpreter_that_is_gone_lets_commits_through_and_stops_a_push(
    scratch: Scratch, name: HookName, code: int
) -> None:
    folder = folder_of(scratch)
    install(folder, name, "/gone/python")
    done = subprocess.run(
        [folder / name], cwd=scratch.path, capture_output=True, text=True, check=False, timeout=60, input=""
    )

    assert done.returncode == code
    assert "/gone/python is gone" in done.stderr


@pytest.mark.parametrize(("name", "code"), [("pre-commit", 0), ("pre-push", 4)])
def test_a_python_without_our_package_lets_commits_through_and_stops_a_push(
    scratch: Scratch, tmp_path: Path, name: HookName, code: int
) -> None:
    bare = tmp_path / "bare python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    folder = folder_of(scratch)
    install(folder, name, str(bare))
    done = subprocess.run(
        [folder / name], cwd=scratch.path, capture_output=True, text=True, check=False, timeout=60, input="a line\n"
    )

    assert done.returncode == code
    assert "No module named 'lok_hooks', so nothing was reviewed" in done.stderr
    assert "Traceback" not in done.stderr


def test_beside_pre_commits_own_hook(scratch: Scratch, interpreter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(scratch.path.parent / "pre-commit-home"))
    hook = "{id: mark, name: mark, language: system, entry: touch foreign.log, always_run: true, pass_filenames: false}"
    scratch.write(".pre-commit-config.yaml", f"repos: [{{repo: local, hooks: [{hook}]}}]\n")
    subprocess.run([PRE_COMMIT, "install"], cwd=scratch.path, check=True, capture_output=True)
    folder = folder_of(scratch)
    theirs = (folder / "pre-commit").read_bytes()
    assert install(folder, "pre-commit", str(interpreter)) == "put beside"
    scratch.git("add", ".")
    scratch.git("commit", "-q", "-m", "both")
    assert said(scratch, "our") is not None
    assert said(scratch, "foreign") is not None
    uninstall(folder, "pre-commit")
    assert (folder / "pre-commit").read_bytes() == theirs


def test_a_hook_that_pre_commit_moved_aside_is_found(scratch: Scratch, interpreter: Path) -> None:
    scratch.write(".pre-commit-config.yaml", "repos: []\n")
    folder = folder_of(scratch)
    install(folder, "pre-commit", str(interpreter))
    subprocess.run([PRE_COMMIT, "install"], cwd=scratch.path, check=True, capture_output=True)
    assert (folder / "pre-commit.legacy").exists()

    assert install(folder, "pre-commit", str(interpreter)) == "there"
    scratch.git("add", ".")
    scratch.git("commit", "-q", "-m", "legacy")
    assert said(scratch, "our") is not None
    assert uninstall(folder, "pre-commit") == "removed"
    assert not (folder / "pre-commit.legacy").exists()


def test_beside_husky(scratch: Scratch, interpreter: Path) -> None:
    """husky's shape: core.hooksPath names generated stubs, whose helper finds the user's script by `$0`."""
    generated = scratch.path / ".husky" / "_"
    generated.mkdir(parents=True)
    put(
        generated / "h",
        b'#!/usr/bin/env sh\ns=$(dirname "$(dirname "$0")")/$(basename "$0")\n[ ! -f "$s" ] || sh -e "$s" "$@"\n',
    )
    put(generated / "pre-commit", b'#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n')
    scratch.write(".husky/pre-commit", "touch foreign.log\n")
    scratch.git("config", "core.hooksPath", ".husky/_")
    folder = folder_of(scratch)
    assert folder == generated
    theirs = (folder / "pre-commit").read_bytes()
    install(folder, "pre-commit", str(interpreter))
    scratch.git("add", ".")
    scratch.git("commit", "-q", "-m", "both")

    assert said(scratch, "our") is not None
    assert said(scratch, "foreign") is not None
    uninstall(folder, "pre-commit")
    assert (folder / "pre-commit").read_bytes() == theirs


def test_a_linked_work_tree_shares_its_repositorys_hooks(scratch: Scratch, interpreter: Path, tmp_path: Path) -> None:
    scratch.commit("a")
    scratch.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Scratch(path=tmp_path / "linked")

    assert folder_of(linked) == folder_of(scratch)
    install(folder_of(linked), "pre-commit", str(interpreter))
    linked.commit("b")
    assert said(linked, "our") is not None


def test_a_block_without_its_end_is_left_to_its_user(scratch: Scratch, interpreter: Path) -> None:
    folder = folder_of(scratch)
    install(folder, "pre-commit", str(interpreter))
    path = folder / "pre-commit"
    cut = path.read_bytes()[:-30]
    path.write_bytes(cut)
    for act in (lambda: install(folder, "pre-commit", "x"), lambda: uninstall(folder, "pre-commit")):
        with pytest.raises(RepositoryError, match="no end"):
            act()
    assert path.read_bytes() == cut


def test_nothing_is_overwritten_where_the_foreign_hook_is_put_aside(scratch: Scratch, interpreter: Path) -> None:
    folder = folder_of(scratch)
    put(folder / "pre-commit", PYTHON.encode())
    put(folder / "pre-commit.before-lok", b"somebody's")
    with pytest.raises(RepositoryError, match="in the way"):
        install(folder, "pre-commit", str(interpreter))

    assert (folder / "pre-commit").read_bytes() == PYTHON.encode()
    assert (folder / "pre-commit.before-lok").read_bytes() == b"somebody's"


def test_modules_of_the_reviewed_repository_are_not_imported(scratch: Scratch) -> None:
    """The real interpreter: a json.py, or a whole lok_hooks, in the repository must stay what it is: data."""
    trap = "import pathlib; pathlib.Path('pwned').touch()\n"
    for name in ("json.py", "sys.py", "re.py", "lok_hooks/__init__.py", "lok_hooks/cli/__init__.py"):
        scratch.write(name, trap)
    install(folder_of(scratch), "pre-commit", sys.executable)
    scratch.git("commit", "--allow-empty", "-q", "-m", "empty", env={"PATH": os.environ["PATH"]})

    assert not (scratch.path / "pwned").exists()


def test_hooks_that_are_switched_off_altogether_are_left_alone(scratch: Scratch) -> None:
    """core.hooksPath = /dev/null is how people switch all hooks off."""
    scratch.git("config", "core.hooksPath", os.devnull)
    folder = folder_of(scratch)

    assert look(folder, "pre-commit", "x").state == "absent"
    with pytest.raises(OutputError, match="cannot be written"):
        install(folder, "pre-commit", sys.executable)
    assert uninstall(folder, "pre-commit") == "not there"


def test_what_somebody_added_to_our_file_is_not_lost(scratch: Scratch, interpreter: Path) -> None:
    folder = folder_of(scratch)
    put(folder / "pre-commit", FOREIGN["python"])
    install(folder, "pre-commit", str(interpreter))
    ours = (folder / "pre-commit").read_bytes() + b"echo added later\n"
    (folder / "pre-commit").write_bytes(ours)
    with pytest.raises(RepositoryError, match="somebody wrote more into it"):
        uninstall(folder, "pre-commit")

    assert (folder / "pre-commit").read_bytes() == ours
    assert (folder / "pre-commit.before-lok").read_bytes() == FOREIGN["python"]


def test_a_foreign_hook_that_stands_aside_already_is_run_and_comes_back(scratch: Scratch, interpreter: Path) -> None:
    folder = folder_of(scratch)
    put(folder / "pre-commit", FOREIGN["python"])
    install(folder, "pre-commit", str(interpreter))
    (folder / "pre-commit").unlink()

    assert install(folder, "pre-commit", str(interpreter)) == "chained"
    assert run_hook(scratch, "pre-commit") == 0
    assert said(scratch, "foreign") is not None
    assert uninstall(folder, "pre-commit") == "removed"
    assert (folder / "pre-commit").read_bytes() == FOREIGN["python"]


def test_a_foreign_hook_comes_back_where_ours_cannot_be_written(scratch: Scratch) -> None:
    """A full disk, played by a limit on the size of files."""
    folder = folder_of(scratch)
    put(folder / "pre-commit", FOREIGN["python"])
    program = (
        "import sys; from pathlib import Path; from lok_hooks.errors import OutputError\n"
        "from lok_hooks.repo.hook_files import install\n"
        "try:\n    install(Path(sys.argv[1]), 'pre-commit', sys.executable)\n"
        "except OutputError as error:\n    print(error.message)\n"
    )
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 0; exec "$@" 2>&1 | cat', "sh", sys.executable, "-B", "-c", program, folder],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert "cannot be written" in done.stdout
    assert (folder / "pre-commit").read_bytes() == FOREIGN["python"]
    assert [path.name for path in folder.iterdir() if not path.name.endswith(".sample")] == ["pre-commit"]
