"""What the hunks of a patch show of a file, as a text that can be parsed."""

from __future__ import annotations

from kscan.sources.diffread import read_diff
from kscan.sources.fragments import fragment, origins
from tests.sources.writers import c_file, diff

PATH = "drivers/x.c"
OLD = c_file()


def change() -> str:
    """A diff whose hunks begin and end within functions, with the heads that git puts behind ``@@``."""
    new = OLD.replace("ret_3 = start_3(dev);", "ret_3 = begin_3(dev,\n\t\t\t\tdev);")
    text = diff(PATH, OLD, new)
    return text.replace(" @@\n", " @@ static int probe_3(struct device *dev)\n")


def test_lines_keep_their_numbers_and_functions_are_whole() -> None:
    (file,) = read_diff(change()).files
    text = fragment(file, "+").decode()
    lines = text.split("\n")
    for line, origin in origins(file).items():
        assert lines[line - 1] == change().split("\n")[origin - 1][1:]
    assert text.count("{") == text.count("}")
    assert "static int probe_3(struct device *dev) {" in text


def test_a_new_file_is_shown_whole() -> None:
    text = f"diff --git a/{PATH} b/{PATH}\nnew file mode 100644\n--- /dev/null\n+++ b/{PATH}\n"
    lines = OLD.splitlines()
    text += f"@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}\n" for line in lines)
    (file,) = read_diff(text).files
    assert fragment(file, "+").decode().rstrip("\n") == OLD.rstrip("\n")


def test_a_hunk_without_context_shows_one_side_alone() -> None:
    text = f"--- a/{PATH}\n+++ b/{PATH}\n@@ -3 +2,0 @@ int f(void)\n-\tx = 1;\n"
    text += "@@ -9,0 +9 @@ int f(void)\n+\ty = 1;\n"
    (file,) = read_diff(text).files
    assert ("x = 1;" in fragment(file, "-").decode(), "x = 1;" in fragment(file, "+").decode()) == (
        True,
        False,
    )
    assert ("y = 1;" in fragment(file, "-").decode(), "y = 1;" in fragment(file, "+").decode()) == (
        False,
        True,
    )
