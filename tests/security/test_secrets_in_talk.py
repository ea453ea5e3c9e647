"""Every byte that the commands by hand send, print, write or leave behind is searched for planted secrets: those in a
question, those that models quote because they have read them, those that a command of a workflow prints."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Project, machine, project
from tests.end_to_end.explorer import MARKER
from tests.end_to_end.talk_helpers import Said, Talkers, talkers
from tests.end_to_end.talker import FIRST_ORDER, ORDER, POSITION, RESPONSE, REVIEW, REVISION, SYNTHESIS
from tests.end_to_end.test_issues import Forges, forge
from tests.end_to_end.test_real_clis import model_server
from tests.end_to_end.test_sweep import Explorers, explorers
from tests.fake_model_server import Server
from tests.security.secret_samples import ALNUM, FORMATS, behind, body_of, some
from tests.security.test_secrets_everywhere import written

__all__ = ["explorers", "forge", "machine", "model_server", "project", "talkers"]
DICE = random.Random("talk")
GITHUB = behind("gh" + "p_", ALNUM, 36)
MARK = "<SECRET:"
# What the question holds: every format but the one without any mark, each in the line it usually stands in.
ASKED = {name: make(DICE) for name, (make, _, _) in FORMATS.items() if name != "random string"}
QUESTION = "Why do these fail in app.py?\n\n" + "\n".join(
    FORMATS[name][2].format(value) for name, value in ASKED.items()
)
# What each model says because it has read it, by what it was asked for.
SAYS = (
    "position", "response", "review", "revision", "synthesis", "point", "order", "work", "crash", "own", "answer",
    "house",
)  # fmt: skip
SAID = {what: GITHUB(DICE) for what in SAYS} | {"quoted": some(ALNUM, 18)(DICE), "printed": GITHUB(DICE)}
VALUES = {**{name: body_of(value) for name, value in ASKED.items()}, **SAID}


def opinion(what: str) -> dict[str, Any]:
    text = f'I read {SAID[what]} and "password = \\"{SAID["quoted"]}\\"".'
    return {"response": text, "agrees": False, "disagreements": [f"the line with {SAID['point']}"]}


ORDERS = {
    "done": False,
    "ask": [
        {"backend": "house", "prompt": f"Look for {SAID['order']}"},
        {"backend": "crashes", "prompt": f"What of {SAID['order']}?"},
    ],
    "synthesis": None,
    "disagreements": [],
}
SCRIPT: list[tuple[str, Any]] = [
    (POSITION, f"In app.py stands {SAID['position']}."),
    (RESPONSE, {"json": opinion("response")}),
    (REVIEW, {"json": opinion("review")}),
    (REVISION, f"Revised: {SAID['revision']}"),
    (SYNTHESIS, {"json": {"synthesis": f"So it is {SAID['synthesis']}", "settled": [], "disagreements": []}}),
    (FIRST_ORDER, {"json": ORDERS}),
    (ORDER, {"json": {**ORDERS, "done": True, "ask": [], "synthesis": f"It was {SAID['synthesis']}"}}),
    ("", f"The answer holds {SAID['answer']}\nand password = '{SAID['quoted']}'."),
]
BROKEN: list[tuple[str, Any]] = [
    ("|".join((RESPONSE, REVIEW, SYNTHESIS)), f"{{'response': {SAID['own']}"),
    ("", {"crash": f"401: the token {SAID['crash']} is not valid"}),
]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Three backends of two kinds in a project whose files hold secrets."""

    talkers: Talkers
    server: Server
    log: Path
    home: Path
    rest: Path

    @property
    def project(self) -> Project:
        return self.talkers.project

    def sent(self) -> str:
        """Everything that left for a backend."""
        bodies = self.log.read_text() if self.log.exists() else ""
        return bodies + "".join(request["prompt"] for request in self.talkers.requests())

    def check(self, *said: Said) -> None:
        """Nothing planted was sent, printed, stored or left behind."""
        for text in (self.sent(), *(each.out + each.err for each in said)):
            assert leaks(text.encode()) == []
        files = list(written(self.project.path / ".git", self.home, self.rest))
        assert [path for path, _ in files if path.name == "memory.sqlite"]
        for path, content in files:
            assert leaks(content + str(path).encode()) == [], path


def forms(value: str) -> Iterator[bytes]:
    """A value as bytes, also as JSON writes it."""
    yield value.encode()
    yield json.dumps(value)[1:-1].encode()


def leaks(text: bytes) -> list[str]:
    """Which of the planted values stand in a text."""
    return [name for name, value in VALUES.items() if any(form in text for form in forms(value))]


@pytest.fixture
def place(talkers: Callable[..., Talkers], model_server: Server, tmp_path: Path) -> Place:
    log, rest = tmp_path / "server.jsonl", tmp_path / "rest"
    rest.mkdir()
    model_server.log = log
    model_server.rules = [
        {"match": POSITION, "answer": f"It reads {SAID['house']}."},
        {"match": f"{RESPONSE}|{REVIEW}", "answer_json": opinion("house")},
        {"match": "", "answer": f"An answer with {SAID['house']}."},
    ]
    url = f"http://127.0.0.1:{model_server.server_port}/v1"
    made = talkers(
        more=f'[backends.house]\nkind = "openai"\nurl = "{url}"\nmodel = "large"\n[conductor]\nbackend = "tells"\n',
        tells=SCRIPT,
        crashes=BROKEN,
    )
    environment = made.project.machine.environment
    assert isinstance(environment, dict)
    environment["TMPDIR"] = str(rest)
    return Place(talkers=made, server=model_server, log=log, home=made.project.machine.home, rest=rest)


COMMANDS: Mapping[str, tuple[str, ...]] = {
    "ask": ("ask",),
    "smart": ("smart", "-b", "tells"),
    "debate": ("debate",),
    "team": ("team",),
    "debated team": ("team", "--debate"),
    "conduct": ("conduct",),
}
# What of the models' words the others must have been shown, by command: a test of silence needs somebody who speaks.
PASSED_ON = {"debate": POSITION, "team": REVIEW, "debated team": REVISION, "conduct": "Look for"}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_byte_of_a_talk_holds_a_secret(place: Place, name: str) -> None:
    command = COMMANDS[name]
    more = ("-o", str(place.rest / "debate.md")) if name == "debate" else ()
    said = [
        place.talkers.lok(*command, *more, *flags, QUESTION)
        for flags in ((), ("-v", "--no-cache"), ("--json", "--no-cache"), ())
    ]
    assert [each.code for each in said] == [0] * 4
    place.check(*said)
    # The question went out, with a mark for each of its secrets and a word on what that is.
    prompts = [request["prompt"] for request in place.talkers.requests()]
    assert all(
        "Why do these fail in app.py?" in prompt or "Look for" in prompt or "What of" in prompt for prompt in prompts
    )
    assert all(f"{MARK}github-token:" in prompt and f"{MARK}kind:n>" in prompt for prompt in prompts)
    assert place.log.exists() or name == "smart"
    if name in PASSED_ON:
        assert f"{MARK}github-token:" in "".join(p for p in prompts if PASSED_ON[name] in p)
    # The user is told how many, and shown none.
    value = json.loads(said[2].out)
    (note,) = [note for note in value["notes"] if "secrets were replaced" in note]
    assert int(note.split()[0]) >= len(ASKED)
    assert [line for line in said[0].err.splitlines() if "secrets were replaced" in line]
    assert MARK in said[0].out
    assert MARK in value["question"]


def test_a_debates_transcript_holds_marks(place: Place) -> None:
    place.talkers.lok("debate", "-o", place.rest / "debate.md", QUESTION)
    text = (place.rest / "debate.md").read_text()
    assert "## Round 2" in text
    assert text.count(MARK) > len(ASKED)
    assert leaks(text.encode()) == []


def test_what_is_remembered_holds_no_secret_and_a_question_is_remembered_by_its_marks(place: Place) -> None:
    place.server.rules = [{"match": "", "answer": "Because it has expired."}]
    first = place.talkers.lok("ask", "-b", "house", f"Why does {SAID['position']} fail?")
    again = place.talkers.lok("ask", "-b", "house", f"Why does {SAID['review']} fail?")
    assert "remembered" in again.out
    assert len(place.log.read_text().splitlines()) == 1
    place.check(first, again)


def test_a_local_backend_sees_what_it_may_and_nobody_else_does(place: Place) -> None:
    url = f"http://127.0.0.1:{place.server.server_port}/v1"
    settings = place.talkers.settings.read_text()
    local = f'[backends.near]\nkind = "openai"\nurl = "{url}"\nmodel = "near"\nlocal = true\n'
    token = SAID["position"]
    for redact_local, sees in (("true", False), ("false", True)):
        place.log.unlink(missing_ok=True)
        place.talkers.settings.write_text(f"{settings}{local}[review]\nredact_local = {redact_local}\n")
        said = place.talkers.lok("ask", "-b", "near,house,tells", "--json", "-v", f"Why does {token} fail?")
        requests = [json.loads(line) for line in place.log.read_text().splitlines()]
        bodies = {request["model"]: json.dumps(request["body"]) for request in requests}
        assert {model: token in body for model, body in bodies.items()} == {"near": sees, "large": False}
        assert leaks((said.out + said.err).encode()) == []
        assert leaks("".join(request["prompt"] for request in place.talkers.requests()).encode()) == []


def test_explain_shows_no_secret_of_the_files_it_begins_with(place: Place) -> None:
    place.project.write("README.md", f"# App\n\ntoken: {SAID['position']}\n" + "word " * 586 + SAID["review"] + "\n")
    place.project.write(f"docs/{SAID['revision']}.md", "words\n")
    place.project.write("package.json", json.dumps({"config": {"auth": SAID["work"]}}))
    said = [
        place.talkers.lok("explain", *flags) for flags in ((), ("-v", "--no-cache"), ("--json", "--focus", SAID["own"]))
    ]
    assert [each.code for each in said] == [0] * 3
    place.check(*said)
    assert f"token: {MARK}github-token:" in place.sent()
    assert f"docs/{MARK}github-token:" in place.sent()
    # Half a token is one too.
    assert SAID["review"][:12] not in place.sent()


WORKFLOW = """\
[[steps]]
name = "read"
shell = "cat config.py"

[[steps]]
name = "use"
shell = "printf '%s' {{ steps.read.output }} | sha256sum"

[[steps]]
name = "fails"
shell = "cat config.py >&2; exit 3"
continue_on_error = true

[[steps]]
name = "ask"
backends = ["tells", "house", "crashes"]
prompt = "What is this? {{ steps.read.output }} {{ arg.1 }}"

[[steps]]
name = "again"
backend = "house"
prompt = "Sum up: {{ steps.ask.output }}"
"""


def test_a_workflow_hands_a_secret_to_its_commands_alone(place: Place) -> None:
    import hashlib

    config = f"TOKEN = '{SAID['printed']}'\npassword = '{SAID['quoted']}'"
    place.project.write("config.py", f"{config}\n")
    workflow = place.rest / "w.toml"
    workflow.write_text(WORKFLOW)
    said = [
        place.talkers.lok("run", str(workflow), *flags, SAID["own"], stdin=b"")
        for flags in (("--trust-tree",), ("--trust-tree", "-v", "--no-cache"), ("--trust-tree", "--json", "--no-cache"))
    ]
    assert [each.code for each in said] == [0] * 3
    place.check(*said)
    steps = {step["name"]: step for step in json.loads(said[2].out)["steps"]}
    assert steps["use"]["output"].split()[0] == hashlib.sha256(config.encode()).hexdigest()
    assert steps["read"]["output"].startswith(f"TOKEN = '{MARK}github-token:")
    assert MARK in steps["fails"]["reason"]
    assert f"TOKEN = '{MARK}github-token:" in place.sent()
    assert "Sum up: " in place.sent()


def test_a_workflow_shows_local_backends_what_lok_toml_says(place: Place) -> None:
    url = f"http://127.0.0.1:{place.server.server_port}/v1"
    settings = place.talkers.settings.read_text()
    local = f'[backends.near]\nkind = "openai"\nurl = "{url}"\nmodel = "near"\nlocal = true\n'
    place.project.write("config.py", f"TOKEN = '{SAID['printed']}'\n")
    workflow = place.rest / "w.toml"
    text = '[[steps]]\nname = "read"\nshell = "cat config.py"\n[[steps]]\nname = "ask"\nbackend = "near"\n'
    workflow.write_text(text + 'prompt = "What is this? {{ steps.read.output }}"\n')
    for redact_local, sees in (("true", False), ("false", True)):
        place.log.unlink(missing_ok=True)
        place.talkers.settings.write_text(f"{settings}{local}[review]\nredact_local = {redact_local}\n")
        assert place.talkers.lok("run", str(workflow), "--trust-tree", "--no-cache").code == 0
        assert (SAID["printed"] in place.log.read_text()) == sees


@pytest.mark.parametrize("behaviour", ["leaks", "mends its form", "prose", "crashes"])
def test_no_byte_of_a_look_through_a_directory_holds_a_secret(
    project: Project,
    explorers: Explorers,
    model_server: Server,
    forge: Forges,
    tmp_path: Path,
    behaviour: str,
) -> None:
    issues = forge("gh")
    project.git("remote", "add", "origin", "git@github.com:team/app.git")
    project.seed({
        "app.py": f"{MARKER} = '{SAID['position']}'\npassword = '{SAID['quoted']}'\n",
        f"lib/{SAID['review']}.py": f"x = 1  # {MARKER}\n",
        f"{SAID['revision']}.min.js": "x()\n",
    })  # fmt: skip
    server_log, rest = tmp_path / "server.jsonl", tmp_path / "rest"
    rest.mkdir()
    model_server.log = server_log
    url = f"http://127.0.0.1:{model_server.server_port}/v1"
    house = f'[backends.house]\nkind = "openai"\nurl = "{url}"\nmodel = "large"\n'
    more = f'{house}[tasks.leaky]\ndescription = "Where is {SAID["own"]}?"\nbackends = ["sane", "house"]\n'
    more += f'prompts = [{{ name = "{SAID["order"]}", prompt = "Look for {SAID["work"]}." }}]\n'
    log = explorers(more, analysers="true", sane=behaviour)
    assert isinstance(project.machine.environment, dict)
    project.machine.environment["TMPDIR"] = str(rest)
    said = [
        project.run("lok", "run", "leaky", "-v", "--format", format, "--issues", "-y").said
        for format in ("plain", "json", "sarif")
    ]
    said.append(project.run("lok", "hunt", "--format", "console").said)
    sent = log.read_text() + server_log.read_text()
    opened = json.dumps(issues())
    for text in (*said, sent, opened):
        assert leaks(text.encode()) == []
    # Not git's own objects and index, which hold the files themselves.
    for path, content in written(project.machine.home, rest):
        assert leaks(content + str(path).encode()) == [], path
    assert f"Look for {MARK}github-token:" in sent
    assert f"password = '{MARK}password:" in sent
    if behaviour == "leaks":
        assert f"{MARKER} = '{MARK}github-token:" in said[0]
        assert f"the line is {MARKER} = '{MARK}github-token:" in said[1]
        assert f"{MARK}github-token:" in opened
