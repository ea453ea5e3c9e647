"""The command lines by which programs are asked: what the locks of `sealing` leave to say."""

from __future__ import annotations

from typing import Final

from tests.removal.row import row

_QUIET: Final = "A CLI is started for one answer: it keeps nothing, calls nobody else, and does not ask again."
_ASKED: Final = "What lok.toml says of a backend reaches it."
_FORM: Final = "Each backend is asked for the answer's form in the way that it understands."
_CODEX: Final = "lok_hooks/backends/codex.py"
_GEMINI: Final = "lok_hooks/backends/gemini.py"
_CLAUDE: Final = "lok_hooks/backends/claude.py"
_SEALED: Final = "lok_hooks/backends/sealed.py"

_OF_CODEX: Final = "tests/backends/test_codex.py::test_its_command_line_is_locked"
_OF_GEMINI: Final = "tests/backends/test_gemini.py::test_its_command_line_is_locked"
_OF_CLAUDE: Final = "tests/backends/test_claude.py::test_its_command_line_is_locked"
_LIMITS: Final = "tests/backends/test_answer_limit.py"

_OF_THE_CLIS: Final = (
    row("codex answers in events", _ASKED, _CODEX, '"exec", "--json", ', '"exec", ', _OF_CODEX),
    row("codex keeps no session", _QUIET, _CODEX, '"--ephemeral", "--skip', '"--skip', _OF_CODEX),
    row("codex outside a repository", _ASKED, _CODEX, '"--skip-git-repo-check", "--ignore', '"--ignore', _OF_CODEX),
    row("codex's analytics", _QUIET, _CODEX, '"-c", "analytics.enabled=false", ', "", _OF_CODEX),
    row("codex's images", _QUIET, _CODEX, '*("view_image", "multi', '*("multi', _OF_CODEX),
    row("codex's other agents", _QUIET, _CODEX, '"multi_agent", ', "", _OF_CODEX),
    row("codex's goals", _QUIET, _CODEX, '"goals", ', "", _OF_CODEX),
    row("codex's pictures", _QUIET, _CODEX, ', "image_generation")', ")", _OF_CODEX),
    row("codex's endless connecting", _QUIET, _CODEX, '    "unbounded_connection_retries",\n', "", _OF_CODEX),
    row("codex's system prompt", _ASKED, _CODEX, "json.dumps(self.system_prompt)", "json.dumps('be nice')", _OF_CODEX),
    row("codex's model", _ASKED, _CODEX, 'argv += ["-m", self.model]', 'argv += ["-m", "default"]', _OF_CODEX),
    row("codex's schema", _FORM, _CODEX, 'argv += ["--output-schema", str(schema)]', "pass", _OF_CODEX),
    row("codex reads the prompt", _ASKED, _CODEX, '*argv, "-")', "*argv)", _OF_CODEX),
    row("codex's protocol", _ASKED, _CODEX, '"wire_api": "responses"', '"wire_api": "chat"', _OF_CODEX),
    row(
        "codex's retries of a request",
        _QUIET,
        _CODEX,
        '"request_max_retries": 0',
        '"request_max_retries": 4',
        _OF_CODEX,
    ),
    row("codex's retries of a stream", _QUIET, _CODEX, '"stream_max_retries": 0', '"stream_max_retries": 5', _OF_CODEX),
    row(
        "codex's patience",
        _ASKED,
        _CODEX,
        "max(1, int(self.settings.timeout * 1000))",
        "300_000",
        _OF_CODEX,
    ),
    row("codex's key by its name", _ASKED, _CODEX, 'values["env_key"] = key_env', "pass", _OF_CODEX),
    row(
        "codex's retries at a provider of the user's",
        _QUIET,
        _CODEX,
        'extra += ["-c", f"model_providers.{name}.{key}=0"]',
        "pass",
        "tests/backends/test_codex.py::test_the_users_arguments_stand_before_the_locks",
    ),
    row(
        "codex's own words after the user's",
        _ASKED,
        _CODEX,
        "argv = [*self._extra(), *_LOCKED[1:], *self.sandbox, *provider]",
        "argv = [*_LOCKED[1:], *self.sandbox, *provider, *self._extra()]",
        "tests/backends/test_codex.py::test_the_users_arguments_stand_before_the_locks",
    ),
    row(
        "codex's key without its retries",
        _QUIET,
        _CODEX,
        "if not self.settings.url and (not has_key or self._has_own_provider()):",
        "if not self.settings.url:",
        "tests/backends/test_codex.py::test_a_key_goes_to_openai_without_the_clis_own_retries[CODEX_API_KEY]",
        says="StopIteration",
    ),
    row(
        "codex's key at a provider of the user's",
        _ASKED,
        _CODEX,
        'env["CODEX_API_KEY"] = key',
        "pass",
        "tests/backends/test_codex.py::test_a_key_of_another_name_is_codexs_at_an_address_of_the_users",
    ),
    row(
        "codex's login lent",
        _ASKED,
        _CODEX,
        'lend(self._user_home() / "auth.json", home / "auth.json")',
        "None",
        "tests/backends/test_codex.py::test_only_the_login_is_lent_for_this_user_alone_and_a_renewed_one_kept",
        says="report.json",  # it was not started
    ),
    row(
        "a renewed login kept",
        _ASKED,
        _SEALED,
        "                give_back(lent)\n",
        "                pass\n",
        "tests/backends/test_codex.py::test_only_the_login_is_lent_for_this_user_alone_and_a_renewed_one_kept",
    ),
    row("gemini answers in JSON", _ASKED, _GEMINI, '("-o", "json", ', "(", _OF_GEMINI),
    row("gemini in a folder without trust", _ASKED, _GEMINI, '= ("--skip-trust",)', "= ()", _OF_GEMINI),
    row("gemini's model", _ASKED, _GEMINI, '*(("-m", self.model) if self.model else ())', "", _OF_GEMINI),
    row("gemini's statistics", _QUIET, _GEMINI, '"privacy": {"usageStatisticsEnabled": False},', "", _OF_GEMINI),
    row("gemini's telemetry", _QUIET, _GEMINI, '"telemetry": {"enabled": False},', "", _OF_GEMINI),
    row("gemini's updates", _QUIET, _GEMINI, '"enableAutoUpdate": False,', "", _OF_GEMINI),
    row("gemini's words about updates", _QUIET, _GEMINI, '"enableAutoUpdateNotification": False,', "", _OF_GEMINI),
    row("gemini's retries", _QUIET, _GEMINI, '"maxAttempts": 1,', "", _OF_GEMINI),
    row("gemini's retries of a connection", _QUIET, _GEMINI, '"retryFetchErrors": False,', "", _OF_GEMINI),
    row("gemini's list of the folder", _QUIET, _GEMINI, '"context": {"includeDirectoryTree": False},', "", _OF_GEMINI),
    row("gemini's turns", _QUIET, _GEMINI, '"model": {"maxSessionTurns": 2},', "", _OF_GEMINI),
    row(
        "gemini's second start",
        _QUIET,
        _GEMINI,
        '"GEMINI_CLI_NO_RELAUNCH": "1",',
        '"GEMINI_CLI_NO_RELAUNCH": "",',
        _OF_GEMINI,
    ),
    row(
        "gemini's system prompt",
        _ASKED,
        _GEMINI,
        '            "GEMINI_SYSTEM_MD": str(home / "system.md"),\n',
        "",
        "tests/backends/test_gemini.py::test_the_real_one_is_asked_with_nothing_but_the_prompt",
    ),
    row("gemini's key", _ASKED, _GEMINI, 'env["GEMINI_API_KEY"] = key', 'env["GEMINI_API_KEY"] = ""', _OF_GEMINI),
    row("gemini's kind of login", _ASKED, _GEMINI, '"auth": {"selectedType": login}', '"auth": {}', _OF_GEMINI),
    row(
        "gemini's login lent",
        _ASKED,
        _GEMINI,
        '            lend(self._user_folder() / name, home / ".gemini" / name)\n',
        "            pass\n",
        "tests/backends/test_gemini.py::test_the_users_own_login_is_lent",
    ),
    row(
        "gemini's file of variables lent",
        _ASKED,
        _GEMINI,
        'if lend(self.env_file(), home / ".env") is None:',
        "if True:",
        "tests/backends/test_gemini.py::test_the_users_own_login_is_lent",
    ),
    row(
        "gemini's limit of an answer",
        _ASKED,
        _GEMINI,
        "maxOutputTokens=tokens)",
        "maxOutputTokens=65_536)",
        f"{_LIMITS}::test_the_real_gemini_passes_it_on[gemini-2.5-pro-thinking0]",
    ),
    row("claude without a terminal", _ASKED, _CLAUDE, '*("-p", "--output-format"', '*("--output-format"', _OF_CLAUDE),
    row("claude answers in JSON", _ASKED, _CLAUDE, '"--output-format", "json", ', "", _OF_CLAUDE),
    row("claude keeps no session", _QUIET, _CLAUDE, ', "--no-session-persistence"),\n)', ",),\n)", _OF_CLAUDE),
    row("claude's turns", _QUIET, _CLAUDE, ', "--max-turns", "3")', ")", _OF_CLAUDE),
    row("claude's system prompt", _ASKED, _CLAUDE, ', "--system-prompt", self.system_prompt]', "]", _OF_CLAUDE),
    row("claude's model", _ASKED, _CLAUDE, 'argv += ["--model", self.model]', "pass", _OF_CLAUDE),
    row("claude's schema", _FORM, _CLAUDE, 'argv += ["--json-schema", json.dumps(prompt.schema)]', "pass", _OF_CLAUDE),
    row(
        "claude calls the model alone",
        _QUIET,
        _CLAUDE,
        '"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",',
        "",
        _OF_CLAUDE,
    ),
    row("claude's updates", _QUIET, _CLAUDE, '"DISABLE_AUTOUPDATER": "1",', "", _OF_CLAUDE),
    row(
        "claude's retries",
        _QUIET,
        _CLAUDE,
        '"CLAUDE_CODE_MAX_RETRIES": "0",',
        '"CLAUDE_CODE_MAX_RETRIES": "10",',
        _OF_CLAUDE,
    ),
    row("claude's patience", _ASKED, _CLAUDE, "str(max(1, int(self.settings.timeout * 1000)))", '"600000"', _OF_CLAUDE),
    row("claude's key", _ASKED, _CLAUDE, '"ANTHROPIC_API_KEY": key, ', '"ANTHROPIC_API_KEY": "", ', _OF_CLAUDE),
    row(
        "claude's own login",
        _ASKED,
        _CLAUDE,
        "        if key:\n",
        "        if key or True:\n",
        "tests/backends/test_claude.py::test_without_a_key_the_users_own_login_is_left_in_its_place",
    ),
    row(
        "claude's limit of an answer",
        _ASKED,
        _CLAUDE,
        'env["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] = str(limit)',
        "pass",
        f"{_LIMITS}::test_the_real_claude_passes_it_on[3000-1500]",
    ),
    row(
        "claude's thinking within an answer's limit",
        _ASKED,
        _CLAUDE,
        "str(thinking if thinking >= _LEAST_THINKING else 0)",
        "str(limit)",
        f"{_LIMITS}::test_the_real_claude_passes_it_on[2047-None]",
    ),
    row(
        "a prompt is no command of a CLI's",
        _ASKED,
        _SEALED,
        'return prompt.text if prompt.text[:1].isalpha() else f"Request:\\n{prompt.text}"',
        "return prompt.text",
        "tests/backends/test_codex.py::test_the_real_one_is_asked_with_nothing_but_the_prompt",
    ),
    row(
        "a prompt on standard input",
        _ASKED,
        _SEALED,
        'stdin=self.input_text(prompt).encode("utf-8", "replace")',
        'stdin=b""',
        "tests/backends/test_command.py::test_the_prompt_goes_in_and_the_answer_comes_out",
    ),
    row(
        "temporary files in the room",
        _QUIET,
        "lok_hooks/backends/environment.py",
        '"NO_COLOR": "1", "TMPDIR": str(temporary)}',
        '"NO_COLOR": "1", "TMPDIR": "/tmp"}',
        _OF_GEMINI,
    ),
)

_OF_PROGRAMS: Final = (
    row(
        "arguments of a user's program",
        _ASKED,
        "lok_hooks/backends/command.py",
        "return (self.settings.command, *self.settings.args)",
        "return (self.settings.command,)",
        "tests/backends/test_command.py::test_the_prompt_goes_in_and_the_answer_comes_out",
    ),
    row(
        "first lines of a user's program dropped",
        _ASKED,
        "lok_hooks/backends/command.py",
        '"\\n".join(output.split("\\n")[self.settings.skip_lines :])',
        "output",
        "tests/backends/test_command.py::test_first_lines_are_dropped",
    ),
    row(
        "variables of a user's program",
        _ASKED,
        _SEALED,
        "{**self.settings.env, **call.env}",
        "call.env",
        "tests/backends/test_command.py::test_it_is_sealed",
        says="KeyError: 'MODE'",
    ),
    row(
        "a wrapper around a program",
        _ASKED,
        _SEALED,
        'return wrapped(self.settings.command_wrapper, (*program, *argv), f"backends.{self.name}")',
        "return [*program, *argv]",
        "tests/backends/test_command.py::test_a_wrapper_runs_around_it",
    ),
)

ROWS: Final = (*_OF_THE_CLIS, *_OF_PROGRAMS)
