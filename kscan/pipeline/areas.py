"""What the settings say of parts of the tree: rules looked for only there, or not there, and severities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from kscan.config import Area
from kscan.findings.model import Finding
from kscan.rules.schema import Rule
from kscan.rules.select import is_named


def as_set(
    findings: Iterable[Finding], areas: Sequence[Area], rules: Sequence[Rule], chosen: Iterable[Rule]
) -> tuple[Finding, ...]:
    """``findings`` of ``rules`` less those not wanted where they are, with the severity that is set there.

    ``chosen`` are the rules of the run that no area has to ask for.  Of several areas the innermost counts,
    for each rule and for the severity.
    """
    by_id = {rule.id: rule for rule in rules}
    everywhere = {rule.id for rule in chosen}
    kept = []
    for finding in findings:
        around = [area for area in areas if area.holds(finding.file)]
        rule = by_id[finding.rule]
        wanted = rule.id in everywhere
        severity = finding.severity
        for area in around:
            wanted = (wanted or is_named(rule, area.on)) and not is_named(rule, area.off)
            severity = area.severity or severity
        if wanted:
            kept.append(msgspec.structs.replace(finding, severity=severity))
    return tuple(kept)
