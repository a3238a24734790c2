"""What one CFG's edges say, as bit sets: which blocks follow which, and which cannot be avoided.

Made once for a body and asked often: a set of blocks is an integer with one bit a block.
Dominators as in Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm", on sets.
"""

from __future__ import annotations

from functools import cached_property

from kscan.facts.model import Body, OfBody


class Flow:
    """The order of the blocks of a body."""

    def __init__(self, body: Body) -> None:
        self._succs = [block.succs for block in body.blocks]
        self._order = _postorder(self._succs)

    @cached_property
    def after(self) -> list[int]:
        """For each block the set of those that control can come to from its end."""
        found = [0] * len(self._succs)
        changed = True
        while changed:
            changed = False
            for number in self._order:
                bits = 0
                for succ in self._succs[number]:
                    bits |= found[succ] | 1 << succ
                if bits != found[number]:
                    found[number] = bits
                    changed = True
        return found

    @cached_property
    def live(self) -> int:
        """The set of blocks that control can come to at all."""
        return self.after[0] | 1 if self._succs else 0

    @cached_property
    def _preds(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self._succs]
        for number, succs in enumerate(self._succs):
            if self.live >> number & 1:
                for succ in succs:
                    found[succ].append(number)
        return found

    @cached_property
    def dominators(self) -> list[int]:
        """For each live block the set of those on every way to it, itself included."""
        everything = (1 << len(self._succs)) - 1
        found = [everything] * len(self._succs)
        found[0] = 1
        order = [number for number in reversed(self._order) if number and self.live >> number & 1]
        changed = True
        while changed:
            changed = False
            for number in order:
                bits = everything
                for pred in self._preds[number]:
                    bits &= found[pred]
                bits |= 1 << number
                if bits != found[number]:
                    found[number] = bits
                    changed = True
        return found

    def behind(self, number: int, side: int) -> int:
        """The blocks that may need the edge to the ``side``-th successor of ``number``: a quick superset."""
        found = ~self.live & ((1 << len(self._succs)) - 1)
        succ = self._succs[number][side]
        return found | self.after[succ] | 1 << succ if self._decides(number, succ) else found

    def _decides(self, number: int, succ: int) -> bool:
        """Whether control only comes from block ``number``, or back, to its live successor ``succ``."""
        if not (succ and self.live >> number & 1):
            return False
        dominators = self.dominators
        return all(pred == number or dominators[pred] >> succ & 1 for pred in self._preds[succ])

    def turns(self, number: int, succ: int) -> bool:
        """Whether block ``number`` ends a loop that ``succ`` goes on with: it leads back to it, and by what
        lies behind it alone, which a loop around both does not."""
        seen = set[int]()
        pending = [succ]
        while pending:
            block = pending.pop()
            if block == number:
                return True
            if block not in seen and self.dominators[block] >> number & 1:
                seen.add(block)
                pending += self._succs[block]
        return False

    def needs(self, block: int, number: int, side: int) -> bool:
        """Whether every way to ``block`` goes over the edge to the ``side``-th successor of ``number``.

        True of a block that there is no way to.
        """
        if block == 0:
            return False
        if not self.live >> block & 1:
            return True
        succ = self._succs[number][side]
        return bool(self.dominators[block] >> succ & 1) and self._decides(number, succ)


def _postorder(succs: list[tuple[int, ...]]) -> list[int]:
    """All blocks, most of them after their successors."""
    order: list[int] = []
    seen = [False] * len(succs)
    for start in range(len(succs)):
        if seen[start]:
            continue
        seen[start] = True
        stack = [(start, iter(succs[start]))]
        while stack:
            number, rest = stack[-1]
            for succ in rest:
                if not seen[succ]:
                    seen[succ] = True
                    stack.append((succ, iter(succs[succ])))
                    break
            else:
                order.append(number)
                stack.pop()
    return order


flow_of = OfBody(Flow)
"""The one Flow of a body."""
