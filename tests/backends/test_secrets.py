from __future__ import annotations

import itertools
import json
import random
import re
import string
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lok_hooks.backends.secret_keys import keys_cut_off
from lok_hooks.backends.secret_patterns import Detector, asks_elsewhere, detectors
from lok_hooks.backends.secrets import find_secrets, may_match, redacted, screen
from lok_hooks.core.diff import Diff, Skipped, SkipReason
from lok_hooks.core.finding import Claim, Severity
from lok_hooks.core.ground import ground
from lok_hooks.core.screen import Strength
from tests.backends.static_helpers import added, claims, diff_of, file_diff, prompt_for
from tests.core.builders import file_diff as in_one_hunk

# Every secret here is put together at run time, so that no scanner takes this file for a leak.
UPPER, LOWER, DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits
ALNUM, HEX = UPPER + LOWER + DIGITS, DIGITS + "abcdef"
Make = Callable[[random.Random], str]


def _of(characters: str, count: int) -> Make:
    return lambda dice: "".join(dice.choice(characters) for _ in range(count))


def _with(prefix: str, characters: str, count: int) -> Make:
    return lambda dice: prefix + _of(characters, count)(dice)


def _web_token(dice: random.Random) -> str:
    import base64

    parts = ['{"alg":"HS256","typ":"JWT"}', f'{{"sub":"{dice.randrange(10**9)}","name":"a"}}']
    encoded = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, _of(ALNUM + "-_", 43)(dice)])


STRUCTURAL: dict[str, Make] = {
    "aws-key": _with("AKIA", UPPER + "234567", 16),
    "github-token": _with("ghp_", ALNUM, 36),
    "github-token fine-grained": lambda dice: f"github_pat_{_of(ALNUM, 22)(dice)}_{_of(ALNUM, 59)(dice)}",
    "gitlab-token": _with("glpat-", ALNUM, 20),
    "slack-token": lambda dice: f"xoxb-{_of(DIGITS, 12)(dice)}-{_of(DIGITS, 12)(dice)}-{_of(ALNUM, 24)(dice)}",
    "slack-webhook": lambda dice: "https://hooks.slack.com/services/T{}/B{}/{}".format(
        *(_of(ALNUM, n)(dice) for n in (8, 8, 24))
    ),
    "stripe-key": _with("sk_live_", ALNUM, 99),
    "openai-key": lambda dice: f"sk-{_of(ALNUM, 20)(dice)}T3BlbkFJ{_of(ALNUM, 20)(dice)}",
    "anthropic-key": _with("sk-ant-api03-", ALNUM + "-_", 95),
    "google-key": _with("AIza", ALNUM, 35),
    "npm-token": _with("npm_", ALNUM, 36),
    "pypi-token": _with("pypi-AgEIcHlwaS5vcmc", ALNUM, 120),
    "sendgrid-key": lambda dice: f"SG.{_of(ALNUM, 22)(dice)}.{_of(ALNUM, 43)(dice)}",
    "telegram-token": lambda dice: f"{dice.randrange(10**8, 10**10)}:{_of(ALNUM, 35)(dice)}",
    "mailchimp-key": lambda dice: f"{_of(HEX, 32)(dice)}-us12",
    "square-secret": _with("sq0csp-", ALNUM, 43),
    "huggingface-token": _with("hf_", ALNUM, 34),
    "digitalocean-token": _with("dop_v1_", HEX, 64),
    "shopify-token": _with("shpat_", HEX, 32),
    "vault-token": _with("hvs.", ALNUM, 90),
}  # fmt: skip
GUESSED: dict[str, Make] = {
    "jwt": _web_token,
    "password": lambda dice: _of(LOWER, 6)(dice) + _of(DIGITS, 3)(dice) + "!",
    "key": _of(HEX, 32),
    "secret": _of(ALNUM, 40),
}
LINES = {
    "a.py": 'value = "{}"',
    "a.js": "const value = '{}';",
    "a.env": "VALUE={}",
    "a.yaml": "value: {}",
    "a.json": '  "value": "{}",',
    "notes.txt": "use {} for now",
    "run.sh": "curl -H 'X-Value: {}' localhost",
    "a.go": 'value := "{}"',
}
NAMED = {
    "a.py": '{}_name = "{}"',
    "a.js": "const my_{} = '{}';",
    ".env": "APP_{}={}",
    "a.yaml": "{}: {}",
    "a.json": '  "{}": "{}",',
    "a.toml": '{} = "{}"',
}


def _kind(name: str) -> str:
    return name.partition(" ")[0]


@pytest.mark.parametrize("name", STRUCTURAL)
@pytest.mark.parametrize("path", LINES)
def test_structural_secrets_are_found_whole_wherever_they_stand(name: str, path: str) -> None:
    dice = random.Random(f"{name}{path}")
    for _ in range(3):
        value = STRUCTURAL[name](dice)
        line = LINES[path].format(value)
        (secret,) = [each for each in find_secrets(path, [line]) if each.is_structural]
        assert (secret.kind, secret.value) == (_kind(name), value)
        assert line[secret.start : secret.end] == value


@pytest.mark.parametrize("name", ["password", "key", "secret"])
@pytest.mark.parametrize("path", NAMED)
def test_values_with_a_telling_name_are_found(name: str, path: str) -> None:
    dice = random.Random(f"{name}{path}")
    named = {"password": "password", "key": "api_key", "secret": "client_secret"}[name]
    named = named.upper() if path == ".env" else named
    value = GUESSED[name](dice)
    (secret,) = find_secrets(path, [NAMED[path].format(named, value)])
    assert secret.value == value
    assert secret.kind == ("high-entropy" if secret.kind == "high-entropy" else name)
    assert secret.strength is (Strength.GUESS if name == "password" else Strength.LIKELY)


def test_recall_on_a_planted_set() -> None:
    dice = random.Random(20)
    every = {**STRUCTURAL, "jwt": GUESSED["jwt"]}
    planted = [(name, path, make(dice)) for name, make in every.items() for path in dice.choices(list(LINES), k=10)]
    missed = [
        (name, path, value)
        for name, path, value in planted
        if value not in {each.value for each in find_secrets(path, [LINES[path].format(value)])}
    ]
    assert len(planted) == 210
    assert missed == []


@pytest.mark.parametrize("line", ['url = "https://api.telegram.org/bot{}/sendMessage"', "GET /bot{}/getMe", "bot{}"])
def test_a_telegram_token_is_found_in_the_address_it_is_sent_to(line: str) -> None:
    value = STRUCTURAL["telegram-token"](random.Random(line))
    (secret,) = find_secrets("a.py", [line.format(value)])
    assert (secret.kind, secret.value, secret.strength) == ("telegram-token", value, Strength.STRUCTURAL)
    assert find_secrets("a.py", [line.format(value + "x")]) == ()


@pytest.mark.parametrize("line", ['cloudant_key = "{}"', "CLOUDANT_API_KEY={}", '"cloudant-password": "{}",'])
def test_a_cloudant_key_of_letters_alone_is_found(line: str) -> None:
    value = _of(LOWER, 24)(random.Random(line))
    (secret,) = find_secrets("a.py", [line.format(value)])
    assert secret.value == value


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", 'smtp_pass = "{}"'),
        ("a.json", '  "SMTP_PASS": "{}",'),
        ("a.js", "  pass: '{}',"),
        (".env", "SMTP_PASS={}"),
        ("run.sh", "export PASS={}"),
        ("a.yaml", "  smtp_pass: {}"),
        ("a.ini", "pass = {}  ; of the mailer"),
        ("a.py", "if '{}' == user.pass:"),
        ("a.js", 'if ("{}" !== pass) {{'),
        ("a.go", 'if pass == "{}" {{'),
    ],
)
def test_a_value_called_pass_is_a_password(path: str, line: str) -> None:
    value = _of(LOWER, 7)(random.Random(line)) + "49Qx!"
    (secret,) = find_secrets(path, [line.format(value)])
    assert (secret.kind, secret.value) == ("password", value)


@pytest.mark.parametrize("path", ["home/.aws/credentials", "home/.aws/config", "a.ini"])
def test_a_file_of_credentials_has_no_quotes(path: str) -> None:
    value = _of(ALNUM + "+/", 40)(random.Random(path))
    (secret,) = find_secrets(path, [f"aws_secret_access_key = {value}"])
    assert secret.value == value


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", 'password = os.environ["PASSWORD"]'),
        ("a.py", "password = get_password(user)"),
        ("a.py", 'password: str = Field(description="the password")'),
        ("a.py", 'PASSWORD_FIELD = "password"'),
        ("a.py", 'SECRET_NAME = "client_secret"'),
        ("a.py", 'api_key = "your-api-key-here"'),
        ("a.py", 'api_key = "<your key>"'),
        ("a.py", 'api_key = "${API_KEY}"'),
        ("a.py", 'api_key = "xxxxxxxxxxxxxxxxxxxx"'),
        ("a.py", 'raise ValueError("the password is wrong")'),
        ("a.py", 'if "-----BEGIN RSA PRIVATE KEY-----" in text:'),
        ("a.py", "key = 'AKIAIOSFODNN7" + "EXAMPLE'"),
        ("a.py", 'path = "src/components/users/UserProfileSettings2.tsx"'),
        ("a.py", 'name = "some-very-long-service-name-with-2-numbers-in-it"'),
        ("a.py", 'id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"'),
        ("a.py", 'sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"'),
        ("a.py", 'alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"'),
        ("a.py", 'url = "https://example.org/a/b?c=d"'),
        ("a.py", 'url = "postgres://user:${PASSWORD}@host/db"'),
        ("a.yaml", "password: ${{ secrets.PASSWORD }}"),
        ("a.yaml", "password: !vault abc"),
        ("a.yaml", "uses: actions/checkout@8ade135a41bc03ea155e62e844d188df1ea18608"),
        (".env", "PASSWORD="),
        (".env", "PASSWORD=$OTHER"),
        ("a.js", "const token = request.headers['authorization']"),
        ("a.js", 'sri = "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"'),
        ("package-lock.json", '"integrity": "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f80912"'),
        ("a.md", "Set the `api_key` and `password` options."),
        ("a.py", "cloudant_key = loadthekeyfromthevaults(name)"),
        ("a.py", 'smtp_pass = os.environ["SMTP_PASS_2"]'),
        ("a.py", 'bypass = "hu7tgrw2Xk9q"'),
        ("run.sh", "SMTP_PASS=$(pass show mail1/smtp)"),
        ("a.go", "pass := hu7tgrw2Xk9q"),
        ("a.yaml", "bypass: hu7tgrw2Xk9q"),
        ("a.yaml", "pass: on-the-second-try"),
        ("a.py", 'if bypass == "hu7tgrw2Xk9q":'),
        ("a.py", 'if pass == "not-a-secret":'),
    ],
)
def test_clean_twins_are_not_secrets(path: str, line: str) -> None:
    assert find_secrets(path, [line]) == ()


def _private_key(dice: random.Random, label: str = "RSA ") -> list[str]:
    body = [_of(ALNUM + "+/", 64)(dice) for _ in range(12)] + [_of(ALNUM, 40)(dice) + "=="]
    return [f"-----BEGIN {label}PRIVATE KEY-----", *body, f"-----END {label}PRIVATE KEY-----"]


@pytest.mark.parametrize("label", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_the_lines_of_a_private_key_are_secrets(label: str) -> None:
    key = _private_key(random.Random(label), label)
    found = find_secrets("id_rsa", ["before", *key, "after = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'"])
    assert [(each.kind, each.value) for each in found] == [("private-key", line) for line in key[1:-1]]


@pytest.mark.parametrize("indent", ["    ", "# ", '    "'])
def test_a_private_key_within_other_text(indent: str) -> None:
    key = _private_key(random.Random(indent))
    key.insert(1, "Proc-Type: 4,ENCRYPTED")
    key.insert(2, "")
    found = find_secrets("a.yaml", [f"{indent}{line}" for line in key])
    assert {each.value for each in found} == set(key[3:-1])


def test_a_private_key_in_one_line() -> None:
    key = _private_key(random.Random(1))
    line = '"private_key": "' + "\\n".join(key) + '\\n",'
    found = find_secrets("service.json", [line])
    assert {each.value for each in found} == set(key[1:-1])
    assert screen(diff_of({"service.json": (None, line + "\n")})).redact(line).count("<SECRET:private-key:") == 13


def test_every_private_key_of_a_line_is_hidden() -> None:
    keys = [_private_key(random.Random(seed)) for seed in (1, 2)]
    line = json.dumps({name: "\n".join(key) for name, key in zip("ab", keys, strict=True)})
    redacted = screen(diff_of({"keys.json": (None, line + "\n")})).redact(line)
    assert not [part for key in keys for part in key[1:-1] if part in redacted]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----\n" + " " * 100_000 + "a b c d",
        "-----BEGIN PRIVATE KEY-----" + r"\n" * 100_000,
        "-----BEGIN PRIVATE KEY-----a1b2c3d4e5f6g7h8\n" * 20_000,
        "+" * 100_000 + "é",
        "+" * 100_000 + "é\n-----END PRIVATE KEY-----",
    ],
)
def test_no_text_makes_the_search_for_private_keys_slow(text: str) -> None:
    lines = text.split("\n")
    assert [*find_secrets("a.txt", lines), *keys_cut_off(lines)] == []


def _matches(detector: Detector) -> st.SearchStrategy[str]:
    return st.from_regex(re.compile(detector.pattern.pattern, detector.pattern.flags), fullmatch=False)


@pytest.mark.parametrize("index", range(len(detectors())))
def test_the_gate_lets_every_match_of_every_detector_through(index: int) -> None:
    detector = detectors()[index]

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(_matches(detector))
    def gate(line: str) -> None:
        if "\n" not in line and list(detector.spans(line)):
            assert may_match(line), line

    gate()


def test_the_gate_lets_every_named_value_through() -> None:
    from detect_secrets.plugins.keyword import DENYLIST

    words = [word.replace("_?", joint) for word in DENYLIST for joint in ("", "_")]
    for word in words:
        for line in (f"my_{word}_x = 'a1b2c3'", f"{word.upper()}: a1b2c3", f'"a1b2c3" == {word}'):
            assert may_match(line), line


def test_a_pragma_allows_a_line_and_it_is_said() -> None:
    value = STRUCTURAL["aws-key"](random.Random(1))
    plain, allowed = f'a = "{value}"', f'a = "{value}"  # pragma: allowlist secret'
    assert [each.is_allowed for each in find_secrets("a.py", [plain, allowed])] == [False, True]
    above = find_secrets("a.py", ["# pragma: allowlist nextline secret", plain, plain])
    assert [each.is_allowed for each in above] == [True, False]


@pytest.mark.parametrize(
    "line",
    [
        *(
            "https://a.b/c " * 40_000,
            '"a1b2c3d4e5f6a7b8"' * 20_000,
            "//" * 200_000,
            "eyJhbGci." * 40_000,
            "key=" * 100_000,
        ),
        *(f"password{blank * 100_000}" for blank in (" ", "\t", "\u3000")),
        "".join(f"api_key{number}" for number in range(30_000)),
        "".join(f"db_pass_{number}" for number in range(30_000)),
        "".join(f"token{number}" for number in range(30_000)),
    ],
)
def test_a_very_long_line_takes_seconds_at_most(line: str) -> None:
    started = time.process_time()
    find_secrets("a.min.js", [line])
    assert time.process_time() - started < 20


NUMBERS = itertools.count()


@given(st.text("a=:! \t\x0b()[]-.é_", max_size=20))
def test_what_is_asked_elsewhere_is_what_detect_secrets_says(line: str) -> None:
    from detect_secrets.filters.heuristic import is_indirect_reference

    assert asks_elsewhere(line) == is_indirect_reference(line)
    assert asks_elsewhere(f"{line}{'x' * 1000}") == is_indirect_reference(f"{line}{'x' * 1000}")


@pytest.mark.parametrize("word", ["bearer ]\t", "secret_access_key", "'a1b2c3d4e5f6g7h8'pwd "])
def test_what_is_asked_elsewhere_costs_little_to_see(word: str) -> None:
    def seconds(length: int) -> float:
        # No line twice: what was searched before is remembered.
        lines = [f"{next(NUMBERS):05d}{(word + ' ' * 16) * 1000}"[:length] for _ in range(20)]
        started = time.process_time()
        find_secrets("a.swift", lines)
        return time.process_time() - started

    seconds(100)
    # A longer line is not looked at for that. With detect-secrets' own pattern: 8 to 70 times as much.
    assert min(seconds(990) for _ in range(3)) < 4 * min(seconds(1010) for _ in range(3))


def test_a_secret_in_a_very_long_line_is_found_at_any_place() -> None:
    value = STRUCTURAL["github-token"](random.Random(1))
    for place in (0, 3570, 3584, 4070, 4096, 9000):
        line = "a;" * (place // 2) + value + ";b" * 5000
        (secret,) = find_secrets("a.js", [line])
        assert line[secret.start : secret.end] == value


@pytest.mark.parametrize("count", [1, 15, 16, 17, 18, 5_000])
def test_blanks_of_any_number_hide_no_secret_and_move_none(count: int) -> None:
    blanks = " " * count
    line = (
        f"{blanks}password ={blanks}'{(first := 'hunter2xyz9')}'{blanks}; api_key={blanks}'{(other := 'Zk39fkslFk3')}'"
    )
    found = find_secrets("a.py", [line])
    assert [line[secret.start : secret.end] for secret in found] == [secret.value for secret in found] == [first, other]
    for secret in found:
        assert line[secret.start - len(secret.before) : secret.start] == secret.before
        assert line.startswith(secret.after, secret.end)


def test_the_last_words_of_an_endless_name_are_its_meaning() -> None:
    name = "secret_" * 50
    (secret,) = find_secrets("a.py", [f"{name}key = 'Zk39fkslFk3'"])
    assert secret.value == "Zk39fkslFk3"


def test_threads_find_the_same() -> None:
    dice = random.Random(3)
    lines = [LINES["a.py"].format(make(dice)) for make in STRUCTURAL.values()]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: find_secrets(f"{n % 3}.py", lines), range(64)))
    assert all(result == results[0] for result in results)
    assert len(results[0]) == len(lines)


def test_nothing_heavy_is_imported_before_a_search() -> None:
    code = "import sys, lok_hooks.backends.static as _; print(sys.modules.keys() & {'detect_secrets', 'requests'})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


# The screening of a diff


def test_a_screening_covers_all_that_a_prompt_can_show() -> None:
    dice = random.Random(4)
    names = ["aws-key", "github-token", "stripe-key", "npm-token", "google-key"]
    gone, context, new, in_path, elsewhere = (STRUCTURAL[name](dice) for name in names)
    path = f"keys/{in_path}.txt"
    old = f"a = '{context}'\nb = '{gone}'\n"
    diff = diff_of({path: (old, f"a = '{context}'\nb = '{new}'\n")})
    screening = screen(diff, [f"def f(key='{elsewhere}'):"])
    text = "\n".join((path, *(hunk.body for hunk in diff.files[0].hunks), f"def f(key='{elsewhere}'):"))
    redacted = screening.redact(text)
    assert not [value for value in (gone, context, new, in_path, elsewhere) if value in redacted]
    assert screening.restore(redacted) == text
    assert "a = '<SECRET:aws-key" not in redacted
    assert redacted.count("<SECRET:") == 5


def test_ordinary_words_are_hidden_where_they_are_secrets_only() -> None:
    text = 'DB_PASSWORD = "admin"\nrole = "admin"\n'
    screening = screen(diff_of({"a.py": (None, text)}))
    assert screening.redact(text) == 'DB_PASSWORD = "<SECRET:password:1>"\nrole = "admin"\n'
    assert screening.restore(screening.redact(text)) == text


def test_the_same_value_has_one_placeholder_and_the_same_diff_the_same_screening() -> None:
    value = STRUCTURAL["aws-key"](random.Random(5))
    files = {f"{n}.py": (None, f"a = '{value}'\n") for n in range(3)}
    screening = screen(diff_of(files))
    assert [each.placeholder for each in screening.replacements] == ["<SECRET:aws-key:1>"]
    assert screening == screen(diff_of(files))


def test_a_placeholder_that_the_author_wrote_is_not_given_out() -> None:
    value = STRUCTURAL["aws-key"](random.Random(6))
    text = f"# <SECRET:aws-key:1>\na = '{value}'\n"
    screening = screen(diff_of({"a.py": (None, text)}))
    assert screening.placeholders == {"<SECRET:aws-key:2>"}
    assert screening.restore(screening.redact(text)) == text


def test_an_empty_diff_needs_no_screening() -> None:
    assert screen(Diff(label="nothing", files=())).replacements == ()


def test_a_secret_says_what_made_it_one() -> None:
    (secret,) = find_secrets("a.py", ['x = 1; DB_PASSWORD = "swordfish"; y = 2'])
    assert (secret.before, secret.value) == ('DB_PASSWORD = "', "swordfish")
    (secret,) = find_secrets("a.py", ['if "swordfish" == my_password: pass'])
    assert (secret.before, secret.value, secret.after) == ('"', "swordfish", '" == my_password')
    (secret,) = find_secrets("a.py", ["url = 'postgres://app:swordfish@db/x'"])
    assert (secret.before, secret.value) == ("postgres://app:", "swordfish")


@pytest.mark.parametrize("blank", ["\f", "\v", "\x1c", "\x85", "\u2028", "\xa0", "\t"])
def test_a_value_has_no_white_space_of_any_kind(blank: str) -> None:
    value = "AKC" + _of(ALNUM, 30)(random.Random(3))
    found = find_secrets("a.txt", [f"token{blank}{value}{blank}"])
    assert [secret.value for secret in found] == [value]


def test_names_of_a_diff_are_searched_too() -> None:
    label, ref, path, old, skipped = (STRUCTURAL["github-token"](random.Random(seed)) for seed in range(20, 25))
    file = replace(file_diff(f"docs/{path}.md", None, "x\n"), old_path=f"{old}.md", ref=f"refs/heads/{ref}")
    left_out = Skipped(path="a.min.js", reason=SkipReason.GENERATED, detail=f"renamed from {skipped}")
    diff = Diff(label=f"main...{label}", files=(file,), skipped=(left_out,))
    redacted = screen(diff).redact("\n".join((label, ref, path, old, skipped)))
    assert redacted.split("\n") == [f"<SECRET:github-token:{n}>" for n in (1, 2, 3, 4, 5)]


def test_a_placeholder_is_no_secret() -> None:
    for line in (
        'password = "<SECRET:password:1>"',
        "api_key: <SECRET:key:1>",
        "postgres://u:<SECRET:url-password:1>@h",
    ):
        assert find_secrets("", [line]) == ()


@pytest.mark.parametrize("indent", ["", "    ", "# ", '    "'])
def test_the_rest_of_a_key_whose_header_is_above_the_hunk_is_hidden_and_not_claimed(indent: str) -> None:
    key = _private_key(random.Random(11))
    lines = [f"{indent}{line}" for line in key[3:]]
    for shown in (lines, lines[:6], lines[-2:]):
        old, new = "\n".join([*shown, "x = 1", ""]), "\n".join([*shown, "x = 2", ""])
        diff = Diff(label="", files=(in_one_hunk("a.yaml", old, new, context=20),))
        redacted = screen(diff).redact(new)
        assert not [line for line in key[3:-1] if line in redacted]
        assert redacted.count("<SECRET:private-key:") == len([line for line in shown if "END" not in line])
        assert claims({"a.yaml": (old, new)}) == ()


def test_a_certificates_lines_are_shown_where_its_end_is() -> None:
    key = [line.replace("RSA PRIVATE KEY", "CERTIFICATE") for line in _private_key(random.Random(11))]
    old, new = "\n".join([*key[3:], "x"]), "\n".join([*key[3:], "y"])
    assert screen(Diff(label="", files=(in_one_hunk("a.yaml", old, new, context=20),))).replacements == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lok.toml:2:11: not TOML; correct this line: api_key = TOKEN", "correct this line: api_key = <SECRET"),
        ("lok.toml:2:11: not TOML; correct this line: password = swordfish", "password = <SECRET:password:1>"),
        ("KeyError: \"password: 'swordfish'\"", "password: '<SECRET:password:1>'"),
        ("backends.claude.api_key_env: expected text, got a number", "api_key_env: expected text"),
        ("  File 'x.py', line 3\n    connect(TOKEN)\nValueError: TOKEN", "ValueError: <SECRET:github-token:1>"),
        ("nothing of that sort", "nothing of that sort"),
    ],
)
def test_a_message_is_told_without_secrets_and_its_words_stay(text: str, expected: str) -> None:
    token = STRUCTURAL["github-token"](random.Random(30))
    told = redacted(text.replace("TOKEN", token))
    assert expected in told
    assert token not in told
    assert redacted(told) == told


# The claims


def _secret_claims(path: str, text: str, rules: dict[str, str] | None = None) -> list[Claim]:
    return [claim for claim in added(text, path, rules) if claim.category == "secret"]


@pytest.mark.parametrize(
    ("path", "make", "line", "severity", "is_proof"),
    [
        ("app/a.js", STRUCTURAL["aws-key"], "k = '{}'", Severity.CRITICAL, True),
        ("tests/test_a.py", STRUCTURAL["aws-key"], "k = '{}'", Severity.CRITICAL, True),
        ("app/a.rb", GUESSED["key"], "api_key = '{}'", Severity.HIGH, False),
        ("tests/a.rb", GUESSED["key"], "api_key = '{}'", Severity.MEDIUM, False),
        ("app/a.rb", GUESSED["password"], "password = '{}'", Severity.MEDIUM, False),
        ("tests/a.rb", GUESSED["password"], "password = '{}'", Severity.LOW, False),
        ("app/a.js", STRUCTURAL["aws-key"], "k = '{}' // pragma: allowlist secret", Severity.LOW, False),
    ],
)
def test_claims_about_secrets(path: str, make: Make, line: str, severity: Severity, is_proof: bool) -> None:
    value = make(random.Random(7))
    text = line.format(value)
    (claim,) = _secret_claims(path, f"first\n{text}\n")
    assert (claim.severity, claim.is_proof, claim.line, claim.cwe) == (severity, is_proof, 2, "CWE-798")
    assert claim.quote == text
    assert value not in claim.title + claim.why + claim.fix
    assert value[:5] not in claim.title + claim.why + claim.fix
    assert f"({len(value)} characters)" in claim.why
    assert ("allowed by a comment" in claim.title) == ("pragma" in line)
    assert ground(claim, prompt_for(file_diff(path, None, f"first\n{text}\n")).chunk).problem == ""


def test_a_private_key_is_one_claim() -> None:
    key = "\n".join(_private_key(random.Random(8)))
    (claim,) = _secret_claims("deploy/id_rsa", key + "\n")
    assert (claim.line, claim.end_line, claim.severity, claim.is_proof) == (2, 14, Severity.CRITICAL, True)
    (claim,) = _secret_claims("tests/fixtures/id_rsa", key + "\n")
    assert (claim.severity, claim.is_proof) == (Severity.MEDIUM, False)


def test_secrets_on_context_and_removed_lines_are_no_claims() -> None:
    first, second = (STRUCTURAL["aws-key"](random.Random(seed)) for seed in (1, 2))
    old = f"a = '{first}'\nb = '{second}'\n"
    assert claims({"a.js": (old, f"a = '{first}'\nc = 1\n")}) == ()


def test_many_random_strings_in_a_file_are_one_claim() -> None:
    dice = random.Random(9)
    text = "".join(f"  '{_of(ALNUM, 40)(dice)}',\n" for _ in range(30))
    (claim,) = _secret_claims("data.js", f"[\n{text}]\n")
    assert re.search(r"and 2[0-9] more random strings", claim.why)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"secret": "off"}, []),
        ({"secret:aws-key": "suspicion"}, [False]),
        ({"secret": "off", "secret:aws": "proof"}, [True]),
    ],
)
def test_rules_of_the_settings_weigh_secrets(rules: dict[str, str], expected: list[bool]) -> None:
    text = f"k = '{STRUCTURAL['aws-key'](random.Random(7))}'\n"
    assert [claim.is_proof for claim in _secret_claims("a.js", text, rules)] == expected


def test_a_hardcoded_password_is_not_claimed_twice() -> None:
    value = GUESSED["password"](random.Random(7))
    assert [claim.cwe for claim in added(f"password = '{value}'\n")] == ["CWE-798"]


def test_the_quote_is_the_whole_line_since_half_a_secret_could_not_be_taken_out() -> None:
    value = STRUCTURAL["github-token"](random.Random(1))
    line = "a;" * 5000 + value + ";b" * 5000
    (claim,) = _secret_claims("a.js", f"{line}\n")
    assert claim.quote == line
