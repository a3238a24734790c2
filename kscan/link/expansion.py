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
from typing import NamedTuple

from kscan.facts.model import Macro
from kscan.link.includes import is_shared
from kscan.link.macros import split_arguments
from kscan.link.operands import selected
from kscan.link.view import View
from kscan.regex import regex

Named = Callable[[str], Sequence[tuple[str, Macro]]]
"""All definitions of a macro's name, with their files."""


class Calls(NamedTuple):
    """What an expansion calls, each once."""

    functions: tuple[str, ...]  # by name
    members: tuple[str, ...]  # the access paths of indirect calls, as text: ``(dev)->ops->start``


_WORD = regex(r"(->\s*|(?<!\.)\.\s*)?\b([A-Za-z_]\w*)")
_MEMBER_CALL = regex(r"(?:->|\.)\s*\w+\s*\)*\s*\(")
_CALLED = regex(r"\s*\)\s*\(")
_CLEANUP = regex(r"__cleanup__\s*\(\s*(\w+)")
_STRING = regex(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_BRACE_OR_WORD = regex(r"[{}]|\b[A-Za-z_]\w*")
_ONE_USE = regex(r"([A-Za-z_]\w*)\s*(?:\([\w\s,]*\))?\Z")
_PASTE = regex(r"\s*##\s*")
_LAST_COMMA = regex(r",\s*##\s*(\w+)")
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
_INSTRUMENTED = regex(r"DEBUG|TRACE|PROFIL|LOCKDEP|SANITIZE|FORTIFY|KASAN|KCSAN|KMSAN|_STAT\b|INDEX")
_USELESS = regex(f"{_INSTRUMENTED.pattern}|__ASSEMBL|__KERNEL__|__GENKSYMS__")
_ARCH_OR_LINUX = 3  # the distance of include/
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
        self._shared: dict[tuple[str, tuple[str, ...]], Calls] = {}
        self._own: dict[tuple[str, str, tuple[str, ...]], Calls] = {}
        self._greedy: dict[str, bool] = {}
        self._makers: dict[str, bool] = {}
        self._joining: dict[str, bool] = {}
        self._unfoldings: dict[tuple[str, tuple[str, ...], str], str] = {}

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
        near = ranked[0][0] <= 1 or (ranked[0][0] <= _ARCH_OR_LINUX and self._surely(best))
        if best.params is not None and not near and self._is_function(name):
            return None  # headers declare it: which of the two holds cannot be told, and its name is true
        return best

    def _surely(self, macro: Macro) -> bool:
        """Whether the configuration says that a macro stands in for the function of its name."""
        telling = [g for g in macro.guards if g != "!" + macro.name and not _USELESS.search(g)]
        return bool(telling) and self._view.certain(macro.guards)

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
        if (
            "##" in macro.body
            or _MEMBER_CALL.search(macro.body)
            or any(re.search(rf"\b{re.escape(p)}\s*\(", macro.body) for p in macro.params or ())
        ):
            return True
        return any(self.needs_arguments(word[2], path) for word in _WORD.finditer(macro.body))

    def calls(self, name: str, args: Sequence[str], path: str) -> Calls:
        """What using macro ``name`` on ``args`` in file ``path`` calls."""
        given = tuple(args) if self.needs_arguments(name, path) else ()
        found = self._shared.get((name, given))
        if found is not None:
            return found
        found = self._own.get((path, name, given))
        if found is not None:
            return found
        scan = _Scan(self, path)
        scan.text(f"{name}({', '.join(given)})", _EMPTY)
        found = scan.calls()
        if scan.local:
            self._own[path, name, given] = found
        else:
            self._shared[name, given] = found
        return found

    def calls_in(self, text: str, path: str) -> Calls:
        """What a text in file ``path`` calls, behind all macros."""
        scan = _Scan(self, path)
        scan.text(_without_strings(text), _EMPTY)
        return scan.calls()

    def value(self, name: str, path: str) -> bool:
        """Whether ``name`` is a macro without parameters that calls something where it is mentioned."""
        macro = self.macro(name, path)
        if macro is None or macro.params is not None or "(" not in macro.body:
            return False
        return bool(self.calls(name, (), path).functions)

    # -- what it makes --------------------------------------------------------

    def makes_functions(self, name: str, path: str) -> bool:
        """Whether a use of macro ``name`` may define a function: there is a block in what it stands for."""
        found = self._makers.get(name)
        if found is None:
            self._makers[name] = False  # in a circle
            macro = self.macro(name, path)
            found = macro is not None and (
                "{" in macro.body
                or any(self.makes_functions(w[2], path) for w in _WORD.finditer(_without_strings(macro.body)))
            )
            self._makers[name] = found
        return found

    def unfold(self, name: str, args: Sequence[str], path: str) -> str:
        """What a use of macro ``name`` stands for, with macros expanded wherever no braces are around."""
        key = (name, tuple(args), path)
        found = self._unfoldings.get(key)
        if found is None:
            macro = self.macro(name, path)
            given = tuple(self._named_by(a, path) for a in args)
            found = "" if macro is None else self._unfolded(_filled(macro, given), path, frozenset((name,)))
            self._unfoldings[key] = found
        return found

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

    def joins(self, name: str, path: str) -> bool:
        """Whether a macro that ``name`` hands its arguments on to makes words of them."""
        macro = self.macro(name, path)
        if macro is None or not macro.params:
            return False
        found = self._joining.get(name)
        if found is None:
            inner = (self.macro(w[2], path) for w in _WORD.finditer(macro.body))
            found = any(m is not None and m.params and "##" in m.body for m in inner)
            self._joining[name] = found
        return found

    def pastes(self, name: str, place: int, path: str) -> bool:
        """Whether macro ``name`` joins what it is given at ``place`` to something else."""
        macro = self.macro(name, path) if name.isidentifier() else None
        if macro is None or "##" not in macro.body or place >= len(macro.params or ()):
            return False
        param = re.escape((macro.params or ())[place])
        return re.search(rf"##\s*{param}\b|\b{param}\s*##", macro.body) is not None

    def expanded(self, arg: str, path: str, active: frozenset[str]) -> str:
        """An argument as the preprocessor fills it in where it is not joined to anything."""
        match = _ONE_USE.match(arg)
        if match is None or self.macro(match[1], path) is None:
            return arg
        return self._unfolded(arg, path, active)

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
        self.members: dict[str, None] = {}
        self.local = False

    def calls(self) -> Calls:
        """What was found."""
        return Calls(tuple(self.found), tuple(self.members))

    def use(self, name: str, args: tuple[str, ...], active: frozenset[str]) -> None:
        """Expand ``name``, where it is a macro."""
        macro = self._macro(name)
        if macro is not None and (name, args) not in self._done and self._depth < _DEPTH:
            self._done.add((name, args))
            if "##" not in macro.body and self._expansion.joins(name, self._path):
                args = tuple(self._expansion.expanded(arg, self._path, active) for arg in args)
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
            name, place = match[2], match.end()
            opening = _opening(text, place)
            if match[1] is not None:  # a member: what it leads to is an indirect call
                start = operand_start(text, match.start())
                if opening >= 0 or _is_parenthesised(text, start, place):
                    self.members[text[start:place]] = None
                continue
            if name in _KEYWORDS:
                continue
            if name in _UNEVALUATED:
                place = self._unevaluated(name, text, opening, place)
            elif opening < 0:
                self._word(name, active)
            else:
                place = self._call(name, text, opening, active)

    def _unevaluated(self, name: str, text: str, opening: int, place: int) -> int:
        """Pass over what is not run; but a cleanup is, and what ``_Generic`` selects is called."""
        if opening < 0:
            return place
        args, end = split_arguments(text, opening)
        if name == "_Generic" and _opening(text, end) >= 0:
            self.found[selected(args)] = None
        elif name == "__attribute__":
            self.found.update(dict.fromkeys(_CLEANUP.findall(text[opening:end])))
        return end

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


def operand_start(text: str, end: int) -> int:
    """Where the operand of a ``->`` or ``.`` at ``end`` starts: ``(x)->y[2]``, ``f(a)->b``."""
    place = end
    while True:
        while place and text[place - 1] in " \t":
            place -= 1
        bracketed = place and text[place - 1] in ")]"
        while place and text[place - 1] in ")]":
            place = _matching(text, place - 1)
        start = place
        while start and (text[start - 1].isalnum() or text[start - 1] in "_%"):
            start -= 1
        if start == place and not bracketed:
            return place
        place = start
        before = text[:place].rstrip()
        if before.endswith("->"):
            place = len(before) - 2
        elif before.endswith(".") and not before.endswith(".."):
            place = len(before) - 1
        else:
            return place


def _is_parenthesised(text: str, start: int, end: int) -> bool:
    """Whether a function pointer is called as ``(*p)(...)`` or ``(p)(...)``."""
    return text[:start].rstrip(" \t*").endswith("(") and _CALLED.match(text, end) is not None


def _matching(text: str, place: int) -> int:
    """Where the bracket is that the one at ``place`` closes; 0 where there is none."""
    depth = 0
    while place >= 0:
        depth += (text[place] in ")]") - (text[place] in "([")
        if depth == 0:
            return place
        place -= 1
    return 0


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


def _filled(macro: Macro, args: tuple[str, ...]) -> str:
    """The body of ``macro`` with its arguments filled in (``?`` for missing ones) and words joined."""
    body = _without_strings(macro.body)
    params = macro.params
    if params:
        named = [p.removesuffix("...").strip() or "__VA_ARGS__" for p in params]
        given = dict(zip(named, args, strict=False))
        if params[-1].endswith("..."):
            given[named[-1]] = ", ".join(args[len(named) - 1 :])
            if not given[named[-1]]:
                body = _LAST_COMMA.sub(r"\1", body)
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
