"""What the doctor sees of a backend without asking it, and with one small question."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lok_hooks.backends.inspection import inspect, inspect_all, probe_all
from lok_hooks.backends.logins_seen import login_seen
from lok_hooks.backends.versions import KNOWN, fit, known_range, version_in
from lok_hooks.core.checkup import BackendCheck, Fit
from lok_hooks.core.settings import BackendKind, BackendSettings
from lok_hooks.report.live import Quiet, Verbose
from tests.backends.cli_helpers import CLI_KINDS, KEY_NAME, MODELS, SAY, Kind, User, user
from tests.backends.conftest import Seconds, ServerMaker

__all__ = ["user"]

PACKAGES = {"codex": "@openai/codex", "gemini": "@google/gemini-cli", "claude": "@anthropic-ai/claude-code"}
SAYS_VERSION = """
import sys
if sys.argv[1:] == ["--version"]:
    print({version!r})
    sys.exit(0)
"""


def look(kind: BackendKind, **options: object) -> BackendCheck:
    options.setdefault("name", kind)
    return inspect(BackendSettings(kind=kind, **options), Seconds(seconds=20), Quiet())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("output", "version"),
    [
        ("codex-cli 0.169.0\n", "0.169.0"),
        ("0.61.0\n", "0.61.0"),
        ("2.1.197 (Claude Code)\n", "2.1.197"),
        ("warning: node 20\nv1.2\n", "1.2"),
        ("no number here\n", ""),
        ("", ""),
    ],
)
def test_a_version_is_read_from_what_programs_say(output: str, version: str) -> None:
    assert version_in(output) == version


@pytest.mark.parametrize(
    ("kind", "version", "expected"),
    [
        ("claude", "2.1.197", "known"),
        ("claude", "2.1.250", "known"),
        ("claude", "2.1.330", "known"),
        ("claude", "2.1.331", "newer"),
        ("claude", "2.2", "newer"),
        ("claude", "2.1.90", "older"),
        ("codex", KNOWN["codex"][0], "known"),
        ("codex", "0.9.0", "older"),
        ("gemini", "1.0.0", "newer"),
        ("gemini", "", "unknown"),
        ("command", "1.0", "unknown"),
    ],
)
def test_versions_are_compared_as_numbers(kind: str, version: str, expected: Fit) -> None:
    assert fit(kind, version) == expected


def test_the_known_versions_are_told_as_people_write_them() -> None:
    assert known_range("claude") == "2.1.197 to 2.1.330"
    assert known_range("codex") == KNOWN["codex"][0]
    assert known_range("ollama") == ""


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_a_program_that_is_not_there_can_be_installed(user: User, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(user.bin))
    for command in ("", kind):
        check = look(kind, command=command)
        assert (check.state, check.is_usable, check.problem) == ("bad", False, "not installed")
        assert check.advice == f"npm i -g {PACKAGES[kind]}"
    assert "backends." in look(kind, command="my-own").advice


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_a_program_that_is_there_tells_its_version_and_lacks_a_login(user: User, kind: Kind) -> None:
    version = KNOWN[kind][0]
    path = user.program(kind, SAYS_VERSION.format(version=version))
    check = look(kind)

    assert (check.state, check.is_usable, check.found) == ("warn", False, str(path))
    assert (check.version, check.known, check.fit) == (version, known_range(kind), "known")
    assert check.start_seconds is not None
    assert 0 < check.start_seconds < 20
    assert check.problem == "not logged in: no login was found"
    assert check.advice


@pytest.mark.parametrize("kind", CLI_KINDS)
@pytest.mark.parametrize(("version", "word"), [("0.0.1", "older"), ("99.0.0", "newer")])
def test_another_version_is_a_warning_and_can_be_asked(user: User, kind: Kind, version: str, word: str) -> None:
    user.program(kind, SAYS_VERSION.format(version=version))
    check = look(kind, api_key_env=KEY_NAME)

    assert (check.state, check.is_usable, check.fit, check.login) == ("warn", True, word, KEY_NAME)
    assert word in check.problem
    assert known_range(kind) in check.problem


def test_a_program_that_fails_is_told_in_its_own_words(user: User) -> None:
    user.program("codex", "import sys\nprint('\\x1b[31mnode is too old', file=sys.stderr)\nsys.exit(3)")
    check = look("codex", api_key_env=KEY_NAME)

    assert (check.state, check.is_usable) == ("bad", False)
    assert check.problem == "`--version` failed: node is too old"


def test_a_key_in_its_settings_is_taken_out_of_its_words(user: User) -> None:
    user.program("codex", "import os, sys\nsys.exit('denied to ' + os.environ['PROXY_TOKEN'])")
    check = look("codex", api_key_env=KEY_NAME, env={"PROXY_TOKEN": "a-token-of-the-user"})

    assert check.problem == "`--version` failed: denied to …"


def test_a_key_that_is_not_set_is_named(user: User) -> None:
    user.program("claude", SAYS_VERSION.format(version="2.1.197"))
    check = look("claude", api_key_env="NOT_SET")

    assert check.problem == "not logged in: NOT_SET is not set"


@pytest.mark.parametrize(
    ("kind", "variable", "file", "seen"),
    [
        ("codex", "CODEX_API_KEY", "", "CODEX_API_KEY"),
        ("codex", "", ".codex/auth.json", "~/.codex/auth.json"),
        ("codex", "", "", None),
        ("gemini", "GEMINI_API_KEY", "", "GEMINI_API_KEY"),
        ("gemini", "GOOGLE_GENAI_USE_VERTEXAI", "", "GOOGLE_GENAI_USE_VERTEXAI"),
        ("gemini", "", ".gemini/oauth_creds.json", "~/.gemini/oauth_creds.json"),
        ("gemini", "", ".gemini/.env", "~/.gemini/.env"),
        ("gemini", "", "", None),
        ("claude", "ANTHROPIC_API_KEY", "", "ANTHROPIC_API_KEY"),
        ("claude", "CLAUDE_CODE_OAUTH_TOKEN", "", "CLAUDE_CODE_OAUTH_TOKEN"),
        ("claude", "CLAUDE_CODE_USE_BEDROCK", "", "CLAUDE_CODE_USE_BEDROCK"),
        ("claude", "", ".claude/.credentials.json", "~/.claude/.credentials.json"),
        ("claude", "", "", None),
        ("ollama", "", "", ""),
        ("command", "", "", ""),
    ],
)
def test_logins_are_named_and_never_shown(
    user: User, monkeypatch: pytest.MonkeyPatch, kind: BackendKind, variable: str, file: str, seen: str | None
) -> None:
    if variable:
        monkeypatch.setenv(variable, "secret")
    if file:
        path = user.home / file
        path.parent.mkdir()
        path.write_text("GEMINI_API_KEY=secret\n")

    assert login_seen(BackendSettings(name=kind, kind=kind)) == seen


def test_an_env_file_without_a_key_is_no_login(user: User) -> None:
    (user.home / ".env").write_text("OTHER=1\n")

    assert login_seen(BackendSettings(name="gemini", kind="gemini")) is None


@pytest.mark.parametrize("args", [("exec", "--oss"), ("exec", "-c", 'model_provider="lab"')])
def test_a_provider_of_ones_own_needs_no_login_that_we_know(user: User, args: tuple[str, ...]) -> None:
    assert login_seen(BackendSettings(name="codex", kind="codex", args=args)) == ""


def test_a_login_folder_can_be_elsewhere(user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "auth.json").write_text("{}")
    monkeypatch.setenv("CODEX_HOME", str(elsewhere))

    assert login_seen(BackendSettings(name="codex", kind="codex")) == str(elsewhere / "auth.json")


def test_what_is_switched_off_is_not_started(user: User) -> None:
    user.program("codex", f"import pathlib\npathlib.Path({str(user.home / 'started')!r}).touch()")
    check = look("codex", enabled=False)

    assert (check.state, check.is_usable, check.problem) == ("off", False, "switched off")
    assert look("codex", enabled=False, off="not among -b").problem == "not among -b"
    assert not (user.home / "started").exists()


def test_a_program_that_would_be_fetched_first_is_not_started(user: User) -> None:
    user.program("npx", f"import pathlib\npathlib.Path({str(user.home / 'started')!r}).touch()")
    check = look("gemini", command="npx", args=("@google/gemini-cli",), api_key_env=KEY_NAME)

    assert (check.is_usable, check.version) == (True, "")
    assert not (user.home / "started").exists()


def test_a_wrong_argument_is_told_not_raised(user: User) -> None:
    check = look("codex", args=("exec", "-s", "danger-full-access"))

    assert (check.state, check.is_usable) == ("bad", False)
    assert "danger-full-access" in check.problem


def test_servers_analysers_and_programs(user: User, model_server: ServerMaker) -> None:
    server = model_server()
    listening = look("ollama", url=server.url, model="m")
    dead = look("ollama", url="http://127.0.0.1:9", model="m")
    unnamed = look("ollama", url=server.url)
    static = look("static")
    path = user.program("team", "")
    team = look("command", command="team", name="team")

    assert (listening.state, listening.is_usable, listening.found) == ("good", True, server.url)
    assert (dead.state, dead.is_usable) == ("bad", False)
    assert (unnamed.state, unnamed.is_usable, unnamed.problem) == ("off", False, "no model is named")
    assert (static.state, static.role) == ("good", "analyser")
    assert static.version.startswith("ruff ")
    assert (team.state, team.is_usable, team.found, team.version) == ("good", True, str(path), "")
    assert look("sarif", command="not-there", name="scan").state == "bad"


def test_all_are_looked_at_side_by_side(user: User) -> None:
    names = [f"b{number}" for number in range(5)]
    for kind in CLI_KINDS:
        user.program(kind, "import time\ntime.sleep(1)\n" + SAYS_VERSION.format(version="1.0.0"))
    settings = [BackendSettings(name=name, kind=CLI_KINDS[i % 3]) for i, name in enumerate(names)]
    checks = inspect_all(settings, Seconds(seconds=20), Quiet())

    assert [check.name for check in checks] == names
    assert all(check.version == "1.0.0" for check in checks)


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_a_probe_asks_each_usable_model_once(user: User, kind: Kind) -> None:
    version = SAYS_VERSION.format(version=KNOWN[kind][0])
    user.program(kind, "import json\n" + version + SAY[kind])
    settings = [
        BackendSettings(name=kind, kind=kind, api_key_env=KEY_NAME, model=MODELS[kind]),
        BackendSettings(name="static", kind="static"),
        BackendSettings(name="off", kind="codex", enabled=False),
    ]
    said = io.StringIO()
    told = Verbose(said)
    checks = probe_all(settings, inspect_all(settings, Seconds(seconds=20), told), Seconds(seconds=20), told)

    assert checks[0].answered_seconds is not None
    for line in (
        f"{kind} starts: .*/{kind}.* --version",
        f"{kind} answered --version 1/1 after \\d",
        f"{kind} · probe\\n +Reply with one word: ready",
        f"asked {kind}: probe 1/1",
        f"{kind} answered probe 1/1 after \\d",
    ):
        assert re.search(line, said.getvalue()), line
    assert "static" not in said.getvalue()
    assert [check.is_usable for check in checks] == [True, True, False]
    assert checks[1].answered_seconds is checks[2].answered_seconds is None


def test_a_probe_that_fails_tells_the_vendors_own_words(user: User, model_server: ServerMaker) -> None:
    server = model_server({"status": 401, "body": json.dumps({"error": "your subscription has ended"})})
    settings = [BackendSettings(name="lab", kind="ollama", url=server.url, model="m")]
    checks = inspect_all(settings, Seconds(seconds=20), Quiet())
    assert checks[0].is_usable
    (check,) = probe_all(settings, checks, Seconds(seconds=20), Quiet())

    assert (check.state, check.is_usable) == ("bad", False)
    assert check.problem.startswith("not logged in: ")


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_the_real_programs(user: User, real_cli: Callable[[str], Path], kind: Kind) -> None:
    check = look(kind, command=str(real_cli(kind)), api_key_env=KEY_NAME)

    assert (check.is_usable, check.login) == (True, KEY_NAME)
    assert check.version.count(".") == 2
    assert check.fit in ("known", "newer")


INTERRUPTED = """
import sys
from lok_hooks.backends.deadline import Until
from lok_hooks.backends.inspection import inspect_all
from lok_hooks.core.settings import BackendSettings
from lok_hooks.report.live import Quiet
try:
    inspect_all([BackendSettings(name="codex", kind="codex", command=sys.argv[1])], Until.after(None), Quiet())
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_ctrl_c_waits_for_no_version(tmp_path: Path) -> None:
    program, started = tmp_path / "codex", tmp_path / "started"
    program.write_text(f"#!/bin/sh\ntouch {started}\nsleep 600\n")
    program.chmod(0o755)
    inspecting = subprocess.Popen([sys.executable, "-c", INTERRUPTED, str(program)])
    end = time.monotonic() + 20
    while not started.exists() and time.monotonic() < end:
        time.sleep(0.02)
    inspecting.send_signal(signal.SIGINT)
    interrupted = time.monotonic()
    assert inspecting.wait(timeout=30) == 130
    assert time.monotonic() - interrupted < 5
