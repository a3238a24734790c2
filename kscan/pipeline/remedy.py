"""Suggested patches: where the remedy is mechanical, and analysing the result finds it good."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import msgspec

from kscan.errors import InputError
from kscan.findings.compare import compare
from kscan.findings.model import Edit, Finding
from kscan.pipeline.setup import Setup, arch_of
from kscan.pipeline.stages import analyse
from kscan.sources import Source
from kscan.sources.overlay import Overlay
from kscan.sources.rewrite import with_expression, with_statement

_NEW = ("present", "introduced")


def with_patches(setup: Setup, findings: Iterable[Finding], source: Source) -> tuple[Finding, ...]:
    """``findings`` with a patch where one is known that ends them and brings nothing new.

    Those of a file follow one another: each patch is for the file as those before have left it.
    """
    made: list[Finding] = []
    for finding in findings:
        known = finding.edit is not None and finding.suppression is None and finding.status in _NEW
        found = _mended(setup, source, finding) if known else None
        if found is None:
            made.append(finding)
        else:
            source, patch = found
            made.append(msgspec.structs.replace(finding, patch=patch))
    return tuple(made)


def _mended(setup: Setup, source: Source, finding: Finding) -> tuple[Source, str] | None:
    """The source with the finding mended, and the patch."""
    path = finding.file
    arch = arch_of(setup, (path,))
    before = analyse(setup, source, (path,), arch, remembers=False).findings
    now = next((f for f in before if f.fingerprint == finding.fingerprint), None)
    data = _text(source, path)
    lines = _edited(data.split("\n"), now.edit) if now is not None and now.edit is not None else None
    if lines is None:
        return None
    text = "\n".join(lines)
    changed = Overlay(source, {path: text.encode("latin-1")})
    after = compare(before, analyse(setup, changed, (path,), arch, remembers=False).findings)
    gone = any(f.status == "fixed" and f.fingerprint == finding.fingerprint for f in after)
    if not gone or any(f.status == "introduced" for f in after):
        return None
    return changed, _diff(path, data, text)


def _edited(lines: list[str], edit: Edit) -> list[str] | None:
    found: list[str] | None = lines
    for line in sorted(edit.lines, key=abs, reverse=True):  # what is above keeps its number
        if found is not None and edit.instead:
            found = with_expression(found, line, edit.text, edit.instead)
        elif found is not None:
            found = with_statement(found, line, edit.text, edit.uses)
    return found


def _text(source: Source, path: str) -> str:
    try:
        return source.read(path).decode("latin-1")  # a character a byte
    except InputError:
        return ""


def _diff(path: str, before: str, after: str) -> str:
    """A unified diff that git apply takes."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found = difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")
    text = "".join([f"diff --git a/{path} b/{path}\n", *found])
    return text.encode("latin-1").decode("utf-8", "surrogateescape")
