"""Git as it is asked: no program of the configuration, nothing hidden, nothing fetched, no word as an option."""

from __future__ import annotations

from typing import Final

from tests.removal.places import COMPARE, EXTRACT, GIT, PROBE, RANGES, SELECT, SNAPSHOT, TEST_PROBE, TEST_SNAPSHOT
from tests.removal.row import Change, Removal, row

_RUNS: Final = "`.git/config` and attributes run a program"
_HIDES: Final = "configuration or attributes hide a file"
_OPTION: Final = "a word of the user, a server or a ref"
_SETTING: Final = "tests/repo/test_traps.py::test_one_setting"
_PROGRAM: Final = "tests/repo/test_traps.py::test_one_setting_that_runs_a_program"
_VARIABLE: Final = "tests/repo/test_traps.py::test_one_variable"
_WORD: Final = "tests/security/test_git_hostile.py::test_no_word_becomes_an_option_of_git"


def _flag(flag: str, setting: str) -> Removal:
    """A flag of `git diff` against a setting."""
    return row(f"git diff {flag}", _HIDES, COMPARE, f'    "{flag}",\n', "", f"{_SETTING}[{setting}]")


def _variable(name: str, value: str, test: str) -> Removal:
    """A variable in the environment of git."""
    return row(f"variable {name}", _HIDES, GIT, f'    "{name}": "{value}",\n', "", test)


_PROGRAMS: Final = (
    row("core.fsmonitor", _RUNS, GIT, '    *("-c", "core.fsmonitor=false"),\n', "", f"{_PROGRAM}[core.fsmonitor-]"),
    row(
        "core.fsmonitor of the probe",
        _RUNS,
        PROBE,
        '_GIT = ("git", "-c", "core.fsmonitor=false")',
        '_GIT = ("git",)',
        f"{TEST_PROBE}::test_no_program_that_the_repository_names_is_run",
    ),
    Removal(
        name="external diff",
        promise=_RUNS,
        changes=(
            Change(COMPARE, '    "--no-ext-diff",\n', ""),
            Change(GIT, '    "GIT_EXTERNAL_DIFF": "",\n', ""),
        ),
        tests=(f"{_PROGRAM}[diff.evil.command-* diff=evil]", f"{_VARIABLE}[GIT_EXTERNAL_DIFF-{{program}}]"),
        doubled="with the variable set to nothing, git fails rather than run a program",
    ),
    row("textconv", _RUNS, COMPARE, '    "--no-textconv",\n', "", f"{_PROGRAM}[diff.evil.textconv-* diff=evil]"),
    row(
        "clean filters",
        _RUNS,
        COMPARE,
        'values = (("clean", ""), ("process", ""), ("required", "false"))',
        'values = (("required", "false"),)',
        "tests/repo/test_traps.py::test_a_filter_is_not_run_for_the_work_tree",
    ),
    row(
        "clean filters in our own workflow",
        _RUNS,
        "lok_hooks/workflows/diff.toml",
        'for key in $filters; do set -- "$@" -c "$key="; done\n',
        "",
        "tests/security/test_git_hostile.py::test_every_setting_at_once",
    ),
    row(
        "filters that cannot be switched off",
        _RUNS,
        COMPARE,
        'if strange := sorted(name for name in names if "=" in name):',
        'if strange := sorted(name for name in names if name == "="):',
        "tests/repo/test_traps.py::test_a_filter_that_cannot_be_switched_off_is_refused",
    ),
    Removal(
        name="fetching what is missing",
        promise=_RUNS,
        changes=(
            Change(GIT, '    *("-c", "protocol.allow=never"),\n', ""),
            Change(GIT, '    "GIT_ALLOW_PROTOCOL": "none",\n', ""),
            Change(GIT, '    "GIT_NO_LAZY_FETCH": "1",\n', ""),
        ),
        tests=("tests/repo/test_traps.py::test_a_missing_object_is_not_fetched",),
        doubled="each of the three stops it alone, in the releases of git that know it",
    ),
    Removal(
        name="fetching what is missing, by the probe",
        promise=_RUNS,
        changes=(
            Change(PROBE, '    "GIT_NO_LAZY_FETCH": "1",\n', ""),
            Change(PROBE, '    "GIT_ALLOW_PROTOCOL": "none",\n', ""),
        ),
        tests=(f"{TEST_PROBE}::test_a_missing_object_of_a_partial_clone_is_not_fetched",),
        doubled="each of the two stops it alone, in the releases of git that know it",
    ),
    row(
        "the index left as it is",
        _RUNS,
        SNAPSHOT,
        "with repository.private_index() as private:",
        "for private in (repository,):",
        "tests/repo/test_traps.py::test_the_index_is_left_byte_for_byte",
    ),
)

_HIDING: Final = (
    row(
        "replace refs",
        _HIDES,
        GIT,
        '    "GIT_NO_REPLACE_OBJECTS": "1",\n',
        "",
        "tests/repo/test_git.py::test_replace_refs_do_not_change_what_is_seen",
    ),
    row(
        "replace refs, by the probe",
        _HIDES,
        PROBE,
        '    "GIT_NO_REPLACE_OBJECTS": "1",\n',
        "",
        f"{TEST_PROBE}::test_a_replace_ref_does_not_hide_a_change",
    ),
    row(
        "text that an attribute calls binary",
        _HIDES,
        EXTRACT,
        'comparison.patches(hidden, unified, "--text")',
        "comparison.patches(hidden, unified)",
        f"{TEST_SNAPSHOT}::test_an_attribute_hides_nothing",
    ),
    row(
        "submodules that want to be ignored",
        _HIDES,
        COMPARE,
        'else "--ignore-submodules=none"',
        'else "--no-renames"',
        f"{TEST_SNAPSHOT}::test_a_submodule_bump_shows_even_when_gitmodules_says_ignore",
    ),
    row(
        "submodules that want to be ignored, by the probe",
        _HIDES,
        PROBE,
        '    "--ignore-submodules=none",\n',
        "",
        f"{TEST_PROBE}::test_a_submodule_bump_that_the_repository_asks_to_ignore",
    ),
    row(
        "the index's own checksum",
        _HIDES,
        GIT,
        'if written.strip(b"\\0") and checksum.digest() != written:',
        "if not written:",
        "tests/repo/test_git.py::test_an_index_that_does_not_fit_its_checksum",
    ),
    row(
        "as many patches as records",
        _HIDES,
        COMPARE,
        "    if len(patches) != record.patch_count or expected not in patches[0]:",
        "    if not expected:",
        "tests/repo/test_tampered.py::test_a_wrong_answer_is_an_error",
    ),
    _flag("--no-color", "color.ui-always"),
    Removal(
        name="git diff prefixes",
        promise=_HIDES,
        changes=(
            Change(COMPARE, '    "--src-prefix=a/",\n', ""),
            Change(COMPARE, '    "--dst-prefix=b/",\n', ""),
        ),
        tests=("tests/repo/test_traps.py::test_the_command_line_is_pinned",),
        doubled="names come from git's records, never from headers of patches; so the command line itself is looked at",
    ),
    _flag("--no-relative", "diff.relative-true"),
    Removal(
        name="git diff --submodule=short",
        promise=_HIDES,
        changes=(
            Change(COMPARE, '    "--submodule=short",\n', ""),
            Change(
                SELECT,
                "if SUBMODULE_MODE in (file.old_mode, file.new_mode):",
                "if SUBMODULE_MODE == file.path:",
            ),
        ),
        tests=(f"{_SETTING}[diff.submodule-diff]",),
        doubled="submodules are left out before patches are asked for",
    ),
    _flag("--inter-hunk-context=0", "diff.interHunkContext-100"),
    _flag("--diff-algorithm=myers", "diff.algorithm-patience"),
    _flag("--indent-heuristic", "diff.indentHeuristic-false"),
    row(
        "git diff -O/dev/null",
        _HIDES,
        COMPARE,
        '    "-O/dev/null",\n',
        "",
        "tests/repo/test_traps.py::test_the_order_file",
    ),
    _variable("GIT_DIFF_OPTS", "", f"{_VARIABLE}[GIT_DIFF_OPTS---unified=0]"),
    Removal(
        name="variable GIT_PAGER_IN_USE",
        promise=_HIDES,
        changes=(
            Change(COMPARE, '    "--no-color",\n', ""),
            Change(GIT, '    "GIT_PAGER_IN_USE": "",\n', ""),
        ),
        tests=(f"{_VARIABLE}[GIT_PAGER_IN_USE-1]",),
        doubled="--no-color",
    ),
    _variable("GIT_LITERAL_PATHSPECS", "0", f"{_VARIABLE}[GIT_LITERAL_PATHSPECS-1]"),
)

_WORDS: Final = (
    Removal(
        name="revisions that look like options",
        promise=_OPTION,
        changes=(
            Change(
                GIT,
                'if revision and not revision.startswith("-") and "\\0" not in revision:',
                'if revision and "\\0" not in revision:',
            ),
            Change(
                GIT, '"--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"', '"--quiet", f"{revision}"'
            ),
        ),
        tests=(f"{_WORD}[--output=stolen]",),
        doubled="a word that begins with a hyphen is not asked for, --end-of-options stands before it, and rev-parse "
        "is told to expect one name",
    ),
    row(
        "ids instead of a user's words",
        _OPTION,
        GIT,
        '        if found is None:\n            raise RepositoryError(\n                f"{revision!r} is',
        "        if found is None:\n            return revision\n            raise RepositoryError(\n"
        '                f"{revision!r} is',
        f"{_WORD}[--output=stolen]",
    ),
    row(
        "--end-of-options in our own workflow",
        _OPTION,
        "lok_hooks/workflows/diff.toml",
        "--end-of-options ",
        "",
        f"{_WORD}[--output=stolen]",
    ),
    row(
        "revisions on standard input",
        _OPTION,
        RANGES,
        'repository.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked)',
        'repository.run("log", "-1", "--no-walk=unsorted", "--format=%H commit", *askable)',
        f"{_WORD}[--output=stolen]",
    ),
    Removal(
        name="ids of a push that are none",
        promise=_OPTION,
        changes=(
            Change(RANGES, "(?P<new>[0-9a-f]+) (?P<remote>", "(?P<new>.+) (?P<remote>"),
            Change(RANGES, "if match is None or not {len", "if match is None or {len"),
        ),
        tests=(f"{_WORD}[--output=stolen]",),
    ),
)

ROWS: Final = (*_PROGRAMS, *_HIDING, *_WORDS)
