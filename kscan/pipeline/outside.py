"""What a program needs from outside the scanned paths: found by name, parsed on demand.

An index of the names that headers define is made from their bytes (no parsing) and kept in
the cache, folder by folder; a name that linking asks for loads the files that define it.
Callers and implementations of hooks are searched for in the core folders by text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from kscan.errors import InputError
from kscan.facts.model import FileFacts
from kscan.facts.store import FactsStore, cache_key
from kscan.findings.model import Skipped
from kscan.link.names import KINDS, names_of
from kscan.pipeline.facts import FactsLoader
from kscan.sources import Source

_INDEX_VERSION = "names-1"
_MOST_FILES = 6
"""A name that more files define is too common to say which is meant."""

_Entry = tuple[str, tuple[tuple[str, ...], ...]]  # path, names for each of KINDS


class Outside:
    """Finds and loads what ``Program`` asks for; remembers what it loaded."""

    def __init__(
        self,
        source: Source,
        loader: FactsLoader,
        store: FactsStore | None,
        headers: Sequence[str],
        core: Sequence[str],
        inside: Iterable[str],
    ) -> None:
        self._source, self._loader, self._store = source, loader, store
        self._headers, self._core = headers, core
        self._inside = frozenset(inside)
        self._homes: dict[str, dict[str, list[str]]] = {}
        self._all: list[_Entry] | None = None
        self.loaded: dict[str, FileFacts] = {}
        self.skipped: list[Skipped] = []

    def __call__(self, kind: str, name: str) -> Mapping[str, FileFacts]:
        """The facts of the files outside that define ``name``."""
        homes = self._index(kind).get(name, ())
        if len(homes) > _MOST_FILES:
            homes = [h for h in homes if h.endswith(".h")][:_MOST_FILES]
        return self._load(homes)

    def mentioning(self, names: Iterable[str]) -> Mapping[str, FileFacts]:
        """The facts of the core files whose text has one of ``names`` as a word."""
        words = sorted(names)
        if not words:
            return {}
        pattern = re.compile(rb"|".join(rb"\b" + re.escape(w.encode()) + rb"\b" for w in words))
        found = []
        for folder in self._core:
            for path in self._source.paths([folder]) if self._source.exists(folder) else ():
                if path in self._inside or path in self.loaded:
                    continue
                try:
                    data = self._source.read(path)
                except InputError:
                    continue
                if any(w.encode() in data for w in words) and pattern.search(data):
                    found.append(path)
        return self._load(found)

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
                self._all = list(self._entries(self._headers))
            found = self._homes[kind] = defaultdict(list)
            place = KINDS.index(kind)
            for path, names in self._all:
                for name in names[place]:
                    found[name].append(path)
        return found

    def _entries(self, folders: Sequence[str]) -> Iterable[_Entry]:
        for top in folders:
            for paths in self._chunks(top).values():
                yield from self._chunk_entries([p for p in paths if p not in self._inside])

    def _chunks(self, top: str) -> Mapping[str, list[str]]:
        """The files below a folder, by folder two levels down: the unit of caching."""
        chunks: dict[str, list[str]] = defaultdict(list)
        if self._source.exists(top):
            for path in self._source.paths([top]):
                chunks["/".join(path.split("/")[:3])].append(path)
        return chunks

    def _chunk_entries(self, paths: Sequence[str]) -> Sequence[_Entry]:
        stamps = []
        for path in paths:
            try:
                stamps.append((path, self._source.stamp(path)))
            except InputError:
                continue
        key = cache_key(_INDEX_VERSION, repr(stamps))
        packed = self._store.get_derived(key) if self._store is not None else None
        if packed is not None:
            try:
                return msgspec.msgpack.decode(packed, type=list[_Entry])
            except msgspec.DecodeError:
                pass
        entries: list[_Entry] = []
        for path, _stamp in stamps:
            try:
                entries.append((path, names_of(self._source.read(path))))
            except InputError:
                continue
        if self._store is not None:
            self._store.put_derived(key, msgspec.msgpack.encode(entries))
        return entries
