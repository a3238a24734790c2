"""Normalisation: what every output must satisfy, and what the side tables say."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from kscan.kernel.macros import MacroTable
from kscan.parse.c import Parsed, parse
from kscan.parse.conditionals import unmatched
from kscan.parse.directives import Directives
from kscan.parse.normalise import normalise

FRAGMENTS = sorted((Path(__file__).parents[1] / "fragments/normalise").glob("*.c"))


def newlines(data: bytes) -> list[int]:
    return [offset for offset, byte in enumerate(data) if byte == 10]


def same_shape(source: bytes, code: bytes) -> bool:
    return len(source) == len(code) and newlines(source) == newlines(code)


def fragment(name: str, macros: MacroTable) -> Parsed:
    path = next(path for path in FRAGMENTS if path.stem == name)
    return parse(path.read_bytes(), macros)


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.stem)
def test_fragment_is_clean(path: Path, macros: MacroTable) -> None:
    source = path.read_bytes()
    parsed = parse(source, macros)
    assert same_shape(source, parsed.code)
    assert not parsed.tree.root_node.has_error, parsed.tree.root_node


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.stem)
def test_invariants_hold_for_damaged_text(path: Path, macros: MacroTable) -> None:
    source = path.read_bytes()
    chance = random.Random(path.stem)
    alphabet = b"{}()[];:,#\"'\\/*\n\t =&.a0\x00\xff_"
    for _ in range(150):
        damaged = bytearray(source)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(damaged))
            damaged[at : at + chance.randrange(3)] = bytes(chance.choices(alphabet, k=chance.randrange(3)))
        data = bytes(damaged[: chance.randrange(1, len(damaged) + 1)])
        assert same_shape(data, parse(data, macros).code)


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.stem)
def test_invariants_hold_for_every_prefix(path: Path, macros: MacroTable) -> None:
    source = path.read_bytes()
    for end in range(0, len(source), 3):
        assert same_shape(source[:end], normalise(source[:end], macros).code)


def test_loops_keep_their_name_in_the_source(macros: MacroTable) -> None:
    parsed = fragment("loops", macros)
    names = []
    stack = [parsed.tree.root_node]
    while stack:
        node = stack.pop()
        stack.extend(node.children)
        if node.type == "while_statement" and node.parent and node.parent.type != "do_statement":
            names.append(parsed.text[node.start_byte : node.end_byte].split("(")[0])
    assert sorted(names) == [
        "for_each_endless",
        "for_each_possible_cpu",
        "for_each_set_bit",
        "list_for_each_entry",
        "walk_all_widgets",
        "walk_quietly",
        "widget_for_each_part",
    ]


def test_calls_of_loop_like_functions_stay_calls(macros: MacroTable) -> None:
    assert fragment("loops", macros).code.count(b"bus_for_each_dev(") == 2


@pytest.mark.parametrize(
    ("name", "loop"),
    [
        ("list_for_each_entry", True),
        ("widget_for_each", True),
        ("skb_queue_walk", True),
        ("scoped_guard", False),
        ("scoped_cond_guard", False),
        ("if_changed", False),
        ("for_each_guarded", True),
        ("whatever", True),
    ],
)
def test_blocks_are_not_loops(name: str, loop: bool, macros: MacroTable) -> None:
    assert macros.is_loop(name) is loop


def test_heads_name_the_function(macros: MacroTable) -> None:
    parsed = fragment("heads", macros)
    heads = [parsed.heads[offset] for offset in sorted(parsed.heads)]
    assert [(head.macro, head.name) for head in heads] == [
        ("SYSCALL_DEFINE3", "__do_sys_widget_read"),
        ("SYSCALL_DEFINE0", "sys_widget_sync"),
        ("DEFINE_INTERRUPT_HANDLER", "widget_exception"),
        ("OUR_PROBE", "widget_probe"),
        ("PPC32_SYSCALL_DEFINE6", "__do_sys_widget_pread"),
    ]
    assert heads[0].params == (("int", "fd"), ("char __user *", "buf"), ("size_t", "count"))
    assert heads[2].params == (("struct pt_regs *", "regs"),)
    starts = [node.start_byte for node in parsed.tree.root_node.children]
    assert sorted(parsed.heads) == starts


def test_tables_name_their_type(macros: MacroTable) -> None:
    parsed = fragment("tables", macros)
    head = parsed.heads[0]
    assert (head.kind, head.type, head.name) == ("table", "struct machdep_calls", "mach_widget")
    assert parsed.tree.root_node.children[0].type == "declaration"
    assert [(use.name, use.args) for use in parsed.uses] == [
        ("SET_SYSTEM_SLEEP_PM_OPS", ("widget_suspend", "widget_resume")),
        ("SET_RUNTIME_PM_OPS", ("widget_suspend", "widget_resume", "NULL")),
    ]
    assert parsed.heads[parsed.text.index("static DEFINE_PER_CPU")].name == "widgets"


def test_file_scope_uses_are_recorded(macros: MacroTable) -> None:
    parsed = fragment("file_scope", macros)
    assert [(use.name, use.args, use.line) for use in parsed.uses] == [
        ("module_init", ("widget_init",), 3),
        ("EXPORT_SYMBOL_GPL", ("widget_init",), 4),
        ("DEFINE_MUTEX", ("widget_lock",), 5),
        ("LIST_HEAD", ("widget_list",), 6),
        ("LIST_HEAD", ("other_list",), 6),
        ("DEFINE_SHOW_ATTRIBUTE", ("widget",), 7),
        ("DECLARE_PCI_FIXUP_HEADER", ("PCI_VENDOR_ID_IBM", "0x1234", "widget_fixup"), 8),
        ("MODULE_LICENSE", ('"GPL; { ( "',), 10),
        ("OPS_A", ("1",), 16),
        ("OPS_B", ("2",), 16),
    ]
    assert b"widget_next(int a)" in parsed.code


def test_recorded_attributes(macros: MacroTable) -> None:
    parsed = fragment("attributes", macros)
    hook = parsed.text.index("int __weak widget_hook")
    assert [a for at, a in parsed.attributes.items() if hook <= at < hook + 30] == ["__weak"]
    assert "__init" in parsed.attributes.values()
    blocks = fragment("blocks", macros)
    assert "__free(kfree)" in blocks.attributes.values()
    assert b"guard(mutex)(&w->lock);" in blocks.code
    assert b"CLASS(widget_ref, ref)(w);" in blocks.code


def test_types_are_joined_in_calls_only(macros: MacroTable) -> None:
    code = fragment("type_arguments", macros).code
    assert b"int plain(struct widget *, int (*done)(struct widget *, int), unsigned int);" in code
    assert b"container_of(l, struct_widget, node)" in code
    assert b"(struct widget *)get((struct part *)w" in code
    assert b"sizeof(struct widget)" in code


def test_directives(macros: MacroTable) -> None:
    source = (
        b'#ifndef _W_H\n#define _W_H\n#include <linux/a.h>\n#include "b.h" /* why */\n'
        b"#define PAIR(a, b) \\\n\t((a) + \\\n\t (b))\n#define ONE 1 // one\n"
        b"#ifdef CONFIG_A\nint a;\n#else\nint b;\n#if defined(CONFIG_B) && !IS_ENABLED(CONFIG_C)\nint c;\n"
        b"#elif X > 3\nint d;\n#endif\n#endif\nint e;\n#endif\n"
    )
    directives = parse(source, macros).directives
    assert [include.target for include in directives.includes] == ["<linux/a.h>", '"b.h"']
    assert [(d.name, d.params, d.body, d.line) for d in directives.defines] == [
        ("_W_H", None, "", 2),
        ("PAIR", ("a", "b"), "((a) + (b))", 5),
        ("ONE", None, "1", 8),
    ]
    lines = source.decode().splitlines()
    guards = {line: directives.guards_at(n) for n, line in enumerate(lines, 1) if line.startswith("int")}
    assert guards == {
        "int a;": ("CONFIG_A",),
        "int b;": ("!CONFIG_A",),
        "int c;": ("!CONFIG_A", "CONFIG_B", "!CONFIG_C"),
        "int d;": ("!CONFIG_A", "!(CONFIG_B && !CONFIG_C)", "X > 3"),
        "int e;": (),
    }
    assert Directives().guards_at(7) == ()


def test_branches_agree_where_a_brace_is_split(macros: MacroTable) -> None:
    source = b"void f(int a)\n{\n" + (
        b"#ifndef A\n\tif (a)\n#else\n\tif (!a) {\n#endif\n\t\ta++;\n#ifdef A\n\t}\n#endif\n}\n"
    )
    code = parse(source, macros).code
    assert code.count(b"{") == code.count(b"}") == 1


def test_deep_nesting_takes_linear_time() -> None:
    assert unmatched(b"{" * 300_000 + b"}" * 300_000) == b""
    assert unmatched(b"a}b(c[d]{e") == b"}({"
