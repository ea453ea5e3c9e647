"""What the facts that `lok doctor` gathered mean. Pure: facts in, checks out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lok_hooks.core.checkup import Check, Checkup
from lok_hooks.errors import EXIT_CLEAN, EXIT_INCOMPLETE

OLDEST_GIT: Final = (2, 31)  # `rev-parse --path-format`, without which hooks of linked work trees cannot be found


def exit_code(checkup: Checkup) -> int:
    """0 when at least one model could be asked, else 4."""
    return EXIT_CLEAN if checkup.usable else EXIT_INCOMPLETE


def git_check(version: str, problem: str = "", advice: str = "") -> Check:
    """About git; `version` is "" when it is not installed. `problem` says why no repository can be worked in here,
    and `advice` what to do about that."""
    if not version:
        return Check(name="git", state="bad", text="not installed", advice="install git and put it on the PATH")
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < OLDEST_GIT:
        oldest = ".".join(map(str, OLDEST_GIT))
        return Check(name="git", state="bad", text=version, advice=f"update it; {oldest} is the oldest that will do")
    if problem:
        return Check(name="git", state="warn", text=f"{version}, but {problem}", advice=advice)
    return Check(name="git", state="good", text=version)


def hook_check(name: str, state: str, is_run_by: str, backends: Sequence[str] = ()) -> Check:
    """About one hook of git's: `state` and `backends` as `repo.hook_files` gives them; `is_run_by` names the hook
    runner whose configuration lists our hook, "" for none."""
    label = f"{name} hook"
    if state == "current":
        asks = f", asking {', '.join(backends)} alone" if backends else ""
        return Check(name=label, state="good", text=f"installed{asks}")
    if state == "outdated":
        advice = " ".join(("lok install", name, *(["-b", ",".join(backends)] if backends else [])))
        return Check(name=label, state="warn", text="written by another lok-hooks", advice=advice)
    if is_run_by and state == "foreign":
        return Check(name=label, state="good", text=f"installed, run by {is_run_by}")
    if is_run_by:
        advice = f"pre-commit install --hook-type {name}"
        return Check(
            name=label, state="warn", text=f"listed for {is_run_by}, which is not installed here", advice=advice
        )
    text = "not ours; another one is there" if state == "foreign" else "not installed"
    return Check(name=label, state="off", text=text, advice=f"lok install {name}")


def trust_check(trusted: Sequence[str], untrusted: Sequence[str]) -> Check:
    """About trust; the names of the files that have it and that lack it."""
    if untrusted:
        named = ", ".join(untrusted)
        return Check(name="trust", state="warn", text=f"ignored until you trust them: {named}", advice="lok trust")
    if trusted:
        return Check(name="trust", state="good", text=f"trusted: {', '.join(trusted)}")
    return Check(name="trust", state="good", text="nothing here needs it")


def memory_check(texts: int | None, size: int, is_enabled: bool, problem: str = "") -> Check:
    """About what is remembered: how many texts (None: nothing yet) in how many bytes."""
    if problem:
        return Check(name="memory", state="warn", text=problem, advice="mend that; reviews go on without it")
    if not is_enabled:
        return Check(name="memory", state="off", text="switched off ([cache] enabled)")
    if not texts:
        return Check(name="memory", state="good", text="empty")
    answers = "answer" if texts == 1 else "answers"
    return Check(name="memory", state="good", text=f"{texts:,} {answers}, {size / 2**20:.1f} MB")


def as_json(checkup: Checkup) -> Mapping[str, object]:
    """Everything as plain values, for `--json`."""
    from dataclasses import asdict

    return {"schema": "lok-hooks/doctor/1", "usable": list(checkup.usable), **asdict(checkup)}
