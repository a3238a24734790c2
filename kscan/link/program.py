"""The linked program: functions, who calls them, which fields lead to them.

Read-only.  Tables by name, types, macros and targets are made when first asked for, since
most questions touch little.  What the loaded files do not define is asked of ``outside``, which
may load further files of the tree: these are linked and never reported on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol, TypeVar, cast

from kscan.facts.model import Assign, Binding, Call, CallRef, FileFacts, Macro, Struct
from kscan.link.edges import CALLBACK, DIRECT, MACRO, OPS, OVERRIDE, Edge, Func
from kscan.link.macros import expand
from kscan.link.meanings import Meanings
from kscan.link.operands import read_access, variables_of
from kscan.link.tables import Tables
from kscan.link.types import TypeTable
from kscan.link.view import View
from kscan.regex import regex

T = TypeVar("T")
_Calls = tuple[tuple[str, tuple[str, ...]], ...]  # names with arguments

_WORDS = regex(r"\b[A-Za-z_]\w*")
_DEEPEST = 6  # macros within macros that are looked into for a type
_PRIMITIVE = frozenset(
    (
        "void",
        "bool",
        "char",
        "short",
        "int",
        "long",
        "unsigned",
        "signed",
        "float",
        "double",
        "fn",
        "size_t",
        "u8",
        "u16",
        "u32",
        "u64",
        "s8",
        "s16",
        "s32",
        "s64",
    )
)


_Places = Mapping[tuple[str, str], Sequence[tuple[str, Binding]]]
"""Bindings by the (struct, field) that they fill."""


class Outside(Protocol):
    """What lies around the files that are linked, by name."""

    def __call__(self, kind: str, name: str) -> Mapping[str, FileFacts]:
        """The files that define a name (``function``, ``prototype``, ``struct``, ``macro``,
        ``variable``; ``near`` for a function that is no library's), that call it (``callers``), or where a
        field of an architecture's structs gets a function (``holders``)."""
        ...

    def texts(self, name: str) -> Sequence[bytes]:
        """The texts of the functions of that name, from their parameters on, with those of the static ones
        that they call; empty where one is not seen."""
        ...

    def points(self, name: str) -> bool:
        """Whether a header says that a function ``name`` returns a pointer, or leaves it open."""
        ...

    def leading(self) -> Callable[[Iterable[str]], Iterable[str]]:
        """Follows calls back: given names, again and again, it says which functions and fields it has not
        named before are one of them, or may lead to a call of one of them."""
        ...

    def calling(self, names: Collection[str], also: Collection[str]) -> Sequence[tuple[str, str]]:
        """(path, function) of the functions that may call one of ``names`` and one of ``also``."""
        ...

    def load(self, paths: Iterable[str]) -> Mapping[str, FileFacts]:
        """The facts of files."""
        ...


def _builds_all(_path: str) -> bool:
    return False


class Program:
    """All that is linked, under one view."""

    def __init__(
        self,
        facts: Mapping[str, FileFacts],
        view: View,
        outside: Outside | None = None,
        leaves_out: Callable[[str], bool] | None = None,
    ) -> None:
        """``leaves_out`` says which files the configuration does not build: none, where it is not given."""
        self.view = view
        self.leaves_out = leaves_out or _builds_all
        self._analyses: dict[object, object] = {}
        self.unfinished: dict[Func, None] = {}
        """The functions with more paths than an analysis follows, which it names here."""
        self._tables = Tables()
        self.facts: Mapping[str, FileFacts] = self._tables.facts
        self._outside = outside
        self.scope = frozenset(path for path in facts if view.covers(path))  # the scanned files
        self.roots: frozenset[str] | None = None
        self._called: set[str] | None = None
        self._scanned: tuple[int, tuple[Func, ...]] = (-1, ())  # of how many functions
        self._asked: set[tuple[str, str]] = set()
        self._near: dict[str, frozenset[str]] = {}
        self._functions: Mapping[str, list[Func]] = self._tables.functions
        self._expansions: dict[
            str, tuple[_Calls, AbstractSet[str]]
        ] = {}  # with the names that were asked for
        self._no_macros: set[str] = set()  # of those names
        self._macros_of: dict[str, AbstractSet[str]] = {}
        self._handed_over: dict[str, dict[str, list[Binding]]] = {}
        meanings = self._meanings = Meanings(self._tables, view, self.leaves_out)
        self.resolve, self.is_override, self.is_guess = (
            meanings.resolve,
            meanings.is_override,
            meanings.is_guess,
        )
        self._implementations: dict[tuple[str, str], tuple[tuple[Func, str, Binding], ...]] = {}
        self._placed: dict[str, tuple[int, _Places]] = {}  # of how many bindings
        self._loose: set[str] = set()  # of these, what may change with any file
        self._types = TypeTable(self._find_struct, self._find_typedef)
        self.add(facts)
        self.own: Sequence[Func] = [f for f in self.functions() if f.path in self.scope]
        """The functions of the scanned files, by name."""

    def shared(self, kind: Callable[..., T], *needs: object) -> T:
        """The one instance of an analysis for this program, made of it and ``needs`` when first asked for."""
        found = self._analyses.get(kind)
        if found is None:
            found = self._analyses[kind] = kind(self, *needs)
        return cast(T, found)

    # -- loading --------------------------------------------------------------

    def add(self, facts: Mapping[str, FileFacts]) -> None:
        """Link further files."""
        new = [path for path in sorted(facts) if path not in self.facts and self.view.covers(path)]
        known = self._tables.typedefs
        for path in new:
            file = facts[path]
            other = [name for name, target in file.typedefs if known.get(name) != target]
            if other and self._types.forget(other):
                self._placed.clear()
            if not self._no_macros.isdisjoint(macro.name for macro in file.macros):
                self._no_macros.clear()
                self._expansions.clear()
            self._tables.add(path, file)
        if new:
            self._meanings.forget(_defined(facts[path] for path in new))
            self._implementations.clear()
            for field in self._loose:
                self._placed.pop(field, None)
            self._loose.clear()

    def seal(self) -> None:
        """Say that the files loaded by now are the ``roots``: those whose functions rules start from.

        What rules load later is there to be walked through only, so that no rule's findings
        depend on what another one has asked for.
        """
        self.roots = frozenset(self.facts)

    def is_root(self, func: Func) -> bool:
        """Whether a function is one of a file that is there whatever rules have loaded."""
        return self.roots is None or func.path in self.roots

    def _fetch(self, kind: str, name: str) -> bool:
        """Load what the tree has outside for a name; whether anything came."""
        if self._outside is None or (kind, name) in self._asked:
            return False
        self._asked.add((kind, name))
        found = self._outside(kind, name)
        new = {path: facts for path, facts in found.items() if path not in self.facts}
        if new:
            self.add(new)
        return bool(new)

    def demand(self, name: str) -> bool:
        """Load the files that define a function ``name``; whether there is a body now."""
        if not any(f.fact.linkage == "global" for f in self._functions.get(name, ())):
            self._fetch("function", name)
        return name in self._functions

    def near(self, name: str, path: str) -> tuple[Func, ...]:
        """As ``resolve``, whatever others have loaded: in the roots, else in what is loaded now.

        Headers and the core folders are looked through, not the library.
        """
        found = tuple(f for f in self.resolve(name, path) if self.is_root(f))
        if found or self._outside is None:
            return found
        if name not in self._near:
            came = self._outside("near", name)
            self.add({path: facts for path, facts in came.items() if path not in self.facts})
            self._near[name] = frozenset(came)
        homes = self._near[name]
        return tuple(f for f in self.resolve(name, path) if f.path in homes) if homes else ()

    def demand_targets(self, call: Call, toward: Container[str]) -> None:
        """Load what a call leads to, if its name, or that of the field it goes through, is in ``toward``."""
        if call.callee.isidentifier():
            if call.callee in toward:
                self.demand(call.callee)
        elif (field := last_name(call.callee)) in toward:
            self._demand_field(field)

    def _demand_field(self, field: str) -> bool:
        """Load the files that put functions into a field, and those functions; whether anything came."""
        came = self._fetch("holders", field)
        for path, binding in self.filling(field):
            if not binding.target.startswith("&") and not self.resolve(binding.target, path):
                came |= self._fetch("function", binding.target)
        return came

    def demand_callers(self, func: Func) -> None:
        """Load the files that may call a function, by its name or through the fields it stands in."""
        if func.fact.linkage != "static":
            self._fetch("callers", func.name)
        for _struct, field in self.places(func):
            self._fetch("callers", field)

    def demand_declaration(self, func: Func) -> bool:
        """Load the headers that declare a function, whose inlines may call it; whether anything came."""
        return func.fact.linkage != "static" and self._fetch("prototype", func.name)

    def demand_calling(self, names: Collection[str], among: Container[str], also: Collection[str]) -> None:
        """Load the functions among ``among`` that call one of ``names`` and one of ``also``."""
        if self._outside is None or not also:
            return
        calling = self._outside.calling(names, also)
        self.add(self._outside.load(sorted({path for path, name in calling if name in among})))

    def leading_to(self, names: Iterable[str]) -> frozenset[str]:
        """Names of functions and fields that may lead to a call of one of ``names``, loaded or not.

        A quick superset: fields are matched by name alone, so that no type has to be resolved.
        """
        further = self._outside.leading() if self._outside is not None else None
        calls, fields, targets = self._tables.calls(), self._tables.field_calls(), self._tables.targets()
        found: set[str] = set()
        fields_seen: set[str] = set()
        fresh = set(names)
        while fresh:
            if further is not None:
                fresh |= set(further(fresh)) - found
            found |= fresh
            above = {caller.fact.name for name in fresh & calls.keys() for caller in calls[name]}
            for name in fresh & targets.keys():
                for _path, binding in targets[name]:
                    if binding.how == "argument":
                        above.add(binding.function)
                    elif binding.path and binding.path[-1] not in fields_seen:
                        fields_seen.add(binding.path[-1])
                        above.add(binding.path[-1])
                        above.update(caller.fact.name for caller in fields.get(binding.path[-1], ()))
            for name in fresh & self._tables.other_names.keys():
                above.update(self._tables.other_names[name])
            fresh = above - found
        return frozenset(found)

    # -- names ----------------------------------------------------------------

    def functions(self) -> Iterator[Func]:
        """Every function loaded so far, by name."""
        for group in tuple(self._functions.values()):
            yield from tuple(group)

    def scanned(self) -> tuple[Func, ...]:
        """The functions of the scanned files, and those loaded that lead to one of them by direct calls: of
        no other a chain of such calls shows anything in a scanned file.  By name."""
        loaded = len(self._tables.numbered)
        if self._scanned[0] != loaded:
            calls = self._tables.calls()
            names = fresh = {func.fact.name for func in self.own}
            while fresh:
                callers = (caller for name in fresh & calls.keys() for caller in calls[name])
                fresh = {caller.fact.name for caller in callers} - names
                names = names | fresh
            found = tuple(f for name, group in self._functions.items() if name in names for f in group)
            self._scanned = loaded, found
        return self._scanned[1]

    def named(self, name: str) -> tuple[Func, ...]:
        """All loaded functions of a name."""
        return tuple(self._functions.get(name, ()))

    # -- types ----------------------------------------------------------------

    def _find_struct(self, name: str) -> Iterable[Struct]:
        if name not in self._tables.structs and " " in name:
            self._fetch("struct", name)
        return [s for _path, s in self._tables.structs.get(name, ()) if self.view.active(s.guards)]

    def _find_typedef(self, name: str) -> str:
        if name not in self._tables.typedefs and name not in _PRIMITIVE:
            self._fetch("struct", name)
        return self._tables.typedefs.get(name, "")

    def is_typedef(self, name: str) -> bool:
        """Whether ``name`` is a type where nothing says it is a function."""
        return name in _PRIMITIVE or name in self._tables.typedefs

    def _find_macro(self, path: str) -> Callable[[str], Macro | None]:
        def find(name: str) -> Macro | None:
            group = self._tables.macros().get(name)
            if group is None:
                return None
            own = [m for p, m in group if p == path]
            return (own or [group[0][1]])[0]

        return find

    def macros_named(self, name: str) -> Sequence[tuple[str, Macro]]:
        """All definitions of a macro, with their files; headers that define it are loaded."""
        self._fetch("macro", name)  # even where a scanned file defines it too: others see the header's
        return self._tables.macros().get(name, ())

    def macros(self) -> Iterator[Macro]:
        """Every macro loaded so far."""
        for group in tuple(self._tables.macros().values()):
            yield from (macro for _path, macro in group)

    def rivals(self, func: Func) -> Iterator[tuple[str, Macro]]:
        """The macros of headers, with their files, that may stand where a function of that name is called."""
        if func.fact.linkage == "static" or f"!{func.name}" in func.fact.guards:  # gives way to the macro
            return
        for path, macro in self._tables.macros().get(func.name, ()):
            if macro.params is None or not path.endswith(".h") or not self.view.active(macro.guards):
                continue
            if not any(word == func.name for word in _WORDS.findall(macro.body)):
                opposite = {g.removeprefix("!") if g.startswith("!") else "!" + g for g in macro.guards}
                if opposite.isdisjoint(func.fact.guards):
                    yield path, macro

    def declares(self, name: str) -> bool:
        """Whether a function of that name is defined or declared anywhere that is loaded or in headers."""
        if name in self._functions or name in self._tables.returns:
            return True
        return self._fetch("prototype", name) and (name in self._functions or name in self._tables.returns)

    def may_point(self, name: str) -> bool:
        """Whether a function of that name may return a pointer, as far as declarations tell."""
        known = self._functions.get(name)
        if known is not None:
            return any("*" in f.fact.returns for f in known)
        if name in self._tables.returns:
            return "*" in self._tables.returns[name]
        return self._outside is not None and self._outside.points(name)

    def peek(self, name: str) -> Sequence[bytes]:
        """The texts of the functions that ``demand`` would load, with those of the static ones that they
        call, for a look at them before that; empty where a look does not tell."""
        return self._outside.texts(name) if self._outside is not None else ()

    def root_type(self, root: str, path: str) -> str:
        """The type text of what an access path starts from; empty where unknown."""
        if root.startswith("@"):
            return self._return_type(root[1:], path)
        if root.startswith("="):
            return self._variable_type(root[1:], path)
        return "" if root.startswith("$") else root

    def _return_type(self, name: str, path: str) -> str:
        for func in self.resolve(name, path):
            return func.fact.returns
        if name not in self._tables.returns:
            self._fetch("prototype", name)
        return self._tables.returns.get(name) or self._macro_type(name, path, ())

    def _macro_type(self, name: str, path: str, within: tuple[str, ...]) -> str:
        """The type of what a macro stands for: of its cast, its container_of(), its call."""
        if name in within or len(within) > _DEEPEST:
            return ""
        group = self.macros_named(name)
        for macro in [m for p, m in group if p == path] or [m for _p, m in group]:
            root, fields = read_access(macro.body, {})
            if (
                root.startswith("@")
                and root[1:] not in self._functions
                and root[1:] not in self._tables.returns
            ):
                root = self._macro_type(root[1:], path, (*within, name))
            elif root.startswith("="):
                root = ""
            if root:
                return self.type_of(root, fields, path)
        return ""

    def _variable_type(self, name: str, path: str) -> str:
        if name not in self._tables.variables():
            self._fetch("variable", name)
        group = self._tables.variables().get(name, [])
        for where, kind in group:
            if where == path:
                return kind
        return group[0][1] if group else ""

    def field_of(self, root: str, fields: Sequence[str], path: str) -> tuple[str, str] | None:
        """The (struct, field) that an access path ends at; None where a type is unknown."""
        kind = self.root_type(root, path)
        return self._types.walk(kind, tuple(fields)) if kind else None

    def typedef(self, name: str) -> str:
        """The type text that a typedef stands for; empty where there is no such typedef."""
        return self._find_typedef(name)

    def type_of(self, root: str, fields: Sequence[str], path: str) -> str:
        """The type text of an access path; empty where unknown."""
        kind = self.root_type(root, path)
        return self._types.type_at(kind, tuple(fields)) if kind else ""

    # -- indirect calls -------------------------------------------------------

    def members(self, struct: str) -> Mapping[str, str]:
        """The members of a struct (``struct pci_dev``) with their types; empty where it is not known."""
        return self._types.fields(struct)

    def implementations(self, struct: str, field: str) -> tuple[tuple[Func, str, Binding], ...]:
        """Functions that stand in ``field`` of ``struct``: (function, file of the binding, binding)."""
        key = (struct, field)
        found = self._implementations.get(key)
        if found is None:
            loaded = len(self.facts)
            found = tuple(self._bound(struct, field))
            if len(self.facts) == loaded:  # else to find the types has brought further tables
                self._implementations[key] = found
        return found

    def _bound(self, struct: str, field: str) -> Iterator[tuple[Func, str, Binding]]:
        found: dict[Func, tuple[Func, str, Binding]] = {}
        for func, path, binding in self.bound_in(struct, field):
            if func not in found or (self.leaves_out(found[func][1]) and not self.leaves_out(path)):
                found[func] = (func, path, binding)
        return iter(found.values())

    def bound_in(self, struct: str, field: str) -> Iterator[tuple[Func, str, Binding]]:
        """As ``implementations``, but of a function every binding."""
        for path, binding in tuple(self._candidates(struct, field)):
            if not binding.target.startswith("&"):
                for func in self.resolve(binding.target, path):
                    yield func, path, binding
        yield from self._stored_parameters(struct, field)

    def _stored_parameters(self, struct: str, field: str) -> Iterator[tuple[Func, str, Binding]]:
        """The functions that are handed over to one that puts its parameter into a field."""
        for owner in self.storing(field):
            given = self._tables.arguments().get(owner.name, ())
            handed = [(path, b) for path, b in given if owner in self.resolve(owner.name, path)]
            names = [param.name for param in owner.params]
            for store in _stores_of(owner, field) if handed else ():
                if store.value not in names:
                    continue
                root, way = read_access(store.target, variables_of(owner.fact))
                if not root or self.field_of(root, way, owner.path) != (struct, field):
                    continue
                place, where = str(names.index(store.value)), (store.target, store.line, owner.name)
                for path, binding in handed:
                    for func in self.resolve(binding.target, path) if binding.path[0] == place else ():
                        yield func, owner.path, Binding(root, way, binding.target, "store", *where)

    def _candidates(self, struct: str, field: str) -> Iterator[tuple[str, Binding]]:
        yield from self._placed_as(field).get((struct, field), ())
        order = list(self._types.fields(struct))
        if field in order:  # positional initialisers
            yield from self._placed_as(f"#{order.index(field)}").get((struct, field), ())

    def _placed_as(self, name: str) -> _Places:
        """The bindings that put something into a field written as ``name``, by the (struct, field) it is."""
        size, found = self._placed.get(name, (-1, {}))
        if size == len(self._tables.fields().get(name, ())):
            return found
        bindings, files = self.filling(name), len(self.facts)
        places: dict[tuple[str, str], list[tuple[str, Binding]]] = defaultdict(list)
        for path, binding in bindings:
            kind = self.root_type(binding.root, path)
            if not kind or binding.root[:1] == "@":
                self._loose.add(name)
            place = self._types.walk(kind, binding.path) if kind else None
            if place is not None:
                places[place].append((path, binding))
        if files == len(self.facts):  # else there may be more of them by now
            self._placed[name] = len(bindings), places
        return places

    def targets(self, caller: Func, ref: CallRef) -> tuple[Edge, ...]:
        """The edges of one call site."""
        if ref.path:
            return tuple(self._indirect(caller, ref))
        if ref.root.startswith("$"):
            return tuple(self._through_variable(caller, ref))
        return tuple(self._direct(caller, ref))

    def _direct(self, caller: Func, ref: CallRef) -> Iterator[Edge]:
        found = self.resolve(ref.root, caller.path)
        if found:
            for callee in found:
                kind = OVERRIDE if self.is_override(callee) else DIRECT
                yield Edge(caller, callee, kind, ref.line, ref.root if callee.name != ref.root else "")
            return
        for name, _args in self.expansion(ref.root, (), caller.path):
            for callee in self.resolve(name, caller.path):
                yield Edge(caller, callee, MACRO, ref.line, ref.root)

    def expansion(self, name: str, args: Sequence[str], path: str, whole: Container[str] = ()) -> _Calls:
        """The calls that a macro makes, those to macros in ``whole`` too; empty where ``name`` is none."""
        if name not in self._tables.macros() and name not in self._functions:
            self._fetch("macro", name)
        if name not in self._tables.macros():
            return ()
        if not args and not whole:
            found, asked = self._expansions.get(name) or self._expand_anywhere(name)
            if asked.isdisjoint(self._own_macros(path)):
                return found
        find = self._find_macro(path)
        return tuple(expand(name, args, lambda n: None if n in whole else find(n)))

    def _own_macros(self, path: str) -> AbstractSet[str]:
        own = self._macros_of.get(path)
        if own is None:
            own = self._macros_of[path] = frozenset(macro.name for macro in self.facts[path].macros)
        return own

    def _expand_anywhere(self, name: str) -> tuple[_Calls, AbstractSet[str]]:
        """What a macro calls where the file defines none of the macros it names, and these names."""
        asked: set[str] = set()
        find = self._find_macro("")

        def look(inner: str) -> Macro | None:
            asked.add(inner)
            return find(inner)

        self._expansions[name] = found = tuple(expand(name, (), look)), asked
        macros = self._tables.macros()
        self._no_macros |= {inner for inner in asked if inner not in macros}
        return found

    def _indirect(self, caller: Func, ref: CallRef) -> Iterator[Edge]:
        place = self.field_of(ref.root, ref.path, caller.path)
        if place is None:
            return
        aside = self.leaves_out(caller.path)
        for callee, path, _binding in self.implementations(*place):
            if aside or not self.leaves_out(path):
                yield Edge(caller, callee, OPS, ref.line, ".".join(place))

    def _through_variable(self, caller: Func, ref: CallRef) -> Iterator[Edge]:
        name = ref.root[1:]
        seen: set[Func] = set()
        for path, binding in self._variable_bindings(caller, name):
            for callee in self.resolve(binding.target, path):
                if callee not in seen:
                    seen.add(callee)
                    yield Edge(caller, callee, CALLBACK, ref.line, name)

    def _variable_bindings(self, caller: Func, name: str) -> Iterator[tuple[str, Binding]]:
        for binding in self.facts[caller.path].bindings:
            if binding.function == caller.name and binding.root == "$" + name:
                yield caller.path, binding
        positions = [str(i) for i, p in enumerate(caller.params) if p.name == name]
        for path, binding in self._tables.arguments().get(caller.name, ()):
            if binding.path[0] in positions and caller in self.resolve(caller.name, path):
                yield path, binding

    def callees(self, func: Func) -> Iterator[Edge]:
        """The calls a function makes, and the callbacks it hands over."""
        for ref in func.fact.calls:
            yield from self.targets(func, ref)
        handed = self._handed_over.get(func.path)
        if handed is None:
            handed = self._handed_over[func.path] = defaultdict(list)
            for binding in self.facts[func.path].bindings:
                if binding.how == "argument":
                    handed[binding.function].append(binding)
        for binding in handed.get(func.name, ()):
            yield from self._handed(func, binding)

    def _handed(self, func: Func, binding: Binding) -> Iterator[Edge]:
        if binding.target.startswith("&"):
            return
        for callee in self.resolve(binding.target, func.path) if binding.target in self._functions else ():
            yield Edge(func, callee, CALLBACK, binding.line, binding.root)

    def callers(self, func: Func) -> Iterator[Edge]:
        """The calls that may reach a function directly, through a field or as a callback."""
        kind = OVERRIDE if self.is_override(func) else DIRECT
        for name in (func.name, *self._tables.other_names.get(func.name, ())):
            for caller in self.calling(name):
                for ref in caller.fact.calls if func in self.resolve(name, caller.path) else ():
                    if ref.root == name and not ref.path:
                        yield Edge(caller, func, kind, ref.line, name if name != func.name else "")
        for place in self.places(func):
            for caller in dict.fromkeys(self._tables.field_calls().get(place[1], ())):
                for ref in caller.fact.calls:
                    if (
                        ref.path
                        and ref.path[-1] == place[1]
                        and self.field_of(ref.root, ref.path, caller.path) == place
                    ):
                        yield Edge(caller, func, OPS, ref.line, ".".join(place))
        for path, binding in self.bound(func.name):
            if binding.how == "argument" and binding.function and func in self.resolve(func.name, path):
                for caller in self._functions.get(binding.function, ()):
                    if caller.path == path:
                        yield Edge(caller, func, CALLBACK, binding.line, binding.root)

    def callers_by_name(self, name: str) -> Iterator[str]:
        """Names of functions that may call one called ``name``: a quick superset of ``callers``.

        Fields are matched by name alone, so that no type has to be resolved.
        """
        for caller in self._tables.calls().get(name, ()):
            yield caller.name
        for _path, binding in self._tables.targets().get(name, ()):
            if binding.how == "argument":
                yield binding.function
            elif binding.path:
                for caller in self._tables.field_calls().get(binding.path[-1], ()):
                    yield caller.name

    def adopt(self, func: Func) -> None:
        """Add a function that the facts of its file do not have."""
        self._tables.adopt(func)
        self._meanings.forget((func.name,))

    def bind(self, path: str, bindings: Iterable[Binding]) -> None:
        """Add initialisers of fields that the facts of file ``path`` do not have."""
        for binding in bindings:
            self._tables.bind(path, binding)
        self._implementations.clear()

    def filling(self, field: str) -> Sequence[tuple[str, Binding]]:
        """The bindings that put something into a field of that name, of whatever struct, with their files."""
        return tuple(self._tables.fields().get(field, ()))

    def bound(self, name: str) -> Sequence[tuple[str, Binding]]:
        """The bindings of a name, with their files."""
        return tuple(self._tables.targets().get(name, ()))

    @property
    def called(self) -> AbstractSet[str]:
        """The names that functions of the roots call: of no other name ``calling`` gives one of them."""
        if self.roots is None:
            return self._tables.calls().keys()
        if self._called is None:
            functions = (func for path in self.roots for func in self.facts[path].functions)
            self._called = {ref.root for func in functions for ref in func.calls if not ref.path}
        return self._called

    def known(self, name: str) -> int:
        """How many loaded functions there are of a name."""
        return len(self._functions.get(name, ()))

    def calling(self, name: str) -> tuple[Func, ...]:
        """The functions that have a call of ``name`` in their text, each once."""
        return tuple(dict.fromkeys(self._tables.calls().get(name, ())))

    def mentioning(self, names: Iterable[str]) -> list[Func]:
        """The functions loaded so far that may name a field of one of ``names``, of whatever struct: a quick
        superset, in the order of ``functions``."""
        found = {entry for name in names for entry in self._tables.mentions().get(name, ())}
        return [func for _first, _number, func in sorted(found)]

    def storing(self, field: str) -> tuple[Func, ...]:
        """The functions that assign a field of that name, of whatever struct."""
        return tuple(self._tables.stores().get(field, ()))

    def link_hooks(self, hooks: Iterable[str]) -> None:
        """Load the other sides of hooks: what these run, and who runs those that scanned files define.

        ``hooks`` are function names, of which an override or callers may be missing, or
        ``struct type.field``, of which implementations may; of the latter those of an
        architecture's own ops structs count, since its hooks run through them.
        """
        wanted = tuple(hooks)
        while sum(map(self._open, wanted)):  # what comes may run further hooks
            pass

    def _open(self, hook: str) -> bool:
        owner, dot, field = hook.rpartition(".")
        if dot:
            arch = field in self._tables.field_calls() and self.is_arch_struct(owner)
            return arch and self._demand_field(field)
        strong = [f for f in self._functions.get(hook, ()) if f.fact.linkage == "global"]
        if not strong and hook in self._tables.calls():
            return self._fetch("function", hook)
        scanned = any(f.path in self.scope for f in strong)
        return scanned and hook not in self._tables.calls() and self._fetch("callers", hook)

    def homes(self, struct: str) -> tuple[str, ...]:
        """The files that define a struct."""
        if struct not in self._tables.structs:
            self._fetch("struct", struct)
        return tuple(path for path, _struct in self._tables.structs.get(struct, ()))

    def is_arch_struct(self, name: str) -> bool:
        """Whether a struct is one of this architecture."""
        if name not in self._tables.structs:
            self._fetch("struct", name)
        return any(path.startswith("arch/") for path, _struct in self._tables.structs.get(name, ()))

    def is_own_struct(self, name: str) -> bool:
        """Whether a struct is defined in what is scanned, and nowhere else that is loaded."""
        homes = [path for path, _struct in self._tables.structs.get(name, ())]
        return bool(homes) and self.scope.issuperset(homes)

    def places(self, func: Func, names: Container[str] | None = None) -> tuple[tuple[str, str], ...]:
        """The (struct, field) places a function stands in; of fields in ``names`` only, where given."""
        found: dict[tuple[str, str], None] = {}
        for path, binding in self.bound(func.name):
            if binding.how not in ("initializer", "store") or not binding.path:
                continue
            if names is not None and binding.path[-1] not in names and not binding.path[-1].startswith("#"):
                continue
            if func not in self.resolve(func.name, path):
                continue
            place = self.field_of(binding.root, binding.path, path)
            if place is not None:
                found[place] = None
        return tuple(found)

    def call_targets(self, caller: Func, call: Call) -> tuple[Edge, ...]:
        """The edges of a call event of a body."""
        name = call.callee
        last = last_name(name)
        for ref in caller.fact.calls:
            if ref.line == call.line and (
                (ref.path and ref.path[-1] == last) or ref.root in (name, "$" + name)
            ):
                return self.targets(caller, ref)
        return self.targets(caller, CallRef(name, call.line)) if name.isidentifier() else ()


def _stores_of(func: Func, field: str) -> Iterator[Assign]:
    """The assignments of a field of that name."""
    for block in func.fact.body.blocks:
        for event in block.events:
            if isinstance(event, Assign) and event.op == "=" and last_name(event.target) == field:
                yield event


def _defined(files: Iterable[FileFacts]) -> Iterator[str]:
    """The names of functions that files define, or give another name to."""
    for file in files:
        yield from (fact.name for fact in file.functions)
        yield from (proto.name for proto in file.prototypes if proto.alias)


def last_name(path: str) -> str:
    """The field that an access path ends at."""
    return path.replace("->", ".").rpartition(".")[2].rstrip("]")
