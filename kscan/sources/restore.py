"""Hunks that lost context lines, filled up from the tree where it leaves no doubt.

Some web archives drop blank lines and lines of one brace.  The counts of the header tell how many old lines
there were, git's three lines of context where the first and the last change stand among them, and the tree
the lines themselves.  Results that differ in blank lines only are one; a brace alone within parentheses is no
C.  Where that leaves more than one, the offset of the hunks around it decides or the blob id of the result,
and without these the hunk is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from kscan.sources.diff import Hunk
from kscan.sources.place import ADDED, FileText, Placed, Rows, context_lengths, squeeze

_CONTEXT = 3
_MOST_RESULTS = 16
_MOST_STEPS = 5_000
_MOST_ROWS = 200
_MOST_LOST = 50

_Row = tuple[str, bytes]  # first character; squeezed text of old lines, whole text of added ones


def restorations(
    text: FileText, hunk: Hunk, expected: int, floor: int, *, trusted: bool
) -> tuple[Placed, ...]:
    """All results of the hunk with its lost lines filled in that mean different things; several are a doubt.

    ``trusted``: the file is the very one the diff was made from, so its line numbers hold.
    """
    if not 0 < hunk.lost <= _MOST_LOST:
        return ()
    starts = (expected,) if trusted else _starts(text, hunk, floor)
    results: dict[tuple[int, tuple[bytes, ...]], Placed] = {}
    steps = _Steps(_MOST_STEPS)
    for start in starts:
        for new in _embeddings(text, hunk, start, steps):
            shown = tuple(line for line, _ in new if line.strip())
            placed = Placed(start, hunk.old_count, new, "restored", start - expected)
            results.setdefault((start, shown), placed)
            if len(results) >= _MOST_RESULTS:
                return tuple(results.values())
    if steps.spent:
        return ()
    possible = [placed for (_, shown), placed in results.items() if not _brace_in_parentheses(shown)]
    return tuple(possible or results.values())


def _brace_in_parentheses(lines: Sequence[bytes]) -> bool:
    depth = 0
    for line in lines:
        if line.strip() in (b"{", b"}") and depth > 0:
            return True
        depth = max(0, depth + line.count(b"(") - line.count(b")"))
    return False


def by_neighbours(hunks: Sequence[Hunk], choices: Sequence[tuple[Placed, ...]]) -> list[tuple[Placed, ...]]:
    """``choices``, the places of each hunk, less those at another offset than the hunks on both sides.

    Only where these two are placed without a doubt, and at the same offset.
    """
    offsets = [
        choice[0].start - (hunk.old_start - 1) if len(choice) == 1 else None
        for hunk, choice in zip(hunks, choices, strict=True)
    ]
    settled: list[tuple[Placed, ...]] = []
    for index, (hunk, choice) in enumerate(zip(hunks, choices, strict=True)):
        above = next((offset for offset in reversed(offsets[:index]) if offset is not None), None)
        below = next((offset for offset in offsets[index + 1 :] if offset is not None), None)
        fitting = choice
        if len(choice) > 1 and above is not None and above == below:
            fitting = tuple(one for one in choice if one.start - (hunk.old_start - 1) == above)
        settled.append(fitting or choice)
    return settled


def _starts(text: FileText, hunk: Hunk, floor: int) -> Sequence[int]:
    """Where the hunk may begin, going by the rarest of its old lines."""
    old = [wanted for mark, wanted in _rows(hunk) if mark != "+"]
    if not old:
        return ()
    places = [text.blind.places.get(wanted, []) for wanted in old]
    at = min(range(len(old)), key=lambda index: len(places[index]))
    last = len(text.lines) - hunk.old_count
    found = {place - at - lost for place in places[at] for lost in range(hunk.lost + 1)}
    return sorted(start for start in found if floor <= start <= last)


class _Bounds(msgspec.Struct, frozen=True):
    """Where the first and the last changed row of a hunk may stand."""

    first_row: int
    last_row: int
    first_change: range
    last_change: range
    end: int

    def allow(self, row: int, mark: str, at: int) -> bool:
        if row == self.first_row and at not in self.first_change:
            return False
        return row != self.last_row or at + (mark == "-") in self.last_change


class _Steps:
    """A bound on the search."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self) -> bool:
        self._left -= 1
        return self._left >= 0

    @property
    def spent(self) -> bool:
        return self._left < 0


def _embeddings(text: FileText, hunk: Hunk, start: int, steps: _Steps) -> Iterator[Rows]:
    """Each way to lay the rows of the hunk over ``old_count`` lines of the tree from ``start`` on."""
    end = start + hunk.old_count
    rows = _rows(hunk)
    lead, tail = context_lengths(hunk)
    changes = [index for index, row in enumerate(rows) if row[0] != " "]
    if start < 0 or end > len(text.lines) or not changes or len(rows) > _MOST_ROWS:
        return
    if max(lead, tail) > _CONTEXT:
        return
    # At the start or end of a file there may be fewer than three lines of context.
    first = range(start + (_CONTEXT if start else lead), start + _CONTEXT + 1)
    last = range(end - _CONTEXT, end - (_CONTEXT if end < len(text.lines) else tail) + 1)
    bounds = _Bounds(changes[0], changes[-1], first, last, end)
    yield from _lay(text, rows, 0, start, bounds, steps)


def _rows(hunk: Hunk) -> list[_Row]:
    rows: list[_Row] = []
    for line in hunk.lines:
        data = line[1:].encode("utf-8", "surrogateescape")
        rows.append((line[0], data + b"\n" if line[0] == "+" else squeeze(data)))
    return rows


def _lay(
    text: FileText, rows: Sequence[_Row], row: int, at: int, bounds: _Bounds, steps: _Steps
) -> Iterator[Rows]:
    if not steps.take():
        return
    if row == len(rows):
        yield tuple((text.lines[index], index) for index in range(at, bounds.end))
        return
    mark, wanted = rows[row]
    for here in range(at, bounds.end + 1):
        if not bounds.allow(row, mark, here):
            continue
        if mark != "+" and (here >= bounds.end or text.blind.lines[here] != wanted):
            continue
        kept = tuple((text.lines[index], index) for index in range(at, here))
        if mark == "+":
            kept += ((wanted, ADDED),)
        elif mark == " ":
            kept += ((text.lines[here], here),)
        for rest in _lay(text, rows, row + 1, here + (mark != "+"), bounds, steps):
            yield kept + rest
