"""Locals that some path may read before anything set them: a quick superset, found while the CFG is at hand.

Definite assignment (as in the Java Language Specification, chapter 16) for one name at a time, blind to
what branches tell.  A rule decodes only the bodies that are named here and judges each path.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from kscan.facts.extract.builder import Draft
from kscan.facts.model import Assign, Call, Event, Local
from kscan.regex import regex

_NAMES = regex(r"(?<![\w.])(?<!->)[A-Za-z_]\w*")  # no fields


def unset_reads(bare: Iterable[Local], exposed: Collection[str], blocks: Sequence[Draft]) -> tuple[str, ...]:
    """The names of the scalar ones of ``bare`` that may be read while unset, sorted.

    ``bare`` are the locals declared without a value, or with one that names them: the others are set
    where they come into being.  ``exposed`` are those that somebody else may set through an initializer list.
    """
    found: set[str] = set()
    done: set[str] = set()
    for local in bare:
        name, kind = local.name, local.type
        if name in done or name in exposed or local.static or kind.endswith("[]"):
            continue
        if "*" not in kind and kind.startswith(("struct", "union", "?")):
            continue
        done.add(name)
        if _read_unset(name, blocks):
            found.add(name)
    return tuple(sorted(found)) if found else ()


def _read_unset(name: str, blocks: Sequence[Draft]) -> bool:
    """Whether a path leads from the entry to something that reads ``name`` past nothing that sets it."""
    seen = {0}
    pending = [0]
    while pending:
        block = blocks[pending.pop()]
        reads = _reads(name, block.events)
        if reads is None and (name in block.left or name in block.right):
            reads = _names(name, block.left) or _names(name, block.right) or None
        if reads:
            return True
        if reads is None:
            for succ in block.succs:
                if succ not in seen:
                    seen.add(succ)
                    pending.append(succ)
    return False


def _reads(name: str, events: Sequence[Event]) -> bool | None:
    """Whether the first event that has to do with ``name`` reads it, or sets it; None if there is none."""
    for event in events:
        if isinstance(event, Assign):
            value, target = event.value, event.target
            if name in value:
                found = _given(name, value) if value[0] == "&" else _names(name, value) or None
                if found is not None:
                    return found
            if name in target:
                if target == name:
                    return event.op != "="
                found = _stored(name, target)
                if found is not None:
                    return found
        elif isinstance(event, Call):
            if not event.args and event.callee == "asm":
                return False
            for arg in event.args:
                if name in arg:
                    found = _argument(name, arg, event.loop)
                    if found is not None:
                        return found
        elif name in event.names:
            return True
    return None


def _argument(name: str, arg: str, loop: bool) -> bool | None:
    """What a call does; a loop macro may set what it is given."""
    if arg[0] == "&":
        return _given(name, arg)
    if loop:
        return False if arg == name else None
    return _names(name, arg) or None


def _names(name: str, operand: str) -> bool:
    """Whether evaluating ``operand`` reads ``name``."""
    return name == operand or (not operand.isidentifier() and name in _NAMES.findall(operand))


def _stored(name: str, target: str) -> bool | None:
    """A store to something that is no plain variable: through a pointer, or to a part of a value."""
    first = _NAMES.match(target)
    if first is not None and target[first.end() : first.end() + 1] == ".":
        return False if first[0] == name else None
    return _names(name, target) or None


def _given(name: str, operand: str) -> bool | None:
    """``&x`` or ``&x.y``: from here on somebody else may set it; ``&x->y`` reads x."""
    first = _NAMES.match(operand, 1)
    if first is not None and "->" not in operand and "[" not in operand:
        return False if first[0] == name else None
    return _names(name, operand) or None
