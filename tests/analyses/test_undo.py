"""A field that a failing function frees, freed again by the error path of its caller."""

from __future__ import annotations

import pytest

from kscan.analyses.releases.undo import Twice, Undo
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.states import States
from kscan.link.program import Program
from tests.linked import link, model

HEADER = "struct map { int n; };\nstruct host { struct map *map, *other; int on; };\n"
ENABLE = """
int enable(struct host *h)
{
	int rc;

	h->map = kzalloc(4, GFP_KERNEL);
	if (!h->map)
		return -ENOMEM;
	rc = start(h->map);
	if (rc)
		FAIL
	return rc;
}
"""
DISABLE = "void disable(struct host *h)\n{\n\tkfree(h->map);\n\th->map = NULL;\n}\n"
TOP = """
int top(struct host *h, struct host *g)
{
	int rc = enable(h);

	if (rc)
		goto err;
	return 0;
err:
	disable(h);
	return rc;
}
"""
LEAVES = ENABLE.replace("FAIL", "kfree(h->map);")
CLEARS = ENABLE.replace("FAIL", "{ kfree(h->map); h->map = NULL; }")


def undo(program: Program) -> Undo:
    fields = program.shared(Fields, model().apis, model().lifecycle)
    states = program.shared(States, model().apis, fields)
    return program.shared(Undo, fields, states, model())


def twice(code: str) -> list[Twice]:
    program = link({"include/host.h": HEADER, "a.c": code})
    return list(undo(program).twice(frozenset({"memory"})))


def test_found_with_both_ways_down() -> None:
    (found,) = twice(LEAVES + DISABLE + TOP)
    assert found.top.name == "top"
    assert found.first.release.func.name == "enable"
    assert found.second.release.func.name == "disable"
    assert [e.callee.name for e in found.first.path] == ["enable"]
    assert found.first.call_fails is True
    assert found.first.container == found.second.container == ("object", "h", ())
    assert found.first_place < found.second_place


@pytest.mark.parametrize(
    "code",
    [
        CLEARS + DISABLE + TOP,
        LEAVES + DISABLE.replace("map", "other") + TOP,
        LEAVES + DISABLE + TOP.replace("disable(h)", "disable(g)"),
        LEAVES + DISABLE + TOP.replace("\tif (rc)\n\t\tgoto err;",
                                       "\tif (rc)\n\t\treturn rc;\n\tif (g)\n\t\tgoto err;"),
        LEAVES + DISABLE + TOP.replace("\tdisable(h);", "\th->map = NULL;\n\tdisable(h);"),
        LEAVES + DISABLE + TOP.replace("\tdisable(h);", "\trefill(h);\n\tdisable(h);")
        + "void refill(struct host *h) { h->map = kzalloc(4, GFP_KERNEL); }\n",
        LEAVES + DISABLE.replace("\tkfree", "\tif (h->on)\n\t\tkfree") + TOP,
        LEAVES + DISABLE,
        LEAVES + DISABLE + "static struct host *one, *two;\n"
        "int top(void) { int rc = enable(one); if (rc) disable(two); return rc; }\n",
    ],
    ids=["cleared", "other field", "other container", "leaves early", "cleared by the caller",
         "filled by the caller",
         "another field decides", "no common caller", "two variables"],
)  # fmt: skip
def test_silent(code: str) -> None:
    assert twice(code) == []


@pytest.mark.parametrize(
    "code",
    [
        LEAVES + DISABLE + TOP.replace("if (rc)", "if (rc < 0)"),
        LEAVES + DISABLE + TOP.replace("disable(h)", "give_up(h)")
        + "void give_up(struct host *x) { disable(x); }\n",
        LEAVES + DISABLE + TOP.replace("enable(h)", "try(h)")
        + "int try(struct host *x) { return enable(x); }\n",
        LEAVES + DISABLE + "int top(void)\n{\n\tif (enable(lookup(1))) {\n"
        "\t\tdisable(lookup(1));\n\t\treturn -1;\n\t}\n\treturn 0;\n}\n",
    ],
    ids=["sign test", "through a wrapper", "fails through a wrapper", "container by a call"],
)  # fmt: skip
def test_found(code: str) -> None:
    assert [t.top.name for t in twice(code)] == ["top"]


def test_two_platforms_ops_are_not_mixed() -> None:
    ops = "struct ops { int (*enable)(struct host *h); void (*disable)(struct host *h); };\n"
    top = TOP.replace("enable(h)", "h->ops->enable(h)").replace("disable(h)", "h->ops->disable(h)")
    header = HEADER.replace("int on;", "struct ops *ops;") + ops

    def found(enable: str, disable: str) -> list[str]:
        files = {
            "include/host.h": header,
            f"{enable}/a.c": LEAVES.replace("int enable", "static int my_enable")
            + "struct ops a = { .enable = my_enable };\n",
            f"{disable}/b.c": DISABLE.replace("void disable", "static void my_disable")
            + "struct ops b = { .disable = my_disable };\n",
            "top.c": top,
        }
        program = link(files)
        return [t.top.name for t in undo(program).twice(frozenset({"memory"}))]

    assert found("drivers/one", "drivers/one") == ["top"]
    assert found("drivers/one", "drivers/two") == []
