"""What the sub-commands of ``kscan graph`` share: names and kinds of edges as given, and the formats."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from kscan.cli import discard
from kscan.cli._options import configure, tree_options
from kscan.errors import InputError
from kscan.findings.plain import plain

if TYPE_CHECKING:
    from kscan.config import Config
    from kscan.link.edges import Edge, Func
    from kscan.link.queries import Entry, Graph

_F = TypeVar("_F", bound=Callable[..., Any])
KINDS = ("direct", "macro", "weak→strong", "ops", "callback", "notifier", "initcall")
_PLAIN = {"weak": "weak→strong", "weak-strong": "weak→strong"}
FORMATS = ("text", "json", "dot", "graphml", "svg")
_TREE_OPTIONS = ("tree", "rev", "arch", "kconfig", "cache", "no_cache", "rules_dir", "config", "isolated")


# -- options ----------------------------------------------------------------------------------


class FunctionName(click.ParamType[str]):
    """The name of a function, or file.c:name."""

    name = "function"

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """The functions whose names begin so; none where the tree cannot be read."""
        from kscan import pipeline  # noqa: PLC0415 - start-up time
        from kscan.errors import KscanError  # noqa: PLC0415

        given: dict[str, Any] = {name: ctx.params.get(name) for name in _TREE_OPTIONS}
        try:
            with ctx.scope(cleanup=False):
                config = configure(**given, jobs=1, paths=tuple(ctx.params.get("paths") or ()))
            return [CompletionItem(name) for name in pipeline.names_like(config, incomplete)]
        except (KscanError, OSError):
            return []


FUNCTION = FunctionName()


def scope_options(command: _F) -> _F:
    """Which tree, which part of it, which format, and where to."""
    for option in (
        click.option(
            "-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write to FILE."
        ),
        click.option(
            "-v",
            "--verbose",
            is_flag=True,
            help="Say what in the code is broken, or cannot be told for sure.",
        ),
        click.option("--format", type=click.Choice(FORMATS), default="text", show_default=True),
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


def walk_options(depth: int) -> Callable[[_F], _F]:
    """Which edges are walked, and how far."""

    def add(command: _F) -> _F:
        for option in (
            click.option(
                "--depth", type=click.IntRange(min=1), default=depth, show_default=True, help="The most hops."
            ),
            click.option(
                "--kind",
                "kinds",
                multiple=True,
                type=_Kind(),
                metavar="KIND",
                help=f"Only these kinds of edges: {', '.join(KINDS)}.",
            ),
            click.option(
                "--avoid",
                multiple=True,
                type=FUNCTION,
                metavar="FUNC",
                help="Not through FUNC; may be repeated.",
            ),
        ):
            command = option(command)
        return command

    return add


class _Kind(click.ParamType[str]):
    """One or more kinds of edges, separated by commas; told apart from others by ``kinds_of``."""

    name = "kind"

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """The kinds that begin so."""
        return [CompletionItem(kind) for kind in KINDS if kind.startswith(incomplete)]


def kinds_of(given: tuple[str, ...]) -> frozenset[str]:
    """The kinds of edges that ``--kind`` names; all where it is not given."""
    chosen = frozenset(_PLAIN.get(kind, kind) for name in given for kind in name.split(","))
    for kind in sorted(chosen - frozenset(KINDS)):
        raise InputError(f"--kind {kind}", "there is no such kind of edge", f"kinds are {', '.join(KINDS)}")
    return chosen or frozenset(KINDS)


# -- names ------------------------------------------------------------------------------------


def some(graph: Graph, name: str) -> tuple[Func, ...]:
    """The functions of a name; InputError where there is none."""
    found = graph.find(name)
    if not found:
        near = graph.near(name)
        remedy = f"did you mean {', '.join(near)}?" if near else "link its directory with --in"
        raise InputError(name, "no such function in what is linked", remedy)
    return found


def one(graph: Graph, name: str) -> Func:
    """The one function of a name; InputError where there is none, or where several files have one."""
    found = some(graph, name)
    if len(found) > 1:
        files = ", ".join(sorted({f"{f.path}:{f.name}" for f in found}))
        raise InputError(name, "several files have a function of that name", f"name one of {files}")
    return found[0]


# -- output -----------------------------------------------------------------------------------


def put(
    options: Mapping[str, Any],
    title: str,
    lines: Iterable[str],
    content: Mapping[str, Any],
    edges: Sequence[Edge],
    changes: Mapping[Edge, str] | None = None,
) -> None:
    """Print an answer: as ``lines``, as JSON ``content``, or as a graph of ``edges``."""
    write(options["output"], _rendered(options["format"], title, lines, content, edges, changes))


def _rendered(
    form: str,
    title: str,
    lines: Iterable[str],
    content: Mapping[str, Any],
    edges: Sequence[Edge],
    changes: Mapping[Edge, str] | None,
) -> Iterable[str]:
    if form == "text":
        return lines
    if form == "json":
        return [json.dumps({"schema_version": "1.0", **content})]
    from kscan.link import picture  # noqa: PLC0415 - start-up time

    if form == "graphml":
        return picture.graphml(edges, changes)
    drawing = picture.draw(edges, changes)
    if form == "dot":
        return picture.dot(drawing)
    if len(drawing.boxes) > picture.MOST:
        raise InputError(
            f"--format {form}",
            f"{len(drawing.boxes)} functions make no picture that can be read",
            "narrow the question with --depth, --kind or --avoid, or take dot or graphml",
        )
    return picture.svg(drawing, title)


def write(output: str | None, lines: Iterable[str]) -> None:
    """Write lines to a file, or to standard output where none is named."""
    if output is not None:
        with open(output, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        return
    try:
        for line in lines:
            sys.stdout.write(f"{plain(line)}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)


def config_of(options: Mapping[str, Any]) -> Config:
    """The Config that the options of a question make."""
    return configure(**{name: value for name, value in options.items() if name not in ("output", "verbose")})


@contextmanager
def asked(options: dict[str, Any], *, whole: bool = False, names: Sequence[str] = ()) -> Iterator[Graph]:
    """The graph that options ask for; on --verbose its doubts go to standard error."""
    from kscan import pipeline  # noqa: PLC0415 - start-up time

    verbose = options["verbose"]
    with pipeline.asked_graph(config_of(options), whole=whole, names=names) as graph:
        yield graph
        for doubt in graph.doubts() if verbose else ():
            click.echo(plain(f"kscan: {doubt}"), err=True)


def where(func: Func) -> str:
    """`` at file:line`` of a function; empty where it is not linked."""
    return f" at {func.path}:{func.fact.line}" if func.path else ""


def edge_line(edge: Edge) -> str:
    """An edge in one line."""
    return (
        f"{edge.caller.path}:{edge.line}: {edge.caller.name} -> {edge.callee.name}"
        f" [{_manner(edge)}]{where(edge.callee)}"
    )


def _manner(edge: Edge) -> str:
    among = f", 1 of {edge.among}" if edge.among > 1 else ""
    events = f": {', '.join(edge.events)}" if edge.events else ""
    return f"{edge.kind} {edge.via}".rstrip() + among + events


def entry_line(entry: Entry) -> str:
    """An entry point in one line."""
    how = f" ({entry.how})" if entry.how else ""
    return f"{entry.path}:{entry.line}: entry point {entry.func.name} [{entry.kind} {entry.via}]{how}"


def path_lines(path: Sequence[Edge]) -> Iterator[str]:
    """A path, a line for each hop."""
    first = path[0].caller
    yield f"{first.name}{where(first)}"
    for edge in path:
        site = f"{edge.caller.path}:{edge.line}"
        yield f"  -> {edge.callee.name} [{_manner(edge)}] from {site}{where(edge.callee)}"


def edge_content(edge: Edge) -> dict[str, Any]:
    """An edge for JSON."""
    return {
        "kind": edge.kind,
        "via": edge.via,
        "among": edge.among,
        "events": list(edge.events),
        "file": edge.caller.path,
        "line": edge.line,
        "caller": edge.caller.name,
        "callee": edge.callee.name,
        "callee_file": edge.callee.path,
        "callee_line": edge.callee.fact.line,
    }


def entry_content(entry: Entry) -> dict[str, Any]:
    """An entry point for JSON."""
    return {
        "kind": entry.kind,
        "via": entry.via,
        "how": entry.how,
        "file": entry.path,
        "line": entry.line,
        "function": entry.func.name,
    }
