"""The requests to model servers: what is asked for, how a refusal is met, and whether all was read."""

from __future__ import annotations

from typing import Final

from tests.removal.backends_lines import ASKED, FORM
from tests.removal.places import HTTP, OLLAMA, OPENAI, TEST_ANSWER_LIMIT, TEST_HTTP_FAULTS
from tests.removal.row import row

_WHOLE: Final = "A prompt that was not read whole was not reviewed."

_OF_OLLAMA: Final = "tests/backends/test_ollama.py::test_the_request_sets_a_window_and_leaves_nothing_to_chance"
_OF_OPENAI: Final = "tests/backends/test_openai.py::test_the_extras_make_the_request"

ROWS: Final = (
    row("ollama's answer in one piece", ASKED, OLLAMA, '"stream": False,', '"stream": True,', _OF_OLLAMA),
    row("ollama cuts no prompt", _WHOLE, OLLAMA, '"truncate": False,', '"truncate": True,', _OF_OLLAMA),
    row("ollama shifts no window", _WHOLE, OLLAMA, '"shift": False,', '"shift": True,', _OF_OLLAMA),
    row(
        "ollama's window by the prompt's size",
        _WHOLE,
        OLLAMA,
        '"num_ctx": window_for(prompt.text, prompt.max_tokens or _ANSWER_TOKENS),',
        '"num_ctx": 4096,',
        _OF_OLLAMA,
    ),
    row(
        "ollama's window has room for the answer",
        _WHOLE,
        OLLAMA,
        "tokens = max(answer, _ANSWER_TOKENS) + _TEMPLATE_TOKENS",
        "tokens = _ANSWER_TOKENS + _TEMPLATE_TOKENS",
        f"{TEST_ANSWER_LIMIT}::test_ollama_is_told_and_its_window_has_room_for_the_answer",
    ),
    row(
        "ollama counts what was read",
        _WHOLE,
        OLLAMA,
        "if was_cut(prompt.text, read) or (read or 0) >= window:",
        "if (read or 0) >= window:",
        "tests/backends/test_ollama.py::test_a_cut_prompt_was_not_reviewed_although_an_answer_came",
    ),
    row(
        "ollama's full window",
        _WHOLE,
        OLLAMA,
        "if was_cut(prompt.text, read) or (read or 0) >= window:",
        "if was_cut(prompt.text, read):",
        "tests/backends/test_ollama.py::test_a_cut_prompt_was_not_reviewed_although_an_answer_came",
    ),
    row(
        "ollama ends a model that repeats itself",
        ASKED,
        OLLAMA,
        '"num_predict": prompt.max_tokens or _ANSWER_TOKENS,',
        '"num_predict": -1,',
        _OF_OLLAMA,
    ),
    row("ollama's temperature", ASKED, OLLAMA, '"temperature": 0,', '"temperature": 1,', _OF_OLLAMA),
    row("ollama's seed", ASKED, OLLAMA, '"seed": _SEED,', '"seed": len(prompt.text),', _OF_OLLAMA),
    row(
        "ollama's schema",
        FORM,
        OLLAMA,
        'body["format"] = dict(prompt.schema)',
        'body["format"] = "json"',
        "tests/backends/test_ollama.py::test_it_asks_ollama_and_gives_the_answer",
    ),
    row(
        "an OpenAI server's schema",
        FORM,
        OPENAI,
        'body["response_format"] = {"type": "json_schema", "json_schema": schema}',
        'body["response_format"] = {"type": "json_object"}',
        _OF_OPENAI,
    ),
    row(
        "an OpenAI server's JSON mode",
        FORM,
        OPENAI,
        'body["response_format"] = {"type": "json_object"}',
        'body["response_format"] = {"type": "text"}',
        _OF_OPENAI,
    ),
    row(
        "a strict schema claimed where it is one",
        FORM,
        OPENAI,
        "            if not is_closed or set(required or ()) != set(properties):\n                return False\n",
        "",
        "tests/backends/test_openai.py::test_strict_is_claimed_only_for_a_strict_schema",
    ),
    row(
        "an OpenAI server that refuses a schema",
        FORM,
        OPENAI,
        "        if self.format and _FORMAT_REFUSED.search(refusal):\n"
        "            return replace(self, format=_FORMATS[_FORMATS.index(self.format) + 1])\n",
        "",
        "tests/backends/test_openai.py::test_what_the_server_names_is_dropped",
    ),
    row(
        "an OpenAI server that refuses fixed sampling",
        FORM,
        OPENAI,
        "        if self.is_fixed and _SAMPLING_REFUSED.search(refusal):\n"
        "            return replace(self, is_fixed=False)\n",
        "",
        "tests/backends/test_openai.py::test_a_model_with_its_own_sampling_is_asked_without_ours",
    ),
    row(
        "what an OpenAI server refuses is remembered",
        FORM,
        OPENAI,
        "                self._extras = extras\n",
        "",
        "tests/backends/test_openai.py::"
        "test_a_server_without_schemas_is_asked_in_ever_simpler_ways_and_that_is_remembered",
    ),
    row(
        "an OpenAI server counts what was read",
        _WHOLE,
        OPENAI,
        "if was_cut(prompt.text, read):",
        "if not read and False:",
        "tests/backends/test_openai.py::test_a_server_that_silently_cut_the_prompt_has_not_reviewed_it",
    ),
    row(
        "an OpenAI server's sampling",
        ASKED,
        OPENAI,
        'body |= {"temperature": 0, "seed": _SEED}',
        'body |= {"temperature": 1, "seed": _SEED}',
        "tests/backends/test_openai.py::test_it_asks_the_server_and_gives_the_answer",
    ),
    row(
        "an OpenAI server's limit of an answer",
        ASKED,
        OPENAI,
        "body[extras.limit] = prompt.max_tokens",
        "pass",
        f"{TEST_ANSWER_LIMIT}::test_an_openai_server_is_told_in_the_field_it_knows",
    ),
    row(
        "the address of an OpenAI server",
        ASKED,
        OPENAI,
        'f"{base}/chat/completions" if has_path else f"{base}/v1/chat/completions"',
        'f"{base}/chat/completions"',
        "tests/backends/test_openai.py::test_the_address_to_post_to",
    ),
    row(
        "a server's key sent",
        ASKED,
        HTTP,
        'self._headers["Authorization"] = f"Bearer {key}"',
        "pass",
        "tests/backends/test_http.py::test_the_body_and_the_key_arrive_and_the_object_comes_back",
    ),
    row(
        "a redirect is not followed",
        "Code and key go where the user said, nowhere else.",
        HTTP,
        "follow_redirects=False,",
        "follow_redirects=True,",
        f"{TEST_HTTP_FAULTS}::test_redirect_is_not_followed[openai]",
    ),
)
