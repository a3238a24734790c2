"""The triage file: what people decided about findings, kept beside the tree and not in its code.

It is TOML, ``.kscan/triage.toml`` at the top of the tree, with one table for each decision::

    [[finding]]
    fingerprint = "0123456789abcdef"
    rule = "undone-twice"
    file = "drivers/pci/probe.c"
    verdict = "false-positive"    # or wont-fix, or known
    reason = "the core drops its reference before"
    who = "A. Maintainer"         # these two may be left out
    until = 2027-01-01
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from kscan.errors import InputError
from kscan.findings.model import Finding, Notice, Suppression

PATH = ".kscan/triage.toml"
Verdict = Literal["false-positive", "wont-fix", "known"]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One decision; it holds up to and with the day ``until``."""

    fingerprint: str
    rule: str
    file: str
    verdict: Verdict
    reason: str
    who: str = ""
    until: datetime.date | None = None


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    finding: tuple[Entry, ...] = ()


def parse(data: bytes, name: str) -> tuple[Entry, ...]:
    """The entries of a triage file.  Raises InputError that says what is wrong where."""
    import tomllib  # noqa: PLC0415 - few trees have a triage file

    try:
        return msgspec.convert(tomllib.loads(data.decode()), _Document).finding
    except (ValueError, RecursionError) as error:  # of TOML, UTF-8 and of msgspec
        raise InputError(name, f"is no triage file: {error}", "`kscan triage add` writes one") from error


def dump(entry: Entry) -> str:
    """The TOML of an entry."""
    fields = {key: value for key, value in msgspec.structs.asdict(entry).items() if value}
    # A JSON string is a TOML string, but for DEL and lone surrogates, which JSON takes as they are.
    lines = [f"{key} = {value if key == 'until' else _string(str(value))}" for key, value in fields.items()]
    return "\n".join(["[[finding]]", *lines]) + "\n"


def apply(findings: Iterable[Finding], entries: Iterable[Entry], today: datetime.date) -> tuple[Finding, ...]:
    """``findings`` with those that were decided about marked; what a comment hides stays as it is."""
    held = {e.fingerprint: e for e in entries if e.until is None or e.until >= today}
    return tuple(
        msgspec.structs.replace(f, suppression=Suppression("triage", _reason(held[f.fingerprint])))
        if f.fingerprint in held and f.suppression is None
        else f
        for f in findings
    )


def notices(
    findings: Iterable[Finding],
    entries: Iterable[Entry],
    *,
    name: str,
    paths: Sequence[str],
    rules: Iterable[str],
    today: datetime.date,
) -> tuple[Notice, ...]:
    """What to tell of entries that have ended, or that hide nothing though their file was looked at.

    ``findings`` are those of ``rules`` in ``paths``, which may be folders, or of changes, which leave an
    entry nothing to hide by fixing its finding; ``name`` is the triage file's.
    """
    fate = {f.fingerprint: f.status for f in findings}  # what the last of several patches makes of each
    found = {fingerprint for fingerprint, status in fate.items() if status != "fixed"}
    looked_for = frozenset(rules)
    told = []
    for entry in entries:
        if entry.until is not None and entry.until < today:
            told.append(Notice(name, 0, f"{_named(entry)} has ended on {entry.until}", "decide again"))
        elif (
            entry.rule in looked_for
            and entry.fingerprint not in found
            and (entry.fingerprint in fate or _within(entry.file, paths))
        ):
            told.append(Notice(name, 0, f"{_named(entry)} hides nothing", "remove it"))
    return tuple(told)


def _within(file: str, paths: Sequence[str]) -> bool:
    return any(not path or file == path or file.startswith(f"{path}/") for path in paths)


def _named(entry: Entry) -> str:
    return f"the entry {entry.fingerprint} ({entry.rule} in {entry.file})"


def _reason(entry: Entry) -> str:
    who = f" ({entry.who})" if entry.who else ""
    return f"{entry.verdict}: {entry.reason}{who}"


def _string(text: str) -> str:
    import json  # noqa: PLC0415 - few runs write one

    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")
