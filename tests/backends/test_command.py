"""Any program as a reviewer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lok_hooks.backends.command import Command
from lok_hooks.core.ports import Failure, FailureKind, Reply, Traits
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.task import Prompt
from lok_hooks.errors import ConfigError
from tests.backends.cli_helpers import KEY, KEY_NAME, MARK, User, ask, read_report, spy, user

__all__ = ["user"]
MakePrompt = Callable[..., Prompt]


def test_the_prompt_goes_in_and_the_answer_comes_out(user: User, make_prompt: MakePrompt) -> None:
    user.program("mine", "import sys; print(sys.argv[1:], sys.stdin.read().upper())")
    answer = ask(user.backend("command", command="mine", args=("-a", "b c")), make_prompt("/review thïs\n"), 10)
    assert isinstance(answer, Reply)
    assert answer.text == "['-a', 'b c'] /REVIEW THÏS\n\n"
    assert answer.backend == "command"
    assert 0 < answer.seconds < 10


def test_it_is_sealed(user: User, make_prompt: MakePrompt, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index.lock")
    monkeypatch.setenv("OPENAI_API_KEY", "not yours")
    monkeypatch.setenv("CLAUDECODE", "1")
    monkeypatch.chdir(tmp_path)
    report = spy(user, "command", "mine")
    ask(user.backend("command", command="mine", api_key_env=KEY_NAME, env={"MODE": "fast"}), make_prompt(), 10)
    seen = read_report(report)
    assert (seen["cwd_files"], seen["cwd_mode"]) == ([], "0o700")
    assert Path(seen["cwd"]).is_relative_to(user.tmp)
    assert seen["env"].keys() & {"GIT_INDEX_FILE", "OPENAI_API_KEY", "CLAUDECODE"} == set()
    assert seen["env"][KEY_NAME] == KEY
    assert seen["env"]["MODE"] == "fast"
    assert seen["env"]["HOME"] == str(user.home)
    assert not Path(seen["cwd"]).exists()


def test_first_lines_are_dropped(user: User, make_prompt: MakePrompt) -> None:
    user.program("mine", "print('Welcome\\nto mine\\n{\"a\": 1}\\n')")
    answer = ask(user.backend("command", command="mine", skip_lines=2), make_prompt(), 10)
    assert isinstance(answer, Reply)
    assert answer.text.strip() == '{"a": 1}'


def test_nothing_but_dropped_lines_is_an_empty_answer(user: User, make_prompt: MakePrompt) -> None:
    user.program("mine", "print('Welcome')")
    answer = ask(user.backend("command", command="mine", skip_lines=1), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.reason) == (FailureKind.UNREADABLE, "empty answer")


def test_a_program_that_fails_is_told_in_its_own_words(user: User, make_prompt: MakePrompt) -> None:
    user.program("mine", "import sys; print('half'); sys.exit('\\x1b[31mno\\x1b[0m disk\\n')")
    answer = ask(user.backend("command", command="mine"), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.reason, answer.answer) == (FailureKind.CRASHED, "exit code 1: no disk", "half\n")
    assert "mine" in answer.advice


def test_a_program_that_dies_of_an_exception_is_told_without_its_stack(user: User, make_prompt: MakePrompt) -> None:
    user.program("mine", "import urllib.error\nraise urllib.error.HTTPError('http://h', 401, 'Unauthorized', {}, None)")
    answer = ask(user.backend("command", command="mine"), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.NOT_LOGGED_IN
    assert answer.reason == "exit code 1: urllib.error.HTTPError: HTTP Error 401: Unauthorized"


def test_words_in_the_paths_of_a_stack_trace_mean_nothing(user: User, make_prompt: MakePrompt) -> None:
    user.program("mine", "import json\ndef connection(): json.loads('quota')\nconnection()")
    answer = ask(user.backend("command", command="mine"), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.is_transient) == (FailureKind.CRASHED, False)
    assert answer.reason == "exit code 1: json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_an_error_object_is_told_by_its_message(stream: str, user: User, make_prompt: MakePrompt) -> None:
    error = '{"type": "error", "error": {"type": "overloaded_error", "message": "try later"}}'
    user.program("mine", f"import sys; print({error!r}, file=sys.{stream}); sys.exit(3)")
    answer = ask(user.backend("command", command="mine"), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.is_transient, answer.reason) == (FailureKind.CRASHED, True, "exit code 3: try later")


def test_an_empty_answer_comes_with_what_was_said_besides(user: User, make_prompt: MakePrompt) -> None:
    user.program("mine", "import sys; print('\\x1b[31mall is lost', file=sys.stderr)")
    answer = ask(user.backend("command", command="mine"), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.reason) == (FailureKind.UNREADABLE, "empty answer: all is lost")


@pytest.mark.parametrize("ending", ["", "; sys.exit(1)"], ids=["well", "with a failure"])
def test_its_key_stands_in_nothing_it_says(ending: str, user: User, make_prompt: MakePrompt) -> None:
    # Where the message is cut, half a key would be left.
    key = f"next(os.environ[name] for name in os.environ if name.startswith({KEY_NAME!r}))"
    user.program("mine", f"import os, sys; print('x' * 590 + {key} + 'y' * 590){ending}")
    for known in ({"api_key_env": KEY_NAME}, {"env": {f"{KEY_NAME}_OF_MINE": KEY}}):
        answer = ask(user.backend("command", command="mine", **known), make_prompt(), 10)
        said = answer.text if isinstance(answer, Reply) else answer.reason + answer.answer
        assert "…yyy" in said
        assert KEY[-6:] not in said


def test_a_program_that_dies_of_a_signal(user: User, make_prompt: MakePrompt) -> None:
    user.program("mine", "import os; os.kill(os.getpid(), 11)")
    answer = ask(user.backend("command", command="mine"), make_prompt(), 10)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.reason) == (FailureKind.CRASHED, "signal 11")


def test_bytes_that_are_no_text_do_no_harm(user: User, make_prompt: MakePrompt) -> None:
    user.program("mine", "import sys; sys.stdout.buffer.write(b'ok \\xff\\xfe')")
    answer = ask(user.backend("command", command="mine"), make_prompt("odd \udcff"), 10)
    assert isinstance(answer, Reply)
    assert answer.text == "ok \ufffd\ufffd"


def test_a_wrapper_runs_around_it(user: User, make_prompt: MakePrompt) -> None:
    user.program("mine", "import sys; print(sys.argv[1:], sys.stdin.read())")
    backend = user.backend("command", command="mine", args=("it's $HOME",), command_wrapper="sh -c 'echo in; {cmd}'")
    assert backend.missing() is None
    answer = ask(backend, make_prompt("Review"), 10)
    assert isinstance(answer, Reply)
    assert answer.text == 'in\n["it\'s $HOME"] Review\n'


def test_a_wrapper_may_bring_the_program(user: User, make_prompt: MakePrompt) -> None:
    user.program("bring", "import sys; print('brought', sys.argv[1:])")
    backend = user.backend("command", command="not-on-path", command_wrapper="bring {cmd}")
    assert backend.missing() is None
    answer = ask(backend, make_prompt(), 10)
    assert isinstance(answer, Reply)
    assert answer.text == "brought ['not-on-path']\n"
    gone = user.backend("command", command="not-on-path", command_wrapper="no-wrapper {cmd}").missing()
    assert gone is not None
    assert "no-wrapper" in gone.reason


def test_no_command_is_an_error(user: User) -> None:
    with pytest.raises(ConfigError, match=r"backends\.command\.command"):
        user.backend("command")


def test_its_traits_are_the_settings(user: User) -> None:
    settings = BackendSettings(
        name="mine",
        kind="command",
        command="x",
        model="m",
        may_block=False,
        local=True,
        max_prompt_bytes=7,
        strengths=("audit",),
        env={MARK: user.mark},
    )
    traits = Command(settings).traits
    assert traits.identity
    assert replace(traits, identity="") == Traits(
        role="model",
        kind="command",
        may_block=False,
        is_local=True,
        max_prompt_bytes=7,
        model="m",
        strengths=("audit",),
    )
    assert Command(settings).name == "mine"
