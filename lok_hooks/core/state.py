"""Where the user keeps what outlives a run, as the XDG base directory specification has it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

NOWHERE: Final = "neither XDG_STATE_HOME nor HOME names a folder"


def state_folder(environ: Mapping[str, str]) -> str:
    """Our folder below `$XDG_STATE_HOME`, else below `$HOME/.local/state`, on every system. "" where these name no
    absolute path: what they name from here on would lie in the tree that is reviewed, for its author to fill."""
    state, home = environ.get("XDG_STATE_HOME", ""), environ.get("HOME", "")
    if state.startswith("/"):
        return f"{state}/lok"
    return f"{home}/.local/state/lok" if home.startswith("/") else ""


def named_after(path: bytes) -> str:
    """The name of what is kept there about the real path of something: 32 hex digits."""
    return blake2b(path, digest_size=16).hexdigest()
