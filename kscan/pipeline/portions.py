"""A scan too large to be linked at once, in portions of directories that belong together.

A directory shows alone what a scan of everything would, as far as code outside is found by name;
so portions cost some chains that lead from one to another, and keep memory flat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

MOST = 40_000_000
"""Bytes of source that are linked together: 500 MB of memory with all rules."""


def portions(sizes: Mapping[str, int], most: int = MOST, depth: int = 0) -> Iterator[tuple[str, ...]]:
    """Files, by path with their sizes in bytes, in portions of at most ``most``, but for larger files.

    Where directories do not fit together, those below the large ones are taken one after the other, as
    many at a time as fit; at last files.
    """
    if sum(sizes.values()) <= most:
        yield tuple(sizes)
        return
    waiting: dict[str, int] = {}
    for _name, group in groupby(sizes, key=lambda path: path.split("/")[depth]):
        part = {path: sizes[path] for path in group}
        if waiting and sum(waiting.values()) + sum(part.values()) > most:
            yield tuple(waiting)
            waiting = {}
        if sum(part.values()) > most and len(part) > 1:
            yield from portions(part, most, depth + 1)
        else:
            waiting |= part
    if waiting:
        yield tuple(waiting)
