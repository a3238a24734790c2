"""What the kernel's macros are to the parser: the typed view of ``macros.yaml``.

The generated list is plain text, one name a line under a heading, because ten
thousand lines of YAML take longer to read than most files take to parse.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from kscan.errors import RuleError

HAND = "macros.yaml"
GENERATED = "macros.generated.txt"
_PLACES = ("first", "second")  # of an argument
_SECTIONS = ("attributes", "attribute_calls", "loops")


class HeadRule(msgspec.Struct, frozen=True):
    """A macro that stands for a function's head.

    ``pattern`` is a regular expression for its whole name.  ``name`` and each of ``params``
    (type, name) are templates over the arguments: ``{0}`` is the first.  ``pairs`` is the argument
    from which types and names alternate (-1: they do not).
    """

    pattern: str
    name: str
    params: tuple[tuple[str, str], ...] = ()
    pairs: int = -1
    returns: str = "int"


class TableRule(msgspec.Struct, frozen=True):
    """A macro that defines a struct instance and is followed by its initialiser."""

    type: str
    instance: str


class Generator(msgspec.Struct, frozen=True):
    """A file-scope macro that makes functions or tables; all texts are templates.

    ``calls`` are (function, callee); ``bindings`` are (struct type, instance, field, target).
    """

    functions: tuple[str, ...] = ()
    calls: tuple[tuple[str, str], ...] = ()
    bindings: tuple[tuple[str, str, str, str], ...] = ()


class MacroStore(msgspec.Struct, frozen=True):
    """A macro that stores its second argument to its first, or to what that is the address of.

    ``value`` is what it gives: the ``new`` one or the ``old`` one; ``swapped`` stores that to the second.
    """

    address: bool = False
    value: str = "new"


class MacroTable(msgspec.Struct, frozen=True):
    """Everything the parser and the lowering know about macros by name."""

    digest: str
    attributes: frozenset[str]
    attribute_calls: frozenset[str]
    recorded: frozenset[str]
    keywords: Mapping[str, str]
    loops: frozenset[str]
    loop_parts: tuple[str, ...]
    blocks: frozenset[str]
    block_parts: tuple[str, ...]
    conditional_blocks: frozenset[str]
    heads: tuple[HeadRule, ...]
    tables: Mapping[str, TableRule]
    members: Mapping[str, tuple[tuple[str, str], ...]]
    variables: tuple[str, ...]
    groups: Mapping[str, int]
    known: Mapping[str, bool]
    transparent: Mapping[str, int]
    asserts: frozenset[str]
    noreturn: frozenset[str]
    stores: Mapping[str, MacroStore]
    generators: Mapping[str, Generator]
    type_arguments: Mapping[str, int]
    words: Mapping[bytes, frozenset[str]] = msgspec.field(default_factory=dict)

    def is_loop(self, name: str) -> bool:
        """Whether ``name(...) { }`` repeats its block.

        Unknown names do: a macro that takes a block is a loop far more often than not.
        """
        if name in self.loops:
            return True
        if name in self.blocks or name in self.conditional_blocks:
            return False
        if any(part in name for part in self.loop_parts):
            return True
        return not any(part in name for part in self.block_parts)

    def head(self, name: str) -> HeadRule | None:
        """The rule for a function-head macro, if ``name`` is a known one."""
        return _find_head(self.heads, name)


@lru_cache(maxsize=4096)
def _find_head(heads: tuple[HeadRule, ...], name: str) -> HeadRule | None:
    return next((rule for rule in heads if re.fullmatch(rule.pattern, name)), None)


def expand(template: str, args: tuple[str, ...]) -> str:
    """``template`` with ``{0}``, ``{1}`` ... replaced by arguments; missing ones are empty."""
    return re.sub(r"\{(\d)\}", lambda m: args[int(m[1])] if int(m[1]) < len(args) else "", template)


class _Reader:
    """Reads typed keys of a YAML mapping and says which file and key is wrong."""

    def __init__(self, file: Path, data: object, key: str = "") -> None:
        self.file = str(file)
        self.key = key
        if not isinstance(data, dict):
            raise self.error(f"{key or 'the file'} must be a mapping")
        self.data: dict[str, Any] = data

    def error(self, reason: str) -> RuleError:
        return RuleError(self.file, reason, "see the comments in the shipped file")

    def only(self, *allowed: str) -> None:
        unknown = sorted(set(map(str, self.data)) - set(allowed))
        if unknown:
            raise self.error(f"unknown key {self.path(unknown[0])}")

    def path(self, key: str) -> str:
        return f"{self.key}.{key}" if self.key else key

    def sub(self, key: str) -> _Reader:
        return _Reader(Path(self.file), self.data.get(key) or {}, self.path(key))

    def text(self, key: str, default: str | None = None) -> str:
        value = self.data.get(key, default)
        if not isinstance(value, str):
            raise self.error(f"{self.path(key)} must be a text")
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text of words: a tenth of the time to read."""
        value = self.data.get(key) or []
        if isinstance(value, str):
            return tuple(value.split())
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"{self.path(key)} must be a list of texts")
        return tuple(value)

    def rows(self, key: str, width: int) -> tuple[tuple[str, ...], ...]:
        value = self.data.get(key) or []
        if not isinstance(value, list) or not all(
            isinstance(row, list) and len(row) == width and all(isinstance(x, str) for x in row)
            for row in value
        ):
            raise self.error(f"{self.path(key)} must be a list of lists of {width} texts")
        return tuple(tuple(row) for row in value)

    def number(self, key: str, default: int) -> int:
        value = self.data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(f"{self.path(key)} must be a number")
        return value

    def numbers(self, key: str) -> dict[str, int]:
        value = self.data.get(key) or {}
        if not isinstance(value, dict) or not all(type(item) is int for item in value.values()):
            raise self.error(f"{self.path(key)} must map names to numbers")
        return {str(name): number for name, number in value.items()}

    def flags(self, key: str) -> dict[str, bool]:
        value = self.data.get(key) or {}
        if not isinstance(value, dict) or not all(isinstance(item, bool) for item in value.values()):
            raise self.error(f"{self.path(key)} must map names to true or false")
        return {str(name): flag for name, flag in value.items()}

    def entries(self, key: str) -> Iterable[tuple[str, _Reader]]:
        section = self.sub(key)
        return [(str(name), section.sub(name)) for name in section.data]


def _head(name: str, entry: _Reader) -> HeadRule:
    entry.only("name", "params", "pairs", "returns")
    try:
        re.compile(name)
    except re.error as error:
        raise entry.error(f"{entry.key} is not a valid pattern: {error}") from None
    params = tuple((row[0], row[1]) for row in entry.rows("params", 2))
    pairs = entry.number("pairs", -1)
    return HeadRule(name, entry.text("name"), params, pairs, entry.text("returns", "int"))


def _members(section: _Reader, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((row[0], row[1]) for row in section.rows(name, 2))


def _table(entry: _Reader) -> TableRule:
    entry.only("type", "instance")
    return TableRule(entry.text("type"), entry.text("instance"))


def _generator(entry: _Reader) -> Generator:
    entry.only("functions", "calls", "bindings")
    return Generator(
        functions=entry.names("functions"),
        calls=tuple((row[0], row[1]) for row in entry.rows("calls", 2)),
        bindings=tuple((row[0], row[1], row[2], row[3]) for row in entry.rows("bindings", 4)),
    )


def _keywords(section: _Reader) -> dict[str, str]:
    for name in section.data:
        if len(section.text(name)) > len(name):
            raise section.error(f"{section.path(name)} must not be longer than the name")
    return dict(section.data)


def _shared_start(names: frozenset[str]) -> str:
    first, last = min(names), max(names)
    return first[: next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]


def _by_start(names: frozenset[str]) -> dict[bytes, frozenset[str]]:
    """The names without leading underscores in groups that one search finds: by what they begin with."""
    found: dict[str, set[str]] = {}
    for name in names:
        if not name.startswith("__"):
            found.setdefault(name[:4], set()).add(name)
    groups = (frozenset(found[start]) for start in sorted(found))
    return {_shared_start(group).encode(): group for group in groups}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise RuleError(str(path), reason, "give the folder that holds kscan's kernel model") from None


def _read_generated(path: Path) -> tuple[bytes, dict[str, frozenset[str]]]:
    found: dict[str, set[str]] = {section: set() for section in _SECTIONS}
    if not path.exists():
        return b"", {section: frozenset() for section in _SECTIONS}
    data = _read(path)
    current: set[str] | None = None
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("["):
            current = found.get(text.strip("[]"))
        elif current is not None and text.isidentifier():
            current.add(text)
            continue
        if current is None or not text.startswith("["):
            raise RuleError(str(path), f"unexpected {text!r}", "generate the file anew", number)
    return data, {section: frozenset(names) for section, names in found.items()}


def _parse_yaml(path: Path, data: bytes) -> _Reader:
    import yaml  # noqa: PLC0415 - a table from the cache needs no YAML

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Reader(path, yaml.load(data, Loader=loader))  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = str(getattr(error, "problem", None) or "is not valid YAML")
        raise RuleError(str(path), reason, "correct the YAML", mark.line + 1 if mark else 0) from None


def _stores(entry: _Reader) -> dict[str, MacroStore]:
    kinds = {
        "place": MacroStore(),
        "address": MacroStore(address=True),
        "place, gives the old": MacroStore(value="old"),
        "address, gives the old": MacroStore(address=True, value="old"),
        "swapped": MacroStore(value="swapped"),
    }
    entry.only(*kinds)
    return {name: how for kind, how in kinds.items() for name in entry.names(kind)}


def load_macros(folder: Path) -> MacroTable:
    """The macro table in ``folder``; RuleError says which file and key is wrong."""
    path = folder / HAND
    hand = _read(path)
    top = _parse_yaml(path, hand)
    generated_bytes, generated = _read_generated(folder / GENERATED)
    sections = ("attributes", "loops", "blocks", "heads", "tables", "members", "variables", "groups")
    top.only(
        *sections, "known", "transparent", "asserts", "noreturn", "stores", "generators", "type_arguments"
    )
    attributes, loops, blocks = top.sub("attributes"), top.sub("loops"), top.sub("blocks")
    attributes.only("plain", "call", "recorded", "never", "keywords")
    loops.only("names", "contains")
    blocks.only("names", "contains", "conditional")
    seen = top.sub("transparent")
    seen.only(*_PLACES)
    keywords = _keywords(attributes.sub("keywords"))
    never = frozenset(attributes.names("never"))
    plain = (frozenset(attributes.names("plain")) | generated["attributes"]) - never
    calls = (frozenset(attributes.names("call")) | generated["attribute_calls"]) - never
    return MacroTable(
        digest=hashlib.sha256(hand + b"\0" + generated_bytes).hexdigest(),
        attributes=plain,
        attribute_calls=calls,
        recorded=frozenset(attributes.names("recorded")),
        keywords=keywords,
        loops=frozenset(loops.names("names")) | generated["loops"],
        loop_parts=loops.names("contains"),
        blocks=frozenset(blocks.names("names")),
        block_parts=blocks.names("contains"),
        conditional_blocks=frozenset(blocks.names("conditional")),
        heads=tuple(_head(name, entry) for name, entry in top.entries("heads")),
        tables={name: _table(entry) for name, entry in top.entries("tables")},
        members={name: _members(top.sub("members"), name) for name in top.sub("members").data},
        variables=top.names("variables"),
        groups={name: top.sub("groups").number(name, 0) for name in top.sub("groups").data},
        known=top.flags("known"),
        transparent={name: place for place, key in enumerate(_PLACES) for name in seen.names(key)},
        asserts=frozenset(top.names("asserts")),
        noreturn=frozenset(top.names("noreturn")),
        stores=_stores(top.sub("stores")),
        generators={name: _generator(entry) for name, entry in top.entries("generators")},
        type_arguments=top.numbers("type_arguments"),
        words=_by_start((frozenset(attributes.names("plain")) - never) | keywords.keys()),
    )
