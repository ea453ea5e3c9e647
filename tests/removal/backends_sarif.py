"""Scanners that write SARIF: what they see, and how far their log is believed."""

from __future__ import annotations

from typing import Final

from tests.removal.backends_static import WEIGHED
from tests.removal.row import row

_SCANNED: Final = "A scanner sees the new side of the changed files, and its log is believed as far as it goes."
_SARIF: Final = "lok_hooks/backends/sarif.py"
_LOG: Final = "lok_hooks/backends/sarif_log.py"

_OF_SARIF: Final = "tests/backends/test_sarif.py"
_NO_LOG: Final = f"{_OF_SARIF}::test_without_a_log_that_says_something_it_is_a_failure"

ROWS: Final = (
    row(
        "a scanner's exit code says that it found something",
        _SCANNED,
        _SARIF,
        "return self._judged(finished) or self._read(",
        'return (self._failure(FailureKind.CRASHED, "", "") if finished.returncode else None) or self._read(',
        f"{_OF_SARIF}::test_a_scanner_sees_the_content_and_its_results_are_claims",
    ),
    row(
        "a scanner sees files alone",
        _SCANNED,
        _SARIF,
        "            cwd=tree.root,\n",
        "            cwd=Path.cwd(),\n",
        f"{_OF_SARIF}::test_it_runs_sealed_and_leaves_nothing",
    ),
    row(
        "a scanner's environment",
        _SCANNED,
        _SARIF,
        "child_environment(os.environ, temporary, (settings.api_key_env,), settings.env)",
        "{**os.environ, **settings.env}",
        f"{_OF_SARIF}::test_it_runs_sealed_and_leaves_nothing",
    ),
    row(
        "the directory as an argument",
        _SCANNED,
        _SARIF,
        "arg.replace(DIRECTORY, str(tree.root)).replace(OUTPUT, str(output))",
        "arg.replace(OUTPUT, str(output))",
        f"{_OF_SARIF}::test_the_log_may_be_a_file_and_the_directory_an_argument",
    ),
    row(
        "the log in a file",
        _SCANNED,
        _SARIF,
        "        if not any(OUTPUT in arg for arg in settings.args):\n            return finished, finished.stdout\n",
        "        if settings.args:\n            return finished, finished.stdout\n",
        f"{_OF_SARIF}::test_the_log_may_be_a_file_and_the_directory_an_argument",
    ),
    row(
        "no path leads out of a scanner's directory",
        _SCANNED,
        _SARIF,
        '    if not part.strip("."):\n',
        "    if not part:\n",
        f"{_OF_SARIF}::test_no_path_leads_out_of_the_directory",
    ),
    row(
        "regular files alone are scanned",
        _SCANNED,
        _SARIF,
        'file.status is not Status.DELETED and not file.new_mode.startswith(("12", "16"))',
        "file.status is not Status.DELETED",
        f"{_OF_SARIF}::test_only_regular_files_of_the_new_side_are_scanned",
    ),
    row(
        "a patch cannot be scanned",
        "Every failure has the kind that it is of.",
        _SARIF,
        "        if unknown:\n",
        "        if unknown and False:\n",
        f"{_OF_SARIF}::test_where_only_a_patch_is_known_it_is_not_reviewed",
    ),
    row(
        "a scanner's own timeout",
        "No backend outlives its deadline, and nothing that it started lives on.",
        _SARIF,
        'if finished.ended == "timed out":',
        'if finished.ended == "nothing":',
        f"{_OF_SARIF}::test_its_own_timeout_is_kept",
    ),
    row(
        "a scanner that is not there",
        "Every failure has the kind that it is of.",
        _SARIF,
        "        if find_program(outermost):\n            return None\n",
        "        if outermost:\n            return None\n",
        f"{_OF_SARIF}::test_a_scanner_that_is_not_there_is_missing",
    ),
    row(
        "a log that is too large",
        "A failure is never read as an answer.",
        _SARIF,
        "        if len(log) > process.OUTPUT_LIMIT:\n",
        "        if len(log) < 0:\n",
        f"{_OF_SARIF}::test_a_log_file_that_is_too_large_or_missing_is_a_failure",
    ),
    row(
        "a scanner that says that it failed",
        "A failure is never read as an answer.",
        _LOG,
        'if invocation.get("executionSuccessful") is False:',
        'if invocation.get("executionSuccessful") == "no":',
        _NO_LOG,
    ),
    row(
        "a log without results",
        "A failure is never read as an answer.",
        _LOG,
        '    if not isinstance(run.get("results"), list):\n',
        '    if run.get("results") == "none":\n',
        _NO_LOG,
        says="KeyError: 'results'",
    ),
    row(
        "a log without a run",
        "A failure is never read as an answer.",
        _LOG,
        "    if not runs:\n",
        "    if runs is None:\n",
        _NO_LOG,
    ),
    row(
        "what a scanner suppressed",
        _SCANNED,
        _LOG,
        "return not is_suppressed and result",
        "return result",
        f"{_OF_SARIF}::test_what_is_no_problem_is_no_claim",
    ),
    row(
        "a scanner's word is a suspicion",
        WEIGHED,
        _LOG,
        'weight = rules[named] if named is not None else "suspicion"',
        'weight = rules[named] if named is not None else "proof"',
        f"{_OF_SARIF}::test_the_longest_prefix_gives_a_rule_its_weight",
    ),
    row(
        "a scanner's rule switched off",
        WEIGHED,
        _LOG,
        '    if weight == "off":\n        return\n',
        "",
        f"{_OF_SARIF}::test_the_weight_makes_a_proof_or_drops_the_result",
    ),
    row(
        "a scanner's score",
        _SCANNED,
        _LOG,
        'if re.fullmatch(r"\\d{1,2}(\\.\\d+)?", str(score)):',
        "if score is holder:",
        f"{_OF_SARIF}::test_severity",
    ),
    row(
        "a scanner's wrapper",
        _SCANNED,
        _SARIF,
        'return wrapped(self._settings.command_wrapper, (program, *arguments), f"backends.{self.name}")',
        "return [program, *arguments]",
        f"{_OF_SARIF}::test_the_wrapper_goes_around_the_scanner",
    ),
)
