"""Where the user keeps what outlives a run, as the XDG base directory specification has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NOWHERE: Final = "neither XDG_STATE_HOME nor HOME names a folder that can be used"


def state_folder(environ: Mapping[str, str]) -> str:
    """Our folder below `$XDG_STATE_HOME`, else below `$HOME/.local/state`, on every system. "" where these name no
    absolute path: what they name from here on would lie in the tree that is reviewed, for its author to fill."""
    state, home = environ.get("XDG_STATE_HOME", ""), environ.get("HOME", "")
    if state.startswith("/"):
        return f"{state}/lok"
    return f"{home}/.local/state/lok" if home.startswith("/") else ""
