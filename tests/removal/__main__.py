"""Is every defence and behaviour under test? Takes one out of a copy of the package at a time: its tests must fail.

    python -m tests.removal [--only NAME] [--jobs 2]

First all tests of the table run on an untouched copy, where they must pass, and none may be skipped. Then each row's
tests run on a copy without what that row removes: at least one must fail, by an assertion, or by the very exception
that the row names. A test that cannot be collected, a program that crashes and a name that is not defined prove
nothing and count as faults of the row.

The copies hold the tests as well: tests import the package beside them, and the programs that they start find the
copy through PYTHONPATH before the installed package.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.removal import REMOVALS
from tests.removal.row import Removal, Stale, changed

TOP = Path(__file__).resolve().parents[2]
COPIED = (
    *("lok_hooks", "tests", "examples", "pyproject.toml", "README.md", "LICENSE"),
    *(".pre-commit-hooks.yaml", ".pre-commit-config.yaml", ".ci"),
)
SECONDS = 240  # for one row
# What a failure says when the package is broken instead of without its defence.
BROKEN = re.compile(r"a bug in lok-hooks|Traceback \(most recent call last\)|ImportError|NameError|SyntaxError")
# Unpacking is how tests say that there is exactly one of something.
BY_ASSERTION = re.compile(
    r"\A(?:AssertionError|assert |Failed: DID NOT RAISE|ValueError: (?:not enough|too many) values to unpack)"
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One test that ran: "passed", "skipped", "failed" (by an assertion) or "broken", and what it said."""

    id: str
    state: str
    said: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a row: `fault` is "" when its tests noticed."""

    name: str
    fault: str
    seconds: float
    noticed_by: str = ""


def main() -> int:
    """Runs the table, prints a line for each row, and returns 0 when everything in it is under test."""
    parser = argparse.ArgumentParser(prog="python -m tests.removal", description=__doc__.split("\n")[0])
    parser.add_argument("--only", metavar="NAME", action="append", help="rows whose name holds this word")
    parser.add_argument("--jobs", type=int, default=2, help="rows at a time")
    arguments = parser.parse_args()
    chosen = [row for row in REMOVALS if any(word in row.name for word in arguments.only or [""])]
    if not chosen:
        parser.error(f"no row is called like {arguments.only}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lok-removal-") as name:
        place = Path(name)
        untouched = copy(place / "untouched")
        faults = {row.name: fault for row in chosen if (fault := problem_with(row, untouched))}
        faults |= passing(chosen, untouched, arguments.jobs)
        print(f"untouched: {time.monotonic() - started:.0f} s, {len(faults)} rows at fault", flush=True)
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            rest = [row for row in chosen if row.name not in faults]
            at_fault = [Outcome(name=name, fault=fault, seconds=0) for name, fault in faults.items()]
            # A colon in a folder's name would end an entry of PYTHONPATH: programs would find the installed package.
            tried = pool.map(lambda row: without(row, untouched, place / re.sub(r"\W+", "-", row.name)), rest)
            for outcome in itertools.chain(at_fault, tried):
                faults |= {outcome.name: outcome.fault} if outcome.fault else {}
                word = f"NOT NOTICED: {outcome.fault}" if outcome.fault else f"noticed by {outcome.noticed_by}"
                print(f"{outcome.seconds:5.1f} s  {outcome.name}: {word}", flush=True)
    print(f"{len(chosen) - len(faults)} of {len(chosen)} removals are noticed; {time.monotonic() - started:.0f} s")
    return 1 if faults else 0


def copy(place: Path) -> Path:
    """A copy of this checkout as far as tests need it, with what Python has compiled of it."""
    place.mkdir()
    for name in COPIED:
        source = TOP / name
        if source.is_dir():
            shutil.copytree(source, place / name, symlinks=True)
        else:
            shutil.copy2(source, place / name)
    return place


def problem_with(row: Removal, top: Path) -> str:
    """Why a row cannot be tried, "" when it can."""
    try:
        changed(row, top)
    except Stale as error:
        return str(error)
    return ""


def passing(rows: Sequence[Removal], untouched: Path, jobs: int) -> dict[str, str]:
    """Runs the tests of all rows as they are; the rows whose tests do not all pass, with the reason."""
    ids = dict.fromkeys(test for row in rows for test in row.tests)
    cases = run(untouched, ids, ("-n", str(jobs), "--dist", "worksteal"), SECONDS * 10)
    faults = {}
    for row in rows:
        for test in row.tests:
            found = [case for case in cases if belongs(case.id, test)]
            bad = next((case for case in found if case.state != "passed"), None)
            if not found:
                faults[row.name] = f"{test} is no test"
            elif bad:
                faults[row.name] = f"{bad.id} {bad.state} although nothing was removed: {bad.said[:300]}"
    return faults


def without(row: Removal, untouched: Path, place: Path) -> Outcome:
    """Tries a row on a copy of its own."""
    started = time.monotonic()
    shutil.copytree(untouched, place, symlinks=True)
    try:
        for path, text in changed(row, place).items():
            path.write_text(text, encoding="utf-8")
        fault = undefined(place, [change.file for change in row.changes])
        cases = [] if fault else run(place, row.tests, ("-n", "0", "-x"), SECONDS)
    finally:
        shutil.rmtree(place)
    failed = next((case for case in cases if is_noticed(row, case)), None)
    other = next((case for case in cases if case.state != "passed"), None)
    if not fault and not failed:
        fault = f"{other.id} {other.state}: {other.said[:1200]}" if other else f"all {len(cases)} tests stay green"
    seconds = time.monotonic() - started
    return Outcome(name=row.name, fault=fault, seconds=seconds, noticed_by=failed.id if failed else "")


def is_noticed(row: Removal, case: Case) -> bool:
    """Whether a test failed for the reason that the row means."""
    return row.says in case.said if row.says and case.state != "passed" else case.state == "failed"


def undefined(place: Path, names: Iterable[str]) -> str:
    """What a change left undefined, which would make any test fail; "" for nothing."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    modules = dict.fromkeys(name for name in names if name.endswith(".py"))
    argv = [ruff, "check", "--isolated", "--no-cache", "--quiet", "--select", "F821,F822,F823", "--", *modules]
    if not modules:
        return ""
    done = subprocess.run(argv, cwd=place, capture_output=True, text=True, check=False, timeout=60)
    return f"the change leaves a name undefined: {done.stdout.strip()}" if done.returncode else ""


def run(place: Path, tests: Iterable[str], options: Sequence[str], seconds: float) -> list[Case]:
    """Runs tests in a copy, the copy before the installed package for everything they start."""
    report = place / "report.xml"
    argv = [sys.executable, "-m", "pytest", "-q", "-o", "addopts=", "--strict-markers", "--tb=short", *options]
    argv += ["-p", "no:cacheprovider", f"--junit-xml={report}", "-o", "junit_family=xunit1", *tests]
    environment = {**os.environ, "PYTHONPATH": str(place), "CI": "1"}
    with tempfile.TemporaryDirectory(prefix="lok-removal-tests-") as base:
        argv.append(f"--basetemp={base}/tests")
        try:
            done = subprocess.run(
                argv, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return [Case(id="pytest", state="broken", said=f"not done within {seconds:.0f} s")]
    if done.returncode not in (0, 1) or not report.exists():
        return [Case(id="pytest", state="broken", said=f"exit code {done.returncode}: {done.stdout[-2000:]}")]
    return read(report)


def read(report: Path) -> list[Case]:
    """The tests in pytest's own report."""
    cases = []
    for element in ElementTree.parse(report).iter("testcase"):
        name = f"{element.get('file')}::{'::'.join(inner_classes(element))}{element.get('name')}"
        failure, error, skipped = (element.find(tag) for tag in ("failure", "error", "skipped"))
        state, said = "passed", ""
        if skipped is not None:
            state, said = "skipped", skipped.get("message", "")
        if failure is not None:
            said = f"{failure.get('message', '')}\n{failure.text or ''}"
            is_assertion = BY_ASSERTION.match(said) and not BROKEN.search(said)
            state = "failed" if is_assertion else "broken"
        if error is not None:
            state, said = "broken", f"{error.get('message', '')}\n{error.text or ''}"
        cases.append(Case(id=name, state=state, said=said))
    return cases


def inner_classes(element: ElementTree.Element) -> list[str]:
    """The classes that a test stands in, each ended by "", so that joining gives "Class::"."""
    module = (element.get("file") or "").removesuffix(".py").replace("/", ".")
    inside = (element.get("classname") or "").removeprefix(module).strip(".")
    return [*inside.split("."), ""] if inside else []


def belongs(case: str, test: str) -> bool:
    """Whether a test that ran is the one selected, or one of its parameters, or stands in the file selected."""
    return case == test or case.startswith((f"{test}[", f"{test}::"))


if __name__ == "__main__":
    sys.exit(main())
