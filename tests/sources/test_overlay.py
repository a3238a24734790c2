"""Changes laid over a source."""

from __future__ import annotations

import pytest

from kscan.errors import InputError
from kscan.sources.overlay import Overlay, git_blob_id
from tests.sources.writers import MemoryTree

BASE = MemoryTree({"arch/a.c": "a", "arch/b.h": "b", "Makefile": "m"})


def test_changed_new_and_deleted_files() -> None:
    over = Overlay(BASE, {"arch/a.c": b"A", "arch/b.h": None, "new/dir/c.c": b"c", "new/Kbuild": b"k"})
    assert over.paths(()) == ["arch/a.c", "new/dir/c.c"]
    assert over.paths(("new",)) == ["new/dir/c.c"]
    assert over.paths(("arch/b.h",)) == []
    assert over.read("./arch/a.c") == b"A"
    assert over.read("Makefile") == b"m"
    assert over.exists("new/dir")
    assert not over.exists("arch/b.h")
    with pytest.raises(InputError, match="deleted"):
        over.read("arch/b.h")
    with pytest.raises(InputError, match="no such file"):
        over.paths(("none",))


def test_the_stamp_of_a_changed_file_is_its_blob_id() -> None:
    over = Overlay(BASE, {"arch/a.c": b"int a;\n"})
    assert over.stamp("arch/a.c") == git_blob_id(b"int a;\n") == "4e610c04d58371663d95ca8237eea260b08f090c"
    assert over.stamp("arch/b.h") == BASE.stamp("arch/b.h")


def test_the_stamps_of_all_files_below() -> None:
    over = Overlay(BASE, {"arch/a.c": b"int a;\n", "arch/b.h": None, "new/n.c": b""})
    for under in ((), ("arch",), ("new",), ("new", "arch")):
        assert dict(over.stamps(under)) == {path: over.stamp(path) for path in over.paths(under)}


def test_overlays_stack() -> None:
    first = Overlay(BASE, {"arch/a.c": b"1", "x.c": b"x"})
    second = Overlay(first, {"x.c": None, "arch/a.c": b"2"})
    assert second.read("arch/a.c") == b"2"
    assert first.read("arch/a.c") == b"1"
    assert second.paths(()) == ["arch/a.c", "arch/b.h"]


def test_a_path_that_leads_out_is_refused() -> None:
    with pytest.raises(InputError):
        Overlay(BASE, {"../x.c": b""})
