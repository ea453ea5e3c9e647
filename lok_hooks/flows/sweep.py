"""Looking for defects in a directory: a task and the directory's files in, a Sweep out.

Models that can look around are asked each question of the task once and look for themselves; those that cannot (plain
HTTP servers) are shown the files, as if all of them were new. Either way a finding counts only where its quote stands
in a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from lok_hooks.core.answers import Explored, read_exploration, read_review
from lok_hooks.core.chunk import whole
from lok_hooks.core.diff import NO_FILES, Diff
from lok_hooks.core.finding import OURS, Claim, Finding, Grounded, Place
from lok_hooks.core.ground import ground
from lok_hooks.core.merge import merge
from lok_hooks.core.ports import Analysis, Answer, Failure, Reply, Request
from lok_hooks.core.prompts import Redact, reformat_prompt
from lok_hooks.core.reading import Unreadable
from lok_hooks.core.review import Asked
from lok_hooks.core.route import reasons
from lok_hooks.core.screen import Screening
from lok_hooks.core.sweep import Sweep, Unanswered, named_path, names_any, ranked
from lok_hooks.core.task import Chunk, Task
from lok_hooks.flows.requests import each_once, total, unusable
from lok_hooks.flows.screening import Discreet, Discretion, widened
from lok_hooks.flows.suppression import unsuppressed
from lok_hooks.flows.sweep_planning import (
    CANNOT_LOOK,
    Files,
    SweepMeans,
    SweepOrder,
    SweepPlan,
    plan_sweep,
    taken_over,
)

_NOT_THERE: Final = "the file it names is not among those of the directory"
_PLACEHOLDER: Final = "it is about the placeholder that stands for a secret, not about the code"
_LOOKED_AT_NOTHING: Final = "it names no file of the directory that it has read"
_NOT_QUOTED: Final = "the code it quotes does not stand in the file"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    """A request with what came of it. `question` is the place of what it asked in the task, None for all of it; `read`
    the files its author says it read; `problem` what is wrong with an answer that came."""

    request: Request
    question: int | None
    answer: Answer
    claims: tuple[Claim, ...] = ()
    read: tuple[str, ...] = ()
    failure: Failure | None = None
    problem: Unreadable | None = None


def sweep(order: SweepOrder, means: SweepMeans) -> Sweep:
    """Asks all questions of `order.task` and grounds what comes back.

    Backends that fail become failures in the Sweep, and what they left unanswered goes to the next best that is at
    hand; a question that nobody answered is told in `unanswered`.
    """
    crew = means.crew
    started = crew.now()
    planned = plan_sweep(order, means)
    outcomes = _ask(order, planned, means)
    while crew.deadline.remaining() > 0 and (unheard := _open(order.task, outcomes)):
        more = taken_over(order, means, planned, unheard, _reasons(_about(unheard, outcomes)))
        if more is None:
            break
        planned, outcomes = more, outcomes + _ask(order, more, means)
    known = widened(planned.screening, means.screen, NO_FILES)
    grounded = [_grounded(claim, order, means.files, known) for outcome in outcomes for claim in outcome.claims]
    left, suppressed = unsuppressed(merge(grounded, order.below), means.files.file, order.dismissed)
    discretion = Discretion(screening=_screening(grounded, planned, means), knowing=_knowing(means))
    discretion = discretion.with_words(means.screen, left)
    findings = tuple(map(discretion.finding, left))
    failures = each_once([*planned.missing, *(outcome.failure for outcome in outcomes if outcome.failure)])
    read = {named_path(name, order.root) for outcome in outcomes for name in outcome.read}
    found = Sweep(
        command=order.command,
        label=order.label,
        found=ranked([finding for finding in findings if not finding.problem]),
        ungrounded=ranked(_without_repeats([finding for finding in findings if finding.problem])),
        files=len(means.files.paths),
        read=tuple(path for path in means.files.paths if path in read),
        skipped=tuple((planned.shown or means.files).skipped),
        asked=_asked(planned, outcomes),
        failures=tuple(map(discretion.failure, failures)),
        unanswered=_unanswered(order, planned, outcomes),
        fail_on=order.fail_on,
        notes=order.notes + planned.notes + suppressed,
        seconds=crew.now() - started,
        below=order.below,
    )
    names = (found.label, found.read, found.skipped)
    return discretion.told(found, means.screen, names, found.failures, found.notes)


def _ask(order: SweepOrder, planned: SweepPlan, means: SweepMeans) -> list[_Outcome]:
    """Every answer read; those in the wrong form are asked for once more, all together."""
    discretion = Discretion(screening=planned.screening, knowing=_knowing(means))
    crew = replace(means.crew, listener=Discreet(means.crew.listener, discretion, means.screen))
    for question, request in planned.asked:
        name = "" if question is None else order.task.aspects[question].name
        crew.listener.noted(f"{request.backend.name} · {name}\n{request.prompt.text}".rstrip())
    answers = crew.ask_all([request for _, request in planned.asked], crew.deadline, crew.listener)
    outcome_of = partial(_outcome, order, means.files, planned.screening.redact)
    outcomes = [
        outcome_of(question, request, answer)
        for (question, request), answer in zip(planned.asked, answers, strict=True)
    ]
    again = [index for index, outcome in enumerate(outcomes) if _is_mendable(outcome)]
    if not again or crew.deadline.remaining() <= 0:
        return outcomes
    requests = [_reformatting(outcomes[index], planned.screening, means) for index in again]
    for index, request, answer in zip(
        again, requests, crew.ask_all(requests, crew.deadline, crew.listener), strict=True
    ):
        second = outcome_of(outcomes[index].question, request, answer)
        if second.failure is None:
            outcomes[index] = second
    return outcomes


def _outcome(
    order: SweepOrder, files: Files, redact: Redact, question: int | None, request: Request, answer: Answer
) -> _Outcome:
    made = _Outcome(request=request, question=question, answer=answer)
    match answer:
        case Failure():
            return replace(made, failure=answer)
        case Analysis():
            return replace(made, claims=answer.claims)
        case Reply():
            return _read(made, answer, redact, order, files)


def _read(made: _Outcome, reply: Reply, redact: Redact, order: SweepOrder, files: Files) -> _Outcome:
    prompt, name = made.request.prompt, made.request.backend.name
    if prompt.chunk.pieces:
        claims = read_review(reply.text, prompt, name)
        if not isinstance(claims, Unreadable):
            return replace(made, claims=claims, read=prompt.chunk.paths)
        return replace(made, problem=claims, failure=unusable(reply, claims, redact))
    explored = read_exploration(reply.text, prompt, name)
    if isinstance(explored, Explored) and files.paths and not _has_looked(explored, order, files):
        explored = Unreadable(reason=_LOOKED_AT_NOTHING, mendable=False)
    if not isinstance(explored, Unreadable):
        return replace(made, claims=explored.claims, read=explored.files)
    return replace(made, problem=explored, failure=unusable(reply, explored, redact))


def _has_looked(explored: Explored, order: SweepOrder, files: Files) -> bool:
    """Whether the answer names a file that is there: who could read none has found nothing, and has not looked."""
    said = (*explored.files, *(claim.file for claim in explored.claims))
    return names_any([named_path(name, order.root) for name in said], files.paths)


def _is_mendable(outcome: _Outcome) -> bool:
    return outcome.problem is not None and outcome.problem.mendable


def _reformatting(outcome: _Outcome, screening: Screening, means: SweepMeans) -> Request:
    answer = outcome.failure.answer if outcome.failure else ""
    answer = widened(screening, means.screen, NO_FILES, (answer,)).redact(answer)
    problem = outcome.problem.reason if outcome.problem else ""
    return replace(outcome.request, prompt=reformat_prompt(outcome.request.prompt, answer, problem))


def _grounded(claim: Claim, order: SweepOrder, files: Files, screening: Screening) -> Grounded:
    named = replace(claim, file=named_path(claim.file, order.root), quote=screening.restore(claim.quote))
    file = files.file(named.file)
    if file is None or not file.hunks:
        place = Place(path=named.file, ref="", line=claim.line, end_line=claim.end_line, touches_change=False)
        return Grounded(claim=named, place=place, problem=_NOT_THERE)
    found = ground(named, Chunk(pieces=(whole(file),)))
    if found.problem:
        return replace(found, problem=_NOT_QUOTED) if claim.quote.strip() else found
    if not claim.is_proof and screening.mentions_placeholder(claim):
        return replace(found, problem=_PLACEHOLDER)
    return found


def _without_repeats(findings: Sequence[Finding]) -> list[Finding]:
    """Each once: a model asked several questions may make the same false claim for each."""
    return list({(f.identity, f.place.line, f.title, f.raised_by): f for f in findings}.values())


def _knowing(means: SweepMeans) -> frozenset[str]:
    """Those who look into the files themselves: all but models that are shown them."""
    everybody = (*means.crew.backends, *means.analysers)
    return OURS.union(backend.name for backend in everybody if backend.traits.kind not in CANNOT_LOOK)


def _screening(grounded: Sequence[Grounded], planned: SweepPlan, means: SweepMeans) -> Screening:
    """The secrets that were kept from models, whose placeholders they may have written, and those of every file that
    the report quotes."""
    named = dict.fromkeys(item.place.path for item in grounded)
    quoted = Diff(label="", files=tuple(file for path in named if (file := means.files.file(path))))
    return widened(planned.screening, means.screen, quoted)


def _unanswered(order: SweepOrder, planned: SweepPlan, outcomes: Sequence[_Outcome]) -> tuple[Unanswered, ...]:
    """Questions without any answer; none where the user named analysers alone, and one of them looked."""
    if not planned.way.backends:
        if order.chosen and not planned.missing and any(outcome.failure is None for outcome in outcomes):
            return ()
        reason = "; ".join(f"{failure.backend}: {failure.kind}" for failure in planned.missing) or "no model at hand"
        return tuple(Unanswered(question=aspect.name, reason=reason) for aspect in order.task.aspects)
    return tuple(
        Unanswered(question=order.task.aspects[place].name, reason=_reasons(_about([place], outcomes)))
        for place in _open(order.task, outcomes)
    )


def _open(task: Task, outcomes: Sequence[_Outcome]) -> list[int]:
    """The places of the questions that no model answered. One that was shown the files answered all of them once it
    answered for each part."""
    models = [outcome for outcome in outcomes if outcome.request.backend.traits.role == "model"]
    shown: dict[str, bool] = {}
    for outcome in models:
        if outcome.question is None:
            name = outcome.request.backend.name
            shown[name] = shown.get(name, True) and outcome.failure is None
    if any(shown.values()):
        return []
    answered = {outcome.question for outcome in models if outcome.failure is None}
    return [place for place in range(len(task.aspects)) if place not in answered]


def _about(questions: Sequence[int], outcomes: Sequence[_Outcome]) -> list[_Outcome]:
    """What models made of the questions at these places."""
    return [
        outcome
        for outcome in outcomes
        if outcome.request.backend.traits.role == "model"
        and (outcome.question is None or outcome.question in questions)
    ]


def _reasons(outcomes: Sequence[_Outcome]) -> str:
    told = dict.fromkeys(f"{o.failure.backend}: {o.failure.kind}" for o in outcomes if o.failure)
    return "; ".join(told) or "there is no file to show"


def _asked(planned: SweepPlan, outcomes: Sequence[_Outcome]) -> tuple[Asked, ...]:
    why = reasons([planned.way])
    rows = []
    for name in dict.fromkeys(outcome.request.backend.name for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.request.backend.name == name]
        replies = [outcome.answer for outcome in mine if isinstance(outcome.answer, Reply)]
        rows.append(
            Asked(
                backend=name,
                tasks=tuple(dict.fromkeys(outcome.request.prompt.task for outcome in mine)),
                why=why.get(name, planned.why_analysers),
                requests=len(mine),
                answered=sum(outcome.failure is None for outcome in mine),
                seconds=max(outcome.answer.seconds for outcome in mine),
                model=next((r.model for r in replies if r.model), mine[0].request.backend.traits.model),
                tokens_in=total([reply.tokens_in for reply in replies]),
                tokens_out=total([reply.tokens_out for reply in replies]),
            )
        )
    return tuple(rows)
