"""What a push brings: every ref, from what the remote has, as git or a hook runner tells it."""

from __future__ import annotations

from typing import Final

from tests.removal.places import GATE, RANGES
from tests.removal.row import Removal, row

_TESTS: Final = "tests/repo/test_ranges.py"
_TOLD: Final = "tests/end_to_end/test_commands.py::test_a_push_is_what_git_or_the_hook_runner_tells"


def _of_ranges(test: str) -> str:
    """The id of a test of ranges; with SHA-1 where nothing else is said."""
    return f"{_TESTS}::{test}{'' if '[' in test else '[sha1]'}"


def _push(name: str, old: str, new: str, *tests: str, file: str = RANGES, says: str = "") -> Removal:
    ids = (test if "::" in test else _of_ranges(test) for test in tests)
    return row(f"push: {name}", "every ref of a push is reviewed", file, old, new, *ids, says=says)


def _announced(name: str, old: str, new: str, test: str) -> Removal:
    test_id = _of_ranges(f"TestFromPreCommit::{test}")
    return row(f"PRE_COMMIT_*: {name}", "every ref of a push is reviewed", RANGES, old, new, test_id)


def _branch(name: str, old: str, new: str, test: str, says: str = "") -> Removal:
    test_id = _of_ranges(f"TestBranch::{test}")
    return row(f"branch: {name}", "a branch since its merge-base", RANGES, old, new, test_id, says=says)


_FORK: Final = "base = _fork(repository, tip, known) if known else None"
_OLD: Final = "if old is not None and _is_ancestor(repository, old, tip):"

_BY_GIT: Final = (
    _push(
        "new branch and tag since the merge-base",
        _FORK,
        "base = None",
        "test_a_new_branch_starts_where_it_left_what_the_remote_has",
        "test_a_tag_brings_its_commit[sha1-lightweight]",
    ),
    _push("update", _OLD, "if old is None:", "test_an_update_brings_all_that_the_remote_branch_lacks"),
    _push("force", _OLD, "if old is not None:", "test_a_force_push_starts_at_the_last_commit_both_histories_share"),
    _push(
        "force over what is unknown here",
        'oid if kind == "commit" else None',
        "oid",
        "test_a_force_push_over_a_commit_unknown_here_is_read_as_a_new_branch",
        says="Not a valid object name",
    ),
    _push(
        "force back",
        "    if base == tip:\n        return Pushed(",
        "    if base == tip == ref:\n        return Pushed(",
        "test_a_branch_moved_back_brings_nothing_and_says_so",
    ),
    _push(
        "several refs",
        "    for line in updates:\n        tip",
        "    for line in updates[:1]:\n        tip",
        "test_every_ref_of_a_push_has_its_range",
    ),
    _push(
        "several refs on one commit",
        "ranges=_without_repeats(ranges)",
        "ranges=tuple(ranges)",
        "test_two_refs_on_one_commit_are_reviewed_once_under_both_names",
    ),
    _push(
        "annotated tag",
        'f"{revision}^{{commit}}\\n" for revision in askable',
        'f"{revision}\\n" for revision in askable',
        "test_a_tag_brings_its_commit[sha1-annotated]",
        says="RepositoryError: refs/tags/v1",
    ),
    _push(
        "tag on something else",
        "            notes.append(_not_a_commit(repository, line.local, line.new))\n",
        "",
        "test_a_tag_on_something_else_than_a_commit_is_said_to_be_unreviewed[sha1-HEAD^{tree}-tree]",
        "test_a_tag_on_something_else_than_a_commit_is_said_to_be_unreviewed[sha1-HEAD:root.txt-blob]",
    ),
    _push(
        "deletion",
        " if not _is_null(line.new)]",
        "]",
        "test_a_deletion_brings_nothing",
        says="RepositoryError: (delete)",
    ),
    _push(
        "empty input",
        "filter(str.strip, lines)",
        "lines",
        "test_nothing_to_push_is_an_empty_input",
        says="RepositoryError: standard input",
    ),
    _push(
        "SHA-256",
        "frozenset({40, 64})",
        "frozenset({40})",
        "test_a_new_branch_starts_where_it_left_what_the_remote_has[sha256]",
        says="RepositoryError: standard input",
    ),
    _push("first push of all", _FORK, f"{_FORK[:-4]}tip", "test_a_first_push_to_an_empty_remote_brings_everything"),
    _push(
        "unrelated root",
        "        _refuse_shallow(repository, tip)\n        return None",
        "        _refuse_shallow(repository, tip)\n        return tip",
        "test_a_branch_with_an_unrelated_root_is_read_from_the_empty_tree",
    ),
    _push(
        "what other lines say the remote has",
        " | {commit for line in updates if (commit := commits[line.old])}",
        "",
        "test_a_new_branch_starts_at_what_another_line_of_the_push_says_the_remote_has",
    ),
    _push(
        "what this remote has",
        'f"refs/remotes/{remote}/")',
        '"refs/remotes/")',
        "test_a_remote_with_refs_of_its_own_is_not_believed_to_have_what_others_have",
    ),
    _push(
        "to a URL, what any remote has",
        'listed = own or repository.run("for-each-ref", "--format=%(objectname)", "refs/remotes/")',
        "listed = own",
        "test_a_push_to_a_url_starts_at_what_any_remote_has",
    ),
    _push(
        "more remote refs than a command line holds",
        '"rev-list", "--boundary", "--stdin", stdin=asked.encode("ascii")',
        '"rev-list", "--boundary", *asked.split()',
        "test_more_remote_refs_than_a_command_line_holds",
        says="Argument list too long",
    ),
    _push(
        "names with blanks",
        'r"(?P<local>.+) (?P<new>',
        'r"(?P<local>\\S+) (?P<new>',
        "test_the_local_side_may_be_any_revision[sha1-HEAD^{/two words}]",
        says="RepositoryError: standard input",
    ),
    _push(
        "names that are not UTF-8",
        'local=_printable(match["local"])',
        'local=match["local"]',
        "test_a_ref_that_is_not_utf_8_is_named_in_printable_words",
    ),
    _push(
        "commits that are not here",
        'if kind not in ("blob", "tree"):',
        'if kind == "commit":',
        f"{_TESTS}::test_a_commit_that_is_not_here_is_an_error",
    ),
    _push(
        "shallow clone",
        "        _refuse_shallow(repository, tip)\n        return None",
        "        return None",
        "test_a_shallow_clone_that_hides_the_start_of_a_push_is_an_error_with_the_way_out",
    ),
)

_BY_RUNNERS: Final = (
    _announced(
        "to",
        'spec = environ.get("PRE_COMMIT_TO_REF") or environ',
        "spec = environ",
        "test_from_and_to_alone_are_enough",
    ),
    _announced("from", "old=commits[start] if start else None", "old=None", "test_from_and_to_alone_are_enough"),
    _announced(
        "local branch alone",
        ' or environ.get("PRE_COMMIT_LOCAL_BRANCH")\n    if',
        "\n    if",
        "test_an_unpushed_root_commit_brings_everything[pre-commit]",
    ),
    _announced(
        "name of the ref",
        'ref = _printable(environ.get("PRE_COMMIT_LOCAL_BRANCH") or spec)',
        "ref = _printable(spec)",
        "test_from_and_to_are_the_range",
    ),
    _announced(
        "remote",
        'environ.get("PRE_COMMIT_REMOTE_NAME", "")',
        '""',
        "test_a_remote_is_not_believed_to_have_what_others_have",
    ),
    _announced(
        "force",
        _OLD,
        "if old is not None:",
        "test_a_force_push_to_a_remote_without_tracking_refs_starts_at_what_both_sides_share",
    ),
    _announced(
        "refs that no runner names",
        "found.notes + _unannounced(repository, tip, on_remote, environ)",
        "found.notes",
        "test_other_local_refs_with_new_commits_are_named_as_a_gap",
    ),
    _announced(
        "refs of other remotes", '        "--exclude=refs/remotes/*",\n', "", "test_refs_of_another_remote_are_no_gap"
    ),
    _announced("stash", '        "--exclude=refs/stash",\n', "", "test_what_is_stashed_is_no_gap"),
    _announced(
        "no commit",
        "notes=(_not_a_commit(repository, ref, spec),))",
        "notes=())",
        "test_a_revision_that_cannot_be_read_brings_a_note",
    ),
    _announced(
        "run by hand",
        'notes=(f"no push was announced, {by_hand.label} is reviewed instead",)',
        "notes=()",
        "test_without_an_announcement_the_branch_is_reviewed",
    ),
)

_NAMES: Final = '("PRE_COMMIT", "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF")'
_TOLD_BY: Final = (
    _push("git's lines", "_git_lines(patience)\n    # It", 'b""\n    # It', f"{_TOLD}[by git]", file=GATE),
    _push(
        "git's lines without a remote",
        "by_hand = not (under_pre_commit or remote or told)",
        "by_hand = not (under_pre_commit or remote)",
        f"{_TOLD}[by git alone]",
        file=GATE,
    ),
    _push("told by pre-commit", _NAMES, "()", f"{_TOLD}[by pre-commit]", file=GATE),
    _push(
        "told by names of refs",
        _NAMES,
        '("PRE_COMMIT",)',
        f"{_TOLD}[by names of refs]",
        f"{_TOLD}[by the tip alone]",
        file=GATE,
    ),
    _push(
        "told by pre-commit by hand",
        _NAMES,
        _NAMES.replace('"PRE_COMMIT", ', ""),
        f"{_TOLD}[by pre-commit, by hand]",
        file=GATE,
    ),
    _push(
        "told by nobody",
        "by_hand = not (under_pre_commit or remote or told)",
        "by_hand = False",
        f"{_TOLD}[by nobody]",
        file=GATE,
    ),
)

_BY_HAND: Final = (
    _branch(
        "three dots",
        "return _since_fork(repository, base or",
        "return Range(ref='', label=spec, base=repository.resolve(base), tip=repository.resolve(tip)) if base else "
        "_since_fork(repository, base or",
        "test_three_dots_start_at_the_merge_base",
    ),
    _branch(
        "two dots",
        'dots = "..." if "..." in spec else ".."',
        'dots = "..."',
        "test_two_dots_compare_directly",
        says="RepositoryError",
    ),
    _branch(
        "a base alone",
        '    if ".." not in spec:\n        return _since_fork(repository, spec, "HEAD")\n',
        "",
        "test_a_base_alone_is_compared_with_head_from_the_merge_base",
    ),
    _branch(
        "an empty base",
        'repository.resolve(base or "HEAD")',
        "repository.resolve(base or tip)",
        "test_an_empty_base_is_head",
    ),
    _branch(
        "the upstream",
        "for name in (*upstream, *default) if",
        "for name in default if",
        "test_nothing_typed_means_the_upstream",
    ),
    _branch(
        "an upstream that is gone",
        "for name in (*upstream, *default) if known[name]]",
        "for name in (*upstream, *default)]",
        "test_nothing_typed_where_the_upstream_is_gone_means_the_default_branch",
        says="RepositoryError",
    ),
    _branch(
        "a pushed branch",
        "next((found for found in ranges if found.base != found.tip), ranges[0])",
        "ranges[0]",
        "test_nothing_typed_on_a_pushed_branch_means_the_default_branch",
    ),
    _branch(
        "the default branch",
        "default = [name for name in _DEFAULT_BRANCHES if known[name]][:1]",
        "default = list[str]()",
        "test_nothing_typed_without_upstream_means_the_default_branch",
        says="UserError",
    ),
    _branch(
        "detached HEAD",
        'if line.startswith("*") and line[1:]]',
        "if line[1:]]",
        "test_nothing_typed_on_a_detached_head_means_the_default_branch",
    ),
    _branch(
        "no common ancestor",
        "    if fork is None:\n        message",
        "    if not fork and not newest:\n        message",
        "test_unrelated_histories_have_no_merge_base_but_compare_directly",
    ),
    _branch(
        "shallow clone",
        "        _refuse_shallow(repository, tip)\n        return None",
        "        return None",
        "test_a_shallow_clone_without_the_merge_base_is_an_error_with_the_way_out",
    ),
)

ROWS: Final = (*_BY_GIT, *_BY_RUNNERS, *_TOLD_BY, *_BY_HAND)
