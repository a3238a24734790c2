"""The linked program behind questions about the call graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kscan.config import Config
from kscan.errors import InputError
from kscan.facts.store import FactsStore
from kscan.link.built import Built
from kscan.link.callgraph import CallGraph
from kscan.pipeline.scan import Linked, link
from kscan.pipeline.setup import Setup, arch_of, scope_of, view_of
from kscan.sources import Source


@contextmanager
def linked_graph(config: Config, store: FactsStore | None) -> Iterator[tuple[CallGraph, Linked]]:
    """The call graph of a run's paths; headers are read on demand while the context lasts."""
    with Setup(config, store) as setup:
        paths: Sequence[str] = scope_of(setup)
        arch = arch_of(setup, paths)
        built = Built(view_of(setup.model, arch), lambda path: _text(setup.source, path))
        linked = link(setup, setup.source, paths, arch, built.leaves_out)
        initcalls = {name: macro.arg for name, macro in setup.model.entrypoints.calls.items()}
        yield CallGraph(linked.program, initcalls), linked


def _text(source: Source, path: str) -> str | None:
    try:
        return source.read(path).decode("utf-8", "replace")
    except InputError:
        return None
