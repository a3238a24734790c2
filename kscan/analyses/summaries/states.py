"""State that code tests: a field of an object whose being unset makes a function leave early.

A *guard* is a branch on such a field, read here or by a small function (``return dev->x;``), whose
unset side only returns, while the other side works on the object.  Objects are born zeroed, so that
"unset" is zero until something stores to the field.

A state may be a single bit of a field, or one value that it may have; it may belong to what holds
the object (``container_of()``).  Paths tell so by steps that are no fields: ``&BIT``, ``=VALUE``,
``^member``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from kscan.analyses.body import cfg
from kscan.analyses.body.access import Object, dereferences, parse
from kscan.analyses.body.flow import flow_of
from kscan.analyses.body.values import Values
from kscan.analyses.summaries.declared import root_of
from kscan.analyses.summaries.fields import Fields
from kscan.facts.model import Assign, Block, Call, Event
from kscan.kernel.apis import Apis
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.regex import regex

_ZERO = frozenset(("0", "NULL", "false"))
_COMPARED = regex(r"(.+?)(==|!=)(?:0|NULL|false)\Z")
_LARGEST_GETTER = 6  # blocks
_LARGEST_EXIT = 6
_LARGEST_PART = 12
_DEPTH = 3
_CONTAINER_OF = 3  # arguments
_CONVERTERS = frozenset(("container_of", "container_of_const"))
_SETTING = frozenset(("sets_bit", "sets_count"))
_IDLE = frozenset(("tests_bit", "reads_count", "same", "converts"))

_MASKED = regex(r"\(?([^&|()]+)&\(?([^&|()]+|1U?L*<<[^&|()]+)\)?\)?\Z")
_NAMED = regex(r"[A-Z_][A-Z0-9_]*\Z")
_LOCAL = regex(r"%?[a-z_0-9]\w*\Z")
_BRACED = regex(r"\((\w+)\)")
_ONE_CALL = regex(r"(\w+)\(([^()]*)\)\Z")
_CONSTANT = regex(r"-?(?:\d+|[A-Z][A-Z0-9_]*|true)\Z")

Path = tuple[str, ...]
"""Fields that lead from an object to a part of it."""


class State(NamedTuple):
    """What an operand tells of a field: ``path`` from the parameter at ``position``.

    ``positive``: the operand is true when the field is set.  ``getters`` read it, the outermost
    first.  ``derived``: the operand is what a callee made of the field, which has a case for NULL.
    """

    position: int
    path: Path
    positive: bool = True
    getters: tuple[Func, ...] = ()
    derived: bool = False


class Guard(msgspec.Struct, frozen=True, eq=False):
    """A branch of ``func`` on ``state``, read on ``line``; ``unset`` is the block it leaves by."""

    func: Func
    state: State
    block: int
    line: int
    unset: int
    value: str  # what it then returns
    half: bool = False  # it does not leave: the rest of the work is done


class States:
    """Guards and getters of one program; remembers what it found."""

    def __init__(self, program: Program, apis: Apis, fields: Fields) -> None:
        self._program = program
        self._apis = apis
        self._fields = fields
        self._results: dict[Func, State | None] = {}
        self._guards: dict[Func, tuple[Guard, ...]] = {}
        self._setters: dict[tuple[str, str], tuple[tuple[Func, int, tuple[Path, ...]], ...]] = {}
        self._containers: dict[tuple[str, str], Path | None] = {}

    def guards(self, func: Func) -> tuple[Guard, ...]:
        """The guards of a function on fields of what its parameters point to."""
        found = self._guards.get(func)
        if found is None:
            found = self._guards[func] = () if func.fact.partial else tuple(self._find_guards(func))
        return found

    def part(self, func: Func, operand: str) -> Object | None:
        """The object an operand names, also through calls that give back (what holds) their argument."""
        values = self._fields.values(func)
        found = values.object(operand)
        for _ in range(_DEPTH):
            call = values.calls.get(found.base) if found is not None else None
            gives = self._gives(func, call) if call is not None else None
            if found is None or call is None or gives is None:
                break
            source = values.object(call.args[gives[0]])
            if source is not None and source.base == found.base:  # ``x = get(x)``
                source = parse(call.args[gives[0]])
            if source is None or source.base == found.base:
                break
            found = Object(source.base, joined(source.fields, gives[1], found.fields))
        return found

    def arguments(self, func: Func, call: Call, known: Mapping[str, Object]) -> dict[int, Object]:
        """The arguments that start from one of the ``known`` names, in terms of what those stand for."""
        found = {}
        for position, argument in enumerate(call.args):
            named = self.part(func, argument)
            if named is not None and named.base in known:
                whole = known[named.base]
                found[position] = Object(whole.base, joined(whole.fields, named.fields))
        return found

    def _gives(self, func: Func, call: Call) -> tuple[int, Path] | None:
        """(argument, steps from it) of what a call gives back; None where it gives something else."""
        for role in self._apis.acquires.get(call.callee, ()):
            if 0 <= role.same_as < len(call.args):
                return role.same_as, ()
        predicate = self._apis.predicates.get(call.callee)
        if call.args and predicate == "same":
            return 0, ()
        if predicate == "converts" and len(call.args) == _CONTAINER_OF:
            return 0, _upwards(call.args[-1])
        if len(call.args) != 1 or not call.callee.isidentifier() or call.loop:
            return None
        key = (call.callee, func.path)
        if key not in self._containers:
            self._containers[key] = None  # a recursion tells nothing
            self._containers[key] = self._container(call.callee, func.path)
        steps = self._containers[key]
        return None if steps is None else (0, steps)

    def _container(self, name: str, path: str) -> Path | None:
        """The steps from its argument to what a macro or small function gives that finds its container."""
        callees = self._program.resolve(name, path)
        if len(callees) == 1:
            return self._returned(callees[0])
        if callees:
            return None
        for callee, args in self._program.expansion(name, ("_given",), path, _CONVERTERS):
            if callee in _CONVERTERS and len(args) == _CONTAINER_OF and args[0].strip("() ") == "_given":
                return _upwards(args[-1])
        return None

    def _returned(self, func: Func) -> Path | None:
        blocks = func.fact.body.blocks
        returns = [block.left for block in blocks if block.kind == "return"]
        if func.fact.partial or len(blocks) > _LARGEST_GETTER or len(returns) != 1 or len(func.params) != 1:
            return None
        found = self.part(func, returns[0])
        if (
            found is None
            or found.base != func.params[0].name
            or not found.fields[:1]
            or found.fields[0][0] != "^"
        ):
            return None
        return found.fields

    def levels(self, func: Func, held: Object) -> tuple[tuple[str, Path], ...]:
        """(struct, fields from it) of an access path, for each object on the way, the innermost last.

        Empty where a type is unknown.
        """
        found = []
        held = Object(self._variable(func, held.base), fields_of(held.fields))
        for place in range(len(held.fields)):
            owner = self._fields.field_of(func, Object(held.base, held.fields[: place + 1]))
            if owner is None:
                return ()
            found.append((owner[0], held.fields[place:]))
        return tuple(found)

    def _variable(self, func: Func, base: str) -> str:
        """The local variable that a call's result is kept in, whose type says more; else the base itself."""
        if base[:1] == "%":
            for _place, event in cfg.events(func.fact.body):
                if isinstance(event, Assign) and event.value == base and event.target.isidentifier():
                    return event.target
        return base

    def text(self, guard: Guard) -> str:
        """The tested field as the guard's function may write it."""
        return self.describe(guard.func, guard.func.params[guard.state.position].name, guard.state.path)

    def describe(self, func: Func, base: str, path: Path) -> str:
        """A state of what ``base`` points to, as C text where there is one for it."""
        up = max((place + 1 for place, name in enumerate(path) if name[0] == "^"), default=0)
        held = Object(base, fields_of(path)) if not up else Object("", fields_of(path[up:]))
        root = root_of(func, held.base) if not up else ""
        text = held.base
        for place, name in enumerate(held.fields):
            kind = self._program.type_of(root, held.fields[:place], func.path) if not up else ""
            text += ("->" if "*" in kind or not place else ".") + name
        if up:
            text = f"{text.removeprefix('->')} of what {base} is part of"
        last = path[-1]
        if last[0] == "=":
            return f"{text} == {last[1:]}"
        return f"{last[1:]} in {text}" if last[0] == "&" else text

    # -- what operands tell ---------------------------------------------------

    def result(self, func: Func) -> State | None:
        """The field that decides whether a small function returns zero; None for other functions."""
        if func not in self._results:
            self._results[func] = None  # a recursion tells nothing
            self._results[func] = self._result(func)
        return self._results[func]

    def _result(self, func: Func) -> State | None:
        blocks = func.fact.body.blocks
        found: State | None = None
        if func.fact.partial or len(blocks) > _LARGEST_GETTER:
            return None
        for block in blocks:
            if any(isinstance(e, Assign) and dereferences(e.target) for e in block.events):
                return None
            if block.kind != "return" or block.left in _ZERO:
                continue
            state = self.state(func, block.left)
            if state is None and _CONSTANT.match(block.left):
                state = self._decided(func, block)
            if state is None or (found is not None and state != found):
                return None
            found = state
        return found

    def _decided(self, func: Func, block: Block) -> State | None:
        """The state that alone decides whether control comes to a block."""
        body = func.fact.body
        found = cfg.conditions(body, body.blocks.index(block))
        if len(found) != 1 or sum(b.kind == "branch" for b in body.blocks) != 1:
            return None
        branch = body.blocks[found[0].block]
        state = self.state(func, branch.left) if branch.right == "0" and branch.op in ("!=", "==") else None
        if state is None:
            return None
        is_set = found[0].holds is (branch.op == "!=")
        return state._replace(positive=state.positive is is_set)

    def state(self, func: Func, operand: str, depth: int = _DEPTH) -> State | None:
        """What an operand of ``func`` tells of a field of what a parameter points to."""
        positive, text = _plain(operand)
        values = self._fields.values(func)
        bits = self._masked(values, text)
        named = self.part(func, bits[0] if bits else text)
        if named is None or "[]" in named.fields or text[:1] in "&*":
            return None
        for position, parameter in enumerate(func.params):
            if parameter.name and parameter.name == named.base:
                path = named.fields + ((bits[1],) if bits else ())
                return State(position, path, positive) if fields_of(path) else None
        call = values.calls.get(named.base)
        if call is None or named.fields or depth <= 0 or bits:
            return None
        inner = self._asked(func, call, depth)
        return None if inner is None else inner._replace(positive=inner.positive is positive)

    def _asked(self, func: Func, call: Call, depth: int) -> State | None:
        """What the result of a call tells."""
        predicate = self._apis.predicates.get(call.callee)
        if predicate == "tests_bit" and len(call.args) > 1:
            return self._counted(func, call.args[1], (f"&{call.args[0]}",))
        if predicate == "reads_count" and call.args:
            return self._counted(func, call.args[0], ())
        return self._called(func, call, depth) or self._written(func, call, depth)

    def _counted(self, func: Func, operand: str, mark: Path) -> State | None:
        """The state that a test of a bit, or of a count, tells of."""
        held = self.part(func, operand)
        for position, parameter in enumerate(func.params):
            if held is not None and held.fields and parameter.name == held.base:
                return State(position, held.fields + mark)
        return None

    def _written(self, func: Func, call: Call, depth: int) -> State | None:
        """What a macro tells that stands for an expression, or for a call, on its arguments."""
        if not call.callee.isidentifier() or self._program.resolve(call.callee, func.path):
            return None
        macro = next((m for _path, m in self._program.macros_named(call.callee)), None)
        if macro is None or macro.params is None or len(macro.params) != len(call.args) or depth <= 0:
            return None
        given = dict(zip(macro.params, call.args, strict=True))
        text = _BRACED.sub(r"\1", "".join(macro.body.split()))
        text = re.sub(r"(?<![\w.>])[A-Za-z_]\w*", lambda m: given.get(m[0], m[0]), text)
        positive, text = _plain(text)
        inner = _ONE_CALL.match(text)
        if inner is None:
            found = self.state(func, text, depth - 1)
        else:
            args = tuple(inner[2].split(","))
            found = self._asked(func, msgspec.structs.replace(call, callee=inner[1], args=args), depth - 1)
        return None if found is None else found._replace(positive=found.positive is positive)

    def setters(self, struct: str, field: str) -> tuple[tuple[Func, int, tuple[Path, ...]], ...]:
        """(function, line, the states it brings about) of every store to a field, or to a bit of it."""
        key = (struct, field)
        if key not in self._setters:
            self._setters[key] = tuple(self._find_setters(struct, field))
        return self._setters[key]

    def _find_setters(self, struct: str, field: str) -> Iterator[tuple[Func, int, tuple[Path, ...]]]:
        named = frozenset((field,))
        bits = sorted(name for name, role in self._apis.predicates.items() if role in _SETTING)
        funcs = dict.fromkeys(self._program.storing(field))
        for func in (f for name in bits for f in self._program.calling(name)):
            if func.fact.mentions(named):
                funcs[func] = None
        for func in (f for f in funcs if not f.fact.partial):
            for _place, event in cfg.events(func.fact.body):
                stored = self.stored(func, event)
                if stored is None or fields_of(stored[0].fields)[-1:] != (field,):
                    continue
                text = event.target if isinstance(event, Assign) else self._set_by(event)
                written = parse(text)
                if written is None or self._fields.field_of(func, written) != (struct, field):
                    continue
                place = parameter_of(func, stored[1])
                sites = tuple(self._given(func, place)) if place >= 0 else ()
                for caller, line, value in sites:
                    if value not in _ZERO:
                        yield caller, line, told(stored[0], value)
                if not sites:
                    yield func, event.line, told(*stored)

    def _given(self, func: Func, position: int) -> Iterator[tuple[Func, int, str]]:
        """(caller, line, argument) of the calls of a function that stores what it is given."""
        self._program.demand_callers(func)
        for edge in self._program.callers(func):
            for _place, call in cfg.calls(edge.caller.fact.body):
                if call.line == edge.line and call.callee == func.name and position < len(call.args):
                    yield edge.caller, edge.line, call.args[position]

    def _masked(self, values: Values, text: str) -> tuple[str, str] | None:
        """(operand, step to the bit) of a test of one bit of a word."""
        match = _MASKED.match(text)
        if match is None:
            return None
        bit = _bit(values, match[2])
        return (match[1], bit) if bit else None

    def stored(self, func: Func, event: Event) -> tuple[Object, str] | None:
        """(the field with the bit or value, the plain value) that an event sets to other than zero."""
        if isinstance(event, Assign):
            named = parse(event.target)
            owner = self.part(func, str(named.owner)) if named is not None and named.fields else None
            if named is None or owner is None or event.value in _ZERO or event.op in ("&=", "-=", "--"):
                return None
            target = Object(owner.base, joined(owner.fields, named.fields[-1:]))
            if event.op == "|=" and (bit := _bit(self._fields.values(func), event.value)):
                return Object(target.base, (*target.fields, bit)), event.value
            return target, event.value
        written = self._set_by(event)
        counted = self.part(func, written) if written else None
        if counted is None or not counted.fields or not isinstance(event, Call):
            return None
        if self._apis.predicates.get(event.callee) == "sets_bit":
            return Object(counted.base, (*counted.fields, f"&{event.args[0]}")), event.args[0]
        value = event.args[1] if len(event.args) > 1 else "1"
        return (counted, value) if value not in _ZERO else None

    def _set_by(self, event: Event) -> str:
        """The operand that a call sets a bit of, or that it makes a count."""
        role = self._apis.predicates.get(event.callee) if isinstance(event, Call) else None
        if not isinstance(event, Call) or role not in _SETTING:
            return ""
        place = 1 if role == "sets_bit" else 0
        return event.args[place] if place < len(event.args) else ""

    def _called(self, func: Func, call: Call, depth: int) -> State | None:
        if not call.callee.isidentifier() or call.loop:
            return None
        self._program.demand(call.callee)
        callees = self._program.resolve(call.callee, func.path)
        if len(callees) != 1:
            return None
        (callee,) = callees
        inner = self.result(callee)
        if inner is not None and inner.position < len(call.args):
            return self._through(func, call, callee, inner)
        for position, argument in enumerate(call.args[: len(callee.params)]):
            if argument.startswith("%") and self._expects_none(callee, position):
                outer = self.state(func, argument, depth - 1)
                if outer is not None and outer.positive:
                    return outer._replace(getters=(callee, *outer.getters), derived=True)
        return None

    def _through(self, func: Func, call: Call, callee: Func, inner: State) -> State | None:
        """A getter's state in terms of its caller's parameter."""
        held = self.part(func, call.args[inner.position])
        if held is None or "[]" in held.fields:
            return None
        for position, parameter in enumerate(func.params):
            if parameter.name and parameter.name == held.base:
                path = joined(held.fields, inner.path)
                return inner._replace(position=position, path=path, getters=(callee, *inner.getters))
        return None

    def _expects_none(self, callee: Func, position: int) -> bool:
        """Whether a function tests its pointer parameter for NULL."""
        name = callee.params[position].name
        return bool(name) and any(
            b.kind == "branch" and b.left == name and b.op == "!=" and b.right == "0"
            for b in callee.fact.body.blocks
        )

    # -- guards ---------------------------------------------------------------

    def _find_guards(self, func: Func) -> Iterator[Guard]:
        body = func.fact.body
        for number, block in enumerate(body.blocks):
            if block.kind != "branch" or block.op not in ("!=", "=="):
                continue
            tested = _last_value(block)
            state = self.state(func, tested) if block.right == "0" else self._valued(func, block)
            if state is None:
                continue
            side = int((block.op == "!=") == (state.positive and block.right == "0"))
            if block.right != "0":
                side = int(block.op == "==")
            unset, set_ = block.succs[side], block.succs[1 - side]  # the successor of an unset field
            end = self._leaves(func, unset, state.position)
            half = end < 0
            if half and not self._skips(func, set_, unset, state.position):
                continue
            if half or self._works(func, set_, state.position):
                last = body.blocks[end]
                read = self._fields.values(func).calls.get(_plain(tested)[1])
                made = self._fields.values(func).calls.get(last.left)
                value = self._given_back(func, number, unset, last.left)
                value = value if made is None else f"{made.callee}({', '.join(made.args)})"
                line = read.line if read else block.line
                yield Guard(func, state, number, line, unset, "" if half else value, half)

    def _given_back(self, func: Func, branch: int, unset: int, value: str) -> str:
        """What is returned: "0" where the variable that holds it is surely zero on the way from a branch."""
        body = func.fact.body
        if not _LOCAL.match(value) or parameter_of(func, value) >= 0:
            return value
        late = [e for e in body.blocks[unset].events if isinstance(e, Assign) and e.target == value]
        at = cfg.Place(branch, len(body.blocks[branch].events))
        early = [
            event
            for place, event in cfg.events(body)
            if isinstance(event, Assign) and event.target == value and cfg.comes_after(body, place, at)
        ]
        given = {event.value if event.op == "=" else "?" for event in (late[-1:] or early)}
        return "0" if given == {"0"} else value

    def _valued(self, func: Func, block: Block) -> State | None:
        """What a comparison with a named value tells."""
        if not _NAMED.match(block.right):
            return None
        named = self.part(func, block.left)
        for position, parameter in enumerate(func.params):
            if (
                named is not None
                and parameter.name == named.base
                and named.fields
                and "[]" not in named.fields
            ):
                return State(position, (*named.fields, f"={block.right}"))
        return None

    def _skips(self, func: Func, start: int, join: int, position: int) -> bool:
        """Whether the way from ``start`` to ``join``, which always comes there, does work on the object."""
        blocks = func.fact.body.blocks
        seen = {join}
        stack = [start]
        works = False
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            seen.add(number)
            if len(seen) > _LARGEST_PART or blocks[number].kind not in ("jump", "branch"):
                return False
            works = works or any(self._touches(func, event, position) for event in blocks[number].events)
            stack.extend(blocks[number].succs)
        return works

    def _leaves(self, func: Func, start: int, position: int) -> int:
        """The block that returns, where nothing is done to the object from ``start`` on; else -1."""
        blocks = func.fact.body.blocks
        seen: set[int] = set()
        stack = [start]
        end = -1
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            seen.add(number)
            block = blocks[number]
            idle = not any(self._touches(func, event, position) for event in block.events)
            if not idle or len(seen) > _LARGEST_EXIT or block.kind == "stop":
                return -1
            if block.kind == "return":
                end = number
            stack.extend(block.succs)
        return end

    def _works(self, func: Func, start: int, position: int) -> bool:
        """Whether anything is done to the object from ``start`` on."""
        blocks = func.fact.body.blocks
        seen: set[int] = set()
        stack = [start]
        while stack:
            number = stack.pop()
            if number not in seen:
                seen.add(number)
                if any(self._touches(func, event, position) for event in blocks[number].events):
                    return True
                stack.extend(blocks[number].succs)
        return False

    def work(self, guard: Guard) -> tuple[Call, ...]:
        """The calls that are made on the object only where what a guard tests is set."""
        body = guard.func.fact.body
        first, second = body.blocks[guard.block].succs
        start = first if second == guard.unset else second
        after = flow_of(body).after
        blocks = (after[start] | 1 << start) & ~(after[guard.unset] | 1 << guard.unset)
        return tuple(
            call
            for place, call in cfg.calls(body)
            if blocks >> place.block & 1 and self._touches(guard.func, call, guard.state.position)
        )

    def _touches(self, func: Func, event: Event, position: int) -> bool:
        """Whether an event stores to the object, or hands it to what does more than read or print."""
        name = func.params[position].name
        if isinstance(event, Assign):
            named = parse(event.target)
            target = self.part(func, event.target)
            return target is None or (named is not None and bool(named.fields) and target.base == name)
        if not isinstance(event, Call) or any(argument.startswith('"') for argument in event.args):
            return False
        if self._apis.predicates.get(event.callee) in _IDLE or self._gives(func, event) is not None:
            return False
        if not any(
            held is not None and held.base == name for held in (self.part(func, a) for a in event.args)
        ):
            return False
        if event.callee.isidentifier():
            callees = self._program.resolve(event.callee, func.path)
            return not callees or any(self.result(callee) is None for callee in callees)
        return True


def _last_value(block: Block) -> str:
    """What a branch tests: the value that its block gave the variable tested, else that."""
    for event in reversed(block.events):
        if isinstance(event, Assign) and event.target == block.left and event.op == "=":
            return event.value
    return block.left


def _plain(operand: str) -> tuple[bool, str]:
    """(whether it is true when the rest is, the rest) of a truth test as text."""
    positive, text = True, operand
    while True:
        compared = _COMPARED.match(text)
        if text[:1] == "(" and text[-1:] == ")":
            text = text[1:-1]
        elif text[:1] == "!":
            positive, text = not positive, text[1:]
        elif compared is not None:
            positive = positive is (compared[2] == "!=")
            text = compared[1]
        else:
            return positive, text


def joined(*parts: Path) -> Path:
    """Steps one after the other, without those that lead up from a member and down to it again."""
    steps: list[str] = []
    for step in (step for part in parts for step in part):
        if step[0] == "^" and steps and steps[-1] == step[1:]:
            steps.pop()
        else:
            steps.append(step)
    return tuple(steps)


def fields_of(path: Path) -> Path:
    """A path without the bit or value at its end."""
    return path[:-1] if path and path[-1][0] in "&=" else path


def parameter_of(func: Func, value: str) -> int:
    """The position of the parameter that a value is; -1 for another."""
    return next((i for i, p in enumerate(func.params) if p.name and p.name == value), -1)


def told(target: Object, value: str) -> tuple[Path, ...]:
    """The states that a store of ``value`` brings about: the field is set, or has a named value."""
    path = target.fields
    if path[-1][0] != "&" and _NAMED.match(value):
        return path, (*path, f"={value}"), (*path, f"&mask {value}")
    return (path,)


def _upwards(member: str) -> Path:
    """The steps from a member (``dev.kobj``) to what holds it."""
    return tuple("^" + name for name in reversed(member.strip().split(".")))


def _bit(values: Values, text: str) -> str:
    """The step to a bit, by the text of its mask; empty for what is no single bit."""
    call = values.calls.get(text)
    if call is not None:
        return f"&{call.args[0]}" if call.callee in ("BIT", "BIT_ULL") and len(call.args) == 1 else ""
    shifted = re.match(r"1U?L*<<(\w+)\Z", text)
    if shifted:
        return f"&{shifted[1]}"
    return f"&mask {text}" if text.isidentifier() else ""
