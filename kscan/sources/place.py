"""Where a hunk goes in a file: exactly, at an offset, with fuzz, or blind to white space.

Every way is tried for the lines before the change and for those after it; when the latter fit better, the
hunk is already applied.  Offset and fuzz are those of patch(1); white space is disregarded only where one
place alone fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec

from kscan.sources.diff import Hunk

How = Literal["exact", "offset", "fuzz", "whitespace", "restored"]

MAX_FUZZ = 2
ADDED = -1
_LEAST_BLIND = 8  # bytes besides white space that must fit before a white-space-blind match counts


Rows = tuple[tuple[bytes, int], ...]


class Placed(msgspec.Struct, frozen=True):
    """A hunk and its place: ``new`` replaces ``old_count`` lines from index ``start``.

    ``new`` holds each line with its index in the file, -1 for an added one; the others are the tree's own.
    """

    start: int
    old_count: int
    new: Rows
    how: How
    offset: int = 0
    fuzz: int = 0


class Miss(msgspec.Struct, frozen=True):
    """Why a hunk has no place: the line (1-based) that differs where most of it fits."""

    already: bool
    line: int
    expected: bytes
    found: bytes
    reason: str = ""


class FileText:
    """The lines of a file, newlines kept, with an index of where each occurs."""

    def __init__(self, data: bytes) -> None:
        parts = data.split(b"\n")
        last = parts.pop()
        self.lines: list[bytes] = [part + b"\n" for part in parts]
        if last:
            self.lines.append(last)
        self._exact: _Index | None = None
        self._blind: _Index | None = None

    @property
    def exact(self) -> _Index:
        """The lines as they are."""
        if self._exact is None:
            self._exact = _Index(self.lines)
        return self._exact

    @property
    def blind(self) -> _Index:
        """The lines with runs of white space as one space."""
        if self._blind is None:
            self._blind = _Index([squeeze(line) for line in self.lines])
        return self._blind


class _Index:
    """Lines, and where each occurs."""

    def __init__(self, lines: list[bytes]) -> None:
        self.lines = lines
        self.places: dict[bytes, list[int]] = {}
        for number, line in enumerate(lines):
            self.places.setdefault(line, []).append(number)

    def fits(self, wanted: Sequence[bytes], start: int) -> bool:
        """Whether ``wanted`` stands at ``start``."""
        return start >= 0 and self.lines[start : start + len(wanted)] == list(wanted)

    def find(self, wanted: Sequence[bytes], floor: int) -> list[int]:
        """All starts from ``floor`` on where ``wanted`` stands."""
        rarest, at, fewest = b"", -1, len(self.lines) + 1
        for index, line in enumerate(wanted):
            count = len(self.places.get(line, ()))
            if count < fewest:
                rarest, at, fewest = line, index, count
        starts = (place - at for place in self.places.get(rarest, ()))
        return [start for start in starts if start >= floor and self.fits(wanted, start)]


def squeeze(line: bytes) -> bytes:
    """A line without its margins, runs of white space as one space; no-break spaces count as white space."""
    return b" ".join(line.replace(b"\xc2\xa0", b" ").split())


def image(hunk: Hunk, side: str) -> list[bytes]:
    """The lines of the file before (``-``) or after (``+``) the hunk, with their newlines."""
    lines = [
        line[1:].encode("utf-8", "surrogateescape") + b"\n" for line in hunk.lines if line[0] in (" ", side)
    ]
    if lines and (hunk.old_no_newline if side == "-" else hunk.new_no_newline):
        lines[-1] = lines[-1][:-1]
    return lines


def place(text: FileText, hunk: Hunk, expected: int, floor: int) -> Placed | Miss:
    """The place of ``hunk``, wanted at index ``expected`` and not before ``floor``."""
    old, new = image(hunk, "-"), image(hunk, "+")
    if not old:
        return _place_without_context(text, hunk, expected, floor)
    lead, tail = context_lengths(hunk)
    only = _only_start(text, hunk, len(old))
    if floor <= expected and text.lines[expected : expected + len(old)] == old and only in (None, expected):
        return _placed(text, hunk, expected, expected, "exact")
    nearness = _Nearness(text, hunk, expected)
    done: int | None = None
    for fuzz in range(MAX_FUZZ + 1):
        first, last = _trimmed(lead, tail, fuzz)
        if fuzz and (first, last) == _trimmed(lead, tail, fuzz - 1):
            continue
        starts, results = _search(text.exact, (old, new), (first, last), nearness, floor)
        if not fuzz and only is not None:
            starts = [start for start in starts if start == only]
        if done is None and results:
            done = results[0]
        if starts and (fuzz == 0 or len(starts) == 1 or starts[0] == expected):
            if done is not None and nearness(done) <= nearness(starts[0]):
                break
            how: How = "fuzz" if fuzz else "offset"
            return _placed(text, hunk, starts[0], expected, how, (fuzz, first, last))
    if done is not None:
        return Miss(True, done + 1, b"", b"")
    return _place_blind(text, hunk, nearness, floor)


def _only_start(text: FileText, hunk: Hunk, length: int) -> int | None:
    """Where a hunk with context on one side alone must stand, as git apply has it: at an end of the file."""
    lead, tail = context_lengths(hunk)
    if hunk.damage:
        return None
    if lead > tail == 0:
        return len(text.lines) - length
    return 0 if tail > lead == 0 and hunk.old_start <= 1 else None


def context_lengths(hunk: Hunk) -> tuple[int, int]:
    """How many context lines stand before the first change and after the last."""
    changed = [index for index, line in enumerate(hunk.lines) if line[0] != " "]
    if not changed:
        return len(hunk.lines), 0
    return changed[0], len(hunk.lines) - 1 - changed[-1]


def _trimmed(lead: int, tail: int, fuzz: int) -> tuple[int, int]:
    """How many context lines patch(1) leaves away at both ends for a fuzz factor."""
    longest = max(lead, tail)
    return max(0, fuzz + lead - longest), max(0, fuzz + tail - longest)


class _Nearness:
    """How well a place suits a hunk: in the function its header names, then near the expected line."""

    def __init__(self, text: FileText, hunk: Hunk, expected: int) -> None:
        self._lines = text.lines
        self._section = hunk.section.strip().encode("utf-8", "surrogateescape")
        self.expected = expected

    def __call__(self, start: int) -> tuple[bool, int, int]:
        return (not self._in_section(start), abs(start - self.expected), start)

    def _in_section(self, start: int) -> bool:
        if not self._section:
            return True
        for index in range(min(start, len(self._lines)) - 1, -1, -1):
            # What git and diff -p take for the line that opens a function.
            if self._lines[index][:1].isalpha() or self._lines[index][:1] in (b"_", b"$"):
                return self._lines[index].startswith(self._section)
        return False


def _search(
    index: _Index,
    images: tuple[Sequence[bytes], Sequence[bytes]],
    trim: tuple[int, int],
    nearness: _Nearness,
    floor: int,
) -> tuple[list[int], list[int]]:
    """Where the old lines stand, or where the new ones do if these suit better: one list is empty."""
    first, last = trim
    before, after = (image[first : len(image) - last] for image in images)
    starts = sorted((s - first for s in index.find(before, floor)), key=nearness) if before else []
    results = sorted((s - first for s in index.find(after, floor)), key=nearness) if after else []
    if not (starts and results):
        return starts, results
    start, result = starts[0], results[0]
    # Diffs slide: the lines before a change may stand within its result, and the other way round.
    longer = len(after) - len(before)
    if longer > 0 and result <= start <= result + longer:
        return [], results
    if longer < 0 and start <= result <= start - longer:
        return starts, []
    return (starts, []) if nearness(start) <= nearness(result) else ([], results)


def _placed(
    text: FileText,
    hunk: Hunk,
    start: int,
    expected: int,
    how: How,
    fuzz: tuple[int, int, int] = (0, 0, 0),
) -> Placed:
    """The hunk laid over the tree's own lines, so that context keeps the bytes of the tree."""
    factor, first, last = fuzz
    rows = hunk.lines[first : len(hunk.lines) - last]
    begin = at = start + first
    new: list[tuple[bytes, int]] = []
    added = _added_bytes(hunk)
    for row, line in zip(rows, added[first : len(hunk.lines) - last], strict=True):
        if row[0] == "+":
            new.append((line, ADDED))
            continue
        if row[0] == " ":
            new.append((text.lines[at], at))
        at += 1
    return Placed(begin, at - begin, tuple(new), how, start - expected, factor)


def _added_bytes(hunk: Hunk) -> list[bytes]:
    """Each line of the hunk as it stands in a file, the last new one without newline where it says so."""
    lines = [line[1:].encode("utf-8", "surrogateescape") + b"\n" for line in hunk.lines]
    if hunk.new_no_newline:
        for index in range(len(lines) - 1, -1, -1):
            if hunk.lines[index][0] != "-":
                lines[index] = lines[index][:-1]
                break
    return lines


def _place_without_context(text: FileText, hunk: Hunk, expected: int, floor: int) -> Placed | Miss:
    # `-N,0`: the lines go after line N, which is not shown (diff -U0), or into an empty file.
    start = expected + 1 if hunk.old_start else 0
    if not floor <= start <= len(text.lines):
        found = text.lines[-1] if text.lines else b""
        return Miss(False, len(text.lines), b"", found, "the file is too short")
    if text.exact.fits(image(hunk, "+"), start):
        return Miss(True, start + 1, b"", b"")
    return _placed(text, hunk, start, start, "exact")


def _place_blind(text: FileText, hunk: Hunk, nearness: _Nearness, floor: int) -> Placed | Miss:
    old = [squeeze(line) for line in image(hunk, "-")]
    new = [squeeze(line) for line in image(hunk, "+")]
    if sum(len(line) for line in old) >= _LEAST_BLIND and old != new:
        starts, results = _search(text.blind, (old, new), (0, 0), nearness, floor)
        if results:
            return Miss(True, results[0] + 1, b"", b"")
        if len(starts) == 1:
            return _placed(text, hunk, starts[0], nearness.expected, "whitespace")
        if starts:
            return Miss(False, starts[0] + 1, b"", b"", "fits in several places but for white space")
    return nearest_miss(text, hunk, nearness.expected)


def nearest_miss(text: FileText, hunk: Hunk, expected: int) -> Miss:
    """Where most of the old lines stand, and the first that does not."""
    old = image(hunk, "-")
    votes: Counter[int] = Counter()
    for index, line in enumerate(old):
        if len(line.strip()) > 2:
            votes.update(place - index for place in text.exact.places.get(line, ())[:50])
    start = expected
    if votes:
        most = max(votes.values())
        start = min((s for s, count in votes.items() if count == most), key=lambda s: (abs(s - expected), s))
    for index, line in enumerate(old):
        at = start + index
        found = text.lines[at] if 0 <= at < len(text.lines) else b""
        if found != line:
            return Miss(False, min(max(at, 0), len(text.lines) - 1) + 1 if text.lines else 0, line, found)
    return Miss(False, start + 1, b"", b"", "fits only before the hunk above it")
