"""A cross-reference of code that is not parsed: which functions and fields lead to a name, and where.

Made of the outlines of many files, and kept packed: names are sorted lines, all else are arrays
of numbers, so that it costs next to nothing to read and little to ask.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from itertools import accumulate, chain

import msgspec

from kscan.link.outline import FIELD, GLOBAL, STATIC, Site


class Packed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The byte form.  A site is a function or field of a file; the arrays hold 32-bit numbers."""

    paths: tuple[str, ...]
    names: bytes  # sorted, with a line end after each
    sites: bytes  # three numbers for each: name, path, kind
    first: bytes  # for each name, where its callers begin in ``callers``
    callers: bytes  # sites
    start: bytes  # for each site, where the names that it may call begin in ``callees``
    callees: bytes  # names
    homes: bytes  # for each name, where its own sites begin in ``own``
    own: bytes  # sites of fields, and of functions that other files may call


class CrossReference:
    """Answers by name.  ``without`` are files whose entries are out of date."""

    def __init__(self, packed: Packed, without: Collection[str] = ()) -> None:
        self._paths = packed.paths
        # All at once: one after the other takes longer even where a tenth of them is asked for.
        self._names = packed.names.decode("latin-1").split("\n")[:-1]
        sites, self._first, self._callers, self._homes, self._own = map(
            _numbers, (packed.sites, packed.first, packed.callers, packed.homes, packed.own)
        )
        self._start, self._called = _numbers(packed.start), _numbers(packed.callees)
        self._name_of, self._path_of, self._kind_of = sites[0::3], sites[1::3], sites[2::3]
        self._beside: dict[frozenset[str], dict[int, set[str]]] = {}
        self._places = {path: number for number, path in enumerate(packed.paths)}
        self._without = frozenset(self._places[path] for path in without if path in self._places)

    def excluding(self, paths: Iterable[str]) -> CrossReference:
        """This one without the entries of further files."""
        found = copy(self)
        found._without |= {self._places[path] for path in paths if path in self._places}
        return found

    def callers(self, name: str) -> Iterator[tuple[str, str, int]]:
        """(path, name, kind) of the functions that may call ``name``, and of the fields that may hold it."""
        for site in self._sites_calling(name):
            if self._path_of[site] not in self._without:
                yield self._paths[self._path_of[site]], self._names[self._name_of[site]], self._kind_of[site]

    def definers(self, name: str) -> Iterator[str]:
        """The files with a function ``name`` that is not static."""
        return self._homes_of(name, GLOBAL)

    def holders(self, field: str) -> Iterator[str]:
        """The files that put a function into a field of that name."""
        return self._homes_of(field, FIELD)

    def _homes_of(self, name: str, kind: int) -> Iterator[str]:
        number = self._number(name)
        if number is not None:
            for site in self._own[self._homes[number] : self._homes[number + 1]]:
                where = self._path_of[site]
                if self._kind_of[site] == kind and where not in self._without:
                    yield self._paths[where]

    def calling(self, names: Iterable[str], also: Iterable[str]) -> Iterator[tuple[str, str]]:
        """(path, name) of the functions that may call one of ``names`` and one of ``also``."""
        wanted = frozenset(also)
        for site, callees in self._called_beside(frozenset(names)).items():
            if self._path_of[site] not in self._without and not callees.isdisjoint(wanted):
                yield self._paths[self._path_of[site]], self._names[self._name_of[site]]

    def _called_beside(self, names: frozenset[str]) -> Mapping[int, set[str]]:
        """What each function that may call one of ``names`` may call."""
        found = self._beside.get(names)
        if found is None:
            sites = {site for name in names for site in self._sites_calling(name)}
            found = self._beside[names] = {
                site: {self._names[name] for name in self._called[self._start[site] : self._start[site + 1]]}
                for site in sites
                if self._kind_of[site] != FIELD
            }
        return found

    def _sites_calling(self, name: str) -> Sequence[int]:
        number = self._number(name)
        return () if number is None else self._callers[self._first[number] : self._first[number + 1]]

    def marks(self) -> bytearray:
        """One mark for each name, none of them set: for ``lead``."""
        return bytearray(len(self._names))

    def lead(self, names: Iterable[str], seen: bytearray) -> list[str]:
        """Of the names known here, those that are one of ``names``, or may lead to one of them, call by call;
        but for those that are marked as seen, as these are from now on."""
        first, callers, without = self._first, self._callers, self._without
        name_of, path_of = self._name_of, self._path_of
        numbers = (self._number(name) for name in names)
        queue = [number for number in numbers if number is not None and not seen[number]]
        for number in queue:
            seen[number] = 1
        for number in queue:  # which grows
            for site in callers[first[number] : first[number + 1]]:
                name = name_of[site]
                if not seen[name] and path_of[site] not in without:
                    seen[name] = 1
                    queue.append(name)
        return [self._names[number] for number in queue]

    def _number(self, name: str) -> int | None:
        at = bisect_left(self._names, name)
        return at if at < len(self._names) and self._names[at] == name else None


def cross_reference(outlines: Mapping[str, Sequence[Site]]) -> Packed:
    """The cross-reference of files, by path."""
    paths = tuple(sorted(outlines))
    called = frozenset().union(*(names for path in paths for _, _, names in outlines[path]))
    defined = {site[0] for path in paths for site in outlines[path]}
    names = sorted(defined | called)
    number = {name: place for place, name in enumerate(names)}
    functions = {site[0] for path in paths for site in outlines[path] if site[1] != FIELD}
    sites = array("I")
    callers: dict[int, list[int]] = defaultdict(list)
    own: dict[int, list[int]] = defaultdict(list)
    callees: list[Sequence[int]] = []  # by site
    for where, path in enumerate(paths):
        for name, kind, calls in sorted(outlines[path], key=lambda site: (site[1], site[0])):
            if kind == FIELD and functions.isdisjoint(calls):
                continue  # most values that are stored are no functions
            site = len(sites) // 3
            sites.extend((number[name], where, kind))
            callees.append([number[callee] for callee in calls])
            for callee in callees[-1]:
                callers[callee].append(site)
            if kind != STATIC:
                own[number[name]].append(site)
    return Packed(
        paths,
        b"".join(name + b"\n" for name in names),
        sites.tobytes(),
        *_index([callers.get(name, ()) for name in range(len(names))]),
        *_index(callees),
        *_index([own.get(name, ()) for name in range(len(names))]),
    )


def _index(groups: Sequence[Sequence[int]]) -> tuple[bytes, bytes]:
    """Where each group begins, and all groups one after another."""
    first = array("I", accumulate(map(len, groups), initial=0))
    return first.tobytes(), array("I", chain.from_iterable(groups)).tobytes()


def _numbers(data: bytes) -> Sequence[int]:
    found = array("I")
    found.frombytes(data)
    return found
