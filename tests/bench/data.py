"""Where the evaluation data is."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from tests.bench.rows import APPLICATIONS, PULL_REQUESTS, RECORDED

VARIABLE: Final = "LOK_REPLAY_DATA"


def data_folder(description: str | None) -> Path:
    """The folder that `--data` or LOK_REPLAY_DATA names; ends the program with a message when a file is missing."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="DIR", default=os.environ.get(VARIABLE, ""), help=f"default: ${VARIABLE}")
    named = parser.parse_args().data
    if not named:
        sys.exit(f"Where is the evaluation data? Name its folder by --data DIR or {VARIABLE}.")
    missing = [name for name in (PULL_REQUESTS, APPLICATIONS, RECORDED) if not (Path(named) / name).is_file()]
    if missing:
        sys.exit(f"{named} has no {', '.join(missing)}: is it the folder of the evaluation data?")
    return Path(named)
