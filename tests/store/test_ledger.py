"""What the ledger knows of findings, on a real file."""

from __future__ import annotations

from pathlib import Path

import pytest

from lok_hooks.core.dismissal import Dismissal
from lok_hooks.core.reliability import Outcome
from lok_hooks.core.sighting import Sighting
from lok_hooks.store.ledger import LAYOUT, Ledger
from tests.store.support import opened

FIRST, SECOND = "ab" * 16, "abcd" + "0" * 28


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def ledger(tmp_path: Path, notes: list[str]) -> Ledger:
    return Ledger(opened(tmp_path / "lok", notes.append, LAYOUT))


def seen(identity: str = FIRST, outcome: Outcome | None = None, backend: str = "codex", **more: str) -> Sighting:
    values = {"family": "logic", "path": "a.py", "title": "off by one", "quote": "n + 1"} | more
    return Sighting(identity=identity, backend=backend, outcome=outcome, **values)


def shares(ledger: Ledger) -> dict[str, tuple[int, bool]]:
    """Per backend: how many findings, and whether it was right more often than not."""
    return {name: (p.count, p.share > 0.55) for name, p in ledger.precision().items()}


def test_nothing_is_known_of_a_new_repository(ledger: Ledger, notes: list[str]) -> None:
    assert (ledger.precision(), ledger.find("ab"), ledger.dismissed(), notes) == ({}, (), {}, [])


def test_a_finding_counts_once_for_each_author_by_its_last_outcome(ledger: Ledger) -> None:
    ledger.record([seen(outcome=Outcome.CONFIRMED), seen(outcome=Outcome.CONFIRMED, backend="claude")], now=1)
    ledger.record([seen(outcome=Outcome.REFUTED)], now=2)
    assert shares(ledger) == {"claude": (1, True), "codex": (1, False)}


def test_a_finding_without_a_last_word_keeps_the_one_it_had(ledger: Ledger) -> None:
    ledger.record([seen(outcome=Outcome.CONFIRMED)], now=1)
    ledger.record([seen(outcome=None)], now=2)
    assert shares(ledger) == {"codex": (1, True)}


def test_an_open_finding_is_not_measured(ledger: Ledger) -> None:
    ledger.record([seen(outcome=None)], now=1)
    assert ledger.precision() == {}


@pytest.mark.parametrize(
    ("outcome", "content", "measured"),
    [
        (Outcome.CONFIRMED, "n - 1\n", (1, True)),
        (None, "n - 1\n", (1, True)),
        (None, "x = n + 1\n", None),
        (Outcome.REFUTED, "n - 1\n", (1, False)),
    ],
)
def test_code_that_is_gone_was_mended(
    ledger: Ledger, outcome: Outcome | None, content: str, measured: tuple[int, bool] | None
) -> None:
    ledger.record([seen(outcome=outcome)], now=1)
    ledger.settle({"a.py": lambda: content, "b.py": lambda: ""})
    assert shares(ledger).get("codex") == measured


def test_content_is_only_read_for_files_with_findings(ledger: Ledger) -> None:
    def unexpected() -> str:
        raise AssertionError

    ledger.record([seen(outcome=None)], now=1)
    ledger.settle({"a.py": lambda: "n + 1", "b.py": unexpected})
    assert ledger.precision() == {}


def test_a_dismissal_is_a_last_word_that_a_debate_does_not_take_back(ledger: Ledger) -> None:
    ledger.record([seen(outcome=Outcome.CONFIRMED)], now=1)
    ledger.dismiss([Dismissal(identity=FIRST, because="intended", path="a.py")], Outcome.DISMISSED)
    ledger.record([seen(outcome=Outcome.CONFIRMED)], now=2)
    assert shares(ledger) == {"codex": (1, False)}
    assert ledger.dismissed()[FIRST].because == "intended"
    ledger.take_back(FIRST)
    assert (ledger.dismissed(), ledger.precision()) == ({}, {})


def test_an_accepted_finding_was_right(ledger: Ledger) -> None:
    ledger.record([seen(outcome=Outcome.CONFIRMED)], now=1)
    ledger.dismiss([Dismissal(identity=FIRST, because="we live with it")], None)
    assert shares(ledger) == {"codex": (1, True)}
    assert list(ledger.dismissed()) == [FIRST]


def test_findings_are_found_by_the_beginning_of_their_identity_latest_first(ledger: Ledger) -> None:
    ledger.record([seen(SECOND, title="older"), seen(backend="claude"), seen()], now=1)
    ledger.record([seen(title="newer")], now=2)
    assert [(known.title, known.backends) for known in ledger.find("AB")] == [
        ("newer", ("claude", "codex")),
        ("older", ("codex",)),
    ]
    assert [known.title for known in ledger.find("abcd")] == ["older"]
    assert ledger.find("%") == ()


def test_what_a_rule_proved_can_be_named_and_measures_nobody(ledger: Ledger) -> None:
    ledger.record([seen(outcome=Outcome.CONFIRMED, backend="")], now=1)
    assert shares(ledger) == {}
    assert [(known.title, known.backends) for known in ledger.find(FIRST)] == [("off by one", ())]


def test_a_corrupt_ledger_is_set_aside_and_said(tmp_path: Path, ledger: Ledger, notes: list[str]) -> None:
    (tmp_path / "lok").mkdir()
    (tmp_path / "lok" / "ledger.sqlite").write_bytes(b"no database" * 1000)
    ledger.record([seen(outcome=Outcome.CONFIRMED)], now=1)
    assert shares(ledger) == {"codex": (1, True)}
    assert len(notes) == 1
    assert "set aside" in notes[0]
