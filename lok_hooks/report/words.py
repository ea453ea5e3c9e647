"""The sentences of a review, shared by every report that people read, so that the reports cannot drift apart.

Everything returned here is visible text (no control characters) on one line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from lok_hooks.core.debate import Stance, Vote, standing
from lok_hooks.core.finding import TRIPWIRE, Finding, Place
from lok_hooks.core.ports import Failure
from lok_hooks.core.review import Asked, Disposition, Judged, Review, Unreviewed
from lok_hooks.errors import EXIT_CONFIRMED, EXIT_INCOMPLETE
from lok_hooks.report.visible import visible, visible_lines, visible_sentence

TITLE_LIMIT: Final = 300  # characters of a title in a report for people
MESSAGE_LIMIT: Final = 500  # characters of a vendor's message, a reason, a note
PROSE_CHARACTERS: Final = 2_000  # of one "why" or "fix" in a report for people; models ramble, json has it all
LISTED: Final = 5  # paths named in one sentence before the rest is only counted, unless all are asked for
USUAL_LABEL: Final = "staged changes"  # what lok-hunt looks at anyway, so its headline need not say it
_SUBJECTS: Final = {"lok-hunt": "Commit", "lok-audit": "Push"}
_ORDER: Final = {disposition: rank for rank, disposition in enumerate(Disposition)}


def counted(number: int, noun: str) -> str:
    """ "1 file", "2,000 files"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def duration(seconds: float) -> str:
    """Seconds with one decimal: "6.2 s"."""
    return f"{seconds:.1f} s"


def ordered(review: Review) -> tuple[Judged, ...]:
    """Every judged finding in report order: confirmed first, worst first, then by place."""
    return tuple(
        sorted(
            review.judged,
            key=lambda judged: (
                _ORDER[judged.disposition],
                -judged.finding.severity.order,
                judged.finding.place.path,
                judged.finding.place.line,
                judged.finding.identity,
            ),
        )
    )


def confirmed(review: Review) -> tuple[Judged, ...]:
    """The findings that block, in report order."""
    return tuple(judged for judged in ordered(review) if judged.disposition is Disposition.CONFIRMED)


def advisory(review: Review) -> tuple[Judged, ...]:
    """The findings that do not block, in report order."""
    return tuple(judged for judged in ordered(review) if judged.disposition is not Disposition.CONFIRMED)


def listed(advisories: Sequence[Judged], most: int) -> tuple[Judged, ...]:
    """At most so many of them, in the same order. What the tripwire saw goes first, or a change could push it off the
    list with findings that it provokes."""
    places = sorted(range(len(advisories)), key=lambda place: not _is_of_tripwire(advisories[place]))
    return tuple(advisories[place] for place in sorted(places[:most]))


def unlisted(advisories: Sequence[Judged], shown: Sequence[Judged]) -> str:
    """How many of them are not shown, and how many of those the tripwire raised; "" for none."""
    more = len(advisories) - len(shown)
    steering = sum(map(_is_of_tripwire, advisories)) - sum(map(_is_of_tripwire, shown))
    about = f" ({steering:,} of them text that steers a review or hides)" if steering else ""
    return f"{more:,} more advisory{about}" if more > 0 else ""


def _is_of_tripwire(judged: Judged) -> bool:
    return TRIPWIRE in judged.finding.raised_by


def where(place: Place) -> str:
    """ "app/db.py:42", "app/db.py:42-45", with the pushed ref behind it when several are reviewed."""
    line = f":{place.line}" if place.line > 0 else ""
    end = f"-{place.end_line}" if place.line > 0 and place.end_line > place.line else ""
    ref = f" ({visible(place.ref)})" if place.ref else ""
    return f"{visible(place.path)}{line}{end}{ref}"


def title(finding: Finding) -> str:
    """The finding's title; its category where the author gave none."""
    return visible_sentence(finding.title, TITLE_LIMIT) or visible_sentence(finding.category, TITLE_LIMIT) or "untitled"


def prose(text: str) -> list[str]:
    """The lines of a "why" or "fix", ended by "…" where it had to be cut."""
    lines = visible_lines(text[:PROSE_CHARACTERS])
    return lines if len(text) <= PROSE_CHARACTERS else [*lines[:-1], f"{''.join(lines[-1:])} …"]


def authors(finding: Finding) -> str:
    """ "by codex, gemini"."""
    return f"by {_joined(finding.raised_by)}" if finding.raised_by else "by nobody"


def weakness(finding: Finding) -> str:
    """ "CWE-89"; "" where it is not known."""
    return visible_sentence(finding.cwe, TITLE_LIMIT)


def reason(judged: Judged) -> str:
    """The rule that gave the disposition: "unconfirmed: raised by 1 of 2 reviewers, 2 are needed"."""
    text = visible_sentence(judged.reason, MESSAGE_LIMIT)
    if text.startswith(f"{judged.disposition} by "):
        return text
    return f"{judged.disposition}: {text}" if text else str(judged.disposition)


def refutation(judged: Judged) -> str:
    """Who refuted a finding that does not block, and why: "refuted by claude: “cleared on write” (handled
    elsewhere)"; "" where nobody did."""
    refuters = [vote for vote in standing(judged.votes) if vote.stance is Stance.REFUTE]
    if not refuters or judged.disposition is Disposition.CONFIRMED:
        return ""
    told = next((vote for vote in refuters if vote.reason.strip()), refuters[0])
    reason = visible_sentence(told.reason, MESSAGE_LIMIT)
    ground = f" ({told.ground})" if told.ground else ""
    return f"refuted by {_joined(vote.voter for vote in refuters)}{f': “{reason}”' if reason else ''}{ground}"


def stance(vote: Vote) -> str:
    """ "refute (misread code)", "unsure: the code it quotes does not stand in what was shown"."""
    return (
        f"{vote.stance}{f' ({vote.ground})' if vote.ground else ''}{f': {visible(vote.doubt)}' if vote.doubt else ''}"
    )


def subject_of(review: Review) -> tuple[str, ...]:
    """The first words of the headline: the entry point, what was looked at, how much, by whom."""
    files = len({*review.coverage.reviewed, *(item.path for item in review.coverage.unreviewed)})
    label = (visible_sentence(review.label, TITLE_LIMIT),) if review.label not in ("", USUAL_LABEL) or not files else ()
    size = f"{counted(files, 'file')}, {counted(review.coverage.changed_lines, 'changed line')}"
    who = ", ".join(_share(asked) for asked in review.asked)
    parts = (visible(review.command), *label, size if files else "", who, examined_by(review))
    return tuple(part for part in parts if part)


def examined_by(review: Review) -> str:
    """Who answered in the debate, and how long it took: "examined by claude, gemini 4.1 s", "self-examined by codex
    3.0 s" where there was nobody else; "" when nothing was debated."""
    votes = [vote for judged in review.judged for vote in judged.votes]
    themselves = {vote.voter for vote in votes} - {vote.voter for vote in votes if not vote.is_self}
    answered = [asked for asked in review.examined if asked.answered]
    groups = (
        ("examined by", [asked for asked in answered if asked.backend not in themselves]),
        ("self-examined by", [asked for asked in answered if asked.backend in themselves]),
    )
    return ", ".join(f"{verb} {_joined(asked.backend for asked in who)} {_spent(who)}" for verb, who in groups if who)


def _spent(examiners: Sequence[Asked]) -> str:
    seconds = max(asked.seconds for asked in examiners)
    is_remembered = not seconds and all(asked.remembered for asked in examiners)
    return "(remembered)" if is_remembered else duration(seconds)


def _share(asked: Asked) -> str:
    if asked.remembered and not asked.requests:
        return f"{visible(asked.backend)} remembered"
    facts = [f"{asked.answered} of {asked.requests} answered"] if asked.answered < asked.requests else []
    facts += [f"{counted(asked.remembered, 'file')} remembered"] if asked.remembered else []
    return f"{visible(asked.backend)} {duration(asked.seconds)}" + (f" ({', '.join(facts)})" if facts else "")


def outcome(review: Review) -> str:
    """How it ended in a few words. "Nothing reviewed", "nothing found" and "nothing confirmed" are different ends."""
    if review.blocking:
        return f"{len(review.blocking):,} confirmed"
    if review.judged:
        return "nothing confirmed"
    if review.coverage.reviewed:
        return "nothing found in what was reviewed" if review.is_incomplete else "nothing found"
    if review.is_incomplete:
        return "nothing reviewed"
    if review.coverage.skipped:
        number = len(review.coverage.skipped)
        return f"nothing reviewed: {'the only' if number == 1 else f'all {number:,}'} changed {_files(number)} left out"
    return "nothing reviewed: no changes"


def _files(number: int) -> str:
    return "file was" if number == 1 else "files were"


def headline(review: Review) -> str:
    """The whole first line."""
    return " · ".join((*subject_of(review), outcome(review)))


def totals(review: Review) -> str:
    """ "1 confirmed, 3 advisory (2 unconfirmed, 1 refuted)", "1 advisory (unconfirmed)"; "" without findings."""
    others = advisory(review)
    parts = [f"{len(review.blocking):,} confirmed"] if review.blocking else []
    if others:
        kinds = Counter(judged.disposition for judged in others)
        several = ", ".join(f"{number:,} {kind}" for kind, number in kinds.items())
        detail = several if len(kinds) > 1 else next(iter(kinds))
        parts.append(f"{len(others):,} advisory ({detail})")
    return ", ".join(parts)


def left_out(review: Review) -> tuple[str, ...]:
    """Every file that was left out, with its reason: "package-lock.json (lock file)"."""
    return tuple(
        f"{visible(item.path)} ({item.reason}{f', {visible_sentence(item.detail, 80)}' if item.detail else ''})"
        for item in review.coverage.skipped
    )


def left_out_in_short(review: Review) -> str:
    """ "left out: package-lock.json (lock file), and 3 more (-v lists them)"; "" when nothing was."""
    items = left_out(review)
    return f"left out: {_first(items, LISTED)}" if items else ""


def notes(review: Review) -> tuple[str, ...]:
    """The lines every reader must see."""
    return tuple(f"note: {visible_sentence(note, MESSAGE_LIMIT)}" for note in dict.fromkeys(review.notes))


def failures(review: Review) -> tuple[str, ...]:
    """One line for each way in which a backend failed: kind, the vendor's own message, what to do."""
    lines = Counter(_failure(failure) for failure in review.failures)
    return tuple(f"{line} ({number} times)" if number > 1 else line for line, number in lines.items())


def _failure(failure: Failure) -> str:
    told = visible_sentence(failure.reason, MESSAGE_LIMIT)
    advice = visible_sentence(failure.advice, MESSAGE_LIMIT)
    message = f"{visible(failure.backend)}: {failure.kind}"
    message = f"{message}: {told}" if told else message
    return f"{message} — {advice}" if advice else message


def incomplete(review: Review, limit: int | None) -> tuple[str, ...]:
    """What was not reviewed and why, one sentence and a line for each task and reason, which names the first `limit`
    files (None: all); () for a whole review."""
    missing = review.coverage.unreviewed
    if not missing:
        return ()
    paths = len({item.path for item in missing})
    whole = len({*review.coverage.reviewed, *(item.path for item in missing)})
    share = f"{paths:,} of {counted(whole, 'file')}" if whole > paths else counted(paths, "file")
    sentence = f"incomplete: {share} {'was' if paths == 1 else 'were'} not reviewed in full"
    return (sentence, *_by_reason(missing, limit))


def _by_reason(missing: Sequence[Unreviewed], limit: int | None) -> list[str]:
    groups: dict[tuple[str, str], dict[str, None]] = {}
    for item in missing:
        groups.setdefault((item.task, item.reason), {})[visible(item.path)] = None
    return [
        f"{visible(task)}: {_first(list(paths), limit)} — {visible_sentence(why, MESSAGE_LIMIT)}"
        for (task, why), paths in groups.items()
    ]


def verdict(review: Review) -> str:
    """What happens now: refused (and what to do where that is wrong), blocked, allowed although incomplete; "" when
    there is nothing to say."""
    subject = _SUBJECTS.get(review.command, "")
    if review.exit_code == EXIT_CONFIRMED:
        blocking = review.blocking
        if not subject:
            return f"Review failed: {counted(len(blocking), 'confirmed finding')}."
        which = visible(blocking[0].finding.short_identity) if len(blocking) == 1 else "ID"
        return f'{subject} refused. Wrong? lok dismiss {which} --because "…"'
    if review.exit_code == EXIT_INCOMPLETE:
        return f"{subject or 'Review'} blocked (exit {EXIT_INCOMPLETE}): the review is incomplete."
    if not review.is_incomplete:
        return ""
    allowed = f"{subject} allowed" if subject else "Not blocked"
    again = " Again: lok-review --commit HEAD" if subject == "Commit" else ""
    return f"{allowed}, though the review is incomplete.{again}"


def asked(review: Review) -> str:
    """Who was asked and why: "asked: codex and claude, listed for hunt; static, on every review"; "" where nobody was.
    A reason that a note begins with is left to the note."""
    by_reason: dict[str, dict[str, None]] = {}
    for each in (*review.asked, *review.examined):
        if not each.why or not any(note.startswith(each.why) for note in review.notes):
            by_reason.setdefault(each.why, {})[visible(each.backend)] = None
    parts = [
        ", ".join(filter(None, (_enumerated(names), visible_sentence(why, MESSAGE_LIMIT))))
        for why, names in by_reason.items()
    ]
    return f"asked: {'; '.join(parts)}" if parts else ""


def _enumerated(names: Iterable[str]) -> str:
    """ "codex, claude and gemini"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def routing(review: Review) -> tuple[str, ...]:
    """One line for each backend: its tasks, why it was chosen, how many requests, model and tokens where known."""
    return tuple(_route(asked) for asked in (*review.asked, *review.examined))


def _route(asked: Asked) -> str:
    facts = [f"{asked.answered} of {counted(asked.requests, 'request')} answered", duration(asked.seconds)]
    if asked.remembered:
        told = f"{counted(asked.remembered, 'file')} remembered"
        facts = [*facts, told] if asked.requests else [told]
    if asked.model:
        facts.append(visible(asked.model))
    if asked.tokens_in is not None:
        facts.append(f"{asked.tokens_in:,} tokens in")
    if asked.tokens_out is not None:
        facts.append(f"{asked.tokens_out:,} tokens out")
    why = visible_sentence(asked.why, MESSAGE_LIMIT) or "no reason recorded"
    return f"{visible(asked.backend)}: {_joined(asked.tasks)} — {why} ({', '.join(facts)})"


def _joined(names: Iterable[str]) -> str:
    return ", ".join(visible(name) for name in names)


def _first(items: Sequence[str], limit: int | None) -> str:
    more = len(items) - limit if limit is not None else 0
    return ", ".join(items[:limit]) + (f", and {more:,} more (-v lists them)" if more > 0 else "")
