"""Reviews to report on, each telling one story."""

from __future__ import annotations

from dataclasses import replace

from lok_hooks.core.debate import Ground, Round, Stance, Vote
from lok_hooks.core.diff import Skipped, SkipReason
from lok_hooks.core.finding import Finding, Place, Severity
from lok_hooks.core.ports import Failure, FailureKind
from lok_hooks.core.review import Asked, Coverage, Disposition, Judged, Policy, Review, Unreviewed

ALLOW = Policy(on_incomplete="allow", budget=60.0, debate=False)
BLOCK = Policy(on_incomplete="block", budget=300.0, debate=False)
CODEX = Asked(
    backend="codex",
    tasks=("hunt",),
    why="listed for hunt",
    requests=1,
    answered=1,
    seconds=6.2,
    model="gpt-5",
    tokens_in=1200,
    tokens_out=300,
)
GEMINI = Asked(
    backend="gemini",
    tasks=("audit",),
    why="listed for audit",
    requests=1,
    answered=1,
    seconds=4.14,
)
COVERAGE = Coverage(reviewed=("app/cache.py", "app/db.py", "app/views.py"), changed_lines=41)
LOCK_FILE = Skipped(path="package-lock.json", reason=SkipReason.LOCK_FILE)
ALONE = "no LLM at hand (lok doctor says why)"
STATIC_NOTE = f"{ALONE}: reviewed by static alone"


def finding(
    title: str = "SQL built from user input",
    *,
    identity: str = "7f3a91c2d4e5f607",
    path: str = "app/db.py",
    line: int = 42,
    end_line: int = 42,
    severity: Severity = Severity.HIGH,
    category: str = "sql-injection",
    cwe: str = "CWE-89",
    why: str = "a quote in `name` (from the request) ends the string",
    fix: str = 'db.execute("select * from users where name = ?", (name,))',
    quote: str = "return db.execute(f\"select * from users where name = '{name}'\")",
    first: int = 41,
    code: tuple[str, ...] = (
        "def user(name):",
        "    return db.execute(f\"select * from users where name = '{name}'\")",
    ),
    removed: tuple[str, ...] = (),
    raised_by: tuple[str, ...] = ("codex", "gemini"),
) -> Finding:
    """A finding in app/db.py, or whatever is changed about it."""
    place = Place(
        path=path, ref="", line=line, end_line=end_line, touches_change=True, first=first, code=code, removed=removed
    )
    return Finding(
        identity=identity,
        place=place,
        severity=severity,
        category=category,
        cwe=cwe,
        title=title,
        why=why,
        fix=fix,
        quote=quote,
        tasks=("hunt",),
        raised_by=raised_by,
    )


def judged(
    found: Finding,
    disposition: Disposition = Disposition.CONFIRMED,
    reason: str = "raised independently by 2",
) -> Judged:
    """A finding and what became of it."""
    return Judged(finding=found, disposition=disposition, reason=reason)


def stale_entry() -> Judged:
    """An advisory: one reviewer of two raised it."""
    found = finding(
        "possible stale entry",
        identity="c01d5e2f00112233",
        path="app/cache.py",
        line=17,
        end_line=19,
        category="stale-cache",
        cwe="",
        severity=Severity.HIGH,
        raised_by=("codex",),
    )
    return judged(found, Disposition.UNCONFIRMED, "raised by 1 of 2 reviewers, 2 are needed")


def review(
    *found: Judged,
    command: str = "lok-hunt",
    label: str = "staged changes",
    coverage: Coverage = COVERAGE,
    asked: tuple[Asked, ...] = (CODEX,),
    failures: tuple[Failure, ...] = (),
    policy: Policy = ALLOW,
    notes: tuple[str, ...] = (),
    examined: tuple[Asked, ...] = (),
) -> Review:
    """A review of three files that codex answered."""
    return Review(
        command=command,
        label=label,
        judged=found,
        coverage=coverage,
        asked=asked,
        failures=failures,
        policy=policy,
        notes=notes,
        seconds=6.4,
        examined=examined,
    )


def clean() -> Review:
    """Everything reviewed, nothing found."""
    return review()


def refused() -> Review:
    """One confirmed finding, one advisory, a lock file left out."""
    return review(
        stale_entry(),
        judged(finding()),
        coverage=replace(COVERAGE, skipped=(LOCK_FILE,)),
        asked=(CODEX, GEMINI),
    )


def advisory() -> Review:
    """Nothing confirmed."""
    low = finding(
        "name shadows a builtin",
        identity="00aa11bb22cc33dd",
        path="app/views.py",
        line=3,
        end_line=3,
        severity=Severity.LOW,
        category="style",
        cwe="",
        raised_by=("static",),
    )
    below = judged(low, Disposition.BELOW, "low, and only high or worse blocks")
    return review(below, stale_entry())


def _timed_out() -> tuple[Coverage, tuple[Asked, ...], tuple[Failure, ...]]:
    reason = "codex: timed out"
    coverage = Coverage(
        reviewed=("app/views.py",),
        unreviewed=(
            Unreviewed(path="app/cache.py", task="hunt", reason=reason),
            Unreviewed(path="app/db.py", task="hunt", reason=reason),
        ),
        changed_lines=41,
    )
    asked = (replace(CODEX, requests=2, seconds=60.0),)
    failure = Failure(
        backend="codex",
        kind=FailureKind.TIMED_OUT,
        reason="no answer within 60 s",
        advice="raise the budget (--budget SECONDS) or see [backends.codex] timeout",
        seconds=60.0,
    )
    return coverage, asked, (failure,)


def incomplete_allowed() -> Review:
    """codex did not answer for two files, and the commit goes on."""
    coverage, asked, failures = _timed_out()
    return review(coverage=coverage, asked=asked, failures=failures)


def incomplete_blocked() -> Review:
    """The same at the push gate, which blocks."""
    coverage, asked, failures = _timed_out()
    return review(
        command="lok-audit",
        label="feature to origin",
        coverage=coverage,
        asked=asked,
        failures=failures,
        policy=BLOCK,
    )


def nothing_staged() -> Review:
    """No change at all."""
    return review(coverage=Coverage(), asked=())


def all_left_out() -> Review:
    """Changes, but every one of them left out."""
    image = Skipped(path="logo.png", reason=SkipReason.BINARY, detail="2.1 MB")
    return review(coverage=Coverage(skipped=(LOCK_FILE, image)), asked=())


def static_only() -> Review:
    """No model at hand: the embedded analysers alone, and nothing found."""
    static = Asked(backend="static", tasks=("analysis",), why=ALONE, requests=1, answered=1, seconds=0.21)
    return review(asked=(static,), notes=(STATIC_NOTE,))


def examined(name: str, seconds: float = 4.1, answered: int = 1) -> Asked:
    """One examiner's share of a debate."""
    return Asked(
        backend=name,
        tasks=("cross-examination",),
        why="to cross-examine",
        requests=1,
        answered=answered,
        seconds=seconds,
    )


def vote(voter: str, stance: Stance, reason: str = "", quote: str = "", **more: object) -> Vote:
    """A vote of the first round."""
    return replace(Vote(voter=voter, stance=stance, reason=reason, quote=quote), **more)  # type: ignore[arg-type]


def debated() -> Review:
    """One finding that two others confirmed, and one that they refuted."""
    true = replace(
        judged(replace(finding(), raised_by=("codex",)), reason="confirmed by claude, gemini"),
        votes=(
            vote("claude", Stance.CONFIRM, "`name` comes from the request", "def user(name):"),
            vote("gemini", Stance.CONFIRM, "nothing escapes it"),
        ),
    )
    wrong = replace(
        stale_entry(),
        disposition=Disposition.REFUTED,
        reason="refuted by claude, gemini",
        votes=(
            vote("claude", Stance.CONFIRM, "looks so"),
            vote("gemini", Stance.REFUTE, "invalidated on write, line 23", "cache.drop(key)", ground=Ground.HANDLED),
            vote(
                "claude",
                Stance.REFUTE,
                "the other is right: it is dropped before the next read can see it",
                "cache.drop(key)",
                round=Round.REBUTTAL,
            ),
            vote("gemini", Stance.UNSURE, "hm", "nowhere()", round=Round.REBUTTAL, doubt="the code is not there"),
        ),
    )
    return review(true, wrong, examined=(examined("claude", 6.0), examined("gemini", 4.1)))


def self_examined() -> Review:
    """Only one model at hand, which stands by what it found."""
    found = replace(
        judged(replace(finding(), raised_by=("codex",)), reason="self-examined; confirmed by codex"),
        votes=(vote("codex", Stance.CONFIRM, "yes", is_self=True),),
    )
    alone = "to examine itself (alone at hand)"
    return review(found, examined=(replace(examined("codex", 3.0), why=alone),))
