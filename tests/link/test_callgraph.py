"""The call graph of a few lines of C: each construct by itself."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kscan.config import rules_dir
from kscan.facts.extract import extract
from kscan.kernel.load import load_model
from kscan.kernel.macros import MacroTable, load_macros
from kscan.link.callgraph import CallGraph
from kscan.link.export import ops_rows
from kscan.link.program import Program
from kscan.link.queries import PathQuery
from kscan.link.view import View

DECLARED = "".join(
    f"int {n}(int x);\n" for n in ("inner", "other", "do_read", "target", "print", "v", "on", "off")
)
ENTRYPOINTS = load_model(rules_dir() / "kernel").entrypoints


@pytest.fixture(scope="module")
def macros() -> MacroTable:
    return load_macros(rules_dir() / "kernel")


def graph(
    macros: MacroTable, files: Mapping[str, str], symbols: Mapping[str, bool] | None = None
) -> CallGraph:
    facts = {path: extract(text.encode(), macros) for path, text in files.items()}
    return CallGraph(Program(facts, View("powerpc", symbols or {})), ENTRYPOINTS)


def edges(found: CallGraph, name: str) -> list[tuple[str, str, str]]:
    (func,) = found.find(name)
    return [(e.callee.name, e.kind, e.via) for e in found.callees(func)]


def test_direct_and_external(macros: MacroTable) -> None:
    found = graph(macros, {"a.c": "static int g(void) { return 0; }\nint f(void) { g(); return h(); }\n"})
    assert edges(found, "f") == [("g", "direct", ""), ("h", "direct", "")]
    (outside,) = found.find("h")
    assert outside.path == ""
    assert [e.caller.name for e in found.callers(outside)] == ["f"]


def test_weak_gives_way_to_strong(macros: MacroTable) -> None:
    files = {
        "core.c": "int __weak hook(void) { return 0; }\nint f(void) { return hook(); }\n",
        "arch/powerpc/hook.c": "int hook(void) { return 1; }\n",
        "arch/x86/hook.c": "int hook(void) { return 2; }\n",
    }
    found = graph(macros, files)
    (func,) = found.find("f")
    assert [(e.callee.path, e.kind) for e in found.callees(func)] == [("arch/powerpc/hook.c", "weak→strong")]


@pytest.mark.parametrize(
    "declared",
    [
        "int other(int x) __alias(real);",
        'int other(int x) __attribute__((alias("real")));',
        "extern __alias(real)\nint other(int x);",
    ],
)
def test_an_alias_leads_to_what_it_stands_for(macros: MacroTable, declared: str) -> None:
    files = {
        "a.c": f"int real(int x) {{ return x; }}\n{declared}\n",
        "b.c": "int f(void) { return other(1); }\n",
    }
    found = graph(macros, files)
    assert edges(found, "f") == [("real", "direct", "other")]
    assert [f.name for f in found.find("other")] == ["real"]


def test_a_weak_alias_gives_way_to_a_strong_function(macros: MacroTable) -> None:
    weak = "static int plain(void) { return 0; }\nint hook(void) __weak __alias(plain);\n"
    call = "int f(void) { return hook(); }\n"
    assert edges(graph(macros, {"a.c": weak + call}), "f") == [("plain", "direct", "hook")]
    strong = graph(macros, {"a.c": weak + call, "b.c": "int hook(void) { return 1; }\n"})
    assert edges(strong, "f") == [("hook", "weak→strong", "")]


def test_aliases_of_each_other_lead_nowhere(macros: MacroTable) -> None:
    text = "int one(void) __alias(two);\nint two(void) __alias(one);\nint f(void) { return one(); }\n"
    assert edges(graph(macros, {"a.c": text}), "f") == [("one", "direct", "")]


INLINE = "static inline int g(void) { return 1; }\n"


@pytest.mark.parametrize(
    ("include", "path"),
    [
        ('#include "one.h"', "drivers/x/one.h"),
        ("#include <y/one.h>", "drivers/y/one.h"),
        ('#include "../y/one.h"', "drivers/y/one.h"),
        ('#include "all.h"', "drivers/y/one.h"),
        ("", "drivers/x/one.h"),
        ("", "include/linux/one.h"),
        ("", ""),
    ],
    ids=["beside", "by its name", "by its path", "through another", "beside, not included", "shared", "none"],
)
def test_of_two_headers_the_one_in_sight_is_taken(macros: MacroTable, include: str, path: str) -> None:
    files = {
        "boot/one.h": INLINE,
        "drivers/x/a.c": f"{include}\nint f(void) {{ return g(); }}\n",
        "drivers/x/all.h": '#include "../y/one.h"\n',
        **({path: INLINE} if path else {}),
    }
    found = graph(macros, files)
    (func,) = found.find("f")
    assert [(e.callee.path, e.among) for e in found.callees(func)] == [(path, 1)]


def test_of_headers_of_one_name_the_nearest_is_included(macros: MacroTable) -> None:
    files = {
        f"drivers/{driver}/inc/one.h": f"static inline int g(void) {{ return {value}; }}\n"
        for value, driver in enumerate("xy")
    }
    files["drivers/y/core/a.c"] = '#include "one.h"\nint f(void) { return g(); }\n'
    found = graph(macros, files)
    (func,) = found.find("f")
    assert [(e.callee.path, e.among) for e in found.callees(func)] == [("drivers/y/inc/one.h", 1)]


def test_a_header_that_its_user_does_not_include_is_a_guess(macros: MacroTable) -> None:
    user = "static inline int f(void) { return g(); }\n"
    found = graph(macros, {"x/user.h": user, "y/a.h": INLINE})
    (func,) = found.find("f")
    assert [(e.callee.path, e.among) for e in found.callees(func)] == [("y/a.h", 2)]


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [({"CONFIG_A": True}, ["on"]), ({"CONFIG_A": False}, ["off"]), ({}, ["on", "off"])],
    ids=["set", "not set", "unknown"],
)
def test_branches_of_a_body_under_a_view(
    macros: MacroTable, symbols: dict[str, bool], expected: list[str]
) -> None:
    text = f"""{DECLARED}
void f(int x)
{{
#ifdef CONFIG_A
	if (x)
		on(x);
#else
	off(x);
#endif
}}
"""
    assert [name for name, _kind, _via in edges(graph(macros, {"a.c": text}, symbols), "f")] == expected


def test_a_callback_that_the_view_leaves_out_is_not_handed_over(macros: MacroTable) -> None:
    text = """static void done(int x) { }
void f(void)
{
#ifdef CONFIG_A
	later(done);
#endif
	after();
}
"""
    assert edges(graph(macros, {"a.c": text}, {"CONFIG_A": False}), "f") == [("after", "direct", "")]


def test_ops_callback_and_notifier(macros: MacroTable) -> None:
    text = """
struct ops { int (*open)(int); };
struct notifier_block { int (*notifier_call)(struct notifier_block *); };
static int my_open(int x) { return x; }
static int my_event(struct notifier_block *nb) { return 0; }
static const struct ops table = { .open = my_open };
static struct notifier_block block = { .notifier_call = my_event };
int use(const struct ops *o, struct notifier_block *nb) { o->open(1); return nb->notifier_call(nb); }
int hand(void) { return each(my_open); }
"""
    found = graph(macros, {"a.c": text})
    assert edges(found, "use") == [
        ("my_event", "notifier", "struct notifier_block.notifier_call"),
        ("my_open", "ops", "struct ops.open"),
    ]
    assert edges(found, "hand") == [("each", "direct", ""), ("my_open", "callback", "each")]


def test_entries(macros: MacroTable) -> None:
    text = "static int start(void) { return 0; }\nmodule_init(start);\n"
    found = graph(macros, {"a.c": text})
    (func,) = found.find("start")
    assert [(e.kind, e.line, e.via) for e in found.entries(func)] == [("initcall", 2, "module_init")]


@pytest.mark.parametrize(
    ("defines", "call", "callees"),
    [
        pytest.param("#define m(x) inner(x)", "m(1)", ["inner"], id="simple"),
        pytest.param("#define m(x) n(x)\n#define n(x) inner(x)", "m(1)", ["inner"], id="nested"),
        pytest.param("#define m(x) m(x)", "m(1)", ["m"], id="names itself"),
        pytest.param("#define m m", "m(1)", ["m"], id="alias of itself"),
        pytest.param("#define m other", "m(1)", ["other"], id="alias"),
        pytest.param("#define m(x) n(x)\n#define n(x) m(x)", "m(1)", [], id="circle ends"),
        pytest.param("#define m(op) do_##op(1)", "m(read)", ["do_read"], id="joined"),
        pytest.param("#define m(fn) fn(1)", "m(target)", ["target"], id="calls its parameter"),
        pytest.param("#define m(x) do { } while (0)", "m(1)", [], id="empty"),
        pytest.param("#define m(x) sizeof(g(x))", "m(1)", [], id="not evaluated"),
        pytest.param('#define m(x) print("no (call) here f(x)")', "m(1)", ["print"], id="strings"),
        pytest.param("#define m(o) o->open(1)", "m(o)", [], id="member"),
        pytest.param("#define id(x) x\n#define m(x) id(id(inner(x)))", "m(1)", ["inner"], id="within itself"),
        pytest.param("#define drop(x) 0\n#define m(x) drop(inner(x))", "m(1)", [], id="dropped"),
        pytest.param("#define m(x, ...) v(x, ##__VA_ARGS__)", "m(1, 2)", ["v"], id="variadic"),
        pytest.param(
            "#ifdef CONFIG_ON\n#define m() on()\n#else\n#define m() off()\n#endif", "m()", ["on"], id="#if"
        ),
    ],
)
def test_macros(macros: MacroTable, defines: str, call: str, callees: list[str]) -> None:
    text = f"{DECLARED}{defines}\nint f(struct x *o) {{ {call}; return 0; }}\n"
    found = graph(macros, {"a.c": text}, {"CONFIG_ON": True})
    assert [name for name, _kind, _via in edges(found, "f")] == callees


def test_a_macro_of_another_file_is_not_seen(macros: MacroTable) -> None:
    files = {"drivers/a/a.c": "int f(void) { return m(1); }\n", "drivers/b/b.h": "#define m(x) inner(x)\n"}
    assert edges(graph(macros, files), "f") == [("m", "direct", "")]


def test_what_a_macro_joins_to_a_name_is_no_call(macros: MacroTable) -> None:
    text = """
void do_wr(int reg, int value);
#define CHIP_TX(n) (0x100 + (n) * 4)
#define wr(reg, value) do_wr(CHIP_##reg, (value))
void f(int i) { wr(TX(index(i)), content(i)); }
void g(int i) { TX(i); }
"""
    found = graph(macros, {"a.c": text})
    assert {name for name, _kind, _via in edges(found, "f")} == {"index", "content", "do_wr"}
    assert edges(found, "g") == [("TX", "direct", "")]


def test_generated_functions(macros: MacroTable) -> None:
    text = """
#define ACCESSOR(name, call) \\
static int name##_show(void) { return call(1); } \\
static struct attr name##_attr = { .show = name##_show }
ACCESSOR(vendor, read_vendor);
"""
    found = graph(macros, {"a.c": text})
    (made,) = found.generated("a.c")
    assert (made.name, made.fact.line, made.fact.generated) == ("vendor_show", 5, "ACCESSOR")
    assert [e.callee.name for e in found.callees(made)] == ["read_vendor"]


def test_generated_tables(macros: MacroTable) -> None:
    text = """
struct attr { int mode; int (*show)(void); };
#define INIT(_name) { .mode = 4, .show = _name##_show }
#define ATTR(_name) struct attr _name##_attr = INIT(_name)
static int vendor_show(void) { return 0; }
static ATTR(vendor);
int use(struct attr *a) { return a->show(); }
"""
    found = graph(macros, {"a.c": text})
    assert edges(found, "use") == [("vendor_show", "ops", "struct attr.show")]
    assert ops_rows(found, {"a.c"}) == [("struct attr", "vendor_attr", "show", "vendor_show")]


CHAIN = """
int d(void) { return 0; }
int c(void) { return d(); }
int b(void) { return d(); }
int a(void) { b(); return c(); }
int loop(void) { return loop(); }
"""


def names(found: CallGraph, **options: object) -> list[list[str]]:
    (start,), goals = found.find("a"), found.find("d")
    query = PathQuery((start,), goals, **options)  # type: ignore[arg-type]
    return [[e.callee.name for e in path] for path in found.paths(query)]


def test_paths(macros: MacroTable) -> None:
    found = graph(macros, {"a.c": CHAIN})
    (b,), (c,) = found.find("b"), found.find("c")
    assert sorted(names(found)) == [["b", "d"], ["c", "d"]]
    assert len(names(found, most=1)) == 1
    assert names(found, avoid=frozenset({b})) == [["c", "d"]]
    assert names(found, through=((c,),)) == [["c", "d"]]
    assert names(found, depth=1) == []
    assert names(found, kinds=frozenset({"ops"})) == []


def test_names(macros: MacroTable) -> None:
    found = graph(
        macros, {"x/a.c": "static int f(void) { return 0; }\n", "y/a.c": "static int f(void) { return 1; }\n"}
    )
    assert len(found.find("f")) == 2
    assert [f.path for f in found.find("y/a.c:f")] == ["y/a.c"]
    assert found.find("nothing") == ()
    assert graph(macros, {"a.c": CHAIN}).near("lopp") == ("loop",)


TYPES = """
struct ops { int (*open)(int); int (*stop)(int); };
struct dev { const struct ops *ops; struct dev *parent; };
static int my_open(int x) { return x; }
static const struct ops table = { .open = my_open };
"""


@pytest.mark.parametrize(
    ("defines", "code"),
    [
        pytest.param("#define call(d, op) (d)->ops->op(1)", "call(dev, open);", id="member of a parameter"),
        pytest.param("#define call(d) (d)->parent->ops->open(1)", "call(dev);", id="two members on"),
        pytest.param("#define call(d) (*(d)->ops->open)(1)", "call(dev->parent);", id="dereferenced"),
        pytest.param("#define call(p) ((struct dev *)(p))->ops->open(1)", "call(data);", id="cast"),
        pytest.param(
            "#define to_dev(o) container_of(o, struct dev, ops)\n#define call(o) to_dev(o)->ops->open(1)",
            "call(data);",
            id="macro that finds the container",
        ),
        pytest.param("#define call(o, ...) (o)->open(__VA_ARGS__)", "call(dev->ops, 1);", id="variadic"),
        pytest.param(
            "#define to_dev(o) container_of(o, struct dev, ops)",
            "to_dev(data)->ops->open(1);",
            id="container as a macro's value",
        ),
    ],
)
def test_indirect_calls_that_macros_hide(macros: MacroTable, defines: str, code: str) -> None:
    text = f"{TYPES}{defines}\nint f(struct dev *dev, void *data) {{ {code} return 0; }}\n"
    assert ("my_open", "ops", "struct ops.open") in edges(graph(macros, {"a.c": text}), "f")


@pytest.mark.parametrize(
    ("defines", "initialiser"),
    [
        pytest.param("#define ENTRY(f) { .open = f }", "ENTRY(my_fn)", id="list"),
        pytest.param("#define ENTRY(f) { f, NULL }", "ENTRY(my_fn)", id="positional"),
        pytest.param("#define ENTRY(n) { .open = n##_fn }", "ENTRY(my)", id="joined"),
        pytest.param("#define use_it(f) ((f))", "{ .open = use_it(my_fn) }", id="member"),
        pytest.param(
            "#define use_if(c, f) ((c) ? (f) : NULL)\n#define use_it(f) use_if(1, f)",
            "{ .open = use_it(my_fn) }",
            id="member under a condition",
        ),
        pytest.param("#define OPEN(f) .open = f", "{ OPEN(my_fn), .stop = NULL }", id="entries"),
        pytest.param("#define OPS(f) (struct ops){ .open = f }", "OPS(my_fn)", id="compound literal"),
    ],
)
def test_macros_in_initialisers(macros: MacroTable, defines: str, initialiser: str) -> None:
    text = f"""
struct ops {{ int (*open)(int); int (*stop)(int); }};
{defines}
static int my_fn(int x) {{ return x; }}
static const struct ops table = {initialiser};
int f(const struct ops *ops) {{ return ops->open(1); }}
"""
    found = graph(macros, {"a.c": text})
    assert edges(found, "f") == [("my_fn", "ops", "struct ops.open")]


def test_a_macro_that_names_nothing_binds_nothing(macros: MacroTable) -> None:
    text = """
struct ops { int (*open)(int); };
#define NOT_USED(f) NULL
static int my_fn(int x) { return x; }
static const struct ops table = { .open = NOT_USED(my_fn) };
int f(const struct ops *ops) { return ops->open(1); }
"""
    assert edges(graph(macros, {"a.c": text}), "f") == []


def test_rows_of_tables_and_stores_name_what_holds_the_field(macros: MacroTable) -> None:
    text = """
struct ops { int (*open)(int); };
struct dev { struct ops ops; };
static int my_fn(int x) { return x; }
static const struct ops my_open = { .open = my_fn };
struct ops machine;
void set(struct dev *dev) { machine.open = my_fn; dev->ops.open = my_fn; }
"""
    rows = ops_rows(graph(macros, {"a.c": text}), {"a.c"})
    assert [row[1] for row in rows] == ["dev->ops", "machine", "my_open"]


def test_a_value_that_is_a_call(macros: MacroTable) -> None:
    text = """
struct task { int flags; };
struct task *get_it(void);
#define it get_it()
#define LIMIT 3
int f(void) { return it->flags + LIMIT; }
"""
    assert edges(graph(macros, {"a.c": text}), "f") == [("get_it", "macro", "it")]


def test_a_head_that_wraps(macros: MacroTable) -> None:
    text = """
int enter(int); int leave(int);
#define DEFINE_TRAP(f) int f(int x) { enter(x); return leave(____##f(x)); } static int ____##f(int x)
DEFINE_TRAP(fault)
{
	return work(x);
}
"""
    found = graph(macros, {"a.c": text})
    assert {name for name, _kind, _via in edges(found, "fault")} == {"enter", "leave", "work"}


def test_a_cast_is_no_call(macros: MacroTable) -> None:
    text = "typedef int my_id;\nint f(long x) { return (u8)(x) + (my_id)(x) + g(x); }\n"
    assert edges(graph(macros, {"a.c": text}), "f") == [("g", "direct", "")]


def test_what_is_not_built_is_not_called(macros: MacroTable) -> None:
    texts = {
        "ops.h": "struct ops { int (*open)(int); };\n",
        "core.c": "int f(struct ops *o) { return o->open(1); }\n",
        "on.c": "static int on(int x) { return x; }\nstatic struct ops a = { .open = on };\n",
        "off.c": "static int off(int x) { return x; }\nstatic struct ops b = { .open = off };\n"
        "int g(struct ops *o) { return o->open(1); }\n",
    }
    facts = {path: extract(text.encode(), macros) for path, text in texts.items()}
    found = CallGraph(Program(facts, View("powerpc"), leaves_out=lambda path: path == "off.c"))
    assert [name for name, _kind, _via in edges(found, "f")] == ["on"]
    assert {name for name, _kind, _via in edges(found, "g")} == {"on", "off"}


def test_a_parameter_that_is_stored_is_what_is_handed_over(macros: MacroTable) -> None:
    text = """
struct op { void (*done)(int); void (*other)(int); };
static void told(int x) { }
static void meant(int x) { }
void complete(int x) { }
static void setup(struct op *op, void (*complete)(int), void (*other)(int))
{
	op->done = complete;
	op->other = other;
}
void start(struct op *op) { setup(op, told, meant); setup(op, 0, meant); }
void run(struct op *op) { op->done(1); }
"""
    assert edges(graph(macros, {"a.c": text}), "run") == [("told", "ops", "struct op.done")]
