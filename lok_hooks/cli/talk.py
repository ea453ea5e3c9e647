"""What the commands that ask backends by hand share: the prompt, the place, showing turns as they arrive."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lok_hooks.cli import crews, output, wiring
from lok_hooks.cli.arguments import budget_of, existing_directory
from lok_hooks.cli.ledgers import precision_in
from lok_hooks.core.ports import Failure
from lok_hooks.core.redaction import without_secrets
from lok_hooks.core.talk import Talk, Turn
from lok_hooks.errors import EXIT_CLEAN, EXIT_INCOMPLETE, UsageError
from lok_hooks.flows.asking import Session, suggestion_of
from lok_hooks.report import talk as shown
from lok_hooks.report.options import Options

if TYPE_CHECKING:
    from lok_hooks.core.settings import Settings
    from lok_hooks.flows.crew import Crew
    from lok_hooks.report.wrap import Line

MAX_INPUT: Final = 64_000_000  # bytes read from standard input; every backend takes far less

Flow = Callable[[Session, "Settings"], Talk]


def question_of(arguments: argparse.Namespace) -> str:
    """The prompt, from the command line or standard input. UsageError when it is empty or no text."""
    words: list[str] = arguments.prompt
    text = _standard_input() if words == ["-"] else " ".join(words)
    if not text.strip():
        raise UsageError("the prompt is empty", advice='say what to ask: lok ask "Is this code safe?"')
    if "\0" in text:
        raise UsageError("the prompt holds a zero byte, so it is no text", advice="name the file instead")
    return text


def settings_in(directory: Path, arguments: argparse.Namespace) -> Settings:
    """The settings that hold in `directory`: those of the work tree it lies in. Tells which keys were ignored."""
    # Path.exists raises for a folder that may not be looked into.
    tops = (place for place in (directory, *directory.parents) if os.path.exists(place / ".git"))  # noqa: PTH110
    top = next(tops, directory)
    settings = wiring.settings(top, arguments)
    analysers = {backend.name for backend in settings.backends if backend.is_analyser}
    if wrong := sorted(analysers.intersection(settings.chosen)):
        raise UsageError(
            f"--backend: {wrong[0]} checks code by fixed rules and answers no questions",
            advice="lok backends shows which ones are models",
        )
    for note in settings.notes:
        output.say(shown.note_line(note), sys.stderr)
    return settings


def converse(command: str, arguments: argparse.Namespace, flow: Flow, printer: type[Printer] | None = None) -> Talk:
    """Runs `flow` on the prompt and shows what comes of it."""
    question, directory = question_of(arguments), existing_directory(arguments.dir)
    settings = settings_in(directory, arguments)
    with crews.crew(
        settings,
        directory,
        budget=budget_of(arguments),
        verbose=arguments.verbose,
        fresh=arguments.no_cache,
        trust_tree=arguments.trust_tree,
    ) as crew:
        teller = (printer or Printer)(arguments, crew)
        measured = precision_in(directory)
        session = Session(command, question, crew, teller, named=settings.chosen, measured=measured)
        talk = flow(session, settings)
    teller.end(talk)
    return talk


def suggest(arguments: argparse.Namespace) -> int:
    """Shows who would be asked, and why; asks nobody. Exit code 4 when nobody is at hand."""
    question, directory = question_of(arguments), existing_directory(arguments.dir)
    settings = settings_in(directory, arguments)
    with crews.crew(settings, directory, budget=None, verbose=arguments.verbose, fresh=True, trust_tree=True) as crew:
        missing = {backend.name: failure for backend in crew.backends if (failure := backend.missing()) is not None}
        suggestion = suggestion_of(question, crew.backends, missing, precision_in(directory))
        question, suggestion = without_secrets((question, suggestion), crew.redactor.redact)
    if arguments.json:
        from lok_hooks.report.talk_json import suggestion_values

        output.print_json(suggestion_values(question, suggestion))
    else:
        width = output.width() if output.is_terminal() else output.UNWRAPPED
        options = Options(width=width, verbose=arguments.verbose)
        output.print_lines(shown.suggestion_lines(suggestion, options), arguments)
    return EXIT_CLEAN if suggestion.available else EXIT_INCOMPLETE


class Printer:
    """Answers on standard output as they arrive, everything else on standard error; with `--json`, one document at
    the end."""

    def __init__(self, arguments: argparse.Namespace, crew: Crew) -> None:
        self._arguments = arguments
        self._listener = crew.listener
        width = output.width() if output.is_terminal() else output.UNWRAPPED
        self._options = Options(width=width, color=output.wants_color(arguments.color), verbose=arguments.verbose)

    def turn(self, turn: Turn) -> None:
        """Shows an answer, or says who failed."""
        if isinstance(turn.answer, Failure):
            self.note(shown.failure_line(turn.answer))
        elif not self._arguments.json:
            self.print(self.lines(turn, self._options))

    def note(self, text: str) -> None:
        """A line on standard error."""
        from lok_hooks.report.live import aside

        with aside(self._listener):
            output.say(shown.note_line(text), sys.stderr)

    def lines(self, turn: Turn, options: Options) -> list[Line]:
        """How an answer is shown."""
        return shown.turn_lines(turn, options)

    def print(self, lines: list[Line]) -> None:
        """Writes lines to standard output; the live line makes way."""
        from lok_hooks.report.lines import as_text
        from lok_hooks.report.live import aside

        if lines:
            text = as_text(lines, color=self._options.color)
            with aside(self._listener):
                output.print_text(text)

    def end(self, talk: Talk) -> None:
        """Shows the conclusion, or why there is no answer."""
        if self._arguments.json:
            from lok_hooks.report.talk_json import talk_values

            output.print_json(talk_values(talk))
        else:
            self.print(shown.ending_lines(talk, self._options))
        if talk.exit_code != EXIT_CLEAN:
            for line in shown.nobody_lines(talk):
                output.say(f"lok {talk.command}: {line}" if not line.startswith(" ") else line, sys.stderr)


class Bare(Printer):
    """One answer and nothing else on standard output."""

    def lines(self, turn: Turn, options: Options) -> list[Line]:
        """The answer's text."""
        return shown.bare_lines(turn)


class Silent(Printer):
    """Nothing on standard output: something else goes there in the end."""

    def print(self, lines: list[Line]) -> None:
        """Nothing."""


def _standard_input() -> str:
    data = sys.stdin.buffer.read(MAX_INPUT + 1)
    if len(data) > MAX_INPUT:
        raise UsageError(f"the prompt is larger than {MAX_INPUT:,} bytes", advice="name files instead of pasting them")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"the prompt on standard input is not UTF-8 text (byte {error.start:,})", advice="name the file instead"
        ) from error
