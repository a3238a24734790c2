"""The facts of one C file: frozen, plain, versioned data.

Everything after the parser talks about code through this module only.  Facts do
not know the path of their file: they are a function of its bytes and of the
kernel model, which is what makes them cacheable by content.

*Operands* are C expressions as text: white space removed where C allows it,
outer parentheses and casts dropped, every nested call replaced by the temporary
(``%1``, ``%2`` ...) that holds its result.  An operand that is an lvalue is an
*access path* such as ``phb->irq_map`` or ``&dev->kobj``; ``?`` stands for an
expression kscan does not model.  A local that hides another variable has a name of its own
(``ret__in1``, one block deep); ``as_written`` gives back the source's.
Lines are 1-based; columns are 1-based bytes.

Headers of functions are decoded with the file; a body only when asked for
(``Function.body``), because most analyses look at few bodies.

Nothing here can be part of a cycle, and there is a lot of it: ``gc=False`` everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from kscan.regex import regex

T = TypeVar("T")

FACTS_VERSION = 15
"""Raise whenever this module or an extractor's output changes: it is part of every cache key."""


class Call(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="c"):
    """A call site.  ``callee`` is a name, or an access path where the call is indirect."""

    callee: str
    args: tuple[str, ...]
    result: str  # temporary that holds the value
    line: int
    column: int
    loop: bool = False  # a loop macro (for_each_...): evaluated at every turn


class Assign(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="a"):
    """A store: ``target op value`` (``=``, ``+=``, ``++`` ...); a declaration with a value is ``=``."""

    target: str
    op: str
    value: str
    line: int
    column: int


class ScopeEnd(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="e"):
    """Control leaves the scope of these variables, which carry a cleanup attribute (latest first)."""

    names: tuple[str, ...]
    line: int


Event = Call | Assign | ScopeEnd


class Block(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A basic block: events, then one terminator.

    ``kind`` is one of

    * ``jump``: one successor;
    * ``branch``: ``left op right`` decides, successors are (true, false).  ``op`` is ``!=``
      with ``right`` ``0`` for a plain truth test, so ``if (!p)`` and ``if (p == NULL)`` are
      the same branch with their successors swapped; ``cases`` is ``cast`` where ``left`` is cast;
    * ``switch``: on ``left``; ``cases`` has one label per successor (``default``, or
      ``none`` where no case matches);
    * ``return``: of ``left`` (may be empty); no successor;
    * ``stop``: control does not come back (panic, BUG); no successor.
    """

    events: tuple[Event, ...]
    kind: str
    line: int
    succs: tuple[int, ...] = ()
    left: str = ""
    op: str = ""
    right: str = ""
    cases: tuple[str, ...] = ()


class Local(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A local variable; ``cleanup`` names the cleanup function of ``__free()`` and kin.

    ``static`` ones are on no stack: `static` or `extern`.
    """

    name: str
    type: str
    line: int
    static: bool = False
    cleanup: str = ""


class Body(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The CFG of a function: ``blocks[0]`` is the entry."""

    locals: tuple[Local, ...]
    blocks: tuple[Block, ...]


class Param(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A parameter with its type's text (``struct pci_dev *``; ``fn`` for a function pointer)."""

    name: str
    type: str


class CallRef(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call site as linking needs it.

    A direct call has an empty ``path`` and the callee's name in ``root``.  An indirect
    one names what the access path starts from in ``root`` (a type's text; ``@name`` for
    the result of calling ``name``; ``=name`` for a file-scope variable; empty if unknown)
    and the fields that follow in ``path``.
    """

    root: str
    line: int
    path: tuple[str, ...] = ()


class Binding(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A function or table put into a field.  ``root`` and ``path`` are as in CallRef.

    ``how``: ``initializer``, ``store``, ``argument`` (``root`` is then the callee,
    ``path`` the 0-based argument position as text), ``return``, ``macro`` (an initialiser
    whose ``target`` is the text of a macro's use).  Else ``target`` is a bare
    name, or ``&name`` for a table; which of them are functions is known when linking.
    """

    root: str
    path: tuple[str, ...]
    target: str
    how: str
    instance: str  # the variable or access path stored into, as text
    line: int
    function: str = ""  # function that contains the store


class Function(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A function with a body in this file."""

    name: str
    line: int
    end_line: int
    linkage: str  # global, static, inline (static inline), weak
    returns: str
    params: tuple[Param, ...]
    calls: tuple[CallRef, ...]
    stores: tuple[str, ...]  # names of the fields it assigns, sorted
    guards: tuple[str, ...]  # the #if conditions around it, outermost first
    partial: bool  # part of the body could not be parsed
    generated: str  # the macro that makes it, if its text has no body
    raw_body: bytes  # packed, so that it is passed over where nobody asks for it
    unset: tuple[str, ...] = ()  # locals that some path may read before they are set: a superset
    section: str = ""  # "init" or "exit" where it is thrown away but for that; else empty

    @property
    def body(self) -> Body:
        """The decoded CFG (kept for the last functions that were decoded)."""
        raw = self.raw_body
        found = _bodies.get(id(raw))
        if found is None:
            if len(_bodies) >= _MOST_BODIES:
                forget_bodies()
            found = _bodies[id(raw)] = (raw, _BODY.decode(raw))
        return found[1]

    def mentions(self, fields: frozenset[str]) -> frozenset[str]:
        """Which of ``fields`` the body may name: a quick superset, for which nothing is decoded."""
        return fields.intersection(self.fields_named())

    def fields_named(self) -> frozenset[str]:
        """The names of the fields that the body may name: a quick superset, as in ``mentions``."""
        return frozenset(map(bytes.decode, set(_FIELD_NAME.findall(self.raw_body))))

    def holds(self, text: str) -> bool:
        """Whether an operand of the body may hold ``text``: a superset, for which nothing is decoded."""
        return text.encode() in self.raw_body

    def packs(self, *texts: str) -> bool:
        """Whether the packed body has these texts one after the other, each whole: as in ``mentions``."""
        return _packed(texts) in self.raw_body

    def locals(self) -> tuple[Local, ...]:
        """The local variables, for which no block is decoded."""
        return _LOCALS.decode(self.raw_body).locals


class Field(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A member of a struct or union; an array's type ends in ``[]``."""

    name: str
    type: str
    line: int


class Struct(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A struct or union.  Members of anonymous members are listed as its own;
    a named member of unnamed type has the type ``struct <outer>.<member>``."""

    name: str  # "struct pci_dev", "union acpi_object"
    fields: tuple[Field, ...]
    line: int
    guards: tuple[str, ...] = ()


class Variable(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file-scope variable that is defined (or declared extern) here."""

    name: str
    type: str
    line: int
    linkage: str  # global, static, extern


class Prototype(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A function declared without a body."""

    name: str
    returns: str
    params: tuple[Param, ...]
    line: int
    weak: bool = False
    alias: str = ""  # the function of this file that it is another name of


class Macro(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A #define; ``params`` is None for an object-like macro."""

    name: str
    params: tuple[str, ...] | None
    body: str
    line: int
    guards: tuple[str, ...] = ()  # the #if conditions around it, outermost first


class MacroUse(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A macro used at file scope: ``module_init(f)``, ``EXPORT_SYMBOL(f)``."""

    name: str
    args: tuple[str, ...]
    line: int


class Remark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A comment addressed to kscan (``kscan: ...``): its text, white space joined, and its lines."""

    text: str
    line: int
    end_line: int
    alone: bool  # no code before it on its first line


class Quality(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How well the file was understood."""

    bodies: int
    partial: int  # bodies that hold a syntax error
    errors: tuple[tuple[int, int], ...]  # lines (first, last) the parser gave up on


class FileFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All that kscan keeps of one file."""

    functions: tuple[Function, ...]
    structs: tuple[Struct, ...]
    typedefs: tuple[tuple[str, str], ...]  # name, type
    variables: tuple[Variable, ...]
    prototypes: tuple[Prototype, ...]
    macros: tuple[Macro, ...]
    uses: tuple[MacroUse, ...]
    bindings: tuple[Binding, ...]
    includes: tuple[str, ...]  # "<linux/pci.h>", "\"iommu.h\""
    quality: Quality
    remarks: tuple[Remark, ...] = ()


class _Locals(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A Body whose blocks stay packed."""

    locals: tuple[Local, ...]
    blocks: msgspec.Raw


_FIELD_NAME = regex(rb"(?:->|\.)([A-Za-z_]\w*)", re.ASCII)
_OWN_NAME = regex(r"(?<=\w)__in\d+\b")
_FILE = msgspec.msgpack.Decoder(FileFacts)
_BODY = msgspec.msgpack.Decoder(Body)
_LOCALS = msgspec.msgpack.Decoder(_Locals)
_ENCODER = msgspec.msgpack.Encoder()
_MOST_BODIES = 1 << 15  # more than most scans load: what is made of one is found by its identity
_bodies: dict[int, tuple[bytes, Body]] = {}  # by identity: to hash takes longer than to decode
_made: list[dict[int, tuple[Body, Any]]] = []


class OfBody(Generic[T]):
    """Something made of a CFG, which is asked for often: made once, for as long as bodies stay decoded."""

    def __init__(self, make: Callable[[Body], T]) -> None:
        self._make = make
        self._found: dict[int, tuple[Body, T]] = {}  # as the body is kept, too, no other one has its id
        _made.append(self._found)

    def __call__(self, body: Body) -> T:
        """What was made of ``body``."""
        found = self._found.get(id(body))
        if found is None:
            found = self._found[id(body)] = (body, self._make(body))
        return found[1]


def forget_bodies() -> None:
    """Drop all bodies that were decoded, and what was made of them."""
    _bodies.clear()
    for found in _made:
        found.clear()


def as_written(text: str) -> str:
    """``text`` with the source's names of the locals that hide other variables."""
    return _OWN_NAME.sub("", text) if "__in" in text else text


@cache
def _packed(texts: tuple[str, ...]) -> bytes:
    return b"".join(map(_ENCODER.encode, texts))


def pack_body(body: Body) -> bytes:
    """Encode a CFG for ``Function.raw_body``."""
    return _ENCODER.encode(body)


def pack_blocks(variables: Sequence[Local], blocks: Sequence[msgspec.Struct]) -> bytes:
    """As ``pack_body`` for blocks of another type that has the fields of ``Block`` in their order."""
    return _ENCODER.encode((variables, blocks))


def encode(facts: FileFacts) -> bytes:
    """The stable byte form of ``facts``."""
    return _ENCODER.encode(facts)


def decode(data: bytes) -> FileFacts:
    """The facts that ``encode`` made ``data`` from; bodies stay packed.

    Raises msgspec.DecodeError (or its subclass ValidationError) on foreign bytes.
    """
    return _FILE.decode(data)
