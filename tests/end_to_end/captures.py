"""Captures of commands under examples/: what a user sees, without what changes from run to run."""

from __future__ import annotations

import os
import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "captures"


def check_capture(name: str, command: str, shown: str) -> None:
    """Compares what `command` has shown, times replaced, with examples/captures/NAME.txt. Written anew instead when
    LOK_WRITE_CAPTURES is set."""
    text = re.sub(r"\b\d+\.\d s\b", "1.0 s", f"$ {command}\n{shown}")
    path = FOLDER / f"{name}.txt"
    if os.environ.get("LOK_WRITE_CAPTURES"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"{path} is out of date: set LOK_WRITE_CAPTURES=1 and run again"
