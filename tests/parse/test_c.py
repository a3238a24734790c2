"""The parser takes any bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from tree_sitter import Node, Parser

from kscan.errors import InputError
from kscan.kernel.macros import MacroTable
from kscan.parse import LARGEST
from kscan.parse.c import LANGUAGE, parse
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


_COMMENT = b"/*" + b"x" * 70 + b"\n" + b" * y" * 40 + b" */"


@pytest.mark.parametrize(
    "source",
    [
        b"%b\nint a;%b\nint b;\n",
        b"int f(int a)%b\n{\n\treturn a%b\n\t+ 1;\n}\n",
        b"int f(int a)\n{\n#ifdef A %b\n\tg(a);\n#else %b\n\th(a);\n#endif\n\treturn 1;\n}\n",
        b"int f(int a)\n{\n\t%b\n#ifdef A\n%b\tg(a);\n#endif\n\treturn 1;\n}\n",
        b"struct a {\n%b\n\tint b; %b int c;\n};",
        b"%b\nint a;\n%b\n",
        b"int f(int a)\n{ %b if (a +) %b\n\n\t\treturn; }\n",
    ],
)
def test_what_is_blank_makes_no_difference(source: bytes, macros: MacroTable) -> None:
    parsed = parse(source % (_COMMENT, _COMMENT), macros)
    whole = Parser(LANGUAGE).parse(parsed.code)
    assert list(_nodes(parsed.tree.root_node)) == list(_nodes(whole.root_node))


def _nodes(root: Node) -> Iterator[tuple[object, ...]]:
    for node in root.children:
        yield node.type, node.start_byte, node.end_byte, node.start_point, node.end_point, node.has_error
        yield from _nodes(node)
