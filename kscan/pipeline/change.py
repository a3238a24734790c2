"""What a change of some files does to the findings: a patch, a range of commits, what is staged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kscan.findings.compare import compare
from kscan.findings.model import Coverage, Finding
from kscan.pipeline.lines import with_lines
from kscan.pipeline.results import Result
from kscan.pipeline.scan import analyse
from kscan.pipeline.setup import Setup, arch_of
from kscan.sources import Source


def judge_change(
    setup: Setup, before: Source, after: Source, touched: Sequence[str], renamed: Mapping[str, str]
) -> tuple[tuple[Finding, ...], Coverage]:
    """The findings that a change introduces, fixes and carries, and what was looked at after it.

    ``touched`` are the C files that differ, ``renamed`` old paths with their new ones.
    """
    old = _findings(setup, before, touched)
    new = _findings(setup, after, touched)
    findings = compare(
        with_lines(setup, old.findings, before), with_lines(setup, new.findings, after), renamed
    )
    return findings, new.coverage


def _findings(setup: Setup, source: Source, touched: Sequence[str]) -> Result:
    return analyse(setup, source, _neighbourhood(setup, source, touched), arch_of(setup, touched))


def _neighbourhood(setup: Setup, source: Source, touched: Sequence[str]) -> tuple[str, ...]:
    """The folders linked with a change: for each file the default directory it is in, else its own."""
    defaults = setup.model.context.default_paths
    found = set()
    for path in touched:
        home = next((d for d in defaults if path.startswith(d + "/")), path.rpartition("/")[0])
        if source.exists(home):
            found.add(home)
    return tuple(sorted(found))
