"""Roles of functions by their bodies."""

from __future__ import annotations

import pytest

from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.owning.wrappers import Undone, Wrapped
from tests.linked import link, model

_NODE = frozenset({"of_node"})


def _owner(text: str) -> Ownership:
    return Ownership(link(text), model().apis)


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("struct device_node *f(void) { return of_find_node_by_path(path); }", "null"),
        (
            "struct device_node *f(void) { struct device_node *np = of_find_node_by_path(path);"
            " if (!np) return ERR_PTR(-ENODEV); return np; }",
            "null_or_err_ptr",
        ),
    ],
)
def test_a_result_that_was_just_acquired(text: str, failure: str) -> None:
    found = _owner(text).wrappers.acquires("f", "a.c", _NODE)
    assert found == (Wrapped("of_node", "result", 0, (), failure),)


@pytest.mark.parametrize(
    "text",
    [
        "struct device_node *f(void) { if (cached) return cached; return of_find_node_by_path(path); }",
        "struct device_node *f(void) { struct device_node *np = of_find_node_by_path(path); kept = np;"
        " return np; }",
        "struct device_node *f(void) { struct device_node *np = of_find_node_by_path(path); of_node_put(np);"
        " return np; }",
    ],
    ids=["another", "stored", "put"],
)
def test_a_result_that_others_may_hold(text: str) -> None:
    assert not _owner(text).wrappers.acquires("f", "a.c", _NODE)


def test_through_a_parameter_and_another_function() -> None:
    owner = _owner(
        "int f(struct device_node **out) { struct device_node *np = of_find_node_by_path(path);"
        " if (!np) return -ENODEV; *out = np; return 0; }"
        "int g(struct device_node **out) { struct device_node *np; int err = f(&np);"
        " if (err) return err; *out = np; return 0; }"
    )
    for name in "fg":
        assert owner.wrappers.acquires(name, "a.c", _NODE) == (Wrapped("of_node", "out", 0, (), "errno"),)


def test_of_an_object() -> None:
    owner = _owner(
        "int on(struct ex *ex) { return pm_runtime_resume_and_get(ex->dev); }"
        "void off(int n, struct ex *ex) { pm_runtime_put(ex->dev); }"
        "int set(struct ex *ex, bool on)"
        " { if (on) return pm_runtime_resume_and_get(ex->dev); pm_runtime_put(ex->dev); return 0; }"
    )
    pm = frozenset({"runtime pm"})
    assert owner.wrappers.acquires("on", "a.c", pm) == (Wrapped("runtime pm", "arg", 0, ("dev",), "errno"),)
    assert owner.wrappers.releases("off", "a.c") == (Undone("runtime pm", 1, ("dev",)),)
    assert not owner.wrappers.acquires("set", "a.c", pm)


def test_who_calls_it_is_found() -> None:
    owner = _owner("struct device_node *f(void) { return of_find_node_by_path(path); } void g(void) { f(); }")
    assert owner.wrappers.functions(_NODE) == {"f"}


@pytest.mark.parametrize("first", ["f1", "f3", "f5"])
def test_whoever_is_asked_about_first(first: str) -> None:
    chain = "struct device_node *f1(void) { return of_find_node_by_path(path); }" + "".join(
        f"struct device_node *f{n}(void) {{ return f{n - 1}(); }}" for n in (2, 3, 4, 5)
    )
    owner = _owner(chain)
    owner.wrappers.acquires(first, "a.c", _NODE)
    assert owner.wrappers.functions(_NODE) == {"f1", "f2", "f3"}
    assert owner.wrappers.acquires("f3", "a.c", _NODE)
    assert not owner.wrappers.acquires("f4", "a.c", _NODE)
