"""The embedded reviewer: its rules, places and secrets, and that it stands in where no LLM is at hand."""

from __future__ import annotations

from typing import Final

from tests.removal.places import BUILT_IN, TEST_REVIEW, TEST_SECRETS, VERDICT_FLOW
from tests.removal.row import row

_STAGED: Final = "The embedded reviewer reads what is to be committed, and nobody's settings."
_CHANGED: Final = "The embedded reviewer speaks of the change alone."
WEIGHED: Final = "Only what certainly fails is proof; the rest is suspicion."
_SECRETS: Final = "Secrets on added lines are findings."
_ALONE: Final = "With no LLM at hand the hooks run on the embedded reviewer and say so in one line."
_STATIC: Final = "lok_hooks/backends/static.py"
_TABLE: Final = "lok_hooks/backends/static_table.py"
_RULES: Final = "lok_hooks/backends/static_rules.py"
_PROOF: Final = "lok_hooks/backends/static_proof.py"
_SOURCE: Final = "lok_hooks/backends/static_source.py"
_FOUND: Final = "lok_hooks/backends/static_secrets.py"

_OF_STATIC: Final = "tests/backends/test_static.py"
_CLAIMED: Final = f"{TEST_SECRETS}::test_claims_about_secrets"

_PLACES: Final = (
    row(
        "the index, not the working tree",
        _STAGED,
        _STATIC,
        "content = self._contents.new(piece.file)",
        "content = Path(piece.file.path).read_bytes()",
        f"{_OF_STATIC}::test_staged_content_is_read_and_the_working_tree_is_not",
    ),
    row(
        "results on changed lines",
        _CHANGED,
        _STATIC,
        "    if rows := _touched(result, source):\n        return replace(result, row=rows[0])\n",
        "    if rows := _touched(result, source) or [result.row]:\n        return replace(result, row=rows[0])\n",
        f"{_OF_STATIC}::test_only_results_on_added_lines_count",
    ),
    row(
        "results of many lines on the changed one",
        _CHANGED,
        _STATIC,
        "        return replace(result, row=rows[0])\n",
        "        return result\n",
        f"{_OF_STATIC}::test_a_long_result_is_placed_on_the_line_that_changed",
    ),
    row(
        "a name that the change removes",
        _CHANGED,
        _STATIC,
        "cause = next((row for row, text in source.removed if",
        "cause = next((row for row, text in () if",
        f"{_OF_STATIC}::test_a_name_that_the_change_removes_is_blamed_on_the_removal",
    ),
    row(
        "a name that was undefined before",
        _CHANGED,
        _STATIC,
        'if result.code != "F821" or not name or name in known:',
        'if result.code != "F821" or not name:',
        f"{_OF_STATIC}::test_a_name_that_was_undefined_before_is_not_blamed_on_a_removal",
        says="Left contains",
    ),
    row(
        "a mistake of syntax noticed elsewhere",
        _CHANGED,
        _STATIC,
        "    if result.code in {SYNTAX, UNCHECKED}:\n",
        "    if result.code == UNCHECKED:\n",
        f"{_OF_STATIC}::test_a_syntax_error_noticed_elsewhere_is_placed_on_the_change",
    ),
    row(
        "one mistake of syntax, one claim",
        _CHANGED,
        _STATIC,
        "results = [min(broken, key=lambda each: each.row)]",
        "pass",
        f"{_OF_STATIC}::test_one_mistake_is_one_syntax_error",
    ),
    row(
        "a file that was no Python before",
        _CHANGED,
        _STATIC,
        'results = [each for each in results if each.code not in {SYNTAX, "F821"}]',
        "pass",
        f"{_OF_STATIC}::test_a_file_that_was_no_python_before_is_not_blamed_on_the_change",
    ),
    row(
        "lone carriage returns",
        _CHANGED,
        _SOURCE,
        "return self._rows[min(row, len(self._rows)) - 1] if self._rows else row",
        "return row",
        f"{_OF_STATIC}::test_encodings_and_line_ends",
    ),
    row(
        "the encoding that a file declares",
        _STAGED,
        _SOURCE,
        'return content.decode(encoding, "replace").removeprefix("\\ufeff")',
        'return content.decode("utf-8").removeprefix("\\ufeff")',
        f"{_OF_STATIC}::test_encodings_and_line_ends",
        says="UnicodeDecodeError",
    ),
    row(
        "names of files are not ruff's business",
        _STAGED,
        _SOURCE,
        'return f"{stem}.pyi" if path.suffix == ".pyi" else f"{stem}.py"',
        "return path.name",
        f"{_OF_STATIC}::test_hostile_and_unusual_paths_are_checked_like_any",
    ),
    row(
        "links and deleted files",
        _STAGED,
        _STATIC,
        'or piece.file.new_mode.startswith(("12", "16")):',
        "or False:",
        f"{_OF_STATIC}::test_deleted_files_and_symbolic_links_are_not_python",
        says="Left contains",
    ),
    row(
        "a file that ruff crashes on",
        _CHANGED,
        _STATIC,
        "        if len(names) == 1:\n            what",
        "        if names:\n            what",
        f"{_OF_STATIC}::test_a_file_that_crashes_ruff_hides_neither_itself_nor_the_others",
    ),
    row(
        "a file of which ruff has too much to say",
        _CHANGED,
        _STATIC,
        'if not has_crashed and finished.ended != "too much output":',
        "if not has_crashed:",
        f"{_OF_STATIC}::test_a_file_of_which_ruff_has_too_much_to_say_hides_neither_itself_nor_the_others",
    ),
    row(
        "claims in one order",
        "The same input gives the same claims.",
        _STATIC,
        "return tuple(sorted(kept, key=lambda claim: (claim.file, claim.line, -claim.severity.order, claim.title)))",
        "return tuple(kept)",
        f"{_OF_STATIC}::test_the_same_input_gives_the_same_claims",
        says="sorted(first",
    ),
)

_WEIGHT: Final = (
    row(
        "an undefined name is proof",
        WEIGHED,
        _TABLE,
        '"F821": _proof(_HIGH,',
        '"F821": _suspicion(_HIGH,',
        f"{_OF_STATIC}::test_rule_and_its_clean_twin",
    ),
    row(
        "a mistake of syntax is proof",
        WEIGHED,
        _TABLE,
        "_UNPARSED = _proof(_CRITICAL,",
        "_UNPARSED = _suspicion(_CRITICAL,",
        f"{_OF_STATIC}::test_rule_and_its_clean_twin",
    ),
    row(
        "a security pattern is a suspicion",
        WEIGHED,
        _TABLE,
        '"S608": _suspicion(',
        '"S608": _proof(',
        f"{_OF_STATIC}::test_rule_and_its_clean_twin",
    ),
    row(
        "security rules are asked for",
        WEIGHED,
        _RULES,
        '"PLE", "B", "S", "ASYNC",',
        '"PLE", "B", "ASYNC",',
        f"{_OF_STATIC}::test_security_patterns_in_tests_are_low",
    ),
    row(
        "correctness rules are asked for",
        WEIGHED,
        _RULES,
        'SELECTED: Final = ("F", "PLE",',
        'SELECTED: Final = ("PLE",',
        f"{_OF_STATIC}::test_only_results_on_added_lines_count",
        f"{_OF_STATIC}::test_a_package_and_a_stub_have_names_of_their_own",
        f"{_OF_STATIC}::test_hostile_and_unusual_paths_are_checked_like_any",
    ),
    row(
        "style is no defect",
        WEIGHED,
        _RULES,
        "        return RULES.get(code)\n",
        "        return RULES.get(code, _ADDED_BY_USER)\n",
        f"{_OF_STATIC}::test_what_is_no_defect_is_not_claimed",
    ),
    row(
        "rules of lok.toml over the table",
        WEIGHED,
        _RULES,
        '    if overrides[named] == "off":\n        return None\n',
        "",
        f"{_OF_STATIC}::test_rules_of_the_settings_stand_over_the_table",
    ),
    row(
        "proof by lok.toml",
        WEIGHED,
        _RULES,
        'is_proof=overrides[named] == "proof"',
        "is_proof=False",
        f"{_OF_STATIC}::test_rules_of_the_settings_stand_over_the_table",
    ),
    row(
        "frequent rules not computed",
        WEIGHED,
        _RULES,
        'return ",".join(code for code in FREQUENT if rule_of(code, overrides) is None)',
        'return ""',
        f"{_OF_STATIC}::test_rules_that_only_make_noise_are_not_computed_unless_switched_on",
    ),
    row(
        "security patterns in tests",
        WEIGHED,
        _RULES,
        '    if result.code.startswith("S") and is_test(source.piece.file.path):\n'
        "        return replace(rule, severity=Severity.LOW)\n",
        "",
        f"{_OF_STATIC}::test_security_patterns_in_tests_are_low",
    ),
    row(
        "SQL without a variable part",
        WEIGHED,
        _RULES,
        '    if result.code == "S608" and not (_VARIABLE_PART.search(code_text) and _STATEMENT.search(code_text)):\n'
        "        return replace(rule, severity=Severity.MEDIUM)\n",
        "",
        f"{_OF_STATIC}::test_rule_and_its_clean_twin",
    ),
    row(
        "what speaks against a proof",
        WEIGHED,
        _RULES,
        "return proof_or_suspicion(result, rule, source)",
        "return rule",
        f"{_OF_STATIC}::test_what_proves_nothing_in_this_file_is_a_suspicion",
    ),
    row(
        "names that may be bound when the line runs",
        WEIGHED,
        _PROOF,
        "    match source.standing(name, result.row):\n        case Standing.CERTAIN:",
        "    match Standing.CERTAIN or source.standing(name, result.row):\n        case Standing.CERTAIN:",
        f"{_OF_STATIC}::test_undefined_names_that_are_not_certain_are_not_proof",
    ),
    row(
        "a file that Python compiles has no mistake of syntax",
        WEIGHED,
        _PROOF,
        "return None if source.compiles else _unparsed(result, rule, source)",
        "return _unparsed(result, rule, source)",
        f"{_OF_STATIC}::test_what_is_no_defect_is_not_claimed",
        f"{_OF_STATIC}::test_what_proves_nothing_in_this_file_is_a_suspicion",
        f"{_OF_STATIC}::test_syntax_newer_than_this_python_is_no_mistake",
    ),
    row(
        "comments that silence are told",
        WEIGHED,
        _STATIC,
        "yield replace(_claim(self.name, prompt.task, source, blamed, rule), ignored_by=remark)",
        "yield replace(_claim(self.name, prompt.task, source, blamed, rule))",
        f"{_OF_STATIC}::test_what_a_comment_silences_is_claimed_with_it",
    ),
    row(
        "comments do not silence",
        WEIGHED,
        _STATIC,
        '_DEAF: Final = ("--ignore-noqa",)',
        "_DEAF: Final[tuple[str, ...]] = ()",
        f"{_OF_STATIC}::test_remarks_in_one_file_say_nothing_about_another",
    ),
    row(
        "ruff's failure is one of ours",
        "A failure is never read as an answer.",
        _STATIC,
        "        except ValueError as error:\n            words",
        "        except ZeroDivisionError as error:\n            words",
        f"{_OF_STATIC}::test_a_rule_that_ruff_does_not_know_is_a_failure_with_its_words",
        says="JSONDecodeError",
    ),
    row(
        "ruff's deadline",
        "No backend outlives its deadline, and nothing that it started lives on.",
        _STATIC,
        'if finished.ended == "timed out":',
        'if finished.ended == "nothing":',
        f"{_OF_STATIC}::test_the_deadline_and_calling_off",
    ),
    row(
        "ruff is missing",
        "Every failure has the kind that it is of.",
        _STATIC,
        "        if ruff_program() is not None:\n            return None\n",
        "        if self._settings:\n            return None\n",
        f"{_OF_STATIC}::test_without_ruff_it_is_missing",
    ),
)

_OF_SECRET_LINES: Final = (
    row(
        "secrets are claims",
        _SECRETS,
        _STATIC,
        "secrets = secret_claims(self.name, prompt, self._settings.rules)",
        "secrets = secret_claims(self.name, prompt, {'secret': 'off'})",
        f"{_OF_STATIC}::test_of_a_file_known_as_a_patch_only_secrets_are_found_and_nothing_is_made_up",
    ),
    row(
        "secrets on added lines alone",
        _SECRETS,
        _FOUND,
        '            if lines[secret.line].kind == "added":\n',
        "            if lines:\n",
        f"{TEST_SECRETS}::test_secrets_on_context_and_removed_lines_are_no_claims",
    ),
    row(
        "a secret of a known form is proof",
        WEIGHED,
        _FOUND,
        'return "proof" if secret.is_structural else "suspicion"',
        'return "suspicion"',
        _CLAIMED,
    ),
    row(
        "a value that only looks like a secret is a suspicion",
        WEIGHED,
        _FOUND,
        'return "proof" if secret.is_structural else "suspicion"',
        'return "proof"',
        _CLAIMED,
    ),
    row(
        "private keys of tests",
        WEIGHED,
        _FOUND,
        'is_test_key = secret.kind == "private-key" and is_test(path)',
        "is_test_key = False",
        f"{TEST_SECRETS}::test_a_private_key_is_one_claim",
    ),
    row(
        "secrets that a comment allows",
        WEIGHED,
        _FOUND,
        "    if secret.is_allowed:\n        severity = Severity.LOW\n",
        "",
        _CLAIMED,
    ),
    row(
        "rules of lok.toml for secrets",
        WEIGHED,
        _FOUND,
        "    if named is not None:\n        return rules[named]\n",
        "",
        f"{TEST_SECRETS}::test_rules_of_the_settings_weigh_secrets",
    ),
    row(
        "a private key is one claim",
        _SECRETS,
        _FOUND,
        "            group.append((line, secret))\n            continue\n",
        "            pass\n",
        f"{TEST_SECRETS}::test_a_private_key_is_one_claim",
    ),
    row(
        "many random strings are one claim",
        _SECRETS,
        _FOUND,
        "        found = [each for each in found if each not in random[1:]]\n",
        "        pass\n",
        f"{TEST_SECRETS}::test_many_random_strings_in_a_file_are_one_claim",
    ),
    row(
        "a password is claimed once",
        _SECRETS,
        _STATIC,
        'or claim.cwe != "CWE-259" or (claim.file, claim.line) not in places',
        "or claim",
        f"{TEST_SECRETS}::test_a_hardcoded_password_is_not_claimed_twice",
    ),
)

_BY_ITSELF: Final = (
    row(
        "one line when no LLM is at hand",
        _ALONE,
        VERDICT_FLOW,
        "return (f\"{why}: reviewed by {' and '.join(answered)} alone\" if answered else why,)",
        "return ()",
        f"{TEST_REVIEW}::test_without_a_model_the_analysers_review_and_the_report_says_so",
    ),
    row(
        "the embedded reviewer is on",
        _ALONE,
        BUILT_IN,
        "[backends.static]\nenabled = true\n",
        "[backends.static]\nenabled = false\n",
        "tests/config/test_defaults.py::test_built_in_backends",
    ),
)

ROWS: Final = (*_PLACES, *_WEIGHT, *_OF_SECRET_LINES, *_BY_ITSELF)
