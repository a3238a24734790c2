"""Sources give bytes by path, and never write anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

Stamp = tuple[int, ...] | str
"""What tells cheaply that a file is unchanged: (size, mtime_ns, inode), or its blob id."""


class Source(Protocol):
    """A kernel tree to read: a directory, a git revision, or one of these with patches over it.

    Paths are relative to the top of the tree, with ``/`` between components.
    """

    @property
    def name(self) -> str:
        """What to call this source in messages (a directory, ``dir@rev``)."""
        ...

    def paths(self, under: Sequence[str]) -> Iterable[str]:
        """The .c and .h files at or below the given files and directories, sorted, each once."""
        ...

    def exists(self, path: str) -> bool:
        """Whether ``path`` is a file or directory of the tree."""
        ...

    def stamps(self, under: Sequence[str]) -> Mapping[str, Stamp]:
        """The stamps of the files that ``paths`` lists, in no particular order."""
        ...

    def stamp(self, path: str) -> Stamp:
        """The stamp of a file.  Raises InputError where it cannot be had."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of a file.  Raises InputError when it cannot be read or is no regular file."""
        ...
