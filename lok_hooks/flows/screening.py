"""What leaves this machine, and what our own code says about a change before any model does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lok_hooks.core.diff import NO_FILES, Diff
from lok_hooks.core.finding import OURS, Claim, Finding, Grounded
from lok_hooks.core.ports import Answer, Backend, Failure, Listener
from lok_hooks.core.prompts import Redact
from lok_hooks.core.redaction import Value, without_secrets
from lok_hooks.core.screen import Screening
from lok_hooks.core.task import Prompt
from lok_hooks.flows.planning import ANALYSIS, as_context

Screen = Callable[[Diff, Sequence[str]], Screening]
"""Finds the secrets in a diff and in further texts."""
Secrets = Callable[[str, Prompt], Sequence[Claim]]
"""Claims in an author's name about the secrets on the added lines that a prompt's chunk shows."""

_TITLE: Final = 200  # characters of a claim's title
_TEXT: Final = 4_000  # of each of its other texts; a quoted line of a minified file has a million


def no_secrets(author: str, prompt: Prompt) -> Sequence[Claim]:
    """For flows that bring no search of their own."""
    return ()


def hidden_text(diff: Diff) -> Sequence[Grounded]:
    """Added text that speaks to the reviewer or hides from people."""
    from lok_hooks.core.tripwire import tripped  # its hundreds of patterns are built while models are waited for

    return tripped(diff, ANALYSIS)


def redactor(backend: Backend, redact: Redact, *, spares_local: bool) -> Redact:
    """What is done to texts for `backend`. `spares_local`: those that stay on this machine are shown as they are."""
    return str if is_spared(backend, spares_local=spares_local) else redact


def is_spared(backend: Backend, *, spares_local: bool) -> bool:
    """Whether texts go to `backend` with their secrets: it is local, and such are spared."""
    return spares_local and backend.traits.is_local


def who_knows(backends: Iterable[Backend], *, spares_local: bool) -> frozenset[str]:
    """Names of those who see the code with its secrets: our own rules, analysers, local models that are spared."""
    return OURS.union(
        backend.name
        for backend in backends
        if backend.traits.role == "analyser" or is_spared(backend, spares_local=spares_local)
    )


@dataclass(frozen=True, kw_only=True)
class Discretion:
    """How words about the code are told: without secrets, and then not too long. Those in `knowing` saw the code with
    its secrets, and may say one without what made it recognisable there; the others could not."""

    screening: Screening
    knowing: frozenset[str]

    def claim(self, claim: Claim) -> Claim:
        """The same without secrets, its file's name aside."""
        redact = self._of((claim.backend,))
        return replace(
            claim,
            title=redact(claim.title),
            why=redact(claim.why),
            fix=redact(claim.fix),
            quote=redact(claim.quote),
        )

    def finding(self, finding: Finding) -> Finding:
        """The same without secrets, its file's name aside, each text cut to what a report has room for."""
        redact = self._of(finding.raised_by)
        return replace(
            finding,
            title=redact(finding.title)[:_TITLE],
            why=redact(finding.why)[:_TEXT],
            fix=redact(finding.fix)[:_TEXT],
            quote=redact(finding.quote)[:_TEXT],
            place=replace(
                finding.place,
                code=tuple(map(redact, finding.place.code)),
                removed=tuple(map(redact, finding.place.removed)),
            ),
        )

    def failure(self, failure: Failure) -> Failure:
        """The same without secrets."""
        return without_secrets(failure, self._of((failure.backend,)))

    def with_words(self, screen: Screen, findings: Sequence[Finding], *others: object) -> Discretion:
        """The same with the secrets that stand in findings and in whatever texts other values have (failures, notes,
        names): what a reviewer or a vendor quotes need not stand in the change."""
        words = [text for each in findings for text in (each.place.path, each.title, each.why, each.suppression)]

        def heard(text: str) -> str:
            words.append(text)
            return text

        without_secrets(others, heard)
        # What is code there is searched like the file it is about.
        code = (as_context(each.place.path, [self._known(each.quote), self._known(each.fix)]) for each in findings)
        said = Diff(label="", files=tuple(code))
        unknown = tuple(dict.fromkeys(map(self._known, words)))
        return replace(self, screening=widened(self.screening, screen, said, unknown)) if any(unknown) else self

    def _known(self, text: str) -> str:
        return self.screening.redact(text)

    def told(self, value: Value, screen: Screen, *words: object) -> Value:
        """`value` without the secrets in any of its texts, those included that only its `words` have."""
        return without_secrets(value, self.with_words(screen, (), *words).screening.redact)

    def _of(self, authors: Iterable[str]) -> Redact:
        if self.knowing.isdisjoint(authors):
            return self.screening.redact
        anywhere = self.screening.anywhere.redact
        return lambda text: anywhere(self.screening.redact(text))


def widened(screening: Screening, screen: Screen, diff: Diff, texts: Sequence[str] = ()) -> Screening:
    """`screening` and what stands in another diff and texts; no placeholder that was given out gets another meaning."""
    return screening.extended(screen(diff, (*texts, *sorted(screening.placeholders))))


def with_unshown(screening: Screening, screen: Screen, texts: Sequence[str], shown: str) -> Screening:
    """`screening` and the secrets in `texts` of somebody who was shown `shown`, but for what stands there: that was
    searched as code, and is quoted as it is."""
    more = screen(NO_FILES, (*texts, *sorted(screening.placeholders)))
    unshown = tuple(each for each in more.replacements if each.value not in shown)
    return screening.extended(Screening(replacements=unshown))


class Discreet:
    """A Listener around a Listener: it hears no secrets."""

    def __init__(self, listener: Listener, discretion: Discretion, screen: Screen) -> None:
        self._listener = listener
        self._discretion = discretion
        self._screen = screen

    def asked(self, backend: str, task: str, part: str) -> None:
        """Passed on."""
        self._listener.asked(backend, task, part)

    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
        """Passed on, a failure's words without secrets."""
        self._listener.answered(backend, task, part, self._told(answer) if isinstance(answer, Failure) else answer)

    def _told(self, failure: Failure) -> Failure:
        told = self._discretion.failure(failure)
        return self._discretion.told(told, self._screen, told)

    def noted(self, text: str) -> None:
        """Passed on without secrets."""
        self._listener.noted(self._discretion.screening.redact(text))


class Searched:
    """A Listener around a Listener: it hears no secrets either, of texts that nobody has searched yet."""

    def __init__(self, listener: Listener, redact: Redact) -> None:
        self._listener = listener
        self._redact = redact

    def asked(self, backend: str, task: str, part: str) -> None:
        """Passed on."""
        self._listener.asked(backend, task, part)

    def answered(self, backend: str, task: str, part: str, answer: Answer) -> None:
        """Passed on, a failure's words without secrets."""
        told = without_secrets(answer, self._redact) if isinstance(answer, Failure) else answer
        self._listener.answered(backend, task, part, told)

    def noted(self, text: str) -> None:
        """Passed on without secrets."""
        self._listener.noted(self._redact(text))
