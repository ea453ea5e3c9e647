"""Which login a CLI would use, as far as files and variables show it. Names them, never their content."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from lok_hooks.core.settings import BackendKind, BackendSettings

_OWN_PROVIDER: Final = re.compile(r"--oss$|(?:model_provider|openai_base_url|chatgpt_base_url)\b")
KEYCHAIN: Final = "the system's keychain, which is not looked into"


def login_seen(settings: BackendSettings) -> str | None:
    """What the backend would log in with: a variable's or a file's name; None when nothing was found, "" when it
    needs none that we could know of."""
    if settings.api_key_env:
        return settings.api_key_env if _value(settings, settings.api_key_env) else None
    look = _LOOKS.get(settings.kind)
    return look(settings) if look else ""


def _codex(settings: BackendSettings) -> str | None:
    if settings.url or any(_OWN_PROVIDER.match(word) for word in settings.args):
        return ""
    home = Path(_value(settings, "CODEX_HOME") or Path.home() / ".codex")
    return _first_variable(settings, "CODEX_API_KEY") or _first_file(home / "auth.json")


def _gemini(settings: BackendSettings) -> str | None:
    folder = Path(_value(settings, "GEMINI_CLI_HOME") or Path.home()) / ".gemini"
    files = [folder / "oauth_creds.json", folder / "gemini-credentials.json"]
    files += [path for path in (folder / ".env", folder.parent / ".env") if _holds_key(path)]
    variable = _first_variable(settings, "GEMINI_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA")
    return variable or _first_file(*files)


def _holds_key(path: Path) -> bool:
    try:
        return "GEMINI_API_KEY" in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _claude(settings: BackendSettings) -> str | None:
    home = Path(_value(settings, "CLAUDE_CONFIG_DIR") or Path.home() / ".claude")
    seen = _first_variable(
        settings,
        *("ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_AUTH_TOKEN"),
        *("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"),
    ) or _first_file(home / ".credentials.json")
    return seen or (KEYCHAIN if sys.platform == "darwin" else None)


_LOOKS: Final[Mapping[BackendKind, Callable[[BackendSettings], str | None]]] = {
    "codex": _codex,
    "gemini": _gemini,
    "claude": _claude,
}


def _first_variable(settings: BackendSettings, *names: str) -> str | None:
    return next((name for name in names if _value(settings, name)), None)


def _first_file(*paths: Path) -> str | None:
    found = next((path for path in paths if path.is_file() and os.access(path, os.R_OK)), None)
    if found is None:
        return None
    home = Path.home()
    return f"~/{found.relative_to(home)}" if found.is_relative_to(home) else str(found)


def _value(settings: BackendSettings, name: str) -> str:
    return settings.env.get(name) or os.environ.get(name, "")
