"""What models that look around are lent in place of a directory: no credential file, no secret, nothing else of it."""

from __future__ import annotations

from typing import Final

from tests.removal.places import CREWS, LISTING, PRIVATE_COPY, TEST_LISTING, TEST_PRIVATE_COPY
from tests.removal.row import Change, Removal, row

_LOOKS: Final = "a model that looks around reads credential files or secrets"
_STAY: Final = "*Secrets stay here.*"
_PROGRAM: Final = (
    "tests/security/test_exploring_secrets.py::"
    "test_a_program_of_the_users_looks_at_the_copy_unless_it_is_local_and_shown_everything"
)
_LENT: Final = f"{TEST_LISTING}::test_what_is_lent_is_all_text_but_credential_files_and_large_ones"
_LINKS: Final = f"{TEST_LISTING}::test_links_lead_nowhere"
_NO_REPOSITORY: Final = f"{TEST_LISTING}::test_outside_a_repository_neither_gits_own_files_nor_vendored_ones_are_lent"
_REPLACED: Final = (
    f"{TEST_PRIVATE_COPY}::test_secrets_are_replaced_by_the_same_mark_in_all_files_and_lines_stay_where_they_are"
)

ROWS: Final = (
    row(
        "lent: a copy",
        _LOOKS,
        CREWS,
        "if settings.kind in _HANDS and not is_spared(explorer, spares_local=spares_local):",
        "if settings.kind in ():",
        f"{_PROGRAM}[False-False]",
    ),
    row(
        "lent: a copy to local models too",
        _LOOKS,
        CREWS,
        "if settings.kind in _HANDS and not is_spared(explorer, spares_local=spares_local):",
        "if settings.kind in _HANDS and not explorer.traits.is_local:",
        f"{_PROGRAM}[True-True]",
    ),
    row(
        "lent: no credential file",
        _LOOKS,
        LISTING,
        "    if reason := _credentials(shown, path):\n        return reason\n    if size",
        "    if size",
        _LENT,
    ),
    row(
        "lent: credential files by their whole path",
        _LOOKS,
        LISTING,
        "held_back(path.as_posix())",
        "held_back(shown)",
        f"{TEST_LISTING}::test_a_folder_of_credentials_lends_and_lists_nothing_even_by_its_own_name",
    ),
    Removal(
        name="lent: nothing that a link leads to",
        promise=_LOOKS,
        changes=(
            Change(LISTING, "        found = path.lstat()\n", "        found = path.stat()\n"),
            Change(
                LISTING, "if stat.S_ISREG(found.st_mode) and path.resolve() == path else None", "if found else None"
            ),
        ),
        tests=(_LINKS,),
        doubled="a link is no regular file, and its place is not where it leads",
    ),
    row(
        "lent: nothing in a linked folder",
        _LOOKS,
        LISTING,
        "if stat.S_ISREG(found.st_mode) and path.resolve() == path else None",
        "if stat.S_ISREG(found.st_mode) else None",
        f"{TEST_LISTING}::test_a_tracked_file_whose_folder_became_a_link_leads_nowhere",
    ),
    row(
        "lent: none of git's own files",
        _LOOKS,
        LISTING,
        'if name != ".git" and name.lower() not in VENDORED_FOLDERS',
        "if name.lower() not in VENDORED_FOLDERS",
        _NO_REPOSITORY,
    ),
    row(
        "lent: nothing that a late link leads to",
        _LOOKS,
        LISTING,
        "return real.read_bytes() if real.resolve() == real and real.is_file() else None",
        "return real.read_bytes()",
        _LINKS,
    ),
    row(
        "lent: no secret",
        _STAY,
        PRIVATE_COPY,
        "                clean = screening.redact(text)\n",
        "                clean = text\n",
        _REPLACED,
    ),
    Removal(
        name="lent: no secret that a later file tells",
        promise=_STAY,
        changes=(
            Change(
                PRIVATE_COPY,
                "            screening = self._searched(diff.files, deadline)\n",
                "            screening = self._screen(NO_FILES, ())\n",
            ),
            Change(
                PRIVATE_COPY,
                "                clean = screening.redact(text)\n",
                '                clean = self._screen(Diff(label="", files=(file,)), ()).redact(text)\n',
            ),
        ),
        tests=(_REPLACED,),
    ),
    row(
        "lent: no secret in a file's name",
        _STAY,
        PRIVATE_COPY,
        "[file for file in diff.files if screening.redact(file.path) == file.path]",
        "list(diff.files)",
        f"{TEST_PRIVATE_COPY}::test_credential_files_binary_ones_links_and_secret_names_are_not_in_it",
    ),
    row(
        "lent: to this user alone",
        _STAY,
        PRIVATE_COPY,
        "                write_private(place / file.path, clean.encode())\n",
        "                (place / file.path).parent.mkdir(parents=True, exist_ok=True)\n"
        "                (place / file.path).write_bytes(clean.encode())\n",
        f"{TEST_PRIVATE_COPY}::test_it_is_for_this_user_alone_and_outside_any_repository",
    ),
    row(
        "lent: not beyond the end",
        _STAY,
        PRIVATE_COPY,
        "                self._room.close()\n",
        "                pass\n",
        f"{TEST_PRIVATE_COPY}::test_nothing_is_made_before_somebody_asks_and_nothing_stays",
    ),
    row(
        "lent: nothing half made stays",
        _STAY,
        PRIVATE_COPY,
        "place = opened.enter_context(room())",
        "place = self._room.enter_context(room())",
        f"{TEST_PRIVATE_COPY}::test_what_is_written_after_the_deadline_does_not_stay",
    ),
)
