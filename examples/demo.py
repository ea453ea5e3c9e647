"""Shows the gate at work: a commit with a bug and a secret is refused, the mended one is accepted.

    python3 examples/demo.py          removes its scratch directory at the end
    python3 examples/demo.py --keep   leaves it for you to play with

Needs Python 3.11 and git. Packages are installed into the scratch directory only; afterwards nothing is sent
anywhere: the embedded reviewer (ruff and secret patterns) does the reading, no account is needed.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent

# Shaped like a real key, belongs to nobody, and is put together here so that no scanner stumbles over this file.
FAKE_KEY = "AK" + "IA" + "Q3LPMN5H" + "ZX7T2BWD"

CONFIG = """\
repos:
  - repo: {source}
    rev: {revision}
    hooks:
      - id: lok-hunt
        args: [--backend, static]
"""
BAD = {
    "prices.py": "def total(prices):\n    return sum(prices) * (1 + vat_rate)\n",
    "storage.py": f'ACCESS_KEY_ID = "{FAKE_KEY}"\n',
}
MENDED = {
    "prices.py": "def total(prices, vat_rate):\n    return sum(prices) * (1 + vat_rate)\n",
    "storage.py": 'import os\n\nACCESS_KEY_ID = os.environ["ACCESS_KEY_ID"]\n',
}


class Surprise(Exception):
    """Something went otherwise than this demonstration promises."""


def environment(scratch: Path) -> dict[str, str]:
    """Yours, with git's identity, pre-commit's home and what lok remembers in the scratch directory, and no lok
    settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "LOK_", "PRE_COMMIT"))}
    (scratch / "gitconfig").write_text("[user]\n\tname = Demo\n\temail = demo@example.org\n", encoding="utf-8")
    return kept | {
        "GIT_CONFIG_GLOBAL": str(scratch / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PRE_COMMIT_HOME": str(scratch / "pre-commit-home"),
        "XDG_STATE_HOME": str(scratch / "state"),
        "PATH": os.pathsep.join((str(scratch / "venv" / "bin"), kept.get("PATH", os.defpath))),
    }


def typed(command: str, directory: Path, env: dict[str, str]) -> tuple[int, str]:
    """Shows a command line as typed, runs it in `directory`, shows what it says; returns exit code and words."""
    print(f"\n$ {command}", flush=True)
    process = subprocess.Popen(
        shlex.split(command),
        cwd=directory,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    said = []
    for line in process.stdout or ():
        print(f"  {line}", end="", flush=True)
        said.append(line)
    return process.wait(), "".join(said)


def succeed(command: str, directory: Path, env: dict[str, str]) -> str:
    """`typed`, for a command that has to end with exit code 0."""
    code, said = typed(command, directory, env)
    if code:
        message = f"`{command}` ended with exit code {code}"
        raise Surprise(message)
    return said


def quietly(arguments: list[str], env: dict[str, str]) -> str:
    """Standard output of a git command that is not worth showing."""
    done = subprocess.run(["git", *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"git {shlex.join(arguments)}: {done.stderr.strip()}"
        raise Surprise(message)
    return done.stdout.strip()


def snapshot(scratch: Path, env: dict[str, str]) -> tuple[Path, str]:
    """This checkout as it is, uncommitted changes too, as a repository that pre-commit can install from."""
    source = scratch / "lok-hooks"
    quietly(["init", "-q", str(source)], env)
    here = [f"--git-dir={source / '.git'}", f"--work-tree={CHECKOUT}"]
    quietly(["-C", str(CHECKOUT), *here, "add", "--all"], env)
    quietly([*here, "commit", "-q", "-m", "this checkout"], env)
    return source, quietly([*here, "rev-parse", "HEAD"], env)


def write(files: dict[str, str], project: Path) -> None:
    """Writes and shows the project's files."""
    for name, content in files.items():
        (project / name).write_text(content, encoding="utf-8")
        print(f"\n  {name}\n" + "".join(f"    {line}\n" for line in content.splitlines()), end="")


def demonstrate(scratch: Path) -> None:
    """The whole story. Raises Surprise where it goes otherwise."""
    env = environment(scratch)
    print(f"Everything happens in {scratch}")
    succeed(f"{shlex.quote(sys.executable)} -m venv venv", scratch, env)
    succeed("venv/bin/python -m pip install -q --disable-pip-version-check pre-commit", scratch, env)
    source, revision = snapshot(scratch, env)
    project = scratch / "shop"
    succeed("git init -q shop", scratch, env)

    print("\nA project that asks for lok-hunt in its .pre-commit-config.yaml:")
    write({".pre-commit-config.yaml": CONFIG.format(source=source, revision=revision)}, project)
    succeed("pre-commit install --install-hooks", project, env)

    print("\nA commit with a bug and a secret in it:")
    write(BAD, project)
    succeed("git add .", project, env)
    code, said = typed("git commit -m 'Add prices'", project, env)
    if code != 1 or "prices.py" not in said or "storage.py" not in said:
        message = f"the bad commit was to be refused for both files, but git ended with exit code {code}"
        raise Surprise(message)
    if typed("git log --oneline", project, env)[0] == 0:
        message = "the bad commit was refused but is in the history"
        raise Surprise(message)

    print("\nBoth mended:")
    write(MENDED, project)
    succeed("git add .", project, env)
    said = succeed("git commit -m 'Add prices'", project, env)
    if "lok-hunt" not in said or "Skipped" in said:
        message = "the mended commit was accepted without a review"
        raise Surprise(message)
    succeed("git log --oneline", project, env)


def main() -> int:
    """Exit code: 0 when everything went as promised, 1 when not, 2 for a wrong argument."""
    if sys.argv[1:] not in ([], ["--keep"]):
        print(__doc__)
        return 2
    scratch = Path(tempfile.mkdtemp(prefix="lok-hooks-demo-")).resolve()
    try:
        demonstrate(scratch)
    except (Surprise, OSError) as error:
        print(f"\nThis is not as promised: {error}\nLeft for you to look at: {scratch}", file=sys.stderr)
        return 1
    if sys.argv[1:] == ["--keep"]:
        print(f"\nRefused for a reason, accepted once mended. Kept: {scratch}")
        return 0
    shutil.rmtree(scratch)
    print("\nRefused for a reason, accepted once mended. The scratch directory is removed again; --keep leaves it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
