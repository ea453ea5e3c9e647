"""Which changed files are reviewed, decided from name, mode and size alone, before any patch is made.

Never from content: a "generated, do not edit" line in a file would let a change excuse itself from review.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from lok_hooks.core.diff import Skipped, SkipReason, Status
from lok_hooks.core.dismissal import DISMISSALS

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUBMODULE_MODE: Final = "160000"

LOCK_FILES: Final = frozenset(
    {
        ".terraform.lock.hcl",
        "bun.lock",
        "bun.lockb",
        "cargo.lock",
        "cartfile.resolved",
        "composer.lock",
        "conda-lock.yml",
        "deno.lock",
        "flake.lock",
        "gemfile.lock",
        "go.sum",
        "go.work.sum",
        "gradle.lockfile",
        "mix.lock",
        "npm-shrinkwrap.json",
        "package-lock.json",
        "package.resolved",
        "packages.lock.json",
        "paket.lock",
        "pdm.lock",
        "pipfile.lock",
        "pixi.lock",
        "pnpm-lock.yaml",
        "podfile.lock",
        "poetry.lock",
        "pubspec.lock",
        "uv.lock",
        "yarn.lock",
    }
)

VENDORED_FOLDERS: Final = frozenset(
    {
        ".venv",
        ".yarn",
        "bower_components",
        "carthage",
        "node_modules",
        "pods",
        "site-packages",
        "third-party",
        "third_party",
        "thirdparty",
        "vendor",
        "vendored",
    }
)

GENERATED_NAMES: Final = (
    "*.bundle.js",
    "*.designer.cs",
    "*.freezed.dart",
    "*.g.dart",
    "*.gen.go",
    "*.generated.*",
    "*.map",
    "*.min.css",
    "*.min.js",
    "*.min.mjs",
    "*.pb.cc",
    "*.pb.go",
    "*.pb.gw.go",
    "*.pb.h",
    "*_pb2.py",
    "*_pb2.pyi",
    "*_pb2_grpc.py",
    "zz_generated*.go",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What the user may choose. `exclude` in gitignore syntax; `max_file_bytes` per side of a file;
    `context_lines` around each change."""

    exclude: tuple[str, ...] = ()
    max_file_bytes: int = 1_000_000
    context_lines: int = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A changed file before its patch is made. Sizes in bytes, 0 where that side has no file. Blobs as in
    `FileDiff`; an id of zeros on a side that has a file means "not known". `status` is None for an unmerged path."""

    path: str
    old_path: str
    status: Status | None
    old_mode: str
    new_mode: str
    old_blob: str
    new_blob: str
    old_size: int
    new_size: int


def select(file: Candidate, selection: Selection) -> Skipped | None:
    """None when the file is to be reviewed, else the reason why not; the first rule that applies counts."""
    if file.status is None:
        return Skipped(path=file.path, reason=SkipReason.UNMERGED, detail="the merge conflict is not resolved")
    if SUBMODULE_MODE in (file.old_mode, file.new_mode):
        return Skipped(path=file.path, reason=SkipReason.SUBMODULE, detail=_submodule(file))
    return (
        _excluded(file.path, selection.exclude)
        or _by_name(file.path)
        or _without_text(file)
        or _too_large(file, selection.max_file_bytes)
    )


def human_size(size: int) -> str:
    """A size in bytes as people write it, in powers of 1000."""
    if size < 1000:
        return f"{size} B"
    if size < 999_950:
        return f"{size / 1000:.1f} kB"
    return f"{size / 1_000_000:.1f} MB"


@lru_cache(maxsize=8)
def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)


def _excluded(path: str, patterns: tuple[str, ...]) -> Skipped | None:
    if not patterns:
        return None
    result = _spec(patterns).check_file(path)
    if not result.include:
        return None
    detail = patterns[result.index] if result.index is not None else ""
    return Skipped(path=path, reason=SkipReason.EXCLUDED, detail=detail)


def _by_name(path: str) -> Skipped | None:
    if path == DISMISSALS:
        return Skipped(path=path, reason=SkipReason.GENERATED, detail="lok dismiss")
    *folders, name = path.lower().split("/")
    for folder in folders:
        if folder in VENDORED_FOLDERS:
            return Skipped(path=path, reason=SkipReason.VENDORED, detail=f"{folder}/")
    if name in LOCK_FILES:
        return Skipped(path=path, reason=SkipReason.LOCK_FILE)
    for pattern in GENERATED_NAMES:
        if fnmatchcase(name, pattern):
            return Skipped(path=path, reason=SkipReason.GENERATED, detail=pattern)
    return None


def _without_text(file: Candidate) -> Skipped | None:
    detail = ""
    if file.status is Status.ADDED and not file.new_size:
        detail = "empty file added"
    elif file.status is Status.DELETED and not file.old_size:
        detail = "empty file deleted"
    elif file.old_blob == file.new_blob and file.new_blob.strip("0"):
        detail = unchanged(file.status, file.old_path, file.old_mode, file.new_mode)
    return Skipped(path=file.path, reason=SkipReason.NO_TEXT_CHANGE, detail=detail) if detail else None


def unchanged(status: Status | None, old_path: str, old_mode: str, new_mode: str) -> str:
    """What changed in a file whose text did not."""
    said = []
    if status is Status.RENAMED:
        said.append(f"renamed from {old_path}")
    if status is Status.COPIED:
        said.append(f"copied from {old_path}")
    if old_mode != new_mode:
        said.append(f"mode {old_mode} to {new_mode}")
    return ", ".join(said) or "same content"


def _too_large(file: Candidate, limit: int) -> Skipped | None:
    size = max(file.old_size, file.new_size)
    if size <= limit:
        return None
    return Skipped(
        path=file.path,
        reason=SkipReason.TOO_LARGE,
        detail=f"{human_size(size)}, the limit is {human_size(limit)}",
    )


def _submodule(file: Candidate) -> str:
    old = file.old_blob[:7] if file.old_mode == SUBMODULE_MODE else ""
    new = file.new_blob[:7] if file.new_mode == SUBMODULE_MODE else ""
    if old and new:
        return f"{old}..{new}"
    return f"added at {new}" if new else f"removed, was at {old}"
