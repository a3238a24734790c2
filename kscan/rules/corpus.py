"""The test corpus of the rules: its files, their annotations, and what a scan of them must find.

A case is a file ``<rule>/{bad,good}_<case>.c``, a folder of that name with several files, or a
folder ``<rule>/patch_<case>`` with ``base/``, ``series.mbox`` and ``expected.json``.  The first line
of a file says which path it plays (``// path: drivers/pci/a.c``); ``// models: commit ...`` and
``// arch: ...`` may follow.  Annotations are comments at the end of the line they speak of, or
alone on the line above:

* ``expect: <rule> "part of the message"``: found here (the text only where it is needed to
  tell two findings apart);
* ``expect-miss: <rule>``: a known miss, to be promoted once it is found;
* ``expect-fp: <rule>``: a known false positive, to be deleted once it is gone.

The oracle is exact: what is found must be what is annotated, by file, line and rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from kscan.errors import RuleError
from kscan.findings.model import Finding
from kscan.regex import regex

CITATION = regex(r'commit\s[0-9a-f]{12}\s\("(?:(?!"\)).){1,300}"\)', re.DOTALL)
"""How a commit of the kernel is cited; a document may wrap it."""

KERNEL = "kernel"
"""The folder of the corpus that is a small kernel of its own, laid under every case."""

_TOKEN = regex(
    r"""
    (?P<comment> //(?:\\\r?\n|[^\n])* | /\*.*?(?:\*/|\Z) )
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
    """,
    re.VERBOSE | re.DOTALL,
)
_ANNOTATION = regex(r'\s*(expect(?:-miss|-fp)?):\s*([a-z0-9]+(?:-[a-z0-9]+)*)(?:\s+"([^"]*)")?\s*')
_HEADER = regex(r"//\s*(path|models|arch):\s*(.*?)\s*")

Kind = Literal["bad", "good", "patch", "kernel"]


class Annotation(msgspec.Struct, frozen=True):
    """What is to be found on a line."""

    kind: str  # expect, expect-miss, expect-fp
    rule: str
    text: str  # part of the message; empty for any
    line: int


class CorpusFile(msgspec.Struct, frozen=True):
    """A file and the part it plays."""

    source: Path
    path: str
    models: str
    arch: str
    annotations: tuple[Annotation, ...]


class Case(msgspec.Struct, frozen=True):
    """Files that are scanned as one tree; a ``patch`` case has none, its folder is ``source``."""

    rule: str
    name: str
    kind: Kind
    source: Path
    files: tuple[CorpusFile, ...] = ()

    @property
    def arch(self) -> str | None:
        """The architecture the case is about, where it names one."""
        return next((f.arch for f in self.files if f.arch), None)

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        """Those of all files."""
        return tuple(a for f in self.files for a in f.annotations)


class Outcome(msgspec.Struct, frozen=True):
    """What became of one place of a case."""

    kind: Literal["Reported", "Silent", "Missing", "Noisy"]
    file: str
    line: int
    rule: str
    remark: str = ""

    @property
    def good(self) -> bool:
        """Whether it is as annotated."""
        return self.kind in {"Reported", "Silent"}

    def __str__(self) -> str:
        return f"{self.kind}: {self.file}:{self.line}: {self.rule}" + (
            f" ({self.remark})" if self.remark else ""
        )


def find_cases(corpus: Path) -> Iterator[Case]:
    """The cases of ``corpus``, sorted.  Raises RuleError where a file is not as it should be."""
    for folder in sorted(p for p in corpus.iterdir() if p.is_dir()):
        if folder.name == KERNEL:
            yield Case("", KERNEL, "kernel", folder, tuple(read_kernel(folder)))
        elif not folder.name.startswith((".", "__")):
            yield from _cases_of(folder)


def read_kernel(folder: Path) -> Iterator[CorpusFile]:
    """The files of the small kernel: each plays the path it has there."""
    for source in _sources(folder):
        path = source.relative_to(folder).as_posix()
        yield CorpusFile(source, path, "", "", tuple(read_annotations(source, _read(source))))


def read_file(source: Path) -> CorpusFile:
    """A corpus file.  Raises RuleError where its first line does not name a path."""
    text = _read(source)
    header = dict(_header(text))
    path = header.get("path", "")
    if not text.startswith("//") or not path or path.startswith("/") or ".." in path.split("/"):
        raise RuleError(str(source), "The first line must be `// path: <the path the file plays>`.", line=1)
    models = header.get("models", "")
    if models and not CITATION.fullmatch(models):
        raise RuleError(str(source), 'What it models is cited as `commit <12 hex> ("subject")`.', line=2)
    return CorpusFile(source, path, models, header.get("arch", ""), tuple(read_annotations(source, text)))


def read_annotations(source: Path, text: str) -> Iterator[Annotation]:
    """The annotations of a file's text, each with the line it speaks of."""
    waiting: list[tuple[str, str, str, int]] = []
    for line, comment, alone in _comments(text):
        found = list(_parse(source, line, comment))
        if waiting and (not alone or waiting[-1][3] != line - 1):
            yield from _settled(waiting)
        if alone:
            waiting += [(*a, line) for a in found]
        else:
            yield from (Annotation(*a, line) for a in found)
    yield from _settled(waiting)


def judge(expected: Iterable[tuple[str, Annotation]], findings: Iterable[Finding]) -> tuple[Outcome, ...]:
    """Each annotation (with its file) against what was found, and what was found besides."""
    found: dict[tuple[str, int, str], list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.file, finding.line, finding.rule), []).append(finding)
    outcomes = []
    said = set()
    for file, note in expected:
        place = (file, note.line, note.rule)
        said.add(place)
        outcomes.append(_outcome(file, note, found.get(place, [])))
    noisy = (Outcome("Noisy", *place, remark=found[place][0].message) for place in found if place not in said)
    return tuple(sorted((*outcomes, *noisy), key=lambda o: (o.file, o.line, o.rule, o.kind)))


def _outcome(file: str, note: Annotation, found: list[Finding]) -> Outcome:
    place = (file, note.line, note.rule)
    if note.kind == "expect-miss":
        remark = "a known miss is found now: make its annotation `expect`"
        return Outcome("Noisy", *place, remark) if found else Outcome("Silent", *place)
    if any(note.text in f.message for f in found):
        return Outcome("Reported", *place)
    if found:
        return Outcome("Missing", *place, f"`{note.text}` is not in `{found[0].message}`")
    gone = "a known false positive is gone: delete its annotation" if note.kind == "expect-fp" else ""
    return Outcome("Missing", *place, gone)


def _cases_of(folder: Path) -> Iterator[Case]:
    for entry in sorted(p for p in folder.iterdir() if not p.name.startswith((".", "__"))):
        kind = entry.stem.partition("_")[0]
        if kind == "patch" and entry.is_dir():
            yield Case(folder.name, entry.name, "patch", entry)
        elif kind in {"bad", "good"}:
            sources = _sources(entry) if entry.is_dir() else [entry]
            files = tuple(map(read_file, sources))
            yield Case(folder.name, entry.stem, "bad" if kind == "bad" else "good", entry, files)
        else:
            raise RuleError(str(entry), "A case is named bad_<case>, good_<case> or patch_<case>.")


def _sources(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in {".c", ".h"} and p.is_file())


def _read(source: Path) -> str:
    # Whatever bytes a case is about, its annotations are ASCII.
    return source.read_bytes().decode("utf-8", "surrogateescape")


def _header(text: str) -> Iterator[tuple[str, str]]:
    for line in text.split("\n"):
        match = _HEADER.fullmatch(line.rstrip("\r"))
        if not match:
            return
        yield match[1], match[2]


def _comments(text: str) -> Iterator[tuple[int, str, bool]]:
    """Line, inner text, and whether nothing else stands on the line."""
    line, last = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        comment = match["comment"]
        if comment:
            begin = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.end())
            rest = text[begin : match.start()] + text[match.end() : end if end >= 0 else len(text)]
            inner = comment[2:] if comment.startswith("//") else comment[2:].removesuffix("*/")
            yield line, inner, not rest.strip()


def _parse(source: Path, line: int, comment: str) -> Iterator[tuple[str, str, str]]:
    if not comment.lstrip().startswith("expect"):
        return
    # Several may stand in one comment, as `expect: a // expect: b`.
    for part in comment.split("//"):
        match = _ANNOTATION.fullmatch(part)
        if not match:
            raise RuleError(str(source), f"`{part.strip()}` is no annotation.", line=line)
        yield match[1], match[2], match[3] or ""


def _settled(waiting: list[tuple[str, str, str, int]]) -> list[Annotation]:
    """Annotations alone on their lines speak of the line below the last of them."""
    line = waiting[-1][3] + 1 if waiting else 0
    settled = [Annotation(kind, rule, text, line) for kind, rule, text, _ in waiting]
    waiting.clear()
    return settled
