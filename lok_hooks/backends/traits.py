"""What the rules need to know of a backend, out of its section of lok.toml."""

from __future__ import annotations

from typing import Literal

from lok_hooks.core.ports import Traits
from lok_hooks.core.settings import BackendSettings


def traits_of(settings: BackendSettings, role: Literal["model", "analyser"], model: str | None = None) -> Traits:
    """The traits of a backend in this role; `model` where arguments name another than the settings do."""
    return Traits(
        role=role,
        kind=settings.kind,
        may_block=settings.may_block,
        is_local=settings.local,
        max_prompt_bytes=settings.max_prompt_bytes,
        model=settings.model if model is None else model,
        strengths=settings.strengths,
    )
