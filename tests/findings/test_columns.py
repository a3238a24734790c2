"""One finding, its columns as each consumer counts them."""

from __future__ import annotations

import pytest

from kscan.findings.columns import byte_columns, character_columns, display_column, frame
from kscan.findings.model import Finding


def finding(text: str, column: int, end_column: int, end_line: int = 1) -> Finding:
    return Finding(
        "r",
        "ordering",
        "note",
        "low",
        "a.c",
        1,
        column,
        end_line,
        end_column,
        "f",
        "m",
        (),
        (),
        "",
        line_text=text,
    )


@pytest.mark.parametrize(
    ("text", "column", "end", "display", "characters"),
    [
        ("\t\tf(x);", 3, 7, 17, (3, 7)),
        ("a\tf(x);", 3, 7, 9, (3, 7)),
        ("\u00e9\u00e9 f();", 6, 9, 4, (4, 7)),
        ("\u6f22 f();", 5, 8, 4, (3, 6)),
        ("\udcff f();", 3, 6, 3, (3, 6)),
        ("", 5, 9, 5, (5, 9)),
    ],
    ids=["tabs", "tab stop", "two bytes", "wide", "no utf-8", "unknown line"],
)
def test_columns(text: str, column: int, end: int, display: int, characters: tuple[int, int]) -> None:
    assert display_column(finding(text, column, end)) == display
    assert character_columns(finding(text, column, end)) == characters


def test_what_spans_lines_ends_with_the_first() -> None:
    assert byte_columns(finding("\tf(x,", 2, 3, end_line=2)) == (2, 6)


@pytest.mark.parametrize(
    ("text", "column", "end", "shown"),
    [
        ("\tf(x);", 2, 6, ("        f(x);", 8, 4)),
        ("a\t\u6f22 f(\t);", 7, 12, ("a       \u6f22 f(   );", 11, 7)),
        ("\x1b[2J f();", 6, 9, ("\\x1b[2J f();", 8, 3)),
        ("", 5, 9, None),
        ("x" * 400, 300, 301, None),
        ("x" * 400, 100, 300, ("x" * 160 + "...", 99, 64)),
    ],
    ids=["tabs", "wide", "escape", "unknown line", "far out", "long"],
)
def test_frame(text: str, column: int, end: int, shown: tuple[str, int, int] | None) -> None:
    assert frame(finding(text, column, end)) == shown
