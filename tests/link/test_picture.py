"""Pictures of a call graph: where boxes stand and lines run."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from kscan.link.picture import Box, Drawing, Line, svg

SVG = "{http://www.w3.org/2000/svg}"
CORE, HOOK, ARCH, PLATFORM = range(4)
BOXES = (
    Box("caller", "caller", "a.c:1", ARCH),
    Box("field", "ops.setup", "ops field", HOOK),
    Box("one", "one", "b.c:1", PLATFORM),
    Box("two", "two", "c.c:1", ARCH),
    Box("three", "three", "d.c:1", PLATFORM),
)
LINES = tuple(Line(*ends, "ops", "", "") for ends in (
    ("caller", "field"), ("field", "one"), ("field", "two"), ("field", "three"),
))  # fmt: skip


def heights(root: ElementTree.Element) -> dict[str, tuple[float, float]]:
    """The upper and lower edges of the boxes, by title."""
    titles = {text.text or "": text for text in root.iter(f"{SVG}text")}
    return {
        box.title: (y, y + 34)
        for box in BOXES
        for y in [float(titles[box.title].get("y", "")) - 14]
    }  # fmt: skip


def test_a_line_that_passes_a_lane_meets_no_box_of_it() -> None:
    root = ElementTree.fromstring("\n".join(svg(Drawing(BOXES, LINES), "title")))
    spans = heights(root)
    paths = [path.get("d", "") for path in root.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    runs = [float(match[1]) for path in paths for match in re.finditer(r" L[\d.]+,([\d.]+)\Z", path)]
    assert len(runs) == 2  # to the platform, behind the lane of the architecture
    for run in runs:
        assert not any(spans[title][0] <= run <= spans[title][1] for title in ("caller", "two"))


def test_lines_to_the_left_and_right_of_two_boxes_are_apart() -> None:
    lines = (Line("caller", "field", "ops", "", ""), Line("field", "caller", "ops", "", ""))
    root = ElementTree.fromstring("\n".join(svg(Drawing(BOXES[:2], lines), "title")))
    starts = [path.get("d", "").split(" ")[0].rpartition(",")[2] for path in root.iter(f"{SVG}path")]
    assert len(set(starts[-3:-1])) == 2


def test_a_function_that_calls_itself_has_a_loop() -> None:
    again = Line("caller", "caller", "direct", "", "")
    root = ElementTree.fromstring("\n".join(svg(Drawing(BOXES[:1], (again,)), "title")))
    (loop,) = (path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("d", "").count("C") == 1)
    heights = re.findall(r"[\d.]+,([\d.]+)", loop)
    assert float(heights[-1]) - float(heights[0]) > 10
