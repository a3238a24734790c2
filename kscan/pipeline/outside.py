"""What a program needs from outside the scanned paths: found by name, parsed on demand.

An index of the names that headers define is made from their bytes (no parsing) and kept in
the cache, folder by folder; a name that linking asks for loads the files that define it.
Functions of .c files, and who calls them, are found by the cross-reference of the core folders;
what these do not define is looked for in the library folders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from kscan.errors import InputError
from kscan.facts.model import FileFacts
from kscan.facts.store import FactsStore, cache_key
from kscan.findings.model import Skipped
from kscan.link.names import KINDS, functions_of, names_of
from kscan.pipeline.around import Around
from kscan.pipeline.facts import FactsLoader
from kscan.sources import Source

_MOST_FILES = 6
"""A name that more files define is too common to say which is meant."""
_MOST_CALLERS = 12
"""A name that functions of more files call is too common to follow each of them."""

T = TypeVar("T")
Seen_co = TypeVar("Seen_co", covariant=True)


class _Look(Protocol[Seen_co]):
    """Something to be seen in the bytes of a file; ``version`` tells one way of looking from another."""

    version: str
    kind: Any  # the type of what is seen, for decoding

    def __call__(self, data: bytes) -> Seen_co: ...


class _Names:
    """The names a file defines, for each of KINDS."""

    version = "names-3"
    kind: Any = tuple[tuple[str, ...], ...]

    def __call__(self, data: bytes) -> tuple[tuple[str, ...], ...]:
        return names_of(data)


class _Functions:
    """The functions a file defines for others."""

    version = "functions-1"
    kind: Any = tuple[str, ...]

    def __call__(self, data: bytes) -> tuple[str, ...]:
        return functions_of(data)


class Outside:
    """Finds and loads what ``Program`` asks for; remembers what it loaded."""

    def __init__(
        self,
        source: Source,
        loader: FactsLoader,
        store: FactsStore | None,
        headers: Sequence[str],
        core: Sequence[str],
        library: Sequence[str],
        inside: Iterable[str],
    ) -> None:
        self._source, self._loader, self._store = source, loader, store
        self._headers, self._library = headers, library
        self._inside = frozenset(inside)
        self._around = Around(source, store, core, self._inside)
        self._defined: dict[str, list[str]] | None = None
        self._homes: dict[str, dict[str, list[str]]] = {}
        self._all: list[tuple[str, tuple[tuple[str, ...], ...]]] | None = None
        self.loaded: dict[str, FileFacts] = {}
        self.skipped: list[Skipped] = []

    def __call__(self, kind: str, name: str) -> Mapping[str, FileFacts]:
        """The facts of the files outside that define, call or hold a name, see ``kscan.link.program``."""
        if kind == "holders":
            return self._load(p for p in self._around.holders(name) if p.startswith("arch/"))
        if kind == "callers":
            callers = self._around.callers(name)
            return self._load(callers if len(callers) <= _MOST_CALLERS else ())
        homes = self._index(kind).get(name, [])
        if len(homes) > _MOST_FILES:
            homes = [h for h in homes if h.endswith(".h")][:_MOST_FILES]
        if kind == "function":
            homes = [*homes, *self._definers(name)]
        return self._load(homes)

    def leading_to(self, names: Iterable[str]) -> frozenset[str]:
        """Names of the functions and fields outside that may lead to a call of one of ``names``."""
        return self._around.leading_to(names)

    def calling(self, name: str) -> Sequence[tuple[str, str]]:
        """(path, function) of the functions outside that may call ``name``."""
        return self._around.functions_calling(name)

    def load(self, paths: Iterable[str]) -> Mapping[str, FileFacts]:
        """The facts of files outside."""
        return self._load(paths)

    def _definers(self, name: str) -> Sequence[str]:
        """The .c files that define a function, unless too many do: of the core, else of the library."""
        found: Sequence[str] = self._around.definers(name)
        if not found:
            if self._defined is None:
                self._defined = defaultdict(list)
                for path, names in self._entries(self._sources(), _Functions()):
                    for own in names:
                        self._defined[own].append(path)
            found = self._defined.get(name, ())
        return found if len(found) <= _MOST_FILES else ()

    def _load(self, paths: Iterable[str]) -> Mapping[str, FileFacts]:
        paths = tuple(paths)
        missing = [p for p in paths if p not in self.loaded and p not in self._inside]
        if missing:
            loaded = self._loader.load(missing)
            self.loaded.update(loaded.facts)
            self.skipped.extend(loaded.skipped)
        return {p: self.loaded[p] for p in paths if p in self.loaded}

    # -- the index ------------------------------------------------------------

    def _index(self, kind: str) -> Mapping[str, list[str]]:
        found = self._homes.get(kind)
        if found is None:
            if self._all is None:
                below = [p for h in self._headers if self._source.exists(h) for p in self._source.paths([h])]
                paths = dict.fromkeys((*below, *self._around.headers()))
                self._all = list(self._entries(paths, _Names()))
            found = self._homes[kind] = defaultdict(list)
            place = KINDS.index(kind)
            for path, names in self._all:
                for name in names[place]:
                    found[name].append(path)
        return found

    def _sources(self) -> Iterator[str]:
        below = [folder for folder in self._library if self._source.exists(folder)]
        return (path for path in (self._source.paths(below) if below else ()) if path.endswith(".c"))

    def _entries(self, paths: Iterable[str], look: _Look[T]) -> Iterator[tuple[str, T]]:
        """What ``look`` sees in each of the files, kept folder by folder, two levels down."""
        chunks: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            if path not in self._inside:
                chunks["/".join(path.split("/")[:-1][:3])].append(path)
        for group in chunks.values():
            yield from self._chunk(group, look)

    def _chunk(self, paths: Sequence[str], look: _Look[T]) -> Sequence[tuple[str, T]]:
        stamps = [(path, stamp) for path in paths if (stamp := self._stamp(path)) is not None]
        key = cache_key(look.version, repr(stamps))
        packed = self._store.get_derived(key) if self._store is not None else None
        if packed is not None:
            try:
                return msgspec.msgpack.decode(packed, type=list[tuple[str, look.kind]])  # type: ignore[name-defined]
            except msgspec.DecodeError:
                pass  # made by other code: as good as missing
        entries = [(path, look(data)) for path, _stamp in stamps if (data := self._read(path)) is not None]
        if self._store is not None:
            self._store.put_derived(key, msgspec.msgpack.encode(entries))
        return entries

    def _stamp(self, path: str) -> object:
        try:
            return self._source.stamp(path)
        except InputError:
            return None

    def _read(self, path: str) -> bytes | None:
        try:
            return self._source.read(path)
        except InputError:
            return None  # what cannot be read defines nothing; scanned files are reported elsewhere
