"""Kinds of failures: what happened, in the vendor's own words, and what to do about it."""

from __future__ import annotations

from typing import Final

from tests.removal.row import row

_KIND: Final = "Every failure has the kind that it is of."
_ADVICE: Final = "Every failure says what to do."
_WORDS: Final = "Every failure is told in the vendor's own words, and no key stands in them."
_SEALED: Final = "lok_hooks/backends/sealed.py"
_CODEX: Final = "lok_hooks/backends/codex.py"
_GEMINI: Final = "lok_hooks/backends/gemini.py"
_COMMAND: Final = "lok_hooks/backends/command.py"
_OLLAMA: Final = "lok_hooks/backends/ollama.py"
_HTTP: Final = "lok_hooks/backends/http.py"
_SERVERS: Final = "lok_hooks/backends/http_failures.py"
_COMPLAINTS: Final = "lok_hooks/backends/complaints.py"

_OF_CLIS: Final = "tests/backends/test_cli_faults.py"
_DONE: Final = f"{_OF_CLIS}::test_what_a_server_can_do"
_MEANT: Final = "tests/backends/test_complaints.py::test_a_message_is_taken_for_what_it_means"
_STATUS: Final = "tests/backends/test_http.py::test_every_status_has_its_failure"
_OF_COMMAND: Final = "tests/backends/test_command.py"

_MISSING: Final = (
    row(
        "a missing program",
        _KIND,
        _SEALED,
        "        if find_program(outermost):\n            return None\n",
        "        if outermost:\n            return None\n",
        f"{_OF_CLIS}::test_a_missing_program[codex]",
    ),
    row(
        "a program that cannot be started",
        _KIND,
        "lok_hooks/backends/process.py",
        "return self.errno in {errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.ENOTDIR, errno.ELOOP}",
        "return self.errno == errno.EACCES",
        "tests/backends/test_process.py::test_what_cannot_be_started_is_missing",
    ),
    row(
        "how to install a CLI",
        _ADVICE,
        _SEALED,
        'return f"npm i -g {self.product.package}"\n',
        'return ""\n',
        f"{_OF_CLIS}::test_a_cli_that_is_not_installed_comes_with_how_to_install_it",
    ),
    row(
        "a missing wrapper is no missing CLI",
        _ADVICE,
        _SEALED,
        '            return "check defaults.command_wrapper in lok.toml"\n',
        "            pass\n",
        f"{_OF_CLIS}::test_a_wrapper_that_is_not_installed_is_not_taken_for_the_cli[codex]",
    ),
    row(
        "ollama is not running",
        _ADVICE,
        _OLLAMA,
        "ollama is not running: start it with `ollama serve`",
        "no",
        "tests/backends/test_ollama.py::test_not_running_is_missing_with_the_way_to_start_it",
    ),
    row(
        "ollama without a model's name",
        _KIND,
        _OLLAMA,
        "        if not self._settings.model:\n",
        "        if self._settings.model is None:\n",
        "tests/backends/test_ollama.py::test_without_a_model_it_is_missing",
    ),
    row(
        "nobody listens, known before asking",
        _KIND,
        _HTTP,
        "    except OSError:\n        return _nobody_listens(server)\n    return None\n",
        "    except OSError:\n        return None\n    return None\n",
        "tests/backends/test_http.py::test_nobody_listening_is_missing_with_advice",
    ),
    row(
        "no probe leaves this machine",
        _KIND,
        _HTTP,
        "    if not server.is_loopback:\n        return None\n",
        "",
        "tests/backends/test_http.py::test_another_machine_is_not_probed",
    ),
    row(
        "an address that is none",
        _KIND,
        _SERVERS,
        "        if is_good:\n            return None\n",
        "        if is_good or True:\n            return None\n",
        "tests/backends/test_http.py::test_a_wrong_address_is_missing_with_advice",
    ),
    row(
        "a full disk",
        _KIND,
        _SEALED,
        'reason = f"no private directory to run it in: {error.strerror or error}"',
        'reason = "an error"',
        f"{_OF_CLIS}::test_a_full_disk_is_a_failure_in_plain_words",
    ),
)

_NOT_LOGGED_IN: Final = (
    row(
        "no login for codex",
        _KIND,
        _CODEX,
        "if not provider and lent is None and not self._has_own_provider():",
        "if not provider and lent is None and self._has_own_provider():",
        f"{_OF_CLIS}::test_no_login[codex]",
    ),
    row(
        "no login for gemini",
        _KIND,
        _GEMINI,
        "        if not login:\n",
        "        if login is None:\n",
        "tests/backends/test_gemini.py::test_without_any_login_nothing_is_started[]",
    ),
    row(
        "no login by gemini's exit code",
        _KIND,
        _GEMINI,
        "_EXIT_NO_LOGIN: Final = 41",
        "_EXIT_NO_LOGIN: Final = 410",
        "tests/backends/test_gemini.py::test_its_exit_code_for_no_login_says_so_whatever_its_words",
    ),
    row(
        "no login in words",
        _KIND,
        _COMPLAINTS,
        '            r"not (?:logged|signed) in|/login|log',
        '            r"log',
        f"{_OF_CLIS}::test_a_command_without_its_login_is_told_in_its_own_words",
        _MEANT,
    ),
    row(
        "how to log in",
        _ADVICE,
        _SEALED,
        'FailureKind.NOT_LOGGED_IN: self.product.login if self.product else "",',
        'FailureKind.NOT_LOGGED_IN: "",',
        f"{_DONE}[401-codex]",
    ),
    row(
        "how to give a program its key",
        _ADVICE,
        _COMMAND,
        "        if failure.kind is FailureKind.NOT_LOGGED_IN:\n",
        "        if failure.kind is None:\n",
        f"{_OF_CLIS}::test_a_command_without_its_login_is_told_in_its_own_words",
    ),
    row(
        "401 of a CLI's server",
        _KIND,
        _COMPLAINTS,
        "    if status == 401:\n",
        "    if status == 4010:\n",
        f"{_DONE}[401-codex]",
    ),
    row(
        "a wrong key that Google calls a bad request",
        _KIND,
        _COMPLAINTS,
        "    if status == 400 and _WORDS[1][2].search(message):\n        return FailureKind.NOT_LOGGED_IN, False\n",
        "",
        _MEANT,
    ),
    row(
        "no key for a server",
        _KIND,
        _HTTP,
        "    if not key:\n",
        "    if key is None:\n",
        "tests/backends/test_http_faults.py::test_no_login[ollama]",
        "tests/backends/test_http_faults.py::test_no_login[openai]",
    ),
    row(
        "a key that is none",
        _KIND,
        _HTTP,
        "if not (key.isascii() and key.isprintable()):",
        "if not key:",
        "tests/backends/test_http.py::test_a_named_key_that_is_not_there_is_no_login_and_nothing_is_sent",
        says="UnicodeEncodeError",
    ),
    row(
        "401 of a server",
        _KIND,
        _SERVERS,
        "    if status in (401, 403):\n",
        "    if status == 403:\n",
        "tests/backends/test_http_faults.py::test_401[ollama]",
        _STATUS,
    ),
    row(
        "which key to check",
        _ADVICE,
        _SERVERS,
        'return f"check the API key in the environment variable {server.key_env}"',
        'return ""',
        "tests/backends/test_http_faults.py::test_401[ollama]",
    ),
)

_LIMITED: Final = (
    row(
        "429 of a CLI's server",
        _KIND,
        _COMPLAINTS,
        "    if status == 429:\n",
        "    if status == 4290:\n",
        f"{_DONE}[429 with Retry-After-command]",
    ),
    row(
        "a limit in words",
        _KIND,
        _COMPLAINTS,
        'r"rate.?limit|too many requests|quota|usage limit|resource.?exhausted"',
        'r"rate.?limit"',
        _MEANT,
        f"{_OF_CLIS}::test_exit_0_with_an_error_inside[command]",
    ),
    row(
        "what to do about a limit",
        _ADVICE,
        _SEALED,
        'FailureKind.RATE_LIMITED: "wait, or use another backend (--backend)",',
        'FailureKind.RATE_LIMITED: "",',
        f"{_DONE}[429 with Retry-After-codex]",
    ),
    row("429 of a server", _KIND, _SERVERS, "    if status == 429:\n", "    if status == 4290:\n", _STATUS),
    row(
        "how long to wait for a server",
        _ADVICE,
        _SERVERS,
        "wait{f' {wait:.0f} s' if wait else ''}, or lower",
        "lower",
        "tests/backends/test_http_faults.py::test_429_with_a_retry_after_beyond_the_deadline[ollama]",
    ),
    row(
        "an account with nothing left",
        _KIND,
        _SERVERS,
        "if status == 402 or (status == 429 and wait is None and _SPENT.search(message)):",
        "if status == 402:",
        _STATUS,
    ),
    row(
        "an account with nothing left, by its status",
        _KIND,
        _SERVERS,
        "if status == 402 or (status == 429 and wait is None and _SPENT.search(message)):",
        "if status == 429 and wait is None and _SPENT.search(message):",
        _STATUS,
    ),
    row(
        "a minute's limit called a spent quota",
        _KIND,
        _SERVERS,
        "(status == 429 and wait is None and _SPENT",
        "(status == 429 and _SPENT",
        "tests/backends/test_http.py::test_a_spent_quota_with_a_time_to_wait_is_a_minutes_limit",
    ),
)

_CRASHED: Final = (
    row(
        "500 of a CLI's server",
        _KIND,
        _COMPLAINTS,
        "    if status == 408 or status >= 500:\n",
        "    if status == 408:\n",
        f"{_DONE}[500 always-command]",
    ),
    row(
        "a server's error without its status",
        _KIND,
        _COMPLAINTS,
        'r"high demand|overloaded|',
        'r"',
        f"{_DONE}[500 always-codex]",
        _MEANT,
    ),
    row(
        "500 of a server",
        _KIND,
        _SERVERS,
        "    if status >= 500 or status == 408:\n",
        "    if status == 408:\n",
        _STATUS,
    ),
    row(
        "a program's own exit code told",
        _WORDS,
        _COMMAND,
        'return replace(failure, reason=f"{ended}: {failure.reason}")',
        "return failure",
        f"{_OF_COMMAND}::test_a_program_that_fails_is_told_in_its_own_words",
    ),
    row(
        "what to do about a program that fails",
        _ADVICE,
        _COMMAND,
        'return f"run {self.settings.command} by hand with a prompt on its standard input"',
        'return "-"',
        f"{_OF_COMMAND}::test_a_program_that_fails_is_told_in_its_own_words",
    ),
    row(
        "what to do where nothing better is known",
        _ADVICE,
        _SEALED,
        'return "ask again later, or use another backend (--backend)"',
        'return ""',
        f"{_DONE}[500 always-codex]",
    ),
    row(
        "a program's signal told",
        _WORDS,
        _COMMAND,
        'f"exit code {code}" if code > 0 else f"signal {-code}"',
        'f"exit code {code}"',
        f"{_OF_COMMAND}::test_a_program_that_dies_of_a_signal",
    ),
    row(
        "a version that does not know our flags",
        _KIND,
        _SEALED,
        "if finished.returncode and self.product and (line := unknown_flag(text(finished.stderr))):",
        'if False and self.product and (line := ""):',
        f"{_OF_CLIS}::test_a_version_that_does_not_know_our_flags[codex]",
    ),
)

ROWS: Final = (*_MISSING, *_NOT_LOGGED_IN, *_LIMITED, *_CRASHED)
