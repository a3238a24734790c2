"""Damaged hunks, repaired as far as their own lines allow.

A damaged hunk is read under several hypotheses (its stray lines continue the line above; they are context
lines that lost their first character), and the one that reaches the counts of the header exactly is taken:
then the meaning is not in doubt.  Where none does, what is there is kept as it is, and applying it to a tree
has to prove it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from kscan.sources.diff import Damage, Hunk
from kscan.sources.hunks import Header, ends_diff, parse_header

_WRAP_COLUMN = 50  # mailers wrap at 65 to 80 columns; a line that was cut before a long word is shorter
_SHORTEST = 20  # ... or much shorter, where its tabs were counted as columns
_LONGEST = (
    4096  # no line is longer that a mailer wrapped; without an end, joining takes the square of the text
)
_PROPER = (" ", "+", "-", "\\")


class ReadHunk(msgspec.Struct, frozen=True):
    """A hunk, the index of the line after it, and what was wrong with it."""

    hunk: Hunk
    end: int
    damage: tuple[Damage, ...] = ()


# What a stray line is, seen from the line above it: "join", "context", or "" for neither.
_Hypothesis = Callable[[str, str], str]


def _joins(above: str, _line: str) -> str:
    return "join" if _WRAP_COLUMN <= len(above) < _LONGEST else ""


def _is_context(_above: str, _line: str) -> str:
    return "context"


def _either(above: str, line: str) -> str:
    return _joins(above, line) if line[:1] != "\t" and _joins(above, line) else "context"


def _joins_short(above: str, _line: str) -> str:
    return "join" if _SHORTEST <= len(above) < _LONGEST else ""


def _neither(_above: str, _line: str) -> str:
    return ""


_HYPOTHESES: tuple[_Hypothesis, ...] = (_neither, _joins, _is_context, _either, _joins_short)


class _Body:
    """Lines of a damaged hunk, read one by one, with what is still missing by the header."""

    def __init__(self, header: Header) -> None:
        self.section = header.section
        self.old = header.old_count
        self.new = header.new_count
        self.lines: list[str] = []
        self.damage: list[Damage] = []
        self.without_newline = ""

    @property
    def full(self) -> bool:
        return self.old == 0 and self.new == 0

    @property
    def overfull(self) -> bool:
        return self.old < 0 or self.new < 0

    def add(self, line: str) -> None:
        if line.startswith("\\"):
            self.without_newline += self.lines[-1][0] if self.lines else ""
            return
        self.old -= line[:1] != "+"
        self.new -= line[:1] != "-"
        self.lines.append(line or " ")

    def drop_blank(self) -> None:
        """Take back blank lines at the end: they stood before prose or a signature."""
        while self.lines and self.lines[-1] == " ":
            self.lines.pop()
            self.old += 1
            self.new += 1

    def stray(self, what: str, line: str, number: int) -> None:
        if what == "context":
            self.add(" " + line)
            self.damage.append(Damage(number, "leading-space-stripped", line, repaired=True))
            return
        if self.lines:
            self.lines[-1] = _joined(self.lines[-1], line)
        else:
            self.section = _joined(self.section, line)
        self.damage.append(Damage(number, "wrapped-lines", line, repaired=True))

    def above(self) -> str:
        return self.lines[-1] if self.lines else "@" * _WRAP_COLUMN

    def finish(self, header: Header, number: int) -> Hunk:
        kinds = tuple(dict.fromkeys(item.kind for item in self.damage))
        return Hunk(
            header.old_start,
            header.old_count,
            header.new_start,
            header.new_count,
            self.section,
            tuple(self.lines),
            number,
            "-" in self.without_newline or " " in self.without_newline,
            "+" in self.without_newline or " " in self.without_newline,
            kinds,
        )


def _joined(above: str, line: str) -> str:
    return above + line if above.endswith(" ") else f"{above} {line}"


def read_damaged(lines: Sequence[str], at: int) -> ReadHunk:
    """The hunk whose header is at ``at``, repaired as far as its own lines allow."""
    header = parse_header(lines[at])
    assert header is not None
    end = at + 1
    while end < len(lines) and not ends_diff(lines, end):
        end += 1
    fitting: ReadHunk | None = None
    for hypothesis in _HYPOTHESES:
        read = _fit(header, lines, at, end, hypothesis)
        if read is not None and all(item.repaired for item in read.damage):
            return read
        fitting = fitting or read  # it leaves lines out: another may not have to
    return fitting or _keep(header, lines, at, end)


def _fit(header: Header, lines: Sequence[str], at: int, end: int, hypothesis: _Hypothesis) -> ReadHunk | None:
    body = _Body(header)
    index = at + 1
    while index < end and not (body.full and not _continues(lines, index, hypothesis, body)):
        line = lines[index]
        if not line or line[0] in _PROPER:
            body.add(line)
        else:
            what = hypothesis(body.above(), line)
            if not what:
                return None
            body.stray(what, line, index + 1)
        if body.overfull:
            return None
        index += 1
    if not body.full:
        return None
    extra = [line for line in lines[index:end] if line]
    run = _run_length(lines, index, end)
    if any(line[0] in "+-" for line in lines[index : index + run]):
        return None
    if run and len(extra) == run:
        text = "more lines than the header says: left out"
        body.damage.append(Damage(index + 1, "hunk-counts-wrong", text))
    return ReadHunk(body.finish(header, at + 1), end if run else index, tuple(body.damage))


def _continues(lines: Sequence[str], index: int, hypothesis: _Hypothesis, body: _Body) -> bool:
    """Whether a full hunk still takes this line: a marker, or the wrapped end of its last line."""
    line = lines[index]
    if line.startswith("\\ "):
        return True
    return bool(line) and line[0] not in _PROPER and hypothesis(body.above(), line) == "join"


def _run_length(lines: Sequence[str], index: int, end: int) -> int:
    run = index
    while run < end and lines[run][:1] in ("+", "-", " "):
        run += 1
    return run - index


def _keep(header: Header, lines: Sequence[str], at: int, end: int) -> ReadHunk:
    """The hunk as it is there, when no reading fits its header."""
    body = _Body(header)
    index = at + 1
    # Without a single line that starts with a space, all context has lost it.
    stripped = not any(line.startswith(" ") for line in lines[index:end])
    hypothesis = _is_context if stripped else _either
    while index < end:
        line = lines[index]
        if not line or line[0] in _PROPER:
            body.add(line)
        elif index > at + 1 and not lines[index - 1] and not line[0].isspace():
            break  # prose after a blank line
        else:
            body.stray(hypothesis(body.above(), line), line, index + 1)
        index += 1
    prose = index < end
    if prose or body.overfull:
        body.drop_blank()
    kind, repaired = _why_unfit(body, prose, index >= len(lines))
    there = f"{header.old_count - body.old} and {header.new_count - body.new}"
    text = f"the header says {header.old_count} old and {header.new_count} new lines, there are {there}"
    doubtful = [Damage(item.line, item.kind, item.text) for item in body.damage]
    body.damage = [*doubtful, Damage(at + 1, kind, text, repaired and not doubtful)]
    return ReadHunk(body.finish(header, at + 1), index, tuple(body.damage))


def _why_unfit(body: _Body, prose: bool, at_end: bool) -> tuple[str, bool]:
    """The kind of damage, and whether the lines there are tell the change all the same."""
    if body.old != body.new or body.old <= 0:
        return "hunk-counts-wrong", True
    if prose:
        return "hunk-short", False
    return ("truncated" if at_end else "context-lost"), False
