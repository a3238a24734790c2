"""Locals that some path may read before anything set them: a quick superset, found while the CFG is at hand.

Definite assignment (as in the Java Language Specification, chapter 16) on bit sets, blind to
what branches tell.  A rule decodes only the bodies that are named here and judges each path.
"""

from __future__ import annotations

import re

from kscan.facts.model import Assign, Body, Call, Event

_NAMES = re.compile(r"(?<![\w.])(?<!->)[A-Za-z_]\w*")  # no fields


def unset_reads(body: Body) -> tuple[str, ...]:
    """The names of the scalar locals of ``body`` that may be read while unset, sorted."""
    bits: dict[str, int] = {}
    for local in body.locals:
        kind = local.type
        plain = "*" in kind or not kind.startswith(("struct", "union", "?"))
        # A type in upper case is what is left of a macro that declares: its arguments are no locals.
        scalar = plain and not kind.isupper() and not kind.endswith("[]")
        if scalar and not local.static and local.name[:1] != "%":
            bits.setdefault(local.name, 1 << len(bits))
    if not bits:
        return ()
    effects = [_Effect(bits) for _ in body.blocks]
    read = 0
    for effect, block in zip(effects, body.blocks, strict=True):
        for event in block.events:
            effect.event(event)
        effect.read(block.left, block.right)
        read |= effect.exposed
    if not read:
        return ()
    unset = _unset(body, effects, read)
    found = 0
    for effect, mask in zip(effects, unset, strict=True):
        found |= effect.exposed & mask
    return tuple(sorted(name for name, bit in bits.items() if bit & found))


def _unset(body: Body, effects: list[_Effect], wanted: int) -> list[int]:
    """What may be unset where each block begins."""
    unset = [0] * len(body.blocks)
    unset[0] = wanted
    pending = [0]
    while pending:
        number = pending.pop()
        out = unset[number] & ~effects[number].set
        for succ in body.blocks[number].succs:
            if out & ~unset[succ]:
                unset[succ] |= out
                pending.append(succ)
    return unset


class _Effect:
    """What one block sets, and what it reads before setting it."""

    __slots__ = ("_bits", "exposed", "set")

    def __init__(self, bits: dict[str, int]) -> None:
        self._bits = bits
        self.set = 0
        self.exposed = 0

    def read(self, *operands: str) -> None:
        """Operands are evaluated."""
        for operand in operands:
            bit = self._bits.get(operand)
            if bit is None and not operand.isidentifier():
                bit = 0
                for name in _NAMES.findall(operand):
                    bit |= self._bits.get(name, 0)
            self.exposed |= (bit or 0) & ~self.set

    def event(self, event: Event) -> None:
        """An event takes place."""
        if isinstance(event, Call):
            if event.callee == "asm" and not event.args:
                self.set = -1
            for arg in event.args:
                self._argument(arg, event.loop)
        elif isinstance(event, Assign):
            bit = self._bits.get(event.target, 0)
            if event.value[:1] == "&":
                self._given(event.value)
            else:
                self.read(event.value)
            if bit and event.op != "=":
                self.read(event.target)
            elif not bit:
                self._stored(event.target)
            self.set |= bit
        else:
            self.read(*event.names)

    def _stored(self, target: str) -> None:
        """A store to something that is no plain variable: through a pointer, or to a part of a value."""
        name = _NAMES.match(target)
        if name is not None and target[name.end() : name.end() + 1] == ".":
            self.set |= self._bits.get(name[0], 0)
        else:
            self.read(target)

    def _argument(self, arg: str, loop: bool) -> None:
        if arg[:1] == "&":
            self._given(arg)
            return
        bit = self._bits.get(arg, 0)
        if not loop:
            self.read(arg)
        self.set |= bit  # a macro may set it

    def _given(self, operand: str) -> None:
        """``&x`` or ``&x.y``: from here on somebody else may set it; ``&x->y`` reads x."""
        name = _NAMES.match(operand, 1)
        if name is not None and "->" not in operand and "[" not in operand:
            self.set |= self._bits.get(name[0], 0)
        else:
            self.read(operand)
