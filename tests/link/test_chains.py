"""Notifier chains: who stands on which, and what is called for which events."""

from __future__ import annotations

import pytest

from kscan.config import rules_dir
from kscan.facts.extract import extract
from kscan.kernel.load import load_model
from kscan.link.callgraph import CallGraph
from kscan.link.edges import NOTIFIER, Edge
from kscan.link.kept import KeptGraph, keep
from kscan.link.program import Program
from kscan.link.queries import PathQuery
from kscan.link.view import View
from tests.linked import SYMBOLS, macros

HEAD = """
struct notifier_block { int (*notifier_call)(struct notifier_block *nb, unsigned long event, void *data); };
struct shared { struct blocking_notifier_head list; };
struct bus { struct shared *p; };
struct owner { struct notifier_block nb; };
struct shared *shared_of(struct bus *bus);
static BLOCKING_NOTIFIER_HEAD(first);
static int seen(struct notifier_block *nb, unsigned long event, void *data)
{
	switch (event & ~MASK) {
	case MY_ON:
	case MY_OFF:
		return 1;
	default:
		break;
	}
	if (event == MY_LAST)
		return 2;
	return 0;
}
static int any(struct notifier_block *nb, unsigned long event, void *data) { return 0; }
static struct notifier_block block = { .notifier_call = seen };
static struct notifier_block off = { .notifier_call = any };
"""
CALL = "void h(struct bus *bus, unsigned long e) { blocking_notifier_call_chain(&first, e, 0); }\n"
BUS = """
int add(struct bus *bus, struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&shared_of(bus)->list, nb);
}
void h(struct bus *bus, unsigned long e)
{
	struct shared *s = bus->p;

	blocking_notifier_call_chain(&s->list, e, bus);
}
"""


def graph(text: str, **others: str) -> CallGraph:
    files = {"a.c": HEAD + text, **{f"{name}.c": other for name, other in others.items()}}
    facts = {path: extract(body.encode(), macros()) for path, body in files.items()}
    entrypoints = load_model(rules_dir() / "kernel").entrypoints
    return CallGraph(Program(facts, View("powerpc", SYMBOLS)), entrypoints)


def notified(text: str, **others: str) -> list[tuple[str, str, tuple[str, ...]]]:
    found = graph(text, **others)
    (func,) = found.find("h")
    return [(e.callee.name, e.via, e.events) for e in found.callees(func) if e.kind == NOTIFIER]


EVENTS = ("MY_ON", "MY_OFF", "MY_LAST")
ON_FIRST = [("seen", "first", EVENTS)]
ON_BUS = [("any", "struct shared.list", ())]


def test_the_callbacks_of_a_chain_and_no_other() -> None:
    registered = "void go(void) { blocking_notifier_chain_register(&first, &block); }\n"
    assert notified(registered + CALL) == ON_FIRST
    assert notified(CALL) == []


def test_a_constant_event_is_what_it_is_called_for() -> None:
    registered = "void go(void) { blocking_notifier_chain_register(&first, &block); }\n"
    assert notified(registered + CALL.replace("e, 0", "MY_OFF, 0")) == [("seen", "first", ("MY_OFF",))]


def test_a_wrapper_registers_what_it_is_given() -> None:
    inner = "int inner(struct notifier_block *nb) { return blocking_notifier_chain_register(&first, nb); }\n"
    outer = "int outer(struct notifier_block *nb) { return inner(nb); }\nvoid go(void) { outer(&block); }\n"
    assert notified(inner + outer + CALL) == ON_FIRST
    headed = "int on(struct blocking_notifier_head *h, struct notifier_block *nb)\n{\n"
    headed += "\treturn blocking_notifier_chain_register(h, nb);\n}\nvoid go(void) { on(&first, &block); }\n"
    assert notified(headed + CALL) == ON_FIRST


@pytest.mark.parametrize(
    "body",
    [
        "o->nb.notifier_call = any; add(bus, &o->nb);",
        "struct notifier_block *nb = alloc(); nb->notifier_call = any; add(bus, nb);",
        "struct notifier_block *nb = alloc(); nb[1].notifier_call = any; add(bus, &nb[1]);",
        "add(bus, &off);",
    ],
    ids=["member", "local", "element", "file scope"],
)
def test_a_chain_that_is_a_field(body: str) -> None:
    assert notified(f"{BUS}void go(struct bus *bus, struct owner *o) {{ {body} }}\n") == ON_BUS


def test_a_static_head_is_its_file_s_own() -> None:
    head = "static struct blocking_notifier_head own;\n"
    call = "void h(unsigned long e) { blocking_notifier_call_chain(&own, e, 0); }\n"
    registers = "void go(void) { blocking_notifier_chain_register(&own, &block); }\n"
    assert notified(head + registers + call) == [("seen", "own", EVENTS)]
    assert notified(head + registers, b=head + call) == []


def test_a_wrapper_that_leads_back_to_itself_ends() -> None:
    text = "int one(struct notifier_block *nb)\n{\n\ttwo(nb);\n"
    text += "\treturn blocking_notifier_chain_register(&first, nb);\n}\n"
    text += "int two(struct notifier_block *nb) { return one(nb); }\nvoid go(void) { two(&block); }\n"
    assert notified(text + CALL) == ON_FIRST


def test_chains_of_a_graph_that_was_kept() -> None:
    found = graph("void go(void) { blocking_notifier_chain_register(&first, &block); }\n" + CALL)
    kept = KeptGraph(keep(found, found.functions()))
    for one in (found, kept):
        (chain,) = one.chains()
        assert (chain.name, [(e.callee.name, e.events) for e in chain.edges]) == ("first", [("seen", EVENTS)])


# -- events along a path ------------------------------------------------------

TOLD = """
void up(void) { goal(); }
void down(void) { goal(); }
void rest(void) { goal(); }
void goal(void) { }
static int told(struct notifier_block *nb, unsigned long event, void *data)
{
%s
	return 0;
}
static struct notifier_block tells = { .notifier_call = told };
void go(void) { blocking_notifier_chain_register(&first, &tells); }
"""
SWITCH = """
	switch (event) {
	case MY_ON:
		up();
		break;
	case MY_OFF:
	case MY_LAST:
		down();
		break;
	default:
		rest();
	}
"""
BRANCHES = """
	unsigned long what = event;
	if (event == MY_ON)
		up();
	else if (what == MY_OFF || MY_LAST == 0)
		down();
	if (what != MY_ON && what != MY_OFF)
		rest();
"""


def ways(body: str, event: str, extra: str = "") -> list[list[str]]:
    """The functions of each shortest path from h(), which calls the chain about ``event``, to goal()."""
    call = CALL.replace("e, 0", f"{event}, 0")
    found = graph(extra + TOLD % body + (call if "h(" not in extra else ""))
    query = PathQuery(found.find("h"), found.find("goal"))
    return [[edge.callee.name for edge in path] for path in both_ways(found, query)]


def both_ways(found: CallGraph, query: PathQuery) -> list[tuple[Edge, ...]]:
    """The paths, which are those of what is kept of the graph, too."""
    kept = KeptGraph(keep(found, found.functions()))
    through = tuple(kept.find(func.name) for stop in query.through for func in stop)
    again = PathQuery(kept.find("h"), kept.find("goal"), through)
    shown = [[(e.callee.name, e.events) for e in path] for path in kept.paths(again)]
    paths = list(found.paths(query))
    assert [[(e.callee.name, e.events) for e in path] for path in paths] == shown
    return paths


@pytest.mark.parametrize("body", [SWITCH, BRANCHES], ids=["switch", "branches"])
def test_a_path_takes_only_what_its_event_leads_to(body: str) -> None:
    assert ways(body, "MY_ON") == [["told", "up", "goal"]]
    assert ways(body, "MY_OFF") == [["told", "down", "goal"]]
    assert ["told", "rest", "goal"] in ways(body, "MY_ELSE")
    assert ["told", "up", "goal"] not in ways(body, "MY_ELSE")
    assert len(ways(body, "e")) == 3


def test_an_event_that_leads_nowhere_makes_no_path() -> None:
    only = "\tif (event != MY_ON)\n\t\treturn 0;\n\tup();\n"
    assert ways(only, "MY_ON") == [["told", "up", "goal"]]
    assert ways(only, "MY_OFF") == []
    assert ways("\tevent &= ~MASK;\n" + only, "MY_OFF") == [["told", "up", "goal"]]
    assert ways("\tif (event & MY_ON)\n\t\tup();\n", "MY_OFF") == [["told", "up", "goal"]]


def test_an_event_is_handed_on() -> None:
    wrapper = "void tell(unsigned long e, void *p) { blocking_notifier_call_chain(&first, e, p); }\n"
    assert ways(SWITCH, "", wrapper + "void h(void) { tell(MY_OFF, 0); }\n") == [
        ["tell", "told", "down", "goal"]
    ]
    inner = f"void inner(void *p, unsigned long event)\n{{{SWITCH}}}\n"
    assert ways("\tinner(data, event);", "MY_ON", inner) == [["told", "inner", "up", "goal"]]
    local = "void h(int n)\n{\n\tint e;\n\tif (n)\n\t\te = MY_ON;\n\telse\n\t\te = MY_OFF;\n"
    local += "\tblocking_notifier_call_chain(&first, e, 0);\n}\n"
    assert ways(SWITCH, "", local) == [["told", "up", "goal"], ["told", "down", "goal"]]


def test_a_constant_that_stands_for_another() -> None:
    assert ways(SWITCH, "ITS_OTHER_NAME", "#define ITS_OTHER_NAME MY_OFF\n") == [["told", "down", "goal"]]


def test_a_path_names_the_events_that_it_is_taken_for() -> None:
    found = graph(TOLD % SWITCH + CALL)
    shown = {
        p[1].callee.name: p[0].events
        for p in both_ways(found, PathQuery(found.find("h"), found.find("goal")))
    }
    assert shown == {
        "up": ("MY_ON",),
        "down": ("MY_LAST", "MY_OFF"),
        "rest": ("MY_ON", "MY_OFF", "MY_LAST"),  # all that it tells apart: of the rest no name is known
    }


def test_a_path_goes_on_through_a_callback_with_its_event() -> None:
    found = graph(TOLD % SWITCH + CALL.replace("e, 0", "MY_ON, 0"))
    starts, goals = found.find("h"), found.find("goal")
    assert len(both_ways(found, PathQuery(starts, goals, (found.find("told"),)))) == 1
    assert both_ways(found, PathQuery(starts, goals, (found.find("told"), found.find("down")))) == []


WALKS = """
void goal(void) { }
static int leads(void *p) { goal(); return 0; }
static int ends(void *p) { return 0; }
int each(void *list, int (*fn)(void *p)) { return fn(list); }
static int (*hook)(void *p);
int all(void *list, int (*fn)(void *p)) { return each(list, fn); }
void other(void) { each(0, leads); all(0, ends); }
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("each(0, leads)", [["each", "leads", "goal"]]),
        ("each(0, &leads)", [["each", "leads", "goal"]]),
        ("all(0, leads)", [["all", "each", "leads", "goal"]]),
        ("each(0, ends)", []),
        ("all(0, ends)", []),
        ("each(0, fn)", [["each", "leads", "goal"]]),
        ("each(0, hook)", [["each", "leads", "goal"]]),
        ("each(0, n ? leads : ends)", [["each", "leads", "goal"]]),
    ],
)
def test_a_path_takes_only_the_callback_that_is_handed_over(call: str, expected: list[list[str]]) -> None:
    found = graph(WALKS + f"int h(int n, int (*fn)(void *p)) {{ return {call}; }}")
    through = PathQuery(found.find("h"), found.find("goal"), (found.find("each"),))
    assert [[e.callee.name for e in path] for path in both_ways(found, through)] == expected
