"""What the schema found right once is not held against it again; whatever is odd about the record, it is asked."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.config.checked_before import CheckedBefore
from lok_hooks.config.checking import checked
from lok_hooks.config.layers import Layer

EXAMPLE = Path("examples/lok.toml").read_text(encoding="utf-8")
ORIGINALS = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "data" / "lok").glob("*.toml"))
    if not path.name.startswith("workflow-")
]
SMALL = '[backends.team]\ncommand = "reviewer"\nargs = []\ntimeout = 30\n\n[hooks.pre-commit]\nbudget = "none"\n'
FAULTY = '[backends.team]\ncommand = "reviewer"\ntimeout = "soon"\n'
LOADED = """
import sys, tomllib
from pathlib import Path
from lok_hooks.config.checked_before import CheckedBefore
layer = CheckedBefore(Path(sys.argv[1]))(tomllib.loads(sys.argv[2]), label="l", origin="o")
print("pydantic" in sys.modules, layer.values["backends", "team", "timeout"])
"""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "checked.json"


def layer(record: Path, text: str) -> Layer:
    return CheckedBefore(record)(tomllib.loads(text), label="lok.toml", origin="here")


def plain(text: str) -> Layer:
    return checked(tomllib.loads(text), label="lok.toml", origin="here")


@pytest.mark.parametrize("text", [EXAMPLE, SMALL, "", *ORIGINALS])
def test_the_record_gives_what_the_schema_gave(record: Path, text: str) -> None:
    first, second = layer(record, text), layer(record, text)

    assert first == second == plain(text)
    assert {path: type(value) for path, value in second.values.items()} == {
        path: type(value) for path, value in plain(text).values.items()
    }
    assert len(json.loads(record.read_text())) == 1


def test_the_second_time_the_schema_is_not_loaded(record: Path) -> None:
    command = [sys.executable, "-c", LOADED, str(record), SMALL]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]

    assert runs == ["True 30.0\n", "False 30.0\n"]


def test_mistakes_are_told_every_time(record: Path) -> None:
    assert layer(record, FAULTY).mistakes == layer(record, FAULTY).mistakes == plain(FAULTY).mistakes
    assert plain(FAULTY).mistakes
    assert not record.exists()


def test_another_value_is_another_file(record: Path) -> None:
    layer(record, SMALL)

    assert layer(record, SMALL.replace("30", "31")).values["backends", "team", "timeout"] == 31
    assert layer(record, SMALL.replace("30", "true")).mistakes


def _garbage(record: Path) -> None:
    record.write_text("{ no")


def _list(record: Path) -> None:
    record.write_text("[]")


def _deep(record: Path) -> None:
    record.write_text("[" * 100_000)


def _odd_values(record: Path) -> None:
    known = json.loads(record.read_text())
    record.write_text(json.dumps({key: [[["backends", "team", "command"], {"evil": 1}]] for key in known}))


def _numbers(record: Path) -> None:
    known = json.loads(record.read_text())
    record.write_text(json.dumps({key: [[1, 2], 3] for key in known}))


def _others_may_write(record: Path) -> None:
    _lie(record)
    record.chmod(0o666)


def _link(record: Path) -> None:
    _lie(record)
    record.rename(record.with_name("elsewhere.json"))
    record.symlink_to(record.with_name("elsewhere.json"))


def _lie(record: Path) -> None:
    known = json.loads(record.read_text())
    record.write_text(json.dumps({key: [[["backends", "team", "timeout"], 99.0]] for key in known}))


def _text(record: Path) -> None:
    known = json.loads(record.read_text())
    record.write_text(json.dumps({key: [[["backends", "team", "command"], "evil"]] for key in known}))


def _more(record: Path) -> None:
    known = json.loads(record.read_text())
    record.write_text(json.dumps({key: [*made, [["defaults", "timeout"], 1.0]] for key, made in known.items()}))


SPOILT = [_garbage, _list, _deep, _odd_values, _numbers, _text, _more, _others_may_write, _link]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_record_that_cannot_be_used_is_no_record(record: Path, spoil: Callable[[Path], Any]) -> None:
    layer(record, SMALL)
    spoil(record)

    assert layer(record, SMALL) == plain(SMALL)


def test_it_works_where_nothing_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder belongs")

    assert layer(tmp_path / "cache" / "checked.json", SMALL) == plain(SMALL)


def test_the_record_is_this_users_alone_and_stays_small(record: Path) -> None:
    for number in range(1, 60):
        layer(record, SMALL.replace("30", str(number)))

    assert len(json.loads(record.read_text())) == 20
    assert record.stat().st_mode & 0o777 == 0o600
    assert list(record.parent.iterdir()) == [record]


def test_nothing_that_stands_in_the_file_is_kept(record: Path) -> None:
    text = (
        '[backends.team]\ncommand = "reviewer"\ntimeout = 30\n[backends.team.env]\nTOKEN = "a key"\n'
        '[tasks.mine]\nprompts = [{ name = "n", prompt = "words" }]\n[review]\nbudget = 0\n'
    )
    assert layer(record, text) == layer(record, text)

    (made,) = json.loads(record.read_text()).values()
    assert sorted(made) == [[["backends", "team", "timeout"], 30.0], [["review", "budget"], None]]


@pytest.mark.parametrize("text", ['[backends.team]\ncommand = "none"\n', "[[backends.team.args]]\nx = 1\n"])
def test_what_the_schema_reads_in_another_way_is_asked_each_time(record: Path, text: str) -> None:
    assert layer(record, text) == layer(record, text) == plain(text)
    assert not record.exists()
