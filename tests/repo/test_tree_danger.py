"""Where agents' settings are looked for, and that no file makes the look fail."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lok_hooks.core.tree_danger import MAX_SIZE
from lok_hooks.repo.tree_danger import dangers, instructions

HOOKS = '{"hooks": {"Stop": [{}]}}'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree's folder two below its top."""
    (tmp_path / "top" / ".git").mkdir(parents=True)
    (tmp_path / "top" / "src" / "lib").mkdir(parents=True)
    return tmp_path / "top" / "src" / "lib"


def put(path: Path, text: str = HOOKS) -> None:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def paths(directory: Path) -> list[str]:
    """Where dangers were found."""
    return [danger.path for danger in dangers(directory)]


def test_the_directory_and_its_parents_up_to_the_top_count(tree: Path) -> None:
    for folder in (tree, tree.parent, tree.parents[1], tree.parents[2]):
        put(folder / ".claude" / "settings.json")
    found = [".claude/settings.json", "../.claude/settings.json", "../../.claude/settings.json"]
    assert paths(tree) == found


def test_without_a_work_tree_only_the_directory_counts(tmp_path: Path) -> None:
    put(tmp_path / ".mcp.json", '{"a": {}}')
    put(tmp_path / "sub" / ".mcp.json", '{"a": {}}')
    assert paths(tmp_path / "sub") == [".mcp.json"]


def test_folders_below_do_not_count(tree: Path) -> None:
    put(tree / "below" / ".mcp.json", '{"a": {}}')
    assert paths(tree) == []


def test_the_users_own_settings_are_no_danger(tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "top"))
    put(tmp_path / "top" / ".claude" / "settings.json")
    assert paths(tree) == []
    assert paths(tmp_path / "top") == []


@pytest.mark.parametrize(
    "folder",
    [
        ".gemini/extensions",
        ".gemini/policies",
        ".opencode/plugin",
        ".opencode/plugins",
        ".opencode/tool",
        ".opencode/tools",
        ".codex/rules",
    ],
)
def test_a_folder_is_dangerous_once_it_holds_something(tree: Path, folder: str) -> None:
    (tree / folder).mkdir(parents=True)
    assert paths(tree) == []
    (tree / folder / "one").touch()
    assert paths(tree) == [f"{folder}/"]


EVERY_FILE = """.claude/settings.json .claude/settings.local.json .mcp.json .gemini/settings.json .gemini/.env
.qwen/settings.json .qwen/.env .env .codex/config.toml .codex/hooks.json opencode.json opencode.jsonc
.opencode/opencode.json .opencode/opencode.jsonc""".split()


def test_every_file_is_looked_for(tree: Path) -> None:
    for name in EVERY_FILE:
        put(tree / name, "\x00 = \x00{")
        (tree / name).write_bytes(b"\xff")
    assert paths(tree) == EVERY_FILE


def test_a_named_pipe_does_not_make_it_wait(tree: Path) -> None:
    os.mkfifo(tree / ".mcp.json")
    started = time.monotonic()
    assert paths(tree) == [".mcp.json"]
    assert time.monotonic() - started < 1


def test_what_cannot_be_read_is_a_danger(tree: Path) -> None:
    (tree / ".mcp.json").mkdir()
    (tree / ".env").symlink_to("nowhere")
    (tree / ".claude").symlink_to(".claude")
    put(tree / "opencode.json", " " * (MAX_SIZE + 1))
    assert set(paths(tree)) == {
        ".claude/settings.json",
        ".claude/settings.local.json",
        ".mcp.json",
        ".env",
        "opencode.json",
    }


def test_a_link_to_settings_elsewhere_counts_as_these(tree: Path, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere" / "settings.json")
    (tree / ".claude").symlink_to(tmp_path / "elsewhere")
    assert paths(tree) == [".claude/settings.json"]


def test_instructions_are_named_but_no_danger(tree: Path) -> None:
    put(tree / "AGENTS.md", "Use tabs.\n")
    put(tree.parents[1] / ".claude" / "skills" / "a" / "SKILL.md", "How to.\n")
    assert paths(tree) == []
    assert instructions(tree) == ("AGENTS.md", "../../.claude/skills")
