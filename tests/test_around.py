"""The tables of what lies around the scanned files: kept, and brought up to date."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from kscan.facts.store import FactsStore
from kscan.link.lookup import Lookup
from kscan.pipeline.around import Around
from kscan.pipeline.ground import Files, Folders, Ground, changed_over
from kscan.sources import Source, Stamp
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


def around(
    source: Source, store: FactsStore | None, folders: Iterable[str], inside: Iterable[str], *headers: str
) -> Around:
    below, changed = changed_over(source)
    return Around(Ground(below, store), source, Folders(headers, tuple(folders)), frozenset(inside), changed)


def test_the_folders_and_what_lies_beside_the_scanned_files(tree: Counting) -> None:
    found = around(tree, None, ["core", "nowhere"], ["far/c.c"])
    assert found.callers("low") == ("core/b.c", "far/near.c")
    assert found.definers("low") == ("core/a.c",)
    assert found.functions_calling("low") == (("core/b.c", "top"), ("far/near.c", "near"))
    more = found.leading()
    assert set(more(["low"])) == {"low", "top", "near", "far"}  # what is scanned counts here
    assert not set(more(["low", "near"]))


def test_what_is_kept_is_not_read_again(tree: Counting, store: FactsStore) -> None:
    first = around(tree, store, ["core"], ["far/c.c"]).callers("low")
    tree.was_read.clear()
    assert around(tree, store, ["core"], ["far/c.c"]).callers("low") == first
    assert tree.was_read == []


def test_only_what_has_changed_is_read_again(tree: Counting, store: FactsStore) -> None:
    assert set(around(tree, store, ["core"], ["far/c.c"]).leading()(["low"])) == {"low", "top", "near", "far"}
    (Path(tree.top) / "core" / "b.c").write_text("void top(void)\n{\n\tother();\n}\n")
    (Path(tree.top) / "core" / "new.c").write_text("void fresh(void)\n{\n\ttop();\n\tlow();\n}\n")
    (Path(tree.top) / "far" / "near.c").unlink()
    for expected in (["core/b.c", "core/new.c"], []):  # once
        tree.was_read.clear()
        again = around(tree, store, ["core"], ["far/c.c"])
        assert again.callers("low") == ("core/new.c",)
        assert set(again.leading()(["other"])) == {"other", "top", "fresh"}
        assert tree.was_read == expected


def test_a_patch_pays_for_its_files(tree: Counting, store: FactsStore) -> None:
    assert around(tree, store, ["core"], ["core/b.c"]).callers("low") == ()
    tree.was_read.clear()
    patched = Overlay(tree, {"core/a.c": b"void low(void)\n{\n\ttop();\n}\n"})
    assert around(patched, store, ["core"], ["core/a.c"]).callers("low") == ("core/b.c",)
    assert around(patched, store, ["core"], ["core/b.c"]).callers("top") == ("core/a.c",)
    assert tree.was_read == []


def test_overlays_share_what_they_do_not_change(tree: Counting) -> None:
    ground = Ground(tree, None)
    patched = Overlay(
        Overlay(tree, {"core/new.c": b"void fresh(void)\n{\n\tlow();\n}\n"}), {"core/b.c": None}
    )
    folders = Folders((), ("core",))
    for _ in range(2):
        assert Around(ground, tree, folders, ["core/a.c"]).callers("low") == ("core/b.c",)
        changed = changed_over(patched)[1]
        assert Around(ground, patched, folders, ["core/a.c"], changed).callers("low") == ("core/new.c",)
    assert sorted(tree.was_read) == ["core/a.c", "core/b.c"]


def test_what_leads_to_a_name_with_a_patch(tree: Counting) -> None:
    patched = Overlay(tree, {"core/new.c": b"void fresh(void)\n{\n\ttop();\n}\n"})
    more = around(patched, None, ["core"], ["core/a.c"]).leading()
    assert set(more(["low"])) == {"low", "top", "fresh"}
    assert set(more(["fresh"])) == set()


def test_headers_of_each_place_in_order(tree: Counting, store: FactsStore) -> None:
    for path in ("core/own.h", "include/a.h", "include/deep/b.h", "far/near.h", "far/below/far.h"):
        file = Path(tree.top) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("struct thing {\n};\n#define CALL(x) (x)\n")
    found = around(tree, store, ["core"], ["far/c.c"], "include", "none")
    everywhere = ("include/a.h", "include/deep/b.h", "core/own.h", "far/near.h")
    assert found.homes("struct", "struct thing") == found.homes("macro", "CALL") == everywhere
    assert found.homes("function", "CALL") == ()
    patched = Overlay(tree, {"include/a.h": b"", "include/new.h": b"struct thing {\n};\n"})
    tree.was_read.clear()
    found = around(patched, store, ["core"], ["core/own.h"], "include")
    assert found.homes("struct", "struct thing") == ("include/deep/b.h", "include/new.h")
    assert tree.was_read == []


def test_a_name_is_looked_up_once_for_all_patches(tree: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    (Path(tree.top) / "core" / "own.h").write_text("struct thing {\n};\n")
    ground = Ground(tree, None)
    looked_up: list[str] = []
    homes = Lookup.homes

    def noted(lookup: Lookup, kind: int, name: str) -> Iterator[str]:
        found = list(homes(lookup, kind, name))
        looked_up.extend(name for _path in found)  # there is an empty one of the deleted file, too
        return iter(found)

    monkeypatch.setattr(Lookup, "homes", noted)
    gone = Overlay(tree, {"core/own.h": None})
    for source, there in ((tree, True), (gone, False), (tree, True)):
        found = Around(ground, source, Folders((), ("core",)), ["core/a.c"], changed_over(source)[1])
        assert found.homes("struct", "struct thing") == (("core/own.h",) if there else ())
        assert found.has("struct", "struct thing") is there
    assert looked_up == ["struct thing"]


def test_another_process_looks_ahead(tree: Counting) -> None:
    ground, folders = Ground(tree, None), Folders(("include", "gone"), ("core",))
    expected = {group: ground.files(*group).stamps for group in folders.groups()}
    assert expected[".c", ("core",)]
    walked: list[object] = []

    class Walked(Tree):
        def stamps(self, under: Sequence[str]) -> Mapping[str, Stamp]:
            walked.append(under)
            return super().stamps(under)

    ahead = Ground(Walked(Path(tree.top)), None)
    ahead.look_ahead(folders)
    assert {group: ahead.files(*group).stamps for group in folders.groups()} == expected
    assert ahead.files(".c", ("far",)).stamps
    assert walked == [["far"]]  # by this process
    ahead.look_ahead(Folders((), ("far", "core")))
    ahead.close()
    assert ahead.files(".c", ("far", "core")).stamps


def test_where_the_other_process_fails_this_one_looks(
    tree: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Ground(tree, None).files(".c", ("core",)).packed
    here = os.getpid()
    pack = Files.of
    monkeypatch.setattr(Files, "of", lambda found: pack(found) if os.getpid() == here else os._exit(3))
    ahead = Ground(tree, None)
    ahead.look_ahead(Folders((), ("core",)))
    assert ahead.files(".c", ("core",)).packed == expected


def test_a_name_that_is_not_utf8_is_left_out() -> None:
    assert Files.of({"core/\udcff.c": (1,), "core/a.c": (2,)}).stamps == {"core/a.c": (2,)}
