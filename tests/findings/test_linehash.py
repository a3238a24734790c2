"""Line hashes against CodeQL's own examples."""

from __future__ import annotations

import pytest

from kscan.findings.linehash import line_hashes

_LOREM = [f"a7f2ff13bc495cf2:{n}" for n in range(1, 7)] + [
    "a7f2ff1481e87703:1",
    "a9cf91f7bbf1862b:1",
    "55ec222b86bcae53:1",
    "cc97dc7b1d7d8f7b:1",
    "c129715d7a2bc9a3:1",
]


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (
            " a\nb\n  \t\tc\n d",
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        ),
        ("Lorem ipsum dolor sit amet.\n" * 10, _LOREM),
        ("Lorem ipsum dolor sit amet.\r\n" * 10, _LOREM),
        ("Lorem ipsum dolor sit amet.\r" * 10, _LOREM),
    ],
    ids=["empty", "blanks", "repeated", "crlf", "cr"],
)
def test_codeql_vectors(text: str, hashes: list[str]) -> None:
    assert list(line_hashes(text)) == hashes


def test_characters_beyond_the_basic_plane_and_damaged_ones() -> None:
    assert len(line_hashes("\U0001f600\nb\udc80")) == 2
