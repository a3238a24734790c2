"""Which files a configuration builds, as the tree's Makefiles and Kconfig files say.

Only what is certain counts: a file is left out where every line that names it hangs on a symbol
that cannot be set in the view.  Conditionals of make are not followed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from kscan.link.kconfig import Kconfig, Read, read_kconfig
from kscan.link.view import Truth, View
from kscan.regex import regex

_OBJECTS = regex(r"^([\w-]+?)-(?:(y|m|objs)|\$[({](\w+)[)}])[ \t]*[:+]?=[ \t]*(.*)$", re.MULTILINE)
_NAME = regex(r"\b([A-Za-z0-9_]+)\b")
_COMPARED = regex(r'(\w+)\s*(!?=)\s*"?([ymn])"?(?!\w)')
_KINDS = ("obj", "lib", "core", "drivers", "libs", "head", "net", "virt")


class Built:
    """Answers for one view; ``read`` is asked for a folder's Makefile when first needed."""

    def __init__(self, view: View, read: Read, kconfig: Callable[[], Kconfig] | None = None) -> None:
        """``kconfig`` gives what the Kconfig files say, where that is known without reading them."""
        self._view = view
        self._read = read
        self._ask = kconfig or (lambda: read_kconfig(read, view.arch))
        self._folders: dict[str, dict[str, list[tuple[str, str]]]] = {}
        self._known: dict[str, bool] = {}
        self._truths: dict[str, Truth] = {}
        self._kconfig: Kconfig | None = None

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
            if self._kconfig is None:
                self._kconfig = self._ask()
            ways = self._kconfig.ways.get(name[len("CONFIG_") :])
            if ways is None:
                truth = False if self._kconfig.complete and self._kconfig.ways else None
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
