"""A source with changed, new and deleted files laid over it in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from kscan.errors import InputError
from kscan.sources import Source, Stamp
from kscan.sources.paths import is_c_file, normalise_under, select, tidy


def git_blob_id(data: bytes) -> str:
    """The id git gives to a file of this content: 40 hexadecimal digits."""
    header = b"blob %d\0" % len(data)
    return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()


class Overlay:
    """``base`` with the files of ``changed`` in place of its own; None deletes a file."""

    def __init__(self, base: Source, changed: Mapping[str, bytes | None]) -> None:
        self._base = base
        self._changed = {tidy(path): data for path, data in changed.items()}
        self._stamps: dict[str, str] = {}
        self._directories = {
            parent for path, data in self._changed.items() if data is not None for parent in _parents(path)
        }

    @property
    def name(self) -> str:
        """The name of what lies below."""
        return self._base.name

    @property
    def base(self) -> Source:
        """What lies below."""
        return self._base

    @property
    def changed(self) -> Mapping[str, bytes | None]:
        """The files that differ from the base, by path."""
        return self._changed

    def paths(self, under: Sequence[str]) -> Iterable[str]:
        """The .c and .h files at or below ``under``, new ones among them, sorted, each once."""
        places = normalise_under(under)
        in_base = [place for place in places if not place or self._base.exists(place)]
        for place in places:
            if place and place not in in_base and not self.exists(place) and place not in self._changed:
                raise InputError(place, f"no such file or directory in {self.name}", "check the spelling")
        kept = set(self._base.paths(in_base)) if in_base else set()
        mine = sorted(path for path in self._changed if is_c_file(path))
        for path in select(mine, places):
            if self._changed[path] is None:
                kept.discard(path)
            else:
                kept.add(path)
        return sorted(kept)

    def exists(self, path: str) -> bool:
        """Whether ``path`` is a file or directory once the changes are made."""
        path = tidy(path)
        if path in self._changed:
            return self._changed[path] is not None
        return path in self._directories or self._base.exists(path)

    def stamps(self, under: Sequence[str]) -> Mapping[str, Stamp]:
        """The stamps of what ``paths`` lists."""
        in_base = [place for place in normalise_under(under) if not place or self._base.exists(place)]
        known = self._base.stamps(in_base) if in_base else {}
        return {
            path: self.stamp(path) if path in self._changed else known[path] for path in self.paths(under)
        }

    def stamp(self, path: str) -> Stamp:
        """The git blob id of a changed file; what the base says of any other."""
        path = tidy(path)
        if path not in self._changed:
            return self._base.stamp(path)
        if path not in self._stamps:
            self._stamps[path] = git_blob_id(self.read(path))
        return self._stamps[path]

    def read(self, path: str) -> bytes:
        """The bytes of a file once the changes are made."""
        path = tidy(path)
        if path not in self._changed:
            return self._base.read(path)
        data = self._changed[path]
        if data is None:
            raise InputError(path, "is deleted by the patch")
        return data


def _parents(path: str) -> Iterable[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
