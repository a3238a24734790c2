"""Directories as sources."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kscan.errors import InputError
from kscan.sources.tree import Tree, find_tree


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    top = tmp_path / "linux"
    for path in ("arch/x/a.c", "arch/x/b.h", "arch/x/Kconfig", "drivers/d.c", ".git/hook.c", "arch/x-y/z.c"):
        target = top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path)
    return top


def test_paths_are_sorted_each_once_without_git(kernel: Path) -> None:
    everything = ["arch/x-y/z.c", "arch/x/a.c", "arch/x/b.h", "drivers/d.c"]
    tree = Tree(kernel)
    assert tree.paths(()) == tree.paths((".",)) == everything
    assert tree.paths(("arch/x/", "./arch/x/a.c", "arch")) == everything[:3]
    assert tree.paths(("arch/x/Kconfig",)) == []


def test_symbolic_links_are_not_listed_nor_followed_out(kernel: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "secret.c").write_text("secret")
    (kernel / "arch" / "out").symlink_to(tmp_path / "out")
    (kernel / "arch" / "s.c").symlink_to(tmp_path / "out" / "secret.c")
    (kernel / "arch" / "loop").symlink_to(kernel)
    (kernel / "arch" / "in.c").symlink_to(kernel / "drivers" / "d.c")
    tree = Tree(kernel)
    assert "arch/in.c" not in list(tree.paths(()))
    assert tree.read("arch/in.c") == b"drivers/d.c"
    for path in ("arch/s.c", "arch/out/secret.c"):
        assert not tree.exists(path)
        with pytest.raises(InputError, match="leads out"):
            tree.read(path)


@pytest.mark.parametrize("path", ["../x.c", "/etc/passwd", "arch/../../x.c"])
def test_paths_outside_are_refused(kernel: Path, path: str) -> None:
    with pytest.raises(InputError, match="outside the tree"):
        Tree(kernel).read(path)


def test_what_cannot_be_read_says_so(kernel: Path) -> None:
    tree = Tree(kernel)
    with pytest.raises(InputError, match="no such file"):
        tree.read("arch/none.c")
    with pytest.raises(InputError, match="no such file"):
        tree.paths(("none",))
    with pytest.raises(InputError, match="not a regular file"):
        tree.read("arch")
    os.mkfifo(kernel / "arch" / "pipe.c")
    assert "arch/pipe.c" not in list(tree.paths(()))
    with pytest.raises(InputError, match="not a regular file"):
        tree.read("arch/pipe.c")
    with pytest.raises(InputError, match="no such directory"):
        Tree(kernel / "none")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_no_permission(kernel: Path) -> None:
    (kernel / "drivers" / "d.c").chmod(0)
    with pytest.raises(InputError, match="check the permissions"):
        Tree(kernel).read("drivers/d.c")


def test_stamp_changes_with_the_file(kernel: Path) -> None:
    tree = Tree(kernel)
    before = tree.stamp("drivers/d.c")
    assert before == tree.stamp("./drivers/d.c")
    (kernel / "drivers" / "d.c").write_text("longer than before")
    assert tree.stamp("drivers/d.c") != before


def test_the_stamps_of_all_files_below(kernel: Path) -> None:
    (kernel / "drivers" / "link.c").symlink_to("d.c")
    for under in ([], ["drivers"], ["drivers/d.c"], ["arch", "drivers"]):
        tree = Tree(kernel)
        paths = list(tree.paths(under))
        assert paths
        assert dict(Tree(kernel).stamps(under)) == {path: tree.stamp(path) for path in paths}


def test_the_top_is_found_upwards(kernel: Path, tmp_path: Path) -> None:
    assert find_tree(kernel / "arch" / "x" / "a.c") == kernel  # a part: it has arch and drivers
    (kernel / "tools" / "perf" / "arch").mkdir(parents=True)
    (kernel / "tools" / "include" / "linux").mkdir(parents=True)
    assert find_tree(kernel / "tools" / "perf" / "arch") == kernel
    for name in ("Kconfig", "MAINTAINERS"):
        (kernel / name).touch()
    (kernel / "samples" / "arch").mkdir(parents=True)
    assert find_tree(kernel / "samples" / "arch") == kernel
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "one.c").touch()
    assert find_tree(tmp_path / "alone" / "one.c") == tmp_path / "alone"
