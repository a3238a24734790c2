"""Columns as consumers count them.  A finding counts bytes; terminals and GitHub do not."""

from __future__ import annotations

import unicodedata

from kscan.findings.model import Finding

_TAB = 8


def display_column(finding: Finding) -> int:
    """The column as gcc and sparse print it: tabs to every 8th, wide characters two.  1-based."""
    column = 1
    for char in _before(finding, finding.column):
        if char == "\t":
            column += _TAB - (column - 1) % _TAB
        else:
            column += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return column if finding.line_text else finding.column


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


def _before(finding: Finding, column: int) -> str:
    return _bytes(finding)[: column - 1].decode("utf-8", "surrogateescape")


def _bytes(finding: Finding) -> bytes:
    return finding.line_text.encode("utf-8", "surrogateescape")
