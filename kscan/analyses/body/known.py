"""What is known of a body's operands at one place: quick to copy, to compare and to forget.

A set of bits, three for each operand that something in the body asks for: a bit says that the
operand surely has not that sign.  So nothing known is 0, and what holds on two ways is one number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

from kscan.regex import regex

_WIDTH = 3  # signs: negative, zero, positive
_ANY = (1 << _WIDTH) - 1
T = TypeVar("T")
_ROOTS = regex(r"(?<!->)(?<![.\w%])[%A-Za-z_]\w*")  # variables and temporaries, but for fields
_FIELDS = regex(r"(?:->|\.)(\w+)")

Facts = dict[str, int]
"""Masks of operands, by text; an operand that is not there may be anything."""


class Operands:
    """The operands of one body of which anything may be known."""

    def __init__(self) -> None:
        self.shifts: dict[str, int] = {}
        self._texts: list[str] = []
        self._changed: dict[str, int] = defaultdict(int)

    def add(self, operands: Iterable[str]) -> None:
        """Let these be operands of the body."""
        for operand in operands:
            if operand not in self.shifts:
                shift = self.shifts[operand] = _WIDTH * len(self._texts)
                self._texts.append(operand)
                for name in _changed_by(operand):
                    self._changed[name] |= _ANY << shift

    def bits(self, operands: Iterable[str]) -> int:
        """The bits of those of these that are operands of the body."""
        bits = 0
        for operand in operands:
            shift = self.shifts.get(operand)
            if shift is not None:
                bits |= _ANY << shift
        return bits

    def changed_by(self, names: Iterable[str]) -> int:
        """The bits of all that depends on one of ``names``: a variable, or with ``.`` before it a field."""
        bits = 0
        for name in names:
            bits |= self._changed.get(name, 0)
        return bits

    def encoded(self, facts: Mapping[str, int]) -> int:
        """The bits of facts, but for operands that nothing asks for."""
        known = self.known(0)
        known.update(facts)
        return known.bits

    def decoded(self, bits: int) -> Facts:
        """The facts of bits."""
        facts: Facts = {}
        while bits:
            place = ((bits & -bits).bit_length() - 1) // _WIDTH
            facts[self._texts[place]] = _ANY ^ (bits >> _WIDTH * place & _ANY)
            bits &= ~(_ANY << _WIDTH * place)
        return facts

    def known(self, bits: int) -> Known:
        """Bits to look at and to change, which note what of them is asked for."""
        return Known(self, bits)


NO_OPERANDS = Operands()
"""Those of no body: nothing is known of them, and nothing kept."""


class Known:
    """Facts of one place.  Those of operands that nothing in the body asks for are not kept."""

    __slots__ = ("_log", "_operands", "_shifts", "bits", "written")

    def __init__(self, operands: Operands, bits: int, log: list[int] | None = None) -> None:
        self._operands = operands
        self._shifts = operands.shifts
        self._log = [0] if log is None else log
        self.bits = bits
        self.written = 0

    @property
    def asked(self) -> int:
        """The bits of the operands that were asked for, of this and of all that was made from it."""
        return self._log[0]

    def get(self, operand: str, default: int = _ANY) -> int:
        """The mask of an operand; ``default`` where nothing is known."""
        shift = self._shifts.get(operand)
        if shift is None:
            return default
        self._log[0] |= _ANY << shift
        never = self.bits >> shift & _ANY
        return _ANY ^ never if never else default

    def __contains__(self, operand: str) -> bool:
        return self.get(operand) != _ANY

    def __setitem__(self, operand: str, mask: int) -> None:
        shift = self._shifts.get(operand)
        if shift is not None:
            place = _ANY << shift
            self.bits = self.bits & ~place | (_ANY ^ mask) << shift
            self.written |= place

    def told(self) -> Facts:
        """The facts as they are now."""
        return self._operands.decoded(self.bits)

    def update(self, more: Mapping[str, int]) -> None:
        """Let these be known, too."""
        for operand, mask in more.items():
            self[operand] = mask

    def __or__(self, more: Mapping[str, int]) -> Known:
        found = Known(self._operands, self.bits, self._log)
        found.written = self.written
        found.update(more)
        return found


class Slices(Generic[T]):
    """What follows from what is known, where that depends on some operands only: noted for each slice."""

    __slots__ = ("_asked", "_found")

    def __init__(self) -> None:
        self._asked = 0
        self._found: dict[int, tuple[T]] = {}

    def of(self, bits: int) -> tuple[T] | None:
        """What was noted for such bits; None where nothing was."""
        return self._found.get(bits & self._asked)

    def note(self, known: Known, bits: int, found: T) -> None:
        """That ``found`` follows from ``bits``, by what ``known``, which was made of them, was asked for."""
        if known.asked & ~self._asked:
            self._asked |= known.asked
            self._found.clear()
        self._found[bits & self._asked] = (found,)


@lru_cache(maxsize=65536)
def _changed_by(operand: str) -> frozenset[str]:
    """The names on which the value of an operand depends, as ``Operands.changed_by`` takes them."""
    return frozenset((*_ROOTS.findall(operand), *(f".{name}" for name in _FIELDS.findall(operand))))
