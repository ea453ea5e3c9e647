"""Our hooks in a .pre-commit-config.yaml: every byte of the user's stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from lok_hooks.config.pre_commit_file import with_our_hooks
from lok_hooks.errors import ConfigError

PLAIN = """\
# our checks
repos:
  # the first
  - repo: https://example.org/checks   # pinned
    rev: 'v1'
    hooks:
      - id: trailing-whitespace   # keep
        args: [ "--markdown" ,"md"]
      -   id:    other
"""
FLUSH = PLAIN.replace("\n  ", "\n")
BEFORE_A_KEY = f"{PLAIN}\n# how it runs\nfail_fast: true   # yes\n"
FILES = {
    "plain": PLAIN,
    "flush": FLUSH,
    "before a key": BEFORE_A_KEY,
    "behind a key": f"default_stages: [pre-commit]\n{PLAIN}",
    "no last newline": PLAIN.rstrip("\n"),
    "comments at the end": f"{PLAIN}# the end\n\n",
    "windows": PLAIN.replace("\n", "\r\n"),
    "a document": f"---\n{PLAIN}",
    "deep": PLAIN.replace("\n  ", "\n      "),
}


@pytest.mark.parametrize("name", FILES)
def test_lines_are_added_and_no_other_byte_changes(name: str) -> None:
    text = FILES[name]
    written = with_our_hooks(text)

    assert written is not None
    ours = [repo for repo in YAML(typ="safe").load(written)["repos"] if repo["repo"] == "local"]
    assert [hook["id"] for hook in ours[0]["hooks"]] == ["lok-hunt", "lok-audit"]
    before = YAML(typ="safe").load(text)
    after = YAML(typ="safe").load(written)
    assert after == {**before, "repos": [*before["repos"], *ours]}
    kept = written.splitlines(keepends=True)
    for line in text.splitlines(keepends=True):
        assert kept.count(line if line.endswith("\n") else f"{line}\n") >= 1
    start = written.index(next(line for line in kept if "repo: local" in line))
    end = written.index("stages: [pre-push]") + len("stages: [pre-push]") + (2 if "\r" in text else 1)
    assert (written[:start] + written[end:]).rstrip("\r\n") == text.rstrip("\r\n")
    assert with_our_hooks(written) is None


@pytest.mark.parametrize(
    "text", ["repos: []  # none yet\nfail_fast: true # yes\n", "repos:\n- {repo: meta, hooks: [{id: identity}]} # m\n"]
)
def test_unusual_layouts_keep_their_comments(text: str) -> None:
    written = with_our_hooks(text)

    assert written is not None
    assert YAML(typ="safe").load(written)["repos"][-1]["hooks"][0]["id"] == "lok-hunt"
    assert [part for part in ("# none yet", "# yes", "# m") if part in text] == [
        part for part in ("# none yet", "# yes", "# m") if part in written
    ]


@pytest.mark.parametrize("where", ["https://example.org/lok-hooks", "local"])
def test_hooks_of_ours_are_not_added_twice(where: str) -> None:
    assert with_our_hooks(f"repos:\n  - repo: {where}\n    hooks:\n      - id: lok-audit\n") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "no list of repos"), ("a: [", "not YAML"), ("- a\n", "no list of repos"), ("repos: 3\n", "no list of repos")],
)
def test_what_is_no_configuration_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        with_our_hooks(text)


def test_objects_of_python_are_not_made(tmp_path: Path) -> None:
    mark = tmp_path / "pwned"
    with_our_hooks(
        f"repos: []\nx: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{mark}']]\n"
    )
    assert not mark.exists()


@pytest.mark.parametrize("name", ["plain", "before a key"])
def test_pre_commit_accepts_the_result(tmp_path: Path, name: str) -> None:
    written = with_our_hooks(FILES[name])
    assert written is not None
    (tmp_path / "config.yaml").write_text(written)
    argv = [str(Path(sys.executable).with_name("pre-commit")), "validate-config", str(tmp_path / "config.yaml")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
