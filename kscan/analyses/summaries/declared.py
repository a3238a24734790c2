"""What declarations tell of an operand: its type, and the struct that it points to."""

from __future__ import annotations

from kscan.analyses.body.access import Object, parse
from kscan.analyses.body.cfg import calls
from kscan.link.edges import Func
from kscan.link.program import Program


def root_of(func: Func, base: str) -> str:
    """What a variable or temporary of a function is, as ``Program.root_type`` takes it."""
    if base.startswith("%"):
        callee = next((call.callee for _place, call in calls(func.fact.body) if call.result == base), "")
        return "@" + callee if callee.isidentifier() else ""
    for parameter in func.params:
        if parameter.name == base:
            return parameter.type
    kind = ""
    for local in func.fact.body.locals:  # of several of a name, the last
        if local.name == base:
            kind = local.type
    return kind or "=" + base


def type_of(program: Program, func: Func, held: Object) -> str:
    """The type text of an object; empty where unknown."""
    return program.type_of(root_of(func, held.base), held.fields, func.path)


def pointed(program: Program, func: Func, operand: str) -> str:
    """The struct that an operand (``p``, ``p->f``, ``&p->f``) points to; empty where unknown, or none."""
    held = parse(operand)
    kind = type_of(program, func, held).replace("const ", "") if held is not None else ""
    stars = 0 if operand.startswith("&") else 1
    return kind.rstrip("* ") if kind.startswith("struct ") and kind.count("*") == stars else ""


def pointee(type_text: str) -> str:
    """What a pointer type points to: ``struct bus *`` to ``struct bus``."""
    return type_text.removeprefix("const ").rstrip("* ")
