"""A scan too large to be linked at once, in portions of directories that belong together.

A directory shows alone what a scan of everything would, as far as code outside is found by name;
so portions cost some chains that lead from one to another, and keep memory flat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

MOST = 2500
"""Files that are linked together: about 500 MB."""


def portions(files: Sequence[str], most: int = MOST, depth: int = 0) -> Iterator[tuple[str, ...]]:
    """``files`` (sorted) in portions of at most ``most``, unless one directory alone holds more.

    Of directories too large for one portion, the directories below are taken one after the other, as many
    at a time as fit.
    """
    if len(files) <= most:
        yield tuple(files)
        return
    waiting: list[str] = []
    for folder, group in groupby(files, key=lambda path: path.split("/")[:-1][depth : depth + 1]):
        part = list(group)
        if waiting and len(waiting) + len(part) > most:
            yield tuple(waiting)
            waiting = []
        if len(part) > most and folder:
            yield from portions(part, most, depth + 1)
        else:
            waiting += part
    if waiting:
        yield tuple(waiting)
