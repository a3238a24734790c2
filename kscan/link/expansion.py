"""Which macro a name is in a file, and which functions its expansion calls.

Bodies are expanded as the preprocessor does it, as far as calls show: arguments are filled in,
``##`` joins, a name that is being expanded stands for itself, and what a macro drops is not
looked at.  Only names of calls come out, so texts stay short and results are shared by all files
that see the same macros.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from kscan.facts.model import Macro
from kscan.link.macros import split_arguments
from kscan.link.view import View

Named = Callable[[str], Sequence[tuple[str, Macro]]]
"""All definitions of a macro's name, with their files."""

_WORD = re.compile(r"(?<![\w$])(?:->\s*|\.\s*)?([A-Za-z_]\w*)")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_PASTE = re.compile(r"\s*##\s*")
_KEYWORDS_TEXT = (
    "if for while switch return do else case goto break continue default int char long short unsigned "
    "signed void const volatile struct union enum static inline extern register asm __asm__ defined "
    "__extension__ __volatile__ __inline __inline__"
)
_KEYWORDS = frozenset(_KEYWORDS_TEXT.split())
_UNEVALUATED_TEXT = (
    "sizeof typeof __typeof__ __typeof __typeof_unqual__ typeof_unqual offsetof __builtin_offsetof "
    "__attribute__ _Static_assert static_assert __alignof__ _Alignof __same_type "
    "__builtin_types_compatible_p"
)
_UNEVALUATED = frozenset(_UNEVALUATED_TEXT.split())
_UNIQUE = ("__COUNTER__", "__LINE__")  # names made with these are no functions
_DEPTH = 24
_LONGEST = 20_000
_UNKNOWN = "?"
_EMPTY: frozenset[str] = frozenset()


class Expansion:
    """Expands macros as they are seen from a file under one view.

    ``named`` gives the definitions of a name, ``is_function`` whether a function of that name is
    declared anywhere, ``includes`` what a file includes.
    """

    def __init__(
        self,
        view: View,
        named: Named,
        is_function: Callable[[str], bool],
        includes: Callable[[str], Iterable[str]],
    ) -> None:
        self._view = view
        self._named = named
        self._is_function = is_function
        self._includes = includes
        self._basenames: dict[str, frozenset[str]] = {}
        self._global: dict[str, tuple[Macro | None, bool]] = {}
        self._local: dict[tuple[str, str], Macro | None] = {}
        self._shared: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
        self._own: dict[tuple[str, str, tuple[str, ...]], tuple[str, ...]] = {}
        self._greedy: dict[str, bool] = {}

    # -- which macro ----------------------------------------------------------

    def macro(self, name: str, path: str) -> Macro | None:
        """The macro that ``name`` is in file ``path``; None where it is none, or rather a function."""
        known = self._global.get(name)
        if known is None:
            known = self._global[name] = self._choose_global(name)
        if not known[1]:
            return known[0]
        key = (name, path)
        if key not in self._local:
            self._local[key] = self._choose(name, path, self._named(name))
        return self._local[key]

    def _choose_global(self, name: str) -> tuple[Macro | None, bool]:
        """The macro that all files see, and whether that depends on the file after all."""
        if name in _KEYWORDS or name.startswith("__builtin_"):
            return None, False
        group = self._named(name)
        if not group:
            return None, False
        if all(_is_shared(path) for path, _macro in group):
            return self._choose(name, "", group), False
        return None, True

    def _choose(self, name: str, path: str, group: Sequence[tuple[str, Macro]]) -> Macro | None:
        ranked = [
            (self._distance(where, path), place, macro)
            for place, (where, macro) in enumerate(group)
            if self._view.active(macro.guards)
        ]
        seen = sorted((r for r in ranked if r[0] is not None), key=lambda r: (r[0], r[1]))
        if not seen:
            return None
        nearest = [macro for distance, _place, macro in seen if distance == seen[0][0]]
        certain = [m for m in nearest if self._view.certain(m.guards)]
        if certain:
            return certain[0]
        if self._is_function(name):
            return None
        return max(nearest, key=lambda m: len(m.body))

    def _distance(self, where: str, path: str) -> int | None:
        """How near a definition in ``where`` is to a user in ``path``; None where it is not seen."""
        if where == path:
            return 0
        if not where.endswith(".h"):
            return None
        if _is_shared(where):
            return 4 if "asm-generic/" in where else 3 if where.startswith("include/") else 2
        if where.rpartition("/")[2] in self._included(path):
            return 1
        folder = where.rpartition("/")[0]
        return 5 if folder and path.startswith(folder + "/") else None

    def _included(self, path: str) -> frozenset[str]:
        found = self._basenames.get(path)
        if found is None:
            names = (target.strip('<>"').rpartition("/")[2] for target in self._includes(path))
            found = self._basenames[path] = frozenset(names)
        return found

    # -- what it calls --------------------------------------------------------

    def needs_arguments(self, name: str, path: str) -> bool:
        """Whether what a macro calls depends on its arguments: it joins words or calls a parameter."""
        found = self._greedy.get(name)
        if found is None:
            self._greedy[name] = False  # in a circle
            found = self._greedy[name] = self._is_greedy(name, path)
        return found

    def _is_greedy(self, name: str, path: str) -> bool:
        macro = self.macro(name, path)
        if macro is None:
            return False
        if "##" in macro.body or any(
            re.search(rf"\b{re.escape(p)}\s*\(", macro.body) for p in macro.params or ()
        ):
            return True
        return any(self.needs_arguments(word[1], path) for word in _WORD.finditer(macro.body))

    def calls(self, name: str, args: Sequence[str], path: str) -> tuple[str, ...]:
        """The functions that using macro ``name`` on ``args`` in file ``path`` calls, each once."""
        given = tuple(args) if self.needs_arguments(name, path) else ()
        found = self._shared.get((name, given))
        if found is not None:
            return found
        found = self._own.get((path, name, given))
        if found is not None:
            return found
        scan = _Scan(self, path)
        scan.use(name, given, _EMPTY)
        found = tuple(scan.found)
        if scan.local:
            self._own[path, name, given] = found
        else:
            self._shared[name, given] = found
        return found

    def depends(self, name: str) -> bool:
        """Whether what ``name`` is depends on the file that uses it."""
        return self._global[name][1]


class _Scan:
    """One expansion: the calls found, and whether it depended on the file."""

    def __init__(self, expansion: Expansion, path: str) -> None:
        self._expansion = expansion
        self._path = path
        self._done: set[tuple[str, tuple[str, ...]]] = set()
        self.found: dict[str, None] = {}
        self.local = False

    def use(self, name: str, args: tuple[str, ...], active: frozenset[str]) -> bool:
        """Expand ``name``, where it is a macro that is not being expanded; whether it was one."""
        if name in active or len(active) > _DEPTH:
            return False
        macro = self._expansion.macro(name, self._path)
        self.local = self.local or self._expansion.depends(name)
        if macro is None:
            return False
        if (name, args) not in self._done:
            self._done.add((name, args))
            self.text(_filled(macro, args), active | {name})
        return True

    def text(self, text: str, active: frozenset[str]) -> None:
        """Note the calls in a text that came from the macros in ``active``."""
        place = 0
        while (match := _WORD.search(text, place)) is not None:
            name, place = match[1], match.end()
            if match.start(1) != match.start():  # a member: what it leads to is an indirect call
                continue
            opening = _opening(text, place)
            if name in _KEYWORDS:
                continue
            if name in _UNEVALUATED:
                place = split_arguments(text, opening)[1] if opening >= 0 else place
            elif opening < 0:
                self._word(name, active)
            else:
                place = self._call(name, text, opening, active)

    def _word(self, name: str, active: frozenset[str]) -> None:
        macro = self._expansion.macro(name, self._path)
        self.local = self.local or self._expansion.depends(name)
        if macro is not None and macro.params is None:
            self.use(name, (), active)

    def _call(self, name: str, text: str, opening: int, active: frozenset[str]) -> int:
        macro = self._expansion.macro(name, self._path)
        self.local = self.local or self._expansion.depends(name)
        if macro is None or name in active:
            if not name.startswith("__builtin_") and not any(part in name for part in _UNIQUE):
                self.found[name] = None
            return opening + 1
        args, end = split_arguments(text, opening)
        if macro.params is None:  # an alias, or a value that happens to stand before a parenthesis
            target = macro.body.strip()
            if target.isidentifier():
                return self._call(target, text, opening, active | {name})
            self.use(name, (), active)
            return opening + 1
        self.use(name, args, active)
        return end


def _opening(text: str, place: int) -> int:
    """Where the ``(`` is that follows ``place``, blanks apart; -1 where there is none."""
    while place < len(text) and text[place] in " \t":
        place += 1
    return place if place < len(text) and text[place] == "(" else -1


def _is_shared(path: str) -> bool:
    """Whether every file may see what a header at ``path`` defines."""
    return path.endswith(".h") and (
        path.startswith("include/") or ("/include/" in path and path.startswith("arch/"))
    )


def _filled(macro: Macro, args: tuple[str, ...]) -> str:
    """The body of ``macro`` with its arguments filled in (``?`` for missing ones) and words joined."""
    body = _without_strings(macro.body)
    params = macro.params
    if params:
        named = [p.removesuffix("...").strip() or "__VA_ARGS__" for p in params]
        given = dict(zip(named, args, strict=False))
        if params[-1].endswith("..."):
            given[named[-1]] = ", ".join(args[len(named) - 1 :])
        pattern = _names_pattern(tuple(named))
        body = pattern.sub(lambda m: given.get(m[0], _UNKNOWN), body)
    if "##" in body:
        body = _PASTE.sub("", body)
    return body[:_LONGEST]


@lru_cache(maxsize=8192)
def _names_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, names)) + r")\b")


@lru_cache(maxsize=8192)
def _without_strings(body: str) -> str:
    return _STRING.sub('""', body)
