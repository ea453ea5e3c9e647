"""How a run ends: exit codes, policies, Ctrl-C, what goes wrong outside our code."""

from __future__ import annotations

from typing import Final

from tests.removal.places import (
    BUILT_IN,
    DATABASE,
    FANOUT,
    GATE,
    PLANNING,
    REVIEW,
    RUN,
    SNAPSHOT,
    TEST_BAD_INPUT,
    TEST_BUILT_IN_RULES,
    TEST_REVIEW,
    WIRING,
)
from tests.removal.row import Change, Removal, row

_CODES: Final = "| exit code | meaning |"
_POLICIES: Final = "| entry point | tasks | budget | incomplete review |"
_INTERRUPTED: Final = "130 | interrupted; the index is as it was"
_OUTSIDE: Final = "A clear sentence, a documented exit code, nothing lost"
_BOUNDARY: Final = "lok_hooks/cli/boundary.py"
_ERRORS: Final = "lok_hooks/errors.py"
_STREAMS: Final = "lok_hooks/cli/streams.py"
_CHECKS: Final = "lok_hooks/config/checks.py"
_EVERY_ERROR: Final = "tests/cli/test_boundary.py::test_every_error_has_its_exit_code_and_says_what_and_what_next"
_STREAMED: Final = "tests/end_to_end/test_streams.py"
_KEPT: Final = "tests/store/test_database.py"
_INTERRUPT: Final = "tests/end_to_end/test_interrupt.py"
_CTRL_C: Final = f"{_INTERRUPT}::test_a_review_ends_with_130_and_leaves_nothing_behind"
_COMMIT: Final = f"{_INTERRUPT}::test_a_commit_is_not_made_and_the_index_is_as_it_was"


def _code(name: str, file: str, old: str, new: str, test: str) -> Removal:
    return row(f"exit code {name}", _CODES, file, old, new, test)


def _policy(name: str, old: str, new: str) -> Removal:
    return row(f"policy: {name}", _POLICIES, BUILT_IN, old, new, TEST_BUILT_IN_RULES)


_ENDS: Final = (
    _code(
        "0",
        REVIEW,
        "return EXIT_CLEAN",
        "return EXIT_INCOMPLETE",
        f"{TEST_REVIEW}::test_a_confirmed_finding_refuses_and_a_clean_answer_does_not",
    ),
    _code(
        "1",
        REVIEW,
        "return EXIT_CONFIRMED",
        "return EXIT_CLEAN",
        f"{TEST_REVIEW}::test_a_confirmed_finding_refuses_and_a_clean_answer_does_not",
    ),
    _code(
        "1 before 4",
        REVIEW,
        "if self.blocking:",
        "if self.blocking and not self.is_incomplete:",
        "tests/core/test_review.py::test_what_is_confirmed_goes_before_what_is_missing",
    ),
    _code("2", _ERRORS, "    exit_code = EXIT_USER\n", "    exit_code = EXIT_BUG\n", _EVERY_ERROR),
    _code(
        "2 for a wrong flag",
        "lok_hooks/cli/arguments.py",
        "self.exit(EXIT_USER)",
        "self.exit(1)",
        "tests/end_to_end/test_lok_usage.py::test_unknown_words",
    ),
    _code(
        "2 for a report that is lost",
        _STREAMS,
        "return code or EXIT_USER",
        "return code",
        f"{_STREAMED}::test_nothing_staged_and_nowhere_to_say_so",
    ),
    _code(
        "2 for a report that cannot be written",
        RUN,
        "return (review.exit_code or EXIT_USER) if problems else review.exit_code",
        "return review.exit_code",
        f"{TEST_BAD_INPUT}::test_a_report_that_cannot_be_written_is_still_shown[.]",
    ),
    _code(
        "3",
        _BOUNDARY,
        "    _log(command)\n    return EXIT_BUG\n",
        "    _log(command)\n    return EXIT_USER\n",
        _EVERY_ERROR,
    ),
    _code(
        "3 with its traceback",
        _BOUNDARY,
        "        files.append(path, text)\n",
        "        files.append(path, command)\n",
        "tests/cli/test_boundary.py::test_a_bug_leaves_its_traceback_in_a_file_that_is_named",
    ),
    row(
        "exit code 3 with its log named",
        _CODES,
        _BOUNDARY,
        "the traceback is in {path}; please report it",
        "please report it",
        "tests/cli/test_boundary.py::test_a_bug_leaves_its_traceback_in_a_file_that_is_named",
        says="please report it",
    ),
    _code(
        "4",
        REVIEW,
        "return EXIT_INCOMPLETE",
        "return EXIT_CLEAN",
        f"{TEST_REVIEW}::test_an_unfinished_review_is_never_clean",
    ),
    _code(
        "4 only where the policy says so",
        REVIEW,
        'self.is_incomplete and self.policy.on_incomplete == "block"',
        "self.is_incomplete",
        "tests/core/test_review.py::test_what_is_missing_blocks_where_the_policy_says_so",
    ),
    _code("130", _BOUNDARY, "return EXIT_INTERRUPTED", "return 1", _EVERY_ERROR),
    _code(
        "130 for a signal",
        _BOUNDARY,
        "(signal.SIGTERM, signal.SIGHUP)",
        "(signal.SIGTERM,)",
        f"{_INTERRUPT}::test_a_closed_terminal_leaves_no_reviewer_behind",
    ),
)
_POLICY_ROWS: Final = (
    _policy("a commit goes through", 'budget = 60\non_incomplete = "allow"', 'budget = 60\non_incomplete = "block"'),
    _policy("a push is blocked", 'budget = 300\non_incomplete = "block"', 'budget = 300\non_incomplete = "allow"'),
    _policy(
        "a review by hand is blocked",
        'budget = "none"\non_incomplete = "block"',
        'budget = "none"\non_incomplete = "allow"',
    ),
    _policy("a commit has a minute", "budget = 60\n", "budget = 90\n"),
    _policy("a push has five minutes", "budget = 300\n", "budget = 60\n"),
    _policy("a review by hand has no end", 'budget = "none"\n', "budget = 300\n"),
    row(
        "policy: of a commit",
        _POLICIES,
        GATE,
        'run("lok-hunt", "hunt", arguments',
        'run("lok-hunt", "by_hand", arguments',
        f"{TEST_BAD_INPUT}::test_a_missing_program",
    ),
    row(
        "policy: of a push",
        _POLICIES,
        GATE,
        'run("lok-audit", "audit", arguments',
        'run("lok-audit", "hunt", arguments',
        f"{TEST_BAD_INPUT}::test_a_missing_program",
    ),
    row(
        "policy: of a review by hand",
        _POLICIES,
        GATE,
        'return run(command, "by_hand", arguments',
        'return run(command, "hunt", arguments',
        f"{TEST_BAD_INPUT}::test_a_missing_program",
    ),
)
_ENDED: Final = (
    Change(
        WIRING,
        "        yield\n    finally:\n        deadline.cancel()\n        process.kill_all()\n",
        "        yield\n    finally:\n        pass\n",
    ),
    Change(FANOUT, "            scope.cancel()\n            process.kill_all()\n", ""),
    Change("lok_hooks/backends/process.py", "atexit.register(kill_all)\n", ""),
)
"""What ends the programs that still run."""
_CTRL_C_ROWS: Final = (
    *(
        Removal(
            name=f"Ctrl-C: no child is left{where}",
            promise=_INTERRUPTED,
            changes=_ENDED,
            tests=(test,),
            doubled="who asks, who reviews and the process's end each end what still runs",
        )
        for where, test in (
            ("", f"{_CTRL_C}[lok-hunt-1]"),
            *((f" under {runner}", f"{_COMMIT}[{runner}]") for runner in ("plain", "lefthook", "pre-commit", "prek")),
        )
    ),
    row(
        "Ctrl-C: said in a sentence",
        _INTERRUPTED,
        _BOUNDARY,
        "interrupted{f'; {told}' if told else ''}",
        "interrupted",
        f"{_CTRL_C}[lok-hunt-1]",
    ),
    row(
        "the index is not touched",
        _INTERRUPTED,
        SNAPSHOT,
        "    with repository.private_index() as private:\n",
        '    for private in (replace(repository, environment={"GIT_OPTIONAL_LOCKS": "1"}),):\n',
        f"{_CTRL_C}[lok-review --working-tree-2]",
    ),
)
_OUTSIDE_ROWS: Final = (
    row(
        "a missing program is no review",
        _OUTSIDE,
        PLANNING,
        "absent = {backend.name: failure for backend in backends if (failure := backend.missing())}",
        "absent: dict[str, Failure] = {}",
        f"{TEST_REVIEW}::test_a_chosen_backend_that_is_missing_is_not_replaced",
    ),
    row(
        "unknown backends",
        _OUTSIDE,
        _CHECKS,
        "        elif name not in known | _faulty(layers):\n",
        "        elif not name:\n",
        "tests/config/test_mistakes.py::test_all_mistakes_of_all_sources_are_told_at_once",
    ),
    row(
        "unknown tasks",
        _OUTSIDE,
        _CHECKS,
        "    for key, mistake in (*_unknown_names(merged, _faulty(layers)), *_exclude_patterns(merged)):\n",
        "    for key, mistake in _exclude_patterns(merged):\n",
        "tests/config/test_mistakes.py::test_all_mistakes_of_all_sources_are_told_at_once",
    ),
    row(
        "a full disk ends nothing",
        _OUTSIDE,
        DATABASE,
        "                    else:\n                        self._give_up(str(error))\n",
        "                    else:\n                        raise\n",
        f"{_KEPT}::test_a_full_disk_is_told_once_and_what_was_kept_stays",
        says="returned non-zero exit status",
    ),
    row(
        "a full disk is told",
        _OUTSIDE,
        DATABASE,
        '        self._noted(f"nothing is remembered: {where}{reason}")\n',
        "        assert where is not None\n",
        f"{_KEPT}::test_a_disk_full_from_the_start",
    ),
    row(
        "a full disk is told once",
        _OUTSIDE,
        DATABASE,
        "        self._is_given_up = True\n",
        "",
        f"{_KEPT}::test_a_full_disk_is_told_once_and_what_was_kept_stays",
    ),
    row(
        "a folder that cannot be written to ends nothing",
        _OUTSIDE,
        DATABASE,
        "                except OSError as error:\n                    self._give_up(error.strerror or str(error))\n",
        "                except KeyError as error:\n                    self._give_up(str(error))\n",
        f"{_KEPT}::test_a_folder_that_cannot_be_written_to",
        says="returned non-zero exit status",
    ),
    row(
        "all of a change or nothing",
        _OUTSIDE,
        DATABASE,
        "            with _transaction(connection):\n                for statement, values in statements:\n",
        "            if connection:\n                for statement, values in statements:\n",
        f"{_KEPT}::test_all_statements_or_none",
    ),
    row(
        "a corrupt memory is kept for a look",
        _OUTSIDE,
        DATABASE,
        "    path.replace(free)\n",
        "    path.unlink()\n",
        f"{_KEPT}::test_a_corrupt_file_is_set_aside_and_begun_again",
        says="FileNotFoundError",
    ),
    row(
        "no room for a key",
        _OUTSIDE,
        "lok_hooks/store/key.py",
        "        with suppress(OSError):\n",
        "        with suppress(KeyError):\n",
        "tests/store/test_key.py::test_where_none_can_be_kept_nobody_can_foretell_it",
        says="PermissionError: ",
    ),
    row(
        "no room for a place",
        _OUTSIDE,
        "lok_hooks/store/place.py",
        "    with suppress(OSError):\n        if folder is not None and repository",
        "    with suppress(KeyError):\n        if folder is not None and repository",
        "tests/store/test_place.py::test_a_folder_that_cannot_be_made_is_told_by_whoever_opens_a_file_there",
        says="Error: [Errno",
    ),
    row(
        "no room for what lok.toml was found",
        _OUTSIDE,
        "lok_hooks/config/checked_before.py",
        "        except OSError:\n            return  # the next run",
        "        except KeyError:\n            return  # the next run",
        "tests/config/test_checked_before.py::test_it_works_where_nothing_can_be_kept",
        says="Error: [Errno",
    ),
    row(
        "a report that cannot be written is shown",
        _OUTSIDE,
        RUN,
        "        shown = text if problems else shown\n",
        "",
        f"{TEST_BAD_INPUT}::test_a_report_that_cannot_be_written_is_still_shown[.]",
    ),
    row(
        "a lost report is told",
        _OUTSIDE,
        _STREAMS,
        "    sys.stderr.write(f",
        "    str(f",
        f"{_STREAMED}::test_nothing_staged_and_nowhere_to_say_so",
    ),
    row(
        "a reader that goes away is no failure",
        _OUTSIDE,
        _STREAMS,
        "isinstance(failure, ConnectionError) or ",
        "",
        f"{_STREAMED}::test_a_reader_that_goes_away_is_no_failure",
    ),
    row(
        "a hook whose report is lost goes by its verdict",
        _OUTSIDE,
        _STREAMS,
        " or (command in _HOOKS and os.path.sameopenfile(1, 2))",
        "",
        f"{_STREAMED}::test_nothing_staged_and_nowhere_to_say_so",
    ),
)

ROWS: Final[tuple[Removal, ...]] = (*_ENDS, *_POLICY_ROWS, *_CTRL_C_ROWS, *_OUTSIDE_ROWS)
