"""Which side of a change the review's own rules are read from."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lok_hooks.errors import RepositoryError
from lok_hooks.repo.git import Repository
from lok_hooks.repo.rules import INDEX, WORK_TREE, RuleFile, Sides, file_in_index, rule_file, rule_file_at
from tests.repo.git_helpers import Scratch

NAME = "lok.toml"
NOWHERE = RuleFile(content=None, place="")


@dataclass(frozen=True, kw_only=True)
class Case:
    """What lok.toml holds in HEAD, in the index and on disk (None: it is not there), and which file counts."""

    id: str
    head: str | None
    index: str | None
    disk: str | None
    staged: RuleFile
    working_tree: RuleFile


def edited(content: bytes | None) -> RuleFile:
    return RuleFile(content=content, place="HEAD", is_edited=True)


def kept(content: bytes, place: str) -> RuleFile:
    return RuleFile(content=content, place=place)


CASES = [
    Case(id="nowhere", head=None, index=None, disk=None, staged=NOWHERE, working_tree=NOWHERE),
    Case(id="untracked", head=None, index=None, disk="a", staged=NOWHERE, working_tree=NOWHERE),
    Case(id="unchanged", head="a", index="a", disk="a", staged=kept(b"a", "index"), working_tree=kept(b"a", WORK_TREE)),
    Case(id="edited on disk", head="a", index="a", disk="b", staged=kept(b"a", "index"), working_tree=edited(b"a")),
    Case(id="staged", head="a", index="b", disk="b", staged=edited(b"a"), working_tree=edited(b"a")),
    Case(
        id="staged, disk back", head="a", index="b", disk="a", staged=edited(b"a"), working_tree=kept(b"a", WORK_TREE)
    ),
    Case(id="staged removal", head="a", index=None, disk=None, staged=edited(b"a"), working_tree=edited(b"a")),
    Case(id="removed on disk", head="a", index="a", disk=None, staged=kept(b"a", "index"), working_tree=edited(b"a")),
    Case(id="new", head=None, index="b", disk="b", staged=edited(None), working_tree=edited(None)),
    Case(id="empty", head="", index="", disk="b", staged=kept(b"", "index"), working_tree=edited(b"")),
    Case(id="emptied", head="a", index="", disk="", staged=edited(b"a"), working_tree=edited(b"a")),
]


def make(scratch: Scratch, case: Case) -> Repository:
    scratch.commit("other")
    for content, place in ((case.head, "head"), (case.index, "index"), (case.disk, "disk")):
        (scratch.path / NAME).unlink(missing_ok=True)
        if content is not None:
            scratch.write(NAME, content)
        if place != "disk":
            scratch.git("add", "--all", "--force")
        if place == "head":
            scratch.git("commit", "-q", "--allow-empty", "-m", "rules")
    return Repository.open(scratch.path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_file_that_the_change_edits_counts_as_it_stood_before(scratch: Scratch, case: Case) -> None:
    repository = make(scratch, case)

    assert rule_file(repository, [Sides(old=repository.head, new=INDEX)], NAME) == case.staged
    assert rule_file(repository, [Sides(old=repository.head, new=WORK_TREE)], NAME) == case.working_tree


def test_the_index_of_the_commit_under_way_counts(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch.write(NAME, "a")
    scratch.commit("other")
    scratch.git("add", NAME, env={"GIT_INDEX_FILE": str(scratch.path / ".git" / "other-index")})
    monkeypatch.setenv("GIT_INDEX_FILE", str(scratch.path / ".git" / "other-index"))
    repository = Repository.open(scratch.path)

    assert rule_file(repository, [Sides(old=repository.head, new=INDEX)], NAME).is_edited


def test_a_file_that_is_only_intended_to_be_added_is_the_users_own(scratch: Scratch) -> None:
    scratch.commit("other")
    scratch.write(NAME, "a")
    scratch.git("add", "-N", NAME)
    repository = Repository.open(scratch.path)

    assert rule_file(repository, [Sides(old=repository.head, new=INDEX)], NAME) == NOWHERE


def test_before_the_first_commit_there_are_no_rules(scratch: Scratch) -> None:
    scratch.write(NAME, "a")
    scratch.git("add", NAME)
    repository = Repository.open(scratch.path)

    found = rule_file(repository, [Sides(old=None, new=INDEX)], NAME)
    assert found == RuleFile(content=None, place="before", is_edited=True)


def test_between_commits_the_work_tree_says_nothing(scratch: Scratch) -> None:
    base = scratch.commit("other")
    scratch.write(NAME, "a")
    first = scratch.commit("with rules")
    scratch.git("add", NAME)
    scratch.git("commit", "-q", "--amend", "--no-edit")
    first = scratch.head()
    second = scratch.commit("more")
    scratch.write(NAME, "c")
    scratch.git("add", NAME)
    repository = Repository.open(scratch.path)

    assert rule_file(repository, [Sides(old=first, new=second)], NAME) == kept(b"a", "HEAD")
    assert rule_file(repository, [Sides(old=base, new=second)], NAME) == RuleFile(
        content=None, place=base[:12], is_edited=True
    )
    both = [Sides(old=first, new=second), Sides(old=base, new=second)]
    assert rule_file(repository, both, NAME).is_edited
    assert rule_file(repository, [], NAME) == NOWHERE


def test_a_path_that_is_a_folder_in_a_commit_is_no_file(scratch: Scratch) -> None:
    scratch.write(f"{NAME}/file", "a")
    scratch.git("add", "--all")
    scratch.git("commit", "-q", "-m", "a folder")

    assert rule_file_at(Repository.open(scratch.path), "HEAD", NAME) is None


def test_a_symbolic_link_counts_as_the_text_it_is(scratch: Scratch) -> None:
    (scratch.path / NAME).symlink_to("elsewhere.toml")
    scratch.write("elsewhere.toml", "a")
    scratch.git("add", "--all")
    scratch.git("commit", "-q", "-m", "a link")
    repository = Repository.open(scratch.path)

    found = rule_file(repository, [Sides(old=repository.head, new=INDEX)], NAME)
    assert found.content == b"elsewhere.toml"


def test_single_sides_can_be_read(scratch: Scratch) -> None:
    scratch.write(NAME, "a\n")
    scratch.git("add", NAME)
    scratch.git("commit", "-q", "-m", "rules")
    scratch.write(NAME, "b\n")
    scratch.git("add", NAME)
    repository = Repository.open(scratch.path)

    assert rule_file_at(repository, "main", NAME) == b"a\n"
    assert file_in_index(repository, NAME) == b"b\n"
    with pytest.raises(RepositoryError, match="not a commit"):
        rule_file_at(repository, "--output=pwned", NAME)
