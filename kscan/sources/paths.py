"""Paths inside a kernel tree: relative, ``/`` between components, never leading out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from kscan.errors import InputError

C_SUFFIXES = (".c", ".h")
"""What ``Source.paths`` lists."""

_LONGEST = 4096  # PATH_MAX


def is_c_file(path: str) -> bool:
    """Whether ``path`` names a C source or header."""
    return path.endswith(C_SUFFIXES)


def is_utf8(path: str) -> bool:
    """Whether a path, as the system gives it, is UTF-8: of others nothing is kept or sent."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def normalise_under(under: Iterable[str]) -> tuple[str, ...]:
    """The places to look below, tidied; nothing or ``.`` is the whole tree, written ``""``."""
    places = tuple(tidy(place) for place in under)
    return ("",) if not places or "" in places else places


def tidy(path: str) -> str:
    """``path`` without empty and ``.`` components.  Raises InputError when it leads out of the tree."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts:
        raise InputError(path, "is outside the tree", "give a path relative to the top of the tree")
    return "/".join(parts)


def unsafe_reason(path: str) -> str:
    """Why a path named by a patch must not be touched; empty when it may be.

    Patches come from anybody: nothing of what they name may lead out of the tree or into the repository.
    """
    parts = path.split("/")
    if not path or path.startswith("/"):
        return "absolute path" if path else "empty path"
    if ".." in parts:
        return "path leads out of the tree (..)"
    if ".git" in path.lower() and any(part.lower().rstrip(". ") == ".git" for part in parts):
        return "path inside .git"
    if len(path) >= _LONGEST:
        return "path longer than any file's"
    if "\0" in path or "\n" in path or "\\" in path:
        return "path with a forbidden character"
    return ""


def select(paths: Sequence[str], under: Iterable[str]) -> Iterator[str]:
    """Those of the sorted ``paths`` that are, or lie below, one of ``under``, sorted, each once."""
    places = normalise_under(under)
    if places == ("",):
        yield from paths
        return
    chosen: set[str] = set()
    for place in places:
        chosen.update(_below(paths, place))
    yield from sorted(chosen)


def _below(paths: Sequence[str], place: str) -> Iterator[str]:
    at = bisect_left(paths, place)
    if at < len(paths) and paths[at] == place:
        yield place
    prefix = place + "/"
    for index in range(bisect_left(paths, prefix), len(paths)):
        if not paths[index].startswith(prefix):
            return
        yield paths[index]
