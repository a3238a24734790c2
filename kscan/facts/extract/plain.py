"""Code that its text alone tells: plain calls, stores, tests.  No node is made for what is in it.

Four of five statements of kernel code have such a shape.  One match of a pattern costs less than
the tens of accesses to nodes and slices that a walk over an expression takes, so lowering asks here
first.  Less is accepted than C allows, and only inside functions in which the parser saw no error;
what is refused is lowered node by node, with the same result.
"""

from __future__ import annotations

from functools import lru_cache

from kscan.facts.extract.builder import Builder
from kscan.facts.model import Binding, Call, CallRef
from kscan.kernel.macros import MacroStore, MacroTable
from kscan.parse.c import Parsed
from kscan.regex import regex

UNKNOWN = "?"
ZERO = frozenset(("0", "NULL", "false", "0UL", "0L", "0x0"))
TRUE = frozenset(("1", "true"))

Place = tuple[int, int]
"""A 0-based row and column, as tree-sitter has them."""

# Of expressions that are more than their text: calls and casts, stores, ``?:``, strings.  Steps and
# short circuits are made such characters, so that one class of characters is all there is to ask.
_PAIRS = ((b"++", b"\1+"), (b"--", b"\1-"), (b"&&", b"\1&"), (b"||", b"\1|"))

# Casts are dropped and ``sizeof`` is one operand, whatever it is of: blanks of the same length serve.
# Before a cast stands no name and no parenthesis, else it would be a list of types; that is asked
# behind the parenthesis, as a pattern that does not start with a literal takes fifteen times as long.
_SIZEOF = regex(rb"sizeof(?<!\wsizeof) ?\([^()]*+\)")
_CAST = regex(
    rb"\((?<![\w)\]*&]\()(?>(?:const )?)(?:(?:(?:struct|union) )?\w++ ?\*++\)(?= ?[\w&*~\"-])"
    rb"|(?:\w++_t|__[blsu]e?\d\d|[us]\d++|int|long|char|void|bool"
    rb"|unsigned(?>(?: (?:long|int|char|short))?))\)(?= ?[\w~]))"
)

involved = regex(r'[(=?"{\1]').search

_NAME = r"[A-Za-z_]\w*+"
_PATH = rf"{_NAME}(?>(?:(?:->|\.){_NAME})*)"
_PLACE = rf"\**+{_NAME}(?>(?:(?:->|\.){_NAME}|\[[\w.>+-]++\])*)"
_NUMBER = r"-?\d\w*+"
CALL = rf"({_PATH})[ \t]*+\(([^()?={{}}\1#;\\]*+)\)"
_ATOM = rf"(?:{_PLACE}|{_NUMBER}|-{_NAME})"
_GROUP = rf"\(\s*+{_PLACE}\s*+(?:[-+*/%&|^]|<<|>>)\s*+{_ATOM}\s*+\)"
VALUE = r'[^(=?"{\1;,#\\]++|"[^;,?{(\1\\#]*+'

_EXPRESSION = regex(
    rf"(?>(?:({_PLACE})\s*+((?:[-+*/%&|^]|<<|>>)?=|\x01[-+]\s*+;?+\Z)\s*+)?)"
    rf"(?>(?:{CALL}|(?<=[\s=])({VALUE}))?)\s*+;?+"
).fullmatch
_RETURN = regex(rf"return(?>(?:\s++(?:{CALL}|({VALUE})))?)\s*+;").fullmatch
_TEST = regex(
    rf"\s*+(!*+)(?:{CALL}|({_PLACE}|{_NUMBER}|{_GROUP}))(?>(?:\s*+(==|!=|<=|>=|<(?!<)|>(?!>))\s*+({_ATOM}))?)\s*+"
).fullmatch
_TRUTH = regex(r'(?>(?:[^-(=?"{\1<>!#\\]++|->|-)+)').fullmatch
_SUBSCRIPT = regex(r"\[[^\]]*+\]").sub
_STRINGS = regex(r'[\w\s"]*').fullmatch
_JOINED = ("struct_", "union_", "enum_", "const_", "volatile_", "unsigned_", "signed_", "long_", "short_")

_NOT_JOINED = frozenset(("__func__", "__FUNCTION__", "_RET_IP_", "_THIS_IP_"))
_NOT_TARGETS = frozenset(("sizeof", "true", "false"))
_NOT_CALLEES = frozenset(
    [
        "sizeof",
        "alignof",
        "_alignof",
        "__alignof",
        "__alignof__",
        "_Alignof",
        "offsetof",
        "_Generic",
        "asm",
        "__asm",
        "__asm__",
        "typeof",
        "__typeof",
        "__typeof__",
        "defined",
        "return",
        "if",
        "while",
        "for",
        "switch",
        "do",
        "else",
        "case",
        "goto",
        "__extension__",
        "__attribute__",
        "__declspec",
    ]
)
_TEMPORARIES = tuple(f"%{number}" for number in range(256))

_Arguments = tuple[tuple[str, ...], tuple[str, ...], bool]
"""Operands, names that may be those of functions or tables, and whether a type may be among them."""


def _joined(name: str) -> bool:
    """Whether ``name`` may be what normalisation made of a type that is an argument."""
    return (name[-1] == "_" and len(name) > 1) or name.startswith(_JOINED)


def leaf(text: str) -> str:
    """``text`` with runs of white space made one blank."""
    return text if text.isidentifier() else " ".join(text.split())


class Code:
    """A file's code as lowering reads it, beside the original text, and what calls are more than calls."""

    __slots__ = ("code", "plain", "special", "text")

    def __init__(self, parsed: Parsed) -> None:
        plain = _SIZEOF.sub(lambda m: b"sizeof".ljust(len(m[0])), parsed.code)
        plain = _CAST.sub(lambda m: b" " * len(m[0]), plain)
        for pair, mark in _PAIRS:
            plain = plain.replace(pair, mark)
        self.text = parsed.text
        self.code = parsed.code.decode("latin-1")
        self.plain = plain.decode("latin-1")
        macros = parsed.macros
        self.special = (
            _NOT_CALLEES
            | frozenset(macros.transparent)
            | macros.asserts
            | macros.noreturn
            | frozenset(macros.stores)
            | frozenset(macros.type_arguments)
        )


class Plain:
    """Lowers plain code of one function; expressions and statements build on it."""

    def __init__(
        self, macros: MacroTable, code: Code, function: str, variables: dict[str, str], line: int
    ) -> None:
        self.macros = macros
        self.text, self.code, self.plain = code.text, code.code, code.plain
        self.special = code.special
        self.function = function
        self.variables = variables  # parameters and locals, with their types
        self.build = Builder(line)
        self.calls: list[CallRef] = []
        self.bindings: list[Binding] = []

    def place(self, at: Place, start: int, offset: int) -> Place:
        """The place of ``offset``, where ``start`` is at ``at``."""
        lines = self.code.count("\n", start, offset)
        if not lines:
            return at[0], at[1] + offset - start
        return at[0] + lines, offset - self.code.rfind("\n", start, offset) - 1

    # -- operands -------------------------------------------------------------

    def span(self, start: int, end: int) -> str:
        """The operand of code that is not involved."""
        written = self.plain[start:end]
        if not written:  # an operand that the parser missed
            return UNKNOWN
        if written[0].isspace():  # a cast was there
            written = written.lstrip()
            start = end - len(written)
        return self.named(written.rstrip(), start)

    def named(self, written: str, start: int) -> str:
        """The operand of ``written``, which is not involved and starts at ``start``."""
        if written.isidentifier():
            return leaf(self.text[start : start + len(written)]) if _joined(written) else written
        return written if written.isalnum() else "".join(written.split())

    # -- calls ----------------------------------------------------------------

    def plain_call(self, callee: str, written: str, start: int, at: Place, wanted: bool) -> str | None:
        """Lower a call with the arguments ``written`` at ``start``; gives its operand.

        Where the value is not ``wanted`` the event has no result.  None where it takes nodes to tell.
        """
        known = _read_arguments(written)
        if known is None:
            return None
        args, names, typed = known
        if typed and not self.text.startswith(written, start):
            return None
        if callee in self.special:
            if callee in _NOT_CALLEES or callee in self.macros.asserts:
                return None
            self.refer(callee, at[0] + 1)
            return self.made_call(callee, args, at, wanted)
        line = at[0] + 1
        if callee not in self.variables and callee.isidentifier():
            self.calls.append(CallRef(callee, line))
        else:
            self.refer(callee, line)
        for name in names:
            if name not in self.variables:
                self._bind_arguments(callee, args, line)
                break
        build = self.build
        result = ""
        if wanted:
            build.temps = number = build.temps + 1
            result = _TEMPORARIES[number] if number < 256 else f"%{number}"
        build.events.append(Call(callee, args, result, line, at[1] + 1, False))
        return result or UNKNOWN

    def refer(self, callee: str, line: int) -> None:
        """Note a call of a name, a variable, or a field."""
        if callee.isidentifier():
            self.calls.append(CallRef("$" + callee if callee in self.variables else callee, line))
            return
        name, *fields = callee.replace("->", ".").split(".")
        found = self.variables.get(name)
        root = "=" + name if found is None else "" if found == UNKNOWN else found
        self.calls.append(CallRef(root, line, tuple(fields)))

    def made_call(self, callee: str, args: tuple[str, ...], at: Place, wanted: bool) -> str:
        """What follows from a call whose arguments are evaluated; gives its operand."""
        macros, build = self.macros, self.build
        self._bind_arguments(callee, args, at[0] + 1)
        same = macros.transparent.get(callee)
        if same is not None and same < len(args):
            build.call(callee, args, "", at)
            return args[same]
        how = macros.stores.get(callee)
        if how is not None and len(args) > 1:
            return self._macro_store(how, callee, args, at)
        result = build.temporary() if wanted else ""
        if callee in macros.type_arguments:
            self._remember_type(callee, args, result)
        build.call(callee, args, result, at)
        if callee in macros.noreturn:
            build.finish("stop", "", at[0] + 1)
        return result or UNKNOWN

    def _macro_store(self, how: MacroStore, callee: str, args: tuple[str, ...], at: Place) -> str:
        """Lower a macro that stores its second argument to its first; gives the operand of its value."""
        build, (place, value) = self.build, args[:2]
        build.call(callee, args, "", at)
        if how.address:
            place = place[1:] if place[:1] == "&" else "*" + place
        result = value
        if how.value != "new":
            result = build.temporary()
            build.assign(result, "=", place, at)
        build.assign(place, "=", value, at)
        if how.value == "swapped":
            build.assign(value, "=", result, at)
        if self.target_name(value):
            self._bind_plain(place, value, at[0] + 1)
        return result

    def _remember_type(self, callee: str, args: tuple[str, ...], result: str) -> None:
        position = self.macros.type_arguments[callee]
        if result and 0 <= position < len(args):
            self.variables[result] = args[position] + " *"

    def _bind_arguments(self, callee: str, args: tuple[str, ...], line: int) -> None:
        for position, argument in enumerate(args):
            name = self.target_name(argument)
            if name:
                self.bindings.append(
                    Binding(callee, (str(position),), name, "argument", args[0], line, self.function)
                )

    def target_name(self, operand: str) -> str:
        """``operand`` where it names something of file scope (``f``, ``&table``); else empty."""
        name = operand[1:] if operand[:1] == "&" else operand
        if not name.isidentifier() or name in self.variables or name.isupper() or name in _NOT_TARGETS:
            return ""
        return operand

    # -- statements -----------------------------------------------------------

    def plain_expression(self, start: int, end: int, at: Place) -> bool:
        """Lower a store or a call whose value is not wanted; False where it takes nodes to tell."""
        match = _EXPRESSION(self.plain, start, end)
        if match is None:
            return False
        target, operator, callee, written, value = match.groups()
        if operator is None:
            return (
                callee is not None and self.plain_call(callee, written, match.start(4), at, False) is not None
            )
        if operator[0] == "\1":
            self.build.assign(self.named(target, start), operator[1] * 2, "1", at)
            return True
        if callee is not None:
            called = self.place(at, start, match.start(3))
            stored = self.plain_call(callee, written, match.start(4), called, True)
        else:
            stored = self.stored(value.rstrip(), match.start(5)) if value is not None else None
        if stored is None:
            return False
        target = self.named(target, start)
        self.build.assign(target, operator, stored, at)
        if operator == "=" and self.target_name(stored):
            self._bind_plain(target, stored, at[0] + 1)
        return True

    def _bind_plain(self, target: str, stored: str, line: int) -> None:
        """Note what is put into a field; subscripts and dereferences make no difference."""
        bare = _SUBSCRIPT("", target).lstrip("*")
        name, *fields = bare.replace("->", ".").split(".")
        found = self.variables.get(name)
        root = "=" + name if found is None else "" if found == UNKNOWN else found
        if found is not None and name == target:
            root = "$" + name
        self.bindings.append(Binding(root, tuple(fields), stored, "store", target, line, self.function))

    def stored(self, value: str, start: int) -> str | None:
        """The operand of a stored value that is plain or a string; None where it is more."""
        if value[0] == '"':
            return '""' if _STRINGS(value) is not None else None
        return self.named(value, start)

    def plain_return(self, start: int, end: int, at: Place) -> str | None:
        """The operand of what is returned (empty if nothing is); None where it takes nodes to tell."""
        match = _RETURN(self.plain, start, end)
        if match is None:
            return None
        callee, written, value = match.groups()
        if callee is not None:
            return self.plain_call(
                callee, written, match.start(2), self.place(at, start, match.start(1)), True
            )
        return "" if value is None else self.stored(value.rstrip(), match.start(3))

    # -- conditions -----------------------------------------------------------

    def plain_condition(self, start: int, end: int, at: Place, yes: int, no: int) -> bool:
        """Branch on a test of at most two operands; False where it takes nodes to tell."""
        match = _TEST(self.plain, start, end)
        if match is None:
            if _TRUTH(self.plain, start, end) is None:
                return False
            row = self.place(at, start, end - len(self.plain[start:end].lstrip()))[0]
            self.test(self.span(start, end), "!=", "0", row + 1, yes, no)
            return True
        bangs, callee, written, left, operator, right = match.groups()
        line = at[0] + 1
        if self.code.find("\n", start, end) >= 0:
            return False  # rare, and lines would have to be told apart
        if callee is not None:
            if not operator and callee in self.macros.transparent:
                return False
            value = self.plain_call(
                callee, written, match.start(3), (at[0], at[1] + match.start(2) - start), True
            )
            if value is None:
                return False
        else:
            if not operator and left[0] == "(":
                return False
            value = self.named(left, match.start(4))
        if operator:
            if "(" in self.code[start : match.start(4 if callee is None else 2)]:
                self.build.casts()
            self.test(bangs + value, operator, self.named(right, match.start(6)), line, yes, no)
        elif len(bangs) % 2:
            self.test(value, "!=", "0", line, no, yes)
        else:
            self.test(value, "!=", "0", line, yes, no)
        return True

    def test(self, left: str, op: str, right: str, line: int, yes: int, no: int) -> None:
        """End the current block with a branch; a test for zero takes its one form."""
        if left in ZERO and op in ("==", "!="):
            left, right = right, left
        if right in ZERO and op in ("==", "!="):
            right = "0"
            if op == "==":
                op, yes, no = "!=", no, yes
            if left.startswith("!"):
                left, yes, no = left[1:], no, yes
            if left in TRUE:
                self.build.goto_block(yes)
                return
            if left in ZERO:
                self.build.goto_block(no)
                return
        elif left.startswith("!") and op == "!=" and right == "0":
            left, yes, no = left[1:], no, yes
        self.build.branch(left, op, right, line, yes, no)


@lru_cache(maxsize=16384)  # half of them stand elsewhere too
def _read_arguments(written: str) -> _Arguments | None:
    """The operands of arguments that are plain or strings; None where one is more."""
    flat = "".join(written.split())
    args = flat.split(",") if flat else []
    if "[" in flat and any(a.count("[") != a.count("]") for a in args):
        return None
    if '"' in flat:
        for place, argument in enumerate(args):
            if '"' in argument:
                if _STRINGS(argument) is None:
                    return None
                args[place] = '""'
    names = []
    typed = False
    for argument in args:
        name = argument[1:] if argument[:1] == "&" else argument
        if name.isidentifier() and name not in _NOT_TARGETS:
            typed = typed or (_joined(name) and name not in _NOT_JOINED)
            if not name.isupper():
                names.append(name)
        elif not argument:
            return None
    return tuple(args), tuple(names), typed
