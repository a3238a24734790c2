"""Which C files differ between two states of a git repository: the question before any analysis.

A hook asks it at every commit, so nothing is imported here that takes time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from kscan.errors import InputError
from kscan.sources.git import GitRepo
from kscan.sources.paths import is_c_file

_REGULAR = ("100644", "100755")
INDEX, WORK_TREE = ":index", ":work-tree"
"""What ``Changes.after`` is where it is no revision (no revision begins with a colon alone)."""


class Changes(msgspec.Struct, frozen=True):
    """The C files that differ between ``before``, a tree, and ``after``.

    ``renamed`` gives the new path of an old one.  ``index_file`` is the index that was compared, where
    git named one; ``unmerged`` are files in conflict.
    """

    name: str
    top: str
    before: str
    after: str
    touched: tuple[str, ...]
    renamed: Mapping[str, str]
    unmerged: tuple[str, ...] = ()
    index_file: str | None = None


def staged(directory: str) -> Changes:
    """What the next commit of the repository at ``directory`` changes.  GIT_INDEX_FILE is honoured."""
    index = os.environ.get("GIT_INDEX_FILE")
    # Relative to where the hook runs, not to the top of the work tree.
    index_file = os.path.abspath(index) if index else None
    repo = GitRepo(_top(directory), index_file)
    before = "HEAD"
    compare = ("diff-index", "--cached", "-r", "-z", "-M", "--raw")
    try:
        raw = repo.run(*compare, before, "--")
    except InputError as error:
        before = _unborn(repo, error)
        raw = repo.run(*compare, before, "--")
    return _changes("staged changes", repo.name, before, INDEX, raw, index_file)


def since(directory: str, rev: str) -> Changes:
    """What the tracked files of the work tree changed since ``rev``."""
    repo = GitRepo(_top(directory))
    before = repo.resolve(rev, "commit")
    raw = repo.run("diff", "--raw", "--no-abbrev", "--no-ext-diff", "-z", "-M", before, "--")
    return _changes(f"work tree since {rev}", repo.name, before, WORK_TREE, raw)


def between(directory: str, revisions: str) -> Changes:
    """What changed in a range: ``A..B``, or ``A...B`` for what B has done since it left A."""
    dots = "..." if "..." in revisions else ".."
    old, found, new = revisions.partition(dots)
    if not found:
        raise InputError(revisions, "is not a range of revisions", f"write {revisions}..HEAD")
    repo = GitRepo(directory)
    before, after = repo.resolve(old or "HEAD", "commit"), repo.resolve(new or "HEAD", "commit")
    if dots == "...":
        before = repo.run("merge-base", before, after).decode().split()[0]
    return _between(repo, revisions, before, after)


def pushed(directory: str, lines: Sequence[str]) -> Iterator[Changes]:
    """What each line that git gives to a pre-push hook would bring to the other side."""
    repo = GitRepo(directory)
    for line in lines:
        words = line.split()
        if len(words) != 4 or not words[1].strip("0"):
            continue  # a branch that is deleted brings nothing
        yield _between(repo, f"push of {words[0]}", _known_to_remote(repo, words[1], words[3]), words[1])


def _between(repo: GitRepo, name: str, before: str, after: str) -> Changes:
    raw = repo.run("diff-tree", "-r", "-z", "-M", "--raw", before, after, "--")
    return _changes(name, repo.name, before, after, raw)


def _known_to_remote(repo: GitRepo, local: str, remote: str) -> str:
    """The newest state that the other side has; what it has may not have been fetched."""
    if remote.strip("0"):
        try:
            return repo.run("merge-base", repo.resolve(remote, "commit"), local).decode().split()[0]
        except InputError:
            pass
    unknown = repo.run("rev-list", "--topo-order", "--reverse", local, "--not", "--remotes").split()
    if not unknown:
        return local
    try:
        return repo.resolve(f"{unknown[0].decode()}^", "commit")
    except InputError:
        return _empty_tree(repo)


def _top(directory: str) -> str:
    top = GitRepo(directory).run("rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape")
    return top.rstrip("\n") or directory


def _unborn(repo: GitRepo, error: InputError) -> str:
    """The empty tree, where there is no commit yet.  Raises ``error`` where there is one."""
    branch = repo.run("symbolic-ref", "HEAD").decode().strip()
    if repo.run("for-each-ref", "--count=1", branch):
        raise InputError(repo.name, error.reason, error.remedy or "try `git fsck`") from error
    return _empty_tree(repo)


def _empty_tree(repo: GitRepo) -> str:
    return repo.run("hash-object", "-t", "tree", os.devnull).decode().strip()


def _changes(
    name: str, top: str, before: str, after: str, raw: bytes, index_file: str | None = None
) -> Changes:
    touched: set[str] = set()
    renamed: dict[str, str] = {}
    unmerged: set[str] = set()
    for status, regular, old, new in _entries(raw):
        if not is_c_file(new) and not is_c_file(old):
            continue
        if status == "U":
            unmerged.add(new)
        elif regular:
            touched.add(new)
            if status == "R":
                renamed[old] = new
    return Changes(
        name, top, before, after, tuple(sorted(touched)), renamed, tuple(sorted(unmerged)), index_file
    )


def _entries(raw: bytes) -> Iterator[tuple[str, bool, str, str]]:
    """Status letter, whether a regular file is meant, old and new path of each entry."""
    fields = iter(os.fsdecode(raw).split("\0"))
    for head in fields:
        if not head.startswith(":"):
            continue
        old_mode, new_mode, _, _, status = head[1:].split(" ")
        old = next(fields)
        new = next(fields) if status[0] in "RC" else old
        yield status[0], old_mode in _REGULAR or new_mode in _REGULAR, old, new
