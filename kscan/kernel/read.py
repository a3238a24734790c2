"""One kernel-model file as text, mappings and lists; errors that name key and line.

The line of a wrong key is looked up in the text only once there
is something to complain about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NoReturn

import msgspec

from kscan.errors import RuleError
from kscan.regex import regex

_NAMES = regex(r"(?:[A-Za-z_][A-Za-z0-9_]*\s+)*(?:[A-Za-z_][A-Za-z0-9_]*)?")
_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
COMMENT = "see the comment at the head of the file"


class ModelFile(msgspec.Struct, frozen=True):
    """A kernel-model file: its name as shown in errors, its text, its parsed content."""

    name: str
    text: str
    content: Mapping[str, object]

    def fail(self, reason: str, remedy: str, *near: str) -> NoReturn:
        """Raise RuleError for ``reason``; the texts ``near`` lead, in this order, to the fault's line."""
        raise RuleError(self.name, reason, remedy, self._line_of(near))

    def _line_of(self, near: tuple[str, ...]) -> int:
        at = 0
        for text in near:
            words = r"\s+".join(re.escape(word) for word in text.split())
            found = re.compile(rf"(?<![\w-]){words}(?![\w-])").search(self.text, at)
            if found:
                at = found.start()
        return self.text.count("\n", 0, at) + 1

    def mapping(self, value: object, *where: str) -> Mapping[str, object]:
        """``value`` as a mapping; an absent or empty value is an empty one."""
        if isinstance(value, dict):
            return value
        if value:
            self.fail(
                f"{_path(where)} must be a mapping, not {_kind(value)}.", "write `key: value` lines", *where
            )
        return {}

    def string(self, value: object, *where: str) -> str:
        """``value`` as text; an absent value is empty."""
        if value is not None and not isinstance(value, str):
            self.fail(f"{_path(where)} must be text, not {_kind(value)}.", "write plain text", *where)
        return value or ""

    def names(self, value: object, *where: str) -> list[str]:
        """``value`` as C identifiers separated by blanks."""
        text = self.string(value, *where)
        names = text.split()
        if not _NAMES.fullmatch(text.strip()):
            wrong = next(name for name in names if not _NAME.fullmatch(name))
            self.fail(
                f"{_path(where)} names {wrong!r}, which is not a C identifier.",
                "separate names by blanks only",
                *where,
                wrong,
            )
        return names

    def words(self, value: object, *where: str) -> tuple[str, ...]:
        """``value`` as words (paths, patterns) separated by blanks."""
        return tuple(self.string(value, *where).split())

    def items(self, value: object, *where: str) -> tuple[str, ...]:
        """``value`` as items separated by commas."""
        return tuple(item.strip() for item in self.string(value, *where).split(",") if item.strip())

    def pairs(self, value: object, *where: str) -> dict[str, str]:
        """``value`` as name=name pairs separated by blanks."""
        pairs = {}
        for word in self.words(value, *where):
            name, _, meaning = word.partition("=")
            if not (_NAME.fullmatch(name) and _NAME.fullmatch(meaning)):
                self.fail(
                    f"{_path(where)} has {word!r}.", "write name=name, separated by blanks", *where, word
                )
            pairs[name] = meaning
        return pairs

    def by_argument(self, value: object, *where: str) -> Iterator[tuple[int, list[str]]]:
        """The entries of a map from argument number to names."""
        for key, names in self.mapping(value, *where).items():
            yield self.index(key, *where), self.names(names, *where, key)

    def index(self, text: str, *where: str) -> int:
        """``text`` as a 0-based argument number."""
        if not (text.isascii() and text.isdigit() and len(text) <= 2):
            self.fail(
                f"{_path(where)} has {text!r} where an argument number (0, 1, ...) is due.",
                "count from 0",
                *where,
            )
        return int(text)

    def only(self, mapping: Mapping[str, object], known: frozenset[str], *where: str) -> None:
        """Refuse keys of ``mapping`` that are not in ``known``."""
        if mapping.keys() <= known:
            return
        wrong = sorted(mapping.keys() - known)[0]
        self.fail(
            f"{_path(where)} has the unknown key {wrong!r}.",
            f"known keys: {', '.join(sorted(known))}",
            *where,
            wrong,
        )


def _path(where: tuple[str, ...]) -> str:
    return "`" + ": ".join(where) + "`" if where else "The file"


def _kind(value: object) -> str:
    kinds: dict[type, str] = {str: "text", list: "a list", dict: "a mapping"}
    return kinds.get(type(value), "something else")
