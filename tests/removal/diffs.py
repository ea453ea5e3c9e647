"""The diff: where it is taken from, and what is left out of it and why."""

from __future__ import annotations

from typing import Final

from tests.removal.places import COMPARE, EXTRACT, GATE, GIT, LISTING, SELECT, SNAPSHOT, TEST_LISTING, TEST_SNAPSHOT
from tests.removal.row import Removal, row

_COMMITS: Final = "tests/repo/test_hooks.py"
_LOOKED: Final = "tests/end_to_end/test_commands.py::test_what_is_looked_at"
_FILE: Final = "tests/end_to_end/test_commands.py::test_a_diff_file_is_looked_at"
_LEFT_OUT: Final = "tests/core/test_select.py::test_a_file_is_left_out_with_its_reason"


def _source(name: str, old: str, new: str, *tests: str) -> Removal:
    return row(f"source: {name}", "what lok-review can look at", GATE, old, new, *tests)


def _commit(name: str, file: str, old: str, new: str, *ways: str) -> Removal:
    tests = tuple(f"{_COMMITS}::{way}" for way in ways)
    return row(f"commit: {name}", "the index of this very commit counts", file, old, new, *tests)


def _gate(name: str, file: str, old: str, new: str, *tests: str) -> Removal:
    ids = tuple(f"{TEST_SNAPSHOT}::{test}" for test in tests)
    return row(name, "left out before any patch is made", file, old, new, *ids)


def _reason(name: str, old: str, new: str, *tests: str) -> Removal:
    ids = tuple(f"{_LEFT_OUT}[{test}]" for test in tests)
    return row(f"left out: {name}", "files left out are listed with their reasons", SELECT, old, new, *ids)


_SOURCES: Final = (
    _source(
        "BASE...TIP",
        "partial(_branch, arguments.range)",
        "partial(_branch, None)",
        f"{_LOOKED}[lok-review main...aside-expected2]",
    ),
    _source(
        "--staged",
        "    if arguments.staged:\n        return _staged\n",
        "",
        f"{_LOOKED}[lok-review --staged-expected4]",
    ),
    _source(
        "--working-tree",
        "    if arguments.working_tree:\n        return _working_tree\n",
        "",
        f"{_LOOKED}[lok-review --working-tree-expected5]",
    ),
    _source(
        "--commit",
        "        return partial(_commit, arguments.commit)\n",
        "        return _staged\n",
        f"{_LOOKED}[lok-review --commit HEAD-expected6]",
    ),
    _source(
        "--diff-file FILE",
        'with Path(name).open("rb") as file:',
        'with Path("/dev/null").open("rb") as file:',
        f"{_FILE}[change.diff]",
    ),
    _source("--diff-file -", 'if name == "-":\n            data', 'if name == "":\n            data', f"{_FILE}[-]"),
    _source(
        "lok diff",
        "arguments.staged = not arguments.unstaged and arguments.range is None",
        "arguments.staged = False",
        f"{_LOOKED}[lok diff-expected8]",
    ),
    _source(
        "lok diff --unstaged",
        "arguments.working_tree = arguments.unstaged",
        "arguments.working_tree = False",
        f"{_LOOKED}[lok diff --unstaged-expected10]",
    ),
)

_OTHER_INDEX: Final = '    "GIT_LITERAL_PATHSPECS": "0",\n'
_HEAD: Final = 'sides = ("--cached", repository.head or repository.empty_tree)'

_COMMITS_MADE: Final = (
    *(
        _commit(name, GIT, _OTHER_INDEX, f'{_OTHER_INDEX}    "GIT_INDEX_FILE": "{index}",\n', way)
        for name, way, index in (
            ("-a", "test_commit_all", ".git/index"),
            ("-i -- path", "test_commit_include", ".git/index"),
            ("-- path", "test_commit_a_path_leaves_what_else_is_staged_out", ".git/index"),
            ("linked work tree", "test_in_a_linked_work_tree", "../work/.git/index"),
        )
    ),
    _commit(
        "--amend", SNAPSHOT, _HEAD, 'sides = ("--cached", repository.empty_tree)', "test_amend_is_compared_with_head"
    ),
    _commit("--allow-empty", SNAPSHOT, _HEAD, 'sides = ("--cached", repository.empty_tree)', "test_an_empty_commit"),
    _commit(
        "resolved merge",
        SNAPSHOT,
        _HEAD,
        'sides = ("--cached", repository.empty_tree)',
        "test_a_merge_whose_conflict_was_resolved",
    ),
    _commit(
        "index, not work tree",
        SNAPSHOT,
        'return _taken(Comparison(repository=repository, sides=sides), selection, "staged changes")',
        "return working_tree(repository, selection)",
        "test_what_is_staged",
    ),
    _commit(
        "sparse checkout",
        SNAPSHOT,
        _HEAD,
        'sides = ("--cached", repository.empty_tree)',
        "test_in_a_sparse_checkout",
    ),
    _commit(
        "from a subdirectory",
        COMPARE,
        '    "--no-relative",\n',
        '    "--relative=sub",\n',
        "test_from_a_subdirectory",
    ),
    _commit(
        "intent to add",
        COMPARE,
        '    "--ita-invisible-in-index",\n',
        '    "--ita-visible-in-index",\n',
        "test_what_is_only_intended_to_be_added",
    ),
    row(
        "commit: first",
        "the index of this very commit counts",
        SNAPSHOT,
        _HEAD,
        'sides = ("--cached", "HEAD")',
        f"{TEST_SNAPSHOT}::test_the_first_commit[sha1]",
        says="bad revision 'HEAD'",
    ),
    row(
        "commit: first, on disk",
        "the index of this very commit counts",
        SNAPSHOT,
        "sides=(repository.head or repository.empty_tree,),",
        'sides=("HEAD",),',
        f"{TEST_SNAPSHOT}::test_the_first_commit[sha1]",
        says="bad revision 'HEAD'",
    ),
    row(
        "commit: first, by its id",
        "the index of this very commit counts",
        SNAPSHOT,
        "parents[0] if parents else None",
        "parents[0]",
        f"{TEST_SNAPSHOT}::test_the_first_commit[sha1]",
        says="IndexError",
    ),
    row(
        "commit: GIT_DIR and GIT_WORK_TREE",
        "the index of this very commit counts",
        GIT,
        _OTHER_INDEX,
        f'{_OTHER_INDEX}    "GIT_DIR": ".git",\n',
        "tests/repo/test_traps.py::test_the_repository_s_own_environment_is_enough",
        says="RepositoryError",
    ),
)

_CHOSEN: Final = (
    _gate(
        "gate",
        EXTRACT,
        "        if left_out := select(candidate, selection):\n",
        "        if (left_out := select(candidate, selection)) and not left_out:\n",
        "test_the_gate_stands_before_the_patch",
    ),
    _gate(
        "gate on disk",
        EXTRACT,
        "            new_size = _size_on_disk(comparison.repository, record)\n        yield",
        "            new_size = 1\n        yield",
        "test_the_gate_on_disk",
    ),
    _gate(
        "gate of patches",
        "lok_hooks/repo/foreign.py",
        "    if left_out := select(candidate, selection):\n        return left_out\n",
        "",
        "test_from_a_patch_the_gate_holds_too",
    ),
    _reason(
        "unmerged",
        "    if file.status is None:\n",
        '    if file.path == "":\n',
        "file0-unmerged-the merge conflict is not resolved",
    ),
    _reason(
        "submodule",
        "    if SUBMODULE_MODE in (file.old_mode, file.new_mode):",
        "    if SUBMODULE_MODE == file.path:",
        "file1-submodule-1111111..2222222",
        "file2-submodule-added at 2222222",
        "file3-submodule-removed, was at 1111111",
    ),
    _reason(
        "vendored",
        "        if folder in VENDORED_FOLDERS:",
        "        if folder in LOCK_FILES:",
        "file5-vendored-vendor/",
        "file6-vendored-node_modules/",
    ),
    _reason(
        "lock file",
        "    if name in LOCK_FILES:",
        "    if name in VENDORED_FOLDERS:",
        "file7-lock file-",
        "file8-lock file-",
        "file9-lock file-",
    ),
    _reason(
        "generated",
        "        if fnmatchcase(name, pattern):",
        "        if name == pattern:",
        "file10-generated-*.min.js",
        "file11-generated-*.map",
        "file12-generated-*_pb2.py",
    ),
    _reason("dismissals", "    if path == DISMISSALS:", '    if path == "":', "file13-generated-lok dismiss"),
    _reason(
        "no text changed",
        "file.old_blob == file.new_blob and file.new_blob.strip",
        "file.old_blob is None and file.new_blob.strip",
        "file14-no text changed-mode 100644 to 100755",
        "file15-no text changed-renamed from old.py",
        "file16-no text changed-copied from old.py, mode 100644 to 100755",
    ),
    _reason(
        "empty file added", 'detail = "empty file added"', 'detail = ""', "file17-no text changed-empty file added"
    ),
    _reason(
        "empty file deleted",
        'detail = "empty file deleted"',
        'detail = ""',
        "file18-no text changed-empty file deleted",
    ),
    _reason(
        "too large",
        "size = max(file.old_size, file.new_size)",
        "size = file.old_size",
        "file19-too large-1.0 MB, the limit is 1.0 MB",
    ),
    _reason(
        "too large before",
        "size = max(file.old_size, file.new_size)",
        "size = file.new_size",
        "file20-too large-103.0 MB, the limit is 1.0 MB",
    ),
    row(
        "left out: excluded",
        "files left out are listed with their reasons",
        SELECT,
        "        _excluded(file.path, selection.exclude)\n        or _by",
        "        _by",
        "tests/core/test_select.py::test_excludes_are_gitignore_patterns[patterns0-docs/a.md-docs/]",
    ),
    row(
        "left out: the user's limit",
        "files left out are listed with their reasons",
        SELECT,
        "_too_large(file, selection.max_file_bytes)",
        "_too_large(file, 1_000_000)",
        "tests/core/test_select.py::test_the_size_limit_is_the_users",
    ),
    row(
        "a directory that is too large is refused",
        "a directory of more than 50,000 files is refused",
        LISTING,
        "    if len(listing.paths) > MOST_FILES:\n",
        "    if not listing:\n",
        f"{TEST_LISTING}::test_more_files_than_one_project_has_are_refused",
    ),
    row(
        "left out: more than a sweep shows",
        "files left out are listed with their reasons",
        LISTING,
        "                skipped.append("
        "Skipped(path=path, reason=SkipReason.TOO_LARGE, detail=_more_text_than(most_bytes)))\n",
        "                continue\n",
        f"{TEST_LISTING}::test_more_text_than_one_sweep_shows_is_left_out_aloud",
    ),
    _gate(
        "context lines",
        EXTRACT,
        'f"--unified={selection.context_lines}"',
        '"--unified=10"',
        "test_context_is_the_users[0]",
        "test_context_is_the_users[1]",
        "test_context_is_the_users[3]",
    ),
)

ROWS: Final = (*_SOURCES, *_COMMITS_MADE, *_CHOSEN)
