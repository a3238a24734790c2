"""Work at registration that waits for state which only probing sets."""

from __future__ import annotations

import pytest

from kscan.analyses.ordering.behind import Behind
from kscan.analyses.ordering.probetied import ProbeTieds
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.states import States
from tests.linked import link, model

TYPES = """struct notifier_block { int (*notifier_call)(struct notifier_block *n, long a, void *data); };
struct device { struct device *parent; int *spec; int *group; long flags; };
struct bus_type { int (*dma_configure)(struct device *dev); };
static int *group_of(struct device *dev) { return dev->group; }
static int *above(struct device *dev) { struct device *up = dev->parent; return group_of(up); }
"""
ATTACH = """static int attach(struct device *dev)
{ if (!dev->spec) return -1; dev->group = above(dev); return 0; }
"""
CONFIGURE = """static int configure(struct device *dev) { dev->spec = read_spec(dev); return attach(dev); }
struct bus_type bus = { .dma_configure = configure };
"""
NOTIFY = """static int notify(struct notifier_block *nb, long action, void *data)
{ struct device *dev = data; if (action == BUS_NOTIFY_ADD_DEVICE) return attach(dev); return 0; }
struct notifier_block nb = { .notifier_call = notify };
"""
FOUND = [("attach", "configure", "above")]


def found(text: str) -> list[tuple[str, str, str]]:
    """(function of the guard, start of the way from probing, function that reads) of what is found."""
    program = link(TYPES + text)
    kernel = model()
    fields = Fields(program, kernel.apis, kernel.lifecycle)
    states = States(program, kernel.apis, fields)
    behind = Behind(program, fields, states)
    tieds = ProbeTieds(program, fields, states, behind, kernel.lifecycle)
    return [(t.guard.func.name, t.way.start.name, t.other.func.name) for t in tieds.found()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ATTACH + CONFIGURE + NOTIFY, FOUND),
        # an object's own state is what it reads
        (ATTACH.replace("above(dev)", "group_of(dev)") + CONFIGURE + NOTIFY, []),
        # the state is not what probing sets
        (ATTACH + CONFIGURE.replace("dev->spec = read_spec(dev);", "") + NOTIFY, []),
        # set to nothing
        (ATTACH + CONFIGURE.replace("read_spec(dev)", "NULL") + NOTIFY, []),
        # the notifier sets it first, or leads to what does
        (ATTACH + CONFIGURE + NOTIFY.replace("return attach", "dev->spec = one(); return attach"), []),
        (ATTACH + CONFIGURE + NOTIFY.replace("return attach", "configure(dev); return attach"), []),
        # a bit of a field, by its name, its value or its number
        *(
            (ATTACH.replace("!dev->spec", f"!({test})") + CONFIGURE + NOTIFY, [])
            for test in ("dev->flags & HAS_SPEC", "dev->flags & BIT(3)", "test_bit(HAS_SPEC, &dev->flags)")
        ),
        # another event
        (ATTACH + CONFIGURE + NOTIFY.replace("ADD_DEVICE", "BOUND_DRIVER"), []),
        # probing does not run it again
        (ATTACH + CONFIGURE.replace("attach(dev)", "0") + NOTIFY, []),
    ],
)
def test_found(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(text) == expected
