"""The call graph against the compiler's: functions, edges, ops tables and indirect calls.

The truth is the data of ../shared/callgraph, with its scorer: figures only, where it is present.
"""

from __future__ import annotations

import json
import lzma
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

TRUTH = Path(__file__).parents[3] / "shared" / "callgraph"
TREE = "linux-source-6.1"
UNDER = ("arch/powerpc", "drivers/base", "drivers/iommu", "drivers/of", "drivers/pci", "drivers/vfio")
_LARGEST = 1.5  # times the targets of the truth


def is_present(tree: str, truth: Path = TRUTH) -> bool:
    """Whether the truth is there, and made of this tree."""
    return (truth / "score.py").is_file() and Path(tree).name == TREE


def measure(kscan: Sequence[str], tree: str, cache: Path, truth: Path = TRUTH) -> dict[str, Any]:
    """What the scorer makes of an export of the graph."""
    with tempfile.TemporaryDirectory(prefix="kscan-bench-") as folder:
        result, figures = Path(folder) / "graph.json", Path(folder) / "figures.json"
        words = ["graph", "export", *UNDER, "--tree", tree, "--cache", str(cache), "-o", str(result)]
        subprocess.run([*kscan, *words], check=True)
        subprocess.run(
            [sys.executable, str(truth / "score.py"), str(result), "--json", str(figures)],
            check=True,
            capture_output=True,
            env={**os.environ, "KERNEL_TREES": str(Path(tree).parent)},
        )
        found: dict[str, Any] = json.loads(figures.read_text("utf-8"))
        edges = json.loads(result.read_text("utf-8"))["edges"]
    found["sites"] = sites(_truth(truth, "truth")["indirect_sites"], _truth(truth, "field_targets"), edges)
    return found


def _truth(folder: Path, name: str) -> Any:
    return json.loads(lzma.decompress((folder / f"{name}.json.xz").read_bytes()))


def sites(
    known: Sequence[Sequence[Any]], targets: Mapping[str, Sequence[str]], edges: Sequence[Sequence[str]]
) -> tuple[float, int, int]:
    """Percentage and counts of the indirect call sites with a target in the tree that got one.

    ``known`` are [file, caller, line, struct type, field, expression], ``targets`` the functions by
    "type.field", ``edges`` [file, caller, callee, direct or indirect].
    """
    found = {(file, caller, callee) for file, caller, callee, kind in edges if kind == "indirect"}
    wanted = [
        (file, caller, targets.get(f"{struct}.{field}", ())) for file, caller, _, struct, field, _ in known
    ]
    wanted = [site for site in wanted if site[2] and site[0].startswith(UNDER)]
    hits = sum(any((file, caller, target) in found for target in some) for file, caller, some in wanted)
    return round(100 * hits / max(len(wanted), 1), 2), hits, len(wanted)


def table(figures: dict[str, Any]) -> Iterator[str]:
    """Lines of the table: figure, what was measured, what is wanted."""
    functions, edges = figures["functions"], figures["edges"]
    ops, indirect = figures["ops"], figures["indirect"]
    recall, precision = indirect["recall(type.field)"], indirect["precision(callers with resolvable sites)"]
    rows = [
        ("functions with a body in the text", functions["recall_gcc_plain"], "99.95 %"),
        ("functions with a macro head", functions["recall_gcc_macro_head"], "all"),
        ("functions made by macros", functions["recall_gcc_macro_gen"], "85 %"),
        ("function precision", functions["precision_gcc"], "99.95 %"),
        ("textual edge recall", edges["textual_recall"], "99.8 %"),
        ("hidden edge recall", edges["hidden_recall"], "85 %"),
        ("edge precision, macro names wrong", edges["precision_macro_callees_counted_wrong"], "97 %"),
        ("ops initialisers", ops["recall_initializer(type,field,function)"], "99 %"),
        ("ops assignments", ops["recall_assignment(type,field,function)"], "95 %"),
        ("indirect sites with a target found", figures["sites"], "95 %"),
        ("indirect edges by type and field", recall, ""),
    ]
    yield f"{'call graph':36}{'measured':>10}{'':>18}  goal"
    for name, (percent, hits, total), goal in rows:
        yield f"{name:36}{percent:>8} %{f'{hits} of {total}':>18}  {goal}"
    times = precision[2] / recall[2]
    sizes = f"{precision[2]} for {recall[2]}"
    yield f"{'indirect targets, times the truth':36}{times:>8.2f} x{sizes:>18}  {_LARGEST} x"
