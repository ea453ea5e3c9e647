"""Kinds of failures that are left, and the words in which all are told."""

from __future__ import annotations

from typing import Final

from tests.removal.row import row

_KIND: Final = "Every failure has the kind that it is of."
_ADVICE: Final = "Every failure says what to do."
_WORDS: Final = "Every failure is told in the vendor's own words, and no key stands in them."
_SEALED: Final = "lok_hooks/backends/sealed.py"
_GEMINI: Final = "lok_hooks/backends/gemini.py"
_HTTP: Final = "lok_hooks/backends/http.py"
_SERVERS: Final = "lok_hooks/backends/http_failures.py"
_COMPLAINTS: Final = "lok_hooks/backends/complaints.py"

_OF_CLIS: Final = "tests/backends/test_cli_faults.py"
_DONE: Final = f"{_OF_CLIS}::test_what_a_server_can_do"
_MEANT: Final = "tests/backends/test_complaints.py::test_a_message_is_taken_for_what_it_means"
_STATUS: Final = "tests/backends/test_http.py::test_every_status_has_its_failure"
_OF_COMMAND: Final = "tests/backends/test_command.py"

_REST: Final = (
    row(
        "what to do about a timeout",
        _ADVICE,
        _SEALED,
        'advice = f"raise timeout of backend {self.name} or the budget, or use a faster model"',
        'advice = ""',
        f"{_OF_CLIS}::test_a_program_that_ignores_sigterm[command]",
    ),
    row(
        "what to do about a server's timeout",
        _ADVICE,
        _HTTP,
        'advice = f"raise timeout of backend {server.backend} or the budget, or use a faster model"',
        'advice = ""',
        "tests/backends/test_ollama.py::test_its_own_timeout_is_kept",
    ),
    row(
        "output in no known form",
        _KIND,
        _GEMINI,
        '        if value is None or "response" not in value:\n            return self.unexpected(output)\n',
        "        value = value or {'response': output}\n",
        f"{_OF_CLIS}::test_output_in_no_known_form[gemini]",
    ),
    row(
        "output in no known form is kept",
        _WORDS,
        _SEALED,
        "return self.failure(FailureKind.UNREADABLE, reason, advice, answer=output)",
        "return self.failure(FailureKind.UNREADABLE, reason, advice)",
        f"{_OF_CLIS}::test_output_in_no_known_form[codex]",
    ),
    row(
        "what to do about an empty answer",
        _ADVICE,
        _SEALED,
        '"empty answer", "ask again, or use another model")',
        '"empty answer", "")',
        f"{_DONE}[empty answer-codex]",
    ),
    row(
        "a prompt that a CLI would cut",
        _KIND,
        _SEALED,
        "if limit is None or len(prompt.text) <= limit:",
        "if limit is None or limit:",
        f"{_OF_CLIS}::test_a_prompt_that_the_cli_would_cut_is_too_large[codex]",
    ),
    row(
        "too large for a CLI's model",
        _KIND,
        _COMPLAINTS,
        "if status == 413 or (status == 400 and _WORDS[0][2].search(message)):",
        "if status == 413:",
        f"{_DONE}[too large for the model-command]",
    ),
    row(
        "too large in words",
        _KIND,
        _COMPLAINTS,
        "            FailureKind.TOO_LARGE,\n            False,\n",
        "            FailureKind.CRASHED,\n            False,\n",
        _MEANT,
    ),
    row(
        "what to do about a prompt too large for a CLI's model",
        _ADVICE,
        _SEALED,
        'FailureKind.TOO_LARGE: f"lower backends.{self.name}.max_prompt_bytes",',
        'FailureKind.TOO_LARGE: "",',
        f"{_DONE}[too large for the model-codex]",
    ),
    row(
        "too large for a server",
        _KIND,
        _SERVERS,
        "(status not in (401, 403, 429) and _TOO_LONG.search(message))",
        "(status == 4130 and _TOO_LONG.search(message))",
        _STATUS,
    ),
    row(
        "what to do about a prompt too large for a server",
        _ADVICE,
        _SERVERS,
        'return f"lower max_prompt_bytes of backend {server.backend}, or use a model with a larger window"',
        'return ""',
        _STATUS,
    ),
    row(
        "refused by a CLI's server",
        _KIND,
        _COMPLAINTS,
        "return (FailureKind.REFUSED, False) if status >= 400 else None",
        "return None",
        _MEANT,
    ),
    row(
        "refused in words",
        _KIND,
        _COMPLAINTS,
        'r"policy|safety|blocked|refus|not supported|',
        'r"',
        _MEANT,
    ),
    row(
        "what to do about an unknown model of a CLI's",
        _ADVICE,
        _SEALED,
        "if judgement.status == 404 and judgement.kind is FailureKind.REFUSED:",
        "if judgement.status == 4040:",
        f"{_DONE}[404-codex]",
    ),
    row(
        "gemini's unknown model",
        _ADVICE,
        _GEMINI,
        "        if status is None and _NO_MODEL in finished.stderr:\n            status = 404\n",
        "",
        f"{_DONE}[404-gemini]",
    ),
    row(
        "what to do about an unknown model of a server's",
        _ADVICE,
        _SERVERS,
        "return server.failure(FailureKind.REFUSED, reason, server.no_model)",
        'return server.failure(FailureKind.REFUSED, reason, "")',
        _STATUS,
    ),
)

_TOLD: Final = (
    row(
        "a CLI's own words",
        _WORDS,
        _SEALED,
        'readable(shown) or "no message"',
        '"no message"',
        f"{_DONE}[401-codex]",
    ),
    row(
        "the innermost words",
        _WORDS,
        _COMPLAINTS,
        'while (start := message.find("{")) >= 0:',
        "while (start := -1) >= 0:",
        "tests/backends/test_complaints.py::test_the_innermost_message_is_shown",
    ),
    row(
        "words without a stack trace",
        _WORDS,
        _COMPLAINTS,
        'return _FRAMES.sub("", f"{stderr}\\n").strip()',
        "return stderr.strip()",
        f"{_OF_COMMAND}::test_words_in_the_paths_of_a_stack_trace_mean_nothing",
    ),
    row(
        "a server's own words",
        _WORDS,
        _SERVERS,
        'reason = f"{server.place} answered HTTP {status}" + (f": {message}" if message else "")',
        'reason = f"{server.place} answered HTTP {status}"',
        _STATUS,
    ),
    row(
        "a key in a program's words",
        _WORDS,
        _SEALED,
        "return self._judged(self._without_keys(finished))",
        "return self._judged(finished)",
        f"{_OF_CLIS}::test_a_vendors_message_never_shows_the_key[command]",
    ),
    row(
        "a key in a server's words",
        _WORDS,
        _HTTP,
        'masked = outcome.body.replace(key.encode(), "…".encode()) if key else outcome.body',
        "masked = outcome.body",
        "tests/backends/test_http.py::test_the_key_is_masked_in_the_vendors_words",
    ),
    row(
        "a password in an address",
        _WORDS,
        _SERVERS,
        'return self.parts.netloc.rpartition("@")[2]',
        "return self.parts.netloc",
        "tests/backends/test_http.py::test_the_secret_part_of_a_url_is_not_shown",
    ),
)

ROWS: Final = (*_REST, *_TOLD)
