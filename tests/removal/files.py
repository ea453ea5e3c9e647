"""How files are written, and that no text is run as code."""

from __future__ import annotations

from typing import Final

from tests.removal.places import DATABASE, GIT
from tests.removal.row import Change, Removal, row

_FILES_AND_CODE: Final = "text run as code, files that others can read"
_FILES: Final = "lok_hooks/files.py"
_WRITTEN: Final = "tests/test_files.py"
_SUPPLY: Final = "tests/security/test_supply.py"


def _file(name: str, file: str, old: str, new: str, test: str) -> Removal:
    return row(name, _FILES_AND_CODE, file, old, new, test)


ROWS: Final = (
    Removal(
        name="new files follow no link",
        promise=_FILES_AND_CODE,
        changes=(Change(_FILES, "os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW", "os.O_WRONLY | os.O_CREAT"),),
        tests=(f"{_WRITTEN}::test_nothing_is_written_where_a_link_leads",),
        doubled="O_EXCL follows no link either",
    ),
    _file(
        "added text follows no link",
        _FILES,
        "os.O_APPEND | os.O_NOFOLLOW",
        "os.O_APPEND",
        f"{_WRITTEN}::test_nothing_is_written_where_a_link_leads",
    ),
    _file(
        "links in place of files are not replaced",
        _FILES,
        "        found = path.lstat()\n",
        "        found = path.stat()\n",
        f"{_WRITTEN}::test_nothing_is_written_where_a_link_leads",
    ),
    _file(
        "devices are not replaced",
        _FILES,
        "        if not stat.S_ISREG(found.st_mode):\n",
        "        if not found.st_mode:\n",
        f"{_WRITTEN}::test_what_is_no_file_is_not_replaced",
    ),
    _file(
        "names that nobody can know",
        _FILES,
        'f".lok-{secrets.token_hex(8)}"',
        'f".lok-{secrets.__name__}"',
        f"{_WRITTEN}::test_files_are_opened_as_new_ones_under_names_that_nobody_can_know",
    ),
    _file(
        "whole or not at all",
        _FILES,
        "    with _beside(path, content, mode) as made:\n        made.replace(path)\n",
        "    path.write_bytes(content)\n",
        f"{_WRITTEN}::test_half_a_file_is_not_left",
    ),
    _file(
        "no half of a new file",
        _FILES,
        "            path.unlink()\n",
        "",
        f"{_WRITTEN}::test_half_a_file_is_not_left",
    ),
    _file(
        "permissions of private files",
        _FILES,
        "PRIVATE: Final = 0o600",
        "PRIVATE: Final = 0o644",
        f"{_WRITTEN}::test_a_new_file_has_the_permissions_it_is_meant_to_have",
    ),
    _file(
        "dismissals through a link",
        "lok_hooks/store/dismissals.py",
        "        if path.parent.is_symlink() or path.is_symlink():\n",
        "        if not path.name:\n",
        "tests/store/test_dismissals.py::test_a_symbolic_link_leads_nowhere",
    ),
    Removal(
        name="the hooks file of pre-commit through a link",
        promise=_FILES_AND_CODE,
        changes=(
            Change(
                "lok_hooks/cli/commands/init.py",
                "    if path.is_symlink():  # it could",
                "    if not path.name:  # it could",
            ),
            Change(_FILES, "        found = path.lstat()\n", "        found = path.stat()\n"),
        ),
        tests=("tests/end_to_end/test_setup.py::test_init_does_not_add_hooks_where_a_link_leads",),
        doubled="what writes it refuses a link as well",
    ),
    _file(
        "the memory's folder",
        DATABASE,
        "if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():",
        "if not found:",
        "tests/store/test_database.py::test_a_folder_that_is_none_is_not_written_to",
    ),
    _file(
        "the memory's folder of another user",
        DATABASE,
        "if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():",
        "if not stat.S_ISDIR(found.st_mode):",
        "tests/store/test_database.py::test_another_users_folder_is_left_alone",
    ),
    _file(
        "the memory's file",
        DATABASE,
        "if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():",
        "if not found:",
        "tests/store/test_database.py::test_a_file_that_is_a_link_is_not_written_to",
    ),
    _file(
        "the memory for its owner alone",
        DATABASE,
        "        folder.chmod(0o700)\n",
        "        pass\n",
        "tests/store/test_database.py::test_only_its_user_may_look",
    ),
    _file(
        "triggers in a memory that somebody brought",
        DATABASE,
        "    if _statements(connection) != frozenset(layout.statements):\n",
        "    if not layout.statements:\n",
        "tests/store/test_database.py::test_a_file_with_something_else_in_it_is_not_used",
    ),
    _file(
        "writers are on a list",
        "lok_hooks/store/dismissals.py",
        "files.write_over(path, text.encode(), files.SHARED)",
        "path.write_text(text)",
        f"{_SUPPLY}::test_files_are_written_in_few_places",
    ),
    _file(
        "starters of programs are on a list",
        "lok_hooks/backends/static.py",
        '        program = ruff_program() or "ruff"\n',
        '        program = ruff_program() or "ruff"\n        os.posix_spawnp(program, [program], os.environ)\n',
        f"{_SUPPLY}::test_programs_are_started_and_modules_loaded_by_name_in_few_places",
    ),
    _file(
        "no code run",
        "lok_hooks/report/all.py",
        'function: Report = import_module(f"lok_hooks.report.{module}").report',
        "function: Report = eval(f\"import_module('lok_hooks.report.{module}').report\")",
        f"{_SUPPLY}::test_no_text_is_run_as_code",
    ),
    _file(
        "no shell",
        GIT,
        "            shell=False,\n",
        "            shell=True,\n",
        f"{_SUPPLY}::test_no_text_is_run_as_code",
    ),
    _file(
        "dependencies above their known holes",
        "pyproject.toml",
        "GitPython>=3.2.1",
        "GitPython>=3.1.0",
        f"{_SUPPLY}::test_dependencies_are_bounded_above_their_known_holes",
    ),
)
