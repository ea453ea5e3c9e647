"""Every byte that a run writes or sends is searched for the secrets that were planted in what it reviewed."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Project, Reviewer, configure, machine, project
from tests.end_to_end.test_real_clis import model_server
from tests.fake_model_server import Server
from tests.security.secret_samples import ALNUM, FORMATS, HEX, UPPER, behind, body_of, planted, some

__all__ = ["configure", "machine", "model_server", "project"]
Configure = Callable[..., Reviewer]
DICE = random.Random("everywhere")
LETTERS = string.ascii_lowercase
GITHUB = behind("gh" + "p_", ALNUM, 36)
AWS = behind("AK" + "IA", UPPER + "234567", 16)
WORD = behind("zq", LETTERS, 7)  # a password that is a word: only its name makes it a secret
SENTENCES = {
    "aws key": AWS, "github token": GITHUB, "hexadecimal key": some(HEX, 40), "url password": WORD, "word": WORD,
}  # fmt: skip
LINES = {
    "aws key": "key = '{}'", "github token": "token = '{}'", "hexadecimal key": "api_key = '{}'",
    "url password": "url = 'postgres://app:{}@db/app'", "word": "password = '{}'",
}  # fmt: skip
WHERE = (
    "file name", "skipped name", "renamed", "dotenv", "key file", "quoted", "allowed", "test file", "label",
    "pushed ref", "settings", "words of git",
)  # fmt: skip
# Every kind of secret on every kind of line.
PLACES = (
    "added", "context", "removed", "heading", "heading cut by git", "comment", "deleted file", "behind a form feed",
    "behind a line separator",
)  # fmt: skip
VALUES = {where: GITHUB(DICE) for where in WHERE} | {
    f"{kind}, {place}": make(DICE) for kind, make in SENTENCES.items() for place in PLACES
}
KEY = [some(ALNUM + "+/", 64)(DICE) for _ in range(24)]
VALUES |= {f"private key, line {number}": line for number, line in enumerate(KEY)}


def line(kind: str, place: str) -> str:
    """A line with the secret of that kind and place."""
    return LINES[kind].format(VALUES[f"{kind}, {place}"])


def before() -> dict[str, str]:
    """The repository before the change."""
    return {
        **{
            f"{kind}.py".replace(" ", "_"): f"def   connect(user,  {line(kind, 'heading')}):\n"
            + "".join(f"    step_{n}()\n" for n in range(30))
            + f"    {line(kind, 'context')}\n    {line(kind, 'removed')}\n"
            for kind in SENTENCES
        },
        **{
            # No definition, so that git's own heading is what there is; it cuts it inside the secret.
            f"{kind}.c".replace(" ", "_"): f"char *{'n' * (60 - len(LINES[kind].partition('{')[0]))} = \"x\", "
            + f"{line(kind, 'heading cut by git')};\n".replace("'", '"')
            + "".join(f"  step_{n}\n" for n in range(30))
            for kind in SENTENCES
        },
        "deploy.yaml": "key: |\n  -----BEGIN RSA " + "PRIVATE KEY-----\n" + "".join(f"  {part}\n" for part in KEY)
        + "  -----END RSA " + "PRIVATE KEY-----\nport: 1\n",
        "old.js": "".join(f"{line(kind, 'deleted file')};\n" for kind in SENTENCES),
        f"keys/{VALUES['renamed']}.txt": "one\ntwo\nthree\n" * 5,
    }  # fmt: skip


def stage(project: Project) -> None:
    """Stages a change that has a secret in every place one can be in."""
    project.seed(before())
    for kind in SENTENCES:
        name = kind.replace(" ", "_")
        text = project.read(f"{name}.py").replace(f"    {line(kind, 'removed')}\n", "")
        odd = (
            f"    x = 1;\f{line(kind, 'behind a form feed')}\n    y = 2\u2028{line(kind, 'behind a line separator')}\n"
        )
        project.stage(f"{name}.py", f"{text}    # {line(kind, 'comment')}\n    {line(kind, 'added')}\n{odd}")
        project.stage(f"{name}.c", project.read(f"{name}.c") + "  changed\n")
    project.stage("deploy.yaml", project.read("deploy.yaml").replace("port: 1", "port: 2"))
    project.git("rm", "-q", "old.js")
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
    """Where the values came from that stand in a text, whole or, of long ones, ten characters in a row."""
    return [
        where
        for where, value in VALUES.items()
        if any(value[start : start + 10].encode() in text for start in range(max(1, len(value) - 9)))
    ]


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
        assert "<SECRET:" in request["prompt"]


def check_everything_was_shown(reviewer: Reviewer) -> None:
    """The lines that hold the secrets, without them: what is not shown proves nothing."""
    shown = reviewer.prompts()
    for kind in SENTENCES:
        head = LINES[kind].partition("{}")[0]
        for place in ("    ", "# ", "x = 1; ", "y = 2 "):
            assert f"{place}{head}<SECRET:" in shown
        assert f"@@ def connect(user, {head}<SECRET:" in shown
        assert f", {head}<SECRET:".replace("'", '"') in shown
    assert shown.count("<SECRET:private-key:") >= 9


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
    paths = {f"{kind}.py".replace(" ", "_") for kind in SENTENCES} | {"bug.py", "tests/test_a.py", ".env", "server.key"}
    assert {finding["path"] for finding in secrets} >= paths
    check_everything_was_shown(reviewer)
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


def test_a_label_holds_no_secret_in_any_report(project: Project, configure: Configure, tmp_path: Path) -> None:
    reviewer = configure()
    project.git("checkout", "-q", "-b", VALUES["label"])
    project.seed({"bug.py": "count = 1  # PLANTED_BUG\n"})
    label = f"main...{VALUES['label']}"
    said: dict[str, str] = {}
    for format in ("console", "plain", "json", "sarif", "github", "markdown"):
        transcript = tmp_path / f"{format}.md"
        done = project.run("lok-review", label, "--format", format, "--transcript", transcript)
        assert done.code == 1, done.said
        said |= {format: done.said, f"{format}'s transcript": transcript.read_text()}
    said["payload"] = project.run("lok-review", label, "--show-payload").said
    said["error"] = project.run("lok-review", f"{label}x").said
    # Nothing is looked at but names.
    project.git("rm", "-q", "bug.py")
    project.seed({"logo.png": b"\x89PNG\0\0"})
    said["left out"] = project.run("lok-review", f"HEAD~1..{VALUES['label']}", "--format", "json").said
    for name in ("console", "plain", "json", "payload"):
        assert "main...<SECRET:github-token:1>" in said[name]
    assert "HEAD~1..<SECRET:github-token:1>" in said["left out"]
    assert "<SECRET:github-token:1>" in said["error"]
    assert {name: found for name, text in said.items() if (found := leaks(text.encode()))} == {}
    for path, content in written(project.machine.home):
        assert leaks(content) == [], path
    assert leaks(reviewer.log.read_bytes()) == []


def test_the_names_of_pushed_refs_hold_no_secret_in_a_report(project: Project, configure: Configure) -> None:
    reviewer = configure()
    zeros, lines = "0" * 40, []
    for name in (VALUES["pushed ref"], "other"):
        project.git("checkout", "-q", "-b", name, "main")
        project.seed({f"{name[:3]}.py": "count = 1  # PLANTED_BUG\n"})
        lines.append(f"refs/heads/{name} {project.head()} refs/heads/{name} {zeros}\n")
    done = project.run("lok-audit", "origin", "https://host.invalid/x.git", "-v", stdin="".join(lines))
    assert done.code == 1
    assert "push of <SECRET:github-token:1>, push of other" in " ".join(done.said.split())
    assert "(refs/heads/<SECRET:github-token:1>)" in done.said
    assert leaks(done.said.encode() + reviewer.log.read_bytes()) == []


def test_no_message_about_the_settings_and_no_log_of_a_bug_holds_a_secret(
    project: Project, configure: Configure, tmp_path: Path
) -> None:
    reviewer = configure()
    project.stage("a.py", "x = 1\n")
    settings = tmp_path / "broken.toml"
    settings.write_text(f"[review]\napi_key = {VALUES['settings']}\n")
    done = project.run("lok-review", "--staged", "--config", settings)
    assert done.code == 2
    assert "correct this line: api_key = <SECRET:github-token:1>" in done.said
    # A git that prints nonsense is no mistake of the user's: a bug, which is logged with everything about it.
    real, programs = shutil.which("git"), tmp_path / "programs"
    programs.mkdir()
    printed = f"printf ':100644 %s\\0' {VALUES['words of git']}"
    (programs / "git").write_text(f'#!/bin/sh\ncase " $* " in *" --raw "*) {printed};; *) exec {real} "$@";; esac\n')
    (programs / "git").chmod(0o755)
    path = f"{programs}{os.pathsep}{project.machine.environment['PATH']}"
    bug = project.run("lok-review", "--staged", env={"PATH": path})
    assert bug.code == 3
    (log,) = project.machine.home.rglob("lok.log")
    assert (
        "InternalError: git printed a record that cannot be read: b':100644 <SECRET:github-token:1>'" in log.read_text()
    )
    assert f"the traceback is in {log}" in bug.said
    assert leaks((done.said + bug.said + log.read_text()).encode()) == []
    assert reviewer.requests() == []


def test_a_patch_whose_headings_are_cut_leaves_no_half_of_a_secret(
    staged: Project, configure: Configure, tmp_path: Path
) -> None:
    """git cuts them at 80 bytes, GNU diff and Mercurial at 40; behind a patch there is nothing to look them up in."""
    reviewer = configure()
    patch = staged.git("diff", "--cached", "--no-color")
    assert leaks(patch.encode())
    for length in (80, 50, 40):
        cut = re.sub(rf"(?m)^(@@ .* @@ .{{,{length}}}).*$", r"\1", patch)
        (tmp_path / "x.diff").write_text(f"{cut}\n")
        done = staged.run("lok-review", "--diff-file", tmp_path / "x.diff", "-v")
        assert done.code == 1, done.said
        assert leaks(done.said.encode() + reviewer.log.read_bytes()) == []
    assert "@@ char *" in reviewer.prompts()


def test_a_server_that_is_shown_a_directory_sees_no_secret(
    staged: Project, model_server: Server, tmp_path: Path
) -> None:
    settings = tmp_path / "hunt.toml"
    kinds = "".join(f"[backends.{kind}]\nenabled = false\n" for kind in ("codex", "gemini", "claude"))
    settings.write_text(
        f'{kinds}[backends.ollama]\nurl = "http://127.0.0.1:{model_server.server_port}"\nmodel = "m"\n'
        '[tasks.hunt]\ndescription = "Bugs"\nbackends = ["ollama"]\nprompts = [{ name = "bugs", prompt = "Find." }]\n'
    )
    said = [staged.run("lok", "hunt", ".", "--config", settings, *more).said for more in (["-v"], ["--json"])]
    sent = (tmp_path / "server.jsonl").read_bytes()
    assert sent.count(b"<SECRET:") > 40
    assert leaks(sent) == []
    assert [leaks(text.encode()) for text in said] == [[], []]
    for path, content in written(staged.machine.home, tmp_path / "temporary"):
        assert leaks(content) == [], path


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
    assert done.code == 1, done.said
    assert (VALUES["github token, added"] in reviewer.prompts()) is sees
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
