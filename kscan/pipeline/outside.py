"""What a program needs from outside the scanned paths: found by name, parsed on demand.

Headers, and functions of .c files with who calls them, are found by the tables of what lies around;
what the core folders do not define is looked for in the library folders.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from kscan.facts.model import FileFacts
from kscan.findings.model import Skipped
from kscan.link.names import text_of
from kscan.pipeline.around import Around
from kscan.pipeline.facts import FactsLoader
from kscan.regex import regex

_MOST_FILES = 6
"""A name that more files define is too common to say which is meant."""
_MOST_CALLERS = 12
"""A name that functions of more files call is too common to follow each of them."""

_STATICS = regex(rb"\nstatic [^\n(;={]*?\b(\w++)\(")
_CALLED = regex(rb"\b([A-Za-z_]\w*+)\(")


class Outside:
    """Finds and loads what ``Program`` asks for; remembers what it loaded."""

    def __init__(self, around: Around, loader: FactsLoader) -> None:
        self._around, self._loader = around, loader
        self.loaded: dict[str, FileFacts] = {}
        self.skipped: list[Skipped] = []

    def __call__(self, kind: str, name: str) -> Mapping[str, FileFacts]:
        """The facts of the files outside that define, call or hold a name, see ``kscan.link.program``."""
        if kind == "holders":
            return self.load(p for p in self._around.holders(name) if p.startswith("arch/"))
        if kind == "callers":
            callers = self._around.callers(name)
            return self.load(callers if len(callers) <= _MOST_CALLERS else ())
        if kind == "near":
            homes = (*self._around.homes("function", name), *self._around.definers(name))
            return self.load(homes if len(homes) <= _MOST_FILES else ())
        return self.load(self._homes(kind, name))

    def texts(self, name: str) -> Sequence[bytes]:
        """The texts of the functions of a name, see ``kscan.link.program``."""
        found = [_texts_of(self._around.read(path), name) for path in self._homes("function", name)]
        return found if all(found) else ()

    def points(self, name: str) -> bool:
        """Whether a header says that a function ``name`` returns a pointer, or leaves it open."""
        return self._around.has("pointer", name)

    def leading(self) -> Callable[[Iterable[str]], Collection[str]]:
        """Follows calls back by name, see ``kscan.link.program``."""
        return self._around.leading()

    def calling(self, names: Collection[str], also: Collection[str]) -> Sequence[tuple[str, str]]:
        """(path, function) of the functions outside that may call one of ``names`` and one of ``also``."""
        return self._around.calling(names, also)

    def load(self, paths: Iterable[str]) -> Mapping[str, FileFacts]:
        """The facts of files outside."""
        paths = tuple(paths)
        missing = [p for p in paths if p not in self.loaded and p not in self._around.inside]
        if missing:
            loaded = self._loader.load(missing)
            self.loaded.update(loaded.facts)
            self.skipped.extend(loaded.skipped)
        return {p: self.loaded[p] for p in paths if p in self.loaded}

    def _homes(self, kind: str, name: str) -> Sequence[str]:
        homes = self._around.homes(kind, name)
        if len(homes) > _MOST_FILES:
            homes = tuple(home for home in homes if home.endswith(".h"))[:_MOST_FILES]
        return (*homes, *self._definers(name)) if kind == "function" else homes

    def _definers(self, name: str) -> Sequence[str]:
        """The .c files that define a function, unless too many do: of the core, else of the library."""
        found = self._around.definers(name) or self._around.library(name)
        return found if len(found) <= _MOST_FILES else ()


def _texts_of(data: bytes, name: str) -> bytes:
    """The text of the functions of a name in a file, with those of the static ones that it calls."""
    found = text_of(data, name)
    called = sorted(set(_CALLED.findall(found)).intersection(_STATICS.findall(b"\n" + data)))
    return b"\n".join((found, *(text_of(data, inner.decode()) for inner in called))) if found else b""
