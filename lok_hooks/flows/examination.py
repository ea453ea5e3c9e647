"""The debate on findings: what could block is put before those who did not raise it, and their votes are gathered.

Nothing is asked when nothing could block. A round is one batch per examiner, all at once; a later one is begun only
while there is time. Who fails, is late or cannot be read has no vote, and what it said in an earlier round stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lok_hooks.core.chunk import Enclosing
from lok_hooks.core.debate import Round, Stance, Vote, examiners, is_disputed, standing
from lok_hooks.core.diff import FileDiff
from lok_hooks.core.examination import Batch, Dossier, batches, examination_prompt
from lok_hooks.core.finding import Finding
from lok_hooks.core.judge import is_candidate
from lok_hooks.core.ports import Answer, AskAll, Backend, Deadline, Failure, Listener, Reply, Request
from lok_hooks.core.reading import Unreadable
from lok_hooks.core.review import Asked, Policy
from lok_hooks.core.route import Candidate
from lok_hooks.core.screen import Screening
from lok_hooks.core.votes import MISSING, Ballot, read_ballots, votes_of
from lok_hooks.flows.requests import told, total, unusable
from lok_hooks.flows.screening import Screen, with_unshown


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is debated: the merged findings of a review, the changed files they are about, and what prompts need.
    `screen` finds the secrets that only votes say. `key` is the repository's own, for marks that no text of the change
    can hold."""

    findings: Sequence[Finding]
    files: Sequence[FileDiff]
    policy: Policy
    enclosing: Enclosing
    screening: Screening
    screen: Screen
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Who can examine (models that are at hand), and the ports to ask them."""

    models: Sequence[Backend]
    ask_all: AskAll
    listener: Listener
    deadline: Deadline


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What came of a debate: all votes on each finding, by its number; who was asked; who failed; what the reader must
    know."""

    votes: Mapping[int, tuple[Vote, ...]] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Heard:
    """A request with what came of it: a vote on each finding of its batch, by number, or the failure."""

    request: Request
    batch: Batch
    answer: Answer
    votes: Mapping[int, Vote]
    failure: Failure | None


def examine(case: Case, panel: Panel) -> Examination:
    """Debates the findings that could block. Asks nobody when there are none, or nobody who may say no to them."""
    by_name = {model.name: model for model in panel.models}
    candidates = [Candidate(name=model.name, traits=model.traits) for model in panel.models]
    put = {
        number: who
        for number, finding in enumerate(case.findings)
        if is_candidate(finding, case.policy)
        and _is_shown(case, finding)
        and (who := examiners(finding, candidates, case.policy.examination.reviewers))
    }
    heard: list[_Heard] = []
    first: dict[str, list[Dossier]] = {}
    for number, names in put.items():
        for name in names:
            first.setdefault(name, []).append(Dossier(number=number, finding=case.findings[number]))
    heard += _round(Round.CROSS_EXAMINATION, first, case, panel, by_name)
    rebuttals = _rebuttals(case, heard) if case.policy.examination.rounds > 1 else {}
    rebutted = _round(Round.REBUTTAL, rebuttals, case, panel, by_name)
    heard += rebutted
    disputed = _last_words(case, heard)
    judge = case.policy.examination.judge
    judged = _round(Round.JUDGE, disputed, case, panel, by_name) if judge in by_name else []
    heard += judged
    votes = _votes(heard)
    is_over = panel.deadline.remaining() <= 0
    unasked = [] if rebutted else [*rebuttals.values()]
    unasked += [] if judged or judge not in by_name else disputed.values()
    return Examination(
        votes=votes,
        asked=_asked(heard),
        failures=tuple(each.failure for each in heard if each.failure),
        notes=_notes(put, votes, heard, is_over=is_over)
        + _cut_short(unasked if is_over else [])
        + tuple(f"{name} is not at hand to judge what is disputed" for name in disputed if name not in ("", *by_name)),
    )


def _cut_short(dossiers: Sequence[Sequence[Dossier]]) -> tuple[str, ...]:
    """That disputed findings were not debated to their end, given what nobody was asked about."""
    count = len({dossier.number for mine in dossiers for dossier in mine})
    what = "1 disputed finding" if count == 1 else f"{count:,} disputed findings"
    return (
        (f"the time was over before {what} could be debated to the end: judged by the votes so far",) if count else ()
    )


def _is_shown(case: Case, finding: Finding) -> bool:
    """True when the finding's file may be shown to models."""
    place = finding.place
    return any((file.path, file.ref) == (place.path, place.ref) and not file.held_back for file in case.files)


def _round(
    round_: Round, dossiers: Mapping[str, Sequence[Dossier]], case: Case, panel: Panel, by_name: Mapping[str, Backend]
) -> list[_Heard]:
    """Asks each examiner about its dossiers, all at once; nobody when the time is over."""
    if not dossiers or panel.deadline.remaining() <= 0:
        return []
    asked: list[tuple[Batch, Request]] = []
    for name, mine in dossiers.items():
        backend = by_name[name]
        made = batches(round_, mine, case.files, backend.traits.max_prompt_bytes, case.enclosing)
        for number, batch in enumerate(made, 1):
            prompt = examination_prompt(batch, case.screening.redact, case.key)
            asked.append((batch, Request(backend=backend, prompt=prompt, part=f"{number}/{len(made)}")))
    requests = [request for _, request in asked]
    for request in requests:
        panel.listener.noted(told(request))
    answers = panel.ask_all(requests, panel.deadline, panel.listener) if requests else []
    return [_hear(batch, request, answer, case) for (batch, request), answer in zip(asked, answers, strict=True)]


def _hear(batch: Batch, request: Request, answer: Answer, case: Case) -> _Heard:
    failure = answer if isinstance(answer, Failure) else None
    votes: Mapping[int, Vote] = {}
    if isinstance(answer, Reply):
        ballots = read_ballots(answer.text, request.prompt)
        if isinstance(ballots, Unreadable):
            failure = unusable(answer, ballots, case.screening.redact)
        else:
            backend, said = request.backend, _told(ballots, request.prompt.text, case)
            votes = votes_of(said, batch, backend.name, is_weak=not backend.traits.may_block)
    return _Heard(request=request, batch=batch, answer=answer, votes=votes, failure=failure)


def _told(ballots: Sequence[Ballot], shown: str, case: Case) -> list[Ballot]:
    """The ballots without secrets, also those that their author was not shown. A quote was copied out of the redacted
    text and is looked for in the code."""
    texts = [text for ballot in ballots for text in (ballot.reason, ballot.quote)]
    redact = with_unshown(case.screening, case.screen, texts, shown).redact
    return [
        replace(ballot, reason=redact(ballot.reason), quote=case.screening.restore(redact(ballot.quote)))
        for ballot in ballots
    ]


def _votes(heard: Iterable[_Heard]) -> dict[int, tuple[Vote, ...]]:
    """All votes by finding. Who leaves a claim out of a later answer has said nothing new about it."""
    votes: dict[int, list[Vote]] = {}
    for each in heard:
        for number, vote in each.votes.items():
            if each.batch.round is Round.CROSS_EXAMINATION or vote.doubt != MISSING:
                votes.setdefault(number, []).append(vote)
    return {number: tuple(given) for number, given in votes.items()}


def _rebuttals(case: Case, heard: Sequence[_Heard]) -> dict[str, list[Dossier]]:
    """For each voter on a disputed finding: its own vote and those that say the opposite."""
    dossiers: dict[str, list[Dossier]] = {}
    for number, votes in _votes(heard).items():
        if not is_disputed(votes):
            continue
        counted = standing(votes)
        for own in counted:
            others = tuple(v for v in counted if v.stance not in (Stance.UNSURE, own.stance))
            dossier = Dossier(number=number, finding=case.findings[number], own=own, others=others)
            dossiers.setdefault(own.voter, []).append(dossier)
    return dossiers


def _last_words(case: Case, heard: Sequence[_Heard]) -> dict[str, list[Dossier]]:
    """For the judge: what is disputed even now, but for what it raised itself."""
    judge = case.policy.examination.judge
    dossiers = [
        Dossier(
            number=number,
            finding=case.findings[number],
            others=tuple(v for v in standing(votes) if v.stance is not Stance.UNSURE and v.voter != judge),
        )
        for number, votes in _votes(heard).items()
        if is_disputed(votes) and judge not in case.findings[number].raised_by
    ]
    return {judge: dossiers} if dossiers else {}


def _asked(heard: Sequence[_Heard]) -> tuple[Asked, ...]:
    rows = []
    for name in sorted({each.request.backend.name for each in heard}):
        mine = [each for each in heard if each.request.backend.name == name]
        replies = [each.answer for each in mine if isinstance(each.answer, Reply)]
        rounds = tuple(dict.fromkeys(each.batch.round for each in mine))
        own = all(name in d.finding.raised_by for each in mine for d in each.batch.dossiers)
        rows.append(
            Asked(
                backend=name,
                tasks=tuple(map(str, rounds)),
                why="to examine itself (alone at hand)" if own else "to cross-examine",
                requests=len(mine),
                answered=sum(each.failure is None for each in mine),
                remembered=len({path for e in mine if _is_remembered(e.answer) for path in e.batch.chunk.paths}),
                # Rounds follow one another, requests of one round run together.
                seconds=sum(max(e.answer.seconds for e in mine if e.batch.round is round_) for round_ in rounds),
                model=next((reply.model for reply in replies if reply.model), mine[0].request.backend.traits.model),
                tokens_in=total([reply.tokens_in for reply in replies]),
                tokens_out=total([reply.tokens_out for reply in replies]),
            )
        )
    return tuple(rows)


def _is_remembered(answer: Answer) -> bool:
    return isinstance(answer, Reply) and answer.is_remembered


def _notes(
    put: Mapping[int, Sequence[str]],
    votes: Mapping[int, Sequence[Vote]],
    heard: Sequence[_Heard],
    *,
    is_over: bool,
) -> tuple[str, ...]:
    """That findings which should have been examined were not, by anybody whose word counts."""
    missed = [number for number in put if all(vote.is_weak for vote in votes.get(number, ()))]
    if not missed:
        return ()
    failed = sorted({f"{each.failure.backend}: {each.failure.kind}" for each in heard if each.failure})
    why = "; ".join(failed) or ("the time was over" if is_over else "no request can show it")
    what = "1 finding that could block" if len(missed) == 1 else f"{len(missed):,} findings that could block"
    return (f"no one examined {what} ({why}): judged as without debate",)
