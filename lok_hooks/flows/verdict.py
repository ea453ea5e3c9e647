"""The second half of the gate's flow: from the answers to the Review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lok_hooks.core.chunk import whole_files
from lok_hooks.core.diff import Diff, FileDiff, Hunk, Skipped, SkipReason
from lok_hooks.core.finding import OURS, SCREENING, Claim, Finding, Grounded
from lok_hooks.core.ground import ground, shows
from lok_hooks.core.judge import Author, AuthorKind, Evidence, decide
from lok_hooks.core.merge import merge
from lok_hooks.core.ports import Analysis, Answer, Failure, Reply, Request, Traits
from lok_hooks.core.prompts import Redact
from lok_hooks.core.reading import Unreadable
from lok_hooks.core.review import Asked, Coverage, Disposition, Judged, Review, Unreviewed
from lok_hooks.core.route import CHOSEN, reasons, why_alone
from lok_hooks.core.screen import Screening
from lok_hooks.core.task import Prompt
from lok_hooks.flows.examination import Case, Examination, Panel, examine
from lok_hooks.flows.planning import ANALYSIS, Headings, Plan, headings
from lok_hooks.flows.requests import each_once, total, unusable
from lok_hooks.flows.screening import Discretion, Secrets
from lok_hooks.flows.suppression import suppressed

if TYPE_CHECKING:
    from lok_hooks.flows.review import Means, Order

_ORDER: Final = list(Disposition)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What came of asking: the plan that was followed, how words about the code are told, what was `known` before,
    and each request with its answer. `hidden` gives the findings of hidden text."""

    planned: Plan
    discretion: Discretion
    known: Sequence[tuple[Request, tuple[Claim, ...]]]
    answers: Sequence[tuple[Request, Answer]]
    hidden: Callable[[], Sequence[Grounded]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    """A request with what came of it: claims, or the failure."""

    request: Request
    answer: Answer
    claims: tuple[Claim, ...]
    failure: Failure | None


def verdict(order: Order, means: Means, heard: Heard) -> Review:
    """The Review that the answers make, but for the seconds it took. Models are asked once more where findings are
    debated."""
    planned, discretion = heard.planned, heard.discretion
    screening = discretion.screening
    asked = [_read(request, answer, screening.redact) for request, answer in heard.answers]
    outcomes = [*(_remembered(*known) for known in heard.known), *asked]
    grounded = [_ground(claim, outcome.request, screening) for outcome in outcomes for claim in outcome.claims]
    secrets = () if _searched(outcomes) else secrets_on_added_lines(order.diff, means.secrets)
    merged = merge([*grounded, *heard.hidden(), *secrets])
    standing, spoken_for = suppressed(merged, order.diff, means.contents, order.dismissed)
    discretion = discretion.with_words(means.screen, standing)
    findings = tuple(map(discretion.finding, standing))
    examined = _examine(order, means, planned, findings, discretion.screening)
    judged = [
        decide(finding, _evidence(finding, outcomes), order.policy, examined.votes.get(number, ()), order.voices)
        for number, finding in enumerate(findings)
    ]
    found = Review(
        command=order.command,
        label=order.diff.label,
        judged=tuple(sorted(judged, key=_report_order)),
        coverage=_coverage(order, planned, outcomes),
        asked=_asked(order, planned, outcomes),
        failures=tuple(map(discretion.failure, _failures(planned, outcomes, examined))),
        policy=order.policy,
        notes=order.notes + _notes(order, planned, outcomes) + spoken_for + examined.notes,
        examined=examined.asked,
    )
    return discretion.told(found, means.screen, found.failures, found.notes)


def secrets_on_added_lines(diff: Diff, secrets: Secrets) -> list[Grounded]:
    """What `secrets` finds on the added lines, as findings in our own name."""
    prompts = (Prompt(task=ANALYSIS, text="", receipt="", chunk=chunk) for chunk in whole_files(diff.files))
    return [ground(claim, prompt.chunk) for prompt in prompts for claim in secrets(SCREENING, prompt)]


def _searched(outcomes: Sequence[_Outcome]) -> bool:
    """True when an embedded reviewer answered for everything, which makes findings of secrets itself."""
    answered: dict[str, bool] = {}
    for outcome in outcomes:
        if outcome.request.backend.traits.kind == "static":
            name = outcome.request.backend.name
            answered[name] = answered.get(name, True) and outcome.failure is None
    return any(answered.values())


def _examine(
    order: Order, means: Means, planned: Plan, findings: Sequence[Finding], screening: Screening
) -> Examination:
    """The debate on the findings, among the models at hand that the user's choice leaves."""
    absent = {failure.backend for failure in planned.absent_models}
    models = [
        backend
        for backend in means.backends
        if backend.traits.role == "model"
        and backend.name not in absent
        and (not order.chosen or backend.name in order.chosen)
    ]
    # A hunk may be cut elsewhere than in the review: nothing is shown that was not searched for secrets.
    screened = {text for _, text in headings(planned)}
    heading = Headings(means.contents)

    def enclosing(file: FileDiff, hunk: Hunk) -> str:
        return text if (text := heading(file, hunk)) in screened else ""

    case = Case(
        findings=findings,
        files=order.diff.files,
        policy=order.policy,
        enclosing=enclosing,
        screening=screening,
        screen=means.screen,
        key=means.key,
    )
    panel = Panel(models=models, ask_all=means.ask_all, listener=means.listener, deadline=means.deadline)
    return examine(case, panel)


def _read(request: Request, answer: Answer, redact: Redact) -> _Outcome:
    match answer:
        case Failure():
            return _Outcome(request=request, answer=answer, claims=(), failure=answer)
        case Analysis():
            return _Outcome(request=request, answer=answer, claims=answer.claims, failure=None)
        case Reply():
            from lok_hooks.core.answers import read_review  # pydantic: not before there is an answer

            claims = read_review(answer.text, request.prompt, request.backend.name)
            if not isinstance(claims, Unreadable):
                return _Outcome(request=request, answer=answer, claims=claims, failure=None)
            failure = unusable(answer, claims, redact)
            return _Outcome(request=request, answer=answer, claims=(), failure=failure)


def _remembered(request: Request, claims: tuple[Claim, ...]) -> _Outcome:
    answer = Reply(backend=request.backend.name, text="", seconds=0.0, is_remembered=True)
    return _Outcome(request=request, answer=answer, claims=claims, failure=None)


def _ground(claim: Claim, request: Request, screening: Screening) -> Grounded:
    found = ground(replace(claim, quote=screening.restore(claim.quote)), request.prompt.chunk)
    if not found.problem and request.backend.traits.role == "model" and screening.mentions_placeholder(claim):
        return replace(found, problem="it is about the placeholder that stands for a secret, not about the code")
    return found


def _evidence(finding: Finding, outcomes: Sequence[_Outcome]) -> Evidence:
    traits = {o.request.backend.name: o.request.backend.traits for o in outcomes}
    tasks = set(finding.tasks) - {ANALYSIS}
    reviewers = {
        outcome.request.backend.name
        for outcome in outcomes
        if outcome.failure is None
        and outcome.request.backend.traits.role == "model"
        and outcome.request.backend.traits.may_block
        and (not tasks or outcome.request.prompt.task in tasks)
        and shows(outcome.request.prompt.chunk, finding)
    }
    return Evidence(
        authors=tuple(
            Author(name=name, kind="analyser" if name in OURS else _kind(traits[name])) for name in finding.raised_by
        ),
        reviewers=len(reviewers),
    )


def _kind(traits: Traits) -> AuthorKind:
    if traits.role == "analyser":
        return "analyser"
    return "model" if traits.may_block else "weak model"


def _report_order(judged: Judged) -> tuple[object, ...]:
    finding = judged.finding
    return (
        _ORDER.index(judged.disposition),
        -finding.severity.order,
        finding.place.path,
        finding.place.line,
        finding.identity,
    )


def _coverage(order: Order, planned: Plan, outcomes: Sequence[_Outcome]) -> Coverage:
    """A file is reviewed when, for every task, some routed model answered for all its parts, and every analyser
    answered; with no model at hand the analysers alone must have."""
    put = {(o.request.prompt.task, p.file.path, p.file.ref) for o in outcomes for p in o.request.prompt.chunk.pieces}
    unreviewed = [left for file, left in planned.too_large if (left.task, file.path, file.ref) not in put]
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
        [way.task for way in planned.routes if way.passed_over]
        if order.chosen
        else [way.task for way in planned.routes if not way.backends]
    )
    absent = planned.missing or planned.absent_models
    reason = "; ".join(f"{failure.backend}: {failure.kind}" for failure in absent) or "no backend is switched on"
    return [
        Unreviewed(path=file.path, task=task, reason=reason)
        for task in wanted
        if task not in asked
        for file in order.diff.files
        if task not in order.only or file.path in order.only[task]
    ]


def _asked(order: Order, planned: Plan, outcomes: Sequence[_Outcome]) -> tuple[Asked, ...]:
    why = reasons(planned.routes)
    always = CHOSEN if order.chosen else _alone(order, planned) or "on every review"
    rows = []
    for name in dict.fromkeys(outcome.request.backend.name for outcome in outcomes):
        shares = [outcome for outcome in outcomes if outcome.request.backend.name == name]
        mine = [outcome for outcome in shares if not _is_remembered(outcome)]
        replies = [o.answer for o in mine if isinstance(o.answer, Reply)]
        rows.append(
            Asked(
                backend=name,
                tasks=tuple(dict.fromkeys(o.request.prompt.task for o in shares)),
                why=why.get(name, always),
                requests=len(mine),
                answered=sum(o.failure is None for o in mine),
                seconds=max((o.answer.seconds for o in mine), default=0.0),
                model=next((reply.model for reply in replies if reply.model), shares[0].request.backend.traits.model),
                tokens_in=total([reply.tokens_in for reply in replies]),
                tokens_out=total([reply.tokens_out for reply in replies]),
                remembered=_files_in([outcome for outcome in shares if _is_remembered(outcome)]),
            )
        )
    return tuple(rows)


def _is_remembered(outcome: _Outcome) -> bool:
    return isinstance(outcome.answer, Reply) and outcome.answer.is_remembered


def _files_in(outcomes: Sequence[_Outcome]) -> int:
    return len({(piece.file.path, piece.file.ref) for o in outcomes for piece in o.request.prompt.chunk.pieces})


def _failures(planned: Plan, outcomes: Sequence[_Outcome], examined: Examination) -> tuple[Failure, ...]:
    missing = planned.missing if planned.drafts else planned.missing or planned.absent_models
    return each_once([*missing, *(o.failure for o in outcomes if o.failure), *examined.failures])


def _alone(order: Order, planned: Plan) -> str:
    return why_alone(planned.routes, order.chosen, has_models=bool(planned.absent_models))


def _notes(order: Order, planned: Plan, outcomes: Sequence[_Outcome]) -> tuple[str, ...]:
    """That no model was at hand, so that nobody takes rules for a review by a model."""
    why = _alone(order, planned)
    answered = [outcome.request.backend.name for outcome in outcomes if outcome.failure is None]
    if not why or not planned.analysers:
        return ()
    return (f"{why}: reviewed by {' and '.join(answered)} alone" if answered else why,)
