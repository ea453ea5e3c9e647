"""Whatever stands in a file, loading it gives settings or one ConfigError, and never anything else."""

from __future__ import annotations

import datetime
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lok_hooks.config.checking import checked
from lok_hooks.config.load import load
from lok_hooks.core.settings import Settings
from lok_hooks.errors import ConfigError

KEYS = st.sampled_from(
    "defaults backends tasks hooks review debate cache conductor pre-commit pre-push codex ollama static mine hunt "
    "audit enabled kind command args skip_lines api_key_env model timeout url env may_block local max_prompt_bytes "
    "max_parallel strengths rules description prompts name prompt budget on_incomplete fail_on quorum exclude "
    "max_file_bytes context_lines parallel command_wrapper ttl_hours max_rounds max_tokens backend".split()
) | st.text(max_size=5)
LEAVES = (
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["codex", "openai", "sarif", "none", "allow", "block", "high", "http://h", "http://a@b", "!", "hunt"]
    )
    | st.datetimes()
    | st.dates()
    | st.times()
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
SECTIONS = ("defaults", "backends", "tasks", "hooks", "review", "debate", "cache", "conductor")
DOCUMENTS = st.dictionaries(st.sampled_from(SECTIONS), VALUES | st.dictionaries(KEYS, VALUES), max_size=5)


def toml(value: Any) -> str:
    """One value as TOML; tables are written inline."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value != value or value in {float("inf"), float("-inf")}:
            return "nan" if value != value else "inf" if value > 0 else "-inf"
        case str():
            return json.dumps(value).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(toml(inner) for inner in value)}]"
        case dict():
            return f"{{{', '.join(f'{toml(key)} = {toml(inner)}' for key, inner in value.items())}}}"
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return repr(value)


def outcome(text: bytes, flags: Mapping[str, str | None]) -> Settings | str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "lok.toml")
        file.write_bytes(text)
        try:
            load(directory=Path(folder), environ={}, flags=flags)
            return load(directory=Path(folder), environ={}, config_file=file, flags=flags)
        except ConfigError as error:
            return error.message


@settings(max_examples=150, deadline=None)
@given(document=DOCUMENTS)
def test_any_document_gives_settings_or_readable_mistakes(document: dict[str, Any]) -> None:
    text = "".join(f"{toml(key)} = {toml(value)}\n" for key, value in document.items())
    result = outcome(text.encode("utf-8", "replace"), {})

    if isinstance(result, str):
        assert result
        assert all(line.isprintable() and "lok.toml:" in line for line in result.split("\n")), result


@settings(max_examples=100, deadline=None)
@given(text=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_give_settings_or_readable_mistakes(text: bytes) -> None:
    result = outcome(text, {})

    assert isinstance(result, Settings) or all(line.isprintable() for line in result.split("\n"))


@settings(max_examples=60, deadline=None)
@given(words=st.dictionaries(st.sampled_from(["--backend", "--task", "--fail-on", "--budget", "--debate"]), st.text()))
def test_any_flags_give_settings_or_readable_mistakes(words: dict[str, str]) -> None:
    result = outcome(b"", dict(words))

    assert isinstance(result, Settings) or all(line.isprintable() for line in result.split("\n"))


@settings(max_examples=150, deadline=None)
@given(document=DOCUMENTS)
def test_what_is_right_counts_whatever_else_is_wrong(document: dict[str, Any]) -> None:
    review = document.get("review")
    document["review"] = {**(review if isinstance(review, dict) else {}), "quorum": 7}

    assert checked(document, label="x", origin="x").values[("review", "quorum")] == 7
