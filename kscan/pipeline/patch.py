"""Judge patches: findings before and after each one, on the tree it is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kscan.findings.compare import compare
from kscan.findings.model import Coverage, Finding, PatchResult, Skipped
from kscan.pipeline.scan import Linked, Setup, arch_of, coverage_of, link, run_rules
from kscan.sources import Source
from kscan.sources.apply import ApplyResult, apply_patch
from kscan.sources.git import GitRepo
from kscan.sources.inbox import read_inputs
from kscan.sources.mail import Patch
from kscan.sources.series import Unreadable


@dataclass(slots=True)
class Judged:
    """What judging gave so far."""

    results: list[PatchResult] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)


def judge_inputs(setup: Setup, inputs: Sequence[str]) -> Judged:
    """Read, apply and judge every patch of the inputs; a series is a chain of trees."""
    judged = Judged()
    repo = _repository(setup)
    for item in read_inputs(inputs):
        if isinstance(item, Unreadable):
            judged.skipped.append(Skipped(item.source, item.line, item.reason, item.remedy))
            continue
        base = setup.source
        for patch in item.patches:
            base = _judge(setup, patch, base, repo, judged)
    return judged
