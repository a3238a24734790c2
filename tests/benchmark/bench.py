"""Times kscan against a bare tree-sitter parse of the same files: ``make bench KERNEL=dir``.

Ratios of one run on one machine say more than seconds, so both are printed.  CPU is that of all
processes of a command, memory the sum of what they hold at one time (PSS, Linux only).
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PATHS = ("arch/powerpc", "drivers/iommu", "drivers/pci")
PATCHED = "drivers/pci/probe.c"
SCAN = ("scan", "--rule=all", "--format=json", "--fail-on=never")

RAW_PARSE = """
import sys
from pathlib import Path
from tree_sitter import Language, Parser
import tree_sitter_c
parser = Parser(Language(tree_sitter_c.language()))
for top in sys.argv[1:]:
    for path in Path(top).rglob("*.[ch]"):
        if path.is_file():
            parser.parse(path.read_bytes())
"""


@dataclass(frozen=True, slots=True)
class Run:
    wall: float
    cpu: float
    memory: int  # bytes
    status: int
    out: bytes


def main(tree: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="kscan-bench-") as folder:
        return bench(tree, Path(folder))


def bench(tree: Path, folder: Path) -> int:
    cache, patch = folder / "cache", folder / "a.patch"
    patch.write_text(one_line_patch(tree))
    raw = measure([sys.executable, "-c", RAW_PARSE, *(str(tree / p) for p in PATHS)])
    row("raw tree-sitter parse", raw, raw)
    scan = [*SCAN, f"--tree={tree}", *PATHS]
    runs = {
        "cold scan, one process": kscan(*scan, "--no-cache", "-j1"),
        "cold scan": kscan(*scan, f"--cache={cache}"),
        "warm scan": kscan(*scan, f"--cache={cache}"),
    }
    for title, run in runs.items():
        row(title, run, raw)
    judge = ("patch", "--rule=all", "--fail-on=never", f"--tree={tree}", f"--cache={cache}", str(patch))
    kscan(*judge)  # what the patch needs beyond the scan is read once
    row("one-file patch, warm", kscan(*judge), raw)
    same = len({run.out for run in runs.values()}) == 1
    say("output is the same for any -j, warm or cold" if same else "OUTPUT DIFFERS between the scans")
    return 0 if same and not any(run.status for run in runs.values()) else 1


def kscan(*args: str) -> Run:
    run = measure([sys.executable, "-m", "kscan", *args])
    if run.status:
        say(f"kscan {' '.join(args)} ended with {run.status}")
    return run


def measure(command: Sequence[str]) -> Run:
    begin = time.monotonic()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        peak = Peak(child.pid)
        peak.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
        peak.stop()
        out.seek(0)
        cpu = usage.ru_utime + usage.ru_stime
        return Run(wall, cpu, peak.bytes, os.waitstatus_to_exitcode(status), out.read())


class Peak(threading.Thread):
    """The most memory that a process and its children hold together, looked at often."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self._pid = pid
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.05):
            self.bytes = max(self.bytes, sum(map(pss, family(self._pid))))

    def stop(self) -> None:
        self._over.set()
        self.join()


def family(pid: int) -> list[int]:
    members = [pid]
    for member in members:
        try:
            text = Path(f"/proc/{member}/task/{member}/children").read_text()
        except OSError:
            continue
        members += map(int, text.split())
    return members


def pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    lines = (line.split() for line in text.splitlines() if line.startswith("Pss:"))
    return sum(int(words[1]) * 1024 for words in lines)


def one_line_patch(tree: Path) -> str:
    old = (tree / PATCHED).read_text("utf-8", "replace").splitlines(keepends=True)
    place = old.index("{\n") + 1
    new = [*old[:place], '\tpr_debug("bench\\n");\n', *old[place:]]
    return "".join(difflib.unified_diff(old, new, f"a/{PATCHED}", f"b/{PATCHED}"))


def row(title: str, run: Run, raw: Run) -> None:
    ratio = run.cpu / raw.cpu
    say(f"{title:<24} {run.wall:7.2f} s  {run.cpu:7.2f} s CPU  {ratio:5.2f} x raw  {run.memory >> 20:5} MiB")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1], PATCHED).is_file():
        sys.exit(f"usage: {sys.argv[0]} <a kernel tree>")
    sys.exit(main(Path(sys.argv[1])))
