"""The table of all backends: for each kind of lok.toml, how one is made. Each imports its own file only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from lok_hooks.core.ports import Backend, Contents
from lok_hooks.core.settings import BackendKind, BackendSettings
from lok_hooks.errors import InternalError


def make(settings: BackendSettings, contents: Contents, noted: Callable[[str], None] | None = None) -> Backend:
    """The backend behind one `[backends.NAME]` section; models ask again after passing failures, which `noted` is
    told. Raises ConfigError for settings that its kind cannot have. Starts nothing and reaches no network."""
    backend = FACTORIES[settings.kind](settings, contents)
    if backend.traits.role == "analyser":
        return backend
    from lok_hooks.backends.retrying import Retrying

    return Retrying(backend, noted)


def make_exploring(settings: BackendSettings, directory: Path, noted: Callable[[str], None] | None = None) -> Backend:
    """The same model, for questions asked by hand: it runs in `directory` and may read what is there, but not write,
    run or reach anything else. Analysers do not explore: InternalError for one."""
    from lok_hooks.backends.retrying import Retrying

    if settings.kind in ("sarif", "static"):
        raise InternalError(f"{settings.name}: an analyser does not explore")
    return Retrying(EXPLORERS[settings.kind](settings, directory), noted)


def _codex(settings: BackendSettings, _: Contents) -> Backend:
    from lok_hooks.backends.codex import Codex

    return Codex(settings)


def _gemini(settings: BackendSettings, _: Contents) -> Backend:
    from lok_hooks.backends.gemini import Gemini

    return Gemini(settings)


def _claude(settings: BackendSettings, _: Contents) -> Backend:
    from lok_hooks.backends.claude import Claude

    return Claude(settings)


def _ollama(settings: BackendSettings, _: Contents) -> Backend:
    from lok_hooks.backends.ollama import Ollama

    return Ollama(settings)


def _openai(settings: BackendSettings, _: Contents) -> Backend:
    from lok_hooks.backends.openai import OpenAI

    return OpenAI(settings)


def _command(settings: BackendSettings, _: Contents) -> Backend:
    from lok_hooks.backends.command import Command

    return Command(settings)


def _sarif(settings: BackendSettings, contents: Contents) -> Backend:
    from lok_hooks.backends.sarif import Sarif

    return Sarif(settings, contents)


def _static(settings: BackendSettings, contents: Contents) -> Backend:
    from lok_hooks.backends.static import Static

    return Static(settings, contents)


def _exploring_codex(settings: BackendSettings, directory: Path) -> Backend:
    from lok_hooks.backends.exploring import ExploringCodex

    return ExploringCodex(settings, directory)


def _exploring_gemini(settings: BackendSettings, directory: Path) -> Backend:
    from lok_hooks.backends.exploring import ExploringGemini

    return ExploringGemini(settings, directory)


def _exploring_claude(settings: BackendSettings, directory: Path) -> Backend:
    from lok_hooks.backends.exploring import ExploringClaude

    return ExploringClaude(settings, directory)


def _exploring_command(settings: BackendSettings, directory: Path) -> Backend:
    from lok_hooks.backends.exploring import ExploringCommand

    return ExploringCommand(settings, directory)


def _exploring_ollama(settings: BackendSettings, _: Path) -> Backend:
    from lok_hooks.backends.ollama import Ollama

    return Ollama(settings)


def _exploring_openai(settings: BackendSettings, _: Path) -> Backend:
    from lok_hooks.backends.openai import OpenAI

    return OpenAI(settings)


FACTORIES: Final[Mapping[BackendKind, Callable[[BackendSettings, Contents], Backend]]] = {
    "codex": _codex,
    "gemini": _gemini,
    "claude": _claude,
    "ollama": _ollama,
    "openai": _openai,
    "command": _command,
    "sarif": _sarif,
    "static": _static,
}

EXPLORERS: Final[Mapping[BackendKind, Callable[[BackendSettings, Path], Backend]]] = {
    "codex": _exploring_codex,
    "gemini": _exploring_gemini,
    "claude": _exploring_claude,
    "ollama": _exploring_ollama,
    "openai": _exploring_openai,
    "command": _exploring_command,
}
