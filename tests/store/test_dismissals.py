"""The file of dismissed findings: what it says, and what is no such file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lok_hooks.core.dismissal import DISMISSALS, Dismissal
from lok_hooks.errors import ConfigError, OutputError
from lok_hooks.store.dismissals import SCHEMA, dismissals_in, read_dismissals, write_dismissals

ONE = Dismissal(
    identity="ab" * 16, because="ids are integers", by="Ada", date="2026-01-02", path="b.py", category="sql", title="t"
)
TWO = Dismissal(identity="cd" * 16, because="„wahr“, but \u2028 accepted", path="a.py")


def test_what_is_written_is_read_again_in_a_stable_order(tmp_path: Path) -> None:
    path = write_dismissals(tmp_path, [ONE, TWO])
    first = path.read_bytes()
    assert read_dismissals(first, "x") == {ONE.identity: ONE, TWO.identity: TWO}
    assert write_dismissals(tmp_path, [TWO, ONE]).read_bytes() == first
    assert [entry["path"] for entry in json.loads(first)["findings"]] == ["a.py", "b.py"]
    assert [p.name for p in path.parent.iterdir()] == ["dismissed.json"]


def test_an_empty_list_is_a_valid_file(tmp_path: Path) -> None:
    assert read_dismissals(write_dismissals(tmp_path, []).read_bytes(), "x") == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "schema"),
        (b'{"schema": "other", "findings": []}', "schema"),
        (json.dumps({"schema": SCHEMA}).encode(), '"findings" is not a list'),
        (json.dumps({"schema": SCHEMA, "findings": [3]}).encode(), r"findings\[0\]: not an object"),
        (json.dumps({"schema": SCHEMA, "findings": [{"id": "a"}]}).encode(), '"because" are needed'),
        (json.dumps({"schema": SCHEMA, "findings": [{"id": "a", "because": " "}]}).encode(), '"because" are needed'),
        (json.dumps({"schema": SCHEMA, "findings": [{"id": 3, "because": "x"}]}).encode(), "must be a text"),
    ],
    ids=range(10),
)
def test_what_cannot_be_read_is_not_guessed(content: bytes, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        read_dismissals(content, ".lok/dismissed.json")
    assert caught.value.message.startswith(".lok/dismissed.json: ")
    assert caught.value.advice


def test_a_symbolic_link_leads_nowhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".lok").symlink_to(elsewhere)
    with pytest.raises(OutputError, match="symbolic link"):
        write_dismissals(tmp_path, [ONE])
    assert list(elsewhere.iterdir()) == []


@pytest.mark.timeout(20)
def test_a_link_to_what_never_ends_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".lok").mkdir()
    (tmp_path / DISMISSALS).symlink_to("/dev/zero")
    with pytest.raises(ConfigError, match="symbolic link"):
        dismissals_in(tmp_path)


def test_a_link_under_a_name_that_could_be_guessed_leads_nowhere(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = tmp_path / ".lok"
    folder.mkdir()
    for name in (f".dismissed.json.{os.getpid()}.partial", ".dismissed.json.partial", "dismissed.json.tmp"):
        (folder / name).symlink_to(victim)
    assert read_dismissals(write_dismissals(tmp_path, [ONE]).read_bytes(), "x") == {ONE.identity: ONE}
    assert victim.read_text() == "precious"


def test_the_file_is_for_everyone_who_has_the_repository(tmp_path: Path) -> None:
    os.umask(0o022)
    assert write_dismissals(tmp_path, [ONE]).stat().st_mode & 0o777 == 0o644


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".lok").write_text("a file")
    with pytest.raises(OutputError, match=DISMISSALS):
        write_dismissals(tmp_path, [ONE])
