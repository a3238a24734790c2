"""The tree that a series is for: what is at hand where it fits, else the commit that the series names."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from kscan.errors import InputError
from kscan.pipeline.setup import Setup
from kscan.regex import regex
from kscan.sources import Source
from kscan.sources.apply import apply_patch
from kscan.sources.git import GitRepo
from kscan.sources.gitrev import GitRev
from kscan.sources.overlay import git_blob_id
from kscan.sources.patchid import patch_id
from kscan.sources.series import Series

_MOST_KEPT = 64  # series that later ones may depend on
_VERSIONED = regex(r"(.+):v(\d+)$")


class Base(msgspec.Struct, frozen=True):
    """What the first patch of a series is laid over.

    ``name`` says so in messages; ``needs`` are the dependencies (``key: value``) that were not found.
    """

    source: Source
    name: str
    needs: tuple[str, ...] = ()


class Bases:
    """Finds the base of each series; remembers the series it has seen."""

    def __init__(self, setup: Setup, repo: GitRepo | None) -> None:
        self._setup = setup
        self._repo = repo
        self._seen: OrderedDict[int, Series] = OrderedDict()
        self._count = 0

    def of(self, series: Series) -> Base:
        """The base of ``series``, the series it depends on laid over it where they came before."""
        source, name = self._start(series)
        found: dict[int, Series] = {}
        needs: list[str] = []
        for key, value in series.trailers.prerequisites:
            number = next((n for n, other in self._seen.items() if _is_meant(other, key, value)), None)
            if number is not None:
                found[number] = self._seen[number]
            elif key != "prerequisite-base-commit":
                needs.append(f"{key}: {value}")
        for _, other in sorted(found.items()):
            for patch in other.patches:
                source = apply_patch(source, patch, self._repo).overlay
            name += f", with {other.name}"
        self._remember(series)
        return Base(source, name, tuple(needs))

    def _remember(self, series: Series) -> None:
        self._count += 1
        self._seen[self._count] = series
        if len(self._seen) > _MOST_KEPT:
            self._seen.popitem(last=False)

    def _start(self, series: Series) -> tuple[Source, str]:
        here = self._setup.source
        name = f"revision {self._setup.config.rev}" if self._setup.config.rev else "the tree"
        commit = series.trailers.base_commit
        if self._repo is None or not commit or _is_for(here, series):
            return here, name
        try:
            return GitRev(self._repo, self._repo.resolve(commit, "commit")), f"base-commit {commit[:12]}"
        except InputError:
            return here, name  # a commit of somebody else's: the blob ids may still help


def _is_for(source: Source, series: Series) -> bool:
    """Whether the source has every file that the series changes just as it found it."""
    wanted = dict(_preimages(series))
    for path, blob in wanted.items():
        try:
            stamp = source.stamp(path)
            if not (stamp if isinstance(stamp, str) else git_blob_id(source.read(path))).startswith(blob):
                return False
        except InputError:
            return False
    return bool(wanted)


def _preimages(series: Series) -> Iterator[tuple[str, str]]:
    """The files a series finds, with their blob ids as far as it names them."""
    touched: set[str] = set()
    for patch in series.patches:
        for file in patch.diff.files:
            if file.old_path and file.old_path not in touched and file.old_blob.strip("0"):
                yield file.old_path, file.old_blob
            touched.update(path for path in (file.old_path, file.new_path) if path)


def _is_meant(series: Series, key: str, value: str) -> bool:
    """Whether a dependency names a series or one of its patches."""
    if key == "prerequisite-patch-id":
        return any(patch_id(patch.diff) == value for patch in series.patches)
    if key == "prerequisite-change-id":
        versioned = _VERSIONED.match(value)
        name, version = (versioned[1], int(versioned[2])) if versioned else (value, series.version)
        return series.trailers.change_id == name and series.version == version
    # A message id, or the address of a mail in an archive.
    wanted = value.strip().strip("<>").rstrip("/").removesuffix("/T").removesuffix("/t").rpartition("/")[2]
    ids = {patch.message_id for patch in series.patches}
    if series.cover is not None:
        ids.add(series.cover.message_id)
    return wanted in ids
