"""A scan as a whole, on the small kernel of the corpus and on trees of a few lines."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kscan.analyses.ordering.behind import Behind
from kscan.config import Area, Config
from kscan.errors import InputError
from kscan.facts.model import Call
from kscan.findings.model import Report
from kscan.link.edges import Edge, Func
from kscan.pipeline import scan
from kscan.reports import Style, find_reporter
from tests.sources.writers import git

CORPUS = Path(__file__).parent / "corpus" / "kernel"
HAZARDS = {
    ("arch/powerpc/kernel/pci-common.c", "free-without-clearing"),
    ("arch/powerpc/kernel/pci-common.c", "teardown-level"),
    ("arch/powerpc/platforms/pseries/pci.c", "undone-twice"),
    ("drivers/pci/probe.c", "setup-before-registration"),
}
PSERIES = "arch/powerpc/platforms/pseries/pci.c"
HOST = "arch/powerpc/kernel/pci-common.c"
RULES = tuple(sorted(rule for _file, rule in HAZARDS))

Scan = Callable[..., Report]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CORPUS, tmp_path / "tree"))


@pytest.fixture
def ask(tree: Path) -> Scan:
    def ask(*paths: str, cache: Path | None = None, jobs: int = 1, rev: str | None = None) -> Report:
        return scan(Config(tree=tree, paths=paths, rules=RULES, cache=cache, jobs=jobs, rev=rev))

    return ask


def found(report: Report) -> set[tuple[str, str]]:
    return {(f.file, f.rule) for f in report.findings}


def as_json(report: Report) -> str:
    return "".join(find_reporter("json").render(report, Style()))


def test_default_paths(ask: Scan) -> None:
    report = ask()
    assert found(report) == HAZARDS
    assert all(f.status == "present" and f.line_text for f in report.findings)
    coverage = report.coverage
    assert coverage.complete
    assert coverage.files == len([f for d in ("arch/powerpc", "drivers/iommu", "drivers/pci")
                                  for f in (CORPUS / d).rglob("*.[ch]")])  # fmt: skip


def test_areas_ask_for_rules_and_leave_them_out(tree: Path, tmp_path: Path) -> None:
    areas = (
        Area("arch/powerpc", on=("undone-twice", "free-without-clearing"), severity="note"),
        Area(PSERIES, off=("double-free",)),
        Area("drivers", off=("all",)),
    )
    for _ in range(2):  # the second time from the cache
        report = scan(
            Config(tree=tree, rules=("setup-before-registration",), areas=areas, cache=tmp_path / "c")
        )
        assert found(report) == {(HOST, "free-without-clearing")}
        assert [f.severity for f in report.findings] == ["note"] * len(report.findings)
    with pytest.raises(InputError, match="no rule, category or class"):
        scan(Config(tree=tree, areas=(Area("drivers", off=("no-such",)),)))


@pytest.mark.parametrize(
    ("paths", "files"),
    [
        (("drivers/pci",), 5),
        (("drivers/pci/probe.c",), 1),
        (("drivers/pci/probe.c", "drivers/pci"), 5),
        (("drivers/pci/", "arch/powerpc/platforms"), 7),
        ((".",), len(list(CORPUS.rglob("*.[ch]")))),
    ],
)
def test_given_paths(ask: Scan, paths: tuple[str, ...], files: int) -> None:
    assert ask(*paths).coverage.files == files


def test_paths_may_be_relative_to_the_working_directory(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree / "arch")
    report = scan(Config(paths=("powerpc/kernel/pci-common.c",), rules=RULES))
    assert report.coverage.files == 1
    assert found(report) == HAZARDS


def test_a_path_outside_the_tree_is_refused(ask: Scan, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int x;\n")
    with pytest.raises(InputError, match="is not in the tree"):
        ask(str(tmp_path / "a.c"))


def test_context_is_linked_but_not_reported_on(ask: Scan) -> None:
    """All hazards of the tree go through this file: each is reported by one of its steps."""
    report = ask(HOST)
    assert found(report) == HAZARDS
    assert report.coverage.files == 1
    assert report.coverage.context_files > 0


@pytest.mark.parametrize(
    "path",
    ["drivers/pci", "drivers/pci/probe.c", HOST, "arch/powerpc/platforms/pseries/iommu.c",
     "arch/powerpc/kernel/iommu.c"],
)  # fmt: skip
def test_a_chain_through_context_is_found_from_each_file_of_it(ask: Scan, path: str) -> None:
    (finding,) = [f for f in ask(path).findings if f.rule == "setup-before-registration"]
    (other,) = [f for f in ask().findings if f.rule == "setup-before-registration"]
    assert finding == other
    assert len({s.file for s in finding.steps}) == 4


@pytest.mark.parametrize("path", ["drivers/pci/pci.c", "drivers/pci/remove.c", "drivers/base", "include"])
def test_hazards_that_others_have_are_not_reported(ask: Scan, path: str) -> None:
    assert found(ask(path)) == set()


@pytest.mark.parametrize("path", ["drivers/pci/iov.c", "drivers/pci/probe.c", PSERIES])
def test_a_finding_concerns_the_paths_where_one_of_its_steps_does(ask: Scan, path: str) -> None:
    report = ask(path)
    assert report.findings
    assert all(any(s.file == path for s in f.steps) for f in report.findings)


def test_architecture_comes_from_the_paths(tree: Path, ask: Scan) -> None:
    other = tree / "arch" / "x86" / "a.c"
    other.parent.mkdir()
    other.write_text("void pcibios_remove_bus(struct pci_bus *bus) { }\n")
    assert ask("arch/x86").coverage.files == 1
    assert found(ask()) == HAZARDS


def test_any_jobs_and_any_cache_give_the_same_bytes(ask: Scan, tmp_path: Path, tree: Path) -> None:
    for number in range(60):  # enough for more than one worker
        (tree / "drivers" / "pci" / f"more{number}.c").write_text(f"int more{number}(void) {{ return 0; }}\n")
    cache = tmp_path / "cache"
    cold = as_json(ask(cache=cache, jobs=2))
    assert as_json(ask(cache=cache, jobs=1)) == cold
    assert as_json(ask(cache=cache, jobs=2)) == cold
    assert as_json(ask(jobs=1)) == cold
    assert as_json(ask(jobs=2)) == cold


def test_a_change_is_seen_with_a_warm_cache(ask: Scan, tmp_path: Path, tree: Path) -> None:
    cache = tmp_path / "cache"
    assert found(ask(cache=cache)) == HAZARDS
    file = tree / "drivers/pci/probe.c"
    file.write_text(file.read_text().replace("ret = pcibios_add_device(dev);", "ret = 0;"))
    assert found(ask(cache=cache)) == HAZARDS - {("drivers/pci/probe.c", "setup-before-registration")}


def test_a_change_outside_the_paths_is_seen_with_a_warm_cache(ask: Scan, tmp_path: Path, tree: Path) -> None:
    cache = tmp_path / "cache"
    assert HOST in {f.file for f in ask(HOST, cache=cache).findings}
    header = tree / "arch/powerpc/include/asm/pci-bridge.h"
    header.write_text(header.read_text().replace("struct pci_controller {", "struct other_controller {"))
    assert HOST not in {f.file for f in ask(HOST, cache=cache).findings}


def test_revision_is_read_without_touching_index_or_work_tree(ask: Scan, tree: Path, tmp_path: Path) -> None:
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-q", "-m", "first")
    expected = as_json(ask(rev="HEAD"))
    probe = tree / "drivers/pci/probe.c"
    probe.write_text(probe.read_text().replace("ret = pcibios_add_device(dev);", "ret = 0;"))
    git(tree, "add", "drivers/pci/probe.c")
    (tree / "drivers/pci/iov.c").unlink()
    (tree / "drivers/pci/new.c").write_text("int x;\n")
    before = (tree / ".git/index").read_bytes(), git(tree, "status", "--porcelain")
    files = sorted(p.relative_to(tree) for p in tree.rglob("*") if ".git" not in p.parts)
    assert as_json(ask(rev="HEAD")) == expected
    assert as_json(ask(rev="HEAD", cache=tmp_path / "cache")) == expected
    assert found(ask(rev="HEAD")) == HAZARDS
    assert ((tree / ".git/index").read_bytes(), git(tree, "status", "--porcelain")) == before
    assert sorted(p.relative_to(tree) for p in tree.rglob("*") if ".git" not in p.parts) == files


def test_revision_that_there_is_not(ask: Scan, tree: Path) -> None:
    git(tree, "init", "-q")
    with pytest.raises(InputError, match="nowhere"):
        ask(rev="nowhere")


def test_revision_of_a_tree_without_repository(ask: Scan) -> None:
    with pytest.raises(InputError):
        ask(rev="HEAD")


PREMATURE = {
    "include/linux/dev.h": "struct kobject { int state; };\n"
    "struct device { struct kobject kobj; struct ops *ops; };\n"
    "struct ops { int (*setup)(struct device *d); int (*power)(struct device *d); };\n"
    "struct notifier_block { int (*notifier_call)(struct notifier_block *nb, unsigned long e, void *d); };\n"
    "int kobject_add(struct kobject *k);\nint device_add(struct device *d);\n",
    "drivers/base/kobject.c": "#include <linux/dev.h>\n"
    "int kobject_add(struct kobject *k)\n{\n\tk->state = 1;\n\treturn 0;\n}\n",
    "drivers/base/core.c": "#include <linux/dev.h>\n"
    "int device_add(struct device *d)\n{\n\treturn kobject_add(&d->kobj);\n}\n"
    "int plain(struct device *d)\n{\n\td->ops->power(d);\n\treturn device_add(d);\n}\n"
    "static int told(struct notifier_block *nb, unsigned long e, void *d)\n{\n"
    "\tif (e == BUS_NOTIFY_ADD_DEVICE)\n\t\treturn kobject_add(d);\n\treturn 0;\n}\n"
    "static struct notifier_block nb = {\n\t.notifier_call = told,\n};\n",
    "drivers/pci/early.c": "#include <linux/dev.h>\n"
    "int add(struct device *d)\n{\n\td->ops->setup(d);\n\treturn device_add(d);\n}\n",
    "drivers/iommu/guard.c": "#include <linux/dev.h>\nint work(struct device *d);\n"
    "static int setup(struct device *d)\n{\n\tif (!d->kobj.state)\n\t\treturn -1;\n\treturn work(d);\n}\n"
    "static struct ops ops = {\n\t.setup = setup,\n};\n",
}


def test_only_what_may_lead_to_scanned_code_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in PREMATURE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    followed: list[tuple[str, str]] = []
    targets = Behind.targets

    def noted(self: Behind, func: Func, call: Call) -> tuple[Edge, ...]:
        followed.append((func.name, call.callee))
        return targets(self, func, call)

    monkeypatch.setattr(Behind, "targets", noted)
    rules = ("premature-callback", "probe-tied-state")
    whole = scan(Config(tree=tmp_path, paths=("drivers",), rules=rules))
    assert found(whole) == {("drivers/pci/early.c", "premature-callback")}
    apart = {("plain", "d->ops->power"), ("told", "kobject_add")}
    assert apart < set(followed)
    followed.clear()
    alone = scan(Config(tree=tmp_path, paths=("drivers/iommu/guard.c",), rules=rules))
    assert [f.fingerprint for f in alone.findings] == [f.fingerprint for f in whole.findings]
    assert ("add", "d->ops->setup") in followed
    assert not apart & set(followed)
