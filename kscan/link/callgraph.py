"""The call graph of a linked program: who calls whom, of what kind, and what enters a function.

Edges are those of ``Program``, and more: calls hidden in macros, calls of functions that have no
body in what is linked, functions that macros make, and places from which the kernel enters a
function (initcalls, ops tables whose callers are elsewhere).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from kscan.facts.model import Assign, Binding, Call, CallRef
from kscan.kernel.entrypoints import EntryPoints
from kscan.link.branches import lines_left_out
from kscan.link.chains import Chains
from kscan.link.doubts import Doubt, doubts
from kscan.link.edges import CALLBACK, DIRECT, INITCALL, MACRO, NOTIFIER, OPS, OVERRIDE, Edge, Func
from kscan.link.eventflow import EventFlow, function_key
from kscan.link.events import SAME, Events
from kscan.link.expansion import Calls, Expansion
from kscan.link.generated import Made, calls_of, generated_bindings, generated_functions, macro_bindings
from kscan.link.includes import is_shared
from kscan.link.instances import Instances
from kscan.link.kept import function_at
from kscan.link.operands import read_access, variables_of
from kscan.link.pointers import Pointers
from kscan.link.program import Program
from kscan.link.queries import Entry, Graph, by_place, is_at
from kscan.regex import regex

_WORD = regex(r"(?<![\w.>])[A-Za-z_]\w*(?!\w|\s*\()")
_NOTHING = EntryPoints({}, {}, {}, {}, {}, {})


class CallGraph(Graph):
    """Questions to a linked program; ``entrypoints`` say by what the kernel enters functions, ``unread`` what
    is not linked, by now, as it could not be read."""

    def __init__(
        self,
        program: Program,
        entrypoints: EntryPoints = _NOTHING,
        unread: Callable[[], Iterable[Doubt]] = tuple,
    ) -> None:
        self.program = program
        self._unread = unread
        self.widened = False
        """Whether a name was asked for that had to be looked for outside of what was linked."""
        self._entrypoints = entrypoints
        self.macros = Expansion(program.view, program.macros_named, self._in_headers, self._includes)
        self._pointers = Pointers(program)
        self._instances = Instances(program)
        self._chains = Chains(program, entrypoints.chains)
        self._notifying = ".".join(entrypoints.chains.callback)
        self._flow = EventFlow(program, entrypoints.chains, self._chains.callbacks)
        self._declared: dict[str, bool] = {}
        self._seen_files = 0
        self._adopted_files = 0
        self._adopted: dict[str, tuple[Func, ...]] = {}
        self._made: dict[Func, Made] = {}
        self._wrapped: dict[tuple[str, str], Made] = {}
        self._external: dict[str, Func] = {}
        self._out: dict[Func, tuple[Edge, ...]] = {}
        self._in: dict[Func, list[Edge]] | None = None
        self._handed: dict[str, dict[str, list[Binding]]] = {}
        self._typed: dict[Func, dict[str, str]] = {}
        self._joined: dict[Func, frozenset[tuple[str, int]]] = {}

    def _includes(self, path: str) -> Sequence[str]:
        facts = self.program.facts.get(path)
        return facts.includes if facts is not None else ()

    def _in_headers(self, name: str) -> bool:
        """Whether a header that all files may see defines or declares a function of that name."""
        self.program.declares(name)
        files = self.program.facts
        if len(files) != self._seen_files:
            for path in tuple(files)[self._seen_files :]:
                if is_shared(path):
                    for func in files[path].functions:
                        gives_way = f"!{func.name}" in func.guards  # to a macro, which is what is seen then
                        if not gives_way and self.program.view.active(func.guards):
                            self._declared[func.name] = True
                    self._declared.update(dict.fromkeys((p.name for p in files[path].prototypes), True))
            self._seen_files = len(files)
        return name in self._declared

    # -- names ----------------------------------------------------------------

    def find(self, text: str) -> tuple[Func, ...]:
        """The functions that ``name`` or ``file.c:name`` means; functions without a body by name only."""
        path, _colon, name = text.rpartition(":")
        loaded = len(self.program.facts)
        self.program.demand(name)
        self.widened = self.widened or len(self.program.facts) > loaded
        if not self.program.named(name):
            self._adopt()
        found = [f for f in self.program.named(name) if not path or is_at(f.path, path)]
        if not found and not path:
            found = list(self.program.resolve(name, ""))  # an alias
        if path:
            return tuple(found)
        view = self.program.view
        active = [f for f in found if view.active(f.fact.guards)] or found
        strong = [f for f in active if f.fact.linkage == "global"]
        others = [f for f in active if f.fact.linkage != "weak" or not strong]
        if not others and self.program.calling(name):
            return (self.external(name),)
        return tuple(others)

    def functions(self) -> Iterable[Func]:
        """Every function loaded so far that the view compiles, those that macros make included."""
        active = self.program.view.active
        return tuple(func for func in self.texts() if active(func.fact.guards))

    def every(self) -> Iterator[Func]:
        """As ``functions``, with those that are loaded while the edges of others are asked for."""
        seen: set[Func] = set()
        while fresh := [func for func in self.functions() if func not in seen]:
            seen.update(fresh)
            yield from fresh

    def texts(self) -> Iterable[Func]:
        """Every function loaded so far, whatever conditions are around it."""
        self._adopt()
        return tuple(self.program.functions())

    def external(self, name: str) -> Func:
        """The function ``name`` that has no body in what is linked: its path is empty."""
        found = self._external.get(name)
        if found is None:
            found = self._external[name] = Func("", function_at(name, 0, 0, "global"))
        return found

    def generated(self, path: str) -> tuple[Func, ...]:
        """The functions that macros make in a file, by name, each once."""
        self._adopt()
        return self._adopted.get(path, ())

    def _adopt(self) -> None:
        """Give the program what macros make: the functions and tables of the files loaded since."""
        files = self.program.facts
        if len(files) == self._adopted_files:
            return
        if not self._adopted_files:
            self._chains.load_wrappers()
        first, self._adopted_files = self._adopted_files, len(files)
        for path in tuple(files)[first:]:
            if not path.endswith(".c"):
                continue
            written = {f.name for f in self.program.facts[path].functions}
            made: dict[str, Func] = {}
            for use in self.program.facts[path].uses:
                for one in generated_functions(self.macros, path, use):
                    name = one.function.name
                    if name in written:  # the macro is a head, and wraps what is written
                        self._wrapped[path, name] = one
                    elif name not in made:
                        func = made[name] = Func(path, one.function)
                        self._made[func] = one
                        self.program.adopt(func)
            self._adopted[path] = tuple(made[name] for name in sorted(made))
            self.program.bind(path, self.made_bindings(path))

    def doubts(self) -> tuple[Doubt, ...]:
        """See ``Graph``."""
        return tuple(sorted({*self._unread(), *doubts(self.program)}))

    # -- edges ----------------------------------------------------------------

    def callees(self, func: Func) -> tuple[Edge, ...]:
        """The edges from a function, in order of their lines, each once."""
        found = self._out.get(func)
        if found is None:
            edges = dict.fromkeys(map(self._on_events, self._edges(func))) if func.path else {}
            found = self._out[func] = tuple(sorted(edges, key=by_place))
        return found

    @property
    def walked(self) -> int:
        """Of how many functions the edges are known by now."""
        return len(self._out)

    def callers(self, func: Func) -> tuple[Edge, ...]:
        """The edges to a function, in order of their files and lines."""
        if self._in is None:
            self._in = defaultdict(list)
            for caller in self.every():
                for edge in self.callees(caller):
                    self._in[edge.callee].append(edge)
        return tuple(sorted(self._in.get(func, ()), key=by_place))

    def calls(self, func: Func) -> tuple[CallRef, ...]:
        """The call sites of a function that the view compiles; of one that a macro makes as far as its
        text tells."""
        made = self._made.get(func)
        if made is not None:
            return calls_of(self.macros, func.path, made)
        left_out = lines_left_out(func.fact, self.program.view)
        calls = func.fact.calls
        return tuple(ref for ref in calls if ref.line not in left_out) if left_out else calls

    def named_calls(self, func: Func) -> Iterator[tuple[CallRef, str, str]]:
        """(call site, name of the function called, macro it is hidden in or empty) of direct calls."""
        variables = self._variables(func)
        for ref in self.calls(func):
            if ref.path or not ref.root or ref.root[0] in "$@=":
                continue
            if self.macros.macro(ref.root, func.path) is None:
                known = ref.root in variables or self._is_type(ref.root)
                known = known or self._pointers.is_variable(ref.root, func.path)
                if not known and (self.program.named(ref.root) or not self._is_joined(func, ref)):
                    yield ref, ref.root, ""
                continue
            for name in self._expanded(func, ref).functions:
                if name not in variables and (name == ref.root or self._is_declared(name)):
                    yield ref, name, "" if name == ref.root else ref.root
        for ref, macro in self._wrapping(func):
            yield ref, ref.root, macro
        for line, word in self._values(func):
            for name in self.macros.calls(word, (), func.path).functions:
                yield CallRef(word, line), name, word

    def hidden_calls(self, func: Func) -> Iterator[CallRef]:
        """The indirect call sites that macros hide."""
        variables: dict[str, str] | None = None
        for ref in self.calls(func):
            if ref.path or not ref.root or ref.root[0] in "$@=":
                continue
            if self.macros.macro(ref.root, func.path) is None:
                continue
            for member in self._expanded(func, ref).members:
                if variables is None:
                    variables = self._variables(func)
                root, path = read_access(member, variables)
                if root and path:
                    yield CallRef(root, ref.line, path)

    def _expanded(self, func: Func, ref: CallRef) -> Calls:
        """What the macro at a direct call site calls."""
        if not self.macros.needs_arguments(ref.root, func.path):
            return self.macros.calls(ref.root, (), func.path)
        callee, args = _arguments(func, ref)
        if callee != ref.root:  # guard(mutex)(&lock)
            return self.macros.calls_in(f"{callee}({', '.join(args)})", func.path)
        return self.macros.calls(ref.root, args, func.path)

    def _is_joined(self, func: Func, ref: CallRef) -> bool:
        """Whether what looks like a call is an argument that a macro joins to a longer name."""
        found = self._joined.get(func)
        if found is None:
            found = frozenset(self._joined_in(func))
            self._joined = {func: found}  # of the last function asked for
        return (ref.root, ref.line) in found

    def _joined_in(self, func: Func) -> Iterator[tuple[str, int]]:
        results: dict[str, tuple[str, int]] = {}
        for block in func.fact.body.blocks:
            for event in block.events:
                if isinstance(event, Call):
                    for place, arg in enumerate(event.args):
                        if arg in results and self.macros.pastes(event.callee, place, func.path):
                            yield results[arg]
                    if event.result.startswith("%"):
                        results[event.result] = event.callee, event.line

    def _is_declared(self, name: str) -> bool:
        return self.program.declares(name)

    def _is_type(self, name: str) -> bool:
        """Whether ``(name)(x)`` is a cast."""
        return self.program.is_typedef(name) and not self.program.named(name)

    def _variables(self, func: Func) -> dict[str, str]:
        """The types of a function's variables; of its temporaries, the call that gave them."""
        found = self._typed.get(func)
        if found is None:
            found = variables_of(func.fact)
            self._typed = {func: found}  # of the last function asked for
        return found

    def _wrapping(self, func: Func) -> Iterator[tuple[CallRef, str]]:
        """(call site, macro) of what the macro calls that stands for a function's head."""
        made = self._wrapped.get((func.path, func.name))
        if made is not None:
            for ref in calls_of(self.macros, func.path, made):
                if not ref.path and self._is_declared(ref.root):
                    yield ref, made.function.generated

    def _values(self, func: Func) -> Iterator[tuple[int, str]]:
        """(line, word) of macros without parameters that call something, as ``current`` does."""
        seen = set(self._variables(func))
        left_out = lines_left_out(func.fact, self.program.view)
        for line, text in _operands(func):
            for word in () if line in left_out else _WORD.findall(text):
                if word not in seen:
                    seen.add(word)
                    if self.macros.value(word, func.path):
                        yield line, word
        for local in func.fact.body.locals:
            if local.cleanup.startswith("__free"):
                yield local.line, local.cleanup

    def made_bindings(self, path: str) -> tuple[Binding, ...]:
        """The bindings that macros make in a file, each once."""
        facts = self.program.facts[path]
        found = dict.fromkeys(b for use in facts.uses for b in generated_bindings(self.macros, path, use))
        for binding in facts.bindings:
            if binding.how == "macro":
                found.update(dict.fromkeys(macro_bindings(self.macros, path, binding)))
        return tuple(found)

    def _edges(self, func: Func) -> Iterator[Edge]:
        self._adopt()
        for ref, name, macro in self.named_calls(func):
            found = self.program.resolve(name, func.path)
            for callee in found or (self.external(name),):
                kind = MACRO if macro else OVERRIDE if self.program.is_override(callee) else DIRECT
                others = 0 if macro else sum(1 for _macro in self.program.rivals(callee))
                others += self.program.is_guess(callee, func.path)
                via = macro or (name if callee.name != name else "")
                yield Edge(func, callee, kind, ref.line, via, max(len(found), 1) + others)
        yield from self._notified(func)
        for ref in (*self.calls(func), *self.hidden_calls(func)):
            edges = dict[Func, tuple[str, str]]()
            if ref.path or ref.root.startswith("$"):
                edges.update((edge.callee, (edge.kind, edge.via)) for edge in self.program.targets(func, ref))
            for callee, kind, via in self._pointers.pointees(func, ref, self._variables(func)):
                edges.setdefault(callee, (kind, via))
            known = self._instances.called(func, ref, self._variables(func)) if len(edges) > 1 else None
            if known is not None:
                edges = {callee: how for callee, how in edges.items() if callee in known}
            for callee, (kind, via) in edges.items():
                shown = NOTIFIER if kind == OPS and via == self._notifying else kind
                yield Edge(func, callee, shown, ref.line, via, len(edges))
        left_out = lines_left_out(func.fact, self.program.view)
        for binding in self._handed_over(func):
            if binding.line in left_out:
                continue
            callees = self.program.resolve(binding.target, func.path)
            for callee in callees:
                yield Edge(func, callee, CALLBACK, binding.line, binding.root, len(callees))

    def _notified(self, func: Func) -> Iterator[Edge]:
        """The edges to the callbacks of the notifier chains that a function calls."""
        if not any(self._chains.is_call(ref.root) for ref in self.calls(func)):
            return
        left_out = lines_left_out(func.fact, self.program.view)
        for block in func.fact.body.blocks:
            for event in block.events:
                if (
                    isinstance(event, Call)
                    and self._chains.is_call(event.callee)
                    and event.line not in left_out
                ):
                    found = [n for n in self._chains.notified(func, event) if self._is_built(func, n.func)]
                    for callback, chain, given in found:
                        hands = self._flow.handed(func, given)
                        told = self._flow.tested(callback) if hands in ((), SAME) else hands
                        among = len(found)
                        yield Edge(func, callback, NOTIFIER, event.line, chain, among, told, hands=hands)

    def _on_events(self, edge: Edge) -> Edge:
        """An edge with the events, or callbacks, that its call is made for, and those that it hands over."""
        flow, when, hands = self._flow, edge.when, edge.hands
        if flow.parameter(edge.caller) >= 0:
            when = flow.when(edge.caller, edge.line)
        elif edge.kind == CALLBACK and edge.via == flow.called_parameter(edge.caller):
            when = Events(frozenset((function_key(edge.callee),)), but=False)
        if not hands and flow.parameter(edge.callee) >= 0:
            hands = flow.handed_by(edge)
        elif not hands and edge.kind in (DIRECT, OVERRIDE) and flow.function_parameter(edge.callee) >= 0:
            hands = flow.functions_by(edge)
        if when is edge.when and hands is edge.hands:
            return edge
        return msgspec.structs.replace(edge, when=when, hands=hands)

    def _is_built(self, caller: Func, callee: Func) -> bool:
        """Whether a configuration that builds ``caller`` may build ``callee``."""
        leaves_out = self.program.leaves_out
        return not leaves_out(callee.path) or leaves_out(caller.path)

    def _handed_over(self, func: Func) -> Sequence[Binding]:
        """The functions that a function passes as arguments."""
        table = self._handed.get(func.path)
        if table is None:
            table = self._handed[func.path] = defaultdict(list)
            for binding in self.program.facts[func.path].bindings:
                if binding.how == "argument" and binding.target[:1] != "&":
                    table[binding.function].append(binding)
        return table.get(func.name, ())

    def entries(self, func: Func) -> tuple[Entry, ...]:
        """From where the kernel enters a function other than by a call that is linked."""
        self._adopt()
        found = (*self._initcall_entries(func), *self._bound_entries(func))
        return tuple(dict.fromkeys(found))

    def _initcall_entries(self, func: Func) -> Iterator[Entry]:
        facts = self.program.facts.get(func.path)
        for use in facts.uses if facts is not None else ():
            call = self._entrypoints.calls.get(use.name)
            if call is not None and use.args[call.arg : call.arg + 1] == (func.name,):
                yield Entry(func, INITCALL, func.path, use.line, use.name, call.phase)

    def _bound_entries(self, func: Func) -> Iterator[Entry]:
        for path, binding in self.program.bound(func.name):
            if func not in self.program.resolve(func.name, path):
                continue
            if binding.how == "argument":
                for callback in self._entrypoints.callbacks.get(binding.root, ()):
                    if callback.when != "now" and str(callback.callback) == binding.path[0]:
                        yield Entry(func, CALLBACK, path, binding.line, binding.root, callback.when)
            elif binding.path:
                place = self.program.field_of(binding.root, binding.path, path)
                if place is not None:
                    roots = self._entrypoints.roots
                    how = roots.get(".".join(place)) or roots.get(place[0], "")
                    if self.program.is_arch_struct(place[0]):
                        how = ""  # an architecture's own hooks run through it: their callers enter it
                    kind = NOTIFIER if ".".join(place) == self._notifying else OPS
                    yield Entry(func, kind, path, binding.line, ".".join(place), how)


def _arguments(func: Func, ref: CallRef) -> tuple[str, tuple[str, ...]]:
    """The callee and the arguments of a direct call site, where its body tells them."""
    for block in func.fact.body.blocks:
        for event in block.events:
            if isinstance(event, Call) and event.line == ref.line and _begins(event.callee, ref.root):
                return event.callee, event.args
    return ref.root, ()


def _begins(callee: str, name: str) -> bool:
    return callee == name or callee.partition("(")[0] == name


def _operands(func: Func) -> Iterator[tuple[int, str]]:
    """(line, text) of the operands in a body that may mention file-scope names."""
    for block in func.fact.body.blocks:
        for event in block.events:
            if isinstance(event, Call):
                yield from ((event.line, arg) for arg in (event.callee, *event.args))
            elif isinstance(event, Assign):
                yield event.line, event.target
                yield event.line, event.value
        yield block.line, block.left
        yield block.line, block.right
