"""What is known of operands, as bits."""

from __future__ import annotations

from kscan.analyses.body.known import Operands, Slices
from kscan.analyses.body.paths import NEGATIVE, POSITIVE, ZERO


def _operands() -> Operands:
    operands = Operands()
    operands.add(("err", "p->state", "q->state", "p"))
    return operands


def test_facts_are_kept_of_operands_that_are_asked_for() -> None:
    operands = _operands()
    facts = {"err": NEGATIVE, "p->state": ZERO | POSITIVE, "other": ZERO}
    assert operands.decoded(operands.encoded(facts)) == {"err": NEGATIVE, "p->state": ZERO | POSITIVE}


def test_a_store_to_a_field_ends_what_is_known_of_it_in_every_object() -> None:
    operands = _operands()
    bits = operands.encoded({"err": ZERO, "p->state": ZERO, "q->state": POSITIVE, "p": POSITIVE})
    assert operands.decoded(bits & ~operands.changed_by((".state",))) == {"err": ZERO, "p": POSITIVE}
    assert operands.decoded(bits & ~operands.changed_by(("p",))) == {"err": ZERO, "q->state": POSITIVE}


def test_more_that_is_known_leaves_what_it_was_made_of() -> None:
    known = _operands().known(0)
    more = known | {"err": ZERO}
    assert (known.told(), more.told()) == ({}, {"err": ZERO})


def test_an_answer_holds_for_all_that_differs_in_what_was_not_asked_for() -> None:
    operands, slices = _operands(), Slices[str]()
    bits = operands.encoded({"err": ZERO})
    known = operands.known(bits)
    assert known.get("err") == ZERO
    slices.note(known, bits, "zero")
    assert slices.of(operands.encoded({"err": ZERO, "p": POSITIVE})) == ("zero",)
    assert slices.of(operands.encoded({"err": NEGATIVE})) is None


def test_an_answer_that_asked_for_more_ends_those_before() -> None:
    operands, slices = _operands(), Slices[str]()
    first, second = operands.encoded({"p": ZERO}), operands.encoded({"p": POSITIVE})
    slices.note(operands.known(first), first, "whatever")
    known = operands.known(second)
    known.get("p")
    slices.note(known, second, "of p")
    assert (slices.of(first), slices.of(second)) == (None, ("of p",))
