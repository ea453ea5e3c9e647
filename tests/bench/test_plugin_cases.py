from __future__ import annotations

import sys
from pathlib import Path

from tests.bench.plugin_cases import Case, cases_of

LOADED = """
import pytest
import responses
from testing.mocks import mock_file_object


@pytest.mark.parametrize("secret, other", [("abc", "x"), pytest.param("def", "y", id="second")])
class TestPlugin:
    @pytest.mark.parametrize(("format", "should_be_caught"), (("'{secret}'", True), ("{other}", False)))
    @responses.activate
    def test_basic(self, secret, other, format, should_be_caught): ...

    @pytest.mark.skip(reason="later")
    @pytest.mark.parametrize("payload", ["later"])
    def test_analyze(self, secret, other, payload): ...

    class TestWithin:
        @staticmethod
        @pytest.mark.parametrize("limit", (-1,))
        def test_limit(secret, other, limit): ...


@pytest.mark.parametrize("file_extension,line,expected_secret", (row for row in [("go", "k", "v"), ("", "k", None)]))
def test_keyword(file_extension, line, expected_secret): ...


@pytest.mark.parametrize("payload", ("p",))
def test_analyze(payload): ...


@pytest.mark.parametrize("content, expected_output", [("user = a", ["a"])])
def test_find_user(content, expected_output): ...


def test_alone(): ...
"""


def _case(text: str, is_secret: bool, path: str = "case.py") -> Case:
    return Case(plugin="some", path=path, text=text, is_secret=is_secret)


def test_every_parametrised_case_is_read_or_counted(tmp_path: Path) -> None:
    (tmp_path / "some_test.py").write_text(LOADED)
    (tmp_path / "broken_test.py").write_text("import no_such_module_anywhere")
    cases = cases_of(tmp_path)
    assert sorted(cases.read, key=repr) == sorted(
        [
            _case("'abc'", True),
            _case("x", False),
            _case("'def'", True),
            _case("y", False),
            _case("k", True, "case.go"),
            _case("k", False),
            _case("p", True),
        ],
        key=repr,
    )
    assert sorted(cases.unread.items()) == [
        ("broken: ModuleNotFoundError: No module named 'no_such_module_anywhere'", 1),
        ("some, test_analyze: skipped upstream", 2),
        ("some, test_find_user: looks for the name of an account, not for a secret", 1),
        ("some, test_limit: neither a line nor an expectation", 2),
        ("tests without parameters", 1),
    ]
    assert not {"testing", "testing.mocks", "responses"} & set(sys.modules)
