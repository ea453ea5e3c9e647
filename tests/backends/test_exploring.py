"""Models at large in a directory: what they can read there, and that they can do nothing else."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.backends.all import EXPLORERS, make_exploring
from lok_hooks.core.ports import Failure, FailureKind, Reply
from lok_hooks.core.settings import BackendKind, BackendSettings
from lok_hooks.core.task import Prompt, plain_prompt
from lok_hooks.errors import ConfigError, InternalError
from tests.backends.cli_helpers import CLI_KINDS, KEY, KEY_NAME, MARK, MODELS, Kind, User, read_report, spy, user
from tests.backends.conftest import ANSWER_SCHEMA, GOOD_ANSWER, ModelServer, Seconds, ServerMaker
from tests.fake_model_server import strings, tool_names

__all__ = ["user"]
RealCli = Callable[[str], Path]
QUESTION = plain_prompt("ask", "What does price() return?")
NEEDLE = "needle-in-the-tree"
OUTSIDE = "lies-outside-the-tree"
# Tools that the model asks for; {0} is the directory, {1} its parent.
Tool = tuple[str, dict[str, str]]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A directory with a source file and a link that leads out of it, beside a file that is nobody's business."""
    folder = tmp_path / "work" / "tree"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "shop.py").write_text(f"def price():\n    return {NEEDLE!r}\n")
    (folder.parent / "secret.txt").write_text(OUTSIDE)
    (folder / "link.txt").symlink_to("../secret.txt")
    return folder


def explore(
    user: User, tree: Path, kind: Kind, program: Path, server: ModelServer, prompt: Prompt = QUESTION
) -> Reply | Failure:
    """The real program's answer, exploring `tree`."""
    settings = BackendSettings(
        name=kind,
        kind=kind,
        command=str(program),
        model=MODELS[kind],
        url=f"{server.url}/v1" if kind == "codex" else server.url,
        api_key_env=KEY_NAME,
        timeout=30,
        env={MARK: user.mark},
    )
    with user.leaves_nothing():
        answer = make_exploring(settings, tree).ask(prompt, Seconds(seconds=30))
    assert isinstance(answer, Reply | Failure)
    return answer


def told(server: ModelServer) -> str:
    """What the model was told last: what its tools found."""
    body: dict[str, Any] = server.asked()[-1]["body"]
    # Without what it asked for itself.
    calls = ("function_call", "tool_use")
    turns = body.get("input") or body.get("contents") or body.get("messages") or []
    parts = [part for turn in turns for part in turn.get("parts") or turn.get("content") or [turn] if part]
    said = [
        part
        for part in [*parts, *(turn for turn in turns if turn.get("type") == "function_call_output")]
        if isinstance(part, dict) and part.get("type") not in calls and "functionCall" not in part
    ]
    return "\n".join(strings(said))


READS: list[tuple[Kind, Tool]] = [
    ("codex", ("exec_command", {"cmd": "cat {0}/lib/shop.py"})),
    ("codex", ("exec_command", {"cmd": "rg --no-filename needle {0}"})),
    ("gemini", ("read_file", {"file_path": "{0}/lib/shop.py"})),
    ("gemini", ("grep_search", {"pattern": "price", "dir_path": "{0}"})),
    ("claude", ("Read", {"file_path": "{0}/lib/shop.py"})),
    ("claude", ("Grep", {"pattern": "price", "path": "{0}", "output_mode": "content", "-A": "1"})),
]
LISTS: list[tuple[Kind, Tool]] = [
    ("codex", ("exec_command", {"cmd": "ls {0}/lib"})),
    ("gemini", ("list_directory", {"dir_path": "{0}/lib"})),
    ("gemini", ("glob", {"pattern": "**/*.py", "dir_path": "{0}"})),
    ("claude", ("Glob", {"pattern": "**/*.py", "path": "{0}"})),
]
ESCAPES: list[tuple[Kind, Tool]] = [
    ("codex", ("exec_command", {"cmd": "cat {1}/secret.txt {0}/link.txt"})),
    ("codex", ("exec_command", {"cmd": "cat /etc/passwd /etc/shadow /etc/pip.conf; ls /etc"})),
    ("gemini", ("read_file", {"file_path": "{1}/secret.txt"})),
    ("gemini", ("read_file", {"file_path": "{0}/link.txt"})),
    ("claude", ("Read", {"file_path": "{1}/secret.txt"})),
    ("claude", ("Read", {"file_path": "{0}/link.txt"})),
    ("claude", ("Grep", {"pattern": "outside", "path": "{1}", "output_mode": "content"})),
]
WRITES: list[tuple[Kind, Tool]] = [
    ("codex", ("exec_command", {"cmd": "touch {0}/new {1}/new; rm {0}/lib/shop.py"})),
    ("codex", ("apply_patch", {"input": "*** Begin Patch\n*** Add File: {0}/new\n+x\n*** End Patch"})),
    ("gemini", ("write_file", {"file_path": "{0}/new", "content": "x"})),
    ("gemini", ("run_shell_command", {"command": "touch {0}/new"})),
    ("claude", ("Write", {"file_path": "{0}/new", "content": "x"})),
    ("claude", ("Bash", {"command": "touch {0}/new"})),
]


def rule(tool: Tool, tree: Path) -> dict[str, Any]:
    """A model that asks for this tool once."""
    name, given = tool
    places = {"{0}": str(tree), "{1}": str(tree.parent)}
    for mark, place in places.items():
        given = {key: value.replace(mark, place) for key, value in given.items()}
    return {"tool": {"name": name, "input": given}, "times": 1}


@pytest.mark.parametrize(
    ("kind", "tool", "found"), [*((*read, NEEDLE) for read in READS), *((*ls, "shop.py") for ls in LISTS)]
)
def test_the_real_ones_find_what_stands_in_the_directory(
    kind: Kind, tool: Tool, found: str, user: User, tree: Path, real_cli: RealCli, model_server: ServerMaker
) -> None:
    server = model_server(rule(tool, tree), answer="It returns a needle.")
    answer = explore(user, tree, kind, real_cli(kind), server)
    assert isinstance(answer, Reply)
    assert answer.text == "It returns a needle."
    assert found in told(server)


@pytest.mark.parametrize(
    ("name", "kind", "tool"),
    [
        (name, *read)
        for name in ("a,b", "[id]", "ä 'b $(c)", "\U0001f600")
        for read in READS[::2]
        if (name, read[0]) != ("[id]", "codex")
    ],
)
def test_whatever_the_directory_is_called(
    kind: Kind, tool: Tool, name: str, user: User, tree: Path, real_cli: RealCli, model_server: ServerMaker
) -> None:
    renamed = tree.rename(tree.with_name(name))
    if kind == "codex":
        tool = (tool[0], {"cmd": f"cat {shlex.quote(str(renamed))}/lib/shop.py"})
    server = model_server(rule(tool, renamed))
    assert isinstance(explore(user, renamed, kind, real_cli(kind), server), Reply)
    assert NEEDLE in told(server)


@pytest.mark.parametrize(("kind", "tool"), ESCAPES)
def test_what_lies_outside_cannot_be_read(
    kind: Kind, tool: Tool, user: User, tree: Path, real_cli: RealCli, model_server: ServerMaker
) -> None:
    server = model_server(rule(tool, tree))
    assert isinstance(explore(user, tree, kind, real_cli(kind), server), Reply)
    assert len(server.asked()) == 2
    assert OUTSIDE not in server.log.read_text()
    assert "root:" not in server.log.read_text()


@pytest.mark.parametrize(("kind", "tool"), WRITES)
def test_nothing_can_be_written(
    kind: Kind, tool: Tool, user: User, tree: Path, real_cli: RealCli, model_server: ServerMaker
) -> None:
    before = sorted(tree.parent.rglob("*"))
    server = model_server(rule(tool, tree))
    assert isinstance(explore(user, tree, kind, real_cli(kind), server), Reply)
    assert len(server.asked()) == 2
    assert sorted(tree.parent.rglob("*")) == before


def test_codex_commands_have_neither_the_key_nor_a_network(
    user: User, tree: Path, real_cli: RealCli, model_server: ServerMaker
) -> None:
    other = model_server()
    look = f"env; cat /proc/*/environ | tr '\\0' '\\n'; curl -sS --max-time 3 {other.url}/ ; echo done"
    server = model_server(rule(("exec_command", {"cmd": look}), tree))
    assert isinstance(explore(user, tree, "codex", real_cli("codex"), server), Reply)
    assert "done" in told(server)
    assert "PATH=" in told(server)
    assert KEY not in told(server)
    assert other.requests() == []


def test_codex_commands_cannot_read_the_login_that_was_lent(
    user: User, tree: Path, real_cli: RealCli, model_server: ServerMaker
) -> None:
    (user.home / ".codex").mkdir()
    (user.home / ".codex" / "auth.json").write_text('{"OPENAI_API_KEY": "sk-of-the-file-123"}')
    look = f"cat {user.tmp}/*/codex/auth.json {user.home}/.codex/auth.json; echo done"
    server = model_server(rule(("exec_command", {"cmd": look}), tree))
    settings = BackendSettings(
        name="codex", kind="codex", command=str(real_cli("codex")), args=("-c", f'openai_base_url="{server.url}/v1"')
    )
    with user.leaves_nothing():
        answer = make_exploring(settings, tree).ask(QUESTION, Seconds(seconds=30))
    assert isinstance(answer, Reply)
    assert {request["headers"]["authorization"] for request in server.asked()} == {"Bearer sk-of-the-file-123"}
    assert "done" in told(server)
    assert "sk-of-the-file-123" not in told(server)


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_only_reading_tools_are_offered(
    kind: Kind, user: User, tree: Path, real_cli: RealCli, model_server: ServerMaker
) -> None:
    server = model_server()
    assert isinstance(explore(user, tree, kind, real_cli(kind), server), Reply)
    offered = {
        "codex": {"exec_command", "write_stdin", "request_user_input"},
        "gemini": {"list_directory", "read_file", "grep_search", "glob"},
        "claude": {"Read", "Glob", "Grep"},
    }
    assert {name for name in tool_names(server.asked()[0]["body"]) if name} == offered[kind]
    assert str(tree) in "\n".join(strings(server.asked()[0]["body"]))


@pytest.mark.parametrize("kind", ["codex", "claude"])
def test_a_schema_is_still_asked_for(
    kind: Kind, user: User, tree: Path, real_cli: RealCli, model_server: ServerMaker, make_prompt: Callable[..., Prompt]
) -> None:
    server = model_server()
    answer = explore(user, tree, kind, real_cli(kind), server, make_prompt(schema=ANSWER_SCHEMA))
    assert isinstance(answer, Reply)
    assert json.loads(answer.text) == GOOD_ANSWER
    assert '"receipt"' in json.dumps(server.asked()[0]["body"].get("tools", [])) + json.dumps(
        server.asked()[0]["body"].get("text", {})
    )


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_a_cli_stands_in_its_own_empty_room(kind: Kind, user: User, tree: Path) -> None:
    report = spy(user, kind)
    settings = BackendSettings(name=kind, kind=kind, url="http://127.0.0.1:1", api_key_env=KEY_NAME)
    answer = make_exploring(settings, tree).ask(QUESTION, Seconds(seconds=20))
    assert isinstance(answer, Reply)
    seen = read_report(report)
    assert seen["cwd_files"] == []
    assert not Path(seen["cwd"]).is_relative_to(tree)
    assert str(tree) in json.dumps([seen["argv"], seen["gemini_home"]])


def test_a_program_of_the_users_stands_in_the_directory(user: User, tree: Path) -> None:
    user.program("asker", "import os, sys; print(os.getcwd(), sorted(os.listdir()), sys.stdin.read())")
    settings = BackendSettings(name="own", kind="command", command="asker")
    answer = make_exploring(settings, tree).ask(QUESTION, Seconds(seconds=20))
    assert isinstance(answer, Reply)
    assert answer.text.strip() == f"{tree} ['lib', 'link.txt'] {QUESTION.text}"


@pytest.mark.parametrize(("kind", "path"), [("ollama", ""), ("openai", "/v1")])
def test_a_server_is_asked_as_ever(
    kind: BackendKind, path: str, user: User, tree: Path, model_server: ServerMaker
) -> None:
    server = model_server(answer="By its name.")
    settings = BackendSettings(
        name=kind, kind=kind, url=f"{server.url}{path}", model="fake-model", api_key_env=KEY_NAME
    )
    answer = make_exploring(settings, tree).ask(QUESTION, Seconds(seconds=20))
    assert isinstance(answer, Reply)
    assert answer.text == "By its name."
    assert QUESTION.text in server.log.read_text()


def test_a_passing_failure_is_asked_again(user: User, tree: Path, model_server: ServerMaker) -> None:
    server = model_server({"status": 503, "times": 1}, answer="At last.")
    settings = BackendSettings(name="own", kind="openai", url=f"{server.url}/v1", model="m", api_key_env=KEY_NAME)
    notes: list[str] = []
    answer = make_exploring(settings, tree, notes.append).ask(QUESTION, Seconds(seconds=20))
    assert isinstance(answer, Reply)
    assert [note.startswith("own: ") for note in notes] == [True]


@pytest.mark.parametrize("kind", ["static", "sarif"])
def test_an_analyser_does_not_explore(kind: BackendKind, tree: Path) -> None:
    with pytest.raises(InternalError):
        make_exploring(BackendSettings(name=kind, kind=kind, command="scan"), tree)


def test_every_model_can_explore() -> None:
    assert set(EXPLORERS) == {"codex", "gemini", "claude", "ollama", "openai", "command"}


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_an_argument_that_unlocks_is_refused(kind: Kind, tree: Path) -> None:
    loose = {"codex": "--full-auto", "gemini": "--yolo", "claude": "--dangerously-skip-permissions"}
    with pytest.raises(ConfigError, match=loose[kind]):
        make_exploring(BackendSettings(name=kind, kind=kind, args=(loose[kind],)), tree)


def test_a_program_that_is_not_there_is_a_failure(user: User, tree: Path) -> None:
    settings = BackendSettings(name="own", kind="codex", command="no-such-program")
    answer = make_exploring(settings, tree).ask(QUESTION, Seconds(seconds=5))
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.MISSING


@pytest.mark.parametrize(
    ("command", "args", "wrapper", "own"),
    [
        ("codex", (), "", "{bin}/codex"),
        ("codex", (), "nice {cmd}", "{bin}/codex"),
        ("codex", (), "nix {cmd}", "{bin}/codex /nix/store"),
        ("no-such-codex", (), "nix {cmd}", "/nix/store"),
        ("npx", ("-y", "@openai/codex"), "", "{home}/.npm"),
        ("{home}/@openai/codex/bin/codex.js", (), "", "{home}/@openai"),
    ],
)
def test_codex_reads_programs_the_directory_and_itself_alone(
    command: str, args: tuple[str, ...], wrapper: str, own: str, user: User, tree: Path
) -> None:
    places = {"bin": user.bin, "home": user.home}
    named = command.format(**places)
    (user.home / "@openai" / "codex" / "bin").mkdir(parents=True)
    report = spy(user, "codex", name=named if command != "no-such-codex" else "codex")
    user.program("nix", "import os, sys; os.execvp('codex', ['codex', *sys.argv[2:]])")
    settings = BackendSettings(
        name="codex", kind="codex", command=named, args=args, command_wrapper=wrapper,
        url="http://127.0.0.1:1", api_key_env=KEY_NAME,
    )  # fmt: skip
    assert isinstance(make_exploring(settings, tree).ask(QUESTION, Seconds(seconds=20)), Reply)
    argv = read_report(report)["argv"]
    readable = ",".join(f'"{place}"="read"' for place in (tree, *own.format(**places).split()))
    assert f'permissions.lok.filesystem={{":minimal"="read","/etc"="none",{readable}}}' in argv
    assert "-s" not in argv
    assert 'shell_environment_policy={inherit="none",set={PATH="/usr/local/bin:/usr/bin:/bin"}}' in argv


@pytest.mark.parametrize(("command", "wrapper"), [("inside-the-container", "wrap {cmd}"), ("{home}/codex.js", "")])
def test_codex_is_not_started_where_it_cannot_be_kept_to_the_directory(
    command: str, wrapper: str, user: User, tree: Path
) -> None:
    named = command.format(home=user.home)
    for program in ("wrap", f"{user.home}/codex.js"):
        user.program(program, "raise SystemExit(9)")
    settings = BackendSettings(
        name="codex", kind="codex", command=named, command_wrapper=wrapper,
        url="http://127.0.0.1:1", api_key_env=KEY_NAME,
    )  # fmt: skip
    said = make_exploring(settings, tree).ask(QUESTION, Seconds(seconds=20))
    assert isinstance(said, Failure)
    assert (said.kind, "cannot be kept to" in said.reason) == (FailureKind.REFUSED, True)
    assert "backends.codex.command" in said.advice


def test_codex_is_not_started_where_it_could_read_nothing(user: User, tree: Path) -> None:
    spy(user, "codex")
    settings = BackendSettings(name="codex", kind="codex", url="http://127.0.0.1:1", api_key_env=KEY_NAME)
    said = make_exploring(settings, tree.rename(tree.with_name("[id]"))).ask(QUESTION, Seconds(seconds=20))
    assert isinstance(said, Failure)
    assert (said.kind, "could read nothing" in said.reason) == (FailureKind.REFUSED, True)
    assert said.advice.endswith("[id]")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("export GOOGLE_GEMINI_BASE_URL = 'http://127.0.0.1:1#x' # mine", "http://127.0.0.1:1#x"),
        ('  GOOGLE_GEMINI_BASE_URL="http://127.0.0.1:1"\r', "http://127.0.0.1:1"),
        ("GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:1 # mine", "http://127.0.0.1:1"),
    ],
)
def test_a_server_that_geminis_user_chose_in_a_file_counts(line: str, value: str, user: User, tree: Path) -> None:
    (user.home / ".gemini").mkdir()
    (user.home / ".gemini" / ".env").write_text(f"GEMINI_API_KEY=k\n{line}\nNODE_OPTIONS=--require=/x.js\n")
    report = spy(user, "gemini")
    assert isinstance(
        make_exploring(BackendSettings(name="gemini", kind="gemini"), tree).ask(QUESTION, Seconds(seconds=20)), Reply
    )
    env = read_report(report)["env"]
    assert (env["GOOGLE_GEMINI_BASE_URL"], env["GEMINI_API_KEY"]) == (value, "k")
    assert "NODE_OPTIONS" not in env
    assert env["GEMINI_CLI_TRUST_WORKSPACE"] == "false"


def test_what_geminis_user_says_in_the_environment_stands_over_that_file(
    user: User, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (user.home / ".gemini").mkdir()
    (user.home / ".gemini" / ".env").write_text(
        "GEMINI_API_KEY=of-the-file\nGOOGLE_GEMINI_BASE_URL=http://127.0.0.1:1\n"
    )
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:2")
    report = spy(user, "gemini")
    settings = BackendSettings(name="gemini", kind="gemini")
    assert isinstance(make_exploring(settings, tree).ask(QUESTION, Seconds(seconds=20)), Reply)
    env = read_report(report)["env"]
    assert (env["GOOGLE_GEMINI_BASE_URL"], env["GEMINI_API_KEY"]) == ("http://127.0.0.1:2", "of-the-file")
