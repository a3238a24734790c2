"""Scans in portions: what lies together stays together, and what is found is as it would be at once."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest

from kscan.config import Config
from kscan.pipeline import scan, stages
from kscan.pipeline.portions import portions
from tests.test_scan import CORPUS, HAZARDS, RULES, found


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (9, [["a/b/1", "a/b/2", "a/c/3", "a/c/d/4", "e/5", "f"]]),
        (4, [["a/b/1", "a/b/2", "a/c/3", "a/c/d/4"], ["e/5", "f"]]),
        (3, [["a/b/1", "a/b/2"], ["a/c/3", "a/c/d/4"], ["e/5", "f"]]),
        (1, [["a/b/1"], ["a/b/2"], ["a/c/3"], ["a/c/d/4"], ["e/5"], ["f"]]),
    ],
)
def test_directories_stay_together(most: int, expected: list[list[str]]) -> None:
    sizes = dict.fromkeys(("a/b/1", "a/b/2", "a/c/3", "a/c/d/4", "e/5", "f"), 1)
    assert [list(portion) for portion in portions(sizes, most)] == expected


def test_a_file_too_large_is_a_portion_of_its_own() -> None:
    assert list(portions({"a/1": 1, "a/2": 9, "a/3": 1, "b": 1}, 3)) == [
        ("a/1",), ("a/2",), ("a/3",), ("b",)]  # fmt: skip


def test_nothing_to_scan_is_one_portion() -> None:
    assert list(portions({})) == [()]


def test_portions_find_what_one_scan_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(tree=CORPUS, rules=RULES)
    whole = scan(config)
    monkeypatch.setattr(stages, "portions", partial(portions, most=3000))
    parts = scan(config)
    assert found(parts) == HAZARDS
    assert parts.findings == whole.findings
    assert parts.coverage == msgspec.structs.replace(
        whole.coverage, context_files=parts.coverage.context_files
    )
