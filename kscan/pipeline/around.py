"""What the code around the scanned files calls and defines, by name, without parsing it.

Answers are those of packed tables: a cross-reference of the .c files of the core folders, and the
names that headers define.  What is scanned is not among them, nor what overlays change.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import NamedTuple, TypeVar

from kscan.link.crossref import CrossReference, Packed, cross_reference
from kscan.link.lookup import Lookup
from kscan.link.names import KINDS, functions_of, names_of
from kscan.link.nametable import NameTable, name_table
from kscan.link.outline import FIELD, outline_of
from kscan.pipeline.ground import AnyTable, Files, Folders, Ground, Kind
from kscan.sources import Source

_FEW = 100  # scanned files up to which one table serves whatever is scanned
T = TypeVar("T")

_Homes = Callable[[int, str], Iterable[str]]
"""``NameTable.homes`` of a table."""
_Names = Sequence[tuple[_Homes, frozenset[str]]]
"""Tables, each with the files that are not to be seen in it."""


def _cross_reference(files: Mapping[str, bytes]) -> Packed:
    return cross_reference({path: outline_of(data) for path, data in files.items()})


def _names(files: Mapping[str, bytes]) -> NameTable:
    return name_table({path: names_of(data) for path, data in files.items()})


def _functions(files: Mapping[str, bytes]) -> NameTable:
    return name_table({path: (functions_of(data),) for path, data in files.items()})


_CODE = Kind("around-3", Packed, _cross_reference)
_NAMES = Kind("names-5", NameTable, _names)
_LIBRARY = Kind("functions-2", NameTable, _functions)


class _Group(NamedTuple):
    """Files that share a table."""

    name: str
    files: Files
    covers: Callable[[str], bool]  # whether a path, perhaps of a new file, is one of the group's


class Around:
    """Answers about the files below ``folders`` and beside those of ``inside``, but for the latter."""

    def __init__(
        self,
        ground: Ground,
        source: Source,
        folders: Folders,
        inside: Collection[str],
        changed: frozenset[str] = frozenset(),
    ) -> None:
        """``source`` is that of the ground, or one laid over it that has ``changed`` some files."""
        self._ground, self._source, self._folders = ground, source, folders
        self.inside = frozenset(inside)
        self._changed = changed

    def homes(self, kind: str, name: str) -> tuple[str, ...]:
        """The headers that define ``name`` as one of ``kscan.link.names.KINDS``: one folder after another."""
        return tuple(dict.fromkeys(_homes(self._headers, KINDS.index(kind), name)))

    def read(self, path: str) -> bytes:
        """The bytes of a file that another answer names."""
        return self._source.read(path)

    def has(self, kind: str, name: str) -> bool:
        """Whether a header defines ``name`` as one of ``kscan.link.names.KINDS``."""
        return any(_homes(self._headers, KINDS.index(kind), name))

    def library(self, name: str) -> tuple[str, ...]:
        """The .c files of the library folders that define a function ``name`` for others, sorted."""
        return tuple(sorted(_homes(self._library, 0, name)))

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

    def calling(self, names: Collection[str], also: Collection[str]) -> tuple[tuple[str, str], ...]:
        """(path, name) of the functions that may call one of ``names`` and one of ``also``, sorted."""
        return self._gathered(lambda part: part.calling(names, also))

    def leading(self) -> Callable[[Iterable[str]], Collection[str]]:
        """Given names, again and again, it says which names that it has not said before are one of them, or
        may lead to a call of one of them.

        What the ground has of the scanned and changed files counts, too: the answer to the first question
        is then that of many runs and patches.
        """
        ground, changed = self._shared_code, self._changed_code
        parts = (*ground, *changed)
        marks: list[bytearray] = []

        def more(names: Iterable[str]) -> Collection[str]:
            fresh: Collection[str] = frozenset(names)
            found: dict[str, None] = {}
            if not marks:
                known, seen = self._ground.once(
                    ("leading", id(ground), fresh), lambda: _closure(ground, fresh)
                )
                marks.extend([*map(bytearray, seen), *(part.marks() for part in changed)])
                if not changed:
                    return known
                found, fresh = dict.fromkeys(known), {*known, *fresh}
            return found | dict.fromkeys(_lead(parts, marks, fresh))

        return more

    def _gathered(self, ask: Callable[[CrossReference], Iterable[T]]) -> tuple[T, ...]:
        return tuple(sorted({found for part in self._code for found in ask(part)}))  # type: ignore[type-var]

    # -- the tables -----------------------------------------------------------

    @cached_property
    def _code(self) -> tuple[CrossReference, ...]:
        hidden = self.inside | self._changed
        return (*(part.excluding(hidden) for part in self._shared_code), *self._changed_code)

    @cached_property
    def _code_groups(self) -> Sequence[_Group]:
        return (self._group(".c", self._folders.core), *self._beside(".c"))

    @cached_property
    def _shared_code(self) -> tuple[CrossReference, ...]:
        names = tuple(group.name for group in self._code_groups)
        return self._ground.once(("code", names), lambda: tuple(self._opened(self._code_groups)))

    def _opened(self, groups: Iterable[_Group]) -> Iterator[CrossReference]:
        for group in groups:
            for part in self._ground.parts(_CODE, group.name, group.files):
                yield self._ground.once(
                    ("opened", id(part)),
                    lambda part=part: CrossReference(part.table, part.stale),  # type: ignore[misc]
                )

    @cached_property
    def _changed_code(self) -> tuple[CrossReference, ...]:
        return tuple(CrossReference(table) for table in self._own(_CODE, self._code_groups))

    @cached_property
    def _headers(self) -> _Names:
        groups = [self._group(".h", (folder,)) for folder in self._folders.headers]
        groups += [self._group(".h", self._folders.core), *self._beside(".h")]
        return tuple(self._tables(_NAMES, groups))

    @cached_property
    def _library(self) -> _Names:
        return tuple(self._tables(_LIBRARY, [self._group(".c", self._folders.library)]))

    def _tables(
        self, kind: Kind[NameTable], groups: Sequence[_Group]
    ) -> Iterator[tuple[_Homes, frozenset[str]]]:
        """The tables of groups, each with the files that are not to be seen in it."""
        hidden = self.inside | self._changed
        for group in groups:
            for part in self._ground.parts(kind, group.name, group.files):
                homes = self._ground.once(("homes", id(part)), lambda part=part: _remembered(part.table))  # type: ignore[misc]
                yield homes, part.stale | hidden
        for table in self._own(kind, groups):
            yield table.homes, frozenset()

    def _own(self, kind: Kind[AnyTable], groups: Sequence[_Group]) -> Iterator[AnyTable]:
        """The table of files that are changed, but not scanned."""
        own = [p for p in self._changed - self.inside if any(group.covers(p) for group in groups)]
        if own:
            yield self._ground.made(kind, self._source, sorted(own))

    def _group(self, ending: str, folders: tuple[str, ...]) -> _Group:
        """The files below some folders; where much of them is scanned, but for that."""
        files = self._ground.files(ending, folders)
        name = repr((folders, ()))
        if len(self.inside) > _FEW and not self.inside.isdisjoint(files.stamps):
            left = {path: stamp for path, stamp in files.stamps.items() if path not in self.inside}
            files, name = Files.of(left), repr((folders, sorted(left)))
        below = tuple(folder + "/" for folder in folders)
        return _Group(name, files, lambda path: path.endswith(ending) and path.startswith(below))

    def _beside(self, ending: str) -> Iterator[_Group]:
        """The files beside each scanned one that lies elsewhere, where these are few."""
        below = tuple(folder + "/" for folder in self._folders.core)
        for folder in sorted({posixpath.dirname(path) for path in self.inside}):
            if len(self.inside) > _FEW or f"{folder}/".startswith(below):
                continue

            def covers(path: str, folder: str = folder) -> bool:
                return path.endswith(ending) and posixpath.dirname(path) == folder

            found = self._ground.below(folder).items()
            yield _Group(folder, Files.of({path: stamp for path, stamp in found if covers(path)}), covers)


def _remembered(table: NameTable) -> _Homes:
    """The homes of names, each looked up once: one patch asks for much the same names as the next."""
    lookup = Lookup(table)

    @cache
    def homes(kind: int, name: str) -> tuple[str, ...]:
        return tuple(lookup.homes(kind, name))

    return homes


def _homes(tables: _Names, kind: int, name: str) -> Iterator[str]:
    return (path for homes, out in tables for path in homes(kind, name) if path not in out)


def _closure(
    parts: Sequence[CrossReference], names: Iterable[str]
) -> tuple[Collection[str], Sequence[bytearray]]:
    """The names that may lead to one of ``names``, and how they are marked in each part."""
    marks = [part.marks() for part in parts]
    return _lead(parts, marks, names), marks


def _lead(
    parts: Sequence[CrossReference], marks: Sequence[bytearray], names: Iterable[str]
) -> Collection[str]:
    found: dict[str, None] = {}
    fresh: Collection[str] = tuple(names)
    while fresh:
        came = dict.fromkeys(
            name for part, seen in zip(parts, marks, strict=True) for name in part.lead(fresh, seen)
        )
        fresh = came.keys() - found.keys() if len(parts) > 1 else ()
        found |= came
    return found.keys()
