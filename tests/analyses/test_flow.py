"""Sets of blocks, against a plain search on graphs of every shape."""

from __future__ import annotations

import random

import pytest

from kscan.analyses.body.flow import Flow, flow_of
from kscan.facts.model import Block, Body


def graph(seed: int) -> Body:
    """Blocks with up to two successors anywhere: loops, dead code, edges to oneself."""
    chance = random.Random(seed)
    size = chance.randint(1, 12)
    blocks = []
    for number in range(size):
        ways = chance.choice([0, 1, 1, 2, 2])
        succs = tuple(chance.randrange(size) for _ in range(ways))
        if ways == 1 and chance.random() < 0.6:
            succs = (min(number + 1, size - 1),)
        blocks.append(Block((), ("return", "jump", "branch")[ways], number, succs))
    return Body((), tuple(blocks))


def searched(body: Body, start: int, without: tuple[int, int] | None = None) -> set[int]:
    found: set[int] = set()
    stack = [start]
    while stack:
        number = stack.pop()
        for side, succ in enumerate(body.blocks[number].succs):
            if (number, side) != without and succ not in found:
                found.add(succ)
                stack.append(succ)
    return found


@pytest.mark.parametrize("seed", range(150))
def test_sets_are_those_of_a_search(seed: int) -> None:
    body = graph(seed)
    flow = Flow(body)
    for start in range(len(body.blocks)):
        assert {b for b in range(len(body.blocks)) if flow.after[start] >> b & 1} == searched(body, start)
    for number, block in enumerate(body.blocks):
        for side in range(len(block.succs)) if len(set(block.succs)) == 2 else ():
            for goal in range(1, len(body.blocks)):
                avoidable = goal in searched(body, 0, (number, side))
                assert flow.needs(goal, number, side) is not avoidable
            assert not flow.needs(0, number, side)


def test_a_body_is_looked_at_once() -> None:
    body = graph(1)
    assert flow_of(body) is flow_of(body)
