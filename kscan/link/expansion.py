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
_BRACE_OR_WORD = re.compile(r"[{}]|\b[A-Za-z_]\w*")
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
    "__builtin_types_compatible_p _Generic"
)
_UNEVALUATED = frozenset(_UNEVALUATED_TEXT.split())
_UNIQUE = ("__COUNTER__", "__LINE__")  # names made with these are no functions
# What a kernel is built with to be looked at, not to be run.
_INSTRUMENTED = re.compile(r"DEBUG|TRACE|PROFIL|LOCKDEP|SANITIZE|FORTIFY|KASAN|KCSAN|KMSAN|_STAT\b|INDEX")
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
        self._makers: dict[str, bool] = {}

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
        if all(is_shared(path) for path, _macro in group):
            return self._choose(name, "", group), False
        return None, True

    def _choose(self, name: str, path: str, group: Sequence[tuple[str, Macro]]) -> Macro | None:
        ranked: list[tuple[int, int, Macro]] = []
        for place, (where, macro) in enumerate(group):
            distance = self._distance(where, path)
            if distance is not None and self._view.active(macro.guards):
                ranked.append((distance, place, macro))
        if not ranked:
            return None
        ranked.sort(key=lambda r: r[:2])
        nearest = [macro for distance, _place, macro in ranked if distance == ranked[0][0]]
        best = min(nearest, key=lambda m: self._doubt(m, name))  # the first of equal ones
        if best.params is not None and ranked[0][0] > 1 and self._is_function(name):
            return None  # headers declare it: which of the two holds cannot be told, and its name is true
        return best

    def _doubt(self, macro: Macro, name: str) -> int:
        """How little it is to be expected that the conditions around a macro hold."""
        doubt = 0
        for guard in macro.guards:
            if self._view.truth(guard) is None and guard != "!" + name:
                instrumented = _INSTRUMENTED.search(guard) is not None
                doubt += (0 if instrumented else 1) if guard.startswith("!") else (2 if instrumented else 0)
        return doubt

    def _distance(self, where: str, path: str) -> int | None:
        """How near a definition in ``where`` is to a user in ``path``; None where it is not seen."""
        if where == path:
            return 0
        if not where.endswith(".h"):
            return None
        if is_shared(where):
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
        scan.text(f"{name}({', '.join(given)})", _EMPTY)
        found = tuple(scan.found)
        if scan.local:
            self._own[path, name, given] = found
        else:
            self._shared[name, given] = found
        return found

    def calls_in(self, text: str, path: str) -> tuple[str, ...]:
        """The functions that a text in file ``path`` calls, behind all macros, each once."""
        scan = _Scan(self, path)
        scan.text(_without_strings(text), _EMPTY)
        return tuple(scan.found)

    # -- what it makes --------------------------------------------------------

    def makes_functions(self, name: str, path: str) -> bool:
        """Whether a use of macro ``name`` may define a function: there is a block in what it stands for."""
        found = self._makers.get(name)
        if found is None:
            self._makers[name] = False  # in a circle
            macro = self.macro(name, path)
            found = macro is not None and (
                "{" in macro.body
                or any(self.makes_functions(w[1], path) for w in _WORD.finditer(_without_strings(macro.body)))
            )
            self._makers[name] = found
        return found

    def unfold(self, name: str, args: Sequence[str], path: str) -> str:
        """What a use of macro ``name`` stands for, with macros expanded wherever no braces are around."""
        macro = self.macro(name, path)
        if macro is None:
            return ""
        given = tuple(self._named_by(a, path) for a in args)
        return self._unfolded(_filled(macro, given), path, frozenset((name,)))

    def _named_by(self, arg: str, path: str) -> str:
        """An argument that is a macro's name for another word: that word."""
        macro = self.macro(arg, path) if arg.isidentifier() else None
        body = macro.body if macro is not None and macro.params is None else ""
        return body if body.isidentifier() else arg

    def _unfolded(self, text: str, path: str, active: frozenset[str]) -> str:
        pieces: list[str] = []
        place = done = depth = 0
        while (match := _BRACE_OR_WORD.search(text, place)) is not None:
            piece, place = match[0], match.end()
            if piece in "{}":
                depth += 1 if piece == "{" else -1
                continue
            macro = None if depth or piece in active or len(active) > _DEPTH else self.macro(piece, path)
            opening = _opening(text, place)
            if macro is None or (macro.params is not None and opening < 0):
                continue
            args, end = split_arguments(text, opening) if macro.params is not None else ((), place)
            if "##" not in macro.body:  # what is joined is taken as it stands
                args = tuple(self._unfolded(arg, path, active) for arg in args)
            pieces += text[done : match.start()], self._unfolded(_filled(macro, args), path, active | {piece})
            place = done = end
        return "".join((*pieces, text[done:]))[:_LONGEST]

    def depends(self, name: str) -> bool:
        """Whether what ``name`` is depends on the file that uses it."""
        return self._global[name][1]


class _Scan:
    """One expansion: the calls found, and whether it depended on the file."""

    def __init__(self, expansion: Expansion, path: str) -> None:
        self._expansion = expansion
        self._path = path
        self._done: set[tuple[str, tuple[str, ...]]] = set()
        self._depth = 0
        self.found: dict[str, None] = {}
        self.local = False

    def use(self, name: str, args: tuple[str, ...], active: frozenset[str]) -> None:
        """Expand ``name``, where it is a macro."""
        macro = self._macro(name)
        if macro is not None and (name, args) not in self._done and self._depth < _DEPTH:
            self._done.add((name, args))
            self._depth += 1
            self.text(_filled(macro, args), active | {name})
            self._depth -= 1

    def _macro(self, name: str) -> Macro | None:
        macro = self._expansion.macro(name, self._path)
        self.local = self.local or self._expansion.depends(name)
        return macro

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
        macro = self._macro(name)
        if macro is not None and macro.params is None and name not in active:
            self.use(name, (), active)

    def _call(self, name: str, text: str, opening: int, active: frozenset[str]) -> int:
        macro = self._macro(name)
        if macro is None or (name in active and _names_itself(macro)):
            if not name.startswith("__builtin_") and not is_unique(name):
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


def _names_itself(macro: Macro) -> bool:
    return re.search(rf"\b{macro.name}\b", macro.body) is not None


def _opening(text: str, place: int) -> int:
    """Where the ``(`` is that follows ``place``, blanks apart; -1 where there is none."""
    while place < len(text) and text[place] in " \t":
        place += 1
    return place if place < len(text) and text[place] == "(" else -1


def is_unique(name: str) -> bool:
    """Whether the compiler completes a name that was joined from pieces, so that it cannot be known."""
    return any(part in name for part in _UNIQUE)


def is_shared(path: str) -> bool:
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
