"""What a program started by us may know of the user's environment, and where programs are looked for."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from lok_hooks.core.settings import BackendSettings
from lok_hooks.errors import ConfigError

# A name, or a prefix that ends with "*". Everything else stays out: GIT_INDEX_FILE in a child breaks the very commit
# under review, NODE_OPTIONS runs code, other vendors' keys are nobody's business.
_ALLOWED: Final = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_*", "TZ", "XDG_*", "SYSTEMROOT"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    # Where Node version managers and nix keep what PATH points to.
    *("NVM_DIR", "VOLTA_HOME", "PNPM_HOME", "FNM_*", "ASDF_*", "MISE_*", "NIX_*", "npm_config_cache"),
)

_SHORTEST_KEY: Final = 8  # a shorter value is no secret, and would be found inside ordinary words

# Not even when the user asks for them.
_BARRED: Final = ("GIT_*", "CLAUDECODE")


def child_environment(
    parent: Mapping[str, str], temporary: Path, kept: Iterable[str], added: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a sealed program: of `parent` the allowed names and `kept` (names, or prefixes with "*"),
    then `added`; temporary files go to `temporary`."""
    allowed = (*_ALLOWED, *kept)
    environment = {name: value for name, value in parent.items() if fits(name, allowed)}
    environment["PATH"] = absolute_path(environment.get("PATH", os.defpath))
    environment |= {"TERM": "dumb", "NO_COLOR": "1", "TMPDIR": str(temporary)} | dict(added)
    return {name: value for name, value in environment.items() if not fits(name, _BARRED)}


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Whether a variable's name is one of these; a pattern that ends with "*" is a prefix."""
    return any(name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern for pattern in patterns)


def without_keys(output: bytes, settings: BackendSettings, kept: Iterable[str] = ()) -> bytes:
    """What a program said, without the keys that it may know of: those in its backend's settings, and of the user's
    environment those among `kept` (names, or prefixes with "*")."""
    own = [name for name in os.environ if fits(name, kept)]
    keys = [name for name in (*own, *settings.env) if "KEY" in name or "TOKEN" in name]
    for name in (*keys, settings.api_key_env):
        value = settings.env.get(name) or os.environ.get(name, "")
        if len(value) >= _SHORTEST_KEY:
            output = output.replace(os.fsencode(value), "…".encode())
    return output


def absolute_path(path: str) -> str:
    """PATH without its relative entries: "." there lets a repository bring its own `codex`."""
    return os.pathsep.join(entry for entry in path.split(os.pathsep) if Path(entry).is_absolute())


def find_program(command: str) -> str | None:
    """The absolute path of `command` (a name on PATH, or a path), None when there is no such program."""
    if os.sep in command:
        return shutil.which(str(Path(command).expanduser().absolute()))
    return shutil.which(command, path=absolute_path(os.environ.get("PATH", os.defpath)))


def wrapped(template: str, argv: Sequence[str], owner: str) -> list[str]:
    """`argv` inside the user's `command_wrapper`; no shell is involved unless the template names one.

    A bare {cmd} becomes the arguments themselves (`nice {cmd}`), a quoted one or one among other words becomes one
    argument that a shell would read (`nix-shell --run '{cmd}'`). Raises ConfigError for `owner` when {cmd} is absent.
    """
    if not template:
        return list(argv)
    line = "{line}"
    marked = template.replace("'{cmd}'", f"'{line}'").replace('"{cmd}"', f'"{line}"')
    try:
        words = shlex.split(marked)
    except ValueError as error:
        raise ConfigError(f"{owner}.command_wrapper: {error}: {template}") from error
    if not any("{cmd}" in word or line in word for word in words):
        raise ConfigError(
            f"{owner}.command_wrapper: no {{cmd}} in it: {template}",
            advice="write {cmd} where the command belongs, as in: nix-shell --run '{cmd}'",
        )
    result: list[str] = []
    for word in words:
        if word == "{cmd}":
            result += argv
        else:
            result.append(word.replace(line, shlex.join(argv)).replace("{cmd}", shlex.join(argv)))
    return result
