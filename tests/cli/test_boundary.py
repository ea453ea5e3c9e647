from __future__ import annotations

import os
import signal
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
