"""A local that hides another variable is another variable; sections of functions."""

from __future__ import annotations

import pytest

from kscan.facts.extract import extract
from kscan.facts.model import Assign, Body, Call, FileFacts, Function, ScopeEnd, as_written
from tests.linked import macros


def facts(source: str) -> FileFacts:
    return extract(source.encode(), macros())


def function(source: str) -> Function:
    return facts(source).functions[0]


def stored(body: Body) -> list[tuple[str, str]]:
    return [(e.target, e.value) for b in body.blocks for e in b.events if isinstance(e, Assign)]


def returned(body: Body) -> list[str]:
    return [b.left for b in body.blocks if b.kind == "return"]


def test_an_inner_local_does_not_change_the_outer_one() -> None:
    body = function(
        "int f(struct s *p)\n{\n\tint ret = 0;\n\tif (p) {\n\t\tint ret = 5;\n\n\t\tif (ret < 0)\n"
        "\t\t\tg(p->ret, &ret);\n\t}\n\treturn ret;\n}\n"
    ).body
    assert stored(body) == [("ret", "0"), ("ret__in1", "5")]
    assert [e.args for b in body.blocks for e in b.events if isinstance(e, Call)] == [("p->ret", "&ret__in1")]
    assert [b.left for b in body.blocks if b.kind == "branch"] == ["p", "ret__in1"]
    assert returned(body) == ["ret"]
    assert [local.name for local in body.locals] == ["ret", "ret__in1"]


def test_a_parameter_is_hidden_and_its_type_comes_back() -> None:
    made = function("void f(struct a *p)\n{\n\t{\n\t\tstruct b *p = q();\n\t\tp->x();\n\t}\n\tp->y();\n}\n")
    assert [(c.root, c.path) for c in made.calls if c.path] == [
        ("struct b *", ("x",)),
        ("struct a *", ("y",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{ int i = 1; g(i); } { int i = 2; g(i); }",
        "\n#ifdef A\nint i = 1;\n#else\nint i = 2;\n#endif\ng(i);",
        "int i; for (i = 0; i < 3; i++) { int j = i; g(j); }",
    ],
)
def test_what_hides_nothing_keeps_its_name(text: str) -> None:
    assert not any("__in" in v.name for v in function(f"void f(void)\n{{\n{text}\n}}\n").body.locals)


def test_blocks_within_blocks() -> None:
    body = function("int f(int i)\n{\n{ int i = 1;\n{ int i = 2;\ng(i); }\nh(i); }\nreturn i; }\n").body
    assert [e.args for b in body.blocks for e in b.events if isinstance(e, Call)] == [
        ("i__in2",),
        ("i__in1",),
    ]
    assert returned(body) == ["i"]


def test_a_loop_declares_its_own() -> None:
    body = function("int f(int i)\n{\n\tfor (int i = 0; i < 3; i++)\n\t\tg(i);\n\treturn i;\n}\n").body
    assert ("i__in1", "0") in stored(body)
    assert returned(body) == ["i"]


def test_the_end_of_a_scope() -> None:
    body = function(
        "int f(void)\n{\n\tchar *p __free(kfree) = g();\n\tif (p) {\n\t\tchar *p __free(kfree) = h();\n\n"
        "\t\tif (p)\n\t\t\treturn 1;\n\t}\n\treturn 0;\n}\n"
    ).body
    ends = {e.line: e.names for b in body.blocks for e in b.events if isinstance(e, ScopeEnd)}
    assert ends == {8: ("p__in1", "p"), 9: ("p__in1",), 10: ("p",)}


def test_what_a_reader_sees() -> None:
    assert (
        as_written("ret__in1 is lost, ret is not; x__inner stays")
        == "ret is lost, ret is not; x__inner stays"
    )


@pytest.mark.parametrize(
    ("head", "section"),
    [
        ("static int __init f(void)", "init"),
        ("static void __exit f(void)", "exit"),
        ("int f(void)", ""),
        ("static int __meminit f(void)", ""),
        ("__init static int f(void)", "init"),
    ],
)
def test_sections(head: str, section: str) -> None:
    assert function(f"{head}\n{{\n\tg();\n}}\n").section == section
