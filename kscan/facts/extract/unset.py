"""Locals that some path may read before anything set them: a quick superset, found while the CFG is at hand.

Definite assignment (as in the Java Language Specification, chapter 16) on bit sets, blind to
what branches tell.  A rule decodes only the bodies that are named here and judges each path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kscan.facts.extract.builder import Draft
from kscan.facts.model import Assign, Call, Event, Local

_NAMES = re.compile(r"(?<![\w.])(?<!->)[A-Za-z_]\w*")  # no fields


def unset_reads(bare: Iterable[Local], blocks: Sequence[Draft]) -> tuple[str, ...]:
    """The names of the scalar ones of ``bare`` that may be read while unset, sorted.

    ``bare`` are the locals declared without a value, or with one that names them: the others are set
    where they come into being.
    """
    bits: dict[str, int] = {}
    for local in bare:
        kind = local.type
        plain = "*" in kind or not kind.startswith(("struct", "union", "?"))
        if plain and not kind.endswith("[]") and not local.static:
            bits.setdefault(local.name, 1 << len(bits))
    if not bits:
        return ()
    entry = _effect(bits, blocks[0])
    found = entry.exposed
    left = {name: bit for name, bit in bits.items() if not bit & entry.set}
    if left and blocks[0].succs:
        effects = [_effect(left, block) for block in blocks]
        read = 0
        for effect in effects:
            read |= effect.exposed
        if read:
            for effect, mask in zip(effects, _unset(blocks, effects, read), strict=True):
                found |= effect.exposed & mask
    return tuple(sorted([name for name, bit in bits.items() if bit & found])) if found else ()


def _effect(bits: dict[str, int], block: Draft) -> _Effect:
    effect = _Effect(bits)
    for event in block.events:
        effect.event(event)
    effect.read(block.left)
    effect.read(block.right)
    return effect


def _unset(blocks: Sequence[Draft], effects: list[_Effect], wanted: int) -> list[int]:
    """What may be unset where each block begins."""
    unset = [0] * len(blocks)
    unset[0] = wanted
    pending = [0]
    while pending:
        number = pending.pop()
        out = unset[number] & ~effects[number].set
        for succ in blocks[number].succs:
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

    def read(self, operand: str) -> None:
        """An operand is evaluated."""
        bits = self._bits
        for name, bit in bits.items():  # few: to look for them costs less than to list what is there
            if (
                name in operand
                and not bit & self.set
                and (name == operand or name in _NAMES.findall(operand))
            ):
                self.exposed |= bit

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
            for name in event.names:
                self.read(name)

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
