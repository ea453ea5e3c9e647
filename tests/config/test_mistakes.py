"""Every mistake is told at once, each in one line: file, key path, what is wrong, what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.config.support import Home

KINDS = '"codex", "gemini", "claude", "ollama", "openai", "command", "sarif" or "static"'
BUDGET = 'seconds for the whole review; 0 or "none" for no limit'
KEY_NAME = "the name of the environment variable that holds the key, never the key itself"
SERVER = 'the server\'s base URL, "http://HOST:PORT/PATH", without credentials in it'
HIDDEN = "a text (not shown, it may be a secret)"

# (a user's file, the whole message; USER stands for the file's path)
MISTAKES = {
    "unknown key": (
        "[backends.codex]\ntimout = 4",
        'USER: backends.codex.timout: unknown key; did you mean "timeout"?',
    ),
    "unknown section": ("[backend.codex]\nx = 1", 'USER: backend: unknown key; did you mean "backends"?'),
    "two prompts of one name": (
        '[tasks.hunt]\nprompts = [{name="a", prompt="x"}, {name="b", prompt="y"}, {name="a", prompt="z"}]',
        'USER: tasks.hunt.prompts#3.name: "a" is the name of tasks.hunt.prompts#1 too; '
        "give each prompt a name of its own",
    ),
    "unknown hook": (
        "[hooks.pre-psh]\nbudget = 1",
        'USER: hooks.pre-psh: unknown key; did you mean "pre-push"?',
    ),
    "unknown key, nothing near": (
        "[debate]\nxyz = 1",
        "USER: debate.xyz: unknown key; known: enabled, judge, min_severity, reviewers, rounds",
    ),
    "unknown key below a backend that is called like a key": (
        '[backends.env]\ncommand = "x"\ntimout = 4',
        'USER: backends.env.timout: unknown key; did you mean "timeout"?',
    ),
    "text for a switch": (
        '[defaults]\nparallel = "yes"',
        'USER: defaults.parallel: expected true or false, got the text "yes"; '
        "true asks all backends at once, false one after the other",
    ),
    "text for a number": (
        '[defaults]\ntimeout = "soon"',
        'USER: defaults.timeout: expected a number, got the text "soon"; '
        "seconds one request may take, unless its backend says otherwise",
    ),
    "switch for a number": (
        "[review]\nquorum = true",
        "USER: review.quorum: expected a whole number, got true; "
        "how many reviewers must raise a finding to confirm it without debate",
    ),
    "fraction for a whole number": (
        "[cache]\nttl_hours = 1.5",
        "USER: cache.ttl_hours: expected a whole number, got 1.5; hours an answer is kept",
    ),
    "number for a text": (
        "[backends.codex]\ncommand = 3",
        "USER: backends.codex.command: expected a text in quotes, got 3; "
        "the program to start, or an HTTP server as http://HOST:PORT/PATH",
    ),
    "text for a list": (
        '[review]\nexclude = "docs/"',
        'USER: review.exclude: expected a list, got the text "docs/"; '
        "patterns of files to leave out, in gitignore syntax",
    ),
    "table for a list": (
        "[review]\nexclude = { a = 1 }",
        "USER: review.exclude: expected a list, got a table; patterns of files to leave out, in gitignore syntax",
    ),
    "list for a table": (
        "backends = [1]",
        "USER: backends: expected a table, got a list; a table [backends.NAME] for each backend",
    ),
    "date for a table": (
        "review = 2026-01-01",
        "USER: review: expected a table, got a date or time; a table with the rules of every review",
    ),
    "number in a list of texts": (
        "[review]\nexclude = ['a', 4]",
        "USER: review.exclude#2: expected a text in quotes, got 4; patterns of files to leave out, in gitignore syntax",
    ),
    "arguments are never shown": (
        '[backends.codex]\nargs = "--key sk-123"',
        f"USER: backends.codex.args: expected a list, got {HIDDEN}; arguments behind the program, a list of texts",
    ),
    "negative budget": (
        "[hooks.pre-commit]\nbudget = -1",
        f"USER: hooks.pre-commit.budget: expected 0 or more, got -1; {BUDGET}",
    ),
    "endless budget": (
        "[review]\nbudget = inf",
        f"USER: review.budget: expected a finite number, got inf; {BUDGET}",
    ),
    "budget in words": (
        '[review]\nbudget = "1m"',
        f'USER: review.budget: expected a number, got the text "1m"; {BUDGET}',
    ),
    "switch for a budget": (
        "[review]\nbudget = false",
        f"USER: review.budget: expected a number, got false; {BUDGET}",
    ),
    "no time at all": (
        "[backends.codex]\ntimeout = 0",
        "USER: backends.codex.timeout: expected a number above 0, got 0; seconds one request to it may take",
    ),
    "a time beyond all timers": (
        "[backends.codex]\ntimeout = 604801",
        "USER: backends.codex.timeout: expected at most 604800, got 604801; seconds one request to it may take",
    ),
    "a huge number": (
        f"[defaults]\ntimeout = {'9' * 400}",
        "USER: defaults.timeout: expected a number, got a very large number; "
        "seconds one request may take, unless its backend says otherwise",
    ),
    "unknown severity": (
        '[review]\nfail_on = "hgh"',
        'USER: review.fail_on: expected "low", "medium", "high" or "critical" (did you mean "high"?), '
        'got the text "hgh"; the mildest severity that can refuse a commit',
    ),
    "unknown kind": (
        '[backends.x]\nkind = "olama"',
        f'USER: backends.x.kind: expected {KINDS} (did you mean "ollama"?), got the text "olama"; '
        "how to talk to it; needed only when the name does not say it",
    ),
    "a kind against the name": (
        '[backends.codex]\nkind = "command"',
        'USER: backends.codex.kind: a backend named "codex" is always of this kind; give the section another name',
    ),
    "unknown backend of a task": (
        '[tasks.hunt]\nbackends = ["codx"]',
        'USER: tasks.hunt.backends: no backend is called "codx"; did you mean "codex"?',
    ),
    "unknown backend, nothing near": (
        '[conductor]\nbackend = "zzzz"',
        'USER: conductor.backend: no backend is called "zzzz"; known: claude, codex, gemini, ollama, static',
    ),
    "unknown task of a hook": (
        '[hooks.pre-commit]\ntasks = ["hnut"]',
        'USER: hooks.pre-commit.tasks: no task is called "hnut"; did you mean "hunt"?',
    ),
    "unknown task of lok-review": (
        '[review]\ntasks = ["hunt", "qqq"]',
        'USER: review.tasks: no task is called "qqq"; known: audit, hunt',
    ),
    "no tasks": (
        "[review]\ntasks = []",
        "USER: review.tasks: expected at least one entry, got an empty list; names of the tasks to run, at least one",
    ),
    "no prompts": (
        "[tasks.new]\nprompts = []",
        "USER: tasks.new.prompts: expected at least one entry, got an empty list; "
        "a list of { name, prompt }, at least one",
    ),
    "a task without the key prompts": (
        '[tasks.new]\ndescription = "x"',
        "USER: tasks.new: has no prompts; add prompts = [{ name = …, prompt = … }]",
    ),
    "half a prompt": (
        '[tasks.new]\nprompts = [{ name = "x" }]',
        "USER: tasks.new.prompts#1.prompt: missing; write what the reviewer shall look for",
    ),
    "an empty prompt": (
        '[tasks.new]\nprompts = [{ name = "x", prompt = "" }]',
        'USER: tasks.new.prompts#1.prompt: expected a text that is not empty, got the text ""; '
        "what the reviewer shall look for",
    ),
    "a key where its name belongs": (
        '[backends.claude]\napi_key_env = "sk-ant-123"',
        f"USER: backends.claude.api_key_env: {HIDDEN} cannot be used; write {KEY_NAME}",
    ),
    "a bad variable name": (
        '[backends.claude.env]\n"A B" = "x"',
        'USER: backends.claude.env."A B": cannot name an environment variable; '
        "use letters, digits and underscores, no digit in front",
    ),
    "a bad backend name": (
        '[backends."a,b"]\ncommand = "x"',
        'USER: backends."a,b": cannot be used as a name; '
        "use letters, digits and . _ + -, beginning with a letter or digit",
    ),
    "a model that would be an option": (
        '[backends.codex]\nmodel = "--yolo"',
        'USER: backends.codex.model: the text "--yolo" cannot be used; '
        "write the model's name, without spaces and not beginning with a dash",
    ),
    "credentials in an address": (
        '[backends.x]\nurl = "http://me:secret@host"',
        f"USER: backends.x.url: {HIDDEN} cannot be used; write {SERVER}",
    ),
    "credentials in a command": (
        '[backends.x]\ncommand = "http://me:secret@host"',
        f"USER: backends.x.command: {HIDDEN} cannot be used; "
        "write the program to start, or an HTTP server as http://HOST:PORT/PATH",
    ),
    "an address of another kind": (
        '[backends.x]\nurl = "ftp://host"',
        f"USER: backends.x.url: {HIDDEN} cannot be used; write {SERVER}",
    ),
    "a program for ollama": (
        '[backends.ollama]\ncommand = "ollama"',
        'USER: backends.ollama.command: the kind "ollama" starts no program; write url = "http://HOST:PORT" instead',
    ),
    "a server kind without a server": (
        '[backends.x]\nkind = "openai"',
        'USER: backends.x: the kind "openai" needs a server; add url = "http://HOST:PORT"',
    ),
    "nothing to start": (
        "[backends.bedrock]\nenabled = true",
        'USER: backends.bedrock: the kind "command" needs a program; add command = "…", or kind = "…" for another kind',
    ),
    "a wrapper without a place": (
        '[defaults]\ncommand_wrapper = "nice"',
        'USER: defaults.command_wrapper: the text "nice" cannot be used; '
        "write a command line around every program, with {cmd} where the program goes",
    ),
    "a bad rule": (
        '[backends.static]\nrules = { E9 = "prove" }',
        'USER: backends.static.rules.E9: expected "proof", "suspicion" or "off" (did you mean "proof"?), '
        'got the text "prove"; for analysers: rule id or prefix = "proof", "suspicion" or "off"',
    ),
    "bad exclude patterns": (
        '[review]\nexclude = ["ok", "!", "[z-a]"]',
        'USER: review.exclude: entry #2 "!" is not a gitignore pattern; correct or remove it\n'
        'USER: review.exclude: entry #3 "[z-a]" is not a gitignore pattern; correct or remove it',
    ),
    "debate twice": (
        "[review]\ndebate = true\n[debate]\nenabled = false",
        "USER: debate.enabled: contradicts review.debate; keep one of the two",
    ),
    "terminal escapes in keys and values": (
        '"\\u001b[2J" = 1\n[review]\nfail_on = "\\u202ehigh"',
        'USER: review.fail_on: expected "low", "medium", "high" or "critical" (did you mean "high"?), '
        'got the text "\\u202ehigh"; the mildest severity that can refuse a commit\n'
        'USER: "\\x1b[2J": unknown key; '
        "known: backends, cache, conductor, debate, defaults, hooks, review, tasks",
    ),
    "a long text": (
        f'[review]\nfail_on = "{"x " * 100}"',
        'USER: review.fail_on: expected "low", "medium", "high" or "critical", '
        f'got the text "{"x " * 29}x…"; the mildest severity that can refuse a commit',
    ),
    "not TOML": (
        "[defaults]\ntimeout = soon\n",
        "USER:2:11: not TOML: Invalid value; correct this line: timeout = soon",
    ),
    "a key twice": (
        "[defaults]\n[defaults]\n",
        "USER:2:10: not TOML: Cannot declare ('defaults',) twice; correct this line: [defaults]",
    ),
    "unfinished": (
        '[defaults]\ncommand_wrapper = "',
        "USER:2: not TOML: Unterminated string at the end of the file; correct the file",
    ),
    "an escape in the file": (
        'x = "\x1b[2J"\n',
        "USER:1:6: not TOML: Illegal character '\\x1b'; correct this line: x = \"\\x1b[2J\"",
    ),
    "lists without end": ("x = " + "[" * 5000, "USER: nested too deeply; lok.toml has no such value"),
    "a long word in a line, which may be a key": (
        f"{'x' * 40} = {'y' * 40}",
        f"USER:1:44: not TOML: Invalid value; correct this line: {'x' * 40} =…",
    ),
    "an integer without end": (
        "x = " + "1" * 5000,
        "USER: not TOML: Exceeds the limit (4300 digits) for integer string…; correct the file",
    ),
    "a key without end": (
        "\na" + ".a" * 60_000 + " = 1",
        "USER:2: a key with more than 64 parts; lok.toml has none that long",
    ),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_place_and_advice(home: Home, text: str, message: str) -> None:
    assert home.refused(user=text) == message


def test_all_mistakes_of_all_sources_are_told_at_once(home: Home) -> None:
    message = home.refused(
        '[backends.codex]\ntimout = 4\ntimeout = -3\n[tasks.hunt]\nbackends = ["gemni"]\n',
        user='[review]\nfail_on = 3\n[backends.x]\nkind = "openai"\n',
        environ={"LOK_BUDGET": "soon", "LOK_DEBATE": "maybe", "LOK_BACKEND": "codexx", "LOK_TASK": "hnt"},
        flags={"--fail-on": "bad", "--task": " , "},
    )

    assert message.split("\n") == [
        'USER: review.fail_on: expected "low", "medium", "high" or "critical", got 3; '
        "the mildest severity that can refuse a commit",
        "lok.toml: backends.codex.timeout: expected a number above 0, got -3; seconds one request to it may take",
        'lok.toml: backends.codex.timout: unknown key; did you mean "timeout"?',
        f'LOK_BUDGET: expected a number, got the text "soon"; {BUDGET}',
        'LOK_DEBATE: expected true or false, got the text "maybe"; '
        "true lets reviewers cross-examine findings, as [debate] enabled",
        '--fail-on: expected "low", "medium", "high" or "critical", got the text "bad"; '
        "the mildest severity that can refuse a commit",
        "--task: names nothing; give one or more names, separated by commas",
        'lok.toml: tasks.hunt.backends: no backend is called "gemni"; did you mean "gemini"?',
        'LOK_TASK: no task is called "hnt"; did you mean "hunt"?',
        'USER: backends.x: the kind "openai" needs a server; add url = "http://HOST:PORT"',
        'LOK_BACKEND: no backend is called "codexx"; did you mean "codex"?',
    ]


def test_a_backend_that_is_switched_off_may_be_unfinished(home: Home) -> None:
    assert home.load(user='[backends.x]\nkind = "openai"\nenabled = false\n').notes == ()


def test_what_a_broken_file_may_define_is_not_called_unknown(home: Home) -> None:
    message = home.refused('[tasks.hunt]\nbackends = ["mine"]\n', user='[backends.mine]\ncommand = "x\n')

    assert message == ("USER:2:13: not TOML: Illegal character '\\n'; correct this line: command = \"x")


def test_what_a_faulty_section_defines_is_not_called_unknown(home: Home) -> None:
    message = home.refused(
        user='[backends]\nmine = 3\n[tasks]\nnew = 4\n[tasks.hunt]\nbackends = ["mine"]\n[review]\ntasks = ["new"]\n'
    )

    assert message.split("\n") == [
        "USER: backends.mine: expected a table, got 3; a table [backends.NAME] for each backend",
        "USER: tasks.new: expected a table, got 4; a table [tasks.NAME] for each task",
    ]


def test_a_named_file_that_is_missing(home: Home, tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    expected = f"{missing}: there is no such file; check --config and LOK_CONFIG"

    assert home.refused(config_file=missing) == expected
    assert home.refused(environ={"LOK_CONFIG": str(missing)}) == expected


def test_a_folder_in_place_of_a_file(home: Home, tmp_path: Path) -> None:
    home.repository_file.mkdir()
    home.user_file.mkdir()

    advice = "not a regular file; put a text file in its place or remove it"
    assert home.refused() == f"USER: {advice}\nlok.toml: {advice}"
    home.user_file.rmdir()
    assert home.refused(config_file=tmp_path) == f"{tmp_path}: cannot be read (Is a directory); mend it or remove it"


@pytest.mark.timeout(20)
def test_a_pipe_in_place_of_the_repositorys_file_is_not_waited_for(home: Home) -> None:
    os.mkfifo(home.repository_file)

    assert home.refused() == "lok.toml: not a regular file; put a text file in its place or remove it"


def test_a_file_that_points_to_itself(home: Home) -> None:
    home.repository_file.symlink_to(home.repository_file)

    assert home.refused() == ("lok.toml: cannot be read (Too many levels of symbolic links); mend it or remove it")


def test_a_file_that_is_not_text(home: Home) -> None:
    home.repository_file.write_bytes(b"[review]\n# caf\xe9\n")

    assert home.refused() == "lok.toml:2: not UTF-8 text (byte 14); save the file as UTF-8"


def test_a_byte_order_mark_and_carriage_returns_do_not_matter(home: Home) -> None:
    home.repository_file.write_bytes(b"\xef\xbb\xbf[review]\r\nquorum = 4\r\n")

    assert home.load().review.quorum == 4


def test_a_file_that_is_too_large(home: Home) -> None:
    assert home.refused("#" * 256 * 1024 + "\n") == "lok.toml: larger than 262144 bytes; is this the right file?"
    home.repository_file.write_text("#" * 256 * 1024)
    assert home.load().notes == ()


def test_a_file_that_may_not_be_read(home: Home) -> None:
    """Root reads everything, so the unreadable file is one that the kernel itself refuses to read."""
    unreadable = Path("/proc/self/mem")

    assert home.refused(config_file=unreadable) == (
        f"{unreadable}: cannot be read (Input/output error); mend it or remove it"
    )
