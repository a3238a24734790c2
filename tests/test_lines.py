"""What findings get from the source besides the facts they were made of."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from kscan.findings.model import Finding, Step
from kscan.pipeline.lines import with_lines
from kscan.pipeline.setup import Setup
from kscan.sources.fragments import NoTree
from kscan.sources.overlay import Overlay

TEXT = '\tnp = of_get("bus");\n\tif (x)\n\t\treturn ret; /* early */\n}\n'


def seen(**changes: Any) -> Finding:
    fields: dict[str, Any] = dict.fromkeys(Finding.__struct_fields__[:14], "")
    fields |= {"file": "a.c", "line": 3, "column": 1, "end_line": 3, "end_column": 1}
    fields |= {"steps": (), "conditions": (), **changes}
    setup = cast(Setup, SimpleNamespace(config=SimpleNamespace(format="text")))
    (found,) = with_lines(setup, [Finding(**fields)], Overlay(NoTree(), {"a.c": TEXT.encode()}))
    return found


@pytest.mark.parametrize(("line", "columns"), [(3, (3, 14)), (4, (1, 2)), (2, (2, 8)), (99, (1, 1))], ids=str)
def test_what_is_found_on_a_line_is_its_code(line: int, columns: tuple[int, int]) -> None:
    found = seen(line=line, end_line=line)
    assert (found.column, found.end_column) == columns


def test_what_has_a_place_on_its_line_keeps_it() -> None:
    assert (seen(column=5, end_column=9).column, seen(column=5, end_column=9).end_column) == (5, 9)


def test_strings_are_those_of_the_source() -> None:
    step = Step("a.c", 1, "f", 'takes the branch of_get("")')
    found = seen(steps=(step,), conditions=('of_get("") in f()', 'g("") in f()'))
    assert found.steps[0].message == 'takes the branch of_get("bus")'
    assert found.conditions == ('of_get("bus") in f()', 'g("...") in f()')
