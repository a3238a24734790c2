"""What a run looks at only once, whatever it scans: stamps of files, and tables made of their bytes.

A table is kept in the cache with the stamps of its files.  What has changed since gets a table of
its own, laid over the kept one, so that who edits or patches one file pays for one file.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec

from kscan.errors import InputError
from kscan.facts.store import FactsStore, cache_key, code_digest
from kscan.sources import Source, Stamp
from kscan.sources.overlay import Overlay
from kscan.sources.paths import is_utf8
from kscan.sources.tree import Tree

if TYPE_CHECKING:
    from kscan.facts.model import FileFacts
    from kscan.pipeline.pool import Ahead

_MAKERS = ("link/names.py", "link/nametable.py", "link/outline.py", "link/crossref.py")
_FEW = 100  # files that may differ from those of a kept table; or a third, where that is more


class _Table(Protocol):
    @property
    def paths(self) -> tuple[str, ...]: ...


T = TypeVar("T")
AnyTable = TypeVar("AnyTable", bound=_Table)


class Folders(NamedTuple):
    """Where to look: for headers, for code worth linking, and for what these lack."""

    headers: tuple[str, ...] = ()
    core: tuple[str, ...] = ()
    library: tuple[str, ...] = ()

    def groups(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """How the names of the files end that share a table, and the folders that they are below."""
        yield ".c", self.core
        yield from ((".h", (folder,)) for folder in self.headers)
        yield ".h", self.core
        yield ".c", self.library


class Files:
    """Files with their stamps, packed: most often that is all that is to be compared."""

    def __init__(self, packed: bytes) -> None:
        self.packed = packed

    @classmethod
    def of(cls, stamps: Mapping[str, Stamp]) -> Files:
        """These files, but for those whose names are not UTF-8: nobody can ask for what they define."""
        try:
            return cls(_packed(stamps))
        except UnicodeEncodeError:
            return cls(_packed({path: stamp for path, stamp in stamps.items() if is_utf8(path)}))

    @cached_property
    def stamps(self) -> Mapping[str, Stamp]:
        """The stamps by path."""
        return _STAMPS.decode(self.packed)


class Kind(msgspec.Struct, Generic[AnyTable], frozen=True):
    """How a table is made of the bytes of files, by path; ``version`` tells one way from another."""

    version: str
    type: type[AnyTable]
    make: Callable[[Mapping[str, bytes]], AnyTable]


class Part(msgspec.Struct, Generic[AnyTable], frozen=True):
    """A table, and those of its files that it is out of date for."""

    table: AnyTable
    stale: frozenset[str]


class _Kept(msgspec.Struct, Generic[AnyTable], frozen=True, array_like=True):
    """A table as it is kept, with the stamps of its files, packed: most often there is nothing to compare."""

    stamps: bytes
    table: AnyTable


_ANSWER = msgspec.msgpack.Decoder(list[bytes])
_STAMPS = msgspec.msgpack.Decoder(dict[str, Stamp])
_packed = msgspec.msgpack.Encoder(order="sorted").encode


class Ground:
    """The files of a source, and of every overlay on it but for what that changes."""

    def __init__(self, source: Source, store: FactsStore | None) -> None:
        self.source = source
        self.loaded: dict[str, tuple[FileFacts, bytes]] = {}
        """The facts that were asked for so far, with content ids, by path: for ``FactsLoader``."""
        self._store = store
        self._below: dict[str, Mapping[str, Stamp]] = {}
        self._files: dict[tuple[str, tuple[str, ...]], Files] = {}
        self._coming: tuple[Ahead, Folders] | None = None
        self._made: dict[Hashable, Any] = {}

    def below(self, folder: str) -> Mapping[str, Stamp]:
        """The C files below a folder, in no particular order, with stamps; none where there is no folder."""
        found = self._below.get(folder)
        if found is None:
            there = self.source.exists(folder)
            found = self._below[folder] = self.source.stamps([folder]) if there else {}
        return found

    def files(self, ending: str, folders: tuple[str, ...]) -> Files:
        """The files below some folders whose names end so."""
        if self._coming is not None:
            (ahead, whose), self._coming = self._coming, None
            answer = ahead.answer()
            if answer is not None:
                self._files |= zip(whose.groups(), map(Files, _ANSWER.decode(answer)), strict=True)
        found = self._files.get((ending, folders))
        if found is None:
            below = (item for folder in folders for item in self.below(folder).items())
            listed = {path: stamp for path, stamp in below if path.endswith(ending)}
            found = self._files[ending, folders] = Files.of(listed)
        return found

    def look_ahead(self, folders: Folders) -> None:
        """Let another process list the files of a work tree, while this one does other things."""
        from kscan.pipeline import pool  # noqa: PLC0415 - few runs need one

        known = all(group in self._files for group in folders.groups())
        if not known and self._coming is None and isinstance(self.source, Tree):
            self._coming = pool.Ahead(lambda: self._listed(folders)), folders

    def _listed(self, folders: Folders) -> bytes:
        return _packed([self.files(*group).packed for group in folders.groups()])

    def close(self) -> None:
        """Do without the other process, if there is one."""
        if self._coming is not None:
            self._coming[0].stop()
            self._coming = None

    def parts(self, kind: Kind[AnyTable], name: str, files: Files) -> tuple[Part[AnyTable], ...]:
        """The tables of a group of files, which has a ``name``: the kept one, and one of what has changed."""
        return self.once(("parts", kind.version, name), lambda: tuple(self._looked_up(kind, name, files)))

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives when first asked for under ``key``."""
        if key not in self._made:
            self._made[key] = make()
        found: T = self._made[key]
        return found

    def made(self, kind: Kind[AnyTable], source: Source, paths: Iterable[str]) -> AnyTable:
        """A table of files of this source or of one laid over it; what cannot be read is not in it."""
        return kind.make({path: data for path in paths if (data := _read(source, path)) is not None})

    def _looked_up(self, kind: Kind[AnyTable], name: str, files: Files) -> Iterable[Part[AnyTable]]:
        code = code_digest(*_MAKERS)
        base = cache_key(kind.version, code, self._origin(), name)
        kept = self._recalled(kind, base)
        if kept is not None and kept.stamps == files.packed:
            return (Part(kept.table, frozenset()),)
        stamps = files.stamps
        known: Mapping[str, Stamp] = _STAMPS.decode(kept.stamps) if kept is not None else {}
        changed = [path for path, stamp in stamps.items() if known.get(path) != stamp]
        gone = known.keys() - stamps.keys()
        if kept is None or len(changed) + len(gone) > max(_FEW, len(stamps) // 3):
            return (Part(self._kept(kind, base, stamps), frozenset()),)
        found = Part(kept.table, frozenset({*changed, *gone}))
        if not changed:
            return (found,)
        apart = {path: stamps[path] for path in changed}
        own = cache_key(kind.version, code, repr(sorted(apart.items())))
        fresh = self._recalled(kind, own)
        return (found, Part(fresh.table if fresh is not None else self._kept(kind, own, apart), frozenset()))

    def _recalled(self, kind: Kind[AnyTable], key: bytes) -> _Kept[AnyTable] | None:
        """A kept table, with the stamps of its files."""
        packed = self._store.get_derived(key) if self._store is not None else None
        if packed is None:
            return None
        wanted: Any = _Kept[kind.type]  # type: ignore[name-defined]
        try:
            found: _Kept[AnyTable] = msgspec.msgpack.decode(packed, type=wanted)
        except msgspec.DecodeError:
            return None  # made by other code: as good as missing
        return found

    def _kept(self, kind: Kind[AnyTable], key: bytes, stamps: Mapping[str, Stamp]) -> AnyTable:
        made = self.made(kind, self.source, stamps)
        if self._store is not None:
            packed = _packed({path: stamps[path] for path in made.paths})
            self._store.put_derived(key, msgspec.msgpack.encode(_Kept(packed, made)))
        return made

    def _origin(self) -> str:
        """Tells one tree from another; the revisions of a repository are as one, which changes."""
        name = self.source.name
        return name.rpartition("@")[0] + "@" if getattr(self.source, "repo", None) is not None else name


def changed_over(source: Source) -> tuple[Source, frozenset[str]]:
    """What lies below all overlays of a source, and the files that these change."""
    changed: set[str] = set()
    while isinstance(source, Overlay):
        changed |= source.changed.keys()
        source = source.base
    return source, frozenset(changed)


def _read(source: Source, path: str) -> bytes | None:
    try:
        return source.read(path)
    except InputError:
        return None  # what cannot be read defines nothing
