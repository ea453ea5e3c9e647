"""Where concrete classes meet for a review (for work by hand: `crews`), and what both need."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from lok_hooks.core.ports import Answer, AskAll, Backend, Contents, Deadline, Listener, Memory, Request
from lok_hooks.core.review import Policy, Review
from lok_hooks.core.task import Prompt, Task
from lok_hooks.errors import RepositoryError

if TYPE_CHECKING:
    from lok_hooks.backends.deadline import Until
    from lok_hooks.config.load import Given
    from lok_hooks.core.diff import Diff
    from lok_hooks.core.finding import Claim
    from lok_hooks.core.select import Selection
    from lok_hooks.core.settings import Settings
    from lok_hooks.flows.review import Means
    from lok_hooks.repo.git import Repository
    from lok_hooks.repo.rules import RuleFile
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


def review_settings(repository: Repository, found: RuleFile | None, arguments: argparse.Namespace) -> Settings:
    """The settings for a review by rules that what is reviewed does not bring along: the repository's lok.toml as it
    was `found` to count, or as it stands at `[review] config_from`. Notes say so. None where another file counts as it
    is (`is_config_named`)."""
    from lok_hooks.cli.rules import settings_for

    if found is None:
        return settings(repository.top, arguments)
    return settings_for(repository, found, partial(_load, repository.top, arguments))


def is_config_named(arguments: argparse.Namespace) -> bool:
    """Whether `--config` or LOK_CONFIG names a file, which takes the place of the repository's."""
    return bool(arguments.config or os.environ.get("LOK_CONFIG"))


def edits_rules(snapshot: Snapshot, arguments: argparse.Namespace) -> bool:
    """Whether a patch edits the lok.toml that counts, left out of the review or not."""
    from lok_hooks.config.load import FILE_NAME

    if is_config_named(arguments):
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


@contextmanager
def called_off_at_the_end(deadline: Until) -> Iterator[None]:
    """However the work ends, nobody waits for an answer any more, and no child is left."""
    from lok_hooks.backends import process

    try:
        yield
    finally:
        deadline.cancel()
        process.kill_all()


def asking_all(settings: Settings) -> AskAll:
    """What puts requests to backends, within the limits of these settings."""
    from lok_hooks.backends.fanout import ask_all

    limits = {backend.name: backend.max_parallel for backend in settings.backends}
    return partial(ask_all, limits=limits, parallel=settings.parallel)


def screened(review: Review, diff: Diff) -> Review:
    """The same report without secrets, for a diff of which nothing is looked at but names."""
    from lok_hooks.backends.secrets import screen
    from lok_hooks.core.redaction import without_secrets

    return without_secrets(review, screen(diff).redact)


def _static_rules(settings: Settings) -> Mapping[str, str]:
    """What lok.toml says about the embedded reviewer's rules, which hold for secrets even where it is switched off."""
    return {rule: weight for b in settings.backends if b.kind == "static" for rule, weight in b.rules.items()}


def _secret_claims(author: str, prompt: Prompt, rules: Mapping[str, str]) -> Sequence[Claim]:
    """Claims about secrets on added lines, by the embedded reviewer's rules."""
    from lok_hooks.backends.static_secrets import secret_claims

    return secret_claims(author, prompt, rules)


def _asking(ask_all: AskAll, requests: Sequence[Request], deadline: Deadline, listener: Listener) -> list[Answer]:
    """Asks; what reads the answers and reports them is loaded while they are waited for."""
    from lok_hooks.backends.fanout import beside

    if any(request.backend.traits.role == "model" for request in requests):
        beside(_load_what_follows)
    return ask_all(requests, deadline, listener)


def _load_what_follows() -> None:
    for module in ("core.answers", "flows.verdict", "backends.static_secrets", "report.layout", "report.all"):
        import_module(f"lok_hooks.{module}")


@contextmanager
def means(settings: Settings, snapshot: Snapshot, policy: Policy, *, verbose: bool, memory: Memory) -> Iterator[Means]:
    """What a review works with, live progress on; ends the progress and every child however the review ends."""
    from lok_hooks.backends.deadline import Until
    from lok_hooks.backends.fanout import beside
    from lok_hooks.backends.secrets import screen
    from lok_hooks.cli.keeping import place_for
    from lok_hooks.flows.review import Means
    from lok_hooks.report.live import open_listener
    from lok_hooks.store.key import key_in
    from lok_hooks.store.place import ready

    deadline = Until.after(policy.budget)
    with (
        open_listener(environ=os.environ, budget=policy.budget, verbose=verbose, stream=sys.stderr) as listener,
        called_off_at_the_end(deadline),
    ):
        yield Means(
            backends=_backends(settings, snapshot, listener.noted, memory),
            contents=snapshot,
            memory=memory,
            beside=beside,
            screen=screen,
            ask_all=partial(_asking, asking_all(settings)),
            listener=listener,
            deadline=deadline,
            now=time.monotonic,
            secrets=partial(_secret_claims, rules=_static_rules(settings)),
            key=key_in(ready(place_for(snapshot.repository), time.time())),
            spares_local=not settings.review.redact_local,
        )
