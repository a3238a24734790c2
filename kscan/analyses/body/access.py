"""Objects named by access paths: ``&dev->dev.kobj`` is the member dev.kobj of what dev points to.

An Object does not tell ``&p->q`` (a part of p's target) from ``p->q`` (what a field of it
points to): for the question "is it the same object?" the text that leads there decides.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from kscan.regex import regex

_BASE = regex(r"[&*]*([A-Za-z_%]\w*)")
_CONSTANT = regex(r"-?\d\w*|[A-Z][A-Z0-9_]*|\"[^\"]*\"")
_STEP = regex(r"(?:->|\.)(\w+)|\[[^\[\]]*\]")


class Object(NamedTuple):
    """``base`` is a variable or temporary; ``fields`` lead from it (``[]`` for any element)."""

    base: str
    fields: tuple[str, ...] = ()

    def within(self, whole: Object) -> bool:
        """Whether this is ``whole`` or a part of it."""
        return self.base == whole.base and self.fields[: len(whole.fields)] == whole.fields

    def rebase(self, actual: Object) -> Object:
        """This object where its base stands for ``actual`` (a parameter for an argument)."""
        return Object(actual.base, actual.fields + self.fields)

    @property
    def owner(self) -> Object:
        """The object that holds the last field."""
        return Object(self.base, self.fields[:-1])

    def __str__(self) -> str:
        text = self.base
        for place, name in enumerate(self.fields):
            text += "[]" if name == "[]" else ("->" if place == 0 else ".") + name
        return text


@lru_cache(maxsize=65536)
def parse(operand: str) -> Object | None:
    """The object an operand names; None where it is no access path."""
    match = _BASE.match(operand)
    if match is None:
        return None
    fields: list[str] = []
    place = match.end()
    while place < len(operand):
        step = _STEP.match(operand, place)
        if step is None:
            return None
        fields.append(step[1] or "[]")
        place = step.end()
    return Object(match[1], tuple(fields))


def is_constant(operand: str) -> bool:
    """Whether an operand is a number, a string or the name of a constant."""
    return _CONSTANT.fullmatch(operand) is not None


def dereferences(operand: str) -> bool:
    """Whether evaluating the operand reads memory through a pointer."""
    return "->" in operand or "[" in operand or "*" in operand
