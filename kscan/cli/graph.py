"""``kscan graph``: who calls whom, through hooks, tables and macros."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kscan.cli import discard
from kscan.cli._options import configure, tree_options
from kscan.errors import InputError
from kscan.findings.plain import plain

if TYPE_CHECKING:
    from kscan.link.callgraph import CallGraph, Entry
    from kscan.link.program import Edge, Func

_F = TypeVar("_F", bound=Callable[..., Any])
_KINDS = ("direct", "macro", "weak→strong", "ops", "callback", "notifier", "initcall")
_PLAIN = {"weak": "weak→strong", "weak-strong": "weak→strong"}


def _graph_options(command: _F) -> _F:
    for option in (
        click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True),
        tree_options,
        click.option(
            "--in",
            "paths",
            multiple=True,
            metavar="PATH",
            help="Link this directory or file [default: those of scan]; may be repeated.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def command() -> None:
    """Ask who calls whom: directly, through macros, weak functions, ops tables and callbacks.

    FUNC is a name, or file.c:name where several files have a function of that name.
    """


@command.command()
@click.argument("func")
@_graph_options
def callers(func: str, **options: Any) -> int:
    """Who calls FUNC, and from where the kernel enters it."""
    from kscan import pipeline  # noqa: PLC0415 - help and completion do without the engine

    with pipeline.graph(configure(**options)) as (graph, _linked):
        found = _one(graph, func)
        edges, entries = graph.callers(found), graph.entries(found)
        if options["format"] == "json":
            _print_json({"edges": [_as_json(e) for e in edges], "entries": [_entry_json(e) for e in entries]})
        else:
            _print([*map(_line, edges), *map(_entry_line, entries)])
    return 0


@command.command()
@click.argument("func")
@_graph_options
def callees(func: str, **options: Any) -> int:
    """What FUNC calls, and the callbacks it hands over."""
    from kscan import pipeline  # noqa: PLC0415

    with pipeline.graph(configure(**options)) as (graph, _linked):
        edges = graph.callees(_one(graph, func))
        if options["format"] == "json":
            _print_json({"edges": [_as_json(e) for e in edges]})
        else:
            _print(map(_line, edges))
    return 0


@command.command()
@click.argument("start", metavar="A")
@click.argument("goal", metavar="B")
@click.option(
    "--through", multiple=True, metavar="FUNC", help="Only by way of FUNC; repeated: in that order."
)
@click.option("--avoid", multiple=True, metavar="FUNC", help="Not through FUNC; may be repeated.")
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help=f"Only these kinds of edges: {', '.join(_KINDS)}."
)
@click.option("--depth", type=click.IntRange(min=1), default=20, show_default=True, help="The most hops.")
@click.option("--most", type=click.IntRange(min=1), default=10, show_default=True, help="The most paths.")
@_graph_options
def path(
    start: str,
    goal: str,
    through: tuple[str, ...],
    avoid: tuple[str, ...],
    kinds: tuple[str, ...],
    depth: int,
    most: int,
    **options: Any,
) -> int:
    """The shortest paths from A to B.  The exit status is 1 where there is none."""
    from kscan import pipeline  # noqa: PLC0415
    from kscan.link.callgraph import PathQuery  # noqa: PLC0415

    wanted = _kinds(kinds)
    with pipeline.graph(configure(**options)) as (graph, _linked):
        query = PathQuery(
            starts=(_one(graph, start),),
            goals=_some(graph, goal),
            through=tuple(_some(graph, f) for f in through),
            avoid=frozenset(f for name in avoid for f in _some(graph, name)),
            kinds=wanted,
            depth=depth,
            most=most,
        )
        found = list(graph.paths(query))
    if options["format"] == "json":
        _print_json({"paths": [[_as_json(e) for e in p] for p in found]})
    elif found:
        _print(line for number, p in enumerate(found) for line in _path_lines(number, p))
    else:
        sys.stderr.write(f"kscan: no path from {plain(start)} to {plain(goal)}\n")
    return 0 if found else 1


@command.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write to FILE.")
@tree_options
def export(paths: tuple[str, ...], output: str | None, **options: Any) -> int:
    """Functions, edges and ops tables of directories or files, as JSON."""
    from kscan import pipeline  # noqa: PLC0415
    from kscan.link.export import edge_rows, function_rows, ops_rows  # noqa: PLC0415

    with pipeline.graph(configure(paths=paths, **options)) as (graph, linked):
        functions = [f for f in graph.program.functions() if f.path in linked.scope]
        functions += [f for path in sorted(linked.scope) for f in graph.generated(path)]
        rows = {
            "functions": function_rows(functions),
            "edges": edge_rows(graph, functions),
            "ops": ops_rows(graph, linked.scope),
        }
    pieces = _export_pieces(rows)
    if output is None:
        _print(pieces)
    else:
        with open(output, "w", encoding="utf-8") as file:
            file.writelines(f"{piece}\n" for piece in pieces)
    return 0


def _export_pieces(rows: dict[str, Any]) -> Iterator[str]:
    """One row a line, so that two exports can be compared."""
    yield "{"
    for number, (name, table) in enumerate(rows.items()):
        yield f'"{name}": ['
        for place, row in enumerate(table):
            yield json.dumps(row) + ("," if place < len(table) - 1 else "")
        yield "]" + ("," if number < len(rows) - 1 else "")
    yield "}"


# -- names ------------------------------------------------------------------------------------


def _some(graph: CallGraph, name: str) -> tuple[Func, ...]:
    found = graph.find(name)
    if not found:
        near = graph.near(name)
        remedy = f"did you mean {', '.join(near)}?" if near else "link its directory with --in"
        raise InputError(name, "no such function in what is linked", remedy)
    return found


def _one(graph: CallGraph, name: str) -> Func:
    found = _some(graph, name)
    if len(found) > 1:
        files = ", ".join(sorted({f"{f.path}:{f.name}" for f in found}))
        raise InputError(name, "several files have a function of that name", f"name one of {files}")
    return found[0]


def _kinds(given: tuple[str, ...]) -> frozenset[str]:
    chosen = frozenset(_PLAIN.get(kind, kind) for name in given for kind in name.split(","))
    for kind in sorted(chosen - frozenset(_KINDS)):
        raise InputError(f"--kind {kind}", "there is no such kind of edge", f"kinds are {', '.join(_KINDS)}")
    return chosen or frozenset(_KINDS)


# -- output -----------------------------------------------------------------------------------


def _print(lines: Iterable[str]) -> None:
    try:
        for line in lines:
            sys.stdout.write(f"{plain(line)}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)


def _print_json(content: dict[str, Any]) -> None:
    _print([json.dumps({"schema_version": "1.0", **content})])


def _where(func: Func) -> str:
    return f" at {func.path}:{func.fact.line}" if func.path else ""


def _line(edge: Edge) -> str:
    via = f" {edge.via}" if edge.via else ""
    return (
        f"{edge.caller.path}:{edge.line}: {edge.caller.name} -> {edge.callee.name}"
        f" [{edge.kind}{via}]{_where(edge.callee)}"
    )


def _entry_line(entry: Entry) -> str:
    return f"{entry.path}:{entry.line}: entry point {entry.func.name} [{entry.kind} {entry.via}]"


def _path_lines(number: int, path: tuple[Edge, ...]) -> Iterator[str]:
    if number:
        yield ""
    first = path[0].caller
    yield f"{first.name}{_where(first)}"
    for edge in path:
        via = f" {edge.via}" if edge.via else ""
        site = f"{edge.caller.path}:{edge.line}"
        yield f"  -> {edge.callee.name} [{edge.kind}{via}] from {site}{_where(edge.callee)}"


def _as_json(edge: Edge) -> dict[str, Any]:
    return {
        "kind": edge.kind,
        "via": edge.via,
        "file": edge.caller.path,
        "line": edge.line,
        "caller": edge.caller.name,
        "callee": edge.callee.name,
        "callee_file": edge.callee.path,
        "callee_line": edge.callee.fact.line,
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "via": entry.via,
        "file": entry.path,
        "line": entry.line,
        "function": entry.func.name,
    }
