"""Second chance: slower rewriting, only for files that still hold an error.

The rules work on code that is normalised already, so nothing is done twice, and the
tree is edited rather than built anew.
"""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node, Parser, Point, Tree

from kscan.parse.text import blank, closing, is_word, last_solid, next_solid, put, room
from kscan.regex import regex

_ADDRESS = regex(rb"[=,({]\s*(&&)\s*[A-Za-z_]\w*\s*[-,;})]")
_TOKEN = regex(rb"(?<![\w.])[0-9]\w*[A-Za-z_]\w*")
_NUMBER = regex(rb"(?:0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)[uUlL]*|[0-9]+[eE][0-9]+[fFlL]?")
_OPERATOR = regex(
    rb"(?<=[,(])\s*(==|!=|<<=?|>>=?|<=|>=|\+=|-=|\|=|&=|\+\+|--|<|>|&&|\|\||[+\-*/%&|^=!]|->)(?=\s*[,)])"
)
_EMPTY = regex(rb"[,(](\s+)(?=,)|,(\s+)(?=\))")
_TEXTS = regex(rb'"\s*([A-Za-z_]\w*(?:\s*\([^()"]*\))?\s+)(?=[A-Za-z_]\w*\s*(?:\([^()"]*\)\s*)?["\n,);])')
_PREFIXED = regex(
    rb'[(,]\s*([A-Za-z_]\w*\s+)(?=[A-Za-z_]\w*\s+")|[(,]\s*([A-Z][A-Z0-9_]+\s+)(?=[A-Z][A-Z0-9_]+\s*[,)]|[a-z]\w*\()'
)
_NAMED = regex(rb"[(,]\s*(\.)\s*\w+\s*=")
_TEXT_CALL = regex(
    rb'"\s*([A-Za-z_]\w*\s*\((?:[^()"]|\([^()"]*\))*\))(?=\s*["),])'
    rb'|[(,]\s*([A-Za-z_]\w*\s*\([^()"]*\))(?=\s*")'
)
_ASM = regex(
    rb"asm(?:_volatile_goto|_inline|__)?\s*(?:(?:volatile|__volatile__|__volatile|goto|inline|__inline)\s*)*\("
)
_LONELY = regex(rb"\n[A-Z_][A-Z0-9_]*[ \t]*;?[ \t]*(?=\n)")
_LONELY_USE = regex(rb"\n[A-Z_][A-Z0-9_]*\([^;{}()]*\)[ \t]*(?=\n)")
_LINE_MACRO = regex(
    rb"(?:\n;|[\n}](?=[ \t]))([ \t]*[A-Za-z_]\w*[ \t]*(\()[^;{}]{0,600}?\))[ \t]*"
    rb"(?=\s*\n([ \t]*)[\w}.*(#\"&])"
)
_JUMP = regex(rb"goto\s+(\*[^;]*);")
_LEAVING = regex(rb"[,(]\s*(return|goto)\s+(?=[^,;{}]*[,)])")
_TWICE = regex(rb";[ \t]*(;)[ \t]*\n")
_MISSING_FIRST = regex(rb"\((?=,[ \t])")
_UNIT = regex(rb"(?<=[\s,(={])[0-9]\w*[ \t]+([A-Za-z_]\w*)\s*(?=[,;)}])")
_TRAILING = regex(rb"[\w\])]\s+(__[A-Z]\w*|__\w*aligned\w*)\s*(?=[;=])")
_ENTRY = regex(
    rb"(?:=\s*\{|,|\benum\s+\w*\s*\{)\s*([A-Z_][A-Z0-9_]+(?:\s+[A-Z_][A-Z0-9_]+)*)\s+"
    rb"(?=[\w\"&{.]|[A-Z_][A-Z0-9_]+\s*\})"
)
_MEMORY_MODEL = regex(
    rb"\b(?:char|short|int|long|void|u_\w+)\s+"
    rb"((?!(?:const|volatile|restrict|unsigned|char|short|int|long)\b)[a-z]\w*)\s*(?=\*)"
)
_OFFSETOF = regex(rb"\boffsetof(\()[^(),;]*,\s*\w+")
_ELSE_MACRO = regex(rb"(?:\belse|[;{}])\s+([A-Z_][A-Z0-9_]*\s*(\())")
_QUALIFIED = regex(rb"[(,]\s*((?:const|volatile)\s+)(?=\w+\s*,)")
_PLACED = regex(rb"[{,]\s*([A-Z_]\w*[ \t]*\([^(){};]*\)\s*=)(?=\s*(?:\{[^{};]*\}|[^{};,]+)\s*[,}])")
_FLAT_STRUCT = regex(rb"\b(?:struct|union)\s+(?:\w+\s*)?\{([^{}]*)\}")
_MEMBERS = regex(rb"(?:^|(?<=;))\s*([A-Z_][A-Z0-9_]*[ \t]*\([^(){};]*\)\s*;)")
_LINE_NAME = regex(rb"[;{}:]\s*\n[ \t]+([A-Z_][A-Z0-9_]+)(?=\s*\n)")
_LAST_LABEL = regex(rb"\n[ \t]*[a-z_]\w*[ \t]*:\s*(\n[ \t]*#[ \t]*endif\b[^\n]*)")
_CONDITIONAL = regex(rb"\n[ \t]*#[ \t]*(if|endif|el)[^\n]*")
_NAMELESS = regex(rb"\n[ \t]+(?:(?:const|unsigned|signed|long)\s+)*(?!case\b)\w+\s+(:)\s*\d+\s*;")
_UNKNOWN = regex(
    rb"\b(?!(?:static|inline|extern|const|volatile|unsigned|signed|long|short|struct|union|enum|return|else"
    rb"|case|goto|typedef|sizeof|register|do|auto|void|int|char|__inline|__inline__)\b)([A-Za-z_]\w*)[ \t]+"
    rb"(?=(?:void|int|unsigned|signed|char|long|short|struct|union|enum|bool|u8|u16|u32|u64|s32|const|static"
    rb"|inline|extern|typedef)\b)"
)
_MACRO = regex(rb"\b[A-Z][A-Z0-9_]*[ \t]*(\()")
_DECLARING = regex(
    rb"([A-Z][A-Z0-9_]+[ \t]*(\())\s*(?:(?:struct|union)\s+\w+|char|int|[us]\d+)[\s*]+\w+\s*"
    rb"(?:\[\w*\]\s*)?(?:=|\)\s*;)"
)
_STATING = regex(rb"([A-Z][A-Z0-9_]*[ \t]*(\())\s*(?:if|for|while|do|switch|(\w+for_each\w*))\b[^;]*?[{;]")
_BITS = regex(rb"\b([A-Z]\w*[ \t]*(\())(?=\s*(?:[A-Z]\w*[ \t]*\(\s*){0,9}\w+\s*:\s*\d)")
_STATEMENT_WORDS = frozenset(b"if for while switch return sizeof else do case goto asm".split())


_MOST = 10_000
_LONGEST_USE = 1000


def error_nodes(root: Node) -> list[Node]:
    """The outermost ERROR and MISSING nodes under ``root``, in order of their offsets."""
    found: list[Node] = []
    stack = [root]
    while stack and len(found) < _MOST:
        node = stack.pop()
        if node.is_error or node.is_missing:
            found.append(node)
        elif node.has_error:
            stack.extend(child for child in reversed(node.children) if child.has_error or child.is_missing)
    return found


def _addresses(code: bytearray) -> None:
    for match in _ADDRESS.finditer(code):
        blank(code, *match.span(1))


def _tokens(code: bytearray) -> None:
    for match in _TOKEN.finditer(code):
        if not _NUMBER.fullmatch(match[0]):
            put(code, match.start(), b"0" * len(match[0]))


def _operators(code: bytearray) -> None:
    for match in _OPERATOR.finditer(code):
        put(code, match.start(1), b"0" * len(match[1]))
    for match in _EMPTY.finditer(code):
        number = 1 if match[1] is not None else 2
        place = room(code, *match.span(number), 1)
        if place >= 0:
            put(code, place, b"0")


def _small(code: bytearray) -> None:
    """Computed jumps, doubled semicolons, macros for several entries of a list."""
    for match in _JUMP.finditer(code):
        blank(code, *match.span(1))
        put(code, match.start(1), b"x")
    for match in _LEAVING.finditer(code):
        blank(code, *match.span(1))
    for match in _TWICE.finditer(code):
        if b"for" not in code[code.rfind(b"\n", 0, match.start()) : match.start()]:
            blank(code, *match.span(1))
    for match in _MISSING_FIRST.finditer(code):
        put(code, match.end(), b"0,")
    for match in _OFFSETOF.finditer(code):  # of a member's member, on several lines
        close = _closing_near(code, match.start(1))
        if close > 0:
            blank(code, match.end(), close)
    for pattern in (_ENTRY, _PLACED, _UNIT, _TRAILING, _QUALIFIED, _MEMORY_MODEL):
        for match in pattern.finditer(code):
            blank(code, *match.span(1))


def _in_parentheses(code: bytearray, position: int) -> bool:
    """Whether the bracket around ``position`` is a parenthesis."""
    depth = 0
    for byte in reversed(code[max(0, position - 500) : position]):
        if byte in b")}]":
            depth += 1
        elif byte in b"({[":
            if not depth:
                return byte == 40
            depth -= 1
    return False


def _named_arguments(code: bytearray) -> None:
    """``MACRO(.member = 1)``, which the macro puts into braces."""
    for match in _NAMED.finditer(code):
        if _in_parentheses(code, match.start(1)):
            blank(code, *match.span(1))


def _concatenations(code: bytearray) -> None:
    for pattern in (_TEXT_CALL, _TEXTS, _PREFIXED):
        for match in pattern.finditer(code):
            blank(code, *match.span(1 if match[1] is not None else 2))


def _assembler(code: bytearray) -> None:
    for match in _ASM.finditer(code):
        opening = match.end() - 1
        close = closing(code, opening)
        if close - opening < 3 or is_word(code[match.start() - 1] if code[match.start() - 1] != 95 else 0):
            continue
        place = room(code, opening + 1, close, 2)
        if place >= 0:
            blank(code, opening + 1, close)
            put(code, place, b'""')
            blank(code, match.start() + 3, opening)


def _lonely(code: bytearray) -> None:
    for match in _LONELY.finditer(code):
        before = last_solid(code, match.start())
        if before < 0 or code[before] in b";{})":
            blank(code, match.start(), match.end())


def _lonely_uses(code: bytearray) -> None:
    """File-scope macro uses that stood behind a lonely name."""
    for match in _LONELY_USE.finditer(code):
        before = last_solid(code, match.start())
        if before < 0 or code[before] in b";})":
            blank(code, match.start(), match.end())


def _line_macros(code: bytearray) -> None:
    """A macro alone on its line: a statement gets its ``;``, an entry of a list goes."""
    for match in _LINE_MACRO.finditer(code):
        close = closing(code, match.start(2))
        before = last_solid(code, match.start(1))
        word = match[1].split(b"(", 1)[0].strip()
        if close != match.end(1) - 1 or before < 0 or word in _STATEMENT_WORDS:
            continue
        if code[before] in b",{" and code[match.end(3)] not in b"#" and _is_list(code, before, match.end(3)):
            blank(code, match.start(1), match.end(1))
        elif code[before] in b";{}:)" and match[3]:
            put(code, match.start(3), b";")


def _line_names(code: bytearray) -> None:
    """``MACRO`` alone on its line between statements is one."""
    for match in _LINE_NAME.finditer(code):
        place = room(code, match.end(1), next_solid(code, match.end(1)), 1)
        if place >= 0:
            put(code, place, b";")


def _conditional_macros(code: bytearray) -> None:
    """``MACRO(x) else ...``, where the macro makes an ``if``."""
    for match in _ELSE_MACRO.finditer(code):
        close = _closing_near(code, match.start(2))
        following = next_solid(code, close + 1) if close > 0 else -1
        if following < 0 or code[following : following + 4] != b"else":
            continue
        place = room(code, close + 1, following, 1)
        if place >= 0:
            blank(code, match.start(1), match.start(2))
            put(code, match.start(1), b"if")
            put(code, place, b";")


def _members(code: bytearray) -> None:
    """``MACRO(name);`` among the members of a struct, of which it makes some."""
    for struct in _FLAT_STRUCT.finditer(code):
        for match in _MEMBERS.finditer(struct[1]):
            blank(code, *(struct.start(1) + place for place in match.span(1)))


def _last_labels(code: bytearray) -> None:
    """A label before ``#endif``, which labels what is behind that: such conditions go."""
    for label in _LAST_LABEL.finditer(code):
        depth = 0
        for match in reversed(tuple(_CONDITIONAL.finditer(code, 0, label.start(1) + 1))):
            if match[1] == b"el" and not depth:
                break
            depth += (match[1] == b"endif") - (match[1] == b"if")
            if depth < 0:
                blank(code, match.start() + 1, match.end())
                blank(code, label.start(1) + 1, label.end(1))
                break


def _is_list(code: bytearray, before: int, after: int) -> bool:
    if code[before] == 44 or code[after] == 46:
        return True
    start = last_solid(code, before)
    return start >= 0 and (code[start] == 61 or code[code.rfind(b"\n", 0, start) + 1 :][:4] == b"enum")


def _nameless(code: bytearray) -> None:
    for match in _NAMELESS.finditer(code):
        before = last_solid(code, match.start())
        if before >= 0 and code[before] in b";{":
            put(code, match.start(1), b"x")


def _unknown(code: bytearray) -> None:
    for match in _UNKNOWN.finditer(code):
        blank(code, *match.span(1))


def _closing_near(code: bytearray, opening: int) -> int:
    """The offset of the ``)`` that closes the ``(`` at ``opening``, -1 if it is further than uses go."""
    found = closing(code[opening : opening + _LONGEST_USE], 0)
    return opening + found if found > 0 else -1


def _begins(code: bytearray, start: int) -> bool:
    """Whether ``start`` is where a statement begins, or the first word of a line."""
    before = last_solid(code, start)
    return code.find(b"\n", before + 1, start) >= 0 or (before >= 0 and code[before] in b";{}")


def _unwrapped(code: bytearray) -> None:
    """``MACRO(struct x *y = z);`` is that declaration, ``MACRO(if (x) y;)`` that statement,
    ``u8 X(a:1, b:7);`` these members."""
    for pattern in (_DECLARING, _STATING, _BITS):
        for match in pattern.finditer(code):
            if pattern is not _BITS and not _begins(code, match.start()):
                continue
            close = _closing_near(code, match.start(2))
            if close > 0:
                blank(code, *match.span(1))
                blank(code, close, close + 1)
                if pattern is _STATING and match[3]:  # a loop, as it would be outside of the macro
                    blank(code, *match.span(3))
                    put(code, match.start(3), b"while")


def _statement_arguments(code: bytearray) -> None:
    """``MACRO(x, f(x); g(x););``: statements among arguments are arguments."""
    for match in _MACRO.finditer(code):
        opening = match.start(1)
        if code.find(b";", opening, opening + _LONGEST_USE) < 0:
            continue
        close = _closing_near(code, opening)
        depth = 0
        for place in range(opening, close):
            byte = code[place]
            depth += (byte in b"([{") - (byte in b")]}")
            if byte == 59 and depth == 1:
                following = next_solid(code, place + 1)
                code[place] = 32 if code[following] in b",)" else 44


_RULES: tuple[Callable[[bytearray], None], ...] = (
    _addresses,
    _tokens,
    _operators,
    _concatenations,
    _small,
    _named_arguments,
    _unwrapped,
    _statement_arguments,
    _assembler,
    _lonely,
    _lonely_uses,
    _conditional_macros,
    _line_macros,
    _line_names,
    _members,
    _last_labels,
    _nameless,
    _unknown,
)


def _changed(old: bytes, new: bytearray) -> tuple[int, int]:
    """The range outside which ``old`` and ``new``, of equal length, agree."""
    low, high = 0, len(old)
    step = 4096
    while low < high and old[low : low + step] == new[low : low + step]:
        low += step
    while high > low and old[max(low, high - step) : high] == new[max(low, high - step) : high]:
        high = max(low, high - step)
    return min(low, high), high


def _edit(tree: Tree, code: bytes, start: int, end: int) -> None:
    def point(offset: int) -> Point:
        return Point(code.count(b"\n", 0, offset), offset - code.rfind(b"\n", 0, offset) - 1)

    tree.edit(start, end, end, point(start), point(end), point(end))


def _windows(code: bytes, tree: Tree) -> list[tuple[int, int]]:
    """The functions and declarations that hold errors, merged, as byte ranges."""
    windows: list[tuple[int, int]] = []
    for node in error_nodes(tree.root_node):
        if windows and node.end_byte <= windows[-1][1]:
            continue
        start = max(code.rfind(b"\n}", 0, node.start_byte), windows[-1][1] if windows else 0, 0)
        end = code.find(b"\n}", node.end_byte)
        end = code.find(b"\n", end + 2) if end >= 0 else -1
        windows.append((start, end if end >= 0 else len(code)))
    return windows


def second_chance(parser: Parser, code: bytes, tree: Tree) -> tuple[bytes, Tree]:
    """Rewrite ``code`` around the errors of ``tree`` and parse it again."""
    new = bytearray(code)
    for start, end in _windows(code, tree):
        part = new[start:end]
        for rule in _RULES:
            rule(part)
        new[start:end] = part
    start, end = _changed(code, new)
    if start == end:
        return code, tree
    result = bytes(new)
    _edit(tree, result, start, end)
    return result, parser.parse(result, tree)
