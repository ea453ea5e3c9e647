"""Which lok.toml a review goes by: never one that the reviewed change brings along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from lok_hooks.config.load import FILE_NAME, Given
from lok_hooks.core.settings import Settings
from lok_hooks.errors import ConfigError, RepositoryError
from lok_hooks.repo.git import Repository
from lok_hooks.repo.rules import INDEX_PLACE, WORK_TREE, RuleFile, rule_file_at

EDITED: Final = "this change edits the review's own rules"
_NOTHING: Final = Given(content=None, place="")

Load = Callable[[Given | None], Settings]


def settings_for(repository: Repository, found: RuleFile, load: Load) -> Settings:
    """What `load` makes of the file that counts for a review, with a note where the review's change edits it.

    Raises ConfigError for a file that cannot be used, unless the change mends it.
    """
    loaded, counting = _before(found, load) if found.is_edited else (load(_given(found)), "")
    if revision := loaded.review.config_from:
        loaded = load(Given(content=_pinned(repository, revision), place=revision))
        counting = f"those of {revision} count (review.config_from)"
    return _noted(loaded, f"{EDITED} ({FILE_NAME}): {counting}") if found.is_edited else loaded


def without_rules(load: Load) -> Settings:
    """What `load` makes without the repository's file, with a note on why."""
    return _noted(load(_NOTHING), f"{EDITED} ({FILE_NAME}): only your own and built-in ones count; or use --config")


def _given(found: RuleFile) -> Given | None:
    """What messages call plain lok.toml is the file at hand; another side is named."""
    if found.content is None:
        return None
    return Given(content=found.content, place="" if found.place in (INDEX_PLACE, WORK_TREE) else found.place)


def _before(found: RuleFile, load: Load) -> tuple[Settings, str]:
    if found.content is None:
        return load(_NOTHING), "it is new, and counts once it is committed"
    try:
        return load(Given(content=found.content, place=found.place)), f"those of {found.place} count"
    except ConfigError as error:
        # Or nobody could ever commit the correction of a file that cannot be read.
        told = error.message.splitlines()[0]
        return load(_NOTHING), f"built-in ones count, those of {found.place} cannot be used ({told})"


def _pinned(repository: Repository, revision: str) -> bytes | None:
    try:
        return rule_file_at(repository, revision, FILE_NAME)
    except RepositoryError as error:
        raise ConfigError(f"review.config_from: {error.message}", advice=error.advice) from error


def _noted(settings: Settings, note: str) -> Settings:
    return replace(settings, notes=(note, *settings.notes))
