"""Diffs laid over a source."""

from __future__ import annotations

import re

import pytest

from kscan.sources.apply import ApplyResult, apply_diff
from kscan.sources.diff import reverse_diff
from kscan.sources.diffread import read_diff
from kscan.sources.overlay import git_blob_id
from tests.sources.writers import MemoryTree, c_file, diff

PATH = "drivers/x.c"
OLD = c_file()
NEW = OLD.replace(
    "\tret_3 = start_3(dev);\n", "\tif (!dev)\n\t\treturn -EINVAL;\n\n\tret_3 = go_3(dev);\n"
).replace("\t\tstop_8(dev);\n", "")
SOUND = diff(PATH, OLD, NEW)


class Blobs:
    """A repository of one blob."""

    def __init__(self, data: str) -> None:
        self._data = data.encode()

    def blob(self, blob_id: str) -> bytes | None:
        return self._data if git_blob_id(self._data).startswith(blob_id) else None


def lay(text: str, files: dict[str, str], blobs: Blobs | None = None) -> ApplyResult:
    return apply_diff(MemoryTree(files), read_diff(text), blobs)


def test_exactly_and_verified() -> None:
    result = lay(SOUND, {PATH: OLD})
    (applied,) = result.files
    assert result.ok
    assert (applied.how, applied.offset, applied.fuzz, applied.verified) == ("exact", 0, 0, True)
    assert result.overlay.read(PATH) == NEW.encode()
    lines = NEW.split("\n")
    text = SOUND.split("\n")
    changed = [(lines[line - 1], text[origin - 1]) for line, origin in applied.origins.items()]
    assert changed == [
        *((line, "+" + line) for line in ("\tif (!dev)", "\t\treturn -EINVAL;", "", "\tret_3 = go_3(dev);")),
        ("\t{", "-\t\tstop_8(dev);"),  # around what was removed
        ("\t}", "-\t\tstop_8(dev);"),
    ]
    assert result.origin(PATH, 1) == result.origin("drivers/y.c", 1) == 0


def test_reversed() -> None:
    result = apply_diff(MemoryTree({PATH: NEW}), reverse_diff(read_diff(SOUND)))
    assert result.overlay.read(PATH) == OLD.encode()
    assert result.files[0].how == "exact"


def test_with_an_offset() -> None:
    result = lay(SOUND, {PATH: "/* one */\n/* two */\n" + OLD})
    (applied,) = result.files
    assert (applied.how, applied.offset, applied.verified) == ("offset", 2, False)
    assert result.overlay.read(PATH).decode() == "/* one */\n/* two */\n" + NEW
    assert "offset 2 lines" in result.notes[0]
    assert "git apply" not in result.notes[0]


def test_with_fuzz() -> None:
    changed = OLD.replace("\tint ret_3;\n", "\tlong ret_3;\n").replace("\tint ret_8;\n", "\tlong ret_8;\n")
    result = lay(SOUND, {PATH: changed})
    assert result.files[0].how == "fuzz"
    assert "fuzz 2, which git apply refuses" in result.notes[0]
    assert result.overlay.read(PATH).decode() == NEW.replace("\tint ret_3", "\tlong ret_3").replace(
        "\tint ret_8", "\tlong ret_8"
    )


def test_blind_to_white_space() -> None:
    result = lay(SOUND.expandtabs(8), {PATH: OLD})
    (applied,) = result.files
    assert applied.how == "whitespace"
    assert result.overlay.read(PATH).decode().split() == NEW.split()
    assert b"\tint ret_3;\n" in result.overlay.read(PATH)  # context keeps the bytes of the tree
    assert any("tabs-to-spaces" in note for note in result.notes)


def test_blind_only_where_one_place_fits() -> None:
    twice = "\n".join(f"\tif (a) {{\n\t\tcall();\n\t}}\n/* {n} */" for n in range(2)) + "\n"
    text = f"--- a/{PATH}\n+++ b/{PATH}\n@@ -1,3 +1,2 @@\n if (a) {{\n-call();\n }}\n"
    result = lay(text, {PATH: twice})
    assert not result.ok
    assert "several places" in result.refusals[0].reason


def test_the_function_of_the_header_decides_between_places() -> None:
    body = "\tfor (;;)\n\t\tcontinue;\n\tif (a)\n\t\tcall();\n\treturn;\n}\n"
    tree = f"static void f(void)\n{{\n{body}\nstatic void g(void)\n{{\n{body}"
    text = (
        f"--- a/{PATH}\n+++ b/{PATH}\n@@ -30,5 +30,5 @@ static void f(void)\n \tfor (;;)\n \t\tcontinue;\n"
        " \tif (a)\n-\t\tcall();\n+\t\tother();\n \treturn;\n"
    )
    result = lay(text, {PATH: tree})
    assert result.overlay.read(PATH).decode().index("other") < tree.index("static void g")


def test_already_applied() -> None:
    for text in (SOUND, diff(PATH, OLD, NEW, blobs=False)):
        result = lay(text, {PATH: NEW})
        assert result.already_applied
        assert not result.ok
        assert "already applied" in str(result.refusals[0])
    moved = lay(diff(PATH, OLD, NEW, blobs=False), {PATH: "/* one */\n" + NEW})
    assert moved.already_applied


def test_partly_applied_names_the_hunk() -> None:
    half = OLD.replace("\t\tstop_8(dev);\n", "")
    result = lay(SOUND, {PATH: half})
    assert not result.already_applied
    assert (result.refusals[0].hunk, result.refusals[0].reason) == (
        2,
        "is already applied, other hunks are not",
    )


def test_a_refusal_says_what_is_there() -> None:
    result = lay(SOUND, {PATH: OLD.replace("\tret_3 = start_3(dev);", "\tret_3 = begin_3(dev);")})
    (refusal,) = result.refusals
    assert (refusal.hunk, refusal.expected, refusal.found) == (
        1,
        "\tret_3 = start_3(dev);",
        "\tret_3 = begin_3(dev);",
    )
    assert OLD.split("\n")[refusal.line - 1] == "\tret_3 = start_3(dev);"
    assert refusal.header.startswith("@@ -")
    assert not result.ok
    assert result.overlay.read(PATH) != NEW.encode()


def test_new_deleted_and_renamed_files() -> None:
    text = (
        "diff --git a/fs/new.c b/fs/new.c\nnew file mode 100644\nindex 0000..4e610c04d58\n--- /dev/null\n"
        "+++ b/fs/new.c\n@@ -0,0 +1 @@\n+int a;\n"
        "diff --git a/fs/old.c b/fs/old.c\ndeleted file mode 100644\nindex aaaa..0000\n--- a/fs/old.c\n"
        "+++ /dev/null\n@@ -1 +0,0 @@\n-int a;\n"
        "diff --git a/fs/from.c b/fs/to.c\nsimilarity index 90%\nrename from fs/from.c\nrename to fs/to.c\n"
        "--- a/fs/from.c\n+++ b/fs/to.c\n@@ -1,2 +1,2 @@\n int a;\n-int b;\n+int c;\n"
        "diff --git a/fs/x.sh b/fs/x.sh\nold mode 100644\nnew mode 100755\n"
    )
    files = {"fs/old.c": "int a;\n", "fs/from.c": "int a;\nint b;\n", "fs/x.sh": "true\n"}
    result = lay(text, files)
    assert result.ok
    assert result.overlay.paths(()) == ["fs/new.c", "fs/to.c"]
    assert result.overlay.read("fs/to.c") == b"int a;\nint c;\n"
    assert result.files[0].verified
    assert text.split("\n")[result.origin("fs/new.c", 1) - 1].startswith("+")
    again = apply_diff(result.overlay, read_diff(text))
    assert not again.ok
    assert all("already" in refusal.reason for refusal in again.refusals)


def test_a_new_file_that_exists_and_a_file_that_does_not() -> None:
    new = "--- /dev/null\n+++ b/fs/new.c\n@@ -0,0 +1 @@\n+int a;\n"
    assert "other content" in lay(new, {"fs/new.c": "int b;\n"}).refusals[0].reason
    assert "no such file" in lay(SOUND, {}).refusals[0].reason


def test_changes_that_the_diff_lost_are_refused() -> None:
    assert not lay("diff --git a/drivers/x.c b/drivers/x.c\nindex aaaa..bbbb 100644\n", {PATH: OLD}).ok
    assert not lay("@@ -1 +1 @@\n-a\n+b\n", {PATH: OLD}).ok


def test_only_c_files_decide() -> None:
    text = "--- a/Documentation/x.rst\n+++ b/Documentation/x.rst\n@@ -1 +1 @@\n-a\n+b\n" + SOUND
    result = lay(text, {PATH: OLD})
    assert result.ok
    assert result.refusals[0].path == "Documentation/x.rst"


def test_the_end_of_a_file_without_newline() -> None:
    old, new = "int a;\nint b;", "int a;\nint c;\n"
    text = (
        "--- a/fs/x.c\n+++ b/fs/x.c\n@@ -1,2 +1,2 @@\n int a;\n"
        "-int b;\n\\ No newline at end of file\n+int c;\n"
    )
    assert lay(text, {"fs/x.c": old}).overlay.read("fs/x.c") == new.encode()
    back = apply_diff(MemoryTree({"fs/x.c": new}), reverse_diff(read_diff(text)))
    assert back.overlay.read("fs/x.c") == old.encode()


def test_without_context() -> None:
    text = "--- a/fs/x.c\n+++ b/fs/x.c\n@@ -1,0 +2 @@\n+int b;\n@@ -3 +3,0 @@\n-int d;\n"
    assert (
        lay(text, {"fs/x.c": "int a;\nint c;\nint d;\n"}).overlay.read("fs/x.c")
        == b"int a;\nint b;\nint c;\n"
    )


def test_bytes_that_are_no_utf8_stay_as_they_are() -> None:
    old = b"/* caf\xe9 */\nint a;\n"
    text = b"--- a/fs/x.c\n+++ b/fs/x.c\n@@ -1,2 +1,2 @@\n /* caf\xe9 */\n-int a;\n+int b; /* \xe9 */\n"
    found = read_diff(text.decode("utf-8", "surrogateescape"))
    result = apply_diff(MemoryTree({"fs/x.c": old}), found)
    assert result.overlay.read("fs/x.c") == b"/* caf\xe9 */\nint b; /* \xe9 */\n"


def test_the_pre_image_from_the_repository() -> None:
    other = OLD.replace("start_3", "begin_3")
    result = lay(SOUND, {PATH: other}, Blobs(OLD))
    (applied,) = result.files
    assert (applied.preimage, applied.how, applied.verified) == ("repository", "exact", True)
    assert result.before.read(PATH) == OLD.encode()
    assert result.overlay.read(PATH) == NEW.encode()
    assert lay(SOUND, {PATH: other}, Blobs("something else")).refusals


def test_a_series_goes_over_its_own_result() -> None:
    newer = NEW.replace("return -EINVAL", "return -ENODEV")
    first = lay(SOUND, {PATH: OLD})
    second = apply_diff(first.overlay, read_diff(diff(PATH, NEW, newer)))
    assert second.overlay.read(PATH) == newer.encode()
    assert second.files[0].verified
    assert (
        apply_diff(MemoryTree({PATH: OLD}), read_diff(SOUND + diff(PATH, NEW, newer))).overlay.read(PATH)
        == newer.encode()
    )


# --- damage that needs the tree


def test_spaces_lost_in_a_web_archive() -> None:
    text = "\n".join(
        f"{line[0]} {' '.join(line[1:].split())}".rstrip() if line[:1] in "+-" else " ".join(line.split())
        for line in SOUND.splitlines()
        if line
    )
    text = re.sub(r"^(?:\+ \+\+|- --) ", lambda match: match[0].replace(" ", "", 1), text, flags=re.MULTILINE)
    result = lay(text + "\n", {PATH: OLD})
    assert result.files[0].how == "whitespace"
    assert result.overlay.read(PATH).split() == NEW.encode().split()


def test_lost_context_is_taken_from_the_tree_when_the_blob_id_proves_it() -> None:
    text = "\n".join(line for line in SOUND.splitlines() if line.strip() not in ("", "{", "}")) + "\n"
    result = lay(text, {PATH: OLD})
    (applied,) = result.files
    assert (applied.how, applied.verified) == ("restored", True)
    assert result.overlay.read(PATH) == NEW.encode()


def test_lost_context_that_leaves_a_doubt_is_refused() -> None:
    tree = "int a;\n\n\n\n\n\nint b;\n"
    text = f"--- a/{PATH}\n+++ b/{PATH}\n@@ -1,7 +1,8 @@\n int a;\n+int new;\n int b;\n"
    result = lay(text, {PATH: tree})
    assert not result.ok


@pytest.mark.parametrize("count", ["99999999", "60", "7"])
def test_absurd_counts_end_soon(count: str) -> None:
    text = f"--- a/{PATH}\n+++ b/{PATH}\n@@ -1,{count} +1,{int(count) + 1} @@\n {{\n+x\n }}\n"
    assert not lay(text + "@@ -1 +1 @@\n-a\n+b\n", {PATH: "{\n}\n" * 3000}).ok
