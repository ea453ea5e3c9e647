"""A repository whose git configuration attacks whoever reviews it, through the real commands.

tests/repo/test_traps.py shows for each setting that it changes what plain git says or runs; here whole commands meet
every setting that names a program, one by one and all at once: no program runs, and no file of the diff is hidden.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Project, Reviewer, configure, machine, project

__all__ = ["configure", "machine", "project"]
Configure = Callable[..., Reviewer]
BUG = "count = 1  # PLANTED_BUG\n"
NAMES = ("plain.py", "hidden.py", "binary.dat.py", "x b/deep.py", "generated.py")
ATTRIBUTES = (
    "*.py diff=trap merge=trap filter=trap\nhidden.py -diff -text\nbinary.dat.py binary\n"
    "generated.py linguist-generated=true export-ignore -diff\n"
)
# Settings whose value git may start as a program, "" being the program itself.
PROGRAMS = {
    "core.fsmonitor": "{trap}",
    "core.pager": "{trap}",
    "pager.diff": "{trap}",
    "pager.config": "{trap}",
    "core.editor": "{trap}",
    "sequence.editor": "{trap}",
    "core.askPass": "{trap}",
    "core.sshCommand": "{trap}",
    "core.gitProxy": "{trap}",
    "core.alternateRefsCommand": "{trap}",
    "core.hooksPath": "{folder}",
    "diff.external": "{trap}",
    "diff.trap.command": "{trap}",
    "diff.trap.textconv": "{trap}",
    "diff.trap.cachetextconv": "true",
    "interactive.diffFilter": "{trap}",
    "filter.trap.clean": "{trap}",
    "filter.trap.smudge": "{trap}",
    "filter.trap.process": "{trap}",
    "filter.trap.required": "true",
    "merge.trap.driver": "{trap} %O %A %B",
    "alias.diff": "!{trap}",
    "alias.rev-parse": "!{trap}",
    "alias.cat-file": "!{trap}",
    "alias.config": "!{trap}",
    "credential.helper": "!{trap}",
    "gpg.program": "{trap}",
    "gpg.ssh.program": "{trap}",
    "uploadpack.packObjectsHook": "{trap}",
    "trailer.trap.command": "{trap}",
    "difftool.trap.cmd": "{trap}",
    "submodule.module.update": "!{trap}",
    "remote.origin.uploadpack": "{trap}",
    "remote.origin.url": "ext::{trap}",
    "protocol.ext.allow": "always",
    "include.path": "{included}",
    "init.templateDir": "{folder}",
}
# Settings that hide files or their text.
BLINDS = {
    "diff.ignoreSubmodules": "all",
    "submodule.module.ignore": "all",
    "core.bigFileThreshold": "1",
    "core.attributesFile": "{attributes}",
    "diff.noprefix": "true",
    "diff.relative": "true",
    "diff.orderFile": "{attributes}",
    "core.quotePath": "true",
    "color.ui": "always",
    "core.ignoreCase": "true",
    "core.sparseCheckout": "true",
    "index.sparse": "true",
    "diff.renameLimit": "1",
    "core.precomposeUnicode": "true",
    "diff.noIndex": "true",
    "log.showSignature": "true",
}


class Range:
    """A project with a bug staged in every file, the trap, and the mark that the trap leaves."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project = project
        self.mark = folder / "sprung"
        hooks = folder / "hooks"
        hooks.mkdir()
        trap = folder / "trap"
        trap.write_text(f"#!/bin/sh\ntouch '{self.mark}'\nexit 0\n")
        trap.chmod(0o755)
        for hook in ("pre-commit", "post-index-change", "reference-transaction", "fsmonitor-watchman", "post-checkout"):
            (hooks / hook).write_text(trap.read_text())
            (hooks / hook).chmod(0o755)
        (folder / "included").write_text(f"[diff]\n\texternal = {trap}\n[core]\n\tfsmonitor = {trap}\n")
        (folder / "attributes").write_text("* -diff\n")
        self.words = {
            "trap": str(trap),
            "folder": str(hooks),
            "included": str(folder / "included"),
            "attributes": str(folder / "attributes"),
        }
        project.seed({".gitattributes": ATTRIBUTES, **dict.fromkeys(NAMES, "a = 1\n")})
        for name in NAMES:
            project.stage(name, f"a = 1\n{BUG}")

    def set(self, key: str, value: str) -> None:
        """Sets a key by writing it: some cannot be set by a git that they already steer."""
        section, _, name = key.rpartition(".")
        outer, _, inner = section.partition(".")
        title = f'{outer} "{inner}"' if inner else outer
        with (self.project.path / ".git" / "config").open("a") as config:
            config.write(f"[{title}]\n\t{name} = {value.format(**self.words)}\n")

    def hunted(self, reviewer: Reviewer) -> None:
        """lok-hunt finds the bug in every file, and nothing else ran."""
        self.mark.unlink(missing_ok=True)
        asked = len(reviewer.requests())
        done = self.project.run("lok-hunt", "--fresh", "--no-debate", "--format", "json")
        assert not self.mark.exists()
        assert done.code == 1, done.said
        found = {finding["path"] for finding in json.loads(done.said)["findings"]}
        assert found == set(NAMES)
        assert len(reviewer.requests()) > asked


@pytest.fixture
def at(project: Project, tmp_path: Path) -> Range:
    folder = tmp_path / "range"
    folder.mkdir()
    return Range(project, folder)


@pytest.mark.parametrize("share", range(4))
def test_one_setting_after_the_other(at: Range, configure: Configure, share: int) -> None:
    reviewer = configure()
    config = at.project.path / ".git" / "config"
    clean = config.read_text()
    for key, value in [*PROGRAMS.items(), *BLINDS.items()][share::4]:
        config.write_text(clean)
        at.set(key, value)
        at.hunted(reviewer)


def test_every_setting_at_once(at: Range, configure: Configure) -> None:
    reviewer = configure()
    for key, value in {**PROGRAMS, **BLINDS}.items():
        at.set(key, value)
    info = at.project.path / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text("* diff=trap -text\n*.py binary\n")
    at.hunted(reviewer)
    for command in (
        ("lok-review", "--staged", "--no-debate"),
        ("lok-review", "--working-tree", "--no-debate"),
        ("lok-review", "--commit", "HEAD", "--no-debate"),
        ("lok-review", "--staged", "--show-payload"),
        ("lok-audit", "origin", "nowhere"),
        ("lok", "cache", "stats"),
        ("lok", "diff"),
        ("lok", "run", "diff"),
        ("lok", "run", "diff", "--unstaged"),
        ("lok", "run", "diff", "HEAD"),
    ):
        # Git asks a filter only about a file that looks changed.
        at.project.write("plain.py", f"a = 1\n{BUG}b = 1\n")
        at.project.run(*command)
        assert not at.mark.exists(), command
    at.project.run("git", "-c", "alias.x=diff", "status")
    assert at.mark.exists(), "the trap itself does not work"


def test_a_submodule_that_wants_to_be_ignored_is_told(at: Range, configure: Configure) -> None:
    configure()
    commit = at.project.head()
    modules = '[submodule "module"]\n\tpath = module\n\turl = ./x\n\tignore = all\n\tupdate = !{trap}\n'
    at.project.stage(".gitmodules", modules.format(**at.words))
    at.project.git("update-index", "--add", "--cacheinfo", f"160000,{commit},module")
    report = json.loads(at.project.run("lok-hunt", "--format", "json").said)
    assert ("module", "submodule") in {(item["path"], item["reason"]) for item in report["coverage"]["skipped"]}
    assert not at.mark.exists()


VARIABLES = {
    "GIT_EXTERNAL_DIFF": "{trap}",
    "GIT_PAGER": "{trap}",
    "GIT_SSH_COMMAND": "{trap}",
    "GIT_CONFIG_PARAMETERS": "'core.fsmonitor'='{trap}' 'diff.external'='{trap}'",
    "GIT_CONFIG_GLOBAL": "{included}",
    "GIT_ASKPASS": "{trap}",
    "GIT_PROXY_COMMAND": "{trap}",
}


def test_one_variable_after_the_other(at: Range, configure: Configure) -> None:
    reviewer = configure()
    environment = at.project.machine.environment
    assert isinstance(environment, dict)
    for name, value in VARIABLES.items():
        environment[name] = value.format(**at.words)
        at.hunted(reviewer)
        del environment[name]


# Words of a user, of a server or of a file that reach git's command line.
OPTIONS = ("--output=stolen", "--upload-pack=touch stolen")


UNKNOWN = "is not a commit of this repository"
NO_FILE = "o such file"
NOT_GITS = "is not what git tells a pre-push hook"
ALL_OF_IT = "7 files, 10"  # everything that the push brings is reviewed


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a word gets in ("WORD", "HEAD": a commit, "REF": a word as names of refs can be), and what must come of
    it."""

    argv: tuple[str, ...]
    code: int
    said: str
    lines: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


ZEROS = "0" * 40
BY_GIT = ("lok-audit", "origin", "url")
PLACES = (
    Place(argv=("lok-review", "--", "WORD"), code=2, said=UNKNOWN),
    Place(argv=("lok-review", "--", "WORD...HEAD"), code=2, said=UNKNOWN),
    Place(argv=("lok-review", "--", "HEAD...WORD"), code=2, said=UNKNOWN),
    Place(argv=("lok-review", "--commit=WORD"), code=2, said=UNKNOWN),
    Place(argv=("lok-review", "--diff-file=WORD"), code=2, said=NO_FILE),
    Place(argv=("lok-review", "--staged", "--config=WORD"), code=2, said=NO_FILE),
    Place(argv=("lok", "diff", "--", "WORD"), code=2, said=UNKNOWN),
    Place(argv=("lok", "run", "diff", "--", "--", "WORD"), code=4, said="bad revision"),
    Place(argv=("lok-audit", "--", "WORD", "WORD"), code=0, said=ALL_OF_IT, lines=f"REF HEAD REF {ZEROS}\n"),
    Place(argv=BY_GIT, code=2, said=NOT_GITS, lines=f"refs/heads/x WORD refs/heads/x {ZEROS}\n"),
    Place(argv=BY_GIT, code=2, said=NOT_GITS, lines="refs/heads/x HEAD refs/heads/x WORD\n"),
    Place(
        argv=("lok-audit",),
        code=0,
        said=ALL_OF_IT,
        variables={"PRE_COMMIT_FROM_REF": "WORD", "PRE_COMMIT_TO_REF": "HEAD"},
    ),
    Place(
        argv=("lok-audit",),
        code=2,
        said="is pushed but is not in this repository",
        variables={"PRE_COMMIT_FROM_REF": "HEAD", "PRE_COMMIT_TO_REF": "WORD"},
    ),
    Place(
        argv=("lok-audit",),
        code=0,
        said=ALL_OF_IT,
        variables={"PRE_COMMIT_REMOTE_NAME": "WORD", "PRE_COMMIT_TO_REF": "HEAD"},
    ),
)


@pytest.mark.parametrize("word", OPTIONS)
def test_no_word_becomes_an_option_of_git(at: Range, configure: Configure, word: str) -> None:
    reviewer = configure()
    project = at.project
    values = {"WORD": word, "REF": word.replace(" ", "_"), "HEAD": project.head()}
    before = sorted(path.name for path in project.path.iterdir())

    def filled(text: str) -> str:
        return re.sub("WORD|REF(?!_)|HEAD", lambda found: values[found[0]], text)

    for place in PLACES:
        argv = [filled(each) for each in place.argv]
        variables = {name: filled(value) for name, value in place.variables.items()}
        done = project.run(*argv, env={"PRE_COMMIT": "1", **variables} if variables else {}, stdin=filled(place.lines))
        assert (done.code, place.said in done.said) == (place.code, True), (argv, done.said)
    reviewer.settings.write_text(reviewer.settings.read_text() + f"[review]\nconfig_from = {json.dumps(word)}\n")
    done = project.run("lok-review", "--staged")
    assert (done.code, "config_from" in done.said) == (2, True), done.said
    assert sorted(path.name for path in project.path.iterdir()) == before
    assert not at.mark.exists()


def test_a_branch_or_file_named_like_an_option_is_only_a_name(at: Range, configure: Configure) -> None:
    configure()
    project = at.project
    project.stage("--output=stolen", BUG)
    project.git("update-ref", "refs/heads/--output=stolen", "HEAD")
    report = json.loads(project.run("lok-hunt", "--format", "json").said)
    assert "--output=stolen" in {finding["path"] for finding in report["findings"]}
    project.run("lok-review", "--", "refs/heads/--output=stolen")
    assert not (project.path / "stolen").exists()
