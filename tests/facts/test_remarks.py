"""Only comments that begin with ``kscan:`` are addressed to kscan."""

from __future__ import annotations

import pytest

from kscan.facts.extract.remarks import remarks
from kscan.facts.model import Remark


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (b"f(); /* kscan: ignore[r] -- why */", Remark("kscan: ignore[r] -- why", 1, 1, alone=False)),
        (b"\n\t// kscan: ignore[r]\nf();", Remark("kscan: ignore[r]", 2, 2, alone=True)),
        (b"/*\n * kscan: ignore[r]\n *  -- why\n */\n", Remark("kscan: ignore[r] -- why", 1, 4, alone=True)),
        (b"/** kscan: x **/", Remark("kscan: x", 1, 1, alone=True)),
        (b"char c = '\"'; /* kscan: x */", Remark("kscan: x", 1, 1, alone=False)),
        (b"/* kscan: x", Remark("kscan: x", 1, 1, alone=True)),
    ],
)
def test_remark(source: bytes, found: Remark) -> None:
    assert remarks(source) == (found,)


@pytest.mark.parametrize(
    "source",
    [
        b'char *s = "/* kscan: ignore[r] */";',
        b'char *s = "\\"// kscan: ignore[r]";',
        b"/* as kscan: ignore[r] says */",
        b"int kscan; label_kscan: f();",
        b"/* KSCAN: ignore[r] */",
    ],
)
def test_no_remark(source: bytes) -> None:
    assert remarks(source) == ()
