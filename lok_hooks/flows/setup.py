"""What `lok init` writes, decided from what the doctor found. Pure."""

from __future__ import annotations

from typing import Final

from lok_hooks.config.write import Starter
from lok_hooks.core.checkup import BackendCheck, Checkup
from lok_hooks.core.settings import BackendSettings, Settings

_TASKS: Final = ("hunt", "audit")
_LAST: Final = 1000  # behind every place in a list of strengths
_MOST_NAMED: Final = 2  # reviewers of one task: who confirms each other; more cost more than they find


def starter_for(checkup: Checkup, settings: Settings) -> Starter:
    """For each task the models at hand that are good at it, the best first; the built-in choice where none is."""
    usable = [backend for backend in settings.backends if backend.name in checkup.usable]
    tasks = {task: _named(task, usable) or _built_in(task, settings) for task in _TASKS}
    most = max(len(names) for names in tasks.values())
    remarks = {check.name: _remark(check) for check in checkup.backends}
    return Starter(tasks=tasks, quorum=min(2, most), remarks=remarks)


def _named(task: str, usable: list[BackendSettings]) -> tuple[str, ...]:
    def order(backend: BackendSettings) -> tuple[bool, int]:
        strengths = backend.strengths
        return not backend.may_block, strengths.index(task) if task in strengths else _LAST

    return tuple(backend.name for backend in sorted(usable, key=order)[:_MOST_NAMED])


def _built_in(task: str, settings: Settings) -> tuple[str, ...]:
    return next(one.backends for one in settings.tasks if one.name == task)


def _remark(check: BackendCheck) -> str:
    if check.is_usable:
        return "at hand" + (f", version {check.version}" if check.version and check.role == "model" else "")
    problem = check.problem.partition(":")[0] or check.state
    return f"{problem} ({check.advice})" if problem == "not installed" else problem
