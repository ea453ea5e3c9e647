"""What the search found in a change is in no text that leaves, however white space and line breaks stand around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.backends.secrets import find_secrets
from lok_hooks.core.diff import Diff, FileDiff, Hunk, Skipped, Status
from lok_hooks.core.finding import Claim, Severity
from lok_hooks.core.ports import Analysis, Answer, Contents, Deadline, Failure, Traits
from lok_hooks.core.review import Policy
from lok_hooks.core.task import Prompt
from lok_hooks.flows.crew import Crew
from lok_hooks.flows.payload import payload
from lok_hooks.flows.review import Order, review
from lok_hooks.flows.sweep import sweep
from lok_hooks.flows.sweep_planning import SweepMeans, SweepOrder
from tests.ports import Forever, one_after_the_other
from tests.security.panel import TASK, Heard, Scripted, honest, means
from tests.security.secret_samples import ALNUM

# Everything that Python, or some reader of a prompt, takes for white space or the end of a line, but for "\n".
BLANKS = " \t\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2003\u2028\u2029\u3000"
gaps = st.text(alphabet=BLANKS, max_size=4)
words = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=9).map(lambda text: f"zq{text}")
tokens = st.text(alphabet=ALNUM, min_size=36, max_size=36).map(lambda text: f"gh{'p'}_{text}")
# A line of a file; `_` is where white space may stand.
LINES = (
    ("a.py", 'x = 1;_password_=_"VALUE"_'),
    ("a.py", '_if "VALUE"_==_my_password_:'),
    ("a.py", 'def_login(user,_password="VALUE"_):'),
    ("a.py", 'url_=_"postgres://app:VALUE@db/x"_'),
    ("a.c", '_char password[]_=_"VALUE"_;'),
    ("a.js", "_const o = {_password:_'VALUE'_}"),
    ("a.go", "_secret_:=_`VALUE`_"),
    ("a.yaml", "_password:_VALUE_"),
    (".npmrc.txt", "_password_=_VALUE_"),
    ("notes.md", "the_token_is_VALUE_"),
)


@dataclass(frozen=True)
class Planted:
    """A line with a secret, and what the search finds in it."""

    path: str
    line: str
    values: frozenset[str]


@st.composite
def planted(draw: st.DrawFn) -> Planted:
    path, form = draw(st.sampled_from(LINES))
    value = draw(tokens if form.startswith("the_token") else words | tokens)
    line = "".join(draw(gaps) if part == "_" else part for part in form.replace("my_password", "mypassword"))
    line = line.replace("VALUE", value)
    found = frozenset(secret.value for secret in find_secrets(path, [line]))
    assume(found)
    return Planted(path=path, line=line, values=found)


def changed(path: str, before: str, old: str, new: str, section: str = "") -> FileDiff:
    """A change from line `old` to line `new`, behind the context line `before`."""
    body = f" {before}\n-{old}\n+{new}\n"
    hunk = Hunk(old_start=40, old_count=2, new_start=40, new_count=2, section=section, body=body)
    return FileDiff(
        path=path, old_path=path, status=Status.MODIFIED, old_mode="100644", new_mode="100644",
        old_blob="1" * 40, new_blob="2" * 40, hunks=(hunk,),
    )  # fmt: skip


@dataclass(frozen=True)
class Texts:
    """The new sides of files."""

    lines: Sequence[str]

    def new(self, file: FileDiff) -> bytes | None:
        return "\n".join(self.lines).encode()


@dataclass
class Scanner:
    """An analyser that sees the code as it is and quotes what it found in its own words."""

    quote: str
    said: str
    name: str = "scanner"
    traits: Traits = field(
        default_factory=lambda: Traits(
            role="analyser", kind="sarif", may_block=True, is_local=True, max_prompt_bytes=200_000
        )
    )

    def missing(self) -> Failure | None:
        return None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        claim = Claim(
            backend=self.name, task=prompt.task, file=prompt.chunk.paths[0], line=41, end_line=41,
            severity=Severity.CRITICAL, category="secret", cwe="", title=self.said, why=self.said, fix=self.said,
            quote=self.quote,
        )  # fmt: skip
        return Analysis(backend=self.name, claims=(claim,), seconds=0.1)


def order(file: FileDiff) -> Order:
    diff = Diff(label="staged changes", files=(file,))
    return Order(command="lok-review", diff=diff, tasks=(TASK,), policy=Policy(), notes=("a note",))


def in_none(values: frozenset[str], *texts: str) -> None:
    for text in texts:
        assert [value for value in values if value in text] == []


def ways(secret: Planted) -> list[tuple[FileDiff, Contents]]:
    """The line as every kind of line of a hunk, and as the heading above it."""
    plain = "PLANTED_BUG = 1"
    above = Texts([secret.line, *["    step()"] * 60])
    nothing = Texts(["    step()"] * 60)
    return [
        (changed(secret.path, "x", "y", f"{secret.line} # PLANTED_BUG"), nothing),
        (changed(secret.path, "x", secret.line, plain), nothing),
        (changed(secret.path, secret.line, "y", plain), nothing),
        (changed(secret.path, "x", "y", plain, section=secret.line.strip()[:30]), above),
    ]


@settings(max_examples=120, deadline=None)
@given(planted())
def test_nothing_that_was_found_is_in_a_prompt_a_payload_a_report_or_the_progress(secret: Planted) -> None:
    for file, contents in ways(secret):
        models = [Scripted(honest, name="one"), Scripted(honest, name="two")]
        listener = Heard()
        ports = replace(means(*models, listener=listener), contents=contents)
        found = review(order(file), ports)
        prompts = [prompt.text for model in models for prompt in model.prompts]
        assert {prompt.asks for model in models for prompt in model.prompts} == {"findings", "votes"}
        shown = [request.prompt.text for request in payload(order(file), ports).requests]
        in_none(secret.values, *prompts, *shown, repr(found), *listener.words)


@settings(max_examples=60, deadline=None)
@given(planted())
def test_what_a_scanner_quotes_of_the_code_reaches_no_examiner_and_no_report(secret: Planted) -> None:
    file, contents = ways(secret)[0]
    value = max(secret.values, key=len)
    for quote, said in ((file.hunks[0].body.split("\n")[2][1:], f"hard-coded: {value}"), (value, f"`{value}` here")):
        examiner = Scripted(honest, name="one")
        ports = replace(means(examiner), contents=contents)
        ports = replace(ports, backends=(examiner, Scanner(quote=quote, said=said)))
        found = review(order(file), ports)
        assert any("scanner" in judged.finding.raised_by for judged in found.judged)
        in_none(secret.values, repr(found), *(prompt.text for prompt in examiner.prompts))


@settings(max_examples=60, deadline=None)
@given(planted())
def test_nothing_that_was_found_is_in_what_a_server_is_shown_of_a_directory(secret: Planted) -> None:
    found, server = swept(changed(secret.path, "x", secret.line, f"{secret.line} PLANTED_BUG"))
    in_none(secret.values, *(prompt.text for prompt in server.prompts), repr(found))
    assert "PLANTED_BUG" in server.prompts[0].text


@dataclass(frozen=True)
class Folder:
    """One file in memory, as the port of a sweep."""

    only: FileDiff
    skipped: tuple[Skipped, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.only.path,)

    def file(self, path: str) -> FileDiff | None:
        return self.only if path == self.only.path else None

    def new(self, file: FileDiff) -> bytes | None:
        return None

    def diff(self) -> Diff:
        return Diff(label="", files=(self.only,))


def swept(file: FileDiff) -> tuple[object, Scripted]:
    server = Scripted(honest, name="server", kind="openai")
    secrets = KnownSecrets()
    crew = Crew(
        backends=[server],
        ask_all=one_after_the_other,
        listener=Heard(),
        deadline=Forever(),
        redactor=secrets,
        now=lambda: 0.0,
    )
    task = SweepOrder(command="lok hunt", label=".", root="/root", task=TASK, chosen=("server",))
    return sweep(task, SweepMeans(crew=crew, analysers=(), files=Folder(file), screen=secrets.screen)), server
