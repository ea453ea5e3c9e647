"""What secrets look like: detect-secrets' detectors with what we know of each, and vendors' formats it lacks.

detect-secrets' own scanner yields bare values, sometimes only a part of them (the `ghp` of a GitHub token, a JSON
web token without its signature) and keeps its settings in globals. Here its patterns are searched directly, so
that places are known, whole values are hidden, and any thread may search.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from lok_hooks.core.screen import Strength

Tail = Literal["exact", "token", "dotted", "none"]
_TAILS: Final[Mapping[Tail, re.Pattern[str]]] = {
    "exact": re.compile(""),
    "none": re.compile(""),
    "token": re.compile(r"[A-Za-z0-9_-]*"),
    "dotted": re.compile(r"[A-Za-z0-9_.+/=-]*"),
}
# Some patterns of detect-secrets take in what stands around the value.
_DELIMITERS: Final = ":='\""
_QUOTES: Final = "'\""


@dataclass(frozen=True, kw_only=True, slots=True)
class Detector:
    """One pattern of one kind of secret.

    `group` holds the value (0: the whole match). `tail` says how the value may go on behind the match: "exact"
    means it must not, "token" and "dotted" that what follows belongs to it, "none" that the match says it all.
    `accepts` is a further check of the value.
    """

    kind: str
    pattern: re.Pattern[str]
    strength: Strength
    group: int = 0
    tail: Tail = "token"
    accepts: Callable[[str], bool] | None = None

    def spans(self, line: str) -> Iterator[tuple[int, int, int, int]]:
        """Each value in the line: where its match begins, where it begins and ends itself, where its match ends."""
        for match in self.pattern.finditer(line):
            start, end = match.span(self.group)
            if self.tail != "none" and line[start - 1 : start].isalnum() and line[start - 1 : start].isascii():
                continue
            if self.tail == "exact" and re.match(r"[A-Za-z0-9]", line[end : end + 1]):
                continue
            rest = _TAILS[self.tail].match(line, end)
            end = rest.end() if rest else end
            while start < end and (line[start].isspace() or line[start] in _DELIMITERS):
                start += 1
            while start < end and (line[end - 1].isspace() or line[end - 1] in _QUOTES):
                end -= 1
            if self._is_accepted(line[start:end]):
                yield min(match.start(), start), start, end, max(match.end(), end)

    def _is_accepted(self, value: str) -> bool:
        # No vendor's format has digits of other scripts, which \d matches too.
        is_written_so = value.isascii() or self.kind == "url-password"
        return bool(value) and is_written_so and (self.accepts is None or self.accepts(value))


# detect-secrets' detectors: (module, class) -> kind, strength, group, tail for each of its patterns in order.
# Not here: "ip_public" (an address is no secret), "azure_storage_key", "basic_auth" and "npm" (their matches take in
# the name or the rest of the line, so their formats are in _OWN), the high-entropy and keyword detectors and
# "private_key" (they need more than a pattern: secrets.py).
_STRUCTURAL, _LIKELY, _GUESS = Strength.STRUCTURAL, Strength.LIKELY, Strength.GUESS
_Row = tuple[str, Strength, int, Tail]
_PLUGINS: Final[Mapping[tuple[str, str], tuple[_Row, ...]]] = {
    ("aws", "AWSKeyDetector"): (("aws-key", _STRUCTURAL, 0, "exact"), ("aws-secret-key", _LIKELY, 1, "none")),
    ("artifactory", "ArtifactoryDetector"): (("artifactory-token", _GUESS, 0, "none"),) * 2,
    ("cloudant", "CloudantDetector"): (("cloudant-key", _GUESS, 1, "none"),) * 4,
    ("discord", "DiscordBotTokenDetector"): (("discord-token", _STRUCTURAL, 0, "token"),),
    ("github_token", "GitHubTokenDetector"): (("github-token", _STRUCTURAL, 0, "token"),),
    ("gitlab_token", "GitLabTokenDetector"): (("gitlab-token", _STRUCTURAL, 0, "token"),) * 7,
    ("ibm_cloud_iam", "IbmCloudIamDetector"): (("ibm-key", _GUESS, 1, "none"),),
    ("ibm_cos_hmac", "IbmCosHmacDetector"): (("ibm-key", _GUESS, 1, "none"),),
    ("jwt", "JwtTokenDetector"): (("jwt", _LIKELY, 0, "dotted"),),
    ("mailchimp", "MailchimpDetector"): (("mailchimp-key", _STRUCTURAL, 0, "exact"),),
    ("openai", "OpenAIDetector"): (("openai-key", _STRUCTURAL, 0, "token"),),
    ("pypi_token", "PypiTokenDetector"): (("pypi-token", _STRUCTURAL, 0, "token"),) * 2,
    ("sendgrid", "SendGridDetector"): (("sendgrid-key", _STRUCTURAL, 0, "token"),),
    ("slack", "SlackDetector"): (("slack-token", _STRUCTURAL, 0, "token"), ("slack-webhook", _STRUCTURAL, 0, "token")),
    ("softlayer", "SoftlayerDetector"): (("softlayer-key", _GUESS, 1, "none"),) * 2,
    ("square_oauth", "SquareOAuthDetector"): (("square-secret", _STRUCTURAL, 0, "token"),),
    ("stripe", "StripeDetector"): (("stripe-key", _STRUCTURAL, 0, "token"),),
    ("telegram_token", "TelegramBotTokenDetector"): (("telegram-token", _STRUCTURAL, 0, "exact"),),
    ("twilio", "TwilioKeyDetector"): (("twilio-sid", _GUESS, 0, "exact"), ("twilio-key", _LIKELY, 0, "exact")),
}

# Formats that the vendors publish for secret scanners and detect-secrets 1.5 does not know or does not delimit.
_OWN: Final[tuple[tuple[str, Strength, int, Tail, str], ...]] = (
    ("github-token", _STRUCTURAL, 0, "token", r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    ("google-key", _STRUCTURAL, 0, "exact", r"AIza[A-Za-z0-9_-]{35}"),
    ("anthropic-key", _STRUCTURAL, 0, "token", r"sk-ant-[a-z]{3,6}[0-9]{2}-[A-Za-z0-9_-]{80,}"),
    ("openai-key", _LIKELY, 0, "token", r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}"),
    ("openrouter-key", _STRUCTURAL, 0, "token", r"sk-or-v1-[a-f0-9]{64}"),
    ("npm-token", _STRUCTURAL, 0, "exact", r"npm_[A-Za-z0-9]{36}"),
    ("npm-token", _STRUCTURAL, 1, "none", r"//[^\s/]+/(?:[^\s/:]+/)*:_authToken=\s*[\"']?([A-Za-z0-9_-]{36,})"),
    ("telegram-token", _STRUCTURAL, 1, "none", r"\bbot([0-9]{8,10}:[0-9A-Za-z_-]{35})(?![0-9A-Za-z_-])"),
    (
        "cloudant-api-key",
        _GUESS,
        1,
        "none",
        r"(?i:cloudant[\w-]{0,9}(?:key|pw|pwd|pass|password|token))[\"']?\]? *(?::=|=>|[:=]) {0,2}[\"']?"
        r"([a-z]{24})(?![\w(.-])",
    ),
    ("azure-storage-key", _STRUCTURAL, 1, "none", r"AccountKey=([A-Za-z0-9+/=]{88})"),
    ("huggingface-token", _STRUCTURAL, 0, "exact", r"hf_[A-Za-z0-9]{34}"),
    ("slack-token", _STRUCTURAL, 0, "token", r"xapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-z0-9]+"),
    ("digitalocean-token", _STRUCTURAL, 0, "exact", r"do[opr]_v1_[a-f0-9]{64}"),
    ("shopify-token", _STRUCTURAL, 0, "exact", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("vault-token", _STRUCTURAL, 0, "token", r"hv[sb]\.[A-Za-z0-9_-]{24,}"),
    ("databricks-token", _STRUCTURAL, 0, "token", r"dapi[a-f0-9]{32}"),
    ("age-key", _STRUCTURAL, 0, "exact", r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
    ("stripe-key", _GUESS, 0, "token", r"[rs]k_test_[0-9a-zA-Z]{24}"),
    ("url-password", _GUESS, 1, "none", r"[a-zA-Z][a-zA-Z0-9+.-]{0,30}+://[^\s:/@'\"]*:([^\s@/'\"<>{}\[\]]{3,})@"),
    ("bearer-token", _LIKELY, 1, "none", r"(?i:\bbearer)\s+([A-Za-z0-9._~+/-]{20,}=*)"),
    # "pass" alone, which detect-secrets knows behind "db" and "key" only: in quotes, and as an environment has it.
    ("password", _GUESS, 1, "none", r"(?i:(?<![a-z])pass)[\"']?\]?\s*(?::=|=>|[:=])\s*[rbuf]?[\"']([^\s\"']{8,})[\"']"),
    ("password", _GUESS, 1, "none", r"(?:^|\s)(?:[A-Z0-9]+_)*PASS=([^\s\"'$(){}\[\];,<>]{8,})(?=\s|$)"),
    # The same where it is compared, on either side.
    ("password", _GUESS, 1, "none", r"[\"']([^\s\"']{8,})[\"']\s*[!=]==?\s*[\w.$]*?(?i:(?<![a-z])pass)\b"),
    ("password", _GUESS, 1, "none", r"(?i:(?<![a-z])pass)\b\s*[!=]==?\s*[rbuf]?[\"']([^\s\"']{8,})[\"']"),
    (
        "token",
        _GUESS,
        1,
        "none",
        r"(?i:token|passphrase|credentials?)\w*+[\"']?\]?\s*(?::=|=>|[:=])\s*[rbuf]?[\"']([^\s\"']{12,})[\"']",
    ),
)
_CHECKED_BY_ENTROPY: Final = frozenset(
    {"artifactory-token", "bearer-token", "token", "ibm-key", "cloudant-key", "password"}
)
_MIXED: Final = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])")
_LEAST_DISTINCT: Final = 8
_WIDEST: Final = 16
_WIDE: Final = re.compile(rf"\s{{{_WIDEST + 1},}}")
# detect-secrets' pattern for indirect references without what only says that anything may stand before it, which makes
# the time grow with the cube of a line's length.
_ELSEWHERE: Final = re.compile(r"[:=!]\s*+[\w.-]++[\[(][^\v]*[\])]")
_LONGEST_ELSEWHERE: Final = 1000  # detect-secrets' own bound
_NAME: Final = re.compile(r"\w+")
_TELLING: Final = re.compile(r"key|pass|pwd|secret|contrase", re.IGNORECASE)
_MOST_TELLING: Final = 4  # words of one name


def squeezed(line: str) -> tuple[str, Callable[[int], int]]:
    """The line with no more than `_WIDEST` blanks in a row, and what gives the place in the line for one in it: the
    time that detect-secrets' patterns take grows with the cube of the blanks behind a telling word."""
    wide = list(_WIDE.finditer(line))
    if not wide:
        return line, int
    kept, cuts, missing, at = list[str](), list[int](), [0], 0
    for blanks in wide:
        kept.append(line[at : blanks.start() + _WIDEST])
        missing.append(missing[-1] + blanks.end() - blanks.start() - _WIDEST)
        at = blanks.end()
        cuts.append(at - missing[-1])
    return "".join((*kept, line[at:])), lambda place: place + missing[bisect_right(cuts, place)]


def without_endless_names(line: str) -> str:
    """The line, at the same length, with the last telling words alone of what has more than any name has: the time that
    detect-secrets' patterns for names take grows with the cube of their number."""

    def shortened(name: re.Match[str]) -> str:
        spare = len(_TELLING.findall(name[0])) - _MOST_TELLING
        return _TELLING.sub(lambda word: "x" * len(word[0]), name[0], count=spare) if spare > 0 else name[0]

    return _NAME.sub(shortened, line) if len(_TELLING.findall(line)) > _MOST_TELLING else line


def asks_elsewhere(line: str) -> bool:
    """Whether the line takes its value from a call or an index, `secret = get_secret()`: the same answer as that of
    detect-secrets' `is_indirect_reference`."""
    return len(line) <= _LONGEST_ELSEWHERE and bool(_ELSEWHERE.search(line))


@lru_cache(maxsize=1)
def detectors() -> tuple[Detector, ...]:
    """Every pattern-based detector. Imports detect-secrets (slow: about twelve Python starts) on the first call."""
    from importlib import import_module

    found = []
    for (module, name), rows in _PLUGINS.items():
        plugin = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
        # A newer release may have more patterns of the same kind than the table has rows.
        for index, pattern in enumerate(plugin.denylist):
            kind, strength, group, tail = rows[min(index, len(rows) - 1)]
            group = group if pattern.groups >= group else 0
            accepts = _check_of(kind, plugin)
            found.append(
                Detector(kind=kind, pattern=pattern, strength=strength, group=group, tail=tail, accepts=accepts)
            )
    for kind, strength, group, tail, source in _OWN:
        found.append(
            Detector(
                kind=kind,
                pattern=re.compile(source),
                strength=strength,
                group=group,
                tail=tail,
                accepts=_check_of(kind, None),
            )
        )
    return tuple(found)


def has_letters_and_digits(value: str) -> bool:
    """At least one of either, in ASCII."""
    return bool(_MIXED.match(value))


def looks_random(value: str) -> bool:
    """Letters and digits mixed, with at least eight different characters: no word, name or number of a person."""
    return has_letters_and_digits(value) and len(set(value)) >= _LEAST_DISTINCT


def _check_of(kind: str, plugin: object) -> Callable[[str], bool] | None:
    if kind == "jwt":
        return _is_web_token
    return looks_random if kind in _CHECKED_BY_ENTROPY else None


def _is_web_token(value: str) -> bool:
    from detect_secrets.plugins.jwt import JwtTokenDetector

    parts = value.rstrip(".").split(".")
    # Its pattern stops before the signature, which says nothing about the form; two parts are a token's head.
    return len(parts) in {2, 3, 5} and bool(JwtTokenDetector.is_formally_valid(".".join(parts[:2])))
