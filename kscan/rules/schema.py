"""A rule: what its YAML file may say, and the typed form that matchers and reports use."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from kscan.errors import RuleError
from kscan.findings.model import CLASSES, Confidence, RuleInfo, Severity
from kscan.regex import regex

RuleStatus = Literal["preview", "stable", "deprecated"]

_NAME = regex(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Options = TypeVar("_Options", bound=msgspec.Struct)


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"hazard": "class"}):
    """The keys of a rule file; what ``options`` may hold is declared by the matcher."""

    id: _Text
    title: _Text
    hazard: _Text
    category: _Text
    matcher: _Text
    status: RuleStatus
    severity: Severity
    confidence: Confidence
    message: _Text
    paths: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    options: dict[str, Any] = msgspec.field(default_factory=dict)


class Rule(msgspec.Struct, frozen=True, dict=True):
    """A rule that was checked: its message has only holes its matcher fills, its options are typed."""

    id: str
    title: str
    hazard: str
    category: str
    matcher: str
    status: RuleStatus
    severity: Severity
    confidence: Confidence
    message: str
    paths: tuple[str, ...]
    needs: tuple[str, ...]
    references: tuple[str, ...]
    options: msgspec.Struct | dict[str, Any]  # as the matcher declares them, or as a cache keeps them
    file: Path
    digest: str  # of the YAML file's bytes

    def options_as(self, kind: type[_Options]) -> _Options:
        """The options, for the matcher that declared ``kind`` as its ``Options``."""
        return self.options if isinstance(self.options, kind) else msgspec.convert(self.options, kind)

    def kept(self) -> KeptRule:
        """The form for a cache."""
        options = msgspec.to_builtins(self.options)
        fields = {name: getattr(self, name) for name in RuleFile.__struct_fields__}
        return KeptRule(RuleFile(**(fields | {"options": options})), str(self.file), self.digest)

    def text(self, **bound: object) -> str:
        """The message with its holes filled."""
        return self.message.format_map(bound)

    def covers(self, path: str) -> bool:
        """Whether the rule looks at ``path``: anywhere, unless it names path globs."""
        return self._globs is None or self._globs.fullmatch(path) is not None

    @property
    def document(self) -> Path:
        """The rule's Markdown document."""
        return self.file.with_suffix(".md")

    def info(self) -> RuleInfo:
        """What reports may say of the rule.  Raises RuleError where its document cannot be read."""
        return RuleInfo(
            id=self.id,
            title=self.title,
            hazard=self.hazard,
            severity=self.severity,
            confidence=self.confidence,
            status=self.status,
            document=read_text(self.document),
        )

    @cached_property
    def _globs(self) -> re.Pattern[str] | None:
        return re.compile("|".join(map(_glob, self.paths))) if self.paths else None


class KeptRule(msgspec.Struct, frozen=True, array_like=True):
    """A rule that was checked, in a form to keep: to read it, its matcher need not be imported."""

    header: RuleFile
    file: str
    digest: str

    def rule(self) -> Rule:
        """The rule."""
        fields = {name: getattr(self.header, name) for name in RuleFile.__struct_fields__}
        return Rule(**fields, file=Path(self.file), digest=self.digest)


def read_text(path: Path) -> str:
    """The text of a rule's file.  Raises RuleError where it cannot be read or is not UTF-8."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise RuleError(str(path), f"the file cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RuleError(str(path), f"the file is not UTF-8: {error.reason} at byte {error.start}") from error


def header_complaint(rule: RuleFile, path: Path) -> tuple[str, str] | None:
    """The first key whose value cannot be, with a sentence that says why."""
    if not _NAME.fullmatch(rule.id):
        return "id", f"`{rule.id}` is not in kebab-case."
    if rule.id != path.stem:
        return "id", f"The rule is called `{rule.id}`, but its file `{path.name}`."
    if rule.category != path.parent.name:
        return "category", f"The category is `{rule.category}`, but the folder `{path.parent.name}`."
    if rule.hazard not in CLASSES:
        return "class", f"`{rule.hazard}` is no class; the classes are {', '.join(CLASSES)}."
    return None


def message_complaint(message: str, holes: frozenset[str]) -> str:
    """What is wrong with a message template for a matcher that fills ``holes``; empty if nothing."""
    import string  # noqa: PLC0415 - few runs read rules that are not in the cache

    try:
        fields = [(name, spec, conv) for _, name, spec, conv in string.Formatter().parse(message)]
    except ValueError as error:
        return f"The message is no template: {error}."
    for name, spec, conversion in fields:
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            # No attributes or formats: a message only names what the matcher bound.
            return f"The hole `{{{name}}}` must be a plain name."
        if name not in holes:
            return f"Nothing fills the hole `{{{name}}}`; the matcher binds {_listed(holes)}."
    return ""


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"`{n}`" for n in sorted(names)) or "nothing"


def _glob(pattern: str) -> str:
    """``*`` stays within a folder, ``**`` does not, and a folder stands for all below it."""
    text = pattern.rstrip("/")
    parts = re.split(r"(\*\*/?|\*|\?)", text)
    special = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    return "(?:" + "".join(special.get(p, re.escape(p)) for p in parts) + ")(?:/.*)?"
