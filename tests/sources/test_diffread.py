"""Unified diffs: what is read, what is refused, and what damage is found."""

from __future__ import annotations

from typing import Any

import pytest
from unidiff.patch import PatchSet

from kscan.sources.diff import Diff, reverse_diff
from kscan.sources.diffpaths import git_names
from kscan.sources.diffread import read_diff
from kscan.sources.hunks import sound_end
from tests.sources.writers import c_file, diff

OLD = c_file()
NEW = OLD.replace(
    "\tret_3 = start_3(dev);\n", "\tif (!dev)\n\t\treturn -EINVAL;\n\n\tret_3 = go_3(dev);\n"
).replace("\t\tstop_8(dev);\n", "")
SOUND = diff("drivers/x.c", OLD, NEW)


def one(text: str) -> tuple[str, int, int]:
    (file,) = read_diff(text).files
    return file.path, file.added, file.removed


def kinds(found: Diff) -> set[str]:
    return {item.kind for item in found.damage}


def test_a_sound_diff_has_no_damage() -> None:
    found = read_diff(f"Commit message.\n---\n drivers/x.c | 5 +++--\n\n{SOUND}-- \n2.40.1\n")
    (file,) = found.files
    assert found.damage == () == found.not_handled
    assert (file.path, file.added, file.removed, len(file.hunks)) == ("drivers/x.c", 4, 2, 2)
    assert len(file.old_blob) == len(file.new_blob) == 12
    assert file.old_mode == "100644"
    assert file.hunks[0].header == "@@ -43,7 +43,10 @@"
    assert file.hunks[0].lines[0] == " {"


def test_agrees_with_unidiff() -> None:
    for theirs, mine in zip(PatchSet(SOUND), read_diff(SOUND).files, strict=True):
        assert (theirs.path, theirs.added, theirs.removed) == (mine.path, mine.added, mine.removed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a/drivers/x.c", "b/drivers/x.c"),
        ("drivers/x.c", "drivers/x.c"),
        ("linux-5.1.orig/drivers/x.c", "linux-5.1/drivers/x.c"),
        ("linux/drivers/x.c", "linux/drivers/x.c"),
        ("i/drivers/x.c", "w/drivers/x.c"),
        ("a/drivers/x.c\t2020-01-01 10:00:00", "b/drivers/x.c\t2020-01-02 10:00:00"),
        ("a/drivers/x.c 2020-01-01 10:00:00.0 +0100", "b/drivers/x.c 2020-01-02 10:00:00.0 +0100"),
        ("a/drivers/x.c\u00a02020-01-01", "b/drivers/x.c\u00a02020-01-02"),
    ],
)
def test_path_styles(old: str, new: str) -> None:
    assert one(f"--- {old}\n+++ {new}\n@@ -1 +1 @@\n-a\n+b\n") == ("drivers/x.c", 1, 1)


def test_a_time_stamp_of_the_epoch_stands_for_no_file() -> None:
    # What `diff -rN` writes; a file may have that time stamp, too, but not be empty and changed then.
    gone, there = "1970-01-01 01:00:00.000000000 +0100", "2024-03-01 10:11:12.000000000 +0100"
    for old, new, hunk, expected in (
        (gone, there, "-0,0 +1", (None, "drivers/x.c")),
        (there, gone, "-1 +0,0", ("drivers/x.c", None)),
        (gone, there, "-1 +1,2", ("drivers/x.c", "drivers/x.c")),
        (there, there, "-0,0 +1", ("drivers/x.c", "drivers/x.c")),
    ):
        lines = {"-0,0 +1": "+a\n", "-1 +0,0": "-a\n", "-1 +1,2": " a\n+b\n"}[hunk]
        text = f"--- v1/drivers/x.c\t{old}\n+++ v2/drivers/x.c\t{new}\n@@ {hunk} @@\n{lines}"
        (file,) = read_diff(text).files
        assert (file.old_path, file.new_path) == expected
        assert (file.is_new, file.is_deleted) == (expected[0] is None, expected[1] is None)


def test_git_headers() -> None:
    text = (
        "diff --git a/drivers/new.c b/drivers/new.c\nnew file mode 100644\nindex 000000000000..bbbb\n"
        "--- /dev/null\n+++ b/drivers/new.c\n@@ -0,0 +1 @@\n+int a;\n"
        "diff --git a/drivers/old.c b/drivers/old.c\ndeleted file mode 100644\nindex aaaa..0000\n"
        "--- a/drivers/old.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-int a;\n"
        "diff --git a/fs/a b.c b/fs/c d.c\nsimilarity index 100%\nrename from fs/a b.c\nrename to fs/c d.c\n"
        "diff --git a/scripts/x.sh b/scripts/x.sh\nold mode 100644\nnew mode 100755\n"
        "diff --git a/fs/empty.c b/fs/empty.c\nnew file mode 100644\nindex 000000000000..e69de29bb2d1\n"
        'diff --git "a/fs/\\303\\244.c" "b/fs/\\303\\244.c"\nindex aaaa..bbbb 100644\n'
        '--- "a/fs/\\303\\244.c"\n+++ "b/fs/\\303\\244.c"\n@@ -1 +1 @@\n-a\n+b\n'
    )
    found = read_diff(text)
    assert found.damage == ()
    new, old, moved, mode, empty, odd = found.files
    assert (new.is_new, new.old_path, new.path, new.new_mode) == (True, None, "drivers/new.c", "100644")
    assert (old.is_deleted, old.new_path, old.path) == (True, None, "drivers/old.c")
    assert (moved.is_rename, moved.old_path, moved.new_path) == (True, "fs/a b.c", "fs/c d.c")
    assert (mode.old_mode, mode.new_mode, mode.hunks) == ("100644", "100755", ())
    assert empty.is_new
    assert odd.path == "fs/ä.c"


def test_no_newline_at_the_end() -> None:
    text = "--- a/fs/x.c\n+++ b/fs/x.c\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"
    (hunk,) = read_diff(text).files[0].hunks
    assert (hunk.old_no_newline, hunk.new_no_newline) == (True, False)
    assert hunk.lines == (" a", "-b", "+b")


def test_quoted_and_indented_diffs_are_no_patches() -> None:
    quoted = "".join(f"> {line}\n" for line in SOUND.splitlines())
    indented = "".join(f"    {line}\n" for line in SOUND.splitlines())
    assert read_diff(quoted).empty
    assert read_diff(indented).empty
    assert one(quoted + SOUND) == ("drivers/x.c", 4, 2)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../../etc/passwd", "leads out"),
        ("drivers/../../x.c", "leads out"),
        ("/etc/passwd", "absolute"),
        (".git/config", ".git"),
        ("drivers/.GIT/hooks/x", ".git"),
        ("drivers/x\\y.c", "forbidden"),
        ("d/" * 3000 + "x.c", "longer"),
    ],
)
def test_unsafe_paths_are_left_out_and_other_files_kept(path: str, reason: str) -> None:
    found = read_diff(f"--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-a\n+b\n{SOUND}")
    assert [file.path for file in found.files] == ["drivers/x.c"]
    (left_out,) = found.not_handled
    assert reason in left_out.reason
    assert left_out.line == 1


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        (
            "new file mode 120000\nindex 0000..aaaa\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n",
            "symbolic",
        ),
        ("index aaaa..bbbb 160000\n--- a/l\n+++ b/l\n@@ -1 +1 @@\n-a\n+b\n", "submodule"),
        ("index aaaa..bbbb\nGIT binary patch\nliteral 4\nLc$@z\n\n", "binary"),
        ("index aaaa..bbbb\nBinary files a/l and b/l differ\n", "binary"),
    ],
)
def test_links_submodules_and_binaries_are_left_out(section: str, reason: str) -> None:
    found = read_diff(f"diff --git a/l b/l\n{section}{SOUND}")
    assert [file.path for file in found.files] == ["drivers/x.c"]
    assert reason in found.not_handled[0].reason


def test_a_combined_diff_is_left_out() -> None:
    merge = (
        "diff --cc drivers/m.c\nindex a,b..c\n--- a/drivers/m.c\n+++ b/drivers/m.c\n"
        "@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n"
    )
    found = read_diff(merge + SOUND)
    assert [file.path for file in found.files] == ["drivers/x.c"]
    assert found.not_handled[0].reason == "combined diff of a merge"


# --- damage

LINES = SOUND.splitlines()
LONG = '\tdev_warn(dev, "something went wrong with the device: %d and also with %s\\n", ret_3, name_3);\n'
WIDE = diff("drivers/x.c", OLD, OLD.replace("\tret_3 = start_3(dev);\n", LONG))


def test_wrapped_lines_are_joined() -> None:
    wrapped = WIDE.replace("device: %d and", "device:\n%d and")
    found = read_diff(wrapped)
    assert kinds(found) == {"wrapped-lines"}
    assert found.damage[0].repaired
    assert found.files[0].hunks[0].lines == read_diff(WIDE).files[0].hunks[0].lines


def test_a_context_line_that_was_wrapped_early_takes_no_line_from_the_hunk() -> None:
    wrapped = SOUND.replace("start_8(dev);", "start_8(a_name(dev),\nof_it(dev));", 1)
    found = read_diff(wrapped)
    assert [(item.kind, item.repaired) for item in found.damage] == [("wrapped-lines", True)]
    assert one(wrapped) == one(SOUND)


def test_a_wrapped_git_header_and_hunk_header() -> None:
    text = SOUND.replace(" b/drivers/x.c\nindex", " \nb/drivers/x.c\nindex", 1)
    assert one(text) == ("drivers/x.c", 4, 2)
    assert kinds(read_diff(text)) == {"wrapped-lines"}
    header = next(line for line in LINES if line.startswith("@@"))
    text = SOUND.replace(
        header, f"{header} static int probe_with_a_very_long_name(struct device *dev,\nint x)", 1
    )
    found = read_diff(text)
    assert kinds(found) == {"wrapped-lines"}
    assert found.files[0].hunks[0].section.endswith("struct device *dev, int x)")


def test_blank_context_without_its_space_is_harmless() -> None:
    found = read_diff("\n".join(line.rstrip() if line == " " else line for line in LINES) + "\n")
    assert kinds(found) == {"blank-context"}
    assert not found.damaged
    assert found.files[0].hunks == read_diff(SOUND).files[0].hunks


def test_context_that_lost_its_space() -> None:
    found = read_diff("\n".join(line.lstrip() if line[:1] == " " else line for line in LINES) + "\n")
    assert "leading-space-stripped" in kinds(found)
    assert all(item.repaired for item in found.damage)
    (file,) = found.files
    assert (file.added, file.removed) == (4, 2)


def test_wrong_counts() -> None:
    header = next(line for line in LINES if line.startswith("@@"))
    for wrong in ("@@ -33,9 +33,9 @@", "@@ -33,2 +33,3 @@"):
        text = SOUND.replace(header, wrong, 1)
        found = read_diff(text + "-- \n2.40.1\n")
        assert "hunk-counts-wrong" in kinds(found)
        assert one(text) == ("drivers/x.c", 4, 2)


def test_cut_off() -> None:
    found = read_diff("\n".join(LINES[:-2]) + "\n")
    assert kinds(found) == {"truncated"}
    assert found.damaged
    assert found.files[0].hunks[1].lost == 2
    assert kinds(read_diff("\n".join(LINES[:2]) + "\n")) == {"header-without-body"}


def test_prose_ends_a_short_hunk() -> None:
    found = read_diff("\n".join(LINES[:-2]) + "\n\nChanges since v1:\n- better\n+ more\n")
    assert kinds(found) - {"blank-context"} == {"hunk-short"}
    assert (found.files[0].added, found.files[0].removed) == (4, 2)


def test_lost_context_lines() -> None:
    found = read_diff("\n".join(line for line in LINES if line.strip() not in ("", "{", "}")) + "\n")
    assert "context-lost" in kinds(found)
    assert not any(item.repaired for item in found.damage)


def test_tabs_to_spaces() -> None:
    assert "tabs-to-spaces" in kinds(read_diff(SOUND.expandtabs(8)))


def test_lost_headers() -> None:
    assert "hunk-without-file" in kinds(read_diff("@@ -1 +1 @@\n-a\n+b\n"))
    lost = "\n".join(line for line in LINES if not line.startswith("--- ")) + "\n"
    assert one(lost) == ("drivers/x.c", 4, 2)
    assert kinds(read_diff(lost)) == {"source-missing"}


def test_a_signature_is_no_removed_line() -> None:
    for tail in (
        "-- \n2.40.1\n",
        "-- \n",
        "--\n",
        "-- \n____________________________\nlist footer\n",
        "-- \n2.40\n\n",
    ):
        assert read_diff(SOUND + tail).damage == (), tail


def test_removed_and_added_lines_that_look_like_headers() -> None:
    text = "--- a/fs/x.c\n+++ b/fs/x.c\n@@ -1,3 +1,3 @@\n a\n--- old\n+++ new\n c\n"
    (file,) = read_diff(text).files
    assert file.hunks[0].lines == (" a", "--- old", "+++ new", " c")


def test_form_feeds_and_other_line_ends_of_unicode_do_not_split_lines() -> None:
    text = "--- a/fs/x.c\n+++ b/fs/x.c\n@@ -1,2 +1,2 @@\n a\x0cb\u2028c\x85d\n-x\n+y\n"
    found = read_diff(text)
    assert found.damage == ()
    assert found.files[0].hunks[0].lines[0] == " a\x0cb\u2028c\x85d"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "diff --git \n",
        "diff --git a/x\n",
        "--- a/x\n+++ b/x\n",
        "--- a/x\n+++ b/x\n@@ -999999999,999999999 +1,999999999 @@\n x\n",
        "@@ -1,1 +1,1 @@",
        "--- a/fs/x\n+++ b/fs/x\n@@ -1,1 +1,1 @@\n\\ No newline\n",
        "diff --cc",
        "diff --cc \n--- a\n+++ b\n@@@",
        "--- \n+++ \n@@ -1 +1 @@\n-a\n+b\n",
    ],
)
def test_odd_texts_raise_nothing(text: str) -> None:
    read_diff(text)


class _Counted(list[str]):
    """Lines that count how many of them are looked at."""

    looks = 0

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        self.looks += len(found) if isinstance(key, slice) else 1
        return found


@pytest.mark.parametrize("rest", [["-- "], ["-- ", "", "", ""], ["-- ", "x"]])
def test_what_looks_like_signatures_is_looked_at_once(rest: list[str]) -> None:
    lines = _Counted(["@@ -1,4000 +0,0 @@", *rest * 1000])
    sound_end(lines, 0)
    assert lines.looks < 10 * len(lines)


def test_stray_lines_without_end_make_no_line_without_end() -> None:
    found = read_diff("--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n " + "x" * 60 + "\n" + "stray\n" * 5000)
    assert found.damaged
    assert max(len(line) for line in found.files[0].hunks[0].lines) < 5000


def test_hunks_after_stray_text_belong_to_the_file_above() -> None:
    found = read_diff(SOUND + "stray\n@@ -50 +50 @@\n-a\n+b\n" * 3 + SOUND.replace("x.c", "y.c"))
    assert [(file.path, len(file.hunks)) for file in found.files] == [("drivers/x.c", 5), ("drivers/y.c", 2)]


def test_many_files() -> None:
    text = "".join(
        f"diff --git a/fs/f{n}.c b/fs/f{n}.c\nindex aaaa..bbbb 100644\n--- a/fs/f{n}.c\n+++ b/fs/f{n}.c\n"
        f"@@ -1,3 +1,3 @@\n a\n-b{n}\n+c{n}\n d\n"
        for n in range(10_000)
    )
    assert len(read_diff(text).files) == 10_000


def test_names_with_spaces() -> None:
    found = read_diff("diff --git a/a b/c d.c b/a b/c d.c\nold mode 100644\nnew mode 100755\n")
    assert found.files[0].path == "a b/c d.c"
    assert git_names("a/x " * 100_000) == (None, None)


def test_reversed_twice_is_the_same() -> None:
    found = read_diff(SOUND)
    assert reverse_diff(reverse_diff(found)) == found
    assert (reverse_diff(found).files[0].added, reverse_diff(found).files[0].removed) == (2, 4)
