from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lok_hooks.backends.deadline import Until
from lok_hooks.backends.sarif import Sarif, safe_name
from lok_hooks.backends.sarif_log import Reading, UnreadableLog, read_log, weight_of
from lok_hooks.core.diff import FileDiff, Status
from lok_hooks.core.finding import Claim, Severity
from lok_hooks.core.ports import Analysis, Answer, Backend, Failure, FailureKind
from lok_hooks.core.settings import BackendSettings
from lok_hooks.core.task import Chunk, Piece, Prompt
from lok_hooks.errors import ConfigError
from tests.backends.conftest import nothing_left_behind

ZEROS = "0" * 40
RUFF = str(Path(sysconfig.get_path("scripts")) / "ruff")


class Held:
    """Contents by path."""

    def __init__(self, contents: Mapping[str, bytes | None]) -> None:
        self._contents = contents

    def new(self, file: FileDiff) -> bytes | None:
        return self._contents[file.path]


def changed(path: str, status: Status = Status.MODIFIED, mode: str = "100644") -> FileDiff:
    return FileDiff(
        path=path,
        old_path=path,
        status=status,
        old_mode="100644",
        new_mode=mode,
        old_blob=ZEROS,
        new_blob=ZEROS,
        hunks=(),
    )


def prompt_for(*files: FileDiff) -> Prompt:
    chunk = Chunk(pieces=tuple(Piece(file=file, hunks=(), enclosing=()) for file in files))
    return Prompt(task="audit", text="", receipt="", chunk=chunk)


def scanner(tmp_path: Path, body: str) -> str:
    """An executable Python program; `log(results, **run)` writes SARIF to where it was told to, or prints it."""
    file = tmp_path / "scan"
    file.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        "from pathlib import Path\n"
        "def at(uri, line=1, rule='R1', **more):\n"
        "    region = {'startLine': line}\n"
        "    where = {'physicalLocation': {'artifactLocation': {'uri': uri}, 'region': region}}\n"
        "    return {'ruleId': rule, 'message': {'text': 'Bad'}, 'locations': [where], **more}\n"
        "def log(*results, **run):\n"
        "    text = json.dumps({'version': '2.1.0', 'runs': [{'results': list(results), **run}]})\n"
        "    Path(sys.argv[-1]).write_text(text) if len(sys.argv) > 1 else print(text)\n" + body,
        encoding="utf-8",
    )
    file.chmod(0o755)
    return str(file)


def ask(
    command: str,
    contents: Mapping[str, bytes | None],
    *,
    args: tuple[str, ...] = (),
    seconds: float = 20,
    files: tuple[FileDiff, ...] = (),
    **changes: Any,
) -> Answer:
    settings = BackendSettings(name="scan", kind="sarif", command=command, args=args, **changes)
    backend: Backend = Sarif(settings, Held(contents))
    return backend.ask(prompt_for(*(files or map(changed, contents))), Until.after(seconds))


def claims_of(answer: Answer) -> tuple[Claim, ...]:
    assert isinstance(answer, Analysis), answer
    return answer.claims


def failure_of(answer: Answer, kind: FailureKind) -> Failure:
    assert isinstance(answer, Failure)
    assert answer.kind is kind
    assert answer.backend == "scan"
    return answer


# --- the scanner's run ---------------------------------------------------------------------------------------------


def test_a_scanner_sees_the_content_and_its_results_are_claims(tmp_path: Path) -> None:
    command = scanner(
        tmp_path,
        "assert Path('pkg/a.py').read_bytes() == b'one\\ntwo = 2\\r\\n'\n"
        "log(at('pkg/a.py', 2, rules=[], level='error'))\nsys.exit(1)\n",
    )

    answer = ask(command, {"pkg/a.py": b"one\ntwo = 2\r\n", "b.py": b""})

    [claim] = claims_of(answer)
    assert claim == Claim(
        backend="scan",
        task="audit",
        file="pkg/a.py",
        line=2,
        end_line=2,
        severity=Severity.HIGH,
        category="R1",
        cwe="",
        title="Bad",
        why="",
        fix="",
        quote="two = 2",
        is_proof=False,
    )
    assert isinstance(answer, Analysis)
    assert answer.backend == "scan"
    assert 0 < answer.seconds < 20


@pytest.mark.parametrize(
    ("rules", "expected"), [({}, [False]), ({"R": "proof"}, [True]), ({"R1": "off"}, [])], ids=["none", "proof", "off"]
)
def test_rules_of_the_settings_weigh_what_a_scanner_says(
    tmp_path: Path, rules: dict[str, str], expected: list[bool]
) -> None:
    answer = ask(scanner(tmp_path, "log(at('a.py'))\n"), {"a.py": b"one\n"}, rules=rules)
    assert [claim.is_proof for claim in claims_of(answer)] == expected


def test_the_log_may_be_a_file_and_the_directory_an_argument(tmp_path: Path) -> None:
    command = scanner(
        tmp_path,
        "directory = Path(sys.argv[1].removeprefix('--in='))\n"
        "assert directory.samefile('.') and os.listdir() == ['a.py'], os.listdir()\n"
        "print('some chatter')\n"
        "log(at((directory / 'a.py').as_uri()), at(str(directory / 'a.py')), at('./a.py'), at('x/a.py'))\n",
    )

    answer = ask(command, {"a.py": b"one"}, args=("--in={dir}", "{output}"))

    assert [(claim.file, claim.quote) for claim in claims_of(answer)] == [("a.py", "one")] * 4


def test_a_result_on_a_file_that_was_not_given_keeps_its_name(tmp_path: Path) -> None:
    answer = ask(scanner(tmp_path, "log(at('other.py', 3))"), {"a.py": b"one"})

    [claim] = claims_of(answer)
    assert (claim.file, claim.line, claim.quote) == ("other.py", 3, "")


ODD_PATHS = [
    "../../escape.py",
    "/etc/absolute.py",
    "a//b.py",
    "./c.py",
    "new\nline.py",
    "esc\x1b[31m.py",
    "back\\slash.py",
    "C:\\x.py",
    "per%2Ecent.py",
    "spa ce.py",
    "ünïcode.py",
    'quo"te.py',
    "dots...py",
    "-rf",
    "l" * 250 + ".py",
    "\udcff.py",
]


@pytest.mark.parametrize("path", ODD_PATHS)
def test_no_path_leads_out_of_the_directory(path: str) -> None:
    parts = safe_name(path).split("/")

    assert all(part.strip(".") and "\\" not in part and part.isprintable() for part in parts)
    assert all(len(part.encode()) <= 255 for part in parts)
    assert Path(safe_name(path)).suffix == ("" if path == "-rf" else ".py")


def test_an_ordinary_path_keeps_its_name() -> None:
    assert safe_name("src/pkg-1/über_test.spec.ts") == "src/pkg-1/über_test.spec.ts"


def test_odd_paths_are_scanned_and_found_again_however_the_scanner_writes_them(tmp_path: Path) -> None:
    command = scanner(
        tmp_path,
        "from urllib.parse import quote\n"
        "names = [str(f.relative_to('.')) for f in sorted(Path('.').rglob('*')) if f.is_file()]\n"
        "log(*(at(n, rule='raw') for n in names), *(at(quote(n), rule='quoted') for n in names))\n",
    )
    before = set(tmp_path.parent.rglob("*escape*"))

    answer = ask(command, {path: path.encode("utf-8", "replace") for path in ODD_PATHS})

    for rule in ("raw", "quoted"):
        found = {claim.file: claim.quote for claim in claims_of(answer) if claim.category == rule}
        assert set(found) == set(ODD_PATHS)
    assert set(tmp_path.parent.rglob("*escape*")) == before
    assert not Path("/etc/absolute.py").exists()


def test_paths_that_are_one_for_the_file_system_are_scanned_apart(tmp_path: Path) -> None:
    command = scanner(
        tmp_path, "log(*(at(str(f), rule=f.read_text()) for f in sorted(Path('.').rglob('*')) if f.is_file()))\n"
    )

    answer = ask(command, {"a": b"file", "a/b": b"below", "c\n": b"newline", "c~a": b"tilde"})

    assert {claim.file: claim.category for claim in claims_of(answer)} == {
        "a": "file",
        "a/b": "below",
        "c\n": "newline",
        "c~a": "tilde",
    }


def test_only_regular_files_of_the_new_side_are_scanned(tmp_path: Path) -> None:
    files = (
        changed("gone.py", Status.DELETED, "000000"),
        changed("link.py", mode="120000"),
        changed("module", mode="160000"),
        changed("tool.sh", mode="100755"),
    )
    contents = {"gone.py": None, "link.py": b"/etc/passwd", "module": None, "tool.sh": b"x"}

    answer = ask(scanner(tmp_path, "log(*(at(n) for n in sorted(os.listdir())))"), contents, files=files)

    assert [claim.file for claim in claims_of(answer)] == ["tool.sh"]


def test_where_nothing_can_be_scanned_nothing_is_started(tmp_path: Path) -> None:
    command = scanner(tmp_path, f"Path({str(tmp_path / 'ran')!r}).touch()\n")

    answer = ask(command, {"gone.py": None}, files=(changed("gone.py", Status.DELETED, "000000"),))

    assert claims_of(answer) == ()
    assert not (tmp_path / "ran").exists()


def test_where_only_a_patch_is_known_it_is_not_reviewed(tmp_path: Path) -> None:
    answer = ask(scanner(tmp_path, "log()"), {"a.py": b"x", "b.py": None})

    assert "'b.py'" in failure_of(answer, FailureKind.REFUSED).reason


def test_it_runs_sealed_and_leaves_nothing(tmp_path: Path) -> None:
    command = scanner(
        tmp_path,
        f"Path({str(tmp_path / 'seen')!r}).write_text(json.dumps([os.getcwd(), dict(os.environ), sys.stdin.read()]))\n"
        "log()\n",
    )
    os.environ["GIT_INDEX_FILE"] = "/nowhere/index"
    os.environ["SOME_VENDOR_KEY"] = "sk-1"
    try:
        answer = ask(command, {"a.py": b"x"}, env={"SCAN_RULES": "strict"})
    finally:
        del os.environ["GIT_INDEX_FILE"], os.environ["SOME_VENDOR_KEY"]

    directory, environment, given = json.loads((tmp_path / "seen").read_text())
    assert claims_of(answer) == ()
    assert not Path(directory).exists()
    assert Path(directory) != Path.cwd()
    assert "GIT_INDEX_FILE" not in environment
    assert "SOME_VENDOR_KEY" not in environment
    assert environment["SCAN_RULES"] == "strict"
    assert given == ""


def test_a_real_scanner_with_a_real_log() -> None:
    content = b"import os\n\n\ndef run(value):\n    return os.popen('ls ' + valeu)\n"
    args = ("check", "--isolated", "--no-cache", "--select", "F,S", "--output-format", "sarif")

    printed = ask(RUFF, {"pkg/a.py": content}, args=args, rules={"F821": "proof"})
    written = ask(RUFF, {"pkg/a.py": content}, args=(*args, "--output-file", "{output}", "{dir}"), rules={"S": "off"})

    found = {claim.category: claim for claim in claims_of(printed)}
    assert set(found) == {"F821", "S605"}
    assert (found["F821"].file, found["F821"].line, found["F821"].is_proof) == ("pkg/a.py", 5, True)
    assert found["F821"].quote == "    return os.popen('ls ' + valeu)"
    assert "valeu" in found["F821"].title
    assert not found["S605"].is_proof
    assert [claim.category for claim in claims_of(written)] == ["F821"]


def test_the_wrapper_goes_around_the_scanner(tmp_path: Path) -> None:
    answer = ask(
        scanner(tmp_path, "log(at('a.py', rule=os.environ.get('WRAPPED', 'no')))"),
        {"a.py": b"x"},
        command_wrapper="env WRAPPED=yes {cmd}",
    )

    assert [claim.category for claim in claims_of(answer)] == ["yes"]


@pytest.mark.parametrize("said", ["print(KEY, file=sys.stderr); sys.exit(2)", "print(KEY)"], ids=["error", "log"])
@pytest.mark.parametrize("known", [{"api_key_env": "SCAN_LOGIN"}, {"env": {"SCAN_TOKEN_OF_MINE": "tiger-in-a-box"}}])
def test_its_key_stands_in_nothing_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, known: Mapping[str, Any]
) -> None:
    monkeypatch.setenv("SCAN_LOGIN", "tiger-in-a-box")
    key = "next(os.environ[name] for name in os.environ if name.startswith('SCAN_'))"
    answer = ask(scanner(tmp_path, said.replace("KEY", key)), {"a.py": b"x"}, **known)
    assert isinstance(answer, Failure)
    assert "…" in answer.reason + answer.answer
    assert "tiger" not in answer.reason + answer.answer


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("print('usage: scan [options]', file=sys.stderr); sys.exit(2)", FailureKind.CRASHED, "usage: scan"),
        ("print('oops'); sys.exit(3)", FailureKind.UNREADABLE, "exit code 3: its log: it is not JSON"),
        ("sys.exit(0)", FailureKind.UNREADABLE, "empty"),
        ("print('All good!')", FailureKind.UNREADABLE, "not JSON"),
        ("print('[' * 100000)", FailureKind.UNREADABLE, "not JSON"),
        ("print('{}')", FailureKind.UNREADABLE, "no run"),
        ("print('[1, 2]')", FailureKind.UNREADABLE, "no run"),
        ("print(json.dumps({'runs': []}))", FailureKind.UNREADABLE, "no run"),
        ("print(json.dumps({'runs': [{'tool': {}}]}))", FailureKind.UNREADABLE, "nothing was scanned"),
        ("print(json.dumps({'runs': [{'results': None}]}))", FailureKind.UNREADABLE, "nothing was scanned"),
        (
            "log(invocations=[{'executionSuccessful': False,"
            " 'toolExecutionNotifications': [{'message': {'text': 'no rules loaded'}}]}])",
            FailureKind.UNREADABLE,
            "no rules loaded",
        ),
        ("print('x' * 17_000_000)", FailureKind.UNREADABLE, "16 MiB"),
    ],
)
def test_without_a_log_that_says_something_it_is_a_failure(
    tmp_path: Path, body: str, kind: FailureKind, said: str
) -> None:
    failure = failure_of(ask(scanner(tmp_path, body), {"a.py": b"x"}), kind)

    assert said in failure.reason
    assert failure.advice


def test_a_log_file_that_is_too_large_or_missing_is_a_failure(tmp_path: Path) -> None:
    large = scanner(tmp_path, "Path(sys.argv[1]).write_bytes(b'x' * 17_000_000)")
    assert "16 MiB" in failure_of(ask(large, {"a.py": b"x"}, args=("{output}",)), FailureKind.UNREADABLE).reason

    none = scanner(tmp_path, "print('{}')")
    assert "empty" in failure_of(ask(none, {"a.py": b"x"}, args=("{output}",)), FailureKind.UNREADABLE).reason


def test_an_unreadable_log_is_kept(tmp_path: Path) -> None:
    failure = failure_of(ask(scanner(tmp_path, "print('All good!')"), {"a.py": b"x"}), FailureKind.UNREADABLE)

    assert failure.answer == "All good!\n"


def test_a_scanner_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    command = scanner(tmp_path, "os.system('sleep 600 & sleep 600')")

    with nothing_left_behind("SCAN_MARK", str(tmp_path)):
        started = time.monotonic()
        answer = ask(command, {"a.py": b"x"}, seconds=1, env={"SCAN_MARK": str(tmp_path)})
        assert time.monotonic() - started < 2

    assert "timeout" in failure_of(answer, FailureKind.TIMED_OUT).advice


def test_its_own_timeout_is_kept(tmp_path: Path) -> None:
    answer = ask(scanner(tmp_path, "import time; time.sleep(60)"), {"a.py": b"x"}, timeout=0.5)

    assert failure_of(answer, FailureKind.TIMED_OUT).seconds < 2


def test_called_off_it_says_so(tmp_path: Path) -> None:
    deadline = Until.after(60)
    threading.Timer(0.4, deadline.cancel).start()
    settings = BackendSettings(name="scan", kind="sarif", command=scanner(tmp_path, "import time; time.sleep(60)"))

    answer = Sarif(settings, Held({"a.py": b"x"})).ask(prompt_for(changed("a.py")), deadline)

    failure_of(answer, FailureKind.CANCELLED)


def test_a_scanner_that_is_not_there_is_missing() -> None:
    backend = Sarif(BackendSettings(name="scan", kind="sarif", command="no-such-scanner"), Held({}))

    failure = backend.missing()
    assert failure is not None
    assert failure.kind is FailureKind.MISSING
    assert "no-such-scanner" in failure.reason
    failure_of(ask("no-such-scanner", {"a.py": b"x"}), FailureKind.MISSING)


def test_a_scanner_that_is_there_is_not_missing() -> None:
    assert Sarif(BackendSettings(name="scan", kind="sarif", command=sys.executable), Held({})).missing() is None


def test_a_program_that_cannot_be_started_is_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "scan"
    file.write_text("#!/no/such/interpreter\n")
    file.chmod(0o755)

    assert "cannot be started" in failure_of(ask(str(file), {"a.py": b"x"}), FailureKind.MISSING).reason


def test_a_section_without_a_scanner_is_a_mistake_in_lok_toml() -> None:
    with pytest.raises(ConfigError, match=r"backends\.scan\.command"):
        Sarif(BackendSettings(name="scan", kind="sarif"), Held({}))


def test_its_traits_are_the_settings() -> None:
    settings = BackendSettings(
        name="scan", kind="sarif", command="x", may_block=False, local=True, max_prompt_bytes=9, strengths=("audit",)
    )
    traits = Sarif(settings, Held({})).traits

    assert (traits.role, traits.kind, traits.may_block, traits.is_local) == ("analyser", "sarif", False, True)
    assert (traits.max_prompt_bytes, traits.strengths) == (9, ("audit",))


# --- reading a log -------------------------------------------------------------------------------------------------


def read(result: Mapping[str, Any], rules: Mapping[str, str] | None = None, **run: Any) -> tuple[Claim, ...]:
    reading = Reading(
        backend="scan",
        task="audit",
        path_of=lambda uri: "a.py" if uri.endswith("a.py") else None,
        lines_of=lambda path: ["one", "two", "three"] if path == "a.py" else [],
        rules=rules or {},
    )
    return read_log(json.dumps({"runs": [{"results": [result], **run}]}).encode(), reading)


def located(uri: str = "a.py", **region: Any) -> dict[str, Any]:
    where = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1} | region}}
    return {"locations": [where]}


def with_rule(**rule: Any) -> dict[str, Any]:
    return {"tool": {"driver": {"name": "scan", "rules": [{"id": "R1"} | rule]}}}


@pytest.mark.parametrize(
    ("rule", "rules", "weight"),
    [
        ("S608", {}, "suspicion"),
        ("S608", {"S608": "proof"}, "proof"),
        ("S608", {"S": "proof", "S608": "off"}, "off"),
        ("S608", {"S6": "off", "S": "proof"}, "off"),
        ("S608", {"F": "proof"}, "suspicion"),
        ("S608", {"": "proof"}, "proof"),
        ("S608", {"S608": "nonsense"}, "suspicion"),
    ],
)
def test_the_longest_prefix_gives_a_rule_its_weight(rule: str, rules: Mapping[str, str], weight: str) -> None:
    assert weight_of(rule, rules) == weight


def test_the_weight_makes_a_proof_or_drops_the_result() -> None:
    result = {"ruleId": "R1", "message": {"text": "Bad"}, **located()}

    assert [claim.is_proof for claim in read(result, {"R": "proof"})] == [True]
    assert [claim.is_proof for claim in read(result)] == [False]
    assert read(result, {"R1": "off"}) == ()


@pytest.mark.parametrize(
    ("result", "rule", "severity"),
    [
        ({"level": "error"}, {}, Severity.HIGH),
        ({"level": "warning"}, {}, Severity.MEDIUM),
        ({"level": "note"}, {}, Severity.LOW),
        ({"level": "none"}, {}, Severity.LOW),
        ({}, {}, Severity.MEDIUM),
        ({"level": 7}, {}, Severity.MEDIUM),
        ({}, {"defaultConfiguration": {"level": "error"}}, Severity.HIGH),
        ({"level": "note"}, {"defaultConfiguration": {"level": "error"}}, Severity.LOW),
        ({"level": "note"}, {"properties": {"security-severity": "9.8"}}, Severity.CRITICAL),
        ({"level": "note"}, {"properties": {"security-severity": 7}}, Severity.HIGH),
        ({}, {"properties": {"security-severity": "4.0"}}, Severity.MEDIUM),
        ({"level": "error"}, {"properties": {"security-severity": "0.1"}}, Severity.LOW),
        ({"level": "error"}, {"properties": {"security-severity": "bad"}}, Severity.HIGH),
        ({"properties": {"security-severity": "9.0"}}, {"properties": {"security-severity": "1"}}, Severity.CRITICAL),
    ],
)
def test_severity(result: dict[str, Any], rule: dict[str, Any], severity: Severity) -> None:
    [claim] = read({"ruleId": "R1", "message": {"text": "Bad"}, **located(), **result}, **with_rule(**rule))

    assert claim.severity is severity


@pytest.mark.parametrize(
    ("result", "rule", "cwe"),
    [
        ({}, {"properties": {"tags": ["security", "external/cwe/cwe-089"]}}, "CWE-89"),
        ({}, {"properties": {"tags": ["CWE-78: OS Command Injection"]}}, "CWE-78"),
        ({}, {"properties": {"cwe": "CWE-20"}}, "CWE-20"),
        ({}, {"properties": {"cwe": ["CWE-20: Improper input"]}}, "CWE-20"),
        ({}, {"relationships": [{"target": {"id": "327", "toolComponent": {"name": "CWE"}}}]}, "CWE-327"),
        ({"taxa": [{"id": "CWE-22", "toolComponent": {"name": "CWE"}}]}, {}, "CWE-22"),
        ({}, {"relationships": [{"target": {"id": "327", "toolComponent": {"name": "OWASP"}}}]}, ""),
        ({}, {"properties": {"tags": "security"}}, ""),
        ({}, {}, ""),
    ],
)
def test_cwe(result: dict[str, Any], rule: dict[str, Any], cwe: str) -> None:
    [claim] = read({"ruleId": "R1", "message": {"text": "Bad"}, **located(), **result}, **with_rule(**rule))

    assert claim.cwe == cwe


PAGE = """## What it does
Checks for `x`.

## Why is this bad?
It is evaluated once,
by whom it may be.

It is bad besides.

## Example
```python

x = 1
```
"""


@pytest.mark.parametrize(
    ("message", "rule", "title", "why"),
    [
        ({"text": "First line.\nSecond line."}, {}, "First line.", "Second line."),
        ({"text": "Bad"}, {"fullDescription": {"text": "Because."}}, "Bad", "Because."),
        ({"text": "Bad"}, {"help": {"text": "Help."}}, "Bad", "Help."),
        ({"text": "Bad"}, {"fullDescription": {"text": PAGE}}, "Bad", "It is evaluated once, by whom it may be."),
        ({"text": "Bad"}, {"fullDescription": {"text": PAGE.replace("Why", "Where")}}, "Bad", "Checks for `x`."),
        ({"text": "Bad"}, {"help": {"text": "# Bad\n\n```py\nbad\n```\n\nIt is."}}, "Bad", "It is."),
        (
            {"text": "Bad"},
            {"fullDescription": {"text": "Bad"}, "shortDescription": {"text": "Why bad"}},
            "Bad",
            "Why bad",
        ),
        ({"text": "Bad"}, {"fullDescription": {"text": "Bad"}, "help": {"text": "[docs](https://h)"}}, "Bad", ""),
        ({"text": "Bad"}, {"shortDescription": {"text": "Bad"}, "help": {"text": "Bad"}}, "Bad", ""),
        ({"text": "Bad"}, {"help": {"text": "```\n" * 9_999}}, "Bad", ""),
        ({"markdown": "**Bad**"}, {}, "**Bad**", ""),
        ({"text": f"{{{'1' * 5000}}}", "arguments": ["x"]}, {}, "…", ""),
        ({"id": "m", "arguments": ["x", "y"]}, {"messageStrings": {"m": {"text": "{1} in {0} {5}"}}}, "y in x {5}", ""),
        ({}, {"shortDescription": {"text": "Short."}}, "Short.", ""),
        ({}, {}, "R1", ""),
        (None, {}, "R1", ""),
        ({"text": "word " * 100}, {}, "word " * 39 + "word…", ""),
        ({"text": "Bad\n" + "word " * 1000}, {}, "Bad", "word " * 199 + "word…"),
    ],
)
def test_title_and_reason(message: object, rule: dict[str, Any], title: str, why: str) -> None:
    [claim] = read({"ruleId": "R1", "message": message, **located()}, **with_rule(**rule))

    assert (claim.title, claim.why) == (title, why)


def test_ruffs_own_log_gives_one_paragraph_for_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("def f(a=[]):\n    return eval(a)\n")
    arguments = ("--isolated", "--no-cache", "--exit-zero", "--select", "B,S307", "--output-format", "sarif")
    done = subprocess.run([RUFF, "check", *arguments, path], capture_output=True, check=True)
    reading = Reading(backend="ruff", task="audit", path_of=lambda _: "a.py", lines_of=lambda _: [], rules={})
    reasons = {claim.category: claim.why for claim in read_log(done.stdout, reading)}
    assert reasons == {
        "B006": "Function defaults are evaluated once, when the function is defined.",
        "S307": "The `eval()` function is insecure as it enables arbitrary code execution.",
    }


def test_a_suggested_fix_is_kept() -> None:
    result = {"ruleId": "R1", **located(), "fixes": [{"description": {"text": "Use a parameter."}}]}

    assert read(result)[0].fix == "Use a parameter."


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({"suppressions": [{"kind": "inSource"}]}, False),
        ({"suppressions": [{"kind": "external", "status": "accepted"}]}, False),
        ({"suppressions": [{"kind": "external", "status": "rejected"}]}, True),
        ({"suppressions": [{"kind": "external", "status": "underReview"}]}, True),
        ({"suppressions": []}, True),
        ({"kind": "pass"}, False),
        ({"kind": "fail"}, True),
        ({"kind": "review"}, True),
        ({"baselineState": "absent"}, False),
        ({"baselineState": "unchanged"}, True),
    ],
)
def test_what_is_no_problem_is_no_claim(change: dict[str, Any], counts: bool) -> None:
    assert bool(read({"ruleId": "R1", **located(), **change})) is counts


@pytest.mark.parametrize(
    ("result", "place"),
    [
        (located(startLine=2, endLine=3), ("a.py", 2, 3, "two")),
        (located(startLine=2), ("a.py", 2, 2, "two")),
        (located(startLine=3, endLine=1), ("a.py", 3, 3, "three")),
        (located(startLine=99), ("a.py", 99, 99, "")),
        (located(startLine="2"), ("a.py", 0, 0, "")),
        (located("other.py"), ("other.py", 1, 1, "")),
        ({"locations": []}, ("", 0, 0, "")),
        ({}, ("", 0, 0, "")),
        ({"locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}]}, ("a.py", 0, 0, "")),
        ({"locations": [{"physicalLocation": {"artifactLocation": {"index": 9}}}]}, ("", 0, 0, "")),
        (
            {"locations": [{"physicalLocation": {"artifactLocation": {"uri": "z.py", "uriBaseId": "SRC"}}}]},
            ("/top/src/z.py", 0, 0, ""),
        ),
        (
            {"locations": [{"physicalLocation": {"artifactLocation": {"uri": "/z.py", "uriBaseId": "SRC"}}}]},
            ("/z.py", 0, 0, ""),
        ),
        (located("http://["), ("http://[", 1, 1, "")),
        (located("C#/z.py"), ("C#/z.py", 1, 1, "")),
    ],
)
def test_place(result: dict[str, Any], place: tuple[str, int, int, str]) -> None:
    bases = {"SRC": {"uri": "src/", "uriBaseId": "TOP"}, "TOP": {"uri": "file:///top/"}}
    [claim] = read({"ruleId": "R1", **result}, artifacts=[{"location": {"uri": "x/a.py"}}], originalUriBaseIds=bases)

    assert (claim.file, claim.line, claim.end_line, claim.quote) == place


def test_base_ids_that_go_round_in_circles_end() -> None:
    bases = {"A": {"uri": "a/", "uriBaseId": "B"}, "B": {"uri": "b/", "uriBaseId": "A"}}
    result = {"locations": [{"physicalLocation": {"artifactLocation": {"uri": "z.py", "uriBaseId": "A"}}}]}

    assert read(result, originalUriBaseIds=bases)[0].file == "b/a/z.py"


@pytest.mark.parametrize(
    ("result", "category"),
    [
        ({"ruleId": "R1"}, "R1"),
        ({"rule": {"id": "R2"}}, "R2"),
        ({"ruleIndex": 0}, "R1"),
        ({"rule": {"index": 0, "toolComponent": {"index": 0}}}, "E1"),
        ({"ruleIndex": 7}, "unnamed"),
        ({"ruleIndex": -1}, "unnamed"),
        ({}, "unnamed"),
    ],
)
def test_the_rule_is_the_category(result: dict[str, Any], category: str) -> None:
    tool = {"driver": {"rules": [{"id": "R1"}]}, "extensions": [{"rules": [{"id": "E1"}]}]}

    assert read(result, tool=tool)[0].category == category


def test_several_runs_are_one_answer_and_their_order_is_kept() -> None:
    reading = Reading(backend="b", task="t", path_of=lambda _: None, lines_of=lambda _: [], rules={})
    runs = [{"results": [{"ruleId": "R1"}, {"ruleId": "R2"}]}, {"results": []}, {"results": [{"ruleId": "R3"}]}]

    claims = read_log(json.dumps({"runs": runs}).encode(), reading)

    assert [claim.category for claim in claims] == ["R1", "R2", "R3"]


@pytest.mark.parametrize("junk", [None, 1, "x", [], [1, "x", None], {"a": 1}])
@pytest.mark.parametrize("where", ["tool", "invocations", "artifacts", "originalUriBaseIds"])
def test_junk_in_a_run_does_no_harm(where: str, junk: Any) -> None:
    assert len(read({"ruleId": "R1", **located()}, **{where: junk})) == 1


@pytest.mark.parametrize("junk", [None, 1, "x", [], [1, "x", None], {"a": 1}, {"text": 1}, [{"status": 1}]])
@pytest.mark.parametrize(
    "where", ["message", "locations", "rule", "ruleIndex", "level", "properties", "taxa", "fixes", "suppressions"]
)
def test_junk_in_a_result_does_no_harm(where: str, junk: object) -> None:
    assert len(read({"ruleId": "R1", **located(), where: junk})) == 1


def test_results_that_are_none_are_left_out() -> None:
    reading = Reading(backend="b", task="t", path_of=lambda _: None, lines_of=lambda _: [], rules={})

    assert read_log(b'{"runs": [{"results": [null, 1, "x", {"ruleId": "R1"}]}]}', reading)[0].category == "R1"


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"null", b'"runs"', b'{"runs": 1}', b'{"runs": [1]}'])
def test_anything_else_is_no_log(data: bytes) -> None:
    reading = Reading(backend="b", task="t", path_of=lambda _: None, lines_of=lambda _: [], rules={})

    with pytest.raises(UnreadableLog):
        read_log(data, reading)
