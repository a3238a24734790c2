"""``python -m tests.benchmark --tree DIR``: kscan's figures, as ratios to a raw parse of the same files.

All in one run, as machines differ and the same machine differs from hour to hour: the raw parse
is measured before and after the cold scans.  Prints figures and judges nothing.  kscan runs as
users run it, in processes of its own, with caches in a temporary directory.
"""

# ruff: noqa: T201 - figures are what this is for

from __future__ import annotations

import argparse
import difflib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kscan.sources.tree import Tree
from tests.benchmark import callgraph, rules, stages
from tests.benchmark.measure import Run, run

DEFAULT = ("arch/powerpc", "drivers/iommu", "drivers/pci")
COLD_GOAL = "3 x raw, 500 MB"
WARM_GOAL = "0.6 s wall"
PATCH_GOAL = "0.4 s wall, each another file"
SERIES_GOAL = "1.5 s wall"
HOOK_GOAL = "0.15 s wall"
LINK_GOAL = "0.3 s CPU without load"
SERIES = 20  # patches


def main() -> None:
    options = _options()
    tree = Tree(options.tree)
    under = [path for path in options.paths or DEFAULT if tree.exists(path)]
    paths = list(tree.paths(under))
    before = raw_parse(tree, paths)
    print(f"{len(paths)} files, {before['bytes'] / 1e6:.1f} MB of {', '.join(under)} in {tree.name}")
    if options.stages:
        show_stages(stages.measure(tree.top, under), before["cpu"])
        return
    if options.rules:
        show_stages(rules.measure(tree.top, under), before["cpu"])
        return
    with tempfile.TemporaryDirectory(prefix="kscan-bench-") as folder:
        bench(tree, paths, under, Path(folder), options.repeat, before["cpu"])
        if callgraph.is_present(tree.top):
            print()
            print("\n".join(callgraph.table(callgraph.measure(kscan(), tree.top, Path(folder) / "cache2"))))


def bench(
    tree: Tree, paths: Sequence[str], under: Sequence[str], folder: Path, repeat: int, before: float
) -> None:
    """Measure everything and print the table."""

    def scan(jobs: int, cache: str) -> Run:
        # Absolute: relative paths are those of the working directory first.
        places = [os.path.join(tree.top, path) for path in under]
        words = ["scan", "--tree", tree.top, "--preview", "--rule", "all", "-j", str(jobs)]
        return run([*kscan(), *words, "--cache", str(folder / cache), *places])

    cold = {jobs: scan(jobs, f"cache{jobs}") for jobs in (1, 2)}
    after = raw_parse(tree, paths)["cpu"]
    raw = (before + after) / 2
    warm = {jobs: [scan(jobs, f"cache{jobs}") for _ in range(repeat)] for jobs in (1, 2)}
    words = ["patch", "--tree", tree.top, "--preview", "--rule", "all", "-j", "2"]
    patches = []
    for number, text in enumerate(new_patches(tree, paths, repeat + 1 + SERIES)):
        patches.append(folder / f"{number:02}.patch")
        patches[-1].write_bytes(text)

    def judge(*mails: Path) -> Run:
        return run([*kscan(), *words, "--cache", str(folder / "cache2"), *map(str, mails)])

    judge(patches[0])  # the first of a tree makes what all others find in the cache
    patch = [judge(mail) for mail in patches[1 : repeat + 1]]
    series = [judge(*patches[repeat + 1 :])]

    print(f"raw parse {raw:.2f} s CPU ({before:.2f} before, {after:.2f} after)\n")
    print(f"{'':16}{'CPU s':>8}{'x raw':>8}{'wall s':>8}{'MB':>6}  goal")
    for jobs, result in cold.items():
        show(f"cold -j{jobs}", [result], raw, COLD_GOAL)
    for jobs, results in warm.items():
        show(f"warm -j{jobs}", results, raw, WARM_GOAL)
    show("patch, 1 file", patch, raw, PATCH_GOAL)
    show(f"{SERIES} patches", series, raw, SERIES_GOAL)
    show("hook, no C file", idle_hooks(folder / "repository", repeat), raw, HOOK_GOAL)

    show_linking(tree, folder / "cache2", under, repeat, raw)
    print(f"\noutput of the scans: {compared([*cold.values(), *warm[1], *warm[2]])}")


def show_linking(tree: Tree, cache: Path, under: Sequence[str], repeat: int, raw: float) -> None:
    """Linking, each time in a process of its own that finds all facts in the cache."""
    words = [sys.executable, "-m", "tests.benchmark.linking", tree.top, str(cache), *under]
    results = [run(words) for _ in range(repeat + 1)][1:]  # the first keeps its graph
    failed = next((f"  FAILED: {result.failed}" for result in results if result.failed), "")
    if failed:
        print(f"{'linking':16}{failed}")
        return
    figures = [json.loads(result.output) for result in results]
    middle = {name: statistics.median(found[name] for found in figures) for name in figures[0]}
    cpu = middle["link"] + middle["direct"] + middle["fields"]
    parts = ", ".join(f"{name} {middle[name]:.2f}" for name in ("link", "direct", "fields", "load"))
    print(
        f"{'linking':16}{cpu:8.2f}{cpu / raw:8.2f}{'':14}  {LINK_GOAL}: {parts}, {middle['edges']:.0f} edges"
    )
    opened, kept = middle["opened"], middle["kept"]
    parts = f"{kept:.2f} more for its {middle['kept_edges']:.0f} edges of all kinds"
    print(f"{'link, kept':16}{opened:8.2f}{opened / raw:8.2f}{'':14}  {LINK_GOAL}: {parts}")


def idle_hooks(top: Path, repeat: int) -> list[Run]:
    """``kscan hook`` in a new repository where a file that is not C is staged."""
    top.mkdir()
    author = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost")
    for words in (("init", "-q"), (*author, "commit", "-q", "--allow-empty", "-m", "empty")):
        subprocess.run(("git", "-C", str(top), *words), check=True)
    (top / "README").write_text("staged\n")
    subprocess.run(("git", "-C", str(top), "add", "README"), check=True)
    here = f"PYTHONPATH={Path(__file__).parents[2]}"
    return [run(["env", "-C", str(top), here, *kscan(), "hook"]) for _ in range(repeat)]


def compared(scans: Sequence[Run]) -> str:
    """Whether all scans printed the same."""
    if any(result.failed for result in scans):
        return "not comparable, as some failed"
    if len({(result.digest, result.status) for result in scans}) == 1:
        return f"the same {len(scans[0].output)} bytes, {len(scans)} times"
    return "DIFFERS: " + " ".join(result.digest for result in scans)


def show(name: str, results: Sequence[Run], raw: float, goal: str) -> None:
    """A line of the table: medians, and the largest memory."""
    cpu = statistics.median(result.cpu for result in results)
    wall = statistics.median(result.wall for result in results)
    peak = max(result.peak for result in results)
    failed = next((f"  FAILED: {result.failed}" for result in results if result.failed), "")
    print(f"{name:16}{cpu:8.2f}{cpu / raw:8.2f}{wall:8.2f}{peak / (1 << 20):6.0f}  {goal}{failed}")


def show_stages(table: stages.Table, raw: float) -> None:
    """CPU of each stage, or rule."""
    print(f"raw parse {raw:.2f} s CPU\n\n{'':28}{'CPU s':>8}{'x raw':>8}")
    for name, seconds in [*table.items(), ("sum", sum(table.values()))]:
        print(f"{name:28}{seconds:8.3f}{seconds / raw:8.2f}")


def raw_parse(tree: Tree, paths: Sequence[str]) -> dict[str, float]:
    """CPU seconds of tree-sitter alone, and the bytes parsed."""
    names = "\0".join(os.path.join(tree.top, path) for path in paths)
    result = run([sys.executable, str(Path(__file__).with_name("raw.py"))], os.fsencode(names))
    if result.status:
        raise SystemExit(f"the raw parse failed: {result.errors}")
    figures: dict[str, float] = json.loads(result.output)
    return figures


def new_patches(tree: Tree, paths: Sequence[str], count: int) -> Sequence[bytes]:
    """Patches of ``count`` .c files of middling size, each of which adds a line in the first function."""
    sources = sorted(
        (path for path in paths if path.endswith(".c")), key=lambda path: (tree.stamp(path), path)
    )
    found: list[bytes] = []
    for path in sources[len(sources) // 2 :]:
        lines = tree.read(path).decode("latin-1").splitlines(keepends=True)
        if "{\n" in lines and len(found) < count:
            at = lines.index("{\n") + 1
            changed = [*lines[:at], "\t/* a line more */\n", *lines[at:]]
            diff = difflib.unified_diff(lines, changed, f"a/{path}", f"b/{path}")
            found.append("".join(diff).encode("latin-1"))
    if len(found) < count:
        raise SystemExit("too few .c files with a function to patch")
    return found


def kscan() -> list[str]:
    """The command, as installed beside this Python, or from the checkout."""
    installed = Path(sys.executable).with_name("kscan")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "kscan"]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--tree", required=True, help="a kernel tree")
    parser.add_argument("--stages", action="store_true", help="CPU per stage, in this process")
    parser.add_argument("--rules", action="store_true", help="CPU per rule, in this process")
    parser.add_argument("--repeat", type=int, default=5, help="warm runs of each kind (median is shown)")
    parser.add_argument("paths", nargs="*", help=f"directories of the tree [{' '.join(DEFAULT)}]")
    return parser.parse_args()


if __name__ == "__main__":
    main()
