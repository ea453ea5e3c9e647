"""The copy that models look around in: how much is in it, when it is made, and how paths in it are told."""

from __future__ import annotations

from typing import Final

from tests.removal.places import CREWS, LISTING, PRIVATE_COPY, TEST_LISTING, TEST_PRIVATE_COPY
from tests.removal.row import Removal, row

_PATHS: Final = "a model that looks around is asked about the user's paths, and answers with them"
_TOLD: Final = "what models that look around cannot see is told"
_TIME: Final = "no work outlasts the budget"
_ONCE: Final = "what models look around in is made once, when it is needed"
_NEAREST: Final = f"{TEST_LISTING}::test_beyond_the_bounds_what_lies_deepest_is_not_lent"
_MORE_FILES: Final = f"{TEST_LISTING}::test_more_files_than_are_lent_are_told_of"
_SECRETS: Final = "tests/security/test_exploring_secrets.py"


def _copied(name: str, promise: str, old: str, new: str, test: str) -> Removal:
    return row(f"copy: {name}", promise, PRIVATE_COPY, old, new, f"{TEST_PRIVATE_COPY}::{test}")


def _lent(name: str, old: str, new: str, test: str) -> Removal:
    return row(f"copy: {name}", _TOLD, LISTING, old, new, test)


_BOUNDS: Final = (
    _lent(
        "no larger file",
        "    if size > max_file_bytes:\n",
        "    if size < 0:\n",
        f"{TEST_LISTING}::test_what_is_lent_is_all_text_but_credential_files_and_large_ones",
    ),
    _lent(
        "no vendored folder outside a repository",
        'if name != ".git" and name.lower() not in VENDORED_FOLDERS',
        'if name != ".git"',
        f"{TEST_LISTING}::test_outside_a_repository_neither_gits_own_files_nor_vendored_ones_are_lent",
    ),
    _lent(
        "nearest first",
        '(islice(_names(root), MOST_FILES), key=lambda name: name.count("/"))',
        "(islice(_names(root), MOST_FILES))",
        _NEAREST,
    ),
    _lent("bound of bytes", ".texts(MOST_LENT_BYTES)", ".texts(10**12)", _NEAREST),
    _lent(
        "bound of bytes is told",
        "beyond=beyond if any(item.detail == beyond for item in diff.skipped) else",
        "beyond=",
        _NEAREST,
    ),
    _lent("bound of files", "names[:MOST_LENT_FILES]", "names", _MORE_FILES),
    _lent("bound of files is told", "    if len(names) > MOST_LENT_FILES:\n", "    if not names:\n", _MORE_FILES),
    row(
        "copy: an answer is remembered for these files alone",
        "an answer is remembered for what was asked and shown",
        CREWS,
        'surroundings = seen if settings.kind in _HANDS else ""',
        'surroundings = ""',
        f"{_SECRETS}::test_an_answer_is_remembered_for_the_files_that_were_looked_at_alone",
    ),
    row(
        "copy: bounds are told to users",
        _TOLD,
        CREWS,
        "        if found.beyond:\n",
        "        if not found:\n",
        f"{_SECRETS}::test_what_models_do_not_see_for_its_size_is_told",
    ),
    _copied(
        "what is in it is told",
        _TOLD,
        "            self._noted(_told(diff, len(named), size))\n",
        "",
        "test_credential_files_binary_ones_links_and_secret_names_are_not_in_it",
    ),
    _copied(
        "nothing left out is not told",
        _TOLD,
        'f"; left out: {reasons}" if reasons else ""',
        'f"; left out: {reasons}"',
        "test_where_nothing_is_left_out_nothing_is_said_of_it",
    ),
    row(
        "copy: not for local models that are shown everything",
        "review.redact_local",
        CREWS,
        "if settings.kind in _HANDS and not is_spared(explorer, spares_local=spares_local):",
        "if settings.kind in _HANDS:",
        f"{_SECRETS}::test_a_program_of_the_users_looks_at_the_copy_unless_it_is_local_and_shown_everything[True-False]",
    ),
)

_TIMES: Final = (
    _copied(
        "one at a time makes it",
        _ONCE,
        "        with self._lock:\n",
        "        with Lock():\n",
        "test_it_is_made_once_for_all_who_ask_at_the_same_time",
    ),
    _copied(
        "kept for the next who asks",
        _ONCE,
        "            if self._copied is None:\n",
        "            if True:\n",
        "test_it_is_made_once_for_all_who_ask_at_the_same_time",
    ),
    _copied(
        "a search ends with the deadline",
        _TIME,
        "        for piece in _pieces(files):\n            _look_at(deadline)\n",
        "        for piece in _pieces(files):\n",
        "test_a_search_that_takes_long_ends_with_the_deadline",
    ),
    _copied(
        "writing ends with the deadline",
        _TIME,
        "            for file in named:\n                _look_at(deadline)\n",
        "            for file in named:\n",
        "test_what_is_written_after_the_deadline_does_not_stay",
    ),
    _copied(
        "a model's own patience",
        _TIME,
        "deadline.at_most(self._seconds)",
        "deadline",
        "test_a_deadline_that_passes_while_it_is_made_is_a_failure_and_the_next_may_try_again[30-0]",
    ),
    _copied(
        "called off is no matter of time",
        _TIME,
        "            if deadline.is_cancelled():\n",
        "            if not deadline:\n",
        "test_called_off_while_it_is_made",
    ),
    _copied(
        "its time counts",
        _TIME,
        "        return replace(answer, seconds=time.monotonic() - started)\n",
        "        return answer\n",
        "test_the_time_for_an_answer_holds_that_for_the_copy",
    ),
    _copied(
        "of a directory without text",
        _ONCE,
        "            place.mkdir()\n",
        "",
        "test_a_program_stands_in_it_where_it_is_empty_too",
    ),
    _copied(
        "a full disk",
        "a backend that cannot be asked is a failure with advice",
        "        except OSError as error:\n",
        "        except RecursionError as error:\n",
        "test_a_full_disk_is_a_failure_in_plain_words",
    ),
)

_TALK: Final = (
    _copied(
        "questions by the directory's name",
        _PATHS,
        "_relative(_relative(prompt.text, self._directory), self._directory.resolve())",
        "_relative(prompt.text, self._directory.resolve())",
        "test_a_question_may_name_a_directory_by_a_link_or_by_its_own_path",
    ),
    _copied(
        "questions by the directory's place",
        _PATHS,
        "_relative(_relative(prompt.text, self._directory), self._directory.resolve())",
        "_relative(prompt.text, self._directory)",
        "test_a_question_may_name_a_directory_by_a_link_or_by_its_own_path",
    ),
    _copied(
        "questions about the root",
        _PATHS,
        'text.replace(f"{directory}/", "") if directory.name else text',
        'text.replace(f"{directory}/", "")',
        "test_a_question_about_the_root_is_asked_as_it_is",
    ),
    _copied(
        "paths in answers",
        _PATHS,
        "            return replace(answer, text=_told_from(place, answer.text))\n",
        "            return answer\n",
        "test_a_program_is_asked_about_paths_in_it_and_answers_with_them",
    ),
    _copied(
        "its own name in answers",
        _PATHS,
        '_relative(text, place).replace(str(place), ".")',
        "_relative(text, place)",
        "test_a_program_is_asked_about_paths_in_it_and_answers_with_them",
    ),
    _copied(
        "paths in failures",
        _PATHS,
        "return replace(answer, reason=reason, answer=said)",
        "return replace(answer, answer=said)",
        "test_a_failure_says_no_path_of_it_either",
    ),
    _copied(
        "paths in what a failure keeps",
        _PATHS,
        "return replace(answer, reason=reason, answer=said)",
        "return replace(answer, reason=reason)",
        "test_a_failure_says_no_path_of_it_either",
    ),
    _copied(
        "marks are explained",
        "a model is told what the marks of secrets are",
        "        if copied.has_placeholders:\n",
        "        if not copied:\n",
        "test_marks_are_explained_where_there_are_any",
    ),
    _copied(
        "marks are explained where there are any",
        "a model is told what the marks of secrets are",
        "        if copied.has_placeholders:\n",
        "        if copied:\n",
        "test_marks_are_explained_where_there_are_any[a word]",
    ),
)

ROWS: Final = (*_BOUNDS, *_TIMES, *_TALK)
