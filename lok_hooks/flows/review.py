"""The gate's own flow: a diff in, a Review out. Ports come in as arguments; nothing here prints or starts anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from lok_hooks.core.diff import Diff
from lok_hooks.core.dismissal import Dismissal
from lok_hooks.core.ports import (
    AskAll,
    Backend,
    Beside,
    Contents,
    Deadline,
    Listener,
    Memory,
    Request,
    at_once,
)
from lok_hooks.core.reliability import Precision
from lok_hooks.core.remember import Forgetting
from lok_hooks.core.review import Policy, Review
from lok_hooks.core.screen import Screening
from lok_hooks.core.task import Task
from lok_hooks.flows.planning import Draft, plan, with_headings
from lok_hooks.flows.recall import Keeping, recall
from lok_hooks.flows.requests import told
from lok_hooks.flows.screening import (
    Discreet,
    Discretion,
    Screen,
    Secrets,
    hidden_text,
    no_secrets,
    redactor,
    who_knows,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What the user asked for. `chosen` is `--backend`; `notes` are lines that must reach the report. `only` limits
    tasks, by their names, to some paths of the diff. `dismissed`: findings somebody has answered for, by identity.
    `precision`: what was measured of each backend here; `voices`: what each one's vote weighs, 1 for average."""

    command: str
    diff: Diff
    tasks: tuple[Task, ...]
    policy: Policy
    chosen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    dismissed: Mapping[str, Dismissal] = field(default_factory=dict)
    precision: Mapping[str, Precision] = field(default_factory=dict)
    voices: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Means:
    """What the flow works with. `now` gives monotonic seconds; `screen` finds the secrets in
    a diff and in further texts, `secrets` makes findings of those on added lines; `memory` knows what was answered
    before; `beside` starts what needs no answers while these are waited for; `key` is the repository's own, for marks
    that no diff can hold. `spares_local`: backends whose text stays
    on this machine see it with its secrets."""

    backends: Sequence[Backend]
    contents: Contents
    screen: Screen
    ask_all: AskAll
    listener: Listener
    deadline: Deadline
    now: Callable[[], float]
    memory: Memory = field(default_factory=Forgetting)
    beside: Beside = at_once
    secrets: Secrets = no_secrets
    key: str = ""
    spares_local: bool = False


def review(order: Order, means: Means) -> Review:
    """Reviews `order.diff` and judges every finding.

    Backends that fail become failures and unreviewed files in the Review; exceptions are our own bugs.
    """
    started = means.now()
    planned = plan(order.diff, order.tasks, means.backends, order.chosen, means.contents, order.only, order.precision)
    screening = means.screen(with_headings(order.diff, planned), ())
    discretion = Discretion(screening=screening, knowing=who_knows(means.backends, spares_local=means.spares_local))
    recalled = recall(planned.drafts, means.memory, screening.redact)
    requests = requests_for(recalled.drafts, means, screening)
    means = replace(means, listener=Discreet(means.listener, discretion, means.screen))
    for request in requests:
        means.listener.noted(told(request))
    pairs = zip(recalled.left, requests, strict=True)
    keeping = Keeping(means.listener, pairs, means.memory, discretion, means.screen)
    hidden = means.beside(partial(hidden_text, order.diff))
    answers = means.ask_all(requests, means.deadline, keeping)
    from lok_hooks.flows.verdict import Heard, verdict  # nothing of it is needed before there are answers

    heard = Heard(
        planned=planned,
        discretion=discretion,
        known=recalled.known,
        answers=tuple(zip(requests, answers, strict=True)),
        hidden=hidden,
    )
    return replace(verdict(order, means, heard), seconds=means.now() - started)


def requests_for(drafts: Sequence[Draft], means: Means, screening: Screening) -> tuple[Request, ...]:
    """The drafts as requests, their texts as they leave this machine."""
    return tuple(
        draft.request(redactor(draft.backend, screening.redact, spares_local=means.spares_local), means.key)
        for draft in drafts
    )
