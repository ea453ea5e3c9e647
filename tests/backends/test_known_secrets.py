"""The secrets of a run: found in whatever order texts come, replaced in all of them, words left alone."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.core.diff import NO_FILES, Diff
from tests.core.builders import file_diff
from tests.core.test_suggest import PHRASINGS
from tests.security.secret_samples import ALNUM, FORMATS, behind, body_of, planted, some

DICE = random.Random("known")
GITHUB = behind("gh" + "p_", ALNUM, 36)
ONE, TWO, THREE = (GITHUB(DICE) for _ in range(3))


def test_the_same_value_has_the_same_placeholder_in_every_text() -> None:
    known = KnownSecrets()
    assert known.redact(f"Why does {ONE} fail?") == "Why does <SECRET:github-token:1> fail?"
    assert known.redact(f"{TWO} and {ONE}") == "<SECRET:github-token:2> and <SECRET:github-token:1>"
    assert known.redact(ONE) == "<SECRET:github-token:1>"


def test_what_one_text_gives_away_is_replaced_in_others_that_do_not() -> None:
    known = KnownSecrets()
    assert known.redact("try hunter2hunter") == "try hunter2hunter"
    assert "hunter2hunter" not in known.redact("password: hunter2hunter.")
    assert known.redact("try hunter2hunter") == "try <SECRET:password:1>"


def test_files_are_searched_as_what_they_are_and_share_the_numbers() -> None:
    known = KnownSecrets()
    known.redact(ONE)
    file = file_diff("a.py", "", f'token = "{TWO}"\ndef login(password: str) -> None: ...\n')
    screening = known.screen(Diff(label="", files=(file,)), [THREE])
    assert screening.redact(f"{ONE} {TWO} {THREE} password: str") == (
        "<SECRET:github-token:1> <SECRET:github-token:2> <SECRET:github-token:3> password: str"
    )
    assert screening.restore("<SECRET:github-token:2>") == TWO
    assert known.redact(TWO) == "<SECRET:github-token:2>"


def test_a_placeholder_that_somebody_else_wrote_is_not_given_out() -> None:
    known = KnownSecrets()
    assert known.redact("<SECRET:github-token:1> is what I read") == "<SECRET:github-token:1> is what I read"
    assert known.redact(ONE) == "<SECRET:github-token:2>"
    assert known.redact(TWO) == "<SECRET:github-token:3>"


@given(st.sampled_from([line for _, _, _, line in planted()]), st.text(alphabet="\"'\\ :=\nx<>{}1"), st.booleans())
def test_what_was_redacted_stays_as_it_is(line: str, around: str, is_json: bool) -> None:
    text = json.dumps({"said": around + line + around}) if is_json else around + line + around
    known = KnownSecrets()
    once = known.redact(text)
    assert known.redact(once) == once
    # Another run, which knows nothing of the first, meets it in a question or an answer.
    assert KnownSecrets().redact(once) == once


def test_the_planted_secrets_are_found_in_prose_and_in_json_with_escapes() -> None:
    for template in ("{}", "Why does {} fail?"):
        missed = [name for name, value, _, line in planted() if body_of(value) in _alone(template.format(line))]
        assert len(missed) <= 1, missed
    for name, value, _, line in planted():
        if name != "random string":
            text = json.dumps({"response": f'"{line}" it says', "agrees": True})
            redacted = _alone(text)
            assert body_of(value) not in redacted
            assert json.loads(redacted)["agrees"] is True


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_escapes_hide_nothing(depth: int) -> None:
    text = f'password = "{some(ALNUM, 18)(random.Random(depth))}"'
    secret = text[12:-1]
    for _ in range(depth):
        text = json.dumps({"said": text})
    redacted = _alone(text)
    assert secret not in redacted
    for _ in range(depth):
        redacted = json.loads(redacted)["said"]
    assert redacted == 'password = "<SECRET:password:1>"'
    assert ONE not in json.loads(_alone('"' + "".join(f"\\u{ord(letter):04x}" for letter in ONE) + '"'))


@pytest.mark.parametrize(
    "text",
    [
        *(phrasing[0] for phrasing in PHRASINGS),
        "Why is the password: str argument never checked?",
        "def login(self, user: str, password: str, *, token: bytes = b'') -> None:",
        "class User:\n    password: SecretStr\n    api_key: str | None = None",
        "the secret: missing; the password: too short",
        "What does the error 'password: mandatory field' mean?",
        "Compare client_secret: verify_signature and client_secret: none",
        "Should `apiKey: required` be kept? And `passwd=shadow`?",
        "Is `git show 9fceb02d0ae598e95dc970b74767f19372d61af8` right?",
        "password = getpass(); secret = os.environ['SECRET']; key = settings.API_KEY",
        "Bearer tokens, AKIA prefixes, ghp_ tokens and -----BEGIN PRIVATE KEY----- headers: how are they told apart?",
        "https://user:password@host/path is what the documentation says, with ${TOKEN} and <your token>",
    ],
)
def test_words_that_only_look_like_secrets_stay(text: str) -> None:
    assert KnownSecrets().redact(text) == text
    assert KnownSecrets().note() == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("my password: hunter2hunter.", "my password: <SECRET:password:1>."),
        ("(secret: hunter2hunter)", "(secret: <SECRET:secret:1>)"),
        ("DB_PASSWORD=correcthorse", "DB_PASSWORD=<SECRET:password:1>"),
        ("+export DB_PASSWORD=correcthorse", "+export DB_PASSWORD=<SECRET:password:1>"),
        ('{"a":"password=hunter2hunter"}', '{"a":"password=<SECRET:password:1>"}'),
        ('{"a":"password=hunter2hunter","b":true}', '{"a":"password=<SECRET:password:1>","b":true}'),
    ],
)
def test_a_value_ends_where_the_sentence_or_the_json_goes_on(text: str, shown: str) -> None:
    assert KnownSecrets().redact(text) == shown


def test_the_note_counts_what_was_replaced_and_shows_no_value() -> None:
    known = KnownSecrets()
    known.screen(NO_FILES, [THREE])
    assert known.note() == ""
    known.redact(f"{ONE} {ONE}")
    assert known.note() == (
        "1 secret was replaced in what is sent, kept and shown: <SECRET:github-token:2> for ghp_… (40 characters)"
    )
    values = [GITHUB(DICE) for _ in range(5)]
    known.redact(" ".join(values))
    assert known.note().startswith("6 secrets were replaced")
    assert known.note().endswith(" and 3 more")
    assert not any(value in known.note() for value in (ONE, *values))


def test_a_long_text_with_thousands_of_secrets_is_redacted_as_one_with_few() -> None:
    values = [make(DICE) for make, _, _ in FORMATS.values() if "\\n" not in make(DICE)]
    values += [some(ALNUM, 20)(DICE) + "7a" for _ in range(3_000)]
    text = "\n".join(f'"password": "{value}", and words behind it {value}' for value in values) + "\nwords " * 20_000
    known = KnownSecrets()
    redacted = known.redact(text)
    assert not [value for value in values if value in redacted]
    # The short way and the long one agree.
    lines = redacted.split("\n")
    for number in random.Random("lines").sample(range(len(values)), 40):
        assert lines[number] == known.screen(NO_FILES, ()).redact(text.split("\n")[number])
    assert known.redact(redacted) == redacted


def test_many_threads_give_out_one_placeholder_for_each_value() -> None:
    known = KnownSecrets()
    values = [GITHUB(DICE) for _ in range(20)]
    texts = [f"{value} {number}" for number in range(10) for value in values]
    with ThreadPoolExecutor(8) as pool:
        redacted = list(pool.map(known.redact, texts))
    assert not [value for value in values if any(value in text for text in redacted)]
    by_value = {value: {text.split()[0] for text in redacted[index::20]} for index, value in enumerate(values)}
    assert all(len(marks) == 1 for marks in by_value.values())
    assert len({mark for marks in by_value.values() for mark in marks}) == 20


def _alone(text: str) -> str:
    return KnownSecrets().redact(text)
