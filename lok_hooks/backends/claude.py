"""Anthropic's claude, locked: `claude -p` with no tools, no servers and none of its settings files."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from lok_hooks.backends.arguments import Allowed
from lok_hooks.backends.complaints import parsed
from lok_hooks.backends.process import Finished
from lok_hooks.backends.sealed import Call, Product, Room, SealedCli, text
from lok_hooks.core.ports import Failure, FailureKind, Reply
from lok_hooks.core.task import CUT_ADVICE, Prompt

KNOWN_VERSION: Final = "2.1.197"
"""2.1.330 takes the same flags; it wants Node 22 or newer when installed from npm."""

PRODUCT: Final = Product(
    package="@anthropic-ai/claude-code",
    known_version=KNOWN_VERSION,
    credentials=(
        *("ANTHROPIC_*", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CONFIG_DIR"),
        *("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"),
    ),
    # Bytes, and it takes 10 MB; three bytes a character at most for the scripts people write code in.
    input_limit=3_000_000,
    login="run `claude` and then /login, or set ANTHROPIC_API_KEY",
)

_CLOUDS: Final = {
    "CLAUDE_CODE_USE_BEDROCK": ("AWS_*",),
    "CLAUDE_CODE_USE_VERTEX": ("CLOUD_ML_REGION", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT"),
}
"""What it needs besides where a variable makes it ask a cloud's own servers."""
_TRUE: Final = ("1", "true", "yes", "on")
"""What it takes for switched on, in any case of letters."""

_ARGV: Final = (
    *("-p", "--output-format", "json", "--strict-mcp-config", "--setting-sources", ""),
    *("--disable-slash-commands", "--no-session-persistence"),
)
_LEAST_THINKING: Final = 1024
_CUT: Final = re.compile(r"exceeded the \d+ output token maximum")
_ALLOWED: Final = Allowed(
    stock={
        "-p": frozenset({""}),
        "--print": frozenset({""}),
        "--output-format": frozenset({"json", "text"}),
        "--bare": frozenset({""}),
        "--strict-mcp-config": frozenset({""}),
        "--disable-slash-commands": frozenset({""}),
        "--no-session-persistence": frozenset({""}),
        "--permission-mode": frozenset({"plan", "default"}),
    },
    passed={"--fallback-model": 1, "--effort": 1, "--betas": 1, "--max-budget-usd": 1},
)


class Claude(SealedCli):
    """`kind = "claude"`."""

    product = PRODUCT
    allowed = _ALLOWED
    locks: tuple[str, ...] = ("--tools", "", "--max-turns", "3")
    key_locks: tuple[str, ...] = ("--bare",)

    def credentials(self) -> tuple[str, ...]:
        """Its own, and those of the cloud that it is told to use."""
        clouds = [names for switch, names in _CLOUDS.items() if self.value_of(switch).strip().lower() in _TRUE]
        return (*super().credentials(), *(name for names in clouds for name in names))

    def prepare(self, room: Room, prompt: Prompt) -> Call | Failure:
        """With an API key in a configuration folder of its own and --bare; else where the user's login is kept."""
        env = {
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_MAX_RETRIES": "0",
            "API_TIMEOUT_MS": str(max(1, int(self.settings.timeout * 1000))),
        }
        if limit := prompt.max_tokens:
            env["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] = str(limit)
            # Else it would think up to the whole limit; the API takes no smaller budget than its least.
            thinking = limit // 2
            env["MAX_THINKING_TOKENS"] = str(thinking if thinking >= _LEAST_THINKING else 0)
        argv = [*self._given.extra, *_ARGV, *self.locks, "--system-prompt", self.system_prompt]
        key = self.value_of(self.settings.api_key_env) or self.value_of("ANTHROPIC_API_KEY")
        if key:
            argv += self.key_locks
            env |= {"ANTHROPIC_API_KEY": key, "CLAUDE_CONFIG_DIR": str(room.root / "claude")}
        if self.settings.url:
            env["ANTHROPIC_BASE_URL"] = self.settings.url.rstrip("/")
        if self.model:
            argv += ["--model", self.model]
        if prompt.schema:
            argv += ["--json-schema", json.dumps(prompt.schema)]
        return Call(argv=tuple(argv), env=env)

    def read(self, finished: Finished) -> Reply | Failure:
        """`structured_output` where the model kept to the schema, else `result`, of a run without error."""
        output = text(finished.stdout)
        value = _result(output)
        if value is None:
            if finished.returncode:
                return self.complaint(text(finished.stderr) or output or f"exit code {finished.returncode}")
            return self.unexpected(output)
        answer = str(value.get("result") or "")
        if value.get("is_error") or finished.returncode:
            status = value.get("api_error_status")
            if _CUT.search(answer):
                return self.failure(FailureKind.UNREADABLE, "the answer was cut at its token limit", CUT_ADVICE)
            message = answer or str(value.get("errors") or value.get("subtype") or text(finished.stderr))
            return self.complaint(message, status if isinstance(status, int) else None)
        if value.get("stop_reason") == "refusal":
            return self.failure(FailureKind.REFUSED, answer or "the model refused to answer", self.otherwise)
        if value.get("structured_output") is not None:
            answer = json.dumps(value["structured_output"], ensure_ascii=False)
        if not answer.strip():
            return self.empty()
        usage: dict[str, Any] = value.get("usage") or {}
        read = [usage.get(key) or 0 for key in _INPUT_TOKENS]
        return Reply(
            backend=self.name,
            text=answer,
            seconds=finished.seconds,
            model=self.model or ", ".join(value.get("modelUsage") or {}),
            tokens_in=sum(read) or None,
            tokens_out=usage.get("output_tokens"),
        )


_INPUT_TOKENS: Final = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def _result(output: str) -> dict[str, Any] | None:
    """The last line that is a result object."""
    # Not splitlines(): JSON may hold U+2028 and other ends of line as they are.
    for line in reversed(output.split("\n")):
        if not line.startswith("{"):
            continue
        value = parsed(line)
        if isinstance(value, dict) and value.get("type") == "result":
            return value
    return None
