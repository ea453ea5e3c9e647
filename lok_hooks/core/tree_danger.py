"""What a directory would tell an agent that is started in it, judged file by file.

A file is dangerous when it makes an agent run programs, load code, ask another server or ask its user less. In the
JSON and TOML files every key counts as dangerous that is not known to be harmless: the agents gain new ones monthly.
Instructions (CLAUDE.md, AGENTS.md, skills) are no danger by themselves: honest repositories have them, no model that
we start is shown them, and a model that finds one while it looks around can still only read.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

MAX_SIZE: Final = 1_000_000  # bytes; no honest settings file is larger

FOLDERS: Final[Mapping[str, str]] = {
    ".gemini/extensions": "gemini starts the programs of extensions",
    ".gemini/policies": "gemini lets tools run by these rules",
    ".opencode/plugin": "opencode runs this code",
    ".opencode/plugins": "opencode runs this code",
    ".opencode/tool": "opencode runs this code",
    ".opencode/tools": "opencode runs this code",
    ".codex/rules": "codex lets commands run by these rules",
}
"""Folders that are dangerous once anything is in them, each with the reason."""

INSTRUCTIONS: Final = (
    *("AGENTS.md", "AGENTS.override.md", "CLAUDE.md", "CLAUDE.local.md", "GEMINI.md", "QWEN.md", ".cursorrules"),
    *(".agents/skills", ".claude/CLAUDE.md", ".claude/skills", ".claude/agents", ".claude/commands", ".claude/rules"),
    *(".gemini/skills", ".gemini/commands", ".gemini/system.md", ".codex/skills", ".codex/prompts", ".opencode/agent"),
)
"""Files and folders with instructions for agents."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Danger:
    """A path as it is seen from the directory (POSIX, "../" for a parent), and what would come of it."""

    path: str
    why: str


_CLAUDE: Final = frozenset(
    """$schema permissions model availableModels effortLevel alwaysThinkingEnabled language outputStyle attribution
    includeCoAuthoredBy includeGitInstructions cleanupPeriodDays respectGitignore plansDirectory companyAnnouncements
    spinnerTipsEnabled spinnerVerbs prefersReducedMotion showTurnDuration autoUpdatesChannel""".split()
)
_GEMINI: Final = frozenset("$schema context contextFileName fileFiltering model output privacy theme ui".split())
_CODEX: Final = frozenset(
    """model model_reasoning_effort model_reasoning_summary model_verbosity model_context_window personality
    project_doc_max_bytes project_doc_fallback_filenames file_opener hide_agent_reasoning review_model""".split()
)
_OPENCODE: Final = frozenset("$schema autoupdate instructions keybinds model share small_model theme username".split())
_LOOSE_MODES: Final = frozenset({"acceptEdits", "auto", "bypassPermissions"})

_VARIABLE: Final = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*[=:]", re.MULTILINE)
_STEERS: Final = re.compile(
    r"(?:ANTHROPIC|AZURE_OPENAI|CLAUDE|CODEX|GEMINI|GOOGLE_GEMINI|GOOGLE_VERTEX|OPENAI|OPENCODE|OPENROUTER|QWEN)_"
    r"(?:\w+_)?(?:API_BASE|BASE_URL|ENDPOINT|HEADERS|HOST)"
    r"|(?:CLAUDE_CODE|GEMINI_CLI|GEMINI_SANDBOX|GEMINI_SYSTEM|GEMINI_TELEMETRY|CODEX)(?:_\w+)?"
    r"|(?:HTTPS?|ALL)_PROXY|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|SSL_CERT_(?:FILE|DIR)"
    r"|LD_PRELOAD",
    re.IGNORECASE,
)
_PLAIN: Final = re.compile(r"[\w$.-]{1,40}", re.ASCII)
_MOST_NAMED: Final = 6


def judge_file(name: str, content: bytes) -> str:
    """What would come of the settings file `name` (a key of `FILES`) with this content; "" for nothing bad."""
    try:
        return FILES[name](content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "it is not text, so nobody knows what it says"


def refusal(directory: str, dangers: Sequence[Danger]) -> str:
    """What the user is told of them."""
    lines = [f"{directory} carries settings that make agents run programs, ask other servers or ask you less:"]
    return "\n".join([*lines, *(f"  {danger.path}: {danger.why}" for danger in dangers)])


def _keys(values: Mapping[str, Any], harmless: frozenset[str]) -> list[str]:
    """The keys that say something and are not known to be harmless."""
    return [key for key, value in values.items() if key not in harmless and value not in (None, "", [], {}, False)]


def _named(keys: Sequence[str]) -> str:
    """The keys for the user; what is no plain word came from someone who wants to be misread."""
    names = [key if _PLAIN.fullmatch(key) else "an unreadable key" for key in keys[:_MOST_NAMED]]
    return ", ".join([*names, *([f"{len(keys) - _MOST_NAMED} more"] if len(keys) > _MOST_NAMED else [])])


def _table(text: str) -> dict[str, Any] | None:
    """The object in a JSON text, None when there is none that every reader would see alike."""
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _json(who: str, harmless: frozenset[str]) -> Callable[[str], str]:
    def judge(text: str) -> str:
        if not text.strip():
            return ""
        table = _table(text)
        if table is None:
            return f"it is no plain JSON, so only {who} knows what it says"
        keys = _keys(table, harmless)
        return f"{who} acts on {_named(keys)}" if keys else ""

    return judge


def _claude(text: str) -> str:
    said = _json("claude", _CLAUDE)(text)
    permissions = (_table(text) or {}).get("permissions")
    if said or permissions is None:
        return said
    if not isinstance(permissions, dict):
        return "claude acts on permissions"
    if permissions.get("defaultMode") in _LOOSE_MODES:
        return "claude acts on permissions.defaultMode, and asks you less"
    return "claude acts on permissions.additionalDirectories" if permissions.get("additionalDirectories") else ""


def _mcp(text: str) -> str:
    if not text.strip():
        return ""
    table = _table(text)
    if table is None:
        return "it is no plain JSON, so only claude knows what it starts"
    servers = table.get("mcpServers", table)
    if not isinstance(servers, dict):
        return "agents start the servers it names"
    return f"agents start its servers: {_named(list(servers))}" if servers else ""


def _codex(text: str) -> str:
    try:
        keys = _keys(tomllib.loads(text), _CODEX)
    except (ValueError, RecursionError):
        return "it is no plain TOML, so only codex knows what it says"
    return f"codex acts on {_named(keys)}" if keys else ""


def _environment(text: str) -> str:
    names = dict.fromkeys(name for name in _VARIABLE.findall(text) if _STEERS.fullmatch(name))
    return f"agents load it, and with it {_named(list(names))}" if names else ""


FILES: Final[Mapping[str, Callable[[str], str]]] = {
    ".claude/settings.json": _claude,
    ".claude/settings.local.json": _claude,
    ".mcp.json": _mcp,
    ".gemini/settings.json": _json("gemini", _GEMINI),
    ".gemini/.env": _environment,
    ".qwen/settings.json": _json("qwen", _GEMINI),
    ".qwen/.env": _environment,
    ".env": _environment,
    ".codex/config.toml": _codex,
    ".codex/hooks.json": _json("codex", frozenset()),
    "opencode.json": _json("opencode", _OPENCODE),
    "opencode.jsonc": _json("opencode", _OPENCODE),
    ".opencode/opencode.json": _json("opencode", _OPENCODE),
    ".opencode/opencode.jsonc": _json("opencode", _OPENCODE),
}
"""The settings files of agents, each with what judges its text."""
