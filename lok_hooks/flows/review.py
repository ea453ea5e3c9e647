"""The gate's own flow: a diff in, a Review out. Ports come in as arguments; nothing here prints or starts anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lok_hooks.core.answers import Unreadable, read_review
from lok_hooks.core.diff import Diff, Skipped, SkipReason
from lok_hooks.core.finding import Claim, Finding, Grounded
from lok_hooks.core.ground import ground
from lok_hooks.core.judge import Evidence, decide
from lok_hooks.core.merge import merge
from lok_hooks.core.ports import (
    Analysis,
    Answer,
    AskAll,
    Backend,
    Contents,
    Deadline,
    Failure,
    FailureKind,
    Listener,
    Reply,
    Request,
)
from lok_hooks.core.review import Asked, Coverage, Disposition, Judged, Policy, Review, Unreviewed
from lok_hooks.core.screen import Screening
from lok_hooks.core.task import Task
from lok_hooks.flows.planning import ANALYSIS, Plan, plan, shown_besides_the_diff

_ORDER: Final = list(Disposition)


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What the user asked for. `chosen` is `--backend`; `notes` are lines that must reach the report."""

    command: str
    diff: Diff
    tasks: tuple[Task, ...]
    policy: Policy
    chosen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Means:
    """What the flow works with. `now` gives monotonic seconds; `screen` finds the secrets in
    a diff and in further texts."""

    backends: Sequence[Backend]
    contents: Contents
    screen: Callable[[Diff, Sequence[str]], Screening]
    ask_all: AskAll
    listener: Listener
    deadline: Deadline
    now: Callable[[], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    """A request with what came of it: claims, or the failure."""

    request: Request
    answer: Answer
    claims: tuple[Claim, ...]
    failure: Failure | None


def review(order: Order, means: Means) -> Review:
    """Reviews `order.diff` and judges every finding.

    Backends that fail become failures and unreviewed files in the Review; exceptions are our own bugs.
    """
    started = means.now()
    planned = plan(order.diff, order.tasks, means.backends, order.chosen, means.contents)
    screening = means.screen(order.diff, shown_besides_the_diff(planned))
    requests = tuple(draft.request(screening.redact) for draft in planned.drafts)
    for request in requests:
        means.listener.noted(_noted(request))
    answers = means.ask_all(requests, means.deadline, means.listener)
    outcomes = [_read(request, answer) for request, answer in zip(requests, answers, strict=True)]
    grounded = [_ground(claim, outcome.request, screening) for outcome in outcomes for claim in outcome.claims]
    judged = [
        _redacted(decide(finding, _evidence(finding, outcomes), order.policy), screening) for finding in merge(grounded)
    ]
    return Review(
        command=order.command,
        label=order.diff.label,
        judged=tuple(sorted(judged, key=_report_order)),
        coverage=_coverage(order, planned, outcomes),
        asked=_asked(planned, outcomes),
        failures=_failures(planned, outcomes, screening),
        policy=order.policy,
        notes=order.notes + _notes(order, planned),
        seconds=means.now() - started,
    )


def _noted(request: Request) -> str:
    prompt = request.prompt
    title = f"{request.backend.name} · {prompt.task} {request.part} · {len(prompt.text.encode()):,} bytes"
    return f"{title}\n{prompt.text}" if prompt.text else title


def _read(request: Request, answer: Answer) -> _Outcome:
    match answer:
        case Failure():
            return _Outcome(request=request, answer=answer, claims=(), failure=answer)
        case Analysis():
            return _Outcome(request=request, answer=answer, claims=answer.claims, failure=None)
        case Reply():
            claims = read_review(answer.text, request.prompt, request.backend.name)
            if not isinstance(claims, Unreadable):
                return _Outcome(request=request, answer=answer, claims=claims, failure=None)
            failure = Failure(
                backend=request.backend.name,
                kind=FailureKind.UNREADABLE,
                reason=claims.reason,
                advice="ask again, or choose a stronger model for this backend in lok.toml",
                seconds=answer.seconds,
                answer=answer.text,
            )
            return _Outcome(request=request, answer=answer, claims=(), failure=failure)


def _ground(claim: Claim, request: Request, screening: Screening) -> Grounded:
    found = ground(replace(claim, quote=screening.restore(claim.quote)), request.prompt.chunk)
    if not found.problem and request.backend.traits.role == "model" and screening.mentions_placeholder(claim):
        return replace(found, problem="it is about the placeholder that stands for a secret, not about the code")
    return found


def _evidence(finding: Finding, outcomes: Sequence[_Outcome]) -> Evidence:
    traits = {o.request.backend.name: o.request.backend.traits for o in outcomes}
    authors = [traits[name] for name in finding.raised_by]
    tasks = set(finding.tasks) - {ANALYSIS}
    reviewers = {
        outcome.request.backend.name
        for outcome in outcomes
        if outcome.failure is None
        and outcome.request.backend.traits.role == "model"
        and outcome.request.backend.traits.may_block
        and (not tasks or outcome.request.prompt.task in tasks)
        and _shows(outcome.request, finding)
    }
    return Evidence(
        models=sum(a.role == "model" and a.may_block for a in authors),
        weak=sum(a.role == "model" and not a.may_block for a in authors),
        analysers=sum(a.role == "analyser" for a in authors),
        reviewers=len(reviewers),
    )


def _shows(request: Request, finding: Finding) -> bool:
    """True when the request showed the finding's place."""
    return any(
        piece.file.path == finding.place.path
        and piece.file.ref == finding.place.ref
        and any(h.new_start <= finding.place.line <= h.new_start + max(1, h.new_count) for h in piece.hunks)
        for piece in request.prompt.chunk.pieces
    )


def _report_order(judged: Judged) -> tuple[object, ...]:
    finding = judged.finding
    return (
        _ORDER.index(judged.disposition),
        -finding.severity.order,
        finding.place.path,
        finding.place.line,
        finding.identity,
    )


def _redacted(judged: Judged, screening: Screening) -> Judged:
    """The same with every secret replaced: no report ever holds one."""
    finding, redact = judged.finding, screening.redact
    place = replace(finding.place, code=tuple(map(redact, finding.place.code)))
    clean = replace(
        finding,
        place=place,
        title=redact(finding.title),
        why=redact(finding.why),
        fix=redact(finding.fix),
        quote=redact(finding.quote),
    )
    return replace(judged, finding=clean)


def _coverage(order: Order, planned: Plan, outcomes: Sequence[_Outcome]) -> Coverage:
    """A file is reviewed when, for every task, some routed model answered for all its parts, and every analyser
    answered; with no model at hand the analysers alone must have."""
    unreviewed = [*planned.too_large]
    for way in planned.routes:
        if way.backends:
            unreviewed += _unreviewed(way.task, outcomes)
    unreviewed += _unreviewed(ANALYSIS, outcomes)
    if order.chosen or not planned.drafts:
        unreviewed += _unasked(order, planned)
    missed = {item.path for item in unreviewed}
    shown = {path for outcome in outcomes if outcome.failure is None for path in outcome.request.prompt.chunk.paths}
    held = tuple(
        Skipped(path=file.path, reason=SkipReason.CREDENTIALS, detail=file.held_back)
        for file in order.diff.files
        if file.held_back
    )
    return Coverage(
        reviewed=tuple(dict.fromkeys(f.path for f in order.diff.files if f.path in shown - missed)),
        skipped=order.diff.skipped + held,
        unreviewed=tuple(dict.fromkeys(unreviewed)),
        changed_lines=sum(file.changed_line_count() for file in order.diff.files),
    )


def _unreviewed(task: str, outcomes: Sequence[_Outcome]) -> list[Unreviewed]:
    """The files for which no backend answered all parts of `task`, each with the first failure's words."""
    seen: dict[tuple[str, str], dict[str, str]] = {}
    for outcome in outcomes:
        if outcome.request.prompt.task != task:
            continue
        name, failure = outcome.request.backend.name, outcome.failure
        for piece in outcome.request.prompt.chunk.pieces:
            by_backend = seen.setdefault((piece.file.path, piece.file.ref), {})
            problem = f"{name}: {failure.kind}" if failure else ""
            by_backend[name] = by_backend.get(name) or problem
    is_covered = all if task == ANALYSIS else any
    return [
        Unreviewed(path=path, task=task, reason="; ".join(filter(None, by_backend.values())))
        for (path, _), by_backend in seen.items()
        if not is_covered(not problem for problem in by_backend.values())
    ]


def _unasked(order: Order, planned: Plan) -> list[Unreviewed]:
    """Every file, for the tasks that nobody at all was asked for: the chosen backends are missing, or none exists."""
    asked = {draft.task.name for draft in planned.drafts if draft.task}
    wanted = (
        [way.task for way in planned.routes if way.passed_over] if order.chosen else [w.task for w in planned.routes]
    )
    absent = planned.missing or planned.absent_models
    reason = "; ".join(f"{failure.backend}: {failure.kind}" for failure in absent) or "no backend is switched on"
    return [
        Unreviewed(path=file.path, task=task, reason=reason)
        for task in wanted
        if task not in asked
        for file in order.diff.files
    ]


def _asked(planned: Plan, outcomes: Sequence[_Outcome]) -> tuple[Asked, ...]:
    why = {name: reason for way in planned.routes for name, reason in way.why.items()}
    rows = []
    for name in dict.fromkeys(outcome.request.backend.name for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.request.backend.name == name]
        replies = [o.answer for o in mine if isinstance(o.answer, Reply)]
        rows.append(
            Asked(
                backend=name,
                tasks=tuple(dict.fromkeys(o.request.prompt.task for o in mine)),
                why=why.get(name, "runs on every review"),
                requests=len(mine),
                answered=sum(o.failure is None for o in mine),
                seconds=max(o.answer.seconds for o in mine),
                model=next((reply.model for reply in replies if reply.model), mine[0].request.backend.traits.model),
                tokens_in=_total([reply.tokens_in for reply in replies]),
                tokens_out=_total([reply.tokens_out for reply in replies]),
            )
        )
    return tuple(rows)


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _failures(planned: Plan, outcomes: Sequence[_Outcome], screening: Screening) -> tuple[Failure, ...]:
    """Each failure once, however many requests met it, without secrets."""
    failures: dict[tuple[str, str, str], Failure] = {}
    missing = planned.missing if planned.drafts else planned.missing or planned.absent_models
    for failure in [*missing, *(o.failure for o in outcomes if o.failure)]:
        clean = replace(failure, reason=screening.redact(failure.reason), answer=screening.redact(failure.answer))
        failures.setdefault((clean.backend, clean.kind, clean.reason), clean)
    return tuple(failures.values())


def _notes(order: Order, planned: Plan) -> tuple[str, ...]:
    """What the routing did that lok.toml does not say: another backend took over, or no model was at hand, so that
    nobody takes rules for a review by a model."""
    took_over = tuple(
        f"{way.task} went to {name}, {reason}"
        for way in planned.routes
        for name, reason in way.why.items()
        if name not in way.listed and not order.chosen and order.diff.files
    )
    models_asked = any(way.backends for way in planned.routes)
    if models_asked or order.chosen or not order.diff.files or not planned.analysers:
        return took_over
    absent = ", ".join(f"{failure.backend} {failure.kind}" for failure in planned.absent_models)
    named = " and ".join(planned.analysers)
    return (
        f"No LLM at hand ({absent or 'none is switched on'}): reviewed by {named} alone (fixed rules and secrets).",
    )
