"""The cross-reference of what lies around the scanned files: kept, and brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kscan.facts.store import FactsStore
from kscan.pipeline.around import Around
from kscan.sources.overlay import Overlay
from kscan.sources.tree import Tree

FILES = {
    "core/a.c": "void low(void)\n{\n}\n",
    "core/b.c": "void top(void)\n{\n\tlow();\n}\n",
    "far/c.c": "void far(void)\n{\n\tlow();\n}\n",
    "far/near.c": "void near(void)\n{\n\tlow();\n}\n",
    "far/below/d.c": "void below(void)\n{\n\tlow();\n}\n",
}


class Counting(Tree):
    """A tree that notes which files are read."""

    def __init__(self, top: Path) -> None:
        super().__init__(top)
        self.was_read: list[str] = []

    def read(self, path: str) -> bytes:
        self.was_read.append(path)
        return super().read(path)


@pytest.fixture
def tree(tmp_path: Path) -> Counting:
    for path, text in FILES.items():
        file = tmp_path / "tree" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Counting(tmp_path / "tree")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FactsStore]:
    with FactsStore(tmp_path / "cache") as store:
        yield store


def test_the_folders_and_what_lies_beside_the_scanned_files(tree: Counting) -> None:
    around = Around(tree, None, ["core", "nowhere"], ["far/c.c"])
    assert around.callers("low") == ("core/b.c", "far/near.c")
    assert around.definers("low") == ("core/a.c",)
    assert around.functions_calling("low") == (("core/b.c", "top"), ("far/near.c", "near"))
    assert around.leading_to(["low"]) == {"low", "top", "near"}


def test_what_is_kept_is_not_read_again(tree: Counting, store: FactsStore) -> None:
    first = Around(tree, store, ["core"], ["far/c.c"]).callers("low")
    tree.was_read.clear()
    assert Around(tree, store, ["core"], ["far/c.c"]).callers("low") == first
    assert tree.was_read == []


def test_only_what_has_changed_is_read_again(tree: Counting, store: FactsStore) -> None:
    assert Around(tree, store, ["core"], ["far/c.c"]).leading_to(["low"]) == {"low", "top", "near"}
    (Path(tree.top) / "core" / "b.c").write_text("void top(void)\n{\n\tother();\n}\n")
    (Path(tree.top) / "core" / "new.c").write_text("void fresh(void)\n{\n\ttop();\n\tlow();\n}\n")
    (Path(tree.top) / "far" / "near.c").unlink()
    tree.was_read.clear()
    again = Around(tree, store, ["core"], ["far/c.c"])
    assert again.callers("low") == ("core/new.c",)
    assert again.leading_to(["other"]) == {"other", "top", "fresh"}
    assert tree.was_read == ["core/b.c", "core/new.c"]


def test_a_patch_pays_for_its_files(tree: Counting, store: FactsStore) -> None:
    assert Around(tree, store, ["core"], ["core/b.c"]).callers("low") == ()
    tree.was_read.clear()
    patched = Overlay(tree, {"core/a.c": b"void low(void)\n{\n\ttop();\n}\n"})
    assert Around(patched, store, ["core"], ["core/a.c"]).callers("low") == ("core/b.c",)
    assert Around(patched, store, ["core"], ["core/b.c"]).callers("top") == ("core/a.c",)
    assert tree.was_read == []
