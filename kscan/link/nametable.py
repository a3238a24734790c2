"""Which files define a name: the names of many files, packed as sorted lines to search in.

It is read from the cache as it is and never unpacked: a question costs some twenty comparisons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec


class NameTable(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """``lines`` are sorted: the number of the kind and the name, a tab, numbers of ``paths``."""

    paths: tuple[str, ...]
    lines: bytes

    def homes(self, kind: int, name: str) -> Iterator[str]:
        """The files that define ``name`` as something of a kind, sorted."""
        wanted = b"%d%b\t" % (kind, name.encode("latin-1", "replace"))
        low, high = 0, len(self.lines)
        while low < high:
            start = self.lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            found = self.lines[start : start + len(wanted)]
            if found == wanted:
                end = self.lines.index(b"\n", start)
                yield from (self.paths[int(n)] for n in self.lines[start + len(wanted) : end].split())
                return
            if found < wanted:
                low = self.lines.index(b"\n", start) + 1
            else:
                high = start


def name_table(names: Mapping[str, Sequence[Sequence[str]]]) -> NameTable:
    """The table of files, by path: what each defines, kind by kind."""
    paths = tuple(sorted(names))
    homes: dict[str, list[str]] = defaultdict(list)
    for number, path in enumerate(paths):
        for kind, group in enumerate(names[path]):
            for name in group:
                homes[f"{kind}{name}"].append(str(number))
    lines = "".join(sorted(f"{name}\t{' '.join(numbers)}\n" for name, numbers in homes.items()))
    return NameTable(paths, lines.encode("latin-1"))
