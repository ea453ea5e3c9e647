"""Every way a program backend can fail, for each of them: the right word for it, in time, nothing left behind.

What a model server can do is done to the real CLIs by a loopback server; what only a program can do is done by fakes.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.backends import process
from lok_hooks.backends.retrying import Retrying
from lok_hooks.backends.sealed import SealedProgram, unknown_flag
from lok_hooks.core.answers import problem_with
from lok_hooks.core.ports import Failure, FailureKind, Reply
from lok_hooks.core.task import Prompt
from lok_hooks.flows.requests import unusable
from tests.backends.cli_helpers import ALL_KINDS, CLI_KINDS, CLIENT, KEY_NAME, SAY, Kind, Pressing, User, ask, user
from tests.backends.conftest import ANSWER_SCHEMA, GOOD_ANSWER, Seconds, ServerMaker

__all__ = ["user"]

RealCli = Callable[[str], Path]
MakePrompt = Callable[..., Prompt]
Outcome = FailureKind | str


def made(user: User, real_cli: RealCli, kind: Kind, url: str, **options: Any) -> SealedProgram:
    """The real CLI, or for `command` a small client program, against `url`."""
    if kind != "command":
        return user.real(kind, real_cli(kind), url, **options)
    user.program("client", CLIENT)
    return user.backend(kind, command="client", args=(url,), api_key_env=KEY_NAME, **options)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What the server does and what must come of it: a kind of failure, or the answer's text. `seconds` are given
    from the first request on. `words` must stand in the reason. `special`: kinds of which something else must come;
    None for those that it cannot be done to; `requests` how often such a one asks, 1 for all others. `advice` must
    stand in the advice, or there must be some at least."""

    rule: Mapping[str, Any]
    outcome: Outcome
    seconds: float = 20.0
    is_transient: bool = False
    retry_after: Mapping[str, float] | None = None
    words: Mapping[str, str] | None = None
    special: Mapping[str, Outcome | None] | None = None
    requests: Mapping[str, int] | None = None
    advice: str = ""


def expected_of(fault: Fault, kind: Kind) -> Outcome | None:
    """What must come of a fault for this kind of backend; None where it cannot have it."""
    return (fault.special or {}).get(kind, fault.outcome)


PROSE = "I looked at it. Here you are:\n```json\n" + json.dumps(GOOD_ANSWER) + "\n```\nThat is all."
FAULTS: Mapping[str, Fault] = {
    "401": Fault(
        rule={"status": 401, "error": "fake: this key is no good"},
        outcome=FailureKind.NOT_LOGGED_IN,
        words=dict.fromkeys(ALL_KINDS, "this key is no good"),
    ),
    "429 with Retry-After": Fault(
        rule={"status": 429, "error": "fake: slow down", "headers": {"Retry-After": "1"}},
        outcome=FailureKind.RATE_LIMITED,
        is_transient=True,
        # The CLIs keep the server's wish to themselves.
        retry_after={"command": 1.0},
        words={"codex": "429", "gemini": "slow down", "claude": "slow down", "command": "slow down"},
        advice="use another backend",
    ),
    "500 always": Fault(
        rule={"status": 500, "error": "fake: broken"},
        outcome=FailureKind.CRASHED,
        is_transient=True,
        words={"codex": "high demand", "gemini": "broken", "claude": "broken", "command": "broken"},
    ),
    "400": Fault(
        rule={"status": 400, "error": "fake: what is this"},
        outcome=FailureKind.REFUSED,
        words=dict.fromkeys(ALL_KINDS, "what is this"),
    ),
    "404": Fault(rule={"status": 404, "error": "fake: no such model"}, outcome=FailureKind.REFUSED, advice=".model"),
    "too large for the model": Fault(
        rule={"status": 400, "error": "maximum context length is 1000 tokens"},
        outcome=FailureKind.TOO_LARGE,
        advice="max_prompt_bytes",
    ),
    "dropped connection": Fault(rule={"drop": True}, outcome=FailureKind.CRASHED, is_transient=True),
    "hang": Fault(rule={"hang": 60}, outcome=FailureKind.TIMED_OUT, seconds=1.5),
    "stall in mid-stream": Fault(
        rule={"stall": 60},
        outcome=FailureKind.TIMED_OUT,
        seconds=1.5,
        special={"command": None},  # see test_a_program_that_stops_in_the_middle
    ),
    "cut stream": Fault(
        rule={"cut": True},
        outcome=FailureKind.CRASHED,
        is_transient=True,
        # claude asks again without streaming, which the server answers.
        special={"claude": json.dumps(GOOD_ANSWER), "command": None},
        requests={"claude": 2},
    ),
    "empty answer": Fault(
        rule={"answer": ""},
        outcome=FailureKind.UNREADABLE,
        words=dict.fromkeys(ALL_KINDS, "empty answer"),
        advice="another model",
    ),
    "plain text": Fault(rule={"answer": "No problem here."}, outcome="No problem here."),
    "JSON in prose and a fence": Fault(rule={"answer": PROSE}, outcome=PROSE),
}


CELLS = [(name, kind) for name, fault in FAULTS.items() for kind in ALL_KINDS if expected_of(fault, kind) is not None]


@pytest.mark.parametrize(("name", "kind"), CELLS)
def test_what_a_server_can_do(
    name: str, kind: Kind, user: User, real_cli: RealCli, model_server: ServerMaker, make_prompt: MakePrompt
) -> None:
    fault = FAULTS[name]
    server = model_server(fault.rule)
    backend = made(user, real_cli, kind, server.url)
    deadline = Pressing(server=server, start=30, rest=fault.seconds)
    with user.leaves_nothing():
        answer = backend.ask(make_prompt(schema=ANSWER_SCHEMA), deadline)
        assert time.monotonic() < deadline.end + 1
    assert server.asked(), "the server was never asked, so this says nothing"
    expected = expected_of(fault, kind)
    if not isinstance(expected, FailureKind):
        assert isinstance(answer, Reply)
        assert answer.text.strip() == expected
        assert kind not in (fault.requests or {}) or len(server.asked()) == (fault.requests or {})[kind]
        return
    assert isinstance(answer, Failure)
    assert answer.kind is expected
    assert (fault.words or {}).get(kind, "") in answer.reason
    # gemini's error stands behind its stack traces.
    assert "file://" not in answer.reason
    assert answer.is_transient is fault.is_transient
    assert answer.retry_after == (fault.retry_after or {}).get(kind)
    assert answer.advice
    assert fault.advice in answer.advice
    # Their own retries would cost minutes; claude asks up to three times for an answer in the schema's form.
    assert len(server.asked()) <= (3 if kind == "claude" else 1)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_refused_connection(kind: Kind, user: User, real_cli: RealCli, make_prompt: MakePrompt) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with user.leaves_nothing():
            answer = ask(made(user, real_cli, kind, url), make_prompt(), 20)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.CRASHED
    assert answer.is_transient


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_no_login(kind: Kind, user: User, real_cli: RealCli, make_prompt: MakePrompt) -> None:
    backend = user.backend(kind, command=str(real_cli(kind)))
    with user.leaves_nothing():
        answer = ask(backend, make_prompt(), 20)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.NOT_LOGGED_IN
    assert {"codex": "codex login", "gemini": "GEMINI_API_KEY", "claude": "/login"}[kind] in answer.advice
    assert not answer.is_transient


def test_a_command_without_its_login_is_told_in_its_own_words(user: User, make_prompt: MakePrompt) -> None:
    user.program("mine", "import sys; sys.exit('You are not logged in. Run acme login.')")
    answer = ask(user.backend("command", command="mine"), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.reason) == (
        FailureKind.NOT_LOGGED_IN,
        "exit code 1: You are not logged in. Run acme login.",
    )
    assert answer.advice == "log in to mine, or name its key's variable: backends.command.api_key_env"
    assert not answer.is_transient


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("status", [500, 429])
def test_a_passing_fault_is_mended_by_asking_again(
    kind: Kind, status: int, user: User, real_cli: RealCli, model_server: ServerMaker, make_prompt: MakePrompt
) -> None:
    server = model_server({"status": status, "times": 1, "headers": {"Retry-After": "1"}})
    backend = made(user, real_cli, kind, server.url)
    with user.leaves_nothing():
        answer = Retrying(backend).ask(make_prompt(schema=ANSWER_SCHEMA), Seconds(seconds=30))
    assert isinstance(answer, Reply)
    assert json.loads(answer.text) == GOOD_ANSWER
    assert len(server.asked()) == 2


HALF = json.dumps(GOOD_ANSWER)[:29]


def test_a_program_that_stops_in_the_middle_and_hangs(user: User, make_prompt: MakePrompt) -> None:
    user.program("fake", f"import time; print({HALF!r}, end='', flush=True); time.sleep(60)")
    with user.leaves_nothing():
        answer = ask(fake(user, "command"), make_prompt(), 1.5)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.is_transient) == (FailureKind.TIMED_OUT, False)


def test_a_program_that_stops_in_the_middle_and_fails(user: User, make_prompt: MakePrompt) -> None:
    user.program("fake", f"import sys; print({HALF!r}, end=''); sys.exit(1)")
    with user.leaves_nothing():
        answer = ask(fake(user, "command"), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.answer) == (FailureKind.CRASHED, HALF)
    assert answer.reason == f"exit code 1: {HALF}"


def test_a_program_that_stops_in_the_middle_as_if_all_were_well(user: User, make_prompt: MakePrompt) -> None:
    user.program("fake", f"print({HALF!r}, end='')")
    prompt = make_prompt()
    with user.leaves_nothing():
        answer = ask(fake(user, "command"), prompt, 10)
    assert isinstance(answer, Reply)
    problem = problem_with(answer.text, prompt)
    assert problem is not None
    assert unusable(answer, problem, str).reason == f"the answer could not be read: it is not JSON: {HALF}"


def test_a_program_that_fails_once_is_asked_again_when_it_says(user: User, make_prompt: MakePrompt) -> None:
    mark = user.home / "been here"
    user.program(
        "fake",
        f"""
import os, sys
if not os.path.exists({str(mark)!r}):
    open({str(mark)!r}, "w").close()
    print('{{"error": {{"message": "slow down, retry after 1.5 s", "code": 429}}}}')
    sys.exit(0)
print("ANSWER")
""",
    )
    started = time.monotonic()
    with user.leaves_nothing():
        answer = Retrying(fake(user, "command")).ask(make_prompt(), Seconds(seconds=20))
    assert isinstance(answer, Reply)
    assert answer.text == "ANSWER\n"
    assert time.monotonic() - started >= 1.5


ERROR_INSIDE: Mapping[Kind, tuple[str, FailureKind, str]] = {
    "codex": (
        """print('{"type":"item.completed","item":{"type":"agent_message","text":"half an answer"}}')
print('{"type":"turn.failed","error":{"message":"unexpected status 401 Unauthorized: no"}}')""",
        FailureKind.NOT_LOGGED_IN,
        "401 Unauthorized",
    ),
    "gemini": (
        """print('{"response": "half", "error": {"type": "ApiError", "message": "quota exceeded", "code": 429}}')""",
        FailureKind.RATE_LIMITED,
        "quota exceeded",
    ),
    "claude": (
        """print('{"type":"result","subtype":"success","is_error":true,"api_error_status":529,"result":"Overloaded"}')""",
        FailureKind.CRASHED,
        "Overloaded",
    ),
    "command": (
        """print('{"error": {"message": "quota exceeded for team acme, resets at 18:00"}}')""",
        FailureKind.RATE_LIMITED,
        "quota exceeded for team acme, resets at 18:00",
    ),
}


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_exit_0_with_an_error_inside(kind: Kind, user: User, make_prompt: MakePrompt) -> None:
    code, expected, words = ERROR_INSIDE[kind]
    user.program("fake", code)
    with user.leaves_nothing():
        answer = ask(fake(user, kind), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert answer.kind is expected
    assert words in answer.reason


def fake(user: User, kind: Kind, **options: Any) -> SealedProgram:
    """A backend of this kind that runs the program `fake`, with a login."""
    return user.backend(kind, command="fake", url="http://127.0.0.1:1", api_key_env=KEY_NAME, **options)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_50_megabytes_of_output(kind: Kind, user: User, make_prompt: MakePrompt) -> None:
    user.program("fake", "import sys\nfor _ in range(50): sys.stdout.write('x' * 1_000_000)")
    with user.leaves_nothing():
        answer = ask(fake(user, kind), make_prompt(), 20)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.UNREADABLE
    assert "16 MiB" in answer.reason
    assert answer.advice


STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_program_that_ignores_sigterm(kind: Kind, user: User, make_prompt: MakePrompt) -> None:
    user.program("fake", STUBBORN)
    with user.leaves_nothing():
        answer = ask(fake(user, kind), make_prompt(), 1)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.TIMED_OUT
    assert answer.advice


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_backends_own_timeout_counts_too(kind: Kind, user: User, make_prompt: MakePrompt) -> None:
    user.program("fake", "import time; time.sleep(60)")
    with user.leaves_nothing():
        answer = ask(fake(user, kind, timeout=0.5), make_prompt(), 30)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.TIMED_OUT
    assert answer.seconds < 2


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_cancelled_question(kind: Kind, user: User, make_prompt: MakePrompt) -> None:
    user.program("fake", "import time; time.sleep(60)")
    deadline = Seconds(seconds=30)
    deadline.cancel()
    answer = fake(user, kind).ask(make_prompt(), deadline)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.CANCELLED


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("session", ["True", "False"], ids=["own session", "same group"])
def test_a_grandchild_left_behind(kind: Kind, session: str, user: User, make_prompt: MakePrompt) -> None:
    user.program(
        "fake",
        f"""
import json, subprocess, sys
left = subprocess.Popen([sys.executable, "-IS", "-c", "import time; time.sleep(60)"], start_new_session={session})
open({str(user.home / "left")!r}, "w").write(str(left.pid))
{SAY[kind]}
""",
    )
    with user.leaves_nothing():
        answer = ask(fake(user, kind), make_prompt(), 10)
    assert isinstance(answer, Reply)
    assert answer.text.strip() == "ANSWER"
    assert answer.seconds < 3
    assert not is_running(int((user.home / "left").read_text()))


def is_running(pid: int) -> bool:
    """False for a process that is gone, or dead and not yet collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_output_in_no_known_form(kind: Kind, user: User, make_prompt: MakePrompt) -> None:
    user.program("fake", "print('\\x1b[31mWelcome to version 99\\x1b[0m')")
    answer = ask(fake(user, kind), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.UNREADABLE
    assert "Welcome to version 99" in answer.reason
    assert "\x1b" not in answer.reason
    assert "Welcome to version 99" in answer.answer
    assert "npm i -g @" in answer.advice


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_missing_program(kind: Kind, user: User, make_prompt: MakePrompt) -> None:
    backend = fake(user, kind)
    missing = backend.missing()
    assert missing is not None
    assert (missing.kind, missing.backend) == (FailureKind.MISSING, kind)
    assert "fake" in missing.reason
    assert "command" in missing.advice
    answer = ask(backend, make_prompt(), 5)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.MISSING


@pytest.mark.parametrize("is_named", [True, False], ids=["as in the built-in settings", "without a command"])
@pytest.mark.parametrize(
    ("kind", "package"),
    [("codex", "@openai/codex"), ("gemini", "@google/gemini-cli"), ("claude", "@anthropic-ai/claude-code")],
)
def test_a_cli_that_is_not_installed_comes_with_how_to_install_it(
    kind: Kind, package: str, is_named: bool, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(user.bin))
    missing = user.backend(kind, command=kind if is_named else "").missing()
    assert missing is not None
    assert (missing.kind, missing.advice) == (FailureKind.MISSING, f"npm i -g {package}")


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_a_wrapper_that_is_not_installed_is_not_taken_for_the_cli(kind: Kind, user: User) -> None:
    missing = user.backend(kind, command=kind, command_wrapper="no-such-shell --run '{cmd}'").missing()
    assert missing is not None
    assert (missing.kind, "no-such-shell" in missing.reason) == (FailureKind.MISSING, True)
    assert "command_wrapper" in missing.advice


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_a_version_that_does_not_know_our_flags(kind: Kind, user: User, make_prompt: MakePrompt) -> None:
    user.program("fake", "import sys; sys.exit(\"warning: old\\nerror: unexpected argument '-x' found\\n\\nUsage: …\")")
    answer = ask(fake(user, kind), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.CRASHED
    assert "version is not supported, known: " in answer.reason
    assert answer.reason.endswith(": error: unexpected argument '-x' found")
    assert "npm i -g @" in answer.advice


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_how_the_real_ones_say_that_they_do_not_know_a_flag(kind: Kind, user: User, real_cli: RealCli) -> None:
    before = {"codex": ["exec"], "gemini": [], "claude": ["-p"]}[kind]
    finished = process.run(
        [str(real_cli(kind)), *before, "--nope-flag"],
        stdin=b"Review",
        cwd=user.tmp,
        env={"PATH": os.environ["PATH"], "HOME": str(user.home)},
        deadline=Seconds(seconds=30),
    )
    assert finished.returncode
    assert "nope-flag" in unknown_flag(finished.stderr.decode())


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_vendors_message_never_shows_the_key(
    kind: Kind, user: User, make_prompt: MakePrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.program("fake", f"import os, sys; sys.exit('401 for the key ' + os.environ[{KEY_NAME!r}])")
    answer = ask(fake(user, kind), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert "401 for the key …" in answer.reason


@pytest.mark.parametrize("kind", CLI_KINDS)
def test_a_prompt_that_the_cli_would_cut_is_too_large(kind: Kind, user: User, make_prompt: MakePrompt) -> None:
    user.program("fake", "raise SystemExit(9)")
    answer = ask(fake(user, kind), make_prompt("Review " + "x" * 4_000_000), 10)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.TOO_LARGE
    assert "max_prompt_bytes" in answer.advice


NO_SPACE = """
import os, resource, signal, sys
from lok_hooks.backends.gemini import Gemini
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.task import Chunk, Prompt
from tests.backends.conftest import Seconds
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
backend = Gemini(BackendSettings(name="g", kind="gemini", command="/bin/true"))
prompt = Prompt(task="hunt", text="Review", receipt="t", chunk=Chunk(pieces=()))
answer = backend.ask(prompt, Seconds(seconds=5))
print(answer.kind.value, "|", answer.reason, "|", answer.advice)
"""


def test_a_full_disk_is_a_failure_in_plain_words(user: User, make_prompt: MakePrompt) -> None:
    finished = process.run(
        [sys.executable, "-c", NO_SPACE],
        stdin=b"",
        cwd=Path(__file__).parents[2],
        env={"PATH": "/usr/bin:/bin", "GEMINI_API_KEY": "x", "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(user.tmp)},
        deadline=Seconds(seconds=30),
    )
    kind, reason, advice = finished.stdout.decode().split(" | ")
    assert kind == "crashed"
    assert reason.startswith("no private directory to run it in: ")
    assert "disk space" in advice
    assert list(user.tmp.iterdir()) == []
