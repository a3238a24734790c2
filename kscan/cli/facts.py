"""``kscan facts``: what kscan understood of one file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import click
import msgspec

from kscan.cli._options import configure, tree_options
from kscan.facts.model import (
    Assign,
    Binding,
    Block,
    Call,
    CallRef,
    Event,
    FileFacts,
    Function,
    Quality,
    ScopeEnd,
)
from kscan.findings.plain import plain, plain_lines


@click.command()
@click.argument("file")
@tree_options
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--function", metavar="NAME", help="Show this function only.")
def command(file: str, format: str, function: str | None, **options: Any) -> int:  # noqa: A002 - the option
    """Show what kscan understood of a C file.

    That is its functions with their control flow, what is bound to which field, structs, macros
    used at file scope, and the lines that could not be parsed.
    """
    from kscan import pipeline  # noqa: PLC0415 - help and completion do without the engine

    config = configure(paths=(file,), **options)
    facts = pipeline.facts_of(config)
    if function is not None:
        facts = _only(facts, function)
    if format == "json":
        click.echo(_as_json(facts))
    else:
        click.echo(plain_lines("\n".join(_as_text(facts))))
    return 0


def _only(facts: FileFacts, name: str) -> FileFacts:
    chosen = tuple(f for f in facts.functions if f.name == name)
    if not chosen:
        raise click.UsageError(f"the file defines no function {name}")
    return FileFacts(chosen, (), (), (), (), (), (), (), (), facts.quality)


def _as_json(facts: FileFacts) -> str:
    """The facts by name: their own encoding has positions instead, for speed."""
    return msgspec.json.format(msgspec.json.encode(_named(facts)), indent=1).decode("utf-8", "replace")


def _named(value: object) -> object:
    if isinstance(value, Function):
        fields = {n: _named(getattr(value, n)) for n in value.__struct_fields__ if n != "raw_body"}
        return fields | {"body": _named(value.body)}
    if isinstance(value, msgspec.Struct):
        fields = {n: _named(getattr(value, n)) for n in value.__struct_fields__}
        return {"event": type(value).__name__.lower(), **fields} if isinstance(value, Event) else fields
    if isinstance(value, tuple):
        return [_named(v) for v in value]
    return plain(value) if isinstance(value, str) else value


def _as_text(facts: FileFacts) -> Iterator[str]:
    yield from _quality(facts.quality)
    yield from _section("includes", facts.includes)
    yield from _section("structs", (_struct(s.name, s.line, len(s.fields)) for s in facts.structs))
    yield from _section("variables", (f"{v.line}: {v.linkage} {v.type} {v.name}" for v in facts.variables))
    yield from _section("bindings", map(_binding, facts.bindings))
    yield from _section("uses", (f"{u.line}: {u.name}({', '.join(u.args)})" for u in facts.uses))
    for function in facts.functions:
        yield ""
        yield from _function(function)


def _quality(quality: Quality) -> Iterator[str]:
    yield f"{quality.bodies} functions, {quality.partial} partly parsed"
    yield from (f"  not understood: lines {a}-{b}" for a, b in quality.errors)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    rows = list(lines)
    if rows:
        yield f"{title}:"
        yield from (f"  {row}" for row in rows)


def _struct(name: str, line: int, fields: int) -> str:
    return f"{line}: {name} ({fields} fields)"


def _binding(binding: Binding) -> str:
    place = ".".join((binding.root or "?", *binding.path))
    where = f" in {binding.function}()" if binding.function else ""
    return f"{binding.line}: {binding.how} {place} = {binding.target} [{binding.instance}]{where}"


def _function(function: Function) -> Iterator[str]:
    params = ", ".join(f"{p.type} {p.name}".strip() for p in function.params)
    marks = [function.linkage, *(["partial"] if function.partial else [])]
    if function.generated:
        marks.append(f"made by {function.generated}")
    yield f"{function.name}({params}) -> {function.returns or 'void'}"
    yield f"  lines {function.line}-{function.end_line}; {', '.join(marks)}"
    yield from (f"  #if {g}" for g in function.guards)
    yield from _section("  calls", (f"  {_callee(c)}" for c in function.calls))
    if function.stores:
        yield f"  stores to fields: {', '.join(function.stores)}"
    body = function.body
    for local in body.locals:
        cleanup = f", cleanup {local.cleanup}" if local.cleanup else ""
        yield f"  local {local.name}: {local.type}{cleanup}"
    for number, block in enumerate(body.blocks):
        yield f"  block {number}:"
        yield from (f"    {event.line}: {_event(event)}" for event in block.events)
        yield f"    {block.line}: {_terminator(block)}"


def _callee(call: CallRef) -> str:
    if not call.path:
        return f"{call.line}: {call.root or '?'}()"
    return f"{call.line}: through {'.'.join((call.root or '?', *call.path))}"


def _event(event: Event) -> str:
    match event:
        case Call():
            head = "loop " if event.loop else ""
            return f"{head}{event.result} = {event.callee}({', '.join(event.args)})"
        case Assign():
            return f"{event.target} {event.op} {event.value}"
        case ScopeEnd():
            return f"leave scope of {', '.join(event.names)}"


def _terminator(block: Block) -> str:
    succs = [f"block {s}" for s in block.succs]
    match block.kind:
        case "jump":
            return f"goto {succs[0]}"
        case "branch":
            return f"if {block.left} {block.op} {block.right}: {succs[0]} else {succs[1]}"
        case "switch":
            arms = (f"{label}: {succ}" for label, succ in zip(block.cases, succs, strict=False))
            return f"switch {block.left} {{ {'; '.join(arms)} }}"
        case "return":
            return f"return {block.left}".rstrip()
    return block.kind
