"""Backends in an empty private room, locked, with an environment of listed variables."""

from __future__ import annotations

from typing import Final

from tests.removal.places import CLAUDE, CODEX, GEMINI, HTTP, SEALED
from tests.removal.row import Change, Removal, row

_RUNS: Final = "Nothing of a reviewed tree runs."
_SETTINGS: Final = "agents' settings in the tree"
_ENVIRONMENT: Final = "lok_hooks/backends/environment.py"
_ROOMS: Final = "lok_hooks/backends/rooms.py"

_OF_CLAUDE: Final = "tests/backends/test_claude.py::test_its_command_line_is_locked"
_OF_CODEX: Final = "tests/backends/test_codex.py::test_its_command_line_is_locked"
_OF_GEMINI: Final = "tests/backends/test_gemini.py::test_its_command_line_is_locked"
_ATTACK: Final = "tests/security/test_sealed_attacks.py::test_an_attack_that_works_on_the_cli_does_not_work_on_a_review"

IN_THE_TREE: Final = Change(SEALED, "        return room.work\n", "        return Path.cwd()\n")
"""Programs start where we were started."""
_DOUBLED_BY_THE_ROOM: Final = "the CLI stands in an empty room, where it meets no file of the tree"


def _lock(name: str, file: str, old: str, new: str, test: str) -> Removal:
    """A lock of a CLI's own command line or settings."""
    return row(name, _SETTINGS, file, old, new, test)


_ROOM: Final = (
    Removal(
        name="sealed working directory",
        promise=_RUNS,
        changes=(IN_THE_TREE,),
        tests=("tests/backends/test_command.py::test_it_is_sealed",),
    ),
    row(
        "room outside repositories",
        _RUNS,
        _ROOMS,
        "if not is_inside and os.access(",
        "if os.access(",
        "tests/backends/test_process.py::test_a_private_directory_never_lies_in_a_repository",
    ),
    row(
        "room for its owner alone",
        _RUNS,
        _ROOMS,
        "            yield Path(name).resolve()\n",
        "            os.chmod(name, 0o755)\n            yield Path(name).resolve()\n",
        "tests/backends/test_rooms.py::test_a_room_is_for_this_user_alone",
    ),
    row(
        "room removed at the end",
        _RUNS,
        _ROOMS,
        "ignore_cleanup_errors=True) as name:",
        "ignore_cleanup_errors=True) as name:\n        name = tempfile.mkdtemp(prefix=PREFIX, dir=parent)",
        "tests/backends/test_process.py::test_a_private_directory_is_empty_private_and_removed",
    ),
    row(
        "room of a killed run removed",
        _RUNS,
        _ROOMS,
        "    remove_abandoned(parent)\n",
        "",
        "tests/security/test_sealed_attacks.py::test_a_killed_review_leaves_a_login_that_the_next_one_removes",
    ),
    row(
        "room of another user left alone",
        _RUNS,
        _ROOMS,
        "found.st_uid == os.getuid() and ",
        "",
        "tests/backends/test_rooms.py::test_a_room_of_another_user_stays",
    ),
    row(
        "login for its owner alone",
        _RUNS,
        "lok_hooks/backends/logins.py",
        "files.write_new(path, content, files.PRIVATE)",
        "files.write_new(path, content, files.SHARED)",
        "tests/backends/test_logins.py::test_a_copy_is_for_this_user_only",
    ),
    row(
        "arguments that open a lock",
        _SETTINGS,
        "lok_hooks/backends/arguments.py",
        '            refused.append(" ".join(written))',
        "            extra += written",
        "tests/backends/test_arguments.py::test_an_argument_that_opens_a_lock_is_an_error_that_names_it",
    ),
)

_VARIABLES: Final = (
    row(
        "environment by allow-list",
        _RUNS,
        _ENVIRONMENT,
        "for name, value in parent.items() if fits(name, allowed)}",
        "for name, value in parent.items()}",
        "tests/backends/test_environment.py::test_only_allowed_names_pass",
    ),
    row(
        "other vendors' keys",
        _SETTINGS,
        _ENVIRONMENT,
        '*("PATH", "HOME",',
        '*("*_API_KEY", "OPENAI_API_KEY", "PATH", "HOME",',
        "tests/security/test_sealed_attacks.py::test_no_key_of_another_vendor_reaches_a_cli[claude]",
    ),
    row(
        "variables of git and of an agent around us",
        _RUNS,
        _ENVIRONMENT,
        "for name, value in environment.items() if not fits(name, _BARRED)}",
        "for name, value in environment.items()}",
        "tests/backends/test_environment.py::test_some_names_pass_in_no_way",
    ),
    row(
        "programs of the current directory",
        _RUNS,
        _ENVIRONMENT,
        "for entry in path.split(os.pathsep) if Path(entry).is_absolute())",
        "for entry in path.split(os.pathsep))",
        "tests/backends/test_environment.py::test_a_program_of_the_current_directory_is_never_found_by_its_name",
    ),
    row(
        "Amazon's credentials only for Bedrock",
        _RUNS,
        CLAUDE,
        "if self.value_of(switch).strip().lower() in _TRUE]",
        "]",
        "tests/backends/test_environment.py::test_a_clouds_credentials_pass_only_to_who_is_told_to_use_that_cloud",
    ),
    row(
        "Google's credentials only for Vertex AI",
        _RUNS,
        GEMINI,
        "*_LOGIN_VARIABLES.get(login, ())",
        '*_LOGIN_VARIABLES["vertex-ai"]',
        "tests/backends/test_environment.py::test_a_clouds_credentials_pass_only_to_who_is_told_to_use_that_cloud",
    ),
)

_OF_THE_CLIS: Final = (
    _lock("claude's tools", CLAUDE, '("--tools", "", "--max-turns", "3")', '("--max-turns", "3")', _OF_CLAUDE),
    _lock("claude's servers", CLAUDE, '"--strict-mcp-config", "--setting-sources"', '"--setting-sources"', _OF_CLAUDE),
    _lock(
        "claude's skills",
        CLAUDE,
        '*("--disable-slash-commands", "--no-session-persistence")',
        '*("--no-session-persistence",)',
        _OF_CLAUDE,
    ),
    _lock(
        "claude's memories",
        CLAUDE,
        'key_locks: tuple[str, ...] = ("--bare",)',
        "key_locks: tuple[str, ...] = ()",
        _OF_CLAUDE,
    ),
    _lock("claude's own folder", CLAUDE, ', "CLAUDE_CONFIG_DIR": str(room.root / "claude")}', "}", _OF_CLAUDE),
    _lock("claude's address", CLAUDE, 'env["ANTHROPIC_BASE_URL"] = self.settings.url.rstrip("/")', "pass", _OF_CLAUDE),
    row(
        "redirects of a server",
        "agents' settings in the tree",
        HTTP,
        "follow_redirects=False,",
        "follow_redirects=True,",
        "tests/backends/test_http.py::test_a_redirect_is_never_followed",
    ),
    row(
        "claude's login by subscription",
        _RUNS,
        CLAUDE,
        "        env = {\n",
        '        env = {\n            "CLAUDE_CONFIG_DIR": str(room.root),\n',
        "tests/backends/test_subscriptions.py::test_claude_finds_and_sends_its_login",
    ),
    row(
        "codex's login by subscription",
        _RUNS,
        CODEX,
        'lend(self._user_home() / "auth.json", home / "auth.json")',
        'lend(self._user_home() / "auth.json", room.root / "auth.json")',
        "tests/backends/test_codex.py::test_only_the_login_is_lent_for_this_user_alone_and_a_renewed_one_kept",
        "tests/backends/test_subscriptions.py::test_codex_finds_and_sends_its_login",
    ),
    row(
        "gemini's login by subscription",
        _RUNS,
        GEMINI,
        "for name in _LOGIN_FILES:",
        "for name in ():",
        "tests/backends/test_gemini.py::test_the_users_own_login_is_lent",
        "tests/backends/test_subscriptions.py::test_gemini_finds_and_sends_its_login",
    ),
    row(
        "claude's settings on a login by subscription",
        _SETTINGS,
        CLAUDE,
        '"--setting-sources", "")',
        ")",
        "tests/security/test_sealed_attacks.py::"
        "test_all_attacks_at_once_on_a_login_by_subscription[CLAUDE_CODE_OAUTH_TOKEN]",
        says="at.fired()",
    ),
    Removal(
        name="claude's address in settings of the tree",
        promise=_SETTINGS,
        changes=(IN_THE_TREE, Change(CLAUDE, '"--setting-sources", "")', ")")),
        tests=(f"{_ATTACK}[claude-redirect]",),
        says="at.fired()",
        doubled=_DOUBLED_BY_THE_ROOM,
    ),
    _lock("codex's tools", CODEX, "(*READING, *_DISABLED)", "(*_DISABLED,)", _OF_CODEX),
    _lock("codex's plugins", CODEX, '"plugins", "hooks", ', '"hooks", ', _OF_CODEX),
    _lock("codex's hooks", CODEX, '"plugins", "hooks", ', '"plugins", ', _OF_CODEX),
    _lock("codex's apps", CODEX, '"goals", "apps", ', '"goals", ', _OF_CODEX),
    _lock(
        "codex's sandbox",
        CODEX,
        '_SANDBOX: Final = ("-s", "read-only")',
        '_SANDBOX: Final = ("-s", "workspace-write")',
        _OF_CODEX,
    ),
    _lock("codex's rules for commands", CODEX, ', "--ignore-rules")', ")", _OF_CODEX),
    _lock(
        "codex's web search", CODEX, '*("-c", \'web_search="disabled"\', "-c", "skills', '*("-c", "skills', _OF_CODEX
    ),
    _lock("codex's address", CODEX, 'self.settings.url.rstrip("/") or _OPENAI', "_OPENAI", _OF_CODEX),
    Removal(
        name="codex's instructions",
        promise=_SETTINGS,
        changes=(IN_THE_TREE, Change(CODEX, ', "-c", "project_doc_max_bytes=0")', ")")),
        tests=(f"{_ATTACK}[codex-instructions]",),
        says="at.fired()",
        doubled=_DOUBLED_BY_THE_ROOM,
    ),
    Removal(
        name="codex's skills",
        promise=_SETTINGS,
        changes=(IN_THE_TREE, Change(CODEX, ', "-c", "skills.include_instructions=false")', ")")),
        tests=(f"{_ATTACK}[codex-skills]",),
        says="at.fired()",
        doubled=_DOUBLED_BY_THE_ROOM,
    ),
    row(
        "codex's own home",
        _SETTINGS,
        CODEX,
        'env = {"CODEX_HOME": str(home)}',
        "env: dict[str, str] = {}",
        f"{_ATTACK}[codex-redirect-at-home]",
        says="at.fired()",
    ),
    Removal(
        name="codex's settings",
        promise=_SETTINGS,
        changes=(
            Change(CODEX, 'env = {"CODEX_HOME": str(home)}', "env: dict[str, str] = {}"),
            Change(CODEX, '"--ignore-user-config", ', ""),
        ),
        tests=(f"{_ATTACK}[codex-servers-at-home]",),
        says="at.fired()",
        doubled="its home is a private one",
    ),
    _lock("gemini's tools", GEMINI, '"tools": {"core": ["none"]},', "", _OF_GEMINI),
    _lock("gemini's extensions", GEMINI, '"plan", "-e", "none")', '"plan")', _OF_GEMINI),
    _lock("gemini's mode", GEMINI, '"--approval-mode", "plan", ', "", _OF_GEMINI),
    _lock("gemini's skills", GEMINI, '"skills": {"enabled": False},', "", _OF_GEMINI),
    _lock("gemini's hooks", GEMINI, '"hooksConfig": {"enabled": False},', "", _OF_GEMINI),
    _lock("gemini's agents", GEMINI, '"experimental": {"enableAgents": False},', "", _OF_GEMINI),
    _lock(
        "gemini's own home",
        GEMINI,
        '            "HOME": str(home),\n            "GEMINI_CLI_HOME": str(home),\n',
        "",
        _OF_GEMINI,
    ),
    _lock(
        "gemini's address", GEMINI, 'env["GOOGLE_GEMINI_BASE_URL"] = self.settings.url.rstrip("/")', "pass", _OF_GEMINI
    ),
    row(
        "gemini's variables",
        _SETTINGS,
        GEMINI,
        '            write_private(home / ".env", b"")\n',
        "            pass\n",
        "tests/backends/test_gemini.py::test_an_env_file_above_the_private_directory_is_not_met",
    ),
    Removal(
        name="gemini's instructions",
        promise=_SETTINGS,
        changes=(IN_THE_TREE,),
        tests=(f"{_ATTACK}[gemini-instructions]",),
        says="at.fired()",
    ),
    Removal(
        name="gemini's redirect in the tree",
        promise=_SETTINGS,
        changes=(IN_THE_TREE,),
        tests=(f"{_ATTACK}[gemini-redirect]",),
        says="at.fired()",
    ),
)

ROWS: Final = (*_ROOM, *_VARIABLES, *_OF_THE_CLIS)
