"""The copy that exploring models look at: what is in it, when it is made and removed, and how paths in it are told."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from lok_hooks.backends import process
from lok_hooks.backends.all import make_exploring
from lok_hooks.backends.deadline import Until
from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.backends.private_copy import EXPLAINED, InPrivateCopy, PrivateCopy
from lok_hooks.core.diff import Diff
from lok_hooks.core.ports import Answer, Failure, FailureKind, Reply
from lok_hooks.core.screen import Screening
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.task import plain_prompt
from lok_hooks.repo.listing import files_to_lend
from tests.backends.cli_helpers import User, user
from tests.backends.conftest import Seconds

__all__ = ["user"]
TOKEN = "gh" + "p_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
MARK = "<SECRET:github-token:1>"
WORD = "correcthorse"
QUESTION = plain_prompt("ask", "What is it?")


class Copying:
    """A directory and its copy; `looks` counts how often the directory was looked at, which takes `seconds` more."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.looks = 0
        self.seconds = 0.0
        self.notes: list[str] = []
        self.secrets = KnownSecrets()
        self.copy = PrivateCopy(self._look, self.secrets.screen, self.notes.append)

    def _look(self) -> Diff:
        self.looks += 1
        time.sleep(self.seconds)
        return files_to_lend(self.directory, 1_000_000).diff

    def files(self) -> dict[str, str]:
        """What is in the copy, by path."""
        place = self.copy.copied(Seconds(seconds=30)).place
        return {str(path.relative_to(place)): path.read_bytes().decode() for path in place.rglob("*") if path.is_file()}

    def asked(
        self,
        program: str,
        *args: str,
        question: str = QUESTION.text,
        deadline: Seconds | Until | None = None,
        patience: float = 30,
        directory: Path | None = None,
    ) -> Answer:
        """What a program of the user's answers that explores the copy."""
        settings = BackendSettings(name="own", kind="command", command=program, args=args)
        make = partial(make_exploring, settings)
        backend = InPrivateCopy(make, directory or self.directory, self.copy, seconds=patience)
        return backend.ask(plain_prompt("ask", question), deadline or Seconds(seconds=30))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    made = tmp_path / "tree"
    (made / "lib").mkdir(parents=True)
    (made / "lib" / "shop.py").write_text("def price():\n    return 1\n")
    subprocess.run(["git", "init", "-q", made], check=True)
    return made


@pytest.fixture
def copying(tree: Path) -> Iterator[Copying]:
    made = Copying(tree)
    with closing(made.copy):
        yield made


def test_text_is_as_it_was_but_for_its_last_line_break(tree: Path, copying: Copying) -> None:
    texts = {
        "empty.py": "",
        "crlf.txt": "a\r\nb\r\n",
        "plus.diff": "+a\n++b\n\n+\n",
        "blank.txt": "\n\n",
        "ä b/ü.py": "x = 'ü'\n",
        "package-lock.json": "{}\n",
        "vendor/v.py": "v = 1\n",
    }
    for name, text in texts.items():
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_bytes(text.encode())
    (tree / "open.txt").write_bytes(b"no end")
    (tree / "latin.txt").write_bytes(b"caf\xe9\n")
    assert copying.files() == {
        **texts,
        "open.txt": "no end\n",
        "latin.txt": "caf\N{REPLACEMENT CHARACTER}\n",
        "lib/shop.py": "def price():\n    return 1\n",
    }


def test_secrets_are_replaced_by_the_same_mark_in_all_files_and_lines_stay_where_they_are(
    tree: Path, copying: Copying
) -> None:
    (tree / "a.txt").write_text(f"the words {WORD} and {TOKEN}\n")
    (tree / "b.py").write_text(f"import a\n\nTOKEN = '{TOKEN}'\npassword = '{WORD}7'\n")
    (tree / "0.txt").write_text(f"{WORD}7\n")
    files = copying.files()
    assert files["a.txt"] == f"the words {WORD} and {MARK}\n"
    assert files["b.py"] == f"import a\n\nTOKEN = '{MARK}'\npassword = '<SECRET:password:1>'\n"
    # All is searched before anything is written: what betrays it stands in a later file.
    assert files["0.txt"] == "<SECRET:password:1>\n"
    assert copying.secrets.screen(Diff(label="", files=()), ()).restore(MARK) == TOKEN


def test_credential_files_binary_ones_links_and_secret_names_are_not_in_it(
    tree: Path, copying: Copying, tmp_path: Path
) -> None:
    (tmp_path / "outside.py").write_text("outside\n")
    (tree / ".env").write_text("NAME=value\n")
    (tree / "deploy.pem").write_text("words\n")
    (tree / "image.py").write_bytes(b"\0\1")
    (tree / "big.py").write_text("x" * 1_000_001)
    (tree / f"{TOKEN}.py").write_text("x = 1\n")
    (tree / "link.py").symlink_to(tmp_path / "outside.py")
    (tree / "folder").symlink_to(tmp_path)
    assert list(copying.files()) == ["lib/shop.py"]
    (note,) = copying.notes
    assert note == (
        "models see a private copy of the directory's files: 1 (26 B); left out: credential file, not sent to any "
        "model: 2; too large: 1; binary: 1; secret in the name: 1"
    )


def test_where_nothing_is_left_out_nothing_is_said_of_it(copying: Copying) -> None:
    assert list(copying.files()) == ["lib/shop.py"]
    assert copying.notes == ["models see a private copy of the directory's files: 1 (26 B)"]


def test_a_program_stands_in_it_where_it_is_empty_too(tree: Path, copying: Copying, user: User) -> None:
    (tree / "lib" / "shop.py").unlink()
    user.program("asker", "import os; print(os.listdir())")
    said = copying.asked("asker")
    assert isinstance(said, Reply)
    assert said.text.strip() == "[]"


def test_it_is_for_this_user_alone_and_outside_any_repository(copying: Copying) -> None:
    place = copying.copy.copied(Seconds(seconds=30)).place
    assert place.parent.stat().st_mode & 0o777 == 0o700
    assert (place / "lib" / "shop.py").stat().st_mode & 0o777 == 0o600
    assert not any((parent / ".git").exists() for parent in (place, *place.parents))


def test_it_is_made_once_for_all_who_ask_at_the_same_time(copying: Copying) -> None:
    copying.seconds = 0.1
    places: list[Path] = []
    threads = [
        threading.Thread(target=lambda: places.append(copying.copy.copied(Seconds(seconds=30)).place)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (copying.looks, len(places), len(set(places))) == (1, 4, 1)


def test_nothing_is_made_before_somebody_asks_and_nothing_stays(copying: Copying, user: User) -> None:
    assert copying.looks == 0
    assert list(user.tmp.iterdir()) == []
    place = copying.copy.copied(Seconds(seconds=30)).place
    assert place.is_relative_to(user.tmp)
    copying.copy.close()
    assert list(user.tmp.iterdir()) == []


def test_a_program_is_asked_about_paths_in_it_and_answers_with_them(copying: Copying, user: User) -> None:
    user.program("asker", "import os, sys; print(sys.stdin.read(), os.getcwd() + '/lib/shop.py:2', os.getcwd())")
    said = copying.asked("asker", question=f"What is in {copying.directory}/lib/shop.py and lib/shop.py?")
    assert isinstance(said, Reply)
    assert said.text.strip() == "What is in lib/shop.py and lib/shop.py? lib/shop.py:2 ."


def test_a_failure_says_no_path_of_it_either(copying: Copying, user: User) -> None:
    code = "import os, sys; print(os.getcwd() + '/lib/'); sys.exit(f'cannot read {os.getcwd()}/lib/shop.py')"
    user.program("asker", code)
    said = copying.asked("asker")
    assert isinstance(said, Failure)
    assert said.reason.endswith("cannot read lib/shop.py")
    assert said.answer.strip() == "lib/"


def test_a_question_may_name_a_directory_by_a_link_or_by_its_own_path(
    tree: Path, copying: Copying, user: User, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(tree)
    user.program("asker", "import sys; print(sys.stdin.read())")
    said = copying.asked("asker", question=f"{link}/lib/a.py or {tree}/lib/b.py?", directory=link)
    assert isinstance(said, Reply)
    assert said.text.strip() == "lib/a.py or lib/b.py?"


def test_a_question_about_the_root_is_asked_as_it_is(copying: Copying, user: User) -> None:
    user.program("asker", "import sys; print(sys.stdin.read())")
    said = copying.asked("asker", question="What is https://host//path?", directory=Path("/"))
    assert isinstance(said, Reply)
    assert said.text.strip() == "What is https://host//path?"


def test_the_time_for_an_answer_holds_that_for_the_copy(copying: Copying) -> None:
    copying.seconds = 0.5
    said = copying.asked("true")
    assert copying.seconds <= said.seconds < 30


@pytest.mark.parametrize("text", [TOKEN, "a word"])
def test_marks_are_explained_where_there_are_any(text: str, tree: Path, copying: Copying, user: User) -> None:
    (tree / "a.py").write_text(f"x = '{text}'\n")
    user.program("asker", "import sys; print(sys.stdin.read())")
    said = copying.asked("asker")
    assert isinstance(said, Reply)
    assert said.text.strip() == f"{EXPLAINED if text == TOKEN else ''}{QUESTION.text}"


@pytest.mark.parametrize(("seconds", "patience"), [(0, 30), (30, 0)])
def test_a_deadline_that_passes_while_it_is_made_is_a_failure_and_the_next_may_try_again(
    seconds: float, patience: float, copying: Copying, user: User
) -> None:
    said = copying.asked(sys.executable, deadline=Seconds(seconds=seconds), patience=patience)
    assert isinstance(said, Failure)
    assert (said.kind, "name a smaller directory" in said.advice) == (FailureKind.TIMED_OUT, True)
    assert list(user.tmp.iterdir()) == []
    assert "lib/shop.py" in copying.files()


def test_called_off_while_it_is_made(copying: Copying) -> None:
    deadline = Until.after(None)
    deadline.cancel()
    said = copying.asked(sys.executable, deadline=deadline)
    assert isinstance(said, Failure)
    assert said.kind is FailureKind.CANCELLED


def test_a_search_that_takes_long_ends_with_the_deadline(tree: Path) -> None:
    for name in ("a.py", "b.py", "c.py"):
        (tree / name).write_text("x = 1\n" * 50_000)
    searched: list[str] = []
    deadline = Until.after(None)

    def search(diff: Diff, more: Sequence[str]) -> Screening:
        searched.extend(file.path for file in diff.files)
        if searched:
            deadline.cancel()
        return Screening()

    copy = PrivateCopy(lambda: files_to_lend(tree, 1_000_000).diff, search, print)
    with closing(copy), pytest.raises(TimeoutError):
        copy.copied(deadline)
    assert searched == ["a.py"]


def test_what_is_written_after_the_deadline_does_not_stay(tree: Path, user: User) -> None:
    deadline = Until.after(None)

    def search(diff: Diff, more: Sequence[str]) -> Screening:
        if diff.files:
            deadline.cancel()
        return Screening()

    copy = PrivateCopy(lambda: files_to_lend(tree, 1_000_000).diff, search, print)
    with closing(copy):
        with pytest.raises(TimeoutError):
            copy.copied(deadline)
        assert list(user.tmp.iterdir()) == []


NO_SPACE = """
import resource, signal, sys
from functools import partial
from pathlib import Path
from lok_hooks.backends.all import make_exploring
from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.backends.private_copy import InPrivateCopy, PrivateCopy
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.task import plain_prompt
from lok_hooks.repo.listing import files_to_lend
from tests.backends.conftest import Seconds
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
tree = Path(sys.argv[1])
copy = PrivateCopy(lambda: files_to_lend(tree, 1000).diff, KnownSecrets().screen, print)
settings = BackendSettings(name="own", kind="command", command="/bin/true")
backend = InPrivateCopy(partial(make_exploring, settings), tree, copy, seconds=5)
answer = backend.ask(plain_prompt("ask", "Why?"), Seconds(seconds=5))
print(answer.kind.value, "|", answer.reason, "|", answer.advice)
"""


def test_a_full_disk_is_a_failure_in_plain_words(tree: Path, user: User) -> None:
    finished = process.run(
        [sys.executable, "-c", NO_SPACE, str(tree)],
        stdin=b"",
        cwd=Path(__file__).parents[2],
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(user.tmp)},
        deadline=Seconds(seconds=30),
    )
    kind, reason, advice = finished.stdout.decode().split(" | ")
    assert kind == "crashed"
    assert reason.startswith("no private copy of the directory's files: No usable temporary directory")
    assert "disk space" in advice
    assert list(user.tmp.iterdir()) == []
