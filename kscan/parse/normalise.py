"""Same-length rewriting of kernel C into C that the stock grammar accepts.

Bytes and newlines keep their places, so every offset of the tree is true of the
original file.  The alternative, a grammar of our own, would have to know the same
macro names, and could not learn them from data.

All patterns begin with a literal: sre then searches at about 0.5 ns a byte, and
at 6 to 40 ns a byte otherwise.  What stands before a match is checked in Python.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from kscan.kernel.macros import MacroTable
from kscan.parse.conditionals import Resolver
from kscan.parse.directives import (
    CONDITIONALS,
    Directives,
    blank_line,
    find_lines,
    header_guard,
    read_directives,
)
from kscan.parse.records import Head, Use
from kscan.parse.text import (
    BLANK,
    argument_texts,
    blank,
    closing,
    is_word,
    last_solid,
    next_solid,
    put,
    room,
    split_arguments,
    tidy,
    word_start,
)
from kscan.parse.toplevel import TopLevel, make_variable
from kscan.regex import regex

_CLEAN = bytes(byte if 32 < byte < 127 or byte in {9, 10} else 32 for byte in range(256))
_CONTINUED = bytes(92 if byte == 1 else BLANK[byte] for byte in range(256))
_STRING = regex(rb'"[^"\\\n]*+(?>(?:\\(?:.|\n)[^"\\\n]*+)*)"?')
_CHARACTER = regex(rb"'[^'\\\n]*+(?>(?:\\.[^'\\\n]*+)*)'?")
_UNDERSCORED = regex(rb"__[a-z]\w*")
_FOR_EACH = regex(rb"for_each\w*[ \t]*\(")
_FOREACH = regex(rb"foreach\w*[ \t]*\(")
_FOLLOWED = regex(rb"\)[ \t]*+(?:\{|\n[ \t]++[A-Za-z_*({+])")
_HEAD = regex(rb"[ \t]++(?!(?:if|for|while|switch|return)[ \t(])([A-Za-z_]\w*+)[ \t]*+(\()")
_HEAD_LINES = 12  # a loop macro's arguments do not take more
_UNTIL = regex(rb"\} while_\w+[ \t]*\(")
_POINTER = regex(rb"\(\s*\*\s*\w+\s*\)")
_STATEMENT = regex(rb"\(\s*(?:if|for|while|do|switch)\b")
_STATEMENT_WORDS = frozenset(b"if for while switch return sizeof else do case goto asm typeof".split())
_TYPE_ENDS = tuple(
    regex(pattern)
    for pattern in (
        rb"struct\s++\w++[\s*]*+(?=[,)])",
        rb"union\s++\w++[\s*]*+(?=[,)])",
        rb"enum\s++\w++[\s*]*+(?=[,)])",
        rb"signed\s++(?:(?:int|long|short|char)[\s*]*+)+(?=[,)])",
        rb"long\s++(?:(?:int|long|unsigned|double)[\s*]*+)+(?=[,)])",
        rb"\*[\s*]*+(?:const\s*+)?(?=[,)])",
    )
)
_TYPE = regex(
    rb"\s*+((?:(?:const|volatile|unsigned|signed|struct|union|enum|long|short)\s+)*\w++[\s*]*+(?:const\s*+)?)"
)
_PROTOTYPE = regex(rb"\s*(?!return\b|else\b|case\b|goto\b)\w[\w\s*]*[\s*]\w+\s*\(|[^(]*\(\s*(?:\w+\s*)?\*")
_ASM = regex(
    rb"asm(?:_volatile_goto|_inline|__)?\s*(?:(?:volatile|__volatile__|__volatile|goto|inline|__inline)\s*)*\("
)
_ALIGNOF = regex(rb"__alignof__(?=[ \t]*\()")
_OFFSETOF = regex(rb"offsetof\(([^(),]*),(\s*[^(),;]*[.\[][^,;]*)\)")
_TYPEOF = regex(rb"typeof[_a-z]*[ \t]*\(")
_PRINTK = regex(rb"KERN_[A-Z]+\s+(?=[A-Za-z_]\w*\s*[\"A-Z])")
_RANGE = regex(rb"\.\.\.")
_LABEL = regex(rb":\s*\}")
_STATIC = regex(rb"static[ \t]+([A-Za-z_]\w*+)[ \t]*+(\()")
_SIZE_WORDS = frozenset(
    b"return sizeof typeof __typeof__ __typeof __alignof__ _Alignof alignof offsetof".split()
)
_JOIN = bytes(byte if is_word(byte) else 95 for byte in range(256))
_LEAVES = regex(rb"\b(return|goto|continue|break)\b")
_RESERVED = regex(r"__[a-z]\w*[a-z]", re.ASCII)
_ATTRIBUTE_TEXT = regex(r"__attribute__\s*\(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\)")
_CALL_TEXT = regex(r"(\w+)\s*\([^()]*\)", re.ASCII)


class Normalised(msgspec.Struct, frozen=True):
    """Code of the same length as its source, and what was taken out of it."""

    code: bytes
    uses: tuple[Use, ...]
    heads: dict[int, Head]
    attributes: dict[int, str]
    directives: Directives


@lru_cache(maxsize=8)
def _shared(names: tuple[str, ...]) -> bytes:
    """The longest text that all ``names`` hold: one search tells that a file has none of them."""
    short = min(names, key=len)
    for size in range(len(short), 0, -1):
        for start in range(len(short) - size + 1):
            part = short[start : start + size]
            if all(part in name for name in names):
                return part.encode()
    return b""


def _blank_text(text: bytes) -> bytes:
    """A string or character literal with its contents blank, of the same shape."""
    if len(text) < 2 or text[-1] != text[0]:  # no end: not C, make it harmless
        return text.translate(BLANK)
    if text[0] == 39:
        return b"'" + b"0" * (len(text) - 2) + b"'" if len(text) > 2 else b" 0"
    if b"\n" not in text:
        return b'"' + b" " * (len(text) - 2) + b'"'
    blanked = bytearray(text.translate(BLANK))  # continued over lines: a string on one of them
    place = room(blanked, 0, len(blanked), 2)
    put(blanked, max(place, 0), b'""' if place >= 0 else b"")
    return bytes(blanked)


def _blank_comment(text: bytes) -> bytes:
    """A comment's blanks; a line that it continues within a directive stays continued."""
    if b"\\" in text:
        return text.replace(b"\\\n", b"\x01\n").translate(_CONTINUED)
    return text.translate(BLANK)


def _line_end(text: bytes, start: int) -> int:
    """Where a ``//`` comment ends: a backslash continues it."""
    end = text.find(b"\n", start)
    while end > 0 and text[end - 1] == 92:
        end = text.find(b"\n", end + 1)
    return end if end >= 0 else len(text)


def _quoted(text: bytes, start: int) -> tuple[int, bytes]:
    """Where the literal at ``start`` ends, and its blanked form."""
    if text[start] == 34:
        end = text.find(b'"', start + 1) + 1
        literal = text[start:end]
        if end and b"\\" not in literal and b"\n" not in literal:
            return end, b'"' + b" " * (end - start - 2) + b'"'
    match = (_STRING if text[start] == 34 else _CHARACTER).match(text, start)
    assert match is not None
    return match.end(), _blank_text(match[0])


def blank_literals(text: bytes) -> bytearray:
    """``text`` without comments and with the contents of literals blank.

    Four finds, each renewed only once it has been passed, cost less than one pattern
    that can begin with any of them.
    """
    code, size = bytearray(text), len(text)
    find = (text + b"/*//\"'").find  # so that every find succeeds
    comment, line, string, character = find(b"/*"), find(b"//"), find(b'"'), find(b"'")
    while True:
        start = comment if comment < line else line
        quote = string if string < character else character
        if quote < start:
            if quote >= size:
                return code
            end, blanked = _quoted(text, quote)
            code[quote:end] = blanked
        elif start >= size:
            return code
        else:
            if start == comment:
                end = text.find(b"*/", start + 2) + 2
                end = end if end > 1 else size
            else:
                end = _line_end(text, start)
            code[start:end] = _blank_comment(text[start:end])
        if comment < end:
            comment = find(b"/*", end)
        if line < end:
            line = find(b"//", end)
        if string < end:
            string = find(b'"', end)
        if character < end:
            character = find(b"'", end)


class _Bodies:
    """The rewriting steps that apply anywhere, on one file's code in place."""

    def __init__(self, source: bytes, code: bytearray, macros: MacroTable) -> None:
        self.source = source
        self.code = code
        self.macros = macros
        self.attributes: dict[int, str] = {}
        self.heads: dict[int, Head] = {}
        self.members: list[Use] = []

    # -- attributes

    def blank_attributes(self, own: frozenset[str]) -> None:
        """Blank attribute macros and keep the recorded ones aside."""
        code, plain, calls = self.code, self.macros.attributes, self.macros.attribute_calls
        for match in _UNDERSCORED.finditer(code):
            start, end = match.span()
            word = match[0].decode("ascii")
            while start and code[start - 1] == 95:  # ____cacheline_aligned
                start -= 1
                word = "_" + word
            if (word in plain or word in calls or word in own) and not (
                start and (is_word(code[start - 1]) or code[start - 1] in b".>")  # a member of that name
            ):
                self._attribute(word, start, end, call=word in calls)
        words = self.macros.words
        for text in own:
            if not text.startswith("__"):
                words = {**words, text.encode(): frozenset({text})}
        for prefix, names in words.items():
            self._words(prefix, names)

    def _words(self, prefix: bytes, names: frozenset[str]) -> None:
        code, size = self.code, len(self.code)
        position = code.find(prefix)
        while position >= 0:
            end = position + len(prefix)
            if not (position and is_word(code[position - 1])):
                while end < size and is_word(code[end]):
                    end += 1
                word = code[position:end].decode("latin-1")
                keyword = self.macros.keywords.get(word)
                if keyword:
                    blank(code, position, end)
                    put(code, position, keyword.encode())
                elif word in names:
                    self._attribute(word, position, end, call=word in self.macros.attribute_calls)
            position = code.find(prefix, end)

    def _attribute(self, word: str, start: int, end: int, *, call: bool) -> None:
        if call:
            opening = next_solid(self.code, end)
            if opening < 0 or self.code[opening] != 40:
                return
            close = closing(self.code, opening)
            if close < 0:
                return
            end = close + 1
        if word in self.macros.recorded:
            self.attributes[start] = tidy(self.source[start:end].decode("latin-1"))
        blank(self.code, start, end)

    # -- loops and blocks

    def rewrite_loops(self) -> None:
        """Turn loop and block macros into ``while`` (or ``if``) statements."""
        for pattern in (_FOR_EACH, _FOREACH):
            for match in pattern.finditer(self.code):
                self._named_loop(match.start(), match.end() - 1)
        for match in _FOLLOWED.finditer(self.code):
            head = self._head(match.start())
            if head and head[1] not in _STATEMENT_WORDS:
                self._shaped(head, match.start())
        for match in _UNTIL.finditer(self.code):  # the end of do { } or of a macro's own block
            start, opening = match.start() + 2, match.end() - 1
            blank(self.code, start, opening)
            put(self.code, start, b"while")
            close = closing(self.code, opening)
            if close >= 0 and not self.code[opening + 1 : close].strip():
                self._fill(start + 5, opening, close)

    def _named_loop(self, middle: int, opening: int) -> None:
        code = self.code
        start = word_start(code, middle)
        if not self._at_statement(start):
            return
        close = closing(code, opening)
        if close < 0:
            return
        after = next_solid(code, close + 1)
        if after < 0 or not (is_word(code[after]) or code[after] in b"{*(+#"):
            return
        end = opening
        while code[end - 1] in b" \t":
            end -= 1
        self._as_statement(start, end, opening, close)

    def _at_statement(self, start: int) -> bool:
        before = last_solid(self.code, start)
        if before < 0:
            return False
        byte = self.code[before]
        if byte in b";{}:)":
            return True
        word = bytes(self.code[word_start(self.code, before + 1) : before + 1])
        if word in (b"else", b"do", b"endif"):
            return True
        line = self.code.rfind(b"\n", 0, before) + 1
        return self.code[line : before + 1].lstrip().startswith((b"#if 1", b"#elif 1"))

    def _head(self, close: int) -> re.Match[bytes] | None:
        """``name(`` at the start of the line where the ``(`` of the ``)`` at ``close`` is."""
        code, end, depth = self.code, close + 1, 0
        for _ in range(_HEAD_LINES):
            line = code.rfind(b"\n", 0, end) + 1
            depth += code.count(b")", line, end) - code.count(b"(", line, end)
            if depth <= 0 or not line:
                return _HEAD.match(code, line)
            end = line - 1
        return None

    def _shaped(self, head: re.Match[bytes], close: int) -> None:
        """Rewrite ``name(...)`` at the start of a line if a block or a statement follows it."""
        code = self.code
        start, end = head.span(1)
        opening = head.start(2)
        if closing(code, opening) != close or not self._at_statement(start):
            return
        if _STATEMENT.match(code, opening):  # DEBUG(if (x) ...), which is a statement of its own
            return
        body = next_solid(code, close + 1)
        line = code.rfind(b"\n", close, body) + 1
        indent = start - head.start()
        if code[body] == 40 and _POINTER.match(code, opening):  # a declaration: int (*f)(int)
            return
        if code[body] == 123 and line == body:  # a brace at column 0: a function's own
            if code[last_solid(code, start)] == 41:
                blank(code, start, close + 1)
        elif code[body] == 123 or (
            body - line > indent and code[line:body].startswith(code[head.start() : start])
        ):
            self._as_statement(start, end, opening, close)

    def _as_statement(self, start: int, end: int, opening: int, close: int) -> None:
        code = self.code
        name = bytes(code[start:end]).decode("latin-1")
        keyword = b"if" if name in self.macros.conditional_blocks or end - start < 5 else b"while"
        blank(code, start, end)
        put(code, start, keyword)
        inner = bytes(code[opening + 1 : close])
        if inner.count(b";") == 2 and end - start > 2:
            put(code, start, b"for" + b" " * (len(keyword) - 3))
        elif not inner.strip():
            self._fill(start + len(keyword), opening, close)
        elif _LEAVES.search(inner):
            self._drop_jumps(opening + 1, close)

    def _fill(self, free: int, opening: int, close: int) -> None:
        """Give the empty parentheses of a made loop a condition; ``free`` bytes and on are blank."""
        if close - opening > 1:
            place = room(self.code, opening + 1, close, 1)
            put(self.code, max(place, opening + 1), b"1" if place >= 0 else b"")
        elif free < opening:
            put(self.code, opening - 1, b"(1)")

    def _drop_jumps(self, start: int, end: int) -> None:
        for a, b in split_arguments(self.code, start, end):
            jump = _LEAVES.search(self.code, a, b)
            if jump is None:
                continue
            blank(self.code, jump.start(), jump.end())
            if not self.code[a:b].strip():
                put(self.code, jump.start(), b"0")

    # -- types as arguments

    def join_types(self) -> None:
        """Make one identifier of each type that is a macro's argument."""
        code = self.code
        for pattern in _TYPE_ENDS:
            for match in pattern.finditer(code):
                self._join(match.start(), match.end())

    def _join(self, near: int, end: int) -> None:
        code = self.code
        floor = max(0, near - 100)
        before = max(code.rfind(b",", floor, near), code.rfind(b"(", floor, near))
        if before < 0:
            return
        if code[before] == 40:
            # A cast is not followed by a comma, so a blank before the parenthesis is harmless then.
            last = last_solid(code, before) + 1 if code[end] == 44 else before
            name = word_start(code, last)
            if name == last or bytes(code[name:last]) in _SIZE_WORDS:
                return
        match = _TYPE.fullmatch(code, before + 1, end)
        if match is None:
            return
        text = match[1].rstrip()
        if b"\n" in text or self._in_prototype(before):
            return
        put(code, match.start(1), text.translate(_JOIN))

    def _in_prototype(self, position: int) -> bool:
        code = self.code
        floor = max(0, position - 600)
        edge = max(code.rfind(mark, floor, position) for mark in (b";", b"{", b"}"))
        statement = bytes(code[max(edge + 1, floor) : position + 1])
        return b"=" not in statement and _PROTOTYPE.match(statement) is not None

    # -- the rest

    def rewrite_asm(self) -> None:
        """Replace assembler templates by empty strings, drop the names of registers."""
        code = self.code
        for match in _ASM.finditer(code):
            start, opening = match.start(), match.end() - 1
            while start and code[start - 1] == 95:
                start -= 1
            if start and is_word(code[start - 1]):
                continue
            close = closing(code, opening)
            if close < 0:
                continue
            before = last_solid(code, start)
            if self._names_register(match[0], before):
                blank(code, start, close + 1)
                continue
            colon = code.find(b":", opening, close)
            end = colon if colon >= 0 else close
            if end - opening > 2:
                place = room(code, opening + 1, end, 2)
                if place >= 0:
                    blank(code, opening + 1, end)
                    put(code, place, b'""')

    def _names_register(self, text: bytes, before: int) -> bool:
        """Whether ``asm("r3")`` follows a declarator that ends at ``before``."""
        code = self.code
        if before < 0 or text[3:-1].strip(b" _\t"):
            return False
        if code[before] in b")]":  # a prototype starts its line at column 0, a condition does not
            return is_word(code[code.rfind(b"\n", 0, before) + 1])
        word = bytes(code[word_start(code, before + 1) : before + 1])
        return bool(word) and word not in (b"else", b"do", b"endif", b"1")

    def rewrite_small(self) -> None:
        """The rare constructs: typeof, ranges, labels at the end, log levels."""
        code = self.code
        for match in _TYPEOF.finditer(code):
            self._typeof(match.start(), match.end() - 1)
        for match in _ALIGNOF.finditer(code):  # of an expression, which the grammar does not know
            blank(code, match.start(), match.end())
            put(code, match.start(), b"sizeof")
        for match in _OFFSETOF.finditer(code):
            self._offsetof(match.start() + 8, match.start(2))
        for match in _RANGE.finditer(code):
            start = match.start()
            floor = max(0, start - 200)
            edge = max(code.rfind(mark, floor, start) for mark in (b";", b"{", b"}", b":"))
            case = code.rfind(b"case", floor, start)
            if case > edge or code[code.rfind(b"\n", floor, start) + 1 : start].lstrip().startswith(b"case"):
                put(code, match.start(), b" | ")
        for match in _PRINTK.finditer(code):
            blank(code, match.start(), match.end())
        for match in _LABEL.finditer(code):
            if match.end() - match.start() > 2:
                self._label(match.start(), match.end() - 1)

    def _label(self, colon: int, brace: int) -> None:
        for position in range(colon + 1, brace):
            if self.code[position] != 10:
                self.code[position] = 59
                return

    def _offsetof(self, opening: int, start: int) -> None:
        """Make one name of a member path such as ``a.b[3]``."""
        close = closing(self.code, opening)
        while self.code[start] in b" \t\n":
            start += 1
        text = bytes(self.code[start:close]) if close > start else b"\n"
        if b"\n" not in text:
            put(self.code, start, text.translate(_JOIN))

    def _typeof(self, start: int, opening: int) -> None:
        code = self.code
        while start and code[start - 1] == 95:
            start -= 1
        close = closing(code, opening)
        if close < 0 or (start and is_word(code[start - 1])):
            return
        text = bytes(code[start : close + 1])
        if b"\n" not in text:
            put(code, start, text.translate(_JOIN))
            return
        blank(code, opening, close + 1)

    def rewrite_declarations(self) -> None:
        """Make declarations of macros that declare a variable or a member."""
        for prefix in self.macros.variables:
            self._declarations(prefix.encode())
        for match in _STATIC.finditer(self.code):
            if match.start() and self.code[match.start() - 1] in b" \t":
                self._declaration(match.start(), match.start(1), match.start(2))
        members, groups = self.macros.members, self.macros.groups
        if members and _shared(tuple(members)) in self.code:
            for name in members:
                self._members(name.encode())
        if groups and _shared(tuple(groups)) in self.code:
            for name, skip in groups.items():
                self._groups(name.encode(), skip)

    def _declarations(self, prefix: bytes) -> None:
        code = self.code
        position = code.find(prefix)
        while position >= 0:
            end = position + len(prefix)
            while end < len(code) and is_word(code[end]):
                end += 1
            line = code.rfind(b"\n", 0, position) + 1
            if line < position and end < len(code) and code[end] == 40 and not code[line:position].strip():
                self._declaration(position, position, end)
            position = code.find(prefix, end)

    def _declaration(self, start: int, name: int, opening: int) -> None:
        close = closing(self.code, opening)
        if close < 0:
            return
        after, before = next_solid(self.code, close + 1), last_solid(self.code, start)
        if after < 0 or self.code[after] not in b";=" or self.code[after + 1 : after + 2] == b"=":
            return
        if before >= 0 and self.code[before] == 61:  # the value of a variable
            return
        word = self.source[name:opening].strip().decode("latin-1")
        args = argument_texts(self.source, self.code, opening + 1, close)
        made = make_variable(self.code, name, opening, close, equals=False)
        if made:
            self.heads[start] = Head("variable", word, args, made, 0)

    def _members(self, word: bytes) -> None:
        """Blank the macros that set members of an initialiser, and record them."""
        code = self.code
        position = code.find(word)
        while position >= 0:
            end = position + len(word)
            close = closing(code, end) if end < len(code) and code[end] == 40 else -1
            before = last_solid(code, position)
            if close >= 0 and before >= 0 and code[before] in b"{,":
                after = next_solid(code, close + 1)
                stop = after + 1 if after >= 0 and code[after] == 44 else close + 1
                args = argument_texts(self.source, code, end + 1, close)
                line = code.count(b"\n", 0, position) + 1
                self.members.append(Use(word.decode("latin-1"), args, line, position, stop))
                blank(code, position, stop)
            position = code.find(word, end)

    def _groups(self, word: bytes, skip: int) -> None:
        code = self.code
        position = code.find(word)
        while position >= 0:
            end = position + len(word)
            if not is_word(code[position - 1]) and code[end] == 40:
                self._group(position, end, skip)
            position = code.find(word, end)

    def _group(self, start: int, opening: int, skip: int) -> None:
        code = self.code
        close = closing(code, opening)
        spans = split_arguments(code, opening + 1, close) if close >= 0 else []
        if len(spans) <= skip:
            return
        blank(code, start, spans[skip][0])
        put(code, start, b"struct")
        put(code, opening, b"{")
        put(code, close, b"}")


def own_attributes(directives: Directives, macros: MacroTable) -> frozenset[str]:
    """Macros the file itself defines as attributes, or, with a name like one, as nothing."""
    found: set[str] = set()
    for define in directives.defines:
        if define.params is not None or len(define.body) > 100:
            continue
        if not define.body:
            if _RESERVED.fullmatch(define.name):
                found.add(define.name)
            continue
        if "__" not in define.body and "no" not in define.body:
            continue
        rest = _ATTRIBUTE_TEXT.sub(" ", define.body)
        rest = _CALL_TEXT.sub(lambda match: " " if match[1] in macros.attribute_calls else match[0], rest)
        if all(word in macros.attributes or word in found or word == "inline" for word in rest.split()):
            found.add(define.name)
    return frozenset(found)


def normalise(source: bytes, macros: MacroTable) -> Normalised:
    """Rewrite ``source``; the result's code has its length and its newlines."""
    code = blank_literals(source.translate(_CLEAN))
    lines = find_lines(code)
    guard = header_guard(source, code, lines)
    directives = read_directives(source, code, lines, guard)
    for line in lines:
        if line.kind not in CONDITIONALS:
            blank_line(code, line)
    Resolver(source, code, macros.known, guard).run(lines)
    bodies = _Bodies(source, code, macros)
    bodies.blank_attributes(own_attributes(directives, macros))
    top = TopLevel(source, code, macros)
    top.run()
    bodies.rewrite_asm()
    bodies.rewrite_declarations()
    bodies.join_types()
    bodies.rewrite_loops()
    bodies.rewrite_small()
    uses = (
        tuple(sorted([*top.uses, *bodies.members], key=lambda use: use.start))
        if bodies.members
        else tuple(top.uses)
    )
    heads = {**top.heads, **bodies.heads}
    return Normalised(bytes(code), uses, heads, bodies.attributes, directives)
