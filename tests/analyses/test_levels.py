"""Within which hooks a function runs, and whether these run many times for one container."""

from __future__ import annotations

import pytest

from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.levels import Levels, repeated
from kscan.link.program import Program
from tests.linked import func, link, model

HEADER = """
struct pci_bus { struct pci_bus *parent; void *sysdata; int number; };
struct pci_controller { void *map; int count; };
struct pci_ops { int (*add_bus)(struct pci_bus *bus); void (*remove_bus)(struct pci_bus *bus); };
static inline struct pci_controller *pci_bus_to_host(struct pci_bus *bus) { return bus->sysdata; }
"""
SETTER = "void setup(struct pci_controller *p) { p->map = kzalloc(4, 0); }\n"


def made(code: str) -> tuple[Program, Levels]:
    program = link({"include/pci.h": HEADER, "arch/powerpc/a.c": code})
    return program, program.shared(Levels, model().lifecycle)


def reaches(code: str, name: str) -> list[tuple[str, str, list[str]]]:
    program, levels = made(code)
    return [
        (r.hook.name, r.start.name, [e.callee.name for e in r.path]) for r in levels.of(func(program, name))
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("void low(void) { }\nvoid pcibios_remove_bus(struct pci_bus *b) { low(); }\n",
         [("pcibios_remove_bus", "pcibios_remove_bus", ["low"])]),
        ("static void low(struct pci_bus *b) { }\nstruct pci_ops ops = { .remove_bus = low };\n",
         [("struct pci_ops.remove_bus", "low", [])]),
        ("void low(void) { }\nstatic void mid(void) { low(); }\n"
         "void pcibios_remove_bus(struct pci_bus *b) { mid(); }\n",
         [("pcibios_remove_bus", "pcibios_remove_bus", ["mid", "low"])]),
        ("void low(void) { }\nstatic void pcibios_remove_bus(struct pci_bus *b) { low(); }\n", []),
        ("void low(void) { }\nvoid other(void) { low(); }\n", []),
        ("void low(void) { low(); }\n", []),
        ("void low(void) { }\nvoid pcibios_remove_bus(struct pci_bus *b) { low(); }\n"
         "void pci_remove(void) { pcibios_remove_bus(0); }\n",
         [("pcibios_remove_bus", "pcibios_remove_bus", ["low"])]),
    ],
    ids=["function", "field", "shortest path", "static of the same name", "no hook", "recursion",
         "not above a hook"],
)  # fmt: skip
def test_of(code: str, expected: list[tuple[str, str, list[str]]]) -> None:
    assert reaches(code, "low") == expected


def test_the_weak_function_does_not_implement_the_hook_that_is_overridden() -> None:
    program = link(
        {
            "drivers/pci/a.c": "void __weak pcibios_remove_bus(struct pci_bus *b) { }\n",
            "arch/powerpc/b.c": "void pcibios_remove_bus(struct pci_bus *b) { }\n",
        }
    )
    levels = program.shared(Levels, model().lifecycle)
    assert levels.hooks_of(func(program, "pcibios_remove_bus", "drivers/pci/a.c")) == ()
    (hook,) = levels.hooks_of(func(program, "pcibios_remove_bus", "arch/powerpc/b.c"))
    assert hook.level == "pci.bus"


def test_inner_hooks_are_those_of_contained_levels() -> None:
    program, levels = made("void pcibios_remove_bus(struct pci_bus *b) { }\n")
    hook = func(program, "pcibios_remove_bus")
    assert [r.hook.name for r in levels.inner_hooks(hook, "struct pci_controller")] == ["pcibios_remove_bus"]
    assert levels.inner_hooks(hook, "struct pci_bus") == ()
    assert levels.inner_hooks(hook, "struct pci_dev") == ()
    assert levels.inner_hooks(hook, "struct unknown") == ()


@pytest.mark.parametrize(
    ("struct", "expected"),
    [("struct pci_controller", True), ("struct pci_dev", False), ("struct unknown", False)],
)
def test_is_leveled(struct: str, expected: bool) -> None:
    assert made("")[1].is_leveled(struct) is expected


RELEASE = "\tstruct pci_controller *p = pci_bus_to_host(b);\n\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (SETTER + "void pcibios_remove_bus(struct pci_bus *b)\n{\n" + RELEASE
         + "\tkfree(p->map);\n}\n", True),
        (SETTER + "void pcibios_remove_bus(struct pci_bus *b)\n{\n" + RELEASE
         + "\tif (p->map)\n\t\tkfree(p->map);\n}\n", True),
        (SETTER + "void pcibios_remove_bus(struct pci_bus *b)\n{\n" + RELEASE
         + "\tif (!b->parent)\n\t\tkfree(p->map);\n}\n", False),
        (SETTER + "void pcibios_remove_bus(struct pci_bus *b)\n{\n" + RELEASE
         + "\tif (b->number == 0)\n\t\tkfree(p->map);\n}\n", False),
        ("void pcibios_remove_bus(struct pci_bus *b)\n{\n" + RELEASE + "\tkfree(p->map);\n}\n", False),
        ("void pcibios_add_bus(struct pci_bus *b)\n{\n" + RELEASE + "\tp->map = kzalloc(4, 0);\n}\n"
         "void pcibios_remove_bus(struct pci_bus *b)\n{\n" + RELEASE + "\tkfree(p->map);\n}\n", False),
        (SETTER + "void pcibios_free_controller(struct pci_controller *p)\n{\n\tkfree(p->map);\n}\n", False),
    ],
    ids=["repeated", "NULL check of the field", "singled out", "singled out by number", "never set",
         "set per bus", "once"],
)  # fmt: skip
def test_repeated(code: str, expected: bool) -> None:
    program, levels = made(code)
    fields = program.shared(Fields, model().apis, model().lifecycle)
    (release,) = fields.all_releases(frozenset({"memory"}))
    found = repeated(fields, levels, release)
    assert (found is not None) is expected
    assert found is None or found.hook.name == "pcibios_remove_bus"
