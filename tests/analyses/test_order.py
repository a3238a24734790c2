"""Which calls on an object come before the one that registers it, and where they lead."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kscan.analyses.body import order
from kscan.analyses.body.access import Object
from kscan.analyses.body.values import Values
from kscan.facts.model import Call
from kscan.link.edges import Func
from tests.linked import func, link

REGISTERS = {"device_add": 0}
LOW = "void low(struct device *d) { sysfs_setup(d); }\n"


def values(found: Func) -> Values:
    return Values(found.fact.body)


def before(statements: str) -> list[tuple[str, str]]:
    """(registered object, earlier call) pairs of a function."""
    program = link(f"int top(struct pdev *p, struct pdev *q, int n)\n{{\n{statements}\n}}\n")
    top = func(program, "top")
    return [(str(t), e.call.callee) for _, t, e in order.calls_before(top, REGISTERS, values(top))]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("one(p); device_add(&p->dev); two(p);", [("p->dev", "one")]),
        ("struct device *d = &p->dev; one(d); device_add(d);", [("p->dev", "one")]),
        ("if (n) one(p); device_add(&p->dev);", [("p->dev", "one")]),
        ("if (n) { one(p); return 1; } device_add(&p->dev);", []),
        ("while (n--) { device_add(&p->dev); one(p); }", []),
        ("one(p); device_add(lookup(n));", []),
        ("one(p); device_del(&p->dev);", []),
    ],
    ids=["before and after", "alias", "on a branch", "on another path", "loop",
         "a call's result", "other call"],
)  # fmt: skip
def test_calls_before(statements: str, expected: list[tuple[str, str]]) -> None:
    assert before(statements) == expected


def path(files: Mapping[str, str] | str, start: str) -> list[str] | None:
    """The functions on the path from ``top``'s call of ``start`` on p to sysfs_setup() of p->dev."""
    program = link(files)
    top = func(program, "top")
    (hop,) = [e for _, _, e in order.calls_before(top, REGISTERS, values(top)) if e.call.callee == start]
    target = Object("p", ("dev",))

    def wanted(call: Call, given: Mapping[int, Object]) -> bool:
        return call.callee == "sysfs_setup" and given.get(0) == target

    toward = program.leading_to({"sysfs_setup"})
    found = order.paths_to(program, hop, target, wanted, toward, values)
    return None if found is None else [h.func.name for h in found]


TOP = "int top(struct pdev *p, struct pdev *q)\n{\n\tstart(CALL);\n\treturn device_add(&p->dev);\n}\n"


@pytest.mark.parametrize(
    ("argument", "code", "expected"),
    [
        ("p", LOW + "void start(struct pdev *x) { low(&x->dev); }\n", ["top", "start", "low"]),
        ("&p->dev", LOW + "void start(struct device *d) { low(d); }\n", ["top", "start", "low"]),
        ("p", LOW + "void start(struct pdev *x) { struct device *d = &x->dev; low(d); }\n",
         ["top", "start", "low"]),
        ("q", LOW + "void start(struct pdev *x) { low(&x->dev); }\n", None),
        ("p", LOW + "void start(struct pdev *x) { low(&x->other); }\n", None),
        ("p", LOW + "void start(struct pdev *x) { struct device *d = &x->dev; d = find(); low(d); }\n", None),
        ("p", "void start(struct pdev *x) { unknown(x); }\n", None),
        ("p", "void start(struct pdev *x) { start(x); }\n", None),
    ],
    ids=["member", "argument", "alias", "other object", "other member", "lost", "unknown", "recursion"],
)  # fmt: skip
def test_paths_to(argument: str, code: str, expected: list[str] | None) -> None:
    assert path(code + TOP.replace("CALL", argument), "start") == expected


def test_paths_go_through_the_override_of_a_weak_hook_and_ops() -> None:
    files = {
        "a.h": "struct pdev { struct device dev; struct ops *ops; };\n"
        "struct ops { void (*setup)(struct pdev *p); };\n",
        "a.c": "void __weak start(struct pdev *p) { }\n" + TOP.replace("CALL", "p"),
        "b.c": "void start(struct pdev *x) { x->ops->setup(x); }\n",
        "c.c": LOW + "static void my_setup(struct pdev *y) { low(&y->dev); }\n"
        "struct ops my_ops = { .setup = my_setup };\n",
    }
    assert path(files, "start") == ["top", "start", "my_setup", "low"]


def test_the_shortest_path_is_taken() -> None:
    code = (
        LOW + "void long_way(struct pdev *x) { start_low(x); }\n"
        "void start_low(struct pdev *x) { low(&x->dev); }\n"
        "void start(struct pdev *x) { long_way(x); low(&x->dev); }\n"
    )
    assert path(code + TOP.replace("CALL", "p"), "start") == ["top", "start", "low"]
