"""Suggested patches: they apply, they end the finding, and there are none where that cannot be told."""

from __future__ import annotations

from pathlib import Path

from kscan.config import Config
from kscan.findings.model import Finding
from kscan.pipeline import judge, scan
from kscan.reports import Style, find_reporter
from tests.sources.writers import git

FILE = "drivers/misc/example.c"
HEAD = "#include <linux/of.h>\n\nint example_use(struct device_node *np);\n\n"
LEAK = """int example_count(const char *path)
{
	struct device_node *np = of_find_node_by_path(path);
	int count;

	if (!np)
		return -ENODEV;
	count = of_get_child_count(np);
	if (!count)
		return -EINVAL;
	of_node_put(np);
	return count;
}
"""
TWICE = LEAK.replace("example_count", "example_second")


def findings(tree: Path, text: str, *, diff: bool = True) -> tuple[Finding, ...]:
    file = tree / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEAD + text)
    return scan(Config(tree=tree, paths=(FILE,), rules=("reference-leak",), diff=diff)).findings


def test_patches_end_the_findings(tmp_path: Path) -> None:
    found = findings(tmp_path, LEAK + "\n" + TWICE)
    assert [f.patch.count("\n+\t\tof_node_put(np);\n") for f in found] == [1, 1]
    assert findings(tmp_path, LEAK, diff=False)[0].patch == ""


def test_what_is_printed_applies(tmp_path: Path) -> None:
    config = Config(tree=tmp_path, paths=(FILE,), rules=("reference-leak",), diff=True)
    findings(tmp_path, LEAK + "\n" + TWICE)
    git(tmp_path, "init", "-q")
    text = "".join(find_reporter("text").render(scan(config), Style()))
    (tmp_path / "all.txt").write_text(text)
    git(tmp_path, "apply", "all.txt")
    assert scan(config).findings == ()


def test_none_where_the_exit_is_shared_with_a_path_that_has_put_it(tmp_path: Path) -> None:
    shared = LEAK.replace("		return -EINVAL;\n", "		goto out;\n").replace(
        "	return count", "out:\n	return count"
    )
    (found,) = findings(tmp_path, shared)
    assert "+\t\tof_node_put(np);\n \t\tgoto out;" in found.patch


def test_none_where_the_exit_still_uses_it(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, LEAK.replace("return -EINVAL", "return of_node_name_eq(np, path)"))
    assert found.patch == ""


def test_a_patch_that_brings_the_leak(tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    file.write_text(HEAD)
    added = (LEAK + "\n").replace("\n", "\n+")[:-1]
    count = LEAK.count("\n")
    mail = tmp_path / "one.patch"
    mail.write_text(
        f"Add it\n---\n--- a/{FILE}\n+++ b/{FILE}\n@@ -3,2 +3,{count + 2} @@\n"
        f" int example_use(struct device_node *np);\n \n+{added}"
    )
    config = Config(tree=tmp_path, rules=("reference-leak",), diff=True)
    (finding,) = judge(config, [str(mail)]).findings
    assert (finding.status, "of_node_put(np);" in finding.patch) == ("introduced", True)
