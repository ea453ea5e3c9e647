"""What the rules need to know of a backend, out of its section of lok.toml."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

from lok_hooks.backends.logins_seen import login_seen
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
        identity=_identity(settings),
        has_login=login_seen(settings) is not None,
    )


def _identity(settings: BackendSettings) -> str:
    said = (
        settings.kind, settings.command, settings.args, settings.skip_lines, settings.model, settings.url,
        sorted(settings.env.items()), sorted(settings.rules.items()), settings.command_wrapper,
    )  # fmt: skip
    return blake2b(repr(said).encode(), digest_size=8).hexdigest()
