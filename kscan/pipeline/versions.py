"""What patches of a series mean to each other, and one version of it to the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from kscan.findings.compare import identity
from kscan.findings.model import Finding, PatchResult, SeriesResult
from kscan.sources.mail import author_address
from kscan.sources.series import Series

_Identity = tuple[str, str, str, str]


class Judged(msgspec.Struct):
    """A series with the results of its patches, in order, and the files each of them renamed."""

    series: Series
    results: list[PatchResult]
    renames: list[dict[str, str]]
    needs: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all of its patches were there and applied: else what it lacks may be in the others."""
        return not self.series.missing and all(r.outcome != "refused" for r in self.results)


def settle_series(judged: Judged) -> None:
    """Name, on each finding that one patch introduces and a later one fixes, that later one."""
    for at, result in enumerate(judged.results):
        findings = tuple(
            msgspec.structs.replace(f, fixed_by=_fixed_by(judged, at, f)) if f.status == "introduced" else f
            for f in result.findings
        )
        judged.results[at] = msgspec.structs.replace(result, findings=findings)


def _fixed_by(judged: Judged, at: int, finding: Finding) -> str:
    """The later patch that fixes what patch ``at`` introduced, ``4/7: name``, or nothing."""
    claim = finding
    for number in range(at + 1, len(judged.results)):
        result, renamed = judged.results[number], judged.renames[number]
        here = [f for f in result.findings if _same(f, claim, renamed)]
        if any(f.status == "fixed" for f in here):
            patch = judged.series.patches[number]
            return f"{patch.subject.number}/{judged.series.total}: {result.name}"
        claim = next((f for f in here if f.status == "carried"), claim)
    return ""


def _same(finding: Finding, claim: Finding, renamed: dict[str, str]) -> bool:
    if finding.fingerprint == claim.fingerprint:
        return True
    return identity(finding) in (identity(claim), identity(claim, renamed.get(claim.file, claim.file)))


def compare_versions(all_judged: Sequence[Judged]) -> list[SeriesResult]:
    """What is to be said of each series; findings that an earlier version introduced too are marked so."""
    found: list[SeriesResult] = []
    for judged in all_judged:
        earlier = _previous(judged, all_judged)
        found.append(_described(judged, earlier))
        if earlier is not None:
            known = {identity(f) for f in _introduced(earlier)}
            for at, result in enumerate(judged.results):
                marked = (_marked(f, known, earlier.series.version) for f in result.findings)
                judged.results[at] = msgspec.structs.replace(result, findings=tuple(marked))
    return found


def _marked(finding: Finding, known: set[_Identity], version: int) -> Finding:
    if finding.status != "introduced" or identity(finding) not in known:
        return finding
    return msgspec.structs.replace(finding, seen_in=f"v{version}")


def _introduced(judged: Judged) -> Iterator[Finding]:
    """What the series as a whole introduces."""
    for result in judged.results:
        yield from (f for f in result.findings if f.status == "introduced" and not f.fixed_by)


def _previous(judged: Judged, all_judged: Sequence[Judged]) -> Judged | None:
    """The latest earlier version of a series."""
    same = [
        other
        for other in all_judged
        if other.series.version < judged.series.version and _lineage(other.series) & _lineage(judged.series)
    ]
    return max(same, key=lambda other: other.series.version, default=None)


def _lineage(series: Series) -> frozenset[tuple[str, str]]:
    """What stays the same from one version of a series to the next: its change-id, or author and title."""
    author = series.cover.author if series.cover is not None else series.patches[0].author
    names = {("title", f"{author_address(author)} {' '.join(series.name.lower().split())}")}
    if series.trailers.change_id:
        names.add(("change-id", series.trailers.change_id))
    return frozenset(names)


def _described(judged: Judged, earlier: Judged | None) -> SeriesResult:
    series = judged.series
    mine = {identity(f): f.fingerprint for f in _introduced(judged)}
    before = {identity(f): f.fingerprint for f in _introduced(earlier)} if earlier is not None else {}
    gone = (name for claim, name in before.items() if claim not in mine)
    new = (name for claim, name in mine.items() if claim not in before)
    return SeriesResult(
        series.name,
        series.version,
        series.total,
        series.source,
        tuple(result.message_id or result.name for result in judged.results),
        series.missing,
        judged.needs,
        series.trailers.change_id,
        earlier.series.version if earlier is not None else 0,
        tuple(gone) if judged.whole else (),
        tuple(name for claim, name in mine.items() if claim in before),
        tuple(new) if earlier is not None and earlier.whole else (),
    )
