"""Scan, graph and patch on Debian's linux-source-6.1, as unpacked by .ci/run."""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kscan

pytestmark = pytest.mark.kernel

CHECKOUT = Path(kscan.__file__).parent.parent
USUAL = Path("/usr/src/linux-source-6.1")
PSERIES = "arch/powerpc/platforms/pseries/pci.c"
IOV = "drivers/pci/iov.c"
FREE = "\t\tkfree(pdn->pe_num_map);\n\t} else {"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def tree() -> Path:
    found = Path(os.environ.get("KSCAN_KERNEL") or USUAL)
    if not found.is_dir():
        pytest.skip(f"no kernel tree at {found}: .ci/run unpacks one and names it in KSCAN_KERNEL")
    version = re.findall(r"^(?:VERSION|PATCHLEVEL) = (\d+)$", (found / "Makefile").read_text(), re.MULTILINE)
    if version != ["6", "1"]:
        pytest.skip(f"{found} is Linux {'.'.join(version)}, not 6.1")
    return found


@pytest.fixture(scope="module")
def run(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """kscan on the tree, in a process of its own, with a cache that the module's tests share."""
    cache = tmp_path_factory.mktemp("cache")

    def run(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(
            [sys.executable, "-m", "kscan", *args, "--tree", str(tree), "--cache", str(cache)],
            capture_output=True,
            text=True,
            input=stdin,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            check=False,
        )
        assert "Traceback" not in ran.stderr
        assert "internal error" not in ran.stdout + ran.stderr
        return ran

    return run


@pytest.fixture(scope="module")
def scanned(run: Run) -> dict[str, Any]:
    ran = run("scan", "--rule", "all", "--format", "json", "-j2")
    assert ran.returncode in (0, 1), ran.stderr
    report = json.loads(ran.stdout)
    assert isinstance(report, dict)
    assert (ran.returncode == 1) == bool(report["findings"])
    return report


def undone_twice(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [f for f in findings if f["rule"] == "undone-twice" and f["file"] == PSERIES]


def chain(finding: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["file"], step["function"]) for step in finding["steps"]]


def test_nearly_all_functions_are_understood(scanned: dict[str, Any]) -> None:
    coverage = scanned["coverage"]
    assert coverage["complete"]
    assert coverage["files"] > 1000
    assert coverage["functions"] > 10_000
    assert coverage["partial"] <= coverage["functions"] / 1000
    assert all(s["partial"] and s["reason"] for s in coverage["skipped"])


def test_nothing_outside_the_paths_is_reported_on(scanned: dict[str, Any]) -> None:
    assert scanned["coverage"]["context_files"] > 0
    assert all(
        f["file"].startswith(("arch/powerpc/", "drivers/iommu/", "drivers/pci/")) for f in scanned["findings"]
    )


def test_every_step_names_a_line_of_its_function(scanned: dict[str, Any], tree: Path) -> None:
    for finding in scanned["findings"]:
        assert finding["steps"]
        for step in finding["steps"]:
            lines = (tree / step["file"]).read_bytes().count(b"\n")
            assert 0 < step["line"] <= lines
            assert step["function"]
            assert step["message"]


def test_sriov_map_of_pseries_is_freed_twice(scanned: dict[str, Any]) -> None:
    (finding,) = undone_twice(scanned["findings"])
    assert finding["function"] == "pseries_pci_sriov_enable"
    assert "pdn->pe_num_map" in finding["message"]
    assert chain(finding) == [
        (IOV, "sriov_enable"),
        ("arch/powerpc/kernel/pci-common.c", "pcibios_sriov_enable"),
        (PSERIES, "pseries_pcibios_sriov_enable"),
        (PSERIES, "pseries_pci_sriov_enable"),
        (PSERIES, "pseries_pci_sriov_enable"),
        (IOV, "sriov_enable"),
        ("arch/powerpc/kernel/pci-common.c", "pcibios_sriov_disable"),
        (PSERIES, "pseries_pcibios_sriov_disable"),
    ]


def test_a_second_scan_says_the_same(run: Run, scanned: dict[str, Any]) -> None:
    again = run("scan", "--rule", "all", "--format", "json", "-j1")
    assert json.loads(again.stdout) == scanned


def test_path_through_a_weak_hook_and_an_ops_table(run: Run) -> None:
    ran = run("graph", "path", "sriov_enable", "pseries_pci_sriov_enable", "--format", "json")
    assert ran.returncode == 0
    text = json.dumps(json.loads(ran.stdout), ensure_ascii=False)
    place = [
        text.index(word)
        for word in ("weak→strong", "machdep_calls.pcibios_sriov_enable", "pseries_pci_sriov")
    ]
    assert place == sorted(place)


def test_callers_of_a_hook(run: Run) -> None:
    ran = run("graph", "callers", "pcibios_sriov_enable", "--in", IOV, "--in", "arch/powerpc/kernel")
    assert ran.returncode == 0
    assert "sriov_enable" in ran.stdout
    assert "weak→strong" in ran.stdout


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (FREE, FREE.replace(";\n", ";\n\t\tpdn->pe_num_map = NULL;\n", 1), ["fixed"]),
        (FREE, FREE.replace(";\n", ";\n\t\tpdn->num_pes = 0;\n", 1), ["carried"]),
        ("\t/* Anything other than zero is failure */\n", "", ["carried"]),
    ],
    ids=["clears the pointer", "clears something else", "moves the finding"],
)
def test_patch(
    run: Run, tree: Path, scanned: dict[str, Any], old: str, new: str, expected: list[str]
) -> None:
    before = (tree / PSERIES).read_text()
    assert before.count(old) == 1
    after = before.replace(old, new)
    lines, changed = before.splitlines(keepends=True), after.splitlines(keepends=True)
    patch = "".join(difflib.unified_diff(lines, changed, f"a/{PSERIES}", f"b/{PSERIES}"))
    ran = run("patch", "-", "--rule", "undone-twice", "--format", "json", stdin=patch)
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert [p["outcome"] for p in report["patches"]] == ["applied"]
    assert [f["status"] for f in undone_twice(report["findings"])] == expected
    (known,) = undone_twice(scanned["findings"])
    assert [f["fingerprint"] for f in undone_twice(report["findings"])] == [known["fingerprint"]]


def test_a_patch_for_another_tree_is_refused(run: Run, tree: Path) -> None:
    patch = (
        f"--- a/{PSERIES}\n+++ b/{PSERIES}\n@@ -180,3 +180,3 @@ static int f(void)\n"
        " \tif (never_here) {\n-\t\told_call();\n+\t\tnew_call();\n \t}\n"
    )
    ran = run("patch", "-", stdin=patch)
    assert ran.returncode == 2
    assert PSERIES in ran.stderr
    assert "hunk" in ran.stderr
