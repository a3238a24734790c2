"""The figures that the benchmark prints of the call graph."""

from __future__ import annotations

from pathlib import Path

from tests.benchmark import callgraph

FILE = "drivers/pci/a.c"


def test_sites_with_a_target_found() -> None:
    known = [
        [FILE, "f", 3, "struct ops", "start", "o->start"],
        [FILE, "g", 9, "struct ops", "stop", "o->stop"],
        [FILE, "g", 10, "struct ops", "elsewhere", "o->elsewhere"],  # no target in the tree
        ["mm/a.c", "f", 3, "struct ops", "start", "o->start"],  # not looked at
    ]
    targets = {"struct ops.start": ["a", "b"], "struct ops.stop": ["c"]}
    rows = [(FILE, "f", "b", "indirect"), (FILE, "g", "c", "direct"), (FILE, "g", "d", "indirect")]
    assert callgraph.sites(known, targets, rows) == (50.0, 1, 2)


def test_the_truth_is_of_one_tree(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text("")
    assert callgraph.is_present("/trees/linux-source-6.1", tmp_path)
    assert not callgraph.is_present("/trees/linux-6.2", tmp_path)
    assert not callgraph.is_present("/trees/linux-source-6.1", tmp_path / "none")
