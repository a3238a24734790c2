"""Which files a configuration builds, as the tree's Makefiles and Kconfig files say.

Only what is certain counts: a file is left out where every line that names it hangs on a symbol
that cannot be set in the view.  Conditionals of make are not followed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from kscan.link.view import Truth, View

Read = Callable[[str], str | None]
"""The text of a file of the tree, None where there is none."""

_OBJECTS = re.compile(r"^([\w-]+?)-(?:(y|m|objs)|\$[({](\w+)[)}])[ \t]*[:+]?=[ \t]*(.*)$", re.MULTILINE)
_LINES = re.compile(
    r"^(?:[ \t]*(source|orsource|rsource|osource)[ \t]+\"([^\"\n]+)\"|(config|menuconfig|choice|comment|menu|"
    r"endmenu|endchoice|if|endif)\b[ \t]*([^\n#]*)|"
    r"[ \t]+(?:(depends)[ \t]+on[ \t]+([^\n#]+)|-*(help)-*[ \t]*$))",
    re.MULTILINE,
)
_NAME = re.compile(r"\b([A-Za-z0-9_]+)\b")
_COMPARED = re.compile(r'(\w+)\s*(!?=)\s*"?([ymn])"?(?!\w)')
_KINDS = ("obj", "lib", "core", "drivers", "libs", "head", "net", "virt")


class Built:
    """Answers for one view; ``read`` is asked for a folder's Makefile when first needed."""

    def __init__(self, view: View, read: Read) -> None:
        self._view = view
        self._read = read
        self._folders: dict[str, dict[str, list[tuple[str, str]]]] = {}
        self._known: dict[str, bool] = {}
        self._truths: dict[str, Truth] = {}
        self._kconfig: dict[str, tuple[str, ...]] | None = None
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
            conditions = self._conditions().get(name[len("CONFIG_") :])
            if conditions is None:
                truth = False if self._complete and self._kconfig else None
            elif all(self._expression(c) is False for c in conditions):
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

    def _conditions(self) -> dict[str, tuple[str, ...]]:
        """What each symbol depends on, one text for each place that defines it."""
        if self._kconfig is None:
            self._kconfig = {}
            found: dict[str, list[str]] = defaultdict(list)
            self._load("Kconfig", (), found, set())
            self._kconfig = {name: tuple(texts) for name, texts in found.items()}
        return self._kconfig

    def _load(self, path: str, around: tuple[str, ...], found: dict[str, list[str]], seen: set[str]) -> None:
        text = self._read(path)
        if text is None:
            self._complete = False
            return
        if path in seen:
            return
        seen.add(path)
        blocks: list[tuple[bool, tuple[str, ...]]] = []  # open ones: may have a condition, those around
        now = around
        symbol, own, helping = "", list[str](), False
        for source, target, word, rest, depends, condition, help_ in _LINES.findall(
            text.replace("\\\n", " ")
        ):
            if help_ or depends:
                if depends and not helping and symbol:
                    own.append(condition.strip())
                elif depends and not helping and blocks and blocks[-1][0]:
                    now = (*now, condition.strip())
                helping = helping or bool(help_)
                continue
            if symbol:
                found[symbol].append(" && ".join(f"({c})" for c in (*now, *own)))
            symbol, own, helping = "", [], False
            if source:
                self._load(self._expanded(target), now, found, seen)
            elif word in ("config", "menuconfig"):
                symbol = rest.strip()
            elif word in ("menu", "choice", "if"):
                blocks.append((word != "if", now))
                now = (*now, rest.strip()) if word == "if" else now
            elif word != "comment" and blocks:
                now = blocks.pop()[1]
        if symbol:
            found[symbol].append(" && ".join(f"({c})" for c in (*now, *own)))

    def _expanded(self, path: str) -> str:
        for name in ("SRCARCH", "ARCH", "HEADER_ARCH"):
            path = path.replace(f"$({name})", self._view.arch).replace(f"${name}", self._view.arch)
        return path
