"""Runs a command and measures it with all its processes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command."""

    status: int
    wall: float
    cpu: float  # user and system, of all processes
    peak: int  # bytes: memory of all processes at once, shared pages counted once
    digest: str  # of standard output
    output: bytes
    errors: str

    @property
    def failed(self) -> str:
        """Why the figures mean nothing; empty when they do mean something."""
        if self.status in {0, 1, 2} and "Traceback" not in self.errors:
            return ""
        last = self.errors.strip().splitlines()[-1:] or [""]
        return f"status {self.status} {last[0]}"


def run(command: Sequence[str], stdin: bytes = b"") -> Run:
    """Run ``command`` to its end, with compiled modules kept, as where it is installed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=given, stdout=out, stderr=err, env=environment)
        peak = 0
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, _memory(process.pid))
            time.sleep(_SAMPLE_SECONDS if time.perf_counter() - start > 1 else 0.005)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        output = out.read()
        return Run(
            status=process.returncode,
            wall=wall,
            cpu=usage.ru_utime + usage.ru_stime,
            peak=max(peak, usage.ru_maxrss * 1024),
            digest=hashlib.sha256(output).hexdigest()[:12],
            output=output,
            errors=err.read().decode(errors="replace"),
        )


def _memory(pid: int) -> int:
    """Proportional set size of a process and its descendants."""
    total = 0
    # A process may end at any moment.
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += _memory(int(child))
    return total
