"""Which files a configuration builds, as the tree's Makefiles and Kconfig files say.

Only what is certain counts: a file is left out where every line that names it hangs on a symbol
that cannot be set in the view.  Conditionals of make are not followed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from kscan.link.view import Truth, View
from kscan.regex import regex

Read = Callable[[str], str | None]
"""The text of a file of the tree, None where there is none."""

_OBJECTS = regex(r"^([\w-]+?)-(?:(y|m|objs)|\$[({](\w+)[)}])[ \t]*[:+]?=[ \t]*(.*)$", re.MULTILINE)
_LINES = regex(
    r"^(?:[ \t]*(source|orsource|rsource|osource)[ \t]+\"([^\"\n]+)\"|(config|menuconfig|choice|comment|menu|"
    r"endmenu|endchoice|if|endif)\b[ \t]*([^\n#]*)|"
    r"[ \t]+(?:depends[ \t]+(on)[ \t]+([^\n#]+)|-*(help)-*[ \t]*$|"
    r"(bool|tristate|int|hex|string|prompt|default|def_bool|def_tristate|select|imply)\b[ \t]*([^\n]*)))",
    re.MULTILINE,
)
_NAME = regex(r"\b([A-Za-z0-9_]+)\b")
_COMPARED = regex(r'(\w+)\s*(!?=)\s*"?([ymn])"?(?!\w)')
_VALUE = regex(r'("[^"]*"|.*?)(?:\s+if\s+(.*))?\s*(?:#.*)?\Z')
_KINDS = ("obj", "lib", "core", "drivers", "libs", "head", "net", "virt")


class _Entry(msgspec.Struct):
    """One definition of a symbol: its name, and the conditions it depends on ..."""

    name: str
    needs: list[str]
    offers: list[str] = []  # msgspec makes a new list for each
    """... and those under each of which it may be set by itself: prompts, and defaults other than n."""


class Built:
    """Answers for one view; ``read`` is asked for a folder's Makefile when first needed."""

    def __init__(self, view: View, read: Read) -> None:
        self._view = view
        self._read = read
        self._folders: dict[str, dict[str, list[tuple[str, str]]]] = {}
        self._known: dict[str, bool] = {}
        self._truths: dict[str, Truth] = {}
        self._kconfig: dict[str, list[str]] | None = None  # one text for each way to be set
        self._complete = True

    def leaves_out(self, path: str) -> bool:
        """Whether the configuration surely does not build ``path``."""
        found = self._known.get(path)
        if found is None and path.endswith(".h"):
            found = self._known[path] = False
        if found is None:
            folder, _slash, name = path.rpartition("/")
            target = name[:-2] + ".o" if name.endswith(".c") else name + "/"
            out = self._truth_of(folder, target, 0) is False
            found = self._known[path] = out or (bool(folder) and self.leaves_out(folder))
        return found

    def _truth_of(self, folder: str, target: str, depth: int) -> Truth:
        """Whether the Makefile of ``folder`` takes ``target`` in; None where it does not say."""
        entries = self._entries(folder).get(target, ())
        truths: list[Truth] = []
        for owner, symbol in entries:
            truth = self._symbol(symbol) if symbol else True
            if truth is not False and owner and depth < 3:
                outer = self._truth_of(folder, owner + ".o", depth + 1)
                truth = outer if outer is not True else truth
            truths.append(truth)
        if not truths:
            return None
        return False if all(t is False for t in truths) else True if True in truths else None

    def _entries(self, folder: str) -> dict[str, list[tuple[str, str]]]:
        """Target to (the composite object it is a part of, the symbol it hangs on)."""
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = defaultdict(list)
            text = self._read(f"{folder}/Kbuild") or self._read(f"{folder}/Makefile") or ""
            for match in _OBJECTS.finditer(text.replace("\\\n", " ")):
                owner = "" if match[1] in _KINDS else match[1]
                for target in match[4].partition("#")[0].split():
                    found[target].append((owner, match[3] or ""))
        return found

    # -- symbols --------------------------------------------------------------

    def _symbol(self, name: str) -> Truth:
        """Whether a CONFIG_ symbol is set: as the view says, or False where it cannot be."""
        if name in self._truths:
            return self._truths[name]
        self._truths[name] = None  # in a circle
        truth = self._view.enabled(name)
        if truth is None and name.startswith("CONFIG_"):
            ways = self._ways().get(name[len("CONFIG_") :])
            if ways is None:
                truth = False if self._complete and self._kconfig else None
            elif all(self._expression(condition) is False for condition in ways):
                truth = False
        self._truths[name] = truth
        return truth

    def _expression(self, text: str) -> Truth:
        """The value of what a symbol depends on."""
        text = _COMPARED.sub(lambda m: ("!" if (m[2] == "=") == (m[3] == "n") else "") + m[1], text)
        if not text:
            return True
        symbols = {}
        for name in _NAME.findall(text):
            truth = {"y": True, "m": True, "n": False}.get(name, self._symbol(f"CONFIG_{name}"))
            if truth is not None:
                symbols[name] = truth
        return View(self._view.arch, symbols).truth(text)

    def _ways(self) -> dict[str, list[str]]:
        """The ways in which each symbol may be set: the conditions under which one can be taken.

        A symbol without a prompt and a default is set by those that select it, whatever it depends on;
        where part of the tree is missing, it may be from there.
        """
        if self._kconfig is None:
            self._kconfig = found = defaultdict[str, list[str]](list)
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
        return self._kconfig

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
            path = path.replace(f"$({name})", self._view.arch).replace(f"${name}", self._view.arch)
        return path


def _all(conditions: Iterable[str]) -> str:
    """The condition that all of some hold; empty where there is none."""
    return " && ".join(f"({condition})" for condition in conditions if condition)
