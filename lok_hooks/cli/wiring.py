"""The one place where concrete classes meet."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lok_hooks.core.ports import Answer, AskAll, Backend, Contents, Deadline, Listener, Memory, Request
from lok_hooks.core.prompts import Redact
from lok_hooks.core.review import Policy, Review
from lok_hooks.core.task import Task
from lok_hooks.errors import RepositoryError, UserError

if TYPE_CHECKING:
    from lok_hooks.backends.private_copy import PrivateCopy
    from lok_hooks.config.load import Given
    from lok_hooks.core.diff import Diff
    from lok_hooks.core.select import Selection
    from lok_hooks.core.settings import BackendSettings, Settings
    from lok_hooks.flows.crew import Crew
    from lok_hooks.flows.review import Means
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.rules import Sides
    from lok_hooks.repo.snapshot import Snapshot


def settings(directory: Path, arguments: argparse.Namespace) -> Settings:
    """The settings for a run in `directory` (the top of the work tree) under these arguments."""
    return _load(directory, arguments, None)


def _load(directory: Path, arguments: argparse.Namespace, given: Given | None) -> Settings:
    """The same, `given` in place of the work tree's lok.toml."""
    from lok_hooks.config.checked_before import CheckedBefore, by_schema, record_path
    from lok_hooks.config.load import load

    record = record_path(os.environ)
    flags = {
        "--backend": _joined(arguments.backend),
        "--task": _joined(getattr(arguments, "task", None)),
        "--fail-on": getattr(arguments, "fail_on", None),
        "--budget": _text(getattr(arguments, "budget", None)),
        "--debate": _text(getattr(arguments, "debate", None)),
    }
    return load(
        directory=directory,
        environ=os.environ,
        config_file=arguments.config,
        flags=flags,
        given=given,
        is_trusted=partial(is_trusted, directory),
        check=CheckedBefore(record) if record else by_schema,
    )


def is_trusted(directory: Path, digest: str) -> bool:
    """Whether the user trusts what has this digest (a workflow's: `config.trust_items.workflow_digest`) in the
    repository that `directory` lies in."""
    from lok_hooks.config import trusted

    return trusted.is_trusted(digest, trust_place(directory), os.environ)


def trust_place(directory: Path) -> Path:
    """What trust in `directory` hangs on: its repository's common git directory, or itself outside one."""
    from lok_hooks.repo.git import Repository

    try:
        return Repository.open(directory).common_dir
    except RepositoryError:
        return directory.absolute()


def top_of(directory: Path) -> Path:
    """The top of the work tree that `directory` lies in, or itself outside one."""
    from lok_hooks.repo.git import Repository

    try:
        return Repository.open(directory).top
    except RepositoryError:
        return directory


def _text(value: float | bool | None) -> str | None:
    return None if value is None else str(value)


def _joined(names: Sequence[str] | None) -> str | None:
    return ",".join(names) if names else None


def review_settings(repository: Repository, changes: Sequence[Sides], arguments: argparse.Namespace) -> Settings:
    """The settings for a review of `changes`, by rules that these do not bring along: lok.toml as it stood before a
    change that edits it, or as it stands at `[review] config_from`. Notes say so. A file named by `--config` or
    LOK_CONFIG counts as it is."""
    from lok_hooks.cli.rules import settings_for

    if _is_named(arguments):
        return settings(repository.top, arguments)
    return settings_for(repository, changes, partial(_load, repository.top, arguments))


def _is_named(arguments: argparse.Namespace) -> bool:
    return bool(arguments.config or os.environ.get("LOK_CONFIG"))


def edits_rules(snapshot: Snapshot, arguments: argparse.Namespace) -> bool:
    """Whether a patch edits the lok.toml that counts, left out of the review or not."""
    from lok_hooks.config.load import FILE_NAME

    if _is_named(arguments):
        return False
    return any(FILE_NAME in (file.path, file.old_path) for file in snapshot.diff.files) or any(
        item.path == FILE_NAME for item in snapshot.diff.skipped
    )


def patch_settings(directory: Path, arguments: argparse.Namespace) -> Settings:
    """The settings for a patch that edits lok.toml. Whether the work tree stands before or behind the patch is not
    known, so the repository's rules do not count at all; a note says so."""
    from lok_hooks.cli.rules import without_rules

    return without_rules(partial(_load, directory, arguments))


def selection(settings: Settings) -> Selection:
    """Which files are looked at."""
    from lok_hooks.core.select import Selection

    review = settings.review
    return Selection(exclude=review.exclude, max_file_bytes=review.max_file_bytes, context_lines=review.context_lines)


def tasks(settings: Settings, names: Sequence[str]) -> tuple[Task, ...]:
    """The named tasks, each once; config has checked the names."""
    known = {task.name: task for task in settings.tasks}
    return tuple(known[name] for name in dict.fromkeys(names))


def _backends(
    settings: Settings, snapshot: Snapshot, noted: Callable[[str], None], memory: Memory
) -> tuple[Backend, ...]:
    """Every backend that is switched on, in the order of lok.toml; `noted` is told of retries."""
    from lok_hooks.backends.all import make
    from lok_hooks.backends.reformatting import Reformatting
    from lok_hooks.backends.remembering import Remembering
    from lok_hooks.backends.secrets import says_unshown_secret

    made = [make(backend, snapshot, noted) for backend in settings.backends if backend.enabled]
    return tuple(
        Remembering(Reformatting(b), memory, says_unshown_secret) if b.traits.role == "model" else b for b in made
    )


def analysers(settings: Settings, contents: Contents, noted: Callable[[str], None]) -> tuple[Backend, ...]:
    """The fixed-rule reviewers that are switched on, over these files; of those that `--backend` named, if it did."""
    from lok_hooks.backends.all import make

    return tuple(
        make(backend, contents, noted)
        for backend in settings.backends
        if backend.enabled and backend.is_analyser and (not settings.chosen or backend.name in settings.chosen)
    )


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
    settings: BackendSettings,
    directory: Path,
    copy: PrivateCopy,
    noted: Callable[[str], None],
    remembering: tuple[Memory, str],
    redact: Redact,
    *,
    spares_local: bool,
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
    from lok_hooks.backends import process
    from lok_hooks.backends.deadline import Until
    from lok_hooks.backends.fanout import ask_all
    from lok_hooks.backends.known_secrets import KnownSecrets
    from lok_hooks.backends.private_copy import PrivateCopy
    from lok_hooks.cli.keeping import remembering_in
    from lok_hooks.flows.crew import Crew
    from lok_hooks.flows.screening import Searched
    from lok_hooks.repo.tree_danger import instructions
    from lok_hooks.report.live import open_listener

    models = _models(settings)
    has_hands = any(backend.kind in _HANDS for backend in models)
    if has_hands and not trust_tree:
        refuse_dangers(directory)
    limits = {backend.name: backend.max_parallel for backend in settings.backends}
    deadline = Until.after(budget)
    secrets = KnownSecrets()
    spares_local = not settings.review.redact_local
    with open_listener(environ=os.environ, budget=budget, verbose=verbose, stream=sys.stderr) as opened:
        # The others show no text, and the live line must be known as what it is.
        listener = Searched(opened, secrets.redact) if verbose else opened
        if has_hands and (names := instructions(directory)):
            listener.noted(f"instructions for agents, shown to no model: {', '.join(names)}")
        warned = partial(_warned, opened)
        look = partial(_files_to_lend, directory, settings.review.max_file_bytes, warned)
        with (
            remembering_in(directory, settings.cache, warned, fresh=fresh) as remembering,
            closing(PrivateCopy(look, secrets.screen, listener.noted)) as copy,
        ):
            make = partial(_explorer, directory=directory, copy=copy, noted=listener.noted, remembering=remembering)
            try:
                yield Crew(
                    backends=tuple(make(m, redact=secrets.redact, spares_local=spares_local) for m in models),
                    ask_all=partial(ask_all, limits=limits, parallel=settings.parallel),
                    listener=listener,
                    deadline=deadline,
                    redactor=secrets,
                    now=time.monotonic,
                    left_out=_left_out(settings),
                )
            finally:
                deadline.cancel()
                process.kill_all()


def _files_to_lend(directory: Path, max_file_bytes: int, warned: Callable[[str], None]) -> Diff:
    from lok_hooks.repo.listing import files_to_lend

    found = files_to_lend(directory, max_file_bytes)
    if found.beyond:
        warned(f"models see only {len(found.diff.files):,} files: {found.beyond}. Name a smaller one to show all of it")
    return found.diff


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


def screened(review: Review, diff: Diff) -> Review:
    """The same report without secrets, for a diff of which nothing is looked at but names."""
    from lok_hooks.backends.secrets import screen
    from lok_hooks.core.redaction import without_secrets

    return without_secrets(review, screen(diff).redact)


def _static_rules(settings: Settings) -> Mapping[str, str]:
    """What lok.toml says about the embedded reviewer's rules, which hold for secrets even where it is switched off."""
    return {rule: weight for b in settings.backends if b.kind == "static" for rule, weight in b.rules.items()}


def _asking(ask_all: AskAll, requests: Sequence[Request], deadline: Deadline, listener: Listener) -> list[Answer]:
    """Asks; what reads the answers and reports them is loaded while they are waited for."""
    from lok_hooks.backends.fanout import beside

    if any(request.backend.traits.role == "model" for request in requests):
        beside(_load_what_follows)
    return ask_all(requests, deadline, listener)


def _load_what_follows() -> None:
    for module in ("core.answers", "report.layout", "report.all"):
        import_module(f"lok_hooks.{module}")


@contextmanager
def means(settings: Settings, snapshot: Snapshot, policy: Policy, *, verbose: bool, memory: Memory) -> Iterator[Means]:
    """What a review works with, live progress on; ends the progress and every child however the review ends."""
    from lok_hooks.backends import process
    from lok_hooks.backends.deadline import Until
    from lok_hooks.backends.fanout import ask_all, beside
    from lok_hooks.backends.secrets import screen
    from lok_hooks.backends.static_secrets import secret_claims
    from lok_hooks.cli.keeping import place_for
    from lok_hooks.flows.review import Means
    from lok_hooks.report.live import open_listener
    from lok_hooks.store.key import key_in
    from lok_hooks.store.place import ready

    limits = {backend.name: backend.max_parallel for backend in settings.backends}
    deadline = Until.after(policy.budget)
    with open_listener(environ=os.environ, budget=policy.budget, verbose=verbose, stream=sys.stderr) as listener:
        try:
            yield Means(
                backends=_backends(settings, snapshot, listener.noted, memory),
                contents=snapshot,
                memory=memory,
                beside=beside,
                screen=screen,
                ask_all=partial(_asking, partial(ask_all, limits=limits, parallel=settings.parallel)),
                listener=listener,
                deadline=deadline,
                now=time.monotonic,
                secrets=partial(secret_claims, rules=_static_rules(settings)),
                key=key_in(ready(place_for(snapshot.repository), time.time())),
                spares_local=not settings.review.redact_local,
            )
        finally:
            deadline.cancel()
            process.kill_all()
