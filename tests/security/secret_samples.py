"""Secrets that open nothing, put together at run time so that no scanner takes these files for a leak."""

from __future__ import annotations

import random
import string
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Final

Make = Callable[[random.Random], str]
UPPER, LOWER, DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits
ALNUM, HEX = UPPER + LOWER + DIGITS, DIGITS + "abcdef"


def some(characters: str, count: int) -> Make:
    """So many random characters."""
    return lambda dice: "".join(dice.choice(characters) for _ in range(count))


def behind(prefix: str, characters: str, count: int) -> Make:
    """The same behind a vendor's prefix."""
    return lambda dice: prefix + some(characters, count)(dice)


def _web_token(dice: random.Random) -> str:
    head = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    body = urlsafe_b64encode(f'{{"sub":"{dice.randrange(10**9)}","name":"a"}}'.encode()).decode().rstrip("=")
    return f"{head}.{body}.{some(ALNUM + '-_', 43)(dice)}"


def _password(dice: random.Random) -> str:
    return some(LOWER, 5)(dice) + some(UPPER, 2)(dice) + some(DIGITS, 3)(dice) + dice.choice("!#%_")


# Twenty formats, each with a line it stands in, of a file named so.
FORMATS: Final[Mapping[str, tuple[Make, str, str]]] = {
    "AWS access key": (behind("AK" + "IA", UPPER + "234567", 16), "app.py", 'key = "{}"'),
    "AWS secret key": (some(ALNUM + "+/", 40), "deploy.sh", "export AWS_SECRET_ACCESS_KEY={}"),
    "GitHub token": (behind("gh" + "p_", ALNUM, 36), "ci.yaml", "  token: {}"),
    "GitHub fine-grained token": (
        lambda dice: f"github_{'pat'}_{some(ALNUM, 22)(dice)}_{some(ALNUM, 59)(dice)}", "a.js", "const t = '{}';"
    ),
    "GitLab token": (behind("gl" + "pat-", ALNUM, 20), "a.go", 't := "{}"'),
    "Slack token": (
        lambda dice: f"xo{'xb'}-{some(DIGITS, 12)(dice)}-{some(DIGITS, 12)(dice)}-{some(ALNUM, 24)(dice)}",
        "a.rb", "t = '{}'",
    ),
    "Stripe key": (behind("sk" + "_live_", ALNUM, 24), "pay.ts", 'stripe("{}")'),
    "OpenAI key": (
        lambda dice: f"sk{'-'}{some(ALNUM, 20)(dice)}T3Blbk{'FJ'}{some(ALNUM, 20)(dice)}",
        "a.py", "client(api_key='{}')",
    ),
    "Anthropic key": (behind("sk" + "-ant-api03-", ALNUM + "-_", 95), "a.toml", 'k = "{}"'),
    "Google API key": (behind("AI" + "za", ALNUM, 35), "index.html", "<script src='maps?key={}'></script>"),
    "npm token": (behind("np" + "m_", ALNUM, 36), "notes.md", "use {} to publish"),
    "PyPI token": (behind("py" + "pi-AgEIcHlwaS5vcmc", ALNUM, 120), "tox.ini", "password = {}"),
    "SendGrid key": (lambda dice: f"S{'G'}.{some(ALNUM, 22)(dice)}.{some(ALNUM, 43)(dice)}", "mail.php", "$k = '{}';"),
    "JSON web token": (_web_token, "a.http", "Authorization: Bearer {}"),
    "database URL": (_password, "settings.py", "URL = 'postgres://app:{}@db.internal:5432/app'"),
    "password by name": (_password, "settings.py", "DB_PASSWORD = '{}'"),
    "password in YAML": (_password, "values.yaml", "  password: {}"),
    "hexadecimal key": (some(HEX, 40), "config.json", '  "api_key": "{}",'),
    "random string": (some(ALNUM, 40), "Client.java", 'String s = "{}";'),
    "private key": (
        lambda dice: "\\n".join(
            (f"-----BEGIN RSA {'PRIVATE'} KEY-----", some(ALNUM + "+/", 64)(dice), f"-----END RSA {'PRIVATE'} KEY-----")
        ),
        "key.json",
        '  "private_key": "{}"',
    ),
}  # fmt: skip
EACH: Final = 10


def planted(number: int = 20) -> Iterator[tuple[str, str, str, str]]:
    """200 secrets: format, value, file name and line; always the same ones for a number."""
    for name, (make, path, line) in FORMATS.items():
        dice = random.Random(f"{number} {name}")
        for _ in range(EACH):
            value = make(dice)
            yield name, value, path, line.format(value)


def body_of(value: str) -> str:
    """The part of a value that must not be seen anywhere: of a private key its body."""
    return value.split("\\n")[1] if "\\n" in value else value
