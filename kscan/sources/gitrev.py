"""Kernel trees inside a git repository: a revision, or what is staged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from kscan.errors import InputError
from kscan.sources import Stamp
from kscan.sources.git import GitRepo
from kscan.sources.paths import is_c_file, select, tidy

_REGULAR = (b"100644", b"100755")


class _Listed:
    """Files of a repository by blob id: what GitRev and GitIndex share."""

    def __init__(self, repo: GitRepo, name: str, blobs: Mapping[str, str]) -> None:
        self._repo = repo
        self._name = name
        self._blobs = blobs
        self._c_files: list[str] | None = None
        self._directories: set[str] | None = None

    @property
    def name(self) -> str:
        """``directory@revision``, or ``directory@index``."""
        return self._name

    @property
    def repo(self) -> GitRepo:
        """The repository read from."""
        return self._repo

    def paths(self, under: Sequence[str]) -> Iterable[str]:
        """The .c and .h files at or below ``under`` (empty: the whole tree), sorted, each once."""
        for place in under:
            if not self.exists(place):
                raise InputError(place, f"no such file or directory in {self._name}", "check the spelling")
        if self._c_files is None:
            self._c_files = sorted(path for path in self._blobs if is_c_file(path))
        return list(select(self._c_files, under))

    def exists(self, path: str) -> bool:
        """Whether ``path`` is a regular file, or a directory that holds one."""
        path = tidy(path)
        return not path or path in self._blobs or path in self._all_directories()

    def stamps(self, under: Sequence[str]) -> Mapping[str, Stamp]:
        """The blob ids of what ``paths`` lists."""
        return {path: self._blobs[path] for path in self.paths(under)}

    def stamp(self, path: str) -> Stamp:
        """The blob id of a file."""
        blob = self._blobs.get(tidy(path))
        if blob is None:
            raise InputError(path, f"no such regular file in {self._name}", "check the spelling")
        return blob

    def read(self, path: str) -> bytes:
        """The bytes of a file, as stored: no filter or line-end conversion of a work tree applies."""
        return self._repo.read(str(self.stamp(path)), path)

    def _all_directories(self) -> set[str]:
        if self._directories is None:
            self._directories = set()
            for path in self._blobs:
                parent = path.rpartition("/")[0]
                while parent and parent not in self._directories:
                    self._directories.add(parent)
                    parent = parent.rpartition("/")[0]
        return self._directories


class GitRev(_Listed):
    """The tree of a revision, read from the object store: work tree and index are not looked at."""

    def __init__(self, repo: GitRepo | str | os.PathLike[str], rev: str) -> None:
        opened = repo if isinstance(repo, GitRepo) else GitRepo(repo)
        tree = opened.resolve(rev, "tree")
        listing = opened.run("ls-tree", "-r", "-z", "--full-tree", tree)
        super().__init__(opened, f"{opened.name}@{rev}", _tree_blobs(listing))


class GitIndex(_Listed):
    """What is staged.

    ``index_file`` defaults to GIT_INDEX_FILE, which git sets for the hooks of partial commits.
    ``unmerged`` are the files in conflict: they are not listed.
    """

    def __init__(self, directory: str | os.PathLike[str], index_file: str | None = None) -> None:
        chosen = index_file or os.environ.get("GIT_INDEX_FILE")
        # Relative to where the hook runs, not to the directory given.
        repo = GitRepo(directory, os.path.abspath(chosen) if chosen else None)
        listing = repo.run("ls-files", "-s", "-z", "--full-name", ":/")
        blobs, unmerged = _index_blobs(listing)
        self.unmerged = unmerged
        super().__init__(repo, f"{repo.name}@index", blobs)


def is_bare(directory: str | os.PathLike[str]) -> bool:
    """Whether ``directory`` is a repository without a work tree."""
    return all(os.path.exists(os.path.join(directory, name)) for name in ("HEAD", "objects", "refs"))


def in_repository(directory: str | os.PathLike[str]) -> bool:
    """Whether there may be a repository at or above ``directory``: git itself need not be asked where not."""
    here = os.path.realpath(directory)
    above = [here]
    while (here := os.path.dirname(here)) != above[-1]:
        above.append(here)
    return any(os.path.exists(os.path.join(folder, ".git")) or is_bare(folder) for folder in above)


def _tree_blobs(listing: bytes) -> dict[str, str]:
    blobs: dict[str, str] = {}
    for entry in listing.split(b"\0"):
        head, _, path = entry.partition(b"\t")
        if head[:6] in _REGULAR:
            blobs[os.fsdecode(path)] = head[12:].decode()
    return blobs


def _index_blobs(listing: bytes) -> tuple[dict[str, str], tuple[str, ...]]:
    blobs: dict[str, str] = {}
    unmerged: set[str] = set()
    for entry in listing.split(b"\0"):
        head, _, path = entry.partition(b"\t")
        if head[:6] not in _REGULAR:
            continue
        _, blob, stage = head.split(b" ")
        if stage == b"0":
            blobs[os.fsdecode(path)] = blob.decode()
        else:
            unmerged.add(os.fsdecode(path))
    return blobs, tuple(sorted(unmerged))
