"""Roles learnt from a program: wrappers, pairs, failures; what is certain and what is not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kscan.analyses.learning.roles import Learning, Proposal
from kscan.config import rules_dir
from kscan.kernel.learning import load_naming
from kscan.parse.kerneldoc import KernelDoc
from tests.linked import link, model

_USE = (
    "int probe%d(struct card *c) { int err; err = box_open(&c->box); if (err) return err;"
    " err = start(c); if (err) goto close; return 0; close: box_close(&c->box); return err; }"
)
_LEFT = "int probe%d(struct card *c) { int err; err = box_open(&c->box); return err; }"
_DECLARED = "int box_open(struct box *b); void box_close(struct box *b); int start(struct card *c);"


def _learn(files: Mapping[str, str] | str, docs: Mapping[str, KernelDoc] | None = None) -> list[Proposal]:
    known = docs or {}
    naming = load_naming(rules_dir() / "kernel")
    learning = Learning(
        link(files), model().apis, naming, lambda n: ("a.h", known[n]) if n in known else None
    )
    return list(learning.proposals())


def _of(proposals: list[Proposal], function: str) -> list[tuple[str, str, bool]]:
    return [(p.resource, p.key, p.certain) for p in proposals if p.function == function]


def _files(*uses: str) -> dict[str, str]:
    return {f"{n}.c": _DECLARED + use % n for n, use in enumerate(uses)}


def test_a_pair_that_three_files_use_alike_is_certain() -> None:
    found = _learn(_files(_USE, _USE, _USE))
    assert _of(found, "box_open") == [("box open, state", "acquire arg 0, errno", True)]
    assert _of(found, "box_close") == [("box open, state", "release arg 0", True)]
    assert "1.c" in " ".join(next(p for p in found if p.function == "box_open").evidence)


@pytest.mark.parametrize("uses", [(_USE, _USE), (_USE, _USE, _USE, _LEFT)], ids=["few", "not all"])
def test_a_pair_with_less_evidence_is_not(uses: tuple[str, ...]) -> None:
    assert _of(_learn(_files(*uses)), "box_open") == [("box open, state", "acquire arg 0, errno", False)]


def test_a_comment_that_names_what_undoes_it_makes_one_use_enough() -> None:
    docs = {"box_open": KernelDoc(1, None, None, ("box_close",))}
    assert _of(_learn(_files(_USE), docs), "box_open") == [("box open, state", "acquire arg 0, errno", True)]


def test_other_objects_and_constants_make_no_pair() -> None:
    text = (
        "void f(struct card *c) { pin_enable(c, A); pin_disable(c, B); }"
        "void g(struct card *c, struct card *d) { box_open(&c->box); box_close(&d->lid); }"
    )
    assert not _of(_learn(text), "pin_enable")
    assert not _of(_learn(text), "box_open")


def test_bodies_that_acquire_and_release() -> None:
    found = _learn(
        "struct box *box_create(void) { struct box *b = kzalloc(8, F); if (!b) return NULL; return b; }"
        "void box_destroy(struct box *b) { if (!b) return; kfree(b); }"
        "void box_maybe(struct box *b, int n) { if (n) kfree(b); }"
        "void box_point(struct box **b) { kfree(*b); }"
    )
    assert _of(found, "box_create") == [("memory, memory", "acquire result, null", True)]
    assert _of(found, "box_destroy") == [("memory, memory", "release arg 0, null ok", True)]
    assert _of(found, "box_maybe") == [("memory, memory", "release arg 0", False)]
    assert not _of(found, "box_point")


def test_a_state_needs_its_opposite() -> None:
    enable = "int box_enable(struct box *b) { return clk_prepare_enable(b->clk); }"
    disable = "void box_disable(struct box *b) { clk_disable_unprepare(b->clk); }"
    role = ("clk prepared and enabled, state", "acquire arg 0, errno, at clk")
    assert _of(_learn(enable), "box_enable") == [(*role, False)]
    assert _of(_learn(enable + disable), "box_enable") == [(*role, True)]


_FIND = "struct box *box_find(int n) { if (n > 3) return %s; return &boxes[n]; }"
_TESTED = "int use%d(void) { struct box *b = box_find(1); if (%s) return -ENODEV; return b->n; }"


@pytest.mark.parametrize(
    ("value", "test", "table"),
    [("NULL", "!b", "may_return_null"), ("ERR_PTR(-EINVAL)", "IS_ERR(b)", "may_return_err_ptr")],
)
def test_how_a_body_fails(value: str, test: str, table: str) -> None:
    found = _learn(_FIND % value + "".join(_TESTED % (n, test) for n in range(3)))
    assert _of(found, "box_find") == [("", table, True)]


def test_a_comment_that_says_otherwise_makes_it_uncertain() -> None:
    text = _FIND % "NULL" + "".join(_TESTED % (n, "!b") for n in range(3))
    docs = {"box_find": KernelDoc(1, null=False, error_pointer=True, undone_by=())}
    assert _of(_learn(text, docs), "box_find") == [("", "may_return_null", False)]


def test_a_body_that_may_fail_both_ways_or_in_an_unknown_one_tells_nothing() -> None:
    both = "struct box *box_find(int n) { if (n) return NULL; return ERR_PTR(-EINVAL); }"
    unknown = "struct box *box_find(int n) { if (n) return NULL; return ask(n); }"
    use = _TESTED % (0, "!b")
    assert not _of(_learn(both + use), "box_find")
    assert not _of(_learn(unknown + use), "box_find")
