"""What a program needs from outside the scanned paths: found by name, parsed on demand.

An index of the names that headers define is made from their bytes (no parsing) and kept in
the cache, folder by folder; a name that linking asks for loads the files that define it.
Callers and implementations of hooks are searched for in the core folders by text.
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
from kscan.link.names import KINDS, names_of
from kscan.pipeline.facts import FactsLoader
from kscan.sources import Source

_WORD = frozenset(b"_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SPACED = bytes(byte if byte in _WORD else 32 for byte in range(256))  # for translate(): words apart
_MOST_FILES = 6
"""A name that more files define is too common to say which is meant."""

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


class _Words:
    """Which of some words a file has in its text."""

    kind: Any = tuple[str, ...]

    def __init__(self, words: Iterable[str]) -> None:
        self._words = {w.encode() for w in words}
        self.version = "words-1 " + " ".join(sorted(words))

    def __call__(self, data: bytes) -> tuple[str, ...]:
        return tuple(sorted(w.decode() for w in self._words.intersection(data.translate(_SPACED).split())))


class Outside:
    """Finds and loads what ``Program`` asks for; remembers what it loaded."""

    def __init__(
        self,
        source: Source,
        loader: FactsLoader,
        store: FactsStore | None,
        headers: Sequence[str],
        core: Sequence[str],
        words: Iterable[str],
        inside: Iterable[str],
    ) -> None:
        self._source, self._loader, self._store = source, loader, store
        self._headers, self._core = headers, core
        self._words = frozenset(words)
        self._mentions: dict[str, list[str]] | None = None
        self._inside = frozenset(inside)
        self._homes: dict[str, dict[str, list[str]]] = {}
        self._all: list[tuple[str, tuple[tuple[str, ...], ...]]] | None = None
        self.loaded: dict[str, FileFacts] = {}
        self.skipped: list[Skipped] = []

    def __call__(self, kind: str, name: str) -> Mapping[str, FileFacts]:
        """The facts of the files outside that define ``name``."""
        homes = self._index(kind).get(name, ())
        if len(homes) > _MOST_FILES:
            homes = [h for h in homes if h.endswith(".h")][:_MOST_FILES]
        return self._load(homes)

    def mentioning(self, names: Iterable[str]) -> Mapping[str, FileFacts]:
        """The facts of the core files with one of ``names`` (of the ``words`` given) in their text."""
        wanted = sorted(names)
        if not wanted:
            return {}
        if self._mentions is None:
            self._mentions = defaultdict(list)
            for path, words in self._entries(self._core, _Words(self._words)):
                for word in words:
                    self._mentions[word].append(path)
        return self._load(dict.fromkeys(path for name in wanted for path in self._mentions[name]))

    def _load(self, paths: Iterable[str]) -> Mapping[str, FileFacts]:
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
                self._all = list(self._entries(self._headers, _Names()))
            found = self._homes[kind] = defaultdict(list)
            place = KINDS.index(kind)
            for path, names in self._all:
                for name in names[place]:
                    found[name].append(path)
        return found

    def _entries(self, folders: Sequence[str], look: _Look[T]) -> Iterator[tuple[str, T]]:
        """What ``look`` sees in each file below the folders, kept folder by folder, two levels down."""
        for top in folders:
            chunks: dict[str, list[str]] = defaultdict(list)
            for path in self._source.paths([top]) if self._source.exists(top) else ():
                if path not in self._inside:
                    chunks["/".join(path.split("/")[:-1][:3])].append(path)
            for paths in chunks.values():
                yield from self._chunk(paths, look)

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
