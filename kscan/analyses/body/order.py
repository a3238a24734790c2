"""Event order: which calls on an object come before the call that registers it, and where they lead.

The object is followed by access path from argument to parameter, through locals that
stand for one object; a hop where that is lost ends the search (silence on doubt).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping

import msgspec

from kscan.analyses.body import cfg
from kscan.analyses.body.access import Object
from kscan.analyses.body.values import Values
from kscan.facts.model import Call
from kscan.link.edges import Edge, Func
from kscan.link.program import Program

_DEPTH = 10
Bodies = Callable[[Func], Values]


class Hop(msgspec.Struct, frozen=True):
    """A call site on a path: the function it is in, the call, and the edge taken (None for the last)."""

    func: Func
    place: cfg.Place
    call: Call
    edge: Edge | None


class Early(msgspec.Struct, frozen=True):
    """A call that precedes registration, and the path from it to what needs registration."""

    register: Hop
    object: Object  # in terms of the registering function
    path: tuple[Hop, ...]  # the last hop is the call that needs the registered object


def calls_before(
    func: Func, registers: Mapping[str, int], values: Values
) -> Iterator[tuple[Hop, Object, Hop]]:
    """(registering call, registered object, an earlier call) for every such pair in a function."""
    body = func.fact.body
    sites = list(cfg.calls(body))
    for place, call in sites:
        position = registers.get(call.callee)
        if position is None or position >= len(call.args):
            continue
        found = values.object(call.args[position])
        if found is None or found.base in values.calls:
            continue
        for earlier, other in sites:
            if (
                earlier != place
                and cfg.comes_after(body, earlier, place)
                and not cfg.comes_after(body, place, earlier)
            ):
                yield Hop(func, place, call, None), found, Hop(func, earlier, other, None)


def paths_to(
    program: Program,
    start: Hop,
    target: Object,
    wanted: Callable[[Call, Mapping[int, Object]], bool],
    toward: frozenset[str],
    bodies: Bodies,
) -> tuple[Hop, ...] | None:
    """The shortest path from call ``start`` to a call that ``wanted`` accepts.

    ``wanted`` gets a call and those of its arguments that are (part of) ``target``'s base
    object, in terms of the function of ``start``.  Only functions named in ``toward`` are
    entered.
    """
    first = arguments(start.call, bodies(start.func), {target.base: Object(target.base)})
    if wanted(start.call, first):
        return (start,)
    queue: deque[tuple[tuple[Hop, ...], Call, Func, dict[int, Object], cfg.Place]] = deque()
    queue.append(((), start.call, start.func, first, start.place))
    seen: set[tuple[Func, tuple[tuple[int, Object], ...]]] = set()
    while queue:
        path, call, func, given, place = queue.popleft()
        if len(path) >= _DEPTH or not given:
            continue
        program.demand_targets(call, toward)
        for edge in program.call_targets(func, call):
            key = (edge.callee, tuple(sorted(given.items())))
            if edge.callee.name not in toward or key in seen or edge.kind == "macro":
                continue
            seen.add(key)
            here = (*path, Hop(func, place, call, edge))
            formal = {
                parameter.name: given[i]
                for i, parameter in enumerate(edge.callee.params)
                if i in given and parameter.name
            }
            values = bodies(edge.callee)
            for inner_place, inner in cfg.calls(edge.callee.fact.body):
                objects = arguments(inner, values, formal)
                if wanted(inner, objects):
                    return (*here, Hop(edge.callee, inner_place, inner, None))
                queue.append((here, inner, edge.callee, objects, inner_place))
    return None


def arguments(call: Call, values: Values, known: Mapping[str, Object]) -> dict[int, Object]:
    """The arguments that start from one of the ``known`` names, in terms of what those stand for."""
    found = {}
    for position, argument in enumerate(call.args):
        named = values.object(argument)
        if named is not None and named.base in known:
            found[position] = named.rebase(known[named.base])
    return found
