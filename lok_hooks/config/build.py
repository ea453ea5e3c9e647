"""Merged values as `Settings`, with an origin for every key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast, get_args

from lok_hooks.config.defaults import BUILT_IN, KIND_DEFAULTS, stays_local
from lok_hooks.config.layers import Key, Merged, is_url
from lok_hooks.config.messages import shown_path
from lok_hooks.core.finding import Severity
from lok_hooks.core.settings import (
    BackendKind,
    BackendSettings,
    CacheSettings,
    ConductorSettings,
    DebateSettings,
    EntrySettings,
    ReviewSettings,
    Settings,
)
from lok_hooks.core.task import Aspect, Task

_KINDS: Final = frozenset(get_args(BackendKind))
_RUN_A_PROGRAM: Final = frozenset({"codex", "gemini", "claude", "command", "sarif"})


def kind_of(name: str, values: Mapping[Key, Any]) -> BackendKind:
    """The kind of a backend: its name where that is a kind, else what `kind` says, else "openai" where a server is
    given, else "command"."""
    section = ("backends", name)
    if name in _KINDS:
        return cast(BackendKind, name)
    if explicit := values.get((*section, "kind")):
        return cast(BackendKind, explicit)
    command = values.get((*section, "command"))
    serves = is_url(command) or (command is None and (*section, "url") in values)
    return "openai" if serves else "command"


def settings_from(merged: Merged, notes: tuple[str, ...], off: Mapping[str, str]) -> Settings:
    """`Settings` out of values that passed every check. `off` says why backends are not asked that lok.toml itself
    does not switch off."""
    reader = _Reader(merged)
    backends = tuple(_backend(name, reader) for name in merged.names("backends"))
    backends = tuple(replace(one, off=off.get(one.name, one.off)) for one in backends)
    tasks = tuple(_task(name, reader) for name in merged.names("tasks"))
    return Settings(
        parallel=reader.get(("defaults", "parallel")),
        backends=backends,
        tasks=tasks,
        review=_review(reader),
        hunt=_entry(("hooks", "pre-commit"), reader),
        audit=_entry(("hooks", "pre-push"), reader),
        by_hand=_entry(("review",), reader),
        debate=_debate(reader),
        cache=CacheSettings(
            enabled=reader.get(("cache", "enabled")),
            ttl_hours=reader.get(("cache", "ttl_hours")),
            max_megabytes=reader.get(("cache", "max_megabytes")),
        ),
        conductor=ConductorSettings(
            backend=reader.get(("conductor", "backend"), ""),
            max_rounds=reader.get(("conductor", "max_rounds")),
            max_tokens=reader.get(("conductor", "max_tokens")),
        ),
        notes=notes,
        origins=reader.origins,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Gives values by key path and remembers where each came from."""

    merged: Merged
    origins: dict[str, str] = field(default_factory=dict)

    def get(self, key: Key, default: Any = None, *, instead: Key | None = None) -> Any:
        """The value at `key`, else the one at `instead`, else `default`."""
        place = key if key in self.merged.values or instead is None else instead
        layer = self.merged.sources.get(place)
        self.origins[shown_path(key)] = layer.origin if layer else BUILT_IN
        return self.merged.values.get(place, default)

    def table(self, key: Key) -> dict[str, str]:
        """A table whose keys the user chooses."""
        names = [path[-1] for path in self.merged.values if path[:-1] == key]
        return {name: self.get((*key, name)) for name in names}


def _backend(name: str, reader: _Reader) -> BackendSettings:
    section: Key = ("backends", name)

    def get(key: str, default: Any) -> Any:
        return reader.get((*section, key), default)

    kind = kind_of(name, reader.merged.values)
    by_kind = KIND_DEFAULTS[kind]
    url, model = get("url", ""), get("model", "")
    get("kind", kind)
    wrapper = reader.get(("defaults", "command_wrapper"), "")
    return BackendSettings(
        name=name,
        kind=kind,
        enabled=get("enabled", True),
        command=get("command", ""),
        args=get("args", ()),
        skip_lines=get("skip_lines", 0),
        api_key_env=get("api_key_env", ""),
        model=model,
        timeout=float(reader.get((*section, "timeout"), instead=("defaults", "timeout"))),
        url=url,
        env=reader.table((*section, "env")),
        may_block=get("may_block", by_kind.may_block),
        local=get("local", stays_local(kind, url, model)),
        max_prompt_bytes=get("max_prompt_bytes", by_kind.max_prompt_bytes),
        max_parallel=get("max_parallel", by_kind.max_parallel),
        strengths=get("strengths", ()),
        rules=reader.table((*section, "rules")),
        command_wrapper=wrapper if kind in _RUN_A_PROGRAM else "",
    )


def _task(name: str, reader: _Reader) -> Task:
    section: Key = ("tasks", name)
    prompts = reader.get((*section, "prompts"))
    return Task(
        name=name,
        description=reader.get((*section, "description"), ""),
        aspects=tuple(Aspect(name=prompt.name, text=prompt.prompt) for prompt in prompts),
        backends=tuple(dict.fromkeys(reader.get((*section, "backends"), ()))),
    )


def _entry(section: Key, reader: _Reader) -> EntrySettings:
    return EntrySettings(
        tasks=tuple(dict.fromkeys(reader.get((*section, "tasks")))),
        budget=reader.get((*section, "budget")),
        on_incomplete=reader.get((*section, "on_incomplete")),
    )


def _review(reader: _Reader) -> ReviewSettings:
    def get(key: str) -> Any:
        return reader.get(("review", key))

    return ReviewSettings(
        fail_on=Severity(get("fail_on")),
        quorum=get("quorum"),
        debate=get("debate"),
        exclude=get("exclude"),
        max_file_bytes=get("max_file_bytes"),
        context_lines=get("context_lines"),
        confirm=get("confirm"),
        threshold=get("threshold"),
        config_from=reader.get(("review", "config_from"), ""),
        redact_local=get("redact_local"),
    )


def _debate(reader: _Reader) -> DebateSettings:
    return DebateSettings(
        rounds=reader.get(("debate", "rounds")),
        reviewers=reader.get(("debate", "reviewers")),
        min_severity=Severity(reader.get(("debate", "min_severity"))),
        judge=reader.get(("debate", "judge"), ""),
    )
