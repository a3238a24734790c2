"""Pictures of a part of a call graph: GraphML and DOT for tools, SVG for people.

An edge through a hook (a weak function, an ops field, a notifier chain) is drawn as two, with the hook
between them: functions stand in four lanes, core -> hook -> architecture -> platform, in each as an
outline, so that a chain is read from left to right and downwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

import msgspec

from kscan.link.edges import CALLBACK, DIRECT, INITCALL, MACRO, NOTIFIER, OPS, OVERRIDE, Edge, Func
from kscan.regex import regex

LANES = ("core", "hook", "architecture", "platform")
MOST = 400
"""More nodes than this make no picture that anybody could read."""

_CORE, _HOOK, _ARCH, _PLATFORM = range(4)
_THROUGH_HOOK = frozenset((OVERRIDE, OPS, NOTIFIER))
_LANE_OF = regex(r"arch/[^/]+/(platforms/|mach-|plat-)?")
# Colour, dashes and arrow head each tell the kinds apart by themselves.
_STYLES: Mapping[str, tuple[str, str, str]] = {
    DIRECT: ("#333333", "", "normal"),
    MACRO: ("#7a5c00", "2 3", "vee"),
    OVERRIDE: ("#0b5cad", "10 3", "diamond"),
    OPS: ("#0a7a3d", "6 3", "dot"),
    CALLBACK: ("#8a2be2", "8 3 2 3", "empty"),
    NOTIFIER: ("#b3261e", "3 3 9 3", "box"),
    INITCALL: ("#666666", "1 4", "tee"),
}
_CHANGES: Mapping[str, tuple[str, str]] = {"gained": ("#0a7a3d", "+ "), "lost": ("#b3261e", "- ")}
_BOX, _GAP, _INDENT, _LANE_GAP, _TOP, _LETTER = 34, 14, 28, 90, 56, 6.9
_BACK = 9  # how far below the middle of boxes lines leave and arrive that lead to the left
_DEEPEST = 8  # steps to the right within a lane


class Box(NamedTuple):
    """A node: a function, or a hook that edges go through."""

    key: str
    title: str
    place: str  # file and line, or what kind of hook
    lane: int


class Line(NamedTuple):
    """An arrow between two boxes, by their keys."""

    start: str
    end: str
    kind: str
    label: str
    change: str  # gained, lost or empty


class Drawing(msgspec.Struct, frozen=True):
    """What is drawn, in the order it was found."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(edges: Iterable[Edge], changes: Mapping[Edge, str] | None = None) -> Drawing:
    """The boxes and lines of some edges; ``changes`` says which of them were gained or lost."""
    boxes: dict[str, Box] = {}
    lines: dict[Line, None] = {}
    for edge in edges:
        change = (changes or {}).get(edge, "")
        start, end = _box(edge.caller), _box(edge.callee)
        boxes.setdefault(start.key, start)
        if edge.kind in _THROUGH_HOOK:
            hook = _hook(edge)
            boxes.setdefault(hook.key, hook)
            lines[Line(start.key, hook.key, edge.kind, "", change)] = None
            start = hook
        boxes.setdefault(end.key, end)
        lines[Line(start.key, end.key, edge.kind, _label(edge), change)] = None
    return Drawing(tuple(boxes.values()), tuple(lines))


def _label(edge: Edge) -> str:
    if edge.kind == MACRO:
        return edge.via
    return f"{edge.kind} {edge.via}".strip() if edge.kind in (CALLBACK, INITCALL) else ""


def _box(func: Func) -> Box:
    place = f"{func.path}:{func.fact.line}" if func.path else "not linked"
    match = _LANE_OF.match(func.path)
    lane = _CORE if match is None else _PLATFORM if match[1] else _ARCH
    if func.fact.linkage == "weak":
        lane = _HOOK
    return Box(f"{func.path}:{func.name}", func.name, place, lane)


def _hook(edge: Edge) -> Box:
    if edge.kind == OVERRIDE:
        return Box(f"weak {edge.callee.name}", edge.callee.name, "weak function, overridden", _HOOK)
    name = edge.via.removeprefix("struct ")
    return Box(f"field {edge.via}", name, "notifier chain" if edge.kind == NOTIFIER else "ops field", _HOOK)


# -- DOT and GraphML --------------------------------------------------------------------------


def dot(drawing: Drawing) -> Iterator[str]:
    """Lines of a graph for Graphviz."""
    yield "digraph kscan {"
    yield '  rankdir=LR; node [shape=box, fontname="monospace", fontsize=10];'
    for number, lane in enumerate(LANES):
        inside = [box for box in drawing.boxes if box.lane == number]
        if inside:
            yield f"  subgraph cluster_{number} {{"
            yield f"    label={_quoted(lane)};"
            shape = ", style=rounded" if number == _HOOK else ""
            for box in inside:
                yield f"    {_quoted(box.key)} [label={_quoted(box.title + chr(10) + box.place)}{shape}];"
            yield "  }"
    for line in drawing.lines:
        colour, dashes, head = _STYLES[line.kind]
        colour, mark = _CHANGES.get(line.change, (colour, ""))
        text = f"{mark}{line.label or (line.kind if line.kind != DIRECT else '')}".strip()
        style = "dashed" if dashes else "solid"
        yield (
            f"  {_quoted(line.start)} -> {_quoted(line.end)} [label={_quoted(text)}, color={_quoted(colour)},"
            f" style={style}, arrowhead={head}];"
        )
    yield "}"


def _quoted(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'


def graphml(edges: Iterable[Edge], changes: Mapping[Edge, str] | None = None) -> Iterator[str]:
    """Lines of a GraphML document: functions are nodes, every call site is an edge of its own."""
    import networkx  # noqa: PLC0415 - takes 0.1 s to import, and nothing else needs it

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for number, edge in enumerate(edges):
        for func in (edge.caller, edge.callee):
            key, name = f"{func.path}:{func.name}", func.name
            lane = LANES[_box(func).lane]
            graph.add_node(key, name=name, file=func.path, line=func.fact.line, layer=lane)
        attributes = {"kind": edge.kind, "via": edge.via, "line": edge.line, "among": edge.among}
        if changes is not None:
            attributes["change"] = changes.get(edge, "")
        caller, callee = (f"{func.path}:{func.name}" for func in (edge.caller, edge.callee))
        graph.add_edge(caller, callee, key=number, **attributes)  # which becomes its id
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield from networkx.generate_graphml(graph)  # with ids that are no names: both ends have a "line"


# -- SVG --------------------------------------------------------------------------------------


class _Spot(NamedTuple):
    """Where a box stands: its upper left corner and its width, in pixels."""

    x: float
    y: float
    width: float


class _Layout(NamedTuple):
    """``parents`` are the callers that boxes hang under, ``widths`` those of the lanes."""

    spots: dict[str, _Spot]
    parents: dict[str, str]
    lefts: list[float]
    widths: list[float]
    height: float


def svg(drawing: Drawing, title: str) -> Iterator[str]:
    """Lines of a picture in SVG."""
    layout = _lay_out(drawing)
    lefts, widths, height = layout.lefts, layout.widths, layout.height
    width = max(lefts[-1] + widths[-1] + 20, 640.0)
    bottom = height + 64
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{bottom:.0f}"'
        f' viewBox="0 0 {width:.0f} {bottom:.0f}" font-family="monospace" font-size="11">'
    )
    yield f"<title>{escape(title)}</title>"
    yield f'<rect width="{width:.0f}" height="{bottom:.0f}" fill="#ffffff"/>'
    yield from _markers()
    yield f'<text x="14" y="18" font-size="13" font-weight="bold">{escape(title)}</text>'
    for number, lane in enumerate(LANES):
        if widths[number]:
            x, w = lefts[number] - 12, widths[number] + 24
            yield (
                f'<rect x="{x:.0f}" y="26" width="{w:.0f}" height="{height - 22:.0f}" fill="#f4f6f8"'
                f' stroke="#d5dbe1"/><text x="{x + w / 2:.0f}" y="42" text-anchor="middle" fill="#555555">'
                f"{lane}</text>"
            )
    boxes = {box.key: box for box in drawing.boxes}
    for line in drawing.lines:
        yield from _arrow(line, boxes, layout)
    for box in drawing.boxes:
        yield from _drawn(box, layout.spots[box.key])
    yield from _legend({line.kind for line in drawing.lines}, {line.change for line in drawing.lines}, height)
    yield "</svg>"


def _lay_out(drawing: Drawing) -> _Layout:
    """An outline: a box stands beside or below its last caller, further right in the same lane."""
    lane = {box.key: box.lane for box in drawing.boxes}
    out: dict[str, list[str]] = defaultdict(list)
    for line in drawing.lines:
        if line.start != line.end:
            out[line.start].append(line.end)
    order = _top_down([box.key for box in drawing.boxes], out)
    place = {key: number for number, key in enumerate(order)}
    parents: dict[str, str] = {}
    for key in order:
        parents.update((other, key) for other in out[key] if place[other] > place[key])  # not back up a cycle
    below: dict[str, list[str]] = defaultdict(list)
    for key in order:
        if key in parents:
            below[parents[key]].append(key)

    indents: dict[str, int] = {}
    heights: dict[str, float] = {}
    free = [float(_TOP)] * len(LANES)
    stack = [key for key in reversed(order) if key not in parents]
    while stack:
        key = stack.pop()
        at, caller = lane[key], parents.get(key)
        beside = caller is not None and lane[caller] == at
        indents[key] = min(indents[caller] + 1, _DEEPEST) if caller is not None and beside else 0
        taken = {at, *(_between(lane[caller], at) if caller is not None else ())}  # the line there needs room
        heights[key] = max(*(free[n] for n in taken), heights[caller] if caller is not None else 0.0)
        for number in taken:
            free[number] = heights[key] + _BOX + _GAP
        stack.extend(reversed(below[key]))

    widths = [0.0] * len(LANES)
    for box in drawing.boxes:
        wide = _LETTER * max(len(box.title), len(box.place) * 0.85) + 22
        widths[box.lane] = max(widths[box.lane], indents[box.key] * _INDENT + wide)
    lefts, x = [], 26.0
    for width in widths:
        lefts.append(x)
        x += width + _LANE_GAP if width else 0
    spots = {
        key: _Spot(lefts[at] + indents[key] * _INDENT, heights[key], widths[at] - indents[key] * _INDENT)
        for key, at in lane.items()
    }
    return _Layout(spots, parents, lefts, widths, max(free) + _GAP)


def _between(first: int, last: int) -> range:
    """The lanes between two."""
    return range(min(first, last) + 1, max(first, last))


def _top_down(keys: Sequence[str], out: Mapping[str, Sequence[str]]) -> list[str]:
    """Callers before callees, cycles broken where they close."""
    done: dict[str, None] = {}
    seen: set[str] = set()
    for start in reversed(keys):  # so that reversed at the end, what comes first stays first
        stack = [(start, reversed(out.get(start, ())))] if start not in seen else []
        seen.add(start)
        while stack:
            key, rest = stack[-1]
            following = next((other for other in rest if other not in seen), None)
            if following is None:
                done[key] = None
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, reversed(out.get(following, ()))))
    return list(reversed(done))


def _arrow(line: Line, boxes: Mapping[str, Box], layout: _Layout) -> Iterator[str]:
    start, end = layout.spots[line.start], layout.spots[line.end]
    right, middle = start.x + start.width, start.y + _BOX / 2
    first, last = boxes[line.start].lane, boxes[line.end].lane
    target, anchor = end.y + _BOX / 2, "middle"
    if last > first:
        path = _turn(right, middle, _passing(first, last, layout, end.x), end.x, target)
        at = ((right + end.x) / 2, (middle + target) / 2)
    elif last == first and layout.parents.get(line.end) == line.start and end.x > start.x:
        x = start.x + _INDENT / 2
        path = f"M{x:.0f},{start.y + _BOX:.0f} L{x:.0f},{target:.0f} L{end.x:.0f},{target:.0f}"
        at, anchor = (x + 4, end.y - 2), "start"
    elif last == first:
        if line.start == line.end:  # a loop is to be seen
            middle, target = middle - _BACK, target + _BACK
        out = right + 20 + min(abs(target - middle) / 12, 60)
        path = f"M{right:.0f},{middle:.0f} C{out:.0f},{middle:.0f} {out:.0f},{target:.0f}"
        path += f" {end.x + end.width:.0f},{target:.0f}"
        at = (right + (out - right) * 0.75, (middle + target) / 2)
    else:  # back to the left: below the lines that lead to the right
        edge, middle, target = end.x + end.width, middle + _BACK, target + _BACK
        path = _turn(start.x, middle, _passing(first, last, layout, edge), edge, target)
        at = ((start.x + edge) / 2, (middle + target) / 2)
    colour, dashes, head = _STYLES[line.kind]
    colour, mark = _CHANGES.get(line.change, (colour, ""))
    width = 2.2 if line.change else 1.4
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    yield (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dash}'
        f' marker-end="url(#{head})"><title>{escape(line.kind)}</title></path>'
    )
    text = mark + line.label
    if text:
        yield (
            f'<text x="{at[0]:.0f}" y="{at[1]:.0f}" font-size="9" fill="{colour}"'
            f' text-anchor="{anchor}">{escape(text)}</text>'
        )


def _turn(x: float, y: float, turned: float, end: float, target: float) -> str:
    """A curve from a place to the height ``target`` at ``turned``, and a straight line on to ``end``."""
    bend = (turned - x) / 2
    curve = (
        f"M{x:.0f},{y:.0f} C{x + bend:.0f},{y:.0f} {turned - bend:.0f},{target:.0f} {turned:.0f},{target:.0f}"
    )
    return curve if turned == end else f"{curve} L{end:.0f},{target:.0f}"


def _passing(first: int, last: int, layout: _Layout, end: float) -> float:
    """Where a line has reached its end's height: before a lane that it only passes, else at ``end``."""
    lanes = [number for number in _between(first, last) if layout.widths[number]]
    if not lanes:
        return end
    if first < last:
        return layout.lefts[lanes[0]] - 12
    return layout.lefts[lanes[-1]] + layout.widths[lanes[-1]] + 12


def _drawn(box: Box, spot: _Spot) -> Iterator[str]:
    hook = box.lane == _HOOK
    shape = 'rx="14" stroke-dasharray="5 2"' if hook else 'rx="2"'
    fill = "#fff7e0" if hook else "#ffffff"
    middle = spot.x + spot.width / 2
    yield (
        f'<rect x="{spot.x:.0f}" y="{spot.y:.0f}" width="{spot.width:.0f}" height="{_BOX}" {shape}'
        f' fill="{fill}" stroke="#445566"/>'
        f'<text x="{middle:.0f}" y="{spot.y + 14:.0f}" text-anchor="middle">{escape(box.title)}</text>'
        f'<text x="{middle:.0f}" y="{spot.y + 27:.0f}" text-anchor="middle" font-size="9" fill="#666666">'
        f"{escape(box.place)}</text>"
    )


def _markers() -> Iterator[str]:
    shapes = {
        "normal": "M0,0 L8,4 L0,8 Z",
        "vee": "M0,0 L8,4 L0,8 L3,4 Z",
        "diamond": "M0,4 L4,0 L8,4 L4,8 Z",
        "dot": "M4,0 A4,4 0 1 1 4,8 A4,4 0 1 1 4,0 Z",
        "empty": "M1,1 L7,4 L1,7 Z",
        "box": "M0,0 L8,0 L8,8 L0,8 Z",
        "tee": "M6,0 L8,0 L8,8 L6,8 Z",
    }
    yield "<defs>"
    for colour, _dashes, head in _STYLES.values():
        fill = "#ffffff" if head == "empty" else colour
        yield (
            f'<marker id="{head}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7"'
            f' orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="{shapes[head]}"'
            f' fill="{fill}" stroke="{colour}"/></marker>'
        )
    yield "</defs>"


def _legend(kinds: set[str], changes: set[str], y: float) -> Iterator[str]:
    """A sample of each kind of line that is there, each with its name."""
    x = 26
    for kind in (kind for kind in _STYLES if kind in kinds):
        colour, dashes, head = _STYLES[kind]
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        yield (
            f'<path d="M{x},{y + 28:.0f} L{x + 44},{y + 28:.0f}" stroke="{colour}" stroke-width="1.4"{dash}'
            f' marker-end="url(#{head})"/><text x="{x + 50}" y="{y + 32:.0f}">{escape(kind)}</text>'
        )
        x += 62 + int(_LETTER * len(kind)) + 16
    for change in sorted(changes & _CHANGES.keys()):
        colour, mark = _CHANGES[change]
        yield f'<text x="{x}" y="{y + 32:.0f}" fill="{colour}">{mark}{change}</text>'
        x += int(_LETTER * len(change)) + 40
