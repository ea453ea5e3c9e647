"""Google's gemini CLI, locked: no tools, no extensions, no hooks, a home of its own for every run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from lok_hooks.backends.arguments import Allowed
from lok_hooks.backends.complaints import innermost, parsed
from lok_hooks.backends.logins import lend, write_private
from lok_hooks.backends.process import Finished
from lok_hooks.backends.sealed import Call, Product, Room, SealedCli, text
from lok_hooks.core.ports import Failure, FailureKind, Reply
from lok_hooks.core.task import Prompt

KNOWN_VERSION: Final = "0.61.0"
PRODUCT: Final = Product(
    package="@google/gemini-cli",
    known_version=KNOWN_VERSION,
    credentials=(
        *("GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", "GEMINI_FORCE_ENCRYPTED_FILE_STORAGE"),
        *("GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA"),
    ),
    # Beyond about a million tokens it sends nothing and says nothing, beyond 8 MiB it cuts.
    input_limit=4_000_000,
    login="run `gemini` once and sign in, or set GEMINI_API_KEY",
)

_CLOUD: Final = ("GOOGLE_CLOUD_*",)
_ADC_VARIABLE: Final = "GOOGLE_APPLICATION_CREDENTIALS"
_LOGIN_VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "vertex-ai": ("GOOGLE_API_KEY", "GOOGLE_VERTEX_BASE_URL", _ADC_VARIABLE, *_CLOUD),
    "oauth-personal": _CLOUD,
    "compute-default-credentials": _CLOUD,
    "cloud-shell": _CLOUD,
}
"""What it needs besides for each login; with an API key of its own nothing of Google's cloud."""

_ARGV: Final = ("-o", "json", "--approval-mode", "plan", "-e", "none")
LOCKS: Final[Mapping[str, Any]] = {
    "privacy": {"usageStatisticsEnabled": False},
    "telemetry": {"enabled": False},
    "general": {
        "enableAutoUpdate": False,
        "enableAutoUpdateNotification": False,
        "maxAttempts": 1,
        "retryFetchErrors": False,
    },
    "tools": {"core": ["none"]},
    "skills": {"enabled": False},
    "hooksConfig": {"enabled": False},
    "experimental": {"enableAgents": False},
    "context": {"includeDirectoryTree": False},
    "model": {"maxSessionTurns": 2},
}
_ALLOWED: Final = Allowed(
    stock={
        "-o": frozenset({"json", "text"}),
        "--output-format": frozenset({"json", "text"}),
        "--approval-mode": frozenset({"plan", "default"}),
        "--skip-trust": frozenset({""}),
        "-e": frozenset({"none"}),
        "--extensions": frozenset({"none"}),
    },
    passed={"--screen-reader": 0},
)
_LOGIN_FILES: Final = ("oauth_creds.json", "google_accounts.json", "installation_id", "gemini-credentials.json")
_KINDS: Final = frozenset(
    {"oauth-personal", "gemini-api-key", "vertex-ai", "compute-default-credentials", "cloud-shell"}
)
_KEY_LINE: Final = re.compile(r"^\s*(?:export\s+)?GEMINI_API_KEY\s*=\s*\S", re.MULTILINE)
_ADC: Final = Path("gcloud") / "application_default_credentials.json"

# Its own exit codes; an HTTP status comes as status modulo 256 besides.
_EXIT_NO_LOGIN: Final = 41
_NO_MODEL: Final = b"ModelNotFoundError"
_MOST_TRIED: Final = 200  # places where an object may begin; each costs a look at all that follows


class Gemini(SealedCli):
    """`kind = "gemini"`."""

    product = PRODUCT
    allowed = _ALLOWED
    locks: Mapping[str, Any] = LOCKS
    more_argv: tuple[str, ...] = ("--skip-trust",)

    def credentials(self) -> tuple[str, ...]:
        """Its own, and those of the login that it uses."""
        login = self._login()
        # A login with Google takes a cloud's file only where a variable says that this is meant.
        is_cloud = login == "oauth-personal" and self.value_of("GOOGLE_GENAI_USE_GCA") == "true"
        return (*super().credentials(), *_LOGIN_VARIABLES.get(login, ()), *((_ADC_VARIABLE,) if is_cloud else ()))

    def prepare(self, room: Room, prompt: Prompt) -> Call | Failure:
        """A new home with the login and our settings. The prompt goes by standard input alone; there is no schema."""
        home = room.root
        for name in _LOGIN_FILES:
            lend(self._user_folder() / name, home / ".gemini" / name)
        # The CLI searches .env from its working directory up to the root; this one is met before anyone else's.
        if lend(self.env_file(), home / ".env") is None:
            write_private(home / ".env", b"")
        login = self._login()
        if not login:
            return self.failure(
                FailureKind.NOT_LOGGED_IN, "no login found: neither a Google login nor GEMINI_API_KEY", PRODUCT.login
            )
        security = {**self.locks.get("security", {}), "auth": {"selectedType": login}}
        settings = {**self.locks, "security": security, **_limits(prompt.max_tokens)}
        write_private(home / ".gemini" / "settings.json", json.dumps(settings).encode())
        write_private(home / "system.md", self.system_prompt.encode())
        argv = [*self._given.extra, *_ARGV, *self.more_argv, *(("-m", self.model) if self.model else ())]
        return Call(argv=tuple(argv), env=self.environment(home))

    def environment(self, home: Path) -> dict[str, str]:
        """What it needs to know besides what every program may."""
        env = {
            "HOME": str(home),
            "GEMINI_CLI_HOME": str(home),
            "GEMINI_CLI_NO_RELAUNCH": "1",
            "GEMINI_SYSTEM_MD": str(home / "system.md"),
            "npm_config_cache": self.value_of("npm_config_cache") or str(Path.home() / ".npm"),
        }
        config = Path(self.value_of("XDG_CONFIG_HOME") or Path.home() / ".config")
        if _ADC_VARIABLE in self.credentials() and not self.value_of(_ADC_VARIABLE) and (config / _ADC).is_file():
            env[_ADC_VARIABLE] = str(config / _ADC)
        if key := self.value_of(self.settings.api_key_env):
            env["GEMINI_API_KEY"] = key
        if self.settings.url:
            env["GOOGLE_GEMINI_BASE_URL"] = self.settings.url.rstrip("/")
        return env

    def _user_folder(self) -> Path:
        named = self.value_of("GEMINI_CLI_HOME")
        return (Path(named) if named else Path.home()) / ".gemini"

    def env_file(self) -> Path:
        """The file in which the user may keep variables for it."""
        own = self._user_folder() / ".env"
        return own if own.is_file() else self._user_folder().parent / ".env"

    def _login(self) -> str:
        """Which of the user's logins to use: what their settings select, else what there is; "" for none."""
        has_key = any(map(self.value_of, (self.settings.api_key_env, "GEMINI_API_KEY"))) or self._is_key_in_env_file()
        if self.settings.url:
            return "gemini-api-key" if has_key else ""
        if self.value_of(self.settings.api_key_env):
            return "gemini-api-key"
        if (selected := self._selected()) in _KINDS:
            return selected
        if self.value_of("GOOGLE_GENAI_USE_GCA") == "true":
            return "oauth-personal"
        if self.value_of("GOOGLE_GENAI_USE_VERTEXAI") == "true":
            return "vertex-ai"
        if has_key:
            return "gemini-api-key"
        return "oauth-personal" if (self._user_folder() / "oauth_creds.json").is_file() else ""

    def _selected(self) -> str:
        """`security.auth.selectedType` of the user's settings, "" when there is none."""
        try:
            value = json.loads((self._user_folder() / "settings.json").read_bytes())
            return str(value["security"]["auth"]["selectedType"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def _is_key_in_env_file(self) -> bool:
        try:
            return bool(_KEY_LINE.search(self.env_file().read_text(encoding="utf-8", errors="replace")))
        except OSError:
            return False

    def read(self, finished: Finished) -> Reply | Failure:
        """`response` of the JSON object on standard output, where no `error` stands beside it."""
        output = text(finished.stdout)
        value = first_object(output)
        error = value.get("error") if value else None
        if finished.returncode or error:
            found = error if isinstance(error, dict) else last_error(text(finished.stderr))
            return self._failed(finished, found, str((value or {}).get("response") or ""))
        if value is None or "response" not in value:
            return self.unexpected(output)
        answer = str(value["response"] or "")
        if not answer.strip():
            return self.empty()
        models = (value.get("stats") or {}).get("models") or {}
        tokens = [model.get("tokens") or {} for model in models.values()]
        return Reply(
            backend=self.name,
            text=answer,
            seconds=finished.seconds,
            model=self.model or ", ".join(models),
            tokens_in=sum(int(one.get("input") or 0) for one in tokens) or None,
            tokens_out=sum(int(one.get("candidates") or 0) for one in tokens) or None,
        )

    def _failed(self, finished: Finished, error: dict[str, Any] | None, partial: str) -> Failure:
        if error is None:
            return self.complaint(text(finished.stderr) or f"exit code {finished.returncode}")
        if error.get("type") == "INVALID_STREAM" and not partial.strip():
            return self.empty()
        message, status = innermost(error)
        # The one status that its exit code and its error object both leave out.
        if status is None and _NO_MODEL in finished.stderr:
            status = 404
        if finished.returncode == _EXIT_NO_LOGIN:
            return self.failure(FailureKind.NOT_LOGGED_IN, message, PRODUCT.login)
        return self.complaint(
            message if error.get("type") != "INVALID_STREAM" else f"INVALID_STREAM: {message}", status
        )


def _limits(tokens: int | None) -> dict[str, Any]:
    """The settings that let an answer have so many tokens. Thinking counts, and by its own settings it takes more than
    a small limit leaves; with a model that is none of these families, the CLI leaves it to the model."""
    if tokens is None:
        return {}

    def override(match: Mapping[str, str], **config: Any) -> dict[str, Any]:
        return {"match": match, "modelConfig": {"generateContentConfig": config}}

    return {
        "modelConfigs": {
            "customOverrides": [
                override({"overrideScope": "core"}, maxOutputTokens=tokens),
                override({"model": "chat-base-2.5"}, thinkingConfig={"thinkingBudget": tokens // 2}),
                override({"model": "chat-base-3"}, thinkingConfig={"thinkingLevel": "LOW"}),
            ]
        }
    }


def first_object(output: str) -> dict[str, Any] | None:
    """The JSON object that begins at a line's start and ends the output, if it is among the first that do; None when
    there is none."""
    for found in islice(re.finditer(r"^\{", output, re.MULTILINE), _MOST_TRIED):
        value = parsed(output[found.start() :])
        if isinstance(value, dict):
            return value
    return None


def last_error(stderr: str) -> dict[str, Any] | None:
    """`error` of the JSON object that ends standard error, behind noise and stack traces."""
    value = first_object(stderr)
    error = value.get("error") if value else None
    return error if isinstance(error, dict) else None
