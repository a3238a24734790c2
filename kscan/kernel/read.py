"""Reading of one kernel-model file: typed access to its YAML, errors that name key and line.

The text is parsed without positions, which is four times faster; the line of a
wrong key is looked up in the text only once there is something to complain about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import yaml

from kscan.errors import RuleError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class ModelFile:
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
            found = re.compile(rf"(?<![\w-]){re.escape(text)}(?![\w-])").search(self.text, at)
            if found:
                at = found.start()
        return self.text.count("\n", 0, at) + 1

    def mapping(self, value: object, *where: str) -> Mapping[str, object]:
        """``value`` as a mapping with text keys (numbers are taken as text); an absent value is empty."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fail(
                f"{_path(where)} must be a mapping, not {_kind(value)}.", "write `key: value` lines", *where
            )
        if all(type(key) is str for key in value):
            return value
        return {self._key(key, where): item for key, item in value.items()}

    def _key(self, key: object, where: tuple[str, ...]) -> str:
        if isinstance(key, bool) or not isinstance(key, int | str):
            self.fail(f"{_path(where)} has the key {key!r}, which is not text.", "quote the key", *where)
        return str(key)

    def string(self, value: object, *where: str) -> str:
        """``value`` as text; an absent value is empty."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fail(f"{_path(where)} must be text, not {_kind(value)}.", "quote the value", *where)
        return value

    def flag(self, value: object, *where: str) -> bool:
        """``value`` as a truth value; an absent value is false."""
        if value is None:
            return False
        if not isinstance(value, bool):
            self.fail(
                f"{_path(where)} must be true or false, not {_kind(value)}.", "write true or false", *where
            )
        return value

    def names(self, value: object, *where: str) -> list[str]:
        """``value`` as C identifiers separated by blanks."""
        names = self.string(value, *where).split()
        for name in names:
            if not _NAME.match(name):
                self.fail(
                    f"{_path(where)} names {name!r}, which is not a C identifier.",
                    "separate names by blanks only",
                    *where,
                    name,
                )
        return names

    def words(self, value: object, *where: str) -> tuple[str, ...]:
        """``value`` as words (paths, patterns) separated by blanks."""
        return tuple(self.string(value, *where).split())

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
                text,
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


def read(path: Path) -> tuple[ModelFile, bytes]:
    """The content of ``path`` and its bytes; RuleError where it cannot be read or is not a YAML mapping."""
    try:
        data = path.read_bytes()
        text = data.decode()
    except OSError as error:
        raise RuleError(
            str(path), f"The file cannot be read: {error.strerror}.", "check --rules or reinstall kscan"
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise RuleError(str(path), "The file is not valid UTF-8.", "save it as UTF-8", line) from error
    try:
        content = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise RuleError(
            str(path),
            f"The YAML is not valid: {error.problem}.",
            "see the comment at the head of the file",
            mark.line + 1 if mark else 0,
        ) from error
    except yaml.YAMLError as error:
        raise RuleError(str(path), "The YAML is not valid.", "remove control characters") from error
    if not isinstance(content, dict):
        raise RuleError(
            str(path), "The file must hold a YAML mapping.", "see the comment at the head of the file", 1
        )
    file = ModelFile(str(path), text, content)
    return ModelFile(str(path), text, file.mapping(content)), data


def _path(where: tuple[str, ...]) -> str:
    return "`" + ": ".join(where) + "`" if where else "The file"


def _kind(value: object) -> str:
    kinds = {
        bool: "a truth value",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a mapping",
    }
    return kinds.get(type(value), "nothing" if value is None else type(value).__name__)
