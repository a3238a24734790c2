"""``python -m tests.benchmark.patches``: what patch mode says of the real bugs of ../shared/bench.

Each fix is laid over its tree reversed, which brings the bug back, and forward over the result.  KERNEL_TREES
names the folder with linux-source-6.12 and linux-source-6.1.  Prints figures and judges nothing.
"""

# ruff: noqa: T201 - figures are what this is for

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kscan.config import Config
from kscan.facts.store import FactsStore
from kscan.findings.model import Finding, Report
from kscan.findings.summary import new_findings
from kscan.pipeline.patch import judge_inputs
from kscan.pipeline.setup import Setup, arch_of
from kscan.pipeline.stages import analyse
from kscan.sources import Source
from kscan.sources.apply import apply_diff
from kscan.sources.diff import reverse_diff
from kscan.sources.diffread import read_diff
from tests.benchmark.bugs import BENCH, Case
from tests.benchmark.difftext import diff_text


def main() -> None:
    options = _options()
    trees = Path(os.environ["KERNEL_TREES"])
    cases = json.loads((options.bench / "cases.json").read_text("utf-8"))
    cases = [case for case in cases if not options.case or case["id"] in options.case]
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch, FactsStore(options.cache or Path(scratch)) as store:
        for case in cases:
            tree = trees / f"linux-source-{case['tree']}"
            config = Config(tree=tree, preview=not options.stable, jobs=1)
            with Setup(config, store) as setup:
                told = _measure(setup, case, options.bench, Path(scratch))
            seen.update(told)
            if odd := [word for word in told if "!" in word]:
                print(f"{case['id']}: {', '.join(odd)}", flush=True)
    print(f"{len(cases)} fixes of {options.bench}")
    for what, number in sorted(seen.items()):
        print(f"  {number} {what}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", help="ids of cases; all of them by default")
    parser.add_argument("--bench", type=Path, default=BENCH)
    parser.add_argument("--stable", action="store_true", help="with the default set of rules only")
    parser.add_argument("--cache", type=Path, help="where facts are kept from one run to the next")
    return parser.parse_args()


def _measure(setup: Setup, case: Case, bench: Path, scratch: Path) -> list[str]:
    fix = read_diff((bench / case["exact_patch"]).read_text("utf-8", "surrogateescape"))
    backward = scratch / "backward.patch"
    forward = scratch / "forward.patch"
    backward.write_bytes(diff_text(reverse_diff(fix)))
    forward.write_bytes(diff_text(fix))
    fixed = setup.source
    buggy = apply_diff(fixed, reverse_diff(fix)).overlay
    reversed_report = judge_inputs(setup, [str(backward)])
    setup.source = buggy
    forward_report = judge_inputs(setup, [str(forward)])
    told = [f"reversed: {_outcome(reversed_report)}", f"forward: {_outcome(forward_report)}"]
    known = {(f.rule, f.function, f.message) for f in _of(_scan(setup, fixed, case), case)}
    if any((f.rule, f.function, f.message) not in known for f in _of(_scan(setup, buggy, case), case)):
        told.append("found in the buggy tree, not in the fixed one")
        if not _of(new_findings(reversed_report), case):
            told.append("reversed: not introduced, though found in the tree!")
    if _of(new_findings(reversed_report), case):
        told.append("reversed: introduces the bug")
    new = [f"{f.rule} in {f.function}()!" for f in new_findings(forward_report)]
    told += ["forward: introduces something", *new] if new else ["forward: introduces nothing"]
    if _of((f for f in forward_report.findings if f.status == "fixed"), case):
        told.append("forward: fixes the bug")
    return told


def _scan(setup: Setup, source: Source, case: Case) -> tuple[Finding, ...]:
    return analyse(setup, source, sorted(case["files"]), arch_of(setup, case["files"])).findings


def _of(findings: Iterable[Finding], case: dict[str, Any]) -> list[Finding]:
    """Those of a fitting class in the functions that have the bug."""
    functions = {(f["file"], f["name"]) for f in case["functions"]}
    return [f for f in findings if (f.file, f.function) in functions and f.hazard in case["accept_classes"]]


def _outcome(report: Report) -> str:
    (patch,) = report.patches
    return patch.outcome if patch.outcome != "refused" else f"refused! {patch.notes[:1]}"


if __name__ == "__main__":
    main()
