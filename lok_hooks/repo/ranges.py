"""Which commits a push brings, and what `lok-review [BASE[...TIP]]` compares.

One rule keeps a push honest: a range starts at a commit that the remote is known to have, or at the empty tree.
A base that is older than need be shows too much; a base that the remote lacks would hide what is pushed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lok_hooks.errors import RepositoryError, UserError
from lok_hooks.repo.git import Repository

# `git push` writes four fields to a pre-push hook; only the first, the local side as typed, can hold spaces.
_PUSHED_LINE: Final = re.compile(r"(?P<local>.+) (?P<new>[0-9a-f]+) (?P<remote>\S+) (?P<old>[0-9a-f]+)")
_DEEPEN: Final = "this clone is shallow; run `git fetch --unshallow` (or `git fetch --deepen=100`) and try again"
_OBJECT_ID_LENGTHS: Final = frozenset({40, 64})
_DEFAULT_BRANCHES: Final = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Two trees to compare. `ref` is the pushed ref, "" when no push is under way. `base` and `tip` are full
    commit ids; a `base` of None is the empty tree. `label` reads like "main...feature" or "push of feature"."""

    ref: str
    base: str | None
    tip: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pushed:
    """What a push brings. `notes` are lines for the user: refs without anything to review, each with its reason,
    and what the hook runner did not tell us."""

    ranges: tuple[Range, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """One line of a pre-push hook's standard input."""

    local: str
    new: str
    remote: str
    old: str


def pushed(repository: Repository, lines: Sequence[str], remote: str) -> Pushed:
    """What raw git's pre-push hook was told on standard input; `remote` is the hook's first argument (a remote's
    name, or the URL when that was typed). Deletions and an empty input bring nothing.

    Raises RepositoryError for a malformed line and for a shallow history that hides where the push starts.
    """
    updates = [line for line in map(_parse, filter(str.strip, lines)) if not _is_null(line.new)]
    if not updates:
        return Pushed(ranges=())
    commits = _commits(repository, [oid for line in updates for oid in (line.new, line.old)])
    on_remote = _tracked(repository, remote) | {commit for line in updates if (commit := commits[line.old])}
    ranges: list[Range] = []
    notes: list[str] = []
    for line in updates:
        tip = commits[line.new]
        if tip is None:
            notes.append(_not_a_commit(repository, line.local, line.new))
            continue
        found = _brought(repository, line.local, tip, old=commits[line.old], on_remote=on_remote)
        ranges += found.ranges
        notes += found.notes
    return Pushed(ranges=_without_repeats(ranges), notes=tuple(notes))


def from_pre_commit(repository: Repository, environ: Mapping[str, str]) -> Pushed:
    """What pre-commit and prek tell a pre-push hook by `PRE_COMMIT_FROM_REF`, `_TO_REF`, `_LOCAL_BRANCH` and
    `_REMOTE_NAME` (they consume standard input themselves).

    Both announce the first ref only; when other local refs hold commits that the remote lacks, a note says so.
    When they announce nothing (a run by hand), the branch is compared as `branch(repository, None)` does.
    Raises RepositoryError as `pushed` does, and UserError as `branch` does.
    """
    spec = environ.get("PRE_COMMIT_TO_REF") or environ.get("PRE_COMMIT_LOCAL_BRANCH")
    if not spec:
        by_hand = branch(repository, None)
        return Pushed(ranges=(by_hand,), notes=(f"no push was announced, {by_hand.label} is reviewed instead",))
    ref = _printable(environ.get("PRE_COMMIT_LOCAL_BRANCH") or spec)
    start = environ.get("PRE_COMMIT_FROM_REF")
    commits = _commits(repository, [spec, *([start] if start else [])])
    tip = commits[spec]
    if tip is None:
        return Pushed(ranges=(), notes=(_not_a_commit(repository, ref, spec),))
    on_remote = _tracked(repository, environ.get("PRE_COMMIT_REMOTE_NAME", ""))
    found = _brought(repository, ref, tip, old=commits[start] if start else None, on_remote=on_remote)
    return Pushed(ranges=found.ranges, notes=found.notes + _unannounced(repository, tip, on_remote, environ))


def branch(repository: Repository, spec: str | None) -> Range:
    """What a review by hand compares: `BASE...TIP` from the merge-base, `BASE..TIP` directly, `BASE` alone as
    `BASE...HEAD`; an empty side is HEAD. None is HEAD against its upstream or, when that holds all of HEAD
    already, against the default branch.

    Raises RepositoryError for an unknown revision or when there is no merge-base, UserError when nothing was typed
    and there is neither upstream nor default branch.
    """
    if spec is None:
        return _unasked(repository)
    if ".." not in spec:
        return _since_fork(repository, spec, "HEAD")
    dots = "..." if "..." in spec else ".."
    base, _, tip = spec.partition(dots)
    if dots == "...":
        return _since_fork(repository, base or "HEAD", tip or "HEAD")
    return Range(ref="", base=repository.resolve(base or "HEAD"), tip=repository.resolve(tip or "HEAD"), label=spec)


def _parse(line: str) -> _Line:
    match = _PUSHED_LINE.fullmatch(line.rstrip("\n"))
    if match is None or not {len(match["new"]), len(match["old"])} <= _OBJECT_ID_LENGTHS:
        message = f"standard input is not what git tells a pre-push hook: {line.strip()!r}"
        raise RepositoryError(
            message, advice="install it as a pre-push hook, or use lok-review BASE...TIP to review a branch by hand"
        )
    return _Line(local=_printable(match["local"]), new=match["new"], remote=match["remote"], old=match["old"])


def _printable(ref: str) -> str:
    """Undecodable bytes of a ref's name (surrogates here) as `\\xNN`: it is shown, never looked up."""
    return ref.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_null(oid: str) -> bool:
    return not oid.strip("0")


def _commits(repository: Repository, revisions: Sequence[str]) -> dict[str, str | None]:
    """The commit each revision names (annotated tags peeled), None where there is none. Asked on standard input,
    so no revision can become an option."""
    askable = [revision for revision in dict.fromkeys(revisions) if not re.search(r"[\n\0]", revision)]
    asked = "".join(f"{revision}^{{commit}}\n" for revision in askable).encode("utf-8", "surrogateescape")
    answers = repository.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked).splitlines()
    found: dict[str, str | None] = dict.fromkeys(revisions)
    for revision, answer in zip(askable, answers, strict=True):
        oid, _, kind = answer.decode("utf-8", "replace").rpartition(" ")
        found[revision] = oid if kind == "commit" else None
    return found


def _not_a_commit(repository: Repository, ref: str, revision: str) -> str:
    """The note for a pushed blob or tree. Raises RepositoryError when there is no such object at all."""
    asked = f"{revision}^{{}}\n".encode("utf-8", "surrogateescape")
    kind = repository.run("cat-file", "--batch-check=%(objecttype)", stdin=asked).decode("utf-8", "replace").strip()
    if kind not in ("blob", "tree"):
        message = f"{ref} ({revision}) is pushed but is not in this repository"
        raise RepositoryError(message, advice="`git fsck` lists what is missing or damaged; fetch it again")
    return f"{ref} is not a commit ({kind}), its content was not reviewed"


def _tracked(repository: Repository, remote: str) -> frozenset[str]:
    """Commits that the remote is known to have, by its tracking refs. A URL and a remote never fetched from have
    none: there, what any remote has is known content."""
    own = repository.run("for-each-ref", "--format=%(objectname)", f"refs/remotes/{remote}/")
    listed = own or repository.run("for-each-ref", "--format=%(objectname)", "refs/remotes/")
    return frozenset(listed.decode("ascii").split())


def _brought(repository: Repository, ref: str, tip: str, *, old: str | None, on_remote: Iterable[str]) -> Pushed:
    """The range of one pushed ref: from `old` when the tip builds on it, else from where it left the remote."""
    label = f"push of {_short(ref)}"
    if old is not None and _is_ancestor(repository, old, tip):
        return Pushed(ranges=(Range(ref=ref, base=old, tip=tip, label=label),))
    known = {*on_remote, *([old] if old else [])}
    base = _fork(repository, tip, known) if known else None
    if base == tip:
        return Pushed(ranges=(), notes=(f"{_short(ref)} brings no commit that the remote lacks",))
    return Pushed(ranges=(Range(ref=ref, base=base, tip=tip, label=label),))


def _is_ancestor(repository: Repository, older: str, newer: str) -> bool:
    return repository.ask("merge-base", "--is-ancestor", older, newer) is not None


def _fork(repository: Repository, tip: str, known: Iterable[str]) -> str | None:
    """The newest commit of `known`'s history that `tip` builds on; `tip` itself when it is part of that history,
    None when the two share nothing. Ids go by standard input: a remote may have more refs than argv can hold.

    Raises RepositoryError when they share nothing as far as a shallow clone can see.
    """
    asked = "".join(f"{line}\n" for line in (tip, *(f"^{oid}" for oid in sorted(known))))
    listed = repository.run("rev-list", "--boundary", "--stdin", stdin=asked.encode("ascii")).decode("ascii").split()
    if not listed:
        return tip
    boundary = [line[1:] for line in listed if line.startswith("-")]
    if not boundary:
        _refuse_shallow(repository, tip)
        return None
    asked = "".join(f"{line}\n" for line in boundary)
    newest = repository.run("rev-list", "--no-walk=sorted", "--max-count=1", "--stdin", stdin=asked.encode("ascii"))
    return newest.decode("ascii").strip()


def _refuse_shallow(repository: Repository, tip: str) -> None:
    if repository.run("rev-parse", "--is-shallow-repository").strip() == b"true":
        message = f"this clone's history is too short to tell where {tip[:12]} left the other side"
        raise RepositoryError(message, advice=_DEEPEN)


def _without_repeats(ranges: Sequence[Range]) -> tuple[Range, ...]:
    """Refs that bring the very same content (a branch and a tag on its tip) are reviewed once, under all names."""
    groups: dict[tuple[str | None, str], list[Range]] = {}
    for found in ranges:
        groups.setdefault((found.base, found.tip), []).append(found)
    return tuple(
        Range(ref=same[0].ref, base=base, tip=tip, label="push of " + ", ".join(_short(found.ref) for found in same))
        for (base, tip), same in groups.items()
    )


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/")


def _unannounced(
    repository: Repository, tip: str, on_remote: Iterable[str], environ: Mapping[str, str]
) -> tuple[str, ...]:
    """A note when another local ref holds commits that neither this range nor the remote has."""
    if not environ.get("PRE_COMMIT_REMOTE_NAME"):
        return ()
    asked = "".join(f"^{oid}\n" for oid in sorted({*on_remote, tip}))
    listed = repository.run(
        "rev-list",
        "--max-count=1",
        "--exclude=refs/remotes/*",
        "--exclude=refs/stash",
        "--all",
        "--stdin",
        stdin=asked.encode("ascii"),
    )
    if not listed:
        return ()
    return (
        "the hook runner names only the first ref of a push; other local refs hold commits that the remote lacks:"
        " if they are pushed too, they were not reviewed (a plain pre-push hook reviews all refs)",
    )


def _since_fork(repository: Repository, base: str, tip: str) -> Range:
    """`BASE...TIP`: what TIP did since it left BASE."""
    newest = repository.resolve(tip)
    fork = _fork(repository, newest, [repository.resolve(base)])
    if fork is None:
        message = f"{base} and {tip} have no common ancestor"
        raise RepositoryError(message, advice=f"{base}..{tip} compares the two directly")
    return Range(ref="", base=fork, tip=newest, label=f"{base}...{tip}")


def _unasked(repository: Repository) -> Range:
    """HEAD against the first of upstream and default branch that lacks some of it."""
    head = repository.resolve("HEAD")
    upstream = _upstream(repository)
    known = _commits(repository, [*upstream, *_DEFAULT_BRANCHES])
    default = [name for name in _DEFAULT_BRANCHES if known[name]][:1]
    ranges = [_against(repository, name, head) for name in (*upstream, *default) if known[name]]
    if not ranges:
        raise UserError(
            "there is neither an upstream nor a default branch to compare HEAD with",
            advice="type what to compare with, for example `lok-review HEAD~3`, or `lok-review --staged`",
        )
    return next((found for found in ranges if found.base != found.tip), ranges[0])


def _upstream(repository: Repository) -> list[str]:
    """The upstream of the branch that HEAD is on; empty when detached or without one. `@{upstream}` would be
    fatal there."""
    listed = repository.run("for-each-ref", "--format=%(HEAD)%(upstream)", "refs/heads/")
    lines = listed.decode("utf-8", "surrogateescape").split("\n")
    return [line[1:] for line in lines if line.startswith("*") and line[1:]]


def _against(repository: Repository, name: str, head: str) -> Range:
    found = _since_fork(repository, name, head)
    shown = repository.run("rev-parse", "--abbrev-ref", name).decode("utf-8", "backslashreplace").strip()
    return Range(ref="", base=found.base, tip=found.tip, label=f"{shown}...HEAD")
