"""The corpus against the whole of kscan: what is found must be what is annotated, with all rules on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kscan.config import Config
from kscan.findings.model import Finding
from kscan.pipeline import judge as judge_patches
from kscan.pipeline import scan
from kscan.rules.corpus import KERNEL, Case, CorpusFile, find_cases, judge

CORPUS = Path(__file__).parent / "corpus"
CASES = tuple(find_cases(CORPUS))

Place = tuple[str, int, str]


@pytest.fixture(scope="session")
def facts_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # The cases share most of their headers.
    return tmp_path_factory.mktemp("facts")


@pytest.mark.parametrize("case", [c for c in CASES if c.kind != "patch"], ids=lambda c: f"{c.rule}/{c.name}")
def test_case(case: Case, tmp_path: Path, facts_cache: Path) -> None:
    lay_out(case.files, tmp_path)
    paths = tuple(f.path for f in case.files)
    report = scan(config(tmp_path, facts_cache, paths=paths, arch=case.arch))
    assert not [s for s in report.coverage.skipped if not s.partial]
    notes = [(f.path, note) for f in case.files for note in f.annotations]
    wrong = [str(o) for o in judge(notes, report.findings) if not o.good]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", [c for c in CASES if c.kind == "patch"], ids=lambda c: f"{c.rule}/{c.name}")
def test_patch_case(case: Case, tmp_path: Path, facts_cache: Path) -> None:
    lay_out((), tmp_path)
    shutil.copytree(case.source / "base", tmp_path, dirs_exist_ok=True)
    report = judge_patches(config(tmp_path, facts_cache), [str(case.source / "series.mbox")])
    assert [p.outcome for p in report.patches if p.outcome == "refused"] == []
    expected = json.loads((case.source / "expected.json").read_text("utf-8"))
    for status in ("introduced", "fixed", "carried"):
        wanted = {(e["file"], e["line"], e["rule"]) for e in expected.get(status, [])}
        assert places(f for f in report.findings if f.status == status) == wanted, status


def config(tree: Path, cache: Path, *, paths: tuple[str, ...] = (), arch: str | None = None) -> Config:
    return Config(tree=tree, paths=paths, arch=arch, rules=("all",), preview=True, cache=cache)


def lay_out(files: tuple[CorpusFile, ...], tree: Path) -> None:
    """The corpus' own kernel, and over it each file at the path it plays."""
    if (CORPUS / KERNEL).is_dir():
        shutil.copytree(CORPUS / KERNEL, tree, dirs_exist_ok=True)
    for file in files:
        place = tree / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.source, place)


def places(findings: Iterator[Finding]) -> set[Place]:
    return {(f.file, f.line, f.rule) for f in findings}


def test_what_boot_code_keeps_is_told_at_low_confidence(tmp_path: Path, facts_cache: Path) -> None:
    told = {"bad_node_at_boot": "low", "bad_never_put": "medium"}
    for case in CASES:
        if case.rule == "reference-leak" and case.name in told:
            lay_out(case.files, tmp_path / case.name)
            paths = tuple(f.path for f in case.files)
            (finding,) = scan(config(tmp_path / case.name, facts_cache, paths=paths)).findings
            assert finding.confidence == told.pop(case.name)
    assert not told


DECLARED = "int example_prepare(struct example *ex);\n"
STUB = f"""#ifdef CONFIG_EXAMPLE
{DECLARED}#else
static inline int example_prepare(struct example *ex) {{ return -ENODEV; }}
#endif
"""
CALLER = """#include <linux/example.h>

int example_start(struct example *ex)
{
	int ret = clk_prepare_enable(ex->clk);

	if (ret)
		return ret;
	ret = example_prepare(ex);
	if (ret)
		return ret;
	ex->count++;
	return 0;
}

static struct example_ops example_ops = { .probe = example_start };
"""


@pytest.mark.parametrize("header", [DECLARED, STUB], ids=["declared", "stub"])
@pytest.mark.parametrize(("last", "told"), [("return 0;", 0), ("return ex->count ? -EBUSY : 0;", 1)])
def test_a_callee_that_was_not_scanned_cannot_fail(
    last: str, told: int, header: str, tmp_path: Path, facts_cache: Path
) -> None:
    callee = f"int example_prepare(struct example *ex)\n{{\n\tex->state = 1;\n\t{last}\n}}\n"
    files = {
        "drivers/x/caller.c": CALLER,
        "drivers/x/callee.c": callee,
        "include/linux/example.h": header,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    report = scan(config(tmp_path, facts_cache, paths=("drivers/x/caller.c",)))
    assert [f.rule for f in report.findings] == ["missing-undo"] * told
