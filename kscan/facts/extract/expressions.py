"""Expressions to operands: events go to the builder, what is left is text."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from kscan.facts.extract import kinds as k
from kscan.facts.extract.initializers import bind_initializer
from kscan.facts.extract.plain import CALL, UNKNOWN, Code, Plain, involved, leaf
from kscan.facts.extract.types import described_type, squeeze
from kscan.facts.model import Binding, CallRef, Local
from kscan.parse.c import Parsed
from kscan.regex import regex

_COMPARISONS = frozenset(("==", "!=", "<", ">", "<=", ">="))


_match_call = regex(CALL).fullmatch


_TYPE_NAME = regex(r"(?:__)?(?:[us]|[lb]e)(?:8|16|32|64)|\w+_t|bool|u?int|u?long")


class Expressions(Plain):
    """Lowers expressions of one function; statements build on it."""

    def __init__(
        self, parsed: Parsed, code: Code, function: str, variables: dict[str, str], line: int, sound: bool
    ) -> None:
        super().__init__(parsed.macros, code, function, variables, line)
        self.parsed = parsed
        self.sound = sound  # no syntax error inside: texts can be trusted
        self._bound = 0  # where the list ends that was bound last

    # -- operands -------------------------------------------------------------

    def operand(self, node: Node | None) -> str:
        """Evaluate ``node``; gives its operand text."""
        if node is None:
            return UNKNOWN
        start, end = node.start_byte, node.end_byte
        if involved(self.plain, start, end) is None:
            return self.span(start, end)
        kind = node.kind_id
        if kind == k.CALL and self.sound:
            match = _match_call(self.plain, start, end)
            if match is not None:
                done = self.plain_call(match[1], match[2], match.start(2), node.start_point, True)
                if done is not None:
                    return done
        lower = _OPERANDS.get(kind)
        if lower is not None:
            return lower(self, node)
        if node.named_child_count:
            for child in node.named_children:
                self.operand(child)
            return UNKNOWN
        return leaf(self.text[start:end])

    def _string(self, _node: Node) -> str:
        return '""'

    def _paren(self, node: Node) -> str:
        inner = node.named_children
        if not inner:
            return UNKNOWN
        if inner[0].kind_id == k.COMPOUND:
            return self.statement_expression(inner[0])
        value = self.operand(inner[0])
        return f"({value})" if inner[0].kind_id in (k.BINARY, k.CONDITIONAL) else value

    def statement_expression(self, node: Node) -> str:
        """``({ ... })``: overridden where statements are known."""
        raise NotImplementedError

    def _cast(self, node: Node) -> str:
        return self.operand(node.child_by_field_id(k.F_VALUE))

    def _field(self, node: Node) -> str:
        argument, name = node.child_by_field_id(k.F_ARGUMENT), node.child_by_field_id(k.F_FIELD)
        if argument is None or name is None:
            return UNKNOWN
        base = self.operand(argument)
        member = self.text[name.start_byte : name.end_byte]
        arrow = "->" in self.text[argument.end_byte : name.start_byte]
        if base.startswith("&"):  # (&x)->y
            return f"{base[1:]}.{member}"
        if base.startswith("*"):  # (*x).y, (*x)->y
            return f"{base[1:]}->{member}" if not arrow else f"({base})->{member}"
        return f"{base}->{member}" if arrow else f"{base}.{member}"

    def _subscript(self, node: Node) -> str:
        base = self.operand(node.child_by_field_id(k.F_ARGUMENT))
        return f"{base}[{self.operand(node.child_by_field_id(k.F_INDEX))}]"

    def _pointer(self, node: Node) -> str:
        value = self.operand(node.child_by_field_id(k.F_ARGUMENT))
        operator = self.text[node.start_byte]
        if operator == "*" and value.startswith("&"):
            return value[1:]
        if operator == "&" and value.startswith("*"):
            return value[1:]
        return operator + value

    def _unary(self, node: Node) -> str:
        return self.text[node.start_byte] + self.operand(node.child_by_field_id(k.F_ARGUMENT))

    def _binary(self, node: Node) -> str:
        operator_node = node.child_by_field_id(k.F_OPERATOR)
        operator = self.text[operator_node.start_byte : operator_node.end_byte] if operator_node else "?"
        left, right = node.child_by_field_id(k.F_LEFT), node.child_by_field_id(k.F_RIGHT)
        if operator in ("&&", "||") and right is not None and _has_effect(right):
            return self._branch_value(node)
        return f"{self.operand(left)}{operator}{self.operand(right)}"

    def _branch_value(self, node: Node) -> str:
        """``a && f(b)`` as a value: short-circuits."""
        line = node.start_point[0] + 1
        yes, no, end = (self.build.new_block(line) for _ in range(3))
        result = self.build.temporary()
        self.condition(node, yes, no)
        for block, value in ((yes, "1"), (no, "0")):
            self.build.at(block)
            self.build.assign(result, "=", value, node.start_point)
            self.build.goto_block(end)
        self.build.at(end)
        return result

    def _conditional(self, node: Node) -> str:
        """``a ? b : c``, and ``a ?: c``."""
        line = node.start_point[0] + 1
        yes, no, end = (self.build.new_block(line) for _ in range(3))
        result = self.build.temporary()
        test = node.child_by_field_id(k.F_CONDITION)
        chosen = node.child_by_field_id(k.F_CONSEQUENCE)
        short = ""
        if chosen is None:
            short = self.operand(test)
            self.build.branch(short, "!=", "0", line, yes, no)
        else:
            self.condition(test, yes, no)
        for block, value in ((yes, chosen), (no, node.child_by_field_id(k.F_ALTERNATIVE))):
            self.build.at(block)
            text = short if value is None else self.operand(value)
            self.build.assign(result, "=", text, node.start_point)
            self.build.goto_block(end)
        self.build.at(end)
        return result

    def _assignment(self, node: Node) -> str:
        left, right = node.child_by_field_id(k.F_LEFT), node.child_by_field_id(k.F_RIGHT)
        operator_node = node.child_by_field_id(k.F_OPERATOR)
        operator = self.text[operator_node.start_byte : operator_node.end_byte] if operator_node else "="
        value = self.operand(right)
        target = self.operand(left)
        self.build.assign(target, operator, value, node.start_point)
        if operator == "=" and left is not None and right is not None:
            if right.kind_id == k.CONDITIONAL:
                for part in (k.F_CONSEQUENCE, k.F_ALTERNATIVE):
                    chosen = right.child_by_field_id(part)
                    if chosen is not None:
                        self._bind_store(left, self.text[chosen.start_byte : chosen.end_byte], target)
            else:
                self._bind_store(left, value, target)
        return target

    def _update(self, node: Node) -> str:
        argument = node.child_by_field_id(k.F_ARGUMENT)
        target = self.operand(argument)
        operator = "++" if "++" in self.text[node.start_byte : node.end_byte] else "--"
        self.build.assign(target, operator, "1", node.start_point)
        return target

    def _comma(self, node: Node) -> str:
        value = UNKNOWN
        for child in node.named_children:
            value = self._comma(child) if child.kind_id == k.COMMA else self.operand(child)
        return value

    def _literal(self, node: Node) -> str:
        value = node.child_by_field_id(k.F_VALUE)
        type_node = node.child_by_field_id(k.F_TYPE)
        kind = described_type(type_node, self.text) if type_node is not None else ""
        if value is not None and kind:
            self.bind_list(value, kind, "")
        self.operand(value)
        result = self.build.temporary()
        if kind:
            self.variables[result] = kind
        return result

    def _sizeof(self, _node: Node) -> str:
        return "sizeof"  # not evaluated

    def _asm(self, node: Node) -> str:
        """``asm("" : "=r" (x) : "r" (y))``: like a call that is given ``&x`` and ``y``.

        Without arguments it may do anything: its operands may have been blanked.
        """
        args = []
        for child in node.named_children:
            for part in child.named_children:
                value = part.child_by_field_id(k.F_VALUE)
                if value is not None:
                    operand = self.operand(value)
                    args.append(f"&{operand}" if part.kind_id == k.ASM_OUTPUT else operand)
        self.build.call("asm", tuple(args), "", node.start_point)
        return UNKNOWN

    def _list(self, node: Node) -> str:
        for child in node.named_children:
            value = self.operand(
                child.child_by_field_id(k.F_VALUE) if child.kind_id == k.INIT_PAIR else child
            )
            if value[:1] == "&":
                self.build.exposed.add(value[1:].partition(".")[0])
        return "{}"

    # -- calls ----------------------------------------------------------------

    def _call(self, node: Node) -> str:
        return self.call(node, wanted=True)

    def call(self, node: Node, wanted: bool) -> str:
        """Lower a call; where its value is not ``wanted`` the event has no result."""
        function = node.child_by_field_id(k.F_FUNCTION)
        arguments = node.child_by_field_id(k.F_ARGUMENTS)
        if function is None:
            return UNKNOWN
        if function.kind_id == k.CALL:  # guard(mutex)(&lock)
            return self._class_call(node, function)
        if function.kind_id == k.PAREN and arguments is not None and self._is_cast(function):
            return self.operand(arguments.named_children[-1] if arguments.named_child_count else None)
        callee = self._callee(function)
        nodes = arguments.named_children if arguments is not None else []
        if callee in self.macros.asserts and nodes:
            self._assert(nodes[0])
            return UNKNOWN
        args = tuple([self.operand(a) for a in nodes if a.kind_id != k.COMMENT])
        return self.made_call(callee, args, node.start_point, wanted)

    def _is_cast(self, function: Node) -> bool:
        """Whether ``(name)(x)`` is a cast, as far as the name tells; where not, linking knows."""
        name = self.text[function.start_byte + 1 : function.end_byte - 1].strip()
        return _TYPE_NAME.fullmatch(name) is not None and name not in self.variables

    def _class_call(self, node: Node, head: Node) -> str:
        """``guard(mutex)(&lock)`` and ``CLASS(name, var)(args)``: a variable whose scope end undoes it."""
        what = squeeze(self.text[head.start_byte : head.end_byte])
        arguments = node.child_by_field_id(k.F_ARGUMENTS)
        args = tuple(self.operand(a) for a in arguments.named_children) if arguments is not None else ()
        result = self.build.temporary()
        self.calls.append(CallRef(what.partition("(")[0], node.start_point[0] + 1))
        self.build.call(what, args, result, node.start_point)
        self.build.locals.append(Local(result, UNKNOWN, node.start_point[0] + 1, cleanup=what))
        self.build.cleanups.append(result)
        return result

    def _callee(self, function: Node) -> str:
        """The callee's text; notes the call site for linking."""
        line = function.start_point[0] + 1
        while function.kind_id == k.PAREN and function.named_child_count == 1:
            function = function.named_children[0]
        if function.kind_id == k.IDENTIFIER:
            name = leaf(self.text[function.start_byte : function.end_byte])
            if name in self.variables:
                self.calls.append(CallRef("$" + name, line))
            else:
                self.calls.append(CallRef(name, line))
            return name
        root, path = self.access(function)
        text = self.operand(function).lstrip("*")
        self.calls.append(CallRef(root, line, path or ("?",)))
        return text

    def access(self, node: Node | None) -> tuple[str, tuple[str, ...]]:
        """What an access path starts from, and its fields (as ``CallRef`` has them)."""
        path: list[str] = []
        while node is not None:
            kind = node.kind_id
            if kind == k.FIELD_EXPRESSION:
                name = node.child_by_field_id(k.F_FIELD)
                path.append(self.text[name.start_byte : name.end_byte] if name else "?")
                node = node.child_by_field_id(k.F_ARGUMENT)
            elif kind in (k.SUBSCRIPT, k.POINTER_EXPRESSION):
                node = node.child_by_field_id(k.F_ARGUMENT)
            elif kind == k.PAREN:
                node = node.named_children[0] if node.named_child_count else None
            elif kind == k.CAST:
                type_node = node.child_by_field_id(k.F_TYPE)
                root = described_type(type_node, self.text) if type_node is not None else ""
                return root, tuple(reversed(path))
            else:
                return self._root(node), tuple(reversed(path))
        return "", tuple(reversed(path))

    def _root(self, node: Node) -> str:
        if node.kind_id == k.IDENTIFIER:
            name = leaf(self.text[node.start_byte : node.end_byte])
            found = self.variables.get(name)
            if found is None:
                return "=" + name
            return "" if found == UNKNOWN else found
        if node.kind_id == k.CALL:
            function = node.child_by_field_id(k.F_FUNCTION)
            if function is None or function.kind_id != k.IDENTIFIER:
                return ""
            name = leaf(self.text[function.start_byte : function.end_byte])
            position = self.macros.type_arguments.get(name)
            if position is None:
                return "@" + name
            arguments = node.child_by_field_id(k.F_ARGUMENTS)
            given = arguments.named_children if arguments is not None else []
            if 0 <= position < len(given):
                argument = given[position]
                return squeeze(self.text[argument.start_byte : argument.end_byte]) + " *"
        return ""

    # -- bindings -------------------------------------------------------------

    def bind_list(self, node: Node, kind: str, instance: str) -> None:
        """Bind what an initializer_list of type ``kind`` holds, unless a list around it had it bound."""
        if node.start_byte >= self._bound:
            self._bound = node.end_byte
            self.bindings += bind_initializer(
                node, kind, instance, self.code, self.text, self.function, self.variables
            )

    def _bind_store(self, left: Node, value: str, target: str) -> None:
        name = self.target_name(value)
        if name:
            root, path = self.access(left)
            if not path and left.kind_id == k.IDENTIFIER and not root.startswith("="):
                root = "$" + target
            line = left.start_point[0] + 1
            self.bindings.append(Binding(root, path, name, "store", target, line, self.function))

    # -- conditions -----------------------------------------------------------

    def condition(self, node: Node | None, yes: int, no: int) -> None:
        """Branch on ``node``: to ``yes`` where it holds, to ``no`` where not."""
        if node is None:
            self.build.goto_block(yes)
            return
        kind = node.kind_id
        if self.sound:
            start, end, (row, column) = node.start_byte, node.end_byte, node.start_point
            if kind == k.PAREN:
                start, end, column = start + 1, end - 1, column + 1
            if self.plain_condition(start, end, (row, column), yes, no):
                return
        if kind == k.PAREN and node.named_child_count and node.named_children[0].kind_id != k.COMPOUND:
            self.condition(node.named_children[-1], yes, no)
        elif kind == k.UNARY and self.text[node.start_byte] == "!":
            self.condition(node.child_by_field_id(k.F_ARGUMENT), no, yes)
        elif kind == k.BINARY:
            self._binary_condition(node, yes, no)
        elif kind == k.CALL and self._transparent(node):
            self._transparent_condition(node, yes, no)
        else:
            self.test(self.operand(node), "!=", "0", node.start_point[0] + 1, yes, no)

    def _transparent(self, node: Node) -> bool:
        function = node.child_by_field_id(k.F_FUNCTION)
        arguments = node.child_by_field_id(k.F_ARGUMENTS)
        if function is None or arguments is None:
            return False
        name, count = self.text[function.start_byte : function.end_byte], arguments.named_child_count
        return count > self.macros.transparent.get(name, count)

    def _assert(self, asserted: Node) -> None:
        """``BUG_ON(x)`` is ``if (x)`` with a way that ends."""
        line = asserted.start_point[0] + 1
        stop, after = self.build.new_block(line), self.build.new_block(line)
        self.condition(asserted, stop, after)
        self.build.at(stop)
        self.build.finish("stop", "", line)
        self.build.at(after)

    def _transparent_condition(self, node: Node, yes: int, no: int) -> None:
        callee = self._callee(node.children[0])
        arguments = node.child_by_field_id(k.F_ARGUMENTS)
        assert arguments is not None
        given, same = arguments.named_children, self.macros.transparent[callee]
        args = (UNKNOWN if place == same else self.operand(a) for place, a in enumerate(given))
        self.build.call(callee, tuple(args), "", node.start_point)
        self.condition(given[same], yes, no)

    def _binary_condition(self, node: Node, yes: int, no: int) -> None:
        operator_node = node.child_by_field_id(k.F_OPERATOR)
        operator = self.text[operator_node.start_byte : operator_node.end_byte] if operator_node else "?"
        left, right = node.child_by_field_id(k.F_LEFT), node.child_by_field_id(k.F_RIGHT)
        if operator == "&&":
            middle = self.build.new_block(node.start_point[0] + 1)
            self.condition(left, middle, no)
            self.build.at(middle)
            self.condition(right, yes, no)
        elif operator == "||":
            middle = self.build.new_block(node.start_point[0] + 1)
            self.condition(left, yes, middle)
            self.build.at(middle)
            self.condition(right, yes, no)
        elif operator in _COMPARISONS:
            if left is not None and left.kind_id == k.CAST:
                self.build.casts()
            self.test(self.operand(left), operator, self.operand(right), node.start_point[0] + 1, yes, no)
        else:
            self.test(self.operand(node), "!=", "0", node.start_point[0] + 1, yes, no)


_EFFECTS = frozenset((k.CALL, k.ASSIGNMENT, k.FIELD_EXPRESSION, k.SUBSCRIPT, k.POINTER_EXPRESSION))


def _has_effect(node: Node) -> bool:
    """Whether evaluating ``node`` only sometimes matters: it calls, stores or dereferences."""
    stack = [node]
    while stack:
        node = stack.pop()
        if node.kind_id in _EFFECTS:
            return True
        stack.extend(node.named_children)
    return False


_OPERANDS: dict[int, Callable[[Expressions, Node], str]] = {
    k.kind("string_literal"): Expressions._string,
    k.kind("concatenated_string"): Expressions._string,
    k.PAREN: Expressions._paren,
    k.CAST: Expressions._cast,
    k.FIELD_EXPRESSION: Expressions._field,
    k.SUBSCRIPT: Expressions._subscript,
    k.POINTER_EXPRESSION: Expressions._pointer,
    k.UNARY: Expressions._unary,
    k.BINARY: Expressions._binary,
    k.CONDITIONAL: Expressions._conditional,
    k.ASSIGNMENT: Expressions._assignment,
    k.kind("update_expression"): Expressions._update,
    k.COMMA: Expressions._comma,
    k.COMPOUND_LITERAL: Expressions._literal,
    k.kind("sizeof_expression"): Expressions._sizeof,
    k.kind("alignof_expression"): Expressions._sizeof,
    k.kind("offsetof_expression"): Expressions._sizeof,
    k.kind("type_descriptor"): Expressions._sizeof,
    k.INIT_LIST: Expressions._list,
    k.kind("gnu_asm_expression"): Expressions._asm,
    k.CALL: Expressions._call,
}
