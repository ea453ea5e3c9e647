"""OpenAI's codex, locked: `codex exec` with its tools, project files and plugins switched off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lok_hooks.backends.arguments import Allowed
from lok_hooks.backends.complaints import parsed
from lok_hooks.backends.logins import lend, write_private
from lok_hooks.backends.process import Finished
from lok_hooks.backends.sealed import Call, Product, Room, SealedCli, text
from lok_hooks.core.ports import Failure, FailureKind, Reply
from lok_hooks.core.task import Prompt

KNOWN_VERSION: Final = "0.169.0"
PRODUCT: Final = Product(
    package="@openai/codex",
    known_version=KNOWN_VERSION,
    credentials=("CODEX_API_KEY", "CODEX_CA_CERTIFICATE"),
    input_limit=1_048_576,
    login='run `codex login`, or set CODEX_API_KEY (or name your key\'s variable: api_key_env = "OPENAI_API_KEY")',
)

_LOCKED: Final = (
    *("exec", "--json", "--ephemeral", "--skip-git-repo-check", "--ignore-user-config", "--ignore-rules"),
    *("-c", "analytics.enabled=false", "-c", "project_doc_max_bytes=0"),
    *("-c", 'web_search="disabled"', "-c", "skills.include_instructions=false"),
)
_SANDBOX: Final = ("-s", "read-only")
READING: Final = ("shell_tool", "unified_exec")
"""The features with which it reads files: it has no other tool for that than commands in its read-only sandbox."""
_DISABLED: Final = (
    *("view_image", "multi_agent", "goals", "apps", "plugins", "hooks", "image_generation"),
    "unbounded_connection_retries",
)
_ALLOWED: Final = Allowed(
    subcommand="exec",
    stock={
        "--json": frozenset({""}),
        "--ephemeral": frozenset({""}),
        "--skip-git-repo-check": frozenset({""}),
        "--ignore-user-config": frozenset({""}),
        "--ignore-rules": frozenset({""}),
        "-s": frozenset({"read-only"}),
        "--sandbox": frozenset({"read-only"}),
        "--color": frozenset({"never", "auto", "always"}),
        "-": frozenset({""}),
    },
    passed={"--oss": 0, "--local-provider": 1, "--disable": 1},
    config_flags=frozenset({"-c", "--config"}),
    config_keys=(
        *("model", "model_provider", "model_providers.", "model_reasoning_", "model_verbosity", "model_context_window"),
        *("openai_base_url", "chatgpt_base_url", "oss_provider", "service_tier"),
    ),
)
_PROVIDER: Final = "lok"
_OPENAI: Final = "https://api.openai.com/v1"
_PROVIDER_KEY: Final = re.compile(r"model_providers\.([\w-]+)")
_OWN_CHOICE: Final = re.compile(r"^(?:model_provider|openai_base_url|chatgpt_base_url|--oss)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """What a run's JSON lines say. `error` is the reason why the turn failed, or the last complaint on the way."""

    answer: str = ""
    error: str = ""
    is_completed: bool = False
    is_failed: bool = False
    tokens_in: int | None = None
    tokens_out: int | None = None


def read_transcript(output: str) -> Transcript | None:
    """The lines of `codex exec --json`; None when not one of them is an event."""
    answer = error = ""
    is_completed = is_failed = False
    usage: dict[str, Any] = {}
    events = list(_events(output))
    for event in events:
        item, kind = event.get("item"), event["type"]
        if kind == "item.completed" and isinstance(item, dict) and item.get("type") == "agent_message":
            answer = str(item.get("text", ""))
        elif kind == "turn.completed":
            is_completed, usage = True, event.get("usage") or {}
        elif kind == "turn.failed":
            is_failed = True
            error = str((event.get("error") or {}).get("message") or error)
        elif kind == "error":
            error = str(event.get("message") or error)
    if not events:
        return None
    return Transcript(
        answer=answer,
        error=error,
        is_completed=is_completed,
        is_failed=is_failed,
        tokens_in=usage.get("input_tokens"),
        tokens_out=usage.get("output_tokens"),
    )


def _events(output: str) -> Iterator[dict[str, Any]]:
    # Not splitlines(): JSON may hold U+2028 and other ends of line as they are.
    for line in output.split("\n"):
        if not line.startswith("{"):
            continue
        event = parsed(line)
        if isinstance(event, dict) and isinstance(event.get("type"), str):
            yield event


class Codex(SealedCli):
    """`kind = "codex"`."""

    product = PRODUCT
    allowed = _ALLOWED
    sandbox: tuple[str, ...] = _SANDBOX
    disabled: tuple[str, ...] = (*READING, *_DISABLED)

    def prepare(self, room: Room, prompt: Prompt) -> Call | Failure:
        """A private CODEX_HOME that holds the login and nothing else."""
        home = room.root / "codex"
        home.mkdir(mode=0o700)
        provider = self._provider()
        lent = None if provider else lend(self._user_home() / "auth.json", home / "auth.json")
        if not provider and lent is None and not self._has_own_provider():
            reason = "no login found: neither auth.json in CODEX_HOME nor an API key"
            advice = f"{PRODUCT.login}; a login kept in the keyring cannot be lent to a sealed run"
            return self.failure(FailureKind.NOT_LOGGED_IN, reason, advice)
        argv = [*self._extra(), *_LOCKED[1:], *self.sandbox, *provider]
        argv += ["-c", f"instructions={json.dumps(self.system_prompt)}"]
        for feature in self.disabled:
            argv += ["--disable", feature]
        if self.model:
            argv += ["-m", self.model]
        if prompt.schema:
            schema = room.root / "schema.json"
            write_private(schema, json.dumps(prompt.schema).encode())
            argv += ["--output-schema", str(schema)]
        env = {"CODEX_HOME": str(home)}
        if key := self.value_of(self.settings.api_key_env):
            env["CODEX_API_KEY"] = key
        return Call(argv=(_LOCKED[0], *argv, "-"), env=env, lent=(lent,) if lent else ())

    def _user_home(self) -> Path:
        named = self.value_of("CODEX_HOME")
        return Path(named) if named else Path.home() / ".codex"

    def _has_own_provider(self) -> bool:
        """Whether the user's arguments say whom to ask; such a provider brings its own key, or needs none."""
        return any(_OWN_CHOICE.search(word) for word in self._given.extra)

    def _extra(self) -> list[str]:
        """The user's arguments, with the retries of a provider of theirs set to none: retrying is our part."""
        extra = list(self._given.extra)
        for name in dict.fromkeys(_PROVIDER_KEY.findall("\n".join(extra))):
            for key in ("request_max_retries", "stream_max_retries"):
                extra += ["-c", f"model_providers.{name}.{key}=0"]
        return extra

    def _provider(self) -> list[str]:
        """A provider for the user's API base (codex ignores OPENAI_BASE_URL), or for OpenAI's own with an API key:
        the retries of the built-in one cannot be set. Nothing for a login by subscription."""
        key_env = self.settings.api_key_env or ("" if self.settings.url else "CODEX_API_KEY")
        has_key = bool(self.value_of(key_env))
        if not self.settings.url and (not has_key or self._has_own_provider()):
            return []
        values: dict[str, str | int] = {
            "name": _PROVIDER,
            "base_url": self.settings.url.rstrip("/") or _OPENAI,
            "wire_api": "responses",
            "request_max_retries": 0,
            "stream_max_retries": 0,
            "stream_idle_timeout_ms": max(1, int(self.settings.timeout * 1000)),
        }
        if key_env:
            values["env_key"] = key_env
        table = ",".join(f"{key}={json.dumps(value)}" for key, value in values.items())
        return ["-c", f'model_provider="{_PROVIDER}"', "-c", f"model_providers.{_PROVIDER}={{{table}}}"]

    def read(self, finished: Finished) -> Reply | Failure:
        """The last message of a completed turn."""
        transcript = read_transcript(text(finished.stdout))
        if transcript is None:
            if finished.returncode:
                return self.complaint(_words(finished) or f"exit code {finished.returncode}")
            return self.unexpected(text(finished.stdout))
        if transcript.is_failed or not transcript.is_completed or finished.returncode:
            return self.complaint(
                transcript.error or _words(finished) or f"ended with exit code {finished.returncode}, no answer"
            )
        if not transcript.answer.strip():
            return self.empty()
        return Reply(
            backend=self.name,
            text=transcript.answer,
            seconds=finished.seconds,
            model=self.model,
            tokens_in=transcript.tokens_in,
            tokens_out=transcript.tokens_out,
        )


def _words(finished: Finished) -> str:
    """Standard error without its warnings and stack traces."""
    lines = text(finished.stderr).partition("Stack backtrace:")[0].splitlines()
    return "\n".join(line for line in lines if not line.startswith("WARNING:"))
