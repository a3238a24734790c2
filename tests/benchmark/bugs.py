"""Recall on the real bugs of ../shared/bench: each one's files before and after its fix are scanned.

Run by ``make bench-bugs``.  KERNEL_TREES names the folder with linux-source-6.12 and linux-source-6.1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kscan.config import Config, rules_dir
from kscan.errors import KscanError
from kscan.facts.store import FactsStore
from kscan.findings.model import Finding
from kscan.pipeline.setup import Setup, arch_of
from kscan.pipeline.stages import link, run_rules
from kscan.sources import Source
from kscan.sources.overlay import Overlay

BENCH = Path(__file__).parents[3] / "shared" / "bench"
Case = dict[str, Any]


def main() -> int:
    """Measure, print the table of score.py, keep the findings; 0 unless the bench is broken."""
    options = _options()
    trees = os.environ.get("KERNEL_TREES", "")
    if not (options.bench / "cases.json").is_file() or not trees:
        _say(
            "bench-bugs: needs the cases of ../shared/bench and KERNEL_TREES, the folder of the kernel trees"
        )
        return 0
    cases = json.loads((options.bench / f"{options.set}.json").read_text("utf-8"))
    wanted = [
        c
        for c in cases
        if (not options.case or c["id"] in options.case) and c["visibility"].startswith(options.only)
    ]
    with tempfile.TemporaryDirectory() as scratch, FactsStore(options.cache or Path(scratch)) as store:
        found = dict(_measure(wanted, Path(trees), options, store, Path(scratch)))
        target = options.out or Path(scratch) / "findings.json"
        target.write_text(json.dumps(found), "utf-8")
        _print_news(wanted, found, verbose=bool(options.case))
        score = [sys.executable, str(options.bench / "score.py"), str(target), "--set", options.set]
        return subprocess.run(score + (["--details"] if options.details else []), check=False).returncode


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", help="ids of cases; all of them by default")
    parser.add_argument("--bench", type=Path, default=BENCH)
    parser.add_argument("--set", default="cases", choices=("cases", "extra"))
    parser.add_argument("--only", default="", help="a visibility, such as intraprocedural")
    parser.add_argument("--stable", action="store_true", help="with the default set of rules only")
    parser.add_argument("--cache", type=Path, help="where facts are kept from one run to the next")
    parser.add_argument("--out", type=Path, help="where the findings are written as JSON")
    parser.add_argument("--details", action="store_true")
    return parser.parse_args()


def _measure(
    cases: list[Case], trees: Path, options: argparse.Namespace, store: FactsStore, scratch: Path
) -> Iterator[tuple[str, dict[str, list[dict[str, Any]]]]]:
    setups: dict[str, Setup] = {}
    for case in cases:
        version = case["tree"]
        tree = trees / f"linux-source-{version}"
        if version not in setups:
            setups[version] = Setup(
                Config(tree=tree, rules_dir=rules_dir(), preview=not options.stable, jobs=1), store
            )
        setup = setups[version]
        out = scratch / case["id"]
        prepared = subprocess.run(
            [sys.executable, str(options.bench / "prepare.py"), case["id"], str(tree), str(out)],
            check=False,
            capture_output=True,
            text=True,
        )
        if prepared.returncode:
            _say(f"{case['id']}: cannot be prepared: {prepared.stderr.strip()[-200:]}")
            continue
        yield case["id"], {side: _scan(setup, case, out / side) for side in ("pre", "post")}


def _scan(setup: Setup, case: Case, folder: Path) -> list[dict[str, Any]]:
    changed = {f: (folder / f).read_bytes() for f in case["files"]}
    source: Source = Overlay(setup.source, dict(changed))
    try:
        linked = link(setup, source, tuple(sorted(changed)), arch_of(setup, case["files"]))
        return [_plain(f) for f in run_rules(setup, linked) if f.file in changed]
    except KscanError as error:
        _say(f"{case['id']}: {error}")
        return []


def _plain(finding: Finding) -> dict[str, Any]:
    names = ("file", "line", "rule", "function", "message")
    return {n: getattr(finding, n) for n in names} | {"class": finding.hazard}


def _print_news(
    cases: list[Case], found: Mapping[str, Mapping[str, list[dict[str, Any]]]], *, verbose: bool
) -> None:
    """Findings on post that pre did not have; with ``verbose`` all findings."""
    for case in cases:
        sides = found.get(case["id"], {"pre": [], "post": []})
        before = {(f["rule"], f["function"], f["message"]) for f in sides["pre"]}
        for side, findings in sides.items():
            for f in findings:
                new = side == "post" and (f["rule"], f["function"], f["message"]) not in before
                if new or verbose:
                    word = "new on post" if new else side
                    _say(
                        f"{case['id']} {word}: {f['file']}:{f['line']} {f['function']}: "
                        f"{f['rule']}: {f['message']}"
                    )


if __name__ == "__main__":
    sys.exit(main())
