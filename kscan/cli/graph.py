"""``kscan graph``: who calls whom, through hooks, tables and macros."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from kscan.cli import _graph
from kscan.cli._graph import FUNCTION, one, put, scope_options, some, walk_options
from kscan.cli._options import configure, tree_options
from kscan.errors import InputError
from kscan.findings.plain import plain

if TYPE_CHECKING:
    from kscan.config import Config
    from kscan.kernel.lifecycle import Hook
    from kscan.link.edges import Func
    from kscan.link.queries import ChainUse, Graph, HookUse, PathQuery, Root
    from kscan.sources.changes import Changes


@click.group()
def command() -> None:
    """Ask who calls whom: directly, through macros, weak functions, ops tables and callbacks.

    FUNC is a name, or file.c:name where several files have a function of that name.
    """


def _query(
    graph: Graph,
    options: dict[str, Any],
    starts: tuple[Func, ...] = (),
    goals: tuple[Func, ...] = (),
    through: tuple[str, ...] = (),
) -> PathQuery:
    from kscan.link.queries import PathQuery  # noqa: PLC0415 - help and completion do without the engine

    return PathQuery(
        starts,
        goals,
        tuple(some(graph, name) for name in through),
        frozenset(func for name in options["avoid"] for func in some(graph, name)),
        _graph.kinds_of(options["kinds"]),
        options["depth"],
        options.get("most", 10),
    )


def _split(options: dict[str, Any], *names: str) -> dict[str, Any]:
    """Takes the options of these names out of ``options``."""
    return {name: options.pop(name) for name in names}


@command.command()
@click.argument("func", type=FUNCTION)
@walk_options(1)
@scope_options
def callers(func: str, **options: Any) -> int:
    """Who calls FUNC, and from where the kernel enters it."""
    walk = _split(options, "avoid", "kinds", "depth")
    with _graph.asked(options, whole=True) as graph:
        found = one(graph, func)
        edges, entries = graph.around(found, _query(graph, walk), down=False), graph.entries(found)
    content = {
        "edges": [_graph.edge_content(e) for e in edges],
        "entries": [_graph.entry_content(e) for e in entries],
    }
    lines = [*map(_graph.edge_line, edges), *map(_graph.entry_line, entries)]
    put(options, f"callers of {func}", lines, content, edges)
    return 0


@command.command()
@click.argument("func", type=FUNCTION)
@walk_options(1)
@scope_options
def callees(func: str, **options: Any) -> int:
    """What FUNC calls, and the callbacks it hands over."""
    walk = _split(options, "avoid", "kinds", "depth")
    with _graph.asked(options) as graph:
        edges = graph.around(one(graph, func), _query(graph, walk), down=True)
    content = {"edges": [_graph.edge_content(e) for e in edges]}
    put(options, f"callees of {func}", map(_graph.edge_line, edges), content, edges)
    return 0


@command.command()
@click.argument("start", metavar="A", type=FUNCTION)
@click.argument("goal", metavar="B", type=FUNCTION)
@click.option(
    "--through",
    multiple=True,
    type=FUNCTION,
    metavar="FUNC",
    help="Only by way of FUNC; repeated: in that order.",
)
@click.option("--most", type=click.IntRange(min=1), default=10, show_default=True, help="The most paths.")
@walk_options(20)
@scope_options
def path(start: str, goal: str, through: tuple[str, ...], **options: Any) -> int:
    """The shortest paths from A to B.  The exit status is 1 where there is none."""
    walk = _split(options, "avoid", "kinds", "depth", "most")
    _graph.kinds_of(walk["kinds"])  # a wrong one is told before all else
    with _graph.asked(options, names=(start, goal, *through)) as graph:
        query = _query(graph, walk, (one(graph, start),), some(graph, goal), through)
        found = list(graph.paths(query))
        content = {"paths": [[_graph.edge_content(e) for e in p] for p in found]}
        if found or options["format"] != "text":
            lines = [
                line for n, p in enumerate(found) for line in (*([""] if n else []), *_graph.path_lines(p))
            ]
            edges = tuple(dict.fromkeys(edge for p in found for edge in p))
            put(options, f"{start} to {goal}", lines, content, edges)  # before the graph may be kept
        if not found:
            click.echo(f"kscan: no path from {plain(start)} to {plain(goal)}", err=True)
    return 0 if found else 1


@command.command()
@click.argument("func", type=FUNCTION)
@click.option(
    "--through", type=FUNCTION, metavar="FUNC", help="Only roots from which the way leads through FUNC."
)
@click.option("--ways", is_flag=True, help="Show a shortest way down from each root.")
@walk_options(20)
@scope_options
def roots(func: str, through: str | None, ways: bool, **options: Any) -> int:
    """The entry points that reach FUNC, the nearest first.  The exit status is 1 where there is none.

    A way up ends where the kernel enters a function on its own (an initcall, an ops table of user
    space or the driver core, a notifier, an interrupt), or where nothing linked calls it.
    """
    walk = _split(options, "avoid", "kinds", "depth")
    with _graph.asked(options, whole=True) as graph:
        found = list(graph.roots(one(graph, func), _query(graph, walk)))
        if through is not None:
            stops = frozenset(some(graph, through))
            found = [root for root in found if stops & {root.func, *(edge.callee for edge in root.way)}]
    content = {"roots": [_root_content(root) for root in found]}
    edges = tuple(dict.fromkeys(edge for root in found for edge in root.way))
    lines = [line for root in found for line in _root_lines(root, ways=ways)]
    put(options, f"entry points that reach {func}", lines, content, edges)
    return 0 if found else 1


def _root_lines(root: Root, *, ways: bool) -> Iterator[str]:
    func, hops = root.func, f"{len(root.way)} hop{'s' if len(root.way) != 1 else ''}"
    said = "; ".join(dict.fromkeys(_entered(e.kind, e.via, e.how) for e in root.entries))
    yield f"{func.path}:{func.fact.line}: {func.name}, {hops}: {said or 'nothing linked calls it'}"
    if ways and root.way:
        yield from (f"  {line}" for line in list(_graph.path_lines(root.way))[1:])


def _entered(kind: str, via: str, how: str) -> str:
    return f"{kind} {via}" + (f" ({how})" if how else "")


def _root_content(root: Root) -> dict[str, Any]:
    return {
        "function": root.func.name,
        "file": root.func.path,
        "line": root.func.fact.line,
        "hops": len(root.way),
        "entries": [_graph.entry_content(entry) for entry in root.entries],
        "way": [_graph.edge_content(edge) for edge in root.way],
    }


@command.command()
@click.argument("name", required=False, metavar="[NAME]")
@scope_options
def hooks(name: str | None, **options: Any) -> int:
    """The hooks of the kernel model: level, phase, who calls and who implements them here.

    NAME narrows them to those with it in their name, level or phase. A hook of which neither a
    caller nor an implementer is linked is left out. Notifier chains follow, with the events that
    their callbacks are called for or tell apart; NAME may be in these, too, or in a callback's name.
    """
    from kscan import pipeline  # noqa: PLC0415 - see above

    model = pipeline.lifecycle(_graph.config_of(options))
    known = [hook for hook in model.hooks.values() if name is None or _concerns(hook, name)]
    with _graph.asked(options, whole=True) as graph:
        uses = graph.hooks(known)
        shown = {use.hook.name for use in uses}
        chains = [c for c in graph.chains() if c.name not in shown and (not name or _notifies(c, name))]
    edges = tuple(dict.fromkeys(edge for found in (uses, chains) for use in found for edge in use.edges))
    content = {"hooks": [_hook_content(use) for use in uses], "chains": [_chain_content(c) for c in chains]}
    lines = [line for use in uses for line in _hook_lines(use)]
    lines += [line for chain in chains for line in _chain_lines(chain, model.events)]
    put(options, "hooks", lines, content, edges)
    return 0 if uses or chains else 1


def _concerns(hook: Hook, name: str) -> bool:
    return any(name in text for text in (hook.name, hook.level, hook.phase))


def _notifies(chain: ChainUse, name: str) -> bool:
    told = (text for edge in chain.edges for text in (edge.callee.name, *edge.events))
    return name in chain.name or any(name in text for text in told)


def _chain_lines(chain: ChainUse, phases: Mapping[str, str]) -> Iterator[str]:
    yield f"notifier chain {chain.name}"
    for caller, line in _call_sites(chain):
        yield f"  called by {caller.name} from {caller.path}:{line}"
    for func, events in _callbacks(chain).items():
        said = ", ".join(f"{e} ({phases[e]})" if e in phases else e for e in events)
        yield f"  notifies {func.name}{_graph.where(func)}" + (f" of {said}" if said else "")


def _callbacks(chain: ChainUse) -> dict[Func, tuple[str, ...]]:
    """The callbacks with the events of all calls."""
    found: dict[Func, dict[str, None]] = {}
    for edge in chain.edges:
        found.setdefault(edge.callee, {}).update(dict.fromkeys(edge.events))
    return {func: tuple(events) for func, events in found.items()}


def _chain_content(chain: ChainUse) -> dict[str, Any]:
    return {
        "name": chain.name,
        "callers": [{"function": f.name, "file": f.path, "line": line} for f, line in _call_sites(chain)],
        "callbacks": [
            {"function": f.name, "file": f.path, "line": f.fact.line, "events": list(events)}
            for f, events in _callbacks(chain).items()
        ],
    }


def _hook_lines(use: HookUse) -> Iterator[str]:
    hook = use.hook
    runs = ", ".join(sorted(hook.runs))
    yield f"{hook.name}: level {hook.level}, phase {hook.phase}, {runs} ({hook.why})"
    for caller, line in _call_sites(use):
        yield f"  called by {caller.name} from {caller.path}:{line}"
    for func in use.implementers:
        kind = "weak default" if func.fact.linkage == "weak" else "implemented by"
        yield f"  {kind} {func.name}{_graph.where(func)}"


def _call_sites(use: HookUse | ChainUse) -> Iterable[tuple[Func, int]]:
    return dict.fromkeys((edge.caller, edge.line) for edge in use.edges)


def _hook_content(use: HookUse) -> dict[str, Any]:
    hook = use.hook
    return {
        "name": hook.name,
        "level": hook.level,
        "phase": hook.phase,
        "runs": sorted(hook.runs),
        "why": hook.why,
        "callers": [{"function": f.name, "file": f.path, "line": line} for f, line in _call_sites(use)],
        "implementers": [
            {"function": f.name, "file": f.path, "line": f.fact.line, "weak": f.fact.linkage == "weak"}
            for f in use.implementers
        ],
    }


@command.command()
@click.argument("before", required=False, metavar="[REV1")
@click.argument("after", required=False, metavar="REV2]")
@click.option("--patch", metavar="FILE", help="Compare the tree with itself after this patch or series.")
@scope_options
def diff(before: str | None, after: str | None, patch: str | None, **options: Any) -> int:
    """The edges gained and lost from REV1 to REV2, or by a patch.

    With REV1 alone, the work tree is compared with it. A deleted strong definition shows as the
    loss of its edges and the gain of those to the weak one.
    """
    if (before is None) == (patch is None):
        raise InputError("kscan graph diff", "wants revisions or a patch", "give REV1 REV2, or --patch FILE")
    from kscan import pipeline  # noqa: PLC0415 - see above

    config = _graph.config_of(options)
    change = patch if before is None else _between(config, before, after)
    if not isinstance(change, str) and change is not None:
        config = msgspec.structs.replace(config, tree=Path(change.top))
    found = pipeline.graph_difference(config, change or "")
    changes = dict.fromkeys(found.gained, "gained") | dict.fromkeys(found.lost, "lost")
    lines = [
        *(f"- {_graph.edge_line(e)}" for e in found.lost),
        *(f"+ {_graph.edge_line(e)}" for e in found.gained),
    ]
    content = {
        "gained": [_graph.edge_content(e) for e in found.gained],
        "lost": [_graph.edge_content(e) for e in found.lost],
    }
    put(options, f"edges changed by {patch or before}", lines, content, tuple(changes), changes)
    return 0


def _between(config: Config, before: str, after: str | None) -> Changes:
    from kscan.sources.changes import between, since  # noqa: PLC0415 - see above

    directory = str(config.tree or Path())
    if after is not None:
        return between(directory, f"{before}..{after}")
    return between(directory, before) if ".." in before else since(directory, before)


@command.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write to FILE.")
@click.option(
    "--format", "form", type=click.Choice(["json", "dot", "graphml"]), default="json", show_default=True
)
@tree_options
def export(paths: tuple[str, ...], output: str | None, form: str, **options: Any) -> int:
    """Functions, edges and ops tables of directories or files, as JSON; or their graph."""
    from kscan import pipeline  # noqa: PLC0415 - see above
    from kscan.link.export import edge_rows, function_rows, ops_rows  # noqa: PLC0415

    with pipeline.graph(configure(paths=paths, **options)) as (graph, linked):
        functions = [func for func in graph.texts() if func.path in linked.scope]
        if form != "json":
            from kscan.link import picture  # noqa: PLC0415 - start-up time

            edges = tuple(edge for func in functions for edge in graph.callees(func))
            lines = picture.graphml(edges) if form == "graphml" else picture.dot(picture.draw(edges))
            _graph.write(output, lines)
            return 0
        rows = {
            "functions": function_rows(functions),
            "edges": edge_rows(graph, functions),
            "ops": ops_rows(graph, linked.scope),
        }
    _graph.write(output, _export_pieces(rows))
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
