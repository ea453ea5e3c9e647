"""The flags that several commands share, and what is said of words that nobody knows."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final, NoReturn

from lok_hooks.report.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EXIT_CODES: Final = (
    "exit codes: 0 nothing blocks, 1 confirmed findings, 2 your mistake, 3 our bug,\n"
    "4 incomplete review that the policy blocks, 130 interrupted"
)


LONGEST_HELP_LINE: Final = 100
STANDARD_OUTPUT: Final = "-"  # as a file's name; ./- is a file that is called so
_PARTS: Final = ("ruff", "detect-secrets", "GitPython", "unidiff", "pydantic", "rich", "httpx")


class Layout(argparse.RawDescriptionHelpFormatter):
    """The standard layout, told the terminal's width: looking for it itself, argparse would load the compression
    modules that shutil needs, which is a Python start more."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=min(_columns(), LONGEST_HELP_LINE) - 2)
        # argparse forgets that names of commands are indented, and would break the line behind the longest ones.
        self._action_max_length = len("    completion")

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Each line of ours a line, broken at spaces only where it does not fit."""
        return "\n".join(line for given in text.splitlines() for line in _broken(given, width, indent) or [""])

    def _split_lines(self, text: str, width: int) -> list[str]:
        """The standard way, but without breaking words that have a hyphen."""
        return _broken(" ".join(text.split()), width, "")


def _broken(line: str, width: int, indent: str) -> list[str]:
    import textwrap

    return textwrap.wrap(
        line, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


class Version(argparse.Action):
    """Prints our version and those of the parts, and exits. Looks them up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version
        from platform import python_version

        from lok_hooks import __version__
        from lok_hooks.repo.version import git_version

        found = {"Python": python_version(), "git": git_version() or "not found"}
        for name in _PARTS:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                found[name] = "not found"
        parts = "".join(f"  {name:<15} {number}\n" for name, number in found.items())
        print(f"lok-hooks {__version__}\n{parts}", end="")
        parser.exit()


class Parser(argparse.ArgumentParser):
    """The standard parser, its messages said as all others are: a script may pass anything by mistake, a key too."""

    def error(self, message: str) -> NoReturn:
        """Prints the usage and what is wrong, and exits with code 2."""
        from lok_hooks.cli.boundary import tell
        from lok_hooks.errors import EXIT_USER

        self.print_usage(sys.stderr)
        tell(f"{self.prog}: error: {message}")
        self.exit(EXIT_USER)


def parser(program: str, description: str, example: str) -> Parser:
    """A parser with the house's help layout."""
    return Parser(
        prog=program,
        description=description,
        epilog=f"example: {example}\n\n{EXIT_CODES}",
        formatter_class=Layout,
        allow_abbrev=False,
    )


def add_asking_flags(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Adds the flags that say whom a review asks, and what; returns their group."""
    choose = parser.add_argument_group("what decides")
    choose.add_argument("--config", metavar="FILE", type=to_path, help="use this lok.toml instead of the repository's")
    add_backend_flag(choose, "ask exactly these backends")
    choose.add_argument("--task", metavar="A,B", type=_names, help="run exactly these tasks of lok.toml")
    add_budget_flag(choose)
    choose.add_argument("--fresh", action="store_true", help="ask again, whatever is remembered")
    return choose


def add_review_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of a review."""
    choose = add_asking_flags(parser)
    choose.add_argument(
        "--fail-on", choices=("low", "medium", "high", "critical"), help="mildest severity that blocks (default: high)"
    )
    choose.add_argument(
        "--debate", action=argparse.BooleanOptionalAction, default=None, help="cross-examine what could block"
    )
    show = parser.add_argument_group("what you see")
    show.add_argument("--format", choices=FORMATS, help="default: console on a terminal, else plain")
    show.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=_to_report,
        help="write the report to FILE too, in --format; - for standard output",
    )
    show.add_argument(
        "--transcript", metavar="FILE.md", type=to_file, help="write the whole debate to FILE.md, - for standard output"
    )
    show.add_argument(
        "--show-payload", action="store_true", help="print exactly what would be sent, to whom; send nothing"
    )
    show.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    show.add_argument(
        "-v", "--verbose", action="store_true", help="list every file; show prompts, routing and timing on stderr"
    )


def add_place_flags(parser: argparse.ArgumentParser) -> None:
    """Adds what Lok's own commands have besides the flags of a review: where, and JSON in one word."""
    add_directory_flag(parser, "the directory whose repository is meant (default: here)")
    parser.add_argument("--json", action="store_const", dest="format", const="json", help="the same as --format json")


def enter_place(arguments: argparse.Namespace) -> None:
    """Makes --dir the current directory; other paths still start where the user is. Raises UsageError when there is no
    such directory."""
    if arguments.dir is None:
        return
    for name in ("config", "output", "transcript"):
        if (path := getattr(arguments, name)) not in (None, STANDARD_OUTPUT):
            setattr(arguments, name, path.absolute())
    os.chdir(existing_directory(arguments.dir))


def add_common_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of every command that asks backends by hand and remembers what they answer."""
    whom = add_exploring_flags(parser)
    whom.add_argument("--no-cache", action="store_true", help="ask again, whatever is remembered")


def add_exploring_flags(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Adds the flags of every command that asks backends by hand; returns the group of those that say whom."""
    whom = add_settings_flags(parser)
    whom.add_argument("--trust-tree", action="store_true", help="go on in a directory that carries agents' settings")
    add_budget_flag(whom)
    add_output_flags(parser, "show prompts, routing and timing on stderr")
    return whom


def add_settings_flags(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Adds the flags that say which settings count; returns their group."""
    whom = parser.add_argument_group("whom to ask, and where")
    add_directory_flag(whom)
    add_backend_flag(whom, "ask exactly these backends")
    whom.add_argument("--config", metavar="FILE", type=to_path, help="use this lok.toml instead of the directory's")
    return whom


def add_backend_flag(parser: argparse._ActionsContainer, meaning: str) -> None:
    """Adds -b; `meaning` says what naming backends does."""
    parser.add_argument("-b", "--backend", metavar="A,B", type=_names, help=meaning)


def add_directory_flag(
    parser: argparse._ActionsContainer, meaning: str = "the directory that is meant (default: here)"
) -> None:
    """Adds --dir; `meaning` says what naming a directory does."""
    parser.add_argument("--dir", metavar="DIR", type=to_path, help=meaning)


def add_budget_flag(parser: argparse._ActionsContainer) -> None:
    """Adds --budget, which `budget_of` reads."""
    parser.add_argument("--budget", metavar="SECONDS", type=_seconds, help="stop asking after this long (0: no limit)")


def add_output_flags(parser: argparse._ActionsContainer, verbose: str) -> None:
    """Adds the flags about what is printed; `verbose` says what -v brings."""
    show = parser.add_argument_group("what you see")
    show.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    add_plain_output_flags(show, verbose)


def add_plain_output_flags(parser: argparse._ActionsContainer, verbose: str) -> None:
    """Adds the same without --color, for what is never coloured."""
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("-v", "--verbose", action="store_true", help=verbose)


def add_prompt(parser: argparse.ArgumentParser) -> None:
    """Adds a prompt."""
    parser.add_argument("prompt", nargs="+", metavar="PROMPT", help="what to ask; - reads it from standard input")


def add_prompt_flags(parser: argparse.ArgumentParser) -> None:
    """Adds a prompt and the flags of every command that puts one to backends."""
    add_prompt(parser)
    add_common_flags(parser)


def budget_of(arguments: argparse.Namespace, otherwise: float | None = None) -> float | None:
    """The seconds that --budget gives, None for no limit; `otherwise` where it is not given."""
    given: float | None = arguments.budget
    return otherwise if given is None else given or None


def refuse(parser: argparse.ArgumentParser, unknown: Sequence[str]) -> None:
    """Ends with exit code 2 where there are words that `parser` does not know, naming the nearest flag that it does."""
    from lok_hooks.config.messages import shown

    flag = next((word.partition("=")[0] for word in unknown if word.startswith("-")), "")
    if flag:
        known = [name for action in parser._actions for name in action.option_strings if name.startswith("--")]
        parser.error(f"no flag is called {with_closest(flag, known)}")
    if unknown:
        parser.error(f"not understood: {' '.join(map(shown, unknown))}")


def with_closest(word: str, known: Sequence[str]) -> str:
    """The word for a message, and the known one that was probably meant."""
    from lok_hooks.config.messages import closest, shown

    dashes = "--" if word.startswith("--") else ""
    near = closest(word.removeprefix(dashes), [name.removeprefix(dashes) for name in known])
    return f'"{shown(word)}"' + (f'; did you mean "{dashes}{near}"?' if near else "")


def existing_directory(named: Path | None, flag: str = "--dir ") -> Path:
    """The directory that `flag` names, absolute and without links; the current one where it names none. Raises
    UsageError when there is no such directory."""
    from pathlib import Path

    from lok_hooks.errors import UsageError

    shown = f"{flag}{named}"
    try:
        # Path.resolve has an exception of its own for links in a circle.
        resolved = Path(os.path.realpath(named or Path(), strict=True))
        is_directory = resolved.is_dir()
    except OSError as error:
        raise UsageError(f"{shown}: {error.strerror}", advice="Name a directory that exists.") from error
    if not is_directory:
        raise UsageError(f"{shown}: not a directory", advice="Name the directory the file is in.")
    return resolved


def _columns() -> int:
    try:
        return os.get_terminal_size().columns or 80
    except OSError:
        return 80


def to_text(text: str) -> str:
    """A text that says something. An empty one is mostly a variable that the caller's script forgot to set, and would
    mean something else than was meant."""
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def to_path(text: str) -> Path:
    """A path that is not empty."""
    from pathlib import Path

    return Path(to_text(text))


def to_file(text: str) -> Path | str:
    """A file to write, or STANDARD_OUTPUT."""
    return STANDARD_OUTPUT if text == STANDARD_OUTPUT else to_path(text)


def _to_report(text: str) -> Path | None:
    """A file to write; None for standard output, where the report goes without this."""
    return None if text == STANDARD_OUTPUT else to_path(text)


def _names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise argparse.ArgumentTypeError("expected names separated by commas")
    return names


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds
