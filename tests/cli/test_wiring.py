"""Which reviewers a run has: all that are switched on, whatever their kind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lok_hooks.cli import crews, wiring
from lok_hooks.config.load import load
from lok_hooks.core.chunk import whole_files
from lok_hooks.core.remember import Forgetting
from lok_hooks.core.review import Policy
from lok_hooks.core.select import Selection
from lok_hooks.core.settings import Settings
from lok_hooks.core.task import Prompt
from lok_hooks.repo.snapshot import Snapshot, from_patch

PATCH = b"--- a/x.py\n+++ b/x.py\n@@ -1 +1,2 @@\n y = 2\n+z = 3\n"
BUILT_IN = ("codex", "gemini", "claude", "ollama", "static")
MORE = {
    "openai": '[backends.openai]\nurl = "http://127.0.0.1:1"\nmodel = "m"\n',
    "command": '[backends.command]\ncommand = "reviewer"\n',
    "sarif": '[backends.sarif]\ncommand = "scanner"\n',
}
NAMES = (*BUILT_IN, *MORE)
ANALYSERS = ("static", "sarif")


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def without(name: str, tmp_path: Path) -> Settings:
    """Settings with a backend of every kind, one of them switched off ("" for none)."""
    sections = {**{built_in: f"[backends.{built_in}]\n" for built_in in BUILT_IN}, **MORE}
    text = "".join(f"{text}enabled = {str(of != name).lower()}\n" for of, text in sections.items())
    named = tmp_path / "named.toml"
    named.write_text(text)
    return load(directory=tmp_path, environ={}, config_file=named, flags={})


def patch() -> Snapshot:
    return from_patch(PATCH, "a patch", Selection())


@pytest.mark.parametrize("off", ["", *NAMES])
def test_what_is_switched_off_reviews_nothing(off: str, tmp_path: Path) -> None:
    with wiring.means(without(off, tmp_path), patch(), Policy(), verbose=True, memory=Forgetting()) as means:
        assert [backend.name for backend in means.backends] == [name for name in NAMES if name != off]


@pytest.mark.parametrize("off", ["", *NAMES])
def test_what_is_switched_off_is_asked_nothing_by_hand(off: str, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    settings = without(off, tmp_path)
    with crews.crew(settings, place, budget=None, verbose=True, fresh=True, trust_tree=False) as crew:
        models = [name for name in NAMES if name not in (off, *ANALYSERS)]
        assert [backend.name for backend in crew.backends] == models


@pytest.mark.parametrize("off", ["", *ANALYSERS])
def test_an_analyser_that_is_switched_off_looks_at_no_directory(off: str, tmp_path: Path) -> None:
    made = wiring.analysers(without(off, tmp_path), patch(), print)
    assert [backend.name for backend in made] == [name for name in ANALYSERS if name != off]


@pytest.mark.parametrize(("rules", "count"), [("{}", 1), ('{ secret = "off" }', 0), ('{ E9 = "off" }', 1)])
def test_rules_for_secrets_hold_where_the_embedded_reviewer_is_switched_off(
    rules: str, count: int, tmp_path: Path
) -> None:
    named = tmp_path / "named.toml"
    named.write_text(f"[backends.static]\nenabled = false\nrules = {rules}\n")
    settings = load(directory=tmp_path, environ={}, config_file=named, flags={})
    token = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
    snapshot = from_patch(PATCH.replace(b"z = 3", f'z = "{token}"'.encode()), "a patch", Selection())
    prompt = Prompt(task="analysis", text="", receipt="", chunk=whole_files(snapshot.diff.files)[0])
    with wiring.means(settings, snapshot, Policy(), verbose=True, memory=Forgetting()) as means:
        assert len(means.secrets("secrets", prompt)) == count


WATCHING = """
import sys
from pathlib import Path
from lok_hooks.cli import wiring
from lok_hooks.config.load import load
from lok_hooks.core.ports import Request
from lok_hooks.core.remember import Forgetting
from lok_hooks.core.review import Policy
from lok_hooks.core.select import Selection
from lok_hooks.core.task import Chunk, Prompt
from lok_hooks.repo.snapshot import from_patch

class Watching:
    def asked(self, backend, task, part):
        print(self.loaded())
    def answered(self, backend, task, part, answer):
        print(self.loaded())
    def loaded(self):
        return [name in sys.modules for name in ("lok_hooks.core.answers", "lok_hooks.report.layout")]

settings = load(directory=Path(), environ={}, config_file=Path(sys.argv[1]), flags={})
snapshot = from_patch(b"", "a patch", Selection())
with wiring.means(settings, snapshot, Policy(), verbose=True, memory=Forgetting()) as means:
    prompt = Prompt(task="hunt", text="x", receipt="r", chunk=Chunk(pieces=()))
    (backend,) = [backend for backend in means.backends if backend.name == "slow"]
    means.ask_all([Request(backend=backend, prompt=prompt, part="1/1")], means.deadline, Watching())
"""


def test_what_follows_is_loaded_while_models_are_waited_for(tmp_path: Path) -> None:
    named = tmp_path / "named.toml"
    named.write_text('[backends.slow]\nkind = "command"\ncommand = "sleep"\nargs = ["1.5"]\n')
    argv = [sys.executable, "-c", WATCHING, str(named)]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[False, False]", "[True, True]"]
