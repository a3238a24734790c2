"""Which headers a file sees: the shared ones, and those that it includes, directly or through others."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kscan.facts.model import FileFacts

INCLUDED, BESIDE, UNSEEN = range(3)
"""How surely a file sees a header: it includes it; it lies in or below its folder; neither."""


def is_shared(path: str) -> bool:
    """Whether every file may see what a header at ``path`` defines."""
    return path.endswith(".h") and (
        path.startswith("include/") or ("/include/" in path and path.startswith("arch/"))
    )


class Includes:
    """Answers for the files loaded by now.  Shared headers are not looked into: they include shared ones."""

    def __init__(self, facts: Mapping[str, FileFacts]) -> None:
        self._facts = facts
        self._named: dict[str, list[str]] = defaultdict(list)  # by their last part
        self._read = 0
        self._seen: dict[str, frozenset[str]] = {}
        self._ending: dict[str, tuple[str, ...]] = {}  # by what an #include names

    def sight(self, path: str, header: str) -> int:
        """How surely the file ``path`` sees what ``header`` defines."""
        if path == header or is_shared(header) or header in self._closure(path):
            return INCLUDED
        folder = posixpath.dirname(header)
        return BESIDE if not folder or path.startswith(folder + "/") else UNSEEN

    def _closure(self, path: str) -> frozenset[str]:
        if self._read < len(self._facts):
            for name in tuple(self._facts)[self._read :]:
                self._named[posixpath.basename(name)].append(name)
            self._read = len(self._facts)
            self._seen.clear()
            self._ending.clear()
        found = self._seen.get(path)
        if found is None:
            reached: dict[str, None] = {}
            stack = [path]
            while stack:
                for to in self._included(stack.pop()):
                    if to not in reached:
                        reached[to] = None
                        stack.append(to)
            found = self._seen[path] = frozenset(reached)
        return found

    def _included(self, path: str) -> Iterator[str]:
        """The files that a file may include: the one beside it, else the nearest whose paths end so."""
        facts = self._facts.get(path)
        for text in facts.includes if facts is not None else ():
            if text[:1] == '"':
                beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), text.strip('<>"')))
                if beside in self._facts:
                    yield beside
                    continue
            found = self._ending.get(text)
            if found is None:
                found = self._ending[text] = tuple(self._that_end(text.strip('<>"')))
            yield from _nearest(path, found) if len(found) > 1 else found

    def _that_end(self, name: str) -> Iterator[str]:
        """The files whose paths end in a name, but for shared ones."""
        ending = "/" + posixpath.normpath(name).lstrip("./")
        for to in self._named.get(posixpath.basename(name), ()):
            if not is_shared(to) and ("/" + to).endswith(ending):
                yield to


def _nearest(path: str, found: Sequence[str]) -> list[str]:
    """The files that share most folders with ``path``: a Makefile's -I seldom leads out of a driver."""
    shared = [len(posixpath.commonpath((path, to))) for to in found]
    return [to for to, length in zip(found, shared, strict=True) if length == max(shared)]
