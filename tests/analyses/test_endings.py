"""How paths end after an acquisition: what a glance settles."""

from __future__ import annotations

import pytest

from kscan.analyses.owning.ownership import Ownership
from tests.linked import func, link, model

_NODE = frozenset({"of_node"})
_GET = "struct device_node *np = of_find_node_by_path(name);"


def _kinds(text: str) -> tuple[set[str], set[str]]:
    """How the paths of a function end at a glance, and how they do."""
    program = link(text)
    owner = Ownership(program, model().apis)
    site = next(iter(owner.acquisitions(func(program, "f"), _NODE)))
    return {e.kind for e in owner.glance(site).exits}, {e.kind for e in owner.outcome(site).exits}


@pytest.mark.parametrize(
    "test",
    [
        "if (!np) return -ENODEV;",
        "if (np == NULL) return -ENODEV;",
        "if (IS_ERR_OR_NULL(np)) return -ENODEV;",
    ],
)
def test_a_path_on_which_there_is_nothing_is_none_at_a_glance(test: str) -> None:
    assert _kinds(f"int f(void) {{ {_GET} {test} of_node_put(np); return 0; }}") == (
        {"released"},
        {"released"},
    )


def test_a_variable_that_got_something_else_may_be_empty() -> None:
    text = f"int f(void) {{ {_GET} np = other(np); if (!np) return -ENODEV; of_node_put(np); return 0; }}"
    glance, ends = _kinds(text)
    assert ends <= glance


def test_conditions_that_agree_are_seen_on_paths_only() -> None:
    text = f"int f(int err) {{ {_GET} if (err) of_node_put(np); if (!err) of_node_put(np); return 0; }}"
    assert _kinds(text) == ({"released", "held"}, {"released"})


def test_what_a_glance_settles_needs_no_paths() -> None:
    flags = 14
    tests = "".join(f"if (f{n}) a{n} = 1; else a{n} = 0;" for n in range(flags))
    uses = "".join(f"if (a{n}) use{n}();" for n in range(flags))
    program = link(f"int f(void) {{ {_GET} {tests} {uses} of_node_put(np); return 0; }}")
    owner = Ownership(program, model().apis)
    site = next(iter(owner.acquisitions(func(program, "f"), _NODE)))
    glance = owner.glance(site)
    assert glance.complete
    assert not glance.of("held")
    assert owner.holding(func(program, "f")).paths.states == 0
