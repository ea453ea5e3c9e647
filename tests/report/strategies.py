"""Any review at all, with the texts that outsiders could put into it."""

from __future__ import annotations

from hypothesis import strategies as st

from lok_hooks.core.debate import Ground, Round, Stance, Vote
from lok_hooks.core.diff import Skipped, SkipReason
from lok_hooks.core.finding import Finding, Place, Severity
from lok_hooks.core.ports import Failure, FailureKind
from lok_hooks.core.review import Asked, Coverage, Disposition, Judged, Policy, Review, Unreviewed
from tests.report.nasty import NASTY

# Surrogates too: undecodable bytes come into Python strings as lone ones.
anything = st.text(max_size=40)
texts = st.one_of(
    anything, st.sampled_from(sorted(NASTY.values())), st.text("ab \n\t`|[](){}<>*_#@:\x1b\ud800", max_size=60)
)
names = st.one_of(st.sampled_from(("codex", "gemini", "claude", "static")), texts)
paths = st.one_of(st.sampled_from(("app/db.py", "a b/ü.py", "/abs/x", "//host/x", "c:/x", "..")), texts.filter(bool))
lines = st.integers(min_value=-3, max_value=10_000)
seconds = st.floats(min_value=0, max_value=10_000, allow_nan=False)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """A finding anywhere, outside the diff included."""
    line = draw(lines)
    place = Place(
        path=draw(paths),
        ref=draw(st.one_of(st.just(""), texts)),
        line=line,
        end_line=draw(st.one_of(st.just(line), lines)),
        touches_change=draw(st.booleans()),
        first=draw(st.one_of(st.just(max(0, line - 1)), st.integers(min_value=0, max_value=50))),
        code=tuple(draw(st.lists(texts, max_size=14))),
    )
    return Finding(
        identity=draw(st.text("0123456789abcdef", min_size=16, max_size=16)),
        place=place,
        severity=draw(st.sampled_from(Severity)),
        category=draw(texts),
        cwe=draw(st.one_of(st.just(""), texts)),
        title=draw(texts),
        why=draw(texts),
        fix=draw(texts),
        quote=draw(texts),
        tasks=tuple(draw(st.lists(names, max_size=2))),
        raised_by=tuple(draw(st.lists(names, max_size=3))),
        is_proof=draw(st.booleans()),
        problem=draw(st.one_of(st.just(""), texts)),
        suppression=draw(st.one_of(st.just(""), texts)),
    )


votes = st.builds(
    Vote,
    voter=names,
    stance=st.sampled_from(Stance),
    reason=texts,
    quote=texts,
    ground=st.one_of(st.none(), st.sampled_from(Ground)),
    round=st.sampled_from(Round),
    is_self=st.booleans(),
    is_weak=st.booleans(),
    doubt=texts,
)
judgements = st.builds(
    Judged,
    finding=findings(),
    disposition=st.sampled_from(Disposition),
    reason=texts,
    votes=st.lists(votes, max_size=3).map(tuple),
)
coverages = st.builds(
    Coverage,
    reviewed=st.lists(paths, max_size=3).map(tuple),
    skipped=st.lists(st.builds(Skipped, path=paths, reason=st.sampled_from(SkipReason), detail=texts), max_size=7).map(
        tuple
    ),
    unreviewed=st.lists(st.builds(Unreviewed, path=paths, task=names, reason=texts), max_size=7).map(tuple),
    changed_lines=st.integers(min_value=0, max_value=10_000),
)
askings = st.builds(
    Asked,
    backend=names,
    tasks=st.lists(names, max_size=2).map(tuple),
    why=texts,
    requests=st.integers(min_value=0, max_value=9),
    answered=st.integers(min_value=0, max_value=9),
    seconds=seconds,
    model=texts,
    tokens_in=st.one_of(st.none(), st.integers(min_value=0, max_value=10**6)),
    tokens_out=st.one_of(st.none(), st.integers(min_value=0, max_value=10**6)),
)
failures = st.builds(
    Failure, backend=names, kind=st.sampled_from(FailureKind), reason=texts, advice=texts, seconds=seconds
)
policies = st.builds(
    Policy,
    fail_on=st.sampled_from(Severity),
    quorum=st.integers(min_value=1, max_value=4),
    debate=st.booleans(),
    on_incomplete=st.sampled_from(("allow", "block")),
    budget=st.one_of(st.none(), seconds),
)
reviews = st.builds(
    Review,
    command=st.sampled_from(("lok-hunt", "lok-audit", "lok-review")),
    label=texts,
    judged=st.lists(judgements, max_size=4).map(tuple),
    coverage=coverages,
    asked=st.lists(askings, max_size=3).map(tuple),
    failures=st.lists(failures, max_size=3).map(tuple),
    policy=policies,
    notes=st.lists(texts, max_size=2).map(tuple),
    seconds=seconds,
    examined=st.lists(askings, max_size=2).map(tuple),
)
