"""Statements to basic blocks: one walk over a function's body."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from kscan.facts.extract import kinds as k
from kscan.facts.extract.attributes import Attributes
from kscan.facts.extract.builder import NOWHERE
from kscan.facts.extract.declared import (
    match_local,
    match_locals,
    read_declarators,
    type_text,
)
from kscan.facts.extract.expressions import Expressions
from kscan.facts.extract.plain import UNKNOWN, Code
from kscan.facts.extract.scopes import Scopes
from kscan.facts.extract.types import base_type, declarator, squeeze, storage
from kscan.facts.model import Binding, CallRef, Local
from kscan.parse.c import Parsed
from kscan.parse.directives import condition_at
from kscan.regex import regex

_WORD = regex(r"\w+")


class Statements(Expressions):
    """Lowers the body of one function to a CFG."""

    def __init__(
        self,
        parsed: Parsed,
        code: Code,
        attributes: Attributes,
        function: str,
        variables: dict[str, str],
        line: int,
        sound: bool,
    ) -> None:
        super().__init__(parsed, code, function, variables, line, sound)
        self.attributes = attributes
        self.scopes = Scopes(variables)
        self._breaks: list[tuple[int, int]] = []  # target block, scope depth
        self._continues: list[tuple[int, int]] = []
        self._switches: list[int] = []

    def statement(self, node: Node) -> None:
        """Lower one statement."""
        lower = _STATEMENTS.get(node.kind_id)
        if lower is not None:
            lower(self, node)
        elif node.is_named and node.kind_id != k.COMMENT:
            self.operand(node)

    def statement_expression(self, node: Node) -> str:
        """``({ ...; value; })``."""
        depth = len(self.build.cleanups)
        self.scopes.enter()
        value = UNKNOWN
        children = node.named_children
        for child in children[:-1]:
            self.statement(child)
        if children:
            last = children[-1]
            if last.kind_id == k.EXPRESSION_STATEMENT and last.named_child_count:
                value = self.operand(last.named_children[0])
            else:
                self.statement(last)
        self.build.close_scopes(depth, node.end_point[0] + 1)
        self.scopes.leave(node.end_point)
        return value

    def _compound(self, node: Node) -> None:
        cleanups = self.build.cleanups
        depth = len(cleanups)
        self.scopes.enter()
        for child in node.named_children:
            lower = _STATEMENTS.get(child.kind_id)
            if lower is not None:
                lower(self, child)
            else:
                self.statement(child)
        if len(cleanups) > depth:
            self.build.close_scopes(depth, node.end_point[0] + 1)
        self.scopes.leave(node.end_point)

    def _expression(self, node: Node) -> None:
        if self.sound and self.plain_expression(node.start_byte, node.end_byte, node.start_point):
            return
        for child in node.named_children:
            if child.kind_id == k.CALL:
                self.call(child, wanted=False)
            elif self.operand(child) not in self.variables and child.kind_id == k.IDENTIFIER:
                # A macro without arguments, which may do anything.
                self.build.call(self.text[child.start_byte : child.end_byte], (), "", node.start_point)

    def _declaration(self, node: Node) -> None:
        if self.sound and self._plain_declaration(node):
            return
        base = base_type(node.child_by_field_id(k.F_TYPE), self.text)
        static = not storage(node, self.text).isdisjoint(("static", "extern"))
        declarators = node.children_by_field_name("declarator")
        ahead = self.attributes.cleanup(node.start_byte, declarators[0].start_byte) if declarators else ""
        for child in declarators:
            self._declare(child, base, static, ahead)

    def _plain_declaration(self, node: Node) -> bool:
        start, end = node.start_byte, node.end_byte
        if self.attributes and self.attributes.within(start, end):
            return False
        match = match_local(self.plain, start, end)
        if match is None:
            return self._plain_declarations(node, start, end)
        base, stars, name, dimensions, callee, written, value = match.groups()
        kind = type_text(base, stars, dimensions)
        if not kind or (base == "int" and not self.text.startswith(base, match.start(1))):
            return False
        at = self.place(node.start_point, start, match.start(2) if stars else match.start(3))
        self.scopes.declare(name, kind, at)
        local = Local(name, kind, at[0] + 1)
        self.build.locals.append(local)
        if callee is not None:
            called = self.place(node.start_point, start, match.start(5))
            given = self.plain_call(callee, written, match.start(6), called, True)
        elif value is None:
            self.build.bare.append(local)
            return True
        else:
            given = self.stored(value.rstrip(), match.start(7))
        if given is None:
            made = node.child_by_field_id(k.F_DECLARATOR)
            given = self.operand(made.child_by_field_id(k.F_VALUE) if made is not None else None)
        self._bind_local(name, given, at[0] + 1)
        self.build.assign(name, "=", given, at)
        if name in given:  # int x = x;
            self.build.bare.append(local)
        return True

    def _plain_declarations(self, node: Node, start: int, end: int) -> bool:
        match = match_locals(self.plain, start, end)
        found = read_declarators(match[2]) if match is not None else None
        if match is None or found is None or not type_text(match[1], "", ""):
            return False
        for declared, part in found:
            stars, name, dimensions, value = declared.groups()
            kind = type_text(match[1], stars, dimensions)
            offset = match.start(2) + part
            first = declared.start(1) if stars else declared.start(2)
            at = self.place(node.start_point, start, offset + first)
            self.scopes.declare(name, kind, at)
            local = Local(name, kind, at[0] + 1)
            self.build.locals.append(local)
            if value is None:
                self.build.bare.append(local)
            else:
                given = self.named(value.rstrip(), offset + declared.start(4))
                self._bind_local(name, given, at[0] + 1)
                self.build.assign(name, "=", given, at)
                if name in given:
                    self.build.bare.append(local)
        return True

    def _declare(self, node: Node, base: str, static: bool, ahead: str) -> None:
        """One declarator; ``ahead``: the cleanup that an attribute among the specifiers names."""
        shape = declarator(node, self.text)
        if not shape.name or shape.parameters is not None:
            return
        line = node.start_point[0] + 1
        type_text = shape.type(base)
        after = node.next_sibling  # an attribute behind a name without a value is outside the declarator
        end = after.start_byte if after else node.end_byte
        cleanup = self.attributes.cleanup(node.start_byte, end) or ahead
        known = type_text if "typeof" not in base and base != "auto" else UNKNOWN
        self.scopes.declare(shape.name, known, node.start_point)
        local = Local(shape.name, type_text, line, static, cleanup)
        self.build.locals.append(local)
        value = node.child_by_field_id(k.F_VALUE) if node.kind_id == k.INIT_DECLARATOR else None
        if value is None:
            self.build.bare.append(local)
        else:
            if value.kind_id == k.INIT_LIST:
                self.bind_list(value, base + "[]" * shape.dims, shape.name)
            text = self.operand(value)
            if value.kind_id != k.INIT_LIST:
                self._bind_local(shape.name, text, line)
            if not static:
                self.build.assign(shape.name, "=", text, node.start_point)
            if shape.name in text:
                self.build.bare.append(local)
        if cleanup:
            self.build.cleanups.append(shape.name)

    def _bind_local(self, name: str, value: str, line: int) -> None:
        target = self.target_name(value)
        if target:
            self.bindings.append(Binding("$" + name, (), target, "store", name, line, self.function))

    # -- selection ------------------------------------------------------------

    def _if(self, node: Node) -> None:
        line = node.start_point[0] + 1
        build = self.build
        alternative = node.child_by_field_id(k.F_ALTERNATIVE)
        yes = build.new_block(line)
        no = build.new_block(line) if alternative is not None else NOWHERE
        end = build.new_block(line)
        self.condition(node.child_by_field_id(k.F_CONDITION), yes, end if alternative is None else no)
        self._branch_body(yes, node.child_by_field_id(k.F_CONSEQUENCE), end)
        if alternative is not None:
            self._branch_body(no, alternative, end)
        build.at(end)

    def _branch_body(self, block: int, body: Node | None, end: int) -> None:
        self.build.at(block)
        if body is not None:
            self.statement(body)
        self.build.goto_block(end)

    def _children(self, node: Node) -> None:
        for child in node.named_children:
            self.statement(child)

    def _switch(self, node: Node) -> None:
        line = node.start_point[0] + 1
        value = self.operand(node.child_by_field_id(k.F_CONDITION))
        switch = self.build.open_switch(value, line)
        end = self.build.new_block(node.end_point[0] + 1)
        self._switches.append(switch)
        self._breaks.append((end, len(self.build.cleanups)))
        body = node.child_by_field_id(k.F_BODY)
        if body is not None:
            self.statement(body)
        self._breaks.pop()
        self._switches.pop()
        self.build.close_switch(switch, end)
        self.build.enter(end)

    def _case(self, node: Node) -> None:
        line = node.start_point[0] + 1
        value = node.child_by_field_id(k.F_VALUE)
        block = self.build.new_block(line)
        if self._switches:
            label = "default" if value is None else squeeze(self.text[value.start_byte : value.end_byte])
            self.build.add_case(self._switches[-1], label, block)
        self.build.enter(block)
        for child in node.named_children:
            if value is None or child.start_byte != value.start_byte:
                self.statement(child)

    def _preproc(self, node: Node) -> None:
        """``#if`` inside a body: both sides stay, the branch says which configuration takes which."""
        line = node.start_point[0] + 1
        alternative = node.child_by_field_id(k.F_ALTERNATIVE)
        yes, no, end = (self.build.new_block(line) for _ in range(3))
        # What was parsed says "#if 1": the condition itself stands in the source.
        condition = condition_at(self.parsed.source, node.start_byte)
        self.build.branch("#" + condition, "config", "", line, yes, no if alternative else end)
        self.build.at(yes)
        self._preproc_body(node, alternative)
        self.build.goto_block(end)
        if alternative is not None:
            self.build.at(no)
            if alternative.type == "preproc_else":
                self._preproc_body(alternative, None)
            else:
                self._preproc(alternative)
            self.build.goto_block(end)
        self.build.at(end)

    def _preproc_body(self, node: Node, alternative: Node | None) -> None:
        skip = {
            n.start_byte
            for n in (node.child_by_field_id(k.F_CONDITION), node.child_by_field_id(k.F_NAME), alternative)
            if n is not None
        }
        for child in node.named_children:
            if child.start_byte not in skip:
                self.statement(child)

    # -- iteration ------------------------------------------------------------

    def _while(self, node: Node) -> None:
        found = _WORD.match(self.text, node.start_byte)
        word = found.group() if found else "while"
        if word != "while":
            self._macro_block(node, word)
            return
        line = node.start_point[0] + 1
        head = self.build.new_block(line)
        self._loop(
            node, head, head, lambda yes, no: self.condition(node.child_by_field_id(k.F_CONDITION), yes, no)
        )

    def _macro_block(self, node: Node, word: str) -> None:
        """``for_each_x(a, b) body``, or a macro that runs its block once."""
        args = self._macro_arguments(node.child_by_field_id(k.F_CONDITION))
        self.calls.append(CallRef(word, node.start_point[0] + 1))
        if self.macros.is_loop(word):
            head = self.build.new_block(node.start_point[0] + 1)
            self._loop(node, head, head, lambda yes, no: self._turn(node, word, args, yes, no))
            return
        depth = len(self.build.cleanups)
        result = self.build.temporary()
        self.build.call(word, args, result, node.start_point)
        self.build.locals.append(Local(result, UNKNOWN, node.start_point[0] + 1, cleanup=word))
        self.build.cleanups.append(result)
        body = node.child_by_field_id(k.F_BODY)
        if body is not None:
            self.statement(body)
        self.build.close_scopes(depth, node.end_point[0] + 1)

    def _macro_arguments(self, node: Node | None) -> tuple[str, ...]:
        args: list[str] = []
        stack = [node] if node is not None else []
        while stack:
            item = stack.pop()
            if item.kind_id == k.COMMA or (item.kind_id == k.PAREN and item.named_child_count == 1):
                stack.extend(reversed(item.named_children))
            else:
                args.append(self.operand(item))
        return tuple(args)

    def _turn(self, node: Node, word: str, args: tuple[str, ...], yes: int, no: int) -> None:
        result = self.build.temporary()
        self.build.call(word, args, result, node.start_point, loop=True)
        self.build.branch(result, "!=", "0", node.start_point[0] + 1, yes, no)

    def _loop(self, node: Node, head: int, again: int, test: Callable[[int, int], None]) -> None:
        """A loop tested at ``head``; ``continue`` goes to ``again``."""
        line = node.start_point[0] + 1
        body, end = self.build.new_block(line), self.build.new_block(node.end_point[0] + 1)
        self.build.enter(head)
        test(body, end)
        self.build.at(body)
        self._loop_body(node, again, end)
        self.build.goto_block(again)
        self.build.at(end)

    def _loop_body(self, node: Node, again: int, end: int) -> None:
        depth = len(self.build.cleanups)
        self._breaks.append((end, depth))
        self._continues.append((again, depth))
        body = node.child_by_field_id(k.F_BODY)
        if body is not None:
            self.statement(body)
        self._breaks.pop()
        self._continues.pop()

    def _for(self, node: Node) -> None:
        line = node.start_point[0] + 1
        depth = len(self.build.cleanups)
        self.scopes.enter()
        first = node.child_by_field_id(k.F_INITIALIZER)
        if first is not None:
            self.statement(first)
        head, again = self.build.new_block(line), self.build.new_block(line)
        self._loop(
            node, head, again, lambda yes, no: self.condition(node.child_by_field_id(k.F_CONDITION), yes, no)
        )
        end = self.build.current
        self.build.at(again)
        update = node.child_by_field_id(k.F_UPDATE)
        if update is not None:
            self.operand(update)
        self.build.goto_block(head)
        self.build.at(end)
        self.build.close_scopes(depth, node.end_point[0] + 1)
        self.scopes.leave(node.end_point)

    def _do(self, node: Node) -> None:
        line = node.start_point[0] + 1
        body, test = self.build.new_block(line), self.build.new_block(line)
        end = self.build.new_block(node.end_point[0] + 1)
        self.build.enter(body)
        self._loop_body(node, test, end)
        self.build.enter(test)
        self.condition(node.child_by_field_id(k.F_CONDITION), body, end)
        self.build.at(end)

    # -- jumps ----------------------------------------------------------------

    def _leave(self, stack: list[tuple[int, int]], node: Node) -> None:
        if stack:
            target, depth = stack[-1]
            self.build.leave_scopes(depth, node.start_point[0] + 1)
            self.build.goto_block(target)
        self.build.leave()

    def _break(self, node: Node) -> None:
        self._leave(self._breaks, node)

    def _continue(self, node: Node) -> None:
        self._leave(self._continues, node)

    def _return(self, node: Node) -> None:
        line = node.start_point[0] + 1
        value = self.plain_return(node.start_byte, node.end_byte, node.start_point) if self.sound else None
        if value is None:
            value = self.operand(node.named_children[0]) if node.named_child_count else ""
        self.build.leave_scopes(0, line)
        self.build.finish("return", value, line)

    def _goto(self, node: Node) -> None:
        label = node.child_by_field_id(k.F_LABEL)
        if label is not None:
            self.build.goto(self.text[label.start_byte : label.end_byte], node.start_point[0] + 1)

    def _labeled(self, node: Node) -> None:
        label = node.child_by_field_id(k.F_LABEL)
        for child in node.named_children:
            if label is not None and child.start_byte == label.start_byte:
                self.build.label(self.text[child.start_byte : child.end_byte], child.start_point[0] + 1)
            else:
                self.statement(child)

    def _nested(self, node: Node) -> None:
        """A function inside a function is a misparse; what it holds is still walked."""
        body = node.child_by_field_id(k.F_BODY)
        if body is not None:
            self.statement(body)


_STATEMENTS: dict[int, Callable[[Statements, Node], None]] = {
    k.COMPOUND: Statements._compound,
    k.EXPRESSION_STATEMENT: Statements._expression,
    k.DECLARATION: Statements._declaration,
    k.kind("if_statement"): Statements._if,
    k.ELSE: Statements._children,
    k.kind("switch_statement"): Statements._switch,
    k.CASE: Statements._case,
    k.kind("while_statement"): Statements._while,
    k.kind("for_statement"): Statements._for,
    k.kind("do_statement"): Statements._do,
    k.kind("break_statement"): Statements._break,
    k.kind("continue_statement"): Statements._continue,
    k.kind("return_statement"): Statements._return,
    k.kind("goto_statement"): Statements._goto,
    k.kind("labeled_statement"): Statements._labeled,
    k.kind("attributed_statement"): Statements._children,
    k.kind("preproc_if"): Statements._preproc,
    k.kind("preproc_ifdef"): Statements._preproc,
    k.FUNCTION: Statements._nested,
    k.TYPEDEF: lambda _self, _node: None,
    k.STRUCT: lambda _self, _node: None,
    k.UNION: lambda _self, _node: None,
    k.ENUM: lambda _self, _node: None,
}
