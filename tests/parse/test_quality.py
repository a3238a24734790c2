"""Which functions were not understood."""

from __future__ import annotations

from kscan.kernel.macros import MacroTable
from kscan.parse.c import parse
from kscan.parse.quality import ParseQuality, judge

GOOD = b"int good(void)\n{\n\treturn 0;\n}\n"
BAD = b"int bad(void)\n{\n\treturn ) + ] 0;\n}\n"


def test_clean_file(macros: MacroTable) -> None:
    assert judge(parse(GOOD, macros)) == ParseQuality()


def test_partial_function(macros: MacroTable) -> None:
    source = GOOD + BAD + GOOD.replace(b"good", b"fine")
    quality = judge(parse(source, macros))
    assert [source[start:end].split(b"(")[0] for start, end in quality.partial] == [b"int bad"]
    assert all(first == last == 7 for first, last in quality.errors)
    assert quality.errors
