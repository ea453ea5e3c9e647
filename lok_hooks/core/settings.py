"""lok.toml as values: what config reads and wiring hands on. Field names are the file's keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lok_hooks.core.finding import Severity
from lok_hooks.core.task import Task

BackendKind = Literal["codex", "gemini", "claude", "ollama", "openai", "command", "sarif", "static"]


@dataclass(frozen=True, kw_only=True, slots=True)
class BackendSettings:
    """One `[backends.NAME]` section after layering, defaults filled in.

    `command` is a program (or, for ollama as in the original Lok, a URL); `args` go behind it. `skip_lines` drops
    that many first lines of a `command` backend's output. `timeout` in seconds. `url` is the server's base URL,
    or, for codex, gemini and claude, the API base they shall use. `env` is added to the child's environment.
    `may_block` and `local` as in `Traits`. `max_prompt_bytes` caps one prompt. `max_parallel` caps requests under
    way at once. `rules` (analysers): rule id or prefix -> "proof" | "suspicion" | "off", over the built-in table.
    `off` says why it is not asked where it is not `enabled`.
    """

    name: str
    kind: BackendKind
    enabled: bool = True
    off: str = "switched off"
    command: str = ""
    args: tuple[str, ...] = ()
    skip_lines: int = 0
    api_key_env: str = ""
    model: str = ""
    timeout: float = 300.0
    url: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    may_block: bool = True
    local: bool = False
    max_prompt_bytes: int = 200_000
    max_parallel: int = 4
    strengths: tuple[str, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    command_wrapper: str = ""

    @property
    def is_analyser(self) -> bool:
        """Whether it checks code by fixed rules and answers no questions."""
        return self.kind in ("static", "sarif")


@dataclass(frozen=True, kw_only=True, slots=True)
class EntrySettings:
    """How one entry point (lok-hunt, lok-audit, lok-review) behaves. `budget` in seconds, None for none."""

    tasks: tuple[str, ...]
    budget: float | None
    on_incomplete: Literal["allow", "block"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewSettings:
    """The `[review]` section. `exclude` in gitignore syntax; `max_file_bytes` per blob; `context_lines` around a
    change as shown to reviewers. `confirm`: by the rule of `quorum` and debate, or by the calibrated probability that
    must reach `threshold` (0 to 1). `config_from`: the revision whose lok.toml sets this repository's rules, "" for
    the one at hand. `redact_local`: secrets are replaced for backends marked `local` too."""

    fail_on: Severity = Severity.HIGH
    quorum: int = 2
    debate: bool = True
    exclude: tuple[str, ...] = ()
    max_file_bytes: int = 1_000_000
    context_lines: int = 10
    confirm: Literal["rule", "probability"] = "rule"
    threshold: float = 0.5
    config_from: str = ""
    redact_local: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class DebateSettings:
    """The `[debate]` section (`enabled` is `ReviewSettings.debate`). `rounds`: 1 cross-examination only, 2 with a
    rebuttal where reviewers disagree. `reviewers`: at most so many backends examine a finding, 0 for all.
    `min_severity`: milder findings are not examined. `judge`: the backend that ends what is still disputed, "" for
    none."""

    rounds: int = 2
    reviewers: int = 0
    min_severity: Severity = Severity.LOW
    judge: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheSettings:
    """The `[cache]` section: whether answers are remembered, for how many hours, in how many megabytes."""

    enabled: bool = True
    ttl_hours: int = 24
    max_megabytes: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ConductorSettings:
    """The `[conductor]` section. `backend` "" leaves the choice to the router; `max_tokens` of one answer of the
    conductor."""

    backend: str = ""
    max_rounds: int = 5
    max_tokens: int = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything lok.toml says, resolved. `backends` in the order of the files, built-ins first.
    `chosen` holds the backends that `--backend` or LOK_BACKEND named, nothing when all are asked. `notes` are lines
    the user must see (which keys of the repository's file were ignored). `origins` maps a
    key path ("backends.codex.timeout") to where its value comes from."""

    parallel: bool
    backends: tuple[BackendSettings, ...]
    tasks: tuple[Task, ...]
    review: ReviewSettings
    hunt: EntrySettings
    audit: EntrySettings
    by_hand: EntrySettings
    debate: DebateSettings = DebateSettings()
    cache: CacheSettings = CacheSettings()
    conductor: ConductorSettings = ConductorSettings()
    chosen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
