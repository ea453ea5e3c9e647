"""Category families: different words (and CWE numbers) for the same kind of defect."""

from __future__ import annotations

from typing import Final

# family -> CWE numbers and the words that reviewers use for it in a category. The numbers are the children and
# siblings that MITRE's research view (CWE-1000) puts together; the words are those seen in recorded reviews.
_FAMILIES: Final[dict[str, tuple[frozenset[int], frozenset[str]]]] = {
    "sql-injection": (frozenset({89, 564, 943}), frozenset({"sql", "sqli", "nosql"})),
    "command-injection": (frozenset({77, 78, 88}), frozenset({"command", "shell", "exec"})),
    "code-injection": (frozenset({94, 95, 96, 1336, 917}), frozenset({"eval", "ssti", "template"})),
    "xss": (frozenset({79, 80, 83, 87}), frozenset({"xss", "html"})),
    "path-traversal": (frozenset({22, 23, 36, 73, 59}), frozenset({"traversal", "path", "symlink", "zipslip"})),
    "ssrf": (frozenset({918}), frozenset({"ssrf"})),
    "redirect": (frozenset({601}), frozenset({"redirect"})),
    "deserialization": (
        frozenset({502}),
        frozenset({"deserialization", "deserialisation", "pickle", "unmarshal", "yaml"}),
    ),
    "xxe": (frozenset({611, 776}), frozenset({"xxe", "xml"})),
    "csrf": (frozenset({352}), frozenset({"csrf"})),
    "authorization": (
        frozenset({285, 862, 863, 639, 284, 269, 915}),
        frozenset({"authorization", "authorisation", "access", "idor", "privilege", "permission", "permissions"}),
    ),
    "authentication": (
        frozenset({287, 306, 307, 384, 613, 640, 347, 345}),
        frozenset({"authentication", "auth", "session", "login", "jwt"}),
    ),
    "secret": (
        frozenset({798, 259, 321, 522, 256, 312, 200, 532, 209}),
        frozenset({"secret", "secrets", "credential", "credentials", "password", "leakage", "disclosure", "exposure"}),
    ),
    "cryptography": (
        frozenset({326, 327, 328, 330, 338, 916, 295, 310}),
        frozenset({"crypto", "cryptography", "hash", "random", "randomness", "tls", "certificate"}),
    ),
    "denial-of-service": (
        frozenset({400, 770, 1333, 835, 674, 409, 407}),
        frozenset({"dos", "redos", "regex", "exhaustion", "infinite", "unbounded"}),
    ),
    "race": (frozenset({362, 367, 366, 833, 820}), frozenset({"race", "concurrency", "deadlock", "toctou", "thread"})),
    "resource-leak": (frozenset({401, 404, 772, 775, 459}), frozenset({"leak", "resource", "cleanup"})),
    "null": (frozenset({476, 252, 908, 457}), frozenset({"null", "none", "nil", "undefined", "attribute", "name"})),
    "bounds": (frozenset({119, 120, 125, 787, 190, 193}), frozenset({"overflow", "bounds", "off-by-one", "index"})),
    "error-handling": (
        frozenset({703, 754, 755, 390, 391, 248, 396}),
        frozenset({"error", "errors", "exception", "exceptions", "handling", "crash"}),
    ),
    "validation": (frozenset({20, 1284, 129, 1286}), frozenset({"validation", "input", "parsing", "sanitization"})),
    "performance": (frozenset({1050, 1176}), frozenset({"performance", "perf", "slow", "complexity", "quadratic"})),
    "dead-code": (frozenset({561, 563, 1164}), frozenset({"dead", "unused", "unreachable"})),
    "logic": (
        frozenset({670, 682, 697, 480, 483, 571, 570, 628, 704, 1023}),
        frozenset({"logic", "correctness", "bug", "wrong", "condition", "comparison", "type", "regression"}),
    ),
}
_BY_CWE: Final = {f"CWE-{number}": name for name, (numbers, _) in _FAMILIES.items() for number in numbers}
_BY_WORD: Final = {word: name for name, (_, words) in _FAMILIES.items() for word in words}


def family(category: str, cwe: str) -> str:
    """The family of a category (a kebab-case word) and a CWE ("CWE-89" or ""); the category itself if unknown.

    The CWE decides when it is known, since it is the field's common language; a category says the same thing in
    a model's own words.
    """
    if cwe in _BY_CWE:
        return _BY_CWE[cwe]
    if category in _FAMILIES:
        return category
    words = category.replace("_", "-").split("-")
    return next((_BY_WORD[word] for word in (category, *words) if word in _BY_WORD), category)
