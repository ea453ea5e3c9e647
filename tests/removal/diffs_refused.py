"""What is wrong with a repository is said in a sentence, and git's traps around hooks do not spring."""

from __future__ import annotations

from typing import Final

from tests.removal.places import (
    COMPARE,
    EXTRACT,
    GIT,
    HOOKS,
    PROBE,
    RANGES,
    SELECT,
    TEST_BAD_INPUT,
    TEST_PROBE,
    TEST_SNAPSHOT,
)
from tests.removal.row import Removal, row

_GIT: Final = "tests/repo/test_git.py"
_TRAPS: Final = "tests/repo/test_traps.py"
_LEFT_OUT: Final = "tests/core/test_select.py::test_a_file_is_left_out_with_its_reason"


def _said(name: str, pattern: str, *tests: str) -> Removal:
    """A sentence for what git says."""
    promise = "a clear sentence and exit code 2"
    return row(f"said: {name}", promise, GIT, pattern, "r'nothing at all',\n", *(f"{_GIT}::{test}" for test in tests))


def _trap(name: str, file: str, old: str, new: str, *tests: str, says: str = "") -> Removal:
    return row(f"trap: {name}", "nothing around git changes what is reviewed", file, old, new, *tests, says=says)


_SENTENCES: Final = (
    _said("not a repository", 'r"not a git repository",\n', "test_not_a_repository"),
    _said(
        "no work tree",
        'r"must be run in a work tree",\n',
        "test_a_bare_repository",
        "test_the_inside_of_the_git_directory",
    ),
    _said("dubious ownership", "r\"dubious ownership in repository at '(?P<at>[^']*)'\",\n", "test_dubious_ownership"),
    _said("no such directory", "r\"cannot change to '[^']*': (?P<why>.*)\",\n", "test_a_directory_that_is_not_there"),
    row(
        "said: unreadable config",
        "a clear sentence and exit code 2",
        GIT,
        'r"bad (?:numeric |boolean )?config|',
        'r"bad nothing|',
        f"{_GIT}::test_a_config_that_cannot_be_read[a section]",
        f"{_GIT}::test_a_config_that_cannot_be_read[a value]",
        f"{_GIT}::test_a_config_that_cannot_be_read[a byte]",
    ),
    row(
        "said: corrupt index",
        "a clear sentence and exit code 2",
        GIT,
        'r"index file|bad signature 0x|index uses .* extension|bad index|unordered stage entries|index entry",',
        'r"nothing at all",',
        f"{_GIT}::test_a_corrupt_index",
    ),
    row(
        "said: HEAD that names nothing",
        "a clear sentence and exit code 2",
        GIT,
        "    if named is not None:\n        raise",
        "    if named == b'':\n        raise",
        f"{_GIT}::test_a_head_that_names_nothing",
    ),
    row(
        "said: a directory that is gone",
        "a clear sentence and exit code 2",
        GIT,
        '        except FileNotFoundError as error:\n            raise RepositoryError("the current',
        '        except ZeroDivisionError as error:\n            raise RepositoryError("the current',
        f"{_GIT}::test_the_current_directory_is_gone",
        says="FileNotFoundError",
    ),
    row(
        "said: git is missing",
        "a clear sentence and exit code 2",
        GIT,
        "    except ImportError as error:",
        "    except ZeroDivisionError as error:",
        f"{_GIT}::test_git_is_missing",
        says="ImportError",
    ),
    row(
        "said: git goes away",
        "a clear sentence and exit code 2",
        GIT,
        "    except (git.GitCommandNotFound, OSError) as error:",
        "    except ZeroDivisionError as error:",
        f"{_GIT}::test_git_goes_away",
        says="GitCommandNotFound",
    ),
    row(
        "said: no room for a private index",
        "a clear sentence and exit code 2",
        GIT,
        '        except OSError as error:\n            raise RepositoryError(f"no temporary',
        '        except ZeroDivisionError as error:\n            raise RepositoryError(f"no temporary',
        f"{_GIT}::test_no_room_for_a_private_index",
        says="FileNotFoundError",
    ),
    row(
        "said: unborn HEAD",
        "a clear sentence and exit code 2",
        RANGES,
        'head = repository.resolve("HEAD")\n',
        "head = repository.empty_tree\n",
        "tests/repo/test_ranges.py::TestBranch::test_an_unborn_head_is_an_error",
        says="UserError",
    ),
    row(
        "said: detached HEAD",
        "a clear sentence and exit code 2",
        GIT,
        '"--revs-only", "HEAD^{commit}")',
        '"--revs-only", "refs/heads/main^{commit}")',
        f"{_GIT}::test_a_detached_head",
        "tests/repo/test_hooks.py::test_a_detached_head",
    ),
    row(
        "said: the end of a line in a directory's name",
        "a clear sentence and exit code 2",
        GIT,
        "    if len(places) != len(_PLACES):",
        "    if not places:",
        f"{_GIT}::test_a_directory_with_a_strange_name[unborn]",
        f"{_GIT}::test_a_directory_with_a_strange_name[born]",
        says="too many values to unpack",
    ),
    row(
        "said: nothing staged",
        "nothing staged, nothing reviewed and nothing found are three sentences",
        HOOKS,
        'nothing staged, nothing to review\\n"',
        '\\n"',
        f"{TEST_BAD_INPUT}::test_nothing_staged",
    ),
    row(
        "said: only binary files",
        "nothing staged, nothing reviewed and nothing found are three sentences",
        SELECT,
        'detail = ""\n    if file.status is Status.ADDED and not file.new_size:',
        'detail = ""\n    if file.status is Status.ADDED:',
        f"{TEST_BAD_INPUT}::test_only_binary_files",
    ),
    row(
        "said: a line of 100 MB",
        "a file too large is left out",
        SELECT,
        "    if size <= limit:\n        return None\n",
        "    if size:\n        return None\n",
        f"{_LEFT_OUT}[file20-too large-103.0 MB, the limit is 1.0 MB]",
        f"{TEST_SNAPSHOT}::test_from_a_patch_the_gate_holds_too",
    ),
    row(
        "said: an empty diff",
        "an empty diff is no mistake",
        "lok_hooks/repo/foreign.py",
        "    if not data.strip():\n        return (), ()\n",
        "",
        f"{TEST_SNAPSHOT}::test_an_empty_patch_is_an_empty_diff[]",
        says="DiffError",
    ),
)

_SPRUNG: Final = (
    _trap(
        "heavy imports before anything is staged",
        HOOKS,
        "import os\nimport sys\n\n_NOTHING",
        "import argparse as argparse\nimport os\nimport sys\n\n_NOTHING",
        "tests/test_architecture.py::test_an_empty_commit_imports_nothing_heavy",
    ),
    _trap(
        "imports of the probe",
        PROBE,
        "import os\n\n_GIT",
        "import os\nimport subprocess as subprocess\n\n_GIT",
        f"{TEST_PROBE}::test_only_what_python_has_loaded_anyway_is_imported",
    ),
    _trap(
        "an error that looks like an empty diff",
        PROBE,
        "if status == 0 else None",
        "if status is not None else None",
        f"{TEST_PROBE}::test_a_corrupt_index",
        f"{TEST_PROBE}::test_no_repository",
        f"{TEST_PROBE}::test_an_unreadable_config",
    ),
    _trap(
        "more records than a pipe holds",
        PROBE,
        "            pieces.append(piece)\n",
        "            pieces[:] = [piece]\n",
        f"{TEST_PROBE}::test_a_change_of_thousands_of_files_is_read_whole",
    ),
    _trap(
        "git that is not there",
        PROBE,
        "    except OSError:\n        os.close(read)\n",
        "    except ZeroDivisionError:\n        os.close(read)\n",
        f"{TEST_PROBE}::test_no_git_on_the_path",
        says="FileNotFoundError",
    ),
    _trap(
        "an end of git that nobody learns of, by the probe",
        PROBE,
        "    except OSError:\n        return None\n",
        "    except ZeroDivisionError:\n        return None\n",
        f"{TEST_PROBE}::test_an_end_of_git_that_nobody_learns_of",
        says="ChildProcessError",
    ),
    _trap(
        "an end of git that nobody learns of",
        "lok_hooks/cli/boundary.py",
        "    signal.signal(signal.SIGCHLD, signal.SIG_DFL)\n",
        "",
        f"{TEST_BAD_INPUT}::test_a_parent_that_ignores_the_ends_of_children",
        says="subsection not found",
    ),
    _trap(
        "intent to add, by the probe",
        PROBE,
        '    "--ita-invisible-in-index",\n',
        '    "--ita-visible-in-index",\n',
        f"{TEST_PROBE}::test_intent_to_add_is_not_staged",
    ),
    _trap(
        "diff.relative, by the probe",
        PROBE,
        '    "--no-relative",\n',
        "",
        f"{TEST_PROBE}::test_a_change_outside_the_directory_asked_from",
    ),
    _trap("the index, by the probe", PROBE, '    "--cached",\n', '    "HEAD",\n', f"{TEST_PROBE}::test_nothing_staged"),
    _trap(
        "the index of this commit, by the probe",
        PROBE,
        '    "GIT_OPTIONAL_LOCKS": "0",\n',
        '    "GIT_INDEX_FILE": ".git/index",\n',
        f"{TEST_PROBE}::test_the_index_of_the_commit_under_way_is_the_one_asked",
    ),
    _trap(
        "diff.renames",
        COMPARE,
        '("--find-renames=50%", "-l1000")',
        '("-l1000",)',
        f"{_TRAPS}::test_one_setting[diff.renames-false]",
    ),
    _trap(
        "diff.renameLimit",
        COMPARE,
        '("--find-renames=50%", "-l1000")',
        '("--find-renames=50%",)',
        f"{_TRAPS}::test_one_setting[diff.renameLimit-1]",
    ),
    _trap(
        "diff.context",
        EXTRACT,
        "(chosen, unified, of=records)",
        "(chosen, of=records)",
        f"{_TRAPS}::test_one_setting[diff.context-0]",
    ),
    _trap(
        "diff.suppressBlankEmpty",
        COMPARE,
        '("-c", "diff.suppressBlankEmpty=false")',
        "()",
        f"{_TRAPS}::test_one_setting[diff.suppressBlankEmpty-true]",
    ),
    _trap(
        "core.abbrev",
        COMPARE,
        '    "--no-abbrev",\n',
        "",
        f"{_TRAPS}::test_one_setting[core.abbrev-4]",
        says="InternalError",
    ),
    _trap(
        "abbreviated ids of patches",
        COMPARE,
        '    "--full-index",\n',
        "",
        f"{_TRAPS}::test_one_setting[core.abbrev-4]",
        says="InternalError",
    ),
    _trap(
        "directories that paths are taken from",
        COMPARE,
        'f":(top,literal){',
        'f":(literal){',
        f"{_TRAPS}::test_one_setting[diff.relative-true]",
        says="Error",
    ),
    _trap(
        "core.bigFileThreshold",
        EXTRACT,
        'comparison.patches(hidden, unified, "--text")',
        "comparison.patches(hidden, unified)",
        f"{_TRAPS}::test_one_setting[core.bigFileThreshold-1]",
    ),
    _trap(
        "hooks of linked work trees and core.hooksPath",
        "lok_hooks/repo/hook_files.py",
        '"--git-path", "hooks")',
        '"--absolute-git-dir")',
        "tests/repo/test_hook_files.py::test_a_linked_work_tree_shares_its_repositorys_hooks",
        "tests/repo/test_hook_files.py::test_beside_husky",
    ),
)

ROWS: Final = (*_SENTENCES, *_SPRUNG)
