"""Issues on GitHub and GitLab, through the vendors' own programs `gh` and `glab`, with the user's own login."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from lok_hooks.backends import process
from lok_hooks.backends.environment import child_environment, find_program
from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.backends.process import ProgramError
from lok_hooks.core.message import readable
from lok_hooks.core.ports import Deadline
from lok_hooks.errors import UserError

Program = Literal["gh", "glab"]
_KEPT: Final = ("GH_*", "GITHUB_*", "GLAB_*", "GITLAB_*", "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS")
_HOMES: Final = {"gh": "https://cli.github.com", "glab": "https://gitlab.com/gitlab-org/cli"}
_LIMIT_SECONDS: Final = 60.0  # for one call; a forge that takes longer is down
_LONGEST_ARGUMENT: Final = 100_000  # bytes; Linux takes 128 KiB for one argument


@dataclass(frozen=True, kw_only=True)
class Forge:
    """Where issues go: `program` run in `directory`, whose remote says which project is meant."""

    program: Program
    directory: Path

    def find(self, mark: str, deadline: Deadline) -> str:
        """The address of an issue, open or closed, whose text holds `mark`; "" when there is none. Raises UserError in
        the program's own words."""
        if self.program == "gh":
            argv = ("issue", "list", "--state=all", f"--search={mark} in:body", "--limit=20", "--json=url,body")
        else:
            argv = ("issue", "list", "--all", f"--search={mark}", "--in=description", "--output=json")
        for issue in _listed(self._run(argv, b"", deadline), self.program):
            # Forges search by words; only the text itself tells.
            if mark in str(issue.get("body") or issue.get("description") or ""):
                return str(issue.get("url") or issue.get("web_url") or "an issue without address")
        return ""

    def create(self, title: str, body: str, deadline: Deadline) -> str:
        """Opens an issue and returns its address. Raises UserError in the program's own words."""
        if self.program == "gh":
            said = self._run(("issue", "create", f"--title={title}", "--body-file=-"), body.encode(), deadline)
        else:
            cut = body.encode()[:_LONGEST_ARGUMENT].decode(errors="ignore")
            said = self._run(("issue", "create", f"--title={title}", f"--description={cut}", "--yes"), b"", deadline)
        addresses = [word for word in said.split() if word.startswith(("https://", "http://"))]
        return addresses[-1] if addresses else said.strip()

    def _run(self, argv: Sequence[str], stdin: bytes, deadline: Deadline) -> str:
        return run_forge_program(self.program, argv, self.directory, stdin, deadline).decode("utf-8", "replace")


def installed(name: Program) -> str:
    """The path of `gh` or `glab`. Raises UserError when it is missing."""
    program = find_program(name)
    if program is None:
        raise UserError(f"{name} is not installed", advice=f"get it from {_HOMES[name]}, then: {name} auth login")
    return program


def run_forge_program(name: Program, argv: Sequence[str], directory: Path, stdin: bytes, deadline: Deadline) -> bytes:
    """Standard output of `gh` or `glab` in `directory`. Raises UserError when it is missing, fails or hangs."""
    program = installed(name)
    with process.private_directory() as temporary:
        environment = child_environment(os.environ, temporary, _KEPT, {"GH_PROMPT_DISABLED": "1"})
        try:
            finished = process.run(
                [program, *argv],
                stdin=stdin,
                cwd=directory,
                env=environment,
                deadline=deadline.at_most(_LIMIT_SECONDS),
            )
        except ProgramError as error:
            raise UserError(f"{name} could not be started: {error.strerror}") from error
    if finished.ended != "exited":
        raise UserError(f"{name} {argv[0]} {argv[1]}: {finished.ended}", advice="try again")
    if finished.returncode:
        # They may quote the remote's address, and with it a login.
        complaint = KnownSecrets().redact(finished.stderr.decode("utf-8", "replace"))
        words = readable(complaint) or f"exit code {finished.returncode}"
        raise UserError(f"{name} {argv[0]} {argv[1]}: {words}", advice=f"check: {name} auth status")
    return finished.stdout


def _listed(text: str, program: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text or "[]")
    except ValueError as error:
        raise UserError(f"{program} issue list: its answer is not JSON", advice=f"update {program}") from error
    return [issue for issue in found if isinstance(issue, dict)] if isinstance(found, list) else []
