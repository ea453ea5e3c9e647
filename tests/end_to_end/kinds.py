"""Every kind of backend against one model server on this machine: the real codex, gemini and claude, ollama, an
OpenAI-compatible server, and programs of the user's own."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.backends.cli_helpers import CLI_KINDS, KEY, KEY_NAME, section
from tests.backends.cli_helpers import MODELS as CLI_MODELS
from tests.backends.conftest import real_cli
from tests.end_to_end import asker, mind
from tests.end_to_end.conftest import Machine, Project
from tests.end_to_end.talk_helpers import Said, run_lok
from tests.fake_model_server import Server, make_server, strings

__all__ = ["real_cli"]

KINDS: Final = (*CLI_KINDS, "ollama", "openai", "command")
OTHERS: Final = ("second", "third")  # programs, beside the kind under test
# What each backend asks for, by which the server tells them apart.
MODELS: Final[Mapping[str, str]] = {kind: CLI_MODELS[kind] for kind in CLI_KINDS} | {
    "ollama": "small", "openai": "large", "command": "own", "second": "2nd", "third": "3rd"
}  # fmt: skip
BUG: Final = "PLANTED_BUG"
WORD: Final = "kumquat"
TASKS: Final = {"hunt": "Find bugs.", "audit": "Find holes.", "release": "Is it ready?"}
GH: Final = f"""\
#!/bin/sh
test "$1 $2 $3" = "pr diff 7" || exit 9
printf '%s\\n' 'diff --git a/new.py b/new.py' 'new file mode 100644' '--- /dev/null' '+++ b/new.py' \\
    '@@ -0,0 +1 @@' '+value = {BUG}'
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A repository with a planted bug in it and another one staged, a gh that knows pull request 7, and a model
    server. `real_cli` finds a vendor's program; `settings` is the lok.toml that counts."""

    project: Project
    server: Server
    log: Path
    settings: Path
    real_cli: Callable[[str], Path]

    def configure(self, backends: Sequence[str], reviewers: Sequence[str], *, strong: str, conductor: str) -> None:
        """Makes these the only backends, `strong` the one for questions about performance."""
        sections: dict[str, dict[str, object]] = {
            **{name: {"enabled": False} for name in (*CLI_KINDS, "ollama", "static")},
            **{name: self._section(name) for name in backends},
        }
        sections[strong]["strengths"] = ["performance"]
        text = "".join(_table(f"backends.{name}", values) for name, values in sections.items())
        for name, prompt in TASKS.items():
            text += _table(f"tasks.{name}", {"description": "Look", "backends": list(reviewers)})
            text += f'prompts = [{{ name = "question", prompt = "{prompt}" }}]\n'
        text += _table("conductor", {"backend": conductor})
        self.settings.write_text(text, encoding="utf-8")

    def lok(self, *argv: str) -> Said:
        """`lok ARGV` in the repository."""
        return run_lok(self.project, *argv)

    def asked_of(self, name: str) -> list[str]:
        """The texts of all requests that this backend made."""
        requests = map(json.loads, self.log.read_text(encoding="utf-8").splitlines())
        return ["\n".join(strings(each["body"])) for each in requests if each["model"] == MODELS[name]]

    def _section(self, name: str) -> dict[str, object]:
        url = f"http://127.0.0.1:{self.server.server_port}"
        if name in CLI_KINDS:
            return section(name, self.real_cli(name), url)
        if name in ("ollama", "openai"):
            return {"url": url + "/v1" * (name == "openai"), "kind": name, "model": MODELS[name], "may_block": True}
        return {"kind": "command", "command": sys.executable, "args": [asker.__file__, url, MODELS[name]]}


def _table(name: str, values: Mapping[str, object]) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


@pytest.fixture
def place(machine: Machine, project: Project, real_cli: Callable[[str], Path], tmp_path: Path) -> Iterator[Place]:
    project.git("checkout", "-q", "-b", "feature")
    project.seed({"README": f"A shop for word-{WORD}\n", "app/shop.py": f"a = 1\nvalue = {BUG}\n"})
    project.stage("more.py", f"other = {BUG}\n")
    programs, settings, log = tmp_path / "programs", tmp_path / "kinds.toml", tmp_path / "server.jsonl"
    programs.mkdir()
    (programs / "gh").write_text(GH)
    (programs / "gh").chmod(0o755)
    assert isinstance(machine.environment, dict)
    machine.environment["PATH"] = os.pathsep.join((str(programs), machine.environment["PATH"]))
    machine.environment.update({KEY_NAME: KEY, "LOK_CONFIG": str(settings)})
    server = make_server(rules=[{"think": mind.answer}], log=log, models=tuple(MODELS.values()))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield Place(project=project, server=server, log=log, settings=settings, real_cli=real_cli)
    server.stop.set()
    server.shutdown()
    server.server_close()
