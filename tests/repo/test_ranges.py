"""Ranges from what a real `git push` tells its pre-push hook, from hook runners, and from what people type."""

from __future__ import annotations

import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from lok_hooks.errors import RepositoryError, UserError
from lok_hooks.repo.git import Repository
from lok_hooks.repo.ranges import Pushed, Range, branch, from_pre_commit, pushed
from tests.repo.git_helpers import Scratch, clone, new

HOOK = """#!/bin/sh
printf '%s\\n' "$1" > "$(git rev-parse --absolute-git-dir)/asked-remote"
cat > "$(git rev-parse --absolute-git-dir)/asked-lines"
exit 1
"""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A work repository and the bare remote `origin` that it was cloned from, both at commit `root`."""

    work: Scratch
    remote: Scratch
    root: str

    def asked(self, *args: str) -> tuple[list[str], str]:
        """What git tells the pre-push hook of `git push ARGS`; the hook then refuses, so nothing moves."""
        hook = self.work.path / ".git" / "hooks" / "pre-push"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(HOOK)
        hook.chmod(0o755)
        done = self.work.run("push", *args)
        git_dir = self.work.path / ".git"
        assert (git_dir / "asked-lines").exists(), done.stderr
        hook.unlink()
        lines = (git_dir / "asked-lines").read_text().splitlines()
        return lines, (git_dir / "asked-remote").read_text().strip()

    def pushed(self, *args: str) -> Pushed:
        """What our code makes of `git push ARGS`."""
        lines, remote = self.asked(*args)
        return pushed(Repository.open(self.work.path), lines, remote)


@pytest.fixture(params=["sha1", "sha256"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Pair:
    remote = new(tmp_path / "remote.git", "--bare", f"--object-format={request.param}")
    work = new(tmp_path / "work", f"--object-format={request.param}")
    work.git("remote", "add", "origin", str(remote.path))
    root = work.commit("root.txt")
    work.git("push", "-q", "-u", "origin", "main")
    work.git("remote", "set-head", "origin", "main")
    return Pair(work=work, remote=remote, root=root)


def test_a_new_branch_starts_where_it_left_what_the_remote_has(pair: Pair) -> None:
    pair.work.git("switch", "-q", "-c", "feature")
    pair.work.commit("one.txt")
    tip = pair.work.commit("two.txt")
    assert pair.pushed("origin", "feature") == Pushed(
        ranges=(Range(ref="refs/heads/feature", base=pair.root, tip=tip, label="push of feature"),)
    )


def test_an_update_brings_what_was_added_since_the_remote_branch(pair: Pair) -> None:
    pair.work.commit("one.txt")
    tip = pair.work.commit("two.txt")
    assert pair.pushed("origin", "main").ranges == (
        Range(ref="refs/heads/main", base=pair.root, tip=tip, label="push of main"),
    )


def test_an_update_brings_all_that_the_remote_branch_lacks(pair: Pair) -> None:
    """Also what another branch has brought to the remote already: it is new on this one."""
    pair.work.git("switch", "-q", "-c", "feature")
    tip = pair.work.commit("one.txt")
    pair.work.git("push", "-q", "origin", "feature")
    pair.work.git("switch", "-q", "main")
    pair.work.git("merge", "-q", "--ff-only", "feature")
    (found,) = pair.pushed("origin", "main").ranges
    assert (found.base, found.tip) == (pair.root, tip)


def test_an_update_of_a_branch_that_was_never_fetched_still_starts_at_its_remote_id(pair: Pair) -> None:
    tip = pair.work.commit("one.txt")
    pair.work.git("update-ref", "-d", "refs/remotes/origin/main")
    (found,) = pair.pushed("origin", "main").ranges
    assert (found.base, found.tip) == (pair.root, tip)


def test_a_first_push_to_an_empty_remote_brings_everything(pair: Pair, tmp_path: Path) -> None:
    empty = new(tmp_path / "empty.git", "--bare", f"--object-format={Repository.open(pair.work.path).object_format}")
    pair.work.git("remote", "set-url", "origin", str(empty.path))
    pair.work.git("update-ref", "-d", "refs/remotes/origin/main")
    pair.work.git("symbolic-ref", "-d", "refs/remotes/origin/HEAD")
    tip = pair.work.commit("one.txt")
    (found,) = pair.pushed("origin", "main").ranges
    assert (found.base, found.tip) == (None, tip)
    assert pair.work.files_between(found.base, found.tip) == {"root.txt", "one.txt"}


def test_a_branch_with_an_unrelated_root_is_read_from_the_empty_tree(pair: Pair) -> None:
    pair.work.git("switch", "-q", "--orphan", "other")
    tip = pair.work.commit("other.txt")
    (found,) = pair.pushed("origin", "other").ranges
    assert (found.base, found.tip) == (None, tip)


def test_a_force_push_starts_at_the_last_commit_both_histories_share(pair: Pair) -> None:
    kept = pair.work.commit("kept.txt")
    pair.work.commit("dropped.txt")
    pair.work.git("push", "-q", "origin", "main")
    pair.work.git("reset", "-q", "--hard", kept)
    tip = pair.work.commit("instead.txt")
    (found,) = pair.pushed("--force", "origin", "main").ranges
    assert (found.base, found.tip) == (kept, tip)


def test_a_rebased_branch_does_not_bring_what_the_remote_has_on_another_branch(pair: Pair) -> None:
    pair.work.git("switch", "-q", "-c", "feature")
    pair.work.commit("feature.txt")
    pair.work.git("push", "-q", "origin", "feature")
    pair.work.git("switch", "-q", "main")
    landed = pair.work.commit("landed.txt")
    pair.work.git("push", "-q", "origin", "main")
    pair.work.git("switch", "-q", "feature")
    pair.work.git("rebase", "-q", "main")
    (found,) = pair.pushed("--force", "origin", "feature").ranges
    assert found.base == landed
    assert pair.work.files_between(found.base, found.tip) == {"feature.txt"}


def test_a_force_push_over_a_commit_unknown_here_is_read_as_a_new_branch(pair: Pair, tmp_path: Path) -> None:
    colleague = clone(pair.remote.path, tmp_path / "colleague")
    colleague.git("switch", "-q", "-c", "feature")
    colleague.commit("theirs.txt")
    colleague.git("push", "-q", "origin", "feature")
    pair.work.git("switch", "-q", "-c", "feature")
    tip = pair.work.commit("ours.txt")
    assert pair.pushed("--force", "origin", "feature").ranges == (
        Range(ref="refs/heads/feature", base=pair.root, tip=tip, label="push of feature"),
    )


def test_a_branch_moved_back_brings_nothing_and_says_so(pair: Pair) -> None:
    pair.work.commit("one.txt")
    pair.work.git("push", "-q", "origin", "main")
    pair.work.git("reset", "-q", "--hard", pair.root)
    assert pair.pushed("--force", "origin", "main") == Pushed(
        ranges=(), notes=("main brings no commit that the remote lacks",)
    )


def test_every_ref_of_a_push_has_its_range(pair: Pair) -> None:
    main = pair.work.commit("main.txt")
    pair.work.git("switch", "-q", "-c", "feature", pair.root)
    feature = pair.work.commit("feature.txt")
    expected = {("refs/heads/main", pair.root, main), ("refs/heads/feature", pair.root, feature)}
    for options in (("--all", "origin"), ("--mirror", "origin"), ("origin", "main", "feature")):
        found = pair.pushed(*options).ranges
        assert expected <= {(each.ref, each.base, each.tip) for each in found}, options


def test_two_refs_on_one_commit_are_reviewed_once_under_both_names(pair: Pair) -> None:
    tip = pair.work.commit("one.txt")
    pair.work.git("tag", "-a", "-m", "first", "v1")
    assert pair.pushed("origin", "main", "v1").ranges == (
        Range(ref="refs/heads/main", base=pair.root, tip=tip, label="push of main, tags/v1"),
    )


def test_a_branch_that_contains_another_pushed_branch_does_not_hide_it(pair: Pair) -> None:
    lower = pair.work.commit("lower.txt")
    pair.work.git("branch", "lower")
    upper = pair.work.commit("upper.txt")
    found = pair.pushed("origin", "main:refs/heads/a-upper", "lower:refs/heads/z-lower").ranges
    assert {(each.base, each.tip) for each in found} == {(pair.root, upper), (pair.root, lower)}


@pytest.mark.parametrize("options", [(), ("-a", "-m", "first")], ids=["lightweight", "annotated"])
def test_a_tag_brings_its_commit(pair: Pair, options: tuple[str, ...]) -> None:
    tip = pair.work.commit("one.txt")
    pair.work.git("tag", *options, "v1")
    assert pair.pushed("origin", "v1").ranges == (
        Range(ref="refs/tags/v1", base=pair.root, tip=tip, label="push of tags/v1"),
    )


def test_a_tag_moved_to_a_new_commit_brings_it(pair: Pair) -> None:
    pair.work.git("tag", "-a", "-m", "first", "v1")
    pair.work.git("push", "-q", "origin", "v1")
    tip = pair.work.commit("one.txt")
    pair.work.git("tag", "-f", "-a", "-m", "again", "v1")
    (found,) = pair.pushed("--force", "origin", "v1").ranges
    assert (found.base, found.tip) == (pair.root, tip)


def test_a_tag_on_a_commit_the_remote_has_brings_nothing_and_says_so(pair: Pair) -> None:
    pair.work.git("tag", "-a", "-m", "first", "v1")
    assert pair.pushed("origin", "v1") == Pushed(ranges=(), notes=("tags/v1 brings no commit that the remote lacks",))


@pytest.mark.parametrize(("revision", "kind"), [("HEAD^{tree}", "tree"), ("HEAD:root.txt", "blob")])
def test_a_tag_on_something_else_than_a_commit_is_said_to_be_unreviewed(pair: Pair, revision: str, kind: str) -> None:
    pair.work.git("tag", "-a", "-m", "odd", "odd", revision)
    assert pair.pushed("origin", "odd") == Pushed(
        ranges=(), notes=(f"refs/tags/odd is not a commit ({kind}), its content was not reviewed",)
    )


def test_a_deletion_brings_nothing(pair: Pair) -> None:
    pair.work.git("push", "-q", "origin", "main:refs/heads/old")
    lines, remote = pair.asked("origin", "--delete", "old")
    assert lines[0].startswith("(delete) ")
    assert pushed(Repository.open(pair.work.path), lines, remote) == Pushed(ranges=())


def test_a_deletion_beside_an_update_leaves_the_update(pair: Pair) -> None:
    pair.work.git("push", "-q", "origin", "main:refs/heads/old")
    tip = pair.work.commit("one.txt")
    (found,) = pair.pushed("origin", ":old", "main").ranges
    assert (found.base, found.tip) == (pair.root, tip)


def test_nothing_to_push_is_an_empty_input(pair: Pair) -> None:
    lines, remote = pair.asked("origin", "main")
    assert lines == []
    for told in (lines, [""], ["", "\n"]):
        assert pushed(Repository.open(pair.work.path), told, remote) == Pushed(ranges=())


@pytest.mark.parametrize("typed", ["HEAD", "HEAD~1", "HEAD^{/one}", "HEAD^{/two words}"])
def test_the_local_side_may_be_any_revision(pair: Pair, typed: str) -> None:
    pair.work.commit("one.txt")
    pair.work.commit("two words.txt")
    lines, remote = pair.asked("origin", f"{typed}:refs/heads/review")
    assert lines[0].startswith(f"{typed} ")
    (found,) = pushed(Repository.open(pair.work.path), lines, remote).ranges
    assert (found.ref, found.base, found.tip) == (typed, pair.root, pair.work.git("rev-parse", typed))


def test_a_ref_that_is_not_utf_8_is_named_in_printable_words(pair: Pair) -> None:
    tip = pair.work.commit("one.txt")
    line = f"refs/heads/caf\udce9 {tip} refs/heads/new {'0' * len(tip)}"
    (found,) = pushed(Repository.open(pair.work.path), [line], "origin").ranges
    assert (found.ref, found.label) == ("refs/heads/caf\\xe9", "push of caf\\xe9")


def test_a_push_to_a_url_starts_at_what_any_remote_has(pair: Pair, tmp_path: Path) -> None:
    other = new(tmp_path / "fork.git", "--bare", f"--object-format={Repository.open(pair.work.path).object_format}")
    pair.work.git("switch", "-q", "-c", "feature")
    tip = pair.work.commit("one.txt")
    lines, remote = pair.asked(str(other.path), "feature")
    assert remote == str(other.path)
    (found,) = pushed(Repository.open(pair.work.path), lines, remote).ranges
    assert (found.base, found.tip) == (pair.root, tip)


def test_a_remote_with_refs_of_its_own_is_not_believed_to_have_what_others_have(pair: Pair, tmp_path: Path) -> None:
    other = new(tmp_path / "public.git", "--bare", f"--object-format={Repository.open(pair.work.path).object_format}")
    pair.work.git("remote", "add", "public", str(other.path))
    pair.work.git("push", "-q", "public", "main")
    pair.work.commit("private.txt")
    pair.work.git("push", "-q", "origin", "main")
    (found,) = pair.pushed("public", "main:refs/heads/new").ranges
    assert found.base == pair.root
    assert pair.work.files_between(found.base, found.tip) == {"private.txt"}


def test_a_new_branch_starts_at_what_another_line_of_the_push_says_the_remote_has(pair: Pair) -> None:
    middle = pair.work.commit("middle.txt")
    pair.work.git("push", "-q", "origin", "main")
    pair.work.git("update-ref", "refs/remotes/origin/main", pair.root)
    pair.work.git("switch", "-q", "-c", "feature")
    feature = pair.work.commit("feature.txt")
    pair.work.git("switch", "-q", "main")
    main = pair.work.commit("main.txt")
    found = pair.pushed("origin", "main", "feature").ranges
    assert {(each.base, each.tip) for each in found} == {(middle, main), (middle, feature)}


def test_a_merge_of_the_remote_branch_shows_only_what_the_branch_adds(pair: Pair) -> None:
    pair.work.git("switch", "-q", "-c", "feature")
    pair.work.commit("feature.txt")
    pair.work.git("switch", "-q", "main")
    landed = pair.work.commit("landed.txt")
    pair.work.git("push", "-q", "origin", "main")
    pair.work.git("switch", "-q", "feature")
    pair.work.git("merge", "-q", "--no-edit", "main")
    (found,) = pair.pushed("origin", "feature").ranges
    assert found.base == landed
    assert pair.work.files_between(found.base, found.tip) == {"feature.txt"}


def test_more_remote_refs_than_a_command_line_holds(pair: Pair) -> None:
    git_dir = pair.work.path / ".git"
    commits = "".join(
        f"commit refs/remotes/origin/all\nmark :{number}\ncommitter A <a@b> {number} +0000\ndata 0\n"
        f"from {f':{number - 1}' if number > 1 else pair.root}\n"
        for number in range(1, 4_001)
    )
    argv = ["git", "fast-import", "--quiet", f"--export-marks={git_dir / 'marks'}"]
    subprocess.run(argv, cwd=pair.work.path, input=commits.encode(), check=True, timeout=60)
    marks = [line.split() for line in (git_dir / "marks").read_text().splitlines()]
    refs = "".join(sorted(f"{oid} refs/remotes/origin/b{mark[1:]}\n" for mark, oid in marks))
    (git_dir / "packed-refs").write_text(refs)
    pair.work.git("switch", "-q", "-c", "feature")
    tip = pair.work.commit("one.txt")
    lines, remote = pair.asked("origin", "feature")
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    # Linux allows a command line a quarter of the stack, here 140 kB; 4,000 ids of 40 digits are 160 kB.
    resource.setrlimit(resource.RLIMIT_STACK, (560_000, hard))
    try:
        (found,) = pushed(Repository.open(pair.work.path), lines, remote).ranges
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))
    assert (found.base, found.tip) == (pair.root, tip)


@pytest.mark.parametrize(
    "line",
    [
        "refs/heads/main 1234 refs/heads/main 5678",
        "refs/heads/main",
        f"refs/heads/main {'a' * 40} refs/heads/main {'g' * 40}",
        f"{'a' * 40} refs/heads/main {'b' * 40}",
        f"refs/heads/main {'a' * 40} refs/heads/main --{'b' * 38}",
    ],
)
def test_a_malformed_line_is_an_error(tmp_path: Path, line: str) -> None:
    scratch = new(tmp_path / "work")
    scratch.commit("root.txt")
    with pytest.raises(RepositoryError, match="standard input"):
        pushed(Repository.open(scratch.path), [line], "origin")


def test_a_commit_that_is_not_here_is_an_error(tmp_path: Path) -> None:
    scratch = new(tmp_path / "work")
    scratch.commit("root.txt")
    line = f"refs/heads/main {'a' * 40} refs/heads/main {'0' * 40}"
    with pytest.raises(RepositoryError, match="not in this repository"):
        pushed(Repository.open(scratch.path), [line], "origin")


def shallow(pair: Pair, tmp_path: Path) -> Scratch:
    """A clone of depth 1 whose tracking ref has moved on, so that the point of departure is out of sight."""
    pair.work.commit("one.txt")
    pair.work.git("push", "-q", "origin", "main")
    short = clone(pair.remote.path, tmp_path / "short", "--depth", "1")
    short.commit("mine.txt")
    for name in ("two.txt", "three.txt", "four.txt"):
        pair.work.commit(name)
    pair.work.git("push", "-q", "origin", "main")
    short.git("fetch", "-q", "--depth", "1", "origin", "+main:refs/remotes/origin/main")
    return short


def test_a_shallow_clone_that_hides_the_start_of_a_push_is_an_error_with_the_way_out(
    pair: Pair, tmp_path: Path
) -> None:
    short = shallow(pair, tmp_path)
    short.git("switch", "-q", "-c", "feature")
    there = Pair(work=short, remote=pair.remote, root=pair.root)
    with pytest.raises(RepositoryError, match="too short") as caught:
        there.pushed("origin", "feature")
    assert "--unshallow" in caught.value.advice
    short.git("fetch", "-q", "--unshallow")
    (found,) = there.pushed("origin", "feature").ranges
    assert short.files_between(found.base, found.tip) == {"mine.txt"}


def test_a_shallow_clone_that_shows_the_start_of_a_push_is_enough(pair: Pair, tmp_path: Path) -> None:
    short = clone(pair.remote.path, tmp_path / "short", "--depth", "1")
    tip = short.commit("mine.txt")
    (found,) = Pair(work=short, remote=pair.remote, root=pair.root).pushed("origin", "main").ranges
    assert (found.base, found.tip) == (pair.root, tip)


class TestFromPreCommit:
    def announced(self, pair: Pair, **environment: str) -> Pushed:
        environ = {f"PRE_COMMIT_{name}": value for name, value in environment.items()}
        return from_pre_commit(Repository.open(pair.work.path), {"PRE_COMMIT": "1", **environ})

    def test_from_and_to_are_the_range(self, pair: Pair) -> None:
        tip = pair.work.commit("one.txt")
        found = self.announced(
            pair, FROM_REF=pair.root, TO_REF=tip, LOCAL_BRANCH="refs/heads/main", REMOTE_NAME="origin"
        )
        assert found == Pushed(ranges=(Range(ref="refs/heads/main", base=pair.root, tip=tip, label="push of main"),))

    def test_from_and_to_alone_are_enough(self, pair: Pair) -> None:
        one, two, _ = (pair.work.commit(f"{name}.txt") for name in ("one", "two", "three"))
        (found,) = self.announced(pair, FROM_REF="HEAD~2", TO_REF="HEAD~1").ranges
        assert (found.base, found.tip) == (one, two)

    def test_a_force_push_starts_at_what_both_sides_share(self, pair: Pair) -> None:
        kept = pair.work.commit("kept.txt")
        dropped = pair.work.commit("dropped.txt")
        pair.work.git("push", "-q", "origin", "main")
        pair.work.git("reset", "-q", "--hard", kept)
        tip = pair.work.commit("instead.txt")
        (found,) = self.announced(pair, FROM_REF=dropped, TO_REF=tip, REMOTE_NAME="origin").ranges
        assert (found.base, found.tip) == (kept, tip)

    def test_a_force_push_to_a_remote_without_tracking_refs_starts_at_what_both_sides_share(self, pair: Pair) -> None:
        kept = pair.work.commit("kept.txt")
        dropped = pair.work.commit("dropped.txt")
        pair.work.git("reset", "-q", "--hard", kept)
        tip = pair.work.commit("instead.txt")
        (found,) = self.announced(pair, FROM_REF=dropped, TO_REF=tip, REMOTE_NAME="origin").ranges
        assert (found.base, found.tip) == (kept, tip)

    @pytest.mark.parametrize("announces_tip", [False, True], ids=["pre-commit", "prek"])
    def test_an_unpushed_root_commit_brings_everything(self, tmp_path: Path, announces_tip: bool) -> None:
        work = new(tmp_path / "work")
        tip = work.commit("root.txt")
        pair = Pair(work=work, remote=work, root=tip)
        extra = {"TO_REF": tip} if announces_tip else {}
        found = self.announced(pair, LOCAL_BRANCH="refs/heads/main", REMOTE_NAME="origin", **extra)
        assert found == Pushed(ranges=(Range(ref="refs/heads/main", base=None, tip=tip, label="push of main"),))

    def test_an_unpushed_root_beside_another_on_the_remote_is_not_an_empty_range(self, pair: Pair) -> None:
        pair.work.git("switch", "-q", "--orphan", "other")
        tip = pair.work.commit("other.txt")
        (found,) = self.announced(pair, LOCAL_BRANCH="HEAD", REMOTE_NAME="origin").ranges
        assert (found.base, found.tip) == (None, tip)

    def test_other_local_refs_with_new_commits_are_named_as_a_gap(self, pair: Pair) -> None:
        tip = pair.work.commit("one.txt")
        pair.work.git("switch", "-q", "-c", "feature")
        pair.work.commit("two.txt")
        found = self.announced(pair, FROM_REF=pair.root, TO_REF=tip, LOCAL_BRANCH="main", REMOTE_NAME="origin")
        assert len(found.ranges) == 1
        (note,) = found.notes
        assert "only the first ref" in note
        assert "not reviewed" in note

    def test_what_is_stashed_is_no_gap(self, pair: Pair) -> None:
        tip = pair.work.commit("one.txt")
        pair.work.write("one.txt", "stashed\n")
        pair.work.git("stash")
        found = self.announced(pair, FROM_REF=pair.root, TO_REF=tip, LOCAL_BRANCH="main", REMOTE_NAME="origin")
        assert (len(found.ranges), found.notes) == (1, ())

    def test_a_remote_is_not_believed_to_have_what_others_have(self, pair: Pair) -> None:
        pair.work.git("update-ref", "refs/remotes/public/main", pair.root)
        tip = pair.work.commit("private.txt")
        pair.work.git("push", "-q", "origin", "main")
        (found,) = self.announced(pair, TO_REF=tip, LOCAL_BRANCH="main", REMOTE_NAME="public").ranges
        assert (found.base, found.tip) == (pair.root, tip)

    def test_refs_of_another_remote_are_no_gap(self, pair: Pair) -> None:
        tip = pair.work.commit("one.txt")
        pair.work.git("switch", "-q", "--detach")
        theirs = pair.work.commit("theirs.txt")
        pair.work.git("update-ref", "refs/remotes/fork/theirs", theirs)
        pair.work.git("switch", "-q", "main")
        found = self.announced(pair, FROM_REF=pair.root, TO_REF=tip, LOCAL_BRANCH="main", REMOTE_NAME="origin")
        assert found.notes == ()

    def test_a_revision_that_cannot_be_read_brings_a_note(self, pair: Pair) -> None:
        pair.work.git("tag", "odd", "HEAD:root.txt")
        found = self.announced(pair, TO_REF="odd", LOCAL_BRANCH="refs/tags/odd", REMOTE_NAME="origin")
        assert found == Pushed(ranges=(), notes=("refs/tags/odd is not a commit (blob), its content was not reviewed",))

    def test_a_revision_that_is_not_here_is_an_error(self, pair: Pair) -> None:
        with pytest.raises(RepositoryError, match="not in this repository"):
            self.announced(pair, TO_REF="a" * 40, LOCAL_BRANCH="refs/heads/main", REMOTE_NAME="origin")

    def test_without_an_announcement_the_branch_is_reviewed(self, pair: Pair) -> None:
        tip = pair.work.commit("one.txt")
        found = self.announced(pair)
        assert found.ranges == (Range(ref="", base=pair.root, tip=tip, label="origin/main...HEAD"),)
        assert found.notes == ("no push was announced, origin/main...HEAD is reviewed instead",)


class TestBranch:
    def of(self, scratch: Scratch, spec: str | None) -> Range:
        return branch(Repository.open(scratch.path), spec)

    @pytest.fixture
    def forked(self, pair: Pair) -> Pair:
        """main and feature each have a commit of their own; HEAD is on feature."""
        pair.work.commit("main.txt")
        pair.work.git("switch", "-q", "-c", "feature", pair.root)
        pair.work.commit("feature.txt")
        return pair

    def test_three_dots_start_at_the_merge_base(self, forked: Pair) -> None:
        expected = Range(ref="", base=forked.root, tip=forked.work.head(), label="main...feature")
        assert self.of(forked.work, "main...feature") == expected

    def test_two_dots_compare_directly(self, forked: Pair) -> None:
        base = forked.work.git("rev-parse", "main")
        assert self.of(forked.work, "main..feature") == Range(
            ref="", base=base, tip=forked.work.head(), label="main..feature"
        )

    def test_a_base_alone_is_compared_with_head_from_the_merge_base(self, forked: Pair) -> None:
        expected = Range(ref="", base=forked.root, tip=forked.work.head(), label="main...HEAD")
        assert self.of(forked.work, "main") == expected
        assert self.of(forked.work, "main...") == expected

    def test_an_empty_base_is_head(self, forked: Pair) -> None:
        assert self.of(forked.work, "..main").base == forked.work.head()

    def test_nothing_typed_means_the_upstream(self, pair: Pair) -> None:
        pair.work.git("switch", "-q", "-c", "feature")
        pushed_before = pair.work.commit("one.txt")
        pair.work.git("push", "-q", "-u", "origin", "feature")
        tip = pair.work.commit("two.txt")
        expected = Range(ref="", base=pushed_before, tip=tip, label="origin/feature...HEAD")
        assert self.of(pair.work, None) == expected

    def test_nothing_typed_on_a_pushed_branch_means_the_default_branch(self, forked: Pair) -> None:
        forked.work.git("push", "-q", "-u", "origin", "feature")
        found = self.of(forked.work, None)
        assert (found.base, found.label) == (forked.root, "origin/main...HEAD")

    def test_nothing_typed_where_the_upstream_is_gone_means_the_default_branch(self, forked: Pair) -> None:
        forked.work.git("push", "-q", "-u", "origin", "feature")
        forked.work.git("update-ref", "-d", "refs/remotes/origin/feature")
        assert self.of(forked.work, None).label == "origin/main...HEAD"

    def test_nothing_typed_without_upstream_means_the_default_branch(self, forked: Pair) -> None:
        assert self.of(forked.work, None).base == forked.root
        forked.work.git("remote", "remove", "origin")
        found = self.of(forked.work, None)
        assert (found.base, found.label) == (forked.root, "main...HEAD")

    def test_nothing_typed_on_a_detached_head_means_the_default_branch(self, forked: Pair) -> None:
        forked.work.git("push", "-q", "-u", "origin", "feature")
        forked.work.commit("more.txt")
        forked.work.git("switch", "-q", "--detach")
        found = self.of(forked.work, None)
        assert (found.base, found.label) == (forked.root, "origin/main...HEAD")

    def test_nothing_typed_and_nothing_to_compare_with_says_what_to_type(self, tmp_path: Path) -> None:
        scratch = new(tmp_path / "work")
        scratch.git("switch", "-q", "-c", "trunk")
        scratch.commit("root.txt")
        with pytest.raises(UserError) as caught:
            self.of(scratch, None)
        assert "lok-review HEAD~3" in caught.value.advice

    def test_an_unborn_head_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(RepositoryError):
            self.of(new(tmp_path / "work"), None)

    @pytest.mark.parametrize(
        "spec", ["nowhere", "--all", "--output=written", "main...--output=written", "-1..HEAD", "main\nmain", "main^9"]
    )
    def test_what_names_no_commit_is_an_error_and_never_an_option(self, forked: Pair, spec: str) -> None:
        before = sorted(path.name for path in forked.work.path.iterdir())
        with pytest.raises(RepositoryError):
            self.of(forked.work, spec)
        assert sorted(path.name for path in forked.work.path.iterdir()) == before

    def test_unrelated_histories_have_no_merge_base_but_compare_directly(self, pair: Pair) -> None:
        pair.work.git("switch", "-q", "--orphan", "other")
        pair.work.commit("other.txt")
        with pytest.raises(RepositoryError, match="no common ancestor") as caught:
            self.of(pair.work, "main...other")
        assert "main..other" in caught.value.advice
        assert self.of(pair.work, "main..other").base == pair.root

    def test_a_shallow_clone_without_the_merge_base_is_an_error_with_the_way_out(
        self, pair: Pair, tmp_path: Path
    ) -> None:
        short = shallow(pair, tmp_path)
        with pytest.raises(RepositoryError, match="too short") as caught:
            self.of(short, "origin/main")
        assert "--unshallow" in caught.value.advice
