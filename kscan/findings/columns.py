"""Columns as consumers count them.  A finding counts bytes; terminals and GitHub do not."""

from __future__ import annotations

import unicodedata

from kscan.findings.model import Finding
from kscan.findings.plain import plain

_TAB = 8
_WIDEST = 160  # of a source line that is shown


def display_column(finding: Finding) -> int:
    """The column as gcc and sparse print it: tabs to every 8th, wide characters two.  1-based."""
    if not finding.line_text:
        return finding.column
    return _width(_expanded(_before(finding, finding.column))) + 1


def frame(finding: Finding) -> tuple[str, int, int] | None:
    """The source line fit for a terminal, and where and how wide to mark it there; None if it is too long.

    Tabs are made blanks, and what could steer a terminal is spelt out.
    """
    first, last = byte_columns(finding)
    start, end = _shown(_before(finding, first)), _shown(_before(finding, last))
    if not finding.line_text or _width(start) > _WIDEST:
        return None
    code = _shown(finding.line_text)
    if len(code) > _WIDEST:
        code = f"{code[:_WIDEST]}..."
    # What is marked may go on where the line was cut.
    return code, _width(start), max(1, min(_width(end), _width(code)) - _width(start))


def character_columns(finding: Finding) -> tuple[int, int]:
    """First column and one past the last on the finding's first line, in characters."""
    first, last = byte_columns(finding)
    if not finding.line_text:
        return first, last
    return len(_before(finding, first)) + 1, len(_before(finding, last)) + 1


def byte_columns(finding: Finding) -> tuple[int, int]:
    """The same in bytes: of what spans lines only the first line counts."""
    last = finding.end_column
    if finding.end_line != finding.line:
        last = len(_bytes(finding)) + 1
    return finding.column, max(last, finding.column + 1)


def _shown(text: str) -> str:
    return plain(_expanded(text))


def _expanded(text: str) -> str:
    """``text`` with blanks for tabs."""
    line = ""
    for number, piece in enumerate(text.split("\t")):
        if number:
            line += " " * (_TAB - _width(line) % _TAB)
        line += piece
    return line


def _width(text: str) -> int:
    """The columns that ``text`` without tabs takes."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _before(finding: Finding, column: int) -> str:
    return _bytes(finding)[: column - 1].decode("utf-8", "surrogateescape")


def _bytes(finding: Finding) -> bytes:
    return finding.line_text.encode("utf-8", "surrogateescape")
