"""What reporters need beyond the findings, so that they read no files: source lines and rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from kscan.errors import InputError
from kscan.findings.linehash import line_hashes
from kscan.findings.literals import with_literals
from kscan.findings.model import Finding, RuleInfo, Step
from kscan.pipeline.setup import Setup
from kscan.regex import regex
from kscan.sources import Source

_SARIF = ("sarif", "sarif-github")
_CODE = regex(r"\s*(\S.*?)\s*(?:/[/*].*)?$")


def with_lines(setup: Setup, findings: Iterable[Finding], source: Source) -> tuple[Finding, ...]:
    """``findings`` with what the source has besides the facts they were made of.

    That is ``line_text``, the strings of the calls that are shown, the columns of what was found on a line as
    a whole and, for formats that print it, ``line_hash``.
    """
    files = _Files(source, hashes=setup.config.format in _SARIF)
    return tuple(_with_lines(finding, files) for finding in findings)


class _Files:
    """Lines, and where wanted their hashes, of the files that were asked for."""

    def __init__(self, source: Source, *, hashes: bool) -> None:
        self._source = source
        self._hashes = hashes
        self._known: dict[str, tuple[list[str], tuple[str, ...]]] = {}

    def __getitem__(self, path: str) -> tuple[list[str], tuple[str, ...]]:
        if path not in self._known:
            self._known[path] = _read(self._source, path, hashes=self._hashes)
        return self._known[path]


def _with_lines(finding: Finding, files: _Files) -> Finding:
    lines, names = files[finding.file]
    at = finding.line - 1
    text = lines[at].rstrip("\r") if 0 <= at < len(lines) else ""
    column, end = finding.column, finding.end_column
    if column == end == 1 and (code := _CODE.match(text)):
        column, end = (len(text[:place].encode("utf-8", "surrogateescape")) + 1 for place in code.span(1))
    steps = tuple(
        msgspec.structs.replace(step, message=with_literals(step.message, files[step.file][0], step.line))
        if '""' in step.message
        else step
        for step in finding.steps
    )
    return msgspec.structs.replace(
        finding,
        message=with_literals(finding.message, lines, finding.line),
        steps=steps,
        conditions=tuple(_as_in_steps(condition, finding.steps, steps) for condition in finding.conditions),
        column=column,
        end_column=end,
        line_text=text,
        line_hash=names[at] if 0 <= at < len(names) else "",
    )


def _as_in_steps(condition: str, before: Sequence[Step], after: Sequence[Step]) -> str:
    """A condition that a step tells, too, in the words that the step has now."""
    if '""' not in condition:
        return condition
    for old, new in zip(before, after, strict=True):
        told = f"{old.message} in {old.function}()"
        if told.endswith(condition):
            return f"{new.message} in {new.function}()"[len(told) - len(condition) :]
    return with_literals(condition, (), 1)


def rules_for(setup: Setup) -> tuple[RuleInfo, ...]:
    """The rules of the run, for formats that print them: reading them takes a while."""
    return tuple(rule.info() for rule in setup.rules) if setup.config.format in _SARIF else ()


def _read(source: Source, path: str, *, hashes: bool) -> tuple[list[str], tuple[str, ...]]:
    try:
        data = source.read(path)
    except InputError:
        return [], ()  # it has gone since it was analysed
    text = data.decode("utf-8", "surrogateescape")
    return text.split("\n"), line_hashes(data.decode("utf-8", "replace")) if hashes else ()
