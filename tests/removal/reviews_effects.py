"""lok.toml: what each key does once it is read."""

from __future__ import annotations

from typing import Final

from tests.removal.places import (
    CLAUDE,
    CODEX,
    COMMAND,
    GEMINI,
    HTTP,
    KEEPING,
    OLLAMA,
    OPENAI,
    PROMPTS,
    RUN,
    SEALED,
    TEST_CLI_FAULTS,
    TEST_COMMAND,
    TEST_SECRETS,
    WIRING,
)
from tests.removal.row import Removal, row

_TRAITS: Final = "lok_hooks/backends/traits.py"
_EXAMINATION: Final = "lok_hooks/flows/examination.py"
_SETTINGS: Final = "tests/end_to_end/test_settings.py"
_OF_COMMAND: Final = f"{TEST_COMMAND}::test_its_traits_are_the_settings"
_KEPT: Final = "tests/cli/test_keeping.py::test_what_is_kept_for_the_next_run"


def _key(key: str, file: str, old: str, new: str, test: str, says: str = "") -> Removal:
    return row(f"{key} counts", key, file, old, new, test, says=says)


def _of_entry(section: str, entry: str, other: str) -> tuple[Removal, ...]:
    """What is set for one entry point, taken from another."""
    cases = {
        "tasks": f"tasks[{section}]",
        "budget": f"budget[{section}]",
        "on_incomplete": f"policy[{section}-allow-0]",
    }
    old, new = f'"{entry}": settings.{entry}', f'"{entry}": settings.{other}'
    test = f"{_SETTINGS}::test_each_entry_point_has_its_"
    return tuple(_key(f"{section}.{key}", RUN, old, new, f"{test}{case}") for key, case in cases.items())


_REVIEWS: Final = (
    _key(
        "review.fail_on",
        RUN,
        "        fail_on=settings.review.fail_on,\n",
        "",
        f"{_SETTINGS}::test_what_a_review_refuses[fail_on]",
    ),
    _key(
        "review.quorum",
        RUN,
        "        quorum=settings.review.quorum,\n",
        "",
        f"{_SETTINGS}::test_what_two_reviewers_refuse[quorum]",
    ),
    _key(
        "review.debate",
        RUN,
        "        debate=settings.review.debate,\n",
        "",
        f"{_SETTINGS}::test_what_two_reviewers_refuse[one of two]",
    ),
    _key(
        "review.exclude",
        WIRING,
        "Selection(exclude=review.exclude, ",
        "Selection(",
        f"{_SETTINGS}::test_what_a_review_refuses[exclude]",
    ),
    _key(
        "review.max_file_bytes",
        WIRING,
        "max_file_bytes=review.max_file_bytes, ",
        "",
        f"{_SETTINGS}::test_what_a_review_refuses[max_file_bytes]",
    ),
    _key(
        "review.context_lines",
        WIRING,
        ", context_lines=review.context_lines)",
        ")",
        f"{_SETTINGS}::test_context_lines_are_shown_around_a_change",
    ),
    _key(
        "review.confirm",
        RUN,
        "        confirm=settings.review.confirm,\n",
        "",
        "tests/end_to_end/test_probability.py::test_the_calibrated_probability_decides_where_lok_toml_says_so"
        "[one author of a hunt is seldom right]",
    ),
    _key(
        "review.threshold",
        RUN,
        "        threshold=settings.review.threshold,\n",
        "",
        "tests/end_to_end/test_probability.py::test_the_calibrated_probability_decides_where_lok_toml_says_so"
        "[a low threshold]",
    ),
    _key(
        "review.redact_local",
        WIRING,
        "            spares_local=not settings.review.redact_local,\n",
        "",
        f"{_SETTINGS}::test_secrets_are_shown_to_local_models_only_where_lok_toml_says_so",
    ),
    _key(
        "debate.min_severity",
        RUN,
        "        examination=settings.debate,\n",
        "",
        f"{_SETTINGS}::test_what_two_reviewers_refuse[min_severity: nobody is asked]",
    ),
    _key(
        "debate.rounds",
        _EXAMINATION,
        " if case.policy.examination.rounds > 1 else {}\n",
        "\n",
        "tests/flows/test_examination.py::test_one_round_is_one_round",
    ),
    _key(
        "debate.reviewers",
        _EXAMINATION,
        "examiners(finding, candidates, case.policy.examination.reviewers))",
        "examiners(finding, candidates, 0))",
        "tests/flows/test_examination.py::test_at_most_so_many_examine",
    ),
    _key(
        "debate.judge",
        _EXAMINATION,
        "    judge = case.policy.examination.judge\n    judged",
        '    judge = ""\n    judged',
        "tests/flows/test_examination.py::test_a_judge_ends_what_stays_disputed",
    ),
    *_of_entry("hooks.pre-commit", "hunt", "by_hand"),
    *_of_entry("hooks.pre-push", "audit", "by_hand"),
    *_of_entry("review", "by_hand", "audit"),
)

_TASKS: Final = (
    _key(
        "tasks.description",
        PROMPTS,
        'f"Your task: {_one_line(task.description)}. Look',
        'f"Look',
        "tests/core/test_prompts.py::test_all_prompts_of_a_task_share_one_showing_of_the_diff",
    ),
    _key(
        "tasks.prompts.name",
        PROMPTS,
        'f"- {_one_line(aspect.name)}: {first}"',
        'f"- {first}"',
        "tests/core/test_prompts.py::test_all_prompts_of_a_task_share_one_showing_of_the_diff",
    ),
)

_BACKENDS: Final = (
    _key(
        "backends.enabled",
        WIRING,
        "noted) for backend in settings.backends if backend.enabled]\n    return",
        "noted) for backend in settings.backends]\n    return",
        f"{_SETTINGS}::test_a_backend_that_is_switched_off_is_not_asked",
    ),
    _key(
        "backends.command",
        COMMAND,
        "        return (self.settings.command, *self.settings.args)\n",
        '        return ("cat", *self.settings.args)\n',
        f"{TEST_COMMAND}::test_the_prompt_goes_in_and_the_answer_comes_out",
    ),
    _key(
        "backends.args",
        COMMAND,
        "        return (self.settings.command, *self.settings.args)\n",
        "        return (self.settings.command,)\n",
        f"{TEST_COMMAND}::test_the_prompt_goes_in_and_the_answer_comes_out",
    ),
    _key(
        "backends.skip_lines",
        COMMAND,
        '        answer = "\\n".join(output.split("\\n")[self.settings.skip_lines :])\n',
        "        answer = output\n",
        f"{TEST_COMMAND}::test_first_lines_are_dropped",
    ),
    _key(
        "backends.api_key_env",
        SEALED,
        "        kept = (*self.credentials(), self.settings.api_key_env)\n",
        "        kept = self.credentials()\n",
        f"{TEST_COMMAND}::test_it_is_sealed",
        says="KeyError: 'TEST_API_KEY'",
    ),
    _key(
        "backends.env",
        SEALED,
        "{**self.settings.env, **call.env})",
        "{**call.env})",
        f"{TEST_COMMAND}::test_it_is_sealed",
        says="KeyError: 'MODE'",
    ),
    _key(
        "backends.timeout",
        SEALED,
        "self._ask(prompt, deadline.at_most(self.settings.timeout))",
        "self._ask(prompt, deadline.at_most(4))",
        f"{TEST_CLI_FAULTS}::test_the_backends_own_timeout_counts_too[command]",
    ),
    _key(
        "backends.model for codex",
        CODEX,
        "        if self.model:\n            argv += ",
        "        if not argv:\n            argv += ",
        "tests/backends/test_codex.py::test_its_command_line_is_locked",
        says="'-m' is not in list",
    ),
    _key(
        "backends.model for gemini",
        GEMINI,
        '*(("-m", self.model) if self.model else ())]',
        "]",
        "tests/backends/test_gemini.py::test_its_command_line_is_locked",
    ),
    _key(
        "backends.model for claude",
        CLAUDE,
        '            argv += ["--model", self.model]\n',
        "            del argv[:0]\n",
        "tests/backends/test_claude.py::test_its_command_line_is_locked",
    ),
    _key(
        "backends.model for ollama",
        OLLAMA,
        "        body = request_body(prompt, self._settings.model)\n",
        '        body = request_body(prompt, "llama")\n',
        "tests/backends/test_ollama.py::test_it_asks_ollama_and_gives_the_answer",
    ),
    _key(
        "backends.model for servers",
        OPENAI,
        "            body = request_body(prompt, self._settings.model, extras)\n",
        '            body = request_body(prompt, "another", extras)\n',
        "tests/backends/test_openai.py::test_it_asks_the_server_and_gives_the_answer",
    ),
    _key(
        "backends.url",
        HTTP,
        "    given = settings.url or (",
        "    given = (",
        "tests/backends/test_http.py::test_the_address_comes_from_url_then_command_then_the_default",
    ),
    _key(
        "backends.max_prompt_bytes",
        _TRAITS,
        "max_prompt_bytes=settings.max_prompt_bytes,",
        "max_prompt_bytes=200_000,",
        _OF_COMMAND,
    ),
    _key(
        "backends.model in reports",
        _TRAITS,
        "settings.model if model is None else model",
        'model or ""',
        "tests/backends/test_ollama.py::test_its_traits_are_the_settings",
    ),
    _key("backends.may_block", _TRAITS, "may_block=settings.may_block,", "may_block=True,", _OF_COMMAND),
    _key("backends.local", _TRAITS, "is_local=settings.local,", "is_local=False,", _OF_COMMAND),
    _key("backends.strengths", _TRAITS, "        strengths=settings.strengths,\n", "", _OF_COMMAND),
    _key(
        "backends.max_parallel",
        WIRING,
        "return partial(ask_all, limits=limits, parallel=settings.parallel)",
        "return partial(ask_all, limits={}, parallel=settings.parallel)",
        f"{_SETTINGS}::test_how_many_are_asked_at_once[max_parallel]",
    ),
    _key(
        "backends.rules for ruff",
        "lok_hooks/backends/static.py",
        "rule = rule_of(result.code, self._settings.rules)",
        "rule = rule_of(result.code, {})",
        "tests/backends/test_static.py::test_rules_of_the_settings_stand_over_the_table",
    ),
    _key(
        "backends.rules for secrets",
        "lok_hooks/backends/static.py",
        "secret_claims(self.name, prompt, self._settings.rules)",
        "secret_claims(self.name, prompt, {})",
        f"{TEST_SECRETS}::test_rules_of_the_settings_weigh_secrets",
    ),
    _key(
        "backends.rules for scanners",
        "lok_hooks/backends/sarif.py",
        "            rules=self._settings.rules,\n",
        "            rules={},\n",
        "tests/backends/test_sarif.py::test_rules_of_the_settings_weigh_what_a_scanner_says",
    ),
    _key(
        "backends.rules of the embedded reviewer that is switched off",
        WIRING,
        "return {rule: weight for b in settings.backends",
        "return {rule: weight for b in settings.backends[:0]",
        f"{_SETTINGS}::test_rules_for_secrets_hold_where_the_embedded_reviewer_is_switched_off",
    ),
)

_DEFAULTS: Final = (
    _key(
        "defaults.parallel",
        WIRING,
        "return partial(ask_all, limits=limits, parallel=settings.parallel)",
        "return partial(ask_all, limits=limits, parallel=True)",
        f"{_SETTINGS}::test_how_many_are_asked_at_once[parallel]",
    ),
    _key(
        "parallel by default",
        WIRING,
        "return partial(ask_all, limits=limits, parallel=settings.parallel)",
        "return partial(ask_all, limits=limits, parallel=False)",
        f"{_SETTINGS}::test_how_many_are_asked_at_once[side by side]",
    ),
    _key(
        "defaults.command_wrapper",
        "lok_hooks/backends/environment.py",
        "    if not template:\n        return list(argv)\n",
        "    if argv:\n        return list(argv)\n",
        f"{TEST_COMMAND}::test_a_wrapper_runs_around_it",
    ),
    _key("cache.enabled", KEEPING, "    if not cache.enabled:\n", "    if not cache:\n", f"{_KEPT}[switched off]"),
    _key(
        "cache.ttl_hours",
        KEEPING,
        "ttl_seconds=cache.ttl_hours * _HOUR",
        "ttl_seconds=24 * _HOUR",
        f"{_KEPT}[no time]",
    ),
    _key(
        "cache.ttl_hours for reports",
        KEEPING,
        "    until = time.time() + settings.cache.ttl_hours * _HOUR\n",
        "    until = time.time() + 24 * _HOUR\n",
        f"{_SETTINGS}::test_what_is_kept_for_no_hours_is_not_remembered",
    ),
    _key(
        "cache.max_megabytes",
        KEEPING,
        "max_bytes=cache.max_megabytes * _MEGABYTE",
        "max_bytes=100 * _MEGABYTE",
        f"{_KEPT}[no room]",
    ),
    _key(
        "conductor",
        "lok_hooks/cli/commands/conduct.py",
        "conduct(session, settings.conductor)",
        "conduct(session, type(settings.conductor)())",
        "tests/end_to_end/test_talk.py::test_conduct_shows_every_step_and_its_limits_come_from_lok_toml",
    ),
)

ROWS: Final = (*_REVIEWS, *_TASKS, *_BACKENDS, *_DEFAULTS)
