"""kernel-doc comments: results and what undoes a function."""

from __future__ import annotations

import pytest

from kscan.parse.kerneldoc import KernelDoc, read_docs


def _doc(body: str) -> KernelDoc:
    return read_docs(f"int a;\n/**\n * box_get() - find a box\n{body} */\n".encode())["box_get"]


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        ("Return: the box, or %NULL.", (True, False)),
        ("Returns an ERR_PTR() encoded error.", (False, True)),
        ("Return: a box; NULL if there is none, an error pointer on failure", (True, True)),
        ("Finds it.", (None, None)),
    ],
)
def test_what_is_returned(returns: str, expected: tuple[bool | None, bool | None]) -> None:
    doc = _doc(f" *\n * {returns}\n")
    assert (doc.null, doc.error_pointer) == expected
    assert doc.line == 2


@pytest.mark.parametrize(
    "text",
    [
        "The box must be released with box_put().",
        "Drop the reference by calling box_put() when done.",
        "The caller has to\n * free it using box_put().",
    ],
)
def test_what_undoes_it(text: str) -> None:
    assert _doc(f" *\n * {text}\n").undone_by == ("box_put",)


def test_a_sentence_about_something_else() -> None:
    assert _doc(" * It takes a lock. See box_put().\n").undone_by == ()


def test_a_comment_that_is_of_no_function_and_one_that_is_cut_off() -> None:
    assert read_docs(b"/**\n * Boxes\n */\n/**\n * f - x\n") == {"f": KernelDoc(4, None, None, ())}
