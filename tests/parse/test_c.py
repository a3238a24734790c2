"""The parser takes any bytes."""

from __future__ import annotations

import random

import pytest

from kscan.errors import InputError
from kscan.kernel.macros import MacroTable
from kscan.parse import LARGEST
from kscan.parse.c import parse
from kscan.parse.quality import judge


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\n",
        b"#",
        b"\\",
        b'"',
        b"'",
        b"/*",
        b"//",
        b"\x00" * 100,
        b"int a;\x00\x00int b;",
        b"\xff\xfe\xfa int f(void) { return 0; }",
        b"#if\n#if\n#else\n#else\n#endif\n#endif\n#endif\n#elif",
        b"{" * 200_000,
        b"}" * 200_000,
        b"{" * 100_000 + b"}" * 100_000,
        b"(" * 100_000,
        b"((" * 50_000 + b"))" * 50_000,
        b"x(\n" * 30_000,
        b"#ifdef A\n" * 20_000,
        b"#ifdef A\n{\n#else\n" * 5_000,
        b'"' * 100_001,
        b"/" * 100_000,
        b"/*" + b"*" * 200_000,
        b"\n\tfor_each_x(" * 10_000,
        b"\nNAME(a)" * 20_000,
        b"NAME(a);" * 20_000,
        b"__init" * 50_000,
        b", struct a *)" * 20_000,
        b"A(" * 20_000,
        b"A(a:1," * 20_000 + b")" * 20_000,
        b"A(" * 20_000 + b";" + b")" * 20_000,
        b"\\\n" * 50_000,
        b"#define A " + b"\\\n" * 50_000,
    ],
    ids=lambda source: repr(source[:16]) + str(len(source)),
)
def test_odd_input(source: bytes, macros: MacroTable) -> None:
    parsed = parse(source, macros)
    assert len(parsed.code) == len(source) == len(parsed.text)
    assert parsed.code.count(b"\n") == source.count(b"\n")
    judge(parsed)


def test_random_bytes(macros: MacroTable) -> None:
    chance = random.Random(7)
    for _ in range(60):
        source = chance.randbytes(chance.randrange(2000))
        parsed = parse(source, macros)
        assert parsed.code.count(b"\n") == source.count(b"\n")
        assert len(parsed.code) == len(source)


def test_too_large(macros: MacroTable) -> None:
    with pytest.raises(InputError, match="larger than") as caught:
        parse(b" " * (LARGEST + 1), macros)
    assert caught.value.remedy


def test_text_is_the_source(macros: MacroTable) -> None:
    source = "/* é */ int a; // ü\nmodule_init(a);".encode()
    parsed = parse(source, macros)
    assert parsed.text.encode("latin-1") == source
    assert parsed.text[parsed.uses[0].start : parsed.uses[0].end] == "module_init(a);"


@pytest.mark.parametrize(
    "source",
    [
        b"void f(void)\n{\n\tCHECK(g(), print(1););\n\tCHECK(g(), print(1); print(2););\n}\n",
        b"void f(void)\n{\n\tLOOP(\n\t\ti++;\n\t,\n\t\tg();\n\t);\n}\n",
        b"void f(void)\n{\n\tTRACED(struct x *y = g());\n\tTRACED(struct x *z = y->next);\n\n\th(y);\n}\n",
        b"struct s {\n\tu8 X(a:6, b:2);\n\tu8 X(X(c:4, d:3), e:1);\n};\n",
        b"void f(int i)\n{\n\tswitch (i) {\n\tOPS(ADD, +)\n\tOPS(SUB, -)\n\tOPS(AND, &)\n\t}\n}\n",
    ],
    ids=[
        "statements among arguments",
        "arguments that end in one",
        "declarations",
        "members",
        "one macro below the other",
    ],
)
def test_what_macros_take_and_no_function_would(source: bytes, macros: MacroTable) -> None:
    assert judge(parse(source, macros)).errors == ()
