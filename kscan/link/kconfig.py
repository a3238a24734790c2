"""What a tree's Kconfig files say of its symbols: under which conditions each of them may be set."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from kscan.regex import regex

Read = Callable[[str], str | None]
"""The text of a file of the tree, None where there is none."""

_LINES = regex(
    r"^(?:[ \t]*(source|orsource|rsource|osource)[ \t]+\"([^\"\n]+)\"|(config|menuconfig|choice|comment|menu|"
    r"endmenu|endchoice|if|endif)\b[ \t]*([^\n#]*)|"
    r"[ \t]+(?:depends[ \t]+(on)[ \t]+([^\n#]+)|-*(help)-*[ \t]*$|"
    r"(bool|tristate|int|hex|string|prompt|default|def_bool|def_tristate|select|imply)\b[ \t]*([^\n]*)))",
    re.MULTILINE,
)
_VALUE = regex(r'("[^"]*"|.*?)(?:\s+if\s+(.*))?\s*(?:#.*)?\Z')


class Kconfig(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """``ways``: for each symbol the conditions under one of which it may be set, empty for none.

    A symbol without a prompt and a default is set by those that select it, whatever it depends on;
    where the tree is not ``complete``, it may be from what is missing.
    """

    ways: Mapping[str, Sequence[str]]
    complete: bool


class _Entry(msgspec.Struct):
    """One definition of a symbol: its name, and the conditions it depends on ..."""

    name: str
    needs: list[str]
    offers: list[str] = []  # msgspec makes a new list for each
    """... and those under each of which it may be set by itself: prompts, and defaults other than n."""


def read_kconfig(read: Read, arch: str) -> Kconfig:
    """What the Kconfig files of a tree say for an architecture, its top one first."""
    return _Reader(read, arch).result()


class _Reader:
    def __init__(self, read: Read, arch: str) -> None:
        self._read, self._arch = read, arch
        self._complete = True

    def result(self) -> Kconfig:
        """All of it."""
        found = defaultdict[str, list[str]](list)
        entries: list[_Entry] = []
        selects: list[tuple[str, str]] = []
        self._load("Kconfig", (), entries, selects, set())
        for entry in entries:
            found[entry.name] += (_all((*entry.needs, o)) for o in entry.offers)
            if not self._complete and not entry.offers:
                found[entry.name].append(_all(entry.needs))
        for name, condition in selects:
            if name in found:
                found[name].append(condition)
        return Kconfig(found, self._complete)

    def _load(
        self,
        path: str,
        around: tuple[str, ...],
        entries: list[_Entry],
        selects: list[tuple[str, str]],
        seen: set[str],
    ) -> None:
        text = self._read(path)
        if text is None:
            self._complete = False
            return
        if path in seen:
            return
        seen.add(path)
        blocks: list[tuple[bool, tuple[str, ...]]] = []  # open ones: may have a condition, those around
        now = around
        entry: _Entry | None = None
        helping = False
        selected: list[tuple[_Entry, str, str]] = []
        for source, target, word, rest, depends, needed, help_, key, value in _LINES.findall(
            text.replace("\\\n", " ")
        ):
            if help_ or depends or key:
                helping = helping or bool(help_)
                if helping:
                    continue
                if depends and entry is not None:
                    entry.needs.append(needed.strip())
                elif depends and blocks and blocks[-1][0]:
                    now = (*now, needed.strip())
                elif key and entry is not None:
                    self._take(entry, key, value, selected)
                continue
            entry, helping = None, False
            if source:
                self._load(self._expanded(target), now, entries, selects, seen)
            elif word in ("config", "menuconfig"):
                entry = _Entry(rest.strip(), list(now))
                entries.append(entry)
            elif word in ("menu", "choice", "if"):
                blocks.append((word != "if", now))
                now = (*now, rest.strip()) if word == "if" else now
            elif word != "comment" and blocks:
                now = blocks.pop()[1]
        selects += ((name, _all((by.name, *by.needs, under))) for by, name, under in selected)

    @staticmethod
    def _take(entry: _Entry, key: str, value: str, selected: list[tuple[_Entry, str, str]]) -> None:
        """Note what one line of a definition says."""
        match = _VALUE.match(value)
        said, under = (match[1].strip(), match[2] or "") if match is not None else (value, "")
        if key in ("select", "imply"):
            selected.append((entry, said, under))
        elif key in ("default", "def_bool", "def_tristate"):
            if said != "n":
                entry.offers.append(_all((under, "" if said[:1] in ('"', "") or "$" in said else said)))
        elif said[:1] == '"' or key == "prompt":
            entry.offers.append(under)

    def _expanded(self, path: str) -> str:
        for name in ("SRCARCH", "ARCH", "HEADER_ARCH"):
            path = path.replace(f"$({name})", self._arch).replace(f"${name}", self._arch)
        return path


def _all(conditions: Iterable[str]) -> str:
    """The condition that all of some hold; empty where there is none."""
    return " && ".join(f"({condition})" for condition in conditions if condition)
