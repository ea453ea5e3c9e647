"""Every byte that a run writes or sends is searched for the secrets that were planted in what it reviewed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Project, Reviewer, configure, machine, project
from tests.security.secret_samples import ALNUM, FORMATS, behind, body_of, planted, some

__all__ = ["configure", "machine", "project"]
Configure = Callable[..., Reviewer]
DICE = random.Random("everywhere")
GITHUB = behind("gh" + "p_", ALNUM, 36)
WHERE = (
    "added", "context", "removed", "heading", "file name", "skipped name", "renamed", "dotenv", "key file", "quoted",
    "allowed", "test file", "in base64 of a binary",
)  # fmt: skip
VALUES = {where: GITHUB(DICE) for where in WHERE}
PASSWORD = some(ALNUM, 18)(DICE)


def before() -> dict[str, str]:
    """The repository before the change."""
    return {
        "app.py": f"def connect(token='{VALUES['heading']}'):\n"
        + "".join(f"    step_{n}()\n" for n in range(30))
        + f"    context = '{VALUES['context']}'\n    old = '{VALUES['removed']}'\n",
        f"keys/{VALUES['renamed']}.txt": "one\ntwo\nthree\n" * 5,
    }


def stage(project: Project) -> None:
    """Stages a change that has a secret in every place one can be in."""
    project.seed(before())
    text = project.read("app.py").replace(f"    old = '{VALUES['removed']}'\n", "")
    project.stage("app.py", f"{text}    new = '{VALUES['added']}'\n    password = '{PASSWORD}'\n")
    project.stage("bug.py", f"count = 1  # PLANTED_BUG {VALUES['quoted']}\n")
    project.stage("allow.py", f"key = '{VALUES['allowed']}'  # pragma: allowlist secret\n")
    project.stage("tests/test_a.py", f"key = '{VALUES['test file']}'\n")
    project.stage(f"docs/{VALUES['file name']}.md", "words\n")
    project.stage(f"{VALUES['skipped name']}.min.js", "x()\n")
    project.git("mv", f"keys/{VALUES['renamed']}.txt", "keys/renamed.txt")
    project.stage("keys/renamed.txt", "one\ntwo\nthree\n" * 5 + "four\n")
    project.stage(".env", f"TOKEN={VALUES['dotenv']}\n")
    project.stage("server.key", f"{VALUES['key file']}\n")


def written(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below, and every file's name."""
    for folder in folders:
        for path in folder.rglob("*"):
            yield path, path.read_bytes() if path.is_file() and not path.is_symlink() else b""


def leaks(text: bytes) -> list[str]:
    """Where the values came from that stand in a text."""
    values = {**VALUES, "password": PASSWORD}
    return [where for where, value in values.items() if value.encode() in text]


@pytest.fixture
def staged(project: Project, tmp_path: Path) -> Project:
    stage(project)
    (tmp_path / "temporary").mkdir()
    assert isinstance(project.machine.environment, dict)
    project.machine.environment["TMPDIR"] = str(tmp_path / "temporary")
    return project


def check(project: Project, reviewer: Reviewer, said: str, reports: Path) -> None:
    """Nothing planted in what was said, sent, stored, logged or left behind."""
    assert leaks(said.encode()) == []
    assert leaks(reviewer.log.read_bytes()) == []
    assert (project.kept / "key").exists()
    assert project.kept.is_relative_to(project.machine.home)
    for path, content in written(project.machine.home, project.path.parent / "temporary", reports):
        assert leaks(content) == [], path
        assert leaks(str(path).encode()) == [], path
    for request in reviewer.requests():
        assert "<SECRET:github-token:" in request["prompt"]


@pytest.mark.parametrize("analysers", ["true", "false"])
def test_no_byte_of_a_run_holds_a_secret(staged: Project, configure: Configure, tmp_path: Path, analysers: str) -> None:
    reviewer = configure("quotes the code", analysers=analysers)
    reports = tmp_path / "reports"
    reports.mkdir()
    staged.plain_hook("pre-commit", "lok-hunt -v")
    commit = staged.commit()
    assert commit.code == 1
    said = [commit.said]
    for format in ("console", "plain", "json", "sarif", "github", "markdown"):
        transcript = ("--transcript", reports / f"{format}.transcript.md")
        done = staged.run("lok-review", "--staged", "-v", "--format", format, "-o", reports / format, *transcript)
        assert done.code == 1, done.said
        said.append(done.said)
    said.append(staged.run("lok-review", "--staged", "--show-payload").said)
    said.append(staged.run("lok-review", "--staged", "--show-payload", "--format", "json").said)
    assert len(list(reports.iterdir())) == 12
    check(staged, reviewer, "\n".join(said), reports)
    # Every value was seen, and is told of by what it is: a critical finding for each on an added line of any file.
    report = json.loads((reports / "json").read_text())
    secrets = [finding for finding in report["findings"] if finding["category"] == "secret"]
    assert {finding["path"] for finding in secrets} >= {"app.py", "bug.py", "tests/test_a.py", ".env", "server.key"}
    author = "static" if analysers == "true" else "screening"
    assert all(author in finding["raised_by"] for finding in secrets)
    assert any("… (40 characters)" in finding["why"] for finding in secrets)
    assert all((path.stat().st_mode & 0o077) == 0 for path in reports.iterdir())


def test_a_reviewer_that_crashes_or_writes_prose_repeats_no_secret(
    staged: Project, configure: Configure, tmp_path: Path
) -> None:
    for behaviour in ("crashes", "prose", "empty"):
        reviewer = configure(behaviour)
        done = staged.run("lok-review", "--staged", "-v", "--fresh")
        assert done.code == 1  # the secrets themselves are proof
        check(staged, reviewer, done.said, tmp_path / "none")


def test_credential_files_are_shown_to_nobody(staged: Project, configure: Configure) -> None:
    reviewer = configure()
    report = staged.run("lok-review", "--staged").said
    for name in (".env", "server.key"):
        assert f"file: {name}" not in reviewer.prompts()
        assert f"{name} (credential file, not sent to any model" in " ".join(report.split())


def test_the_payload_is_what_would_be_sent_and_nothing_is_sent(staged: Project, configure: Configure) -> None:
    reviewer = configure()
    shown = staged.run("lok-review", "--staged", "--show-payload")
    exact = json.loads(staged.run("lok-review", "--staged", "--show-payload", "--format", "json").said)
    assert (shown.code, reviewer.requests()) == (0, [])
    assert {request["backend"] for request in exact["requests"]} == {"scripted"}
    assert all(request["to"].startswith("command: ") for request in exact["requests"])
    assert {item["path"] for item in exact["withheld"]} >= {".env", "server.key"}
    staged.run("lok-review", "--staged", "--no-debate")
    assert sorted(request["prompt"] for request in reviewer.requests()) == sorted(r["text"] for r in exact["requests"])
    for request in exact["requests"]:
        for line in request["text"].split("\n"):
            assert line in shown.said.split("\n")


@pytest.mark.parametrize(
    ("local", "redact", "sees"), [(True, "false", True), (True, "true", False), (False, "false", False)]
)
def test_a_local_backend_may_see_secrets_where_lok_toml_says_so(
    staged: Project, configure: Configure, tmp_path: Path, local: bool, redact: str, sees: bool
) -> None:
    more = f"[review]\nredact_local = {redact}\n"
    reviewer = configure("quotes the code")
    text = reviewer.settings.read_text()
    text = text.replace('kind = "command"', f'kind = "command"\nlocal = {str(local).lower()}')
    reviewer.settings.write_text(text + more)
    done = staged.run("lok-review", "--staged", "-v", "--no-debate")
    assert (VALUES["added"] in reviewer.prompts()) is sees
    assert leaks(done.said.encode()) == []
    for path, content in written(staged.machine.home, tmp_path / "temporary"):
        assert leaks(content) == [], path


def test_planted_secrets_never_reach_a_model(project: Project, configure: Configure) -> None:
    """200 secrets in 20 formats, one file for each of them."""
    reviewer = configure()
    samples = list(planted())
    assert (len(samples), len(FORMATS)) == (200, 20)
    for number, (_, _, path, line) in enumerate(samples):
        project.write(f"{number}/{path}", f"first\n{line}\nlast\n")
    project.git("add", "--force", ".")
    project.run("lok-review", "--staged", "--no-debate", "--task", "hunt")
    sent = reviewer.prompts()
    assert len(reviewer.requests()) == 1
    # One random string of letters and digits repeats so many of them that it stays below the limit of entropy.
    assert [name for name, value, _, _ in samples if body_of(value) in sent] == ["random string"]
