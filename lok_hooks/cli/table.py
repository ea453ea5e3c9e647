"""Every `lok` command as a value. A new one is one file under `commands/` and one line here."""

from __future__ import annotations

from typing import Final, NamedTuple


class Command(NamedTuple):
    """A sub-command by its name, its one line of help, and the module that holds it, imported only when it is used.
    A named tuple, since importing dataclasses alone would cost `lok --help` another Python start."""

    name: str
    help: str
    module: str


COMMANDS: Final = tuple(
    Command(name=name, help=text, module=f"lok_hooks.cli.commands.{name}")
    for name, text in (
        ("ask", "ask every backend at hand, answers shown as they arrive"),
        ("smart", "ask the backend that is best at this kind of question"),
        ("suggest", "say which backend would be asked, and why; asks nobody"),
        ("hunt", "look for bugs in a directory"),
        ("audit", "look for security holes in a directory"),
        ("run", "run a task of lok.toml over a directory, or a workflow"),
        ("tasks", "list the tasks of lok.toml"),
        ("debate", "let backends argue a question and end with a synthesis"),
        ("team", "one backend works, the others review, one synthesises"),
        ("conduct", "a conductor decides in rounds whom to ask what"),
        ("diff", "review what is staged, a range, or the working tree"),
        ("explain", "explain a code base"),
        ("pr", "review a pull request through gh"),
        ("doctor", "check every backend, git, the hooks and the trust state"),
        ("backends", "show the backends and where each value comes from"),
        ("init", "write a commented lok.toml that fits this machine"),
        ("install", "install plain git hooks beside foreign ones"),
        ("uninstall", "take our git hooks out again"),
        ("workflow", "list or validate workflows"),
        ("trust", "let a repository's lok.toml start its programs"),
        ("dismiss", "say that a finding is wrong, and why"),
        ("baseline", "accept what is there today"),
        ("cache", "show or clear what is remembered"),
        ("completion", "print the completion script for a shell"),
    )
)
