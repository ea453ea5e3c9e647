# ruff: noqa: E501  (a table is read by rows)
"""The embedded reviewer's rule table: what ruff's rules prove or suspect, how bad it is, why, and how to mend it.

Proof is what certainly fails when the line runs (or never parses); only it blocks without a second opinion. A
security pattern is a suspicion. HIGH is kept for what is nearly always a defect, since without a model at hand a
suspicion at HIGH blocks by itself. A rule that is not in the table is off: style is not a defect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from lok_hooks.core.finding import Severity

SYNTAX: Final = "invalid-syntax"
UNCHECKED: Final = "unchecked"
"""A file that ruff itself crashed on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One row: `is_proof` or suspicion, `category` a kebab-case word, `cwe` "CWE-n" or ""."""

    is_proof: bool
    severity: Severity
    category: str
    cwe: str
    why: str
    fix: str


_LOW, _MEDIUM, _HIGH, _CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL


def _proof(severity: Severity, category: str, cwe: str, why: str, fix: str = "") -> Rule:
    return Rule(is_proof=True, severity=severity, category=category, cwe=cwe, why=why, fix=fix)


def _suspicion(severity: Severity, category: str, cwe: str, why: str, fix: str = "") -> Rule:
    return Rule(is_proof=False, severity=severity, category=category, cwe=cwe, why=why, fix=fix)


# fmt: off
_UNPARSED = _proof(_CRITICAL, "syntax-error", "", "Python cannot compile this file: importing it fails", "mend the syntax")
_FORMAT = _proof(_HIGH, "error", "CWE-628", "formatting this string raises an exception", "make placeholders and values match")
_FORMAT_EXTRA = _suspicion(_LOW, "logic", "CWE-628", "a value is passed that the string never shows", "use it or drop it")
_SPECIAL = _suspicion(_MEDIUM, "error", "CWE-704", "TypeError when Python calls this method, unless it raises something else first", "return the type it must return")
_LOGGING = _suspicion(_MEDIUM, "error", "CWE-628", "the log record cannot be formatted: it is lost and a traceback printed", "make placeholders and arguments match")
_HIDDEN = _suspicion(_LOW, "security", "CWE-1007", "an invisible character in the code misleads its readers", "write it as an escape")
_BLOCKING = _suspicion(_MEDIUM, "performance", "CWE-1050", "a blocking call stops every task of the event loop", "use the asynchronous counterpart or a thread")
_XML = _suspicion(_LOW, "xxe", "CWE-611", "hostile XML can exhaust memory or read files with this parser", "use defusedxml for input you do not control")
_CIPHER = _suspicion(_MEDIUM, "cryptography", "CWE-327", "this cipher or mode is broken", "use AES-GCM or ChaCha20-Poly1305")
_TLS = _suspicion(_MEDIUM, "cryptography", "CWE-327", "old SSL/TLS versions can be broken by who listens", "require TLS 1.2 or newer")
_PASSWORD = _suspicion(_LOW, "secret", "CWE-259", "a password in code is known to everyone who reads the repository", "load it from the environment or a secret store")
_SHELL = _suspicion(_HIGH, "command-injection", "CWE-78", "a shell interprets the string: who controls a part of it runs commands", "pass a list of arguments, without a shell")

RULES: Final[Mapping[str, Rule]] = {
    SYNTAX: _UNPARSED,
    UNCHECKED: _suspicion(_MEDIUM, "security", "", "code nested or chained this deeply stops every check of this file, perhaps on purpose", "write it flatter"),
    # Names
    "F821": _proof(_HIGH, "undefined-name", "CWE-457", "NameError when this line runs", "import it, define it, or mend the spelling"),
    "F822": _suspicion(_MEDIUM, "undefined-name", "CWE-457", "`import *` and documentation tools fail on this name", "define it or take it out of __all__"),
    "F823": _suspicion(_HIGH, "undefined-name", "CWE-457", "UnboundLocalError: the name is local to the function and not assigned yet", "assign it first, or declare it global or nonlocal"),
    "F402": _suspicion(_MEDIUM, "logic", "CWE-670", "the loop overwrites an imported name", "rename the loop variable"),
    "F811": _suspicion(_LOW, "dead-code", "CWE-561", "the earlier definition is never used: a test of that name does not run", "rename or remove one"),
    # Statements where they cannot stand
    "F701": _UNPARSED, "F702": _UNPARSED, "F704": _UNPARSED, "F706": _UNPARSED, "F707": _UNPARSED, "F404": _UNPARSED,
    "F407": _UNPARSED, "F621": _UNPARSED, "F622": _UNPARSED,
    "PLE0115": _UNPARSED, "PLE0117": _UNPARSED, "PLE0118": _UNPARSED, "PLE1142": _UNPARSED, "PLE1700": _UNPARSED,
    # Format strings
    "F501": _FORMAT, "F502": _FORMAT, "F503": _FORMAT, "F505": _FORMAT, "F506": replace(_FORMAT, is_proof=False), "F507": _FORMAT,
    "F508": _FORMAT, "F509": _FORMAT, "F521": _FORMAT, "F524": _FORMAT, "F525": _FORMAT,
    "PLE1300": _suspicion(_MEDIUM, "error", "CWE-628", "formatting this string raises an exception, unless the value has a format of its own", "mend the format"),
    "PLE1307": _FORMAT, "F504": _FORMAT_EXTRA, "F522": _FORMAT_EXTRA, "F523": _FORMAT_EXTRA,
    "PLE1205": _LOGGING, "PLE1206": _LOGGING,
    # Comparisons and conditions
    "F601": _suspicion(_MEDIUM, "logic", "CWE-682", "the key is there twice with different values: the first is lost", "remove one"),
    "F631": _proof(_MEDIUM, "logic", "CWE-571", "a tuple is always true: the assertion never fails", "remove the parentheses"),
    "F632": _suspicion(_MEDIUM, "logic", "CWE-697", "`is` compares identity, which differs between Python versions and builds", "use =="),
    "F633": _suspicion(_HIGH, "error", "CWE-704", "TypeError when this line runs: print is a function", "print(..., file=...)"),
    "F634": _proof(_MEDIUM, "logic", "CWE-571", "a tuple is always true: the branch is always taken", "remove the parentheses"),
    "F901": _suspicion(_MEDIUM, "error", "CWE-704", "TypeError when this line runs, unless the name is one of your own: NotImplemented is no exception", "raise NotImplementedError"),
    "B002": _suspicion(_MEDIUM, "logic", "CWE-480", "Python has no ++ or --: the value does not change", "use += 1"),
    "B003": _suspicion(_MEDIUM, "logic", "CWE-670", "child processes do not see the new environment", "os.environ.clear() and update()"),
    "B005": _suspicion(_MEDIUM, "logic", "CWE-628", "strip takes a set of characters, not a prefix or suffix", "use removeprefix or removesuffix"),
    "B006": _suspicion(_MEDIUM, "logic", "CWE-665", "the default is made once and shared by all calls", "default to None and make it inside"),
    "B012": _suspicion(_MEDIUM, "error-handling", "CWE-390", "leaving `finally` this way swallows the exception", "move it out of finally"),
    "B015": _suspicion(_MEDIUM, "logic", "CWE-482", "the comparison has no effect", "assert it, assign it, or remove it"),
    "B016": _proof(_MEDIUM, "error", "CWE-704", "TypeError when this line runs: a literal is no exception", "raise an exception class"),
    "B018": _suspicion(_LOW, "logic", "CWE-1164", "the expression has no effect", "use its value or remove it"),
    "B020": _suspicion(_MEDIUM, "logic", "CWE-670", "the loop variable overwrites what is looped over", "rename it"),
    "B022": _suspicion(_LOW, "error-handling", "CWE-390", "suppress() without exceptions suppresses nothing", "name the exceptions"),
    "B023": _suspicion(_MEDIUM, "logic", "CWE-670", "the function sees the loop variable's last value, not this round's", "bind it as a default argument"),
    "B025": _suspicion(_MEDIUM, "error-handling", "CWE-561", "the second handler never runs", "merge the handlers"),
    "B029": _suspicion(_MEDIUM, "error-handling", "CWE-390", "`except ()` catches nothing", "name the exceptions"),
    "B030": _suspicion(_MEDIUM, "error-handling", "CWE-704", "TypeError as soon as an exception comes by: this is no exception class", "name exception classes"),
    "B031": _suspicion(_MEDIUM, "logic", "CWE-672", "a group can be looped over once only", "make a list of it first"),
    "B032": _suspicion(_MEDIUM, "logic", "CWE-482", "a colon makes this an annotation: nothing is assigned", "use ="),
    "B035": _suspicion(_MEDIUM, "logic", "CWE-670", "every round writes the same key: one entry is left", "use the loop variable in the key"),
    "B039": _suspicion(_MEDIUM, "logic", "CWE-665", "all contexts share this default", "default to None"),
    "PLR0124": _suspicion(_MEDIUM, "logic", "CWE-571", "a value is compared with itself", "compare it with the other one"),
    "PLW0127": _suspicion(_LOW, "logic", "CWE-1164", "the variable is assigned to itself", "remove it or mend the name"),
    "PLW0129": _suspicion(_MEDIUM, "logic", "CWE-571", "a string is always true (or never): nothing is asserted", "assert a condition"),
    "PLW0133": _suspicion(_MEDIUM, "error-handling", "CWE-390", "the exception is made and not raised", "raise it"),
    "PLW0245": _suspicion(_MEDIUM, "error", "CWE-628", "AttributeError: super is not called", "super()"),
    "PLW0711": _suspicion(_MEDIUM, "error-handling", "CWE-480", "`or` picks one class: the other is not caught", "use a tuple of classes"),
    "PLW1501": _proof(_MEDIUM, "error", "CWE-628", "ValueError when this line runs: there is no such mode", "mend the mode"),
    "RUF006": _suspicion(_MEDIUM, "race", "CWE-672", "the task can be collected before it is done: nobody holds it", "keep a reference"),
    "RUF008": _suspicion(_MEDIUM, "logic", "CWE-665", "all instances share this default", "field(default_factory=...)"),
    "RUF016": _proof(_MEDIUM, "error", "CWE-704", "TypeError when this line runs: no such index", "use an integer or a slice"),
    "RUF024": _suspicion(_MEDIUM, "logic", "CWE-665", "all keys share one value", "use a dict comprehension"),
    # Calls that fail
    "PLE0100": _suspicion(_MEDIUM, "error", "CWE-704", "TypeError: __init__ must not be a generator", "remove the yield"),
    "PLE0101": _suspicion(_MEDIUM, "error", "CWE-704", "TypeError when an instance is made, unless what __init__ returns is None", "return nothing"),
    "PLE0237": _suspicion(_MEDIUM, "error", "CWE-704", "AttributeError: __slots__ has no such name", "add it to __slots__"),
    "PLE0241": _proof(_HIGH, "error", "CWE-704", "TypeError when the class is made: a base is there twice", "remove one"),
    "PLE0302": _suspicion(_MEDIUM, "error", "CWE-628", "Python calls this method with other arguments", "mend the signature"),
    "PLE0303": _SPECIAL, "PLE0304": _SPECIAL, "PLE0305": _SPECIAL, "PLE0307": _SPECIAL, "PLE0308": _SPECIAL,
    "PLE0309": _SPECIAL,
    "PLE0604": _suspicion(_LOW, "error", "CWE-704", "`import *` fails: __all__ holds something else than strings", "name strings"),
    "PLE0605": _suspicion(_LOW, "error", "CWE-704", "`import *` fails: __all__ is no list or tuple", "use a list"),
    "PLE0643": _suspicion(_HIGH, "bounds", "CWE-125", "IndexError: the sequence is shorter", "mend the index"),
    "PLE0704": _suspicion(_MEDIUM, "error-handling", "CWE-755", "RuntimeError: there is no exception to raise again", "raise a named exception"),
    "PLE1132": _proof(_HIGH, "error", "CWE-628", "TypeError when this line runs: an argument is given twice", "remove one"),
    "PLE1310": _suspicion(_MEDIUM, "logic", "CWE-628", "strip takes a set of characters, not a word", "use removeprefix or removesuffix"),
    "PLE1507": _proof(_MEDIUM, "error", "CWE-704", "TypeError when this line runs: the name must be a string", "use a string"),
    "T100": _suspicion(_MEDIUM, "error", "CWE-489", "the program stops here and waits for a debugger", "remove it"),
    # Characters that mislead
    "PLE2502": _suspicion(_HIGH, "security", "CWE-1007", "bidirectional control characters: the code does not run as it reads", "write them as escapes"),
    "PLE2510": _HIDDEN, "PLE2512": _HIDDEN, "PLE2513": _HIDDEN, "PLE2514": _HIDDEN, "PLE2515": _HIDDEN,
    # Event loop
    "ASYNC210": _BLOCKING, "ASYNC220": _BLOCKING, "ASYNC221": _BLOCKING, "ASYNC222": _BLOCKING, "ASYNC251": _BLOCKING,
    "ASYNC230": replace(_BLOCKING, severity=_LOW),
    # Security
    "S102": _suspicion(_MEDIUM, "code-injection", "CWE-95", "exec runs whatever the text says", "dispatch on known values"),
    "S103": _suspicion(_MEDIUM, "authorization", "CWE-732", "every user of the machine may write or run this file", "use 0o600 or 0o700"),
    "S104": _suspicion(_LOW, "security", "CWE-605", "the service listens on every network interface", "bind to localhost, or make it a setting"),
    "S105": _PASSWORD, "S106": _PASSWORD, "S107": _PASSWORD,
    "S108": _suspicion(_LOW, "path-traversal", "CWE-377", "others can guess the name and put a link there first", "use tempfile"),
    "S110": _suspicion(_LOW, "error-handling", "CWE-390", "the error is swallowed", "handle or log it"),
    "S112": _suspicion(_LOW, "error-handling", "CWE-390", "the error is swallowed", "handle or log it"),
    "S113": _suspicion(_LOW, "denial-of-service", "CWE-400", "a server that does not answer stops the program for ever", "pass a timeout"),
    "S201": _suspicion(_MEDIUM, "code-injection", "CWE-489", "Flask's debugger runs code for who reaches the port", "take it from a setting that is off by default"),
    "S202": _suspicion(_MEDIUM, "path-traversal", "CWE-22", "an archive can write outside the directory", "pass filter='data'"),
    "S301": _suspicion(_MEDIUM, "deserialization", "CWE-502", "loading hostile pickled data runs code", "use JSON for data you do not control"),
    "S302": _suspicion(_MEDIUM, "deserialization", "CWE-502", "loading hostile marshalled data crashes or runs code", "use JSON for data you do not control"),
    "S304": _CIPHER, "S305": _CIPHER,
    "S306": _suspicion(_MEDIUM, "race", "CWE-377", "mktemp: another program can take the name first", "use mkstemp or NamedTemporaryFile"),
    "S307": _suspicion(_MEDIUM, "code-injection", "CWE-95", "eval runs whatever the text says", "use ast.literal_eval or a parser"),
    "S308": _suspicion(_MEDIUM, "xss", "CWE-79", "mark_safe shows text without escaping", "use format_html"),
    "S311": _suspicion(_LOW, "cryptography", "CWE-338", "random is predictable: not for tokens or passwords", "use secrets"),
    "S312": _suspicion(_LOW, "cryptography", "CWE-319", "telnet sends everything in clear text", "use SSH"),
    "S313": _XML, "S314": _XML, "S315": _XML, "S316": _XML, "S317": _XML, "S318": _XML, "S319": _XML,
    "S321": _suspicion(_LOW, "cryptography", "CWE-319", "FTP sends everything in clear text", "use SFTP"),
    "S323": _suspicion(_MEDIUM, "cryptography", "CWE-295", "the certificate is not checked: anyone in between can listen", "use the default context"),
    "S324": _suspicion(_LOW, "cryptography", "CWE-328", "MD5 and SHA-1 are broken where an attacker chooses the input", "use SHA-256, or usedforsecurity=False"),
    "S501": _suspicion(_HIGH, "cryptography", "CWE-295", "the certificate is not checked: anyone in between can read and change the traffic", "remove verify=False, or pass the CA's file"),
    "S502": _TLS, "S503": _TLS, "S504": _TLS,
    "S505": _suspicion(_MEDIUM, "cryptography", "CWE-326", "the key is too short", "2048 bits for RSA, 224 for elliptic curves, or more"),
    "S506": _suspicion(_HIGH, "deserialization", "CWE-502", "this loader makes any Python object that the text names: hostile YAML runs code", "yaml.safe_load"),
    "S507": _suspicion(_MEDIUM, "authentication", "CWE-295", "the host key is not checked: anyone can pose as the server", "use RejectPolicy"),
    "S508": _TLS, "S509": _TLS,
    "S601": _suspicion(_MEDIUM, "command-injection", "CWE-78", "a remote shell interprets the string", "quote its parts with shlex.quote"),
    "S602": _SHELL, "S604": replace(_SHELL, severity=_MEDIUM), "S605": _SHELL,
    "S608": _suspicion(_HIGH, "sql-injection", "CWE-89", "SQL built from strings: who controls a part of it controls the query", "pass values as parameters"),
    "S609": _suspicion(_MEDIUM, "command-injection", "CWE-78", "a file named like an option changes what the command does", "put -- or ./ before the wildcard"),
    "S610": _suspicion(_MEDIUM, "sql-injection", "CWE-89", "extra() puts strings into the query", "use the query expressions"),
    "S611": _suspicion(_MEDIUM, "sql-injection", "CWE-89", "RawSQL puts strings into the query", "use the query expressions"),
    "S612": _suspicion(_MEDIUM, "code-injection", "CWE-94", "who reaches the port configures logging, which runs code", "pass verify="),
    "S701": _suspicion(_MEDIUM, "xss", "CWE-79", "values are shown without escaping", "autoescape=True"),
    "S702": _suspicion(_LOW, "xss", "CWE-79", "Mako shows values without escaping", "default_filters=['h']"),
    "S704": _suspicion(_MEDIUM, "xss", "CWE-79", "Markup shows text without escaping", "use Markup.escape or format"),
}
# fmt: on
