"""Notifier chains: who stands on which, and what is called for which events."""

from __future__ import annotations

import pytest

from kscan.config import rules_dir
from kscan.facts.extract import extract
from kscan.kernel.load import load_model
from kscan.link.callgraph import CallGraph
from kscan.link.kept import KeptGraph, keep
from kscan.link.program import NOTIFIER, Program
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
