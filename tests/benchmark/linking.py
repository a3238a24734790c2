"""``python -m tests.benchmark.linking TREE CACHE PATH...``: CPU of linking, from facts that are in the cache.

Prints JSON: seconds to ``load`` the facts of the paths; to ``link`` them, with what their hooks need from
outside; to find all edges of the ``direct`` calls, weak and strong; and of those through ``fields``, for
which headers are loaded on demand.  Edges are counted.  Macros, callbacks and notifiers are not followed:
with these, too, ``opened`` is the time to open a graph that was linked before, if it was, and ``kept`` that
to make all its edges, of which a question needs few.
"""

# ruff: noqa: T201 - figures are what this is for

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kscan.config import Config
from kscan.facts.store import FactsStore
from kscan.pipeline.asked import asked_graph
from kscan.pipeline.facts import no_collection
from kscan.pipeline.setup import Setup, arch_of, scope_of
from kscan.pipeline.stages import link, loader_of


def measure(tree: Path, cache: Path, paths: Sequence[str]) -> dict[str, float]:
    """The figures of one run: each is made once, in this process."""
    config = Config(tree=tree, cache=cache, paths=tuple(paths), jobs=1)
    start = time.process_time()
    with FactsStore(cache) as store, asked_graph(config, store, whole=True) as graph:
        opened = time.process_time() - start
        every = sum(len(graph.callees(func)) for func in graph.functions())
    kept = time.process_time() - start - opened
    with FactsStore(cache) as store, Setup(config, store) as setup:
        arch = arch_of(setup, scope_of(setup))
        files = tuple(setup.source.paths(scope_of(setup)))
        start = time.process_time()
        extracted = loader_of(setup, setup.source, jobs=1).load(files).extracted
        loaded = time.process_time()
        program = link(setup, setup.source, files, arch).program  # which finds the facts loaded
        linked = time.process_time()
        with no_collection():
            funcs = tuple(program.functions())
            names = ((ref.root, func.path) for func in funcs for ref in func.fact.calls if not ref.path)
            direct = sum(len(program.resolve(name, path)) for name, path in names)
            named = time.process_time()
            sites = ((func, ref) for func in funcs for ref in func.fact.calls if ref.path)
            fields = sum(len(program.targets(func, ref)) for func, ref in sites)
        return {
            "load": loaded - start,
            "link": linked - loaded,
            "direct": named - linked,
            "fields": time.process_time() - named,
            "edges": direct + fields,
            "extracted": extracted,
            "opened": opened,
            "kept": kept,
            "kept_edges": every,
        }


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])))
