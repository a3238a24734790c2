"""What a tree's Makefiles and Kconfig files say, and the stamps of those that were read."""

from __future__ import annotations

from collections.abc import Mapping

from kscan.errors import InputError
from kscan.sources import Source


class BuildFiles:
    """Reads a tree's Makefiles and Kconfig files, and remembers which."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stamps: dict[str, str] = {}

    def holds(self, stamps: Mapping[str, str]) -> bool:
        """Whether all files are as they were."""
        return all(self.stamp(path) == stamp for path, stamp in stamps.items())

    def read(self, path: str) -> str | None:
        """The text of a file, None where there is none."""
        self.stamps[path] = self.stamp(path)
        try:
            return self.source.read(path).decode("utf-8", "replace")
        except InputError:
            return None

    def stamp(self, path: str) -> str:
        """What tells that a file is unchanged, or still missing."""
        try:
            return repr(self.source.stamp(path))
        except InputError:
            return ""
