from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from lok_hooks import errors
from lok_hooks.cli.boundary import EXTRAS, guarded


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def raising(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("no such flag", advice="see --help"), 2),
        (errors.ConfigError("lok.toml: broken"), 2),
        (errors.RepositoryError("not a repository"), 2),
        (errors.DiffError("not a diff"), 2),
        (errors.OutputError("disk full"), 2),
        (errors.IncompleteReviewError("nobody answered"), 4),
        (errors.InternalError("counts differ"), 3),
        (errors.InterruptedReview("signal 15"), 130),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("division by zero"), 3),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_every_error_has_its_exit_code_and_says_what_and_what_next(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded("lok-hunt", lambda: raising(error)) == code
    said = capsys.readouterr().err
    assert said.startswith("lok-hunt: ")
    if isinstance(error, errors.LokError) and code != 130:
        assert error.message in said
        assert error.advice in said


def test_a_bug_leaves_its_traceback_in_a_file_that_is_named(
    own_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded("lok-hunt", lambda: raising(ZeroDivisionError("division by zero"))) == 3
    (log,) = own_state.rglob("lok.log")
    assert str(log) in capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("state", ["/proc/no-such-place", "state"])
def test_a_bug_is_shown_where_no_file_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], state: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "")
    monkeypatch.setenv("XDG_STATE_HOME", state)
    assert guarded("lok-hunt", lambda: raising(ZeroDivisionError("division by zero"))) == 3
    assert "Traceback" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


TOKEN = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"


@pytest.mark.parametrize(
    "error",
    [
        errors.ConfigError(f"lok.toml:2:11: not TOML: Invalid value; correct this line: api_key = {TOKEN}"),
        errors.UserError("a line is wrong", advice=f"correct it: {TOKEN}"),
        errors.RepositoryError(f"main and {TOKEN} have no common ancestor"),
        errors.InternalError(f"a path is listed twice: keys/{TOKEN}.txt"),
        KeyError(TOKEN),
        ValueError(f"first line\nAuthorization: Bearer {TOKEN}"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_message_and_no_log_holds_a_secret(
    error: Exception, own_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded("lok-hunt", lambda: raising(error)) in {2, 3}
    said = capsys.readouterr().err
    logged = "".join(path.read_text() for path in own_state.rglob("lok.log"))
    assert "<SECRET:github-token:1>" in said
    assert ("<SECRET:github-token:1>" in logged) == (not isinstance(error, errors.UserError))
    assert TOKEN[:12] not in said + logged


def test_a_word_that_is_a_password_is_not_said_either(own_state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def read_the_settings() -> int:
        try:
            raise KeyError('password = "swordfish"')
        except KeyError as error:
            raise errors.InternalError("no such key") from error

    assert guarded("lok-hunt", read_the_settings) == 3
    (log,) = own_state.rglob("lok.log")
    assert "swordfish" not in capsys.readouterr().err + log.read_text()
    assert 'password = "<SECRET:password:1>"' in log.read_text()


def test_where_the_search_itself_is_broken_nothing_is_said_unsearched(tmp_path: Path) -> None:
    broken = tmp_path / "detect_secrets"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise RuntimeError('broken')\n")
    code = (
        "from lok_hooks.cli.boundary import guarded\n"
        "def run():\n"
        f"    raise ValueError('key ' + 'gh' + 'p_' + '{TOKEN[4:]}')\n"
        "raise SystemExit(guarded('lok-hunt', run))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    (log,) = (tmp_path / "state").rglob("lok.log")
    assert done.returncode == 3
    assert "lok-hunt: the message is withheld: no search for secrets (RuntimeError)" in done.stderr
    assert f"{log}" in done.stderr
    assert TOKEN[4:16] not in done.stderr.replace(code, "") + log.read_text()


def test_what_outsiders_wrote_reaches_the_terminal_without_control_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    guarded("lok-hunt", lambda: raising(errors.UserError("bad name \x1b[2Jx\u202e")))
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "bad name \\x1b[2Jx" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_review_in_good_order(number: signal.Signals) -> None:
    ended: list[str] = []

    def review() -> int:
        try:
            os.kill(os.getpid(), number)
            signal.pause()
        finally:
            ended.append("children")
        return 0

    assert guarded("lok-hunt", review) == 130
    assert ended == ["children"]


@pytest.mark.parametrize(("package", "extra"), EXTRAS.items())
def test_a_package_that_only_some_need_is_named_with_its_extra(
    package: str, extra: str, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = ModuleNotFoundError(f"No module named '{package}.part'", name=f"{package}.part")
    assert guarded("lok init", lambda: raising(missing)) == 2
    assert f"pip install 'lok-hooks[{extra}]'" in capsys.readouterr().err


def test_another_missing_module_is_our_bug(own_state: Path) -> None:
    assert guarded("lok init", lambda: raising(ModuleNotFoundError("No module named 'git'", name="git"))) == 3


def test_the_extras_bring_what_only_some_need_and_nothing_of_it_is_in_the_base() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    bring = {extra: " ".join(project["optional-dependencies"][extra]).lower() for extra in set(EXTRAS.values())}
    base = " ".join(project["dependencies"]).lower()
    assert [package for package, extra in EXTRAS.items() if package not in bring[extra]] == []
    assert [package for package in EXTRAS if package in base] == []
