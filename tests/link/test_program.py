"""The linked program: which function a name means, who calls whom, and through what."""

from __future__ import annotations

import pytest

from kscan.facts.model import FileFacts
from kscan.link.program import Program
from tests.linked import edges, facts_of, func, link

OPS = "struct ops { int (*open)(void *p); void (*close)(void *p); };\n"


def resolved(program: Program, name: str, path: str) -> list[str]:
    return [str(f) for f in program.resolve(name, path)]


def callees(program: Program, name: str) -> list[tuple[str, str, str, int, str]]:
    return edges(program.callees(func(program, name)))


def callers(program: Program, name: str, path: str = "") -> list[tuple[str, str, str, int, str]]:
    return edges(program.callers(func(program, name, path)))


# -- names ----------------------------------------------------------------------------------------

WEAK = "int __weak hook(void) { return 0; }\n"
STRONG = "int hook(void) { return 1; }\n"
STATIC = "static int hook(void) { return 2; }\n"
INLINE = "static inline int hook(void) { return 3; }\n"


@pytest.mark.parametrize(
    ("files", "path", "expected"),
    [
        ({"a.c": WEAK, "b.c": STRONG}, "a.c", ["b.c:hook"]),
        ({"a.c": WEAK, "b.c": STRONG}, "c.c", ["b.c:hook"]),
        ({"a.c": WEAK}, "a.c", ["a.c:hook"]),
        ({"a.c": WEAK}, "b.c", ["a.c:hook"]),
        ({"a.c": STATIC, "b.c": STRONG}, "a.c", ["a.c:hook"]),
        ({"a.c": STATIC, "b.c": STRONG}, "c.c", ["b.c:hook"]),
        ({"a.c": STATIC, "b.c": STATIC}, "b.c", ["b.c:hook"]),
        ({"a.c": STATIC}, "b.c", []),
        ({"a.h": INLINE}, "b.c", ["a.h:hook"]),
        ({"a.h": INLINE, "b.c": STRONG}, "c.c", ["b.c:hook"]),
        ({"a.h": INLINE, "b.c": WEAK}, "c.c", ["a.h:hook"]),
        ({"arch/x86/a.c": STRONG, "b.c": WEAK}, "b.c", ["b.c:hook"]),
        ({"arch/powerpc/a.c": STRONG, "b.c": WEAK}, "b.c", ["arch/powerpc/a.c:hook"]),
        ({"a.c": STRONG, "b.c": STRONG}, "c.c", ["a.c:hook", "b.c:hook"]),
        ({}, "a.c", []),
    ],
    ids=["weak in the caller's file", "weak elsewhere", "weak alone", "weak alone, elsewhere", "static here",
         "static there", "statics of two files", "static elsewhere", "inline of a header",
         "body over inline", "inline over weak", "other architecture", "own architecture",
         "two platforms", "unknown"],
)  # fmt: skip
def test_resolve(files: dict[str, str], path: str, expected: list[str]) -> None:
    assert resolved(link(files), "hook", path) == expected


def test_calling_the_weak_function_of_the_same_file_calls_the_strong_one() -> None:
    program = link({"a.c": WEAK + "int top(void) { return hook(); }\n", "b.c": STRONG})
    assert callees(program, "top") == [("a.c:top", "b.c:hook", "weak→strong", 2, "")]
    assert program.is_override(func(program, "hook", "b.c"))
    assert not program.is_override(func(program, "hook", "a.c"))
    assert callers(program, "hook", "b.c") == [("a.c:top", "b.c:hook", "weak→strong", 2, "")]
    assert callers(program, "hook", "a.c") == []


@pytest.mark.parametrize(
    ("symbol", "line"),
    [("CONFIG_ON", 2), ("CONFIG_OFF", 4), ("CONFIG_OTHER", 2)],
    ids=["set", "not set", "unknown: not the stub"],
)
def test_stubs_under_a_view(symbol: str, line: int) -> None:
    header = (
        f"#ifdef {symbol}\nstatic inline int hook(void) {{ return work(); }}\n#else\n"
        "static inline int hook(void) { return 0; }\n#endif\n"
    )
    assert [f.fact.line for f in link({"a.h": header}).resolve("hook", "b.c")] == [line]


def test_a_function_of_another_configuration_is_no_target() -> None:
    program = link({"a.c": f"#ifdef CONFIG_OFF\n{STRONG}#endif\n", "b.c": WEAK})
    assert resolved(program, "hook", "b.c") == ["b.c:hook"]


def test_names_come_from_outside_when_demanded() -> None:
    asked = []

    def outside(kind: str, name: str) -> dict[str, FileFacts]:
        asked.append((kind, name))
        return {"a.h": facts_of(INLINE)} if name == "hook" else {}

    program = link("int top(void) { return hook(); }\n", outside)
    assert program.demand("hook")
    assert not program.demand("unknown")
    assert not program.demand("unknown")
    assert resolved(program, "hook", "a.c") == ["a.h:hook"]
    assert asked == [("function", "hook"), ("function", "unknown")]


def test_what_is_linked_later_counts() -> None:
    program = link({"a.c": WEAK})
    assert resolved(program, "hook", "a.c") == ["a.c:hook"]
    program.add({"b.c": facts_of(STRONG), "arch/x86/c.c": facts_of(STRONG)})
    assert resolved(program, "hook", "a.c") == ["b.c:hook"]


# -- calls ----------------------------------------------------------------------------------------


def test_direct_calls() -> None:
    program = link("void low(void) { }\nvoid top(void)\n{\n\tlow();\n\tunknown();\n\tlow();\n}\n")
    expected = [("a.c:top", "a.c:low", "direct", 4, ""), ("a.c:top", "a.c:low", "direct", 6, "")]
    assert callees(program, "top") == expected
    assert callers(program, "low") == expected


def test_a_static_is_called_from_its_own_file_only() -> None:
    program = link(
        {"a.c": STATIC + "int a(void) { return hook(); }", "b.c": "int b(void) { return hook(); }"}
    )
    assert callers(program, "hook") == [("a.c:a", "a.c:hook", "direct", 2, "")]


def test_calls_through_macros() -> None:
    program = link(
        {
            "a.h": "#define outer(x) inner(x)\n#define inner(x) low(x)\n",
            "b.c": "void low(int x) { }\nvoid top(void) { outer(1); }\n",
        }
    )
    assert callees(program, "top") == [("b.c:top", "b.c:low", "macro", 2, "outer")]


def test_a_macro_that_is_linked_later_counts() -> None:
    program = link(
        {"a.h": "#define outer(x) inner(x)\n", "b.c": "void low(int x) { }\nvoid top(void) { outer(1); }\n"}
    )
    assert callees(program, "top") == []
    program.add({"c.h": facts_of("#define inner(x) low(x)\n")})
    assert callees(program, "top") == [("b.c:top", "b.c:low", "macro", 2, "outer")]


def test_a_macro_of_a_file_is_nothing_to_another() -> None:
    own = "#define inner(x) two(x)\nvoid low(int x) { outer(1); }\n"
    program = link(
        {
            "a.h": "#define outer(x) inner(x)\n#define inner(x) one(x)\nvoid one(int x);\nvoid two(int x);\n",
            "b.c": "void one(int x) { }\nvoid two(int x) { }\nvoid top(void) { outer(1); }\n",
            "c.c": own,
        }
    )
    assert [e[1] for e in callees(program, "top")] == ["b.c:one"]
    assert [e[1] for e in callees(program, "low")] == ["b.c:two"]
    assert [e[1] for e in callees(program, "top")] == ["b.c:one"]


def test_a_macro_of_the_same_file_goes_first() -> None:
    program = link(
        {
            "a.h": "#define use(x) one(x)\n",
            "b.c": "#define use(x) two(x)\nvoid one(int x) { }\nvoid two(int x) { }\n"
            "void top(void) { use(1); }\n",
        }
    )
    assert [e[1] for e in callees(program, "top")] == ["b.c:two"]


@pytest.mark.parametrize(
    "binding",
    [
        "static const struct ops table = { .open = my_open };\n",
        "static const struct ops table = { my_open };\n",
        "static const struct ops tables[] = { { .open = my_open }, { } };\n",
        "static struct holder h = { .ops = { .open = my_open } };\n",
        "void setup(struct ops *o) { o->open = my_open; }\n",
        "void setup(struct holder *h) { h->ops.open = &my_open; }\n",
        "void setup(struct ops *o) { *o = (struct ops){ .open = my_open }; }\n",
        "struct ops table; void setup(void) { table.open = my_open; }\n",
    ],
    ids=["initialiser", "positional initialiser", "array", "nested", "store", "address stored",
         "compound literal", "variable"],
)  # fmt: skip
def test_calls_through_ops(binding: str) -> None:
    code = (
        "struct holder { int n; struct ops ops; };\n"
        "static int my_open(void *p) { return 0; }\n" + binding + "int top(struct holder *h)\n"
        "{\n\tstruct ops *o = &h->ops;\n\n\treturn o->open(h);\n}\n"
    )
    program = link({"a.h": OPS, "b.c": code})
    expected = [("b.c:top", "b.c:my_open", "ops", 8, "struct ops.open")]
    assert callees(program, "top") == expected
    assert callers(program, "my_open") == expected
    assert program.places(func(program, "my_open")) == (("struct ops", "open"),)


def test_ops_that_are_copied_as_a_struct_are_of_the_same_field() -> None:
    code = (
        "struct holder { struct ops ops; };\nstatic int my_open(void *p) { return 0; }\n"
        "static const struct ops table = { .open = my_open };\n"
        "void setup(struct holder *h) { h->ops = table; }\n"
        "int top(struct holder *h) { return h->ops.open(h); }\n"
    )
    program = link({"a.h": OPS, "b.c": code})
    assert [e[1:3] for e in callees(program, "top")] == [("b.c:my_open", "ops")]


def test_fields_of_one_name_are_told_apart_by_their_struct() -> None:
    code = (
        "struct other { int (*open)(void *p); };\n"
        "static int mine(void *p) { return 0; }\nstatic int theirs(void *p) { return 0; }\n"
        "static struct ops a = { .open = mine };\nstatic struct other b = { .open = theirs };\n"
        "int top(struct ops *o) { return o->open(o); }\n"
    )
    program = link({"a.h": OPS, "b.c": code})
    assert [e[1] for e in callees(program, "top")] == ["b.c:mine"]
    (found,) = program.implementations("struct other", "open")
    assert (str(found[0]), found[1], found[2].how) == ("b.c:theirs", "b.c", "initializer")


def test_a_field_whose_type_is_unknown_leads_nowhere() -> None:
    program = link(
        "static int mine(void *p) { return 0; }\nstatic struct ops a = { .open = mine };\n"
        "int top(struct ops *o) { return o->open(o); }\n"
    )
    assert callees(program, "top") == []


def test_callbacks() -> None:
    code = (
        "static int work(void *p) { return 0; }\n"
        "int for_each(void *p, int (*fn)(void *)) { return fn(p); }\n"
        "int top(void *p) { return for_each(p, work); }\n"
    )
    program = link(code)
    assert callees(program, "for_each") == [("a.c:for_each", "a.c:work", "callback", 2, "fn")]
    assert ("a.c:top", "a.c:work", "callback", 3, "for_each") in callees(program, "top")
    assert ("a.c:top", "a.c:work", "callback", 3, "for_each") in callers(program, "work")


def test_function_in_a_local_variable() -> None:
    code = (
        "static int one(void) { return 0; }\nstatic int two(void) { return 0; }\n"
        "int top(int a)\n{\n\tint (*fn)(void) = one;\n\n\tif (a)\n\t\tfn = two;\n\treturn fn();\n}\n"
    )
    assert [e[1:3] for e in callees(link(code), "top")] == [("a.c:one", "callback"), ("a.c:two", "callback")]


def test_callers_by_name_is_a_superset_that_needs_no_types() -> None:
    code = (
        "static int mine(void *p) { return 0; }\nstatic struct ops a = { .open = mine };\n"
        "struct x *x; int top(void) { return x->open(x); }\nint direct(void) { return mine(0); }\n"
        "int hand(void) { return give(mine); }\n"
    )
    program = link({"a.h": OPS, "b.c": code})
    assert set(program.callers_by_name("mine")) == {"top", "direct", "hand"}


def test_calling_and_storing() -> None:
    program = link(
        "void one(struct s *p) { low(p); low(p); p->f = 1; }\nvoid two(struct s *p) { p->g.f = 2; }\n"
        "void three(struct s *p) { low(p); p->h = p->f; }\n"
    )
    assert [f.name for f in program.calling("low")] == ["one", "three"]
    assert {f.name for f in program.storing("f")} == {"one", "two"}


# -- hooks ----------------------------------------------------------------------------------------


CALLS_HOOK = "int top(void) { return hook(); }\n"


def asked_for(files: dict[str, str], *hooks: str) -> set[tuple[str, str]]:
    """What linking hooks asks of the outside, which has nothing."""
    asked = set()

    def outside(kind: str, name: str) -> dict[str, FileFacts]:
        asked.add((kind, name))
        return {}

    link(files, outside).link_hooks(hooks)
    return asked


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"arch/powerpc/a.c": STRONG}, {("callers", "hook")}),
        ({"a.c": CALLS_HOOK}, {("function", "hook")}),
        ({"arch/powerpc/a.c": STRONG, "b.c": CALLS_HOOK}, set()),
        ({"a.c": "int other(void) { return 0; }\n"}, set()),
    ],
    ids=["no caller", "no override", "both", "neither"],
)
def test_the_other_side_of_a_hook_is_asked_for(files: dict[str, str], expected: set[tuple[str, str]]) -> None:
    assert asked_for(files, "hook") == expected


@pytest.mark.parametrize(
    ("home", "expected"),
    [("arch/powerpc/include/a.h", {("holders", "open")}), ("include/a.h", set())],
)
def test_implementations_of_an_architectures_ops_are_asked_for(
    home: str, expected: set[tuple[str, str]]
) -> None:
    files = {home: OPS, "b.c": "int top(struct ops *o) { return o->open(o); }\n"}
    assert asked_for(files, "struct ops.open", "struct ops.close") == expected


def test_the_struct_of_a_hook_is_looked_for() -> None:
    """One that no scanned file defines: whether it is an architecture's is known from its header."""
    files = {
        ("struct", "struct ops"): ("arch/powerpc/include/a.h", OPS),
        ("holders", "open"): ("arch/powerpc/ops.c", "struct ops mine = { .open = open_it };\n"),
        ("function", "open_it"): ("arch/powerpc/open.c", "int open_it(struct ops *o) { return 0; }\n"),
    }

    def outside(kind: str, name: str) -> dict[str, FileFacts]:
        path, text = files.get((kind, name), ("", ""))
        return {path: facts_of(text)} if path else {}

    program = link("int top(struct ops *o) { return o->open(o); }\n", outside)
    program.link_hooks(["struct ops.open"])
    assert callees(program, "top") == [
        ("a.c:top", "arch/powerpc/open.c:open_it", "ops", 1, "struct ops.open")
    ]


def test_what_leads_to_a_name() -> None:
    program = link(
        "void a(void) { b(); }\nvoid b(void) { target(); }\nvoid other(void) { }\nvoid d(void) { e(a); }\n"
    )
    assert program.leading_to({"target"}) == {"target", "a", "b", "d"}


def test_callers_are_loaded_on_demand() -> None:
    def outside(kind: str, name: str) -> dict[str, FileFacts]:
        return {"b.c": facts_of(CALLS_HOOK)} if (kind, name) == ("callers", "hook") else {}

    program = link({"a.c": STRONG}, outside)
    assert callers(program, "hook") == []
    program.demand_callers(func(program, "hook"))
    assert callers(program, "hook") == [("b.c:top", "a.c:hook", "direct", 1, "")]


def test_roots_are_what_is_loaded_before_the_rules() -> None:
    program = link({"a.c": STRONG})
    program.add({"b.c": facts_of(CALLS_HOOK)})
    program.seal()
    program.add({"c.c": facts_of(CALLS_HOOK)})
    assert program.scope == {"a.c"}
    assert program.roots == frozenset(("a.c", "b.c"))


def test_the_names_that_roots_call() -> None:
    program = link({"a.c": STRONG})
    assert set(program.called) == set()
    program.add({"b.c": facts_of(CALLS_HOOK)})
    assert set(program.called) == {"hook"}  # of all, as long as nobody has said which are the roots
    program.seal()
    program.add({"c.c": facts_of(CALLS_HOOK.replace("hook", "other"))})
    assert set(program.called) == {"hook"}
    assert [f.path for f in program.calling("other")] == ["c.c"]


def test_an_analysis_is_made_once() -> None:
    class Analysis:
        def __init__(self, program: Program, word: str) -> None:
            self.program, self.word = program, word

    program = link("")
    first = program.shared(Analysis, "a")
    assert (first.program, first.word) == (program, "a")
    assert program.shared(Analysis, "a") is first
