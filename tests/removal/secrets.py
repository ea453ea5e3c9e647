"""Secrets: what is searched, what is replaced, what goes to nobody, and where a value must not turn up."""

from __future__ import annotations

from typing import Final

from tests.removal.places import CREWS, PLANNING, PROMPTS, REVIEW_FLOW, RUN, TEST_REVIEW, TEST_SECRETS
from tests.removal.row import Change, Removal, row

_LEAVES: Final = "a secret leaves, or stands in a report"
_FILES: Final = "a credential file leaves"
_QUOTED: Final = "a model that has read a secret quotes it"
_STAY: Final = "*Secrets stay here.*"
_SECRETS: Final = "lok_hooks/backends/secrets.py"
_PATTERNS: Final = "lok_hooks/backends/secret_patterns.py"
_SCREEN: Final = "lok_hooks/core/screen.py"
_SWEEP: Final = "lok_hooks/flows/sweep.py"
_IN_SWEEP: Final = "tests/flows/test_sweep.py"
_EVERYWHERE: Final = "tests/security/test_secrets_everywhere.py"
_ANY_BYTE: Final = f"{_EVERYWHERE}::test_no_byte_of_a_run_holds_a_secret[false]"

ROWS: Final = (
    row(
        "secrets by a vendor's format",
        _STAY,
        _SECRETS,
        "        for detector in detectors()\n",
        "        for detector in detectors()[:0]\n",
        f"{TEST_SECRETS}::test_structural_secrets_are_found_whole_wherever_they_stand",
    ),
    row(
        "secrets by entropy",
        _STAY,
        _SECRETS,
        "    hits += _random_strings(line, family)\n",
        "",
        f"{_EVERYWHERE}::test_planted_secrets_never_reach_a_model",
    ),
    row(
        "secrets by their names",
        _STAY,
        _SECRETS,
        "    hits += _named(line, family)\n",
        "",
        f"{TEST_SECRETS}::test_values_with_a_telling_name_are_found",
    ),
    row(
        "private keys",
        _STAY,
        _SECRETS,
        "    found += private_keys(lines)\n",
        "",
        f"{TEST_SECRETS}::test_the_lines_of_a_private_key_are_secrets",
    ),
    row(
        "secrets far to the right",
        _STAY,
        _SECRETS,
        "for offset in range(0, max(1, len(text) - _OVERLAP), _WINDOW - _OVERLAP):",
        "for offset in (0,):",
        f"{TEST_SECRETS}::test_a_secret_in_a_very_long_line_is_found_at_any_place",
    ),
    row(
        "time to search a crafted line",
        _STAY,
        _PATTERNS,
        're.compile(r"[:=!]\\s*+',
        're.compile(r"([^\\v=!:]*)\\s*(:=?|[!=]{1,3})\\s*',
        f"{TEST_SECRETS}::test_what_is_asked_elsewhere_costs_little_to_see[secret_access_key]",
    ),
    row(
        "time to replace thousands of secrets",
        _STAY,
        _SCREEN,
        "if len(self.replacements) > _FEW:",
        "if len(self.replacements) > 10**9:",
        "tests/core/test_screen.py::test_a_text_made_of_secrets_takes_no_time_by_the_square",
    ),
    row(
        "secrets in file names",
        _STAY,
        _SECRETS,
        "    for file in diff.files:\n        yield file.path\n        yield file.old_path\n    for item",
        "    for item",
        _ANY_BYTE,
    ),
    row(
        "secrets in names of files left out",
        _STAY,
        _SECRETS,
        "        yield item.path\n        yield item.detail\n",
        "        yield from ()\n",
        _ANY_BYTE,
    ),
    row(
        "secrets on removed lines",
        _STAY,
        _SECRETS,
        '    return new, [line[1:] for line in raw if line[:1] in {"-", " "}]',
        "    return (new,)",
        _ANY_BYTE,
    ),
    row(
        "secrets on context lines",
        _STAY,
        _SECRETS,
        '    new = [line[1:] for line in raw if line[:1] in {"+", " "}]\n',
        '    new = [line[1:] for line in raw if line[:1] == "+"]\n',
        _ANY_BYTE,
    ),
    row(
        "secrets out of messages",
        _STAY,
        "lok_hooks/cli/boundary.py",
        '    _print(_without_secrets("\\n".join(lines)))\n',
        '    _print("\\n".join(lines))\n',
        f"{_EVERYWHERE}::test_no_message_about_the_settings_and_no_log_of_a_bug_holds_a_secret",
    ),
    row(
        "secrets out of the log of a bug",
        _STAY,
        "lok_hooks/cli/boundary.py",
        "{_without_secrets(traceback.format_exc())}",
        "{traceback.format_exc()}",
        f"{_EVERYWHERE}::test_no_message_about_the_settings_and_no_log_of_a_bug_holds_a_secret",
    ),
    row(
        "secrets in headings and definitions around a change",
        _STAY,
        REVIEW_FLOW,
        "screening = means.screen(with_headings(order.diff, planned), ())",
        "screening = means.screen(order.diff, ())",
        f"{TEST_REVIEW}::test_what_stands_around_the_diff_is_screened_too",
    ),
    row(
        "secrets out of the shown code",
        _LEAVES,
        PROMPTS,
        "    body = shown_code(chunk, redact)\n",
        "    body = shown_code(chunk, str)\n",
        "tests/core/test_prompts.py::test_every_shown_text_goes_through_the_redaction",
    ),
    row(
        "secrets out of a debate",
        _LEAVES,
        "lok_hooks/core/examination.py",
        "    code = shown_code(batch.chunk, redact)\n",
        "    code = shown_code(batch.chunk, str)\n",
        "tests/flows/test_examination.py::test_secrets_leave_neither_in_prompts_nor_in_votes",
    ),
    Removal(
        name="secrets out of reports",
        promise=_LEAVES,
        changes=(
            Change(
                REVIEW_FLOW, "return discretion.told(found, means.screen, found.failures, found.notes)", "return found"
            ),
            Change(REVIEW_FLOW, "findings = tuple(map(discretion.finding, standing))", "findings = tuple(standing)"),
        ),
        tests=(_ANY_BYTE,),
        doubled="findings are told without secrets, and the whole report once more",
    ),
    row(
        "secrets out of progress",
        _LEAVES,
        "lok_hooks/flows/screening.py",
        "self._listener.noted(self._discretion.screening.redact(text))",
        "self._listener.noted(text)",
        "tests/flows/test_screening.py::test_a_listener_hears_neither_what_the_change_holds_nor_what_only_a_failure_says",
    ),
    row(
        "secrets out of the words of failures",
        _LEAVES,
        "lok_hooks/flows/screening.py",
        "self._told(answer) if isinstance(answer, Failure) else answer)",
        "answer)",
        "tests/flows/test_screening.py::test_a_listener_hears_neither_what_the_change_holds_nor_what_only_a_failure_says",
    ),
    row(
        "secrets that only votes say",
        _LEAVES,
        "lok_hooks/flows/examination.py",
        "redact = with_unshown(case.screening, case.screen, texts, shown).redact",
        "redact = case.screening.redact",
        "tests/flows/test_examination.py::test_a_secret_that_only_a_vote_says_reaches_no_other_examiner_and_no_report",
    ),
    Removal(
        name="secrets that only an answer says, out of what is remembered",
        promise=_LEAVES,
        changes=(
            Change("lok_hooks/flows/recall.py", "replace(self._discretion, screening=screening)", "self._discretion"),
            Change("lok_hooks/backends/remembering.py", " and not self._says_secret(answer.text, prompt.text)", ""),
        ),
        tests=(
            "tests/flows/test_recall.py::test_what_is_kept_holds_no_secret_that_only_the_answer_says",
            "tests/backends/test_remembering.py::test_an_answer_with_a_secret_that_nobody_showed_is_not_kept",
        ),
    ),
    Removal(
        name="secrets out of what is remembered",
        promise=_LEAVES,
        changes=(
            Change(
                "lok_hooks/core/remember.py",
                "{name: redact(value) if isinstance(value, str) else value for",
                "{name: value for",
            ),
            Change("lok_hooks/flows/recall.py", "map(discretion.claim, mine)", "mine"),
        ),
        tests=(f"{_EVERYWHERE}::test_a_local_backend_may_see_secrets_where_lok_toml_says_so[True-false-True]",),
    ),
    row(
        "one value, one placeholder",
        _STAY,
        _SCREEN,
        "        if secret.value not in placeholders:\n",
        "        if secret.value:\n",
        "tests/core/test_screen.py::test_one_placeholder_for_each_value",
    ),
    row(
        "masks that show little of a value",
        _STAY,
        _SCREEN,
        "min(_SHOWN_CHARACTERS, len(value) // 5)",
        "8",
        "tests/core/test_screen.py::test_a_mask_never_shows_more_than_four_characters",
    ),
    row(
        "models are told what a placeholder is",
        _STAY,
        PROMPTS,
        "<SECRET:kind:n> stands for",
        "<SECRET:kind> stands for",
        "tests/core/test_prompts.py::test_what_a_placeholder_stands_for_is_said_before_the_code",
    ),
    row(
        "placeholders back in quotes",
        _STAY,
        REVIEW_FLOW,
        "ground(replace(claim, quote=screening.restore(claim.quote)), request.prompt.chunk)",
        "ground(claim, request.prompt.chunk)",
        f"{TEST_REVIEW}::test_a_secret_reaches_no_model_and_no_report_and_what_is_said_of_its_line_still_counts",
    ),
    row(
        "placeholders that the author wrote",
        _STAY,
        _SCREEN,
        "        if placeholder not in taken:\n",
        "        if placeholder:\n",
        "tests/core/test_screen.py::test_placeholders_of_others_are_neither_given_out_nor_restored",
    ),
    row(
        "complaints about placeholders dropped",
        _STAY,
        REVIEW_FLOW,
        "and screening.mentions_placeholder(claim):",
        "and not claim:",
        f"{TEST_REVIEW}::test_a_secret_reaches_no_model_and_no_report_and_what_is_said_of_its_line_still_counts",
    ),
    row(
        "credential files",
        _FILES,
        PLANNING,
        "if not file.held_back and (task",
        "if (task",
        f"{_EVERYWHERE}::test_credential_files_are_shown_to_nobody",
    ),
    Removal(
        name="credential files in a debate",
        promise=_FILES,
        changes=(
            Change(
                "lok_hooks/flows/examination.py",
                " and not file.held_back for file in case.files)",
                " for file in case.files)",
            ),
            Change("lok_hooks/core/examination.py", " in wanted and not file.held_back]", " in wanted]"),
        ),
        tests=("tests/flows/test_examination.py::test_a_credential_file_is_not_debated",),
        doubled="findings in such a file are not examined, and its code is not shown",
    ),
    row(
        "secrets told without the embedded reviewer",
        _STAY,
        REVIEW_FLOW,
        "secrets_on_added_lines(order.diff, means.secrets)",
        "()",
        _ANY_BYTE,
    ),
    row(
        "only local backends see secrets",
        _LEAVES,
        "lok_hooks/flows/screening.py",
        "spares_local and backend.traits.is_local",
        "spares_local",
        f"{_EVERYWHERE}::test_a_local_backend_may_see_secrets_where_lok_toml_says_so[False-false-False]",
    ),
    row(
        "a payload that is only shown",
        _STAY,
        RUN,
        "        if arguments.show_payload:\n",
        "        if arguments.show_payload is None:\n",
        f"{_EVERYWHERE}::test_the_payload_is_what_would_be_sent_and_nothing_is_sent",
    ),
    row(
        "a payload that is byte for byte what is sent",
        _STAY,
        "lok_hooks/report/payload.py",
        '"text": request.prompt.text,',
        '"text": request.prompt.text.rstrip(),',
        "tests/security/test_payload.py::test_a_real_cli_sends_what_was_shown_where_it_was_said[codex]",
    ),
    Removal(
        name="a payload that memory does not answer",
        promise=_STAY,
        changes=(
            Change("lok_hooks/cli/remembered.py", "is_fresh=len(words) < len(argv)", "is_fresh=_FRESH in argv"),
            Change("lok_hooks/cli/remembered.py", '"--transcript", "--show-payload", ', '"--transcript", '),
            Change(
                "lok_hooks/cli/remembered.py",
                "[word for word in argv if word != _FRESH]",
                '[word for word in argv if word not in (_FRESH, "--show-payload")]',
            ),
        ),
        tests=(
            "tests/end_to_end/test_gate_flags.py::test_a_remembered_verdict_does_not_stand_in_for_what_would_be_sent",
        ),
        doubled="a verdict is kept under the words that were typed",
    ),
    row(
        "placeholders back in quotes of a sweep",
        _STAY,
        _SWEEP,
        ", quote=screening.restore(claim.quote))",
        ")",
        f"{_IN_SWEEP}::test_a_secret_is_neither_shown_nor_reported",
    ),
    row(
        "complaints about placeholders dropped in a sweep",
        _STAY,
        _SWEEP,
        "and screening.mentions_placeholder(claim):",
        "and not claim:",
        f"{_IN_SWEEP}::test_what_a_model_says_of_a_placeholder_is_no_finding",
    ),
    row(
        "secrets out of answers that are shown again",
        _QUOTED,
        _SWEEP,
        "    answer = widened(screening, means.screen, NO_FILES, (answer,)).redact(answer)\n",
        "",
        f"{_IN_SWEEP}::test_an_answer_in_the_wrong_form_is_shown_again_without_its_secrets",
    ),
    row(
        "secrets in files that a model found by itself",
        _QUOTED,
        _SWEEP,
        "    return widened(planned.screening, means.screen, quoted)\n",
        "    return planned.screening\n",
        f"{_IN_SWEEP}::test_who_looks_around_says_no_word_that_is_a_secret_there",
    ),
    row(
        "secrets out of questions",
        _QUOTED,
        CREWS,
        "return Redacting(known, redactor(known, redact, spares_local=spares_local))",
        "return known",
        "tests/security/test_secrets_in_talk.py::test_no_byte_of_a_talk_holds_a_secret[ask]",
    ),
    Removal(
        name="secrets out of answers",
        promise=_QUOTED,
        changes=(
            Change(
                "lok_hooks/flows/asking.py",
                "_turn(puts[index], step, round_, without_secrets(answer, self.crew.redactor.redact))",
                "_turn(puts[index], step, round_, answer)",
            ),
            Change(
                "lok_hooks/flows/asking.py",
                "turns[index] = without_secrets(turn, self.crew.redactor.redact)",
                "turns[index] = turn",
            ),
        ),
        tests=("tests/security/test_secrets_in_talk.py::test_no_byte_of_a_talk_holds_a_secret[debate]",),
    ),
)
