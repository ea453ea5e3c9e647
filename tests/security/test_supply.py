"""What the package is made of: nothing that runs text as code, files for their owner, dependencies without holes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.security.source_rules import careless_opens, deeds

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lok_hooks"
MODULES = sorted(PACKAGE.rglob("*.py"))
# The first release without any hole that was published: GitPython before it runs submodules' code, Jinja2 lets a
# template out of its sandbox (CVE-2025-27516), httpx mixes up hosts (CVE-2021-41945), pydantic hangs on e-mail
# addresses (CVE-2024-3772).
FLOORS = {"GitPython": (3, 2, 1), "httpx": (0, 23, 0), "pydantic": (2, 4, 0), "Jinja2": (3, 1, 6)}

STARTERS = {
    ("backends/process.py", "_Running.__init__"),  # every reviewer, scanner and shell step
    ("repo/git.py", "_start"),
    ("repo/probe.py", "_started"),  # git, before GitPython is worth loading
    ("repo/version.py", "git_version"),
}
LOADERS = {
    ("cli/main.py", "make_parser"),  # a command of the table
    ("cli/wiring.py", "_load_what_follows"),
    ("report/all.py", "_lazily.report"),
    ("backends/secret_patterns.py", "detectors"),
}
WRITERS = {
    ("files.py", "write_new"),
    ("files.py", "write_whole"),
    ("files.py", "write_over"),
    ("files.py", "append"),
    ("backends/rooms.py", "room"),  # a folder that only its owner enters
    ("repo/git.py", "Repository.private_index"),  # the same, for a copy of the index
    ("store/key.py", "_made"),  # puts what files.write_new made in its place
    ("repo/hook_files.py", "_put_aside"),  # renames a foreign hook, and back
    ("repo/hook_files.py", "uninstall"),
    ("store/database.py", "make_private"),
    ("store/database.py", "_own_file"),
    ("store/database.py", "_renamed"),
    ("store/database.py", "Database._connect"),
    ("store/memory.py", "peek"),
    ("report/live.py", "_opened"),  # the terminal
    ("cli/streams.py", "_nowhere"),  # /dev/null, in place of a standard stream that is closed
}


def of_sort(sort: str) -> set[tuple[str, str]]:
    """The functions of the package that do something of this sort."""
    return {
        (str(path.relative_to(PACKAGE)), deed.function)
        for path in MODULES
        for deed in deeds(path.read_text(encoding="utf-8"))
        if deed.sort == sort
    }


def test_no_text_is_run_as_code() -> None:
    """Compiled is one: whether a file of the diff has a mistake of syntax; what comes of it is thrown away."""
    assert of_sort("code") == {("backends/static_source.py", "Source.compiles")}
    (compiled,) = (deed for deed in deeds((PACKAGE / "backends/static_source.py").read_text()) if deed.sort == "code")
    assert compiled.what == "compile"


def test_programs_are_started_and_modules_loaded_by_name_in_few_places() -> None:
    assert (of_sort("program"), of_sort("loads")) == (STARTERS, LOADERS)


def test_files_are_written_in_few_places() -> None:
    assert of_sort("writes") == WRITERS


def test_whatever_makes_a_file_makes_a_new_one_and_follows_no_link() -> None:
    assert {path: lines for path in MODULES if (lines := careless_opens(path.read_text(encoding="utf-8")))} == {}


PLANTED = {
    # text run as code
    "exec(p)": "code",
    "eval(p)": "code",
    "f = eval\nf(p)": "code",
    "list(map(eval, p))": "code",
    "exec(compile(p, 'x', 'exec'))": "code",
    "__import__(p)": "code",
    "import builtins\nbuiltins.exec(p)": "code",
    "from builtins import eval as parse\nparse(p)": "code",
    "getattr(__builtins__, 'exec')(p)": "code",
    "import builtins\ngetattr(builtins, p)(p)": "code",
    "import os\nos.system(p)": "code",
    "from os import system\nsystem(p)": "code",
    "from os import system as run\nrun(p)": "code",
    "import os as o\no.popen(p)": "code",
    "import os\nsystem = os.system\nsystem(p)": "code",
    "import os\ngetattr(os, 'system')(p)": "code",
    "import os\ngetattr(os, p)(p)": "code",
    "from lok_hooks.backends.shell import os\nos.system(p)": "code",
    "import lok_hooks.backends.shell as s\ns.os.system(p)": "code",
    "from os import *": "code",
    "import os\nos.execvp(p, [p])": "code",
    "import os\nos.spawnlp(os.P_WAIT, p)": "code",
    "import subprocess\nsubprocess.run(p, shell=True)": "code",
    "import subprocess\nsubprocess.run(p, shell=p)": "code",
    "import subprocess\nsubprocess.run(p, shell=1)": "code",
    "from subprocess import run\nrun(p, shell=True)": "code",
    "from subprocess import run\nkw = {'shell': True}\nrun(p, **kw)": "code",
    "from subprocess import run\nrun(*p)": "code",
    "from subprocess import Popen\nPopen(p, -1, None, None, None, None, None, True, True)": "code",
    "from subprocess import getoutput\ngetoutput(p)": "code",
    "import git\ngit.Git().execute(p, shell=True)": "code",
    "import git\ngit.Git().execute(p, **kw)": "code",
    "import pickle": "code",
    "from pickle import loads": "code",
    "import marshal": "code",
    "from shelve import open": "code",
    "import yaml\nyaml.load(p)": "code",
    "from yaml import load": "code",
    "from ruamel.yaml import YAML\nYAML(typ='unsafe').load(p)": "code",
    "from xml.etree import ElementTree": "code",
    "import runpy": "code",
    "import ctypes": "code",
    "from jinja2 import Environment\nEnvironment().from_string(p)": "code",
    "import importlib\nimportlib.reload(p)": "code",
    "import tempfile\ntempfile.mktemp()": "code",
    # programs and modules
    "import subprocess\nsubprocess.run([p])": "program",
    "from subprocess import check_output as ask\nask([p])": "program",
    "import os\nos.posix_spawn(p, [p], {})": "program",
    "import git\ngit.Git().execute([p], shell=False)": "program",
    "import asyncio\nasyncio.create_subprocess_exec(p)": "program",
    "from importlib import import_module\nimport_module(p)": "loads",
    "import importlib\nload = importlib.import_module": "loads",
    # files
    "open(p, 'w')": "writes",
    "open(p, mode='a')": "writes",
    "open(p, 'r+b')": "writes",
    "open(p, how)": "writes",
    "open(p, opener=o)": "writes",
    "open(p, **kw)": "writes",
    "import io\nio.open(p, 'x')": "writes",
    "from io import open as o\no(p, 'w')": "writes",
    "list(map(open, p, modes))": "writes",
    "p.open('w')": "writes",
    "p.open(mode='xb')": "writes",
    "from pathlib import Path\nPath(p).open('w')": "writes",
    "from pathlib import Path\nPath.open(p, 'w')": "writes",
    "p.write_text(t)": "writes",
    "write = p.write_bytes": "writes",
    "p.touch()": "writes",
    "p.replace(q)": "writes",
    "p.rename(q)": "writes",
    "p.symlink_to(q)": "writes",
    "import os\nos.open(p, os.O_WRONLY)": "writes",
    "import os\nos.open(p, os.O_RDONLY | os.O_CREAT, 0o600)": "writes",
    "import os\nos.open(p, flags, mode)": "writes",
    "import os\nFLAGS = os.O_RDWR\nos.open(p, FLAGS)": "writes",
    "from os import open as o, O_CREAT\no(p, O_CREAT)": "writes",
    "import os\nos.fdopen(f, 'wb')": "writes",
    "import os\nos.replace(p, q)": "writes",
    "from os import rename\nrename(p, q)": "writes",
    "import shutil\nshutil.copy(p, q)": "writes",
    "from shutil import move\nmove(p, q)": "writes",
    "import tempfile\ntempfile.NamedTemporaryFile('w')": "writes",
    "from tempfile import mkdtemp\nmkdtemp()": "writes",
    "import sqlite3\nsqlite3.connect(p)": "writes",
}


@pytest.mark.parametrize(("source", "sort"), PLANTED.items())
def test_each_way_around_is_seen(source: str, sort: str) -> None:
    planted = "def work():\n" + "".join(f"    {line}\n" for line in source.split("\n"))
    assert sort in {deed.sort for deed in deeds(source)}
    assert ("work", sort) in {(deed.function, deed.sort) for deed in deeds(planted)}


HARMLESS = (
    "open(p)",
    "open(p, 'rb')",
    "p.open()",
    "p.open('rb')",
    "p.read_text()",
    "import os\nos.open(p, os.O_RDONLY | os.O_NOFOLLOW)",
    "import os\nFLAGS = os.O_RDONLY | os.O_CLOEXEC\nos.open(p, FLAGS, dir_fd=f)",
    "import os\nos.fdopen(f)",
    "text.replace(a, b)",
    "day.replace(tzinfo=utc)",
    "from dataclasses import replace\nreplace(value, name=1)",
    "import re\nre.compile(p)",
    "code.startswith(p)",
    "connection.execute(p)",
    "from lok_hooks.repo.git import Repository\nRepository.open(p)",
    "from lok_hooks.core.workflow import Step\nStep(shell=p)",
    "import subprocess\ndef f(p: subprocess.Popen[bytes]) -> None: ...",
)


@pytest.mark.parametrize("source", HARMLESS)
def test_what_only_looks_like_it_is_let_be(source: str) -> None:
    assert deeds(source) == ()


@pytest.mark.parametrize(
    ("flags", "is_careless"),
    [
        ("os.O_WRONLY | os.O_CREAT", True),
        ("os.O_WRONLY | os.O_CREAT | os.O_EXCL", True),
        ("os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW", True),
        ("FLAGS", True),
        ("os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW", False),
        ("os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW", False),
        ("os.O_RDONLY", False),
    ],
)
def test_an_open_that_follows_links_is_seen(flags: str, is_careless: bool) -> None:
    source = f"import os\nFLAGS = os.O_CREAT | os.O_WRONLY\nos.open(p, {flags}, 0o600)"
    assert bool(careless_opens(source)) == is_careless


def test_dependencies_are_bounded_above_their_known_holes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bounds = {}
    for line in project["dependencies"]:
        found = re.match(r"([\w.-]+)\s*>=\s*([\d.]+)", line)
        assert found, f"{line} has no lower bound"
        bounds[found[1]] = tuple(int(part) for part in found[2].split("."))
    for name, floor in FLOORS.items():
        assert name not in bounds or bounds[name] >= floor, name
    assert "GitPython" in bounds


def test_the_rules_that_look_for_holes_are_switched_on() -> None:
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in ruff["select"]
    assert set(ruff["ignore"]) & {f"S{number}" for number in range(100, 700)} == {"S603", "S607"}
