"""Our hooks in an existing .pre-commit-config.yaml: lines added, every other byte left alone."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any, Final

from lok_hooks.errors import ConfigError

FILE_NAME: Final = ".pre-commit-config.yaml"
# The installed program itself: it reads the index, so it wants no file names and runs once.
_HOOKS: Final = """\
- repo: local
  hooks:
    - id: lok-hunt
      name: lok-hunt
      entry: lok-hunt
      language: system
      pass_filenames: false
      always_run: true
      require_serial: true
      verbose: true
      stages: [pre-commit]
    - id: lok-audit
      name: lok-audit
      entry: lok-audit
      language: system
      pass_filenames: false
      always_run: true
      require_serial: true
      verbose: true
      stages: [pre-push]
"""
_OURS: Final = frozenset({"lok-hunt", "lok-audit"})


def with_our_hooks(text: str) -> str | None:
    """The file with our hooks at the end of `repos`; None when it names one of them already.

    Raises ConfigError when it is not YAML, or not a pre-commit configuration.
    """
    config = _read(text)
    repos = config.get("repos") if isinstance(config, dict) else None
    if not isinstance(repos, list):
        raise ConfigError(f"{FILE_NAME}: has no list of repos; is it a pre-commit configuration?")
    if any(hook.get("id") in _OURS for repo in repos for hook in _hooks(repo)):
        return None
    written = _inserted(text, config, repos)
    # Where the layout is too unusual for lines to be put in, the whole is written anew, comments kept.
    if written is None or _read(written) != {**config, "repos": [*repos, *_read(_HOOKS)]}:
        return _rewritten(text)
    return written


def _hooks(repo: object) -> list[dict[str, Any]]:
    found = repo.get("hooks") if isinstance(repo, dict) else None
    return [hook for hook in found if isinstance(hook, dict)] if isinstance(found, list) else []


def _read(text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "cannot be read"
        raise ConfigError(f"{FILE_NAME}{place}: not YAML: {problem}; correct the file") from error


def _inserted(text: str, config: Any, repos: Any) -> str | None:
    """Our lines behind the last entry of `repos`, indented as the others; None for an empty or one-line list."""
    if not repos or repos.fa.flow_style():
        return None
    lines = text.splitlines(keepends=True)
    start = config.lc.key("repos")[0]
    following = [line for key in config if (line := config.lc.key(key)[0]) > start]
    end = min(following, default=len(lines))
    # What stands between the list and the next key belongs to that key.
    while end > start + 1 and re.match(r"\s*(#.*)?$", lines[end - 1]):
        end -= 1
    indent = " " * (repos.lc.item(0)[1] - 2)
    ending = "\r\n" if text.count("\r\n") > text.count("\n") / 2 else "\n"
    ours = "".join(f"{indent}{line}{ending}" for line in _HOOKS.splitlines())
    before = "".join(lines[:end])
    return before + ("" if before.endswith("\n") else ending) + ours + "".join(lines[end:])


def _rewritten(text: str) -> str:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    config = yaml.load(text)
    config["repos"].fa.set_block_style()
    config["repos"].extend(_read(_HOOKS))
    output = StringIO()
    yaml.dump(config, output)
    return output.getvalue()
