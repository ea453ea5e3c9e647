"""Category families: different words (and CWE numbers) for the same kind of defect."""

from __future__ import annotations

from typing import Final

# family -> CWE numbers and the words that reviewers use for it in a category. The numbers are the children and
# siblings that MITRE's research view (CWE-1000) puts together; the words are those seen in recorded reviews. Missing
# authentication (CWE-306) stands with missing authorization: reviewers use one for the other.
_FAMILIES: Final[dict[str, tuple[frozenset[int], frozenset[str]]]] = {
    "sql-injection": (frozenset({89, 564, 943}), frozenset({"sql", "sqli", "nosql"})),
    "command-injection": (frozenset({77, 78, 88}), frozenset({"command", "cmdi", "shell", "exec"})),
    "code-injection": (frozenset({94, 95, 96, 98, 470, 917, 1336}), frozenset({"eval", "ssti", "template"})),
    "xpath-injection": (frozenset({91, 643}), frozenset({"xpath", "xpathi"})),
    "xss": (frozenset({79, 80, 83, 87}), frozenset({"xss", "html", "scripting"})),
    "header-injection": (frozenset({93, 113, 644}), frozenset({"header", "headers", "crlf", "smuggling"})),
    "log-injection": (frozenset({117}), frozenset()),
    "path-traversal": (frozenset({22, 23, 36, 59, 73}), frozenset({"traversal", "path", "symlink", "zipslip", "lfi"})),
    "upload": (frozenset({434}), frozenset({"upload"})),
    "ssrf": (frozenset({441, 918}), frozenset({"ssrf"})),
    "redirect": (frozenset({601}), frozenset({"redirect"})),
    "deserialization": (
        frozenset({502}),
        frozenset({"deserialization", "deserialisation", "pickle", "unmarshal", "yaml"}),
    ),
    "xxe": (frozenset({611, 776, 827}), frozenset({"xxe", "xml"})),
    "csrf": (frozenset({352}), frozenset({"csrf"})),
    "mass-assignment": (frozenset({913, 915}), frozenset({"assignment"})),
    "authorization": (
        frozenset({266, 269, 284, 285, 306, 639, 862, 863}),
        frozenset(
            {"authorization", "authorisation", "authz", "access", "idor", "privilege", "permission", "permissions"}
        ),
    ),
    "authentication": (
        frozenset({287, 288, 290, 294, 384, 521, 613, 620, 640}),
        frozenset({"authentication", "auth", "session", "login"}),
    ),
    "brute-force": (frozenset({307, 799}), frozenset({"brute", "bruteforce", "rate", "lockout", "throttling"})),
    "integrity": (frozenset({345, 347, 353, 354, 565}), frozenset({"jwt", "signature", "integrity"})),
    "secret": (
        frozenset({259, 321, 547, 798}),
        frozenset({"secret", "secrets", "credential", "credentials", "hardcoded"}),
    ),
    "exposure": (
        frozenset({200, 201, 203, 204, 208, 209, 213, 359, 497, 532, 538}),
        frozenset({"leakage", "disclosure", "exposure", "enumeration"}),
    ),
    "cleartext": (
        frozenset({256, 257, 261, 311, 312, 319, 522, 523, 549}),
        frozenset({"cleartext", "plaintext", "password"}),
    ),
    "cryptography": (
        frozenset({295, 297, 310, 326, 327, 328, 759, 760, 916}),
        frozenset({"crypto", "cryptography", "cipher", "hash", "hashing", "md5", "tls", "certificate"}),
    ),
    "randomness": (frozenset({330, 331, 337, 338, 340}), frozenset({"random", "randomness", "prng"})),
    "cookie": (frozenset({614, 1004, 1275}), frozenset({"cookie", "cookies", "httponly", "samesite"})),
    "cors": (frozenset({346, 942}), frozenset({"cors"})),
    "clickjacking": (frozenset({1021}), frozenset({"clickjacking"})),
    "debug": (frozenset({11, 215, 489}), frozenset({"debug"})),
    "denial-of-service": (
        frozenset({185, 400, 407, 409, 674, 770, 835, 1333}),
        frozenset({"dos", "redos", "regex", "exhaustion", "infinite", "unbounded"}),
    ),
    "race": (frozenset({362, 366, 367, 820, 833}), frozenset({"race", "concurrency", "deadlock", "toctou", "thread"})),
    "resource-leak": (frozenset({401, 404, 459, 772, 775}), frozenset({"leak", "resource", "cleanup"})),
    "null": (frozenset({252, 457, 476, 908}), frozenset({"null", "none", "nil", "undefined", "attribute", "name"})),
    "bounds": (frozenset({119, 120, 125, 190, 193, 787}), frozenset({"overflow", "bounds", "off-by-one", "index"})),
    "error-handling": (
        frozenset({248, 390, 391, 396, 703, 754, 755}),
        frozenset({"error", "errors", "exception", "exceptions", "handling", "crash"}),
    ),
    "validation": (frozenset({20, 129, 1284, 1286}), frozenset({"validation", "input", "parsing", "sanitization"})),
    "performance": (
        frozenset({1050, 1176}),
        frozenset({"performance", "perf", "slow", "complexity", "quadratic", "n-plus-one"}),
    ),
    "dead-code": (frozenset({561, 563, 1164}), frozenset({"dead", "unused", "unreachable"})),
    "logic": (
        frozenset({480, 483, 570, 571, 628, 670, 682, 697, 704, 1023}),
        frozenset({"logic", "correctness", "bug", "wrong", "condition", "comparison", "type", "regression"}),
    ),
}
# Pillars and classes so wide that the category's own words say more.
_VAGUE_CWES: Final = frozenset({"CWE-16", "CWE-74", "CWE-664", "CWE-691", "CWE-693", "CWE-707", "CWE-710"})
_BY_CWE: Final = {f"CWE-{number}": name for name, (numbers, _) in _FAMILIES.items() for number in numbers}
_BY_WORD: Final = {word: name for name, (_, words) in _FAMILIES.items() for word in words}


def family(category: str, cwe: str) -> str:
    """The family of a category (a kebab-case word) and a CWE ("CWE-89" or ""); the CWE or category itself if unknown.

    The CWE decides when it is known, since it is the field's common language; a category says the same thing in
    a model's own words.
    """
    if cwe in _BY_CWE:
        return _BY_CWE[cwe]
    if category in _FAMILIES:
        return category
    words = category.replace("_", "-").split("-")
    found = next((_BY_WORD[word] for word in (category, *words) if word in _BY_WORD), "")
    return found or (cwe if cwe and cwe not in _VAGUE_CWES else category)


def is_telling(kind: str) -> bool:
    """True for a family of the table or a CWE; a category of a model's own says little, even when two agree on it."""
    return kind in _FAMILIES or kind.startswith("CWE-")
