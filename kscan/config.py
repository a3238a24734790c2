"""What one run was asked to do, and where kscan's own files are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from kscan.errors import InputError

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how many of it are done, and of how many."""

Colour = Literal["auto", "always", "never"]
ColumnUnit = Literal["display", "byte"]
FailOn = Literal["error", "warning", "note", "never"]
Severity = Literal["error", "warning", "note"]

_PACKAGE = Path(__file__).resolve().parent


def rules_dir() -> Path:
    """The folder of the shipped rules: inside the wheel, or beside the package in a checkout."""
    for place in (_PACKAGE / "rules_data", _PACKAGE.parent / "rules"):
        if place.is_dir():
            return place
    raise InputError("rules", "kscan's own rules are not installed", "install kscan again")


def corpus_dir(rules: Path) -> Path | None:
    """The test corpus beside ``rules``, or None where there is none, as in an installed wheel."""
    corpus = rules.parent / "tests" / "corpus"
    return corpus if corpus.is_dir() else None


def cache_dir() -> Path:
    """The user's folder for kscan's cache (XDG Base Directory specification)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The specification says that relative paths in the variable are to be ignored.
    root = Path(base) if os.path.isabs(base) else Path(os.path.expanduser("~")) / ".cache"
    return root / "kscan"


def available_cpus() -> int:
    """How many processes can run at once here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


class Area(msgspec.Struct, frozen=True):
    """A file or folder, relative to the tree, with settings of its own.

    ``on`` and ``off`` are names of rules, categories or classes that are looked for there, too, or not
    reported there; ``severity`` is that of all findings there (None: each rule's own).
    """

    path: str
    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    severity: Severity | None = None

    def holds(self, path: str) -> bool:
        """Whether a path, relative to the tree, lies in it."""
        return not self.path or path == self.path or path.startswith(f"{self.path}/")


class Config(msgspec.Struct, frozen=True):
    """The options of a run.

    ``tree`` is None where it is to be found upwards from the paths; ``rev`` names a git
    revision of it.  ``paths`` are as the user gave them (relative to the working
    directory or to the tree); empty means the default directories.  ``rules`` are names of
    rules, categories or classes (``all`` for every rule); empty means all stable rules, and
    ``preview`` adds those that are not stable yet.  ``knowledge`` are files with roles of further
    APIs.  ``kconfig`` is a kernel's .config, of which
    the view is taken.  ``cache`` is None for no cache.  ``suppress``
    is whether comments and the triage file may hide findings; with ``require_reason`` only comments
    that give one do.  ``strict`` makes what was analysed in part a failure.  ``areas`` have
    settings of their own; one that lies within another comes after it.  ``diff`` asks for patches.
    """

    tree: Path | None = None
    rev: str | None = None
    paths: tuple[str, ...] = ()
    arch: str | None = None
    kconfig: Path | None = None
    rules: tuple[str, ...] = ()
    preview: bool = False
    areas: tuple[Area, ...] = ()
    knowledge: tuple[Path, ...] = ()
    rules_dir: Path = msgspec.field(default_factory=rules_dir)
    jobs: int = 1
    cache: Path | None = None
    fail_on: FailOn = "warning"
    strict: bool = False
    baseline: Path | None = None
    suppress: bool = True
    show_suppressed: bool = False
    require_reason: bool = False
    format: str = "text"
    diff: bool = False
    verbose: bool = False
    quiet: bool = False
    show_progress: Literal["auto", "never"] = "auto"
    colour: Colour = "auto"
    column_unit: ColumnUnit = "display"
    progress: Progress | None = None
    started: float | None = None  # time.monotonic()
    invocation: tuple[str, ...] = ()
