"""Snapshots of real repositories: every kind of change, where it is compared, and the contents behind it."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lok_hooks.core.diff import Diff, FileDiff, Skipped, SkipReason, Status
from lok_hooks.core.select import Selection
from lok_hooks.errors import DiffError, RepositoryError
from lok_hooks.repo import snapshot
from lok_hooks.repo.git import Repository
from lok_hooks.repo.snapshot import Snapshot
from tests.repo.git_helpers import Scratch, clone, new

SELECTION = Selection()
TEN = "".join(f"line {number}\n" for number in range(1, 11))


def staged(scratch: Scratch, selection: Selection = SELECTION) -> Snapshot:
    return snapshot.staged(Repository.open(scratch.path), selection)


def working_tree(scratch: Scratch, selection: Selection = SELECTION) -> Snapshot:
    return snapshot.working_tree(Repository.open(scratch.path), selection)


def only(taken: Snapshot) -> FileDiff:
    [file] = taken.diff.files
    assert taken.diff.skipped == ()
    return file


def only_skipped(taken: Snapshot) -> Skipped:
    assert (len(taken.diff.skipped), taken.diff.files) == (1, ())
    return taken.diff.skipped[0]


def changed(file: FileDiff) -> list[tuple[str, int | None, str]]:
    return [
        (line.kind, line.new if line.kind == "added" else line.old, line.text)
        for hunk in file.hunks
        for line in hunk.lines()
        if line.kind != "context"
    ]


def start(scratch: Scratch, name: str = "f.py", content: str = TEN) -> None:
    scratch.write(name, content)
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "start")


def test_a_change_with_its_numbers_ids_and_content(scratch: Scratch) -> None:
    start(scratch)
    scratch.write("f.py", TEN.replace("line 5\n", "five\nfive and a half\n"))
    scratch.git("add", "-A")
    scratch.write("f.py", "edited during the review\n")
    taken = staged(scratch)
    file = only(taken)
    assert (file.path, file.old_path, file.status, file.old_mode, file.new_mode) == (
        "f.py",
        "f.py",
        Status.MODIFIED,
        "100644",
        "100644",
    )
    assert file.old_blob == scratch.git("rev-parse", "HEAD:f.py")
    assert file.new_blob == scratch.git("rev-parse", ":f.py")
    assert changed(file) == [("removed", 5, "line 5"), ("added", 5, "five"), ("added", 6, "five and a half")]
    assert file.added_lines() == {5, 6}
    assert taken.new(file) == TEN.replace("line 5\n", "five\nfive and a half\n").encode()
    assert taken.new(file) is taken.new(file)
    assert taken.diff.label == "staged changes"


@pytest.mark.parametrize("context", [0, 1, 3])
def test_context_is_the_users(scratch: Scratch, context: int) -> None:
    start(scratch)
    scratch.write("f.py", TEN.replace("line 5\n", "five\n"))
    scratch.git("add", "-A")
    [hunk] = only(staged(scratch, Selection(context_lines=context))).hunks
    assert hunk.old_count == 2 * context + 1


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_the_first_commit(tmp_path: Path, object_format: str) -> None:
    scratch = new(tmp_path / "work", f"--object-format={object_format}")
    scratch.write("f.py", "one\n")
    scratch.git("add", "-A")
    for taken in (staged(scratch), working_tree(scratch)):
        file = only(taken)
        assert file.status is Status.ADDED
        assert file.old_blob == "0" * (40 if object_format == "sha1" else 64)
        assert taken.new(file) == b"one\n"
    scratch.git("commit", "-q", "-m", "1")
    repository = Repository.open(scratch.path)
    assert only(snapshot.commit(repository, "HEAD", SELECTION)).path == "f.py"
    assert only(snapshot.between(repository, None, "HEAD", SELECTION, label="all")).path == "f.py"


def test_nothing_changed_is_an_empty_diff(scratch: Scratch) -> None:
    start(scratch)
    assert staged(scratch).diff.is_empty
    assert working_tree(scratch).diff.is_empty


def edit(name: str, content: str) -> Callable[[Scratch], None]:
    return lambda scratch: scratch.write(name, content)


def remove(scratch: Scratch) -> None:
    (scratch.path / "f.py").unlink()


def rename(scratch: Scratch) -> None:
    scratch.git("mv", "f.py", "g.py")


def rename_and_edit(scratch: Scratch) -> None:
    rename(scratch)
    scratch.write("g.py", TEN.replace("line 5\n", "five\n"))


def copy_and_edit(scratch: Scratch) -> None:
    scratch.write("g.py", TEN.replace("line 5\n", "five\n"))
    scratch.write("f.py", TEN + "eleven\n")


def make_executable(scratch: Scratch) -> None:
    (scratch.path / "f.py").chmod(0o755)


def to_symlink(scratch: Scratch) -> None:
    remove(scratch)
    (scratch.path / "f.py").symlink_to("elsewhere")


@pytest.mark.parametrize(
    ("change", "path", "old_path", "status", "lines"),
    [
        (edit("new.py", "one\n"), "new.py", "new.py", Status.ADDED, [("added", 1, "one")]),
        (remove, "f.py", "f.py", Status.DELETED, [("removed", n, f"line {n}") for n in range(1, 11)]),
        (edit("f.py", ""), "f.py", "f.py", Status.MODIFIED, [("removed", n, f"line {n}") for n in range(1, 11)]),
        (rename_and_edit, "g.py", "f.py", Status.RENAMED, [("removed", 5, "line 5"), ("added", 5, "five")]),
        (
            to_symlink,
            "f.py",
            "f.py",
            Status.TYPE_CHANGED,
            [*[("removed", n, f"line {n}") for n in range(1, 11)], ("added", 1, "elsewhere")],
        ),
    ],
)
def test_statuses(
    scratch: Scratch,
    change: Callable[[Scratch], None],
    path: str,
    old_path: str,
    status: Status,
    lines: list[tuple[str, int, str]],
) -> None:
    start(scratch)
    change(scratch)
    scratch.git("add", "-A")
    new_side = os.fsencode((scratch.path / path).readlink()) if change is to_symlink else None
    if new_side is None and status is not Status.DELETED:
        new_side = (scratch.path / path).read_bytes()
    for taken in (staged(scratch), working_tree(scratch)):
        file = only(taken)
        assert (file.path, file.old_path, file.status) == (path, old_path, status)
        assert changed(file) == lines
        assert taken.new(file) == new_side


def test_an_empty_file_filled_is_modified_not_added(scratch: Scratch) -> None:
    start(scratch, content="")
    scratch.write("f.py", "one\n")
    scratch.git("add", "-A")
    assert only(staged(scratch)).status is Status.MODIFIED


def test_a_copy_shows_only_what_differs(scratch: Scratch) -> None:
    start(scratch)
    copy_and_edit(scratch)
    scratch.git("add", "-A")
    by_path = {file.path: file for file in staged(scratch).diff.files}
    assert by_path["g.py"].status is Status.COPIED
    assert by_path["g.py"].old_path == "f.py"
    assert changed(by_path["g.py"]) == [("removed", 5, "line 5"), ("added", 5, "five")]
    assert changed(by_path["f.py"]) == [("added", 11, "eleven")]


@pytest.mark.parametrize(
    ("change", "path", "detail"),
    [
        (make_executable, "f.py", "mode 100644 to 100755"),
        (rename, "g.py", "renamed from f.py"),
        (edit("empty.py", ""), "empty.py", "empty file added"),
    ],
)
def test_changes_without_text(scratch: Scratch, change: Callable[[Scratch], None], path: str, detail: str) -> None:
    start(scratch)
    change(scratch)
    scratch.git("add", "-A")
    for taken in (staged(scratch), working_tree(scratch)):
        assert only_skipped(taken) == Skipped(path=path, reason=SkipReason.NO_TEXT_CHANGE, detail=detail)


def test_a_type_change_back_from_a_symlink(scratch: Scratch) -> None:
    (scratch.path / "f.py").symlink_to("elsewhere")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "1")
    (scratch.path / "f.py").unlink()
    scratch.write("f.py", "one\ntwo\n")
    scratch.git("add", "-A")
    for taken in (staged(scratch), working_tree(scratch)):
        file = only(taken)
        assert changed(file) == [("removed", 1, "elsewhere"), ("added", 1, "one"), ("added", 2, "two")]
        assert taken.new(file) == b"one\ntwo\n"


def test_what_is_on_disk_alone(scratch: Scratch) -> None:
    """Git knows no blob of it: the content comes from the old one and the hunks."""
    for name in ("edited", "emptied", "gone", "file to link"):
        scratch.write(name, f"{name}\n")
    for name in ("link to file", "link"):
        (scratch.path / name).symlink_to("here")
    start(scratch, "filled", "")
    for name in ("gone", "file to link", "link to file", "link"):
        (scratch.path / name).unlink()
    for name, content in {"edited": "one\n", "emptied": "", "filled": "two", "link to file": "three\n"}.items():
        scratch.write(name, content)
    for name in ("file to link", "link"):
        (scratch.path / name).symlink_to("nowhere")
    taken = working_tree(scratch)
    assert {file.path: (file.status.value, changed(file), taken.new(file)) for file in taken.diff.files} == {
        "edited": ("M", [("removed", 1, "edited"), ("added", 1, "one")], b"one\n"),
        "emptied": ("M", [("removed", 1, "emptied")], b""),
        "file to link": ("T", [("removed", 1, "file to link"), ("added", 1, "nowhere")], b"nowhere"),
        "filled": ("M", [("added", 1, "two")], b"two"),
        "gone": ("D", [("removed", 1, "gone")], None),
        "link": ("M", [("removed", 1, "here"), ("added", 1, "nowhere")], b"nowhere"),
        "link to file": ("T", [("removed", 1, "here"), ("added", 1, "three")], b"three\n"),
    }
    assert taken.diff.skipped == ()


def test_a_symlink_that_points_elsewhere_is_reviewed(scratch: Scratch) -> None:
    (scratch.path / "link").symlink_to("here")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "1")
    (scratch.path / "link").unlink()
    (scratch.path / "link").symlink_to("/etc/passwd")
    scratch.git("add", "-A")
    for taken in (staged(scratch), working_tree(scratch)):
        assert changed(only(taken)) == [("removed", 1, "here"), ("added", 1, "/etc/passwd")]


def test_binary_by_git_s_own_rule(scratch: Scratch) -> None:
    start(scratch)
    for name, content in {
        "early.bin": b"a\0b\n" * 300,
        "late.txt": b"x" * 8000 + b"\0\n",
        "last.bin": b"x" * 7999 + b"\0\n",
    }.items():
        (scratch.path / name).write_bytes(content)
    scratch.git("add", "-A")
    for taken in (staged(scratch), working_tree(scratch)):
        assert [file.path for file in taken.diff.files] == ["late.txt"]
        assert taken.diff.skipped == (
            Skipped(path="early.bin", reason=SkipReason.BINARY, detail="1.2 kB"),
            Skipped(path="last.bin", reason=SkipReason.BINARY, detail="8.0 kB"),
        )
        assert taken.new(taken.diff.files[0]) == b"x" * 8000 + b"\0\n"


def test_binary_on_disk_only(scratch: Scratch) -> None:
    for name in ("early.bin", "late.txt"):
        start(scratch, name)
    (scratch.path / "early.bin").write_bytes(b"x" * 7999 + b"\0\n")
    (scratch.path / "late.txt").write_bytes(b"x" * 8000 + b"\0\n")
    taken = working_tree(scratch)
    assert [file.path for file in taken.diff.files] == ["late.txt"]
    assert [(skipped.path, skipped.reason) for skipped in taken.diff.skipped] == [("early.bin", SkipReason.BINARY)]
    assert taken.new(taken.diff.files[0]) == b"x" * 8000 + b"\0\n"


def test_an_attribute_makes_no_text_of_binary_content(scratch: Scratch) -> None:
    start(scratch, ".gitattributes", "* diff\n")
    (scratch.path / "real.bin").write_bytes(b"\0\1\n")
    scratch.git("add", "-A")
    for taken in (staged(scratch), working_tree(scratch)):
        assert only_skipped(taken) == Skipped(path="real.bin", reason=SkipReason.BINARY, detail="3 B")


def test_a_deleted_binary_and_one_made_text(scratch: Scratch) -> None:
    for name in ("gone.bin", "text.bin"):
        (scratch.path / name).write_bytes(b"\0" * 100)
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "1")
    (scratch.path / "gone.bin").unlink()
    scratch.write("text.bin", "text\n")
    scratch.git("add", "-A")
    for taken in (staged(scratch), working_tree(scratch)):
        assert [(s.path, s.reason) for s in taken.diff.skipped] == [
            ("gone.bin", SkipReason.BINARY),
            ("text.bin", SkipReason.BINARY),
        ]


@pytest.mark.parametrize(
    "attributes", ["* -diff", "* binary", "* diff=custom", "*.py -text -diff", "* -diff -merge linguist-generated"]
)
def test_an_attribute_hides_nothing(scratch: Scratch, attributes: str) -> None:
    start(scratch)
    scratch.write(".gitattributes", attributes + "\n")
    scratch.git("config", "diff.custom.binary", "true")
    scratch.write("f.py", TEN.replace("line 5\n", "five\n"))
    (scratch.path / "real.bin").write_bytes(b"\0\1\2")
    scratch.git("add", "-A")
    for taken in (staged(scratch), working_tree(scratch)):
        assert [file.path for file in taken.diff.files] == [".gitattributes", "f.py"]
        assert changed(taken.diff.files[1]) == [("removed", 5, "line 5"), ("added", 5, "five")]
        assert taken.new(taken.diff.files[1]) == TEN.replace("line 5\n", "five\n").encode()
        assert [(s.path, s.reason) for s in taken.diff.skipped] == [("real.bin", SkipReason.BINARY)]


def test_an_attribute_hides_no_symbolic_link_and_nothing_is_read_through_it(scratch: Scratch) -> None:
    start(scratch, content="text\n")
    scratch.write(".gitattributes", "* -diff\n")
    (scratch.path / "secret.bin").write_bytes(b"\0")
    (scratch.path / "f.py").unlink()
    (scratch.path / "f.py").symlink_to("secret.bin")
    assert changed(only(working_tree(scratch))) == [("removed", 1, "text"), ("added", 1, "secret.bin")]
    scratch.git("add", "f.py")
    assert changed(only(staged(scratch))) == [("removed", 1, "text"), ("added", 1, "secret.bin")]


ODD_NAMES = [
    b"x b/y.py",
    b"a b/a b",
    b'quote".py',
    b"tab\t.py",
    b"new\nline.py",
    b"back\\slash.py",
    b"diff --git a/x b/x",
    b":(exclude)magic.py",
    b":(exclude)*.py",
    b"*.py",
    b"--output=stolen",
    b"-",
    b" leading and trailing ",
    "café \u2028日本.py".encode(),
    b"latin-\xe9.py",
    b"b/b.py",
    b"\x1b[31mred.py",
]


def test_odd_names(scratch: Scratch) -> None:
    top = os.fsencode(scratch.path)
    for number, name in enumerate(ODD_NAMES):
        path = os.path.join(top, name)  # noqa: PTH118 - a Path cannot hold bytes
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(b"old %d\n" % number)
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "1")
    for number, name in enumerate(ODD_NAMES):
        with open(os.path.join(top, name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(b"new %d\n" % number)
    # A file that is left out makes the others be asked for by name.
    scratch.write("yarn.lock", "x\n")
    scratch.git("add", "-A")
    expected = {
        name.decode("utf-8", "backslashreplace"): [("removed", 1, f"old {n}"), ("added", 1, f"new {n}")]
        for n, name in enumerate(ODD_NAMES)
    }
    for taken in (staged(scratch), working_tree(scratch)):
        assert {each.path: changed(each) for each in taken.diff.files} == expected
        for number, name in enumerate(ODD_NAMES):
            [found] = [f for f in taken.diff.files if f.path == name.decode("utf-8", "backslashreplace")]
            assert taken.new(found) == b"new %d\n" % number
    assert not (scratch.path / "stolen").exists()


@pytest.mark.parametrize(
    ("old", "new_content"),
    [
        (b"caf\xe9\n", b"caf\xe8\n"),
        (b"a\x0cb\n", b"a\x0cc\nd\x1ce\n"),
        (b"a\rb\rc\n", b"a\rB\rc\n"),
        (b"one\r\ntwo\r\n", b"one\r\nzwei\r\n"),
        ("a\u2028b\u2029c\x85\n".encode(), "a\u2028b\u2029d\x85\n".encode()),
        (b"no newline", b"still none"),
        (b"no newline", b"now one\n"),
        (b"one\n", b"none"),
        (b"x\n", b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\nBinary files a and b differ\n"),
        (b"-- comment\n++ x\n", b"-- other\n++ y\n\\ No newline at end of file\n"),
        (b"\n\n\n", b"\n \n\t\n"),
        ("\ud7ff\U0001f600\n".encode(), "\U0001f600\ufffd\n".encode()),
    ],
    ids=[
        *("Latin-1", "form feed", "lone carriage return", "CRLF", "line separators"),
        *("no newline on both sides", "newline added", "newline removed", "a diff", "comment signs", "blank lines"),
        "four bytes",
    ],
)
def test_odd_contents(scratch: Scratch, old: bytes, new_content: bytes) -> None:
    (scratch.path / "f.py").write_bytes(old)
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "1")
    (scratch.path / "f.py").write_bytes(new_content)
    scratch.git("add", "-A")
    for taken in (staged(scratch), working_tree(scratch)):
        file = only(taken)
        assert taken.new(file) == new_content
        lines = [line.text for hunk in file.hunks for line in hunk.lines() if line.kind != "removed"]
        assert lines == new_content.decode("utf-8", "replace").removesuffix("\n").split("\n")


def test_the_gate_stands_before_the_patch(scratch: Scratch) -> None:
    start(scratch)
    scratch.write("f.py", TEN + "eleven\n")
    scratch.write("package-lock.json", "{}\n")
    scratch.write("big.txt", "x" * 5000)
    scratch.write("docs/a.md", "text\n")
    scratch.write("vendor/lib.py", "x = 1\n")
    scratch.write("gen.min.js", "x\n")
    scratch.git("add", "-A")
    selection = Selection(max_file_bytes=4000, exclude=("docs/",))
    for taken in (staged(scratch, selection), working_tree(scratch, selection)):
        assert [file.path for file in taken.diff.files] == ["f.py"]
        assert {s.path: (s.reason, s.detail) for s in taken.diff.skipped} == {
            "package-lock.json": (SkipReason.LOCK_FILE, ""),
            "big.txt": (SkipReason.TOO_LARGE, "5.0 kB, the limit is 4.0 kB"),
            "docs/a.md": (SkipReason.EXCLUDED, "docs/"),
            "vendor/lib.py": (SkipReason.VENDORED, "vendor/"),
            "gen.min.js": (SkipReason.GENERATED, "*.min.js"),
        }


def test_the_gate_on_disk(scratch: Scratch) -> None:
    start(scratch)
    scratch.write("f.py", "x" * 5000)
    skipped = only_skipped(working_tree(scratch, Selection(max_file_bytes=4000)))
    assert skipped == Skipped(path="f.py", reason=SkipReason.TOO_LARGE, detail="5.0 kB, the limit is 4.0 kB")


def test_credential_files_stay_but_are_held_back(scratch: Scratch) -> None:
    start(scratch, ".env", TEN)
    scratch.git("mv", ".env", "settings.txt")
    scratch.write("settings.txt", TEN + "eleven\n")
    scratch.write("server.pem", "key\n")
    scratch.write("open.py", "x\n")
    scratch.git("add", "-A")
    held = {file.path: file.held_back for file in staged(scratch).diff.files}
    assert held == {
        "open.py": "",
        "server.pem": "credential file (*.pem)",
        "settings.txt": "credential file (*.env)",
    }


def test_renames_survive_a_selection_that_leaves_files_out(scratch: Scratch) -> None:
    """What is a copy or a rename depends on what is looked at; the whole diff counts, not the chosen part."""
    letters = "".join(f"{letter * 9}\n" for letter in "abcdefghij")
    scratch.write("b.py", letters)
    start(scratch, "a.py", TEN)
    scratch.git("mv", "a.py", "vendor.py")
    (scratch.path / "vendor").mkdir()
    scratch.git("mv", "b.py", "vendor/b.py")
    scratch.write("c.py", letters + "end\n")
    scratch.write("vendor.py", TEN + "eleven\n")
    scratch.git("add", "-A")
    both = (staged(scratch), working_tree(scratch))
    for taken, status in zip(both, (Status.COPIED, Status.ADDED), strict=True):
        assert [(f.path, f.old_path, f.status) for f in taken.diff.files] == [
            ("c.py", "b.py" if status is Status.COPIED else "c.py", status),
            ("vendor.py", "a.py", Status.RENAMED),
        ]
        assert changed(taken.diff.files[0])[-1] == ("added", 11, "end")
        assert [(s.path, s.reason) for s in taken.diff.skipped] == [("vendor/b.py", SkipReason.VENDORED)]
        for file in taken.diff.files:
            assert taken.new(file) == (scratch.path / file.path).read_bytes()


def test_more_paths_than_one_command_line_holds(scratch: Scratch) -> None:
    names = [f"{'d' * 60}/{number:04}-{'n' * 60}.py" for number in range(1200)]
    for name in names:
        scratch.write(name, "old\n")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "1")
    for name in names:
        scratch.write(name, "new\n")
    scratch.write("yarn.lock", "x\n")
    scratch.git("add", "-A")
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    # Linux allows a command line a quarter of the stack, here 140 kB; the names alone are longer.
    resource.setrlimit(resource.RLIMIT_STACK, (560_000, hard))
    try:
        taken = staged(scratch)
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))
    assert [file.path for file in taken.diff.files] == names
    assert all(changed(file) == [("removed", 1, "old"), ("added", 1, "new")] for file in taken.diff.files)


def test_intent_to_add_is_invisible_as_to_the_commit(scratch: Scratch) -> None:
    start(scratch)
    scratch.write("later.py", "x\n")
    scratch.git("add", "-N", "later.py")
    assert staged(scratch).diff.is_empty
    assert only(working_tree(scratch)).path == "later.py"


def test_unmerged_paths_are_on_the_list(scratch: Scratch) -> None:
    start(scratch)
    scratch.git("checkout", "-q", "-b", "other")
    start(scratch, content=TEN.replace("line 5", "theirs"))
    scratch.git("checkout", "-q", "main")
    start(scratch, content=TEN.replace("line 5", "ours"))
    assert scratch.run("merge", "other").returncode == 1
    scratch.write("good.py", "x\n")
    scratch.git("add", "good.py")
    taken = staged(scratch)
    assert [file.path for file in taken.diff.files] == ["good.py"]
    assert [(s.path, s.reason) for s in taken.diff.skipped] == [("f.py", SkipReason.UNMERGED)]
    # On disk the conflict markers are text like any other.
    assert ("added", 5, "<<<<<<< HEAD") in changed(working_tree(scratch).diff.files[0])


def test_commits_are_compared_with_their_first_parent(scratch: Scratch) -> None:
    start(scratch)
    scratch.git("checkout", "-q", "-b", "other")
    start(scratch, "theirs.py", "x\n")
    scratch.git("checkout", "-q", "main")
    start(scratch, "ours.py", "x\n")
    scratch.git("merge", "-q", "--no-edit", "other")
    repository = Repository.open(scratch.path)
    merge = snapshot.commit(repository, "HEAD", SELECTION)
    assert only(merge).path == "theirs.py"
    assert merge.diff.label == f"commit {scratch.head()[:12]}"
    assert only(snapshot.commit(repository, "HEAD^", SELECTION)).path == "ours.py"
    assert only(snapshot.commit(repository, "main~2", SELECTION)).path == "f.py"
    taken = snapshot.between(repository, "HEAD^2", "HEAD", SELECTION, label="other...main", ref="refs/heads/main")
    assert (only(taken).path, only(taken).ref, taken.diff.label) == ("ours.py", "refs/heads/main", "other...main")


@pytest.mark.parametrize("revision", ["nonesuch", "--output=stolen", "HEAD:f.py", ""])
def test_unknown_revisions(scratch: Scratch, revision: str) -> None:
    start(scratch)
    repository = Repository.open(scratch.path)
    with pytest.raises(RepositoryError):
        snapshot.commit(repository, revision, SELECTION)
    with pytest.raises(RepositoryError):
        snapshot.between(repository, revision, "HEAD", SELECTION, label="x")
    with pytest.raises(RepositoryError):
        snapshot.between(repository, "HEAD", revision, SELECTION, label="x")
    assert not (scratch.path / "stolen").exists()


def test_the_parent_that_a_shallow_clone_cut_off(scratch: Scratch, tmp_path: Path) -> None:
    start(scratch)
    start(scratch, "g.py", "x\n")
    shallow = clone(scratch.path, tmp_path / "clone", "--depth=1")
    with pytest.raises(RepositoryError, match="shallow clone") as caught:
        snapshot.commit(Repository.open(shallow.path), "HEAD", SELECTION)
    assert "--deepen" in caught.value.advice
    shallow.write("g.py", "y\n")
    shallow.git("add", "-A")
    assert only(staged(shallow)).path == "g.py"


def test_a_sparse_checkout(scratch: Scratch) -> None:
    start(scratch, "in/f.py", TEN)
    start(scratch, "out/g.py", TEN)
    scratch.git("sparse-checkout", "set", "in")
    assert not (scratch.path / "out").exists()
    scratch.write("in/f.py", TEN + "eleven\n")
    assert only(working_tree(scratch)).path == "in/f.py"
    scratch.git("add", "in/f.py")
    assert only(staged(scratch)).path == "in/f.py"


def submodule(scratch: Scratch, tmp_path: Path) -> Scratch:
    inner = new(tmp_path / "inner")
    inner.commit("a")
    scratch.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "sub")
    scratch.git("config", "-f", ".gitmodules", "submodule.sub.ignore", "all")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "sub")
    return Scratch(path=scratch.path / "sub")


def test_a_submodule_bump_shows_even_when_gitmodules_says_ignore(scratch: Scratch, tmp_path: Path) -> None:
    sub = submodule(scratch, tmp_path)
    old = sub.head()
    new_head = sub.commit("b")
    scratch.git("add", "-f", "sub")
    bump = Skipped(path="sub", reason=SkipReason.SUBMODULE, detail=f"{old[:7]}..{new_head[:7]}")
    assert only_skipped(staged(scratch)) == bump
    scratch.git("commit", "-q", "-m", "bump")
    assert only_skipped(snapshot.commit(Repository.open(scratch.path), "HEAD", SELECTION)) == bump


def test_the_work_tree_does_not_look_into_a_dirty_submodule(scratch: Scratch, tmp_path: Path) -> None:
    sub = submodule(scratch, tmp_path)
    canary = tmp_path / "canary"
    sub.git("config", "filter.evil.clean", f"touch {canary}; cat")
    sub.write(".gitattributes", "* filter=evil\n")
    sub.write("a", "dirty\n")
    assert working_tree(scratch).diff.is_empty
    assert not canary.exists()


def test_the_work_tree_is_compared_as_it_lies_there(scratch: Scratch) -> None:
    start(scratch)
    scratch.write("f.py", TEN.replace("line 5\n", "staged\n"))
    scratch.git("add", "-A")
    scratch.write("f.py", TEN.replace("line 5\n", "on disk\n"))
    scratch.write("untracked.py", "x\n")
    taken = working_tree(scratch)
    assert changed(only(taken)) == [("removed", 5, "line 5"), ("added", 5, "on disk")]
    scratch.write("f.py", "edited during the review\n")
    assert taken.new(only(taken)) == TEN.replace("line 5\n", "on disk\n").encode()


def test_a_change_as_old_as_the_index_is_seen(scratch: Scratch) -> None:
    """Same size and same date as staged: git looks inside because the index is no newer than the file."""
    start(scratch, content="one\n")
    scratch.git("config", "core.trustCTime", "false")
    date = (scratch.path / "f.py").stat().st_mtime_ns
    scratch.write("f.py", "two\n")
    for path in (scratch.path / "f.py", scratch.path / ".git" / "index"):
        os.utime(path, ns=(date, date))
    assert changed(only(working_tree(scratch))) == [("removed", 1, "one"), ("added", 1, "two")]


def test_two_names_that_look_the_same_are_refused_where_they_cannot_be_told_apart(scratch: Scratch) -> None:
    top = os.fsencode(scratch.path)
    for name in (b"\xff.py", b"\\xff.py"):
        with open(os.path.join(top, name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(b"x\n")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "1")
    for name in (b"\xff.py", b"\\xff.py"):
        with open(os.path.join(top, name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(name)
    with pytest.raises(RepositoryError, match="same name"):
        working_tree(scratch)
    scratch.git("add", "-A")
    taken = staged(scratch)
    assert [taken.new(file) for file in taken.diff.files] == [b"\\xff.py", b"\xff.py"]


def test_several_pushed_refs_are_combined(scratch: Scratch) -> None:
    start(scratch)
    scratch.git("checkout", "-q", "-b", "one")
    start(scratch, "shared.py", "x\n")
    scratch.git("checkout", "-q", "-b", "two")
    start(scratch, "own.py", "y\n")
    start(scratch, "yarn.lock", "z\n")
    repository = Repository.open(scratch.path)
    one = snapshot.between(repository, "main", "one", SELECTION, label="one", ref="refs/heads/one")
    two = snapshot.between(repository, "main", "two", SELECTION, label="two", ref="refs/heads/two")
    both = snapshot.combine([one, two, two], "2 refs")
    assert both.diff.label == "2 refs"
    assert [(file.path, file.ref) for file in both.diff.files] == [
        ("shared.py", "refs/heads/one"),
        ("own.py", "refs/heads/two"),
    ]
    assert [skipped.path for skipped in both.diff.skipped] == ["yarn.lock"]
    assert both.new(both.diff.files[1]) == b"y\n"
    assert snapshot.combine([], "none").diff == Diff(label="none", files=())


def test_a_bare_patch_has_no_contents(scratch: Scratch) -> None:
    start(scratch)
    scratch.write("f.py", TEN + "eleven\n")
    scratch.git("add", "-A")
    patch = scratch.git("diff", "--cached") + "\n"
    taken = snapshot.from_patch(patch.encode(), "a.diff", SELECTION)
    file = only(taken)
    assert changed(file) == [("added", 11, "eleven")]
    assert taken.new(file) is None
    assert taken.diff.label == "a.diff"


def test_a_bare_patch_tells_of_every_kind_of_change_what_git_does(scratch: Scratch) -> None:
    letters = "".join(f"{letter * 9}\n" for letter in "abcdefghij")
    for name, content in {"edited": TEN, "gone": "x\ny\n", "old": TEN, "model": letters, "moved": "a\nb\nc\n"}.items():
        scratch.write(name, content)
    for name in ("mode", "mode and text", "café\t.py", "no end", "x b/y", "tool before"):
        scratch.write(name, f"{name}\n{letters * 2}")
    (scratch.path / "tool before").chmod(0o755)
    (scratch.path / "link").symlink_to("here")
    (scratch.path / "picture").write_bytes(b"\0\1")
    start(scratch)
    scratch.git("mv", "old", "new")
    scratch.git("mv", "moved", "elsewhere")
    scratch.git("rm", "-q", "gone", "tool before")
    (scratch.path / "link").unlink()
    (scratch.path / "link").symlink_to("there")
    (scratch.path / "picture").write_bytes(b"\0\2")
    for name in ("mode", "mode and text"):
        (scratch.path / name).chmod(0o755)
    for name in ("mode and text", "café\t.py", "no end", "x b/y", "edited", "new", "model"):
        scratch.write(name, scratch.path.joinpath(name).read_text() + f"end of {name}")
    scratch.write("copy", letters + "another end\n")
    scratch.write("added", "one\ntwo\n")
    scratch.write("tool", "three\n")
    (scratch.path / "tool").chmod(0o755)
    scratch.write("empty", "")
    scratch.git("add", "-A")
    taken = staged(scratch, Selection(context_lines=3)).diff
    assert {file.status.value for file in taken.files} == {"A", "C", "D", "M", "R"}
    patch = scratch.git("-c", "core.quotePath=true", "diff", "--cached", "-M", "-C", "--full-index", "--binary")
    bare = snapshot.from_patch(f"{patch}\n".encode(), "x", SELECTION).diff
    assert bare.files == taken.files
    assert {(left_out.path, left_out.reason) for left_out in bare.skipped} == {
        (left_out.path, left_out.reason) for left_out in taken.skipped
    }
    assert len(taken.skipped) == 4


def test_a_bare_patch_tells_of_a_submodule_bump() -> None:
    old, new_id = "1" * 40, "2" * 40
    patch = (
        f"diff --git a/sub b/sub\nindex {old}..{new_id} 160000\n--- a/sub\n+++ b/sub\n"
        f"@@ -1 +1 @@\n-Subproject commit {old}\n+Subproject commit {new_id}\n"
    )
    skipped = only_skipped(snapshot.from_patch(patch.encode(), "x", SELECTION))
    assert skipped == Skipped(path="sub", reason=SkipReason.SUBMODULE, detail="1111111..2222222")


@pytest.mark.parametrize(
    ("old", "new_header", "hunk_lines", "status", "path"),
    [
        ("/dev/null", "b/f", "@@ -0,0 +1 @@\n+x", Status.ADDED, "f"),
        ("a/f", "/dev/null", "@@ -1 +0,0 @@\n-x", Status.DELETED, "f"),
        ("f\t1970-01-01 00:00:00.0 +0000", "f\t2026-01-01 00:00:00.0 +0000", "@@ -0,0 +1 @@\n+x", Status.ADDED, "f"),
        (
            "f\t1970-01-01 00:00:00.0 +0000",
            "f\t2026-01-01 00:00:00.0 +0000",
            "@@ -1 +1 @@\n-w\n+x",
            Status.MODIFIED,
            "f",
        ),
        ("f\t2026-01-01 00:00:00.0 +0000", "f\t1969-12-31 19:00:00.0 -0500", "@@ -1 +0,0 @@\n-x", Status.DELETED, "f"),
        (
            "f\t2026-01-01 00:00:00.0 +0000",
            "f\t1969-12-31 19:00:00.0 -0500",
            "@@ -1 +1 @@\n-w\n+x",
            Status.MODIFIED,
            "f",
        ),
        ("f\t(revision 0)", "f\t(working copy)", "@@ -0,0 +1 @@\n+x", Status.ADDED, "f"),
        ("f\t(revision 7)", "f\t(working copy)", "@@ -1 +1 @@\n-w\n+x", Status.MODIFIED, "f"),
    ],
    ids=["null", "to null", "epoch", "old file", "to epoch", "to an old file", "subversion's new", "subversion's"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_plain_header_tells_the_status(
    old: str, new_header: str, hunk_lines: str, status: Status, path: str, end: str
) -> None:
    patch = f"Index: f\n====\n--- {old}\n+++ {new_header}\n{hunk_lines}\n".replace("\n", end)
    file = only(snapshot.from_patch(patch.encode(), "x", SELECTION))
    assert (file.path, file.status) == (path, status)
    assert (file.old_mode == "000000", file.new_mode == "000000") == (status is Status.ADDED, status is Status.DELETED)
    assert [text for _, _, text in changed(file)] == [f"{line[1:]}{end[:-1]}" for line in hunk_lines.split("\n")[1:]]


def test_from_a_patch_the_gate_holds_too() -> None:
    header = "--- a/{0}\n+++ b/{0}\n@@ -1 +1 @@\n-old\n+new\n"
    names = ["vendor/x.go", "yarn.lock", "x.min.js", "docs/x.md", ".env", "f.py"]
    patch = (
        "".join(header.format(name) for name in names) + "--- a/big\n+++ b/big\n@@ -0,0 +1 @@\n+" + "x" * 5000 + "\n"
    )
    taken = snapshot.from_patch(patch.encode(), "x", Selection(max_file_bytes=4000, exclude=("docs/",)))
    assert [(file.path, file.held_back) for file in taken.diff.files] == [
        (".env", "credential file (*.env)"),
        ("f.py", ""),
    ]
    assert [skipped.reason for skipped in taken.diff.skipped] == [
        SkipReason.VENDORED,
        SkipReason.LOCK_FILE,
        SkipReason.GENERATED,
        SkipReason.EXCLUDED,
        SkipReason.TOO_LARGE,
    ]


@pytest.mark.parametrize("data", [b"", b"\n", b" \n\n"])
def test_an_empty_patch_is_an_empty_diff(data: bytes) -> None:
    assert snapshot.from_patch(data, "x", SELECTION).diff.is_empty


GOOD = b"--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"no diff at all\n", "no unified diff"),
        (b"\x1b[1mdiff --git a/f b/f\x1b[m\n", "no unified diff"),
        (GOOD[:-6], "cut off"),
        (GOOD + b"@@ -9,2 +9,2 @@\n one\n", "cut off"),
        (b"@@ -1 +1 @@\n-a\n+b\n", "without a file header"),
        (GOOD + b"stray\n@@ -1 +1 @@\n-a\n+b\n", "without a file header"),
        (b"diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n", "without a hunk"),
        (b"diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n", "without `\\+\\+\\+`"),
        (b"diff --git a/one b c/two three\nold mode 100644\nnew mode 100755\n", "cannot be told apart"),
        (b"diff --cc f\nindex 1,2..3\n--- a/f\n+++ b/f\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n", "combined"),
        (b"*** a/f\n--- b/f\n***************\n*** 1,2 ****\n! a\n--- 1,2 ----\n! b\n", "context diff"),
        (b"--- a/f\n+++ b/f\n@@ -1,1 +1,2 @@\n-a\n-b\n+c\n+d\n", "longer on one side"),
        (b"--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n same\n", "changes nothing"),
        (b"--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-a\n+b\n?c\n d\n", "shorter than it says"),
    ],
    ids=[
        *("prose", "colours", "cut off", "cut off in a later hunk", "no header", "no header later", "no hunk"),
        *("half a header", "names", "combined", "context", "longer", "nothing changes", "shorter"),
    ],
)
def test_a_patch_that_cannot_be_read_whole_is_an_error(data: bytes, words: str) -> None:
    with pytest.raises(DiffError, match=words) as caught:
        snapshot.from_patch(data, "x", SELECTION)
    assert caught.value.exit_code == 2


def test_a_file_diff_with_changed_text_still_finds_its_content(scratch: Scratch) -> None:
    start(scratch)
    scratch.write("f.py", TEN + "eleven\n")
    taken = working_tree(scratch)
    redacted = replace(only(taken), hunks=())
    assert taken.new(redacted) == (TEN + "eleven\n").encode()
