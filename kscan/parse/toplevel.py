"""Macros at column 0: blanked into a side table, or made into heads and initialisers."""

from __future__ import annotations

import re

from kscan.kernel.macros import HeadRule, MacroTable, expand
from kscan.parse.records import Head, Use
from kscan.parse.text import argument_texts, blank, closing, last_solid, next_solid, put, split_arguments
from kscan.regex import regex

# Both begin with a literal or are anchored: sre is slow at anything else.
_LINE = regex(
    rb"\n *+(?>(?:(?:static|extern|inline|const|volatile|typedef)[ \t]+)*)([A-Za-z_]\w*+)[ \t]*\(",
)
_FIRST = regex(_LINE.pattern[2:])
_SAME_LINE = regex(rb"[ \t]*(?:static[ \t]+)?([A-Za-z_]\w*+)[ \t]*\(")
_JOINS = regex(rb"[ \t]*\**[ \t]*[A-Za-z_]\w*[ \t]*[(;=\[,]")
_NAME = regex(rb"[ \t\n]*\**[ \t\n]*([A-Za-z_]\w*)((?:\[[^\]]*\])*)[ \t\n]*")
_NOT_MACROS = frozenset(
    b"if for while do switch return sizeof else case goto typeof __typeof__ defined int char void long short "
    b"unsigned signed struct union enum bool float double".split()
)
_INITIALISES = regex(rb"\{\s*(?:\.\s*\w|\[|\})")


class TopLevel:
    """Rewrites the column-0 macros of one file in place and records them."""

    def __init__(self, source: bytes, code: bytearray, macros: MacroTable) -> None:
        self.source = source
        self.code = code
        self.macros = macros
        self.uses: list[Use] = []
        self.heads: dict[int, Head] = {}
        self._line = 1
        self._counted = 0
        self._blanked = (0, 59)
        self._opened = (0, -1)  # how far bodies that open at column 0 were looked for, and the last

    def run(self) -> None:
        """Rewrite every macro use that starts a line at column 0."""
        first = _FIRST.match(self.code)
        if first:
            self._line_of_uses(0, first)
        for match in _LINE.finditer(self.code):
            self._line_of_uses(match.start() + 1, match)

    def _line_of_uses(self, start: int, match: re.Match[bytes] | None) -> None:
        """Rewrite a use at ``start`` and those that follow it on its line."""
        while match:
            end = self._try(start, match.start(1), match.end(1), match.end() - 1)
            start = next_solid(self.code, end) if end else -1
            match = _SAME_LINE.match(self.code, end) if start >= 0 else None

    def _behind(self, start: int) -> int:
        """The last byte of code before ``start``, ``;`` if there is none."""
        done, behind = self._blanked
        if done and not self.code[done:start].strip():
            return behind
        before = last_solid(self.code, start)
        return self.code[before] if before >= 0 else 59

    def _try(self, start: int, name: int, name_end: int, opening: int) -> int:
        """Rewrite the use at ``start``; gives where it ended if it was blanked, else 0."""
        code = self.code
        word = bytes(code[name:name_end])
        if word in _NOT_MACROS or (code[start] == 32 and self.source[start] in b" \t"):
            return 0
        behind = self._behind(start)
        if behind not in b";})" or self._inside(start):
            return 0
        close = closing(code, opening)
        if close < 0:
            return 0
        after = next_solid(code, close + 1)
        following = code[after] if after >= 0 else 10
        if following == 123 and behind != 41:  # {
            self._block(start, name, opening, close, after)
        elif following == 123:
            blank(code, start, close + 1)
        elif following == 61:  # =
            if code[after + 1 : after + 2] != b"=":
                self._variable(start, name, opening, close)
        elif following == 59:  # ;
            return self._use(start, name, opening, close, after + 1, behind)
        elif following not in b",)(.-+*/&|<>?:[%^!" and (
            code.find(b"\n", close, after) >= 0 or not _JOINS.match(code, close + 1)
        ):
            return self._use(start, name, opening, close, close + 1, behind)
        return 0

    def _inside(self, start: int) -> bool:
        """Whether ``start`` lies in a function body that opened at column 0."""
        opened = self.code.rfind(b"\n{\n", self._opened[0], start)  # uses come in order
        self._opened = (start - 2 if start > 2 else 0, opened if opened >= 0 else self._opened[1])
        opened = self._opened[1]
        return opened >= 0 and self.code.rfind(b"\n}", opened, start) < 0

    def _line_at(self, position: int) -> int:
        self._line += self.source.count(b"\n", self._counted, position)
        self._counted = position
        return self._line

    def _arguments(self, opening: int, close: int) -> tuple[str, ...]:
        return argument_texts(self.source, self.code, opening + 1, close)

    def _name(self, name: int, opening: int) -> str:
        return self.source[name:opening].strip().decode("latin-1")

    def _use(self, start: int, name: int, opening: int, close: int, end: int, behind: int) -> int:
        word = self._name(name, opening)
        if word not in ("asm", "__asm__", "__asm"):
            line = self._line_at(start)
            self.uses.append(Use(word, self._arguments(opening, close), line, start, end))
        blank(self.code, start, end)
        # Long runs of uses leave long blanks: what stands before them is looked up once.
        self._blanked = (end, behind)
        return end

    def _block(self, start: int, name: int, opening: int, close: int, brace: int) -> None:
        word = self._name(name, opening)
        if word in self.macros.tables or _INITIALISES.match(self.code, brace):
            self._table(start, name, opening, close, word)
            return
        args = self._arguments(opening, close)
        rule = self.macros.head(word)
        if make_head(self.code, name, close):
            made = _function_name(rule, word, args)
            params = _parameters(rule, args)
            returns = rule.returns if rule else ""
            self.heads[start] = Head("function", word, args, made, self._line_at(start), returns, params)

    def _table(self, start: int, name: int, opening: int, close: int, word: str) -> None:
        args = self._arguments(opening, close)
        rule = self.macros.tables.get(word)
        instance = expand(rule.instance, args) if rule else (args[0] if args else word)
        kind = rule.type if rule else ""
        if make_variable(self.code, name, opening, close, equals=True):
            self.heads[start] = Head("table", word, args, instance, self._line_at(start), kind)

    def _variable(self, start: int, name: int, opening: int, close: int) -> None:
        word = self._name(name, opening)
        args = self._arguments(opening, close)
        made = make_variable(self.code, name, opening, close, equals=False)
        if made:
            self.heads[start] = Head("variable", word, args, made, self._line_at(start))


def _function_name(rule: HeadRule | None, word: str, args: tuple[str, ...]) -> str:
    if rule:
        return expand(rule.name, args)
    return args[0] if args and args[0].isidentifier() else word


def _parameters(rule: HeadRule | None, args: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if rule is None:
        return ()
    if rule.pairs >= 0:
        rest = args[rule.pairs :]
        return tuple(zip(rest[::2], rest[1::2], strict=False))
    return rule.params


def make_head(code: bytearray, name: int, close: int) -> bool:
    """Turn ``NAME(args)`` into ``int NAME(  )`` of the same length; False if it is too short."""
    end = name
    while code[end] not in b" \t(":
        end += 1
    length = end - name
    blank(code, end, close + 1)
    if length >= 5:
        put(code, name, b"int f" if 48 <= code[name + 4] <= 57 else b"int ")
        put(code, end, b"(")
    elif length >= 3 and not 48 <= code[name + 2] <= 57:
        put(code, name, b"t ")
        put(code, end, b"(")
    elif close - name >= 4 and b"\n" not in code[name : name + 4]:
        put(code, name, b"t f(")
    else:
        return False
    put(code, close, b")")
    return True


def make_variable(code: bytearray, name: int, opening: int, close: int, *, equals: bool) -> str:
    """Turn ``NAME(.., x)`` into ``int x`` in place, with ``=`` where ``)`` was if asked.

    Gives the variable's name: the last argument that is an identifier, "" if there is none.
    """
    for start, end in reversed(split_arguments(code, opening + 1, close)):
        match = _NAME.fullmatch(code, start, end)
        if match and match.start(1) - name >= 4:
            text = bytes(match[1] + match[2])
            position = match.start(1)
            made = match[1].decode("latin-1")
            break
    else:
        text, position, made = b"", name, ""
        if close - name < 6:
            return ""
    blank(code, name, close + 1)
    put(code, name, b"int")
    if made:
        put(code, position, text)
    else:
        put(code, name + 4, b"x")
    if equals:
        put(code, close, b"=")
    return made or "x"
