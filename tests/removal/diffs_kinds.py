"""Kinds of change: what is renamed, copied, binary, oddly named or oddly ended is read as it is."""

from __future__ import annotations

from typing import Final

from tests.removal.places import COMPARE, DIFF, EXTRACT, GIT, PATCH, SELECT, SNAPSHOT, TEST_SNAPSHOT
from tests.removal.row import Removal, row

_RECORDS: Final = "lok_hooks/repo/records.py"


def _kind(name: str, file: str, old: str, new: str, *tests: str, says: str = "") -> Removal:
    return row(
        f"kind: {name}",
        "every kind of change",
        file,
        old,
        new,
        *tuple(f"{TEST_SNAPSHOT}::{test}" for test in tests),
        says=says,
    )


_STATUS: Final = "test_statuses[to_symlink-f.py-f.py-T-lines4]"
_SPLIT: Final = 'for raw in body.split("\\n") if'
ROWS: Final = (
    _kind(
        "merge",
        SNAPSHOT,
        "parents[0] if parents",
        "parents[-1] if parents",
        "test_commits_are_compared_with_their_first_parent",
    ),
    _kind(
        "shallow clone",
        SNAPSHOT,
        "    if parents and repository.ask(",
        "    if not parents and repository.ask(",
        "test_the_parent_that_a_shallow_clone_cut_off",
        says="Regex",
    ),
    _kind(
        "sparse checkout",
        GIT,
        "                if content:\n",
        "                if not self.index:\n",
        "test_a_sparse_checkout",
    ),
    _kind(
        "submodule bump",
        SELECT,
        "    if SUBMODULE_MODE in (file.old_mode, file.new_mode):",
        "    if SUBMODULE_MODE == file.path:",
        "test_a_submodule_bump_shows_even_when_gitmodules_says_ignore",
    ),
    _kind(
        "dirty submodule",
        COMPARE,
        '"--ignore-submodules=dirty" if',
        '"--ignore-submodules=none" if',
        "test_the_work_tree_does_not_look_into_a_dirty_submodule",
    ),
    _kind(
        "rename",
        COMPARE,
        '("--find-renames=50%", "-l1000")',
        '("--no-renames", "-l1000")',
        "test_statuses[rename_and_edit-g.py-f.py-R-lines3]",
    ),
    _kind(
        "copy",
        COMPARE,
        '(*_WITH_RENAMES, "--find-copies=50%")',
        "_WITH_RENAMES",
        "test_a_copy_shows_only_what_differs",
    ),
    _kind(
        "rename and copy where files are left out",
        COMPARE,
        "        if record.status in _TWO_NAMES and not self.has_work_tree:\n",
        "        if record.status is None:\n",
        "test_renames_survive_a_selection_that_leaves_files_out",
        says="InternalError",
    ),
    _kind(
        "mode alone",
        SELECT,
        '        said.append(f"mode {old_mode} to {new_mode}")\n',
        "        pass\n",
        "test_changes_without_text[make_executable-f.py-mode 100644 to 100755]",
    ),
    _kind(
        "rename alone",
        SELECT,
        '        said.append(f"renamed from {old_path}")\n',
        "        pass\n",
        "test_changes_without_text[rename-g.py-renamed from f.py]",
    ),
    _kind(
        "empty file",
        SELECT,
        'detail = "empty file added"',
        'detail = ""',
        "test_changes_without_text[<lambda>-empty.py-empty file added]",
    ),
    _kind(
        "type change",
        _RECORDS,
        "return 2 if self.status is Status.TYPE_CHANGED else 1",
        "return 1",
        _STATUS,
        "test_a_type_change_back_from_a_symlink",
        says="InternalError",
    ),
    _kind(
        "type change on disk",
        SNAPSHOT,
        "if file.status is Status.TYPE_CHANGED or not file.old_blob",
        "if not file.old_blob",
        "test_what_is_on_disk_alone",
    ),
    _kind(
        "symbolic link on disk",
        EXTRACT,
        "os.lstat(_place(",
        "os.stat(_place(",
        "test_what_is_on_disk_alone",
        says="cannot be read",
    ),
    _kind(
        "symbolic link that an attribute hides",
        EXTRACT,
        '    if record.new_mode == _SYMLINK_MODE:\n        return b""\n',
        "",
        "test_an_attribute_hides_no_symbolic_link_and_nothing_is_read_through_it",
        says="cannot be read",
    ),
    _kind(
        "status of a filled file",
        EXTRACT,
        "return FileDiff(\n        path=record.path,\n        old_path=record.old_path,\n        status=record.status,",
        "return FileDiff(\n        path=record.path,\n        old_path=record.old_path,\n"
        "        status=record.status if any(hunk.old_count for hunk in hunks) else type(record.status).ADDED,",
        "test_an_empty_file_filled_is_modified_not_added",
    ),
    _kind(
        "binary",
        EXTRACT,
        'found[blob] = b"\\0" in content[:BINARY_HEAD]',
        "found[blob] = False",
        "test_binary_by_git_s_own_rule",
        "test_a_deleted_binary_and_one_made_text",
    ),
    _kind(
        "binary on disk",
        EXTRACT,
        'or (on_disk and b"\\0" in _head_on_disk(comparison.repository, record))',
        "",
        "test_binary_on_disk_only",
    ),
    _kind(
        "binary by git's own rule",
        EXTRACT,
        "BINARY_HEAD: Final = 8000",
        "BINARY_HEAD: Final = 8001",
        "test_binary_by_git_s_own_rule",
        "test_binary_on_disk_only",
    ),
    _kind(
        "binary that an attribute calls text",
        EXTRACT,
        'return b"\\0" in hunks or b"',
        'return b"',
        "test_an_attribute_makes_no_text_of_binary_content",
    ),
    _kind(
        "no newline at the end",
        DIFF,
        '            if sign == "\\\\":\n                continue\n',
        '            if sign == "\\\\":\n                sign = " "\n',
        "test_odd_contents[no newline on both sides]",
        "test_odd_contents[newline added]",
        "test_odd_contents[newline removed]",
    ),
    *(
        _kind(
            name,
            DIFF,
            _SPLIT,
            f"for raw in body.replace({end!r}, {instead!r}).split('\\n') if",
            f"test_odd_contents[{name}]",
        )
        for name, end, instead in (
            ("CRLF", "\r\n", "\n"),
            ("form feed", "\x0c", "\n "),
            ("lone carriage return", "\r", "\n "),
            ("line separators", "\u2028", "\n "),
        )
    ),
    _kind(
        "ends of lines in patches",
        PATCH,
        '_text(hunks).removesuffix("\\n").split("\\n")]',
        "_text(hunks).splitlines()]",
        "test_odd_contents[form feed]",
        "test_odd_contents[lone carriage return]",
        "test_odd_contents[line separators]",
        says="InternalError",
    ),
    _kind(
        "not UTF-8",
        PATCH,
        'return data.decode("utf-8", errors="replace")',
        'return data.decode("utf-8")',
        "test_odd_contents[Latin-1]",
        says="UnicodeDecodeError",
    ),
    _kind("names not in UTF-8", _RECORDS, 'errors="backslashreplace"', 'errors="replace"', "test_odd_names"),
    _kind(
        "names that are patterns",
        COMPARE,
        'f":(top,literal){os.fsdecode(name)}"',
        "os.fsdecode(name)",
        "test_odd_names",
        says="Error",
    ),
    _kind(
        "names that look the same",
        EXTRACT,
        "hunks.setdefault(hunks_key(file), own) is not own:",
        "hunks.setdefault(hunks_key(file), own) is None:",
        "test_two_names_that_look_the_same_are_refused_where_they_cannot_be_told_apart",
    ),
    _kind(
        "lines that look like a diff",
        PATCH,
        'pending.find(b"\\n" + _PATCH, start) + 1:',
        "max(0, pending.find(_PATCH, start + 1)):",
        "test_odd_contents[a diff]",
        says="Error",
    ),
    _kind(
        "lines that look like signs",
        PATCH,
        'return body.count(b"\\n" + sign) + body.startswith(sign)',
        "return body.count(sign)",
        "test_odd_contents[comment signs]",
        says="Error",
    ),
    _kind(
        "unmerged",
        COMPARE,
        "if record.status is None or record.name not in unmerged)",
        "if record.status is None)",
        "test_unmerged_paths_are_on_the_list",
    ),
    _kind(
        "more paths than a command line holds",
        COMPARE,
        "for batch in _batches(records):",
        "for batch in filter(None, [list(records)]):",
        "test_more_paths_than_one_command_line_holds",
        says="Argument list too long",
    ),
    _kind(
        "on disk, not staged",
        SNAPSHOT,
        "            has_work_tree=True,\n",
        "",
        "test_the_work_tree_is_compared_as_it_lies_there",
        says="Error",
    ),
    _kind(
        "several refs",
        SNAPSHOT,
        "files.setdefault(hunks_key(file), file)",
        "files[hunks_key(file)] = file",
        "test_several_pushed_refs_are_combined",
    ),
)
