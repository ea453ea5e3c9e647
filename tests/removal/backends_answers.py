"""Answers and what only looks like one: which of them count, and what is asked again."""

from __future__ import annotations

from typing import Final

from tests.removal.row import Change, Removal, row

_AGAIN: Final = "What passes is asked again, when the server wants it."
_NO_ANSWER: Final = "A failure is never read as an answer."
_AS_IT_CAME: Final = "An answer in another form than asked for is read all the same, or asked for again."
_SEALED: Final = "lok_hooks/backends/sealed.py"
_CODEX: Final = "lok_hooks/backends/codex.py"
_GEMINI: Final = "lok_hooks/backends/gemini.py"
_CLAUDE: Final = "lok_hooks/backends/claude.py"
_COMMAND: Final = "lok_hooks/backends/command.py"
_OLLAMA: Final = "lok_hooks/backends/ollama.py"
_OPENAI: Final = "lok_hooks/backends/openai.py"
_SERVERS: Final = "lok_hooks/backends/http_failures.py"
_RETRYING: Final = "lok_hooks/backends/retrying.py"
_COMPLAINTS: Final = "lok_hooks/backends/complaints.py"

_READING: Final = "lok_hooks/core/reading.py"

_OF_CLIS: Final = "tests/backends/test_cli_faults.py"
_OF_HTTP: Final = "tests/backends/test_http_faults.py"
_DONE: Final = f"{_OF_CLIS}::test_what_a_server_can_do"
_WRAPPED: Final = "tests/core/test_answers.py::test_an_answer_is_read_whatever_is_wrapped_around_it"
_ERROR_INSIDE: Final = f"{_OF_CLIS}::test_exit_0_with_an_error_inside"

_ASKED_AGAIN: Final = (
    row(
        "models are asked again",
        _AGAIN,
        "lok_hooks/backends/all.py",
        "    return Retrying(backend, noted)\n",
        "    return backend\n",
        "tests/backends/test_all.py::test_models_ask_again_and_say_so",
    ),
    row(
        "what does not pass is not asked again",
        _AGAIN,
        _RETRYING,
        "if not isinstance(answer, Failure) or not answer.is_transient:",
        "if not isinstance(answer, Failure):",
        "tests/backends/test_retrying.py::test_when_it_pays_to_ask_again",
    ),
    row(
        "the server's wish is honoured",
        _AGAIN,
        _RETRYING,
        "usual if answer.retry_after is None else max(answer.retry_after, _LEAST_WAIT)",
        "usual",
        "tests/backends/test_retrying.py::test_when_it_pays_to_ask_again",
        f"{_OF_CLIS}::test_a_program_that_fails_once_is_asked_again_when_it_says",
        f"{_OF_HTTP}::test_429_with_a_retry_after_beyond_the_deadline[ollama]",
    ),
    row(
        "a server's Retry-After is read",
        _AGAIN,
        _SERVERS,
        'text = headers.get("retry-after", "").strip()',
        'text = ""',
        "tests/backends/test_http.py::test_the_time_to_wait_is_a_number_or_a_date",
    ),
    row(
        "a server's Retry-After may be a date",
        _AGAIN,
        _SERVERS,
        "return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())",
        "return None",
        "tests/backends/test_http.py::test_the_time_to_wait_is_a_number_or_a_date",
    ),
    row(
        "a delay in a program's words is read",
        _AGAIN,
        _COMPLAINTS,
        "    retry_after = shown_delay(message)\n",
        "    retry_after = None\n",
        "tests/backends/test_complaints.py::test_a_vendors_wish_is_read",
        f"{_DONE}[429 with Retry-After-command]",
    ),
    row(
        "no wait beyond the deadline",
        _AGAIN,
        _RETRYING,
        "return seconds if seconds < remaining else None",
        "return seconds",
        "tests/backends/test_retrying.py::test_when_it_pays_to_ask_again",
    ),
    row(
        "two more requests and no third",
        _AGAIN,
        _RETRYING,
        "WAITS: Final = (1.0, 2.0)",
        "WAITS: Final = (1.0, 2.0, 3.0)",
        "tests/backends/test_retrying.py::test_it_gives_up_after_two_retries_with_the_last_failure",
    ),
    row(
        "an error of the server's passes",
        _AGAIN,
        _SERVERS,
        "is_transient = status not in _PERMANENT_SERVER_ERRORS",
        "is_transient = False",
        f"{_OF_HTTP}::test_500_once[ollama]",
    ),
    row(
        "a server's limit passes",
        _AGAIN,
        _SERVERS,
        "return server.failure(FailureKind.RATE_LIMITED, reason, advice, wait=wait, is_transient=True)",
        "return server.failure(FailureKind.RATE_LIMITED, reason, advice, wait=wait)",
        f"{_OF_HTTP}::test_429_once_with_retry_after[ollama]",
    ),
    row(
        "a CLI's failure passes",
        _AGAIN,
        _SEALED,
        "is_transient=judgement.is_transient,",
        "",
        f"{_OF_CLIS}::test_a_program_that_fails_once_is_asked_again_when_it_says",
    ),
    row(
        "a CLI's failure to connect passes",
        _AGAIN,
        _COMPLAINTS,
        '            FailureKind.CRASHED,\n            True,\n            r"high demand',
        '            FailureKind.CRASHED,\n            False,\n            r"high demand',
        f"{_OF_CLIS}::test_a_refused_connection[command]",
    ),
)

_READ: Final = (
    row(
        "codex's failed turn",
        _NO_ANSWER,
        _CODEX,
        'elif kind == "turn.failed":',
        'elif kind == "nothing":',
        f"{_ERROR_INSIDE}[codex]",
    ),
    row(
        "codex's turn without an end",
        _NO_ANSWER,
        _CODEX,
        "if transcript.is_failed or not transcript.is_completed or finished.returncode:",
        "if transcript.is_failed or finished.returncode:",
        "tests/backends/test_codex.py::test_a_turn_that_did_not_end_is_no_answer",
    ),
    row(
        "codex's exit code",
        _NO_ANSWER,
        _CODEX,
        "if transcript.is_failed or not transcript.is_completed or finished.returncode:",
        "if transcript.is_failed or not transcript.is_completed:",
        "tests/backends/test_codex.py::test_a_turn_that_did_not_end_is_no_answer",
    ),
    row(
        "gemini's error beside an answer",
        _NO_ANSWER,
        _GEMINI,
        "if finished.returncode or error:",
        "if finished.returncode:",
        f"{_ERROR_INSIDE}[gemini]",
    ),
    row(
        "gemini's error behind its noise",
        _NO_ANSWER,
        _GEMINI,
        "found = error if isinstance(error, dict) else last_error(text(finished.stderr))",
        "found = error if isinstance(error, dict) else None",
        f"{_DONE}[401-gemini]",
    ),
    row(
        "gemini's stream without an end",
        _NO_ANSWER,
        _GEMINI,
        'message if error.get("type") != "INVALID_STREAM" else f"INVALID_STREAM: {message}", status',
        "message, status",
        "tests/backends/test_gemini.py::test_a_stream_that_ended_too_soon_passes_whatever_is_said_of_it",
    ),
    row(
        "claude's error in a success",
        _NO_ANSWER,
        _CLAUDE,
        'if value.get("is_error") or finished.returncode:',
        "if finished.returncode:",
        f"{_ERROR_INSIDE}[claude]",
    ),
    row(
        "claude's exit code",
        _NO_ANSWER,
        _CLAUDE,
        'if value.get("is_error") or finished.returncode:',
        'if value.get("is_error"):',
        "tests/backends/test_claude.py::test_a_result_that_is_no_answer",
    ),
    row(
        "a program's error in a success",
        _NO_ANSWER,
        _COMMAND,
        "        if is_error(answer):\n            return self._complaint(answer, output)\n",
        "",
        f"{_ERROR_INSIDE}[command]",
    ),
    row(
        "a program's exit code",
        _NO_ANSWER,
        _COMMAND,
        "        if finished.returncode:\n            return self._failed(finished, output)\n",
        "",
        f"{_OF_CLIS}::test_a_program_that_stops_in_the_middle_and_fails",
    ),
    row(
        "an empty answer of codex's",
        _NO_ANSWER,
        _CODEX,
        "if not transcript.answer.strip():",
        "if transcript.answer is None:",
        f"{_DONE}[empty answer-codex]",
    ),
    row(
        "an empty answer of gemini's",
        _NO_ANSWER,
        _GEMINI,
        'if error.get("type") == "INVALID_STREAM" and not partial.strip():',
        'if error.get("type") == "INVALID_STREAM" and partial is None:',
        f"{_DONE}[empty answer-gemini]",
    ),
    row(
        "an empty answer of gemini's to a prompt that it did not send",
        _NO_ANSWER,
        _GEMINI,
        "        if not answer.strip():\n",
        "        if answer is None:\n",
        "tests/backends/test_gemini.py::test_an_empty_response_without_an_error_is_no_answer",
    ),
    row(
        "an empty answer of claude's",
        _NO_ANSWER,
        _CLAUDE,
        "        if not answer.strip():\n",
        "        if answer is None:\n",
        "tests/backends/test_claude.py::test_a_result_that_is_no_answer",
        f"{_DONE}[empty answer-claude]",
    ),
    row(
        "an empty answer of a program's",
        _NO_ANSWER,
        _COMMAND,
        "        if not answer.strip():\n",
        "        if answer is None:\n",
        f"{_DONE}[empty answer-command]",
    ),
    row(
        "claude's refusal",
        _NO_ANSWER,
        _CLAUDE,
        'if value.get("stop_reason") == "refusal":',
        'if value.get("stop_reason") == "nothing":',
        "tests/backends/test_claude.py::test_a_result_that_is_no_answer",
    ),
    row(
        "claude's answer in the schema's form",
        _AS_IT_CAME,
        _CLAUDE,
        'if value.get("structured_output") is not None:',
        'if value.get("structured_output") is True:',
        "tests/backends/test_claude.py::test_the_schemas_own_output_wins_over_the_text",
    ),
    row(
        "codex's answer in prose",
        _AS_IT_CAME,
        _CODEX,
        "if not transcript.answer.strip():",
        'if not transcript.answer.startswith("{"):',
        f"{_DONE}[plain text-codex]",
        f"{_DONE}[JSON in prose and a fence-codex]",
    ),
    row(
        "gemini's answer in prose",
        _AS_IT_CAME,
        _GEMINI,
        "        if not answer.strip():\n",
        '        if not answer.startswith("{"):\n',
        f"{_DONE}[plain text-gemini]",
        f"{_DONE}[JSON in prose and a fence-gemini]",
    ),
    row(
        "claude's answer in prose",
        _AS_IT_CAME,
        _CLAUDE,
        "        if not answer.strip():\n",
        '        if not answer.startswith("{"):\n',
        f"{_DONE}[plain text-claude]",
        f"{_DONE}[JSON in prose and a fence-claude]",
    ),
    row(
        "a program's answer in prose",
        _AS_IT_CAME,
        _COMMAND,
        "        if not answer.strip():\n",
        '        if not answer.startswith("{"):\n',
        f"{_DONE}[plain text-command]",
        f"{_DONE}[JSON in prose and a fence-command]",
    ),
    row(
        "ollama's answer in prose",
        _AS_IT_CAME,
        _OLLAMA,
        "elif not text.strip():",
        'elif not text.startswith("{"):',
        f"{_OF_HTTP}::test_answers_in_the_wrong_form_come_through_for_the_reader_to_judge[plain text-ollama]",
    ),
    row(
        "an OpenAI server's answer in prose",
        _AS_IT_CAME,
        _OPENAI,
        "    if not text.strip():\n",
        '    if not text.startswith("{"):\n',
        f"{_OF_HTTP}::test_answers_in_the_wrong_form_come_through_for_the_reader_to_judge[plain text-openai]",
    ),
    row(
        "an answer in the wrong form is asked for again",
        _AS_IT_CAME,
        "lok_hooks/backends/reformatting.py",
        "if problem is None or not problem.mendable or deadline.remaining() <= 0:",
        "if True:",
        "tests/backends/test_reformatting.py::test_it_asks_once_more_where_that_can_help",
    ),
    Removal(
        name="an answer in prose or a fence is read",
        promise=_AS_IT_CAME,
        changes=(
            Change(_READING, "    for body in _fenced(text):\n        yield from _loads(body.strip(), 0)\n", ""),
            Change(_READING, "        yield from _loads(text, start)\n", "        pass\n"),
            Change(_READING, "    yield from _repaired(text, key)\n", ""),
        ),
        tests=(f"{_WRAPPED}[prose]", f"{_WRAPPED}[fence]"),
        doubled="what stands in a fence stands in prose, and the repair looks for braces too",
    ),
)

ROWS: Final = (*_ASKED_AGAIN, *_READ)
