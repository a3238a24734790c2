"""Strings that facts leave out, taken from the source."""

from __future__ import annotations

import pytest

from kscan.findings.literals import with_literals


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ('f(a, "", 0) gives x', '\tx = f(a, "msi", 0);', 'f(a, "msi", 0) gives x'),
        ('takes the branch !f("", g(""))', '\tif (!f("a(b", g("c")))', 'takes the branch !f("a(b", g("c"))'),
        ('f("") fails', '\tr = f(/* ) */ "one "\n\t      "two");', 'f("one two") fails'),
        ('f("") fails', '\tr = f("' + "x" * 60 + '");', 'f("' + "x" * 35 + '...") fails'),
        # The source calls something else, or holds another number of strings: a macro is in between.
        ('f("") fails', '\tr = F("a");', 'f("...") fails'),
        ('f("") fails', '\tr = f("a", "b");', 'f("...") fails'),
        ('f("") fails', '\tr = f("a\\" b", c', 'f("a\\" b") fails'),
        ("f(a) fails", '\tr = f("a");', "f(a) fails"),
    ],
)
def test_strings_are_shown(text: str, code: str, shown: str) -> None:
    assert with_literals(text, ["", *code.split("\n")], 2) == shown


def test_without_source_there_is_something() -> None:
    assert with_literals('f("", x)', [], 3) == 'f("...", x)'
