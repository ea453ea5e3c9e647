"""Trust: given to a digest, kept for each repository outside of it, lost with any change."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.config import trust, trusted
from lok_hooks.config.checking import checked
from lok_hooks.config.defaults import built_in_layer
from lok_hooks.config.load import load, read_toml
from lok_hooks.config.trust_items import Item, of_settings, of_workflow, own_programs, workflow_digest
from lok_hooks.config.workflow_find import project_workflows
from lok_hooks.core.settings import Settings
from lok_hooks.errors import ConfigError, OutputError
from tests.config.support import Home, backend
from tests.config.test_trust import DANGEROUS, USER

WORKFLOW = b'name = "w"\n[[steps]]\nname = "look"\nshell = """\nls\nrm x\n"""\n[[steps]]\nname = "ask"\nprompt = "?"\n'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository's common git directory, and a state folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "project" / ".git"
    folder.mkdir(parents=True)
    return folder


def digest_of(text: str) -> str:
    layer = checked(read_toml(text.encode(), "lok.toml"), label="lok.toml", origin="lok.toml")
    return trust.digest(trust.covered(layer.values, built_in_layer().values))


def trusting(home: Home, text: str, *trusted_texts: str) -> Settings:
    home.repository_file.write_text(text)
    digests = {digest_of(one) for one in trusted_texts}
    return load(directory=home.repository, environ=home.environ, is_trusted=digests.__contains__)


@pytest.mark.parametrize(("text", "key"), DANGEROUS, ids=[f"{key}-{i}" for i, (_, key) in enumerate(DANGEROUS)])
def test_every_dangerous_key_counts_once_trusted(home: Home, text: str, key: str) -> None:
    home.user_file.write_text(USER)
    before = load(directory=home.repository, environ=home.environ)
    settings = trusting(home, text, text)

    assert settings.notes == ()
    assert settings.backends != before.backends or key not in settings.origins
    assert settings.origins.get(key, "") in ("", str(home.repository_file))


@pytest.mark.parametrize(("text", "key"), DANGEROUS, ids=[f"{key}-{i}" for i, (_, key) in enumerate(DANGEROUS)])
def test_trust_in_something_else_does_not_count(home: Home, text: str, key: str) -> None:
    before = home.load(user=USER)
    settings = trusting(home, text, f'{text}\n[backends.more]\ncommand = "x"\n', '[backends.codex]\ncommand = "y"')

    assert settings.notes == (f"lok.toml: ignored until you trust it (see them with `lok trust`): {key}",)
    assert dataclasses.replace(settings, notes=()) == before


def test_a_new_backend_works_once_trusted_and_can_be_chosen(home: Home) -> None:
    text = '[backends.new]\ncommand = "./new"\nargs = ["-x"]\n'
    home.repository_file.write_text(text)
    settings = load(
        directory=home.repository,
        environ=home.environ,
        flags={"--backend": "new"},
        is_trusted={digest_of(text)}.__contains__,
    )

    assert (backend(settings, "new").enabled, backend(settings, "new").command) == (True, "./new")
    assert settings.chosen == ("new",)


BASE = """
[defaults]
command_wrapper = "nice {cmd}"
[backends.codex]
command = "./codex"
args = ["exec"]
env = { A = "b" }
[backends.new]
command = "new"
timeout = 5
"""


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        ('"./codex"', '"./codex2"', False),
        ('["exec"]', '["exec", "--json"]', False),
        ('A = "b"', 'A = "c"', False),
        ('A = "b"', 'B = "b"', False),
        ('"nice {cmd}"', '"time {cmd}"', False),
        ('command = "new"', 'command = "newer"', False),
        ("timeout = 5", "timeout = 6", False),
        ("[backends.new]", "[backends.newer]", False),
        ("timeout = 5", "timeout = 5\nurl = 'http://x.example.org'", False),
        ("[defaults]", '[review]\nfail_on = "low"\n[defaults]', True),
        ("[defaults]", '[tasks.mine]\nprompts = [{ name = "a", prompt = "b" }]\n[defaults]', True),
        ("[defaults]", "# a comment\n[defaults]\ntimeout = 3", True),
        ("[backends.codex]", '[backends.codex]\nmodel = "m"', True),
    ],
)
def test_any_change_of_those_keys_and_no_other_needs_trust_again(before: str, after: str, is_same: bool) -> None:
    changed = BASE.replace(before, after)
    assert changed != BASE
    assert (digest_of(changed) == digest_of(BASE)) is is_same


def test_the_digest_does_not_hang_on_the_order(home: Home) -> None:
    assert digest_of('[backends.a]\ncommand="x"\n[backends.b]\ncommand="y"\n') == digest_of(
        '[backends.b]\ncommand="y"\n[backends.a]\ncommand="x"\n'
    )


@given(
    st.dictionaries(st.tuples(st.just("backends"), st.text(), st.text()), st.text() | st.booleans() | st.integers()),
    st.dictionaries(st.tuples(st.just("backends"), st.text(), st.text()), st.text() | st.booleans() | st.integers()),
)
def test_different_values_have_different_digests(one: dict[Any, Any], other: dict[Any, Any]) -> None:
    is_equal = {**one} == {**other} and [type(one[k]) for k in one] == [type(other[k]) for k in one]
    assert (trust.digest(one) == trust.digest(other)) is is_equal


def test_trust_is_remembered_for_this_repository_alone(place: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / ".git"
    other.mkdir(parents=True)
    assert not trusted.is_trusted("d1", place, {})
    path = trusted.approve(place, {"d1": "lok.toml"})
    trusted.approve(place, {"d2": ".lok/workflows/w.toml"})

    assert [trusted.is_trusted(digest, place, {}) for digest in ("d1", "d2", "d3", "")] == [True, True, False, False]
    assert not trusted.is_trusted("d1", other, {})
    assert path.is_relative_to(tmp_path / "state" / "lok")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in trusted.approvals(place)] == ["lok.toml", ".lok/workflows/w.toml"]


APPROVING = """
import sys
from pathlib import Path
from lok_hooks.config.trusted import approve
sys.stdin.read()
for number in range(10):
    approve(Path(sys.argv[1]), {f"{sys.argv[2]}-{number}": "lok.toml"})
"""


def test_approvals_given_at_the_same_time_are_all_kept(place: Path) -> None:
    command = [sys.executable, "-c", APPROVING, str(place)]
    approving = [subprocess.Popen([*command, str(who)], stdin=subprocess.PIPE) for who in range(4)]
    for process in approving:
        assert process.stdin
        process.stdin.close()

    assert [process.wait() for process in approving] == [0] * 4
    assert len(trusted.approvals(place)) == 40


@pytest.mark.parametrize("home", ["", "~", "."])
def test_without_a_home_nothing_is_trusted_or_kept(place: Path, monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    trusted.approve(place, {"d1": "lok.toml"})
    monkeypatch.chdir(place)
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setenv("HOME", home)
    with pytest.raises(OutputError, match="neither XDG_STATE_HOME nor HOME"):
        trusted.approve(place, {"d1": "lok.toml"})
    assert list(place.iterdir()) == []
    assert not trusted.is_trusted("d1", place, {})
    assert trusted.is_trusted("d1", place, {trusted.VARIABLE: "d1"})
    assert not trusted.revoke(place)


def test_revoking_takes_all_of_it_back(place: Path) -> None:
    trusted.approve(place, {"d1": "lok.toml", "d2": "w"})

    assert trusted.revoke(place) is True
    assert not trusted.is_trusted("d1", place, {})
    assert trusted.revoke(place) is False


def test_the_variable_trusts_digests_for_one_run(place: Path) -> None:
    assert trusted.is_trusted("d1", place, {"LOK_TRUST": "d0, d1"})
    assert not trusted.is_trusted("d1", place, {"LOK_TRUST": "d11"})
    assert not trusted.is_trusted("", place, {})
    assert trusted.approvals(place) == ()


@pytest.mark.parametrize(
    "spoil", ["others may write", "another user's", "a link", "no JSON", "another shape", "a folder"]
)
def test_a_record_that_others_could_have_made_trusts_nothing(place: Path, tmp_path: Path, spoil: str) -> None:
    path = trusted.approve(place, {"d1": "lok.toml"})
    if spoil == "others may write":
        path.chmod(0o666)
    elif spoil == "another user's":
        # Only root can give a file away; who cannot may only have it made writable.
        os.chown(path, 65534, 65534) if os.geteuid() == 0 else path.chmod(0o620)
    elif spoil == "a link":
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    elif spoil == "no JSON":
        path.write_text("{")
    elif spoil == "another shape":
        path.write_text(json.dumps(["d1"]))
    else:
        path.unlink()
        path.mkdir()

    assert not trusted.is_trusted("d1", place, {})


def test_a_misspelled_variable_is_noticed(home: Home) -> None:
    assert home.load(environ={"LOK_TRUSTS": "d1"}).notes == ("LOK_TRUSTS is not read; did you mean LOK_TRUST?",)
    assert home.load(environ={"LOK_TRUST": "d1"}).notes == ()


def test_a_record_that_cannot_be_written_is_said(place: Path, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        trusted.approve(place, {"d1": "lok.toml"})


def test_only_so_many_digests_are_kept_the_newest(place: Path) -> None:
    trusted.approve(place, {f"d{number}": "lok.toml" for number in range(300)})

    assert trusted.is_trusted("d299", place, {})
    assert not trusted.is_trusted("d0", place, {})


def test_what_is_shown_of_a_lok_toml_is_all_that_needs_trust() -> None:
    item = of_settings(BASE.encode(), "lok.toml")

    assert item == Item(
        name="lok.toml",
        digest=digest_of(BASE),
        lines=(
            'defaults.command_wrapper = "nice {cmd}"',
            'backends.codex.command = "./codex"',
            'backends.codex.args = ["exec"]',
            'backends.codex.env.A = "b"',
            'backends.new.command = "new"',
            "backends.new.timeout = 5.0",
        ),
        words=("nice", "{cmd}", "./codex", "exec", "b", "new"),
    )


@pytest.mark.parametrize("text", ["", "[review]\nquorum = 1\n", '[backends.codex]\nmodel = "m"\n'])
def test_a_lok_toml_that_starts_nothing_needs_no_trust(text: str) -> None:
    assert of_settings(text.encode(), "lok.toml") is None


def test_a_faulty_lok_toml_cannot_be_trusted() -> None:
    with pytest.raises(ConfigError, match=r"timout"):
        of_settings(b'[backends.new]\ncommand = "x"\ntimout = 3\n', "lok.toml")


def test_only_workflows_with_shell_steps_need_trust() -> None:
    item = of_workflow(WORKFLOW, ".lok/workflows/w.toml")

    assert item is not None
    assert item.lines == ("step look runs:", "  ls", "  rm x")
    assert of_workflow(b'[[steps]]\nname = "a"\nprompt = "b"\n', "w") is None
    assert of_workflow(b"steps = 3\n", "w") is None


def test_any_change_of_a_workflow_needs_trust_again() -> None:
    name = ".lok/workflows/w.toml"
    digests = {
        workflow_digest(WORKFLOW, name),
        workflow_digest(WORKFLOW.replace(b"?", b"!"), name),
        workflow_digest(WORKFLOW, ".lok/workflows/v.toml"),
        workflow_digest(WORKFLOW + b"\n", name),
    }

    item = of_workflow(WORKFLOW, name)
    assert len(digests) == 4
    assert item is not None
    assert item.digest in digests


def test_workflows_are_found_below_the_top(tmp_path: Path) -> None:
    assert list(project_workflows(tmp_path)) == []
    folder = tmp_path / ".lok" / "workflows"
    folder.mkdir(parents=True)
    (folder / "b.toml").write_bytes(b"b")
    (folder / "a.toml").write_bytes(b"a")
    (folder / "c.txt").write_bytes(b"c")

    assert [(found.label, found.content) for found in project_workflows(tmp_path)] == [
        (".lok/workflows/a.toml", b"a"),
        (".lok/workflows/b.toml", b"b"),
    ]


def test_programs_of_the_repository_itself_are_named(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "review").touch()
    item = of_settings(b'[backends.new]\ncommand = "python3"\nargs = ["tools/review", "../x", "-v"]\n', "lok.toml")

    assert item is not None
    assert own_programs(item, tmp_path) == ("tools/review",)
