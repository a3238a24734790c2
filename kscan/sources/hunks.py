"""Hunks out of lines: where a sound one ends, and what it holds, as unidiff reads it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec
from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk as UnidiffHunk
from unidiff.patch import PatchSet

from kscan.regex import regex
from kscan.sources.diff import Hunk

HUNK_HEADER = regex(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)")
_SIGNATURE_TAIL = regex(r"(?:git version )?v?\d+\.\d+")
_FOOTER = "_" * 20
_NAMES = ("--- a/file", "+++ b/file")


class Header(msgspec.Struct, frozen=True):
    """The numbers of an ``@@`` line."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str


def parse_header(line: str) -> Header | None:
    """The numbers of an ``@@`` line, None when it is none."""
    match = HUNK_HEADER.match(line)
    if match is None:
        return None
    old_start, old_count, new_start, new_count, section = match.groups()
    return Header(
        int(old_start),
        int(old_count) if old_count else 1,
        int(new_start),
        int(new_count) if new_count else 1,
        section,
    )


def ends_diff(lines: Sequence[str], at: int) -> bool:
    """Whether no hunk goes on at this line: another header, a signature, a list footer."""
    line = lines[at]
    if line.startswith(("diff --", "Index: ", _FOOTER)):
        return True
    following = lines[at + 1] if at + 1 < len(lines) else ""
    if line.startswith("--- ") and following.startswith("+++ "):
        return True
    if line.rstrip() == "--":
        return line == "--" or is_signature(lines, at)
    return HUNK_HEADER.match(line) is not None


def is_signature(lines: Sequence[str], at: int) -> bool:
    """Whether the ``-- `` here opens a signature rather than removing the line ``- ``."""
    if lines[at].rstrip() != "--":
        return False
    following = lines[at + 1] if at + 1 < len(lines) else ""
    if following.startswith(_FOOTER):
        return True
    if _SIGNATURE_TAIL.match(following):
        return True
    return all(not lines[index].strip() for index in range(at + 1, len(lines)))


def sound_end(lines: Sequence[str], at: int) -> int:
    """The index after the hunk whose header is at ``at`` when its lines fit the counts exactly, else 0."""
    header = parse_header(lines[at])
    if header is None:
        return 0
    old, new = header.old_count, header.new_count
    index = at + 1
    while old > 0 or new > 0:
        if index >= len(lines):
            return 0
        first = lines[index][:1]
        if first == "+":
            new -= 1
        elif first == "-":
            if lines[index] == "-- " and is_signature(lines, index):
                return 0
            old -= 1
        elif first in (" ", ""):
            old -= 1
            new -= 1
        elif first != "\\":
            return 0
        index += 1
    if old or new:
        return 0
    while index < len(lines) and lines[index].startswith("\\ "):
        index += 1
    return 0 if _goes_on(lines, index) else index


def _goes_on(lines: Sequence[str], index: int) -> bool:
    """Whether changed or context lines run on past the counts, up to the next header or signature."""
    start = index
    while index < len(lines) and lines[index][:1] in ("+", "-", " ") and not ends_diff(lines, index):
        index += 1
    return index > start and index < len(lines) and ends_diff(lines, index)


def read_sound(lines: Sequence[str], starts: Sequence[int], end: int) -> tuple[Hunk, ...] | None:
    """The hunks whose headers are at ``starts``, the last one up to ``end``, all measured to be sound.

    None when unidiff will not read them.
    """
    try:
        # It checks every line and keeps none: they are at hand already.
        patch = PatchSet((*_NAMES, *lines[starts[0] : end]), metadata_only=True)
    except UnidiffParseError:
        return None
    if len(patch) != 1 or len(patch[0]) != len(starts):
        return None
    ends = (*starts[1:], end)
    return tuple(
        _hunk(hunk, lines[start + 1 : stop], start + 1)
        for hunk, start, stop in zip(patch[0], starts, ends, strict=True)
    )


def _hunk(hunk: UnidiffHunk, body: Sequence[str], number: int) -> Hunk:
    lines = tuple(line or " " for line in body if line[:1] != "\\")
    without_newline = ""
    if len(lines) != len(body):
        without_newline = "".join(
            (above or " ")[0] for above, line in pairwise(body) if line[:1] == "\\" != above[:1]
        )
    return Hunk(
        hunk.source_start,
        hunk.source_length,
        hunk.target_start,
        hunk.target_length,
        hunk.section_header,
        lines,
        number,
        "-" in without_newline or " " in without_newline,
        "+" in without_newline or " " in without_newline,
    )
