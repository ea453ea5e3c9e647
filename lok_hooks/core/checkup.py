"""What `lok doctor` found out, as values: every backend and everything around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["good", "warn", "bad", "off"]
Fit = Literal["known", "newer", "older", "unknown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class BackendCheck:
    """One backend. `is_usable`: it could be asked now, as far as can be seen. `found` is its program's path or its
    server; `version` what it says of itself, `known` the versions our flags were checked against and `fit` how the
    two compare; `login` what it would log in with; `start_seconds` how long `--version` took, None when it was not
    started. `problem` holds the vendor's own words or ours, `advice` the next step; both may be empty."""

    name: str
    kind: str
    role: Literal["model", "analyser"]
    state: State
    is_usable: bool = False
    found: str = ""
    version: str = ""
    known: str = ""
    fit: Fit = "unknown"
    login: str = ""
    start_seconds: float | None = None
    answered_seconds: float | None = None
    problem: str = ""
    advice: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing around the backends: git, a hook, trust, the memory."""

    name: str
    state: State
    text: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkup:
    """Everything. `notes` are lines about lok.toml."""

    backends: tuple[BackendCheck, ...]
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> tuple[str, ...]:
        """The models that could be asked now."""
        return tuple(check.name for check in self.backends if check.is_usable and check.role == "model")
