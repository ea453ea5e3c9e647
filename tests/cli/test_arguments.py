"""Arguments of every `lok` command: an empty one never passes for one that was not given."""

from __future__ import annotations

import argparse

import pytest

from lok_hooks.cli.main import make_parser
from lok_hooks.cli.table import COMMANDS

# What may be empty to the parser and is looked at later: see test_bad_input.
LATER = {
    *(("ask", "prompt"), ("smart", "prompt"), ("suggest", "prompt"), ("debate", "prompt"), ("team", "prompt")),
    *(("conduct", "prompt"), ("run", "name"), ("run", "rest"), ("install", "hooks"), ("uninstall", "hooks")),
    *(("workflow", "workflows"), ("dismiss", "ids"), ("dismiss", "because")),
}


def commands() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command."""
    program = make_parser([command.name for command in COMMANDS])
    (found,) = (action for action in program._actions if isinstance(action, argparse._SubParsersAction))
    return dict(found.choices)


ACTIONS = [
    (name, action)
    for name, parser in commands().items()
    for action in parser._actions
    if action.nargs != 0 and (name, action.dest) not in LATER
]


@pytest.mark.parametrize(("command", "action"), ACTIONS, ids=[f"{name} {action.dest}" for name, action in ACTIONS])
def test_no_argument_may_be_empty(command: str, action: argparse.Action, capsys: pytest.CaptureFixture[str]) -> None:
    words = [f"{action.option_strings[-1]}="] if action.option_strings else [""]
    with pytest.raises(SystemExit) as ended:
        make_parser([command]).parse_args([command, *words])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    named = "/".join(action.option_strings) or action.metavar or action.dest
    assert f"error: argument {named}: " in told


def test_the_list_of_those_looked_at_later_is_no_longer_than_it_must_be() -> None:
    there = {(name, action.dest) for name, parser in commands().items() for action in parser._actions}
    assert there >= LATER


def test_what_is_said_of_a_wrong_argument_holds_no_secret_and_steers_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    token = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
    with pytest.raises(SystemExit) as ended:
        make_parser(["tasks"]).parse_args(["tasks", "--color", f"{token}\x1b[2J"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "lok tasks: error: argument --color: invalid choice: '<SECRET:github-token:1>\\x1b[2J'" in told


@pytest.mark.parametrize(("name", "parser"), commands().items(), ids=commands())
def test_no_line_that_we_broke_is_broken_again_on_a_usual_terminal(name: str, parser: argparse.ArgumentParser) -> None:
    lines = f"{parser.description}\n{parser.epilog}".split("\n")
    assert max(map(len, lines)) <= 78, name
