"""What the linked files define, call and store, by name.

Most questions need few of these tables: each is made when it is first asked for, and then read on with
the files that have come since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from kscan.facts.model import Binding, FileFacts, Macro, Prototype, Struct
from kscan.link.edges import Func

S = TypeVar("S")
T = TypeVar("T")
_File = tuple[str, FileFacts]
_Bound = tuple[str, Binding]


class Table(Generic[S, T]):
    """Entries by name, read from ``sources``, which only grow, by ``fill``."""

    def __init__(
        self, sources: Sequence[S], fill: Callable[[dict[str, list[T]], Sequence[S]], object]
    ) -> None:
        self._sources, self._fill = sources, fill
        self._entries: dict[str, list[T]] = defaultdict(list)
        self._read = 0

    def __call__(self) -> Mapping[str, list[T]]:
        """The entries of all sources there are by now."""
        if self._read < len(self._sources):
            fresh, self._read = self._sources[self._read :], len(self._sources)
            self._fill(self._entries, fresh)
        return self._entries

    def add(self, name: str, entry: T) -> None:
        """Add an entry that no source holds, behind those of the sources there are."""
        self()
        self._entries[name].append(entry)


class Tables:
    """The tables of the files added so far; entries stand in the order in which these came."""

    def __init__(self) -> None:
        self.facts: dict[str, FileFacts] = {}
        self.numbered: list[Func] = []
        """The functions in the order in which they came."""
        self.functions: dict[str, list[Func]] = defaultdict(list)
        self.structs: dict[str, list[tuple[str, Struct]]] = defaultdict(list)
        self.typedefs: dict[str, str] = {}
        self.returns: dict[str, str] = {}
        """The types that functions return, as their first declaration says."""
        self.aliases: dict[str, list[tuple[str, Prototype]]] = defaultdict(list)
        self.other_names: dict[str, list[str]] = defaultdict(list)
        """The aliases of a name."""
        files = self._files = list[_File]()
        self.macros = Table[_File, tuple[str, Macro]](files, _macros)
        self.variables = Table[_File, tuple[str, str]](files, _variables)
        self.targets = Table[_File, _Bound](files, _targets)
        """The bindings of a function or table."""
        self.fields = Table[_File, _Bound](files, _fields)
        """The bindings that put something into a field of that name."""
        self.arguments = Table[_File, _Bound](files, _arguments)
        """The bindings that hand something to a function of that name."""
        self._field_calls: dict[str, list[Func]] = defaultdict(list)
        self.calls = Table[Func, Func](self.numbered, self._fill_calls)
        """The functions that call a name directly, once for each call."""
        self.stores = Table[Func, Func](self.numbered, _stores)
        """The functions that assign a field of that name."""
        self._first: dict[str, int] = {}
        self.mentions = Table[Func, tuple[int, int, Func]](self.numbered, self._fill_mentions)
        """The functions that may name a field of that name; behind the numbers of the first of its name
        and its own."""

    def add(self, path: str, file: FileFacts) -> None:
        """Add the facts of a file."""
        self.facts[path] = file
        self._files.append((path, file))
        for fact in file.functions:
            func = Func(path, fact)
            self.numbered.append(func)
            self.functions[fact.name].append(func)
        for struct in file.structs:
            self.structs[struct.name].append((path, struct))
        self.typedefs.update(file.typedefs)
        for prototype in file.prototypes:
            self.returns.setdefault(prototype.name, prototype.returns)
            if prototype.alias:
                self.aliases[prototype.name].append((path, prototype))
                self.other_names[prototype.alias].append(prototype.name)

    def adopt(self, func: Func) -> None:
        """Add a function."""
        self.numbered.append(func)
        self.functions[func.fact.name].append(func)

    def field_calls(self) -> Mapping[str, list[Func]]:
        """The functions that call through a field of that name, once for each call."""
        self.calls()
        return self._field_calls

    def _fill_calls(self, calls: dict[str, list[Func]], funcs: Iterable[Func]) -> None:
        fields = self._field_calls
        for func in funcs:
            for ref in func.fact.calls:
                if way := ref.path:
                    fields[way[-1]].append(func)
                else:
                    calls[ref.root].append(func)

    def _fill_mentions(self, found: dict[str, list[tuple[int, int, Func]]], funcs: Sequence[Func]) -> None:
        for number, func in enumerate(funcs, len(self.numbered) - len(funcs)):
            entry = self._first.setdefault(func.name, number), number, func
            for name in func.fact.fields_named():
                found[name].append(entry)

    def bind(self, path: str, binding: Binding) -> None:
        """Add an initialiser of a field that the facts of file ``path`` do not have."""
        self.targets.add(binding.target, (path, binding))
        self.fields.add(binding.path[-1], (path, binding))


def _macros(found: dict[str, list[tuple[str, Macro]]], files: Iterable[_File]) -> None:
    for path, file in files:
        for macro in file.macros:
            found[macro.name].append((path, macro))


def _variables(found: dict[str, list[tuple[str, str]]], files: Iterable[_File]) -> None:
    for path, file in files:
        for variable in file.variables:
            found[variable.name].append((path, variable.type))


def _targets(found: dict[str, list[_Bound]], files: Iterable[_File]) -> None:
    for path, file in files:
        for binding in file.bindings:
            if binding.how != "macro":  # what it stands for is found when tables are asked for
                found[binding.target].append((path, binding))


def _fields(found: dict[str, list[_Bound]], files: Iterable[_File]) -> None:
    for path, file in files:
        for binding in file.bindings:
            if (way := binding.path) and binding.how not in ("argument", "macro"):
                found[way[-1]].append((path, binding))


def _arguments(found: dict[str, list[_Bound]], files: Iterable[_File]) -> None:
    for path, file in files:
        for binding in file.bindings:
            if binding.how == "argument":
                found[binding.root].append((path, binding))


def _stores(found: dict[str, list[Func]], funcs: Iterable[Func]) -> None:
    for func in funcs:
        for name in func.fact.stores:
            found[name].append(func)
