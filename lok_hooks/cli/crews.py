"""Where concrete classes meet for work by hand: which models, what they see, and that nothing of them stays."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lok_hooks.cli.wiring import asking_all, called_off_at_the_end
from lok_hooks.core.ports import Backend, Listener, Memory
from lok_hooks.core.prompts import Redact
from lok_hooks.errors import UserError

if TYPE_CHECKING:
    from lok_hooks.backends.private_copy import PrivateCopy
    from lok_hooks.core.diff import Diff
    from lok_hooks.core.settings import BackendSettings, Settings
    from lok_hooks.flows.crew import Crew
    from lok_hooks.flows.screening import Screen

_HANDS: Final = frozenset({"codex", "gemini", "claude", "command"})
"""Kinds of backends that start a program which could obey what the directory says; servers see the prompt alone."""


def refuse_dangers(directory: Path) -> None:
    """Raises UserError with the list of what an agent in `directory` would obey to the user's harm, if anything."""
    from lok_hooks.core.tree_danger import refusal
    from lok_hooks.repo.tree_danger import dangers
    from lok_hooks.report.visible import visible

    if found := dangers(directory):
        raise UserError(
            refusal(visible(str(directory)), found),
            advice="no model is started there. Read these files; to go on all the same: --trust-tree "
            "(the models are locked as ever)",
        )


def _models(settings: Settings) -> list[BackendSettings]:
    """Those that are switched on and answer questions; of those that `--backend` named, if it did."""
    return [
        b
        for b in settings.backends
        if b.enabled and not b.is_analyser and (not settings.chosen or b.name in settings.chosen)
    ]


def _explorer(
    directory: Path,
    copy: PrivateCopy,
    noted: Callable[[str], None],
    remembering: tuple[Memory, str],
    redact: Redact,
    spares_local: bool,
    settings: BackendSettings,
) -> Backend:
    """The model, sent no secret, with what it answered before to what was sent; `remembering` is the memory and a
    digest of what is in the directory."""
    from lok_hooks.backends.all import make_exploring
    from lok_hooks.backends.private_copy import InPrivateCopy
    from lok_hooks.backends.redacting import Redacting
    from lok_hooks.backends.remembering import Remembering
    from lok_hooks.flows.screening import is_spared, redactor

    memory, seen = remembering
    make = partial(make_exploring, settings, noted=noted)
    explorer = make(directory)
    surroundings = seen if settings.kind in _HANDS else ""
    if settings.kind in _HANDS and not is_spared(explorer, spares_local=spares_local):
        explorer = InPrivateCopy(make, directory, copy, settings.timeout)
    known = Remembering(explorer, memory, lambda said, _: redact(said) != said, surroundings)
    return Redacting(known, redactor(known, redact, spares_local=spares_local))


@contextmanager
def crew(
    settings: Settings,
    directory: Path,
    *,
    budget: float | None,
    verbose: bool,
    fresh: bool,
    trust_tree: bool,
) -> Iterator[Crew]:
    """The models for work by hand. They explore `directory` read-only, those that are not local a private copy of it.
    Ends the progress and every child however the work ends. `fresh`: nothing is remembered. An explicit choice
    (`--backend`) leaves only those. Raises UserError for a directory that carries agents' settings, unless
    `trust_tree`."""
    from lok_hooks.backends.deadline import Until
    from lok_hooks.backends.known_secrets import KnownSecrets
    from lok_hooks.cli.keeping import remembering_in
    from lok_hooks.flows.crew import Crew
    from lok_hooks.flows.screening import Searched
    from lok_hooks.report.live import open_listener

    models = _models(settings)
    has_hands = any(model.kind in _HANDS for model in models)
    if has_hands and not trust_tree:
        refuse_dangers(directory)
    deadline = Until.after(budget)
    secrets = KnownSecrets()
    with open_listener(environ=os.environ, budget=budget, verbose=verbose, stream=sys.stderr) as opened:
        # The others show no text, and the live line must be known as what it is.
        listener = Searched(opened, secrets.redact) if verbose else opened
        if has_hands:
            _tell_instructions(directory, listener)
        warned = partial(_warned, opened)
        with (
            remembering_in(directory, settings.cache, warned, fresh=fresh) as remembering,
            closing(_copy_of(directory, settings, secrets.screen, listener.noted, warned)) as copy,
            called_off_at_the_end(deadline),
        ):
            spares_local = not settings.review.redact_local
            explorer = partial(_explorer, directory, copy, listener.noted, remembering, secrets.redact, spares_local)
            yield Crew(
                backends=tuple(map(explorer, models)),
                ask_all=asking_all(settings),
                listener=listener,
                deadline=deadline,
                redactor=secrets,
                now=time.monotonic,
                left_out=_left_out(settings),
            )


def _tell_instructions(directory: Path, listener: Listener) -> None:
    from lok_hooks.repo.tree_danger import instructions

    if names := instructions(directory):
        listener.noted(f"instructions for agents, given to no model: {', '.join(names)}")


def _copy_of(
    directory: Path, settings: Settings, screen: Screen, noted: Callable[[str], None], warned: Callable[[str], None]
) -> PrivateCopy:
    """What models see of the directory once one of them is asked; `warned` is told when that is not all of it."""
    from lok_hooks.backends.private_copy import PrivateCopy

    def look() -> Diff:
        from lok_hooks.repo.listing import files_to_lend

        found = files_to_lend(directory, settings.review.max_file_bytes)
        if found.beyond:
            count = len(found.diff.files)
            warned(f"{found.beyond}: models see the nearest alone ({count:,}). Name a smaller one to show all of it")
        return found.diff

    return PrivateCopy(look, screen, noted)


def _warned(listener: Listener, text: str) -> None:
    """Says what every user of these commands must know; the live line makes way."""
    from lok_hooks.cli.output import warn
    from lok_hooks.report.live import aside

    with aside(listener):
        warn(text)


def _left_out(settings: Settings) -> Mapping[str, str]:
    """The backends that no question by hand goes to, with the reason."""
    off = {backend.name: backend.off for backend in settings.backends if not backend.enabled}
    rules = [backend.name for backend in settings.backends if backend.is_analyser]
    return dict.fromkeys(rules, "no model") | off
