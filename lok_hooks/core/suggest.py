"""Which backend suits a question: categories found by words in it, backends ranked by their strengths.

Words are matched whole, or by a stem that stands in the table and one of the endings that words of its kind take. A
general stemmer would do harm: Porter's puts "authorization" and "author" under one stem, and "performance" and
"perform", which are what must be told apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from lok_hooks.core.reliability import Precision, weights
from lok_hooks.core.route import Candidate

MAX_WORDS: Final = 5_000  # of a question that are looked at; what it is about is said by then
_STEP: Final = 0.15  # of fit, lost with each place down a backend's list of strengths
_LEAST_LISTED: Final = 0.3
_NOT_LISTED: Final = 0.1
_GENERAL_NOT_LISTED: Final = 0.5  # nobody is bad at general questions
_ENOUGH: Final = 2  # weight from which a question is about something: more than one hint
_WORD: Final = re.compile(r"n\s*\+\s*1\b|[^\W_]+(?:\+[^\W_]+)*")  # "n + 1" is one word, as "n+1" is
# What may follow a stem; without this list "audit*" would be in "auditorium", and "hack*" in "hackathon".
_ENDINGS: Final = frozenset(
    """
    s es d ed ing ings e r rs er ers or ors ger gers ged ging ion ions ation ations able ability y ies ity ities
    ic ically ly ely le ility ilities t tly cy ure ures ural urally ur urs ral less
    ize izes ized izing ization ise ises ised ising isation zed sed
    """.split()
)


class Category(StrEnum):
    """What a question is about; the value is what lok.toml calls it in `strengths`."""

    CODE_ANALYSIS = "code-analysis"
    SECURITY_AUDIT = "security-audit"
    DEAD_CODE = "dead-code"
    PERFORMANCE = "performance"
    ARCHITECTURE = "architecture"
    GENERAL = "general"


# Other names that `strengths` may use: the built-in tasks, and short forms.
ALIASES: Final[Mapping[str, Category]] = {
    **{category.value: category for category in Category},
    "hunt": Category.CODE_ANALYSIS,
    "audit": Category.SECURITY_AUDIT,
    "security": Category.SECURITY_AUDIT,
    "deadcode": Category.DEAD_CODE,
    "design": Category.ARCHITECTURE,
}

# Weight, and phrases separated by commas; "*" stands for an ending or none. 3 names the category, 2 points to it, 1 is
# a hint that says nothing alone. A longer phrase hides the shorter ones inside it.
_PHRASES: Final[Mapping[Category, Mapping[int, str]]] = {
    Category.SECURITY_AUDIT: {
        3: "secur*, insecur*, vulnerab*, exploit*, injection*, sql injection*, command injection*, xss, csrf, ssrf, "
        "xxe, rce, cve, cves, cwe, owasp, auth, authn, authz, authenticat*, unauthenticat*, authoriz*, authoris*, "
        "unauthori*, oauth, oauth2, oidc, jwt, jwts, credential*, password*, encrypt*, decrypt*, cryptograph*, "
        "privilege*, access control, sanitiz*, sanitis*, path traversal, directory traversal, penetration test*, "
        "pentest*, api key*, private key*, threat model*, backdoor*, deserializ*, deserialis*, open redirect*",
        2: "audit*, secret, secrets, attack*, malicious, untrusted, permission*, hardcoded, crypto, tls, ssl, "
        "certificate*, data leak*, pii, sandbox escape*, spoof*, inject, injected, injecting, user input",
        1: "token, tokens, hack*, cors, session hijack*",
    },
    Category.PERFORMANCE: {
        3: "performance, performant, perf, slow, slower, slowest, slowly, slowness, slowdown*, optimize*, optimise*, "
        "optimizing, optimising, optimization*, optimisation*, bottleneck*, latency, latencies, throughput, n+1, "
        "n plus 1, n plus one, memory leak*, memory usage, profiler*, profiling, benchmark*, quadratic, "
        "time complexity, o n 2, o n, hot path*, hot loop*, hotspot*, speed up, speeding up, speedup*, laggy, "
        "garbage collect*, blocking call*, load time*, startup time*, start up time*, cpu usage",
        2: "fast, faster, fastest, speed, cpu, allocation*, scalab*, cache miss*, too long, memory consumption",
        1: "query, queries, cache, caches, caching, memory, index, indexes, scale, scales",
    },
    Category.DEAD_CODE: {
        3: "dead code, dead branch*, dead function*, dead import*, unused, unreachable, never used, never called, "
        "not used, no longer used, no longer called, never read, commented out, not called anywhere",
        2: "obsolete, orphan*, leftover*, unreferenced, unneeded, stale code, clean up, cleanup, can be deleted, "
        "can be removed, safe to delete, safe to remove",
        1: "redundant, deprecated, unnecessary, dead",
    },
    Category.ARCHITECTURE: {
        3: "architect*, design pattern*, system design, api design, restructur*, modular*, decoupl*, coupling, "
        "tightly coupled, loosely coupled, cohesion, layering, layers, dependency injection, dependency graph*, "
        "circular dependenc*, microservice*, monolith*, separation of concerns, domain model*, data model*, "
        "module boundar*, bounded context*, event driven, big picture",
        2: "design, designs, designed, designing, redesign*, refactor*, structure, structured, trade off*, tradeoff*, "
        "organize the, organise the, high level, overview, abstraction*, scalab*, split into",
        1: "module*, interface*, component*, dependenc*, service*, pattern*",
    },
    Category.CODE_ANALYSIS: {
        3: "bug, bugs, buggy, debug*, code review*, review the code, review this code, code quality, code smell*, "
        "static analysis, race condition*, data race*, deadlock*, null pointer*, off by one, edge case*, "
        "undefined behavio*, logic error*, type error*, error handling, analyze the code, analyse the code, "
        "analyze this code, analyse this code, root cause*, stack trace*, traceback*, segfault*",
        2: "crash*, exception*, concurren*, regress*, lint*, duplicated code, code duplication, analysis, analyze*, "
        "analyse*, analyzing, analysing, broken, incorrect, swallow*, complexity",
        1: "review*, error*, fail*, fix, fixes, fixing, wrong, issue*, problem*, smell*, duplicat*, test, tests, "
        "code, codebase",
    },
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A category with its share of the question (0 to 1; all shares make 1) and the words that spoke for it."""

    category: Category
    share: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one category adds to a score: its share of the question times how well a backend fits it. `place` counts
    from 1 among the categories of the backend's strengths, None where it is none of them."""

    category: Category
    share: float
    fit: float
    place: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A backend's place. `score` from 0: the sum of its `parts` (1 where there are none: one of its strengths stands
    in the question) times its `weight`, which follows from what was measured; `why` in words; `missing` says why it
    cannot be asked, "" when it can; `has_login` as in `Traits`."""

    backend: str
    score: float
    why: str
    strengths: tuple[str, ...]
    missing: str = ""
    measured: Precision | None = None
    parts: tuple[Part, ...] = ()
    weight: float = 1.0
    has_login: bool = True

    @property
    def availability(self) -> str:
        """Whether it can be asked, in words."""
        if self.missing:
            return f"not at hand: {self.missing}"
        return "at hand" if self.has_login else "at hand, but no login was found"

    @property
    def reason(self) -> str:
        """Why it is asked, in words: "at hand; strong at performance"."""
        return f"{self.availability}; {self.why}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """What a question is about, strongest category first, and every model, best first: those at hand before those
    that are not, and of those at hand the ones without a login last."""

    matches: tuple[Match, ...]
    ranking: tuple[Ranked, ...]

    @property
    def available(self) -> tuple[Ranked, ...]:
        """Those that can be asked, best first."""
        return tuple(ranked for ranked in self.ranking if not ranked.missing)


def suggest(question: str, candidates: Sequence[Candidate]) -> Suggestion:
    """Ranks the models among `candidates` for `question`; nothing is asked.

    A backend's score is the sum over the categories of their share times its fit: 1 for the first of its strengths,
    less for each further one, little for none. Where a strength is no category but stands in the question itself, the
    fit is 1. What was measured of a backend weighs as in a debate (`reliability.weights`). Equal scores: models that
    may block first, then the order of lok.toml.
    """
    words, matches = _words(question), categories(question)
    models = [candidate for candidate in candidates if candidate.traits.role == "model"]
    weight = weights({model.name: model.precision for model in models if model.precision is not None})
    ranked = [(model, _ranked(model, matches, words, weight.get(model.name, 1.0))) for model in models]
    ranked.sort(key=lambda item: _place(*item))
    return Suggestion(matches=matches, ranking=tuple(item for _, item in ranked))


def _place(candidate: Candidate, ranked: Ranked) -> tuple[bool, bool, float, bool]:
    is_last = not ranked.missing and not ranked.has_login
    return bool(ranked.missing), is_last, -round(ranked.score, 6), not candidate.traits.may_block


def categories(question: str) -> tuple[Match, ...]:
    """What `question` is about, the greatest share first; GENERAL alone when no word says."""
    weights: dict[Category, int] = {}
    spoken: dict[Category, dict[str, None]] = {}
    words = _words(question)
    start = 0
    while start < len(words):
        length = 1
        for size in range(min(_LONGEST, len(words) - start), 0, -1):
            phrase = tuple(words[start : start + size])
            found = _entries(phrase)
            if found:
                for category, weight in found:
                    # Saying a word again makes the question no more about it.
                    if " ".join(phrase) not in spoken.setdefault(category, {}):
                        weights[category] = weights.get(category, 0) + weight
                        spoken[category][" ".join(phrase)] = None
                length = size
                break
        start += length
    if sum(weights.values()) < _ENOUGH:
        return (Match(category=Category.GENERAL, share=1.0),)
    total = sum(weights.values())
    return tuple(
        Match(category=category, share=weights[category] / total, words=tuple(spoken[category]))
        for category in sorted(weights, key=lambda category: (-weights[category], list(Category).index(category)))
    )


def known_strengths(strengths: Sequence[str]) -> tuple[Category, ...]:
    """The categories among a backend's strengths, best first, each once."""
    return tuple(dict.fromkeys(ALIASES[name.lower()] for name in strengths if name.lower() in ALIASES))


def _ranked(candidate: Candidate, matches: Sequence[Match], words: Sequence[str], weight: float) -> Ranked:
    strengths = candidate.traits.strengths
    listed = known_strengths(strengths)
    own = next((name for name in strengths if name.lower() not in ALIASES and _says(words, name)), "")
    parts = () if own else tuple(_part(match, listed) for match in matches)
    score = 1.0 if own else sum(part.share * part.fit for part in parts)
    return Ranked(
        backend=candidate.name,
        score=score * weight,
        why=f"its strength {own} stands in the question" if own else _why(matches, listed),
        strengths=strengths,
        missing=candidate.missing,
        measured=candidate.precision,
        parts=parts,
        weight=weight,
        has_login=candidate.traits.has_login,
    )


def _part(match: Match, listed: Sequence[Category]) -> Part:
    place = listed.index(match.category) + 1 if match.category in listed else None
    return Part(category=match.category, share=match.share, fit=_fit(match.category, place), place=place)


def _fit(category: Category, place: int | None) -> float:
    if category is Category.GENERAL:
        return 1.0 if place else _GENERAL_NOT_LISTED
    return _NOT_LISTED if place is None else max(_LEAST_LISTED, 1.0 - _STEP * (place - 1))


def _why(matches: Sequence[Match], listed: Sequence[Category]) -> str:
    is_general = matches[0].category is Category.GENERAL
    strong = [match.category.value for match in matches if match.category in listed]
    if strong:
        return "good at general questions" if is_general else f"strong at {', '.join(strong)}"
    return "the question is a general one" if is_general else f"{matches[0].category} is none of its strengths"


def _says(words: Sequence[str], phrase: str) -> bool:
    wanted = _words(phrase)
    return bool(wanted) and any(words[start : start + len(wanted)] == wanted for start in range(len(words)))


def _words(text: str) -> list[str]:
    return ["".join(match.group().split()) for match in islice(_WORD.finditer(text.lower()), MAX_WORDS)]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One phrase of the table; `stem` when its last word may have an ending."""

    words: tuple[str, ...]
    stem: bool
    category: Category
    weight: int


def _table() -> dict[str, tuple[_Entry, ...]]:
    """The phrases by the first two characters of their first word, so that a word meets only a few."""
    table: dict[str, list[_Entry]] = {}
    for category, by_weight in _PHRASES.items():
        for weight, phrases in by_weight.items():
            for phrase in phrases.split(", "):
                words = tuple(phrase.removesuffix("*").split())
                entry = _Entry(words, phrase.endswith("*"), category, weight)
                table.setdefault(words[0][:2], []).append(entry)
    return {start: tuple(entries) for start, entries in table.items()}


_TABLE: Final = _table()
_LONGEST: Final = max(len(entry.words) for entries in _TABLE.values() for entry in entries)


def _entries(words: tuple[str, ...]) -> list[tuple[Category, int]]:
    """The categories that this phrase, all of it, speaks for; each with the greatest of its weights."""
    found: dict[Category, int] = {}
    for entry in _TABLE.get(words[0][:2], ()):
        if len(entry.words) != len(words) or entry.words[:-1] != words[:-1]:
            continue
        last = entry.words[-1]
        if words[-1] == last or (entry.stem and words[-1].startswith(last) and words[-1][len(last) :] in _ENDINGS):
            found[entry.category] = max(found.get(entry.category, 0), entry.weight)
    return list(found.items())
