"""What backends and the machine can do wrong: the right word for it, in time, and nothing left behind.

One row for each mechanism; it serves the cells of the fault matrix that its tests are one of.
"""

from __future__ import annotations

from typing import Final

from tests.removal.row import row

_IN_TIME: Final = "No backend outlives its deadline, and nothing that it started lives on."
_AGAIN: Final = "What passes is asked again, when the server wants it."
_NO_ANSWER: Final = "A failure is never read as an answer."
_PROCESS: Final = "lok_hooks/backends/process.py"
_SEALED: Final = "lok_hooks/backends/sealed.py"
_OLLAMA: Final = "lok_hooks/backends/ollama.py"
_OPENAI: Final = "lok_hooks/backends/openai.py"
_HTTP: Final = "lok_hooks/backends/http.py"
_SERVERS: Final = "lok_hooks/backends/http_failures.py"

_OF_PROCESS: Final = "tests/backends/test_process.py"
_OF_CLIS: Final = "tests/backends/test_cli_faults.py"
_OF_HTTP: Final = "tests/backends/test_http_faults.py"

_PROGRAMS: Final = (
    row(
        "a program's deadline",
        _IN_TIME,
        _PROCESS,
        'return "timed out" if deadline.remaining() <= 0 else None',
        "return None",
        f"{_OF_PROCESS}::test_a_deadline_ends_whatever_the_program_does[silent]",
    ),
    row(
        "a program's own timeout",
        _IN_TIME,
        _SEALED,
        "self._ask(prompt, deadline.at_most(self.settings.timeout))",
        "self._ask(prompt, deadline)",
        f"{_OF_CLIS}::test_the_backends_own_timeout_counts_too[command]",
    ),
    row(
        "nothing started when the time is over",
        _IN_TIME,
        _PROCESS,
        "    if deadline.remaining() <= 0:\n        ended: Ended",
        "    if deadline.remaining() < 0:\n        ended: Ended",
        f"{_OF_PROCESS}::test_after_the_deadline_nothing_is_started",
    ),
    row(
        "a program is called off",
        _IN_TIME,
        _PROCESS,
        "if running.is_stopped.is_set() or deadline.is_cancelled():",
        "if running.is_stopped.is_set():",
        f"{_OF_PROCESS}::test_cancelling_is_noticed_within_a_tenth_of_a_second",
    ),
    row(
        "KILL for who ignores TERM",
        _IN_TIME,
        _PROCESS,
        "            self._is_gone_after(_KILL_WAIT, signal.SIGKILL)\n",
        "            pass\n",
        f"{_OF_CLIS}::test_a_program_that_ignores_sigterm[command]",
    ),
    row(
        "a second after the deadline at most",
        _IN_TIME,
        _PROCESS,
        "GRACE: Final = 0.5\n",
        "GRACE: Final = 2.0\n",
        f"{_OF_PROCESS}::test_a_deadline_ends_whatever_the_program_does[ignores TERM]",
    ),
    row(
        "TERM before KILL",
        _IN_TIME,
        _PROCESS,
        "if self.signal_all(signal.SIGTERM) and not self._is_gone_after(GRACE, 0):",
        "if self.signal_all(signal.SIGKILL):",
        f"{_OF_PROCESS}::test_a_program_may_tidy_up_when_its_time_is_over",
    ),
    row(
        "children in the program's group",
        _IN_TIME,
        _PROCESS,
        "            if self._name in (group, session):\n                return True\n",
        "",
        f"{_OF_PROCESS}::test_children_of_a_program_that_exited_well_are_ended[own group and environment]",
    ),
    row(
        "children in sessions of their own",
        _IN_TIME,
        _PROCESS,
        'self._mark in _read(f"{process}/environ")',
        "not self._mark",
        f"{_OF_PROCESS}::test_children_of_a_program_that_exited_well_are_ended[own session]",
        f"{_OF_CLIS}::test_a_grandchild_left_behind[own session-command]",
    ),
    row(
        "children of a program that ended well",
        _IN_TIME,
        _PROCESS,
        "        finally:\n            running.end()\n",
        "        finally:\n            pass\n",
        f"{_OF_CLIS}::test_a_grandchild_left_behind[same group-command]",
    ),
    row(
        "a flood is stopped as it comes",
        _IN_TIME,
        _PROCESS,
        '    if pipes.is_overfull:\n        return "too much output"\n    return "timed out"',
        '    return "timed out"',
        f"{_OF_PROCESS}::test_too_much_output_ends_the_program",
    ),
    row(
        "a flood is noticed at the end",
        _NO_ANSWER,
        _PROCESS,
        'return "too much output" if pipes.is_overfull else "exited"',
        'return "exited"',
        f"{_OF_PROCESS}::test_too_much_output_is_noticed_in_a_program_that_has_exited_too",
    ),
    row(
        "a flood is no answer",
        _NO_ANSWER,
        _SEALED,
        'if finished.ended == "too much output":',
        'if finished.ended == "nothing":',
        f"{_OF_CLIS}::test_50_megabytes_of_output[command]",
    ),
    row(
        "standard input has an end",
        _IN_TIME,
        _PROCESS,
        "        if not self._input:\n            self._close(self._in)\n",
        "",
        f"{_OF_PROCESS}::test_a_program_that_waits_for_more_input_meets_its_end",
    ),
    row(
        "a program that never reads",
        _IN_TIME,
        _PROCESS,
        "os.set_blocking(file.fileno(), False)",
        "os.set_blocking(file.fileno(), file is self._in)",
        f"{_OF_PROCESS}::test_a_program_that_reads_a_little_and_never_ends_has_a_deadline_too",
    ),
    row(
        "the end of standard error",
        _NO_ANSWER,
        _PROCESS,
        "            del self.stderr[:-STDERR_TAIL]\n",
        "",
        f"{_OF_PROCESS}::test_only_the_end_of_standard_error_is_kept_and_no_part_of_a_word",
    ),
    row(
        "what was killed has not answered",
        _NO_ANSWER,
        _SEALED,
        'if finished.ended == "timed out":',
        'if finished.ended == "nothing":',
        f"{_OF_CLIS}::test_a_program_that_stops_in_the_middle_and_hangs",
    ),
)

_SERVED: Final = (
    row(
        "a server's deadline",
        _IN_TIME,
        _HTTP,
        "            if deadline.remaining() <= 0:\n                self._hang_up()\n",
        "            if deadline.remaining() < 0:\n                self._hang_up()\n",
        "tests/backends/test_ollama.py::test_its_own_timeout_is_kept",
        "tests/backends/test_openai.py::test_its_own_timeout_is_kept",
    ),
    row(
        "ollama's own timeout",
        _IN_TIME,
        _OLLAMA,
        "deadline.at_most(self._settings.timeout)",
        "deadline",
        "tests/backends/test_ollama.py::test_its_own_timeout_is_kept",
    ),
    row(
        "an OpenAI server's own timeout",
        _IN_TIME,
        _OPENAI,
        "deadline.at_most(self._settings.timeout)",
        "deadline",
        "tests/backends/test_openai.py::test_its_own_timeout_is_kept",
    ),
    row(
        "a server is hung up on",
        _IN_TIME,
        _HTTP,
        "                self._hang_up()\n                return False\n",
        "                return False\n",
        "tests/backends/test_http.py::test_calling_it_off_is_quick_and_hangs_up_on_the_server",
    ),
    row(
        "a server that has not answered yet is hung up on",
        _IN_TIME,
        _HTTP,
        'extensions={"trace": self._traced}',
        "extensions={}",
        "tests/backends/test_http.py::test_calling_it_off_is_quick_and_hangs_up_on_the_server",
    ),
    row(
        "a server's flood is not read",
        _IN_TIME,
        _HTTP,
        "                if len(body) > ANSWER_LIMIT:\n                    break\n",
        "",
        "tests/backends/test_http.py::test_a_body_beyond_the_limit_is_refused_without_reading_it_all",
    ),
    row(
        "a server's flood is no answer",
        _NO_ANSWER,
        _SERVERS,
        "    if received.is_cut:\n",
        "    if received.is_cut and False:\n",
        f"{_OF_HTTP}::test_50_megabytes_of_output[ollama]",
        f"{_OF_HTTP}::test_50_megabytes_of_output[openai]",
    ),
    row(
        "nobody listens",
        _NO_ANSWER,
        _HTTP,
        "if any(isinstance(cause, ConnectionRefusedError) for cause in causes) and server.is_loopback:",
        "if not causes:",
        f"{_OF_HTTP}::test_refused_connection[ollama]",
    ),
    row(
        "a broken connection is asked again",
        _AGAIN,
        _HTTP,
        '{server.place}: {text}", server.check_url, is_transient=True)',
        '{server.place}: {text}", server.check_url)',
        f"{_OF_HTTP}::test_cut_stream_once[ollama]",
    ),
    row(
        "half a server's answer is none",
        _NO_ANSWER,
        _SERVERS,
        "    except (ValueError, RecursionError):\n        value = None\n",
        "    except RecursionError:\n        value = None\n",
        f"{_OF_HTTP}::test_cut_stream_that_claims_to_be_whole[ollama]",
        f"{_OF_HTTP}::test_cut_stream_that_claims_to_be_whole[openai]",
        says="JSONDecodeError",
    ),
    row(
        "an error inside a server's success",
        _NO_ANSWER,
        _SERVERS,
        "isinstance(value, dict) and not error:",
        "isinstance(value, dict):",
        f"{_OF_HTTP}::test_success_with_an_error_inside[body0-crashed-ollama]",
    ),
    row(
        "a status inside a server's success",
        _NO_ANSWER,
        _SERVERS,
        "status = inside if isinstance(inside, int) and 400 <= inside < 600 else received.status",
        "status = received.status",
        "tests/backends/test_http.py::test_an_error_inside_a_success_is_an_error",
    ),
    row(
        "an empty answer of ollama's",
        _NO_ANSWER,
        _OLLAMA,
        "elif not text.strip():",
        "elif not text and not message:",
        f"{_OF_HTTP}::test_empty_answer[-ollama]",
    ),
    row(
        "an unfinished answer of ollama's",
        _NO_ANSWER,
        _OLLAMA,
        'if value.get("done") is not True:',
        'if value.get("done") is None:',
        "tests/backends/test_ollama.py::test_half_an_answer_is_none",
    ),
    row(
        "a cut answer of ollama's",
        _NO_ANSWER,
        _OLLAMA,
        'elif value.get("done_reason") == "length":',
        'elif value.get("done_reason") == "nothing":',
        "tests/backends/test_ollama.py::test_half_an_answer_is_none",
    ),
    row(
        "an empty answer of an OpenAI server's",
        _NO_ANSWER,
        _OPENAI,
        "    if not text.strip():\n",
        "    if not choice:\n",
        f"{_OF_HTTP}::test_empty_answer[-openai]",
    ),
    row(
        "a cut answer of an OpenAI server's",
        _NO_ANSWER,
        _OPENAI,
        '    if reason == "length":\n',
        '    if reason == "nothing":\n',
        "tests/backends/test_openai.py::test_what_is_no_answer_says_why",
    ),
    row(
        "a refusal of an OpenAI server's model",
        _NO_ANSWER,
        _OPENAI,
        "if isinstance(refusal, str) and refusal:",
        "if refusal is True:",
        "tests/backends/test_openai.py::test_what_is_no_answer_says_why",
    ),
    row(
        "an OpenAI server's content filter",
        _NO_ANSWER,
        _OPENAI,
        'if reason == "content_filter":',
        'if reason == "nothing":',
        "tests/backends/test_openai.py::test_what_is_no_answer_says_why",
    ),
)

ROWS: Final = (*_PROGRAMS, *_SERVED)
