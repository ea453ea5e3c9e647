"""What `[cache]` says about the memory of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from lok_hooks.cli.keeping import keeping
from lok_hooks.core.settings import CacheSettings
from lok_hooks.store.place import Place


@pytest.mark.parametrize(
    ("cache", "is_known"),
    [
        pytest.param(CacheSettings(), True, id="kept"),
        pytest.param(CacheSettings(enabled=False), False, id="switched off"),
        pytest.param(CacheSettings(ttl_hours=0), False, id="no time"),
        pytest.param(CacheSettings(max_megabytes=1), False, id="no room"),
    ],
)
def test_what_is_kept_for_the_next_run(tmp_path: Path, cache: CacheSettings, is_known: bool) -> None:
    place = Place(tmp_path / "kept", None)
    with keeping(cache, place, pytest.fail, fresh=False) as first:
        first.memory.keep("key", "x" * 1_500_000)
    with keeping(cache, place, pytest.fail, fresh=False) as second:
        assert (second.memory.recall("key") is not None) is is_known


def test_what_is_asked_afresh_recalls_nothing_and_is_kept(tmp_path: Path) -> None:
    place = Place(tmp_path / "kept", None)
    with keeping(CacheSettings(), place, pytest.fail, fresh=False) as first:
        first.memory.keep("key", "old")
    with keeping(CacheSettings(), place, pytest.fail, fresh=True) as second:
        assert (second.memory.recall("key"), second.lasting.recall("key")) == (None, "old")
        second.memory.keep("key", "new")
    with keeping(CacheSettings(), place, pytest.fail, fresh=False) as third:
        assert third.memory.recall("key") == "new"
