"""The door to git: opening, refusing with advice, and never running what a repository asks for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lok_hooks.errors import InternalError, LokError, RepositoryError
from lok_hooks.repo.git import Repository, explain
from tests.repo.git_helpers import Scratch, clone, new


def refused(path: Path) -> LokError:
    with pytest.raises(RepositoryError) as caught:
        Repository.open(path)
    assert caught.value.exit_code == 2
    assert caught.value.advice
    return caught.value


def test_a_repository_is_opened_from_anywhere_inside(scratch: Scratch) -> None:
    head = scratch.commit("sub/f")
    repository = Repository.open(scratch.path / "sub")
    assert repository.top == scratch.path
    assert repository.common_dir == scratch.path / ".git"
    assert repository.index == scratch.path / ".git" / "index"
    assert repository.head == head
    assert repository.resolve("main") == head


@pytest.mark.parametrize(("object_format", "length"), [("sha1", 40), ("sha256", 64)])
def test_object_formats(tmp_path: Path, object_format: str, length: int) -> None:
    scratch = new(tmp_path / "work", f"--object-format={object_format}")
    repository = Repository.open(scratch.path)
    assert repository.head is None
    assert repository.null_oid == "0" * length
    assert repository.empty_tree == scratch.git("hash-object", "-t", "tree", os.devnull)


@pytest.mark.parametrize("commits", [0, 1], ids=["unborn", "born"])
def test_a_directory_with_a_strange_name(tmp_path: Path, commits: int) -> None:
    scratch = new(tmp_path / "$HOME ~x\nnew line")
    heads: list[str | None] = [scratch.commit("f") for _ in range(commits)]
    repository = Repository.open(scratch.path)
    assert repository.top == scratch.path
    assert repository.common_dir == scratch.path / ".git"
    assert repository.index == scratch.path / ".git" / "index"
    assert [repository.head] == (heads or [None])


def test_a_linked_work_tree(scratch: Scratch, tmp_path: Path) -> None:
    scratch.commit("f")
    linked = tmp_path / "linked"
    scratch.git("worktree", "add", "-q", str(linked))
    repository = Repository.open(linked)
    assert repository.top == linked
    assert repository.common_dir == scratch.path / ".git"
    assert repository.index == scratch.path / ".git" / "worktrees" / "linked" / "index"


def test_a_detached_head(scratch: Scratch) -> None:
    first = scratch.commit("f")
    scratch.commit("g")
    scratch.git("checkout", "-q", first)
    assert Repository.open(scratch.path).head == first


def test_not_a_repository(tmp_path: Path) -> None:
    assert "not inside a git repository" in refused(tmp_path).message


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be entered: No such file or directory" in refused(tmp_path / "gone").message


def test_a_bare_repository(tmp_path: Path) -> None:
    assert "no work tree" in refused(new(tmp_path / "bare.git", "--bare").path).message


def test_the_inside_of_the_git_directory(scratch: Scratch) -> None:
    assert "no work tree" in refused(scratch.path / ".git").message


def test_dubious_ownership(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch.commit("f")
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "65534", scratch.path], check=True)
    else:
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    error = refused(scratch.path)
    assert "belongs to another user" in error.message
    assert f"safe.directory '{scratch.path}'" in error.advice


@pytest.mark.parametrize(
    "content",
    ["[core\n", "[core]\n\tbare = perhaps\n", "[diff]\n\tcontext\n\x00"],
    ids=["a section", "a value", "a byte"],
)
def test_a_config_that_cannot_be_read(scratch: Scratch, content: str) -> None:
    (scratch.path / ".git" / "config").write_text(content)
    assert "git cannot read its config" in refused(scratch.path).message


def test_a_head_that_names_nothing(scratch: Scratch) -> None:
    scratch.commit("f")
    (scratch.path / ".git" / "refs" / "heads" / "main").write_text("d" * 40 + "\n")
    assert "not a commit of this repository" in refused(scratch.path).message


def test_a_corrupt_index(scratch: Scratch) -> None:
    scratch.commit("f")
    repository = Repository.open(scratch.path)
    (scratch.path / ".git" / "index").write_bytes(b"DIRC" + b"\xff" * 40)
    with pytest.raises(RepositoryError, match="the index cannot be read") as caught:
        repository.run("diff", "--cached")
    assert "git reset" in caught.value.advice


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_an_index_that_does_not_fit_its_checksum(tmp_path: Path, object_format: str) -> None:
    scratch = new(tmp_path / "work", f"--object-format={object_format}")
    repository = Repository.open(scratch.path)
    repository.check_index()
    scratch.commit("f")
    repository.check_index()
    index = scratch.path / ".git" / "index"
    whole = index.read_bytes()
    index.write_bytes(whole.replace(b"f", b"g"))
    with pytest.raises(RepositoryError, match="checksum does not fit") as caught:
        repository.check_index()
    assert "git reset" in caught.value.advice
    index.write_bytes(whole[: -len(repository.null_oid) // 2] + b"\0" * (len(repository.null_oid) // 2))
    repository.check_index()


# Python looks for the temporary folder once in a process.
WITHOUT_ROOM = """
import os, sys, tempfile
from pathlib import Path
from lok_hooks.errors import RepositoryError
from lok_hooks.repo.git import Repository
os.rmdir(tempfile.gettempdir())
try:
    with Repository.open(Path(sys.argv[1])).private_index():
        pass
except RepositoryError as error:
    print(error.message)
    print(error.advice)
"""


def test_no_room_for_a_private_index(scratch: Scratch, tmp_path: Path) -> None:
    scratch.commit("f")
    (tmp_path / "gone").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_ROOM, str(scratch.path)],
        env={**os.environ, "TMPDIR": str(tmp_path / "gone")},
        capture_output=True,
        text=True,
        check=False,
    )
    message, advice = done.stdout.splitlines() or ("", done.stderr)
    assert (message.partition(":")[0], advice) == ("no temporary folder can be made", "set TMPDIR")


def test_git_is_missing(scratch: Scratch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    error = refused(scratch.path)
    assert "git" in error.message
    assert "PATH" in error.advice


def test_git_goes_away(scratch: Scratch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Repository.open(scratch.path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git cannot be started" in refused(scratch.path).message


def test_the_current_directory_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    shutil.rmtree(gone)
    with pytest.raises(RepositoryError, match="no longer exists"):
        Repository.open()


@pytest.mark.parametrize(
    "revision",
    ["", "nonesuch", "--output=stolen", "-O", "HEAD:f", "main..main", "main\0", "HEAD^{tree}", "v-tree", "d" * 40],
)
def test_a_revision_that_is_no_commit(scratch: Scratch, revision: str) -> None:
    scratch.commit("f")
    scratch.git("tag", "v-tree", "HEAD^{tree}")
    with pytest.raises(RepositoryError, match="not a commit"):
        Repository.open(scratch.path).resolve(revision)
    assert sorted(path.name for path in scratch.path.iterdir()) == [".git", "f"]


def test_tags_are_followed(scratch: Scratch) -> None:
    head = scratch.commit("f")
    scratch.git("tag", "-a", "-m", "x", "v1")
    assert Repository.open(scratch.path).resolve("v1") == head


def test_git_says_no_or_fails(scratch: Scratch) -> None:
    scratch.commit("f")
    repository = Repository.open(scratch.path)
    assert repository.ask("rev-parse", "--verify", "--quiet", "nonesuch") is None
    assert repository.ask("rev-parse", "--verify", "--quiet", "HEAD") is not None
    with pytest.raises(RepositoryError):
        repository.ask("cat-file", "blob", "d" * 40)
    with pytest.raises(RepositoryError):
        repository.run("rev-parse", "--verify", "--quiet", "nonesuch")


def test_a_stream_is_what_run_gives_and_fails_like_it(scratch: Scratch) -> None:
    (scratch.path / "large").write_bytes(os.urandom(1_000_000))
    oid = scratch.git("hash-object", "-w", "large")
    repository = Repository.open(scratch.path)
    pieces = list(repository.stream("cat-file", "blob", oid))
    assert len(pieces) > 1
    assert b"".join(pieces) == repository.run("cat-file", "blob", oid) == (scratch.path / "large").read_bytes()
    stream = repository.stream("cat-file", "blob", "d" * 40)
    with pytest.raises(RepositoryError):
        next(stream)


def test_a_stream_nobody_reads_to_the_end_leaves_no_process(scratch: Scratch) -> None:
    (scratch.path / "large").write_bytes(os.urandom(1_000_000))
    oid = scratch.git("hash-object", "-w", "large")
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    before = children.read_text().split() if children.exists() else []
    stream = Repository.open(scratch.path).stream("cat-file", "blob", oid)
    assert next(stream)
    del stream
    assert not children.exists() or set(children.read_text().split()) <= set(before)


def test_blobs_and_their_sizes(scratch: Scratch) -> None:
    contents = {"a": b"x" * 70_000, "b": b"\n\0\xff", "c": b""}
    for name, content in contents.items():
        (scratch.path / name).write_bytes(content)
    oids = {name: scratch.git("hash-object", "-w", name) for name in contents}
    repository = Repository.open(scratch.path)
    assert repository.blobs(oids.values()) == {oids[name]: content for name, content in contents.items()}
    assert repository.blob_sizes(oids.values()) == {oids[name]: len(content) for name, content in contents.items()}
    assert repository.blobs([]) == {}
    assert repository.blob_sizes([]) == {}


def test_a_blob_that_is_not_here(scratch: Scratch) -> None:
    repository = Repository.open(scratch.path)
    for question in (repository.blob_sizes, repository.blobs):
        with pytest.raises(RepositoryError, match="is not here"):
            question(["d" * 40])


@pytest.mark.parametrize("oid", ["--help", "HEAD", "abc", "d" * 40 + "\n"])
def test_only_full_ids_are_asked_for(scratch: Scratch, oid: str) -> None:
    repository = Repository.open(scratch.path)
    for question in (repository.blob_sizes, repository.blobs):
        with pytest.raises(InternalError):
            question([oid])


def test_replace_refs_do_not_change_what_is_seen(scratch: Scratch) -> None:
    scratch.commit("f")
    real = scratch.git("rev-parse", "HEAD:f")
    scratch.write("f", "innocent\n")
    scratch.git("replace", real, scratch.git("hash-object", "-w", "f"))
    assert scratch.git("cat-file", "blob", real) == "innocent"
    assert Repository.open(scratch.path).blobs([real]) == {real: b"content of f\n"}


def test_a_shallow_clone_is_opened(scratch: Scratch, tmp_path: Path) -> None:
    scratch.commit("f")
    head = scratch.commit("g")
    assert Repository.open(clone(scratch.path, tmp_path / "clone", "--depth=1").path).head == head


def test_unknown_words_of_git_are_passed_on() -> None:
    error = explain("fatal: the moon is in the way\nhint: wait", Path("/r"))
    assert error.message == "git failed in /r: the moon is in the way"
    assert explain("", Path("/r")).message == "git failed in /r: git failed without a word"
