"""Hooks that run before the registration that sets what they test."""

from __future__ import annotations

import pytest

from kscan.analyses.ordering.behind import Behind
from kscan.analyses.ordering.premature import Prematures
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.states import States
from tests.linked import link, model

CORE = """struct kobject { int state; };
struct device { struct kobject kobj; struct ops *ops; int set; };
struct ops { int (*setup)(struct device *d); };
int work(struct device *d);
static int internal(struct kobject *k) { k->state = 1; return 0; }
int kobject_add(struct kobject *k) { return internal(k); }
int device_add(struct device *d) { d = get_device(d); return kobject_add(&d->kobj); }
static int setup(struct device *d) { if (!d->kobj.state) return -1; return work(d); }
static struct ops ops = { .setup = setup };
"""


def found(text: str) -> list[tuple[str, str, str]]:
    """(early call, function of the guard, function that sets) of what is found."""
    program = link(CORE + text)
    kernel = model()
    fields = Fields(program, kernel.apis, kernel.lifecycle)
    states = States(program, kernel.apis, fields)
    return [
        (p.path[0].call.callee, p.guard.func.name, p.setter.func.name)
        for p in Prematures(
            program, fields, states, Behind(program, fields, states), kernel.lifecycle
        ).found()
    ]


EARLY = "int add(struct device *d) { d->ops->setup(d); return device_add(d); }\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EARLY, [("d->ops->setup", "setup", "internal")]),
        ("int add(struct device *d) { int r = device_add(d); d->ops->setup(d); return r; }\n", []),
        # no hook lies between: a plain helper
        ("int add(struct device *d) { setup(d); return device_add(d); }\n", []),
        # the caller does it again
        (EARLY + "int all(struct device *d) { add(d); return d->ops->setup(d); }\n", []),
        # one caller does, another does not
        (
            EARLY
            + "int all(struct device *d) { add(d); return d->ops->setup(d); }\n"
            + "int some(struct device *d) { return add(d); }\n",
            [("d->ops->setup", "setup", "internal")],
        ),
        # the registering function comes to the work itself, past the guard
        (
            "int work(struct device *d) { return 0; }\nint more(struct device *d) { return work(d); }\n"
            "int enlist(struct device *d) { int r = device_add(d); if (!r) r = more(d); return r; }\n"
            "int add(struct device *d) { d->ops->setup(d); return enlist(d); }\n",
            [],
        ),
        # it is set elsewhere, outside any registration
        (EARLY + "void fake(struct device *d) { d->kobj.state = 2; }\n", []),
        # it is set elsewhere, in objects of another kind
        (
            EARLY
            + "struct kset { struct kobject kobj; };\nvoid kset_add(struct kset *s) { s->kobj.state = 1; }\n",
            [("d->ops->setup", "setup", "internal")],
        ),
    ],
)
def test_found(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(text) == expected
