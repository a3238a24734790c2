"""What the code around the scanned files calls and defines, by name, without parsing it.

The cross-reference of the core folders is kept in the cache with the stamp of each file it was made
of.  Where few files have changed since, these are looked at anew and laid over it; who scans or
patches one file thus pays for one file.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

import msgspec

from kscan.errors import InputError
from kscan.facts.store import FactsStore, cache_key
from kscan.link.crossref import CrossReference, Packed, cross_reference
from kscan.link.outline import FIELD, outline_of
from kscan.sources import Source

_FEW = 100  # files that may differ from what is kept before all is made anew
T = TypeVar("T")


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """``stamps`` are those of the files of ``packed``, in their order."""

    stamps: tuple[str, ...]
    packed: Packed


class Around:
    """Answers about the .c files below ``folders`` and beside ``files``, but for those of ``inside``."""

    def __init__(
        self,
        source: Source,
        store: FactsStore | None,
        folders: Sequence[str],
        inside: Collection[str],
    ) -> None:
        self._source, self._store = source, store
        self._folders = tuple(folders)
        self._inside = frozenset(inside)

    def headers(self) -> Iterator[str]:
        """The headers of the same places."""
        for _name, paths in self._groups(".h"):
            yield from paths

    def definers(self, name: str) -> tuple[str, ...]:
        """The files that define a function ``name`` for others, sorted."""
        return self._gathered(lambda part: part.definers(name))

    def holders(self, field: str) -> tuple[str, ...]:
        """The files that put a function into a field of that name, sorted."""
        return self._gathered(lambda part: part.holders(field))

    def callers(self, name: str) -> tuple[str, ...]:
        """The files with functions that may call ``name``, or with fields that may hold it, sorted."""
        return self._gathered(lambda part: (path for path, _name, _kind in part.callers(name)))

    def functions_calling(self, name: str) -> tuple[tuple[str, str], ...]:
        """(path, name) of the functions that may call ``name``, sorted."""
        return self._gathered(
            lambda part: ((path, own) for path, own, kind in part.callers(name) if kind != FIELD)
        )

    def leading_to(self, names: Iterable[str]) -> frozenset[str]:
        """The names, of functions and fields, that may lead to a call of one of ``names``."""
        found: frozenset[str] = frozenset()
        wanted = frozenset(names)
        while True:
            more = found.union(*(part.leading_to(found | wanted) for part in self._parts))
            if more == found or len(self._parts) == 1:
                return more
            found = more

    def _gathered(self, ask: Callable[[CrossReference], Iterable[T]]) -> tuple[T, ...]:
        return tuple(sorted({found for part in self._parts for found in ask(part)}))  # type: ignore[type-var]

    # -- making it ------------------------------------------------------------

    @cached_property
    def _parts(self) -> tuple[CrossReference, ...]:
        return tuple(part for name, paths in self._groups(".c") for part in self._group(name, paths))

    def _groups(self, ending: str) -> Iterator[tuple[str, Sequence[str]]]:
        """The files of the folders, then those beside each scanned file elsewhere; a name for each group."""
        few = len(self._inside) <= _FEW  # then one cross-reference serves whatever is scanned
        below = [folder for folder in self._folders if self._source.exists(folder)]
        paths = [p for p in self._source.paths(below) if p.endswith(ending)] if below else []
        paths = paths if few else [path for path in paths if path not in self._inside]
        yield repr((self._folders, () if few else paths)), paths
        beside = {posixpath.dirname(path) for path in self._inside} if few else ()
        for folder in sorted(beside):
            if not any(folder == other or folder.startswith(other + "/") for other in below):
                near = self._source.paths([folder])
                yield folder, [p for p in near if p.endswith(ending) and posixpath.dirname(p) == folder]

    def _group(self, name: str, paths: Sequence[str]) -> Iterator[CrossReference]:
        stamps = {path: stamp for path in paths if (stamp := self._stamp(path))}
        kept = self._kept(name, stamps)
        known = dict(zip(kept.packed.paths, kept.stamps, strict=True))
        changed = {path for path, stamp in stamps.items() if known.get(path) != stamp}
        yield CrossReference(kept.packed, {*changed, *self._inside, *(known.keys() - stamps.keys())})
        if fresh := sorted(changed - self._inside):
            yield CrossReference(self._made(fresh))

    def _kept(self, name: str, stamps: Mapping[str, str]) -> _Kept:
        """What the cache has for a group, if little of it has changed; else it is made and kept."""
        key = cache_key("around-1", self._source.name, name)
        packed = self._store.get_derived(key) if self._store is not None else None
        if packed is not None:
            try:
                kept = msgspec.msgpack.decode(packed, type=_Kept)
            except msgspec.DecodeError:
                pass  # made by other code: as good as missing
            else:
                known = zip(kept.packed.paths, kept.stamps, strict=True)
                if len(stamps.items() ^ set(known)) <= 2 * _FEW:
                    return kept
        made = self._made(stamps)
        kept = _Kept(tuple(stamps[path] for path in made.paths), made)
        if self._store is not None:
            self._store.put_derived(key, msgspec.msgpack.encode(kept))
        return kept

    def _made(self, paths: Iterable[str]) -> Packed:
        read = ((path, self._read(path)) for path in paths)
        return cross_reference({path: outline_of(data) for path, data in read if data is not None})

    def _stamp(self, path: str) -> str:
        try:
            return repr(self._source.stamp(path))
        except InputError:
            return ""

    def _read(self, path: str) -> bytes | None:
        try:
            return self._source.read(path)
        except InputError:
            return None  # what cannot be read defines nothing
