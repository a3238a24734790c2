"""State that a function tests before it does anything, followed through getters."""

from __future__ import annotations

import pytest

from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.states import States
from kscan.link.program import Program
from tests.linked import func, link, model

HEAD = """struct info { int *spec; };
struct dev { int ready; struct info *info; int done; };
int work(struct dev *d);
static int is_ready(struct dev *d) { return d->ready; }
static bool is_raw(const struct dev *d) { return !is_ready(d); }
static int *spec(struct dev *d) { if (d->info) return d->info->spec; return NULL; }
static int *best(int *spec) { return lookup(spec ? *spec : 0); }
static int *any(int *spec) { return lookup(spec); }
"""


def guards(statements: str) -> list[tuple[str, list[str], bool, str]]:
    """(field, getters, derived, value returned) of the guards of ``top``."""
    program: Program = link(HEAD + f"int top(struct dev *d, int n)\n{{\n{statements}\n}}\n")
    kernel = model()
    states = States(program, kernel.apis, Fields(program, kernel.apis, kernel.lifecycle))
    return [
        (".".join(g.state.path), [f.name for f in g.state.getters], g.state.derived, g.value)
        for g in states.guards(func(program, "top"))
    ]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("if (!d->ready) return -5; return work(d);", [("ready", [], False, "-5")]),
        ("if (d->ready == 0) return -5; return work(d);", [("ready", [], False, "-5")]),
        ("if (d->ready) work(d); return 0;", [("ready", [], False, "0")]),
        ("if (!is_ready(d)) return 1; d->done = 1; return 0;", [("ready", ["is_ready"], False, "1")]),
        ("if (is_raw(d)) return 1; return work(d);", [("ready", ["is_raw", "is_ready"], False, "1")]),
        ("if (!spec(d)) return 1; return work(d);", [("info.spec", ["spec"], False, "1")]),
        ("if (!best(spec(d))) return 1; return work(d);", [("info.spec", ["best", "spec"], True, "1")]),
        ('if (!d->ready) { pr_err("no"); return 1; } return work(d);', [("ready", [], False, "1")]),
        # any() has no case for NULL: its result may be anything
        ("if (!any(spec(d))) return 1; return work(d);", []),
        # leaves early when it is set
        ("if (d->ready) return 1; return work(d);", []),
        # the other side works on the object as well
        ("if (!d->ready) { d->done = 2; return 1; } return work(d);", []),
        # nothing is left out
        ("if (!d->ready) return 1; return n;", []),
        ("if (!n) return 1; return work(d);", []),
    ],
)
def test_guards(statements: str, expected: list[tuple[str, list[str], bool, str]]) -> None:
    assert guards(statements) == expected
