"""Which lines of a body a view does not compile: those of ``#if`` branches that it knows not to hold."""

from __future__ import annotations

from kscan.facts.model import Body, Function
from kscan.link.view import View

_CONFIG = "config"  # the operator of a branch that stands for an #if


def lines_left_out(function: Function, view: View) -> frozenset[int]:
    """The lines of which all that is done stands in branches that are not compiled; 1-based."""
    if not function.packs(_CONFIG, ""):
        return frozenset()
    body = function.body
    kept = _compiled(body, view)
    inside: set[int] = set()
    outside: set[int] = set()
    for number, block in enumerate(body.blocks):
        lines = outside if number in kept else inside
        lines.update(event.line for event in block.events)
        if block.kind != "jump":
            lines.add(block.line)
    return frozenset(inside - outside)


def _compiled(body: Body, view: View) -> frozenset[int]:
    """The blocks that control reaches where branches of a known condition are taken as it says."""
    reached, stack = {0}, [0]
    while stack:
        block = body.blocks[stack.pop()]
        succs = block.succs
        if block.op == _CONFIG:
            holds = view.truth(block.left[1:])
            succs = succs if holds is None else succs[:1] if holds else succs[1:]
        for succ in succs:
            if succ not in reached:
                reached.add(succ)
                stack.append(succ)
    return frozenset(reached)
