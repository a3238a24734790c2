"""How functions fail, by their bodies alone."""

from __future__ import annotations

import pytest

from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.results.conventions import Conventions
from tests.linked import link, model


def _failure(text: str) -> str:
    program = link(text)
    owner = Ownership(program, model().apis)
    return Conventions(program, model().apis, owner).failure("f", "a.c")


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ("struct b *b = kzalloc(1, 2); if (!b) return ERR_PTR(-ENOMEM); return b;", "err_ptr"),
        ("struct b *b = kzalloc(1, 2); if (!b) return NULL; b->n = 1; return b;", "null"),
        ("return kzalloc(1, 2);", "null"),
        ("struct b *b; list_for_each_entry(b, &l, n) { if (b->x) return b; } return NULL;", "null"),
        ("struct b *b = NULL; if (x) b = ERR_PTR(-EIO); else b = &whole; return b;", "err_ptr"),
        ("struct b *b = NULL; b = &whole; return b;", ""),
        ("if (x) return NULL; return ERR_PTR(-EIO);", ""),
        ("if (x) return NULL; return unknown();", ""),
        ("return f();", ""),
    ],
)
def test_failure(body: str, failure: str) -> None:
    assert _failure(f"struct b *f(void) {{ {body} }}") == failure


def test_through_another_function() -> None:
    inner = "struct b *g(void) { if (x) return ERR_PTR(-EIO); return &whole; }"
    assert _failure(inner + "struct b *f(void) { return g(); }") == "err_ptr"
    assert (
        _failure(inner + "struct b *f(void) { struct b *b = g(); if (IS_ERR(b)) return NULL; return b; }")
        == "null"
    )
